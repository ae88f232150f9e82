/** Files that pipelines take from other projects, with the rights of whoever runs the pipeline. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace, type Sandbox } from "./harness";

interface Scene {
    sandbox: Sandbox;
    web: number;
    templates: number;
}

async function scene(context: Parameters<typeof startWithCi>[0]): Promise<Scene> {
    const sandbox = await startWithCi(context);
    const web = await sandbox.newProject("web");
    const templates = await sandbox.newProject("templates", "platform");
    const root = sandbox.root();
    await commit(root, templates, "main", {
        "build.yml": "build: { stage: build, script: ['echo built by the templates'] }\n",
        "nested/test.yml":
            "include: [{ local: nested/more.yml }]\ntest: { stage: test, script: [echo tested] }\n",
        "nested/more.yml": "more: { stage: test, script: [echo more] }\n",
        "shared/steps.yml": ".steps: { script: [PLACE=here, 'echo shared steps'] }\n",
        "with-steps.yml":
            "spec:\n  inputs:\n    job:\n---\ninclude: [{ local: /shared/steps.yml }]\n" +
            '"$[[ inputs.job ]]": { stage: test, script: ["true", !reference [.steps, script], "echo from $PLACE"] }\n',
        "templates/deploy.yml":
            "spec:\n  inputs:\n    job: { default: deploy }\n    to:\n---\n" +
            '"$[[ inputs.job ]]": { stage: deploy, script: ["echo to $[[ inputs.to ]]"] }\n',
    });
    const tagged = await root.call("POST", `/projects/${templates}/repository/tags`, {
        tag_name: "1.2.3",
        ref: "main",
    });
    assert.equal(tagged.status, 201);
    // What the tag does not have: it distinguishes the tag from the branch.
    await commit(root, templates, "main", {
        "build.yml": "later: { script: [echo later] }\n",
        "nested/more.yml": "later: { script: [echo later] }\n",
        "shared/steps.yml": ".steps: { script: [echo later] }\n",
    });
    return { sandbox, web, templates };
}

test("files of a private project and components of the instance are included", async (context) => {
    const { sandbox, web } = await scene(context);
    const root = sandbox.root();
    const variable = { key: "TEMPLATES", value: "platform/templates" };
    await root.call("POST", `/projects/${web}/variables`, variable);
    await commit(root, web, "main", {
        ".gitlab-ci.yml": `
include:
  - { project: platform/templates, ref: 1.2.3, file: [/build.yml, /nested/test.yml] }
  - component: $CI_SERVER_FQDN/platform/templates/deploy@1.2.3
    inputs: { to: live }
  - component: $CI_SERVER_FQDN/$TEMPLATES/deploy@~latest
    inputs: { job: again, to: dev }
stages: [build, test, deploy]
`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, web);
    const { body } = await root.call("GET", `/projects/${web}/pipelines/${pipeline?.id}`);
    assert.equal(pipeline?.status, "success", JSON.stringify(body));
    const made = await jobs(root, web, pipeline.id);
    assert.deepEqual(made.map((job) => job.name).sort(), ["again", "build", "deploy", "more", "test"]);
    const log = async (name: string): Promise<string> =>
        trace(root, web, made.find((job) => job.name === name)?.id ?? 0);
    assert.match(await log("build"), /^built by the templates$/m);
    assert.match(await log("deploy"), /^to live$/m);
    assert.match(await log("again"), /^to dev$/m);
});

test("files that a project's files include are of that project and version, however many include them", async (context) => {
    const { sandbox, web } = await scene(context);
    const root = sandbox.root();
    const steps = (job: string): string =>
        `  - { project: platform/templates, ref: 1.2.3, file: /with-steps.yml, inputs: { job: ${job} } }\n`;
    await commit(root, web, "main", {
        "shared/steps.yml": ".steps: { script: [echo own] }\n",
        ".gitlab-ci.yml": `include:\n${steps("one")}${steps("other")}`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, web);
    assert.equal(pipeline?.status, "success", JSON.stringify(pipeline));
    const made = await jobs(root, web, pipeline.id);
    assert.deepEqual(made.map((job) => job.name).sort(), ["one", "other"]);
    for (const { id } of made) {
        const log = await trace(root, web, id);
        assert.match(log, /^shared steps$/m);
        // Steps that were taken from elsewhere run in the same shell as the job's own.
        assert.match(log, /^from here$/m);
    }
});

test("what may not be read is not included, and GitLab says which", async (context) => {
    const { sandbox, web, templates } = await scene(context);
    const root = sandbox.root();
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${web}/members`, { user_id: dora.id, access_level: 40 });
    const file = (include: string): Record<string, string> => ({
        ".gitlab-ci.yml": `include: [${include}]\njob: { script: [echo own] }\n`,
    });
    const errors = async (): Promise<unknown> => {
        await sandbox.idle();
        const [newest] = await pipelines(root, web);
        const { body } = await root.call("GET", `/projects/${web}/pipelines/${newest?.id}`);
        return field(body, "yaml_errors");
    };
    const shared = "{ project: platform/templates, file: build.yml }";
    await commit(dora, web, "main", file(shared));
    assert.equal(
        await errors(),
        "Project `platform/templates` not found or access denied! " +
            "Make sure any includes in the pipeline configuration are correctly defined.",
    );
    await root.call("POST", `/projects/${templates}/members`, { user_id: dora.id, access_level: 20 });
    await commit(dora, web, "main", file(`${shared} `));
    assert.equal(await errors(), null);
    await commit(dora, web, "main", file("{ project: platform/templates, ref: v9, file: build.yml }"));
    assert.equal(await errors(), "Project `platform/templates` reference `v9` does not exist!");
    await commit(dora, web, "main", file("{ project: platform/templates, file: gone.yml }"));
    assert.equal(await errors(), "Project `platform/templates` file `gone.yml` does not exist!");
});

test("the pipeline file of a project may lie in another one", async (context) => {
    const { sandbox, web } = await scene(context);
    const root = sandbox.root();
    const set = await root.call("PUT", `/projects/${web}`, {
        ci_config_path: "nested/test.yml@platform/templates:1.2.3",
    });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    await commit(root, web, "main", { "a.txt": "a" });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, web);
    assert.equal(pipeline?.status, "success", JSON.stringify(pipeline));
    assert.deepEqual((await jobs(root, web, pipeline.id)).map((job) => job.name).sort(), ["more", "test"]);
});
