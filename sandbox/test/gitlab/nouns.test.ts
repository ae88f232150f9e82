/** The nouns at the edges: each is made, read, changed and removed once, in the way the providers do it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";

import { field, Sandbox, type Person } from "./harness";

interface Noun {
    name: string;
    base: string;
    create: Record<string, unknown>;
    /** Field of the answer that names the object in its path. */
    key: string;
    update?: { method: string; body: Record<string, unknown>; changed: string };
    /** Fields that must never be in a later answer. */
    secret?: string;
    /** Status of a GET after the DELETE; 404 when not given. */
    after?: number;
}

async function live(root: Person, noun: Noun): Promise<void> {
    const made = await root.call("POST", noun.base, noun.create);
    assert.equal(made.status, 201, `${noun.name}: ${JSON.stringify(made.body)}`);
    if (noun.secret !== undefined) {
        assert.ok(field<string>(made.body, noun.secret).length > 10, `${noun.name} gives its secret once`);
    }
    const path = `${noun.base}/${encodeURIComponent(String(field<string | number>(made.body, noun.key)))}`;
    const listed = await root.call("GET", noun.base);
    assert.equal(listed.status, 200, `${noun.name} list`);
    assert.ok((listed.body as unknown[]).length > 0);
    const shown = await root.call("GET", path);
    assert.equal(shown.status, 200, `${noun.name} read`);
    if (noun.secret !== undefined) {
        const value = field<string>(made.body, noun.secret);
        assert.ok(
            !JSON.stringify([shown.body, listed.body]).includes(value),
            `${noun.name} keeps its secret`,
        );
    }
    if (noun.update) {
        const changed = await root.call(noun.update.method, path, noun.update.body);
        assert.equal(changed.status, 200, `${noun.name} update: ${JSON.stringify(changed.body)}`);
        const again = await root.call("GET", path);
        assert.deepEqual(
            field(again.body, noun.update.changed),
            noun.update.body[noun.update.changed],
            noun.name,
        );
    }
    const gone = await root.call("DELETE", path);
    assert.ok(gone.status >= 200 && gone.status < 300, `${noun.name} delete: ${gone.status}`);
    assert.equal((await root.call("GET", path)).status, noun.after ?? 404, `${noun.name} after`);
}

test("project nouns", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const project = `/projects/${id}`;
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const blob = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const nouns: Noun[] = [
        {
            name: "deploy key",
            base: `${project}/deploy_keys`,
            create: { title: "argocd", key: `ssh-rsa ${blob} x`, can_push: false },
            key: "id",
            update: { method: "PUT", body: { can_push: true }, changed: "can_push" },
        },
        {
            name: "pipeline schedule",
            base: `${project}/pipeline_schedules`,
            create: { description: "nightly", ref: "main", cron: "0 1 * * *" },
            key: "id",
            update: { method: "PUT", body: { active: false }, changed: "active" },
        },
        {
            name: "trigger",
            base: `${project}/triggers`,
            create: { description: "outside" },
            key: "id",
            update: { method: "PUT", body: { description: "changed" }, changed: "description" },
        },
        {
            name: "deploy token",
            base: `${project}/deploy_tokens`,
            create: { name: "t", scopes: ["read_repository", "read_registry"] },
            key: "id",
            secret: "token",
        },
        {
            name: "access token",
            base: `${project}/access_tokens`,
            create: { name: "t", scopes: ["api"], access_level: 30 },
            key: "id",
            secret: "token",
            after: 200,
        },
        {
            name: "label",
            base: `${project}/labels`,
            create: { name: "preview", color: "#00ff00" },
            key: "id",
            update: { method: "PUT", body: { color: "#ff0000" }, changed: "color" },
        },
        { name: "cluster agent", base: `${project}/cluster_agents`, create: { name: "host" }, key: "id" },
        {
            name: "freeze period",
            base: `${project}/freeze_periods`,
            create: { freeze_start: "0 23 * * 5", freeze_end: "0 7 * * 1" },
            key: "id",
            update: { method: "PUT", body: { cron_timezone: "Europe/Berlin" }, changed: "cron_timezone" },
        },
        {
            name: "push mirror",
            base: `${project}/remote_mirrors`,
            create: { url: "https://user:mirror-password@example.com/x.git", enabled: true },
            key: "id",
        },
        {
            name: "hook",
            base: `${project}/hooks`,
            create: { url: "http://127.0.0.1:9/", token: "x" },
            key: "id",
            update: { method: "PUT", body: { tag_push_events: true }, changed: "tag_push_events" },
        },
        {
            name: "protected tag",
            base: `${project}/protected_tags`,
            create: { name: "v*", create_access_level: 40 },
            key: "name",
        },
        {
            name: "branch",
            base: `${project}/repository/branches`,
            create: { branch: "env/dev", ref: "main" },
            key: "name",
        },
        {
            name: "tag",
            base: `${project}/repository/tags`,
            create: { tag_name: "v1.0.0", ref: "main", message: "First" },
            key: "name",
        },
    ];
    for (const noun of nouns) {
        await live(root, noun);
    }
});

