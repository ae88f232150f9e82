/**
 * The doctor's calls: every one bounded in time, through the proxy and with the CA that the caller names, and with messages
 * that hold no header and so no secret. Node's own fetch takes neither CA nor proxy.
 */
import { setMaxListeners } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as tls from "node:tls";

/** Where a server is, and how it is reached. */
export interface Connection {
    /** URL that paths are appended to, without a trailing slash. */
    readonly url: string;
    /** Sent with every call; secrets among them. */
    readonly headers: Readonly<Record<string, string>>;
    /** PEM of the authorities that count, beside those of Node and of NODE_EXTRA_CA_CERTS. */
    readonly ca?: string;
    /** True: only those of `ca` count. */
    readonly caOnly?: boolean;
    /** True: any certificate is taken. */
    readonly insecure?: boolean;
    /** Name the certificate is for, where it is not the URL's host. */
    readonly serverName?: string;
    /** PEM of a client certificate. */
    readonly cert?: string;
    readonly key?: string;
    /** URL of an HTTP proxy. */
    readonly proxy?: string;
}

/** What a server answered. */
export interface Answer {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    /** Parsed JSON, or the text of an answer that is none. */
    readonly body: unknown;
    /** End of the certificate it showed; absent without TLS. */
    readonly certificateEnds?: Date;
}

/**
 * One call. Rejects with {@link Unreachable}, and with nothing else.
 *
 * @param type of the body, where plain JSON is not what it means: a patch of Kubernetes.
 */
export type Ask = (method: string, path: string, body?: unknown, type?: string) => Promise<Answer>;

/** Why a server gave no answer. The message continues "does not answer: ". */
export class Unreachable extends Error {
    constructor(
        message: string,
        /** `tls`: it was reached, and its certificate was not accepted. */
        readonly kind: "network" | "timeout" | "tls",
    ) {
        super(message);
    }
}

/** Longest wait for one answer, in milliseconds. */
export const callTimeout = 4000;

/** Calls at once to one server. */
const sockets = 8;

/** Calls to one server, and the end of its sockets. @param timeout of one call, in milliseconds. */
export async function asking<T>(
    connection: Connection,
    end: AbortSignal,
    work: (ask: Ask) => Promise<T>,
    timeout = callTimeout,
): Promise<T> {
    const { ask, close } = client(connection, end, timeout);
    try {
        return await work(ask);
    } finally {
        close();
    }
}

/** Makes calls to one server. `signal` ends all of them; `close` frees its sockets. */
export function client(
    connection: Connection,
    signal: AbortSignal,
    timeout = callTimeout,
): { readonly ask: Ask; readonly close: () => void } {
    // Every call in flight listens to it.
    setMaxListeners(0, signal);
    const secure = connection.url.startsWith("https:");
    const trust = tlsOptions(connection);
    const agent = secure
        ? new https.Agent({ keepAlive: true, maxSockets: sockets, ...trust })
        : new http.Agent({ keepAlive: true, maxSockets: sockets });
    const ask: Ask = (method, path, body, type = "application/json") =>
        new Promise((resolve, reject) => {
            const fail = (error: unknown): void => reject(unreachable(error, timeout));
            const url = new URL(connection.url + path);
            const payload = body === undefined ? undefined : JSON.stringify(body);
            const headers = {
                accept: "application/json",
                ...connection.headers,
                ...(payload === undefined
                    ? {}
                    : { "content-type": type, "content-length": Buffer.byteLength(payload) }),
            };
            const take = (response: http.IncomingMessage): void => {
                let text = "";
                const { socket } = response;
                const ends =
                    socket instanceof tls.TLSSocket
                        ? new Date(socket.getPeerCertificate().valid_to)
                        : undefined;
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (text += chunk));
                response.on("error", fail);
                response.on("end", () =>
                    resolve({
                        status: response.statusCode ?? 0,
                        headers: response.headers,
                        body: parse(text),
                        ...(ends === undefined || Number.isNaN(ends.getTime())
                            ? {}
                            : { certificateEnds: ends }),
                    }),
                );
            };
            // Waiting for a free socket is not the server's time, so that only the call itself is bounded.
            const options: https.RequestOptions = { method, headers, signal, timeout };
            const send = (request: http.ClientRequest): void => {
                request.on("timeout", () => request.destroy(new Error("timeout")));
                request.on("error", fail);
                request.end(payload);
            };
            if (connection.proxy === undefined) {
                const { request } = secure ? https : http;
                send(request(url, { ...options, agent }, take));
            } else if (!secure) {
                const proxy = new URL(connection.proxy);
                const port = proxy.port === "" ? 80 : Number(proxy.port);
                const through = { ...headers, host: url.host, ...proxyLogin(proxy) };
                send(
                    http.request(
                        { ...options, host: proxy.hostname, port, path: url.href, headers: through },
                        take,
                    ),
                );
            } else {
                tunnel(new URL(connection.proxy), url, signal, timeout).then((socket) => {
                    const createConnection = (): net.Socket =>
                        tls.connect({ socket, ...trust, servername: connection.serverName ?? nameOf(url) });
                    send(https.request(url, { ...options, createConnection }, take));
                }, fail);
            }
        });
    return { ask, close: () => agent.destroy() };
}

