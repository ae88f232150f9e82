/**
 * One cluster of the sandbox, as `up` makes it: real API server, controllers and scheduler, simulated kubelets. Proves that
 * the control plane behaves; not that a container would run, since no image is ever pulled here.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";

import {
    type Caller,
    ClusterClient,
    ensureAuthority,
    freePortBase,
    sandboxDown,
    type SandboxInfo,
    sandboxRestart,
    sandboxStatus,
    sandboxUp,
} from "../../sandbox";

interface Kubeconfig {
    clusters: { name: string; cluster: { server: string; "certificate-authority-data": string } }[];
    users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
    contexts: { name: string }[];
}

describe("a cluster of the sandbox", { timeout: 10 * 60_000 }, () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), "estate-cluster-"));
    const dir = path.join(parent, "box");
    const up = async (): Promise<SandboxInfo> =>
        sandboxUp({ dir, portBase: base, clusters: ["solo"], parts: ["clusters"] });
    let base: number;
    let info: SandboxInfo;
    let admin: ClusterClient;
    const clients: ClusterClient[] = [];

    /** A client made of nothing but the kubeconfig, as any tool would be. */
    function clientOf(caller: Caller | "admin"): ClusterClient {
        const config = parse(fs.readFileSync(info.kubeconfig, "utf8")) as Kubeconfig;
        const put = (name: string, data: string | undefined): string => {
            const file = path.join(parent, name);
            fs.writeFileSync(file, Buffer.from(data ?? "", "base64").toString());
            return file;
        };
        const cluster = config.clusters[0]?.cluster;
        const user = config.users[0]?.user;
        const ca = put("ca.crt", cluster?.["certificate-authority-data"]);
        const certificate = {
            cert: put("admin.crt", user?.["client-certificate-data"]),
            key: put("admin.key", user?.["client-key-data"]),
        };
        const client = new ClusterClient(
            cluster?.server ?? "",
            ca,
            caller === "admin" ? { certificate } : caller,
        );
        clients.push(client);
        return client;
    }

    /** Asks until the answer is as wanted; the error shows the last one. */
    async function eventually<T>(target: string, holds: (status: number, body: T) => boolean): Promise<T> {
        const until = Date.now() + 60_000;
        for (;;) {
            const { status, body } = await admin.request("GET", target);
            if (holds(status, body as T)) {
                return body as T;
            }
            assert.ok(
                Date.now() < until,
                `${target} never got so; last answer ${status} ${JSON.stringify(body)}`,
            );
            await sleep(100);
        }
    }

    async function create(target: string, object: unknown): Promise<void> {
        const { status, body } = await admin.request("POST", target, object);
        assert.equal(status, 201, JSON.stringify(body));
    }

    /** A service account token the way Argo CD and the estate get one: by a Secret that the controllers fill. */
    async function accountToken(namespace: string, name: string): Promise<string> {
        await create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
        await create(`/api/v1/namespaces/${namespace}/secrets`, {
            metadata: { name, annotations: { "kubernetes.io/service-account.name": name } },
            type: "kubernetes.io/service-account-token",
        });
        const secret = await eventually<{ data?: Record<string, string> }>(
            `/api/v1/namespaces/${namespace}/secrets/${name}`,
            (_status, { data }) => data?.["token"] !== undefined,
        );
        assert.ok(secret.data?.["ca.crt"] !== undefined, "the Secret carries the cluster's authority");
        return Buffer.from(secret.data["token"] ?? "", "base64").toString();
    }

    before(async () => {
        base = await freePortBase();
        info = await up();
        admin = clientOf("admin");
    });
    after(async () => {
        clients.forEach((client) => client.close());
        await sandboxDown(dir, { purge: true });
        assert.equal(fs.existsSync(dir), false);
        fs.rmSync(parent, { recursive: true, force: true });
    });

    test("its API server is ready and proves itself by the authority in the kubeconfig", async () => {
        assert.deepEqual(
            info.clusters.map(({ name, context }) => [name, context]),
            [["solo", "solo"]],
        );
        assert.equal((await admin.request("GET", "/readyz")).body, "ok");

        const stranger = await ensureAuthority(path.join(parent, "stranger"), "another authority");
        const distrustful = new ClusterClient(info.clusters[0]?.server ?? "", stranger.cert, "anonymous");
        clients.push(distrustful);
        await assert.rejects(distrustful.request("GET", "/readyz"), /unable to verify|self.signed|issuer/);
    });

    test("who has no credentials sees nothing", async () => {
        const nobody = clientOf("anonymous");
        assert.equal((await nobody.request("GET", "/api/v1/namespaces")).status, 403);
        assert.equal((await clientOf({ token: "made-up" }).request("GET", "/api/v1/namespaces")).status, 401);
    });

    test("a service account gets a token, and RBAC lets it do what it was allowed and no more", async () => {
        const client = clientOf({ token: await accountToken("default", "reader") });
        const pods = "/api/v1/namespaces/default/pods";
        assert.equal((await client.request("GET", pods)).status, 403);

        await create("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", {
            metadata: { name: "reader" },
            subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        });
        for (let tries = 0; (await client.request("GET", pods)).status !== 200; tries++) {
            assert.ok(tries < 100, "the binding never took effect");
            await sleep(50);
        }

        assert.equal((await client.request("GET", "/api/v1/namespaces/default/secrets")).status, 403);
        assert.equal((await client.request("DELETE", `${pods}/any`)).status, 403);
    });

    test("a Deployment becomes Available, its Service gets endpoints, and scaling it away ends its pods", async () => {
        const labels = { app: "web" };
        await create("/apis/apps/v1/namespaces/default/deployments", {
            metadata: { name: "web" },
            spec: {
                replicas: 2,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        initContainers: [{ name: "prepare", image: "registry.invalid/prepare:1" }],
                        containers: [{ name: "web", image: "registry.invalid/web:1" }],
                    },
                },
            },
        });
        await create("/api/v1/namespaces/default/services", {
            metadata: { name: "web" },
            spec: { selector: labels, ports: [{ port: 80 }] },
        });

        const deployment = "/apis/apps/v1/namespaces/default/deployments/web";
        await eventually<{ status?: { availableReplicas?: number } }>(
            deployment,
            (_status, { status }) => status?.availableReplicas === 2,
        );
        await eventually<{ items: { endpoints?: { conditions?: { ready?: boolean } }[] }[] }>(
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dweb",
            (_status, { items }) =>
                items
                    .flatMap((slice) => slice.endpoints ?? [])
                    .filter((each) => each.conditions?.ready === true).length === 2,
        );
        await admin.request("PATCH", deployment, { spec: { replicas: 0 } }, "application/merge-patch+json");
        await eventually<{ items: unknown[] }>(
            "/api/v1/namespaces/default/pods?labelSelector=app%3Dweb",
            (_status, { items }) => items.length === 0,
        );
    });

    test("a Job completes", async () => {
        await create("/apis/batch/v1/namespaces/default/jobs", {
            metadata: { name: "once" },
            spec: {
                template: {
                    spec: {
                        restartPolicy: "Never",
                        containers: [{ name: "once", image: "registry.invalid/once:1" }],
                    },
                },
            },
        });
        await eventually<{ status?: { succeeded?: number } }>(
            "/apis/batch/v1/namespaces/default/jobs/once",
            (_status, { status }) => status?.succeeded === 1,
        );
    });

    test("a quota is enforced", async () => {
        await create("/api/v1/namespaces", { metadata: { name: "narrow" } });
        await create("/api/v1/namespaces/narrow/resourcequotas", {
            metadata: { name: "narrow" },
            // Secrets: nobody else makes one there, so what counts does not hang on who was first.
            spec: { hard: { "count/secrets": "1" } },
        });
        await eventually<{ status?: { used?: Record<string, string> } }>(
            "/api/v1/namespaces/narrow/resourcequotas/narrow",
            (_status, { status }) => status?.used?.["count/secrets"] === "0",
        );
        await create("/api/v1/namespaces/narrow/secrets", { metadata: { name: "fits" } });
        const refused = await admin.request("POST", "/api/v1/namespaces/narrow/secrets", {
            metadata: { name: "one-too-many" },
        });
        assert.equal(refused.status, 403);
    });

    test("a deleted namespace is gone with all that was in it", async () => {
        await create("/api/v1/namespaces", { metadata: { name: "brief" } });
        await accountToken("brief", "guest");
        assert.equal((await admin.request("DELETE", "/api/v1/namespaces/brief")).status, 200);
        await eventually("/api/v1/namespaces/brief", (status) => status === 404);
    });

    test("a crash of the API server is reported, and up repairs it without losing an object", async () => {
        await create("/api/v1/namespaces/default/configmaps", {
            metadata: { name: "kept" },
            data: { a: "1" },
        });
        const apiserver = async (): Promise<{ state?: string; pid?: number; problem?: string }> =>
            (await sandboxStatus(dir)).parts.find(({ name }) => name === "solo-apiserver") ?? {};
        const { pid } = await apiserver();
        process.kill(pid as number, "SIGKILL");
        for (let tries = 0; (await apiserver()).state !== "crashed"; tries++) {
            assert.ok(tries < 200, "the crash was never noticed");
            await sleep(50);
        }
        assert.match(
            (await apiserver()).problem ?? "",
            /solo-apiserver crashed \(signal SIGKILL\); last lines of/,
        );

        await up();

        assert.notEqual((await apiserver()).pid, pid);
        assert.equal((await admin.request("GET", "/api/v1/namespaces/default/configmaps/kept")).status, 200);
    });

    test("objects and issued tokens survive a restart of everything", async () => {
        const token = await accountToken("default", "lasting");
        await sandboxDown(dir);
        assert.deepEqual((await sandboxStatus(dir)).parts, []);

        await up();

        assert.equal((await admin.request("GET", "/api/v1/namespaces/default/configmaps/kept")).status, 200);
        const review = await admin.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
            spec: { token },
        });
        assert.equal((review.body as { status: { authenticated?: boolean } }).status.authenticated, true);
    });

    test("one cluster can be restarted by its name", async () => {
        await sandboxRestart("solo", dir);

        assert.equal((await admin.request("GET", "/readyz")).body, "ok");
    });
});
