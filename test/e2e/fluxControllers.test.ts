/**
 * Flux in the sandbox, set up by hand as its documentation says: real controllers deliver from the sandbox's GitLab to a
 * member, and the stand-ins follow images, take reports of pushes and tell of it. Knows nothing of what an estate makes.
 */
import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, parseAllDocuments, stringify } from "yaml";

import { fluxInstallYaml } from "../../commands/support/engines/sandbox/fluxRelease";
import { pushImage } from "../../commands/support/images";
import {
    ClusterClient,
    freePortBase,
    portOf,
    sandboxDown,
    type SandboxInfo,
    sandboxRestart,
    sandboxStatus,
    sandboxUp,
} from "../../sandbox";
import { ensureTools } from "../../toolchain";
import { until } from "../../commands/support/story";

interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
}

interface Found {
    readonly metadata?: { readonly generation?: number };
    readonly status?: {
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly reason: string;
            readonly message: string;
        }[];
        readonly latestRef?: { readonly tag: string };
        readonly webhookPath?: string;
        readonly lastPushCommit?: string;
    };
    readonly data?: Readonly<Record<string, string>>;
}

interface Kubeconfig {
    readonly clusters: {
        readonly name: string;
        readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
    }[];
    readonly users: {
        readonly name: string;
        readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
    }[];
    readonly contexts: {
        readonly name: string;
        readonly context: { readonly cluster: string; readonly user: string };
    }[];
}

const team = "flux-shop";
const token = "a-token-of-the-test";

