/** A mail server that takes what Argo CD sends: plain SMTP on this machine, with the account of the channel. */
import * as net from "node:net";

import { sameText } from "./signature";

/** A mail that arrived. */
export interface Mail {
    /** Account that sent it; channels sign in with their own names. */
    readonly account: string;
    readonly from: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly text: string;
}

export interface MailOptions {
    readonly host: string;
    readonly port: number;
    /** Password of an account. */
    readonly password: (account: string) => string;
    readonly received: (mail: Mail) => Promise<void>;
    readonly refused: (account: string, code: string, reason: string) => Promise<void>;
}

/** Largest mail, in characters. */
const largest = 1024 * 1024;

/** Starts the server; resolves with a function that ends it. Port 0 takes a free one. */
export async function startMail(
    options: MailOptions,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
        socket.on("error", () => socket.destroy());
        socket.setTimeout(60_000, () => socket.destroy());
        new Session(socket, options).start();
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.host, resolve);
    });
    return {
        port: (server.address() as net.AddressInfo).port,
        close: () =>
            new Promise((resolve) => {
                sockets.forEach((socket) => socket.destroy());
                server.close(() => resolve());
            }),
    };
}

class Session {
    private buffer = "";
    private account = "";
    /** Sender of the mail that is being handed in; undefined between two mails. */
    private from: string | undefined;
    private to: string[] = [];
    private inData = false;
    /** Lines are handled one after the other, although handling is asynchronous. */
    private work = Promise.resolve();

    constructor(
        private readonly socket: net.Socket,
        private readonly options: MailOptions,
    ) {}

    start(): void {
        this.say("220 sandbox ESMTP");
        this.socket.setEncoding("utf8");
        this.socket.on("data", (chunk: string) => {
            this.work = this.work.then(() => this.take(chunk)).catch(() => void this.socket.destroy());
        });
    }

    private say(line: string): void {
        this.socket.write(`${line}\r\n`);
    }

    private async take(chunk: string): Promise<void> {
        this.buffer += chunk;
        if (this.buffer.length > largest) {
            this.say("552 message too large");
            this.socket.destroy();
            return;
        }
        for (;;) {
            const end = this.inData ? "\r\n.\r\n" : "\r\n";
            // A mail without a line in it begins with the end's second half.
            const at = this.buffer.indexOf(end);
            if (at < 0) {
                return;
            }
            const text = this.buffer.slice(0, at);
            this.buffer = this.buffer.slice(at + end.length);
            if (this.inData) {
                this.inData = false;
                const mail = parseMail(text.replace(/^\.\./gm, "."));
                await this.options.received({
                    account: this.account,
                    from: this.from ?? "",
                    to: this.to,
                    ...mail,
                });
                this.forget();
                this.say("250 taken");
            } else {
                await this.command(text);
            }
        }
    }

    private async command(line: string): Promise<void> {
        const [verb = ""] = line.split(" ");
        switch (verb.toUpperCase()) {
            case "EHLO":
                this.say("250-sandbox");
                this.say("250-8BITMIME");
                this.say("250 AUTH PLAIN");
                return;
            case "HELO":
                this.say("250 sandbox");
                return;
            case "AUTH":
                if (line.split(" ")[1]?.toUpperCase() !== "PLAIN") {
                    this.say("504 only PLAIN");
                    return;
                }
                return this.signIn(line.split(" ")[2] ?? "");
            case "MAIL":
                if (this.account === "") {
                    await this.options.refused("", "530", "authentication required");
                    this.say("530 authentication required");
                    return;
                }
                this.from = address(line);
                this.to = [];
                this.say("250 ok");
                return;
            case "RCPT": {
                if (this.from === undefined) {
                    this.say("503 no sender");
                    return;
                }
                const to = address(line);
                if (!/^[^@\s]+@[^@\s]+$/.test(to)) {
                    await this.options.refused(this.account, "553", "mailbox name not allowed");
                    this.say("553 mailbox name not allowed");
                    return;
                }
                this.to.push(to);
                this.say("250 ok");
                return;
            }
            case "DATA":
                if (this.to.length === 0) {
                    this.say("503 no recipient");
                    return;
                }
                this.inData = true;
                this.say("354 go on");
                return;
            case "RSET":
                this.forget();
                this.say("250 ok");
                return;
            case "NOOP":
                this.say("250 ok");
                return;
            case "QUIT":
                this.say("221 bye");
                this.socket.end();
                return;
            default:
                this.say("502 not known");
        }
    }

    /** The next mail begins with its sender. */
    private forget(): void {
        this.from = undefined;
        this.to = [];
    }

    private async signIn(response: string): Promise<void> {
        const [, account = "", password = ""] = Buffer.from(response, "base64").toString("utf8").split("\0");
        if (account !== "" && sameText(password, this.options.password(account))) {
            this.account = account;
            this.say("235 welcome");
            return;
        }
        await this.options.refused(account, "535", "authentication failed");
        this.say("535 authentication failed");
    }
}

function address(line: string): string {
    return /<([^>]*)>/.exec(line)?.[1] ?? "";
}

/** Subject and text of a mail with one part, in the encodings that mail programs use for text. */
export function parseMail(source: string): { subject: string; text: string } {
    const [head = "", ...rest] = source.split("\r\n\r\n");
    const headers = new Map(
        head
            .replace(/\r\n[ \t]+/g, " ")
            .split("\r\n")
            .map((line): [string, string] => {
                const colon = line.indexOf(":");
                return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
            }),
    );
    const body = rest.join("\r\n\r\n");
    const encoding = (headers.get("content-transfer-encoding") ?? "").toLowerCase();
    return { subject: decodeWords(headers.get("subject") ?? ""), text: decodeBody(body, encoding) };
}

function decodeBody(body: string, encoding: string): string {
    switch (encoding) {
        case "base64":
            return Buffer.from(body, "base64").toString("utf8");
        case "quoted-printable":
            return quotedPrintable(body.replace(/=\r\n/g, "")).replace(/\r\n/g, "\n");
        default:
            return body.replace(/\r\n/g, "\n");
    }
}

function quotedPrintable(text: string): string {
    return Buffer.from(
        text.replace(/=([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        "latin1",
    ).toString("utf8");
}

/** Words of a header as `=?UTF-8?q?…?=`; neighbours belong together. */
function decodeWords(header: string): string {
    return header.replace(/\?=\s+=\?/g, "?==?").replace(/(?:=\?[^?]+\?[qb]\?[^?]*\?=)+/gi, (words) => {
        const parts = [...words.matchAll(/=\?[^?]+\?([qb])\?([^?]*)\?=/gi)].map(([, kind = "", text = ""]) =>
            kind.toLowerCase() === "b"
                ? Buffer.from(text, "base64")
                : Buffer.from(
                      text
                          .replace(/_/g, " ")
                          .replace(/=([0-9A-F]{2})/gi, (_whole, hex: string) =>
                              String.fromCharCode(parseInt(hex, 16)),
                          ),
                      "latin1",
                  ),
        );
        // A character may be split over two words.
        return Buffer.concat(parts).toString("utf8");
    });
}
