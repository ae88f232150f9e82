/** Argo CD's part under mocks and its pure functions. Proves what is declared, not that Argo CD understands it. */
import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ControlPlane } from "../../../../components/engines/argocd/install/controlPlane";
import { loadManifests, loadUpdaterManifests } from "../../../../components/engines/argocd/install/manifests";
import { patchManifests, withSettingsDigest } from "../../../../components/engines/argocd/install/patches";
import { deliveryRules } from "../../../../components/clusters/deliveryRole";
import { ManifestError, parseManifests } from "../../../../components/support/manifests";
import { inNamespace } from "../../../../components/support/workloads";
import { RepositoryAccess } from "../../../../components/engines/argocd/repository";
import {
    accessRules,
    argocdSettings,
    commandParameters,
    teamRules,
} from "../../../../components/engines/argocd/install/settings";
import { EmptyDefaultProject, TeamSpace } from "../../../../components/engines/argocd/team";
import type { KubeObject } from "../../../../components/support/kubeObject";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import { teamProjects } from "../../../../estate/engines/argocd/projects";
import { furtherKinds, surroundingKinds, usualKinds } from "../../../../estate/kinds";
import { childrenOf, leaks, record, registration, secretValue } from "../../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate, sampleManifests } from "../../sample";

const workload: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "argocd-repo-server" },
    spec: {
        template: {
            metadata: { labels: { app: "x" } },
            spec: {
                containers: [
                    {
                        name: "repo",
                        image: "quay.io/argoproj/argocd:v3.2.11",
                        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
                    },
                ],
                initContainers: [{ name: "copy", image: "redis:8" }],
            },
        },
    },
};

const argocd = (overrides: Partial<ArgoCd> = {}): ArgoCd => ({ ...sampleEstate().argocd, ...overrides });

function podOf(object: KubeObject | undefined): {
    containers: Record<string, unknown>[];
    initContainers: Record<string, unknown>[];
} {
    const spec = object?.["spec"] as {
        template: {
            spec: { containers: Record<string, unknown>[]; initContainers: Record<string, unknown>[] };
        };
    };
    return spec.template.spec;
}

