import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { ensureServersPki } from "../../clusters/pki";
import { fetchTrusting } from "../../support/fetch";
import { sandboxLayout } from "../../support/layout";
import { createServer, listen } from "../../support/server";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sandbox-server-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test("a server with a certificate is believed by those who trust its authority, and by nobody else", async (t) => {
    const pki = await ensureServersPki(sandboxLayout(folder));
    const options = { tls: pki.server };
    const server = createServer(options);
    server.post("/echo", (request) => ({ got: request.body }));
    server.get("/nothing", (_request, reply) => reply.code(204).send());
    const url = await listen(server, { host: "127.0.0.1", port: 0 }, options);
    t.after(() => server.close());

    assert.match(url, /^https:/);
    const ask = fetchTrusting(fs.readFileSync(pki.ca.cert, "utf8"));
    const answer = await ask(`${url}/echo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"a":1}',
    });
    assert.deepEqual([answer.status, await answer.json()], [200, { got: { a: 1 } }]);
    assert.equal((await ask(`${url}/nothing`)).status, 204);
    await assert.rejects(fetch(`${url}/nothing`), (error: Error) =>
        /certificate/.test(String((error.cause as Error).message)),
    );
});

test("a server below a path is nowhere else, and its pages link to where it is", async (t) => {
    const options = { basePath: "/gitlab" };
    const server = createServer(options);
    server.get("/", (_request, reply) =>
        reply.type("text/html").send('<a href="/acme">acme</a> <a href="//elsewhere/">else</a>'),
    );
    server.get("/acme", (request) => ({ url: request.url }));
    const url = await listen(server, { host: "127.0.0.1", port: 0 }, options);
    t.after(() => server.close());
    const { origin } = new URL(url);

    assert.equal(url, `${origin}/gitlab`);
    const page = '<a href="/gitlab/acme">acme</a> <a href="//elsewhere/">else</a>';
    for (const root of [url, `${url}/`]) {
        assert.equal(await (await fetch(root)).text(), page);
    }
    assert.deepEqual(await (await fetch(`${url}/acme?a=b`)).json(), { url: "/acme?a=b" });
    for (const beside of ["/acme", "/", "/gitlabs/acme", "/gitlabacme"]) {
        assert.equal((await fetch(origin + beside)).status, 404, beside);
    }
});
