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
}

/** A fastify server with the settings all stand-ins share: long path parameters, connections cut on close. */
export function createServer(options: ServerOptions = {}): FastifyInstance {
    const fastify = Fastify({
        bodyLimit: options.bodyLimit ?? 64 * 1024 * 1024,
        forceCloseConnections: true,
        routerOptions: { maxParamLength: 4096 },
        logger: false,
    });
    const { log } = options;
    if (log) {
        fastify.addHook("onResponse", async (request, reply) => {
            const path = request.url.split("?")[0] ?? "";
            log(`${request.method} ${path} ${reply.statusCode} ${reply.elapsedTime.toFixed(0)}ms`);
            await Promise.resolve();
        });
    }
    return fastify;
}

/** Listens and returns the base URL. Port 0 takes any free port. */
export async function listen(
    fastify: FastifyInstance,
    address: { host: string; port: number },
): Promise<string> {
    await fastify.listen({ host: address.host, port: address.port });
    const bound = fastify.server.address() as AddressInfo;
    return `http://${address.host}:${bound.port}`;
}

/** Writes a file that only the owner may read, in a folder that only the owner may enter. */
export async function writeSecretFile(file: string, text: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
}

/** What such a file holds; where it is not there yet it is written with what `make` gives. */
export async function keptSecret(file: string, make: () => string | Promise<string>): Promise<string> {
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
