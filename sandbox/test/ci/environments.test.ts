/** Jobs and protected environments: who may deploy, and what waits for approvals (premium). */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import type { Person } from "../gitlab/harness";
import { commit, field, jobs, pipelines, startWithCi, type Sandbox, type ShownJob } from "./harness";

const file = (when: string): string => `
stages: [deploy]
deploy:
  stage: deploy
  environment: { name: live, deployment_tier: production, url: "https://$CI_PROJECT_NAME.example.com" }
  rules: [{ when: ${when} }]
  script: ['echo deployed']
`;

interface Scene {
    sandbox: Sandbox;
    id: number;
    root: Person;
    developer: Person;
    maintainer: Person;
    /** The job of the newest pipeline. */
    job: () => Promise<ShownJob>;
    deployment: () => Promise<Record<string, unknown>>;
}

async function scene(context: TestContext, protection: object): Promise<Scene> {
    const sandbox = await startWithCi(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const [developer, maintainer] = [await sandbox.newPerson("dev"), await sandbox.newPerson("boss")];
    await root.call("POST", `/projects/${id}/members`, { user_id: developer.id, access_level: 30 });
    await root.call("POST", `/projects/${id}/members`, { user_id: maintainer.id, access_level: 40 });
    await root.call("DELETE", `/projects/${id}/protected_branches/main`);
    const made = await root.call("POST", `/projects/${id}/protected_environments`, {
        name: "live",
        deploy_access_levels: [{ access_level: 40 }],
        ...protection,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const job = async (): Promise<ShownJob> => {
        const [pipeline] = await pipelines(root, id);
        const [found] = await jobs(root, id, pipeline?.id ?? 0);
        assert.ok(found);
        return found;
    };
    const deployment = async (): Promise<Record<string, unknown>> => {
        const { body } = await root.call("GET", `/projects/${id}/deployments?sort=desc`);
        return (body as Record<string, unknown>[])[0] ?? {};
    };
    return { sandbox, id, root, developer, maintainer, job, deployment };
}

test("a protected environment is deployed to by those who may only", async (context) => {
    const { sandbox, id, developer, maintainer, job, root } = await scene(context, {});
    await commit(developer, id, "main", { ".gitlab-ci.yml": file("on_success") });
    await sandbox.idle();
    const refused = await job();
    assert.deepEqual([refused.status, refused.failure_reason], ["failed", "protected_environment_failure"]);
    const retried = await developer.call("POST", `/projects/${id}/jobs/${refused.id}/retry`);
    assert.equal(retried.status, 403, JSON.stringify(retried.body));

    await commit(developer, id, "main", { ".gitlab-ci.yml": file("manual") });
    await sandbox.idle();
    const manual = await job();
    assert.equal(manual.status, "manual");
    const route = `/projects/${id}/jobs/${manual.id}/play`;
    const forbidden = await developer.call("POST", route);
    assert.deepEqual([forbidden.status, forbidden.body], [403, { message: "403 Forbidden" }]);
    assert.equal((await job()).status, "manual");
    assert.equal((await maintainer.call("POST", route)).status, 200);
    await sandbox.idle();
    assert.equal((await job()).status, "success");
    const [environment] = (await root.call("GET", `/projects/${id}/environments`)).body as object[];
    assert.deepEqual(
        [field(environment, "tier"), field(environment, "external_url")],
        ["production", "https://web.example.com"],
    );
});

test("a deployment waits for the approvals its rules ask for", async (context) => {
    const { sandbox, id, developer, maintainer, root, job, deployment } = await scene(context, {
        deploy_access_levels: [{ access_level: 30 }],
        approval_rules: [{ access_level: 40, required_approvals: 1 }],
    });
    await commit(developer, id, "main", { ".gitlab-ci.yml": file("on_success") });
    await sandbox.idle();
    const waiting = await job();
    assert.equal(waiting.status, "manual");
    assert.equal((await pipelines(root, id))[0]?.status, "manual");
    const blocked = await deployment();
    assert.deepEqual([blocked["status"], blocked["pending_approval_count"]], ["blocked", 1]);
    const play = `/projects/${id}/jobs/${waiting.id}/play`;
    const early = await developer.call("POST", play);
    assert.deepEqual([early.status, early.body], [400, { message: "400 Bad request - Unplayable Job" }]);

    const approval = `/projects/${id}/deployments/${String(blocked["id"])}/approval`;
    const own = await developer.call("POST", approval, { status: "approved" });
    assert.equal(own.status, 400);
    assert.match(field(own.body, "message"), /You don't have permission to approve this deployment/);
    const nonsense = await maintainer.call("POST", approval, { status: "perhaps" });
    assert.deepEqual(nonsense.body, { error: "status does not have a valid value" });
    const given = await maintainer.call("POST", approval, { status: "approved", comment: "ship it" });
    assert.equal(given.status, 201, JSON.stringify(given.body));
    assert.equal(field(given.body, "comment"), "ship it");
    const approved = await deployment();
    assert.deepEqual([approved["status"], approved["pending_approval_count"]], ["created", 0]);
    assert.equal(
        field<{ deployment_approvals: unknown[] }[]>(approved["approval_summary"], "rules")[0]
            ?.deployment_approvals.length,
        1,
    );
    assert.equal((await job()).status, "manual", "approved, and not started yet");
    assert.equal((await developer.call("POST", play)).status, 200);
    await sandbox.idle();
    assert.equal((await job()).status, "success");
    assert.equal((await deployment())["status"], "success");

    const late = await maintainer.call("POST", approval, { status: "approved" });
    assert.match(field(late.body, "message"), /This deployment is not waiting for approvals/);
});

test("who started a deployment does not approve it, but may reject it", async (context) => {
    const { sandbox, id, maintainer, job, deployment } = await scene(context, {
        approval_rules: [{ access_level: 40, required_approvals: 1 }],
    });
    await commit(maintainer, id, "main", { ".gitlab-ci.yml": file("manual") });
    await sandbox.idle();
    const approval = `/projects/${id}/deployments/${String((await deployment())["id"])}/approval`;
    const own = await maintainer.call("POST", approval, { status: "approved" });
    assert.match(field(own.body, "message"), /You cannot approve your own deployment/);
    assert.equal((await maintainer.call("POST", approval, { status: "rejected" })).status, 201);
    await sandbox.idle();
    const rejected = await job();
    assert.deepEqual([rejected.status, rejected.failure_reason], ["failed", "deployment_rejected"]);
    assert.equal((await deployment())["status"], "failed");
});

test("with a single number of approvals the job starts when they are given", async (context) => {
    const { sandbox, id, developer, maintainer, job } = await scene(context, {
        deploy_access_levels: [{ access_level: 30 }],
        required_approval_count: 1,
    });
    await commit(developer, id, "main", { ".gitlab-ci.yml": file("on_success") });
    await sandbox.idle();
    assert.equal((await job()).status, "manual");
    const { body } = await maintainer.call("GET", `/projects/${id}/deployments`);
    const [waiting] = body as { id: number }[];
    const given = await maintainer.call("POST", `/projects/${id}/deployments/${waiting?.id}/approval`, {
        status: "approved",
    });
    assert.equal(given.status, 201, JSON.stringify(given.body));
    await sandbox.idle();
    assert.equal((await job()).status, "success");
});

test("the protection of a tier in the group above holds in its projects", async (context) => {
    const { sandbox, id, root, developer, job } = await scene(context, {
        deploy_access_levels: [{ access_level: 30 }],
    });
    const made = await root.call("POST", "/groups/acme/protected_environments", {
        name: "production",
        deploy_access_levels: [{ access_level: 40 }],
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await commit(developer, id, "main", { ".gitlab-ci.yml": file("on_success") });
    await sandbox.idle();
    assert.equal((await job()).failure_reason, "protected_environment_failure");
});