describe("Flux in the sandbox", { timeout: 20 * 60_000 }, () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), "estate-flux-"));
    const dir = path.join(parent, "box");
    const told: { signature: string; body: string }[] = [];
    let base: number;
    let info: SandboxInfo;
    let host: ClusterClient;
    let member: ClusterClient;
    let projectId: number;
    let projectUrl: string;
    const listener = http.createServer((request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (text: string) => (body += text));
        request.on("end", () => {
            told.push({ signature: String(request.headers["x-signature"]), body });
            response.writeHead(200).end();
        });
    });

    /** The administrator's kubeconfig for one cluster alone. */
    function kubeconfigOf(cluster: string): Kubeconfig {
        const config = parse(fs.readFileSync(info.kubeconfig, "utf8")) as Kubeconfig;
        const contexts = config.contexts.filter(({ name }) => name === cluster);
        const used = contexts.map(({ context }) => context);
        return {
            ...config,
            clusters: config.clusters.filter(({ name }) => used.some((each) => each.cluster === name)),
            users: config.users.filter(({ name }) => used.some((each) => each.user === name)),
            contexts,
            ...{ "current-context": cluster },
        };
    }

    function clientOf(cluster: string): ClusterClient {
        const config = kubeconfigOf(cluster);
        const put = (name: string, data: string | undefined): string => {
            const file = path.join(parent, `${cluster}-${name}`);
            fs.writeFileSync(file, Buffer.from(data ?? "", "base64"), { mode: 0o600 });
            return file;
        };
        const user = config.users[0]?.user;
        return new ClusterClient(
            config.clusters[0]?.cluster.server ?? "",
            put("ca.crt", config.clusters[0]?.cluster["certificate-authority-data"]),
            {
                certificate: {
                    cert: put("user.crt", user?.["client-certificate-data"]),
                    key: put("user.key", user?.["client-key-data"]),
                },
            },
            30_000,
        );
    }

    const plurals: Readonly<Record<string, string>> = {
        NetworkPolicy: "networkpolicies",
        ImageRepository: "imagerepositories",
        GitRepository: "gitrepositories",
        ImagePolicy: "imagepolicies",
    };

    function pathOf({ apiVersion, kind, metadata }: Manifest): string {
        const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
        const namespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
        return `${root}${namespace}/${plural}/${metadata.name}`;
    }

    async function apply(client: ClusterClient, object: Manifest & Record<string, unknown>): Promise<void> {
        const target = `${pathOf(object)}?fieldManager=test&force=true`;
        await until(
            `${object.kind} ${object.metadata.name} applied`,
            () => client.request("PATCH", target, object, "application/apply-patch+yaml"),
            // A kind is served a moment after its definition.
            ({ status }) => status === 200 || status === 201,
        );
    }

    const inTeam = (apiVersion: string, kind: string, name: string): Manifest => ({
        apiVersion,
        kind,
        metadata: { name, namespace: team },
    });

    const made = (object: Manifest, spec: unknown): Promise<void> => apply(host, { ...object, spec });

    const secret = (name: string, stringData: Record<string, string>, type = "Opaque"): Promise<void> =>
        apply(host, { ...inTeam("v1", "Secret", name), stringData, type });

    async function ready(object: Manifest, seconds = 90): Promise<Found> {
        return until(
            `${object.kind} ${object.metadata.name} ready`,
            async () => (await host.request("GET", pathOf(object))).body as Found,
            ({ status }) =>
                status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") === true,
            seconds,
        );
    }

    async function gitlab<T>(method: string, route: string, body?: unknown): Promise<T> {
        const response = await fetch(`${info.gitlab.url}/api/v4${route}`, {
            method,
            headers: {
                "private-token": fs.readFileSync(info.gitlab.tokenFile, "utf8").trim(),
                "content-type": "application/json",
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        assert.ok(response.ok, `${method} ${route}: ${response.status} ${text}`);
        return JSON.parse(text) as T;
    }

    const commit = (action: string, files: Readonly<Record<string, string>>): Promise<{ id: string }> =>
        gitlab("POST", `/projects/${projectId}/repository/commits`, {
            branch: "main",
            commit_message: "By the test",
            actions: Object.entries(files).map(([file_path, content]) => ({ action, file_path, content })),
        });

    const onMember = async (name: string): Promise<Found> =>
        (await member.request("GET", `/api/v1/namespaces/web/configmaps/${name}`)).body as Found;

    before(async () => {
        base = await freePortBase();
        info = await sandboxUp(
            {
                dir,
                portBase: base,
                clusters: ["host", "member1"],
                parts: ["clusters", "gitlab", "harbor", "flux"],
            },
            (line) => process.stderr.write(`${line}\n`),
        );
        host = clientOf("host");
        member = clientOf("member1");
        await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
        const folder =
            (await ensureTools(["flux-manifests"], () => undefined)).get("flux-manifests")?.path ?? "";
        const parts = fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"));
        const install = fluxInstallYaml(
            Object.fromEntries(parts.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")])),
        );
        for (const document of parseAllDocuments(install)) {
            await apply(host, document.toJS() as Manifest & Record<string, unknown>);
        }
        for (const [client, name] of [
            [host, team],
            [member, "web"],
        ] as const) {
            await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
        }
    });
    after(async () => {
        listener.close();
        [host, member].forEach((client) => client?.close());
        await sandboxDown(dir, { purge: true }, () => undefined);
        fs.rmSync(parent, { recursive: true, force: true });
    });

    test("every workload runs, from the Deployments alone", async () => {
        const status = await until(
            "Flux's processes",
            () => sandboxStatus(dir),
            ({ parts }) =>
                parts.filter(({ group, state }) => group === "flux" && state === "ready").length === 7,
        );
        const relay = status.parts.find(({ name }) => name === "flux-notification-relay");
        assert.equal(relay?.state, "waiting", "there is no relay in this namespace");
    });

    test("a Kustomization and a HelmRelease are delivered to a member", async () => {
        const project = await gitlab<{ id: number; http_url_to_repo: string }>("POST", "/projects", {
            name: "web-config",
            initialize_with_readme: true,
            default_branch: "main",
        });
        projectId = project.id;
        projectUrl = project.http_url_to_repo;
        await commit("create", {
            "plain/kustomization.yaml": "resources: [settings.yaml]\n",
            "plain/settings.yaml": stringify({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "settings", namespace: "web" },
                data: { color: "blue" },
            }),
            "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
            "chart/values.yaml": 'tag: "" # {"$imagepolicy": "flux-shop:web:tag"}\n',
            "chart/templates/release.yaml":
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: release}\ndata: {tag: {{ .Values.tag | quote }}}\n",
        });
        await secret("git", {
            username: "root",
            password: fs.readFileSync(info.gitlab.tokenFile, "utf8").trim(),
        });
        await secret("member1", { value: stringify(kubeconfigOf("member1")) });
        const source = inTeam("source.toolkit.fluxcd.io/v1", "GitRepository", "web");
        await made(source, {
            url: projectUrl,
            interval: "1h",
            ref: { branch: "main" },
            secretRef: { name: "git" },
        });
        await ready(source);
        const kubeConfig = { secretRef: { name: "member1" } };
        const plain = inTeam("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "plain");
        await made(plain, {
            interval: "1h",
            prune: true,
            path: "./plain",
            sourceRef: { kind: "GitRepository", name: "web" },
            kubeConfig,
        });
        const release = inTeam("helm.toolkit.fluxcd.io/v2", "HelmRelease", "web");
        await made(release, {
            interval: "1h",
            kubeConfig,
            targetNamespace: "web",
            storageNamespace: "web",
            releaseName: "web",
            chart: {
                spec: {
                    chart: "./chart",
                    reconcileStrategy: "Revision",
                    sourceRef: { kind: "GitRepository", name: "web" },
                },
            },
        });
        await ready(plain);
        await ready(release);
        assert.deepEqual((await onMember("settings")).data, { color: "blue" });
        assert.deepEqual((await onMember("release")).data, { tag: "" });
    });

    test("a push reported to a receiver is applied at once, and an alert reports it with a signature", async () => {
        await secret("webhook", { token });
        const port = (listener.address() as AddressInfo).port;
        await made(inTeam("notification.toolkit.fluxcd.io/v1beta3", "Provider", "test"), {
            type: "generic-hmac",
            address: `http://127.0.0.1:${port}/told`,
            secretRef: { name: "webhook" },
        });
        await made(inTeam("notification.toolkit.fluxcd.io/v1beta3", "Alert", "test"), {
            providerRef: { name: "test" },
            eventSources: [{ kind: "Kustomization", name: "plain" }],
            eventMetadata: { app: "web" },
        });
        const receiver = inTeam("notification.toolkit.fluxcd.io/v1", "Receiver", "gitlab");
        await made(receiver, {
            type: "gitlab",
            events: ["Push Hook"],
            secretRef: { name: "webhook" },
            resources: [{ kind: "GitRepository", name: "web" }],
        });
        const hook = (await ready(receiver)).status?.webhookPath ?? "";
        assert.equal(
            hook,
            `/hook/${crypto.createHash("sha256").update(`${token}gitlab${team}`).digest("hex")}`,
        );
        await gitlab("POST", `/projects/${projectId}/hooks`, {
            url: `http://127.0.0.1:${portOf(base, "flux-receiver")}${hook}`,
            token,
            push_events: true,
        });
        const { id } = await commit("update", {
            "plain/settings.yaml": stringify({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "settings", namespace: "web" },
                data: { color: "green" },
            }),
        });
        await until(
            "the change",
            () => onMember("settings"),
            ({ data }) => data?.["color"] === "green",
        );
        const message = await until(
            "the notification",
            () => Promise.resolve(told.find(({ body }) => body.includes(id))),
            (found) => found !== undefined,
        );
        const { body = "", signature } = message ?? {};
        const event = JSON.parse(body) as {
            involvedObject: { name: string };
            metadata: Record<string, string>;
        };
        assert.equal(event.involvedObject.name, "plain");
        assert.equal(event.metadata["app"], "web");
        assert.equal(event.metadata["revision"], `main@sha1:${id}`);
        assert.equal(signature, `sha256=${crypto.createHmac("sha256", token).update(body).digest("hex")}`);
    });

    test("a pushed tag that a policy chooses is committed and rolls out; another changes nothing", async () => {
        const harbor = info.harbors[0];
        const password = fs.readFileSync(harbor?.passwordFile ?? "", "utf8").trim();
        const registry = new URL(harbor?.url ?? "").host;
        const answer = await fetch(`${harbor?.url ?? ""}/api/v2.0/projects`, {
            method: "POST",
            headers: {
                authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
                "content-type": "application/json",
            },
            body: JSON.stringify({ project_name: "shop", metadata: { public: "false" } }),
        });
        assert.equal(answer.status, 201);
        const push = (tag: string): Promise<string> =>
            pushImage(
                path.join(parent, "image"),
                { host: registry, username: "admin", password },
                `${registry}/shop/web:${tag}`,
                new Date(),
            );
        await push("1.0.0");
        const auths = { [registry]: { username: "admin", password } };
        await secret(
            "pull",
            { ".dockerconfigjson": JSON.stringify({ auths }) },
            "kubernetes.io/dockerconfigjson",
        );
        const repository = inTeam("image.toolkit.fluxcd.io/v1", "ImageRepository", "web");
        await made(repository, {
            image: `${registry}/shop/web`,
            interval: "1s",
            insecure: true,
            secretRef: { name: "pull" },
        });
        const policy = inTeam("image.toolkit.fluxcd.io/v1", "ImagePolicy", "web");
        await made(policy, { imageRepositoryRef: { name: "web" }, policy: { semver: { range: "1.x" } } });
        assert.equal((await ready(policy)).status?.latestRef?.tag, "1.0.0");
        const automation = inTeam("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation", "web");
        await made(automation, {
            interval: "1h",
            sourceRef: { kind: "GitRepository", name: "web" },
            git: {
                commit: {
                    author: { name: "flux", email: "flux@example.invalid" },
                    messageTemplate:
                        "{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }}{{ end }} for {{ .AutomationObject.Name }}",
                },
                push: { branch: "main" },
            },
            update: { strategy: "Setters", path: "./chart" },
        });
        await until(
            "1.0.0 on the member",
            () => onMember("release"),
            ({ data }) => data?.["tag"] === "1.0.0",
        );
        await push("2.0.0");
        await push("1.1.0");
        await until(
            "1.1.0 on the member",
            () => onMember("release"),
            ({ data }) => data?.["tag"] === "1.1.0",
        );
        const commits = await gitlab<{ title: string }[]>("GET", `/projects/${projectId}/repository/commits`);
        assert.deepEqual(
            commits.slice(0, 2).map(({ title }) => title.trim()),
            ["1.0.0 -> 1.1.0 for web", "-> 1.0.0 for web"],
        );
        assert.match(
            (await ready(automation)).status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "",
            /stand-in of the sandbox/,
        );
    });

    test("a controller that is killed comes back and goes on", async () => {
        await sandboxRestart("source-controller", dir);
        await ready(inTeam("source.toolkit.fluxcd.io/v1", "GitRepository", "web"));
        await commit("update", {
            "plain/settings.yaml": stringify({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "settings", namespace: "web" },
                data: { color: "red" },
            }),
        });
        await until(
            "the change",
            () => onMember("settings"),
            ({ data }) => data?.["color"] === "red",
            120,
        );
    });
});
