/** How commands talk to the supervisor: HTTP over a Unix socket that only its owner can open. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";

import { type SandboxLayout } from "../support/layout";
import { SandboxError } from "./errors";
import { type PartSpec } from "./parts";
import { type PartStatus, type Supervisor } from "./supervisor";

/** What the supervisor answers about itself and its parts. */
export interface SupervisorStatus {
    readonly pid: number;
    /** ISO 8601. */
    readonly startedAt: string;
    readonly parts: readonly PartStatus[];
}

/** A Unix socket's path may have 107 bytes on Linux, 103 elsewhere: a sandbox that lies deeper has its socket in the temporary folder. */
export function socketPath(layout: SandboxLayout): string {
    const near = path.join(layout.run, "control.sock");
    if (Buffer.byteLength(near) <= 100) {
        return near;
    }
    const name = crypto.createHash("sha256").update(layout.dir).digest("hex").slice(0, 16);
    return path.join(os.tmpdir(), `gitops-estate-${name}.sock`);
}

/** Serves the supervisor until the server is closed. `stop` is called when somebody asks for the end. */
export async function serveControl(
    layout: SandboxLayout,
    supervisor: Supervisor,
    stop: () => void,
): Promise<http.Server> {
    const startedAt = new Date().toISOString();
    const server = http.createServer((request, response) => {
        void (async () => {
            try {
                const answer = await handle(request);
                response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
            } catch (error) {
                response.writeHead(400).end(error instanceof Error ? error.message : String(error));
            }
        })();
    });
    const handle = async (request: http.IncomingMessage): Promise<unknown> => {
        const url = new URL(request.url ?? "/", "http://supervisor");
        switch (`${request.method} ${url.pathname}`) {
            case "GET /status":
                return { pid: process.pid, startedAt, parts: supervisor.status() } satisfies SupervisorStatus;
            case "POST /apply":
                supervisor.apply(JSON.parse(await text(request)) as PartSpec[]);
                return {};
            case "POST /restart":
                supervisor.restart(url.searchParams.get("part") ?? "");
                return {};
            case "POST /stop":
                setImmediate(stop);
                return {};
            default:
                throw new Error(`the supervisor does not know ${request.method} ${url.pathname}`);
        }
    };
    const socket = socketPath(layout);
    fs.rmSync(socket, { force: true });
    const mask = process.umask(0o077);
    try {
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(socket, resolve);
        });
    } finally {
        process.umask(mask);
    }
    return server;
}

/** How often the status is asked for before a supervisor that does not answer is given up. */
const STATUS_ATTEMPTS = 6;

/** The supervisor took a call and did not answer in time. */
class NoAnswerError extends SandboxError {
    constructor() {
        super(
            "the sandbox's supervisor runs and does not answer: the machine has more to do than it can. " +
                "Wait until other work has ended, then try again; `npm run sandbox -- down` ends the sandbox.",
        );
    }
}

/** The client's side. Every method rejects when nobody listens. @param timeout of one call, in milliseconds. */
export class SupervisorClient {
    constructor(
        private readonly layout: SandboxLayout,
        private readonly timeout = 10_000,
    ) {}

    /** Asked again while the supervisor does not answer in time, which a busy machine can be the reason for. */
    async status(): Promise<SupervisorStatus> {
        for (let attempt = 1; ; attempt++) {
            try {
                return JSON.parse(await this.call("GET", "/status")) as SupervisorStatus;
            } catch (error) {
                if (!(error instanceof NoAnswerError) || attempt === STATUS_ATTEMPTS) {
                    throw error;
                }
            }
        }
    }

    async apply(parts: readonly PartSpec[]): Promise<void> {
        await this.call("POST", "/apply", JSON.stringify(parts));
    }

    async restart(part: string): Promise<void> {
        await this.call("POST", `/restart?part=${encodeURIComponent(part)}`);
    }

    async stop(): Promise<void> {
        await this.call("POST", "/stop");
    }

    private call(method: string, target: string, body?: string): Promise<string> {
        return new Promise((resolve, reject) => {
            const request = http.request(
                {
                    socketPath: socketPath(this.layout),
                    method,
                    path: target,
                    agent: false,
                    timeout: this.timeout,
                },
                (response) => {
                    text(response).then(
                        (answer) =>
                            response.statusCode === 200 ? resolve(answer) : reject(new Error(answer)),
                        reject,
                    );
                },
            );
            request.once("timeout", () => request.destroy(new NoAnswerError()));
            request.once("error", reject);
            request.end(body);
        });
    }
}

function text(stream: http.IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
        let all = "";
        stream.setEncoding("utf8");
        stream.on("data", (chunk: string) => (all += chunk));
        stream.once("end", () => resolve(all));
        stream.once("error", reject);
    });
}
