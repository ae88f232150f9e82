/**
 * A small estate in the form components get it, and parts of it to vary. Made by hand, but for the plans of the apps: spec
 * and defaults have tests of their own.
 */
import { gte } from "semver";
import { flowsOf } from "../../estate/flows";
import type { App, AppEnvironment, Environment, Estate, GitLab, Team } from "../../estate/model";
import type { EstateCredentials } from "../../components/program";
import { preparedArgoCd } from "../../components/engines/argocd";
import { preparedFlux } from "../../components/engines/flux";
import type { PreparedEngines } from "../../components/engines/engine";
import type { KubeObject } from "../../components/support/kubeObject";

export function sampleGitLab(overrides: Partial<GitLab> = {}): GitLab {
    return {
        url: "https://gitlab.test",
        group: "acme",
        createGroup: true,
        tier: "free",
        edition: "ce",
        protectedMergeRequestPipelines: true,
        visibility: "private",
        clusterUrl: "https://gitlab.test",
        ...overrides,
    };
}

export function sampleEnvironment(name: string, overrides: Partial<Environment> = {}): Environment {
    const index = ["dev", "test", "prod"].indexOf(name);
    return {
        name,
        index,
        class: name === "prod" ? "prod" : "nonprod",
        clusters: ["member1"],
        registry: "main",
        approvals: name === "prod" ? 1 : 0,
        deletionProtection: name === "prod",
        syncWindows: [],
        ...(index > 0 ? { promotesFrom: ["dev", "test"][index - 1] ?? "" } : {}),
        channels: [],
        ...overrides,
    };
}

export function sampleAppEnvironment(
    app: string,
    environment: string,
    overrides: Partial<AppEnvironment> = {},
): AppEnvironment {
    const { class: environmentClass, registry, deletionProtection } = sampleEnvironment(environment);
    return {
        environment,
        class: environmentClass,
        namespace: `${app}-${environment}`,
        clusters: ["member1"],
        registry,
        project: `${app}-${environment}`,
        image: `harbor.test/${app}-${environment}/${app}`,
        storageGiB: 10,
        keepTags: 20,
        immutableTags: environment === "prod" ? ["**"] : [],
        sync: {
            automated: true,
            prune: true,
            selfHeal: true,
            retries: 3,
            history: 10,
            ignoreDifferences: [],
        },
        quota: environment === "prod" ? { "requests.cpu": "4" } : {},
        values: {},
        kustomize: { replicas: {}, patches: [] },
        kinds: [],
        deletionProtection,
        channels: [],
        ...overrides,
    };
}

/** An app with its flow's plan, or another one where `overrides` has it. It has its config repository for itself. */
export function sampleApp(name: string, overrides: Partial<App> = {}, gitlab: GitLab = sampleGitLab()): App {
    const app = {
        name,
        team: "shop",
        flow: "environment-branches",
        ci: "gitlab",
        engine: "argocd",
        delivery: "helm",
        repository: { path: name, fullPath: `acme/shop/${name}`, branch: "main" },
        config: {
            scope: "app",
            path: `${name}-config`,
            fullPath: `acme/shop/${name}-config`,
            url: `https://gitlab.test/acme/shop/${name}-config.git`,
            folder: name,
        },
        port: 8080,
        rolloutDeadlineSeconds: 300,
        pipeline: {
            builder: "buildah",
            images: {
                build: "mirror.test/buildah:1",
                compose: "mirror.test/docker:1",
                deliver: "mirror.test/git:1",
                promote: "mirror.test/node:1",
                quality: "mirror.test/curl:1",
                test: "mirror.test/alpine:1",
            },
        },
        environments: ["dev", "test", "prod"].map((environment) => sampleAppEnvironment(name, environment)),
        dependsOn: [],
        ...overrides,
    } satisfies Omit<App, "plan">;
    const environments = app.environments.map(({ environment }) => sampleEnvironment(environment));
    const flow = flowsOf({})[app.flow];
    if (flow === undefined) {
        throw new Error(`there is no flow ${app.flow}`);
    }
    const { plan } = flow;
    return { plan: plan({ app, environments, shared: environments, gitlab }), ...app };
}

