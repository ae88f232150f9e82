/** What drift says of a cluster: a quiet inventory gives nothing, each edit by hand exactly one finding. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { clusterDrift } from "../../../commands/drift/cluster/compare";
import {
    addressOf,
    listsFor,
    type ClusterInventory,
    type Found,
} from "../../../commands/drift/cluster/inventory";
import { declaredIn, type Declared } from "../../../commands/drift/declared";
import type { Finding } from "../../../commands/drift/finding";

type Json = Record<string, unknown>;
interface Kube extends Json {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> } & Json;
}

const object = (
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string,
    rest: Json = {},
): Kube => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === "" ? {} : { namespace }) },
    ...rest,
});

const rbac = "rbac.authorization.k8s.io/v1";
const argo = "argoproj.io/v1alpha1";
const helm = "helm.toolkit.fluxcd.io/v2";
const quietObjects: readonly Kube[] = [
    {
        ...object("v1", "Namespace", "web-prod", ""),
        metadata: {
            name: "web-prod",
            labels: { "gitops-estate/app": "web", "gitops-estate/environment": "prod" },
        },
    },
    object("v1", "Namespace", "argocd", ""),
    object("v1", "Secret", "registry", "web-prod", {
        type: "kubernetes.io/dockerconfigjson",
        data: { x: "eA==" },
    }),
    object("v1", "ResourceQuota", "quota", "web-prod", { spec: { hard: { "requests.cpu": "8" } } }),
    object("networking.k8s.io/v1", "NetworkPolicy", "same-environment", "web-prod", {
        spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [] }] },
    }),
    object(rbac, "ClusterRole", "acme-delivery", "", {
        rules: [{ apiGroups: [""], resources: ["services"], verbs: ["get"] }],
    }),
    object(rbac, "RoleBinding", "delivery", "web-prod", {
        roleRef: { kind: "ClusterRole", name: "acme-delivery" },
        subjects: [{ kind: "ServiceAccount", name: "argocd-manager", namespace: "acme-delivery" }],
    }),
    object("v1", "ConfigMap", "argocd-cm", "argocd", { data: { url: "https://argocd.example.com" } }),
    object(argo, "Application", "web-prod-member1", "argocd", {
        spec: { project: "shop-prod", source: { targetRevision: "prod" } },
    }),
    object(helm, "HelmRelease", "api-prod-member1", "flux-shop", {
        spec: { releaseName: "api", values: { replicas: 2 } },
    }),
    object(argo, "ApplicationSet", "previews-web", "argocd", { spec: { goTemplate: true } }),
    object(argo, "AppProject", "shop-prod", "argocd", {
        spec: { sourceRepos: ["https://gitlab.example.com/a.git"], roles: [{ name: "deployer" }] },
    }),
    {
        ...object("v1", "Secret", "cluster-member1", "argocd", { type: "Opaque" }),
        metadata: {
            name: "cluster-member1",
            namespace: "argocd",
            labels: { "argocd.argoproj.io/secret-type": "cluster" },
        },
        data: { namespaces: Buffer.from("web-prod").toString("base64") },
    },
    object("apps/v1", "Deployment", "argocd-repo-server", "argocd", {
        spec: { template: { spec: { containers: [{ name: "repo", image: "argocd:1", args: ["run"] }] } } },
    }),
];

/** As the state has them: what the program set, and what the server made of it. */
const declared: readonly Declared[] = declaredIn({
    deployment: {
        resources: quietObjects.map((each) => {
            const inputs =
                each.metadata.name === "cluster-member1"
                    ? { ...each, data: undefined, stringData: { namespaces: "web-prod" } }
                    : each;
            return {
                urn: `urn:pulumi:dev::gitops-estate::x::${each.kind}-${each.metadata.name}`,
                type: `kubernetes:${each.apiVersion.includes("/") ? each.apiVersion : `core/${each.apiVersion}`}:${each.kind}`,
                id: each.metadata.name,
                provider: "urn:pulumi:dev::gitops-estate::pulumi:providers:kubernetes::cluster-host::1",
                inputs: structuredClone(inputs),
                outputs: structuredClone(each),
            };
        }),
    },
});

