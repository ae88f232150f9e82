/** Cases of what is written and comes to nothing. */
import { type Case, updater } from "./case";

/** A certificate is not looked at where the file is not read. */
const authority = { file: "ca.pem" };

const warning = { severity: "warning" } as const;

export const unusedCases: readonly Case[] = [
    {
        rule: "registry-used",
        title: "a Harbor that no environment uses",
        change: {
            registries: { spare: { url: "https://spare.test" } },
            environments: {
                dev: { registry: "main" },
                test: { registry: "main" },
                prod: { registry: "main" },
            },
        },
        found: [["registries.spare", "spare"]],
        ...warning,
        fix: /environments\.<name>\.registry, or remove it/,
    },
    {
        rule: "environment-used",
        title: "an environment that every app was taken out of",
        change: {
            apps: { web: { environments: { prod: null } }, api: { environments: { prod: null } } },
        },
        found: [["environments.prod", "prod"]],
        ...warning,
        fix: /remove the null of apps\.<app>\.environments\.prod/,
    },
    {
        rule: "channel-used",
        title: "a channel that nobody subscribes to, and one that every trigger was taken from",
        change: {
            channels: { lost: { kind: "webhook" } },
            environments: { test: { channels: [{ channel: "oncall", triggers: [] }] } },
        },
        found: [
            ["channels.lost", "lost"],
            ["channels.oncall", "oncall"],
        ],
        ...warning,
        fix: /channels of a team, an environment or an app/,
    },
    {
        rule: "relay-used",
        title: "a relay that has nothing to send",
        change: {
            channels: undefined,
            teams: { shop: { channels: [] } },
            environments: { test: { channels: [] } },
        },
        found: [["notifications.relay", "harbor.test/platform/notification-relay:1"]],
        ...warning,
        fix: /remove this/,
    },
    {
        rule: "flow-used",
        title: "a described flow that no app has",
        change: {
            flows: {
                ours: {
                    description: "Ours.",
                    environments: {
                        dev: { branch: "develop" },
                        test: { branch: "release/*" },
                        prod: { tag: "v*" },
                    },
                },
            },
        },
        found: [["flows.ours", "ours"]],
        ...warning,
        fix: /apps\.<app>\.flow/,
    },
    {
        rule: "engine-used",
        title: "what is said of an engine that delivers nothing",
        change: { flux: { webhookUrl: "https://flux.test", intervalSeconds: 60 } },
        found: [["flux", ["webhookUrl", "intervalSeconds"]]],
        ...warning,
        fix: /defaults\.engine: flux, or remove this/,
    },
    {
        rule: "scheme-setting",
        title: "plain http that is none, of GitLab and a registry",
        change: { gitlab: { plainHttp: true }, registries: { main: { plainHttp: true } } },
        found: [
            ["gitlab.plainHttp", true],
            ["registries.main.plainHttp", true],
        ],
        ...warning,
        fix: /^remove it$/,
    },
    {
        rule: "scheme-setting",
        title: "certificates where all is plain http",
        change: {
            gitlab: { url: "http://gitlab.test", plainHttp: true, caFile: "gitlab.pem" },
            registries: { main: { url: "http://harbor.test", plainHttp: true } },
            network: { certificateAuthorities: { ours: authority } },
        },
        found: [
            ["gitlab.caFile", "gitlab.caFile"],
            ["network.certificateAuthorities.ours", "ours"],
        ],
        ...warning,
        fix: /write https URLs/,
    },
    {
        rule: "setting-used",
        title: "how pipelines run, of apps that have none, Jenkins's or no machine",
        change: {
            apps: {
                web: { ci: "none", pipeline: { builder: "kaniko", images: { test: "harbor.test/ci/a:1" } } },
                api: { pipeline: { images: { compose: "harbor.test/ci/b:1", test: "harbor.test/ci/c:1" } } },
                old: {
                    team: "shop",
                    ci: "jenkins",
                    pipeline: { builder: "crane", imageMirror: "harbor.test/mirror" },
                },
            },
        },
        found: [
            ["apps.api.pipeline.images.compose", "harbor.test/ci/b:1"],
            ["apps.old.pipeline.imageMirror", "harbor.test/mirror"],
            ["apps.web.pipeline.builder", "kaniko"],
            ["apps.web.pipeline.images.test", "harbor.test/ci/a:1"],
        ],
        ...warning,
        fix: /^remove it$/,
    },
    {
        rule: "setting-used",
        title: "folders that apps share, of an app with a repository of its own",
        change: { apps: { web: { config: { sharedFolders: ["shared"] } } } },
        found: [["apps.web.config.sharedFolders", ["shared"]]],
        ...warning,
        fix: /config\.scope to team/,
    },
    {
        rule: "setting-used",
        title: "what acts only where the engine applies by itself, at each level",
        change: {
            environments: { prod: { defaults: { sync: { automated: false, prune: true } } } },
            apps: {
                web: { environments: { dev: { sync: { automated: false, selfHeal: true } } } },
                api: { sync: { automated: false, selfHeal: true } },
            },
        },
        found: [
            ["apps.api.sync.selfHeal", true],
            ["apps.web.environments.dev.sync.selfHeal", true],
            ["environments.prod.defaults.sync.prune", true],
        ],
        ...warning,
        fix: /^set automated/,
    },
    {
        rule: "setting-used",
        title: "how many tags are kept where all are immutable, at each level",
        change: {
            environments: { prod: { defaults: { keepTags: 50 } } },
            apps: {
                web: { keepTags: 7, environments: { dev: { immutableTags: ["*"], keepTags: 3 } } },
                api: { keepTags: 7, immutableTags: ["v*", "**"] },
            },
        },
        found: [
            ["apps.api.keepTags", 7],
            ["apps.web.environments.dev.keepTags", 3],
            ["environments.prod.defaults.keepTags", 50],
        ],
        ...warning,
        fix: /immutableTags of those that must not change/,
    },
    {
        rule: "setting-used",
        title: "an updater that acts nowhere",
        change: { ...updater, apps: { web: { updater: { environments: [] } } } },
        found: [["apps.web.updater.environments", []]],
        ...warning,
        fix: /name one/,
    },
    {
        rule: "setting-used",
        title: "an environment's branch where versions are in folders",
        change: {
            environments: { dev: undefined, test: { promotesFrom: undefined }, prod: { branch: "live" } },
            apps: { web: { flow: "trunk" }, api: { flow: "trunk" } },
        },
        found: [["environments.prod.branch", "live"]],
        ...warning,
        fix: /^remove it$/,
    },
];
