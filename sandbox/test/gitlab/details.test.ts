/** What clients ask beside the nouns: limits, caching, details of merge requests, issues, labels by name. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox } from "./harness";

test("an administrator's rate limit holds, and says when to come back", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const dora = await sandbox.newPerson("dora");
    const set = await root.call("PUT", "/application/settings", {
        throttle_authenticated_api_enabled: true,
        throttle_authenticated_api_requests_per_period: 2,
        throttle_authenticated_api_period_in_seconds: 8,
    });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++) {
        statuses.push((await dora.call("GET", "/user")).status);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
    const limited = await dora.call("GET", "/user");
    assert.equal(limited.body, "Retry later\n");
    assert.equal(limited.headers.get("ratelimit-limit"), "2");
    const seconds = Number(limited.headers.get("retry-after"));
    assert.ok(seconds >= 1 && seconds <= 8, `${seconds} s`);
    assert.equal((await root.call("GET", "/user")).status, 200, "others have a limit of their own");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 50));
    assert.equal((await dora.call("GET", "/user")).status, 200);
});

test("an answer has a tag, and is not sent to whoever has it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const url = `${sandbox.url}/api/v4/projects/${id}/labels`;
    const headers = { "PRIVATE-TOKEN": root.token };
    const first = await fetch(url, { headers });
    const tag = first.headers.get("etag") ?? "";
    assert.match(tag, /^W\/"[0-9a-f]{32}"$/);
    assert.equal(first.headers.get("content-type"), "application/json");
    const second = await fetch(url, { headers: { ...headers, "If-None-Match": tag } });
    assert.deepEqual([second.status, await second.text()], [304, ""]);
    await root.call("POST", `/projects/${id}/labels`, { name: "new", color: "#ffffff" });
    assert.equal((await fetch(url, { headers: { ...headers, "If-None-Match": tag } })).status, 200);
});

test("a merge request has versions, a patch, reviewers and emoji", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const change = (content: string, action: string): Promise<unknown> =>
        root.call("POST", `/projects/${id}/repository/commits`, {
            branch: "feature",
            ...(action === "create" ? { start_branch: "main" } : {}),
            commit_message: content,
            actions: [{ action, file_path: "a.txt", content }],
        });
    await change("one\n", "create");
    await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "feature",
        target_branch: "main",
        title: "Feature",
        reviewer_ids: [root.id],
    });
    await change("two\n", "update");
    const one = `/projects/${id}/merge_requests/1`;
    const versions = (await root.call("GET", `${one}/versions`)).body as { id: number }[];
    assert.equal(versions.length, 2);
    const newest = await root.call("GET", `${one}/versions/${versions[0]?.id}`);
    assert.equal(field<unknown[]>(newest.body, "commits").length, 2);
    assert.match(String((await root.call("GET", `${one}/raw_diffs`)).body), /^\+two$/m);
    const [reviewer] = (await root.call("GET", `${one}/reviewers`)).body as object[];
    assert.equal(field(reviewer, "state"), "unreviewed");

    const given = await root.call("POST", `${one}/award_emoji`, { name: "thumbsup" });
    assert.equal(given.status, 201);
    assert.equal((await root.call("POST", `${one}/award_emoji`, { name: "thumbsup" })).status, 404);
    assert.equal(field((await root.call("GET", one)).body, "upvotes"), 1);
    const award = `${one}/award_emoji/${field<number>(given.body, "id")}`;
    assert.equal((await root.call("DELETE", award)).status, 204);
    assert.equal(field((await root.call("GET", one)).body, "upvotes"), 0);
    assert.equal((await root.call("PUT", `${one}/reset_approvals`)).status, 401, "bots only");
    assert.deepEqual((await root.call("GET", `${one}/closes_issues`)).body, []);
    assert.equal((await root.call("GET", `${one}/approval_state`)).status, 404, "of the Enterprise Edition");
});

test("issues are listed and stored; labels are found by their names", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${id}/members`, { user_id: dora.id, access_level: 30 });
    const base = `/projects/${id}/issues`;
    assert.deepEqual((await root.call("GET", `${base}?scope=created_by_me&state=opened`)).body, []);
    const made = await dora.call("POST", base, { title: "Dependencies", labels: "bot" });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const mine = async (person: typeof dora): Promise<unknown[]> =>
        (await person.call("GET", `${base}?scope=created_by_me&state=opened`)).body as unknown[];
    assert.deepEqual([(await mine(dora)).length, (await mine(root)).length], [1, 0]);
    const closed = await dora.call("PUT", `${base}/1`, { state_event: "close" });
    assert.equal(field(closed.body, "state"), "closed");
    assert.equal((await mine(dora)).length, 0);

    const labels = `/projects/${id}/labels`;
    const renamed = await root.call("PUT", labels, { name: "bot", new_name: "robot" });
    assert.equal(field(renamed.body, "name"), "robot", JSON.stringify(renamed.body));
    assert.equal((await root.call("DELETE", `${labels}?name=robot`)).status, 204);
    assert.equal((await root.call("DELETE", `${labels}?name=robot`)).status, 404);
});

test("pipelines and deployments of a public project are open to everybody who signs in", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const dora = await sandbox.newPerson("dora");
    const paths = ["pipelines", "jobs", "environments", "deployments"];
    for (const path of paths) {
        assert.equal((await dora.call("GET", `/projects/${id}/${path}`)).status, 404, path);
    }
    for (const query of ["pipelines?source=pushes", "jobs?scope[]=waiting", "deployments?order_by=name"]) {
        assert.equal((await root.call("GET", `/projects/${id}/${query}`)).status, 400, query);
    }
    await root.call("PUT", "/groups/acme", { visibility: "public" });
    const opened = await root.call("PUT", `/projects/${id}`, { visibility: "public" });
    assert.equal(opened.status, 200, JSON.stringify(opened.body));
    for (const path of paths) {
        assert.equal((await dora.call("GET", `/projects/${id}/${path}`)).status, 200, path);
    }
    await root.call("PUT", `/projects/${id}`, { public_jobs: false });
    assert.equal((await dora.call("GET", `/projects/${id}/pipelines`)).status, 403);
});

test("an Enterprise Edition shows its licence, or that it has none", async (context) => {
    const free = await Sandbox.start(context, "free", { edition: "ee" });
    const without = await free.root().call("GET", "/license");
    assert.deepEqual([without.status, without.body], [200, null]);
    const premium = await Sandbox.start(context, "premium");
    assert.equal(field((await premium.root().call("GET", "/license")).body, "plan"), "premium");
    const community = await Sandbox.start(context);
    assert.equal((await community.root().call("GET", "/license")).status, 404);
});
