/** Faults in front of a server. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { Faults, registerFaults } from "../../support/faults";
import { createServer, listen } from "../../support/server";

async function server(context: TestContext): Promise<{ url: string; work: () => number }> {
    const fastify = createServer();
    let done = 0;
    registerFaults(fastify, new Faults());
    fastify.all("/work", () => ({ done: ++done }));
    const url = await listen(fastify, { host: "127.0.0.1", port: 0 });
    context.after(() => fastify.close());
    return { url, work: () => done };
}

async function add(url: string, rule: unknown): Promise<Response> {
    return fetch(`${url}/__sandbox/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(rule),
    });
}

test("a status replaces the answer as often as asked, and the work is not done", async (context) => {
    const { url, work } = await server(context);
    const added = await add(url, { method: "get", path: "^/work", status: 503, retryAfter: 7, times: 2 });
    assert.equal(added.status, 201);
    for (let index = 0; index < 2; index++) {
        const answer = await fetch(`${url}/work`);
        assert.equal(answer.status, 503);
        assert.equal(answer.headers.get("retry-after"), "7");
    }
    assert.equal(work(), 0);
    assert.equal((await fetch(`${url}/work`, { method: "POST" })).status, 200);
    assert.equal((await fetch(`${url}/work`)).status, 200, "used up");
    assert.deepEqual(await (await fetch(`${url}/__sandbox/faults`)).json(), []);
});

test("a dropped response: the work is done, the connection is cut", async (context) => {
    const { url, work } = await server(context);
    await add(url, { dropResponse: true });
    await assert.rejects(() => fetch(`${url}/work`), /fetch failed/);
    assert.equal(work(), 1);
    assert.equal((await fetch(`${url}/__sandbox/faults`, { method: "DELETE" })).status, 204);
    assert.equal((await fetch(`${url}/work`)).status, 200);
});

test("a hanging call does not answer, and does not block the server from closing", async (context) => {
    const { url, work } = await server(context);
    await add(url, { hang: true });
    await assert.rejects(() => fetch(`${url}/work`, { signal: AbortSignal.timeout(100) }), {
        name: "TimeoutError",
    });
    assert.equal(work(), 0);
});

test("a hanging call is cut when the faults are cleared, as by a restart", async (context) => {
    const { url } = await server(context);
    await add(url, { hang: true });
    const hanging = fetch(`${url}/work`, { signal: AbortSignal.timeout(20_000) });
    const hits = async (): Promise<number> => {
        const rules = (await (await fetch(`${url}/__sandbox/faults`)).json()) as { hits: number }[];
        return rules[0]?.hits ?? 0;
    };
    while ((await hits()) === 0) {
        await new Promise((resolve) => setImmediate(resolve));
    }
    await fetch(`${url}/__sandbox/faults`, { method: "DELETE" });
    await assert.rejects(hanging, { name: "TypeError" });
});

test("rules that make no sense are refused with a sentence", async (context) => {
    const { url } = await server(context);
    for (const [rule, reason] of [
        [{}, /exactly one of/],
        [{ status: 500, hang: true }, /exactly one of/],
        [{ status: 200 }, /between 400 and 599/],
        [{ status: 500, times: 0 }, /above 0/],
        [{ status: 500, path: "(" }, /regular expression/],
    ] as const) {
        const answer = await add(url, rule);
        assert.equal(answer.status, 400);
        assert.match(((await answer.json()) as { message: string }).message, reason);
    }
});
