/**
 * The doctor on GitLab: one thing wrong at a time, and each is named once, with its place in the spec and what to do. The
 * answers are those of GitLab's documentation; that a GitLab gives them is not proved here.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, type Finding } from "../../../commands/doctor/finding";
import { gitlabChecks } from "../../../commands/doctor/gitlab/checks";
import { gitlabFacts } from "../../../commands/doctor/gitlab/facts";
import { isAllowed, isPrivate } from "../../../commands/doctor/gitlab/private";
import { nothingMade, type Made } from "../../../commands/doctor/made";
import { proposalType } from "../../../estate/pipeline";
import { model, type Overrides } from "../../support/estate";
import {
    assertFound,
    assertNothingClaimed,
    madeOf,
    now,
    server,
    silent,
    Status,
    type Answers,
    type Expected,
} from "./support";

const user = (username: string, state = "active"): unknown => [{ id: username.length, username, state }];

/** A GitLab on which the test's estate can be made: by an Owner of nothing yet who may make groups. */
const ready: Answers = {
    "GET /metadata": { version: "19.4.0", enterprise: false },
    "GET /personal_access_tokens/self": { scopes: ["api"], expires_at: "2027-05-01", active: true },
    "GET /user": { id: 9, username: "estate", can_create_group: true, web_url: "https://gitlab.test/estate" },
    "GET /application/settings": new Status(403),
    "GET /license": new Status(403),
    "GET /users?username=alice": user("alice"),
    "GET /users?username=bob": user("bob"),
    "GET /users?username=carol": user("carol"),
    "GET /namespaces/acme/exists": { exists: false, suggests: [] },
};

/** The same, with the group there and the token's user its Owner. */
const there: Answers = {
    ...ready,
    "GET /groups/acme?with_projects=false": {
        id: 5,
        full_path: "acme",
        visibility: "private",
        marked_for_deletion_on: null,
    },
    "GET /groups/5/members/all/9": { access_level: 50 },
    "GET /groups/5/members/all": [{ username: "estate", access_level: 50 }],
    "GET /groups/5/descendant_groups": [],
    "GET /groups/5/projects?include_subgroups=true&simple=false": [],
    "GET /groups/5/access_tokens": [],
    "GET /groups/5/audit_events": new Status(404),
    "GET /namespaces/acme": { plan: "default" },
};

/** The fixture with Flux, which knows nobody and finds no repository by its URL. */
const withFlux: Overrides = {
    defaults: { engine: "flux" },
    argocd: undefined,
    flux: { manifests: { path: "manifests" }, webhookUrl: "https://flux.test" },
};

/** The estate's group with these settings. */
const group = (settings: object): Answers => ({
    "GET /groups/acme?with_projects=false": {
        ...(there["GET /groups/acme?with_projects=false"] as object),
        ...settings,
    },
});

const admin: Answers = {
    "GET /user": {
        id: 9,
        username: "estate",
        is_admin: true,
        can_create_group: true,
        web_url: "https://gitlab.test/estate",
    },
    "GET /application/settings": {
        allow_local_requests_from_web_hooks_and_services: true,
        outbound_local_requests_whitelist: [],
        restricted_visibility_levels: [],
    },
};

const existing: Overrides = { gitlab: { createGroup: false } };

async function look(
    answers: Answers,
    overrides: Overrides = {},
    { made = nothingMade, addresses = ["203.0.113.7"] }: { made?: Made; addresses?: readonly string[] } = {},
): Promise<Finding[]> {
    const estate = model(overrides);
    const facts = await gitlabFacts(server(answers).ask, estate, {
        addressesOf: () => Promise.resolve(addresses),
        wishes: made.wishes,
    });
    return decide(gitlabChecks, facts, { estate, made, now });
}

