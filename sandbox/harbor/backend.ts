import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import * as http from "node:http";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type ProcessRecord } from "../../toolchain/processes";
import { endProcess, startProcess, type SupervisedProcess } from "../support/process";
import { writeSecretFile } from "../support/server";
import { tokenIssuer, tokenService, type TokenKeys } from "./auth";
import { HarborError } from "./errors";

/** Media types of what Harbor takes as an artifact. */
export const manifestTypes = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

export interface BackendOptions {
    /** Path of the `registry` program of the distribution project, version 3. */
    binary: string;
    host: string;
    port: number;
    /** Folder for its configuration, log and content. */
    dataDir: string;
    /** Where clients get tokens. */
    realm: string;
    log: (line: string) => void;
}

/**
 * The OCI registry behind one Harbor: a real one, as a child process. It knows manifests by digest only; tags are
 * Harbor's. It accepts only tokens signed by this Harbor and is asked by Harbor alone.
 */
export class Backend {
    private child: SupervisedProcess | undefined;
    private closed = false;
    private paused: Promise<void> | undefined;
    /** Requests the registry has not answered in full yet. */
    private underWay = 0;
    /** When the last part of a blob and the last manifest were sent, milliseconds since 1970. */
    private lastBlob = 0;
    private lastManifest = 0;
    private agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

    constructor(
        private readonly keys: TokenKeys,
        private readonly options: BackendOptions,
    ) {}

    private get base(): string {
        return `http://${this.options.host}:${this.options.port}`;
    }

    /** Resolves at once, unless a garbage collection is under way: then when it has ended. */
    ready(): Promise<void> {
        return this.paused ?? Promise.resolve();
    }

    /**
     * Removes what no manifest needs from the disk. The registry is stopped for it and requests wait, so that
     * nothing pushed meanwhile is lost.
     */
    async collectGarbage(): Promise<void> {
        await this.quiet();
        let resume = (): void => undefined;
        this.paused = new Promise((resolve) => {
            resume = resolve;
        });
        try {
            for (let waited = 0; this.underWay > 0 && waited < 10_000; waited += 50) {
                await sleep(50);
            }
            await this.stop();
            await new Promise<void>((resolve, reject) => {
                const child = spawn(this.options.binary, ["garbage-collect", this.configFile], {
                    stdio: "ignore",
                });
                child.once("error", reject);
                child.once("exit", (code) =>
                    code === 0 ? resolve() : reject(new Error(`garbage-collect ended with status ${code}`)),
                );
            });
        } finally {
            this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
            await this.start().finally(resume);
            this.paused = undefined;
        }
    }

    /**
     * Waits until no push is half done: its blobs are there, its manifest is not, so that the collection would take them.
     * A push that rests longer than ten seconds counts as given up.
     */
    private async quiet(): Promise<void> {
        while (this.lastBlob > this.lastManifest && Date.now() - this.lastBlob < 10_000) {
            await sleep(100);
        }
    }

    /** Starts the process and waits until it answers. @throws ProcessError when it does not. */
    async start(): Promise<void> {
        const { dataDir } = this.options;
        await mkdir(path.join(dataDir, "content"), { recursive: true });
        const jwks = path.join(dataDir, "jwks.json");
        await writeFile(jwks, JSON.stringify(this.keys.jwks()));
        await writeSecretFile(this.configFile, this.configuration(jwks));
        await this.endOrphan();
        const child = await startProcess({
            name: "registry",
            command: this.options.binary,
            args: ["serve", this.configFile],
            env: { OTEL_TRACES_EXPORTER: "none" },
            logFile: path.join(dataDir, "registry.log"),
            readiness: { kind: "http", url: `${this.base}/` },
            readyTimeoutMs: 20_000,
            graceMs: 3000,
        });
        this.child = child;
        await writeFile(this.recordFile, JSON.stringify(child.record));
        try {
            await child.ready();
            if (this.closed) {
                throw new Error("The registry was told to end while it started.");
            }
        } catch (error) {
            await child.stop();
            throw error;
        }
        void child.exited.then(() => this.restartAfterCrash(child));
    }

    /** Folder of the content on disk. */
    get contentDir(): string {
        return path.join(this.options.dataDir, "content");
    }

    private get configFile(): string {
        return path.join(this.options.dataDir, "registry.yml");
    }

    private get recordFile(): string {
        return path.join(this.options.dataDir, "registry.process.json");
    }

    /** A registry that outlived a killed Harbor holds the port and the content; it is ended first. */
    private async endOrphan(): Promise<void> {
        try {
            const record = JSON.parse(await readFile(this.recordFile, "utf8")) as ProcessRecord;
            await endProcess(record, 3000);
        } catch {
            // No record, or one that cannot be read: nothing of ours is known to run.
        }
    }

    private async restartAfterCrash(child: SupervisedProcess): Promise<void> {
        if (child.stopping || this.child !== child) {
            return;
        }
        this.options.log(child.problem("ended and is started again").message);
        await sleep(1000, undefined, { ref: false });
        while (this.child === child && !this.closed) {
            try {
                await this.start();
            } catch (error) {
                this.options.log((error as Error).message);
                this.child = child;
                await sleep(5000, undefined, { ref: false });
            }
        }
    }

