/** The page as text: escaping, policy, languages, what is marked. How a browser shows it: browser.test.ts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { nothingFound, type Found } from "../../../commands/board/found";
import { mapMermaid } from "../../../commands/board/mermaid";
import { boardOf } from "../../../commands/board/model";
import { boardPage, statesOf } from "../../../commands/board/page";
import { previewed } from "../../../commands/board/preview";
import { mapSvg } from "../../../commands/board/svg";
import { texts } from "../../../commands/board/texts";
import type { Estate, Language } from "../../../estate/model";
import { model } from "../../support/estate";
import { boardFor, estateOfApps, foundFor, now } from "./support";

const page = (estate: Estate, found?: Found, language: Language = "en"): string =>
    boardPage(boardFor(estate, found === undefined ? {} : { found }), { language, rotateBeforeDays: 30 });

/** Text of the page without its style and program. */
const body = (html: string): string => html.replace(/<(style|script)>.*?<\/\1>/gs, "");

describe("the page", () => {
    test("loads nothing: its policy forbids every connection and names its own style and program", () => {
        const html = page(estateOfApps(5));
        const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
        const hashOf = (element: string): string => {
            const [, text = ""] = new RegExp(`<${element}>(.*?)</${element}>`, "s").exec(html) ?? [];
            return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
        };
        assert.deepEqual(policy.split("; "), [
            "default-src 'none'",
            `style-src ${hashOf("style")}`,
            `script-src ${hashOf("script")}`,
            "base-uri 'none'",
            "form-action 'none'",
        ]);
        assert.equal(html.match(/<script/g)?.length, 1);
        // What the policy would not let through anyway.
        assert.doesNotMatch(body(html), /\s(src|style|on[a-z]+)=|<(link|img|iframe|object)\b|url\((?!#)/i);
    });

    test("shows text from elsewhere as text, and follows no address that is none", () => {
        const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`;
        const estate = model({ apps: { web: { environments: { prod: { hold: evil } } } } });
        const good = foundFor(estate);
        const commits = Object.fromEntries(
            Object.keys(good.commits).map((key) => [
                key,
                {
                    value: {
                        id: evil,
                        title: evil,
                        author: evil,
                        at: evil,
                        url: "javascript:alert(3)",
                    },
                },
            ]),
        );
        const requests = {
            value: [
                {
                    project: "acme/shop/web-config",
                    iid: 1,
                    title: evil,
                    author: evil,
                    at: evil,
                    from: "dev",
                    into: "test",
                    draft: false,
                    url: `javascript:${evil}`,
                },
            ],
        };
        for (const language of ["en", "zh"] as const) {
            const html = body(page(estate, { ...good, commits, requests }, language));
            assert.doesNotMatch(html, /<script|<img|javascript:/i);
            assert.equal(html.match(/&lt;script&gt;alert\(1\)/g) === null, false);
            // Every tag is one that the page itself has.
            const tags = new Set(
                [...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name?.toLowerCase()),
            );
            assert.ok(!tags.has("img") && !tags.has("script"));
        }
    });

    test("says what is not known, in words, and where", () => {
        const estate = estateOfApps(2);
        const unknown = {
            kind: "unreachable",
            server: "cluster host",
            detail: "no answer within 10 s",
        } as const;
        const html = page(estate, { ...foundFor(estate), running: { argocd: { unknown } } });
        const words = "unknown: cluster host did not answer: no answer within 10 s";
        // Once above, and at each place.
        assert.equal(html.split(words).length - 1, 1 + 8);
        assert.match(html, /<li><b>\?<\/b>not healthy<\/li>/);
    });

    test("of the spec alone says so, and counts nothing as healthy", () => {
        const estate = estateOfApps(2);
        const board = boardOf(estate, {
            stack: "dev",
            now,
            live: false,
            found: nothingFound(estate.engines),
        });
        const html = body(boardPage(board, { language: "en", rotateBeforeDays: 30 }));
        assert.match(html, /from the spec alone: no server was asked/);
        assert.match(html, /Whether there are some is not known\./);
        assert.doesNotMatch(html, /✓|class="notes"/);
    });

    test("says of an environment on a machine which it is, and where to look: nothing else knows", () => {
        const estate = model({
            machines: { box: { runner: { tags: ["box"] } } },
            environments: { dev: { clusters: undefined, machine: "box" } },
            apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
        });
        assert.match(
            body(page(estate)),
            /<td data-column="dev"><a href="https:\/\/gitlab\.test\/acme\/shop\/web\/-\/environments" rel="noreferrer">machine box: see GitLab<\/a><\/td>/,
        );
        assert.match(body(page(estate, undefined, "zh")), /机器 box：见 GitLab/);
    });

    test("counts one thing as one", () => {
        const html = boardPage(boardFor(estateOfApps(1)), { language: "en", rotateBeforeDays: 30 });
        assert.match(html, /<b>1<\/b>app</);
        assert.match(html, /<b>4<\/b>places</);
        assert.match(html, /<b>1<\/b>open merge request</);
    });

    test("is whole in both languages: the same places, other words", () => {
        const [en, zh] = (["en", "zh"] as const).map((language) =>
            body(page(estateOfApps(20), undefined, language)),
        );
        const places = (html = ""): string[] =>
            [...html.matchAll(/class="place" data-environment="(\w+)"/g)].map(([, name = ""]) => name);
        assert.deepEqual(places(zh), places(en));
        assert.equal(places(en).length, 80);
        assert.match(zh ?? "", /<html lang="zh-CN">/);
        assert.match(zh ?? "", /健康/);
        assert.doesNotMatch(zh ?? "", /healthy<|merge request|undefined|\bheld\b/);
        assert.doesNotMatch(en ?? "", /undefined|\[object/);
    });

    test("has headers for its rows and columns, landmarks and a label for every field", () => {
        const html = body(page(estateOfApps(5)));
        assert.match(html, /<main>/);
        assert.match(html, /<header>/);
        assert.match(html, /role="status" aria-live="polite"/);
        assert.equal(
            html.match(/<th scope="row">/g)?.length,
            html.match(/<tr[ >](?!<th scope="col")/g)?.length,
        );
        const fields = html.match(/<(select|input)\b/g)?.length;
        assert.equal(html.match(/<label/g)?.length, fields);
    });

    test("marks versions that differ between clusters of one environment", () => {
        const html = body(page(estateOfApps(6)));
        assert.equal(html.split("clusters differ").length - 1, 1);
    });
});

describe("states of places", () => {
    test("are what the filter finds them by", () => {
        const places = boardFor(estateOfApps(20)).apps.flatMap((app) => app.places);
        const found = new Set(places.flatMap(statesOf));
        assert.deepEqual([...found].sort(), ["differs", "paused", "unhealthy", "unknown", "waiting"]);
    });
});

describe("a preview", () => {
    const estate = model({
        teams: { web: { maintainers: ["alice"] } },
        apps: { "web-prod": { team: "shop" } },
    });
    const step = (op: string, name: string, type = "kubernetes:core/v1:Secret"): unknown => ({
        op,
        urn: `urn:pulumi:dev::gitops-estate::gitops-estate:apps:AppSpace$${type}::${name}`,
        newState: { inputs: { password: "s3cret" } },
    });

    test("is counted where it would change something: in a place, in an app, elsewhere", () => {
        const found = previewed(estate, {
            steps: [
                step("create", "app-web-dev-member1-pull"),
                step("update", "delivery-web-prod-member2"),
                step("replace", "app-web-images-test-project"),
                step("delete", "app-web-prod-repository-project"),
                step("update", "app-web-prod-prod-member1-pull"),
                step("same", "app-web-test-member1-pull"),
                step("update", "team-web-group"),
                step("update", "app-web", "gitops-estate:apps:AppSpace"),
            ],
        });
        const count = { create: 0, update: 0, replace: 0, delete: 0 };
        assert.deepEqual(found, {
            places: {
                "web/dev/member1": { ...count, create: 1 },
                "web/prod/member2": { ...count, update: 1 },
                "web/test/member1": { ...count, replace: 1 },
                "web-prod/prod/member1": { ...count, update: 1 },
            },
            apps: { "web-prod": { ...count, delete: 1 } },
            elsewhere: { ...count, update: 1 },
        });
    });

    test("is marked on the page, without its content", () => {
        const preview = previewed(estate, {
            steps: [step("create", "app-web-dev-member1-pull"), step("delete", "x")],
        });
        const board = boardFor(estate, { preview });
        const html = boardPage(board, { language: "en", rotateBeforeDays: 30 });
        assert.match(html, /preview: 1 to create/);
        assert.match(html, /The preview also has, outside the apps: 1 to delete/);
        assert.match(html, /<option value="changed">/);
        assert.doesNotMatch(html + JSON.stringify(board), /s3cret/);
    });

    test("that is something else is refused", () => {
        for (const other of [undefined, null, [], {}, { steps: 1 }]) {
            assert.throws(() => previewed(estate, other), /no list of steps/);
        }
    });
});

describe("the map", () => {
    test("has each app's repositories up to eight apps, then each team's, then one for all", () => {
        const small = boardFor(estateOfApps(5)).map;
        const medium = boardFor(estateOfApps(25)).map;
        const large = boardFor(estateOfApps(300)).map;
        assert.equal(small.nodes.filter(({ kind }) => kind === "code").length, 5);
        assert.equal(medium.nodes.filter(({ kind }) => kind === "code").length, 3);
        assert.equal(medium.nodes.find(({ id }) => id === "code_team1")?.count, 10);
        assert.equal(large.nodes.find(({ id }) => id === "code_acme")?.count, 300);
        assert.ok(large.nodes.length < 12, `${large.nodes.length} nodes`);
    });

    test("leads from code to clusters by the credentials of the docs", () => {
        const { edges } = boardFor(model()).map;
        const lead = edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`);
        for (const each of [
            "code_web push registry_main",
            "code_web writer config_web",
            "config_web reader engine_argocd",
            "engine_argocd cluster cluster_member1",
            "registry_main pull cluster_member2",
            "registry_main promotion registry_main",
            "engine_argocd cards channel_ops",
        ]) {
            assert.ok(lead.includes(each), each);
        }
    });

    test("is the same drawing each time, of numbers, and each node and label is in it", () => {
        const { map } = boardFor(estateOfApps(12));
        for (const language of ["en", "zh"] as const) {
            const svg = mapSvg(map, texts[language], true);
            assert.equal(svg, mapSvg(map, texts[language], true));
            assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
            assert.equal(svg.match(/class="node /g)?.length, map.nodes.length);
            assert.equal(
                svg.match(/class="edge"/g)?.length,
                map.edges.filter(({ from, to }) => from !== to).length,
            );
        }
    });

    test("has a machine with what reaches it and what is pulled there, and its pipelines name it", () => {
        const hostKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"];
        const map = (way: object): ReturnType<typeof boardFor>["map"] =>
            boardFor(
                model({
                    machines: { box: way },
                    environments: { dev: { clusters: undefined, machine: "box", channels: ["ops"] } },
                    apps: {
                        web: { flow: "gitlab-flow", delivery: "helm", environments: { test: null } },
                        api: { environments: { dev: null } },
                    },
                }),
            ).map;
        const { nodes, edges } = map({ ssh: { host: "box.test", user: "deploy", hostKeys } });
        assert.deepEqual(
            nodes.filter(({ kind }) => kind === "machine").map(({ title, notes }) => [title, notes]),
            [["box", ["dev"]]],
        );
        const reaching = (all: typeof edges): string[] =>
            all
                .filter(
                    ({ from, to, kind }) => to === "machine_box" || (from === "code_web" && kind === "cards"),
                )
                .map(({ from, to, kind }) => `${from} ${kind} ${to}`)
                .sort();
        assert.deepEqual(reaching(edges), [
            "code_web cards channel_ops",
            "code_web key machine_box",
            "registry_main pull machine_box",
        ]);
        assert.ok(reaching(map({ runner: { tags: ["box"] } }).edges).includes("code_web runner machine_box"));
        assert.deepEqual(
            boardFor(model()).map.nodes.filter(({ kind }) => kind === "machine"),
            [],
        );
    });

    test("as Mermaid contains no quote and no markup that is not its own", () => {
        const { map } = boardFor(model());
        const evil = { ...map, nodes: map.nodes.map((node) => ({ ...node, title: '"]<script>#&' })) };
        const text = mapMermaid(evil, texts.en);
        assert.match(text, /^flowchart LR\n/);
        assert.doesNotMatch(text, /<script/);
        for (const line of text.split("\n").slice(1)) {
            assert.equal((line.match(/"/g) ?? []).length % 2, 0, line);
        }
        assert.match(text, /#quot;\]#lt;script#gt;#35;#amp;/);
    });
});
