import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace } from "./harness";

test("jobs get the variables that GitLab would give them, and logs hide the masked ones", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const set = async (owner: string, variable: Record<string, unknown>): Promise<void> => {
        const answer = await root.call("POST", `/${owner}/variables`, variable);
        assert.equal(answer.status, 201, JSON.stringify(answer.body));
    };
    const project = `projects/${id}`;
    await set("groups/acme", { key: "WHO", value: "group" });
    await set("groups/acme", { key: "GROUP_ONLY", value: "from-group" });
    await set(project, { key: "WHO", value: "project" });
    await set(project, { key: "SECRET", value: "very$secret-1", protected: true, masked: true, raw: true });
    await set(project, { key: "RAW", value: "robot$dev+x$$y", raw: true });
    await set(project, { key: "REFERS", value: "to-$WHO" });
    await set(project, { key: "FILE", value: "line one\nline $two", variable_type: "file" });
    await set(project, { key: "TARGET", value: "everywhere" });
    await set(project, { key: "TARGET", value: "production", environment_scope: "prod" });
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
variables: { WHO: file, YAML: "yaml" }
show:
  script:
    - echo "<$SECRET> <$RAW> <$REFERS> <$GROUP_ONLY> <$YAML> <$TARGET> <$CI_COMMIT_REF_PROTECTED>"
    - test -z "$SECRET" || printf '%s' "$SECRET" | base64
    - echo "file <$(cat "$FILE")> $(stat -c %a "$FILE")"
    - tr '\\0' ' ' < /proc/$PPID/cmdline | grep -c 'very' || echo "not in arguments"
deploy:
  environment: prod
  script: [echo "<$TARGET> <$CI_ENVIRONMENT_NAME>"]
`,
    });
    await commit(root, id, "feature", { "a.txt": "a" }, { start: "main" });
    await sandbox.idle();
    const logs = new Map<string, string>();
    for (const pipeline of await pipelines(root, id)) {
        for (const job of await jobs(root, id, pipeline.id)) {
            logs.set(`${pipeline.ref} ${job.name}`, await trace(root, id, job.id));
        }
    }
    const main = logs.get("main show") ?? "";
    const rest = "<robot$dev+x$$y> <to-project> <from-group> <yaml> <everywhere>";
    assert.ok(main.includes(`<[MASKED]> ${rest} <true>\n`), main);
    assert.ok(
        main.includes(Buffer.from("very$secret-1").toString("base64")),
        "the job itself knows the value",
    );
    assert.ok(!main.includes("very$secret-1"));
    assert.match(main, /^file <line one\nline > 600$|^file <line one\nline \$two> 600$/m);
    assert.match(main, /^not in arguments$/m);
    const feature = logs.get("feature show") ?? "";
    assert.ok(feature.includes(`<> ${rest} <false>\n`), feature);
    assert.match(logs.get("main deploy") ?? "", /^<production> <prod>$/m);
    const deployments = await root.call("GET", `/projects/${id}/deployments`);
    assert.deepEqual(
        (deployments.body as unknown[]).map((each) => field<string>(each, "status")),
        ["success", "success"],
    );
});
