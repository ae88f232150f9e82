/**
 * The stand-ins for Flux's controllers against a server that speaks the API's protocol: what they honour and refuse. That
 * real objects pass their CRDs, and that real controllers understand them, is shown end to end (test/e2e/fluxControllers.test.ts).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { test } from "node:test";

import { freePortBase } from "../../../support/ports";
import { ImageAutomation } from "../../../workloads/flux/standins/automation/controller";
import { Cluster } from "../../../workloads/flux/standins/cluster";
import { type FluxEvent, Reporter } from "../../../workloads/flux/standins/events";
import { ImageReflector } from "../../../workloads/flux/standins/images/reflector";
import { apiVersion, kinds, type Kind, pathOf } from "../../../workloads/flux/standins/kinds";
import { Notifications } from "../../../workloads/flux/standins/notifications/controller";
import { type FluxObject, requestedAt, type Status } from "../../../workloads/flux/standins/objects";
import { settingsOf, type StandInSettings } from "../../../workloads/flux/standins/settings";
import { FakeApi, until } from "../../clusters/support/fakeApi";

type Mutable = { [key: string]: unknown };

/** A cluster that stores what is put and patched, and one server that records all requests. */
class Box {
    readonly logged: string[] = [];
    readonly requests: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] =
        [];
    private readonly objects = new Map<string, Mutable>();
    private readonly controllers: { stop(): void }[] = [];
    private readonly clusters: Cluster[] = [];

    private constructor(
        readonly api: FakeApi,
        private readonly server: http.Server,
        private readonly kept: Map<string, Mutable>,
    ) {
        this.objects = kept;
    }

    static async make(
        answer: (url: string) => { status: number; body?: unknown } = () => ({ status: 202 }),
    ): Promise<Box> {
        const kept = new Map<string, Mutable>();
        const box: { made?: Box } = {};
        const api = await FakeApi.start(({ method, path: route, body }) => {
            const key = route.replace(/\/status$/, "");
            const found = kept.get(key);
            if (method === "PATCH" && found !== undefined) {
                box.made?.keep(key, merge(found, body) as Mutable);
                return { status: 200, body: {} };
            }
            if (method === "GET" && /\/namespaces\/[^/]+\/[^/]+\/[^/]+$/.test(route)) {
                return found === undefined ? { status: 404, body: {} } : { status: 200, body: found };
            }
            return undefined;
        });
        const server = http.createServer((request, response) => {
            let body = "";
            request.setEncoding("utf8").on("data", (text: string) => (body += text));
            request.on("end", () => {
                const { method = "", url = "", headers } = request;
                box.made?.requests.push({ method, url, headers, body });
                const said = answer(url);
                response.writeHead(said.status, { "content-type": "application/json" });
                response.end(said.body === undefined ? "" : JSON.stringify(said.body));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        box.made = new Box(api, server, kept);
        return box.made;
    }

    get address(): string {
        return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    get cluster(): Cluster {
        const cluster = new Cluster(this.api.access, undefined, (line) => this.logged.push(line));
        this.clusters.push(cluster);
        return cluster;
    }

    settings(words: readonly string[] = []): StandInSettings {
        return settingsOf(
            [...words, "--kubeconfig=/none", `--events-addr=http://${this.address}/events`],
            {},
        );
    }

    get reporter(): Reporter {
        return new Reporter(`http://${this.address}/events`, "image-controller", (line) =>
            this.logged.push(line),
        );
    }

    get log(): (line: string) => void {
        return (line) => this.logged.push(line);
    }

    run<T extends { run(): Promise<void>; stop(): void }>(controller: T): T {
        this.controllers.push(controller);
        void controller.run();
        return controller;
    }

    put(
        kind: Kind,
        name: string,
        spec: unknown,
        more: { namespace?: string; generation?: number; status?: unknown } = {},
    ): void {
        const { namespace = "shop", generation = 1, status } = more;
        this.keep(pathOf(kind, namespace, name), {
            metadata: { name, namespace, generation, uid: `${kind.kind}-${name}` },
            spec,
            ...(status === undefined ? {} : { status }),
        });
    }

    secret(name: string, values: Readonly<Record<string, string>>, namespace = "shop"): void {
        const data = Object.fromEntries(
            Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
        );
        this.kept.set(`/api/v1/namespaces/${namespace}/secrets/${name}`, { data });
    }

    object(kind: Kind, name: string, namespace = "shop"): FluxObject<unknown, Status & Mutable> {
        return this.objects.get(pathOf(kind, namespace, name)) as never;
    }

    /** Waits until the Ready condition has a reason, and returns its message. */
    async ended(kind: Kind, name: string, reason: string, namespace = "shop"): Promise<string> {
        const condition = (): { reason: string; message: string } | undefined =>
            this.object(kind, name, namespace).status?.conditions?.find(({ type }) => type === "Ready");
        await until(`${kind.kind} ${name} ${reason}`, () => condition()?.reason === reason);
        return condition()?.message ?? "";
    }

    async end(): Promise<void> {
        this.controllers.forEach((each) => each.stop());
        this.clusters.forEach((each) => each.close());
        this.server.closeAllConnections();
        this.server.close();
        await this.api.close();
    }

    private keep(key: string, object: Mutable): void {
        this.kept.set(key, object);
        this.api.set(key.replace(/\/namespaces\/[^/]+\/([^/]+)\/[^/]+$/, "/$1"), object as never);
    }
}

/** JSON merge patch (RFC 7386). */
function merge(target: unknown, change: unknown): unknown {
    if (change === null || typeof change !== "object" || Array.isArray(change)) {
        return change;
    }
    const merged: Mutable = { ...(target as Mutable | undefined) };
    for (const [key, value] of Object.entries(change)) {
        if (value === null) {
            delete merged[key];
        } else {
            merged[key] = merge(merged[key], value);
        }
    }
    return merged;
}

async function withBox(
    run: (box: Box) => Promise<void>,
    answer?: (url: string) => { status: number; body?: unknown },
): Promise<void> {
    const box = await Box.make(answer);
    try {
        await run(box);
    } catch (error) {
        throw new Error(`${(error as Error).message}\n${box.logged.join("\n")}`, { cause: error });
    } finally {
        await box.end();
    }
}

const registry = (url: string): { status: number; body?: unknown } =>
    url.startsWith("/v2/")
        ? { status: 200, body: { tags: ["1.0.0", "1.1.0", "1.1.0.sig"] } }
        : { status: 202 };

test("a repository is scanned, its policies choose, and a request for it scans again", () =>
    withBox(async (box) => {
        const spec = { image: `${box.address}/shop/web`, interval: "1h", insecure: true };
        box.put(kinds.ImageRepository, "web", spec);
        box.put(kinds.ImageRepository, "held", { ...spec, suspend: true });
        box.put(kinds.ImagePolicy, "web", {
            imageRepositoryRef: { name: "web" },
            policy: { semver: { range: "1.x" } },
        });
        box.run(new ImageReflector(box.cluster, box.settings(), box.reporter, box.log));
        const message = await box.ended(kinds.ImagePolicy, "web", "Succeeded");
        assert.match(message, /resolved to 1\.1\.0 \(stand-in of the sandbox\)$/);
        const result = box.object(kinds.ImageRepository, "web").status?.["lastScanResult"] as Mutable;
        assert.deepEqual([result["tagCount"], result["latestTags"]], [2, ["1.1.0", "1.0.0"]]);
        assert.equal(
            box.object(kinds.ImageRepository, "held").status,
            undefined,
            "a suspended one is left alone",
        );
        const scans = (): number => box.requests.filter(({ url }) => url.startsWith("/v2/")).length;
        assert.equal(scans(), 1);
        const { metadata } = box.object(kinds.ImageRepository, "web");
        await box.cluster.annotate(kinds.ImageRepository, "shop", metadata.name, { [requestedAt]: "now" });
        await until("a second scan", () => scans() === 2);
        await until(
            "the request marked as handled",
            () => box.object(kinds.ImageRepository, "web").status?.lastHandledReconcileAt === "now",
        );
    }, registry));

test("with the lockdown a policy of one team cannot read another's repository", () =>
    withBox(async (box) => {
        box.put(kinds.ImageRepository, "web", {
            image: `${box.address}/shop/web`,
            interval: "1h",
            insecure: true,
            accessFrom: { namespaceSelectors: [{}] },
        });
        const policy = {
            imageRepositoryRef: { name: "web", namespace: "shop" },
            policy: { alphabetical: {} },
        };
        box.put(kinds.ImagePolicy, "theirs", policy, { namespace: "other" });
        const words = ["--no-cross-namespace-refs=true"];
        box.run(new ImageReflector(box.cluster, box.settings(words), box.reporter, box.log));
        const message = await box.ended(kinds.ImagePolicy, "theirs", "AccessDenied", "other");
        assert.match(message, /cross-namespace references have been blocked/);
    }, registry));

test("a registry that refuses is an error of the repository, reported once more at each try", () =>
    withBox(
        async (box) => {
            box.put(kinds.ImageRepository, "web", {
                image: `${box.address}/shop/web`,
                interval: "1h",
                insecure: true,
            });
            box.put(kinds.ImageRepository, "tagged", { image: `${box.address}/shop/web:1`, interval: "1h" });
            box.run(new ImageReflector(box.cluster, box.settings(), box.reporter, box.log));
            assert.match(await box.ended(kinds.ImageRepository, "web", "ReadOperationFailed"), /HTTP 403/);
            assert.match(await box.ended(kinds.ImageRepository, "tagged", "ImageURLInvalid"), /remove '1'/);
            await until("an event of it", () => box.requests.some(({ url }) => url === "/events"));
            const events = box.requests.filter(({ url }) => url === "/events").map(({ body }) => body);
            assert.ok(events.some((body) => (JSON.parse(body) as FluxEvent).severity === "error"));
        },
        (url) => ({ status: url.startsWith("/v2/") ? 403 : 202, body: {} }),
    ));

/** A bare repository with one file on branch main. */
function repository(folder: string, values: string): string {
    const git = (cwd: string, ...args: string[]): string =>
        execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.invalid", ...args], {
            cwd,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        });
    const work = path.join(folder, "seed");
    fs.mkdirSync(path.join(work, "web"), { recursive: true });
    git(work, "init", "--quiet", "--initial-branch=main");
    fs.writeFileSync(path.join(work, "web", "values.yaml"), values);
    git(work, "add", ".");
    git(work, "commit", "--quiet", "-m", "seed");
    git(folder, "clone", "--quiet", "--bare", work, "bare.git");
    return path.join(folder, "bare.git");
}

const show = (bare: string, object: string): string =>
    execFileSync("git", ["show", object], { cwd: bare, encoding: "utf8" });

const automation = (change: Mutable = {}): Mutable => ({
    interval: "1h",
    sourceRef: { kind: "GitRepository", name: "web" },
    update: { strategy: "Setters", path: "./web" },
    git: { commit: { author: { name: "flux", email: "flux@example.invalid" } }, push: { branch: "images" } },
    ...change,
});

test("what a policy chose is committed to the branch that is named, and a suspended automation commits nothing", () =>
    withBox(async (box) => {
        const bare = repository(box.api.dir, 'tag: "1" # {"$imagepolicy": "shop:web:tag"}\n');
        box.put(kinds.GitRepository, "web", { url: `file://${bare}`, ref: { branch: "main" } });
        box.put(kinds.ImagePolicy, "web", {}, { status: { latestRef: { name: "r/web", tag: "2" } } });
        box.put(kinds.ImageUpdateAutomation, "web", automation());
        box.put(kinds.ImageUpdateAutomation, "held", automation({ suspend: true }));
        box.run(new ImageAutomation(box.cluster, box.settings(), box.reporter, box.log));
        await until(
            "a push",
            () => box.object(kinds.ImageUpdateAutomation, "web").status?.["lastPushCommit"] !== undefined,
        );
        assert.match(
            await box.ended(kinds.ImageUpdateAutomation, "web", "Succeeded"),
            /stand-in of the sandbox/,
        );
        assert.equal(show(bare, "images:web/values.yaml"), 'tag: "2" # {"$imagepolicy": "shop:web:tag"}\n');
        assert.equal(show(bare, "main:web/values.yaml"), 'tag: "1" # {"$imagepolicy": "shop:web:tag"}\n');
        assert.match(show(bare, "images"), /Author: flux <flux@example\.invalid>/);
        assert.deepEqual(box.object(kinds.ImageUpdateAutomation, "web").status?.["observedPolicies"], {
            web: { name: "r/web", tag: "2" },
        });
        assert.equal(box.object(kinds.ImageUpdateAutomation, "held").status, undefined);
        box.put(kinds.ImagePolicy, "web", {}, { status: { latestRef: { name: "r/web", tag: "3" } } });
        await until("the next image", () => show(bare, "images:web/values.yaml").includes('"3"'));
    }));

test("an automation cannot take another team's source, leave the repository, or sign", () =>
    withBox(async (box) => {
        const bare = repository(box.api.dir, "tag: 1\n");
        box.put(kinds.GitRepository, "web", { url: `file://${bare}`, ref: { branch: "main" } });
        const theirs = { kind: "GitRepository", name: "web", namespace: "shop" };
        box.put(kinds.ImageUpdateAutomation, "theirs", automation({ sourceRef: theirs }), {
            namespace: "other",
        });
        box.put(
            kinds.ImageUpdateAutomation,
            "out",
            automation({ update: { strategy: "Setters", path: "../.." } }),
        );
        box.put(
            kinds.ImageUpdateAutomation,
            "signed",
            automation({
                git: { commit: { author: { email: "a@b" }, signingKey: { secretRef: { name: "k" } } } },
            }),
        );
        const words = ["--no-cross-namespace-refs"];
        box.run(new ImageAutomation(box.cluster, box.settings(words), box.reporter, box.log));
        await box.ended(kinds.ImageUpdateAutomation, "theirs", "AccessDenied", "other");
        assert.match(
            await box.ended(kinds.ImageUpdateAutomation, "out", "UpdateFailed"),
            /leads out of the repository/,
        );
        assert.match(
            await box.ended(kinds.ImageUpdateAutomation, "signed", "SourceManagerFailed"),
            /signs no commits/,
        );
    }));

const helmEvent = (name: string, namespace: string, message: string): string =>
    JSON.stringify({
        involvedObject: { kind: "HelmRelease", apiVersion: apiVersion(kinds.HelmRelease), name, namespace },
        severity: "info",
        timestamp: "2026-11-29T04:00:00Z",
        message,
        reason: "UpgradeSucceeded",
        reportingController: "helm-controller",
    });

test("an event is sent once, to its own namespace's providers, and not by a suspended one", () =>
    withBox(async (box) => {
        const base = await freePortBase(2);
        for (const [name, change] of [
            ["told", {}],
            ["held", { suspend: true }],
        ] as const) {
            box.put(kinds.Provider, name, {
                type: "generic",
                address: `http://${box.address}/${name}`,
                ...change,
            });
            box.put(kinds.Alert, name, {
                providerRef: { name },
                eventSources: [{ kind: "HelmRelease", name: "*", namespace: "shop" }],
            });
        }
        box.put(
            kinds.Provider,
            "spy",
            { type: "generic", address: `http://${box.address}/spy` },
            { namespace: "other" },
        );
        box.put(
            kinds.Alert,
            "spy",
            {
                providerRef: { name: "spy" },
                eventSources: [{ kind: "HelmRelease", name: "*", namespace: "shop" }],
            },
            { namespace: "other" },
        );
        const ports = { events: base, receiver: base + 1, relay: undefined };
        const words = ["--no-cross-namespace-refs=true"];
        box.run(new Notifications(box.cluster, box.settings(words), ports, box.log));
        const post = (body: string): Promise<number> =>
            fetch(`http://127.0.0.1:${base}/`, { method: "POST", body }).then(
                ({ status }) => status,
                () => 0,
            );
        const asked = (url: string): number => box.requests.filter((each) => each.url === url).length;
        let round = 0;
        // Before the alerts were read an event finds none; each of these is another event.
        await until("the alerts read", async () => {
            await post(helmEvent("web", "shop", `round ${round++}`));
            return asked("/told") > 0;
        });
        assert.equal(await post(helmEvent("web", "shop", "done")), 202);
        assert.equal(await post(helmEvent("web", "shop", "done")), 429);
        await until("one more", () =>
            box.requests.some(({ url, body }) => url === "/told" && body.includes('"done"')),
        );
        assert.equal(box.requests.filter(({ body }) => body.includes('"done"')).length, 1);
        assert.equal(asked("/held"), 0);
        assert.equal(asked("/spy"), 0);
        assert.ok(box.logged.some((line) => line.includes("access denied to cross-namespace sources")));
    }));

test("a receiver says its path, believes who knows the token, and asks for what it names in its namespace", () =>
    withBox(async (box) => {
        const base = await freePortBase(2);
        box.secret("hook", { token: "token" });
        box.put(kinds.GitRepository, "web", {});
        box.put(kinds.GitRepository, "theirs", {}, { namespace: "other" });
        const spec = { type: "gitlab", secretRef: { name: "hook" } };
        box.put(kinds.Receiver, "web", { ...spec, resources: [{ kind: "GitRepository", name: "web" }] });
        box.put(kinds.Receiver, "spy", {
            ...spec,
            resources: [{ kind: "GitRepository", name: "theirs", namespace: "other" }],
        });
        box.put(kinds.Receiver, "odd", { ...spec, type: "quay", resources: [] });
        box.put(kinds.Receiver, "lost", { ...spec, secretRef: { name: "none" }, resources: [] });
        const ports = { events: base, receiver: base + 1, relay: undefined };
        const words = ["--no-cross-namespace-refs=true"];
        box.run(new Notifications(box.cluster, box.settings(words), ports, box.log));
        const call = async (name: string, token: string): Promise<number> => {
            await box.ended(kinds.Receiver, name, "Succeeded");
            const route = String(box.object(kinds.Receiver, name).status?.["webhookPath"]);
            const headers = { "x-gitlab-token": token, "x-gitlab-event": "Push Hook" };
            return (await fetch(`http://127.0.0.1:${base + 1}${route}`, { method: "POST", headers })).status;
        };
        const mark = (name: string, namespace?: string): string | undefined =>
            box.object(kinds.GitRepository, name, namespace).metadata.annotations?.[requestedAt];
        assert.equal(await call("web", "other"), 400);
        assert.equal(mark("web"), undefined);
        assert.equal(await call("web", "token"), 200);
        assert.match(mark("web") ?? "", /^\d{4}-/);
        assert.equal(await call("spy", "token"), 500);
        assert.equal(mark("theirs", "other"), undefined);
        assert.match(await box.ended(kinds.Receiver, "odd", "NotSupported"), /type quay/);
        assert.match(await box.ended(kinds.Receiver, "lost", "TokenNotFound"), /shop\/none/);
        assert.equal((await fetch(`http://127.0.0.1:${base + 1}/hook/none`, { method: "POST" })).status, 404);
    }));
