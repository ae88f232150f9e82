/** How drift reads a GitLab: which runners are whose, who asks, and what another version does not have. The answers are the stand-in's, in sandbox/test/gitlab/nouns.test.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declaredIn, type Declared } from "../../../commands/drift/declared";
import { gitlabDrift } from "../../../commands/drift/gitlab/compare";
import { gitlabInventory } from "../../../commands/drift/gitlab/inventory";
import { Reader } from "../../../commands/drift/reader";
import { parseAccepted, withoutAccepted } from "../../../commands/drift/accepted";
import type { Finding, Unread } from "../../../commands/drift/finding";
import { whatDiffers, whereAndWhat } from "../../../commands/drift/report";
import type { Answer } from "../../../commands/doctor/http";

const resource = (type: string, id: string, outputs: object): object => ({
    urn: `urn:pulumi:dev::gitops-estate::${type}::${id}`,
    type,
    id,
    provider: "urn:pulumi:dev::gitops-estate::pulumi:providers:gitlab::gitlab::1",
    inputs: {},
    outputs,
});

/** The estate `company/acme` with a team's group and two projects: all are below a group that is not the estate's. */
const declared: readonly Declared[] = declaredIn({
    deployment: {
        resources: [
            resource("gitlab:index/group:Group", "6", { fullPath: "company/acme" }),
            resource("gitlab:index/group:Group", "7", { fullPath: "company/acme/shop" }),
            resource("gitlab:index/project:Project", "11", { pathWithNamespace: "company/acme/shop/web" }),
            resource("gitlab:index/project:Project", "12", { pathWithNamespace: "company/acme/shop/api" }),
        ],
    },
} as never);

type Answers = Readonly<Record<string, unknown>>;

/** A quiet GitLab; a number is a status. Lists that nobody names are empty. */
const quiet: Answers = {
    "/user": { id: 1, username: "root" },
    "/groups/6": { id: 6, parent_id: 5 },
    "/groups/7": { id: 7, parent_id: 6 },
    "/projects/11": { id: 11 },
    "/projects/12": { id: 12 },
    "/projects/11/job_token_scope": { inbound_enabled: true },
    "/projects/12/job_token_scope": { inbound_enabled: true },
};

async function look(
    more: Answers = {},
    tier: "free" | "premium" = "free",
): Promise<{ findings: Finding[]; unread: readonly Unread[]; asked: string[] }> {
    const asked: string[] = [];
    const answers = { ...quiet, ...more };
    const reader = new Reader("GitLab", (_method, path): Promise<Answer> => {
        const route = path.replace(/\?.*$/, "");
        asked.push(route);
        const found = answers[route] ?? [];
        return Promise.resolve(
            typeof found === "number"
                ? { status: found, headers: {}, body: {} }
                : { status: 200, headers: {}, body: found },
        );
    });
    const findings = gitlabDrift(declared, await gitlabInventory(reader, declared, tier), {
        url: "https://gitlab.example.com",
        mend: "npm run up",
        today: "2026-12-01",
        teams: {},
    });
    return { findings, unread: reader.unread, asked };
}

const told = ({ list, place, noun, name }: Finding): string => `${list} ${place} ${noun} ${name}`;
const runner = (id: number, type: string, description: string): object => ({
    id,
    runner_type: type,
    description,
});

