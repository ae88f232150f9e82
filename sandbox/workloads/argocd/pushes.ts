/**
 * What later versions of the image updater have and the one of the sandbox has not: a server to which Harbor reports pushes,
 * at the same path, with the same checks. A push starts the updater again, which then looks at the registries at once.
 */
import { timingSafeEqual } from "node:crypto";
import * as http from "node:http";

import { loopback } from "../../support/ports";
import { readBody } from "../body";

export interface PushListenerSettings {
    /** 0: any free port. */
    readonly port: number;
    /** What Harbor has to send as its Authorization header; undefined: the estate made none, so nobody is believed. */
    readonly secret: () => string | undefined;
    /** Called once for a burst of pushes. */
    readonly onPush: () => void;
    readonly log: (line: string) => void;
    /** Shortest time between two calls of `onPush`: a run that was just started is let go on. Default 3,000 ms. */
    readonly pauseMs?: number;
}

/** Longest body, in bytes. */
const maxBody = 1024 * 1024;

export class PushListener {
    private readonly server: http.Server;
    private readonly pauseMs: number;
    private timer: NodeJS.Timeout | undefined;
    private last = -Infinity;

    constructor(private readonly settings: PushListenerSettings) {
        this.pauseMs = settings.pauseMs ?? 3000;
        this.server = http.createServer((request, response) => {
            void this.answer(request).then(({ status, text }) => {
                response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
                response.end(`${text}\n`);
            });
        });
    }

    /** Resolves with the port it listens on. */
    start(): Promise<number> {
        return new Promise((resolve, reject) => {
            this.server.once("error", reject);
            this.server.listen({ host: loopback, port: this.settings.port, exclusive: true }, () => {
                const address = this.server.address();
                resolve(typeof address === "object" && address !== null ? address.port : 0);
            });
        });
    }

    close(): Promise<void> {
        clearTimeout(this.timer);
        return new Promise((resolve) => {
            this.server.close(() => resolve());
            this.server.closeAllConnections();
        });
    }

    private async answer(request: http.IncomingMessage): Promise<{ status: number; text: string }> {
        const url = new URL(request.url ?? "/", `http://${loopback}`);
        const refused = (status: number, text: string): { status: number; text: string } => {
            this.settings.log(`a push was not believed: ${text}`);
            return { status, text };
        };
        if (url.pathname === "/healthz") {
            return { status: 200, text: "OK" };
        }
        if (url.pathname !== "/webhook") {
            return { status: 404, text: "not found" };
        }
        const body = await readBody(request, maxBody).catch(() => undefined);
        if (request.method !== "POST") {
            return { status: 405, text: `invalid HTTP method: ${request.method ?? ""}` };
        }
        const secret = this.settings.secret();
        if (url.searchParams.get("type") !== "harbor" || secret === undefined) {
            return refused(400, `no handler for registry type ${url.searchParams.get("type") ?? ""}`);
        }
        if (!same(request.headers.authorization ?? "", secret)) {
            return refused(401, "incorrect webhook secret");
        }
        const fault = body === undefined ? "body too large" : eventFault(body.toString("utf8"));
        if (fault !== undefined) {
            return refused(400, fault);
        }
        this.schedule();
        return { status: 200, text: "webhook processed" };
    }

    private schedule(): void {
        this.timer ??= setTimeout(
            () => {
                this.timer = undefined;
                this.last = Date.now();
                this.settings.onPush();
            },
            // Harbor reports the artifact before all of its tags are listed.
            Math.max(100, this.last + this.pauseMs - Date.now()),
        );
    }
}

/** Why the body is no pushed tag; undefined when it is one. Fields of Harbor's default payload. */
function eventFault(body: string): string | undefined {
    let event: { type?: unknown; event_data?: { resources?: { tag?: unknown }[] } };
    try {
        event = JSON.parse(body) as typeof event;
    } catch {
        return "failed to parse webhook payload";
    }
    if (event.type !== "PUSH_ARTIFACT") {
        return `unsupported event type: ${String(event.type)}`;
    }
    const tag = event.event_data?.resources?.[0]?.tag;
    return typeof tag === "string" && tag !== "" ? undefined : "tag not found in webhook payload";
}

function same(left: string, right: string): boolean {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
}
