/** The listener for Harbor's pushes, asked over HTTP. Proves its checks, not what the updater then does. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { PushListener } from "../../../workloads/argocd/pushes";

const pushed = { type: "PUSH_ARTIFACT", event_data: { resources: [{ tag: "main-1" }] } };

describe("pushes of images", () => {
    const open: PushListener[] = [];
    after(() => Promise.all(open.map((each) => each.close())));

    async function listener(
        secret: string | undefined,
        pauseMs = 0,
    ): Promise<{ url: string; calls: number[] }> {
        const calls: number[] = [];
        const made = new PushListener({
            port: 0,
            secret: () => secret,
            onPush: () => calls.push(Date.now()),
            log: () => undefined,
            pauseMs,
        });
        open.push(made);
        return { url: `http://127.0.0.1:${await made.start()}`, calls };
    }

    const post = async (url: string, body: unknown, authorization = "fake-secret"): Promise<number> => {
        const response = await fetch(url, {
            method: "POST",
            headers: { "content-type": "application/json", authorization },
            body: typeof body === "string" ? body : JSON.stringify(body),
        });
        await response.text();
        return response.status;
    };

    const called = async (calls: readonly number[], count: number): Promise<void> => {
        for (const end = Date.now() + 5000; calls.length < count;) {
            assert.ok(Date.now() < end, `${calls.length} of ${count} calls after 5 s`);
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
    };

    test("are believed with the secret, and a burst is one", async () => {
        const { url, calls } = await listener("fake-secret", 400);
        const statuses = await Promise.all(
            Array.from({ length: 5 }, () => post(`${url}/webhook?type=harbor`, pushed)),
        );
        assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
        await called(calls, 1);
        assert.equal(await post(`${url}/webhook?type=harbor`, pushed), 200);
        await called(calls, 2);
        assert.equal(calls.length, 2);
        assert.ok((calls[1] ?? 0) - (calls[0] ?? 0) >= 390, "the second came too soon");
    });

    test("are refused with another secret, of another kind, or where none was made", async () => {
        const { url, calls } = await listener("fake-secret");
        const at = `${url}/webhook?type=harbor`;
        assert.equal(await post(at, pushed, "another"), 401);
        assert.equal(await post(at, pushed, ""), 401);
        assert.equal(await post(`${url}/webhook?type=quay.io`, pushed), 400);
        assert.equal(await post(at, { ...pushed, type: "PULL_ARTIFACT" }), 400);
        assert.equal(await post(at, { type: "PUSH_ARTIFACT", event_data: { resources: [{}] } }), 400);
        assert.equal(await post(at, "{"), 400);
        assert.equal(await post(at, "x".repeat(1024 * 1024 + 1)), 400);
        assert.equal(await post(`${url}/elsewhere`, pushed), 404);
        assert.equal((await fetch(at)).status, 405);
        assert.equal((await fetch(`${url}/healthz`)).status, 200);
        const { url: mute } = await listener(undefined);
        assert.equal(await post(`${mute}/webhook?type=harbor`, pushed, "undefined"), 400);
        assert.deepEqual(calls, []);
    });
});
