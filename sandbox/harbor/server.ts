import { readFile } from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";

import type { FastifyInstance, FastifyRequest } from "fastify";

import { Deliveries } from "../support/deliveries";
import { Faults, registerFaults } from "../support/faults";
import { createServer, listen, type RunningServer, type TlsFiles } from "../support/server";
import { Store } from "../support/store";
import { apiBase, Routes } from "./api";
import { hashSecret, TokenKeys } from "./auth";
import { Backend } from "./backend";
import { setting } from "./configuration";
import { codeOf, HarborError, methodNotAllowed, notFound, unprocessable } from "./errors";
import { Harbor } from "./harbor";
import { startClock } from "./jobs";
import { emptyState } from "./model";
import { registerPages } from "./pages";
import { addProject } from "./projects";
import { registerRegistry } from "./registry";
import { onContentChange } from "./replication";
import { artifactRoutes } from "./routes/artifacts";
import { immutableRoutes } from "./routes/immutable";
import { labelRoutes } from "./routes/labels";
import { memberRoutes } from "./routes/members";
import { metadataRoutes } from "./routes/metadata";
import { projectRoutes } from "./routes/projects";
import { quotaRoutes } from "./routes/quotas";
import { registryRoutes } from "./routes/registries";
import { replicationRoutes } from "./routes/replication";
import { repositoryRoutes } from "./routes/repositories";
import { retentionRoutes } from "./routes/retention";
import { robotRoutes } from "./routes/robots";
import { scannerRoutes } from "./routes/scanners";
import { scheduleRoutes } from "./routes/schedules";
import { systemRoutes } from "./routes/system";
import { userRoutes } from "./routes/users";
import { webhookRoutes } from "./routes/webhooks";
import { recordDelivery } from "./webhooks";

export interface HarborOptions {
    /** Name of this Harbor in the estate, e.g. `main`; shown to people only. */
    name: string;
    /** Address to listen on; the sandbox uses 127.0.0.1. */
    host: string;
    /** 0 takes a free port. */
    port: number;
    /** Certificate and key; without them it speaks plain http. */
    tls?: TlsFiles | undefined;
    /** Base URL clients use, when it differs from `http://<host>:<port>`, or `https://` with {@link tls}. */
    externalUrl?: string;
    /** Folder for all state; made if needed. */
    dataDir: string;
    /** File with the password `admin` gets the first time; later changes are made by the API. */
    adminPasswordFile: string;
    /** Path of the distribution project's `registry` program, version 3. */
    registryBinary: string;
    /** Port of the registry behind; 0 takes a free one. */
    registryPort: number;
    /** Webhook deliveries: tries, and milliseconds before the second one. Default 3 and 1000. */
    deliveries?: { attempts: number; backoffMs: number };
    /** Gets one line per request and per event worth a line. Default: silence. */
    log?: (line: string) => void;
}

const routeSets = [
    projectRoutes,
    metadataRoutes,
    quotaRoutes,
    robotRoutes,
    memberRoutes,
    userRoutes,
    repositoryRoutes,
    artifactRoutes,
    labelRoutes,
    immutableRoutes,
    retentionRoutes,
    registryRoutes,
    replicationRoutes,
    webhookRoutes,
    scannerRoutes,
    scheduleRoutes,
    systemRoutes,
];

/**
 * Starts a Harbor stand-in with a real OCI registry behind it.
 * @throws when a port is taken, the registry does not start, or the state cannot be read.
 */
export async function startHarbor(options: HarborOptions): Promise<RunningServer> {
    const log = options.log ?? ((): void => undefined);
    const port = options.port === 0 ? await freePort(options.host) : options.port;
    const registryPort = options.registryPort === 0 ? await freePort(options.host) : options.registryPort;
    const scheme = options.tls === undefined ? "http" : "https";
    const url = (options.externalUrl ?? `${scheme}://${options.host}:${port}`).replace(/\/+$/, "");
    const store = await Store.open(path.join(options.dataDir, "state.json"), emptyState);
    const keys = await TokenKeys.open(path.join(options.dataDir, "token-key.pem"));
    const backend = new Backend(keys, {
        binary: options.registryBinary,
        host: options.host,
        port: registryPort,
        dataDir: path.join(options.dataDir, "registry"),
        realm: `${url}/service/token`,
        log,
    });
    const deliveries = new Deliveries({
        attempts: options.deliveries?.attempts ?? 3,
        backoffMs: options.deliveries?.backoffMs ?? 1000,
        timeoutMs: 10_000,
        record: (delivery) => recordDelivery(harbor, delivery),
    });
    const harbor = new Harbor(options.name, store, keys, backend, deliveries, log);
    harbor.url = url;
    harbor.contentChanged = (change) => onContentChange(harbor, change);
    await seed(harbor, options.adminPasswordFile);
    abandonRuns(harbor);

    const fastify = build(harbor, options);
    await backend.start();
    try {
        await listen(fastify, { host: options.host, port });
    } catch (error) {
        await backend.close();
        throw error;
    }
    const stopClock = startClock(harbor);
    return {
        url,
        close: async () => {
            stopClock();
            await fastify.close();
            await deliveries.close();
            await backend.close();
            await store.close();
        },
    };
}

