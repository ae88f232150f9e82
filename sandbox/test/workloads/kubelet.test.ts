/**
 * The workloads' processes against a server that speaks the API's protocol, with a script in the programs' place. That Argo
 * CD itself works so is proved end to end (test/e2e/argocd.test.ts).
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";

import { Kubelet } from "../../workloads/kubelet";
import { type WorkloadStatus } from "../../workloads/state";
import { freePortBase } from "../../support/ports";
import { type Engine } from "../../workloads/engine";
import { engines } from "../../workloads/engines";
import { FakeApi, until, type Answers } from "../clusters/support/fakeApi";

const deployments = "/apis/apps/v1/deployments";

/** Stands in for every program: writes down what it was started with, and runs until it is ended. */
const program = `#!/usr/bin/env node
const fs = require("node:fs");
const { PATH, ...env } = process.env;
fs.appendFileSync(process.env.TMPDIR + "/started", "");
fs.writeFileSync(process.cwd() + "/../started.json", JSON.stringify({ args: process.argv.slice(2), env }));
setInterval(() => {}, 1000);
`;

interface Box {
    readonly api: FakeApi;
    readonly dir: string;
    readonly status: (name: string) => WorkloadStatus | undefined;
    readonly started: (name: string) => { args: string[]; env: Record<string, string> };
}

async function withKubelet(run: (box: Box) => Promise<void>, engine: Engine = engines.argocd): Promise<void> {
    const answers: Answers = ({ method, path: route }) =>
        method === "POST" && route.endsWith("/token")
            ? { status: 201, body: { status: { token: `token for ${route.split("/").at(-2)}` } } }
            : undefined;
    const api = await FakeApi.start(answers);
    const dir = path.join(api.dir, "box");
    fs.mkdirSync(path.join(dir, "logs"), { recursive: true });
    const file = path.join(dir, "program.cjs");
    fs.writeFileSync(file, program, { mode: 0o755 });
    const stateFile = path.join(dir, "state.json");
    const lines: string[] = [];
    const kubelet = new Kubelet(
        engine,
        {
            host: api.access,
            dataDir: path.join(dir, "data"),
            logsDir: path.join(dir, "logs"),
            stateFile,
            portBase: await freePortBase(),
            tools: Object.fromEntries(engine.tools.map((name) => [name, file])),
        },
        (line) => lines.push(line),
    );
    kubelet.start();
    try {
        await run({
            api,
            dir,
            status: (name) =>
                (JSON.parse(fs.readFileSync(stateFile, "utf8")) as WorkloadStatus[]).find(
                    (each) => each.name === name,
                ),
            started: (name) =>
                JSON.parse(fs.readFileSync(path.join(dir, "data", name, "started.json"), "utf8")) as never,
        });
    } catch (error) {
        throw new Error(`${(error as Error).message}\n${lines.join("\n")}`, { cause: error });
    } finally {
        await kubelet.close();
        await api.close();
    }
}

const named = (name: string, more: Record<string, unknown>): never =>
    ({ metadata: { namespace: "cd", name, uid: name }, ...more }) as never;

/** The updater's workload: it needs no port, so the stand-in counts as ready as soon as it runs. */
function updater(change: Record<string, unknown> = {}, replicas = 1): never {
    return named("argocd-image-updater", {
        spec: {
            replicas,
            template: {
                spec: {
                    serviceAccountName: "updater",
                    containers: [
                        {
                            name: "argocd-image-updater",
                            args: ["run", "--interval=15s"],
                            env: [
                                {
                                    name: "LEVEL",
                                    valueFrom: { configMapKeyRef: { name: "settings", key: "level" } },
                                },
                            ],
                            volumeMounts: [{ name: "conf", mountPath: "/app/config" }],
                        },
                    ],
                    volumes: [{ name: "conf", configMap: { name: "settings" } }],
                    ...change,
                },
            },
        },
    });
}