describe("runners", () => {
    const company = runner(1, "group_type", "company");
    const estate = runner(2, "group_type", "estate");

    test("of a group above the estate are no drift, whether the account may see them or not", async () => {
        for (const details of [{ ...company, groups: [{ id: 5 }] }, { ...company, groups: [] }, 403]) {
            const { findings, unread, asked } = await look({
                "/groups/6/runners": [company],
                "/groups/7/runners": [company],
                "/runners/1": details,
            });
            assert.deepEqual([findings, unread], [[], []]);
            assert.equal(asked.filter((route) => route === "/runners/1").length, 1, "each is read once");
        }
    });

    test("of a group of the estate are reported once, where they belong", async () => {
        const { findings } = await look({
            "/groups/6/runners": [company, estate],
            "/groups/7/runners": [company, estate],
            "/runners/1": 403,
            "/runners/2": { ...estate, groups: [{ id: 6 }] },
        });
        assert.deepEqual(findings.map(told), ["undeclared company/acme runner estate"]);
        assert.match(findings[0]?.mend ?? "", /--request DELETE .*\/api\/v4\/runners\/2'?$/);
    });

    test("of a group without a parent are its own", async () => {
        const { findings } = await look({
            "/groups/6": { id: 6, parent_id: null },
            "/groups/6/runners": [estate],
        });
        assert.deepEqual(findings.map(told), ["undeclared company/acme runner estate"]);
    });

    test("one that cannot be read is said", async () => {
        const { findings, unread } = await look({ "/groups/7/runners": [company], "/runners/1": 500 });
        assert.deepEqual(findings, []);
        assert.deepEqual(unread, [{ server: "GitLab", what: "/runners/1", why: "status 500" }]);
    });

    test("of a project are deleted only where they work for no other", async () => {
        const own = runner(3, "project_type", "own");
        const shared = runner(4, "project_type", "shared");
        const { findings } = await look({
            "/projects/11/runners": [own, shared],
            "/runners/3": { ...own, projects: [{ id: 11 }] },
            "/runners/4": { ...shared, projects: [{ id: 11 }, { id: 99 }] },
        });
        assert.deepEqual(
            findings.map(({ mend }) => /api\/v4(\/.*)'?$/.exec(mend)?.[1]),
            ["/runners/3", "/projects/11/runners/4"],
        );
    });
});

describe("links of a group to directories", () => {
    test("are reported with the role, and the call that removes them", async () => {
        const { findings } = await look(
            {
                "/groups/6/saml_group_links": [{ name: "all staff/eu", access_level: 40 }],
                "/groups/7/ldap_group_links": [
                    { cn: "ops", group_access: 50, provider: "ldapmain", filter: null },
                    { cn: null, group_access: 30, provider: "ldapmain", filter: "(ou=x&y)" },
                ],
            },
            "premium",
        );
        assert.deepEqual(
            findings
                .filter(({ noun }) => noun === "samlLink" || noun === "ldapLink")
                .map(({ noun, name, risk, mend }) => [
                    noun,
                    name,
                    risk,
                    /api\/v4(\/[^']*)/.exec(mend ?? "")?.[1],
                ]),
            [
                ["samlLink", "all staff/eu", "access", "/groups/6/saml_group_links/all%20staff%2Feu"],
                ["ldapLink", "ldapmain ops", "access", "/groups/7/ldap_group_links?cn=ops&provider=ldapmain"],
                [
                    "ldapLink",
                    "ldapmain (ou=x&y)",
                    "access",
                    "/groups/7/ldap_group_links?filter=%28ou%3Dx%26y%29&provider=ldapmain",
                ],
            ],
        );
    });
});

describe("what belongs to the whole server", () => {
    const systemHook = { id: 3, url: "https://x.example/in?key=s3cret", created_at: "2026-12-01T10:00:00Z" };
    const runner = { id: 4, description: "shared", runner_type: "instance_type", paused: false };

    test("hooks are reported, and runners where a project is allowed to use them; without what is secret in an address", async () => {
        const more = { "/hooks": [systemHook], "/runners/all": [runner] };
        const { findings } = await look(more);
        assert.deepEqual(
            findings.map(({ list, noun, name, risk, mend }) => [
                list,
                noun,
                name,
                risk,
                mend.split("/v4")[1],
            ]),
            [["undeclared", "systemHook", "https://x.example/in", "access", "/hooks/3"]],
        );
        assert.ok(!JSON.stringify(findings).includes("s3cret"));
        const letIn = { "/projects/11": { id: 11, shared_runners_enabled: true } };
        assert.deepEqual(
            (await look({ ...more, ...letIn })).findings.map(({ noun, name }) => `${noun} ${name}`).sort(),
            ["serverRunners ", "systemHook https://x.example/in"],
        );
        const paused = { "/runners/all": [{ ...runner, paused: true }] };
        assert.deepEqual((await look({ ...letIn, ...paused })).findings, []);
    });

    test("runners are one thing to decide on, however many there are, and are removed for nobody else", async () => {
        const all = Array.from({ length: 12 }, (_, index) => ({
            ...runner,
            id: index,
            description: `auto-${String(index).padStart(2, "0")}`,
        }));
        const letIn = { "/projects/11": { id: 11, shared_runners_enabled: true } };
        const { findings } = await look({ ...letIn, "/runners/all": all });
        const [only, ...others] = findings;
        assert.ok(only);
        assert.deepEqual(others, []);
        assert.equal(
            whatDiffers(only, "en"),
            "number 12; runners auto-00, auto-01, auto-02, …; whoever runs the server made them, and the estate did not; jobs of its projects run there, with their variables",
        );
        assert.equal(whereAndWhat(only, "zh"), "GitLab: 整个服务器的 Runner");
        assert.doesNotMatch(only.mend, /DELETE|runners\//);
        assert.match(only.mend, /shared_runners_setting=disabled_and_unoverridable '?https:\S+\/groups\/6'?/);
        const decision = parseAccepted(
            "drift.dev.yaml",
            'accepted: [{ server: GitLab, kind: serverRunners, name: "*", reason: fleet of the company }]',
        );
        assert.deepEqual(withoutAccepted(findings, decision, "2026-12-01").findings, []);
    });

    test("a token that is no administrator's says nothing of it", async () => {
        for (const status of [401, 403, 404]) {
            const { findings, unread } = await look({ "/hooks": status, "/runners/all": status });
            assert.deepEqual([findings, unread], [[], []], String(status));
        }
    });
});

describe("what is not answered", () => {
    test("who the account is: no owner is called undeclared, and the run says what it lacks", async () => {
        for (const status of [403, 404]) {
            const { findings, unread } = await look({
                "/user": status,
                "/groups/6/members": [{ id: 1, username: "root", access_level: 50 }],
            });
            assert.deepEqual(findings, []);
            assert.deepEqual(
                unread.map(({ what }) => what),
                ["/user"],
            );
        }
    });

    test("links to directories, where a server has none or no such sign-in: there are none", async () => {
        for (const [path, statuses] of Object.entries({
            "/groups/6/saml_group_links": [401, 403, 404],
            "/groups/6/ldap_group_links": [404],
        })) {
            for (const status of statuses) {
                assert.deepEqual((await look({ [path]: status }, "premium")).unread, [], `${path} ${status}`);
            }
        }
        assert.equal((await look({ "/groups/6/ldap_group_links": 403 }, "premium")).unread.length, 1);
    });

    test("integrations of a group, before GitLab had them: there are none", async () => {
        assert.deepEqual((await look({ "/groups/6/integrations": 404 })).unread, []);
        assert.equal((await look({ "/groups/6/integrations": 403 })).unread.length, 1);
        assert.equal((await look({ "/projects/11/integrations": 404 })).unread.length, 1);
    });
});
