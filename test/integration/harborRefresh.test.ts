/**
 * What is looked at before a refresh, on Harbor's stand-in. That the published plugin does what the look is for is written
 * down in sdks/harbor/schema.yaml and not proved here.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, Unreachable, type Answer, type Ask } from "../../commands/doctor/http";
import {
    harborObjects,
    illParts,
    lookAtHarbor,
    waitForParts,
    withDrift,
} from "../../commands/support/harborRefresh";
import type { StateResource } from "../../commands/support/exported";
import { refreshes } from "../../commands/pulumi";
import { admin, basic, idOf, TestHarbor } from "../../sandbox/test/harbor/fixture";

let harbor: TestHarbor;
let ask: Ask;
let close: () => void;
let web: number;

before(async () => {
    harbor = await TestHarbor.start();
    const connection = {
        url: `${harbor.url}/api/v2.0`,
        headers: { authorization: basic(admin as [string, string]) },
    };
    ({ ask, close } = client(connection, AbortSignal.timeout(60_000)));
    web = await harbor.project("web", { storage_limit: 5 * 2 ** 30 });
});
after(async () => {
    close();
    await harbor.stop();
});

const urn = (type: string, name: string): string => `urn:pulumi:dev::estate::harbor:index/${type}::${name}`;
const resource = (type: string, name: string, id: string, outputs: object = {}): StateResource => ({
    urn: urn(type, name),
    type: `harbor:index/${type}`,
    id,
    provider: `${"urn:pulumi:dev::estate::pulumi:providers:harbor::harbor-main"}::uuid`,
    inputs: { ...outputs },
    outputs: { ...outputs },
});
const project = (): StateResource =>
    resource("project:Project", "web-project", `/projects/${web}`, { storageQuota: 5 });

async function hook(events: string[]): Promise<StateResource> {
    const path = `/projects/${web}/webhook/policies`;
    const made = await harbor.expect(201, "POST", path, {
        name: "updater",
        enabled: true,
        event_types: events,
        targets: [{ type: "http", address: "http://updater" }],
    });
    const id = `${path}/${idOf(made)}`;
    return resource("projectWebhook:ProjectWebhook", "web-policy", id, { eventsTypes: ["PUSH_ARTIFACT"] });
}

test("a quota and the events of a webhook that were changed by hand are found, and put into the state", async () => {
    const policy = await hook(["PUSH_ARTIFACT"]);
    const objects = [project(), policy];
    assert.deepEqual(await lookAtHarbor(ask, objects, true), { ill: [], gone: [], drift: [] });

    const [quota] = (await harbor.expect<{ id: number }[]>(200, "GET", `/quotas?reference_id=${web}`)).body;
    await harbor.expect(200, "PUT", `/quotas/${quota?.id ?? 0}`, { hard: { storage: -1 } });
    const shown = (await harbor.expect<object>(200, "GET", policy.id ?? "")).body;
    await harbor.expect(200, "PUT", policy.id ?? "", { ...shown, event_types: ["DELETE_ARTIFACT"] });
    const { ill, gone, drift } = await lookAtHarbor(ask, objects, true);
    assert.deepEqual([ill, gone], [[], []]);
    assert.deepEqual(
        drift.map(({ text }) => text),
        [
            "web-project has no quota, and was made with a quota of 5 GiB",
            "web-policy gets DELETE_ARTIFACT, and was made for PUSH_ARTIFACT",
        ],
    );

    const exported = { version: 3, deployment: { resources: objects } };
    const changed = withDrift(exported, drift);
    assert.equal(changed.version, 3);
    const [first, second] = changed.deployment.resources;
    assert.deepEqual([first?.inputs, first?.outputs], [{ storageQuota: -1 }, { storageQuota: -1 }]);
    assert.deepEqual(second?.outputs, { eventsTypes: ["DELETE_ARTIFACT"] });
    assert.deepEqual(await lookAtHarbor(ask, changed.deployment.resources, true), {
        ill: [],
        gone: [],
        drift: [],
    });
    await harbor.expect(200, "DELETE", policy.id ?? "");
});

test("a robot that cannot be read stops the refresh; one that is gone does not", async () => {
    const made = await harbor.robot("web", "pull", ["repository:pull"]);
    const robot = resource("robotAccount:RobotAccount", "web-pull", `/robots/${made.id}`);
    await harbor.fetch("POST", "/__sandbox/faults", { path: `/robots/${made.id}`, status: 503, times: 1 });
    const ill = await lookAtHarbor(ask, [robot], true);
    assert.deepEqual(ill.ill, ["the robot web-pull cannot be read (status 503)"]);
    assert.deepEqual((await lookAtHarbor(ask, [robot], true)).ill, []);
    await harbor.expect(200, "DELETE", `/robots/${made.id}`);
    assert.deepEqual(await lookAtHarbor(ask, [robot], true), { ill: [], gone: [], drift: [] });
});

test("a webhook and a policy that went with their project are named; a policy only for who trips over it", async () => {
    const lost = await harbor.project("lost");
    const made = await harbor.expect(201, "POST", "/retentions", {
        algorithm: "or",
        rules: [],
        trigger: { kind: "Schedule", settings: { cron: "" } },
        scope: { level: "project", ref: lost },
    });
    const policy = resource(
        "retentionPolicy:RetentionPolicy",
        "lost-retention",
        `/retentions/${idOf(made)}`,
        {
            scope: `/projects/${lost}`,
        },
    );
    assert.deepEqual(await lookAtHarbor(ask, [policy], true), { ill: [], gone: [], drift: [] });
    await harbor.expect(200, "DELETE", `/projects/${lost}`);
    const webhook = resource(
        "projectWebhook:ProjectWebhook",
        "lost-policy",
        `/projects/${lost}/webhook/policies/1`,
    );
    assert.deepEqual((await lookAtHarbor(ask, [policy, webhook], true)).gone, [
        { urn: policy.urn, text: "the retention policy lost-retention" },
        { urn: webhook.urn, text: "the webhook lost-policy" },
    ]);
    assert.deepEqual((await lookAtHarbor(ask, [policy], false)).gone, []);
    // The project is there, and says that it has this policy: then Harbor is not well.
    const own = { ...policy, outputs: { scope: `/projects/${web}` } };
    const broken: Ask = async (method, path) =>
        path.startsWith("/projects/")
            ? { status: 200, headers: {}, body: { metadata: { retention_id: String(idOf(made)) } } }
            : ask(method, path);
    assert.match(
        (await lookAtHarbor(broken, [own], true)).ill.join(),
        /lost-retention cannot be read \(status 500\)/,
    );
});

const health = (components: Record<string, string>): Answer => ({
    status: 200,
    headers: {},
    body: {
        components: Object.entries(components).map(([name, status]) => ({ name, status, error: "starting" })),
    },
});

test("a Harbor is ill when a part is that its objects need, or when it does not answer", async () => {
    const says =
        (answer: Answer): Ask =>
        () =>
            Promise.resolve(answer);
    assert.deepEqual(await illParts(says(health({ core: "healthy", trivy: "unhealthy" }))), []);
    assert.deepEqual(await illParts(says(health({ database: "unhealthy" }))), [
        "its database is not healthy (starting)",
    ]);
    assert.deepEqual(await illParts(says({ status: 502, headers: {}, body: "" })), [
        "its health cannot be read (status 502)",
    ]);
    const silent: Ask = () => Promise.reject(new Unreachable("the connection is refused", "network"));
    const look = await lookAtHarbor(silent, [project()], true);
    assert.deepEqual(look.ill, ["it does not answer: the connection is refused"]);
});

test("a job service that starts is waited for, and no longer than the timeout", async () => {
    let looks = 0;
    const starting =
        (until: number): Ask =>
        () =>
            Promise.resolve(health({ jobservice: ++looks > until ? "healthy" : "unhealthy" }));
    assert.deepEqual(await waitForParts(starting(2), 5, 0), []);
    assert.equal(looks, 3);
    looks = 0;
    assert.deepEqual(await waitForParts(starting(9), 5, 0), ["its jobservice is not healthy (starting)"]);
    assert.equal(looks, 5);
});

test("objects are those of the registries' providers; what waits for its deletion is none", () => {
    const exported = {
        deployment: {
            resources: [
                project(),
                { ...project(), delete: true },
                { urn: "urn:x", type: "gitlab:index/project:Project", id: "7", provider: "a::gitlab::b" },
            ],
        },
    };
    const found = harborObjects(exported);
    assert.deepEqual([...found.keys()], ["main"]);
    assert.equal(found.get("main")?.length, 1);
    assert.equal(harborObjects({}).size, 0);
});

test("which runs look at what is there", () => {
    assert.equal(refreshes({ operation: "refresh", rest: [] }), true);
    for (const option of ["-r", "--refresh", "--refresh=true"]) {
        assert.equal(refreshes({ operation: "preview", rest: ["--diff", option] }), true, option);
    }
    assert.equal(refreshes({ operation: "up", rest: ["--refresh=false"] }), false);
});
