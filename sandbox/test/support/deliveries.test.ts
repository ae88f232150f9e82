/** Webhook deliveries against a real receiver on this machine. */
import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";

import { Deliveries, withoutSecrets, type Delivery } from "../../support/deliveries";

async function receiver(
    context: TestContext,
    answer: (call: number) => number | undefined,
): Promise<{ url: string; calls: { headers: IncomingHttpHeaders; body: string }[] }> {
    const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
            const status = answer(calls.length);
            calls.push({ headers: request.headers, body });
            if (status !== undefined) {
                response.writeHead(status).end("answer");
            }
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => {
        server.closeAllConnections();
        server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls };
}

function deliveries(context: TestContext, timeoutMs = 1000): { sender: Deliveries; records: Delivery[] } {
    const records: Delivery[] = [];
    const sender = new Deliveries({
        attempts: 3,
        backoffMs: 5,
        timeoutMs,
        record: (delivery) => records.push(structuredClone(delivery)),
    });
    context.after(() => sender.close());
    return { sender, records };
}

test("delivered at the third attempt, each attempt recorded", async (context) => {
    const { url, calls } = await receiver(context, (call) => (call < 2 ? 500 : 204));
    const { sender, records } = deliveries(context);
    sender.enqueue({ url, headers: {}, body: "hello" });
    await sender.drain();
    assert.equal(calls.length, 3);
    assert.deepEqual(
        records.map((record) => [record.state, record.attempts.length, record.attempts.at(-1)?.status]),
        [
            ["pending", 1, 500],
            ["pending", 2, 500],
            ["delivered", 3, 204],
        ],
    );
});

test("given up after the attempts allowed; no answer counts as a failure", async (context) => {
    const { url, calls } = await receiver(context, () => undefined);
    const { sender, records } = deliveries(context, 50);
    sender.enqueue({ url, headers: {}, body: "" });
    sender.enqueue({ url: "http://127.0.0.1:1/", headers: {}, body: "" });
    await sender.drain();
    assert.equal(calls.length, 3);
    const ends = records.filter((record) => record.state === "failed");
    assert.deepEqual(
        ends.map((record) => record.attempts.at(-1)?.error).map((error) => error === "no answer in time"),
        [false, true],
    );
});

test("secrets are sent but not recorded: headers named, passwords and queries in addresses", async (context) => {
    const { url, calls } = await receiver(context, () => 200);
    const { sender, records } = deliveries(context);
    const withQuery = `${url.replace("://", "://user:pass-secret@")}?access_token=query-secret`;
    sender.enqueue({
        url,
        headers: { "X-Token": "header-secret", Plain: "shown" },
        secretHeaders: ["x-token"],
        body: "{}",
        sign: () => ({ "x-signature": "signature-secret" }),
    });
    await sender.drain();
    assert.equal(calls[0]?.headers["x-token"], "header-secret");
    assert.equal(calls[0]?.headers["x-signature"], "signature-secret");
    assert.doesNotMatch(JSON.stringify(records), /secret/);
    assert.equal(records[0]?.headers["Plain"], "shown");
    assert.doesNotMatch(withoutSecrets(withQuery), /secret/);
});

test("closing ends what is under way and accepts nothing more", async (context) => {
    const { url } = await receiver(context, () => undefined);
    const { sender } = deliveries(context, 60_000);
    const running = sender.enqueue({ url, headers: {}, body: "" });
    await sender.close();
    assert.notEqual(running.state, "delivered");
    assert.equal(sender.enqueue({ url, headers: {}, body: "" }).state, "cancelled");
});