test("invitations by mail wait, are listed for who may invite, and go by their address", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const base = `/projects/${await sandbox.newProject()}/invitations`;
    const invite = { email: "x+y@example.com", access_level: 30 };
    assert.deepEqual((await root.call("POST", base, invite)).body, { status: "success" });
    assert.equal(field<string>((await root.call("POST", base, invite)).body, "status"), "error");
    const [listed] = (await root.call("GET", base)).body as Record<string, unknown>[];
    assert.deepEqual([listed?.["invite_email"], listed?.["access_level"]], [invite.email, 30]);
    const other = await sandbox.newPerson("dora");
    assert.equal((await other.call("GET", base)).status, 404);
    const path = `${base}/${encodeURIComponent(invite.email)}`;
    assert.equal((await root.call("DELETE", path)).status, 204);
    assert.equal((await root.call("DELETE", path)).status, 404);
    assert.deepEqual((await root.call("GET", base)).body, []);
});

test("environments are stopped before they go", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.api.Environments.create(id, "review/feature-1", {
        externalUrl: "http://feature-1.example",
    });
    assert.equal(made.state, "available");
    assert.match(made.slug, /^review-feature-1-[0-9a-z]{6}$/);
    const early = await root.call("DELETE", `/projects/${id}/environments/${made.id}`);
    assert.equal(early.status, 403);
    const stopped = await root.api.Environments.stop(id, made.id);
    assert.equal(stopped.state, "stopped");
    assert.equal((await root.call("DELETE", `/projects/${id}/environments/${made.id}`)).status, 204);
    const twice = await root.call("POST", `/projects/${id}/environments`, { name: "/bad" });
    assert.equal(twice.status, 400);
});

test("deploy keys are shared: enabled elsewhere, and gone with the last project", async (context) => {
    const sandbox = await Sandbox.start(context);
    const first = await sandbox.newProject("one");
    const second = await sandbox.newProject("two");
    const root = sandbox.root();
    const key = `ssh-ed25519 ${Buffer.alloc(51, 7).toString("base64")} argocd`;
    const made = await root.call("POST", `/projects/${first}/deploy_keys`, { title: "k", key });
    const keyId = field<number>(made.body, "id");
    const enabled = await root.call("POST", `/projects/${second}/deploy_keys/${keyId}/enable`);
    assert.equal(enabled.status, 201);
    await root.call("DELETE", `/projects/${first}/deploy_keys/${keyId}`);
    assert.equal((await root.call("GET", `/projects/${second}/deploy_keys/${keyId}`)).status, 200);
    await root.call("DELETE", `/projects/${second}/deploy_keys/${keyId}`);
    assert.deepEqual((await root.call("GET", "/deploy_keys")).body, []);
    const bad = await root.call("POST", `/projects/${first}/deploy_keys`, { title: "k", key: "nonsense" });
    assert.equal(bad.status, 400);
});

test("integrations never return their passwords", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    for (const [slug, body, secret] of [
        [
            "harbor",
            { url: "http://127.0.0.1:8930", project_name: "dev", username: "robot$x", password: "pw-secret" },
            "pw-secret",
        ],
        ["jenkins", { jenkins_url: "http://ci", project_name: "web", password: "pw-secret" }, "pw-secret"],
        ["slack", { webhook: "http://chat/hook-secret", push_channel: "ops" }, "hook-secret"],
        ["external-wiki", { external_wiki_url: "http://wiki" }, "none"],
    ] as const) {
        const path = `/projects/${id}/integrations/${slug}`;
        const set = await root.call("PUT", path, body);
        assert.equal(set.status, 200, slug);
        const shown = await root.call("GET", path);
        assert.equal(field(shown.body, "active"), true);
        assert.ok(!JSON.stringify([set.body, shown.body]).includes(secret), slug);
        assert.equal((await root.call("GET", `/projects/${id}/services/${slug}`)).status, 200);
        assert.equal((await root.call("DELETE", path)).status, 204);
        assert.equal((await root.call("GET", path)).status, 404);
    }
    const missing = await root.call("PUT", `/projects/${id}/integrations/harbor`, { url: "http://x" });
    assert.deepEqual(missing.body, {
        error: "project_name is missing, username is missing, password is missing",
    });
    assert.equal((await root.call("PUT", `/projects/${id}/integrations/nonsense`, {})).status, 404);
});

