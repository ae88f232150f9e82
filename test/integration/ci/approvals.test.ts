/**
 * The gate of merge requests against the GitLab stand-in with real pipelines: who can merge without the approvals that a
 * branch wants. Who runs the job again here is the test; the relay's part is in test/e2e/approvals.test.ts.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import type { Ask } from "../../../commands/doctor/http";
import { raiseGates, runGatesAgain } from "../../../commands/support/gatedRequests";
import { gateFiles } from "../../../components/ci/approvals";
import { commit, field, jobs, pipelines, startWithCi, trace, until } from "../../../sandbox/test/ci/harness";
import type { Person, Sandbox } from "../../../sandbox/test/gitlab/harness";

const maintainer = 40;
const developer = 30;

/** A repository whose branch `prod` wants two approvals, and the people of its team. */
class Scene {
    private constructor(
        readonly sandbox: Sandbox,
        readonly id: number,
        readonly people: Readonly<Record<"dora" | "mary" | "mike" | "mona", Person>>,
    ) {}

    static async start(context: TestContext, wanted: Record<string, number> = { prod: 2 }): Promise<Scene> {
        const sandbox = await startWithCi(context);
        const root = sandbox.root();
        const id = await sandbox.newProject("web-config");
        const pipelinesProject = await sandbox.newProject("pipelines", "estate");
        const files = Object.fromEntries(gateFiles().map((file) => [file.path, file.text]));
        await commit(root, pipelinesProject, "main", files);
        await root.call("POST", `/projects/${pipelinesProject}/repository/tags`, {
            tag_name: "v1",
            ref: "main",
        });
        await commit(root, id, "main", {
            ".gitlab-ci.yml":
                'workflow: { rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }, { if: $CI_COMMIT_BRANCH == "main" }] }\n' +
                "stages: [test, promote]\npromote: { stage: test, script: [echo promoted] }\n",
        });
        await root.call("POST", `/projects/${id}/repository/branches`, { branch: "prod", ref: "main" });
        await sandbox.idle();
        await root.call("PUT", `/projects/${id}`, {
            ci_config_path: "approvals/after-promote.yml@estate/pipelines:v1",
            only_allow_merge_if_pipeline_succeeds: true,
            allow_merge_on_skipped_pipeline: false,
        });
        const people = {
            dora: await sandbox.newPerson("dora"),
            mary: await sandbox.newPerson("mary"),
            mike: await sandbox.newPerson("mike"),
            mona: await sandbox.newPerson("mona"),
        };
        for (const [name, person] of Object.entries(people)) {
            const level = name === "dora" ? developer : maintainer;
            await root.call("POST", `/projects/${id}/members`, { user_id: person.id, access_level: level });
            await root.call("POST", `/projects/${pipelinesProject}/members`, {
                user_id: person.id,
                access_level: 20,
            });
        }
        const token = await root.call("POST", `/projects/${id}/access_tokens`, {
            name: "approvals",
            scopes: ["read_api"],
            access_level: 20,
            expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        });
        for (const [key, value] of [
            ["APPROVALS", JSON.stringify(wanted)],
            ["APPROVALS_TOKEN", field<string>(token.body, "token")],
        ]) {
            const made = await root.call("POST", `/projects/${id}/variables`, { key, value, raw: true });
            assert.equal(made.status, 201, JSON.stringify(made.body));
        }
        return new Scene(sandbox, id, people);
    }

