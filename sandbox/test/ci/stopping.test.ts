/** Environments that end: with their merge request, their branch, their time, or because somebody stops them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace, until, type Sandbox } from "./harness";

const file = (rule: string, more = ""): string => `
stages: [deploy]
deploy:
  stage: deploy
  rules: [{ if: ${rule} }]
  environment:
    name: review/$CI_COMMIT_REF_SLUG
    url: https://$CI_ENVIRONMENT_SLUG.$DOMAIN
    on_stop: stop
    ${more}
  script: ['echo "DOMAIN=example.com" > deploy.env', 'echo "$CI_ENVIRONMENT_ACTION $CI_ENVIRONMENT_TIER"']
  artifacts: { reports: { dotenv: deploy.env } }
stop:
  stage: deploy
  needs: []
  rules: [{ if: ${rule}, when: manual, allow_failure: true }]
  environment: { name: review/$CI_COMMIT_REF_SLUG, action: stop }
  script: ['echo "stopped by $GITLAB_USER_LOGIN, $CI_ENVIRONMENT_ACTION"']
`;
const ofMergeRequests = '$CI_PIPELINE_SOURCE == "merge_request_event"';
const ofBranches = '$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH != "main"';

type Environment = { id: number; name: string; slug: string; state: string } & Record<string, unknown>;

async function environment(sandbox: Sandbox, id: number): Promise<Environment> {
    const { body } = await sandbox.root().call("GET", `/projects/${id}/environments`);
    const [found] = body as Environment[];
    assert.ok(found, "there is an environment");
    return found;
}

/** A project whose branch `feature` deployed a preview; gives the project. */
async function deployed(sandbox: Sandbox, text: string, open: boolean): Promise<number> {
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", { ".gitlab-ci.yml": text });
    await commit(root, id, "feature", { "a.txt": "a" }, { start: "main" });
    if (open) {
        const made = await root.call("POST", `/projects/${id}/merge_requests`, {
            source_branch: "feature",
            target_branch: "main",
            title: "Feature",
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
    }
    await sandbox.idle();
    const preview = await environment(sandbox, id);
    assert.deepEqual(
        [preview.name, preview.state, preview["external_url"]],
        ["review/feature", "available", `https://${preview.slug}.example.com`],
    );
    return id;
}

/** What the stop job of the newest pipeline printed; undefined when it did not run. */
async function stopped(sandbox: Sandbox, id: number): Promise<string | undefined> {
    await sandbox.idle();
    const root = sandbox.root();
    for (const pipeline of await pipelines(root, id)) {
        const job = (await jobs(root, id, pipeline.id)).find((each) => each.name === "stop");
        if (job?.status === "success") {
            return /^stopped by .*$/m.exec(await trace(root, id, job.id))?.[0];
        }
    }
    return undefined;
}

for (const [what, body] of [
    ["merged", undefined],
    ["closed", { state_event: "close" }],
] as const) {
    test(`a preview is taken down when its merge request is ${what}`, async (context) => {
        const sandbox = await startWithCi(context);
        const id = await deployed(sandbox, file(ofMergeRequests), true);
        const route = `/projects/${id}/merge_requests/1`;
        const done = body
            ? await sandbox.root().call("PUT", route, body)
            : await sandbox.root().call("PUT", `${route}/merge`);
        assert.equal(field<string>(done.body, "state"), what, JSON.stringify(done.body));
        assert.equal(await stopped(sandbox, id), "stopped by root, stop");
        assert.equal((await environment(sandbox, id)).state, "stopped");
    });
}

test("a preview of a branch is taken down when the branch is deleted", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await deployed(sandbox, file(ofBranches), false);
    await sandbox.root().call("DELETE", `/projects/${id}/repository/branches/feature`);
    assert.equal(await stopped(sandbox, id), "stopped by root, stop");
    assert.equal((await environment(sandbox, id)).state, "stopped");
});

test("an environment lasts as long as its file says", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await deployed(sandbox, file(ofBranches, "auto_stop_in: 4 seconds"), false);
    await until("its time is over", async () => (await environment(sandbox, id)).state === "stopped");
    assert.equal(await stopped(sandbox, id), "stopped by root, stop");
    assert.equal((await environment(sandbox, id))["auto_stop_at"], null);
});

