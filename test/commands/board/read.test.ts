/** What is read from servers: real sockets on this machine, with answers as GitLab and a Kubernetes API give them. */
import assert from "node:assert/strict";
import * as http from "node:http";
import * as net from "node:net";
import { after, before, describe, test } from "node:test";
import { flux } from "../../../commands/board/engines/flux";
import { boardOf } from "../../../commands/board/model";
import { boardPage } from "../../../commands/board/page";
import { imagesOn, readFound } from "../../../commands/board/read";
import { credentialNeeds } from "../../../estate/credentials";
import type { Estate } from "../../../estate/model";
import type { Found } from "../../../commands/board/found";
import { client } from "../../../commands/doctor/http";
import { CommandError } from "../../../commands/support/console";
import { model } from "../../support/estate";
import { now } from "./support";

const id = "0123456789".repeat(4);
const revision = "a".repeat(40);
const marker = "mark3r-of-a-secret";

interface Call {
    readonly method: string;
    readonly url: URL;
    readonly headers: http.IncomingHttpHeaders;
}

let calls: Call[] = [];
/** What the server says; undefined: 404. */
let answer: (call: Call) => unknown = () => undefined;
const server = http.createServer((request, response) => {
    const call = {
        method: request.method ?? "",
        url: new URL(request.url ?? "", "http://x"),
        headers: request.headers,
    };
    calls.push(call);
    const found = answer(call);
    const status = typeof found === "number" ? found : found === undefined ? 404 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(found ?? {}));
});
let here = "";

before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    here = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
});
after(() => server.close());

const estateHere = (): Estate =>
    model({ gitlab: { url: `http://${here}`, plainHttp: true }, apps: { api: undefined } });

const kubeconfig = (address: string): string =>
    JSON.stringify({
        contexts: ["host", "member1"].map((name) => ({ name, context: { cluster: "host", user: "host" } })),
        clusters: [{ name: "host", cluster: { server: `http://${address}` } }],
        users: [{ name: "host", user: { token: marker } }],
    });

/** Every secret there is, marked. */
function secrets(estate: Estate, address = here): unknown {
    const found: Record<string, unknown> = {};
    for (const { path } of credentialNeeds(estate)) {
        let at = found;
        for (const key of path.slice(0, -1)) {
            at = (at[key] ??= {}) as Record<string, unknown>;
        }
        at[path.at(-1) ?? ""] = path.at(-1) === "kubeconfig" ? kubeconfig(address) : marker;
    }
    return found;
}

const read = (estate: Estate, address = here, exported: unknown = {}): Promise<Found> => {
    calls = [];
    return readFound(
        estate,
        { credentials: secrets(estate, address), folder: ".", env: {} },
        Promise.resolve(exported as Awaited<Parameters<typeof readFound>[2]>),
    );
};

const application = (name: string): unknown => ({
    metadata: { name, annotations: { secret: marker } },
    spec: { source: { helm: { values: marker } } },
    status: {
        health: { status: "Healthy", message: marker },
        sync: { status: "Synced" },
        summary: { images: [`harbor.test/${name.replace(/-member\d$/, "")}/web:${id.slice(0, 10)}`] },
        history: [{ revision, deployedAt: "2031-05-05T10:00:00Z" }],
        operationState: { message: marker },
    },
});

/** GitLab and the host at one address, two pages of each list. */
function all({ url }: Call): unknown {
    const names = ["web-dev-member1", "web-test-member1", "web-prod-member1", "web-prod-member2"];
    switch (url.pathname) {
        case "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications":
            return url.searchParams.get("continue") === "next"
                ? { items: names.slice(2).map(application), metadata: {} }
                : { items: names.slice(0, 2).map(application), metadata: { continue: "next" } };
        case "/api/v4/groups/acme/merge_requests": {
            const page = Number(url.searchParams.get("page"));
            return Array.from({ length: page === 1 ? 100 : 1 }, (_, index) => ({
                iid: page * 1000 + index,
                title: "Promote",
                author: { username: "bob" },
                created_at: "2031-05-04T00:00:00Z",
                source_branch: "dev",
                target_branch: "test",
                references: { full: `acme/shop/web-config!${page * 1000 + index}` },
            }));
        }
        case "/api/v4/personal_access_tokens/self":
            return { expires_at: "2031-06-01", token: marker };
        case `/api/v4/projects/acme%2Fshop%2Fweb/repository/commits/${id.slice(0, 10)}`:
        case `/api/v4/projects/acme%2Fshop%2Fweb-config/repository/commits/${revision}`:
            return { id, title: "Say hello", author_name: "Bob", committed_date: "2031-05-01T00:00:00Z" };
        default:
            return undefined;
    }
}

