/** Webhooks: what is sent, to whom, how often, and what is remembered of it. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { field, receiver, Sandbox } from "./harness";

test("a push is delivered with GitLab's headers and body, and the record contains no secret", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { url, received } = await receiver(context);
    const hook = await root.api.ProjectHooks.add(id, url, {
        token: "argocd-secret-token",
        pushEvents: true,
        tagPushEvents: true,
    });
    const folder = await sandbox.clone("acme/web", root.token);
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "One\n\nmore");
    await sandbox.git(folder, "push", "origin", "main");
    await sandbox.git(folder, "tag", "v1");
    await sandbox.git(folder, "push", "origin", "v1");
    await sandbox.drainHooks();

    assert.deepEqual(
        received.map(({ headers }) => headers["x-gitlab-event"]),
        ["Push Hook", "Tag Push Hook"],
    );
    const [push] = received;
    assert.equal(push?.headers["x-gitlab-token"], "argocd-secret-token");
    assert.match(String(push?.headers["x-gitlab-event-uuid"]), /^[0-9a-f-]{36}$/);
    assert.equal(push?.headers["x-gitlab-instance"], sandbox.url);
    assert.equal(push?.body["object_kind"], "push");
    assert.equal(push?.body["ref"], "refs/heads/main");
    assert.equal(push?.body["user_username"], "root");
    const [commit] = push?.body["commits"] as { title: string; id: string }[];
    assert.equal(commit?.title, "One");
    assert.equal(commit?.id, push?.body["after"]);
    assert.equal(field(push?.body["project"], "path_with_namespace"), "acme/web");

    const events = await root.call("GET", `/projects/${id}/hooks/${hook.id}/events`);
    assert.equal((events.body as unknown[]).length, 2);
    assert.doesNotMatch(JSON.stringify(events.body), /argocd-secret-token/);
    const shown = await root.call("GET", `/projects/${id}/hooks/${hook.id}`);
    assert.doesNotMatch(JSON.stringify(shown.body), /argocd-secret-token/);
});

test("a signing token signs as Standard Webhooks says", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { url, received } = await receiver(context);
    const key = Buffer.from("0123456789abcdef0123456789abcdef");
    await root.call("POST", `/projects/${id}/hooks`, {
        url,
        signing_token: `whsec_${key.toString("base64")}`,
    });
    await root.api.RepositoryFiles.create(id, "a", "main", "x", "A");
    await sandbox.drainHooks();
    const [push] = received;
    assert.ok(push);
    const { headers } = push;
    const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${push.text}`;
    const expected = createHmac("sha256", key).update(signed).digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${expected}`);
});

test("a receiver that fails is tried again, a bounded number of times", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const late = await receiver(context, (call) => (call === 0 ? 500 : 200));
    const never = await receiver(context, () => 503);
    const first = await root.api.ProjectHooks.add(id, late.url);
    const second = await root.api.ProjectHooks.add(id, never.url);
    await root.api.RepositoryFiles.create(id, "a", "main", "x", "A");
    await sandbox.drainHooks();
    assert.equal(late.received.length, 2);
    assert.equal(never.received.length, 3);
    const ids = new Set(never.received.map(({ headers }) => headers["x-gitlab-event-uuid"]));
    assert.equal(ids.size, 1, "a retry is the same event");
    const log = async (hook: number): Promise<[unknown, unknown]> => {
        const { body } = await root.call("GET", `/projects/${id}/hooks/${hook}/events`);
        const [event] = body as Record<string, unknown>[];
        return [event?.["attempts"], event?.["response_status"]];
    };
    assert.deepEqual(await log(first.id), [2, "200"]);
    assert.deepEqual(await log(second.id), [3, "503"]);
});

test("hooks get only what they ask for, and only for branches that their filter lets through", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const filtered = await receiver(context);
    const requests = await receiver(context);
    await root.api.ProjectHooks.add(id, filtered.url, { pushEventsBranchFilter: "env-*" });
    await root.api.ProjectHooks.add(id, requests.url, {
        pushEvents: false,
        mergeRequestsEvents: true,
        noteEvents: true,
        pipelineEvents: true,
    });
    await root.api.Branches.create(id, "env-dev", "main");
    await root.api.RepositoryFiles.create(id, ".gitlab-ci.yml", "env-dev", "a: {script: [b]}", "CI");
    await root.api.MergeRequests.create(id, "env-dev", "main", "Promote");
    await root.api.MergeRequestNotes.create(id, 1, "Looks good");
    await root.api.MergeRequests.accept(id, 1);
    await sandbox.drainHooks();
    const refs = new Set(filtered.received.map(({ body }) => body["ref"]));
    assert.deepEqual([...refs], ["refs/heads/env-dev"]);
    const seen = requests.received.map(({ headers, body }) => {
        const attributes = body["object_attributes"] as Record<string, unknown>;
        return `${String(headers["x-gitlab-event"])}: ${String(attributes["action"] ?? attributes["status"])}`;
    });
    assert.deepEqual(seen.sort(), [
        "Merge Request Hook: merge",
        "Merge Request Hook: open",
        "Note Hook: create",
        "Pipeline Hook: pending",
        "Pipeline Hook: pending",
    ]);
});

test("the test call sends at once and returns the answer", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const good = await receiver(context);
    const hook = await root.api.ProjectHooks.add(id, good.url);
    const sent = await root.call("POST", `/projects/${id}/hooks/${hook.id}/test/push_events`);
    assert.deepEqual([sent.status, sent.body], [201, { message: "201 Created" }]);
    assert.equal(good.received.length, 1);
    const dead = await root.api.ProjectHooks.add(id, "http://127.0.0.1:9/none");
    const failed = await root.call("POST", `/projects/${id}/hooks/${dead.id}/test/push_events`);
    assert.equal(failed.status, 422);
    const bad = await root.call("POST", `/projects/${id}/hooks`, { url: "ftp://x" });
    assert.deepEqual([bad.status, bad.body], [422, { message: "Invalid url given" }]);
});

test("premium: a group's hook receives pushes to the projects below it", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const { url, received } = await receiver(context);
    assert.equal((await root.call("POST", "/groups/acme/hooks", { url, push_events: true })).status, 201);
    await root.api.RepositoryFiles.create(id, "a", "main", "x", "A");
    await sandbox.drainHooks();
    assert.equal(received.length, 1);
});
