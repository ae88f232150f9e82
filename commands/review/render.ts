/** How a note looks: as Markdown for a merge request, as text for a terminal, as one HTML file. Pure. */
import type { Language } from "../../estate/model";
import type { Difference } from "./differences";
import type { Item, Note } from "./note";
import type { Row } from "./places";
import { listed } from "./noun";
import { mermaid } from "./touched";

/** Headings and phrases of the frame. */
const frame = {
    lost: { en: "Deleted or made anew", zh: "删除或重建" },
    rights: { en: "Who may do what", zh: "权限变化" },
    places: { en: "What changes where", zh: "各处的变化" },
    drift: {
        en: "Changed by hand on the servers (left: as the estate made it, right: as it is); an update undoes it",
        zh: "服务器上的手工修改（左：平台设置的值，右：当前的值）；更新会恢复",
    },
    policies: { en: "Policies", zh: "策略检查" },
    map: { en: "Map of what is touched", zh: "受影响范围图" },
    differences: { en: "Objects and files before and after", zh: "对象与文件的前后差异" },
    stack: { en: "Stack", zh: "栈" },
    where: { en: "Where", zh: "位置" },
    environment: { en: "Environment", zh: "环境" },
    what: { en: "What changes", zh: "变化" },
    bad: { en: "Attention", zh: "注意" },
    full: { en: "Full report", zh: "完整报告" },
    new: { en: "new", zh: "新建" },
    left: { en: "not drawn", zh: "未画出" },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

const more = (count: number, language: Language): string =>
    language === "zh" ? `另有 ${count} 项，见完整报告` : `and ${count} more, see the full report`;

/** What a note in a merge request says beside what it is about. */
export interface Frame {
    /** Ends up in a comment that nobody sees; distinguishes the note from others. */
    readonly marker: string;
    /** Address of the whole report. */
    readonly report?: string;
    /** Commit it is about, in short. */
    readonly commit?: string;
    /** Most characters. */
    readonly limit?: number;
}

/** GitLab takes a million characters; nobody reads as many. */
const usualLimit = 60_000;

const longestPatch = 6_000;

/** Markdown for GitLab, never longer than the limit: what is left out is counted. */
export function markdown(note: Note, { marker, report, commit, limit = usualLimit }: Frame): string {
    const say = (key: keyof typeof frame): string => frame[key][note.language];
    const head = [
        `<!-- ${marker} -->`,
        `### ${note.headline}`,
        [
            `${say("stack")} \`${note.stack}\``,
            ...(commit === undefined ? [] : [`\`${commit}\``]),
            note.counts,
            ...(report === undefined ? [] : [`[${say("full")}](${report})`]),
        ].join(" · "),
        ...paragraphs(note.warnings),
    ];
    const sections = [
        section(say("lost"), note.lost, 40, note.language),
        section(say("rights"), alike(note.rights, note.language), 40, note.language),
        policies(note),
        note.drift.length === 0
            ? ""
            : `#### ${say("drift")}\n\n${fence(cut(note.drift, 40, note.language).join("\n"), "text")}`,
        placesTable(note),
        note.map === undefined
            ? ""
            : details(
                  say("map") + (note.map.left > 0 ? ` (${note.map.left} ${say("left")})` : ""),
                  fence(mermaid(note.map), "mermaid"),
              ),
    ].filter((part) => part !== "");
    const text = [...head, ...sections].join("\n\n");
    if (text.length > limit - 500) {
        return `${text.slice(0, limit - 500).replace(/\n[^\n]*$/, "")}\n\n${more(1, note.language)}\n`;
    }
    return `${text}${patches(note, limit - text.length)}\n`;
}

/** How many sentences that differ in names only are shown one by one. */
const mostAlike = 3;

/**
 * Of sentences that differ in names only, the first few, and how many more there are; of what is to be read first, all names.
 */
function alike(items: readonly Item[], language: Language): Item[] {
    const shape = ({ tone, text }: Item): string => `${tone} ${text.replace(/`[^`]*`/g, "`")}`;
    const all = new Map<string, Item[]>();
    items.forEach((each) => all.set(shape(each), [...(all.get(shape(each)) ?? []), each]));
    return [...all.values()].flatMap((same) => {
        const more = same.length - mostAlike;
        if (more <= 1) {
            return same;
        }
        const most = same[0]?.tone === "bad" ? same.length : undefined;
        const names = same.slice(mostAlike).map(({ text }) => {
            const [name = "", ...others] = [...text.matchAll(/`[^`]*`/g)].map(([found]) => found);
            const list = others.join(language === "zh" ? "，" : ", ");
            return list === "" ? name : language === "zh" ? `${name}（${list}）` : `${name} (${list})`;
        });
        return [
            ...same.slice(0, mostAlike),
            {
                tone: same[0]?.tone ?? "plain",
                text:
                    language === "zh"
                        ? `同样的变化还有 ${more} 处：${listed(names, language, most)}`
                        : `the same for ${more} more: ${listed(names, language, most)}`,
            },
        ];
    });
}