describe("a GitLab that is as it should be", () => {
    test("before the first up nothing is said, whether the estate makes the group or not", async () => {
        assert.deepEqual(await look(ready), []);
        assert.deepEqual(await look(there, existing), []);
    });
    test("nor with an administrator's token", async () => {
        assert.deepEqual(await look({ ...ready, ...admin }), []);
        assert.deepEqual(await look({ ...ready, ...admin }, {}, { addresses: ["10.1.2.3"] }), []);
    });
    test("nor on an existing estate: what the stack made is no conflict", async () => {
        const answers = {
            ...there,
            "GET /groups/5/descendant_groups": [{ full_path: "acme/shop" }],
            "GET /groups/5/projects?include_subgroups=true&simple=false": [
                { path_with_namespace: "acme/shop/web" },
                { path_with_namespace: "acme/shop/web-config" },
            ],
        };
        const made = madeOf(
            { type: "gitlab:index/group:Group", outputs: { fullPath: "acme" } },
            { type: "gitlab:index/group:Group", outputs: { fullPath: "acme/shop" } },
            { type: "gitlab:index/project:Project", outputs: { pathWithNamespace: "acme/shop/web" } },
            { type: "gitlab:index/project:Project", outputs: { pathWithNamespace: "acme/shop/web-config" } },
        );
        assert.deepEqual(await look(answers, {}, { made }), []);
    });
});

interface Planted {
    readonly answers: Answers;
    readonly spec?: Overrides;
    readonly made?: Made;
    readonly addresses?: readonly string[];
    /** Check, place, part of the fix; several where several are planted. */
    readonly found: readonly Expected[];
}

const nested: Overrides = { gitlab: { group: "company/acme" } };
const above: Answers = {
    ...ready,
    "GET /groups/company?with_projects=false": { id: 3, full_path: "company", visibility: "private" },
    "GET /groups/3/members/all/9": { access_level: 50 },
    "GET /groups/3/members/all": [],
};

const token = (name: string, expiresAt: string) => ({
    type: "gitlab:index/projectAccessToken:ProjectAccessToken",
    outputs: { name, project: "7", expiresAt },
});

/** What the state has of a repository that is to come to other pipelines by a merge request. */
const wish = (project: string, repository: string) => ({
    type: proposalType,
    inputs: {
        ...{ project, repository, branch: "main", path: "ci/estate.yml", text: "ref: v2\n", version: "v2" },
        ...{ title: "Include", commit: "Include" },
    },
});

/** A repository whose file says another version, and what became of its merge request. */
const proposals = (project: string, state: "declined" | "taken" | "merged"): Answers => {
    const base = `GET /projects/${project}`;
    const file = (ref: string, content: string): Answers => ({
        [`${base}/repository/files/ci%2Festate.yml?ref=${ref}`]: {
            content: Buffer.from(content).toString("base64"),
        },
    });
    const request = {
        iid: 3,
        web_url: "https://gitlab.test/3",
        state: state === "taken" ? "opened" : state === "declined" ? "closed" : "merged",
        author: { id: state === "taken" ? 4 : 9 },
        source_project_id: 1,
        target_project_id: 1,
        sha: "abc",
        description: "",
    };
    return {
        ...file("main", state === "merged" ? "ref: v2\n" : "include:\n    ref: v1-old\n"),
        ...file("abc", "ref: v2\n"),
        [`${base}/merge_requests?source_branch=estate%2Fpipelines&target_branch=main&order_by=created_at&sort=desc`]:
            [request],
        [`${base}/merge_requests/3`]: request,
        [`${base}/merge_requests/3/commits`]: [],
    };
};

