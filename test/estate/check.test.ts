import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatProblems, parseEstate, rules, type ParseContext, type Problem } from "../../estate";
import { spec, type Overrides } from "../support/estate";

interface Case {
    readonly rule: string;
    readonly title: string;
    readonly change: Overrides;
    readonly context?: ParseContext;
    /** Where, and what stands there, of each problem; all of them must be of the rule. */
    readonly found: readonly (readonly [path: string, value: unknown])[];
    readonly severity?: Problem["severity"];
    /** Somewhere in the fix of the first. */
    readonly fix: RegExp;
}

const premium = { gitlab: { tier: "premium" } };
const updater = { argocd: { imageUpdaterVersion: "0.12.2" } };
const extra = (image: object): Overrides => ({
    ...updater,
    apps: { web: { updater: { images: { redis: image } } } },
});
const windows = (change: object): Overrides => ({
    environments: {
        dev: { syncWindows: [{ kind: "deny", schedule: "0 22 * * *", duration: "2h", ...change }] },
    },
});
const regions = {
    environments: {
        prod: undefined,
        east: { clusters: ["member1"], promotesFrom: "test" },
        west: { clusters: ["member2"], promotesFrom: "test" },
    },
};

const cases: readonly Case[] = [
    {
        rule: "cluster-exists",
        title: "an environment on a cluster that does not exist",
        change: { environments: { dev: { clusters: ["membr1"] } } },
        found: [["environments.dev.clusters", "membr1"]],
        fix: /^did you mean member1\? Otherwise add clusters\.membr1$/,
    },
    {
        rule: "registry-exists",
        title: "a registry that does not exist",
        change: { environments: { dev: { registry: "harbor" } } },
        found: [["environments.dev.registry", "harbor"]],
        fix: /^use one of main, or add registries\.harbor$/,
    },
    {
        rule: "registry-exists",
        title: "no choice among several registries",
        change: {
            registries: { prod: { url: "https://prod.test" } },
            environments: { dev: { registry: "main" }, test: { registry: "main" } },
        },
        found: [["environments.prod.registry", undefined]],
        fix: /choose one of main, prod/,
    },
    {
        rule: "team-exists",
        title: "an app of a team that does not exist",
        change: { apps: { web: { team: "shopp" } } },
        found: [["apps.web.team", "shopp"]],
        fix: /did you mean shop\?/,
    },
    {
        rule: "environment-exists",
        title: "an app's overrides for an environment that does not exist",
        change: { apps: { web: { environments: { stage: {} } } } },
        found: [["apps.web.environments.stage", "stage"]],
        fix: /environments\.stage/,
    },
    {
        rule: "environment-exists",
        title: "an updater in an environment that does not exist",
        change: { ...updater, apps: { web: { updater: { environments: ["dve"] } } } },
        found: [["apps.web.updater.environments", "dve"]],
        fix: /did you mean dev\?/,
    },
    {
        rule: "environment-exists",
        title: "promotion from an environment that does not exist",
        change: { environments: { test: { promotesFrom: "de" } } },
        found: [["environments.test.promotesFrom", "de"]],
        fix: /did you mean dev\?/,
    },
    {
        rule: "channel-exists",
        title: "channels that do not exist, wherever they are named",
        change: {
            environments: { dev: { channels: ["a"] } },
            teams: { shop: { channels: ["b"] } },
            apps: { web: { channels: ["c"], environments: { dev: { channels: ["d"] } } } },
        },
        found: [
            ["apps.web.channels", "c"],
            ["apps.web.environments.dev.channels", "d"],
            ["environments.dev.channels", "a"],
            ["teams.shop.channels", "b"],
        ],
        fix: /^use one of oncall, ops, or add channels\.c$/,
    },
    {
        rule: "one-host",
        title: "no host",
        change: { clusters: { host: undefined } },
        found: [["clusters", []]],
        fix: /role: host/,
    },
    {
        rule: "one-host",
        title: "two hosts",
        change: { clusters: { second: { role: "host", server: "https://second.test" } } },
        found: [["clusters", ["host", "second"]]],
        fix: /all but one of host, second/,
    },
    {
        rule: "environment-has-cluster",
        title: "an environment without a cluster",
        change: { environments: { dev: { clusters: [] } } },
        found: [["environments.dev.clusters", []]],
        fix: /name the clusters/,
    },
    {
        rule: "estate-has-environment",
        title: "no environment at all",
        change: {
            environments: { dev: undefined, test: undefined, prod: undefined },
            apps: { web: undefined, api: undefined },
            clusters: { member1: undefined, member2: undefined },
        },
        found: [["environments", {}]],
        fix: /environments\.dev/,
    },
    {
        rule: "hotfix-branch",
        title: "a hotfix on the branch that is delivered anyway",
        change: { apps: { web: { hotfix: { branch: "main" } } } },
        found: [["apps.web.hotfix.branch", "main"]],
        fix: /name the branch of the hotfix/,
    },
    {
        rule: "hotfix-without-pipeline",
        title: "a hotfix of an app without a pipeline",
        change: { apps: { web: { ci: "none", hotfix: { branch: "hotfix-1" } } } },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /set ci/,
    },
    {
        rule: "hotfix-on",
        title: "a hotfix, for as long as it is on",
        change: { apps: { web: { hotfix: { branch: "hotfix-1" } } } },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /so that main is delivered again/,
    },
    {
        rule: "hotfix-on",
        title: "a hotfix after its day",
        change: { apps: { web: { hotfix: { branch: "hotfix-1", until: "2026-01-31" } } } },
        context: { today: "2026-02-01" },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /move the day/,
    },
    {
        rule: "cluster-used",
        title: "a member that no environment uses",
        change: { clusters: { spare: { server: "https://spare.test" } } },
        found: [["clusters.spare", "spare"]],
        severity: "warning",
        fix: /remove it/,
    },
    {
        rule: "unique-context",
        title: "two clusters with one context of one file",
        change: {
            clusters: {
                member1: { access: { context: "m", kubeconfig: "k" } },
                member2: { access: { context: "m", kubeconfig: "k" } },
            },
        },
        found: [["clusters.member2.access.context", "m"]],
        fix: /^member1 uses the same context/,
    },
    {
        rule: "unique-server",
        title: "two clusters with one API server",
        change: { clusters: { member2: { server: "https://member1.test:6443/" } } },
        found: [["clusters.member2.server", "https://member1.test:6443"]],
        fix: /^member1 has the same/,
    },
    {
        rule: "server-known",
        title: "a member whose API server is not known",
        change: { clusters: { member1: { server: undefined } } },
        found: [["clusters.member1.server", undefined]],
        severity: "warning",
        fix: /context member1 readable in the kubeconfig/,
    },
    {
        rule: "server-known",
        title: "the same in an update",
        change: { clusters: { member1: { server: undefined, access: { kubeconfig: "k" } } } },
        context: { unknownServers: "error" },
        found: [["clusters.member1.server", undefined]],
        fix: /context member1 readable in k$/,
    },
    {
        rule: "promotion-cycle",
        title: "a circle",
        change: { environments: { dev: { promotesFrom: "prod" } } },
        found: [["environments.dev.promotesFrom", "prod"]],
        fix: /remove promotesFrom/,
    },
    {
        rule: "promotion-cycle",
        title: "an environment that promotes from itself",
        change: {
            environments: { dev: { clusters: ["member1"] }, prod: { promotesFrom: "prod" } },
            apps: { web: { environments: { prod: null } }, api: { environments: { prod: null } } },
        },
        found: [["environments.prod.promotesFrom", "prod"]],
        fix: /remove promotesFrom/,
    },
    {
        rule: "promotion-start",
        title: "two first environments",
        change: { environments: { prod: { promotesFrom: undefined } } },
        found: [
            ["environments.dev.promotesFrom", undefined],
            ["environments.prod.promotesFrom", undefined],
        ],
        fix: /give prod one/,
    },
    {
        rule: "promotion-gap",
        title: "an app in dev and prod, but not in test",
        change: { apps: { web: { environments: { test: null } } } },
        found: [["apps.web.environments.test", null]],
        fix: /remove this null, or set environments\.prod to null too/,
    },
    {
        rule: "app-first-environment",
        title: "an app whose versions would start in two regions",
        change: { ...regions, apps: { web: { environments: { dev: null, test: null } } } },
        found: [["apps.web.environments", ["east", "west"]]],
        fix: /the environment they promote from/,
    },
    {
        rule: "app-first-environment",
        title: "an app without any environment",
        change: { apps: { web: { environments: { dev: null, test: null, prod: null } } } },
        found: [["apps.web.environments", { dev: null, test: null, prod: null }]],
        fix: /remove the app/,
    },
    {
        rule: "unique-branch",
        title: "two environments with one branch",
        change: { environments: { test: { branch: "dev" } } },
        found: [["environments.test.branch", "dev"]],
        fix: /environment dev has it/,
    },
    {
        rule: "updater-environment",
        title: "an updater where its app is not",
        change: {
            ...updater,
            apps: { web: { updater: { environments: ["prod"] }, environments: { prod: null } } },
        },
        found: [["apps.web.updater.environments", "prod"]],
        fix: /remove the null of apps\.web\.environments\.prod/,
    },
    {
        rule: "updater-approvals",
        title: "an updater in prod",
        change: { ...updater, apps: { web: { updater: { environments: ["prod"] } } } },
        found: [["apps.web.updater.environments", "prod"]],
        severity: "warning",
        fix: /promote from there/,
    },
    {
        rule: "unique-namespace",
        title: "two apps in one namespace on one cluster",
        change: { apps: { web: { environments: { dev: { namespace: "api-dev" } } } } },
        found: [["apps.web.environments.dev.namespace", "api-dev on member1"]],
        fix: /^api in dev has it too: give one of them another namespace$/,
    },
    {
        rule: "unique-repository",
        title: "an app repository with the path of another app's config repository",
        change: { apps: { web: { repository: { path: "API-config" } } } },
        found: [["apps.web.repository.path", "acme/shop/API-config"]],
        fix: /^the config of app api has it too/,
    },
    {
        rule: "unique-folder",
        title: "two apps in one folder of a shared repository",
        change: {
            apps: {
                api: { config: { scope: "team", folder: "apps" } },
                web: { config: { scope: "team", folder: "apps/web" } },
            },
        },
        found: [["apps.web.config.folder", "apps/web"]],
        fix: /^app api has apps; choose a folder beside it$/,
    },
    {
        rule: "reserved-name",
        title: "a namespace of Kubernetes",
        change: { apps: { web: { environments: { dev: { namespace: "kube-system" } } } } },
        found: [["apps.web.environments.dev.namespace", "kube-system"]],
        fix: /choose another namespace/,
    },
    {
        rule: "reserved-name",
        title: "Argo CD's namespace for an app",
        change: { apps: { web: { environments: { dev: { namespace: "argocd" } } } } },
        found: [["apps.web.environments.dev.namespace", "argocd"]],
        fix: /choose another namespace/,
    },
    {
        rule: "reserved-name",
        title: "a namespace of Kubernetes for Argo CD",
        change: { argocd: { namespace: "default" } },
        found: [["argocd.namespace", "default"]],
        fix: /e\.g\. argocd/,
    },
    {
        rule: "reserved-name",
        title: "a route of GitLab as a repository",
        change: { apps: { web: { repository: { path: "wikis" } } } },
        found: [["apps.web.repository.path", "wikis"]],
        fix: /choose another path/,
    },
    {
        rule: "reserved-name",
        title: "Argo CD's own account",
        change: { argocd: { accounts: { admin: {} } } },
        found: [["argocd.accounts.admin", "admin"]],
        fix: /adminEnabled/,
    },
    {
        rule: "tier-approvals",
        title: "approvals on the free tier",
        change: { environments: { prod: { approvals: 2 } } },
        found: [["environments.prod.approvals", 2]],
        severity: "warning",
        fix: /^done instead: nobody can push to branch prod, and only maintainers can merge into it/,
    },
    {
        rule: "approvals-possible",
        title: "more approvals than people",
        change: { ...premium, environments: { prod: { approvals: 3 } } },
        found: [["environments.prod.approvals", 3]],
        severity: "warning",
        fix: /add people to team shop/,
    },
    {
        rule: "team-maintainers",
        title: "a team without maintainers",
        change: { teams: { shop: { maintainers: [] } } },
        found: [["teams.shop.maintainers", []]],
        severity: "warning",
        fix: /inherited from group acme/,
    },
    {
        rule: "one-role",
        title: "somebody in two roles, and twice in one",
        change: { teams: { shop: { maintainers: ["alice"], developers: ["alice", "bob", "bob"] } } },
        found: [
            ["teams.shop.developers", "alice"],
            ["teams.shop.developers", "bob"],
        ],
        fix: /remove the user here/,
    },
    {
        rule: "prod-deletion-protection",
        title: "production without deletion protection",
        change: { environments: { prod: { deletionProtection: false } } },
        found: [["environments.prod.deletionProtection", false]],
        severity: "warning",
        fix: /class: nonprod/,
    },
    {
        rule: "credentials-expired",
        title: "tokens that end today",
        change: { credentials: { expires: "2030-01-31" } },
        context: { today: "2030-01-31" },
        found: [["credentials.expires", "2030-01-31"]],
        fix: /credentials\.generation/,
    },
    {
        rule: "credentials-expired",
        title: "tokens that end soon",
        change: { credentials: { expires: "2030-03-02" } },
        context: { today: "2030-01-31" },
        found: [["credentials.expires", "2030-03-02"]],
        severity: "warning",
        fix: /credentials\.generation/,
    },
    {
        rule: "credentials-expired",
        title: "a day that does not exist",
        change: { credentials: { expires: "2030-02-30" } },
        found: [["credentials.expires", "2030-02-30"]],
        fix: /correct it/,
    },
    {
        rule: "credentials-rotation",
        title: "tokens that would be rotated all the time",
        change: { credentials: { lifetimeDays: 30, rotateBeforeDays: 30 } },
        found: [["credentials.rotateBeforeDays", 30]],
        fix: /less than 30/,
    },
    {
        rule: "updater-version",
        title: "an updater of no version",
        change: { apps: { web: { updater: {} } } },
        found: [["argocd.imageUpdaterVersion", undefined]],
        fix: /remove the updater of web$/,
    },
    ...["main", "regexp:", "regexp:(", "regexp:^(?!x)"].map((allowTags): Case => ({
        rule: "updater-tags",
        title: `tags allowed by ${allowTags}`,
        change: { ...updater, apps: { web: { updater: { allowTags } } } },
        found: [["apps.web.updater.allowTags", allowTags]],
        fix: /regexp:\^main-/,
    })),
    {
        rule: "updater-tags",
        title: "tags of a further image that refer back",
        change: extra({
            image: "docker.io/library/redis",
            allowTags: "regexp:^(a)\\1$",
            helm: { tag: "redis.tag" },
        }),
        found: [["apps.web.updater.images.redis.allowTags", "regexp:^(a)\\1$"]],
        fix: /regexp:\^main-/,
    },
    {
        rule: "updater-constraint",
        title: "a digest of no tag",
        change: { ...updater, apps: { web: { updater: { strategy: "digest" } } } },
        found: [["apps.web.updater.constraint", undefined]],
        fix: /latest/,
    },
    {
        rule: "updater-constraint",
        title: "versions in a range that is none",
        change: { ...updater, apps: { web: { updater: { strategy: "semver", constraint: "main" } } } },
        found: [["apps.web.updater.constraint", "main"]],
        fix: /\^1\.2/,
    },
    {
        rule: "updater-constraint",
        title: "a range for the newest build",
        change: { ...updater, apps: { web: { updater: { constraint: "^1" } } } },
        found: [["apps.web.updater.constraint", "^1"]],
        fix: /allowTags/,
    },
    {
        rule: "updater-image",
        title: "a further image that is nowhere, and stands nowhere",
        change: extra({}),
        found: [
            ["apps.web.updater.images.redis", { image: undefined, repository: undefined }],
            ["apps.web.updater.images.redis.helm", undefined],
        ],
        fix: /repository/,
    },
    {
        rule: "updater-image",
        title: "a further image in a kustomization that is a chart",
        change: extra({ image: "redis", helm: { tag: "redis.tag" }, kustomize: { name: "redis" } }),
        found: [["apps.web.updater.images.redis.kustomize", { name: "redis" }]],
        fix: /remove/,
    },
    {
        rule: "updater-image",
        title: "a repository whose name has no place in the values",
        change: extra({ repository: "sidecar", helm: { tag: "sidecar.tag" } }),
        found: [["apps.web.updater.images.redis.helm.name", undefined]],
        fix: /name/,
    },
    {
        rule: "updater-image",
        title: "a further image under the app's name",
        change: {
            ...updater,
            apps: { web: { updater: { images: { web: { image: "redis", helm: { tag: "redis.tag" } } } } } },
        },
        found: [["apps.web.updater.images.web", "web"]],
        fix: /rename/,
    },
    {
        rule: "updater-write-back",
        title: "values written by a version that would lose some",
        change: { ...updater, apps: { web: { updater: { writeBack: "values" } } } },
        found: [["apps.web.updater.writeBack", "values"]],
        fix: /source/,
    },
    {
        rule: "updater-write-back",
        title: "a merge request by a version that opens none",
        change: { ...updater, apps: { api: { updater: { mergeRequest: true } } } },
        found: [["apps.api.updater.mergeRequest", true]],
        fix: /writeBranch/,
    },
    {
        rule: "updater-merge-request",
        title: "a merge request from a branch of one's own",
        change: {
            argocd: { imageUpdaterVersion: "1.3.0", imageUpdater: { install: false } },
            apps: { api: { updater: { mergeRequest: true, writeBranch: "next" } } },
        },
        found: [["apps.api.updater.writeBranch", "next"]],
        fix: /one of the two/,
    },
    {
        rule: "updater-manifests",
        title: "an updater whose checksum is not known",
        change: { argocd: { imageUpdaterVersion: "1.3.0" } },
        found: [["argocd.imageUpdater.manifests.sha256", undefined]],
        fix: /install to false/,
    },
    {
        rule: "updater-manifests",
        title: "an updater from two places",
        change: {
            argocd: {
                imageUpdaterVersion: "1.3.0",
                imageUpdater: { manifests: { path: "a", url: "https://m.test/a.yaml" } },
            },
        },
        found: [["argocd.imageUpdater.manifests", { path: "a", url: "https://m.test/a.yaml" }]],
        fix: /remove one/,
    },
    {
        rule: "updater-webhook",
        title: "pushes told to a version that does not listen",
        change: {
            argocd: {
                imageUpdaterVersion: "0.12.2",
                imageUpdater: { webhookUrl: "https://updater.test" },
            },
        },
        found: [["argocd.imageUpdater.webhookUrl", "https://updater.test"]],
        fix: /only polls/,
    },
    {
        rule: "sync-window",
        title: "a window in a zone that does not exist",
        change: windows({ timeZone: "Mars/Olympus" }),
        found: [["environments.dev.syncWindows[0].timeZone", "Mars/Olympus"]],
        fix: /Asia\/Shanghai/,
    },
    ...["0 24 * * *", "60 1 * * *", "0 0 0 * *", "0 0 1-32 * *", "0 0 * 13 *", "*/5 0 * * 7"].map(
        (schedule): Case => ({
            rule: "sync-window",
            title: `a window at ${schedule}`,
            change: windows({ schedule }),
            found: [["environments.dev.syncWindows[0].schedule", schedule]],
            fix: /minute, hour/,
        }),
    ),
    {
        rule: "kustomize-only",
        title: "replicas of a chart",
        change: { apps: { web: { kustomize: { replicas: { web: 2 } } } } },
        found: [["apps.web.kustomize", { replicas: { web: 2 }, patches: [] }]],
        fix: /delivery to kustomize/,
    },
    {
        rule: "difference-fields",
        title: "a difference in nothing",
        change: { apps: { web: { sync: { ignoreDifferences: [{ kind: "Deployment" }] } } } },
        found: [
            [
                "apps.web.sync.ignoreDifferences[0]",
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
        rule: "account-role",
        title: "an account with a role nobody has",
        change: { argocd: { accounts: { "ci-bot": { role: "role:shop-deploy" } } } },
        found: [["argocd.accounts.ci-bot.role", "role:shop-deploy"]],
        fix: /role:shop-deployer/,
    },
    {
        rule: "account-name",
        title: "an account with a person's name",
        change: { argocd: { accounts: { bob: { role: "role:shop-deployer" } } } },
        found: [["argocd.accounts.bob", "bob"]],
        fix: /rename/,
    },
    {
        rule: "manifests-source",
        title: "manifests from two places",
        change: {
            argocd: { manifests: { path: "a", url: "https://m.test/a.yaml", sha256: "0".repeat(64) } },
        },
        found: [["argocd.manifests", { path: "a", url: "https://m.test/a.yaml" }]],
        fix: /remove one/,
    },
    {
        rule: "manifests-source",
        title: "manifests from a URL without a checksum",
        change: { argocd: { manifests: { url: "https://m.test/a.yaml" } } },
        found: [["argocd.manifests.sha256", undefined]],
        fix: /SHA-256/,
    },
    {
        rule: "manifests-source",
        title: "a version whose checksum is not known",
        change: { argocd: { manifests: { version: "3.1.0" } } },
        found: [["argocd.manifests.sha256", undefined]],
        fix: /SHA-256/,
    },
    {
        rule: "channel-recipient",
        title: "mail to nobody",
        change: { channels: { mail: { kind: "email" } } },
        found: [["channels.mail.recipient", undefined]],
        fix: /mail address/,
    },
    {
        rule: "channel-recipient",
        title: "a recipient for a bot",
        change: { channels: { ops: { recipient: "all" } } },
        found: [["channels.ops.recipient", "all"]],
        fix: /remove it/,
    },
    {
        rule: "values-helm",
        title: "Helm values for Kustomize",
        change: { apps: { api: { values: { a: 1 }, environments: { dev: { values: { b: 1 } } } } } },
        found: [
            ["apps.api.environments.dev.values", { b: 1 }],
            ["apps.api.values", { a: 1 }],
        ],
        fix: /apps\.api\.delivery to helm/,
    },
    {
        rule: "sso-url",
        title: "sign-on without a URL to come back to",
        change: { argocd: { url: undefined, sso: { clientId: "x" } } },
        found: [["argocd.url", undefined]],
        fix: /public URL/,
    },
    {
        rule: "secure-url",
        title: "servers without TLS on another machine",
        change: {
            gitlab: { url: "http://gitlab.test" },
            registries: { main: { url: "http://harbor.test:8080" } },
        },
        found: [
            ["gitlab.url", "http://gitlab.test"],
            ["registries.main.url", "http://harbor.test:8080"],
        ],
        severity: "warning",
        fix: /^write https:\/\/gitlab\.test$/,
    },
    {
        rule: "insecure-registry",
        title: "production images from a registry anybody can be",
        change: { registries: { main: { insecure: true } } },
        found: [["registries.main.insecure", true]],
        severity: "warning",
        fix: /certificate/,
    },
    // Names that meet: app a-b in c, and app a in b-c.
    {
        rule: "unique-project",
        title: "two apps with one derived name on different clusters",
        change: {
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                c: { clusters: ["member1"] },
                "b-c": { clusters: ["member2"], promotesFrom: "c" },
            },
            apps: {
                web: undefined,
                api: undefined,
                "a-b": { team: "shop", environments: { "b-c": null } },
                a: { team: "shop", environments: { c: null } },
            },
        },
        found: [["apps.a-b.environments.c", "a-b-c"]],
        fix: /^a in b-c has it too: rename one/,
    },
    {
        rule: "unique-application",
        title: "two apps with one Application, by the cluster's name",
        change: {
            clusters: { member1: undefined, member2: undefined, d: server("d"), "c-d": server("c-d") },
            registries: { other: { url: "https://other.test" } },
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                b: { clusters: ["c-d"], registry: "main" },
                "b-c": { clusters: ["d"], registry: "other", promotesFrom: "b" },
            },
            apps: {
                web: undefined,
                api: undefined,
                a: { team: "shop" },
            },
        },
        found: [["apps.a.environments.b-c", "a-b-c-d"]],
        fix: /^a in b has it too: rename one/,
    },
];

