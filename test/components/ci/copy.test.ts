/**
 * ci/copy.mjs against a small registry of the test's own, which gives Harbor's answers in the forms of a real Harbor and of
 * the sandbox's. That the sandbox's takes these calls is for test/integration; that a real one does is not proved here.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { copyImage, ignoredProxy, type Order } from "../../../components/ci/scripts/copy.mjs";

const digestOf = (content: string | Buffer): string =>
    `sha256:${createHash("sha256").update(content).digest("hex")}`;

interface Answer {
    readonly status: number;
    readonly body?: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
}

/** Harbor's way to say no. */
const refusal = (status: number, message: string, code = "ERROR"): Answer => ({
    status,
    body: JSON.stringify({ errors: [{ code, message }] }),
});

const password = "S3cret-of-robots";
const basic = `Basic ${Buffer.from(`robot$promote:${password}`).toString("base64")}`;

/** A registry with Harbor's API in front. */
class Registry {
    readonly contents = new Map<string, { readonly body: Buffer; readonly type: string }>();
    readonly tags = new Map<string, string>();
    readonly calls: string[] = [];
    private readonly scripted: { call: RegExp; answer: Answer; times: number }[] = [];
    private readonly server: Server;

    constructor(
        context: TestContext,
        private readonly repository: string,
        private readonly tls?: { readonly key: Buffer; readonly cert: Buffer },
    ) {
        const listener: RequestListener = (request, response) => {
            void this.answer(request).then(({ status, body, headers = {} }) => {
                const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
                response.writeHead(status, { ...length, ...headers });
                response.end(request.method === "HEAD" ? undefined : body);
            });
        };
        this.server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
        context.after(() => {
            this.server.closeAllConnections();
            this.server.close();
        });
    }

