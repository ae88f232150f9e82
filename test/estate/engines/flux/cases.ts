/** Cases of the rules about Flux: what it lacks is refused, with what to do instead. */
import type { Case } from "../../rules/case";
import type { Overrides } from "../../../support/estate";

/** The fixture with Flux as its engine; both apps are its own. */
const flux = (change: Overrides = {}): Overrides => ({
    argocd: undefined,
    defaults: { engine: "flux" },
    flux: { manifests: { path: "manifests/flux" } },
    ...change,
});

const withOperator = { manifests: { path: "manifests/flux" }, operator: { path: "manifests/operator.yaml" } };
const url = "https://web-{number}.preview.test";

/** App web with an updater. */
const updated = (updater: object): Overrides => flux({ apps: { web: { updater } } });

const image = (side: object): Overrides =>
    updated({ strategy: "semver", images: { side: { strategy: "semver", ...side } } });

const server = (name: string): Overrides => ({ server: `https://${name}.test` });

export const fluxCases: readonly Case[] = [
    {
        rule: "flux-setting",
        title: "image updates without an updater, and upgrades of charts without one",
        change: flux({
            flux: {
                manifests: { path: "manifests/flux" },
                imageIntervalSeconds: 60,
                forceUpgrades: true,
                commit: { name: "bot" },
            },
            apps: { web: { delivery: "kustomize" } },
        }),
        found: [
            ["flux.commit.name", "bot"],
            ["flux.forceUpgrades", true],
            ["flux.imageIntervalSeconds", 60],
        ],
        severity: "warning",
        fix: /^set apps\.<app>\.updater, or remove this$/,
    },
    {
        rule: "flux-setting",
        title: "the URL of a relay that is not there",
        change: flux({
            flux: { manifests: { path: "manifests/flux" }, relayUrl: "https://relay.test" },
            notifications: { relay: undefined },
            teams: { shop: { channels: [] } },
            environments: { test: { channels: [] } },
            channels: undefined,
        }),
        found: [["flux.relayUrl", "https://relay.test"]],
        severity: "warning",
        fix: /^write that/,
    },
    {
        rule: "flux-workload",
        title: "limits of a workload that is spelt wrong",
        change: flux({
            flux: {
                manifests: { path: "manifests/flux" },
                resources: { "helm-controler": { limits: { memory: "1Gi" } } },
            },
        }),
        found: [["flux.resources.helm-controler", "helm-controler"]],
        severity: "warning",
        fix: /did you mean helm-controller\?/,
    },
    {
        rule: "engine-ability",
        title: "windows of syncs with Flux",
        change: flux({
            environments: {
                dev: { syncWindows: [{ kind: "deny", schedule: "0 22 * * *", duration: "2h" }] },
            },
        }),
        found: [
            ["environments.dev.syncWindows", 1],
            ["environments.dev.syncWindows", 1],
        ],
        fix: /hold the app/,
    },
    {
        rule: "engine-ability",
        title: "Jsonnet with Flux",
        change: flux({ apps: { web: { delivery: "jsonnet" } } }),
        found: [["apps.web.delivery", "jsonnet"]],
        fix: /kustomize, helm or plain, or let Argo CD deliver/,
    },
    {
        rule: "engine-ability",
        title: "syncs by a person with Flux",
        change: flux({ apps: { web: { environments: { prod: { sync: null } } } } }),
        found: [["apps.web.environments.prod.sync.automated", false]],
        fix: /the merge into the environment's branch be the release/,
    },
    {
        rule: "unique-release",
        title: "two apps with one HelmRelease, by the cluster's name",
        change: flux({
            clusters: { member1: undefined, member2: undefined, d: server("d"), "c-d": server("c-d") },
            registries: { other: { url: "https://other.test" } },
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                b: { clusters: ["c-d"], registry: "main" },
                "b-c": { clusters: ["d"], registry: "other", promotesFrom: "b" },
            },
            apps: { web: undefined, api: undefined, a: { team: "shop" } },
        }),
        found: [["apps.a.environments.b-c", "a-b-c-d"]],
        fix: /^a in b has it too: rename one/,
    },
    {
        rule: "flux-manifests",
        title: "a release without a checksum",
        change: { defaults: { engine: "flux" } },
        found: [["flux.manifests.sha256", undefined]],
        fix: /SHA-256 of the install\.yaml you reviewed/,
    },
    {
        rule: "flux-manifests",
        title: "manifests at two places",
        change: flux({ flux: { manifests: { path: "a", url: "https://b.test/c.yaml" } } }),
        found: [["flux.manifests", { path: "a", url: "https://b.test/c.yaml" }]],
        fix: /remove one/,
    },
    {
        rule: "flux-operator-manifests",
        title: "an operator without a checksum",
        change: flux({ flux: { manifests: { path: "a" }, operator: {} } }),
        found: [["flux.operator.sha256", undefined]],
        fix: /or commit the file and set flux\.operator\.path/,
    },
    {
        rule: "flux-previews-operator",
        title: "previews without what makes them",
        change: flux({ apps: { web: { previews: { url } } } }),
        found: [["apps.web.previews", "main"]],
        fix: /write flux\.operator .*, or let Argo CD deliver the app/,
    },
    {
        rule: "flux-previews-url",
        title: "previews that nobody could be led to",
        change: flux({ flux: withOperator, apps: { web: { previews: {} } } }),
        found: [["apps.web.previews.url", undefined]],
        fix: /https:\/\/web-\{number\}\.preview\.example\.com/,
    },
    {
        rule: "flux-previews-gitlab",
        title: "previews of merge requests at a GitLab below a path",
        change: flux({
            flux: withOperator,
            gitlab: { url: "https://gitlab.test/gitlab" },
            apps: { web: { previews: { url } } },
        }),
        found: [["gitlab.url", "https://gitlab.test/gitlab"]],
        fix: /set gitlab\.clusterUrl to an address without a path/,
    },
    {
        rule: "flux-image-mirror-login",
        title: "a login of no mirror",
        change: flux({ flux: { manifests: { path: "a" }, imageMirrorLogin: true } }),
        found: [["flux.imageMirrorLogin", true]],
        fix: /name the mirror/,
    },
    {
        rule: "engine-ability",
        title: "an order of apps with Argo CD",
        change: { apps: { web: { dependsOn: ["api"] } } },
        found: [["apps.web.dependsOn", ["api"]]],
        fix: /sync-wave/,
    },
    {
        rule: "flux-depends-on",
        title: "an app that waits for one of another kind",
        change: flux({ apps: { web: { dependsOn: ["api"] } } }),
        found: [["apps.web.dependsOn", "api"]],
        fix: /^api is delivered by kustomize, and HelmReleases wait for their like only/,
    },
    {
        rule: "flux-depends-on",
        title: "an app that waits for one that Argo CD delivers",
        change: flux({
            argocd: { url: "https://argocd.test" },
            apps: { web: { dependsOn: ["api"] }, api: { engine: "argocd" } },
        }),
        found: [["apps.web.dependsOn", "api"]],
        fix: /^another engine delivers api/,
    },
    {
        rule: "flux-depends-on",
        title: "an app that waits for another team's",
        change: flux({
            teams: { other: { maintainers: ["alice"] } },
            apps: { web: { dependsOn: ["api"] }, api: { team: "other", delivery: "helm" } },
        }),
        found: [["apps.web.dependsOn", "api"]],
        fix: /^api is team other's/,
    },
    {
        rule: "flux-depends-on",
        title: "an app that waits for one that runs elsewhere",
        change: flux({
            apps: {
                web: { dependsOn: ["api"], environments: { dev: null, test: null }, clusters: ["member2"] },
                api: { delivery: "helm", clusters: ["member1"] },
            },
        }),
        found: [["apps.web.dependsOn", "api"]],
        fix: /^api runs nowhere beside it/,
    },
    {
        rule: "flux-depends-on-itself",
        title: "apps that wait for each other",
        change: flux({
            apps: { web: { dependsOn: ["api"] }, api: { delivery: "helm", dependsOn: ["web"] } },
        }),
        found: [
            ["apps.api.dependsOn", ["web"]],
            ["apps.web.dependsOn", ["api"]],
        ],
        fix: /^take one out of api -> web -> api$/,
    },
    {
        rule: "flux-prune",
        title: "a chart that is not to delete what left it",
        change: flux({ apps: { web: { environments: { dev: { sync: { prune: false } } } } } }),
        found: [["apps.web.environments.dev.sync.prune", false]],
        fix: /resource-policy: keep/,
    },
    {
        rule: "flux-self-heal",
        title: "a kustomization that is not to heal",
        change: flux({ apps: { api: { environments: { dev: { sync: { selfHeal: false } } } } } }),
        found: [["apps.api.environments.dev.sync.selfHeal", false]],
        fix: /ignoreDifferences/,
    },
    {
        rule: "flux-ignore-differences",
        title: "fields in jq's words",
        change: flux({
            apps: {
                web: {
                    environments: {
                        dev: {
                            sync: {
                                ignoreDifferences: [
                                    { group: "apps", kind: "Deployment", jqPathExpressions: [".spec"] },
                                ],
                            },
                        },
                    },
                },
            },
        }),
        found: [["apps.web.environments.dev.sync.ignoreDifferences.0.jqPathExpressions", [".spec"]]],
        fix: /jsonPointers/,
    },
    {
        rule: "flux-ignore-target",
        title: "patterns where Flux reads expressions",
        change: flux({
            apps: {
                web: {
                    environments: {
                        dev: {
                            sync: {
                                ignoreDifferences: [
                                    {
                                        group: "*",
                                        kind: "Deploy*",
                                        name: "web-*",
                                        jsonPointers: ["/spec/replicas"],
                                    },
                                    {
                                        group: ".*",
                                        kind: "Deploy.*",
                                        name: "web-.*",
                                        jsonPointers: ["/spec/x"],
                                    },
                                    {
                                        group: "apps",
                                        kind: "Deployment",
                                        name: "web-[",
                                        jsonPointers: ["/spec/x"],
                                    },
                                ],
                            },
                        },
                    },
                },
            },
        }),
        found: [
            ["apps.web.environments.dev.sync.ignoreDifferences.0.group", "*"],
            ["apps.web.environments.dev.sync.ignoreDifferences.0.kind", "Deploy*"],
            ["apps.web.environments.dev.sync.ignoreDifferences.0.name", "web-*"],
            ["apps.web.environments.dev.sync.ignoreDifferences.2.name", "web-["],
        ],
        fix: /^write \.\*$/,
    },
    {
        rule: "flux-mail",
        title: "a mail address that is told of apps",
        change: flux({
            channels: { mail: { kind: "email", recipient: "ops@acme.test" } },
            apps: { web: { channels: ["mail"] } },
        }),
        found: [["apps.web.channels", "mail"]],
        fix: /take mail away from app web/,
    },
    {
        rule: "flux-relay",
        title: "channels without the relay",
        change: flux({ notifications: { relay: undefined } }),
        found: [["notifications.relay", undefined]],
        fix: /relay's image/,
    },
    {
        rule: "flux-running",
        title: "a channel that wants the beginning of a chart's upgrade",
        change: flux({
            apps: {
                web: {
                    environments: {
                        dev: { channels: [{ channel: "ops", triggers: ["on-sync-running"] }] },
                    },
                },
            },
        }),
        found: [["apps.web.environments.dev.channels", "ops"]],
        severity: "warning",
        fix: /take on-sync-running away/,
    },
    ...["newest-build", "digest"].map((strategy): Case => ({
        rule: "flux-image-policy",
        title: `strategy ${strategy}`,
        change: updated({ strategy }),
        found: [["apps.web.updater.strategy", strategy]],
        fix: /write numerical with extract/,
    })),
    {
        rule: "flux-image-policy",
        title: "a range that is none",
        change: updated({ strategy: "semver", constraint: "new" }),
        found: [["apps.web.updater.constraint", "new"]],
        fix: /1\.0\.x/,
    },
    {
        rule: "flux-image-policy",
        title: "an expression that is none",
        change: updated({ strategy: "semver", allowTags: "regexp:(" }),
        found: [["apps.web.updater.allowTags", "regexp:("]],
        fix: /regexp:\^v/,
    },
    {
        rule: "flux-image-policy",
        title: "a part of tags that no group has",
        change: updated({
            strategy: "numerical",
            allowTags: "regexp:^main-(?P<build>[0-9]+)$",
            extract: "$time",
        }),
        found: [["apps.web.updater.extract", "$time"]],
        fix: /\$build/,
    },
    {
        rule: "flux-image-policy",
        title: "tags to leave out, and platforms",
        change: updated({ strategy: "semver", ignoreTags: ["*-debug"], platforms: ["linux/amd64"] }),
        found: [
            ["apps.web.updater.ignoreTags", ["*-debug"]],
            ["apps.web.updater.platforms", ["linux/amd64"]],
        ],
        fix: /allowTags/,
    },
    {
        rule: "flux-image",
        title: "an image and a repository",
        change: image({ repository: "side", image: "docker.io/library/redis" }),
        found: [["apps.web.updater.images.side", { image: "docker.io/library/redis", repository: "side" }]],
        fix: /write repository/,
    },
    {
        rule: "flux-image",
        title: "words of Argo CD's updater",
        change: image({ repository: "side", helm: { tag: "side.tag" }, pullSecret: "env:LOGIN" }),
        found: [
            ["apps.web.updater.images.side.helm", { tag: "side.tag" }],
            ["apps.web.updater.images.side.pullSecret", "env:LOGIN"],
        ],
        fix: /put the marker/,
    },
    {
        rule: "flux-write-back",
        title: "a merge request of Flux",
        change: updated({ strategy: "semver", mergeRequest: true }),
        found: [["apps.web.updater.mergeRequest", true]],
        fix: /writeBranch/,
    },
    {
        rule: "flux-write-back",
        title: "a template of a branch",
        change: updated({ strategy: "semver", writeBranch: "images-{{.SHA256}}" }),
        found: [["apps.web.updater.writeBranch", "images-{{.SHA256}}"]],
        fix: /image-updates-web/,
    },
    {
        rule: "flux-commit-template",
        title: "a commit message whose template does not end",
        change: flux({
            flux: {
                manifests: { path: "manifests/flux" },
                commit: { message: "{{range .Changed.Changes}}{{.NewValue}}" },
            },
            apps: { web: { updater: { strategy: "semver" } } },
        }),
        found: [["flux.commit.message", "{{range .Changed.Changes}}{{.NewValue}}"]],
        fix: /AutomationObject/,
    },
    {
        rule: "flux-one-marker",
        title: "two environments whose branches have one file",
        change: updated({ strategy: "semver", environments: ["dev", "test"] }),
        found: [["apps.web.updater.environments", "test"]],
        fix: /promote by a merge/,
    },
    {
        rule: "flux-registry",
        title: "a registry that is not verified",
        change: flux({
            registries: { main: { insecure: true } },
            environments: { prod: { class: "nonprod" } },
            apps: { web: { updater: { strategy: "semver" } } },
        }),
        found: [["registries.main.insecure", true]],
        fix: /certificateAuthorities/,
    },
    {
        rule: "updater-strategy",
        title: "numbers with Argo CD's updater",
        change: {
            argocd: { imageUpdaterVersion: "0.12.2" },
            apps: {
                web: {
                    updater: {
                        strategy: "numerical",
                        allowTags: "regexp:^main-(?P<build>[0-9a-f]+)$",
                        extract: "$build",
                    },
                },
            },
        },
        found: [
            ["apps.web.updater.extract", "$build"],
            ["apps.web.updater.strategy", "numerical"],
        ],
        fix: /whole tags/,
    },
];