function paragraphs(items: readonly Item[]): string[] {
    return items.length === 0 ? [] : [items.map((item) => `${mark(item)}${item.text}`).join("  \n")];
}

function mark({ tone }: Item): string {
    return tone === "bad" ? "🔴 " : tone === "warn" ? "🟠 " : "";
}

function section(title: string, items: readonly Item[], most: number, language: Language): string {
    const loud = items.some(({ tone }) => tone === "bad");
    return items.length === 0 ? "" : `#### ${loud ? "🔴 " : ""}${title}\n\n${bullets(items, most, language)}`;
}

function bullets(items: readonly Item[], most: number, language: Language): string {
    const shown = showing(items, most);
    const lines = items.slice(0, shown).map((item) => `- ${item.tone === "bad" ? "**" : ""}${lead(item)}`);
    return [...lines, ...(items.length > shown ? [`- ${more(items.length - shown, language)}`] : [])].join(
        "\n",
    );
}

/** How many entries are shown: none of those that are to be read first is left to the report. */
function showing(items: readonly Item[], most: number): number {
    return Math.max(most, items.findLastIndex(({ tone }) => tone === "bad") + 1);
}

/** What is bad is bold up to its first sentence's end. */
function lead({ tone, text }: Item): string {
    if (tone !== "bad") {
        return text;
    }
    const end =
        /[^`]*?(?:[.。]\s|$)/.exec(text.replace(/`[^`]*`/g, (part) => "x".repeat(part.length)))?.[0].length ??
        text.length;
    const first = text.slice(0, end).trimEnd();
    const rest = text.slice(first.length);
    return `${first}**${rest}`;
}

function policies(note: Note): string {
    if (note.policyVerdict === undefined) {
        return "";
    }
    const title = `#### ${frame.policies[note.language]}${note.language === "zh" ? "：" : ": "}${note.policyVerdict}`;
    return note.policies.length === 0
        ? title
        : `${title}\n\n${note.policies
              .slice(0, 40)
              .map((item) => `- ${mark(item)}${item.text}`)
              .concat(
                  note.policies.length > 40 ? [`- ${more(note.policies.length - 40, note.language)}`] : [],
              )
              .join("\n")}`;
}

function cut(lines: readonly string[], most: number, language: Language): string[] {
    return lines.length <= most ? [...lines] : [...lines.slice(0, most), more(lines.length - most, language)];
}

const mostRows = 60;

function placesTable({ places, language }: Note): string {
    if (places.length === 0) {
        return "";
    }
    const say = (key: "where" | "environment" | "what"): string => frame[key][language];
    const row = ({ where, what }: Row): string =>
        `| ${[...where, what.join("<br>")].map((cell) => inTable(cell)).join(" | ")} |`;
    return [
        `#### ${frame.places[language]}`,
        "",
        `| ${say("where")} | ${say("environment")} | ${say("what")} |`,
        "| --- | --- | --- |",
        ...places.slice(0, mostRows).map(row),
        ...(places.length > mostRows ? [`| ${more(places.length - mostRows, language)} | | |`] : []),
    ].join("\n");
}