export function sampleTeam(overrides: Partial<Team> = {}): Team {
    return {
        name: "shop",
        group: "acme/shop",
        maintainers: ["alice"],
        developers: ["bob", "carol"],
        channels: [],
        ...overrides,
    };
}

export function sampleEstate(
    apps: readonly App[] = [sampleApp("web"), sampleApp("api", { delivery: "kustomize" })],
    overrides: Partial<Estate> = {},
): Estate {
    return {
        name: "acme",
        gitlab: sampleGitLab(),
        network: { authorities: [] },
        registries: {
            main: {
                name: "main",
                url: "https://harbor.test",
                host: "harbor.test",
                insecure: false,
                robotPrefix: "robot$",
            },
        },
        clusters: {
            host: {
                name: "host",
                role: "host",
                context: "host",
                kubeconfig: "/kubeconfig",
                server: "https://kubernetes.default.svc",
                leaving: "drain",
                labels: {},
            },
            member1: {
                name: "member1",
                role: "member",
                context: "member1",
                kubeconfig: "/kubeconfig",
                server: "https://member1.test:6443",
                leaving: "drain",
                labels: { region: "east" },
            },
        },
        machines: {},
        environments: ["dev", "test", "prod"].map((name) => sampleEnvironment(name)),
        channels: {},
        teams: { shop: sampleTeam() },
        apps: Object.fromEntries(apps.map((app) => [app.name, app])),
        engines: ["argocd"],
        argocd: {
            namespace: "argocd",
            url: "https://argocd.test",
            tlsTermination: "server",
            imageMirrorLogin: false,
            manifests: { version: "3.2.11", path: "/manifests" },
            ha: false,
            resources: {},
            definitions: "lean",
            seccomp: "keep",
            adminEnabled: true,
            reconciliationSeconds: 180,
            accounts: {},
            imageUpdater: {
                intervalSeconds: 120,
                commit: {
                    name: "argocd-image-updater",
                    email: "argocd-image-updater@acme.invalid",
                    message: "Update image of {{ .AppName }}",
                },
            },
        },
        flux: {
            namespace: "flux-system",
            manifests: { version: "2.9.5", path: "/manifests" },
            imageMirrorLogin: false,
            resources: {},
            seccomp: "keep",
            relayUrl: "http://notification-relay.flux-system.svc",
            intervalSeconds: 300,
            imageIntervalSeconds: 120,
            forceUpgrades: false,
            commit: { name: "flux", email: "flux@acme.invalid", message: "Update images" },
        },
        pipelines: { path: "pipelines", fullPath: "acme/pipelines" },
        credentials: { generation: 1, lifetimeDays: 90, rotateBeforeDays: 14 },
        ...overrides,
    };
}

/** Credentials that open nothing. */
export const sampleCredentials: EstateCredentials = {
    gitlab: { token: "fake-gitlab-token" },
    registries: {
        main: { username: "admin", password: "fake-harbor-password" },
        prod: { username: "admin", password: "fake-harbor-password" },
    },
    channels: {},
    engines: {},
};

/** Argo CD's manifests, reduced to one object per kind of treatment. */
export const sampleManifests: readonly KubeObject[] = [
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "applications.argoproj.io" },
        spec: {
            versions: [
                {
                    name: "v1alpha1",
                    schema: {
                        openAPIV3Schema: {
                            type: "object",
                            properties: {
                                spec: { type: "object", properties: { project: { type: "string" } } },
                                status: { type: "object", properties: { summary: { type: "object" } } },
                            },
                        },
                    },
                },
            ],
        },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "argocd-server" } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-cm" } },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "argocd-server" },
        spec: {
            template: {
                metadata: {},
                spec: { containers: [{ name: "argocd-server", image: "quay.io/argoproj/argocd:v3.2.11" }] },
            },
        },
    },
];

/**
 * What the image updater's manifests of a version have in small, under the names of its releases: from 1.0 on it has another
 * account and Deployment, and objects of its own.
 */
