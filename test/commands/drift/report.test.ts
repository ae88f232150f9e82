/** The command line, the report, its issue, decisions to keep something, and reading from servers that are busy. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseDriftCall } from "../../../commands/drift";
import { parseAccepted, withoutAccepted } from "../../../commands/drift/accepted";
import { difference, shown, type DriftReport, type Finding } from "../../../commands/drift/finding";
import { driftCard } from "../../../commands/drift/card";
import { issueStep, reconcileIssue, markOf } from "../../../commands/drift/issue";
import { Reader } from "../../../commands/drift/reader";
import { exitCode, isQuiet, json, markdown, terminalText } from "../../../commands/drift/report";
import { languages, nouns, phrases, remarks } from "../../../commands/drift/words";
import { Unreachable, type Answer } from "../../../commands/doctor/http";

const finding: Finding = {
    list: "undeclared",
    risk: "access",
    server: "GitLab",
    place: "acme/shop/web",
    noun: "member",
    name: "bob",
    differences: [{ property: "role", found: "maintainer" }],
    who: "@all",
    when: "2026-11-01T00:00:00.123Z",
    mend: 'curl --request DELETE "https://gitlab.example.com/x|y"',
    adopt: "teams.shop.maintainers: bob",
};

const quiet: DriftReport = {
    stack: "acme",
    findings: [],
    unread: [],
    compared: 12,
    accepted: [],
    unused: [],
};
const loud: DriftReport = { ...quiet, findings: [finding] };
const blind: DriftReport = { ...quiet, unread: [{ server: "GitLab", what: "/x", why: "status 403" }] };

describe("the command line", () => {
    test("options", () => {
        assert.deepEqual(parseDriftCall([]), { stack: "dev", json: false, language: "en" });
        assert.deepEqual(
            parseDriftCall(["-s", "acme", "--json", "--markdown=a.md", "--lang", "zh", "--issue", "a/b"]),
            { stack: "acme", json: true, markdown: "a.md", language: "zh", issue: "a/b" },
        );
    });

    for (const [title, argv, message] of [
        ["an unknown option", ["--fix"], /"--fix" is no option of drift/],
        ["an option without a value", ["--stack"], /--stack needs a value/],
        ["a language nobody wrote", ["--lang", "fr"], /en and zh/],
    ] as const) {
        test(title, () => assert.throws(() => parseDriftCall([...argv]), message));
    }
});

describe("the report", () => {
    test("exit codes: what could not be read is worse than what differs", () => {
        assert.deepEqual([quiet, loud, blind].map(exitCode), [0, 1, 2]);
        assert.equal(exitCode({ ...blind, findings: [finding] }), 2);
        assert.ok(isQuiet(quiet) && !isQuiet(loud) && !isQuiet(blind));
    });

    test("in the terminal: what, who, when, and both ways out", () => {
        assert.equal(
            terminalText(loud, "en"),
            [
                "Drift of stack acme",
                "",
                "Undeclared (1)",
                "  [access] GitLab acme/shop/web: member bob",
                "      role maintainer; by @all, 2026-11-01T00:00:00Z",
                '      mend: curl --request DELETE "https://gitlab.example.com/x|y"',
                "      or keep it: teams.shop.maintainers: bob",
                "",
                "Changed: 0, Missing: 0, Undeclared: 1",
            ].join("\n"),
        );
        assert.match(terminalText(quiet, "en"), /Everything is as the stack declares it\. \(compared: 12\)$/);
        assert.match(terminalText(blind, "en"), /GitLab \/x: status 403/);
        assert.match(terminalText(loud, "zh"), /未声明 \(1\)[\s\S]*\[访问权限\].*成员 bob/);
    });

    test("as Markdown: a table that text of servers cannot break, and that mentions nobody", () => {
        const text = markdown({ ...loud, findings: [{ ...finding, name: "a|b <img> @bob" }] }, "en");
        const row = text.split("\n").find((line) => line.includes("img")) ?? "";
        assert.equal(row.split("|").length - 1, 6, row);
        assert.ok(!row.includes("<img>") && !row.includes("@bob") && !row.includes("@all"), row);
    });

    test("as JSON", () => {
        const read = JSON.parse(json(loud, "en")) as { quiet: boolean; findings: { what: string }[] };
        assert.equal(read.quiet, false);
        assert.equal(read.findings[0]?.what, "role maintainer");
    });

    test("every word is there in every language", () => {
        for (const texts of [nouns, remarks, phrases].flatMap((table) => Object.values(table))) {
            assert.ok(languages.every((language) => texts[language] !== ""));
        }
    });

    test("what looks like a secret is hidden", () => {
        assert.equal(shown("value", "glpat-abcdefghijklmnopqrst"), "(hidden)");
        assert.equal(shown("password", "hunter2"), "(hidden)");
        assert.equal(shown("role", "maintainer"), "maintainer");
    });

    test("also inside of lists, maps and documents", () => {
        const password = "hunter-2-hunter";
        for (const [property, value] of [
            ["data.db_password", password],
            ["data.db.password", password],
            ["data.oidc.config", `name: x\nclientID: argocd\nclientSecret: ${password}\n`],
            ["data.oidc.config", `name: x\nclientSecret: |\n  ${password}\n`],
            ["data.oidc.config", `name: x\nconfig: |\n  name: x\n  clientSecret: ${password}\n`],
            ["data.config", `{"clientSecret":"${password}"}`],
            ["data.broken", `a: b\npassword: ${password}\n}: [`],
            ["spec.password", [password]],
            ["spec.env", [{ name: "DB_PASSWORD", value: password }]],
            ["spec.env", [{ key: "DB_PASSWORD", value: password }]],
            ["spec.source", { helm: { parameters: [{ name: "db.password", value: password }] } }],
            ["spec.source", { helm: { values: `db:\n  password: ${password}\n` } }],
            ["spec.args.0", `--password=${password}`],
        ] as const) {
            assert.ok(!shown(property, value).includes(password), `${property}: ${shown(property, value)}`);
            assert.match(shown(property, value), /\(hidden\)/);
        }
        assert.match(shown("data.oidc.config", "name: x\nclientSecret: ab-1\n"), /name.*x/);
        assert.equal(shown("policy.csv", "g, ops, role:admin"), "g, ops, role:admin");
        assert.deepEqual(difference("d", "a: b\npassword: one-1", "a: b\npassword: two-2"), [
            { property: "d", made: "(hidden)", found: "(hidden)" },
        ]);
    });
});

describe("the issue", () => {
    const open = { iid: 4, title: "x", description: `${markOf("acme")}\nold` };

    test("is opened, edited while something differs, left alone when nothing is new, and closed", () => {
        assert.equal(issueStep(quiet, undefined, "en").kind, "nothing");
        const opened = issueStep(loud, undefined, "en");
        assert.ok(opened.kind === "open" && opened.description.startsWith(markOf("acme")));
        assert.equal(issueStep(loud, open, "en").kind, "edit");
        assert.equal(
            issueStep(loud, { iid: 4, title: opened.title, description: opened.description }, "en").kind,
            "nothing",
        );
        assert.equal(issueStep(quiet, open, "en").kind, "close");
        assert.equal(issueStep(blind, open, "en").kind, "edit", "what was not read is not gone");
    });

    test("is bounded", () => {
        const many = { ...loud, findings: Array.from({ length: 5000 }, () => finding) };
        const step = issueStep(many, undefined, "en");
        assert.ok(step.kind === "open" && step.description.length < 210_000);
        assert.match(step.description, /More is in the job's report\.$/);
    });

    /** A GitLab with these pages of issues; it keeps what it was asked. */
    function gitlab(...pages: object[][]): {
        calls: string[];
        bodies: unknown[];
        ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
    } {
        const calls: string[] = [];
        const bodies: unknown[] = [];
        const ask = (method: string, path: string, body?: unknown): Promise<Answer> => {
            calls.push(`${method} ${path.replace(/\?.*$/, "")}`);
            const page = Number(/&page=(\d+)$/.exec(path)?.[1] ?? 0);
            const found =
                path === "/user" ? { id: 7 } : method === "GET" ? (pages[page - 1] ?? []) : { web_url: "u" };
            if (body !== undefined) {
                bodies.push(body);
            }
            return Promise.resolve({ status: method === "POST" ? 201 : 200, headers: {}, body: found });
        };
        return { calls, bodies, ask };
    }

    const own = { iid: 9, author: { id: 7 }, title: "x", description: markOf("acme") };
    const issues = "/projects/acme%2Fops/issues";

    test("each stack has its own, and nobody but those who work in the project reads it", async () => {
        const { ask, calls, bodies } = gitlab([{ ...own, description: markOf("other") }]);
        assert.equal(await reconcileIssue(ask, "acme/ops", loud, "en"), "opened: u");
        assert.deepEqual(calls, ["GET /user", `GET ${issues}`, `POST ${issues}`]);
        assert.equal((bodies[0] as { confidential?: boolean }).confidential, true);
    });

    test("one of another author with the same label and mark is left alone", async () => {
        const { ask, calls } = gitlab([{ ...own, author: { id: 8 } }]);
        await reconcileIssue(ask, "acme/ops", loud, "en");
        assert.equal(calls.at(-1), `POST ${issues}`);
        const closing = gitlab([{ ...own, author: { id: 8 } }]);
        assert.equal(await reconcileIssue(closing.ask, "acme/ops", quiet, "en"), undefined);
        assert.ok(closing.calls.every((call) => call.startsWith("GET ")));
    });

    test("is found behind a hundred others", async () => {
        const others = Array.from({ length: 100 }, (_, iid) => ({ ...own, iid, author: { id: 8 } }));
        const { ask, calls } = gitlab(others, [own]);
        assert.equal(await reconcileIssue(ask, "acme/ops", loud, "en"), "edited: u");
        assert.deepEqual(calls, ["GET /user", `GET ${issues}`, `GET ${issues}`, `PUT ${issues}/9`]);
    });

    describe("with a channel", () => {
        /** A GitLab that keeps one issue, and a channel that perhaps takes nothing. */
        function place(issue: Record<string, unknown> | undefined, busy = false) {
            const told: string[] = [];
            let kept = issue;
            let closed = false;
            const ask = (method: string, path: string, body?: unknown): Promise<Answer> => {
                const given = (body ?? {}) as Record<string, unknown>;
                if (method !== "GET") {
                    kept = { ...own, web_url: "u", ...kept, ...given };
                    closed ||= given["state_event"] === "close";
                }
                const found = path === "/user" ? { id: 7 } : method === "GET" ? (kept ? [kept] : []) : kept;
                return Promise.resolve({ status: 200, headers: {}, body: found });
            };
            const notify = (news: string, address: string): Promise<void> => {
                if (busy) {
                    return Promise.reject(new Error("busy"));
                }
                told.push(`${news} ${address}`);
                return Promise.resolve();
            };
            return { ask, notify, told, issue: () => kept, isClosed: () => closed };
        }

        test("it gets one card when the issue begins, none while it lasts, and one when it ends", async () => {
            const at = place(undefined);
            const run = (report: typeof loud): Promise<string | undefined> =>
                reconcileIssue(at.ask, "acme/ops", report, "en", at.notify);
            assert.equal(await run(loud), "opened: u");
            assert.equal(await run(loud), undefined);
            assert.match((await run({ ...loud, findings: [...loud.findings, finding] })) ?? "", /^edited/);
            assert.deepEqual(at.told, ["begins u"]);
            assert.equal(await run(quiet), "closed: u");
            assert.deepEqual(at.told, ["begins u", "ends u"]);
        });

        test("what it refuses is sent by the next run, and the issue is there all the same", async () => {
            const busy = place(undefined, true);
            await assert.rejects(reconcileIssue(busy.ask, "acme/ops", loud, "en", busy.notify), /busy/);
            const next = place(busy.issue());
            assert.equal(await reconcileIssue(next.ask, "acme/ops", loud, "en", next.notify), undefined);
            assert.deepEqual(next.told, ["begins u"]);
            const end = place(next.issue(), true);
            await assert.rejects(reconcileIssue(end.ask, "acme/ops", quiet, "en", end.notify), /busy/);
            assert.equal(end.isClosed(), false);
        });

        test("it is not notified of the end of an issue of whose beginning it was not notified", async () => {
            const at = place({ ...own, web_url: "u" });
            assert.equal(await reconcileIssue(at.ask, "acme/ops", quiet, "en", at.notify), "closed: u");
            assert.deepEqual(at.told, []);
        });

        test("reads no name of what differs, and no address but the issue's", () => {
            const { title, words } = driftCard("begins", loud, "https://gitlab.test/i/1", "en");
            assert.match(`${title} ${words}`, /acme.*https:\/\/gitlab\.test\/i\/1$/);
            assert.ok(!`${title} ${words}`.includes(finding.name));
        });
    });

    test("what GitLab refuses is said", async () => {
        const refused = (_method: string, path: string): Promise<Answer> =>
            Promise.resolve(
                path === "/user"
                    ? { status: 200, headers: {}, body: { id: 7 } }
                    : { status: 404, headers: {}, body: {} },
            );
        await assert.rejects(reconcileIssue(refused, "acme/ops", loud, "en"), /status 404.*must exist/);
        const nobody = (): Promise<Answer> => Promise.resolve({ status: 403, headers: {}, body: {} });
        await assert.rejects(reconcileIssue(nobody, "acme/ops", loud, "en"), /GET \/user: status 403/);
    });
});