    /** A merge request of dora's into a branch. */
    async open(branch: string, files: Record<string, string>, target = "prod"): Promise<Request> {
        const { dora } = this.people;
        await commit(dora, this.id, branch, files, { start: target });
        const made = await dora.call("POST", `/projects/${this.id}/merge_requests`, {
            source_branch: branch,
            target_branch: target,
            title: branch,
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        return new Request(this, field<number>(made.body, "iid"));
    }
}

class Request {
    constructor(
        private readonly scene: Scene,
        readonly iid: number,
    ) {}

    get path(): string {
        return `/projects/${this.scene.id}/merge_requests/${this.iid}`;
    }

    approve(person: Person): Promise<{ status: number }> {
        return person.call("POST", `${this.path}/approve`);
    }

    unapprove(person: Person): Promise<{ status: number }> {
        return person.call("POST", `${this.path}/unapprove`);
    }

    /** Tries the merge; answers the state. */
    async merge(person: Person, body: object = {}): Promise<string> {
        await person.call("PUT", `${this.path}/merge`, body);
        return this.state();
    }

    async state(): Promise<string> {
        return field<string>((await this.scene.sandbox.root().call("GET", this.path)).body, "state");
    }

    /** The gate's newest job, once its pipeline has ended: its status and log. */
    async gate(again = false): Promise<{ status: string; log: string; pipeline: string }> {
        const { sandbox, id } = this.scene;
        const root = sandbox.root();
        await sandbox.idle();
        const [pipeline] = await pipelines(root, id, `&ref=refs/merge-requests/${this.iid}/head`);
        assert.ok(pipeline, "the merge request has a pipeline");
        const found = (await jobs(root, id, pipeline.id)).filter(({ name }) => name === "approvals");
        const job = found.at(-1);
        if (job === undefined) {
            const { body } = await root.call("GET", `/projects/${id}/pipelines/${pipeline.id}`);
            return { status: "none", log: JSON.stringify(body), pipeline: pipeline.status };
        }
        if (again) {
            assert.equal((await root.call("POST", `/projects/${id}/jobs/${job.id}/retry`)).status, 201);
            return this.gate();
        }
        return { status: job.status, log: await trace(root, id, job.id), pipeline: pipeline.status };
    }
}

test("two approvals are wanted, and nobody merges with less", async (context) => {
    const scene = await Scene.start(context);
    const { dora, mary, mike, mona } = scene.people;
    const request = await scene.open("change", { "a.txt": "a" });

    const first = await request.gate();
    assert.equal(first.status, "failed", first.log);
    assert.match(first.log, /Merges into prod want 2 approvals of maintainers who are neither/);
    assert.match(first.log, /2 approvals are missing\. Who could give one: @mary, @mike, @mona/);
    for (const person of [dora, mary, scene.sandbox.root()]) {
        assert.equal(await request.merge(person), "opened");
    }

    // Of the author, of somebody who is no maintainer, and of a committer.
    await request.approve(dora);
    await commit(mona, scene.id, "change", { "b.txt": "b" });
    await request.approve(mona);
    await request.approve(mary);
    const second = await request.gate(true);
    assert.equal(second.status, "failed", second.log);
    assert.match(second.log, /@mary has approved/);
    assert.match(second.log, /approval of @dora does not count: @dora is the author/);
    assert.match(second.log, /approval of @mona does not count: @mona has committed to it/);
    assert.match(second.log, /1 approval is missing\. Who could give one: @mike/);
    assert.equal(await request.merge(mary), "opened");

    // Given, taken back, and given again.
    await request.approve(mike);
    await request.unapprove(mike);
    assert.equal((await request.gate(true)).status, "failed");
    assert.equal(await request.merge(mike, { auto_merge: true }), "opened");
    await request.approve(mike);
    await request.gate(true);
    await until("auto-merge merges it", async () => (await request.state()) === "merged");
});

test("a push after the approvals asks for new ones", async (context) => {
    const scene = await Scene.start(context);
    const { dora, mary, mike } = scene.people;
    const request = await scene.open("change", { "a.txt": "a" });
    await request.approve(mary);
    await request.approve(mike);
    assert.equal((await request.gate(true)).status, "success");
    await commit(dora, scene.id, "change", { "a.txt": "something else" });
    const late = await request.gate();
    assert.equal(late.status, "failed", late.log);
    assert.match(late.log, /@mary approved what was there before the last change/);
    assert.equal(await request.merge(mary), "opened");
    for (const person of [mary, mike]) {
        await request.unapprove(person);
        await request.approve(person);
    }
    assert.equal((await request.gate(true)).status, "success");
    assert.equal(await request.merge(mary), "merged");
});

test("nothing that a branch says of its pipeline opens the gate", async (context) => {
    const scene = await Scene.start(context);
    const { mary } = scene.people;
    const other = "other: { stage: test, script: ['true'] }\n";
    const skips = "--import=data:text/javascript,process.exit(0)";
    const attempts: Record<string, string> = {
        "a job of the gate's name, and what holds for all jobs":
            `stages: [test, promote]\n${other}` +
            `variables: { APPROVALS: "{}", CI_API_V4_URL: "http://127.0.0.1:9", NODE_OPTIONS: "${skips}" }\n` +
            "default: { before_script: ['exit 0'] }\n" +
            `approvals: { script: ['true'], allow_failure: true, variables: { NODE_OPTIONS: "${skips}" }, rules: [{ when: never }] }\n`,
        "no pipeline of merge requests":
            "workflow: { rules: [{ if: $CI_PIPELINE_SOURCE != 'merge_request_event' }] }\n" +
            `stages: [test, promote]\n${other}`,
        "no stage for the gate": `stages: [test]\n${other}`,
        "no file of its own": "",
    };
    for (const [index, [title, text]] of Object.entries(attempts).entries()) {
        const request = await scene.open(`attempt-${index}`, { ".gitlab-ci.yml": text });
        const { status, log, pipeline } = await request.gate();
        assert.notEqual(pipeline, "success", `${title}: ${log}`);
        assert.ok(["failed", "none"].includes(status), `${title}: ${status} ${log}`);
        assert.equal(await request.merge(mary), "opened", title);
    }
});

test("no other way to a green pipeline opens the gate", async (context) => {
    const scene = await Scene.start(context, { prod: 1 });
    const { dora, mary, mike } = scene.people;
    const root = scene.sandbox.root();
    const request = await scene.open("change", { "a.txt": "a" });
    await request.gate();

    // A pipeline of the branch, and one that is skipped.
    await dora.call("POST", `/projects/${scene.id}/pipeline`, { ref: "change" });
    await scene.sandbox.idle();
    assert.equal(await request.merge(mary), "opened", "by a pipeline of the branch");
    await commit(dora, scene.id, "change", { "b.txt": "b" }, { message: "Change [skip ci]" });
    await scene.sandbox.idle();
    assert.equal(await request.merge(mary), "opened", "by a skipped pipeline");

    // Approved for a branch that wants nothing, and led to another afterwards.
    const moved = await scene.open("moved", { "c.txt": "c" }, "main");
    await moved.approve(mary);
    const free = await moved.gate();
    assert.equal(free.status, "success", free.log);
    assert.match(free.log, /Nobody has to approve merges into main/);
    await dora.call("PUT", moved.path, { target_branch: "prod" });
    assert.equal(await moved.merge(mary), "opened", "while its new pipeline is made");
    const held = await moved.gate();
    assert.equal(held.status, "failed", held.log);
    assert.match(held.log, /@mary approved what was there before the last change/);
    assert.equal(await moved.merge(mary), "opened");

    // Pipelines of branches are the repository's own.
    await commit(root, scene.id, "main", { "d.txt": "d" });
    await scene.sandbox.idle();
    const [pushed] = await pipelines(root, scene.id, "&ref=main");
    assert.deepEqual(
        (await jobs(root, scene.id, pushed?.id ?? 0)).map(({ name }) => name),
        ["promote"],
    );

    await moved.unapprove(mary);
    await moved.approve(mike);
    assert.equal((await moved.gate(true)).status, "success");
    assert.equal(await moved.merge(mary), "merged");
});

test("another number of approvals counts for what is open already, once the update has run its gates again", async (context) => {
    const scene = await Scene.start(context, { prod: 1 });
    const { mary, mike } = scene.people;
    const root = scene.sandbox.root();
    const made = new Date(0).toISOString();
    const changeTo = async (number: number): Promise<string[]> => {
        const wanted = { prod: number };
        const value = JSON.stringify(wanted);
        await root.call("PUT", `/projects/${scene.id}/variables/APPROVALS`, { value });
        const ask: Ask = async (method, path, body) => {
            const answer = await root.call(method, path, body);
            return { ...answer, headers: {} };
        };
        const gated = { project: String(scene.id), repository: "acme/web-config", wanted, made };
        return runGatesAgain([{ ...gated, changed: new Date().toISOString() }], ask);
    };
    const request = await scene.open("change", { "a.txt": "a" });
    await request.approve(mary);
    assert.equal((await request.gate(true)).status, "success");

    assert.match((await changeTo(2)).join("\n"), /the gate runs again in !1$/);
    const held = await request.gate();
    assert.equal(held.status, "failed", held.log);
    assert.match(held.log, /want 2 approvals[^]*1 approval is missing/);
    assert.equal(await request.merge(mary), "opened");
    assert.deepEqual(await changeTo(2), [], "it counts to the right number now");

    assert.match((await changeTo(1)).join("\n"), /the gate runs again in !1$/);
    const open = await request.gate();
    assert.equal(open.status, "success", open.log);
    await request.approve(mike);
    assert.equal(await request.merge(mary), "merged");
});

test("a greater number of approvals counts before the update begins: a green gate holds the merge by then", async (context) => {
    const scene = await Scene.start(context, { prod: 1 });
    const { mary, mike } = scene.people;
    const root = scene.sandbox.root();
    const request = await scene.open("change", { "a.txt": "a" });
    await request.approve(mary);
    assert.equal((await request.gate(true)).status, "success");

    const ask: Ask = async (method, path, body) => ({
        ...(await root.call(method, path, body)),
        headers: {},
    });
    const raised = {
        project: String(scene.id),
        repository: "acme/web-config",
        wanted: { prod: 2 },
        made: new Date(0).toISOString(),
        changed: new Date().toISOString(),
    };
    assert.match((await raiseGates([raised], ask)).join("\n"), /the gate runs again in !1$/);
    assert.equal(await request.merge(mary), "opened", "while its gate runs again");
    const held = await request.gate();
    assert.equal(held.status, "failed", held.log);
    assert.equal(await request.merge(mary), "opened");

    // Nobody has made the variable by hand into something that the update would not write.
    const { body } = await root.call("GET", `/projects/${scene.id}/variables/APPROVALS`);
    assert.equal(field<string>(body, "value"), '{"prod":2}');
    await request.approve(mike);
    assert.equal((await request.gate(true)).status, "success");
    assert.equal(await request.merge(mary), "merged");
});