export function sampleUpdaterManifests(version: string): readonly KubeObject[] {
    const later = gte(version, "1.0.0");
    const program = later ? "argocd-image-updater-controller" : "argocd-image-updater";
    const rbac = "rbac.authorization.k8s.io";
    const bound = (kind: string, name: string, role: string): KubeObject => ({
        apiVersion: `${rbac}/v1`,
        kind,
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: kind.replace("Binding", ""), name: role },
        subjects: [{ kind: "ServiceAccount", name: program }],
    });
    return [
        ...(later
            ? [
                  {
                      apiVersion: "apiextensions.k8s.io/v1",
                      kind: "CustomResourceDefinition",
                      metadata: { name: "imageupdaters.argocd-image-updater.argoproj.io" },
                      spec: { versions: [] },
                  },
                  {
                      apiVersion: `${rbac}/v1`,
                      kind: "ClusterRole",
                      metadata: { name: "argocd-image-updater-manager-role" },
                      rules: [{ apiGroups: ["argoproj.io"], resources: ["applications"], verbs: ["list"] }],
                  },
                  bound(
                      "ClusterRoleBinding",
                      "argocd-image-updater-manager-rolebinding",
                      "argocd-image-updater-manager-role",
                  ),
              ]
            : []),
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: program } },
        {
            apiVersion: `${rbac}/v1`,
            kind: "Role",
            metadata: { name: "argocd-image-updater" },
            rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
        },
        bound("RoleBinding", "argocd-image-updater", "argocd-image-updater"),
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-image-updater-config" } },
        { apiVersion: "v1", kind: "Secret", metadata: { name: "argocd-image-updater-secret" } },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: program },
            spec: {
                selector: { matchLabels: { program } },
                template: {
                    metadata: { labels: { program } },
                    spec: {
                        serviceAccountName: program,
                        containers: [
                            { name: program, image: `quay.io/argoprojlabs/argocd-image-updater:v${version}` },
                        ],
                    },
                },
            },
        },
    ];
}

/** Flux Operator's, too. */
export const sampleOperatorManifests: readonly KubeObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } },
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "resourcesets.fluxcd.controlplane.io" },
        spec: {},
    },
    {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "flux-operator", namespace: "flux-system" },
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "flux-operator-cluster-admin" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "flux-operator", namespace: "flux-system" }],
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "flux-web-admin" },
        rules: [],
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "flux-operator", namespace: "flux-system" },
        spec: {},
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "flux-operator", namespace: "flux-system" },
        spec: {
            template: {
                metadata: {},
                spec: {
                    serviceAccountName: "flux-operator",
                    containers: [
                        { name: "manager", image: "ghcr.io/controlplaneio-fluxcd/flux-operator:v0.59.0" },
                    ],
                },
            },
        },
    },
];

/** Flux's manifests, reduced in the same way. */
export const sampleFluxManifests: readonly KubeObject[] = [
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "flux-system", labels: { warn: "restricted" } },
    },
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "helmreleases.helm.toolkit.fluxcd.io" },
        spec: {},
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "cluster-reconciler" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "helm-controller", namespace: "flux-system" }],
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "crd-controller" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "crd-controller" },
        subjects: [{ kind: "ServiceAccount", name: "helm-controller", namespace: "flux-system" }],
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "source-controller", namespace: "flux-system" },
        spec: {},
    },
    ...["helm-controller", "kustomize-controller", "notification-controller", "source-watcher"].map(
        (name): KubeObject => ({
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name, namespace: "flux-system" },
            spec: {
                template: {
                    metadata: {},
                    spec: {
                        containers: [
                            {
                                name: "manager",
                                image: `ghcr.io/fluxcd/${name}:v1.0.0`,
                                args: [
                                    "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
                                ],
                            },
                        ],
                    },
                },
            },
        }),
    ),
];

/** The engines of the sample, as read and verified. */
export const samplePrepared: PreparedEngines = {
    argocd: preparedArgoCd(sampleManifests),
    flux: preparedFlux(sampleFluxManifests, sampleOperatorManifests),
};
