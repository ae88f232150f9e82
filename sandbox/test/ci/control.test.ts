import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace, until } from "./harness";

const manual = `
stages: [build, deploy, check]
build: { stage: build, script: [echo built] }
deploy:
  stage: deploy
  resource_group: prod
  rules: [{ when: manual }]
  script: ['echo "by $GITLAB_USER_LOGIN, $CI_JOB_MANUAL"']
check: { stage: check, script: [echo checked] }
`;

test("a manual job waits for a person; jobs are canceled and run again", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", { ".gitlab-ci.yml": manual });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    assert.ok(pipeline);
    assert.equal(pipeline.status, "manual");
    const [build, deploy] = await jobs(root, id, pipeline.id);
    assert.ok(build && deploy);
    assert.deepEqual([build.status, deploy.status], ["success", "manual"]);
    const early = await root.call("POST", `/projects/${id}/jobs/${build.id}/play`);
    assert.equal(early.status, 400);

    const stranger = await sandbox.newPerson("dana");
    await root.api.ProjectMembers.add(id, 30, { userId: stranger.id });
    const forbidden = await stranger.call("POST", `/projects/${id}/jobs/${deploy.id}/play`);
    assert.equal(forbidden.status, 403, "a developer may not deploy from a protected branch");

    const played = await root.call("POST", `/projects/${id}/jobs/${deploy.id}/play`);
    assert.equal(played.status, 200, JSON.stringify(played.body));
    await sandbox.idle();
    assert.equal((await pipelines(root, id))[0]?.status, "success");
    assert.match(await trace(root, id, deploy.id), /^by root, true$/m);

    const again = await root.call("POST", `/projects/${id}/jobs/${deploy.id}/retry`);
    assert.equal(again.status, 201, JSON.stringify(again.body));
    assert.notEqual(field<number>(again.body, "id"), deploy.id);
    await sandbox.idle();
    assert.equal((await pipelines(root, id))[0]?.status, "success");
    assert.equal((await jobs(root, id, pipeline.id)).length, 3, "the old job is not listed");
});

test("a job of a protected tag is run by those who may make such a tag", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", { ".gitlab-ci.yml": manual });
    await root.call("POST", `/projects/${id}/protected_tags`, { name: "v*", create_access_level: 40 });
    const developer = await sandbox.newPerson("dana");
    await root.api.ProjectMembers.add(id, 30, { userId: developer.id });
    for (const [tag, allowed] of [
        ["v1", false],
        ["trial", true],
    ] as const) {
        await root.call("POST", `/projects/${id}/repository/tags`, { tag_name: tag, ref: "main" });
        await sandbox.idle();
        const made = (await pipelines(root, id)).find(({ ref }) => ref === tag);
        assert.ok(made);
        const all = await jobs(root, id, made.id);
        const job = all.find(({ name }) => name === "deploy");
        const built = all.find(({ name }) => name === "build");
        const play = await developer.call("POST", `/projects/${id}/jobs/${job?.id}/play`);
        const retry = await developer.call("POST", `/projects/${id}/jobs/${built?.id}/retry`);
        assert.deepEqual([play.status, retry.status], allowed ? [200, 201] : [403, 403], tag);
    }
});

test("a pipeline is canceled with its processes, and a restart fails what was running", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const running = async (index: number): Promise<number> =>
        until("the job says that it runs", async () => {
            const [pipeline] = (await pipelines(root, id)).slice(0, 1);
            const job = pipeline && (await jobs(root, id, pipeline.id))[index];
            const log = job?.status === "running" ? await trace(root, id, job.id) : "";
            return /^started$/m.test(log) && pipeline?.id;
        });
    await commit(root, id, "main", {
        ".gitlab-ci.yml":
            "stages: [a, b]\nlong: {stage: a, script: [echo started, sleep 300]}\nnext: {stage: b, script: [echo next]}\n",
    });
    const first = await running(0);
    await root.call("POST", `/projects/${id}/pipelines/${first}/cancel`);
    await sandbox.idle();
    const canceled = await jobs(root, id, first);
    assert.deepEqual(
        canceled.map((job) => job.status),
        ["canceled", "canceled"],
    );
    assert.match(await trace(root, id, canceled[0]?.id ?? 0), /Job canceled\n$/);

    const made = await root.call("POST", `/projects/${id}/pipeline`, { ref: "main" });
    const second = field<number>(made.body, "id");
    assert.equal(await running(0), second);
    await sandbox.restart();
    await sandbox.idle();
    const after = await jobs(root, id, second);
    assert.deepEqual(
        after.map((job) => `${job.status} ${job.failure_reason ?? "-"}`),
        ["failed runner_system_failure", "skipped -"],
    );
    assert.match(await trace(root, id, after[0]?.id ?? 0), /the server was stopped while the job ran/);
    assert.equal((await pipelines(root, id))[0]?.status, "failed");
});

test("of ten pushes in a row each pipeline ends, and the last one's jobs run", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", {
        ".gitlab-ci.yml": "job: {script: [cat number.txt], interruptible: true, resource_group: one}\n",
        "number.txt": "0",
    });
    const shas: string[] = [];
    for (let number = 1; number < 10; number++) {
        shas.push(await commit(root, id, "main", { "number.txt": `number ${number}\n` }));
    }
    await sandbox.idle();
    const all = await pipelines(root, id);
    assert.equal(all.length, 10);
    assert.deepEqual(
        all.filter((each) => !["success", "canceled"].includes(each.status)),
        [],
    );
    assert.equal(all[0]?.sha, shas.at(-1), "pipelines are numbered as the pushes came");
    assert.equal(all[0]?.status, "success");
    const [job] = await jobs(root, id, all[0]?.id ?? 0);
    assert.match(await trace(root, id, job?.id ?? 0), /^number 9$/m);
});
