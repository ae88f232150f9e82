/**
 * The doctor's mail, on the sandbox's mail server with TLS and on servers that say no. Not proved here: TLS from the start, whose
 * port no test may listen at.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { sendMail, type MailAccount } from "../../../commands/doctor/channels/mail";
import { ensureAuthority, ensureLeaf } from "../../../sandbox/clusters/pki";
import { startMail, type Mail } from "../../../sandbox/chat/mail";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-mail-"));
const received: Mail[] = [];
const password = "fake-pass-of-a-test";
let port: number;
let ca: string;
let close: () => Promise<void>;

before(async () => {
    const authority = await ensureAuthority(folder, "test");
    const files = { cert: path.join(folder, "leaf.pem"), key: path.join(folder, "leaf.key") };
    const tls = await ensureLeaf(authority, files, { commonName: "server", server: true });
    ca = fs.readFileSync(authority.cert, "utf8");
    ({ port, close } = await startMail({
        host: "127.0.0.1",
        port: 0,
        tls,
        password: () => password,
        received: (mail) => Promise.resolve(void received.push(mail)),
        refused: () => Promise.resolve(),
    }));
});
after(async () => {
    await close();
    fs.rmSync(folder, { recursive: true, force: true });
});

function send(account: Partial<MailAccount>): Promise<string | undefined> {
    return sendMail(
        { host: "127.0.0.1", port, username: "shop", password, ...account },
        {
            from: "Shop <shop@acme.test>",
            to: "ops@acme.test",
            title: "Grüße, 测试",
            words: ".\nA line that begins with a dot, and one that is long: ".padEnd(200, "x"),
            at: new Date("2026-06-01T12:00:00Z"),
        },
        AbortSignal.timeout(10_000),
    );
}

/** A server that greets and then gives its answers in turn, whatever is asked. */
async function talker(context: TestContext, ...answers: readonly string[]): Promise<number> {
    const server = net.createServer((socket) => {
        const left = [...answers];
        const next = (): void => {
            const answer = left.shift();
            if (answer === undefined) {
                socket.destroy();
            } else {
                socket.write(`${answer}\r\n`);
            }
        };
        next();
        socket.on("data", next).on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    return (server.address() as net.AddressInfo).port;
}

describe("a test mail", () => {
    test("signs in over STARTTLS, by the authority that the estate names", async () => {
        assert.equal(await send({ ca }), undefined);
        const [mail] = received;
        assert.deepEqual(mail && { ...mail, text: mail.text.length }, {
            account: "shop",
            from: "shop@acme.test",
            to: ["ops@acme.test"],
            subject: "Grüße, 测试",
            text: 200,
        });
    });
    test("is sent nowhere where the certificate is not trusted, and its credentials neither", async () => {
        const before = received.length;
        assert.match((await send({})) ?? "", /certificate/);
        assert.equal(received.length, before);
    });
    test("is refused with the server's words, without the password", async () => {
        assert.match((await send({ ca, password: "wrong" })) ?? "", /^it refuses the account: 535/);
    });

    test("an account never travels in the open, but on this machine", async (context) => {
        const open = await talker(context, "220 mail", "250-mail\r\n250 AUTH PLAIN");
        assert.match((await send({ host: "0.0.0.0", port: open })) ?? "", /offers no encryption/);
    });
    test("a sender that is not the account's is what is refused", async (context) => {
        const strict = await talker(
            context,
            "220 mail",
            "250-mail\r\n250-SIZE\r\n250 AUTH LOGIN",
            "334 a",
            "334 b",
            "235 ok",
            `550 not your sender, ${password}`,
        );
        assert.equal(await send({ port: strict }), "it refuses the sender: 550 not your sender, (hidden)");
    });
    for (const [title, answers, said] of [
        ["hangs up in the middle", ["220 mail"], /closed/],
        ["takes no password", ["220 mail", "250 mail"], /lets nobody sign in with a password/],
        ["is busy", ["421 come back later"], /^it refuses the greeting: 421 come back later/],
    ] as const) {
        test(`a server that ${title}`, async (context) => {
            assert.match((await send({ port: await talker(context, ...answers) })) ?? "", said);
        });
    }
    test("nobody at the port", async () => {
        assert.match((await send({ port: 9 })) ?? "", /refused/);
    });
});