test("job token scope: the project itself, others and groups; switched off and on", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject("one");
    const other = await sandbox.newProject("two");
    const root = sandbox.root();
    const base = `/projects/${id}/job_token_scope`;
    assert.equal((await root.call("PATCH", base, { enabled: false })).status, 204);
    assert.equal(field((await root.call("GET", base)).body, "inbound_enabled"), false);
    const added = await root.call("POST", `${base}/allowlist`, { target_project_id: other });
    assert.deepEqual(added.body, { source_project_id: id, target_project_id: other });
    const list = (await root.call("GET", `${base}/allowlist`)).body as { id: number }[];
    assert.deepEqual(
        list.map((each) => each.id),
        [id, other],
    );
    const group = await root.api.Groups.show("acme");
    assert.equal(
        (await root.call("POST", `${base}/groups_allowlist`, { target_group_id: group.id })).status,
        201,
    );
    assert.equal((await root.call("DELETE", `${base}/groups_allowlist/${group.id}`)).status, 204);
    assert.equal((await root.call("DELETE", `${base}/allowlist/${other}`)).status, 204);
    assert.equal((await root.call("DELETE", `${base}/allowlist/${other}`)).status, 404);
});

test("schedules carry variables; a played one and a trigger make pipelines", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const schedule = await root.call("POST", `/projects/${id}/pipeline_schedules`, {
        description: "nightly",
        ref: "main",
        cron: "0 1 * * *",
    });
    const base = `/projects/${id}/pipeline_schedules/${field<number>(schedule.body, "id")}`;
    assert.equal((await root.call("POST", `${base}/variables`, { key: "A", value: "1" })).status, 201);
    assert.equal((await root.call("PUT", `${base}/variables/A`, { value: "2" })).status, 200);
    assert.equal(field((await root.call("GET", `${base}/variables/A`)).body, "value"), "2");
    const early = await root.call("POST", `/projects/${id}/pipeline`, { ref: "main" });
    assert.deepEqual(early.body, { message: { base: ["Missing CI config file"] } });
    await root.api.RepositoryFiles.create(id, ".gitlab-ci.yml", "main", "a: {script: [b]}", "CI");
    assert.equal((await root.call("POST", `${base}/play`)).status, 201);
    const trigger = await root.call("POST", `/projects/${id}/triggers`, { description: "t" });
    const triggered = await sandbox.call("", "POST", `/projects/${id}/trigger/pipeline`, {
        token: field<string>(trigger.body, "token"),
        ref: "main",
        variables: { B: "3" },
    });
    assert.equal(triggered.status, 201);
    const pipelines = await root.api.Pipelines.all(id);
    assert.deepEqual(
        pipelines.map((pipeline) => pipeline.source),
        ["trigger", "schedule", "push"],
    );
    assert.equal((await root.call("DELETE", `${base}/variables/A`)).status, 202);

    // "Pipeline trigger tokens API" in GitLab's docs: who made one sees it whole, everybody else its first four characters.
    const path = `/projects/${id}/triggers/${field<number>(trigger.body, "id")}`;
    const whole = field<string>(trigger.body, "token");
    assert.equal(field((await root.call("GET", path)).body, "token"), whole);
    const alice = await sandbox.newPerson("alice");
    await root.call("POST", `/projects/${id}/members`, { user_id: alice.id, access_level: 40 });
    const shown = await sandbox.call(alice.token, "GET", path);
    assert.equal(field(shown.body, "token"), whole.slice(0, 4));
});

test("cluster agent tokens, runners and service accounts give their secret once", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const agent = await root.call("POST", `/projects/${id}/cluster_agents`, { name: "member1" });
    await live(root, {
        name: "agent token",
        base: `/projects/${id}/cluster_agents/${field<number>(agent.body, "id")}/tokens`,
        create: { name: "t" },
        key: "id",
        secret: "token",
    });
    const runner = await root.call("POST", "/user/runners", { runner_type: "project_type", project_id: id });
    assert.match(field<string>(runner.body, "token"), /^glrt-/);
    const other = await sandbox.newProject("other");
    const enabled = await root.call("POST", `/projects/${other}/runners`, {
        runner_id: field<number>(runner.body, "id"),
    });
    assert.equal(enabled.status, 201);
    const account = await root.call("POST", "/groups/acme/service_accounts", { name: "bot" });
    const tokens = `/groups/acme/service_accounts/${field<number>(account.body, "id")}/personal_access_tokens`;
    const token = await root.call("POST", tokens, { name: "t", scopes: ["api"] });
    const self = await sandbox.call(field<string>(token.body, "token"), "GET", "/user");
    assert.equal(field(self.body, "id"), field(account.body, "id"));
    const unknown = await root.call("POST", tokens, { name: "t", scopes: ["everything"] });
    assert.equal(unknown.status, 400, "a scope that does not exist");
});