function server(name: string): Overrides {
    return { server: `https://${name}.test` };
}

describe("the rules", () => {
    it("have nothing to say about the fixture, and little about an empty estate", () => {
        assert.deepEqual(parseEstate(spec()).problems, []);
        assert.deepEqual(parseEstate(spec(regions)).problems, []);
        const empty = { web: undefined, api: undefined };
        assert.deepEqual(parseEstate(spec({ apps: empty })).problems, []);
    });

    for (const { rule, title, change, context, found, severity, fix } of cases) {
        it(`${rule}: ${title}`, () => {
            const { estate, problems } = parseEstate(spec(change), context);
            const text = formatProblems(problems);
            assert.deepEqual([...new Set(problems.map((problem) => problem.id))], [rule], text);
            assert.deepEqual(
                problems.map((problem) => [problem.path, problem.value]),
                found,
                text,
            );
            assert.deepEqual([...new Set(problems.map((each) => each.severity))], [severity ?? "error"]);
            assert.match(problems[0]?.fix ?? "", fix);
            assert.equal(estate === undefined, severity !== "warning", "errors alone withhold the model");
        });
    }

    it("all have an id of their own and a case here, but for those that only prove the names", () => {
        const ids = rules.map((rule) => rule.id);
        assert.equal(new Set(ids).size, ids.length);
        // Names are built so that these cannot happen one at a time; they guard names.ts.
        const proofs = ["derived-name", "unique-team-project", "unique-robot"];
        assert.deepEqual(
            ids.filter((id) => !proofs.includes(id) && !cases.some((one) => one.rule === id)),
            [],
        );
    });

    it("allow what only looks wrong", () => {
        const fine: Overrides[] = [
            { environments: { dev: { clusters: ["host"] } } },
            {
                gitlab: { url: "http://127.0.0.1:8929" },
                registries: { main: { url: "http://localhost:8930" } },
            },
            { channels: { talk: { kind: "slack", recipient: "general" }, hook: { kind: "webhook" } } },
            { apps: { web: { config: { scope: "team" } }, api: { config: { scope: "team" } } } },
            { apps: { web: { environments: { dev: null } } } },
            { apps: { web: { environments: { test: null, prod: null } } } },
            { ...updater, apps: { web: { updater: { allowTags: "regexp:^v[0-9]+$" } } } },
            extra({ image: "docker.io/library/redis", helm: { tag: "redis.tag" } }),
            {
                ...updater,
                apps: { api: { updater: { images: { redis: { image: "redis" } }, writeBack: "values" } } },
            },
            {
                argocd: {
                    imageUpdaterVersion: "0.12.2",
                    imageUpdater: { webhookUrl: "http://127.0.0.1:8947" },
                },
            },
            { ...updater, apps: { web: { updater: { strategy: "semver", constraint: ">=1.0 <2" } } } },
            { ...updater, apps: { web: { updater: { strategy: "digest", constraint: "latest" } } } },
            windows({ schedule: "*/15 0-6,22 1 1-12 1-5", timeZone: "Asia/Shanghai" }),
            windows({ schedule: "@daily" }),
            { argocd: { accounts: { "ci-bot": { role: "role:shop-releaser" } } } },
            { defaults: { values: { a: 1 } } },
            { ...premium, environments: { prod: { approvals: 2 } } },
            { clusters: { member1: { access: { context: "m" } }, member2: { access: { context: "m" } } } },
            { argocd: { manifests: { version: "3.1.0", path: "manifests" } } },
            { argocd: { manifests: { version: "3.1.0", sha256: "0".repeat(64) } } },
        ];
        for (const change of fine) {
            const { problems } = parseEstate(spec(change));
            assert.deepEqual(problems, [], `${JSON.stringify(change)}\n${formatProblems(problems)}`);
        }
    });
});