const planted: Readonly<Record<string, Planted>> = {
    "a GitLab that does not answer is one finding": {
        answers: { "GET /metadata": silent },
        found: [["gitlab-reachable", "gitlab.url", /network and proxy/]],
    },
    "a GitLab that stops answering in the middle is one too": {
        answers: { ...there, "GET /groups/5/projects?include_subgroups=true&simple=false": silent },
        spec: existing,
        found: [["gitlab-reachable", "gitlab.url", /network and proxy/]],
    },
    "a page that is not GitLab's": {
        answers: { "GET /metadata": new Status(301, "", { location: "https://git.test/" }) },
        found: [["gitlab-api", "gitlab.url", /external_url/]],
    },
    "a list of projects that breaks off": {
        answers: {
            ...there,
            "GET /groups/5/projects?include_subgroups=true&simple=false": new Status(500),
        },
        spec: existing,
        found: [["gitlab-lists", "gitlab.url", /run it again/, "note"]],
    },
    "a token that is refused": {
        answers: { "GET /metadata": new Status(401) },
        found: [["gitlab-token", "credentials.gitlab.token", /config set --secret/]],
    },
    "a token that only reads": {
        answers: { ...ready, "GET /personal_access_tokens/self": { scopes: ["read_api"], expires_at: null } },
        found: [["gitlab-token-scope", "credentials.gitlab.token", /scope api/]],
    },
    "a token about to end": {
        answers: {
            ...ready,
            "GET /personal_access_tokens/self": { scopes: ["api"], expires_at: "2026-06-07" },
        },
        found: [["gitlab-token-end", "credentials.gitlab.token", /before it ends/, "warning"]],
    },
    "a token of one project": {
        answers: {
            ...there,
            "GET /user": { id: 9, username: "project_12_bot_af", web_url: "https://gitlab.test/x" },
        },
        spec: existing,
        found: [["gitlab-token-owner", "credentials.gitlab.token", /service account/]],
    },
    "a GitLab that is too old": {
        answers: { ...ready, "GET /metadata": { version: "17.5.4", enterprise: false } },
        spec: { gitlab: { protectedMergeRequestPipelines: false } },
        found: [["gitlab-version", "gitlab.url", /upgrade/]],
    },
    "a GitLab without protected pipelines of merge requests": {
        answers: { ...ready, "GET /metadata": { version: "18.0.2", enterprise: false } },
        found: [["gitlab-mr-pipelines", "gitlab.protectedMergeRequestPipelines", /: false/]],
    },
    "pipelines of a version that is not there": {
        answers: {
            ...ready,
            "GET /projects/acme%2Fpipelines/repository/tags/v1-00000000": new Status(404),
        },
        spec: { pipelines: { version: "v1-00000000" } },
        found: [["gitlab-pipelines-version", "pipelines.version", /includes the newest/, "warning"]],
    },
    "pipelines that people do not want, and ones that somebody is in the way of": {
        answers: {
            ...ready,
            ...proposals("71", "declined"),
            ...proposals("72", "taken"),
            ...proposals("73", "merged"),
        },
        made: madeOf(
            wish("71", "acme/shop/web"),
            wish("72", "acme/shop/api-config"),
            wish("73", "acme/shop/api"),
        ),
        found: [
            ["gitlab-pipelines-declined", "apps.api.pipelines.move", /ci\/estate\.yml there/, "warning"],
            ["gitlab-pipelines-declined", "apps.web.pipelines.move", /reopen it/, "warning"],
        ],
    },
    "tokens of the estate's that ended, and others that are about to": {
        answers: ready,
        made: madeOf(
            {
                type: "gitlab:index/project:Project",
                id: "7",
                outputs: { pathWithNamespace: "acme/shop/web" },
            },
            token("approvals-g1", "2026-06-01"),
            token("approvals-g1", "2026-06-02"),
            token("deliveries-g2", "2026-06-14"),
            token("rollouts-g1", "2026-06-15"),
        ),
        found: [
            ["gitlab-made-tokens", "credentials.rotateBeforeDays", /--refresh makes new ones/],
            ["gitlab-made-tokens", "credentials.rotateBeforeDays", /up renews it/, "warning"],
            ["gitlab-made-tokens", "credentials.rotateBeforeDays", /up renews it/, "warning"],
        ],
    },
    "tokens that no update would renew yet": {
        answers: ready,
        spec: { credentials: { rotateBeforeDays: 3 } },
        made: madeOf(token("preview-g1", "2026-06-04"), token("preview-g1", "2026-06-03")),
        found: [["gitlab-made-tokens", "credentials.rotateBeforeDays", /up renews it/, "warning"]],
    },
    "the other edition": {
        answers: { ...ready, "GET /metadata": { version: "19.4.0-ee", enterprise: true } },
        found: [["gitlab-edition", "gitlab.edition", /edition: ee/]],
    },
    "a licence that is not there, by the licence itself": {
        answers: {
            ...ready,
            ...admin,
            "GET /metadata": { version: "19.4.0-ee", enterprise: true },
            "GET /license": { plan: "premium", expired: true },
        },
        spec: { gitlab: { tier: "premium" } },
        found: [["gitlab-tier", "gitlab.tier", /tier: free/]],
    },
    "a licence that is not there, by what the group can do": {
        answers: {
            ...there,
            "GET /metadata": { version: "19.4.0-ee", enterprise: true },
            "GET /groups/5/audit_events": new Status(403),
        },
        spec: { gitlab: { tier: "premium", createGroup: false } },
        found: [["gitlab-tier", "gitlab.tier", /tier: free/]],
    },
    "more paid for than used": {
        answers: {
            ...there,
            "GET /metadata": { version: "19.4.0-ee", enterprise: true },
            "GET /namespaces/acme": { plan: "ultimate" },
        },
        spec: { gitlab: { edition: "ee", createGroup: false } },
        found: [["gitlab-tier", "gitlab.tier", /tier: premium/, "warning"]],
    },
    "a gate that holds nothing any more, and whose project is gone": {
        answers: {
            ...there,
            "GET /groups/5/projects?include_subgroups=true&simple=false": [
                {
                    path_with_namespace: "acme/shop/web-config",
                    ci_config_path: null,
                    only_allow_merge_if_pipeline_succeeds: true,
                },
            ],
        },
        spec: {
            gitlab: { createGroup: false, approvalGate: { enabled: true } },
            environments: { prod: { approvals: 1 } },
        },
        made: madeOf({
            type: "gitlab:index/project:Project",
            outputs: { pathWithNamespace: "acme/shop/web-config" },
        }),
        found: [
            ["gitlab-gate", "gitlab.approvalGate", /puts it back/],
            ["gitlab-gate-project", "pipelines.path", /makes it again/],
        ],
    },
    "a group that is not there": {
        answers: ready,
        spec: existing,
        found: [["gitlab-group-there", "gitlab.group", /by hand/]],
    },
    "a group above that is not there": {
        answers: ready,
        spec: nested,
        found: [["gitlab-group-above", "gitlab.group", /make company by hand/]],
    },
    "a user who may make no groups": {
        answers: {
            ...ready,
            "GET /user": {
                id: 9,
                username: "estate",
                can_create_group: false,
                web_url: "https://gitlab.test/e",
            },
        },
        found: [["gitlab-group-creatable", "gitlab.group", /createGroup: false/]],
    },
    "a user who is no Owner of the group above": {
        answers: { ...above, "GET /groups/3/members/all/9": { access_level: 40 } },
        spec: nested,
        found: [["gitlab-group-creatable", "gitlab.group", /Owner of company/]],
    },
    "GitLab.com and a top-level group": {
        answers: {
            ...ready,
            "GET /metadata": { version: "19.5.0-ee", enterprise: true },
            "GET /user": { id: 9, username: "estate", web_url: "https://gitlab.com/estate" },
        },
        spec: { gitlab: { url: "https://gitlab.com" } },
        found: [["gitlab-group-creatable", "gitlab.group", /by hand/]],
    },
    "a group that somebody made": {
        answers: there,
        found: [["gitlab-group-taken", "gitlab.group", /createGroup: false/]],
    },
    "a group whose name a user has": {
        answers: { ...ready, "GET /namespaces/acme/exists": { exists: true, suggests: ["acme1"] } },
        found: [["gitlab-group-taken", "gitlab.group", /another group/]],
    },
    "a group that is marked for deletion": {
        answers: {
            ...there,
            "GET /groups/acme?with_projects=false": {
                id: 5,
                full_path: "acme",
                visibility: "private",
                marked_for_deletion_on: "2026-06-05",
            },
        },
        found: [["gitlab-group-taken", "gitlab.group", /restore/]],
    },
    "a user who is only Maintainer of the group": {
        answers: { ...there, "GET /groups/5/members/all/9": { access_level: 40 } },
        spec: existing,
        found: [["gitlab-group-role", "credentials.gitlab.token", /Owner of acme/]],
    },
    "a group in which nobody makes projects": {
        answers: { ...there, ...group({ project_creation_level: "noone" }) },
        spec: existing,
        found: [["gitlab-project-creation", "gitlab.group", /Roles allowed to create projects/]],
    },
    "a group in which administrators alone make projects": {
        answers: { ...there, ...group({ project_creation_level: "administrator" }) },
        spec: existing,
        found: [["gitlab-project-creation", "gitlab.group", /acme > Settings/]],
    },
    "a group whose repositories are read by ssh alone": {
        answers: {
            ...there,
            ...group({ project_creation_level: "maintainer", enabled_git_access_protocol: "ssh" }),
        },
        spec: existing,
        found: [["gitlab-git-access", "gitlab.group", /HTTP\(S\)/]],
    },
    "a visibility the server forbids": {
        answers: {
            ...ready,
            ...admin,
            "GET /application/settings": { restricted_visibility_levels: ["internal"] },
        },
        spec: { gitlab: { visibility: "internal" } },
        found: [["gitlab-visibility", "gitlab.visibility", /Visibility and access controls/]],
    },
    "a visibility wider than that of the group around": {
        answers: there,
        spec: { gitlab: { createGroup: false, visibility: "internal" } },
        found: [["gitlab-visibility", "gitlab.visibility", /visibility: private/]],
    },
    "maintenance mode": {
        answers: { ...ready, ...admin, "GET /application/settings": { maintenance_mode: true } },
        found: [["gitlab-maintenance", "gitlab.url", /wait/]],
    },
    "two people who do not exist, both at once": {
        answers: { ...ready, "GET /users?username=bob": [], "GET /users?username=alice": user("alicette") },
        found: [
            ["gitlab-person", "teams.shop.developers", /take it out/],
            ["gitlab-person", "teams.shop.maintainers", /take it out/],
        ],
    },
    "a member who left": {
        answers: { ...ready, "GET /users?username=bob": [] },
        made: madeOf({ type: "gitlab:index/groupMembership:GroupMembership", name: "team-shop-member-bob" }),
        found: [["gitlab-person", "teams.shop.developers", /take the name out/, "warning"]],
    },
    "a member who is blocked": {
        answers: { ...ready, "GET /users?username=carol": user("carol", "blocked") },
        found: [["gitlab-person-blocked", "teams.shop.developers", /unblock/, "warning"]],
    },
    "a group in other letters than GitLab's": {
        answers: Object.fromEntries(
            Object.entries(there).map(([call, body]) => [call.replaceAll("acme", "Acme"), body]),
        ),
        spec: { gitlab: { createGroup: false, group: "Acme" } },
        found: [["gitlab-group-spelling", "gitlab.group", /^write acme$/, "warning"]],
    },
    "a person in other letters than GitLab's": {
        answers: { ...ready, "GET /users?username=bob": user("Bob") },
        found: [["gitlab-person-spelling", "teams.shop.developers", /^write Bob$/, "warning"]],
    },
    "a developer who is Owner of the group": {
        answers: { ...there, "GET /groups/5/members/all": [{ username: "Bob", access_level: 50 }] },
        spec: existing,
        found: [["gitlab-person-role", "teams.shop.developers", /role in acme/, "warning"]],
    },
    "the token's own user in a team": {
        answers: {
            ...ready,
            "GET /user": { id: 9, username: "alice", web_url: "https://gitlab.test/alice" },
        },
        found: [["gitlab-person-role", "teams.shop.maintainers", /service account/, "warning"]],
    },
    "a team's group that somebody made": {
        answers: { ...there, "GET /groups/5/descendant_groups": [{ full_path: "acme/Shop" }] },
        spec: existing,
        found: [["gitlab-name", "teams.shop", /Taking over/]],
    },
    "a group that somebody made where prod's config repositories are to be": {
        answers: { ...there, "GET /groups/5/descendant_groups": [{ full_path: "acme/shop-prod" }] },
        spec: { ...existing, apps: { web: { flow: "trunk", environments: { dev: null } } } },
        found: [["gitlab-name", "teams.shop", /Taking over/]],
    },
    "repositories that somebody made": {
        answers: {
            ...there,
            "GET /groups/5/projects?include_subgroups=true&simple=false": [
                { path_with_namespace: "acme/shop/web" },
                { path_with_namespace: "acme/shop/api-config", marked_for_deletion_on: "2026-06-05" },
            ],
        },
        spec: existing,
        found: [
            ["gitlab-name", "apps.api.config.path", /restore/],
            ["gitlab-name", "apps.web.repository.path", /Taking over/],
        ],
    },
    "what a killed run left": {
        answers: {
            ...there,
            "GET /groups/5/descendant_groups": [
                { full_path: "acme/shop", description: "Team shop, managed by Pulumi" },
            ],
            "GET /groups/5/projects?include_subgroups=true&simple=false": [
                { path_with_namespace: "acme/shop/web", description: "Source of web", creator_id: 9 },
                { path_with_namespace: "acme/shop/api", description: "Source of api", creator_id: 4 },
            ],
        },
        spec: existing,
        found: [
            ["gitlab-name", "apps.api.repository.path", /Taking over/],
            ["gitlab-name", "apps.web.repository.path", /import it/, "warning"],
            ["gitlab-name", "teams.shop", /import it/, "warning"],
        ],
    },
    "a group that makes no access tokens": {
        answers: { ...there, "GET /groups/5/access_tokens": new Status(401) },
        spec: existing,
        found: [["gitlab-project-tokens", "apps.api", /Users can create project access tokens/]],
    },
    "tokens that may not live that long": {
        answers: {
            ...ready,
            ...admin,
            "GET /application/settings": { max_personal_access_token_lifetime: 30 },
        },
        found: [["gitlab-token-days", "credentials.lifetimeDays", /30 or less/]],
    },
    "a hook to a private address, refused": {
        answers: {
            ...ready,
            ...admin,
            "GET /application/settings": {
                allow_local_requests_from_web_hooks_and_services: false,
                outbound_local_requests_whitelist: ["10.9.0.0/16", "argocd.test:8443"],
            },
        },
        addresses: ["10.1.2.3"],
        found: [["gitlab-hooks", "argocd.url", /Outbound requests/]],
    },
    "a hook to a private address, unknown to this token": {
        answers: ready,
        addresses: ["192.168.4.5"],
        found: [["gitlab-hooks", "argocd.url", /ask an administrator/, "note"]],
    },
    "a hook to a private address, of events of merge requests": {
        answers: ready,
        spec: { argocd: { previewWebhookUrl: "https://previews.test" }, apps: { web: { previews: {} } } },
        addresses: ["192.168.4.5"],
        found: [
            ["gitlab-hooks", "argocd.previewWebhookUrl", /ask an administrator/, "note"],
            ["gitlab-hooks", "argocd.url", /ask an administrator/, "note"],
        ],
    },
    "a hook to a private address, of Flux": {
        answers: ready,
        spec: withFlux,
        addresses: ["192.168.4.5"],
        found: [["gitlab-hooks", "flux.webhookUrl", /ask an administrator/, "note"]],
    },
    "a GitLab that calls itself something else": {
        answers: {
            ...ready,
            "GET /user": { id: 9, username: "estate", web_url: "https://git.corp.test/estate" },
        },
        found: [["gitlab-own-url", "gitlab.url", /external_url/, "warning"]],
    },
};

