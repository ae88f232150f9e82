/** What a killed run made is found on the stand-ins' APIs. That the engine imports it is for test/e2e/faults.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { client, type Ask } from "../../commands/doctor/http";
import { existing } from "../../commands/support/branches";
import { findExisting, type Left } from "../../commands/support/leftOnServer";
import { Sandbox } from "../../sandbox/test/gitlab/harness";
import { admin, basic, TestHarbor } from "../../sandbox/test/harbor/fixture";

/** Looks for a resource by kind and inputs. */
function finder(ask: Ask, provider: "gitlab" | "harbor"): (kind: string, inputs: object) => Promise<unknown> {
    return async (kind, inputs): Promise<Left | undefined> =>
        findExisting(
            {
                urn: `urn:pulumi:dev::p::t::${kind}`,
                type: `${provider}:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`,
                inputs: { ...inputs },
            },
            ask,
        );
}

const imported = (id: string): Left => ({ kind: "import", id });

test("on GitLab", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const ask: Ask = async (method, path, body) => {
        const answer = await root.call(method, path, body);
        return { status: answer.status, headers: {}, body: answer.body };
    };
    const find = finder(ask, "gitlab");
    const make = async (path: string, body: object): Promise<Record<string, unknown>> => {
        const { status, body: made } = await root.call("POST", path, body);
        assert.ok(status < 300, `${path}: ${status} ${JSON.stringify(made)}`);
        return made as Record<string, unknown>;
    };
    const group = await make("/groups", { name: "acme", path: "acme" });
    const team = await make("/groups", { name: "shop", path: "shop", parent_id: group["id"] });
    const other = await make("/groups", { name: "desk", path: "desk", parent_id: group["id"] });
    const made = await make("/projects", {
        name: "web",
        path: "web",
        namespace_id: team["id"],
        initialize_with_readme: true,
        default_branch: "dev",
    });
    const project = String(made["id"]);
    const of = `/projects/${project}`;

    // Nothing is there yet: nothing is found.
    const wanted: readonly [string, object][] = [
        ["Branch", { project, name: "env/test" }],
        ["RepositoryFile", { project, branch: "dev", filePath: "ci/a.sh" }],
        ["ProjectVariable", { project, key: "KEY" }],
        ["ProjectHook", { project, url: "http://127.0.0.1:9/x" }],
        ["ProjectEnvironment", { project, name: "prod" }],
        ["ProjectDeployToken", { project, name: "reader" }],
        ["ProjectAccessToken", { project, name: "writer" }],
        ["BranchProtection", { project, branch: "env/test" }],
        ["ProjectTag", { project, name: "v1/a" }],
        ["ProjectLabel", { project, name: "preview: live" }],
        ["ProjectShareGroup", { project, groupId: String(other["id"]) }],
        ["PipelineTrigger", { project, description: "Releases, g1" }],
        ["ProjectVariable", { project, key: "KEY", environmentScope: "prod/*" }],
    ];
    for (const [kind, inputs] of wanted) {
        assert.equal(await find(kind, inputs), undefined, kind);
    }
    await make(`${of}/repository/branches`, { branch: "env/test", ref: "dev" });
    const branch = { repository: "acme/shop/web", branch: "env/test", byPeople: false };
    const resources = [{ urn: "u", type: "t", inputs: { project } }];
    assert.deepEqual(
        (await existing([{ ...branch, resources }], ask)).map(({ isProtected }) => isProtected),
        [false],
    );
    await make(`${of}/protected_branches`, { name: "env/test", push_access_level: 0 });
    assert.deepEqual(
        (await existing([{ ...branch, resources }], ask)).map(({ isProtected }) => isProtected),
        [true],
    );
    const file = { branch: "dev", content: "x", commit_message: "m" };
    await make(`${of}/repository/files/${encodeURIComponent("ci/a.sh")}`, file);
    await make(`${of}/variables`, { key: "KEY", value: "v" });
    const hook = await make(`${of}/hooks`, { url: "http://127.0.0.1:9/x" });
    const environment = await make(`${of}/environments`, { name: "prod" });
    const reader = await make(`${of}/deploy_tokens`, { name: "reader", scopes: ["read_repository"] });
    const end = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const writer = await make(`${of}/access_tokens`, { name: "writer", scopes: ["api"], expires_at: end });

    await make(`${of}/repository/tags`, { tag_name: "v1/a", ref: "dev" });
    await make(`${of}/labels`, { name: "preview: live", color: "#1f75cb" });
    await make(`${of}/share`, { group_id: other["id"], group_access: 20 });
    const trigger = await make(`${of}/triggers`, { description: "Releases, g1" });
    await make(`${of}/variables`, { key: "KEY", value: "v", environment_scope: "prod/*" });

    const text = (element: Record<string, unknown>): string => String(element["id"]);
    assert.deepEqual(await find("Group", { path: "acme" }), imported(text(group)));
    assert.deepEqual(await find("Group", { path: "shop", parentId: group["id"] }), imported(text(team)));
    assert.deepEqual(await find("Project", { path: "web", namespaceId: team["id"] }), imported(project));
    const expected: readonly Left[] = [
        imported(`${project}:env/test`),
        imported(`${project}:dev:ci/a.sh`),
        imported(`${project}:KEY:*`),
        imported(`${project}:${text(hook)}`),
        imported(`${project}:${text(environment)}`),
        { kind: "delete", path: `${of}/deploy_tokens/${text(reader)}` },
        { kind: "delete", path: `${of}/access_tokens/${text(writer)}` },
        imported(`${project}:env/test`),
        imported(`${project}:v1/a`),
        imported(`${project}:preview: live`),
        imported(`${project}:${text(other)}`),
        { kind: "delete", path: `${of}/triggers/${text(trigger)}` },
        imported(`${project}:KEY:prod/*`),
    ];
    for (const [index, [kind, inputs]] of wanted.entries()) {
        assert.deepEqual(await find(kind, inputs), expected[index], kind);
    }
});