describe("decisions to accept something", () => {
    const text = (rest = ""): string =>
        `accepted:\n  - {server: GitLab, place: acme/*, kind: member, name: bob, reason: on loan${rest}}\n`;

    test("exclude undeclared things, until their last day, and stay visible", () => {
        const decisions = parseAccepted("drift.acme.yaml", text(", until: 2026-12-01"));
        const kept = withoutAccepted([finding], decisions, "2026-12-01");
        assert.deepEqual(
            [kept.findings.length, kept.accepted[0]?.reason, kept.unused.length],
            [0, "on loan", 0],
        );
        assert.match(terminalText({ ...quiet, accepted: kept.accepted }, "en"), /member bob: on loan/);
        const over = withoutAccepted([finding], decisions, "2026-12-02");
        assert.deepEqual([over.findings.length, over.unused.length], [1, 1]);
    });

    test("never cover what was declared, nor another thing", () => {
        const decisions = parseAccepted("drift.acme.yaml", text());
        for (const other of [{ list: "changed" as const }, { name: "eve" }, { place: "other/x" }]) {
            assert.equal(
                withoutAccepted([{ ...finding, ...other }], decisions, "2026-12-01").findings.length,
                1,
            );
        }
    });

    test("what is wrong in the file is said at once", () => {
        assert.throws(
            () => parseAccepted("drift.acme.yaml", "accepted:\n  - {server: GitLab, kind: cat, name: x}\n"),
            /drift\.acme\.yaml:\n.*accepted\.0\.kind[\s\S]*accepted\.0\.reason/,
        );
        assert.throws(() => parseAccepted("drift.acme.yaml", "{"), /is no YAML/);
    });
});