test("deployments name environments, which come to be with the first one", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { commit } = await root.api.Branches.show(id, "main");
    const deployment = { environment: "prod", sha: commit.id, ref: "main", tag: false };
    const made = await root.call("POST", `/projects/${id}/deployments`, { ...deployment, status: "running" });
    assert.equal(made.status, 201);
    assert.equal(field(field(made.body, "environment"), "tier"), "production");
    const path = `/projects/${id}/deployments/${field<number>(made.body, "id")}`;
    assert.equal((await root.call("PUT", path, { status: "success" })).status, 200);
    const [environment] = await root.api.Environments.all(id);
    const shown = await root.call("GET", `/projects/${id}/environments/${environment?.id}`);
    assert.equal(field(field(shown.body, "last_deployment"), "sha"), commit.id);

    await root.call("POST", `/projects/${id}/protected_environments`, {
        name: "prod",
        deploy_access_levels: [{ access_level: 40 }],
    });
    const developer = await sandbox.newPerson("dev");
    await root.api.ProjectMembers.add(id, 30, { userId: developer.id });
    const refused = await developer.call("POST", `/projects/${id}/deployments`, {
        ...deployment,
        status: "running",
    });
    assert.equal(refused.status, 403);
});

test("registry protection rules are stored, one per pattern", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const base = `/projects/${id}/registry/protection/repository/rules`;
    const rule = { repository_path_pattern: "acme/web/*", minimum_access_level_for_push: "maintainer" };
    const made = await root.call("POST", base, rule);
    assert.equal(made.status, 201);
    assert.equal((await root.call("POST", base, rule)).status, 422);
    assert.equal(((await root.call("GET", base)).body as unknown[]).length, 1);
    const one = `${base}/${field<number>(made.body, "id")}`;
    assert.equal((await root.call("PATCH", one, { minimum_access_level_for_push: "owner" })).status, 200);
    assert.equal((await root.call("DELETE", one)).status, 204);
});

test("a group lists the runners of the groups above it; only the runner itself says whose it is", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const company = await root.call("POST", "/groups", { name: "company", path: "company" });
    const companyId = field<number>(company.body, "id");
    const below = await root.call("POST", "/groups", { name: "acme", path: "acme", parent_id: companyId });
    const belowId = field<number>(below.body, "id");
    const owner = await sandbox.newPerson("owner");
    await root.call("POST", `/groups/${belowId}/members`, { user_id: owner.id, access_level: 50 });
    const ids: number[] = [];
    for (const group of [companyId, belowId]) {
        const made = await root.call("POST", "/user/runners", { runner_type: "group_type", group_id: group });
        ids.push(field<number>(made.body, "id"));
    }
    const [above, own] = ids;
    const listed = await owner.call("GET", `/groups/${belowId}/runners?type=group_type`);
    assert.deepEqual(
        (listed.body as { id: number; groups?: unknown }[]).map(({ id, groups }) => [id, groups]).sort(),
        [
            [above, undefined],
            [own, undefined],
        ],
    );
    assert.equal((await owner.call("GET", `/runners/${above}`)).status, 403);
    const shown = await owner.call("GET", `/runners/${own}`);
    assert.deepEqual(
        field<{ id: number }[]>(shown.body, "groups").map(({ id }) => id),
        [belowId],
    );

    const first = await sandbox.newProject("first", "company");
    const second = await sandbox.newProject("second", "company");
    const made = await root.call("POST", "/user/runners", { runner_type: "project_type", project_id: first });
    const shared = field<number>(made.body, "id");
    await root.call("POST", `/projects/${second}/runners`, { runner_id: shared });
    const projects = field<{ id: number }[]>((await root.call("GET", `/runners/${shared}`)).body, "projects");
    assert.deepEqual(projects.map(({ id }) => id).sort(), [first, second].sort());
    const maintainer = await sandbox.newPerson("maintainer");
    await root.call("POST", `/projects/${second}/members`, { user_id: maintainer.id, access_level: 40 });
    assert.equal((await maintainer.call("DELETE", `/runners/${shared}`)).status, 403);
    assert.equal((await maintainer.call("DELETE", `/projects/${second}/runners/${shared}`)).status, 204);
});

test("a confidential issue is read by its author and from reporter on", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.call("POST", `/projects/${id}/issues`, { title: "x", confidential: true });
    assert.equal(field(made.body, "confidential"), true);
    for (const [name, level, count] of [
        ["guest", 10, 0],
        ["reporter", 20, 1],
    ] as const) {
        const person = await sandbox.newPerson(name);
        await root.call("POST", `/projects/${id}/members`, { user_id: person.id, access_level: level });
        const listed = await person.call("GET", `/projects/${id}/issues?state=opened`);
        assert.equal((listed.body as unknown[]).length, count, name);
        const shown = await person.call("GET", `/projects/${id}/issues/${field<number>(made.body, "iid")}`);
        assert.equal(shown.status, count === 1 ? 200 : 404, name);
    }
});