/** The container of Argo CD's repository server. */
const repoServer = ({ template }: Json): Json =>
    (((template as Json)["spec"] as Json)["containers"] as Json[])[0] ?? {};

function quiet(): Kube[] {
    const filled = structuredClone([...quietObjects]);
    // What servers and controllers fill in.
    for (const each of filled) {
        each.metadata["uid"] = "1";
        each["status"] = { phase: "Active" };
    }
    const workload = find(filled, "argocd-repo-server")["spec"] as Json;
    Object.assign(workload, { progressDeadlineSeconds: 600, strategy: { type: "RollingUpdate" } });
    // Restarted by hand, as docs say.
    (workload["template"] as Json)["metadata"] = {
        annotations: { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" },
    };
    Object.assign((workload["template"] as Json)["spec"] as Json, {
        dnsPolicy: "ClusterFirst",
        schedulerName: "default-scheduler",
        securityContext: {},
    });
    Object.assign(repoServer(workload), { imagePullPolicy: "Always", resources: {} });
    // One that has ended, and what Argo CD writes of its own.
    find(filled, "shop-prod")["status"] = roleTokens({ iat: 1, exp: 2 });
    find(filled, "web-prod-member1").metadata["annotations"] = {
        "argocd.argoproj.io/refresh": "normal",
        "notified.notifications.argoproj.io": "{}",
    };
    const own = [
        ...filled,
        object("v1", "Namespace", "kube-system", ""),
        object(rbac, "ClusterRoleBinding", "cluster-admin", "", {
            roleRef: { kind: "ClusterRole", name: "cluster-admin" },
            subjects: [{ kind: "Group", name: "system:masters" }],
        }),
        object(rbac, "RoleBinding", "kube-proxy", "kube-system", {
            subjects: [{ kind: "Group", name: "system:bootstrappers" }],
        }),
        object(rbac, "ClusterRoleBinding", "system:basic-user", "", {
            roleRef: { kind: "ClusterRole", name: "system:basic-user" },
            subjects: [{ kind: "Group", name: "system:authenticated" }],
        }),
        object(rbac, "ClusterRole", "looks", "", {
            rules: [
                { apiGroups: ["metrics.k8s.io"], resources: ["*"], verbs: ["get"] },
                { apiGroups: ["authorization.k8s.io"], resources: ["*"], verbs: ["create"] },
                { apiGroups: [""], resources: ["nodes"], verbs: ["list"] },
            ],
        }),
        object(rbac, "ClusterRoleBinding", "looks", "", {
            roleRef: { kind: "ClusterRole", name: "looks" },
            subjects: [{ kind: "Group", name: "system:authenticated" }],
        }),
        object(rbac, "ClusterRole", "edit", "", {
            rules: [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }],
        }),
        {
            ...object(rbac, "ClusterRole", "system:aggregate-to-edit", "", {
                rules: [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }],
            }),
            metadata: {
                name: "system:aggregate-to-edit",
                labels: {
                    "kubernetes.io/bootstrapping": "rbac-defaults",
                    "rbac.authorization.k8s.io/aggregate-to-edit": "true",
                },
            },
        },
        // What controllers of the cluster and common operators have.
        object(rbac, "ClusterRole", "operator", "", {
            rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
        }),
        object(rbac, "ClusterRoleBinding", "operator", "", {
            roleRef: { kind: "ClusterRole", name: "operator" },
            subjects: [
                { kind: "ServiceAccount", name: "controller", namespace: "kube-system" },
                { kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" },
                { kind: "User", name: "system:kube-controller-manager" },
                { kind: "Group", name: "system:serviceaccounts:kube-system" },
            ],
        }),
        // Programs that see nothing of the estate, or are the platform's.
        ...[
            webhook("MutatingWebhookConfiguration", { service: { namespace: "kube-system", name: "x" } }),
            webhook("ValidatingWebhookConfiguration", { url: "https://127.0.0.1:9443/validate" }),
            webhook(
                "MutatingWebhookConfiguration",
                { service: { namespace: "tools", name: "x" } },
                { rules: [{ apiGroups: ["tools.example"], resources: ["*"] }] },
            ),
            webhook(
                "MutatingWebhookConfiguration",
                { service: { namespace: "tools", name: "x" } },
                { namespaceSelector: { matchLabels: { "tools.example/inject": "yes" } } },
            ),
        ],
        certificateRequest(),
        certificateRequest("Approved", "Failed"),
        object("v1", "Secret", "argocd-initial-admin-secret", "argocd", { type: "Opaque" }),
        object("source.toolkit.fluxcd.io/v1", "HelmChart", "flux-shop-api-prod-member1", "flux-shop"),
        {
            ...object(argo, "Application", "preview-web-7", "argocd", { spec: { project: "x" } }),
            metadata: {
                name: "preview-web-7",
                namespace: "argocd",
                ownerReferences: [{ kind: "ApplicationSet", name: "previews-web" }],
            },
        },
        {
            ...object("networking.k8s.io/v1", "NetworkPolicy", "web", "web-prod", { spec: {} }),
            metadata: {
                name: "web",
                namespace: "web-prod",
                annotations: { "argocd.argoproj.io/tracking-id": "web:x" },
            },
        },
    ];
    return own;
}