describe("patches", () => {
    test("take out the settings the estate writes itself, and nothing else", () => {
        const own = ["argocd-cm", "argocd-rbac-cm", "argocd-cmd-params-cm", "argocd-notifications-cm"].map(
            (name): KubeObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }),
        );
        const kept: KubeObject = {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "argocd-gpg-keys-cm" },
        };
        const names = patchManifests([...own, kept], argocd()).map((object) => object.metadata.name);
        assert.deepEqual(names, ["argocd-gpg-keys-cm"]);
    });

    test("put objects and the subjects of bindings into the namespace, cluster-wide ones excepted", () => {
        const binding = inNamespace(
            {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "ClusterRoleBinding",
                metadata: { name: "argocd-server" },
                subjects: [
                    { kind: "ServiceAccount", name: "argocd-server", namespace: "argocd" },
                    { kind: "Group", name: "all" },
                ],
            },
            "gitops",
        );
        assert.equal(binding.metadata.namespace, undefined);
        assert.deepEqual(binding["subjects"], [
            { kind: "ServiceAccount", name: "argocd-server", namespace: "gitops" },
            { kind: "Group", name: "all" },
        ]);
        assert.equal(inNamespace(workload, "gitops").metadata.namespace, "gitops");
    });

    test("images come from the mirror under the path they had", () => {
        const pod = podOf(patchManifests([workload], argocd({ imageMirror: "mirror.test" }))[0]);
        assert.equal(pod.containers[0]?.["image"], "mirror.test/argoproj/argocd:v3.2.11");
        assert.equal(pod.initContainers[0]?.["image"], "mirror.test/library/redis:8");
    });

    test("resources reach every container of the named workload only", () => {
        const resources = { "argocd-repo-server": { requests: { cpu: "1" } } };
        const other: KubeObject = { ...workload, metadata: { name: "argocd-server" } };
        const [named, unnamed] = patchManifests([workload, other], argocd({ resources }));
        assert.deepEqual(podOf(named).containers[0]?.["resources"], { requests: { cpu: "1" } });
        assert.equal(podOf(unnamed).containers[0]?.["resources"], undefined);
    });

    test("workloads say how many pods they have, so that a hand edit is repaired", () => {
        const replicas = (object: KubeObject): unknown =>
            (patchManifests([object], argocd())[0]?.["spec"] as { replicas?: number }).replicas;
        const { spec } = workload as unknown as { spec: object };
        assert.equal(replicas(workload), 1);
        assert.equal(replicas({ ...workload, kind: "StatefulSet" }), 1);
        assert.equal(replicas({ ...workload, spec: { ...spec, replicas: 3 } }), 3, "as it is published");
        assert.equal(replicas({ ...workload, kind: "DaemonSet" }), undefined, "it has one on each node");
    });

    test("seccomp profiles stay unless they are to be removed", () => {
        const keep = JSON.stringify(patchManifests([workload], argocd()));
        const remove = JSON.stringify(patchManifests([workload], argocd({ seccomp: "remove" })));
        assert.match(keep, /seccompProfile/);
        assert.doesNotMatch(remove, /seccompProfile/);
    });

    test("lean definitions keep every field but the content of status and generators; published ones stay", () => {
        const definition = (spec: object, status: object): KubeObject => ({
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "applicationsets.argoproj.io" },
            spec: {
                names: { kind: "ApplicationSet" },
                versions: [
                    {
                        name: "v1alpha1",
                        schema: {
                            openAPIV3Schema: {
                                type: "object",
                                required: ["spec"],
                                properties: { metadata: { type: "object" }, spec, status },
                            },
                        },
                    },
                ],
            },
        });
        const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
        const template = { type: "object", properties: { metadata: { type: "object" } } };
        const spec = (items: object): object => ({
            type: "object",
            properties: { generators: { type: "array", items }, template },
        });
        const published = definition(spec({ type: "object", properties: { list: { type: "object" } } }), {
            type: "object",
            description: "What happened",
            properties: { health: { type: "object" } },
        });
        assert.deepEqual(patchManifests([published], argocd({ definitions: "published" })), [published]);
        assert.deepEqual(patchManifests([published], argocd({ definitions: "lean" })), [
            definition(spec(open), { description: "What happened", ...open }),
        ]);

        const plain = definition({ type: "object" }, { type: "object" });
        const { versions } = plain["spec"] as { versions: { schema: object }[] };
        const bare = { ...plain, spec: { versions: [{ name: "v1" }, versions[0]] } };
        const [lean] = patchManifests([bare], argocd());
        assert.deepEqual((lean?.["spec"] as { versions: unknown[] }).versions[0], { name: "v1" });
    });

    test("the digest of the start-up settings rolls workloads and touches nothing else", () => {
        const text = JSON.stringify(withSettingsDigest(workload, "gitops-estate/settings", "abc"));
        assert.match(text, /"gitops-estate\/settings":"abc"/);
        assert.match(text, /"labels":\{"app":"x"\}/);
        const config: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } };
        assert.equal(withSettingsDigest(config, "gitops-estate/settings", "abc"), config);
    });
});

