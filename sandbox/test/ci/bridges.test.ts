/**
 * Jobs that start another pipeline: of their own project from another file, of another project, from a file that a job made. Does
 * not prove anything about `needs:pipeline`, artifacts of other pipelines, or how deep pipelines may start each other.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace, until } from "./harness";

interface Bridge {
    name: string;
    status: string;
    failure_reason?: string;
    downstream_pipeline: {
        id: number;
        project_id: number;
        source: string;
        status: string;
        ref: string;
    } | null;
}

test("a child pipeline has the parent's commit, other files and the variables that it is given", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [first, second]
variables: { WHERE: everywhere }
start:
  stage: first
  variables: { WHAT: "$CI_COMMIT_BRANCH of $WHERE" }
  trigger: { include: ci/child.yml, strategy: depend }
after:
  stage: second
  script: [echo after]
`,
        "ci/child.yml": `
inner:
  script: ['echo "<$WHAT> <$CI_PIPELINE_SOURCE> <$CI_COMMIT_BRANCH>"', "test ! -e broken"]
`,
    });
    await sandbox.idle();
    const shown = await pipelines(root, id);
    assert.deepEqual(
        shown.map(({ source, status }) => [source, status]),
        [["push", "success"]],
        "a child is not listed among the others",
    );
    const [parent] = shown;
    const bridgesOf = async (pipeline: number): Promise<Bridge[]> =>
        (await root.call("GET", `/projects/${id}/pipelines/${pipeline}/bridges`)).body as Bridge[];
    const [start, ...others] = await bridgesOf(parent?.id ?? 0);
    assert.deepEqual([start?.name, start?.status, others.length], ["start", "success", 0]);
    const child = start?.downstream_pipeline;
    assert.deepEqual([child?.source, child?.status, child?.ref], ["parent_pipeline", "success", "main"]);
    assert.deepEqual(
        (await jobs(root, id, parent?.id ?? 0)).map(({ name }) => name),
        ["after"],
    );
    const [inner] = await jobs(root, id, child?.id ?? 0);
    assert.match(await trace(root, id, inner?.id ?? 0), /^<main of everywhere> <parent_pipeline> <main>$/m);
    const asked = await root.call("GET", `/projects/${id}/pipelines?source=parent_pipeline`);
    assert.deepEqual(
        (asked.body as { id: number }[]).map((each) => each.id),
        [child?.id],
    );

    // It ends as its child does, and what comes after it waits for that.
    await commit(root, id, "main", { broken: "" });
    await sandbox.idle();
    const [second] = await pipelines(root, id);
    const [failed] = await bridgesOf(second?.id ?? 0);
    assert.deepEqual(
        [second?.status, failed?.status, failed?.downstream_pipeline?.status],
        ["failed", "failed", "failed"],
    );
    assert.deepEqual(
        (await jobs(root, id, second?.id ?? 0)).map(({ status }) => status),
        ["skipped"],
    );

    // Mended over there, and started again.
    await root.call("POST", `/projects/${id}/pipelines/${second?.id}/retry`);
    await sandbox.idle();
    assert.equal((await pipelines(root, id))[0]?.status, "failed");
});

test("another project's pipeline is started on its branch, by whoever may, and is not waited for", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const made = await root.call("POST", "/projects", { name: "down", initialize_with_readme: true });
    const down = field<number>(made.body, "id");
    await commit(root, down, "main", {
        ".gitlab-ci.yml":
            "deploy: { script: ['echo \"$VERSION by $GITLAB_USER_LOGIN from $CI_PIPELINE_SOURCE\"', 'false'] }\n",
    });
    await sandbox.idle();
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [a, b]
variables: { TARGET: root/down }
go: { stage: a, variables: { VERSION: "1.2.3" }, trigger: { project: $TARGET, branch: main } }
nowhere: { stage: b, trigger: root/nothing, allow_failure: true }
`,
    });
    await sandbox.idle();
    const [parent] = await pipelines(root, id);
    assert.equal(parent?.status, "success", "what it started has failed, which it does not wait for");
    const bridges = (await root.call("GET", `/projects/${id}/pipelines/${parent?.id}/bridges`))
        .body as Bridge[];
    const go = bridges.find(({ name }) => name === "go");
    assert.deepEqual(
        [
            go?.downstream_pipeline?.project_id,
            go?.downstream_pipeline?.source,
            go?.downstream_pipeline?.status,
        ],
        [down, "pipeline", "failed"],
    );
    const [deploy] = await jobs(root, down, go?.downstream_pipeline?.id ?? 0);
    assert.match(await trace(root, down, deploy?.id ?? 0), /^1\.2\.3 by root from pipeline$/m);
    assert.equal(
        bridges.find(({ name }) => name === "nowhere")?.failure_reason,
        "downstream_bridge_project_not_found",
    );

    const dora = await sandbox.newPerson("dora");
    for (const [project, level] of [
        [id, 40],
        [down, 20],
    ] as const) {
        await root.call("POST", `/projects/${project}/members`, { user_id: dora.id, access_level: level });
    }
    await commit(dora, id, "main", { "a.txt": "a" });
    await sandbox.idle();
    const [hers] = await pipelines(root, id);
    const [refused] = (await root.call("GET", `/projects/${id}/pipelines/${hers?.id}/bridges?scope[]=failed`))
        .body as Bridge[];
    assert.deepEqual(
        [refused?.name, refused?.failure_reason, refused?.downstream_pipeline],
        ["go", "insufficient_bridge_permissions", null],
    );
});

test("a child pipeline may be of a file that a job made, and is canceled with its parent", async (context) => {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [make, run]
make:
  stage: make
  script: ["printf 'made: { script: [echo made, sleep 60] }\\n' > made.yml"]
  artifacts: { paths: [made.yml] }
run:
  stage: run
  trigger: { include: [{ artifact: made.yml, job: make }], strategy: depend }
`,
    });
    const bridge = async (): Promise<Bridge | undefined> => {
        const [parent] = await pipelines(root, id);
        const { body } = await root.call("GET", `/projects/${id}/pipelines/${parent?.id ?? 0}/bridges`);
        return Array.isArray(body) ? (body as Bridge[])[0] : undefined;
    };
    await until("the child runs", async () => (await bridge())?.downstream_pipeline?.status === "running");
    const [parent] = await pipelines(root, id);
    await root.call("POST", `/projects/${id}/pipelines/${parent?.id}/cancel`);
    await sandbox.idle();
    const ended = await bridge();
    assert.deepEqual([ended?.status, ended?.downstream_pipeline?.status], ["canceled", "canceled"]);
    assert.equal((await pipelines(root, id))[0]?.status, "canceled");
});
