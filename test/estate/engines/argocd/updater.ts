/** Cases of the rules about the image updater. */
import { type Case, updater, extra } from "../../rules/case";

export const updaterCases: readonly Case[] = [
    {
        rule: "updater-used",
        title: "a webhook of the updater where no app has one",
        change: { argocd: { imageUpdater: { webhookUrl: "https://updater.test" } } },
        found: [["argocd.imageUpdater.webhookUrl", "https://updater.test"]],
        severity: "warning",
        fix: /set apps\.<app>\.updater/,
    },
    {
        rule: "updater-used",
        title: "how an updater works and is installed, where no app has one",
        change: {
            argocd: {
                imageUpdater: {
                    install: false,
                    intervalSeconds: 30,
                    manifests: { path: "updater.yaml" },
                    webhookListener: "other",
                    commit: { email: "bot@acme.test" },
                },
            },
        },
        found: [
            ["argocd.imageUpdater.commit.email", "bot@acme.test"],
            ["argocd.imageUpdater.install", false],
            ["argocd.imageUpdater.intervalSeconds", 30],
            ["argocd.imageUpdater.manifests.path", "updater.yaml"],
            ["argocd.imageUpdater.webhookListener", "other"],
        ],
        severity: "warning",
        fix: /set apps\.<app>\.updater/,
    },
    {
        rule: "updater-setting",
        title: "platforms of a strategy that looks at tags",
        change: {
            ...updater,
            apps: { web: { updater: { strategy: "semver", allowTags: "any", platforms: ["linux/arm64"] } } },
        },
        found: [["apps.web.updater.platforms", ["linux/arm64"]]],
        severity: "warning",
        fix: /newest-build or digest/,
    },
    {
        rule: "cluster-page-used",
        title: "a button of cards that nobody gets",
        change: {
            argocd: { clusterPageUrl: "https://page.test" },
            notifications: { relay: undefined },
            channels: undefined,
            teams: { shop: { channels: [] } },
            environments: { test: { channels: [] } },
        },
        found: [["argocd.clusterPageUrl", "https://page.test"]],
        severity: "warning",
        fix: /notify somebody/,
    },
    {
        rule: "updater-setting",
        title: "how an updater is installed that something else installs, and who listens where nobody calls",
        change: {
            argocd: {
                imageUpdaterVersion: "0.12.2",
                imageUpdater: {
                    install: false,
                    intervalSeconds: 30,
                    manifests: { path: "updater.yaml" },
                    webhookListener: "other",
                },
            },
        },
        found: [
            ["argocd.imageUpdater.intervalSeconds", 30],
            ["argocd.imageUpdater.manifests.path", "updater.yaml"],
            ["argocd.imageUpdater.webhookListener", "other"],
        ],
        severity: "warning",
        fix: /give --interval to what installs it/,
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
    ...[
        "regexp:^v[0-9]+$",
        "regexp:^main-[0-9a-f]{8}$",
        "regexp:^main-[0-9A-F]{40}$",
        "regexp:^[0-9a-f]{10}$",
    ].map((allowTags): Case => ({
        rule: "updater-ci-tags",
        title: `tags of CI that ${allowTags} never lets through`,
        change: { ...updater, apps: { web: { updater: { allowTags } } } },
        found: [["apps.web.updater.allowTags", allowTags]],
        severity: "warning",
        fix: /such as main-5feceb66ff: write e\.g\. regexp:\^main-\[0-9a-f\]\{10\}\$$/,
    })),
    {
        rule: "updater-ci-tags",
        title: "tags of a branch that is not the one that is delivered",
        change: {
            ...updater,
            apps: {
                web: {
                    repository: { branch: "trunk" },
                    updater: { allowTags: "regexp:^main-[0-9a-f]{10}$" },
                },
            },
        },
        found: [["apps.web.updater.allowTags", "regexp:^main-[0-9a-f]{10}$"]],
        severity: "warning",
        fix: /regexp:\^trunk-/,
    },
    ...[["main-*"], ["main-[0-7]*", "main-[^0-7]*"], ["????-??????????"]].map((ignoreTags): Case => ({
        rule: "updater-ci-tags",
        title: `tags of CI that are all ignored by ${ignoreTags.join(", ")}`,
        change: { ...updater, apps: { web: { updater: { ignoreTags } } } },
        found: [["apps.web.updater.ignoreTags", ignoreTags]],
        severity: "warning",
        fix: /take away/,
    })),
    {
        rule: "updater-constraint",
        title: "a digest of no tag",
        change: { ...updater, apps: { web: { updater: { strategy: "digest" } } } },
        found: [["apps.web.updater.constraint", undefined]],
        fix: /latest/,
    },
    ...["main", "1.2.3.4", "><1", "!"].map((constraint): Case => ({
        rule: "updater-constraint",
        title: `versions in the range ${constraint}, which is none`,
        change: { ...updater, apps: { web: { updater: { strategy: "semver", constraint } } } },
        found: [["apps.web.updater.constraint", constraint]],
        fix: /\^1\.2/,
    })),
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
        rule: "updater-write-back",
        title: "a merge request at a GitLab below a path",
        change: {
            gitlab: { url: "https://acme.test/gitlab" },
            argocd: { imageUpdaterVersion: "1.3.0", imageUpdater: { install: false } },
            apps: { api: { updater: { mergeRequest: true } } },
        },
        found: [["apps.api.updater.mergeRequest", true]],
        fix: /writeBranch/,
    },
    {
        rule: "updater-template",
        title: "a branch's and a message's template that the updater could not fill in",
        change: {
            argocd: {
                ...updater.argocd,
                imageUpdater: { commit: { message: "{{range .AppChanges}}{{.Image}}" } },
            },
            apps: { api: { updater: { writeBranch: "images-{{.AppName}}" } } },
        },
        found: [
            ["apps.api.updater.writeBranch", "images-{{.AppName}}"],
            ["argocd.imageUpdater.commit.message", "{{range .AppChanges}}{{.Image}}"],
        ],
        fix: /write e\.g\./,
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
        change: { argocd: { imageUpdaterVersion: "1.2.0" } },
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
        title: "pushes told to a version that does not listen, on this machine too",
        change: {
            argocd: {
                imageUpdaterVersion: "0.12.2",
                imageUpdater: { webhookUrl: "http://127.0.0.1:8947" },
            },
        },
        found: [["argocd.imageUpdater.webhookUrl", "http://127.0.0.1:8947"]],
        fix: /only polls/,
    },
];