    private configuration(jwks: string): string {
        const { host, port, dataDir, realm } = this.options;
        return [
            "version: 0.1",
            "log: {level: warn, accesslog: {disabled: true}}",
            "storage:",
            `  filesystem: {rootdirectory: ${JSON.stringify(path.join(dataDir, "content"))}}`,
            "  delete: {enabled: true}",
            "  maintenance: {uploadpurging: {enabled: true, age: 24h, interval: 24h, dryrun: false}}",
            `http: {addr: "${host}:${port}", relativeurls: true, secret: ${JSON.stringify(this.keys.keyId)}}`,
            "auth:",
            "  token:",
            `    realm: ${JSON.stringify(realm)}`,
            `    service: ${tokenService}`,
            `    issuer: ${tokenIssuer}`,
            `    jwks: ${JSON.stringify(jwks)}`,
            "    signingalgorithms: [ES256]",
            "",
        ].join("\n");
    }

    /** Ends the process for good. */
    async close(): Promise<void> {
        this.closed = true;
        await this.stop();
    }

    /** Ends the process: asked first, killed after three seconds. */
    private async stop(): Promise<void> {
        const child = this.child;
        this.child = undefined;
        this.agent.destroy();
        await child?.stop();
    }

    /** Whether the registry answers at all. */
    async healthy(): Promise<boolean> {
        try {
            this.underWay++;
            const response = await this.send("GET", "/", {});
            response.resume();
            return response.statusCode === 200;
        } catch {
            return false;
        }
    }

    /** A token of Harbor itself for one repository of the registry. */
    token(repository: string, actions: string[], from?: string): string {
        const access = [{ type: "repository", name: repository, actions }];
        if (from) {
            access.push({ type: "repository", name: from, actions: ["pull"] });
        }
        return this.keys.issue("harbor-core", access, 300, Date.now());
    }

    /** One request to the registry, once it is ready for one. The answer's body must be read or resumed. */
    async request(
        method: string,
        url: string,
        headers: http.OutgoingHttpHeaders,
        body?: NodeJS.ReadableStream | Buffer,
    ): Promise<http.IncomingMessage> {
        await this.ready();
        if (method === "PUT" && url.includes("/manifests/")) {
            this.lastManifest = Date.now();
        } else if (method !== "GET" && method !== "HEAD" && url.includes("/blobs/")) {
            this.lastBlob = Date.now();
        }
        this.underWay++;
        return this.send(method, url, headers, body).catch((error: unknown) => {
            const message = `the registry does not answer: ${(error as Error).message}`;
            throw new HarborError(502, "BAD_GATEWAY", message);
        });
    }

    private send(
        method: string,
        url: string,
        headers: http.OutgoingHttpHeaders,
        body?: NodeJS.ReadableStream | Buffer,
    ): Promise<http.IncomingMessage> {
        return new Promise((resolve, reject) => {
            const request = http.request(
                `${this.base}${url}`,
                { method, headers, agent: this.agent },
                resolve,
            );
            request.once("close", () => this.underWay--);
            request.once("error", reject);
            if (body === undefined) {
                request.end();
            } else if (Buffer.isBuffer(body)) {
                request.end(body);
            } else {
                body.once("error", (error) => request.destroy(error as Error));
                body.pipe(request);
            }
        });
    }

    private async call(
        method: string,
        repository: string,
        rest: string,
        actions: string[],
        options: { headers?: http.OutgoingHttpHeaders; body?: Buffer; from?: string } = {},
    ): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
        const response = await this.request(
            method,
            `/v2/${repository}/${rest}`,
            {
                ...options.headers,
                authorization: `Bearer ${this.token(repository, actions, options.from)}`,
                ...(options.body ? { "content-length": options.body.length } : {}),
            },
            options.body,
        );
        const chunks: Buffer[] = [];
        for await (const chunk of response) {
            chunks.push(chunk as Buffer);
        }
        return {
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
        };
    }

    /** The manifest's bytes and type; undefined when the registry does not have it. */
    async manifest(repository: string, digest: string): Promise<{ type: string; body: Buffer } | undefined> {
        const answer = await this.call("GET", repository, `manifests/${digest}`, ["pull"], {
            headers: { accept: manifestTypes.join(", ") },
        });
        if (answer.status === 404) {
            return undefined;
        }
        this.expect(answer, [200], `reading ${repository}@${digest}`);
        return { type: answer.headers["content-type"] ?? "", body: answer.body };
    }

    /** Stores a manifest. */
    async putManifest(repository: string, digest: string, type: string, body: Buffer): Promise<void> {
        const answer = await this.call("PUT", repository, `manifests/${digest}`, ["pull", "push"], {
            headers: { "content-type": type },
            body,
        });
        this.expect(answer, [201], `storing ${repository}@${digest}`);
    }

    /** Removes a manifest; one that is gone already is fine. */
    async deleteManifest(repository: string, digest: string): Promise<void> {
        const answer = await this.call("DELETE", repository, `manifests/${digest}`, ["delete"]);
        this.expect(answer, [202, 404], `deleting ${repository}@${digest}`);
    }

    /** A blob's bytes, for small ones such as image configurations. */
    async blob(repository: string, digest: string): Promise<Buffer | undefined> {
        const answer = await this.call("GET", repository, `blobs/${digest}`, ["pull"]);
        return answer.status === 200 ? answer.body : undefined;
    }

    /** Makes a blob of one repository available in another, without moving bytes. */
    async mountBlob(from: string, to: string, digest: string): Promise<void> {
        const query = `mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
        const answer = await this.call("POST", to, `blobs/uploads/?${query}`, ["pull", "push"], { from });
        this.expect(answer, [201], `mounting ${digest} from ${from} in ${to}`);
    }

    private expect(answer: { status: number; body: Buffer }, statuses: number[], what: string): void {
        if (!statuses.includes(answer.status)) {
            const text = answer.body.toString("utf8").slice(0, 300);
            throw new Error(`The registry answered ${answer.status} when ${what}: ${text}`);
        }
    }
}