describe("servers that answer", () => {
    test("are read to the end of every list, each commit once, and nothing is written", async () => {
        answer = all;
        const estate = estateHere();
        const found = await read(estate);
        const board = boardOf(estate, { stack: "dev", now, live: true, found });
        assert.deepEqual(board.unknown, []);
        assert.equal(board.requests.length, 101);
        const states = board.apps.flatMap(({ places }) => places.map(({ state }) => state));
        assert.equal(states.length, 4);
        for (const state of states) {
            assert.ok("value" in state);
            assert.deepEqual(state.value.versions, { value: [{ tag: id.slice(0, 10) }] });
            assert.ok(state.value.commit !== undefined && "value" in state.value.commit);
            assert.equal(state.value.commit.value.title, "Say hello");
        }
        assert.ok(calls.every(({ method }) => method === "GET"));
        assert.equal(calls.filter(({ url }) => url.pathname.includes("/commits/")).length, 2);
    });

    test("leave no secret in the board, the page or what could not be read", async () => {
        answer = all;
        const estate = estateHere();
        const state = {
            deployment: {
                resources: [
                    {
                        urn: "urn:pulumi:x::y::t::config-web-writer",
                        type: "gitlab:index/projectAccessToken:ProjectAccessToken",
                        inputs: { description: marker },
                        outputs: { name: "config-writer-g1", token: marker, expiresAt: "2031-06-01" },
                    },
                ],
            },
        };
        for (const say of [all, () => 401, () => ({ message: marker }), () => undefined]) {
            answer = say;
            const found = await read(estate, here, state);
            const board = boardOf(estate, { stack: "dev", now, live: true, found });
            const written = ["en", "zh"].map((language) =>
                boardPage(board, { language: language as "en", rotateBeforeDays: 30 }),
            );
            assert.doesNotMatch([JSON.stringify(board), ...written].join("\n"), new RegExp(marker));
        }
        // The marks were there to be found: they opened the servers.
        assert.ok(calls.some(({ headers }) => headers["private-token"] === marker));
        assert.ok(calls.some(({ headers }) => headers.authorization === `Bearer ${marker}`));
    });
});