/** Text of a cell. A bar would end it; in code GitLab takes no entity, and a backslash before an escaped bar undoes it. */
function inTable(text: string): string {
    return text
        .split(/(`[^`]*`)/)
        .map((part) => part.replace(/\|/g, part.startsWith("`") ? "¦" : "&#124;"))
        .join("");
}

function details(summary: string, body: string): string {
    return `<details><summary>${escapeHtml(summary)}</summary>\n\n${body}\n\n</details>`;
}

/** A block of code that its content cannot end. */
function fence(text: string, kind: string): string {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const ticks = "`".repeat(longest + 1);
    return `${ticks}${kind}\n${text}\n${ticks}`;
}

/** As many differences as have room. What is new says nothing beside the list above, so it is left to the report. */
function patches({ differences, language }: Note, room: number): string {
    const title = frame.differences[language];
    const wanted = differences.filter(({ kind }) => kind !== "create" && kind !== "adopt");
    const blocks: string[] = [];
    let left = room - title.length - 400;
    for (const each of wanted) {
        const block = `**${patchTitle(each)}**\n\n${fence(shortened(each.patch, language), "diff")}`;
        if (block.length > left) {
            break;
        }
        blocks.push(block);
        left -= block.length + 2;
    }
    const missing = differences.length - blocks.length;
    const end = missing > 0 ? [more(missing, language)] : [];
    return differences.length === 0
        ? ""
        : `\n\n${details(`${title} (${differences.length})`, [...blocks, ...end].join("\n\n"))}`;
}

function patchTitle({ title }: Difference): string {
    return title;
}

function shortened(patch: string, language: Language): string {
    if (patch.length <= longestPatch) {
        return patch;
    }
    const kept = patch.slice(0, longestPatch).replace(/\n[^\n]*$/, "");
    const missing = patch.split("\n").length - kept.split("\n").length;
    return `${kept}\n${language === "zh" ? `… 另有 ${missing} 行` : `… ${missing} more lines`}`;
}

/** Text for a terminal, without its differences. */
export function terminal(note: Note, colours: boolean): string {
    const say = (key: keyof typeof frame): string => frame[key][note.language];
    const paint = (code: number, text: string): string =>
        colours ? `\u001b[${code}m${text}\u001b[0m` : text;
    const plain = (text: string): string => text.replace(/`([^`]*)`/g, "$1");
    const line = ({ tone, text }: Item): string =>
        `  ${tone === "bad" ? paint(31, `! ${plain(text)}`) : tone === "warn" ? paint(33, `! ${plain(text)}`) : `- ${plain(text)}`}`;
    const list = (title: string, items: readonly Item[]): string =>
        items.length === 0
            ? ""
            : [
                  paint(1, title),
                  ...items.slice(0, showing(items, 30)).map(line),
                  ...rest(items.length, showing(items, 30), note.language),
              ].join("\n");
    const where = note.places.map(({ where: [place = "", environment = ""], what }) => {
        const title = plain(
            environment === "" ? place : `${place}${note.language === "zh" ? "，" : ", "}${environment}`,
        );
        return [`  ${title}`, ...what.map((text) => `      ${plain(text)}`)].join("\n");
    });
    return [
        `${paint(1, plain(note.headline))}\n${say("stack")} ${note.stack}${note.language === "zh" ? "：" : ": "}${note.counts}`,
        note.warnings.map(line).join("\n"),
        list(say("lost"), note.lost),
        list(say("rights"), alike(note.rights, note.language)),
        note.policyVerdict === undefined
            ? ""
            : [
                  paint(1, `${say("policies")}${note.language === "zh" ? "：" : ": "}${note.policyVerdict}`),
                  ...note.policies.slice(0, 30).map(line),
              ].join("\n"),
        where.length === 0
            ? ""
            : [paint(1, say("places")), ...where.slice(0, 30), ...rest(where.length, 30, note.language)].join(
                  "\n",
              ),
    ]
        .filter((part) => part !== "")
        .join("\n\n")
        .concat("\n");
}

function rest(count: number, most: number, language: Language): string[] {
    return count <= most
        ? []
        : [language === "zh" ? `  … 另有 ${count - most} 项` : `  … and ${count - most} more`];
}

/** One file with everything, without scripts and without anything from elsewhere. */
export function html(note: Note): string {
    const say = (key: keyof typeof frame): string => frame[key][note.language];
    const text = (value: string): string =>
        escapeHtml(value).replace(/`([^`]*)`/g, (_whole, name: string) => `<code>${name}</code>`);
    const list = (title: string, items: readonly Item[]): string =>
        items.length === 0
            ? ""
            : `<section><h2>${text(title)}</h2><ul>${items.map(({ tone, text: item }) => `<li class="${tone}">${text(item)}</li>`).join("")}</ul></section>`;
    const table =
        note.places.length === 0
            ? ""
            : `<section><h2>${text(say("places"))}</h2><table><thead><tr><th scope="col">${text(say("where"))}</th><th scope="col">${text(say("environment"))}</th><th scope="col">${text(say("what"))}</th></tr></thead><tbody>${note.places
                  .map(
                      ({ where, what }) =>
                          `<tr>${where.map((cell) => `<td>${text(cell)}</td>`).join("")}<td>${what.map(text).join("<br>")}</td></tr>`,
                  )
                  .join("")}</tbody></table></section>`;
    const drift =
        note.drift.length === 0
            ? ""
            : `<section><h2>${text(say("drift"))}</h2><ul>${note.drift.map((each) => `<li>${escapeHtml(each)}</li>`).join("")}</ul></section>`;
    const patchesOf =
        note.differences.length === 0
            ? ""
            : `<section><h2>${text(say("differences"))}</h2>${note.differences
                  .map(
                      ({ title, kind, patch }) =>
                          `<details${kind === "create" ? "" : " open"}><summary>${text(title)}${kind === "create" ? ` (${text(say("new"))})` : ""}</summary><pre>${patch
                              .split("\n")
                              .map((line) => `<span class="${lineClass(line)}">${escapeHtml(line)}</span>`)
                              .join("\n")}</pre></details>`,
                  )
                  .join("")}</section>`;
    return `<!doctype html>
<html lang="${note.language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(`${note.stack}: ${note.headline}`).replace(/<\/?code>/g, "")}</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .6rem; border: 1px solid #8886; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #8886; padding: .3rem .5rem; text-align: left; vertical-align: top; }
li.bad { font-weight: 600; color: light-dark(#a11b14, #ff9a92); }
li.warn { color: light-dark(#7a4b00, #ffcf7d); }
.add { color: light-dark(#1d6b27, #86d990); }
.del { color: light-dark(#a11b14, #ff9a92); }
.hunk { color: light-dark(#555, #aaa); }
@media print { :root { color-scheme: light; } details { display: block; } }
</style>
</head>
<body>
<main>
<h1>${text(note.headline)}</h1>
<p>${text(`${say("stack")} \`${note.stack}\``)} · ${text(note.counts)}</p>
${list(say("bad"), note.warnings)}
${list(say("lost"), note.lost)}
${list(say("rights"), note.rights)}
${note.policyVerdict === undefined ? "" : list(`${say("policies")}${note.language === "zh" ? "：" : ": "}${note.policyVerdict}`, note.policies.length === 0 ? [] : note.policies) || `<section><h2>${text(`${say("policies")}${note.language === "zh" ? "：" : ": "}${note.policyVerdict}`)}</h2></section>`}
${drift}
${table}
${patchesOf}
</main>
</body>
</html>
`;
}

function lineClass(line: string): string {
    return line.startsWith("+")
        ? "add"
        : line.startsWith("-")
          ? "del"
          : line.startsWith("@@")
            ? "hunk"
            : "same";
}

function escapeHtml(text: string): string {
    const entities: Readonly<Record<string, string>> = {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
    };
    return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