describe("one thing wrong with GitLab", () => {
    for (const [name, { answers, spec, made, addresses, found }] of Object.entries(planted)) {
        test(name, async () => {
            const findings = await look(answers, spec, {
                ...(made === undefined ? {} : { made }),
                ...(addresses === undefined ? {} : { addresses }),
            });
            const seen = [...findings].sort((a, b) => (a.path < b.path ? -1 : 1));
            assertFound(seen, found);
        });
    }
    test("every check has something planted", () => {
        const ids = new Set(Object.values(planted).flatMap(({ found }) => found.map(([id]) => id)));
        assert.deepEqual(
            gitlabChecks.map(({ id }) => id).filter((id) => !ids.has(id)),
            [],
        );
    });
});

describe("addresses", () => {
    test("private ones, and what is allowed all the same", () => {
        for (const address of ["10.0.0.1", "172.31.255.1", "127.0.0.1", "::1", "fd00::1", "169.254.1.1"]) {
            assert.ok(isPrivate(address), address);
        }
        for (const address of ["203.0.113.7", "172.32.0.1", "2001:db8::1", "argocd.test"]) {
            assert.ok(!isPrivate(address), address);
        }
        const url = "https://argocd.test/api/webhook";
        assert.ok(isAllowed(url, "10.1.2.3", ["argocd.test"]));
        assert.ok(isAllowed(url, "10.1.2.3", ["10.1.0.0/16"]));
        assert.ok(isAllowed(url, "10.1.2.3", ["10.1.2.3:443"]));
        assert.ok(isAllowed(url, "fd00::1", ["fd00::1"]));
        assert.ok(!isAllowed(url, "10.1.2.3", ["argocd.test:8443", "10.2.0.0/16", "other.test"]));
    });
});

