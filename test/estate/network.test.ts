/** What a spec says of the network, as components get it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { parseEstate } from "../../estate";
import { connectionOf } from "../../estate/kubeconfig";
import { allAuthorities, authoritiesByHost, certificateFiles } from "../../estate/network";
import { model, spec } from "../support/estate";

const certificate = (name: string): string =>
    readFileSync(path.join(__dirname, "..", "fixtures", "certificates", `${name}.pem`), "utf8");
const [corporate, second] = [certificate("authority"), certificate("second")];

const pem = (name: string): string => Buffer.from(name).toString("base64");

describe("certificate authorities", () => {
    const files = { "corporate.pem": corporate, "gitlab.pem": second, "both.pem": corporate.trim() };

    it("sign for every server with https where they name none", () => {
        const { network } = model(
            {
                gitlab: { url: "https://gitlab.test:8443", clusterUrl: "https://GitLab.inner" },
                registries: { main: { url: "https://harbor.test" } },
                argocd: {
                    url: "https://argocd.test",
                    sso: { clientId: "x", issuer: "https://sso.test/realm" },
                },
                network: { certificateAuthorities: { corporate: { file: "corporate.pem" } } },
            },
            { files },
        );
        assert.deepEqual(Object.keys(authoritiesByHost(network)), [
            "gitlab.inner",
            "gitlab.test",
            "harbor.test",
            "sso.test",
        ]);
    });

    it("are put together for a host, and for everything, each once", () => {
        const { network } = model(
            {
                gitlab: { url: "https://gitlab.test", caFile: "gitlab.pem" },
                network: {
                    certificateAuthorities: {
                        corporate: { file: "corporate.pem", hosts: ["gitlab.test"] },
                        same: { file: "both.pem", hosts: ["chat.test"] },
                    },
                },
            },
            { files },
        );
        assert.deepEqual(authoritiesByHost(network), {
            "chat.test": corporate,
            "gitlab.test": corporate + second,
        });
        assert.equal(allAuthorities(network), corporate + second);
    });

    it("are none where nothing was written, or no file was read", () => {
        assert.equal(allAuthorities(model().network), undefined);
        assert.equal(allAuthorities(model({ gitlab: { caFile: "gitlab.pem" } }).network), undefined);
    });

    it("are refused when they have ended, and mentioned a month before", () => {
        const found = (today: string): unknown[] =>
            parseEstate(spec({ network: { certificateAuthorities: { corporate: { pem: corporate } } } }), {
                today,
            })
                .problems.filter(({ id }) => id === "authority-certificate")
                .map(({ path: at, severity, fix }) => [at, severity, /ende?[sd]? on [0-9-]+/.exec(fix)?.[0]]);
        const at = "network.certificateAuthorities.corporate.pem";
        assert.deepEqual(found("2126-10-01"), []);
        assert.deepEqual(found("2126-10-20"), [[at, "warning", "ends on 2126-11-04"]]);
        assert.deepEqual(found("2127-01-01"), [[at, "error", "ended on 2126-11-04"]]);
    });

    it("are looked for in specs of any shape", () => {
        assert.deepEqual(certificateFiles(undefined), []);
        assert.deepEqual(certificateFiles({ gitlab: 1, network: { certificateAuthorities: "no" } }), []);
        assert.deepEqual(certificateFiles({ network: { certificateAuthorities: { a: null } } }), []);
        assert.deepEqual(
            certificateFiles({
                gitlab: { caFile: "a" },
                network: { certificateAuthorities: { b: { file: "b" } } },
            }),
            ["a", "b"],
        );
    });
});

describe("how Argo CD reaches a member", () => {
    const behind = connectionOf(
        JSON.stringify({
            contexts: [{ name: "member1", context: { cluster: "c" } }],
            clusters: [
                {
                    name: "c",
                    cluster: {
                        server: "https://balancer.test",
                        "tls-server-name": "api.test",
                        "proxy-url": "http://proxy.test:3128",
                        "certificate-authority-data": pem("balancer"),
                    },
                },
            ],
        }),
        "member1",
    );
    assert.ok(behind);
    const context = { servers: { member1: behind.server }, connections: { member1: behind } };

    it("is what the kubeconfig says where its URL is from there", () => {
        const { server, tls, proxyUrl } =
            model({ clusters: { member1: { server: undefined } } }, context).clusters["member1"] ?? {};
        assert.equal(server, "https://balancer.test");
        assert.deepEqual(tls, { serverName: "api.test", trust: { pem: "balancer" } });
        assert.equal(proxyUrl, "http://proxy.test:3128");
    });

    it("is the cluster's own authority where the spec states the URL", () => {
        const { tls, proxyUrl } =
            model({ clusters: { member1: { server: "https://api.test:6443" } } }, context).clusters[
                "member1"
            ] ?? {};
        assert.equal(tls, undefined);
        assert.equal(proxyUrl, undefined);
    });

    it("is what the spec says before anything else", () => {
        const tls = { serverName: "other.test", certificateAuthority: "corporate" };
        const network = { certificateAuthorities: { corporate: { file: "ca.pem" } } };
        const of = (overrides: object): unknown =>
            model(
                { network, clusters: { member1: { tls: { ...tls, ...overrides } } } },
                { ...context, files: { "ca.pem": corporate } },
            ).clusters["member1"]?.tls;
        assert.deepEqual(of({}), { serverName: "other.test", trust: { pem: corporate } });
        assert.deepEqual(of({ certificateAuthority: "public" }), {
            serverName: "other.test",
            trust: "public",
        });
    });

    it("is a public authority where the kubeconfig names none, and nothing new where it verifies none", () => {
        const trust = (cluster: object): unknown =>
            connectionOf(
                JSON.stringify({
                    contexts: [{ name: "x", context: { cluster: "c" } }],
                    clusters: [{ name: "c", cluster: { server: "https://api.test", ...cluster } }],
                }),
                "x",
            )?.trust;
        assert.equal(trust({}), "public");
        assert.equal(trust({ "insecure-skip-tls-verify": true }), undefined);
        assert.equal(trust({ "certificate-authority": "ca.crt" }), undefined);
    });
});

describe("a proxy", () => {
    const network = (proxy: object): Parameters<typeof model>[0] => ({ network: { proxy } });

    it("is for everything but this machine, the cluster's services and what the spec names", () => {
        assert.deepEqual(
            model(network({ url: "http://proxy.test:3128/", noProxy: [".inner.test", "10.0.0.0/8"] })).network
                .proxy,
            {
                url: "http://proxy.test:3128",
                direct: [
                    ".cluster.local",
                    ".inner.test",
                    ".svc",
                    "10.0.0.0/8",
                    "127.0.0.1",
                    "::1",
                    "localhost",
                ],
                pipelines: true,
            },
        );
        assert.equal(model().network.proxy, undefined);
    });

    it("has no login, which everybody could read who sees a pod, and no list in one text", () => {
        for (const [path, proxy] of [
            ["network.proxy.url", { url: "http://me:hunter2@proxy.test:3128" }],
            ["network.proxy.url", { url: "proxy.test:3128" }],
            ["network.proxy.noProxy.0", { url: "http://proxy.test", noProxy: ["a.test,b.test"] }],
        ] as const) {
            const { problems } = parseEstate(spec(network(proxy)));
            assert.ok(
                problems.some((problem) => problem.path === path && problem.severity === "error"),
                JSON.stringify(problems),
            );
            assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
        }
    });
});
