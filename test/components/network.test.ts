/** That certificate authorities, server names, proxies and the mirror's login reach what speaks to the servers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { load } from "js-yaml";
import { pipelineFiles, pipelineProxy } from "../../components/ci/settings";
import { preparedArgoCd } from "../../components/engines/argocd";
import { connectionConfig } from "../../components/engines/argocd/cluster";
import { installedObjects } from "../../components/engines/argocd/images/install";
import { withCertificates, withProxy } from "../../components/engines/argocd/install/controlPlane";
import { patchManifests } from "../../components/engines/argocd/install/patches";
import { argocdSettings, commandParameters } from "../../components/engines/argocd/install/settings";
import { relayHost } from "../../components/engines/argocd/notifications/notifications";
import { relayHost as fluxRelayHost } from "../../components/engines/flux/notifications/notifications";
import { relayObjects } from "../../components/notifications/relay";
import { declareEstate } from "../../components/program";
import type { KubeObject } from "../../components/support/kubeObject";
import { required } from "../../components/support/maps";
import { credentialNeeds } from "../../estate/credentials";
import type { Estate } from "../../estate/model";
import { record, registration, secretValue } from "../support/engine";
import { sampleManifests, sampleApp, sampleCredentials, sampleEstate, samplePrepared } from "./sample";

const authority = { name: "corporate", pem: "corporate\n", file: "ca.pem" };
const network = { authorities: [{ ...authority, hosts: ["gitlab.test", "harbor.test"] }] };

function estate(overrides: Partial<Estate["argocd"]> = {}): Estate {
    return sampleEstate([sampleApp("web")], {
        network,
        argocd: { ...sampleEstate().argocd, ...overrides },
    });
}

const workload = (name: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { template: { spec: { containers: [{ name, image: `quay.io/x/${name}:1` }] } } },
});

interface Pod {
    readonly containers: readonly {
        readonly env?: readonly { readonly name: string; readonly value: string }[];
        readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
    readonly volumes?: readonly { readonly name: string }[];
    readonly imagePullSecrets?: readonly { readonly name: string }[];
}

function podOf(object: KubeObject | undefined): Pod {
    return (object?.["spec"] as { template: { spec: Pod } }).template.spec;
}

/** Asserts that a workload's containers trust the authorities beside those of their image. */
function trusts(object: KubeObject | undefined): void {
    const [container] = podOf(object).containers;
    const folder = container?.volumeMounts?.find(({ name }) => name === "estate-certificate-authorities");
    assert.ok(folder, JSON.stringify(object));
    assert.deepEqual(
        container?.env?.find(({ name }) => name === "SSL_CERT_DIR")?.value,
        `/etc/ssl/certs:${folder.mountPath}`,
    );
    assert.match(JSON.stringify(object), /gitops-estate\/certificate-authorities":"[0-9a-f]{16}"/);
}

describe("a private authority", () => {
    test("is what Argo CD verifies repositories and registries with, by host", () => {
        const published = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-tls-certs-cm" } };
        assert.deepEqual(withCertificates(published, network)["data"], {
            "gitlab.test": "corporate\n",
            "harbor.test": "corporate\n",
        });
        assert.equal(withCertificates(published, { authorities: [] }), published);
    });

    test("is what it signs people in with, where the issuer is one of its hosts", () => {
        const config = (issuer: string): { rootCA?: string } =>
            load(
                argocdSettings(
                    estate({ sso: { provider: "gitlab", issuer, clientId: "x", adminGroups: [] } }),
                )["oidc.config"] ?? "",
            ) as { rootCA?: string };
        assert.equal(config("https://gitlab.test").rootCA, "corporate\n");
        assert.equal(config("https://sso.test").rootCA, undefined);
    });

    test("is trusted by what sends messages, reads registries and asks GitLab", () => {
        for (const name of ["argocd-server", "argocd-repo-server", "argocd-notifications-controller"]) {
            trusts(withCertificates(workload(name), network));
        }
        assert.deepEqual(withCertificates(workload("argocd-redis"), network), workload("argocd-redis"));
        const updater = installedObjects(estate(), [workload("argocd-image-updater")])[0];
        trusts(updater);
        assert.ok(
            podOf(updater).containers[0]?.volumeMounts?.some(
                ({ name, mountPath }) => name === "argocd-tls-certs-cm" && mountPath === "/app/config/tls",
            ),
        );
        const relay = { image: "relay:1", url: "http://relay", dedupMinutes: 0, dryRun: false };
        const objects = relayObjects({ host: relayHost(estate()), channels: {}, relay });
        trusts(objects.find(({ kind }) => kind === "Deployment"));
    });

    test("is a file of the pipelines", () => {
        assert.deepEqual(pipelineFiles(network), { ESTATE_CA_FILE: "corporate\n" });
        assert.deepEqual(pipelineFiles({ authorities: [] }), {});
    });

    test("is on the servers before what needs it", async () => {
        const recording = await record(() => declareEstate(estate(), sampleCredentials, samplePrepared));
        assert.equal(registration(recording, "gitlab").inputs["cacertFile"], "ca.pem");
        assert.deepEqual(
            registration(recording, "argocd-configmap-estate-certificate-authorities").inputs["data"],
            { "authorities.pem": "corporate\n" },
        );
        for (const name of ["app-web-build-ESTATE_CA_FILE", "config-web-variables-ESTATE_CA_FILE"]) {
            const { inputs } = registration(recording, name);
            assert.equal(inputs["variableType"], "file");
            assert.equal(inputs["value"], "corporate\n");
        }
    });

    test("changes nothing where there is none", async () => {
        const names = (
            await record(() => declareEstate(sampleEstate(), sampleCredentials, samplePrepared))
        ).registrations.map(({ name }) => name);
        assert.deepEqual(
            names.filter((name) => /ESTATE_CA_FILE|authorities|mirror/.test(name)),
            [],
        );
    });
});

describe("a proxy", () => {
    const proxy = { url: "http://proxy.test:3128", direct: [".inner.test", "localhost"], pipelines: true };
    const behind = { ...estate(), network: { authorities: [], proxy } };
    const variables = (object: KubeObject | undefined): Record<string, string> =>
        Object.fromEntries(
            (podOf(object).containers[0]?.env ?? [])
                .filter(({ name }) => /proxy/i.test(name))
                .map(({ name, value }) => [name, value]),
        );
    /** In both spellings. */
    const both = (noProxy: string): Record<string, string> => ({
        http_proxy: proxy.url,
        https_proxy: proxy.url,
        no_proxy: noProxy,
        HTTP_PROXY: proxy.url,
        HTTPS_PROXY: proxy.url,
        NO_PROXY: noProxy,
    });
    const apiServer = "$(KUBERNETES_SERVICE_HOST)";

    test("is what Argo CD goes through, but for its own services, the relay and API servers without a proxy", () => {
        const member = required(behind.clusters, "member1", "cluster");
        const clusters = {
            member1: { ...member, server: "https://api.test:6443" },
            member2: { ...member, server: "https://far.test:6443", proxyUrl: "http://other.test" },
        };
        const relay = { image: "relay:1", url: "http://relay.test", dedupMinutes: 0, dryRun: false };
        const own = { ...behind, clusters, relay };
        const published = workload("argocd-repo-server");
        assert.deepEqual(
            variables(withProxy(published, own, ["argocd-repo-server"])),
            both(`${apiServer},.inner.test,api.test,argocd-repo-server,localhost,relay.test`),
        );
        assert.deepEqual(withProxy(workload("argocd-redis"), own, []), workload("argocd-redis"));
        assert.deepEqual(withProxy(published, { ...own, network }, []), published);
    });

    test("is not what Argo CD reaches the Services of its manifests through", async () => {
        const service = { apiVersion: "v1", kind: "Service", metadata: { name: "argocd-dex" } };
        const prepared = { argocd: preparedArgoCd([...sampleManifests, service]) };
        const recording = await record(() => declareEstate(behind, sampleCredentials, prepared));
        const server = registration(recording, "argocd-deployment-argocd-server").inputs;
        assert.match(variables(server as unknown as KubeObject)["NO_PROXY"] ?? "", /(^|,)argocd-dex(,|$)/);
    });

    test("is what image updates and the relay go through", () => {
        const [updater] = installedObjects(behind, [workload("argocd-image-updater")]);
        assert.equal(variables(updater)["HTTPS_PROXY"], proxy.url);
        const relay = { image: "relay:1", url: "http://relay", dedupMinutes: 0, dryRun: false };
        const objects = relayObjects({ host: relayHost(behind), channels: {}, relay });
        assert.deepEqual(
            variables(objects.find(({ kind }) => kind === "Deployment")),
            both(`${apiServer},.inner.test,localhost`),
        );
    });

    test("is a variable of the pipelines, unless their runner knows better", async () => {
        assert.deepEqual(pipelineProxy(behind.network), both(".inner.test,localhost"));
        assert.deepEqual(pipelineProxy({ authorities: [], proxy: { ...proxy, pipelines: false } }), {});
        const recording = await record(() => declareEstate(behind, sampleCredentials, samplePrepared));
        for (const name of ["app-web-build-HTTPS_PROXY", "config-web-variables-no_proxy"]) {
            assert.equal(registration(recording, name).inputs["variableType"], "env_var");
        }
    });
});

describe("a mirror with a login", () => {
    test("is pulled from with it by every workload, and by the relay", async () => {
        const own = estate({ imageMirror: "mirror.test/argo", imageMirrorLogin: true });
        assert.deepEqual(podOf(patchManifests([workload("argocd-server")], own.argocd)[0]).imagePullSecrets, [
            { name: "image-mirror-login" },
        ]);
        assert.equal(relayHost(own).imagePullSecret, "image-mirror-login");
        const engines = { "imageMirror.username": "robot", "imageMirror.password": "fake-mirror" };
        const recording = await record(() =>
            declareEstate(own, { ...sampleCredentials, engines }, samplePrepared),
        );
        const { inputs } = registration(recording, "argocd-secret-image-mirror-login");
        assert.equal(inputs["type"], "kubernetes.io/dockerconfigjson");
        const data = secretValue(inputs["stringData"]) as Record<string, string>;
        assert.deepEqual(JSON.parse(data[".dockerconfigjson"] ?? ""), {
            auths: {
                "mirror.test": {
                    username: "robot",
                    password: "fake-mirror",
                    auth: Buffer.from("robot:fake-mirror").toString("base64"),
                },
            },
        });
    });
});

describe("a relay whose registry wants a login of its own", () => {
    const relay = {
        image: "registry.test:5000/platform/relay:1",
        imageLogin: true as const,
        url: "http://relay",
        dedupMinutes: 0,
        dryRun: false,
    };
    const engines = { "relayImage.username": "robot", "relayImage.password": "fake-relay-image" };

    test("is pulled with it, and with the mirror's where there is one, beside each engine", async () => {
        const channels = {
            ops: { name: "ops", kind: "feishu", language: "en", events: ["failed"] } as const,
        };
        const own = {
            ...estate({ imageMirror: "mirror.test/argo", imageMirrorLogin: true }),
            relay,
            channels,
        };
        const mirror = { "imageMirror.username": "m", "imageMirror.password": "fake-mirror" };
        const recording = await record(() =>
            declareEstate(
                own,
                {
                    ...sampleCredentials,
                    channels: { ops: { url: "https://chat.test/hook" } },
                    engines: { ...engines, ...mirror },
                },
                samplePrepared,
            ),
        );
        const deployment = registration(recording, "notifications-relay-deployment").inputs;
        assert.deepEqual(podOf(deployment as unknown as KubeObject).imagePullSecrets, [
            { name: "image-mirror-login" },
            { name: "notification-relay-image" },
        ]);
        const { inputs } = registration(recording, "notifications-relay-image-login");
        const data = secretValue(inputs["stringData"]) as Record<string, string>;
        assert.deepEqual(
            Object.keys((JSON.parse(data[".dockerconfigjson"] ?? "") as { auths: object }).auths),
            ["registry.test:5000"],
        );
        const beside = relayObjects({ host: fluxRelayHost(own, engines), channels: {}, relay });
        assert.deepEqual(podOf(beside.find(({ kind }) => kind === "Deployment")).imagePullSecrets, [
            { name: "notification-relay-image" },
        ]);
    });

    test("needs it as stack secrets", () => {
        const needed = credentialNeeds({ ...estate(), relay }).map(({ path }) => path.join("."));
        assert.ok(needed.includes("relayImage.username") && needed.includes("relayImage.password"));
        const { imageLogin: _, ...without } = relay;
        assert.ok(
            !credentialNeeds({ ...estate(), relay: without }).some(({ path }) => path[0] === "relayImage"),
        );
    });
});

describe("Argo CD's own address", () => {
    const parameters = (overrides: Partial<Estate["argocd"]>): Record<string, string> =>
        commandParameters(estate(overrides));

    test("may have a path, which it then serves everything at", () => {
        const { "server.rootpath": root, "server.basehref": base } = parameters({
            url: "https://x.test/argocd",
        });
        assert.deepEqual([root, base], ["/argocd", "/argocd"]);
        assert.equal("server.rootpath" in parameters({ url: "https://x.test" }), false);
    });

    test("may have TLS that ends before it", () => {
        assert.equal(parameters({ tlsTermination: "proxy" })["server.insecure"], "true");
        assert.equal(parameters({ tlsTermination: "server" })["server.insecure"], "false");
    });
});

describe("a member", () => {
    const own = "b3du";

    test("is verified with its own authority, another one, or public ones, by the name it shows", () => {
        assert.deepEqual(connectionConfig({}, "token", own), {
            bearerToken: "token",
            tlsClientConfig: { insecure: false, caData: own },
        });
        assert.deepEqual(
            connectionConfig({ tls: { serverName: "api.test", trust: "public" } }, "token", own),
            { bearerToken: "token", tlsClientConfig: { insecure: false, serverName: "api.test" } },
        );
        assert.deepEqual(
            connectionConfig(
                { tls: { trust: { pem: "balancer" } }, proxyUrl: "http://proxy.test:3128" },
                "token",
                own,
            ),
            {
                bearerToken: "token",
                tlsClientConfig: {
                    insecure: false,
                    caData: Buffer.from("balancer").toString("base64"),
                },
                proxyUrl: "http://proxy.test:3128",
            },
        );
    });
});
