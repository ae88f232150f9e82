/** What is asked for, with which login, and what stands in a pod's status. Pure parts only. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { loginsFor } from "../../../clusters/images/keyring";
import { imagesToPull, statusPatch, type Pod } from "../../../clusters/images/pods";
import { pullPause } from "../../../clusters/images/puller";
import { isLocalImage, parseImage } from "../../../clusters/images/reference";

const digest = `sha256:${"a".repeat(64)}`;

test("image references are read as runtimes read them", () => {
    const cases: [string, string, string, string][] = [
        ["127.0.0.1:8930/web-dev/web:abc", "127.0.0.1:8930", "web-dev/web", "abc"],
        [`localhost:8930/web-dev/web@${digest}`, "localhost:8930", "web-dev/web", digest],
        [`127.0.0.1:8930/web-dev/web:abc@${digest}`, "127.0.0.1:8930", "web-dev/web", digest],
        ["quay.io/argoproj/argocd:v3.2.11", "quay.io", "argoproj/argocd", "v3.2.11"],
        ["redis", "docker.io", "library/redis", "latest"],
        ["team/redis:8", "docker.io", "team/redis", "8"],
    ];
    for (const [image, registry, repository, tag] of cases) {
        assert.deepEqual(parseImage(image), { registry, repository, tag }, image);
    }
    for (const bad of ["127.0.0.1:8930/Web:abc", "127.0.0.1:8930/web:", "", "127.0.0.1:8930/a b:c"]) {
        assert.throws(() => parseImage(bad), /invalid reference format/, bad);
    }
});

test("only registries of this machine are asked", () => {
    assert.ok(isLocalImage("127.0.0.1:8930/web-dev/web:abc"));
    assert.ok(isLocalImage("localhost:5000/web:abc"));
    for (const other of ["quay.io/argoproj/argocd:v3", "redis", "127.0.0.10:8930/x:y", "localhost/x:y"]) {
        assert.equal(isLocalImage(other), false, other);
    }
});

test("logins come from the entries for the image's registry", () => {
    const auth = Buffer.from("robot$web:pass:word").toString("base64");
    const config = JSON.stringify({
        auths: {
            "127.0.0.1:8930": { auth },
            "https://127.0.0.1:8930/v2/": { username: "other", password: "secret" },
            "127.0.0.1:8932": { auth: "bm9ib2R5Ong=" },
        },
    });
    assert.deepEqual(loginsFor("127.0.0.1:8930", config), [
        { username: "robot$web", password: "pass:word" },
        { username: "other", password: "secret" },
    ]);
    assert.deepEqual(loginsFor("127.0.0.1:8930", "no JSON"), []);
    assert.deepEqual(loginsFor("127.0.0.1:8930", "{}"), []);
});

const image = "127.0.0.1:8930/web-dev/web:abc";
const pod = (change: Partial<Pod["spec"]> = {}, status: Pod["status"] = { phase: "Pending" }): Pod => ({
    metadata: { name: "web-1", namespace: "web-dev", uid: "1" },
    spec: { nodeName: "node-1", containers: [{ name: "app", image }], ...change },
    status,
});

test("a pod's local images are asked for once it is on a node, until they were given out", () => {
    assert.deepEqual(imagesToPull(pod()), [image]);
    assert.deepEqual(
        imagesToPull(pod({ initContainers: [{ name: "init", image: "127.0.0.1:8930/a/init:1" }] })),
        ["127.0.0.1:8930/a/init:1", image],
    );
    assert.deepEqual(imagesToPull(pod({ containers: [{ name: "app", image: "redis:8" }] })), []);
    const { nodeName: _, ...unscheduled } = pod().spec;
    assert.deepEqual(imagesToPull({ ...pod(), spec: unscheduled }), []);
    assert.deepEqual(imagesToPull(pod({}, { phase: "Succeeded" })), []);
    const pulled = { type: "gitops-estate/ImagesPulled", status: "True" };
    assert.deepEqual(imagesToPull(pod({}, { phase: "Pending", conditions: [pulled] })), []);
    assert.deepEqual(
        imagesToPull({ ...pod(), metadata: { ...pod().metadata, deletionTimestamp: "now" } }),
        [],
    );
});

interface Patch {
    readonly status: {
        readonly conditions: readonly { type: string; status: string; reason?: string }[];
        readonly containerStatuses: readonly {
            imageID: string;
            state: { waiting: { reason: string; message?: string } };
        }[];
    };
}

test("a status says what could not be pulled, and in which state the waiting is", () => {
    const state = { digests: new Map<string, string>(), problems: new Map([[image, "not found"]]) };
    const now = new Date(0);
    const first = statusPatch(pod(), { ...state, backingOff: false }, now) as unknown as Patch;
    assert.deepEqual(first.status.containerStatuses[0]?.state.waiting, {
        reason: "ErrImagePull",
        message: "not found",
    });
    assert.deepEqual(first.status.conditions[0], {
        type: "gitops-estate/ImagesPulled",
        status: "False",
        lastTransitionTime: now.toISOString(),
        reason: "ErrImagePull",
    });
    const then = statusPatch(pod(), { ...state, backingOff: true }, now) as unknown as Patch;
    assert.deepEqual(then.status.containerStatuses[0]?.state.waiting, {
        reason: "ImagePullBackOff",
        message: `Back-off pulling image "${image}": not found`,
    });
});

test("a status of pulled images lets the pod start and names their digests", () => {
    const state = { digests: new Map([[image, digest]]), problems: new Map(), backingOff: false };
    const patch = statusPatch(pod(), state, new Date(0)) as unknown as Patch;
    assert.equal(patch.status.conditions[0]?.status, "True");
    assert.equal(patch.status.containerStatuses[0]?.imageID, `127.0.0.1:8930/web-dev/web@${digest}`);
});

test("the pause between two tries doubles up to a limit", () => {
    const settings = { firstMs: 2000, mostMs: 30_000 };
    assert.deepEqual(
        [1, 2, 3, 4, 5, 20].map((tries) => pullPause(tries, settings)),
        [2000, 4000, 8000, 16_000, 30_000, 30_000],
    );
});