    async start(): Promise<this> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return this;
    }

    get url(): string {
        return `${this.tls === undefined ? "http" : "https"}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    get place(): Order["source"] {
        return {
            registry: { url: this.url, username: "robot$promote", password },
            repository: this.repository,
        };
    }

    put(body: string, type: string): { digest: string; size: number; mediaType: string } {
        const digest = digestOf(body);
        this.contents.set(digest, { body: Buffer.from(body), type });
        return { digest, size: Buffer.byteLength(body), mediaType: type };
    }

    /** Answers so, in the place of its own answer, as often as said. */
    script(call: RegExp, answer: Answer, times = Infinity): void {
        this.scripted.push({ call, answer, times });
    }

    private async answer(request: IncomingMessage): Promise<Answer> {
        const parts: Buffer[] = [];
        for await (const part of request) {
            parts.push(part as Buffer);
        }
        const body = Buffer.concat(parts);
        const url = new URL(request.url ?? "", "http://registry");
        const call = `${request.method ?? ""} ${url.pathname}`;
        this.calls.push(call);
        const scripted = this.scripted.find((each) => each.times > 0 && each.call.test(call));
        if (scripted !== undefined) {
            scripted.times--;
            return scripted.answer;
        }
        return url.pathname.startsWith("/v2/") || url.pathname === "/service/token"
            ? this.distribution(url, request, body)
            : this.harbor(call, request);
    }

    private harbor(call: string, request: IncomingMessage): Answer {
        if (request.headers.authorization !== basic) {
            return refusal(401, "unauthorized");
        }
        const reference = /\/artifacts\/(.+)$/.exec(call)?.[1] ?? "";
        const digest = this.tags.get(reference);
        return digest === undefined
            ? refusal(404, `artifact ${reference} not found`)
            : { status: 200, body: JSON.stringify({ digest }) };
    }

    private distribution(url: URL, request: IncomingMessage, body: Buffer): Answer {
        const { authorization } = request.headers;
        if (url.pathname === "/service/token") {
            assert.equal(authorization, basic);
            const scope = url.searchParams.get("scope") ?? "";
            return { status: 200, body: JSON.stringify({ token: `token for ${scope}` }) };
        }
        if (authorization === undefined) {
            const challenge = `Bearer realm="${this.url}/service/token",service="harbor-registry"`;
            return { status: 401, headers: { "www-authenticate": challenge } };
        }
        const needed = request.method === "GET" ? "pull" : "pull,push";
        assert.equal(authorization, `Bearer token for repository:${this.repository}:${needed}`);
        const [, kind, reference = ""] = /\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
        switch (request.method) {
            case "POST":
                return {
                    status: 202,
                    headers: { location: `/v2/${this.repository}/blobs/uploads/1?_state=x` },
                };
            case "PUT": {
                const digest = url.searchParams.get("digest") ?? digestOf(body);
                assert.equal(digestOf(body), digest, "what is pushed is what it is called");
                this.contents.set(digest, { body, type: String(request.headers["content-type"]) });
                if (kind === "manifests" && !reference.startsWith("sha256:")) {
                    this.tags.set(reference, digest);
                }
                return { status: 201 };
            }
            default: {
                const found = this.contents.get(reference);
                return found === undefined
                    ? refusal(404, "not found", "NOT_FOUND")
                    : { status: 200, body: found.body, headers: { "content-type": found.type } };
            }
        }
    }
}

const imageType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

/** An image for two platforms, whose layers have this content. Its digest is that of the tag. */
function pushImage(registry: Registry, tag: string, content: string): string {
    const manifests = ["amd64", "arm64"].map((architecture) => {
        const config = registry.put(JSON.stringify({ architecture }), "application/octet-stream");
        const layer = registry.put(`${content} for ${architecture}`, "application/octet-stream");
        const foreign = { ...layer, digest: digestOf("elsewhere"), urls: ["https://elsewhere.test/layer"] };
        const manifest = { schemaVersion: 2, mediaType: imageType, config, layers: [layer, foreign] };
        return registry.put(JSON.stringify(manifest), imageType);
    });
    const { digest } = registry.put(
        JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }),
        indexType,
    );
    registry.tags.set(tag, digest);
    return digest;
}

/** Two registries, the source with image `t1`; and what copying it comes to. */
async function scene(
    context: TestContext,
    tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<{
    from: Registry;
    to: Registry;
    digest: string;
    reported: string[];
    copy: (change?: Partial<Order>) => ReturnType<typeof copyImage>;
}> {
    const from = await new Registry(context, "web-dev/web", tls).start();
    const to = await new Registry(context, "web-test/web").start();
    const reported: string[] = [];
    const order: Order = {
        source: from.place,
        target: to.place,
        tag: "t1",
        acceptPresent: false,
        patience: { attempts: 3, pauseSeconds: 0, timeoutSeconds: 5 },
        report: (line) => reported.push(line),
    };
    const digest = pushImage(from, "t1", "one");
    return { from, to, digest, reported, copy: (change) => copyImage({ ...order, ...change }) };
}

const failure = async (copied: Promise<unknown>): Promise<string> => {
    const error: unknown = await copied.then(
        () => assert.fail("it was copied"),
        (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    assert.equal(error.constructor.name, "CopyError", error.stack);
    assert.equal(error.message.includes(password), false);
    assert.equal(error.message.includes(basic), false);
    return error.message;
};

test("between registries an image of several platforms goes whole, and what the target has is not sent again", async (context) => {
    const { from, to, digest, copy } = await scene(context);
    to.put("one for amd64", "application/octet-stream");
    assert.deepEqual(await copy(), { outcome: "copied", digest });
    assert.equal(to.tags.get("t1"), digest);
    assert.deepEqual([...to.contents.keys()].sort(), [...from.contents.keys()].sort());
    assert.equal(to.contents.get(digest)?.type, indexType);
    const uploads = to.calls.filter((call) => call.startsWith("POST"));
    assert.equal(uploads.length, 3, "two configurations and one layer");
    assert.deepEqual(await copy(), { outcome: "present", digest });
});

test("a registry that sends to its storage is followed, and the storage is shown no credential", async (context) => {
    const { from, copy } = await scene(context);
    const seen: (string | undefined)[] = [];
    const storage = createServer((request, response) => {
        seen.push(request.headers.authorization);
        const digest = `sha256:${request.url?.slice(1) ?? ""}`;
        response.end(from.contents.get(digest)?.body);
    });
    await new Promise<void>((resolve) => storage.listen(0, "127.0.0.1", resolve));
    context.after(() => {
        storage.closeAllConnections();
        storage.close();
    });
    const { port } = storage.address() as AddressInfo;
    const layer = digestOf("one for amd64");
    from.script(new RegExp(`GET .*blobs/${layer}`), {
        status: 307,
        headers: { location: `http://127.0.0.1:${port}/${layer.slice("sha256:".length)}` },
    });
    assert.equal((await copy()).outcome, "copied");
    assert.deepEqual(seen, [undefined]);
});

