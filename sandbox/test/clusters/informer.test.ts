/** The informer against a server that speaks the same protocol in a few lines; a real API server is not proved here. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Informer, type ClusterObject } from "../../clusters/informer";
import { FakeApi, until } from "./support/fakeApi";

const path = "/api/v1/pods";
const pod = (name: string): ClusterObject & Record<string, unknown> => ({
    metadata: { namespace: "shop", name, uid: name },
});

async function watched(
    run: (api: FakeApi, informer: Informer<ClusterObject>, seen: (string | undefined)[]) => Promise<void>,
): Promise<void> {
    const api = await FakeApi.start();
    const seen: (string | undefined)[] = [];
    const informer = new Informer<ClusterObject>(
        api.access,
        { path },
        (object) => seen.push(object?.metadata.name),
        () => undefined,
    );
    api.set(path, pod("first"));
    const running = informer.run();
    try {
        await until("the list", () => informer.synced);
        await until("the watch", () => api.watching === 1);
        await run(api, informer, seen);
    } finally {
        informer.stop();
        await running;
        await api.close();
    }
}

test("an informer knows what was listed, and follows what is added, changed and deleted", () =>
    watched(async (api, informer, seen) => {
        assert.deepEqual(
            informer.values().map(({ metadata }) => metadata.name),
            ["first"],
        );
        api.set(path, pod("second"));
        await until("the addition", () => informer.get("shop", "second") !== undefined);
        api.remove(path, "shop", "first");
        await until("the deletion", () => informer.get("shop", "first") === undefined);
        assert.deepEqual(seen, [undefined, "second", "first"]);
    }));

test("a watch that ends is resumed where it ended, without another list", () =>
    watched(async (api, informer) => {
        api.dropWatches(false);
        await until("the new watch", () => api.watching === 1);
        api.set(path, pod("later"));
        await until("the change", () => informer.get("shop", "later") !== undefined);
        assert.equal(api.lists, 1);
    }));

test("a watch that is too old to go on is followed by a list", () =>
    watched(async (api, informer) => {
        api.dropWatches(true);
        await until("the new list", () => api.lists === 2);
        await until("the new watch", () => api.watching === 1);
        assert.notEqual(informer.get("shop", "first"), undefined);
    }));
