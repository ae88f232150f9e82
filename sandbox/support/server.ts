import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";

import Fastify, { type FastifyInstance } from "fastify";

/** A server of the sandbox that answers requests. */
export interface RunningServer {
    /** Base URL without a slash at its end, e.g. `http://127.0.0.1:8929`. */
    url: string;
    /** Stops listening, cuts open connections and writes what is left to write. */
    close(): Promise<void>;
}

/** Where a line of a server's log goes. Lines never hold secrets: no headers and no bodies are logged. */
export type LogLine = (line: string) => void;

export interface ServerOptions {
    /** Largest request body in bytes. Default 64 MiB. */
    bodyLimit?: number;
    /** One line per finished request and per message of the server. Default: nothing is logged. */
    log?: LogLine;
    /** Certificate and key, both PEM. Without them it speaks plain http. */
    tls?: TlsFiles | undefined;
    /** Path that all of the server lies below, as `/gitlab`: what is beside it is not there. Default: none. */
    basePath?: string | undefined;
}

/** Paths of a server's certificate and key. */
export interface TlsFiles {
    readonly cert: string;
    readonly key: string;
}

/** The content of these files, as Node's TLS servers take it. */
export function tlsOf({ cert, key }: TlsFiles): { cert: string; key: string } {
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** A fastify server with the settings all stand-ins share: long path parameters, connections cut on close. */
export function createServer(options: ServerOptions = {}): FastifyInstance {
    const { log, tls, basePath = "" } = options;
    const settings = {
        bodyLimit: options.bodyLimit ?? 64 * 1024 * 1024,
        forceCloseConnections: true,
        routerOptions: { maxParamLength: 4096 },
        logger: false,
        ...(basePath === ""
            ? {}
            : { rewriteUrl: ({ url = "/" }: { url?: string | undefined }) => belowBase(basePath, url) }),
    };
    const fastify =
        tls === undefined
            ? Fastify(settings)
            : // Only the type of its server differs.
              (Fastify({ ...settings, https: tlsOf(tls) }) as unknown as FastifyInstance);
    if (basePath !== "") {
        underBase(fastify, basePath);
    }
    if (log) {
        fastify.addHook("onResponse", async (request, reply) => {
            const path = request.url.split("?")[0] ?? "";
            log(`${request.method} ${path} ${reply.statusCode} ${reply.elapsedTime.toFixed(0)}ms`);
            await Promise.resolve();
        });
    }
    return fastify;
}

/** A path no route has: what lies beside the base path. */
const nowhere = "/__beside-the-base-path";

/** A request's target as the routes know it. */
function belowBase(basePath: string, url: string): string {
    if (!url.startsWith(basePath)) {
        return nowhere;
    }
    const rest = url.slice(basePath.length);
    return rest === "" || rest.startsWith("?") ? `/${rest}` : rest.startsWith("/") ? rest : nowhere;
}

/** Links of pages, written from the server's root, begin with the base path. */
function underBase(fastify: FastifyInstance, basePath: string): void {
    fastify.addHook("onSend", async (_request, reply, payload) => {
        await Promise.resolve();
        const isPage = String(reply.getHeader("content-type") ?? "").startsWith("text/html");
        return isPage && typeof payload === "string"
            ? payload.replace(/\b(href|action|src)="\/(?!\/)/g, `$1="${basePath}/`)
            : payload;
    });
}

/** Listens and returns the base URL. Port 0 takes any free port. */
export async function listen(
    fastify: FastifyInstance,
    address: { host: string; port: number },
    { tls, basePath = "" }: Pick<ServerOptions, "tls" | "basePath"> = {},
): Promise<string> {
    await fastify.listen({ host: address.host, port: address.port });
    const bound = fastify.server.address() as AddressInfo;
    return `${tls === undefined ? "http" : "https"}://${address.host}:${bound.port}${basePath}`;
}

/** Writes a file that only the owner may read, in a folder that only the owner may enter. */
export async function writeSecretFile(file: string, text: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
}

/** What such a file holds; where it is not there yet it is written with what `make` gives. */
export async function loadOrCreateSecret(
    file: string,
    make: () => string | Promise<string>,
): Promise<string> {
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
            throw error;
        }
    }
    const text = await make();
    await writeSecretFile(file, text);
    return text;
}

/**
 * Runs a server as a process of its own: prints `ready <url>` and stops on SIGTERM or SIGINT.
 * Ends the process with status 1 and one line on stderr when the server cannot start.
 */
export async function runAsProcess(start: () => Promise<RunningServer>): Promise<void> {
    let server: RunningServer;
    try {
        server = await start();
    } catch (error) {
        console.error((error as Error).message);
        process.exit(1);
    }
    let stopping = false;
    const stop = (): void => {
        if (stopping) {
            return;
        }
        stopping = true;
        server.close().then(
            () => process.exit(0),
            (error: unknown) => {
                console.error((error as Error).message);
                process.exit(1);
            },
        );
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    console.log(`ready ${server.url}`);
}