test("a workload is started when all it needs is there, as itself, and with nothing else", () =>
    withKubelet(async ({ api, dir, status, started }) => {
        const name = "argocd-image-updater";
        await until("the wait", () => status(name)?.detail === "waits for the estate");
        api.set(deployments, updater());
        await until("the account", () => status(name)?.detail === "waits for ServiceAccount updater");
        api.set("/api/v1/serviceaccounts", named("updater", {}));
        await until("the settings", () => status(name)?.detail?.includes("ConfigMap settings") === true);
        api.set("/api/v1/configmaps", named("settings", { data: { level: "debug" } }));
        await until("the start", () => status(name)?.state === "ready");
        const folder = path.join(dir, "data", name);
        await until("the record", () => fs.existsSync(path.join(folder, "started.json")));
        const { args, env } = started(name);
        assert.deepEqual(args.slice(0, 2), ["run", "--interval=15s"]);
        assert.ok(args.includes(`--kubeconfig=${folder}/kubeconfig`));
        assert.equal(env["LEVEL"], "debug");
        assert.equal(
            env["ESTATE_SANDBOX_DIR"],
            undefined,
            "nothing of this process's environment is passed on",
        );
        assert.equal(fs.readFileSync(path.join(folder, "token"), "utf8"), "token for updater");
        assert.equal(fs.readFileSync(path.join(folder, "root/app/config/level"), "utf8"), "debug");

        // Mounted files follow the ConfigMap; variables only with the next start, as in a cluster.
        const { pid } = status(name) ?? {};
        api.set("/api/v1/configmaps", named("settings", { data: { level: "info" } }));
        await until(
            "the file",
            () => fs.readFileSync(path.join(folder, "root/app/config/level"), "utf8") === "info",
        );
        assert.equal(status(name)?.pid, pid);
        api.set(deployments, updater({ terminationGracePeriodSeconds: 5 }));
        await until("the rollout", () => status(name)?.state === "ready" && status(name)?.pid !== pid);
        await until("the new settings", () => started(name).env["LEVEL"] === "info");

        api.set(deployments, updater({}, 0));
        await until("no replica", () => status(name)?.detail === "scaled to 0 replicas");
        api.set(deployments, updater());
        await until("a replica", () => status(name)?.state === "ready");
        api.remove(deployments, "cd", name);
        await until("the end", () => status(name)?.detail === "waits for the estate");
        assert.equal(status(name)?.pid, undefined);
    }));

test("what an init container makes is waited for", () =>
    withKubelet(async ({ api, status }) => {
        const redis = "argocd-redis";
        const password = { secretKeyRef: { name: "argocd-redis", key: "auth" } };
        api.set("/api/v1/serviceaccounts", named("default", {}));
        api.set(
            deployments,
            named(redis, {
                spec: {
                    template: {
                        spec: {
                            containers: [
                                { name: "redis", env: [{ name: "REDIS_PASSWORD", valueFrom: password }] },
                            ],
                        },
                    },
                },
            }),
        );
        // Ten seconds are given to what the init container should have made.
        await until("the failure", () => status(redis)?.state === "crashed", 15);
        assert.match(status(redis)?.problem ?? "", /cannot start without Secret argocd-redis/);
    }));

/** An engine that is none: what the kubelet knows of an engine, it knows from the table. */
const other: Engine = {
    id: "other",
    title: "Other",
    tools: ["helm", "relay"],
    ports: () => ({}),
    workloads: () => [
        {
            name: "worker",
            sources: [{ kind: "StatefulSet", name: "worker" }],
            program: "helm",
            init: {
                container: "prepare",
                tool: "relay",
                args: ({ kubeconfig }, namespace) => [`--config=${kubeconfig}`, `--in=${namespace}`],
                env: { ROLE: "init" },
            },
            ownProgram: true,
            flags: () => ["--last"],
            env: ({ root }) => ({ DATA: `${root}/data` }),
            files: (env) => ({ "/run/greeting": `hello ${env["WHO"]}` }),
            probe: { kind: "alive" },
            memoryMiB: 10,
        },
    ],
    image: {
        home: "/home/other",
        folders: ["/tmp", "/data"],
        programs: { renderer: "helm" },
        scripts: { "ask.sh": "#!/bin/sh\necho asked\n" },
        argumentsOf: (words) => words.slice(1),
    },
    listeners: () => [],
    page: { workload: "worker", hint: "" },
    commandUsage: "",
    command: () => Promise.resolve(0),
};

test("another engine's table decides programs, folders, files and the words that are passed on", () =>
    withKubelet(async ({ api, dir, status, started }) => {
        api.set("/api/v1/serviceaccounts", named("default", {}));
        api.set(
            "/apis/apps/v1/statefulsets",
            named("worker", {
                spec: {
                    template: {
                        spec: {
                            containers: [
                                {
                                    name: "worker",
                                    command: ["/worker", "run"],
                                    env: [{ name: "WHO", value: "you" }],
                                },
                            ],
                        },
                    },
                },
            }),
        );
        await until("the start", () => status("worker")?.state === "ready");
        const folder = path.join(dir, "data", "worker");
        await until("the record", () => fs.existsSync(path.join(folder, "started.json")));
        const { args, env } = started("worker");
        assert.deepEqual(args, ["run", "--last"]);
        assert.equal(env["HOME"], path.join(folder, "root/home/other"));
        assert.equal(env["DATA"], path.join(folder, "root/data"));
        assert.equal(env["ARGOCD_BINARY_NAME"], undefined);
        assert.ok(fs.statSync(path.join(folder, "root/data")).isDirectory());
        assert.equal(fs.readFileSync(path.join(folder, "root/run/greeting"), "utf8"), "hello you");
        assert.deepEqual(fs.readdirSync(path.join(dir, "data", "bin")).sort(), ["ask.sh", "renderer"]);
    }, other));