function drift(objects: readonly Kube[], unknown: readonly string[] = []): Finding[] {
    const inventory: ClusterInventory = {
        objects: objects.map((each): Found => ({
            apiVersion: each.apiVersion,
            kind: each.kind,
            name: each.metadata.name,
            namespace: each.metadata.namespace ?? "",
            object: each,
        })),
        unknown: new Set(unknown),
    };
    return clusterDrift(declared, inventory, {
        name: "host",
        context: "host-admin",
        mend: "npm run up -- --stack dev --refresh",
        estate: "acme",
        apps: ["web"],
        environments: ["dev", "prod"],
        now: new Date("2026-12-01T12:00:00Z"),
    });
}

const find = (objects: Kube[], name: string): Kube =>
    objects.find((each) => each.metadata.name === name) as Kube;

const gone =
    (name: string) =>
    (objects: Kube[]): void =>
        void objects.splice(objects.indexOf(find(objects, name)), 1);

const spec =
    (name: string, change: (spec: Json) => void) =>
    (objects: Kube[]): void =>
        change(find(objects, name)["spec"] as Json);

const roleTokens = (...items: Json[]): Json => ({ jwtTokensByRole: { deployer: { items } } });

/** A configuration with one webhook that is asked about pods and Secrets. */
function webhook(kind: string, clientConfig: Json, more: Json = {}): Kube {
    return object("admissionregistration.k8s.io/v1", kind, "x", "", {
        webhooks: [
            {
                name: "x.example",
                clientConfig,
                rules: [{ apiGroups: [""], resources: ["pods", "secrets"], operations: ["CREATE"] }],
                ...more,
            },
        ],
    });
}

/** A request for a certificate of mallory in system:masters. */
function certificateRequest(...conditions: string[]): Kube {
    const attribute = (id: number, value: string): Buffer =>
        Buffer.concat([
            Buffer.from([0x30, value.length + 7, 0x06, 0x03, 0x55, 0x04, id, 0x0c, value.length]),
            Buffer.from(value),
        ]);
    const der = Buffer.concat([attribute(10, "system:masters"), attribute(3, "mallory")]);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    return object("certificates.k8s.io/v1", "CertificateSigningRequest", "x", "", {
        spec: {
            signerName: "kubernetes.io/kube-apiserver-client",
            username: "bob",
            request: Buffer.from(pem).toString("base64"),
        },
        status: {
            conditions: conditions.map((type) => ({ type, lastUpdateTime: "2026-12-01T10:00:00Z" })),
        },
    });
}

