/** Broken specs out of what servers refuse: names, git references, images, schedules, addresses. */
import { spec } from "../../support/estate";
import { put, type Broken } from "./fromSchema";

const long = (length: number): string => "a".repeat(length);

/** Names that people choose: they become parts of names in Kubernetes, Harbor and GitLab. */
const badNames = [
    "Shop",
    "9shop",
    "shop-",
    "-shop",
    "shop--web",
    "shop_web",
    "shop.web",
    "shop web",
    "läden",
    "constructor",
    long(41),
];

/** Maps whose keys are such names, and an entry that would do. */
const named: Readonly<Record<string, unknown>> = {
    apps: { team: "shop" },
    teams: { maintainers: ["alice"] },
    environments: { clusters: ["member1"], promotesFrom: "test" },
    clusters: { server: "https://member3.test:6443" },
    registries: { url: "https://harbor2.test" },
    channels: { kind: "feishu" },
};

/** By path in the fixture: what a server refuses there. */
const badValues: Readonly<Record<string, readonly unknown[]>> = {
    // git check-ref-format
    "environments.dev.branch": [
        ...[
            "-dev",
            "/dev",
            "dev/",
            ".dev",
            "dev.",
            "a..b",
            "a//b",
            "a/.b",
            "a@{b",
            "dev.lock",
            "a b",
            "a~1",
            "a^",
            "a:b",
        ],
        ...["a?b", "a*b", "a[b", "a\\b", "0".repeat(40), long(245)],
    ],
    "apps.web.repository.branch": ["main.lock", "ma in", "refs//main", "ümlaut"],
    // GitLab
    "apps.web.repository.path": [
        ...["-web", "web-", "web.git", "web.atom", "w eb", "web--x", "w/x", "wéb", long(256)],
        ...[
            "badges",
            "blame",
            "blob",
            "builds",
            "commits",
            "create",
            "edit",
            "files",
            "new",
            "raw",
            "refs",
            "tree",
            "Wikis",
        ],
    ],
    "apps.web.config.path": ["config.git", "update", "web..config"],
    "apps.web.config.folder": ["../web", "/web", "a//b", "a/./b", "web/", "we b"],
    "gitlab.group": [
        "/acme",
        "acme/",
        "a cme",
        "acme//web",
        "admin",
        "explore",
        "Users",
        "acme.git",
        "-acme",
        "ac--me",
        "acme/builds",
    ],
    "teams.shop.maintainers": [["@alice"], ["ali ce"], ["alice", "Alice"], ["alice@acme.test"], [""]],
    "teams.shop.developers": [["alice"], ["bob", "bob"], ["-bob"], ["bob.git"], ["bob."]],
    // Harbor
    "registries.main.url": [
        ...[
            "harbor.test",
            "ftp://harbor.test",
            "https://harbor.test/path",
            "https://harbor.test?x=1",
            "https://",
            "http//harbor",
            "https://harbor.test:99999",
            "https://harbor.test:abc",
            "https://-",
            "https://.",
            "https://[::1",
            "https://hafen.müller.test",
        ],
        "https://admin:secret-word@harbor.test",
    ],
    "registries.main.robotPrefix": ["robot ", "robot/", "рробот"],
    "apps.web.keepTags": [0, 1001, -1, "ten"],
    "apps.web.storageGiB": [0, -5, 1.5, "5Gi"],
    "apps.web.preventVulnerable": [{ severity: "none" }, { severity: "high", allowlist: ["CVE 1"] }, true],
    "apps.web.immutableTags": [[""], "v*", [7], ["{a"], ["[a"], ["a b"], ["a/b"], ["v1\\"]],
    // Kubernetes
    "apps.web.environments.dev.namespace": [
        ...[
            "Web",
            "web_dev",
            "-web",
            "web-",
            "kube-system",
            "default",
            "argocd",
            "kube-web",
            "web.dev",
            long(64),
        ],
    ],
    "clusters.member1.server": [
        "member1:6443",
        "https://member1.test/?a=b",
        "tcp://member1",
        "https://mem ber",
        "http://[::1",
        "https://member1.test:0",
        "https://member1.test:66000",
        "https://member1.test/%zz",
        "https://member1.test/../up",
        "https://{member}.test",
    ],
    "clusters.member1.proxyUrl": ["proxy:3128", "socks5://proxy", "https://p q"],
    "clusters.member1.labels": [
        { "bad key!": "x" },
        { region: "-east" },
        { region: long(64) },
        { "/x": "y" },
    ],
    "clusters.member1.tls.serverName": ["member 1", "https://member1", ".", "-1", "x-"],
    "network.proxy": [
        "https://[::1",
        "http://proxy.test:99999",
        "http://user:secret-word@proxy.test",
        "http://-",
    ].map((url) => ({ url })),
    "network.proxy.noProxy": [
        ["https://x.test"],
        ["[a"],
        ["/"],
        ["a b"],
        ["a,b"],
        ["x.test/%zz"],
        ["10.0.0.0/33"],
        ["10.0.0.300"],
        ["10.1"],
    ],
    "apps.web.quota": [
        { "requests.cpu": 4 },
        { cpus: "4" },
        { "requests.memory": "8 GB" },
        { pods: "many" },
        { "a b/c": "1" },
        { memory: "8gb" },
        // The API server takes these, and nothing starts, or nothing is counted.
        { memory: "512m" },
        { "limits.memory": "8" },
        { cpu: "100Mi" },
        { "requests.storage": "10k" },
        { "count/deployments": "5" },
        { "count/secret": "5" },
    ],
    "apps.web.port": [0, 65536, "8080", 80.5],
    "apps.web.kinds": [["nonsense"], [{ kind: "httproute" }], [{ group: "Gateway", kind: "HTTPRoute" }]],
    // Argo CD and its image updater
    "environments.dev.syncWindows": [
        ...[
            "22 * * *",
            "0 25 * * *",
            "61 22 * * *",
            "every day",
            "0 22 * * 9",
            "@sometimes",
            "* * * * * *",
        ].map((schedule) => [{ kind: "deny", schedule, duration: "2h" }]),
        ...["2", "2 hours", "0h", "", "1d", "-1h", "1.5h", "9999999h"].map((duration) => [
            { kind: "deny", schedule: "0 22 * * *", duration },
        ]),
        ...["Mars/Base", "UTC+1:00h"].map((timeZone) => [
            { kind: "deny", schedule: "0 22 * * *", duration: "2h", timeZone },
        ]),
    ],
    "apps.web.sync.retries": [-1, 21, "five"],
    "apps.web.sync.ignoreDifferences": [
        ...["spec/replicas", "/spec/replicas/", "/metadata/annotations/example.com~key"].map((pointer) => [
            { kind: "Deployment", jsonPointers: [pointer] },
        ]),
        [{ kind: "a b", jsonPointers: ["/spec/replicas"] }],
        [{ kind: "Deployment", group: "apps/v1", jsonPointers: ["/spec/replicas"] }],
        ...["(", ".spec[", '.a["b]', "spec"].map((path) => [
            { kind: "Deployment", jqPathExpressions: [path] },
        ]),
    ],
    "apps.web.environments.dev.pin": ["a b", "-1", long(129), ".hidden", "v1:2"],
    "apps.web.hotfix": [
        { branch: "hot fix" },
        { branch: "hotfix", from: "v1 or so" },
        { branch: "hotfix", from: "a:b" },
        { branch: "hotfix", until: "tomorrow" },
        { branch: "hotfix", until: "2026-02-30" },
        {},
    ],
    "argocd.namespace": ["default", "kube-system", "Argo", long(64)],
    "argocd.url": ["argocd.test", "https://argocd.test?x", "https://argo cd"],
    "argocd.manifests.version": ["v3.2.0", "latest", "3"],
    "argocd.manifests.sha256": ["abc", "G".repeat(64)],
    "argocd.imageUpdater.commit.name": ["<bot>", " "],
    "argocd.imageUpdater.commit.email": ["bot", "a b@c.test", "<bot@c.test>"],
    "argocd.resources": [
        { "argocd-server": { requests: { lädt: "1" } } },
        { x: { limits: { cpus: "1" } } },
        { "argocd-server": { limits: { memory: "512m" } } },
        { "argocd-server": { requests: { cpu: "1" }, limits: { cpu: "500m" } } },
        { "argocd-server": { requests: { memory: "1G" }, limits: { memory: "1e3" } } },
        { "argocd-server": { requests: { memory: "2Gi" }, limits: { memory: "2G" } } },
    ],
    "flux.resources": [{ "helm-controller": { requests: { cpu: "2" }, limits: { cpu: "1.5" } } }],
    "apps.web.updater": [
        ...["^1.2 ||", "==1.2", "|| 1.x"].map((constraint) => ({ strategy: "semver", constraint })),
        ...["[a", "a[]", "a\\"].map((glob) => ({ ignoreTags: [glob] })),
        ...[
            "refs/heads/x",
            "a..b",
            "-x/../y",
            "{{.SHA256}}.lock",
            "up/{{.SHA256}",
            "{{.Foo}}",
            "a-{{if .SHA256}}b",
        ].map((writeBranch) => ({ writeBranch })),
    ],
    "machines.one": [{ runner: { tags: [] } }],
    // Kustomize
    "apps.api.kustomize.replicas": [{ "Web App": 1 }, { Web: 1 }, { "-web": 1 }],
    "apps.api.kustomize.patches": [
        ...["a b", "-", "[a", "{{.X}}", "- op: replace", "- { op: change, path: /a }", "spec: {}"].map(
            (patch) => [{ patch }],
        ),
        [{ patch: "- { op: remove, path: /spec/replicas }" }],
        ...[
            { name: "web(" },
            { kind: "a b" },
            { group: "*" },
            { version: "1" },
            { labelSelector: "日本" },
        ].map((target) => [{ patch: "spec: { replicas: 2 }", target }]),
    ],
    // Images
    "defaults.pipeline.imageMirror": ["https://mirror.test", "mirror test", "Mirror", "..", "-x", "a//b"],
    "defaults.pipeline.images.quality": [
        "Image:1",
        "img@sha256:12",
        "https://x/y:1",
        "a b",
        "-",
        "..",
        "a/-b",
    ],
    "notifications.relay.image": ["relay:", "Relay", "https://x/relay"],
    "notifications.relay.url": ["relay.test", "ftp://relay"],
    // Days
    "credentials.expires": ["2026-13-01", "2026-02-30", "tomorrow", "01.02.2027", 20270101],
    "credentials.lifetimeDays": [0, 366, 1.5],
    // References between parts
    "apps.web.team": ["nobody", "Shop"],
    "environments.test.promotesFrom": ["nowhere", "test"],
    "environments.dev.clusters": [["nowhere"], [], ["member1", "member1"]],
    "environments.dev.registry": ["nowhere"],
    "teams.shop.channels": [
        ["nowhere"],
        ["toString"],
        ["__proto__"],
        [{ channel: "hasOwnProperty", triggers: [] }],
        [{ channel: "ops", triggers: ["on-never"] }],
    ],
    // What nobody sees
    "clusters.member1.access.context": ["a\u0000b", "a\nb", "\u202eabc", "a\u200bb"],
    "apps.web.environments.prod.hold": ["a\u0007b"],
    "apps.web.values": [{ key: "a\u0000b" }],
    "channels.oncall.triggers": ["a\u0007b"],
    environments: ["all", 7],
    "channels.ops.kind": ["irc", "Feishu"],
    "channels.ops.recipient": ["someone", ""],
    "network.certificateAuthorities": [
        { ca: {} },
        { ca: { file: "a.pem", pem: "x" } },
        { ca: { pem: "no certificate" } },
        { ca: { file: "a.pem", hosts: ["a:443"] } },
    ],
};

/** All of them. */
export function brokenForServers(): Broken[] {
    const names = Object.entries(named).flatMap(([map, entry]) =>
        badNames.map((name) => broken([map, name], entry)),
    );
    const values = Object.entries(badValues).flatMap(([path, bad]) =>
        bad.map((value) => broken(path.split("."), value)),
    );
    return [...names, ...values];
}

function broken(path: readonly string[], value: unknown): Broken {
    return {
        title: `${path.join(".")}: ${JSON.stringify(value)?.slice(0, 60) ?? ""}`,
        path: path.join("."),
        spec: put(spec(), path, value),
    };
}