test("on Harbor", async (context) => {
    const harbor = await TestHarbor.start();
    context.after(() => harbor.stop());
    const connection = {
        url: `${harbor.url}/api/v2.0`,
        headers: { authorization: basic(admin as [string, string]) },
    };
    const { ask, close } = client(connection, AbortSignal.timeout(60_000));
    context.after(close);
    const find = finder(ask, "harbor");
    const projectId = `/projects/${await harbor.project("web-dev")}`;
    const robot = await harbor.robot("web-dev", "pull", ["repository:pull"]);
    const tags = [{ kind: "doublestar", decoration: "matches", pattern: "v*" }];
    const all = [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }];
    const rule = {
        action: "immutable",
        template: "immutable_template",
        tag_selectors: tags,
        scope_selectors: { repository: all },
    };
    const hook = {
        name: "updater",
        enabled: true,
        event_types: ["PUSH_ARTIFACT"],
        targets: [{ type: "http", address: "http://127.0.0.1:9/x" }],
    };
    assert.equal((await ask("POST", `${projectId}/immutabletagrules`, rule)).status, 201);
    assert.equal((await ask("POST", `${projectId}/webhook/policies`, hook)).status, 201);

    assert.deepEqual(await find("Project", { name: "web-dev" }), imported(projectId));
    assert.equal(await find("Project", { name: "web-test" }), undefined);
    const permissions = [{ namespace: "web-dev" }];
    assert.deepEqual(await find("RobotAccount", { name: "pull", permissions }), {
        kind: "delete",
        path: `/robots/${robot.id}`,
    });
    assert.equal(await find("RobotAccount", { name: "push", permissions }), undefined);
    const found = (await find("ImmutableTagRule", { projectId, tagMatching: "v*" })) as { id: string };
    assert.match(found.id, new RegExp(`^${projectId}/immutabletagrules/\\d+$`));
    assert.equal(await find("ImmutableTagRule", { projectId, tagMatching: "**" }), undefined);
    const policy = (await find("ProjectWebhook", { projectId, name: "updater" })) as { id: string };
    assert.match(policy.id, new RegExp(`^${projectId}/webhook/policies/\\d+$`));
});
