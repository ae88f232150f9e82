import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, startWithCi } from "./harness";

const file = `
deploy:
  resource_group: production
  environment: live
  script: [echo deployed]
`;

test("a pipeline file is read before it is committed; resource groups are listed", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const lint = `/projects/${id}/ci/lint`;
    const good = await root.call("POST", lint, { content: file, include_jobs: true });
    assert.deepEqual([good.status, field(good.body, "valid")], [200, true], JSON.stringify(good.body));
    assert.match(field(good.body, "merged_yaml"), /resource_group: production/);
    const [job] = field<Record<string, unknown>[]>(good.body, "jobs");
    assert.deepEqual([job?.["name"], job?.["environment"]], ["deploy", "live"]);
    const bad = await root.call("POST", lint, {
        content: "include: [{ project: acme/none, file: a.yml }]\n",
    });
    assert.equal(field(bad.body, "valid"), false);
    assert.match(
        field<string[]>(bad.body, "errors").join(),
        /Project `acme\/none` not found or access denied!/,
    );

    await commit(root, id, "main", { ".gitlab-ci.yml": file });
    await sandbox.idle();
    assert.equal(field((await root.call("GET", lint)).body, "valid"), true);
    const groups = `/projects/${id}/resource_groups`;
    const [group] = (await root.call("GET", groups)).body as object[];
    assert.deepEqual([field(group, "key"), field(group, "process_mode")], ["production", "unordered"]);
    const changed = await root.call("PUT", `${groups}/production`, { process_mode: "oldest_first" });
    assert.equal(field(changed.body, "process_mode"), "oldest_first");
    assert.equal((await root.call("GET", `${groups}/none`)).status, 404);
});
