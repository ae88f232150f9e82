/**
 * The board as one HTML file that asks nobody for anything: its policy forbids every connection, and allows just the style
 * and the program in it, by their hashes. Everything from outside is text. Pure, but for the two files beside it.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Language } from "../../estate/model";
import type { CredentialGroup } from "./credentials";
import { escapeMarkup as escape, safeUrl } from "./escape";
import { valueOf, type Commit, type Fact, type Health } from "./found";
import type { Board, BoardApp, Place, Version, Waiting } from "./model";
import { noChanges } from "./preview";
import { mapStyle, mapSvg } from "./svg";
import { states, texts, type State, type Texts } from "./texts";

/** What a page needs beside its board. */
export interface PageOptions {
    readonly language: Language;
    /** For the note about what ends soon. */
    readonly rotateBeforeDays: number;
}

/** The whole file. */
export function boardPage(board: Board, { language, rotateBeforeDays }: PageOptions): string {
    const t = texts[language];
    const style = asset("board.css") + mapStyle;
    const program = asset("board.js");
    const policy = [
        "default-src 'none'",
        `style-src '${hashOf(style)}'`,
        `script-src '${hashOf(program)}'`,
        "base-uri 'none'",
        "form-action 'none'",
    ].join("; ");
    const title = t.title(board.estate);
    return `<!doctype html>
<html lang="${t.tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#board">${escape(t.skip)}</a>
<header>
<h1>${escape(title)}</h1>
<p>${escape(t.stack(board.stack))} · ${board.live ? escape(t.readAt(moment(board.at))) : escape(t.specOnly)}</p>
<button type="button" id="theme" hidden data-auto="${escape(t.theme.auto)}" data-light="${escape(t.theme.light)}" data-dark="${escape(t.theme.dark)}"></button>
</header>
<main>
${notes(board, t)}
${sums(board, t)}
${matrix(board, t)}
${requests(board, t)}
${previewNote(board, t)}
${credentials(board, t, rotateBeforeDays)}
${teams(board, t)}
<h2 id="map-title">${escape(t.map)}</h2>
<figure class="scroll plain" tabindex="0" role="region" aria-labelledby="map-title">${mapSvg(board.map, t, false)}</figure>
</main>
<footer><p>npm run board · gitops-estate</p></footer>
<script>${program}</script>
</body>
</html>
`;
}

/** A file beside this one, without what would end its element. */
function asset(name: string): string {
    return fs.readFileSync(path.join(__dirname, "assets", name), "utf8");
}