describe("settings", () => {
    test("argocd-cm: published defaults stay, the estate's words win, nobody is anonymous", () => {
        const settings = argocdSettings(sampleEstate(), {
            "resource.exclusions": "- x",
            "admin.enabled": "false",
        });
        assert.equal(settings["resource.exclusions"], "- x");
        assert.equal(settings["admin.enabled"], "true");
        assert.equal(settings["users.anonymous.enabled"], "false");
        assert.equal(settings["timeout.reconciliation"], "180s");
        assert.equal(settings["installationID"], "acme");
        assert.equal("oidc.config" in settings, false);
    });

    test("argocd-cm: what is watched on a cluster is what the account may read there", () => {
        const app = sampleApp("web", {
            environments: [
                sampleAppEnvironment("web", "dev", { kinds: furtherKinds(["certificates"]) }),
                sampleAppEnvironment("web", "prod", { clusters: ["host"] }),
            ],
        });
        const flux = sampleApp("api", {
            engine: "flux",
            environments: [sampleAppEnvironment("api", "dev", { kinds: furtherKinds(["keda"]) })],
        });
        const estate = sampleEstate([app, flux]);
        const settings = argocdSettings(estate);
        assert.equal("resource.respectRBAC" in settings, false);
        const watched = parse(settings["resource.inclusions"] ?? "") as {
            apiGroups: string[];
            kinds: string[];
            clusters: string[];
        }[];
        for (const [cluster, further] of [
            ["member1", furtherKinds(["certificates"])],
            ["host", []],
        ] as const) {
            const readable = deliveryRules(further).flatMap(({ apiGroups, resources, verbs }) =>
                verbs.includes("list") ? resources.map((resource) => `${apiGroups[0]}/${resource}`) : [],
            );
            const known = [...usualKinds, ...surroundingKinds, ...further];
            const included = watched
                .filter(({ clusters }) => clusters.includes(estate.clusters[cluster]?.server ?? ""))
                .flatMap(({ apiGroups, kinds }) => kinds.map((kind) => [apiGroups[0], kind]))
                .map(([group, kind]) => {
                    const found = known.find((one) => one.group === group && one.kind === kind);
                    return `${group}/${found?.resource}`;
                });
            assert.deepEqual(included.sort(), readable.sort(), cluster);
        }
    });

    test("argocd-cm: an address with brackets is no pattern", () => {
        const estate = sampleEstate([sampleApp("web")]);
        const { member1 } = estate.clusters;
        assert.ok(member1 !== undefined);
        const server = "https://[fd00::1]:6443";
        const { "resource.inclusions": text = "" } = argocdSettings({
            ...estate,
            clusters: { ...estate.clusters, member1: { ...member1, server } },
        });
        const watched = parse(text) as { clusters: string[] }[];
        assert.ok(watched.length > 0);
        for (const { clusters } of watched) {
            assert.deepEqual(clusters, ["https://\\[fd00::1\\]:6443"]);
        }
    });

    test("argocd-cm: sign-in with GitLab points at its secret and never holds one", () => {
        const sso = {
            provider: "gitlab",
            issuer: "https://gitlab.test",
            clientId: "abc",
            adminGroups: ["acme/platform"],
        } as const;
        const estate = sampleEstate(undefined, {
            argocd: argocd({
                sso,
                accounts: { ci: { capabilities: ["login", "apiKey"], role: "role:readonly" } },
            }),
        });
        const settings = argocdSettings(estate);
        assert.deepEqual(parse(settings["oidc.config"] ?? ""), {
            name: "GitLab",
            issuer: sso.issuer,
            clientID: sso.clientId,
            clientSecret: "$oidc.gitlab.clientSecret",
            // Groups are only in GitLab's userinfo; the user name is in its ID token, with the scope profile.
            requestedScopes: ["openid", "profile", "email"],
            enableUserInfoGroups: true,
            userInfoPath: "/oauth/userinfo",
            userInfoCacheExpiration: "5m",
        });
        assert.equal(accessRules(estate)["scopes"], "[groups, preferred_username]");
        assert.equal(settings["accounts.ci"], "apiKey, login");
        const rules = accessRules(estate)["policy.csv"] ?? "";
        assert.match(rules, /^g, acme\/platform, role:admin$/m);
        assert.match(rules, /^g, ci, role:readonly$/m);
    });

    test("argocd-cmd-params-cm: published parameters stay, the estate's words win", () => {
        const parameters = commandParameters(sampleEstate(), {
            "redis.server": "argocd-redis-ha-haproxy:6379",
            "server.insecure": "true",
        });
        assert.equal(parameters["redis.server"], "argocd-redis-ha-haproxy:6379");
        assert.equal(parameters["server.insecure"], "false");
    });

    test("the server is plain where TLS ends before it", () => {
        assert.equal(commandParameters(sampleEstate())["server.insecure"], "false");
        const plain = sampleEstate(undefined, { argocd: argocd({ tlsTermination: "proxy" }) });
        assert.equal(commandParameters(plain)["server.insecure"], "true");
    });

    test("a team reaches its own projects; developers do not sync prod; nobody else has anything", () => {
        const estate = sampleEstate();
        const team = estate.teams["shop"];
        assert.ok(team !== undefined);
        const rules = teamRules(team, teamProjects(estate, team));
        const objects = rules.filter((rule) => rule.startsWith("p,")).map((rule) => rule.split(", ")[4]);
        assert.ok(
            objects.every((object) => object?.startsWith("shop-") === true),
            objects.join(" "),
        );
        assert.ok(rules.includes("p, role:shop-maintainer, applications, sync, shop-prod/*, allow"));
        assert.ok(rules.includes("p, role:shop-developer, applications, sync, shop-nonprod/*, allow"));
        assert.ok(!rules.includes("p, role:shop-developer, applications, sync, shop-prod/*, allow"));
        assert.deepEqual(
            rules.filter((rule) => rule.startsWith("g,")),
            [
                "g, bob, role:shop-developer",
                "g, carol, role:shop-developer",
                "g, alice, role:shop-maintainer",
            ],
            "no group: guests are members of it too",
        );
        assert.equal(accessRules(estate)["policy.default"], "");
    });
});