test("an environment lasts as long as a variable says that only its jobs get", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const variable = { key: "LASTS", value: "2 days", environment_scope: "review/*" };
    assert.equal((await root.call("POST", `/projects/${id}/variables`, variable)).status, 201);
    await commit(root, id, "main", { ".gitlab-ci.yml": file(ofBranches, "auto_stop_in: $LASTS") });
    await commit(root, id, "feature", { "a.txt": "a" }, { start: "main" });
    await sandbox.idle();
    const ends = Date.parse(String((await environment(sandbox, id))["auto_stop_at"]));
    const days = (ends - Date.now()) / 86_400_000;
    assert.ok(days > 1.9 && days < 2.1, `${days} days`);
});

test("people stop environments: with their job, by force without it; stale ones all at once", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await deployed(sandbox, file(ofBranches, "auto_stop_in: 3 months"), false);
    const preview = await environment(sandbox, id);
    const days = (Date.parse(String(preview["auto_stop_at"])) - Date.now()) / 86_400_000;
    assert.ok(days > 89 && days < 93, `${days} days`);
    const stop = `/projects/${id}/environments/${preview.id}/stop`;
    assert.equal(field<string>((await root.call("POST", stop)).body, "state"), "stopping");
    assert.equal(await stopped(sandbox, id), "stopped by root, stop");
    assert.equal((await environment(sandbox, id)).state, "stopped");

    await commit(root, id, "feature", { "a.txt": "b" });
    await sandbox.idle();
    assert.equal((await environment(sandbox, id)).state, "available", "deployed to anew");
    const forced = await root.call("POST", stop, { force: true });
    assert.equal(field<string>(forced.body, "state"), "stopped");
    await sandbox.idle();
    const [newest] = await pipelines(root, id);
    const left = (await jobs(root, id, newest?.id ?? 0)).find((each) => each.name === "stop");
    assert.equal(left?.status, "manual", "its job is left alone");

    const stale = `/projects/${id}/environments/stop_stale`;
    const week = new Date(Date.now() - 8 * 86_400_000).toISOString();
    assert.deepEqual((await root.call("POST", stale)).body, { error: "before is missing" });
    const early = await root.call("POST", stale, { before: new Date().toISOString() });
    assert.deepEqual([early.status, early.body], [400, { message: "400 Bad request - Invalid Date" }]);
    assert.equal((await root.call("POST", stale, { before: week })).status, 200);
});

test("the refs of a merge request follow its source branch", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    await commit(root, id, "feature", { "a.txt": "a" }, { start: "main" });
    await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "feature",
        target_branch: "main",
        title: "Feature",
    });
    const folder = await sandbox.clone("acme/web", root.token);
    const ref = async (name: string): Promise<string | undefined> =>
        (await sandbox.git(folder, "ls-remote", "origin", `refs/merge-requests/1/${name}`)).output.split(
            "\t",
        )[0];
    const second = await commit(root, id, "feature", { "a.txt": "b" });
    assert.equal(await ref("head"), second);
    assert.notEqual(await ref("merge"), second);
    await sandbox.git(folder, "fetch", "origin", "refs/merge-requests/1/merge");
    const parents = await sandbox.git(folder, "log", "-1", "--format=%P", "FETCH_HEAD");
    assert.match(parents.output, new RegExp(`${second}\\n$`));
    await root.call("PUT", `/projects/${id}/merge_requests/1`, { state_event: "close" });
    const third = await commit(root, id, "feature", { "a.txt": "c" });
    assert.equal(await ref("head"), second, "closed, it stays where it was");
    await root.call("PUT", `/projects/${id}/merge_requests/1`, { state_event: "reopen" });
    assert.equal(await ref("head"), third);
});
