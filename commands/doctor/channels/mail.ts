/**
 * A mail to a channel, handed in as the engine hands in its own: TLS from the start at port 465, else STARTTLS where the server has
 * it, and the account of the channel. No library: the product has none for mail, and this is one mail.
 */
import * as net from "node:net";
import * as tls from "node:tls";
import { hostOf } from "../../../estate/network";
import { isThisMachine } from "../connections";
import { callTimeout, unreachable } from "../http";

/** Where a mail goes in, and as whom. */
export interface MailAccount {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** Certificates of private authorities, as PEM. */
    readonly ca?: string;
}

export interface Mail {
    readonly from: string;
    readonly to: string;
    readonly title: string;
    readonly words: string;
    readonly at: Date;
}

/** Port at which TLS begins with the connection (RFC 8314). */
const implicitTls = 465;

/** What the server said when it refused; nothing of the account is in it. */
class Refused extends Error {}

/** Hands in a mail. Why it was not taken, if it was not. */
export async function sendMail(
    account: MailAccount,
    mail: Mail,
    signal: AbortSignal,
): Promise<string | undefined> {
    let line: Line | undefined;
    try {
        line = await Line.to(account, signal);
        await handIn(line, account, mail);
        return undefined;
    } catch (error) {
        return error instanceof Refused ? error.message : unreachable(error).message;
    } finally {
        line?.close();
    }
}

async function handIn(line: Line, account: MailAccount, mail: Mail): Promise<void> {
    await line.answer("the greeting");
    let offered = await line.ask("EHLO doctor.invalid", "the greeting");
    if (!line.encrypted && offers(offered, "STARTTLS")) {
        await line.ask("STARTTLS", "encryption");
        await line.encrypt();
        offered = await line.ask("EHLO doctor.invalid", "the greeting");
    }
    if (!line.encrypted && !isThisMachine(account.host)) {
        throw new Refused("it offers no encryption, so the engine would not sign in there");
    }
    const { username, password } = account;
    if (offers(offered, "AUTH", "PLAIN")) {
        await line.ask(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`, "the account");
    } else if (offers(offered, "AUTH", "LOGIN")) {
        await line.ask("AUTH LOGIN", "the account");
        await line.ask(base64(username), "the account");
        await line.ask(base64(password), "the account");
    } else {
        throw new Refused("it lets nobody sign in with a password");
    }
    await line.ask(`MAIL FROM:<${addressIn(mail.from)}>`, "the sender");
    await line.ask(`RCPT TO:<${mail.to}>`, "the recipient");
    await line.ask("DATA", "the mail");
    await line.ask(`${text(mail)}\r\n.`, "the mail");
    await line.ask("QUIT", "the end").catch(() => undefined); // It has the mail.
}

function base64(words: string): string {
    return Buffer.from(words, "utf8").toString("base64");
}

/** An address, which may stand behind a name: `Shop <shop@example.com>`. */
function addressIn(from: string): string {
    return (/<([^<>]*)>/.exec(from)?.[1] ?? from).replace(/[\s<>]/g, "");
}

/** Whether an extension is among those of the answer to EHLO, with a parameter of it. */
function offers(answer: readonly string[], extension: string, parameter?: string): boolean {
    return answer
        .map((each) => each.toUpperCase().split(/[ =]/))
        .some(
            ([name, ...rest]) => name === extension && (parameter === undefined || rest.includes(parameter)),
        );
}

/** The mail itself; its text is base64, in which no line is a lone dot. */
function text({ from, to, title, words, at }: Mail): string {
    const encoded = base64(words).match(/.{1,76}/g) ?? [];
    return [
        `From: <${addressIn(from)}>`,
        `To: <${to}>`,
        `Subject: =?utf-8?B?${base64(title)}?=`,
        `Date: ${at.toUTCString().replace("GMT", "+0000")}`,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        ...encoded,
    ].join("\r\n");
}

/** A connection that speaks SMTP: one line is asked, one answer comes. */
class Line {
    private received = "";
    private wake: () => void = () => undefined;
    private failure: Error | undefined;

    private constructor(
        private socket: net.Socket,
        private readonly account: MailAccount,
        private readonly signal: AbortSignal,
    ) {
        this.listen();
    }

    static async to(account: MailAccount, signal: AbortSignal): Promise<Line> {
        const { host, port } = account;
        const socket =
            port === implicitTls
                ? tls.connect({ host, port, ...trust(account) })
                : net.connect({ host, port });
        await opened(socket, port === implicitTls ? "secureConnect" : "connect", signal);
        return new Line(socket, account, signal);
    }

    get encrypted(): boolean {
        return this.socket instanceof tls.TLSSocket;
    }

    /** Goes on in TLS, with all that was said before forgotten. */
    async encrypt(): Promise<void> {
        this.socket.removeAllListeners();
        this.received = "";
        const secure = tls.connect({ socket: this.socket, ...trust(this.account) });
        await opened(secure, "secureConnect", this.signal);
        this.socket = secure;
        this.listen();
    }

    /** @param about what a refusal would be about. @returns the lines of the answer, without their codes. */
    async ask(words: string, about: string): Promise<string[]> {
        this.socket.write(`${words}\r\n`);
        return this.answer(about);
    }

    /** The next answer. @throws Refused where it is a no. */
    async answer(about: string): Promise<string[]> {
        for (;;) {
            const found = /^(?:\d{3}-[^\r\n]*\r?\n)*(\d{3})(?: [^\r\n]*)?\r?\n/.exec(this.received);
            if (found !== null) {
                const [all, code = ""] = found;
                this.received = this.received.slice(all.length);
                const lines = all
                    .trimEnd()
                    .split(/\r?\n/)
                    .map((each) => each.slice(4).trim());
                if (/^[45]/.test(code)) {
                    throw new Refused(`it refuses ${about}: ${code} ${this.withoutSecrets(lines.join(" "))}`);
                }
                return lines;
            }
            if (this.failure !== undefined) {
                throw this.failure;
            }
            await new Promise<void>((resolve) => (this.wake = resolve));
        }
    }

    close(): void {
        this.socket.destroy();
    }

    private listen(): void {
        const end = (error: Error): void => {
            this.failure ??= error;
            this.wake();
        };
        this.socket.setTimeout(callTimeout, () => this.socket.destroy(new Error("timeout")));
        this.signal.addEventListener("abort", () => this.socket.destroy(new Error("timeout")), {
            once: true,
        });
        this.socket
            .on("data", (chunk: Buffer) => {
                this.received += chunk.toString("utf8");
                this.wake();
            })
            .on("error", end)
            .on("close", () => end(new Error("the connection was closed")));
    }

    private withoutSecrets(words: string): string {
        const { username, password } = this.account;
        return [password, base64(`\0${username}\0${password}`)]
            .filter((each) => each !== "")
            .reduce((said, each) => said.replaceAll(each, "(hidden)"), words)
            .slice(0, 200);
    }
}

function trust({ host, ca }: MailAccount): tls.ConnectionOptions {
    return {
        ...(net.isIP(host) === 0 ? { servername: hostOf(`https://${host}`) } : {}),
        ...(ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] }),
    };
}

function opened(socket: net.Socket, event: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const stop = (): void => void socket.destroy(new Error("timeout"));
        socket.setTimeout(callTimeout, stop);
        signal.addEventListener("abort", stop, { once: true });
        socket.once("error", reject);
        socket.once(event, () => {
            socket.off("error", reject);
            resolve();
        });
    });
}