describe("manifests", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
    const text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {image: 'quay.io/argoproj/argocd:v3.2.11'}\n---\n";
    fs.writeFileSync(path.join(folder, "install.yaml"), text);
    const at = (overrides: Partial<ArgoCd["manifests"]> = {}): ArgoCd =>
        argocd({ manifests: { version: "3.2.11", path: folder, ...overrides } });

    test("are read, and empty documents left out", async () => {
        assert.deepEqual(
            (await loadManifests(at())).map((object) => object.metadata.name),
            ["a"],
        );
    });
    test("with another checksum are refused", async () => {
        const good = createHash("sha256").update(text).digest("hex");
        assert.equal((await loadManifests(at({ sha256: good }))).length, 1);
        await assert.rejects(loadManifests(at({ sha256: "0".repeat(64) })), (error) => {
            assert.ok(error instanceof ManifestError);
            assert.match(
                error.message,
                /at argocd\.manifests\.sha256[^]*which is [0-9a-f]{64}: it is not the file that was pinned[^]*Nothing was changed\./,
            );
            return true;
        });
    });
    test("of another version are refused", async () => {
        await assert.rejects(
            loadManifests(at({ version: "3.1.0" })),
            /at argocd\.manifests\.version\n +value: "3\.1\.0"\n.*installs Argo CD 3\.2\.11/,
        );
    });
    test("that are not there are named, with what to do", async () => {
        await assert.rejects(
            loadManifests(at({ path: "/nowhere" })),
            /at argocd\.manifests\.path\n.*\n.*there is no such file[^]*point it at the folder/,
        );
    });
    test("of the image updater are read alone, and none where something else installs it", async () => {
        const file = path.join(folder, "updater.yaml");
        fs.writeFileSync(
            file,
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: u}\ndata: {i: 'quay.io/argoprojlabs/argocd-image-updater:v0.12.2'}\n",
        );
        const of = (version: string, installed = true): ArgoCd => ({
            ...argocd(),
            imageUpdaterVersion: version,
            imageUpdater: { ...argocd().imageUpdater, ...(installed ? { manifests: { path: file } } : {}) },
        });
        assert.equal((await loadUpdaterManifests(of("0.12.2")))[0]?.metadata.name, "u");
        assert.deepEqual(await loadUpdaterManifests(of("0.12.2", false)), []);
        await assert.rejects(
            loadUpdaterManifests(of("0.18.0")),
            /at argocd\.imageUpdaterVersion\n +value: "0\.18\.0"\n.*installs Argo CD Image Updater v0\.12\.2/,
        );
    });
    test("that are not Kubernetes objects are refused", () => {
        assert.throws(
            () => parseManifests("x", "kind: Nothing\n", "argocd.manifests"),
            /without apiVersion, kind or metadata\.name/,
        );
        assert.throws(() => parseManifests("x", "a: [\n", "argocd.manifests"), /is not YAML/);
    });
});

