/** The few calls that the sandbox itself makes to its API servers, as the administrator or with a token. */
import * as fs from "node:fs";
import * as https from "node:https";

import { type KeyPairFiles } from "./pki";

/** Who calls: with a client certificate, with a bearer token or one that is read anew from its file each time, or nobody. */
export type Caller = { certificate: KeyPairFiles } | { token: string } | { tokenFile: string } | "anonymous";

export interface ApiAnswer {
    readonly status: number;
    /** Parsed JSON, or the text of an answer that is none. */
    readonly body: unknown;
}

/** A connection to one API server, which is verified against its authority's certificate. */
export class ClusterClient {
    private readonly agent: https.Agent;

    constructor(
        readonly server: string,
        caFile: string,
        private readonly caller: Caller,
        /** Milliseconds that a call may take. */
        private readonly timeout = 10_000,
    ) {
        const tls =
            typeof caller === "object" && "certificate" in caller
                ? {
                      cert: fs.readFileSync(caller.certificate.cert, "utf8"),
                      key: fs.readFileSync(caller.certificate.key, "utf8"),
                  }
                : {};
        this.agent = new https.Agent({
            keepAlive: true,
            maxSockets: 4,
            ca: fs.readFileSync(caFile, "utf8"),
            ...tls,
        });
    }

    /** One call; rejects only when there is no answer in time. */
    request(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer> {
        const payload = body === undefined ? undefined : JSON.stringify(body);
        const headers: Record<string, string> = { accept: "application/json" };
        if (payload !== undefined) {
            headers["content-type"] = contentType ?? "application/json";
        }
        const token = tokenOf(this.caller);
        if (token !== undefined) {
            headers["authorization"] = `Bearer ${token}`;
        }
        return new Promise((resolve, reject) => {
            const request = https.request(
                new URL(path, this.server),
                { method, headers, agent: this.agent, timeout: this.timeout },
                (response) => {
                    let text = "";
                    response.setEncoding("utf8");
                    response.on("data", (chunk: string) => (text += chunk));
                    response.on("error", reject);
                    response.on("end", () =>
                        resolve({ status: response.statusCode ?? 0, body: parse(text) }),
                    );
                },
            );
            request.on("timeout", () =>
                request.destroy(new Error(`${method} ${path}: no answer within ${this.timeout / 1_000} s`)),
            );
            request.on("error", reject);
            request.end(payload);
        });
    }

    close(): void {
        this.agent.destroy();
    }
}

/** The bearer token that a caller shows. */
export function tokenOf(caller: Caller): string | undefined {
    if (typeof caller !== "object" || "certificate" in caller) {
        return undefined;
    }
    return "token" in caller ? caller.token : fs.readFileSync(caller.tokenFile, "utf8").trim();
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}