test("a manifest that is not what it is called is not copied", async (context) => {
    const { from, to, digest, copy } = await scene(context);
    from.contents.set(digest, { body: Buffer.from("{}"), type: indexType });
    assert.match(await failure(copy()), /is not what it is called: its content is sha256:/);
    assert.equal(to.tags.size, 0);
});

test("a server that fails for a while is asked again, one that fails for long ends it", async (context) => {
    const { from, to, digest, reported, copy } = await scene(context);
    from.script(/GET .*blobs/, { status: 503 }, 2);
    assert.deepEqual(await copy(), { outcome: "copied", digest });
    assert.equal(reported.length, 2);
    assert.match(reported[0] ?? "", /^copying \S+ to \S+: status 503; trying again$/);
    to.tags.clear();
    to.script(/PUT .*manifests/, refusal(500, "database is away"));
    assert.match(
        await failure(copy()),
        /failed 3 times, the last time with status 500 \(database is away\)\. Nothing/,
    );
    const closed = { ...from.place, registry: { ...from.place.registry, url: "http://127.0.0.1:1" } };
    assert.match(
        await failure(copy({ source: closed })),
        /failed 3 times, the last time with no answer \(.*ECONNREFUSED/,
    );
});

/** Harbor's own copy: the same server as source and target. */
async function inside(context: TestContext): Promise<{ harbor: Registry; copy: () => Promise<unknown> }> {
    const { from, copy } = await scene(context);
    const target = { ...from.place, repository: "web-test/web" };
    // The target's project has no such tag.
    from.script(/GET .*\/projects\/web-test\//, refusal(404, "artifact not found"));
    return { harbor: from, copy: () => copy({ target }) };
}

const words: [title: string, answer: Answer, meaning: RegExp][] = [
    [
        "the image is gone",
        refusal(400, "artifact web-dev/web@sha256:1 not found"),
        /web-dev\/web@sha256:\w+ is gone: .*retention.*Deliver the version again\.$/,
    ],
    [
        "the image is gone between two looks of Harbor's",
        refusal(404, "artifact web-dev/web@sha256:1 not found"),
        /web-dev\/web@sha256:\w+ is gone: .*retention/,
    ],
    [
        "no project",
        refusal(404, "project web-test not found"),
        /the project of \S+web-test\/web is not there: .*An update of the estate with --refresh makes it again\.$/,
    ],
    [
        "no right",
        refusal(403, "forbidden", "FORBIDDEN"),
        /may not copy into the project of \S+web-test\/web.*permissions/,
    ],
    [
        "the quota is used up",
        refusal(403, "adding 1.0 MiB of storage resource will exceed the configured upper limit", "DENIED"),
        /project of \S+ has no room, its quota is used up: .*status 403 \(adding .*storageGiB/,
    ],
    [
        "Harbor is read-only",
        refusal(403, "The system is in read only mode. Any modification is prohibited.", "DENIED"),
        /^127\.0\.0\.1:\d+ is in read-only mode: .*administrator/,
    ],
    [
        "an immutable tag",
        refusal(412, "the tag stable configured as immutable, cannot be updated", "PRECONDITION"),
        /cannot be overwritten: .*status 412 \(the tag stable configured as immutable/,
    ],
    [
        "something new",
        refusal(418, "I'm a teapot"),
        /the registry refused to copy .*status 418 \(I'm a teapot\)\.$/,
    ],
];

for (const [title, answer, meaning] of words) {
    test(`Harbor's own copy is refused: ${title}`, async (context) => {
        const { harbor, copy } = await inside(context);
        harbor.script(/POST .*\/artifacts/, answer);
        assert.match(await failure(copy()), meaning);
    });
}

test("an image that was never there, and a target that has it while the source lost it", async (context) => {
    const { from, to, digest, copy } = await scene(context);
    from.tags.clear();
    assert.match(
        await failure(copy()),
        /web-dev\/web:t1 does not exist: GET \S+ was answered with status 404 \(artifact t1 not found\)\. .*retention/,
    );
    to.tags.set("t1", digest);
    assert.deepEqual(await copy(), { outcome: "gone from source", digest });
});

test("a tag that is another image is never overwritten, and after a merge not even compared", async (context) => {
    const { from, to, copy } = await scene(context);
    const other = pushImage(to, "t1", "another");
    assert.match(await failure(copy()), /is another image .*the tag is not overwritten/);
    from.calls.length = 0;
    assert.deepEqual(await copy({ acceptPresent: true }), { outcome: "present", digest: other });
    assert.deepEqual(from.calls, []);
});

test("a wrong password, a disabled and an expired robot", async (context) => {
    const { from, copy } = await scene(context);
    from.script(/GET \/api/, refusal(401, "unauthorized"));
    assert.match(await failure(copy()), /cannot read .*status 401 \(unauthorized\)\. .*disabled\? .*expired/);
});

test("a robot that may not pull: a token that permits nothing, or none", async (context) => {
    const really = await scene(context);
    really.from.script(/GET .*manifests/, refusal(401, "unauthorized to access repository"));
    assert.match(await failure(really.copy()), /may not pull \S+web-dev\/web: .*status 401/);
    const older = await scene(context);
    older.from.script(/GET \/service\/token/, refusal(401, "unauthorized"));
    assert.match(await failure(older.copy()), /is not let in: GET \S+\/service\/token\?\S+ .*status 401/);
});

test("an image that its project hands out to nobody, because it is not scanned, is not taken for a missing one", async (context) => {
    const { from, copy } = await scene(context);
    from.script(
        /GET .*manifests/,
        refusal(
            412,
            "current image without vulnerability scanning cannot be pulled",
            "PROJECTPOLICYVIOLATION",
        ),
    );
    assert.match(await failure(copy()), /refuses to hand out the image: .*412 .*scan it/);
});

test("a quota that is used up, at the upload or, where there was room for the layers, at the manifest", async (context) => {
    for (const call of [/POST .*uploads/, /PUT .*manifests/]) {
        const { to, copy } = await scene(context);
        to.script(call, refusal(403, "will exceed the configured upper limit", "DENIED"));
        assert.match(
            await failure(copy()),
            /the project of \S+web-test\/web has no room, its quota is used up: /,
        );
    }
});

test("certificates: a private authority is refused, but for the job's, the runner's, the estate's, and insecure", async (context) => {
    const folder = mkdtempSync(path.join(tmpdir(), "certificate-"));
    context.after(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
    const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=harbor -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`;
    execFileSync("openssl", options.split(" "), { stdio: "pipe" });
    const { from, to, copy } = await scene(context, { key: readFileSync(key), cert: readFileSync(cert) });
    assert.match(await failure(copy()), /no answer \(.*self-signed certificate/);
    const insecure = { ...from.place, registry: { ...from.place.registry, insecure: true } };
    assert.equal((await copy({ source: insecure })).outcome, "copied");
    for (const variable of [
        ...["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"],
        ...["CI_SERVER_TLS_CA_FILE", "ESTATE_CA_FILE"],
    ]) {
        to.tags.clear();
        const before = process.env[variable];
        process.env[variable] = cert;
        try {
            assert.equal((await copy()).outcome, "copied", variable);
        } finally {
            if (before === undefined) {
                delete process.env[variable];
            } else {
                process.env[variable] = before;
            }
        }
    }
});

test("a Node that would go past a proxy says so", () => {
    const proxy = { HTTPS_PROXY: "http://proxy.test:3128" };
    for (const version of ["20.20.2", "22.20.0", "23.11.0", "24.4.1"]) {
        assert.match(
            ignoredProxy(proxy, version) ?? "",
            /^HTTPS_PROXY is set, but Node \S+ cannot use a proxy/,
        );
        assert.equal(ignoredProxy({ https_proxy: "" }, version), undefined);
    }
    for (const version of ["22.21.0", "24.5.0", "26.0.0"]) {
        assert.equal(ignoredProxy(proxy, version), undefined);
    }
});
