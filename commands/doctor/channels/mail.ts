/**
 * A mail to a channel, handed in as the engine hands in its own: TLS from the start at port 465, else STARTTLS where the server has
 * it, and the account of the channel. SMTP and the mail's form are nodemailer's. The connection is ours, as it would ask name
 * servers alone and pass over what this machine knows; and so is what is said of a mail that is not taken.
 */
import * as net from "node:net";
import * as tls from "node:tls";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { hostOf } from "../../../estate/network";
import { isThisMachine } from "../connections";
import { besideOthers, callTimeout, opened, unreachable } from "../http";

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

/** Why we go no further; nothing of the account is in it. */
class Refused extends Error {}

/** Hands in a mail. Why it was not taken, if it was not. */
export async function sendMail(
    account: MailAccount,
    mail: Mail,
    signal: AbortSignal,
): Promise<string | undefined> {
    try {
        await handIn(await opened(account, signal), account, mail);
        return undefined;
    } catch (error) {
        return error instanceof Refused ? error.message : reasonOf(error, account);
    }
}

async function handIn(socket: net.Socket, account: MailAccount, mail: Mail): Promise<void> {
    const { host, port, username, password } = account;
    const line = new SMTPConnection({
        connection: socket,
        host,
        port,
        secure: port === implicitTls,
        tls: trust(account),
        name: "doctor.invalid",
        connectionTimeout: callTimeout,
        greetingTimeout: callTimeout,
        socketTimeout: callTimeout,
    });
    const { from, to, title, words, at } = mail;
    const message = new MailComposer({ from, to, subject: title, text: words, date: at }).compile();
    const content = await message.build();
    // Some failures are the answer to a step, others come by themselves.
    const broken = new Promise<never>((_, reject) => line.on("error", reject));
    broken.catch(() => undefined);
    const step = (take: (done: (error?: Error | null) => void) => void): Promise<void> =>
        Promise.race([
            broken,
            new Promise<void>((resolve, reject) => take((error) => (error ? reject(error) : resolve()))),
        ]);
    try {
        await step((done) => line.connect(done));
        if (!line.secure && !isThisMachine(host)) {
            throw new Refused("it offers no encryption, so the engine would not sign in there");
        }
        if (!line.allowsAuth) {
            throw new Refused("it lets nobody sign in with a password");
        }
        await step((done) => line.login({ user: username, pass: password }, done));
        await step((done) => line.send(message.getEnvelope(), content, done));
        line.quit();
    } catch (error) {
        line.close();
        throw error;
    }
}

/** What a step is about, by the command that was answered. */
const subjects: readonly (readonly [RegExp, string])[] = [
    [/^STARTTLS/, "encryption"],
    [/^AUTH/, "the account"],
    [/^MAIL FROM/, "the sender"],
    [/^RCPT TO/, "the recipient"],
    [/^DATA/, "the mail"],
    [/^/, "the greeting"],
];

/** Why a mail was not taken: the server's words where it said some, without the account. */
function reasonOf(error: unknown, { username, password }: MailAccount): string {
    const {
        command = "",
        response,
        code,
        originalCode,
    } = error as {
        readonly command?: string;
        readonly response?: string;
        readonly code?: string;
        readonly originalCode?: string;
    };
    if (typeof response === "string") {
        const [, subject = ""] = subjects.find(([pattern]) => pattern.test(command)) ?? [];
        const said = response
            .trimEnd()
            .split(/\r?\n/)
            .map((line, index) => (index === 0 ? line : line.slice(4)).trim())
            .join(" ");
        return `it refuses ${subject}: ${hidden(said.replace(/^(\d{3})-/, "$1 "), [
            password,
            Buffer.from(`\0${username}\0${password}`).toString("base64"),
        ])}`;
    }
    if (originalCode === undefined && code === "ECONNECTION") {
        return "the connection was closed";
    }
    return unreachable(originalCode === undefined ? error : { code: originalCode }).message;
}

function hidden(said: string, secrets: readonly string[]): string {
    return secrets
        .filter((each) => each !== "")
        .reduce((words, each) => words.replaceAll(each, "(hidden)"), said)
        .slice(0, 200);
}

function trust({ host, ca }: MailAccount): tls.ConnectionOptions {
    return {
        ...(net.isIP(host) === 0 ? { servername: hostOf(`https://${host}`) } : {}),
        ...(ca === undefined ? {} : { ca: besideOthers(ca) }),
    };
}
