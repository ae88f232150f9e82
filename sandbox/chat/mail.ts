/** A mail server that takes what Argo CD sends: SMTP, with the account of the channel. */
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

import { tlsOf, type TlsFiles } from "../support/server";
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
    /** With them it offers STARTTLS, and lets nobody sign in before. */
    readonly tls?: TlsFiles | undefined;
    /** Password of an account. */
    readonly password: (account: string) => string;
    readonly received: (mail: Mail) => Promise<void>;
    readonly refused: (account: string, code: string, reason: string) => Promise<void>;
}

/** Largest mail, in bytes. */
const largest = 1024 * 1024;

/** Starts the server; resolves with a function that ends it. Port 0 takes a free one. */
export async function startMail(
    options: MailOptions,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
    const refuse = async (account: string, code: number, reason: string): Promise<never> => {
        await options.refused(account, String(code), reason);
        throw new Refusal(code, reason);
    };
    const signIn = async (account: string, password: string): Promise<string> =>
        account !== "" && sameText(password, options.password(account))
            ? account
            : refuse(account, 535, "authentication failed");
    const server = new SMTPServer({
        name: "sandbox",
        // The chat's log says what arrived and what was refused.
        logger: false,
        ...(options.tls === undefined
            ? { disabledCommands: ["STARTTLS"], allowInsecureAuth: true }
            : tlsOf(options.tls)),
        authMethods: ["PLAIN"],
        // Mail without an account is refused below, where the refusal is recorded too.
        authOptional: true,
        disableReverseLookup: true,
        size: largest,
        socketTimeout: 60_000,
        closeTimeout: 1,
        onAuth: ({ username, password }, _session, callback) => {
            signIn(username ?? "", password ?? "").then((user) => callback(null, { user }), callback);
        },
        onMailFrom: (_sender, session, callback) => {
            const account = accountOf(session);
            (account === "" ? refuse("", 530, "authentication required") : Promise.resolve()).then(
                () => callback(),
                callback,
            );
        },
        onData: (stream, session, callback) => {
            const receive = async (): Promise<void> => {
                const source = await buffer(stream);
                if (stream.sizeExceeded) {
                    throw new Refusal(552, "message too large");
                }
                const { mailFrom, rcptTo } = session.envelope;
                await options.received({
                    account: accountOf(session),
                    from: mailFrom === false ? "" : mailFrom.address,
                    to: rcptTo.map(({ address }) => address),
                    ...(await parseMail(source)),
                });
            };
            receive().then(() => callback(), callback);
        },
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.host, () => {
            server.off("error", reject);
            resolve();
        });
    });
    // A client that goes away in the middle of a mail ends nothing but its connection.
    server.on("error", () => undefined);
    return {
        port: (server.server.address() as AddressInfo).port,
        close: () => new Promise((resolve) => server.close(resolve)),
    };
}

/** An answer of SMTP that says no. */
class Refusal extends Error {
    constructor(
        readonly responseCode: number,
        reason: string,
    ) {
        super(reason);
    }
}

/** The account that signed in; empty before. */
function accountOf(session: SMTPServerSession): string {
    return typeof session.user === "string" ? session.user : "";
}

/** Subject and text of a mail, in whatever encoding. */
export async function parseMail(source: string | Buffer): Promise<{ subject: string; text: string }> {
    const { subject = "", text, html } = await PostalMime.parse(source);
    return { subject, text: (text ?? html ?? "").trimEnd() };
}
