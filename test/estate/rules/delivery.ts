/** Cases of the rules about how Argo CD syncs, and who may. */
import { type Case, updater, windows } from "./case";

const merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { replicas: 2 }\n";

export const deliveryCases: readonly Case[] = [
    {
        rule: "kinds-allowed",
        title: "kinds no app may have, at every level",
        change: {
            defaults: { kinds: ["gateway-routes", { group: "", kind: "Secret" }] },
            environments: {
                dev: { defaults: { kinds: [{ group: "rbac.authorization.k8s.io", kind: "Role" }] } },
            },
            apps: {
                web: {
                    kinds: [{ group: "argoproj.io", kind: "Application" }],
                    environments: { prod: { kinds: [{ group: "", kind: "ResourceQuota" }] } },
                },
            },
        },
        found: [
            ["apps.web.environments.prod.kinds.0", { group: "", kind: "ResourceQuota" }],
            ["apps.web.kinds.0", { group: "argoproj.io", kind: "Application" }],
            ["defaults.kinds.1", { group: "", kind: "Secret" }],
            ["environments.dev.defaults.kinds.0", { group: "rbac.authorization.k8s.io", kind: "Role" }],
        ],
        fix: /they are the estate's; see quota/,
    },
    {
        rule: "difference-paths",
        title: "a jq path whose bracket is open",
        change: {
            defaults: {
                sync: {
                    ignoreDifferences: [
                        { group: "apps", kind: "Deployment", jqPathExpressions: [".spec", ".spec["] },
                    ],
                },
            },
        },
        found: [["defaults.sync.ignoreDifferences.0.jqPathExpressions.1", ".spec["]],
        fix: /select\(\.name == "web"\)/,
    },
    {
        rule: "kustomize-patch",
        title: "operations that change nothing in particular",
        change: {
            apps: { api: { kustomize: { patches: [{ patch: "- { op: remove, path: /spec/replicas }" }] } } },
        },
        found: [["apps.api.kustomize.patches.0.target", undefined]],
        fix: /target: \{ kind: Deployment, name: web \}/,
    },
    {
        rule: "kustomize-patch",
        title: "a patch that is none, and one that names no object, beside good ones",
        change: {
            apps: {
                api: {
                    environments: {
                        dev: {
                            kustomize: {
                                patches: [
                                    { patch: "replicas" },
                                    { patch: "spec: { replicas: 2 }" },
                                    {
                                        patch: "kind: Deployment\nmetadata: { name: not-used }\nspec: { replicas: 2 }",
                                        target: { kind: "Deployment", name: "web|api" },
                                    },
                                    {
                                        patch: "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { replicas: 2 }",
                                    },
                                ],
                            },
                        },
                    },
                },
            },
        },
        found: [
            ["apps.api.environments.dev.kustomize.patches.0.patch", "replicas"],
            ["apps.api.environments.dev.kustomize.patches.1.patch", "spec: { replicas: 2 }"],
        ],
        fix: /a strategic merge patch/,
    },
    {
        rule: "kustomize-patch",
        title: "patches as Kustomize does not read them",
        change: {
            apps: {
                api: {
                    kustomize: {
                        patches: [
                            { patch: "spec: { replicas: 2 }", target: { kind: "Deployment" } },
                            { patch: "kind: Deployment\nmetadata: { name: api }" },
                            { patch: `${merge}---\n${merge}`, target: { kind: "Deployment" } },
                            {
                                patch: "- { op: remove, path: /spec/replicas }\n---\n- { op: remove, path: /spec/paused }",
                                target: { kind: "Deployment" },
                            },
                            { patch: `${merge}---\n- { op: remove, path: /spec/paused }` },
                            { patch: "---\n" },
                        ],
                    },
                },
            },
        },
        found: [
            ["apps.api.kustomize.patches.0.patch", "spec: { replicas: 2 }"],
            ["apps.api.kustomize.patches.1.patch", "kind: Deployment\nmetadata: { name: api }"],
            ["apps.api.kustomize.patches.2.target", { kind: "Deployment" }],
            [
                "apps.api.kustomize.patches.3.patch",
                "- { op: remove, path: /spec/replicas }\n---\n- { op: remove, path: /spec/paused }",
            ],
            ["apps.api.kustomize.patches.4.patch", `${merge}---\n- { op: remove, path: /spec/paused }`],
            ["apps.api.kustomize.patches.5.patch", "---\n"],
        ],
        fix: /metadata: \{ name: not-used \}/,
    },
    ...(["24h", "1500m"] as const).map((duration): Case => ({
        rule: "sync-window",
        title: `a window that never closes, of ${duration}`,
        change: windows({ duration }),
        found: [["environments.dev.syncWindows.0.duration", duration]],
        severity: "warning",
        fix: /less than 24h/,
    })),
    {
        rule: "sync-window",
        title: "a window in a zone that does not exist",
        change: windows({ timeZone: "Mars/Olympus" }),
        found: [["environments.dev.syncWindows.0.timeZone", "Mars/Olympus"]],
        fix: /Asia\/Shanghai/,
    },
    ...[
        "0 24 * * *",
        "60 1 * * *",
        "0 0 0 * *",
        "0 0 1-32 * *",
        "0 0 * 13 *",
        "*/5 0 * * 7",
        "0 5-1 * * *",
        "1- 0 * * *",
        "*/0 * * * *",
        "0 0 * FOO *",
        "0 0 * * L",
        "0 0 * * 5L",
        "0 0 31 2 *",
    ].map((schedule): Case => ({
        rule: "sync-window",
        title: `a window at ${schedule}`,
        change: windows({ schedule }),
        found: [["environments.dev.syncWindows.0.schedule", schedule]],
        fix: /minute, hour/,
    })),
    {
        rule: "kustomize-only",
        title: "replicas of a chart",
        change: { apps: { web: { kustomize: { replicas: { web: 2 } } } } },
        found: [["apps.web.kustomize", { replicas: { web: 2 }, patches: [] }]],
        fix: /delivery to kustomize/,
    },
    {
        rule: "updater-delivery",
        title: "an updater for what it cannot write into",
        change: { ...updater, apps: { web: { delivery: "jsonnet", updater: {} } } },
        found: [["apps.web.updater", "delivery jsonnet"]],
        fix: /pipelines write the version/,
    },
    {
        rule: "argocd-ignore-kind",
        title: "an expression where Argo CD reads patterns",
        change: {
            apps: {
                web: {
                    environments: {
                        dev: {
                            sync: {
                                ignoreDifferences: [
                                    { group: "apps", kind: "Deploy.*", jsonPointers: ["/spec/x"] },
                                    { group: "*.k8s.io", kind: "Deploy*", jsonPointers: ["/spec/x"] },
                                ],
                            },
                        },
                    },
                },
            },
        },
        found: [["apps.web.environments.dev.sync.ignoreDifferences.0.kind", "Deploy.*"]],
        fix: /^write Deploy\*$/,
    },
    {
        rule: "argocd-plain-pin",
        title: "a pin over plain manifests",
        change: { apps: { web: { delivery: "plain", environments: { prod: { pin: "1.2.3" } } } } },
        found: [["apps.web.environments.prod.pin", "1.2.3"]],
        fix: /write the tag in git/,
    },
    {
        rule: "difference-fields",
        title: "a difference in nothing",
        change: { apps: { web: { sync: { ignoreDifferences: [{ kind: "Deployment" }] } } } },
        found: [
            [
                "apps.web.sync.ignoreDifferences.0",
                {
                    group: "",
                    kind: "Deployment",
                    jsonPointers: [],
                    jqPathExpressions: [],
                    managedFieldsManagers: [],
                },
            ],
        ],
        fix: /jsonPointers/,
    },
    {
        rule: "kinds-allowed",
        title: "kinds outside namespaces, and a version for a group",
        change: {
            defaults: {
                kinds: [
                    { group: "cert-manager.io", kind: "ClusterIssuer" },
                    { group: "storage.k8s.io", kind: "StorageClass" },
                    { group: "v1", kind: "PodTemplate" },
                ],
            },
        },
        found: [
            ["defaults.kinds.0", { group: "cert-manager.io", kind: "ClusterIssuer" }],
            ["defaults.kinds.1", { group: "storage.k8s.io", kind: "StorageClass" }],
            ["defaults.kinds.2", { group: "v1", kind: "PodTemplate" }],
        ],
        fix: /does not live in a namespace/,
    },
    {
        rule: "difference-group",
        title: "a Deployment of the core group",
        change: {
            defaults: {
                sync: { ignoreDifferences: [{ kind: "Deployment", jsonPointers: ["/spec/replicas"] }] },
            },
        },
        found: [["defaults.sync.ignoreDifferences.0.group", ""]],
        fix: /^write group: apps$/,
    },
];