describe("a version of the pipelines that the spec names", () => {
    const tag = "GET /projects/acme%2Fpipelines/repository/tags/v1-00000000";
    const named: Overrides = { pipelines: { version: "v1-00000000" } };
    test("is reported where it is no tag of their project, or there is no project", async () => {
        const [found, ...more] = await look({ ...ready, [tag]: new Status(404) }, named);
        assert.deepEqual(more, []);
        assert.deepEqual(
            [found?.id, found?.path, found?.value, found?.severity],
            ["gitlab-pipelines-version", "pipelines.version", "v1-00000000", "warning"],
        );
        assert.match(String(found?.rule), /a tag of acme\/pipelines/);
    });
    test("is nothing to report where it is there, or none is named", async () => {
        assert.deepEqual(await look({ ...ready, [tag]: { name: "v1-00000000" } }, named), []);
        assert.deepEqual(await look(ready), []);
    });
});

test("what Argo CD alone makes of names and URLs is nothing to tell where Flux delivers", async () => {
    const otherwise: Answers = {
        ...ready,
        "GET /user": { id: 9, username: "estate", web_url: "https://git.corp.test/estate" },
        "GET /users?username=alice": user("Alice"),
    };
    const ids = async (spec?: Overrides): Promise<string[]> =>
        (await look(otherwise, spec)).map(({ id }) => id).sort();
    const about = ["gitlab-own-url", "gitlab-person-spelling"];
    assert.deepEqual(
        (await ids()).filter((id) => about.includes(id)),
        about,
    );
    assert.deepEqual(
        (await ids(withFlux)).filter((id) => about.includes(id)),
        [],
    );
});