/** The first administrator and the public project that each Harbor has, on the first start. */
async function seed(harbor: Harbor, passwordFile: string): Promise<void> {
    const { store } = harbor;
    if (store.data.users.length > 0) {
        return;
    }
    const password = (await readFile(passwordFile, "utf8")).trim();
    if (password === "") {
        throw new Error(`The file ${passwordFile} holds no password.`);
    }
    const now = new Date().toISOString();
    store.data.ids["user"] = 1;
    store.data.users.push({
        user_id: 1,
        username: "admin",
        email: "admin@example.com",
        realname: "system admin",
        comment: "admin user",
        sysadmin_flag: true,
        ...hashSecret(password),
        creation_time: now,
        update_time: now,
    });
    addProject(harbor, { name: "library", ownerId: 1, metadata: { public: "true" }, storageLimit: -1 });
    await store.save();
}

/** Runs a stop of the process cut short do not go on; they are shown as failed. */
function abandonRuns(harbor: Harbor): void {
    const now = harbor.now();
    const cut = new Set<number>();
    for (const execution of harbor.state.executions) {
        if (execution.status === "Running" || execution.status === "InProgress") {
            const status = execution.kind === "REPLICATION" ? "Failed" : "Error";
            Object.assign(execution, { status, status_text: "cut short by a restart", end_time: now });
            cut.add(execution.id);
        }
    }
    for (const task of harbor.state.tasks) {
        if (cut.has(task.execution_id) && (task.status === "Running" || task.status === "InProgress")) {
            Object.assign(task, {
                status: task.status === "Running" ? "Error" : "Failed",
                end_time: now,
            });
        }
    }
}

function build(harbor: Harbor, { log, tls }: Pick<HarborOptions, "log" | "tls">): FastifyInstance {
    const fastify = createServer({ ...(log ? { log } : {}), tls });
    const known: { method: string; pattern: RegExp }[] = [];
    fastify.addHook("onRoute", (route) => {
        const pattern = new RegExp(
            `^${route.url.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/:[a-z]+/gi, "[^/]+")}$`,
        );
        [route.method].flat().forEach((method) => known.push({ method, pattern }));
    });
    registerFaults(fastify, new Faults(), {
        body: (status) => ({ errors: [{ code: codeOf(status), message: `injected fault ${status}` }] }),
    });
    // Clients announce JSON also where they send nothing.
    fastify.removeContentTypeParser("application/json");
    fastify.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
        try {
            done(null, text === "" ? undefined : JSON.parse(text as string));
        } catch (error) {
            done(unprocessable(`parsing body body from "" failed, because ${(error as Error).message}`));
        }
    });
    fastify.addHook("preHandler", async (request) => {
        requireWritable(harbor, request);
        await Promise.resolve();
    });
    // No change is answered or announced before it is on disk.
    fastify.addHook("onSend", async (request, _reply, payload) => {
        const reads = request.method === "GET" || request.method === "HEAD";
        // Parts of blobs change nothing that Harbor itself remembers.
        if (!reads && !/^\/v2\/.*\/blobs\//.test(request.url)) {
            await harbor.store.save();
        }
        return payload;
    });
    fastify.setErrorHandler((error, request, reply) => {
        const shown = asHarborError(error);
        if (shown.status >= 500) {
            harbor.log(`${request.method} ${request.url}: ${(error as Error).stack ?? String(error)}`);
        }
        return reply.code(shown.status).headers(shown.headers).send(shown.body());
    });
    fastify.setNotFoundHandler((request, reply) => {
        const target = request.url.split("?")[0] ?? "";
        const methods = known.filter(({ pattern }) => pattern.test(target)).map(({ method }) => method);
        harbor.log(`no such ${methods.length > 0 ? "method" : "path"}: ${request.method} ${target}`);
        const error =
            methods.length > 0
                ? methodNotAllowed(`method ${request.method} is not allowed, but [${methods.join(",")}] are`)
                : notFound(`The requested resource ${target} is not found`);
        return reply.code(error.status).send(error.body());
    });
    fastify.get("/api/version", () => ({ version: "v2.0" }));
    const routes = new Routes(fastify, harbor);
    routeSets.forEach((add) => add(routes));
    registerRegistry(fastify, harbor);
    registerPages(fastify, harbor);
    return fastify;
}

/** In read-only mode only the settings can be changed, so that it can be ended. */
function requireWritable(harbor: Harbor, request: FastifyRequest): void {
    const reads = request.method === "GET" || request.method === "HEAD";
    if (reads || !request.url.startsWith(apiBase) || !setting<boolean>(harbor.state, "read_only")) {
        return;
    }
    if (!/\/configurations(\?|$)/.test(request.url)) {
        throw new HarborError(
            403,
            "DENIED",
            "The system is in read only mode. Any modification is prohibited.",
        );
    }
}

function asHarborError(error: unknown): HarborError {
    if (error instanceof HarborError) {
        return error;
    }
    const { statusCode, message } = error as { statusCode?: number; message: string };
    return statusCode !== undefined && statusCode < 500
        ? new HarborError(statusCode, codeOf(statusCode), message)
        : new HarborError(500, "UNKNOWN", "internal server error");
}

function freePort(host: string): Promise<number> {
    return new Promise((resolve, reject) => {
        const probe = net.createServer();
        probe.once("error", reject);
        probe.listen(0, host, () => {
            const address = probe.address();
            probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
        });
    });
}
