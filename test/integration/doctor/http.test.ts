/** The doctor's calls: how long they wait, whom they trust, what way they take, and what they say when there is no answer. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { client, Unreachable, type Connection } from "../../../commands/doctor/http";
import { proxied } from "../../../commands/doctor/connections";
import { ensureAuthority, ensureLeaf } from "../../../sandbox/clusters/pki";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-http-"));
const servers: net.Server[] = [];
let ca: string;
let secure: string;
let plain: string;

async function listen(server: net.Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
    return (server.address() as net.AddressInfo).port;
}

before(async () => {
    const authority = await ensureAuthority(dir, "test");
    const leaf = await ensureLeaf(
        authority,
        { cert: path.join(dir, "leaf.pem"), key: path.join(dir, "leaf.key") },
        { commonName: "server", server: true },
    );
    ca = fs.readFileSync(authority.cert, "utf8");
    const answer: http.RequestListener = ({ url, headers }, response) =>
        void response.end(JSON.stringify({ url, token: headers["private-token"] }));
    const files = { cert: fs.readFileSync(leaf.cert), key: fs.readFileSync(leaf.key) };
    secure = `https://127.0.0.1:${await listen(https.createServer(files, answer))}`;
    plain = `http://127.0.0.1:${await listen(http.createServer(answer))}`;
});
after(() => {
    servers.forEach((server) => server.close());
    fs.rmSync(dir, { recursive: true, force: true });
});

async function ask(connection: Partial<Connection> & { url: string }, timeout = 2000): Promise<unknown> {
    const { ask: call, close } = client(
        { headers: { "private-token": "s3cret" }, ...connection },
        AbortSignal.timeout(5000),
        timeout,
    );
    try {
        return (await call("GET", "/a?b=c")).body;
    } catch (error) {
        assert.ok(error instanceof Unreachable, String(error));
        assert.doesNotMatch(error.message, /s3cret/);
        return error.message;
    } finally {
        close();
    }
}

const answered = { url: "/a?b=c", token: "s3cret" };

describe("who is trusted", () => {
    test("a server of a private authority, when the authority is named", async () => {
        assert.deepEqual(await ask({ url: secure, ca }), answered);
        assert.match(String(await ask({ url: secure })), /authority that is not known/);
        assert.deepEqual(await ask({ url: secure, insecure: true }), answered);
    });
    test("beside those that it is started with: a server behind a proxy that opens TLS may show either", async () => {
        const other = await ensureAuthority(path.join(dir, "other"), "other");
        const named = { url: secure, ca: fs.readFileSync(other.cert, "utf8") };
        assert.match(String(await ask(named)), /certificate/);
        const before = process.env["NODE_EXTRA_CA_CERTS"];
        const extra = path.join(dir, "extra.pem");
        fs.writeFileSync(extra, ca.trimEnd());
        process.env["NODE_EXTRA_CA_CERTS"] = extra;
        try {
            assert.deepEqual(await ask(named), answered);
        } finally {
            delete process.env["NODE_EXTRA_CA_CERTS"];
            Object.assign(process.env, before === undefined ? {} : { NODE_EXTRA_CA_CERTS: before });
        }
    });

    test("a certificate for another name is refused", async () => {
        const url = secure.replace("127.0.0.1", "localhost");
        assert.match(String(await ask({ url, ca, serverName: "other.test" })), /another name/);
    });
});

describe("no answer", () => {
    test("a closed port, an unknown name, a server that is silent", async () => {
        const closed = net.createServer();
        const port = await listen(closed);
        await new Promise((resolve) => closed.close(resolve));
        assert.match(String(await ask({ url: `http://127.0.0.1:${port}` })), /refused/);

        const held: net.Socket[] = [];
        const mute = await listen(net.createServer((socket) => void held.push(socket)));
        const started = Date.now();
        assert.match(String(await ask({ url: `http://127.0.0.1:${mute}` }, 300)), /no answer within 0.3 s/);
        assert.ok(Date.now() - started < 2000, "it waited longer than it says");
        held.forEach((socket) => socket.destroy());
        assert.match(String(await ask({ url: plain.replace("http:", "https:") })), /TLS/);
    });
});

describe("a proxy", () => {
    test("is asked for plain and for encrypted calls; the token is only for the server", async () => {
        const seen: string[] = [];
        const proxy = http.createServer((request, response) => {
            seen.push(`${request.method} ${request.url}`);
            const target = new URL(request.url ?? "");
            http.get(target, { headers: request.headers }, (answer) => answer.pipe(response));
        });
        proxy.on("connect", (request, socket: net.Socket) => {
            seen.push(`CONNECT ${request.url} ${String(request.headers["private-token"])}`);
            const [host = "", port] = (request.url ?? "").split(":");
            const way = net.connect(Number(port), host, () => {
                socket.write("HTTP/1.1 200 OK\r\n\r\n");
                way.pipe(socket).pipe(way);
            });
            way.on("error", () => socket.destroy());
            socket.on("error", () => way.destroy());
        });
        const url = `http://127.0.0.1:${await listen(proxy)}`;
        assert.deepEqual(await ask({ url: plain, proxy: url }), answered);
        assert.deepEqual(await ask({ url: secure, ca, proxy: url }), answered);
        assert.deepEqual(seen, [`GET ${plain}/a?b=c`, `CONNECT ${new URL(secure).host} undefined`]);
    });
    test("is read from the environment, but for this machine and what no_proxy names", () => {
        const env = { https_proxy: "proxy.test:3128", NO_PROXY: ".corp.test,10.0.0.0/8,only.test:8443" };
        assert.deepEqual(proxied("https://gitlab.test", env), { proxy: "http://proxy.test:3128" });
        for (const direct of [
            "http://gitlab.test",
            "https://git.corp.test",
            "https://corp.test",
            "https://10.1.2.3:6443",
            "https://127.0.0.1:1",
            "https://only.test:8443",
        ]) {
            assert.deepEqual(proxied(direct, env), {}, direct);
        }
        assert.deepEqual(proxied("https://only.test", env), { proxy: "http://proxy.test:3128" });
    });
});