test("an inconclusive answer is no answer: nobody is missing, no name is free or in use by it", async () => {
    const about = ["gitlab-reachable", "gitlab-api", "gitlab-lists"];
    await assertNothingClaimed(ready, (answers) => look(answers), about);
    await assertNothingClaimed(there, (answers) => look(answers, existing), about);
    const [finding, ...others] = await look({
        ...ready,
        ...Object.fromEntries(
            ["alice", "bob", "carol"].map((name) => [`GET /users?username=${name}`, new Status(403)]),
        ),
    });
    assert.deepEqual(others, [], "once, for however many people");
    assert.deepEqual([finding?.id, finding?.value, finding?.severity], ["gitlab-lists", "/users", "note"]);
});

describe("the job that blocks merge requests", () => {
    const gate: Overrides = {
        gitlab: { approvalGate: { enabled: true } },
        environments: { prod: { approvals: 1 } },
    };
    const held = {
        path_with_namespace: "acme/shop/web-config",
        ci_config_path: "approvals/after-promote.yml@acme/pipelines:v1-0123abcd",
        only_allow_merge_if_pipeline_succeeds: true,
        allow_merge_on_skipped_pipeline: false,
    };
    const project = {
        path_with_namespace: "acme/pipelines",
        shared_with_groups: [{ group_full_path: "acme/shop", group_access_level: 20 }],
    };
    const found = async (...projects: object[]): Promise<Finding[]> =>
        (
            await look(
                { ...there, "GET /groups/5/projects?include_subgroups=true&simple=false": projects },
                gate,
                {
                    made: madeOf(
                        { type: "gitlab:index/group:Group", outputs: { fullPath: "acme" } },
                        ...["acme/shop/web-config", "acme/pipelines"].map((pathWithNamespace) => ({
                            type: "gitlab:index/project:Project",
                            outputs: { pathWithNamespace },
                        })),
                    ),
                },
            )
        ).filter(({ id }) => id.startsWith("gitlab-gate"));

    test("is reported as off where a setting of its repository differs", async () => {
        assert.deepEqual(await found(held, project), []);
        for (const [change, rule] of [
            [{ ci_config_path: null }, /begin with "\.gitlab-ci\.yml" instead of the gate/],
            [{ ci_config_path: "mine.yml@acme/shop/web:v1" }, /begin with "mine\.yml/],
            [{ only_allow_merge_if_pipeline_succeeds: false }, /"Pipelines must succeed" is off/],
            [{ allow_merge_on_skipped_pipeline: true }, /skipped pipelines count/],
        ] as const) {
            const findings = await found({ ...held, ...change }, project);
            assertFound(findings, [["gitlab-gate", "gitlab.approvalGate", /--refresh puts it back/]]);
            assert.match(findings[0]?.rule ?? "", rule);
        }
    });
    test("is reported where its project is gone, or somebody else's to change", async () => {
        const gone = { ...project, marked_for_deletion_on: "2026-06-01" };
        const open = {
            ...project,
            shared_with_groups: [{ group_full_path: "acme/shop", group_access_level: 30 }],
        };
        assertFound(await found(held), [["gitlab-gate-project", "pipelines.path", /makes it again/]]);
        assertFound(await found(held, gone), [["gitlab-gate-project", "pipelines.path", /restored/]]);
        assertFound(await found(held, open), [
            ["gitlab-gate-project", "pipelines.path", /make them reporters/],
        ]);
    });
    test("is nothing without a gate, and nothing before its repositories are there", async () => {
        assert.deepEqual(await found(), []);
        const off = { ...held, ci_config_path: null };
        const all = await look({
            ...there,
            "GET /groups/5/projects?include_subgroups=true&simple=false": [off],
        });
        assert.deepEqual(
            all.filter(({ id }) => id.startsWith("gitlab-gate")),
            [],
        );
    });
});
