/** A Kubernetes API server in a few lines: collections that can be listed and watched, and a record of other calls. */
import * as fs from "node:fs";
import * as https from "node:https";
import { type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";

import { type ClusterAccess, type ClusterObject } from "../../../clusters/informer";
import { ensureClusterPki, ensureEtcdPki, type ClusterPki } from "../../../clusters/pki";
import { sandboxLayout } from "../../../support/layout";

export interface Call {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
}

/** What it answers to a call that is no list and no watch. */
export type Answers = (call: Call) => { status: number; body: unknown } | undefined;

export class FakeApi {
    readonly calls: Call[] = [];
    /** How often a collection was listed. */
    lists = 0;
    private readonly collections = new Map<string, Map<string, ClusterObject>>();
    private readonly watches = new Set<{ path: string; response: import("node:http").ServerResponse }>();
    private version = 1;

    private constructor(
        readonly dir: string,
        private readonly pki: ClusterPki,
        private readonly server: https.Server,
    ) {}

    /** A server on a free port of 127.0.0.1 with certificates of its own. */
    static async start(answers: Answers = () => undefined): Promise<FakeApi> {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-api-"));
        const layout = sandboxLayout(dir);
        await ensureEtcdPki(layout);
        const pki = await ensureClusterPki(layout, "host");
        const server = https.createServer({
            cert: fs.readFileSync(pki.server.cert),
            key: fs.readFileSync(pki.server.key),
        });
        const api = new FakeApi(dir, pki, server);
        server.on("request", (request, response) => {
            let text = "";
            request.on("data", (chunk: Buffer) => (text += chunk.toString()));
            request.on("end", () => api.handle(request, response, text, answers));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return api;
    }

    get access(): ClusterAccess {
        const { port } = this.server.address() as AddressInfo;
        return {
            server: `https://127.0.0.1:${port}`,
            ca: this.pki.ca.cert,
            credentials: this.pki.admin,
        };
    }

    /** Adds or replaces an object and notifies the watchers. */
    set(collection: string, object: ClusterObject & Record<string, unknown>): void {
        const objects = this.objects(collection);
        const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
        const type = objects.has(key) ? "MODIFIED" : "ADDED";
        const stored = {
            ...object,
            metadata: { ...object.metadata, resourceVersion: String(++this.version) },
        };
        objects.set(key, stored);
        this.emit(collection, { type, object: stored });
    }

    remove(collection: string, namespace: string, name: string): void {
        const object = this.objects(collection).get(`${namespace}/${name}`);
        this.objects(collection).delete(`${namespace}/${name}`);
        this.emit(collection, { type: "DELETED", object });
    }

    /** Ends every watch; with an error event first, as when the version asked for is too old. */
    dropWatches(expired: boolean): void {
        for (const { response } of this.watches) {
            if (expired) {
                response.write(`${JSON.stringify({ type: "ERROR", object: { metadata: {}, code: 410 } })}\n`);
            }
            response.end();
        }
        this.watches.clear();
    }

    get watching(): number {
        return this.watches.size;
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
        fs.rmSync(this.dir, { recursive: true, force: true });
    }

    private objects(collection: string): Map<string, ClusterObject> {
        const found = this.collections.get(collection) ?? new Map<string, ClusterObject>();
        this.collections.set(collection, found);
        return found;
    }

    private emit(collection: string, event: unknown): void {
        for (const watch of this.watches) {
            if (watch.path === collection) {
                watch.response.write(`${JSON.stringify(event)}\n`);
            }
        }
    }

    private handle(
        request: import("node:http").IncomingMessage,
        response: import("node:http").ServerResponse,
        text: string,
        answers: Answers,
    ): void {
        const url = new URL(request.url ?? "/", "https://api");
        const method = request.method ?? "GET";
        if (method === "GET" && url.searchParams.get("watch") === "true") {
            response.writeHead(200, { "content-type": "application/json" });
            response.flushHeaders();
            const watch = { path: url.pathname, response };
            this.watches.add(watch);
            response.once("close", () => this.watches.delete(watch));
            return;
        }
        const call: Call = {
            method,
            path: url.pathname,
            body: text === "" ? undefined : (JSON.parse(text) as unknown),
        };
        const own = answers(call);
        if (own !== undefined || method !== "GET") {
            this.calls.push(call);
            const { status, body } = own ?? { status: 200, body: {} };
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
            return;
        }
        this.lists += 1;
        const items = [...this.objects(url.pathname).values()];
        response
            .writeHead(200, { "content-type": "application/json" })
            .end(JSON.stringify({ metadata: { resourceVersion: String(this.version) }, items }));
    }
}

export { eventually as until } from "../../support/eventually";