describe("Flux", () => {
    const object = (
        app: string,
        environment: string,
        cluster: string,
        status: object,
        spec = {},
    ): unknown => ({
        metadata: {
            name: `${app}-${environment}-${cluster}`,
            namespace: "flux-shop",
            labels: { "gitops-estate/app": app, "gitops-estate/environment": environment },
        },
        spec,
        status,
    });
    const ready = (status: string): object[] => [
        { type: "Ready", status, message: marker, lastTransitionTime: "2031-05-05T09:00:00Z" },
    ];
    const workload = (namespace: string, image: string): unknown => ({
        metadata: { namespace },
        spec: { template: { spec: { containers: [{ image, env: [{ value: marker }] }] } } },
    });
    const says: Readonly<Record<string, unknown>> = {
        "/apis/helm.toolkit.fluxcd.io/v2/helmreleases": {
            items: [
                object("web", "dev", "member1", {
                    conditions: ready("True"),
                    history: [{ chartVersion: "0.1.0+aaaaaaaaaaaa", lastDeployed: "2031-05-05T08:00:00Z" }],
                }),
                // Of the same name, and nobody's of the estate.
                { metadata: { name: "web-test-member1", namespace: "other", labels: {} }, status: {} },
            ],
        },
        "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations": {
            items: [
                object("web", "prod", "member1", {
                    conditions: ready("False"),
                    lastAppliedRevision: `prod@sha1:${revision}`,
                    lastAttemptedRevision: `prod@sha1:${"b".repeat(40)}`,
                }),
                object("web", "prod", "member2", { conditions: ready("Unknown") }, { suspend: true }),
            ],
        },
        "/apis/apps/v1/deployments": { items: [workload("web-dev", "harbor.test/web-dev/web:1")] },
        "/apis/apps/v1/statefulsets": { items: [workload("web-dev", "postgres:18")] },
        "/apis/apps/v1/daemonsets": { items: [] },
    };

    test("is read from its objects on the host and from the workloads on the clusters", async () => {
        const { ask: host, close } = asking();
        answer = ({ url }) => says[url.pathname];
        const estate = estateHere();
        const context = { credentials: secrets(estate), folder: ".", env: {} };
        const found = await flux.read(
            {
                host,
                images: (name) =>
                    name === "member1"
                        ? imagesOn(estate, name, context, AbortSignal.timeout(5000))
                        : Promise.resolve({
                              unknown: { kind: "refused", server: "cluster member2", status: 403 },
                          }),
            },
            estate,
        );
        close();
        assert.deepEqual(found, {
            "web-dev-member1": {
                images: { value: ["harbor.test/web-dev/web:1", "postgres:18"] },
                health: "healthy",
                sync: "synced",
                revision: "aaaaaaaaaaaa",
                since: "2031-05-05T08:00:00Z",
            },
            "web-prod-member1": {
                images: { value: [] },
                health: "degraded",
                sync: "differs",
                revision,
                since: "2031-05-05T09:00:00Z",
            },
            "web-prod-member2": {
                images: { unknown: { kind: "refused", server: "cluster member2", status: 403 } },
                health: "suspended",
                sync: "unknown",
            },
        });
        assert.doesNotMatch(JSON.stringify(found), new RegExp(marker));
    });

    test("that is not installed delivers nothing; a host that refuses is no host without Flux", async () => {
        const { ask: host, close } = asking();
        const images = (): never => assert.fail("no cluster is asked");
        answer = () => undefined;
        assert.deepEqual(await flux.read({ host, images }, estateHere()), {});
        answer = () => 403;
        await assert.rejects(flux.read({ host, images }, estateHere()), { status: 403 });
        close();
    });

    const asking = (): ReturnType<typeof client> =>
        client({ url: `http://${here}`, headers: {} }, AbortSignal.timeout(5000));
});

describe("servers that do not", () => {
    test("are unknown by their own words, and one that is silent is not asked for every commit", async () => {
        const closed = net.createServer();
        await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
        const nowhere = `127.0.0.1:${(closed.address() as net.AddressInfo).port}`;
        await new Promise((resolve) => closed.close(resolve));

        answer = () => 403;
        const refused = await read(estateHere());
        assert.deepEqual(refused.requests, { unknown: { kind: "refused", server: "GitLab", status: 403 } });
        assert.deepEqual(refused.running["argocd"], {
            unknown: { kind: "refused", server: "cluster host", status: 403 },
        });

        answer = all;
        const host = await read(estateHere(), nowhere);
        assert.deepEqual(host.running["argocd"], {
            unknown: { kind: "unreachable", server: "cluster host", detail: "the connection is refused" },
        });
        assert.ok("value" in host.requests);

        const elsewhere = model({ gitlab: { url: `http://${nowhere}`, plainHttp: true } });
        const gitlab = await read(elsewhere);
        const unknown = { kind: "unreachable", server: "GitLab", detail: "the connection is refused" };
        assert.deepEqual(gitlab.requests, { unknown });
        assert.ok(Object.values(gitlab.commits).length > 0);
        assert.deepEqual(
            [...new Set(Object.values(gitlab.commits).map((each) => JSON.stringify(each)))],
            [JSON.stringify({ unknown })],
        );
    });

    test("that answer with something else are refused, and no list counts as empty", async () => {
        answer = () => "<html>sign in</html>";
        const found = await read(estateHere());
        assert.ok("unknown" in found.requests);
        assert.ok("unknown" in (found.running["argocd"] ?? {}));
    });

    test("a state that cannot be read leaves the servers' part as it is", async () => {
        answer = all;
        const estate = estateHere();
        const found = await readFound(
            estate,
            { credentials: secrets(estate), folder: ".", env: {} },
            Promise.reject(new CommandError("pulumi stack export failed:\nno stack")),
        );
        assert.deepEqual(found.credentials, {
            unknown: { kind: "unreachable", server: "pulumi", detail: "pulumi stack export failed:" },
        });
        assert.ok("value" in found.requests);
    });
});
