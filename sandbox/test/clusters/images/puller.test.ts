/**
 * The puller between a server that speaks the API's protocol and a registry that speaks the token flow. That kwok starts the
 * pod afterwards is proved end to end (test/e2e/argocd.test.ts).
 */
import assert from "node:assert/strict";
import * as http from "node:http";
import { type AddressInfo } from "node:net";
import { test } from "node:test";

import { PullError, pullImage } from "../../../clusters/images/registry";
import { Puller } from "../../../clusters/images/puller";
import { FakeApi, until } from "../support/fakeApi";

const digest = `sha256:${"b".repeat(64)}`;

/** A registry with one repository, `shop/web`, that its robot may read. */
interface Registry {
    readonly host: string;
    readonly tags: Set<string>;
    readonly asked: string[];
    close(): Promise<void>;
}

async function registry(): Promise<Registry> {
    const tags = new Set(["good"]);
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
        const { host } = request.headers;
        const url = new URL(request.url ?? "/", `http://${host}`);
        asked.push(url.pathname);
        const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
            response.writeHead(status, { "content-type": "application/json", ...headers });
            response.end(JSON.stringify(body));
        };
        const robot = `Basic ${Buffer.from("robot:secret").toString("base64")}`;
        if (url.pathname === "/service/token") {
            assert.equal(url.searchParams.get("scope"), "repository:shop/web:pull");
            const known = request.headers.authorization === robot;
            answer(known ? 200 : 401, known ? { token: "t0ken" } : { errors: [{ code: "UNAUTHORIZED" }] });
            return;
        }
        if (request.headers.authorization !== "Bearer t0ken") {
            answer(
                401,
                { errors: [] },
                {
                    "www-authenticate": `Bearer realm="http://${host}/service/token",service="reg",scope="repository:shop/web:pull"`,
                },
            );
            return;
        }
        const tag = url.pathname.split("/").at(-1) ?? "";
        if (tags.has(tag)) {
            answer(200, {}, { "docker-content-digest": digest });
        } else {
            answer(404, { errors: [{ code: "MANIFEST_UNKNOWN", message: `no ${tag} here` }] });
        }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        tags,
        asked,
        close: () =>
            new Promise((resolve) => {
                server.closeAllConnections();
                server.close(() => resolve());
            }),
    };
}

test("an image is asked for with the token flow, and refusals carry the registry's words", async () => {
    const server = await registry();
    const robot = { username: "robot", password: "secret" };
    const image = (tag: string): string => `${server.host}/shop/web:${tag}`;
    try {
        assert.equal(await pullImage(image("good"), () => [robot]), digest);
        const wrong = { username: "robot", password: "old" };
        assert.equal(await pullImage(image("good"), () => [wrong, robot]), digest);
        await assert.rejects(
            pullImage(image("bad"), () => [robot]),
            {
                message: `failed to resolve reference "${image("bad")}": ${image("bad")}: not found (unexpected status 404 manifest_unknown: no bad here)`,
            },
        );
        await assert.rejects(
            pullImage(image("good"), () => []),
            (error: Error) =>
                error instanceof PullError &&
                /authorization failed: unexpected status 401/.test(error.message),
        );
    } finally {
        await server.close();
    }
    await assert.rejects(
        pullImage(image("good"), () => [robot]),
        /failed to do request: Get "http:/,
    );
});

test("a pod waits until its image can be had, with the pull secret it names", async () => {
    const server = await registry();
    const dockerConfig = JSON.stringify({
        auths: { [server.host]: { auth: Buffer.from("robot:secret").toString("base64") } },
    });
    const api = await FakeApi.start(({ method, path }) => {
        if (method !== "GET" || !path.endsWith("/secrets/pull")) {
            return method === "GET" ? undefined : { status: 200, body: {} };
        }
        const data = { ".dockerconfigjson": Buffer.from(dockerConfig).toString("base64") };
        return { status: 200, body: { data } };
    });
    const lines: string[] = [];
    const puller = new Puller("member1", api.access, (line) => lines.push(line), { firstMs: 20, mostMs: 40 });
    const reasons = (): unknown[] =>
        api.calls
            .filter(({ method }) => method === "PATCH")
            .map(
                ({ body }) =>
                    (body as { status: { containerStatuses: { state: { waiting: { reason: string } } }[] } })
                        .status.containerStatuses[0]?.state.waiting.reason,
            );
    try {
        puller.start();
        api.set("/api/v1/pods", {
            metadata: { namespace: "web-dev", name: "web-1", uid: "1" },
            spec: {
                nodeName: "node-1",
                containers: [{ name: "app", image: `${server.host}/shop/web:late` }],
                imagePullSecrets: [{ name: "pull" }],
            },
            status: { phase: "Pending" },
        });
        await until(
            "the second failure",
            () => reasons().filter((each) => each === "ErrImagePull").length > 1,
        );
        assert.deepEqual(reasons().slice(0, 3), ["ErrImagePull", "ImagePullBackOff", "ErrImagePull"]);
        server.tags.add("late");
        await until("the pull", () => reasons().at(-1) === "ContainerCreating");
        const events = api.calls.filter(({ path }) => path.endsWith("/events"));
        assert.match(JSON.stringify(events[0]?.body), /Failed to pull image.*no late here/);
        assert.equal(lines.length, 1, "one line for one pod, however often it is tried");

        api.set("/api/v1/pods", {
            metadata: { namespace: "web-dev", name: "web-2", uid: "2" },
            spec: {
                nodeName: "node-1",
                containers: [{ name: "app", image: `${server.host}/shop/web:never` }],
            },
            status: { phase: "Pending" },
        });
        await until("the refusal", () => lines.length === 2);
        assert.match(lines[1] ?? "", /pod web-dev\/web-2: .*authorization failed/);
        api.remove("/api/v1/pods", "web-dev", "web-2");
        await puller.close();
        const asked = server.asked.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.equal(server.asked.length, asked, "nobody asks for a pod that is gone");
    } finally {
        await puller.close();
        await api.close();
        await server.close();
    }
});