function hashOf(text: string): string {
    return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** `2031-01-02T03:04:05Z` → `2031-01-02 03:04 UTC`. */
function moment(iso: string): string {
    const time = Date.parse(iso);
    return Number.isNaN(time)
        ? iso
        : `${new Date(time).toISOString().slice(0, "YYYY-MM-DDTHH:MM".length).replace("T", " ")} UTC`;
}

/** How long ago, at the time the board was made. */
function age(iso: string, board: Board, t: Texts): string {
    const seconds = (Date.parse(board.at) - Date.parse(iso)) / 1000;
    return Number.isNaN(seconds)
        ? ""
        : `<time datetime="${escape(iso)}" title="${escape(moment(iso))}">${escape(t.age(seconds))}</time>`;
}

function link(text: string, url: string | undefined): string {
    const address = safeUrl(url);
    return address === undefined
        ? escape(text)
        : `<a href="${escape(address)}" rel="noreferrer">${escape(text)}</a>`;
}

function notes({ unknown, live }: Board, t: Texts): string {
    return unknown.length === 0 || !live
        ? ""
        : `<section class="notes" aria-labelledby="unknown-title"><h2 id="unknown-title">${escape(t.unknownTitle)}</h2><ul>${unknown
              .map((each) => `<li>${escape(t.unknown(each))}</li>`)
              .join("")}</ul></section>`;
}

/** By what a place can be found. */
export function statesOf({ state, hold, pin, waiting, changes }: Place): State[] {
    const known = valueOf(state);
    const holds: Readonly<Record<State, boolean>> = {
        unhealthy: known !== undefined && ["degraded", "missing", "progressing"].includes(known.health),
        differs: known?.sync === "differs",
        paused: hold !== undefined || pin !== undefined,
        waiting: waiting.length > 0,
        changed: changes !== undefined,
        unknown: known === undefined || known.health === "unknown",
    };
    return states.filter((each) => holds[each]);
}

function sums(board: Board, t: Texts): string {
    const places = board.apps.flatMap((app) => app.places);
    const count = (state: State): number => places.filter((place) => statesOf(place).includes(state)).length;
    const none = places.length > 0 && places.every(({ state }) => "unknown" in state);
    const known = (state: State): number | string => (none ? "?" : count(state));
    const numbers: [number | string, keyof Texts["summary"]][] = [
        [board.apps.length, "apps"],
        [places.length, "places"],
        [known("unhealthy"), "unhealthy"],
        [known("differs"), "differs"],
        [count("paused"), "paused"],
        [requestsKnown(board) ? board.requests.length : "?", "requests"],
        [count("unknown"), "unknown"],
    ];
    return `<ul class="sums">${numbers.map(([number, what]) => `<li><b>${number}</b>${escape(t.summary[what](number))}</li>`).join("")}</ul>`;
}

function matrix(board: Board, t: Texts): string {
    const all = String(board.apps.length);
    const count = t.count.replace("{shown}", all).replace("{all}", all);
    const rows = board.apps.map((app) => row(app, board, t));
    return `<section><h2 id="board" tabindex="-1">${escape(t.board)}</h2>
${filters(board, t)}
<p id="count" role="status" aria-live="polite" data-text="${escape(t.count)}">${escape(count)}</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="board">
<table id="matrix">
<thead><tr><th scope="col">${escape(t.app)}</th>${board.environments
        .map(
            ({ name, clusters }) =>
                `<th scope="col" data-column="${escape(name)}">${escape(name)} <span class="sub">${escape(clusters.join(t.and))}</span></th>`,
        )
        .join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div></section>`;
}

function filters(board: Board, t: Texts): string {
    const select = (name: string, label: string, options: readonly (readonly [string, string])[]): string =>
        `<label>${escape(label)}<select name="${name}"><option value="">${escape(t.all)}</option>${options
            .map(([value, text]) => `<option value="${escape(value)}">${escape(text)}</option>`)
            .join("")}</select></label>`;
    const names = (list: readonly { readonly name: string }[]): [string, string][] =>
        list.map(({ name }) => [name, name]);
    const used = board.clusters.filter(({ name }) =>
        board.apps.some(({ places }) => places.some(({ cluster }) => cluster === name)),
    );
    const choices = states.filter((state) => state !== "changed" || board.preview !== undefined);
    return `<form id="filters" role="search" aria-label="${escape(t.filters)}" hidden>
<label class="wide">${escape(t.search)}<input type="search" name="q" autocomplete="off" aria-describedby="search-hint"></label>
${select("team", t.team, names(board.teams))}
${select("environment", t.environment, names(board.environments))}
${select("cluster", t.cluster, names(used))}
${select(
    "state",
    t.show,
    choices.map((state) => [state, t.states[state]]),
)}
<button type="reset">${escape(t.reset)}</button>
<p class="hint" id="search-hint">${escape(t.searchHint)}</p>
</form>`;
}

function row(app: BoardApp, board: Board, t: Texts): string {
    const hotfix =
        app.hotfix === undefined
            ? ""
            : `<div><span class="badge">${escape(t.hotfix(app.hotfix.branch, app.hotfix.until))}</span></div>`;
    const changed = app.changes === undefined ? "" : `<div>${badge(t.changes(app.changes), "busy")}</div>`;
    const cells = board.environments.map(({ name }) => {
        const places = app.places.filter(({ environment }) => environment === name);
        const machine = app.machines?.[name];
        const content =
            machine !== undefined
                ? link(t.machine(machine.name), machine.url)
                : places.length === 0
                  ? `<span class="none" aria-label="${escape(t.notHere)}">–</span>`
                  : `${places.map((each) => place(each, board, t)).join("")}${differ(places) ? badge(t.differ, "") : ""}`;
        return `<td data-column="${escape(name)}">${content}</td>`;
    });
    return `<tr data-team="${escape(app.team)}" data-text="${escape(searchText(app, t))}"><th scope="row"><span class="name">${escape(app.name)}</span> <span class="sub">${escape(app.team)}</span><div class="sub">${link(t.code, app.source.url)} · ${app.configs.map(({ path, url }) => link(app.configs.length === 1 ? t.config : path, url)).join(" · ")}</div>${hotfix}${changed}</th>${cells.join("")}</tr>`;
}

/** Whether the clusters of one environment run different versions. */
function differ(places: readonly Place[]): boolean {
    const versions = places.flatMap(({ state }) => {
        const list = valueOf(valueOf(state)?.versions ?? { unknown: { kind: "idle" } });
        return list === undefined ? [] : [list.map(versionName).sort().join(" ")];
    });
    return new Set(versions).size > 1;
}

function versionName({ tag, digest }: Version): string {
    return tag ?? digest?.slice(0, "sha256:".length + 12) ?? "";
}

/** All that the search looks through, in lower case. */
function searchText(app: BoardApp, t: Texts): string {
    const commits = (commit: Fact<Commit> | undefined): string[] => {
        const known = commit === undefined ? undefined : valueOf(commit);
        return known === undefined ? [] : [known.id, known.title, known.author];
    };
    const words = app.places.flatMap(({ state, hold, pin, delivered, namespace }) => {
        const known = valueOf(state);
        return [
            hold ?? "",
            pin ?? "",
            delivered,
            namespace,
            ...(known === undefined
                ? []
                : [
                      t.health[known.health],
                      t.sync[known.sync],
                      ...(valueOf(known.versions) ?? []).flatMap(({ tag, digest }) => [
                          tag ?? "",
                          digest ?? "",
                      ]),
                      ...commits(known.commit),
                      ...commits(known.revision?.commit),
                  ]),
        ];
    });
    const all = [
        app.name,
        app.team,
        app.source.path,
        ...app.configs.map((each) => each.path),
        app.hotfix?.branch ?? "",
        ...words,
    ];
    return [...new Set(all.filter((each) => each !== ""))].join(" ").toLowerCase();
}

/** Not by colour alone. */
const signs: Readonly<Record<Health, string>> = {
    healthy: "✓",
    progressing: "…",
    degraded: "✕",
    suspended: "‖",
    missing: "∅",
    unknown: "?",
};

function badge(text: string, kind: "" | "busy" | "bad"): string {
    return `<span class="badge${kind === "" ? "" : ` ${kind}`}">${escape(text)}</span>`;
}

function place(each: Place, board: Board, t: Texts): string {
    const known = valueOf(each.state);
    const badges = [
        ...(known?.sync === "differs" ? [badge(t.sync.differs, "bad")] : []),
        ...(each.hold === undefined ? [] : [badge(t.held, "")]),
        ...(each.pin === undefined ? [] : [badge(t.pinned(each.pin), "")]),
        ...(each.waiting.length === 0 ? [] : [badge(t.waiting(each.waiting.length), "busy")]),
        ...(each.changes === undefined ? [] : [badge(t.changes(each.changes), "busy")]),
    ];
    return `<div class="place" data-environment="${escape(each.environment)}" data-cluster="${escape(each.cluster)}" data-states="${statesOf(each).join(" ")}">${headline(each, board, t)}${badges.length === 0 ? "" : `<div>${badges.join("")}</div>`}${details(each, board, t)}</div>`;
}

function headline({ state }: Place, board: Board, t: Texts): string {
    if ("unknown" in state) {
        return `<div class="state unknown">${escape(t.unknown(state.unknown))}</div>`;
    }
    const { versions, health, since } = state.value;
    const version =
        "unknown" in versions
            ? `<span class="sub">${escape(t.unknown(versions.unknown))}</span>`
            : versions.value.map((each) => `<code>${escape(versionName(each))}</code>`).join(" → ");
    return `<div>${version} <span class="state ${health}"><span aria-hidden="true">${signs[health]}</span> ${escape(t.health[health])}</span>${since === undefined ? "" : ` <span class="sub">${age(since, board, t)}</span>`}</div>`;
}

function details(each: Place, board: Board, t: Texts): string {
    const known = valueOf(each.state);
    const entries: [string, string][] = [];
    for (const { tag, digest } of known === undefined ? [] : (valueOf(known.versions) ?? [])) {
        if (digest !== undefined) {
            entries.push([
                tag === undefined ? t.digest : `${t.digest} ${tag}`,
                `<code>${escape(digest)}</code>`,
            ]);
        }
    }
    if (known?.commit !== undefined) {
        entries.push([t.commit, commitText(known.commit, board, t)]);
    }
    if (known?.revision !== undefined) {
        const { id, url, commit } = known.revision;
        entries.push([
            t.configCommit,
            "value" in commit ? commitText(commit, board, t) : link(id.slice(0, 8), url),
        ]);
    }
    if (known?.since !== undefined) {
        entries.push([t.delivered, escape(moment(known.since))]);
    }
    if (each.hold !== undefined) {
        entries.push([t.held, escape(each.hold)]);
    }
    const open = board.requests.filter(({ key }) => each.waiting.includes(key));
    if (open.length > 0) {
        entries.push([t.requests, open.map((request) => link(request.key, request.url)).join(", ")]);
    }
    entries.push([t.object, escape(each.delivered)], [t.namespace, escape(each.namespace)]);
    return `<details><summary>${escape(each.cluster)} · ${escape(t.details)}</summary><dl>${entries.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${value}</dd>`).join("")}</dl></details>`;
}

function commitText(commit: Fact<Commit>, board: Board, t: Texts): string {
    if ("unknown" in commit) {
        return escape(t.unknown(commit.unknown));
    }
    const { id, title, author, at, url } = commit.value;
    return `${link(id.slice(0, 8), url)} ${escape(title)} <span class="sub">${escape(t.by(author))}</span> ${age(at, board, t)}`;
}

/** Whether GitLab said which merge requests are open. */
function requestsKnown({ live, requestsUnknown }: Board): boolean {
    return live && requestsUnknown === undefined;
}

function table(
    id: string,
    title: string,
    head: readonly string[],
    rows: readonly (readonly string[])[],
    note = "",
): string {
    return `<section><h2 id="${id}">${escape(title)}</h2>${note}${
        rows.length === 0
            ? ""
            : `<div class="scroll plain" tabindex="0" role="region" aria-labelledby="${id}"><table><thead><tr>${head.map((each) => `<th scope="col">${escape(each)}</th>`).join("")}</tr></thead><tbody>${rows
                  .map(
                      ([first = "", ...rest]) =>
                          `<tr><th scope="row">${first}</th>${rest.map((each) => `<td>${each}</td>`).join("")}</tr>`,
                  )
                  .join("")}</tbody></table></div>`
    }</section>`;
}

function requests(board: Board, t: Texts): string {
    const note = !requestsKnown(board) ? t.requestsUnknown : board.requests.length === 0 ? t.noRequests : "";
    const rows = board.requests.map((each: Waiting) => [
        `${link(each.key, each.url)} ${escape(each.title)} ${each.draft ? badge(t.draft, "") : ""}`,
        `${escape(each.promotion ? t.promotion : t.change)}: ${escape(each.from)} → ${escape(each.into)}`,
        `${escape(each.apps.join(t.and))}: ${escape(each.environments.join(t.and))}`,
        `${escape(t.by(each.author))} ${age(each.at, board, t)}`,
    ]);
    return table(
        "requests",
        t.requests,
        [t.request, t.into, t.apps, t.since],
        rows,
        note === "" ? "" : `<p>${escape(note)}</p>`,
    );
}

function previewNote({ preview }: Board, t: Texts): string {
    return preview === undefined
        ? ""
        : `<p>${escape(noChanges(preview.elsewhere) ? t.previewNothing : t.previewElsewhere(preview.elsewhere))}</p>`;
}

function credentials(board: Board, t: Texts, rotateBeforeDays: number): string {
    const rows = board.credentials.map((each) => {
        const made = each.kind === "given" ? undefined : t.made[each.kind];
        return [
            made === undefined ? `<code>${escape((each.paths ?? []).join(", "))}</code>` : escape(made.title),
            escape(made?.holder ?? (each.optional === true ? t.optional : t.given)),
            each.count === undefined ? escape(t.numberNotKnown) : String(each.count),
            ends(each, t),
        ];
    });
    return table(
        "credentials",
        t.credentials,
        [t.credential, t.holder, t.number, t.ends],
        rows,
        `<p>${escape(t.credentialsNote(rotateBeforeDays))}</p>`,
    );
}

function ends({ ends: known, endless, soon, soonest, count }: CredentialGroup, t: Texts): string {
    const parts = [
        ...(known === undefined ? [] : [escape(t.endRange(known.first, known.last))]),
        ...(endless === 0 ? [] : [escape(endless === count ? t.endNotKnown : t.endless(endless))]),
        ...(soon === 0 ? [] : [badge(t.soon(soon, soonest.join(t.and)), "bad")]),
    ];
    return parts.join("; ");
}

function teams(board: Board, t: Texts): string {
    const people = (names: readonly string[]): string =>
        escape(names.length === 0 ? t.nobody : names.join(t.and));
    return table(
        "teams",
        t.teams,
        [t.team, t.maintainers, t.developers],
        board.teams.map(({ name, url, maintainers, developers }) => [
            link(name, url),
            people(maintainers),
            people(developers),
        ]),
    );
}