describe("reading", () => {
    const answer = (status: number, body: unknown = []): Answer => ({ status, headers: {}, body });
    const reader = (answers: (Answer | Error)[]): { read: Reader; asked: string[] } => {
        const asked: string[] = [];
        const ask = (_method: string, path: string): Promise<Answer> => {
            asked.push(path);
            const next = answers.shift() ?? answer(200);
            return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
        };
        return { read: new Reader("GitLab", ask, [1, 1]), asked };
    };

    test("every page, and again while the server is busy", async () => {
        const page = Array.from({ length: 100 }, (_, id) => ({ id }));
        const { read, asked } = reader([
            answer(503),
            answer(429),
            answer(200, page),
            answer(200, [{ id: 100 }]),
        ]);
        assert.equal((await read.list("/x?a=b", "per_page"))?.length, 101);
        assert.equal(asked.at(-1), "/x?a=b&per_page=100&page=2");
        assert.deepEqual(read.unread, []);
    });

    test("every part of a list of Kubernetes", async () => {
        const { read, asked } = reader([
            answer(200, { items: [{}], metadata: { continue: "a=" } }),
            answer(200, { items: [{}], metadata: {} }),
        ]);
        assert.equal((await read.items("/api/v1/pods"))?.length, 2);
        assert.equal(asked.at(-1), "/api/v1/pods?limit=500&continue=a%3D");
    });

    test("what is refused is named, and undefined", async () => {
        const { read } = reader([answer(403), answer(500, {}), answer(404)]);
        assert.equal(await read.list("/x?state=active", "per_page"), undefined);
        assert.equal(await read.object("/y"), undefined);
        assert.equal(await read.object("/z"), null);
        assert.deepEqual(read.unread, [
            { server: "GitLab", what: "/x", why: "the account may not read it (status 403)" },
            { server: "GitLab", what: "/y", why: "status 500" },
        ]);
    });

    test("a server that does not answer is one line, and is asked no more", async () => {
        const silence = (): Error => new Unreachable("the connection is refused", "network");
        const { read, asked } = reader([silence(), silence(), silence()]);
        assert.equal(await read.list("/x", "per_page"), undefined);
        assert.equal(await read.object("/y"), undefined);
        assert.equal(asked.length, 3);
        assert.deepEqual(read.unread, [
            { server: "GitLab", what: "", why: "it does not answer: the connection is refused" },
        ]);
    });
});