describe("components", () => {
    test("the control plane: settings once, workloads on the host's provider, the token secret", async () => {
        const recording = await record(() => {
            const host = new k8s.Provider("host");
            new ControlPlane(
                "argocd",
                { estate: sampleEstate(), manifests: sampleManifests, webhookToken: "fake" },
                { providers: [host] },
            );
        });
        const children = childrenOf(recording, "argocd");
        for (const name of ["argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm"]) {
            assert.equal(children.filter((child) => child.endsWith(`configmap-${name}`)).length, 1, name);
        }
        assert.ok(children.includes("kubernetes:core/v1:Namespace argocd-namespace-argocd"));
        assert.ok(children.includes("kubernetes:apps/v1:Deployment argocd-deployment-argocd-server"));
        assert.deepEqual(leaks(recording), []);
        const secret = registration(recording, "argocd-secret-argocd-secret").inputs["stringData"];
        assert.deepEqual(secretValue(secret), { "webhook.gitlab.secret": "fake" });
    });

    test("the control plane of the highly available variant knows its Redis, which only the manifests name", async () => {
        const ha = { "redis.server": "argocd-redis-ha-haproxy:6379" };
        const manifests = [
            ...sampleManifests,
            { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-cmd-params-cm" }, data: ha },
        ];
        const recording = await record(() => {
            new ControlPlane(
                "argocd",
                { estate: sampleEstate(), manifests, webhookToken: "fake" },
                { providers: [new k8s.Provider("host")] },
            );
        });
        const { data } = registration(recording, "argocd-configmap-argocd-cmd-params-cm").inputs as {
            data: Record<string, string>;
        };
        assert.equal(data["redis.server"], ha["redis.server"]);
        assert.equal(data["controller.diff.server.side"], "false");
    });

    test("the control plane empties the default project itself; its groundwork leaves the workloads out", async () => {
        let groundwork: readonly pulumi.Resource[] = [];
        const recording = await record(() => {
            const args = { estate: sampleEstate(), manifests: sampleManifests, webhookToken: "fake" };
            ({ groundwork } = new ControlPlane("argocd", args, { providers: [new k8s.Provider("host")] }));
        });
        assert.ok(registration(recording, "argocd-default-project"));
        const urns = await Promise.all(
            groundwork.map((one) => new Promise<string>((resolve) => void one.urn.apply(resolve))),
        );
        const kinds = urns.map((urn) => urn.split("::").at(-2)?.split(":").at(-1));
        assert.deepEqual([...new Set(kinds)].sort(), ["CustomResourceDefinition", "Namespace"]);
    });

    test("the ApplicationSet controller waits for the server, whose key it needs at its start", async () => {
        const named = (name: string): KubeObject => ({ ...workload, metadata: { name } });
        const manifests = [named("argocd-applicationset-controller"), named("argocd-server")];
        const waitsFor = new Map<string, unknown>();
        await record(() => {
            pulumi.runtime.registerStackTransformation(({ name, opts }) => {
                waitsFor.set(name, opts.dependsOn);
                return undefined;
            });
            const args = { estate: sampleEstate(), manifests, webhookToken: "fake" };
            new ControlPlane("argocd", args, { providers: [new k8s.Provider("host")] });
        });
        const awaited = async (name: string): Promise<string[]> => {
            const resources = waitsFor.get(`argocd-deployment-${name}`) as pulumi.Resource[];
            const urns = resources.map(
                ({ urn }) => new Promise<string>((resolve) => void urn.apply(resolve)),
            );
            return (await Promise.all(urns)).map((urn) => urn.split("::").at(-1) ?? "");
        };
        const server = "argocd-deployment-argocd-server";
        assert.ok((await awaited("argocd-applicationset-controller")).includes(server));
        assert.ok(!(await awaited("argocd-server")).some((name) => name.includes("deployment")));
    });

    test("sign-in without its secret is refused", async () => {
        const sso = {
            provider: "gitlab",
            issuer: "https://gitlab.test",
            clientId: "abc",
            adminGroups: [],
        } as const;
        const estate = sampleEstate(undefined, { argocd: argocd({ sso }) });
        await assert.rejects(
            record(
                () =>
                    new ControlPlane(
                        "argocd",
                        { estate, manifests: [], webhookToken: "fake" },
                        { providers: [new k8s.Provider("host")] },
                    ),
            ),
            /ControlPlane "argocd":\n {2}argocd\.sso needs ssoClientSecret\./,
        );
    });

    test("a team's space: one AppProject per class, with its places and nothing cluster-wide", async () => {
        const estate = sampleEstate([sampleApp("web")]);
        const team = estate.teams["shop"];
        assert.ok(team !== undefined);
        const recording = await record(() => {
            new TeamSpace(
                "space",
                { team, projects: teamProjects(estate, team), argocd: estate.argocd },
                { providers: [new k8s.Provider("host")] },
            );
        });
        assert.deepEqual(childrenOf(recording, "space"), [
            "kubernetes:argoproj.io/v1alpha1:AppProject space-project-nonprod",
            "kubernetes:argoproj.io/v1alpha1:AppProject space-project-prod",
        ]);
        const spec = registration(recording, "space-project-prod").inputs["spec"] as Record<string, unknown>;
        assert.deepEqual(spec["destinations"], [{ name: "member1", namespace: "web-prod" }]);
        assert.deepEqual(spec["sourceRepos"], ["https://gitlab.test/acme/shop/web-config.git"]);
        assert.deepEqual(spec["clusterResourceWhitelist"], []);
    });

    test("a team's space: windows for the team's Applications, and roles that pipelines can get tokens for", async () => {
        const estate = sampleEstate([sampleApp("web")]);
        const team = estate.teams["shop"];
        assert.ok(team !== undefined);
        const window = {
            kind: "deny",
            schedule: "0 22 * * *",
            duration: "2h",
            timeZone: "Asia/Shanghai",
            manualSync: true,
        } as const;
        const projects = teamProjects(estate, team).map((project) => ({
            ...project,
            syncWindows: [{ ...window, description: "backups", applications: ["web-dev-member1"] }],
        }));
        const recording = await record(() => {
            new TeamSpace(
                "space",
                { team, projects, argocd: estate.argocd },
                { providers: [new k8s.Provider("host")] },
            );
        });
        const spec = registration(recording, "space-project-prod").inputs["spec"] as {
            syncWindows: unknown;
            roles: { name: string; policies: string[] }[];
        };
        assert.deepEqual(spec.syncWindows, [{ ...window, applications: ["web-dev-member1"] }]);
        assert.deepEqual(spec.roles.find((role) => role.name === "deployer")?.policies, [
            "p, proj:shop-prod:deployer, applications, get, shop-prod/*, allow",
            "p, proj:shop-prod:deployer, applications, sync, shop-prod/*, allow",
        ]);
    });

    test("a team's space refuses the open project and a project without a place", () => {
        const estate = sampleEstate([sampleApp("web")]);
        const [team] = Object.values(estate.teams);
        assert.ok(team !== undefined);
        const projects = [
            {
                name: "default",
                class: "prod" as const,
                syncWindows: [],
                previews: false,
                guarded: false,
                destinations: [],
                kinds: [],
                sourceRepos: [],
            },
        ];
        assert.deepEqual(TeamSpace.check({ team, projects, argocd: argocd() }), [
            'project "default" is the AppProject that Argo CD makes by itself; give it another name.',
            'project "default" has no destination; a project needs at least one cluster and namespace.',
        ]);
        assert.deepEqual(
            TeamSpace.check({ team, projects: teamProjects(estate, team), argocd: argocd() }),
            [],
        );
    });

    test("the default project is emptied", async () => {
        const recording = await record(() => {
            new EmptyDefaultProject("empty", { argocd: argocd() }, { providers: [new k8s.Provider("host")] });
        });
        const spec = registration(recording, "empty-project").inputs["spec"] as Record<string, unknown>;
        assert.deepEqual(
            [spec["sourceRepos"], spec["destinations"], spec["clusterResourceWhitelist"]],
            [[], [], []],
        );
    });

    test("access to a repository: labelled for Argo CD, all of it secret", async () => {
        const repository = sampleApp("web").config;
        const recording = await record(() => {
            const args = { argocd: argocd(), repository, username: "reader", password: "fake" };
            new RepositoryAccess("web", args, { providers: [new k8s.Provider("host")] });
        });
        const { inputs } = registration(recording, "web-secret");
        assert.equal(
            (inputs["metadata"] as { labels: Record<string, string> }).labels[
                "argocd.argoproj.io/secret-type"
            ],
            "repository",
        );
        assert.deepEqual(secretValue(inputs["stringData"]), {
            type: "git",
            name: "web-config",
            url: repository.url,
            username: "reader",
            password: "fake",
        });
    });
});