function tlsOptions({ ca, caOnly, insecure, cert, key, serverName }: Connection): tls.ConnectionOptions {
    return {
        ...(ca === undefined ? {} : { ca: caOnly === true ? [ca] : besideOthers(ca) }),
        ...(insecure === true ? { rejectUnauthorized: false } : {}),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(serverName === undefined ? {} : { servername: serverName }),
    };
}

/** Authorities beside those that Node trusts anyway: authorities of its own are in the place of all the others. */
export function besideOthers(ca: string): string[] {
    const extra = process.env["NODE_EXTRA_CA_CERTS"] ?? "";
    const others = fs.existsSync(extra) ? [fs.readFileSync(extra, "utf8")] : [];
    return [...tls.rootCertificates, ...others, ca];
}

/** A TLS server name is never an address. */
function nameOf({ hostname }: URL): string {
    return net.isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? hostname : "";
}

function proxyLogin({ username, password }: URL): Record<string, string> {
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

function tunnel(proxy: URL, target: URL, signal: AbortSignal, timeout: number): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        const port = target.port === "" ? 443 : Number(target.port);
        const request = http.request({
            method: "CONNECT",
            host: proxy.hostname,
            port: proxy.port === "" ? 80 : Number(proxy.port),
            path: `${target.hostname}:${port}`,
            headers: proxyLogin(proxy),
            signal,
            timeout,
        });
        request.on("connect", (response, socket) => {
            if (response.statusCode === 200) {
                resolve(socket);
            } else {
                socket.destroy();
                reject(new Error(`the proxy ${proxy.host} answers ${response.statusCode} to CONNECT`));
            }
        });
        request.on("timeout", () => request.destroy(new Error("timeout")));
        request.on("error", reject);
        request.end();
    });
}

/** A connection to a server that speaks no HTTP. It does not outlive the signal. */
export function opened(
    { host, port }: { readonly host: string; readonly port: number },
    signal: AbortSignal,
): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host, port, signal, timeout: callTimeout });
        socket.once("timeout", () => socket.destroy(new Error("timeout")));
        socket.once("error", reject);
        socket.once("connect", () => {
            socket.setTimeout(0);
            socket.off("error", reject);
            resolve(socket);
        });
    });
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "the connection is refused",
    ECONNRESET: "the connection is closed at once",
    ENOTFOUND: "its name is not known here",
    EAI_AGAIN: "its name cannot be looked up here",
    EHOSTUNREACH: "there is no way to its address",
    ENETUNREACH: "there is no way to its address",
    ETIMEDOUT: "no answer in time",
};

const untrusted: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
    SELF_SIGNED_CERT_IN_CHAIN: "its certificate is of an authority that is not known here",
    UNABLE_TO_GET_ISSUER_CERT: "its certificate is of an authority that is not known here",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is of an authority that is not known here",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is of an authority that is not known here",
    CERT_HAS_EXPIRED: "its certificate has expired",
    CERT_NOT_YET_VALID: "its certificate is not valid yet",
    ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** An error of the network in plain words. */
export function unreachable(error: unknown, timeout = callTimeout): Unreachable {
    if (error instanceof Unreachable) {
        return error;
    }
    const { code = "", message = String(error), name } = error as NodeJS.ErrnoException;
    if (message === "timeout" || name === "AbortError" || name === "TimeoutError") {
        return new Unreachable(`no answer within ${timeout / 1000} s`, "timeout");
    }
    const tlsWords = untrusted[code];
    if (tlsWords !== undefined) {
        return new Unreachable(tlsWords, "tls");
    }
    if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
        return new Unreachable("it does not speak TLS there, or not a version known here", "tls");
    }
    return new Unreachable(words[code] ?? (code === "" ? message : `${code}`), "network");
}