const cases: readonly (readonly [string, (objects: Kube[]) => unknown, string, RegExp?])[] = [
    ["pull Secret deleted", gone("registry"), "missing Secret secret"],
    [
        "quota raised",
        spec("quota", (each) => (each["hard"] = { "requests.cpu": "64" })),
        "changed ResourceQuota data",
    ],
    ["NetworkPolicy deleted", gone("same-environment"), "missing NetworkPolicy access"],
    [
        "NetworkPolicy lets everybody in",
        spec("same-environment", (each) => (each["ingress"] = [{ from: [] }, {}])),
        "changed NetworkPolicy access",
    ],
    [
        "label of a namespace removed",
        (objects) => delete find(objects, "web-prod").metadata.labels?.["gitops-estate/environment"],
        "changed Namespace access",
    ],
    [
        "one more rule of the delivery role",
        (objects) => (find(objects, "acme-delivery")["rules"] as Json[]).push({ verbs: ["*"] }),
        "changed ClusterRole access",
        /^kubectl --context host-admin patch clusterrole acme-delivery .*"op":"remove","path":"\/rules\/1"/,
    ],
    [
        "one more subject of the delivery",
        (objects) =>
            (find(objects, "delivery")["subjects"] as Json[]).push({ kind: "User", name: "mallory" }),
        "changed RoleBinding access",
    ],
    [
        "namespace deleted: one finding",
        (objects) => {
            objects.splice(
                0,
                objects.length,
                ...objects.filter(
                    (each) => each.metadata.name !== "web-prod" && each.metadata.namespace !== "web-prod",
                ),
            );
        },
        "missing Namespace access",
    ],
    [
        "Application's revision",
        spec("web-prod-member1", (each) => (each["source"] = { targetRevision: "evil" })),
        "changed Application delivery",
    ],
    [
        "Application with parameters",
        spec(
            "web-prod-member1",
            (each) => (each["source"] = { targetRevision: "prod", helm: { values: "x" } }),
        ),
        "changed Application delivery",
        /\/spec\/source\/helm/,
    ],
    ["Application deleted", gone("web-prod-member1"), "missing Application delivery"],
    [
        "AppProject allows all",
        spec("shop-prod", (each) => (each["sourceRepos"] as string[]).push("*")),
        "changed AppProject access",
    ],
    [
        "token of an AppProject's role",
        spec("shop-prod", (each) => ((each["roles"] as Json[])[0]!["jwtTokens"] = [{ iat: 1 }])),
        "undeclared engineToken access",
        /patch appproject shop-prod .*"test","path":"\/spec\/roles\/0\/jwtTokens\/0\/iat","value":1/,
    ],
    [
        "a token that the status alone has, which Argo CD lets in",
        (objects) => (find(objects, "shop-prod")["status"] = roleTokens({ iat: 1, id: "x" })),
        "undeclared engineToken access",
        /"remove","path":"\/status\/jwtTokensByRole\/deployer\/items\/0"/,
    ],
    [
        "a token in both places is one",
        (objects) => {
            const project = find(objects, "shop-prod");
            project["status"] = roleTokens({ iat: 1, exp: 4e9 });
            ((project["spec"] as Json)["roles"] as Json[])[0]!["jwtTokens"] = [{ iat: 1, exp: 4e9 }];
        },
        "undeclared engineToken access",
        /"remove","path":"\/status\/jwt.*"remove","path":"\/spec\/roles\/0\/jwtTokens\/0"/,
    ],
    ...(
        [
            ["stops an Application", "argocd.argoproj.io/skip-reconcile", "Application"],
            [
                "has images of an Application followed",
                "argocd-image-updater.argoproj.io/image-list",
                "Application",
            ],
            [
                "sends an Application's messages elsewhere",
                "notifications.argoproj.io/subscribe.x.slack",
                "Application",
            ],
        ] as const
    ).map(
        ([title, key, noun]) =>
            [
                `an annotation that ${title}`,
                (objects: Kube[]) =>
                    void (find(objects, "web-prod-member1").metadata["annotations"] = { [key]: "x" }),
                `changed ${noun} delivery`,
                /patch application web-prod-member1 .*"op":"remove","path":"\/metadata\/annotations\//,
            ] as const,
    ),
    [
        "a label that hands a HelmRelease to a controller nobody runs",
        (objects) =>
            void (find(objects, "api-prod-member1").metadata.labels = { "sharding.fluxcd.io/key": "x" }),
        "changed object delivery",
        /"path":"\/metadata\/labels\/sharding\.fluxcd\.io~1key"/,
    ],
    [
        "a HelmRelease that somebody suspended",
        spec("api-prod-member1", (each) => (each["suspend"] = true)),
        "changed object delivery",
        /patch helmrelease api-prod-member1 .*"op":"remove","path":"\/spec\/suspend"/,
    ],
    [
        "one more value of a HelmRelease",
        spec("api-prod-member1", (each) => ((each["values"] as Json)["image"] = { tag: "9.9.9" })),
        "changed object delivery",
    ],
    [
        "a local account",
        (objects) =>
            Object.assign(find(objects, "argocd-cm")["data"] as Json, { "accounts.mallory": "login" }),
        "changed ConfigMap access",
        /-n argocd patch configmap argocd-cm .*\/data\/accounts\.mallory/,
    ],
    [
        "cluster Secret without namespaces",
        (objects) => (find(objects, "cluster-member1")["data"] = { namespaces: "" }),
        "changed Secret secret",
    ],
    [
        "a program scaled to nothing",
        spec("argocd-repo-server", (each) => (each["replicas"] = 0)),
        "changed Deployment delivery",
        /"op":"replace","path":"\/spec\/replicas","value":1/,
    ],
    [
        "a program whose changes are not rolled out",
        spec("argocd-repo-server", (each) => (each["paused"] = true)),
        "changed Deployment delivery",
        /"op":"remove","path":"\/spec\/paused"/,
    ],
    [
        "a program that no node may run",
        spec(
            "argocd-repo-server",
            (each) => (((each["template"] as Json)["spec"] as Json)["nodeSelector"] = { nowhere: "true" }),
        ),
        "changed Deployment delivery",
        /"op":"remove","path":"\/spec\/template\/spec\/nodeSelector"/,
    ],
    [
        "a program that is started otherwise",
        spec("argocd-repo-server", (each) => (repoServer(each)["command"] = ["/bin/sh", "-c", "x"])),
        "changed Deployment delivery",
        /"path":"\/spec\/template\/spec\/containers\/0\/command"/,
    ],
    [
        "a program with a variable that it had not",
        spec(
            "argocd-repo-server",
            (each) => (repoServer(each)["env"] = [{ name: "ARGOCD_EXEC_TIMEOUT", value: "1s" }]),
        ),
        "changed Deployment delivery",
    ],
    [
        "an Application",
        (objects) =>
            objects.push(object(argo, "Application", "x", "argocd", { spec: { project: "default" } })),
        "undeclared Application delivery",
        /kubectl --context host-admin -n argocd delete applications\.argoproj\.io x/,
    ],
    [
        "a HelmRelease",
        (objects) => objects.push(object(helm, "HelmRelease", "x", "default", { spec: {} })),
        "undeclared object delivery",
        /kubectl --context host-admin -n default delete helmreleases\.helm\.toolkit\.fluxcd\.io x/,
    ],
    [
        "a source of Flux, without what is secret in its address",
        (objects) =>
            objects.push(
                object("source.toolkit.fluxcd.io/v1", "GitRepository", "x", "flux-shop", {
                    spec: { url: "https://me:s3cret@elsewhere.example/x.git" },
                }),
            ),
        "undeclared object delivery",
        /delete gitrepositories\.source\.toolkit\.fluxcd\.io x/,
    ],
    [
        "the chart of a HelmRelease that is not the stack's",
        (objects) =>
            objects.push(object("source.toolkit.fluxcd.io/v1", "HelmChart", "flux-shop-x", "flux-shop")),
        "undeclared object delivery",
    ],
    [
        "an AppProject",
        (objects) => objects.push(object(argo, "AppProject", "x", "argocd")),
        "undeclared AppProject access",
    ],
    [
        "a repository",
        (objects) => {
            const secret = object("v1", "Secret", "x", "argocd", { type: "Opaque" });
            secret.metadata.labels = { "argocd.argoproj.io/secret-type": "repository" };
            objects.push(secret);
        },
        "undeclared Secret access",
    ],
    [
        "cluster-admin for an app",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "cluster-admin" },
                    subjects: [{ kind: "ServiceAccount", namespace: "web-prod", name: "default" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
    ],
    [
        "rights for all accounts of a namespace",
        (objects) =>
            objects.push(
                object(rbac, "RoleBinding", "x", "kube-system", {
                    subjects: [{ kind: "Group", name: "system:serviceaccounts:web-prod" }],
                }),
            ),
        "undeclared RoleBinding access",
    ],
    [
        "an app's account in a binding that the cluster came with: only that one goes",
        (objects) =>
            (find(objects, "cluster-admin")["subjects"] as Json[]).push({
                kind: "ServiceAccount",
                namespace: "web-prod",
                name: "default",
            }),
        "undeclared ClusterRoleBinding access",
        /patch clusterrolebinding cluster-admin .*\[\{"op":"remove","path":"\/subjects\/1"\}\]/,
    ],
    [
        "everybody is an administrator",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "cluster-admin" },
                    subjects: [{ kind: "Group", name: "system:authenticated" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
        /delete clusterrolebinding x$/,
    ],
    [
        "a role with rights over secrets for every account",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRole", "reader", "", {
                    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }],
                }),
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "reader" },
                    subjects: [{ kind: "Group", name: "system:serviceaccounts" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
        /delete clusterrolebinding x$/,
    ],
    ...(
        [
            ["everything", ["*"], ["*"], ["*"]],
            ["impersonates", [""], ["users"], ["impersonate"]],
            ["impersonates", ["authentication.k8s.io"], ["userextras/scopes"], ["impersonate"]],
            ["widens", [rbac.split("/")[0] ?? ""], ["clusterroles"], ["escalate"]],
            ["widens", ["*"], ["roles"], ["bind"]],
            ["makesTokens", [""], ["serviceaccounts/token"], ["create"]],
        ] as const
    ).map(
        ([power, apiGroups, resources, verbs]) =>
            [
                `somebody who ${power} by ${verbs.join()} of ${resources.join()}`,
                (objects: Kube[]): unknown =>
                    objects.push(
                        object(rbac, "ClusterRole", "strong", "", {
                            rules: [{ apiGroups, resources, verbs }],
                        }),
                        object(rbac, "ClusterRoleBinding", "x", "", {
                            roleRef: { kind: "ClusterRole", name: "strong" },
                            subjects: [{ kind: "ServiceAccount", name: "tool", namespace: "tools" }],
                        }),
                    ),
                "undeclared ClusterRoleBinding access",
                /delete clusterrolebinding x$/,
            ] as const,
    ),
    ...(
        [
            ["argoproj.io", "applications"],
            ["helm.toolkit.fluxcd.io", "helmreleases"],
            ["kustomize.toolkit.fluxcd.io", "*"],
        ] as const
    ).map(
        ([group, resource]) =>
            [
                `a person who changes what is delivered by ${resource} of ${group}`,
                (objects: Kube[]): unknown =>
                    objects.push(
                        object(rbac, "ClusterRole", "strong", "", {
                            rules: [{ apiGroups: [group], resources: [resource], verbs: ["patch"] }],
                        }),
                        object(rbac, "ClusterRoleBinding", "x", "", {
                            roleRef: { kind: "ClusterRole", name: "strong" },
                            subjects: [{ kind: "User", name: "mallory" }],
                        }),
                    ),
                "undeclared ClusterRoleBinding access",
            ] as const,
    ),
    [
        "a program that is asked about objects of Flux's operator",
        (objects) =>
            objects.push(
                webhook(
                    "MutatingWebhookConfiguration",
                    { service: { namespace: "tools", name: "x" } },
                    { rules: [{ apiGroups: ["fluxcd.controlplane.io"], resources: ["resourcesets"] }] },
                ),
            ),
        "undeclared MutatingWebhookConfiguration access",
    ],
    [
        "somebody who approves certificates",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRole", "strong", "", {
                    rules: [
                        {
                            apiGroups: ["certificates.k8s.io"],
                            resources: ["certificatesigningrequests/approval"],
                            verbs: ["update"],
                        },
                        { apiGroups: ["certificates.k8s.io"], resources: ["signers"], verbs: ["approve"] },
                    ],
                }),
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "strong" },
                    subjects: [{ kind: "User", name: "mallory" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
    ],
    [
        "a person with cluster-admin, beside what the cluster came with",
        (objects) =>
            (find(objects, "cluster-admin")["subjects"] as Json[]).push({ kind: "User", name: "mallory" }),
        "undeclared ClusterRoleBinding access",
        /patch clusterrolebinding cluster-admin .*"path":"\/subjects\/1"/,
    ],
    [
        "an app's account, written as a user",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "looks" },
                    subjects: [{ kind: "User", name: "system:serviceaccount:web-prod:default" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
    ],
    [
        "all nodes administrate",
        (objects) =>
            objects.push(
                object(rbac, "ClusterRoleBinding", "x", "", {
                    roleRef: { kind: "ClusterRole", name: "cluster-admin" },
                    subjects: [{ kind: "Group", name: "system:nodes" }],
                }),
            ),
        "undeclared ClusterRoleBinding access",
    ],
    [
        "a person with the secrets of kube-system",
        (objects) =>
            objects.push(
                object(rbac, "RoleBinding", "x", "kube-system", {
                    roleRef: { kind: "ClusterRole", name: "admin" },
                    subjects: [{ kind: "User", name: "mallory" }],
                }),
            ),
        "undeclared RoleBinding access",
    ],
    [
        "a role that widens edit",
        (objects) => {
            const role = object(rbac, "ClusterRole", "x", "", {
                rules: [{ apiGroups: [""], resources: ["users"], verbs: ["impersonate"] }],
            });
            role.metadata.labels = { [`${rbac.split("/")[0]}/aggregate-to-edit`]: "true" };
            objects.push(role);
        },
        "undeclared ClusterRole access",
        /delete clusterrole x$/,
    ],
    [
        "a webhook that changes pods, from elsewhere",
        (objects) =>
            objects.push(webhook("MutatingWebhookConfiguration", { url: "https://x.example/in?key=s3cret" })),
        "undeclared MutatingWebhookConfiguration access",
        /delete mutatingwebhookconfigurations\.admissionregistration\.k8s\.io x$|delete mutatingwebhookconfiguration x$/,
    ],
    [
        "a webhook that is shown secrets, in a namespace of its own",
        (objects) =>
            objects.push(
                webhook("ValidatingWebhookConfiguration", { service: { namespace: "tools", name: "x" } }),
            ),
        "undeclared ValidatingWebhookConfiguration secret",
    ],
    [
        "a webhook for namespaces of production",
        (objects) =>
            objects.push(
                webhook(
                    "MutatingWebhookConfiguration",
                    { service: { namespace: "tools", name: "x" } },
                    {
                        namespaceSelector: {
                            matchExpressions: [
                                { key: "gitops-estate/environment", operator: "In", values: ["prod"] },
                            ],
                        },
                    },
                ),
            ),
        "undeclared MutatingWebhookConfiguration access",
    ],
    [
        "a policy that changes pods",
        (objects) =>
            objects.push(
                object("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", "x", "", {
                    spec: {
                        matchConstraints: {
                            resourceRules: [{ apiGroups: [""], resources: ["pods"], operations: ["CREATE"] }],
                        },
                    },
                }),
            ),
        "undeclared MutatingAdmissionPolicy access",
    ],
    [
        "a certificate for an administrator",
        (objects) => objects.push(certificateRequest("Approved")),
        "undeclared CertificateSigningRequest access",
        /delete certificatesigningrequest x$/,
    ],
    [
        "an updater of images",
        (objects) =>
            objects.push(
                object("argocd-image-updater.argoproj.io/v1alpha1", "ImageUpdater", "x", "argocd", {
                    spec: {},
                }),
            ),
        "undeclared object delivery",
    ],
    [
        "a binding in an app's namespace",
        (objects) =>
            objects.push(
                object(rbac, "RoleBinding", "x", "web-prod", { subjects: [{ kind: "User", name: "m" }] }),
            ),
        "undeclared RoleBinding access",
    ],
    [
        "a token of an account",
        (objects) =>
            objects.push(
                object("v1", "Secret", "x", "web-prod", { type: "kubernetes.io/service-account-token" }),
            ),
        "undeclared Secret access",
    ],
    [
        "a policy nobody delivered",
        (objects) => objects.push(object("networking.k8s.io/v1", "NetworkPolicy", "x", "web-prod")),
        "undeclared NetworkPolicy access",
    ],
    [
        "a namespace that counts as one of an environment",
        (objects) => {
            const namespace = object("v1", "Namespace", "x", "");
            namespace.metadata.labels = { "gitops-estate/environment": "prod" };
            objects.push(namespace);
        },
        "undeclared Namespace access",
    ],
];

describe("drift on a cluster", () => {
    test("a quiet cluster gives nothing", () => {
        assert.deepEqual(drift(quiet()), []);
    });

    for (const [title, edit, expected, mend] of cases) {
        test(title, () => {
            const objects = quiet();
            edit(objects);
            const found = drift(objects);
            assert.deepEqual(
                found.map(({ list, noun, risk }) => `${list} ${noun} ${risk}`),
                [expected],
            );
            if (mend !== undefined) {
                assert.match(found[0]?.mend ?? "", mend);
            }
        });
    }

    test("what was added by hand is reported without its secrets", () => {
        const password = "hunter-2-hunter";
        const objects = quiet();
        Object.assign(find(objects, "argocd-cm")["data"] as Json, {
            db_password: password,
            "oidc.config": `name: x\nclientID: argocd\nclientSecret: ${password}\n`,
        });
        find(objects, "argocd-cm")["binaryData"] = { x: Buffer.from(password).toString("base64") };
        const parameters = [{ name: "db.password", value: password }];
        (find(objects, "web-prod-member1")["spec"] as Json)["source"] = {
            targetRevision: "prod",
            helm: { parameters },
        };
        (find(objects, "shop-prod")["spec"] as Json)["sourceRepos"] = [
            "https://gitlab.example.com/a.git",
            `https://a:${password}@gitlab.example.com/b.git`,
        ];
        const found = drift(objects);
        assert.equal(found.length, 3);
        const text = JSON.stringify(found);
        assert.ok(!text.includes(password) && !text.includes(Buffer.from(password).toString("base64")), text);
        assert.match(text, /db_password[^{]*\(hidden\)[\s\S]*oidc\.config[^}]*argocd/);
    });

    test("a command is one for the shell, whatever a key is called", () => {
        const key = "x'; touch planted; echo '";
        const objects = quiet();
        Object.assign(find(objects, "argocd-cm")["data"] as Json, { [key]: "y" });
        const [found] = drift(objects);
        const { stdout } = spawnSync("sh", ["-c", `kubectl() { printf '%s\\n' "$@"; }\n${found?.mend}`], {
            encoding: "utf8",
        });
        const words = stdout.trimEnd().split("\n");
        assert.deepEqual(JSON.parse(words.at(-1) ?? ""), [{ op: "remove", path: `/data/${key}` }]);
        assert.deepEqual(words.slice(0, 4), ["--context", "host-admin", "-n", "argocd"]);
    });

    test("who changed it last, and when", () => {
        const objects = quiet();
        const role = find(objects, "acme-delivery");
        (role["rules"] as Json[]).push({ verbs: ["*"] });
        role.metadata["managedFields"] = [
            { manager: "pulumi-kubernetes-1", time: "2026-01-01T00:00:00Z" },
            { manager: "kubectl-edit", time: "2026-01-02T00:00:00Z" },
        ];
        const [found] = drift(objects);
        assert.deepEqual([found?.who, found?.when], ["kubectl-edit", "2026-01-02T00:00:00Z"]);
    });

    test("where a list could not be read nothing is missing", () => {
        const objects = quiet().filter(({ kind }) => kind !== "ResourceQuota");
        assert.equal(drift(objects).length, 1);
        assert.deepEqual(drift(objects, ["v1/ResourceQuota web-prod"]), []);
    });

    test("each list is read once, Secrets only where the stack is", () => {
        const lists = listsFor(declared.map(addressOf)).map(
            ({ apiVersion, kind, namespace }) => `${apiVersion}/${kind} ${namespace}`,
        );
        assert.equal(new Set(lists).size, lists.length);
        assert.ok(lists.includes("v1/Secret web-prod") && lists.includes("v1/Secret argocd"));
        assert.ok(!lists.includes("v1/Secret ") && lists.includes(`${rbac}/RoleBinding `));
        assert.ok(!lists.includes(`${rbac}/RoleBinding web-prod`), "the whole cluster's covers it");
    });
});
