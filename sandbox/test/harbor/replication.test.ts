/** Replication between two Harbors, really through the registry API of both. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { admin, adminPassword, codeOf, crane, idOf, type Login, TestHarbor, until } from "./fixture";

let main: TestHarbor;
let prod: TestHarbor;
let registry: number;

before(async () => {
    [main, prod] = await Promise.all([TestHarbor.start(), TestHarbor.start({ name: "prod" })]);
    await main.project("web");
});
after(async () => {
    await Promise.all([main.stop(), prod.stop()]);
});

const endpoint = (harbor: TestHarbor, name: string, login: Login = admin): object => ({
    name,
    url: harbor.url,
    type: "harbor",
    insecure: true,
    credential: {
        type: "basic",
        access_key: login[0],
        access_secret: login[1],
    },
});

const policy = (name: string, more: object): object => ({
    name,
    dest_registry: { id: registry },
    trigger: { type: "manual" },
    filters: [{ type: "name", value: "web/**" }],
    override: true,
    enabled: true,
    ...more,
});

interface Execution {
    id: number;
    status: string;
    status_text: string;
    total: number;
    succeed: number;
    failed: number;
}

async function run(harbor: TestHarbor, policyId: number): Promise<Execution> {
    const started = await harbor.expect(201, "POST", "/replication/executions", { policy_id: policyId });
    return until("the replication to end", async () => {
        const shown = await harbor.expect<Execution>(200, "GET", `/replication/executions/${idOf(started)}`);
        return shown.body.status === "InProgress" ? undefined : shown.body;
    });
}

const digest = async (harbor: TestHarbor, reference: string): Promise<string | undefined> => {
    const out = await harbor.crane(admin, "digest", `${harbor.host}/${reference}`).catch(() => undefined);
    return out?.trim();
};

describe("registry endpoints", () => {
    it("are accepted only when they answer and authenticate us", async () => {
        const made = await main.expect(201, "POST", "/registries", endpoint(prod, "prod"));
        registry = idOf(made);
        const shown = await main.expect<{ status: string; credential: Record<string, string> }>(
            200,
            "GET",
            `/registries/${registry}`,
        );
        assert.equal(shown.body.status, "healthy");
        assert.equal(shown.body.credential["access_secret"], "*****");
        await main.expect(409, "POST", "/registries", endpoint(prod, "prod"));
        await main.expect(400, "POST", "/registries", endpoint(prod, "x", ["admin", "wrong"]));
        await main.expect(400, "POST", "/registries", {
            ...endpoint(prod, "x"),
            url: "http://127.0.0.1:1",
        });
        await main.expect(400, "POST", "/registries", { ...endpoint(prod, "x"), type: "attic" });
        await main.expect(200, "POST", "/registries/ping", { id: registry });
        await main.expect(400, "POST", "/registries/ping", { id: registry, access_secret: "wrong" });
        await main.expect(200, "PUT", `/registries/${registry}`, {
            description: "changed",
            credential_type: "basic",
            access_key: "admin",
            access_secret: adminPassword,
        });
        const someone = await main.user("sue");
        await main.expect(403, "GET", "/registries", undefined, someone);
    });
});

describe("replication policies", () => {
    for (const [what, more, status] of [
        ["both ends remote", () => ({ src_registry: { id: registry } }), 400],
        ["no end remote", () => ({ dest_registry: null }), 400],
        ["a registry that is not there", () => ({ dest_registry: { id: 4711 } }), 404],
        ["a filter of another kind", () => ({ filters: [{ type: "colour", value: "red" }] }), 400],
        [
            "a decoration where none fits",
            () => ({ filters: [{ type: "name", value: "**", decoration: "excludes" }] }),
            400,
        ],
        [
            "seconds in the cron",
            () => ({ trigger: { type: "scheduled", trigger_settings: { cron: "5 0 * * * *" } } }),
            400,
        ],
        ["another trigger", () => ({ trigger: { type: "moon" } }), 400],
    ] as const) {
        it(`are refused with ${what}`, async () => {
            const answer = await main.api("POST", "/replication/policies", policy("wrong", more()));
            assert.equal(answer.status, status, answer.text);
        });
    }

    it("push what their filters mean, make the project over there, and keep digests", async () => {
        const first = await main.push("web/shop/cart:1.0", "one");
        await main.push("web/shop/cart:dev-1", "two");
        await main.crane(
            admin,
            "index",
            "append",
            "-m",
            `${main.host}/web/shop/cart:1.0`,
            "-m",
            `${main.host}/web/shop/cart:dev-1`,
            "-t",
            `${main.host}/web/shop/cart:1.1`,
        );
        const made = await main.expect(
            201,
            "POST",
            "/replication/policies",
            policy("push", {
                filters: [
                    { type: "name", value: "web/**" },
                    { type: "tag", value: "dev-*", decoration: "excludes" },
                    { type: "resource", value: "image" },
                ],
            }),
        );
        const done = await run(main, idOf(made));
        assert.deepEqual([done.status, done.total, done.succeed], ["Succeed", 1, 1], done.status_text);
        assert.equal(await digest(prod, "web/shop/cart:1.0"), first);
        assert.equal(await digest(prod, "web/shop/cart:1.1"), await digest(main, "web/shop/cart:1.1"));
        assert.equal(await digest(prod, "web/shop/cart:dev-1"), undefined);
        const again = await run(main, idOf(made));
        assert.equal(again.status, "Succeed");
        const tasks = await main.expect<{ id: number }[]>(
            200,
            "GET",
            `/replication/executions/${again.id}/tasks`,
        );
        const log = await main.expect(
            200,
            "GET",
            `/replication/executions/${again.id}/tasks/${tasks.body[0]?.id}/log`,
        );
        assert.doesNotMatch(log.text, /copied/, "the second run moves nothing");
        const used = await main.api("DELETE", `/registries/${registry}`);
        assert.deepEqual([used.status, codeOf(used)], [412, "PRECONDITION"]);
    });

    it("can change the namespace, and do not override unless configured to", async () => {
        const made = await main.expect(
            201,
            "POST",
            "/replication/policies",
            policy("renamed", {
                dest_namespace: "mirror",
                dest_namespace_replace_count: 1,
                override: false,
                filters: [
                    { type: "name", value: "web/shop/**" },
                    { type: "tag", value: "1.0" },
                ],
            }),
        );
        assert.equal((await run(main, idOf(made))).status, "Succeed");
        const before = await digest(prod, "mirror/shop/cart:1.0");
        assert.equal(before, await digest(main, "web/shop/cart:1.0"));
        await main.push("web/shop/cart:1.0", "changed");
        assert.equal((await run(main, idOf(made))).status, "Succeed");
        assert.equal(await digest(prod, "mirror/shop/cart:1.0"), before);
    });

    it("follow pushes and deletions when they are event based", async () => {
        const made = await main.expect(
            201,
            "POST",
            "/replication/policies",
            policy("live", {
                trigger: { type: "event_based" },
                replicate_deletion: true,
                filters: [{ type: "name", value: "web/live" }],
            }),
        );
        const pushed = await main.push("web/live:v1", "live");
        await until("the push to arrive", async () =>
            (await digest(prod, "web/live:v1")) === pushed ? true : undefined,
        );
        await main.expect(200, "DELETE", "/projects/web/repositories/live/artifacts/v1");
        await until("the deletion to arrive", async () =>
            (await digest(prod, "web/live:v1")) === undefined ? true : undefined,
        );
        const list = await main.expect<{ trigger: string }[]>(
            200,
            "GET",
            `/replication/executions?policy_id=${idOf(made)}`,
        );
        assert.ok(list.body.every((execution) => execution.trigger === "event_based"));
    });

    it("pull from the other Harbor too", async () => {
        const source = await prod.expect(201, "POST", "/registries", endpoint(main, "main"));
        const made = await prod.expect(201, "POST", "/replication/policies", {
            name: "pull",
            src_registry: { id: idOf(source) },
            dest_namespace: "pulled",
            dest_namespace_replace_count: 1,
            trigger: { type: "manual" },
            filters: [{ type: "name", value: "web/shop/*" }],
            enabled: true,
            override: true,
        });
        const done = await run(prod, idOf(made));
        assert.equal(done.status, "Succeed", done.status_text);
        assert.equal(await digest(prod, "pulled/shop/cart:dev-1"), await digest(main, "web/shop/cart:dev-1"));
    });

    it("end as failed with the reason when the other side says no", async () => {
        const id = await prod.project("frozen");
        await prod.expect(201, "POST", `/projects/${id}/immutabletagrules`, {
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "**" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
        });
        await prod.push("frozen/cart:1.0", "theirs");
        const made = await main.expect(
            201,
            "POST",
            "/replication/policies",
            policy("blocked", {
                dest_namespace: "frozen",
                dest_namespace_replace_count: -1,
                filters: [
                    { type: "name", value: "web/shop/cart" },
                    { type: "tag", value: "1.0" },
                ],
            }),
        );
        const done = await run(main, idOf(made));
        assert.equal(done.status, "Failed");
        assert.match(done.status_text, /configured as immutable/);
        await main.expect(
            200,
            "PUT",
            `/replication/policies/${idOf(made)}`,
            policy("blocked", { enabled: false }),
        );
        await main.expect(412, "POST", "/replication/executions", { policy_id: idOf(made) });
        await main.expect(200, "DELETE", `/replication/policies/${idOf(made)}`);
    });

    it("is not needed to copy with crane and two logins", async () => {
        await prod.project("bycrane");
        await crane(
            [
                { host: main.host, login: admin },
                { host: prod.host, login: admin },
            ],
            "copy",
            `${main.host}/web/shop/cart:1.1`,
            `${prod.host}/bycrane/cart:1.1`,
        );
        assert.equal(await digest(prod, "bycrane/cart:1.1"), await digest(main, "web/shop/cart:1.1"));
    });
});
