/**
 * What is on a cluster, kept up to date: list once, then watch. Ours, not @kubernetes/client-node: that brings
 * sixteen packages and theirs, and its informer stops at an error, for its user to start it again.
 */
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { type Caller, tokenOf } from "./client";
import { type KeyPairFiles } from "./pki";

/** An object of the Kubernetes API, as far as everybody needs it. */
export interface ClusterObject {
    readonly kind?: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly uid?: string;
        readonly resourceVersion?: string;
        readonly deletionTimestamp?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
}

/** How to reach a cluster. */
export interface ClusterAccess {
    readonly server: string;
    /** File of the authority that the API server is verified by. */
    readonly ca: string;
    readonly credentials: KeyPairFiles | { readonly tokenFile: string };
}

/** Who asks for what is watched. */
export function callerOf({ credentials }: ClusterAccess): Caller {
    return "tokenFile" in credentials ? { tokenFile: credentials.tokenFile } : { certificate: credentials };
}

/** What is watched: a collection's path, e.g. `/api/v1/pods`, and maybe a selection. */
export interface Collection {
    readonly path: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
}

/** The API server ends a watch after so long; it is then taken up again where it ended. */
const watchSeconds = 300;

interface WatchEvent<T> {
    readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
    readonly object: T;
}

/**
 * The objects of one collection. What was seen last stays known while the API server is away: that it cannot be asked does
 * not mean that its objects are gone.
 */
export class Informer<T extends ClusterObject> {
    private readonly known = new Map<string, T>();
    private readonly agent: https.Agent;
    private listed = false;
    private stopped = new AbortController();

    /**
     * @param onChange called after every change, with the object that was added, changed or deleted; without one after a
     * list that may have changed anything.
     */
    constructor(
        private readonly access: ClusterAccess,
        private readonly collection: Collection,
        private readonly onChange: (object?: T) => void,
        private readonly log: (line: string) => void,
    ) {
        const { credentials } = access;
        this.agent = new https.Agent({
            keepAlive: true,
            ca: fs.readFileSync(access.ca, "utf8"),
            ...("tokenFile" in credentials
                ? {}
                : {
                      cert: fs.readFileSync(credentials.cert, "utf8"),
                      key: fs.readFileSync(credentials.key, "utf8"),
                  }),
        });
    }

    /** Whether the collection was read at least once. */
    get synced(): boolean {
        return this.listed;
    }

    values(): T[] {
        return [...this.known.values()];
    }

    get(namespace: string, name: string): T | undefined {
        return this.known.get(`${namespace}/${name}`);
    }

    /** Lists and watches until {@link stop}. Never rejects: what goes wrong is logged once and tried again. */
    async run(): Promise<void> {
        const { signal } = this.stopped;
        let last = "";
        for (let pause = 200; !signal.aborted;) {
            try {
                let version = await this.list();
                if (last !== "") {
                    this.log(`${this.collection.path} of ${this.access.server} is read again`);
                    last = "";
                }
                pause = 200;
                while (!signal.aborted) {
                    version = await this.watch(version);
                }
            } catch (error) {
                if (signal.aborted) {
                    return;
                }
                const { message } = error as Error;
                if (message !== last && !(error instanceof Expired)) {
                    this.log(`${this.collection.path} of ${this.access.server}: ${message}`);
                    last = message;
                }
                await sleep(pause, undefined, { signal }).catch(() => undefined);
                pause = Math.min(pause * 2, 3000);
            }
        }
    }

    stop(): void {
        this.stopped.abort();
        this.agent.destroy();
    }

    private async list(): Promise<string> {
        const response = await this.open({});
        const text = await bodyOf(response);
        if (response.statusCode !== 200) {
            throw new Error(`list: HTTP ${response.statusCode} ${text.slice(0, 200)}`);
        }
        const { items, metadata } = JSON.parse(text) as {
            items: T[] | null;
            metadata: { resourceVersion: string };
        };
        this.known.clear();
        for (const object of items ?? []) {
            this.known.set(keyOf(object), object);
        }
        this.listed = true;
        this.onChange();
        return metadata.resourceVersion;
    }

    /** Follows changes from `version` on; returns the version it came to when the API server ends the watch. */
    private async watch(version: string): Promise<string> {
        const response = await this.open({
            watch: "true",
            allowWatchBookmarks: "true",
            timeoutSeconds: String(watchSeconds),
            resourceVersion: version,
        });
        if (response.statusCode !== 200) {
            throw new Expired(`watch: HTTP ${response.statusCode} ${(await bodyOf(response)).slice(0, 200)}`);
        }
        let latest = version;
        let rest = "";
        response.setEncoding("utf8");
        for await (const chunk of response as AsyncIterable<string>) {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines.filter((each) => each !== "")) {
                latest = this.take(JSON.parse(line) as WatchEvent<T>) ?? latest;
            }
        }
        return latest;
    }

    private take({ type, object }: WatchEvent<T>): string | undefined {
        switch (type) {
            case "ERROR":
                // Usually: the version is too old to go on from.
                throw new Expired("the watch ended");
            case "BOOKMARK":
                break;
            case "DELETED":
                this.known.delete(keyOf(object));
                this.onChange(object);
                break;
            default:
                this.known.set(keyOf(object), object);
                this.onChange(object);
        }
        return object.metadata.resourceVersion;
    }

    private open(query: Record<string, string>): Promise<http.IncomingMessage> {
        const { path, labelSelector, fieldSelector } = this.collection;
        const url = new URL(path, this.access.server);
        const all = {
            ...query,
            ...(labelSelector === undefined ? {} : { labelSelector }),
            ...(fieldSelector === undefined ? {} : { fieldSelector }),
        };
        Object.entries(all).forEach(([name, value]) => url.searchParams.set(name, value));
        const token = tokenOf(callerOf(this.access));
        const timeout = query["watch"] === "true" ? (watchSeconds + 30) * 1000 : 20_000;
        return new Promise((resolve, reject) => {
            const request = https.get(
                url,
                {
                    agent: this.agent,
                    headers: {
                        accept: "application/json",
                        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
                    },
                    timeout,
                    signal: this.stopped.signal,
                },
                resolve,
            );
            request.once("timeout", () => request.destroy(new Error("no answer")));
            request.once("error", reject);
        });
    }
}

/** What is known is too old to go on from: list anew. */
class Expired extends Error {}

function keyOf({ metadata }: ClusterObject): string {
    return `${metadata.namespace ?? ""}/${metadata.name}`;
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
    let text = "";
    response.setEncoding("utf8");
    for await (const chunk of response as AsyncIterable<string>) {
        text += chunk;
    }
    return text;
}
