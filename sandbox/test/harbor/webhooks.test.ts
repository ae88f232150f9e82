/** Webhooks: what is sent, to whom, again after a failure, and what is written down about it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { admin, idOf, Receiver, TestHarbor, until } from "./fixture";

let harbor: TestHarbor;
let receiver: Receiver;
let projectId: number;

before(async () => {
    harbor = await TestHarbor.start();
    receiver = await Receiver.start();
    projectId = await harbor.project("web");
});
after(async () => {
    await receiver.stop();
    await harbor.stop();
});

const policy = (name: string, events: string[], target: object = {}, more: object = {}): object => ({
    name,
    enabled: true,
    event_types: events,
    targets: [{ type: "http", address: receiver.url, ...target }],
    ...more,
});

const path = (): string => `/projects/${projectId}/webhook/policies`;

describe("webhook policies", () => {
    for (const [what, wrong, status] of [
        ["no target", () => policy("p", ["PUSH_ARTIFACT"], {}, { targets: [] }), 400],
        ["another kind of target", () => policy("p", ["PUSH_ARTIFACT"], { type: "pigeon" }), 400],
        ["an address that is none", () => policy("p", ["PUSH_ARTIFACT"], { address: "here" }), 400],
        ["no event", () => policy("p", []), 400],
        ["an unknown event", () => policy("p", ["SUNRISE"]), 400],
        ["an unknown format", () => policy("p", ["PUSH_ARTIFACT"], { payload_format: "XML" }), 400],
    ] as const) {
        it(`are refused with ${what}`, async () => {
            assert.equal((await harbor.api("POST", path(), wrong())).status, status);
        });
    }

    it("need no name, and are shown without what is empty", async () => {
        const made = await harbor.expect(201, "POST", path(), policy("", ["PULL_ARTIFACT"]));
        const shown = await harbor.expect<object>(200, "GET", `${path()}/${idOf(made)}`);
        assert.deepEqual(
            ["name", "description"].filter((field) => field in shown.body),
            [],
        );
        await harbor.expect(200, "DELETE", `${path()}/${idOf(made)}`);
    });

    it("belong to project administrators", async () => {
        const maintainer = await harbor.user("max", "web", 4);
        await harbor.expect(403, "POST", path(), policy("mine", ["PUSH_ARTIFACT"]), maintainer);
        const lead = await harbor.user("lea", "web", 1);
        const made = await harbor.expect(201, "POST", path(), policy("mine", ["PUSH_ARTIFACT"]), lead);
        await harbor.expect(409, "POST", path(), policy("mine", ["PULL_ARTIFACT"]));
        await harbor.expect(200, "DELETE", `${path()}/${idOf(made)}`);
        await harbor.expect(404, "GET", `${path()}/${idOf(made)}`);
    });
});

describe("deliveries", () => {
    it("say in Harbor's form what was pushed, with the Authorization header as given", async () => {
        const made = await harbor.expect(
            201,
            "POST",
            path(),
            policy("pushes", ["PUSH_ARTIFACT", "DELETE_ARTIFACT"], { auth_header: "Bearer s3cret" }),
        );
        receiver.got.length = 0;
        const digest = await harbor.push("web/group/app:v1", "one");
        const event = await until("the push event", () => receiver.got[0]);
        assert.equal(event.headers.authorization, "Bearer s3cret");
        const sent = JSON.parse(event.body) as { occur_at: number };
        assert.ok(Math.abs(sent.occur_at - Date.now() / 1000) < 60);
        const repository = (
            await harbor.expect<{ creation_time: string }>(
                200,
                "GET",
                "/projects/web/repositories/group%252Fapp",
            )
        ).body;
        assert.deepEqual(
            { ...sent, occur_at: 0 },
            {
                type: "PUSH_ARTIFACT",
                occur_at: 0,
                operator: "admin",
                event_data: {
                    resources: [{ digest, tag: "v1", resource_url: `${harbor.host}/web/group/app:v1` }],
                    repository: {
                        date_created: Math.floor(Date.parse(repository.creation_time) / 1000),
                        name: "group/app",
                        namespace: "web",
                        repo_full_name: "web/group/app",
                        repo_type: "private",
                    },
                },
            },
        );
        const executions = await until("the delivery to be written down", async () => {
            const list = await harbor.expect<{ id: number; status: string }[]>(
                200,
                "GET",
                `${path()}/${idOf(made)}/executions`,
            );
            return list.body[0]?.status === "Success" ? list.text : undefined;
        });
        assert.doesNotMatch(executions, /s3cret/);
        await harbor.expect(200, "DELETE", "/projects/web/repositories/group%252Fapp/artifacts/v1");
        const gone = await until("the deletion event", () => receiver.got[1]);
        assert.equal((JSON.parse(gone.body) as { type: string }).type, "DELETE_ARTIFACT");
        await harbor.expect(200, "DELETE", `${path()}/${idOf(made)}`);
    });

    it("are tried again after a failure, and given up in the end", async () => {
        const made = await harbor.expect(201, "POST", path(), policy("retried", ["PUSH_ARTIFACT"]));
        const id = idOf(made);
        receiver.got.length = 0;
        receiver.answers = [500, 503];
        await harbor.push("web/retry:v1", "r");
        await until("the third try", () => receiver.got[2]);
        receiver.answers = [500, 500, 500];
        await harbor.push("web/retry:v2", "rr");
        const failed = await until("the second delivery to fail", async () => {
            const list = await harbor.expect<{ id: number; status: string }[]>(
                200,
                "GET",
                `${path()}/${id}/executions`,
            );
            return list.body.find((execution) => execution.status === "Error");
        });
        const tasks = await harbor.expect<{ id: number; run_count: number }[]>(
            200,
            "GET",
            `${path()}/${id}/executions/${failed.id}/tasks`,
        );
        assert.equal(tasks.body[0]?.run_count, 3);
        const log = await harbor.expect(
            200,
            "GET",
            `${path()}/${id}/executions/${failed.id}/tasks/${tasks.body[0]?.id}/log`,
        );
        assert.match(log.text, /attempt 3: status 500/);
        const trigger = await harbor.expect<{ policy_name: string }[]>(
            200,
            "GET",
            `/projects/${projectId}/webhook/lasttrigger`,
        );
        assert.equal(trigger.body[0]?.policy_name, "retried");
        await harbor.expect(200, "GET", `/projects/${projectId}/webhook/jobs?policy_id=${id}`);
        await harbor.expect(200, "DELETE", `${path()}/${id}`);
    });

    it("can be CloudEvents or Slack messages", async () => {
        await harbor.expect(
            201,
            "POST",
            path(),
            policy("cloud", ["PULL_ARTIFACT"], { payload_format: "CloudEvents" }),
        );
        await harbor.push("web/events:v1", "e");
        receiver.got.length = 0;
        await harbor.crane(admin, "manifest", `${harbor.host}/web/events:v1`);
        const cloud = await until("the CloudEvent", () => receiver.got[0]);
        assert.equal(cloud.headers["content-type"], "application/cloudevents+json");
        const event = JSON.parse(cloud.body) as Record<string, unknown>;
        assert.equal(event["specversion"], "1.0");
        assert.equal(event["type"], "harbor.artifact.pulled");
        assert.equal(event["operator"], "admin");
        await harbor.expect(201, "POST", path(), policy("chat", ["PUSH_ARTIFACT"], { type: "slack" }));
        await harbor.push("web/events:v2", "ee");
        const slack = await until("the Slack message", () => receiver.got[1]);
        assert.match(slack.body, /"blocks":\[/);
        assert.match(slack.body, /PUSH_ARTIFACT/);
    });

    it("notify of a quota that is exceeded", async () => {
        const id = await harbor.project("small", { storage_limit: 100 });
        receiver.got.length = 0;
        await harbor.expect(
            201,
            "POST",
            `/projects/${id}/webhook/policies`,
            policy("quota", ["QUOTA_EXCEED"]),
        );
        await assert.rejects(harbor.push("small/app:v1", "too much"), /Quota exceeded/);
        const event = await until("the quota event", () => receiver.got[0]);
        assert.match(event.body, /"type":"QUOTA_EXCEED".*exceed the configured upper limit of 100 Byte/);
    });

    it("are not sent by a policy that is switched off, nor when notifications are", async () => {
        await harbor.project("quiet");
        const made = await harbor.expect(
            201,
            "POST",
            "/projects/quiet/webhook/policies",
            policy("off", ["PUSH_ARTIFACT"], {}, { enabled: false }),
        );
        receiver.got.length = 0;
        await harbor.push("quiet/app:v1", "1");
        const location = `/projects/quiet/webhook/policies/${idOf(made)}`;
        await harbor.expect(200, "PUT", location, policy("off", ["PUSH_ARTIFACT"]));
        await harbor.expect(200, "PUT", "/configurations", { notification_enable: false });
        await harbor.push("quiet/app:v2", "2");
        await harbor.expect(200, "PUT", "/configurations", { notification_enable: true });
        await harbor.push("quiet/app:v3", "3");
        const first = await until("the only event", () => receiver.got[0]);
        assert.match(first.body, /v3/);
        assert.equal(receiver.got.length, 1);
    });
});
