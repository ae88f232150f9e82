/** What single values must be like, by what servers take. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEstate } from "../../estate";
import { model, spec, type Overrides } from "../support/estate";

const commit = "0123456789".repeat(4);

/** What it is, the change, the path, and something of the message. */
const refused: readonly [string, Overrides, string, RegExp][] = [
    ["a port that is none", { gitlab: { url: "https://gitlab.test:99999" } }, "gitlab.url", /up to 65535/],
    [
        "a port that is none",
        { registries: { main: { url: "https://h.test:0x1" } } },
        "registries.main.url",
        /65535/,
    ],
    ["a user in a URL", { gitlab: { url: "https://root@gitlab.test" } }, "gitlab.url", /without user/],
    [
        "an empty folder in a URL",
        { argocd: { url: "https://x.test//argocd" } },
        "argocd.url",
        /empty folders/,
    ],
    [
        "a proxy's port that is none",
        { network: { proxy: { url: "http://proxy.test:312800" } } },
        "network.proxy.url",
        /65535/,
    ],
    [
        "a star where curl knows none",
        { network: { proxy: { url: "http://proxy.test:3128", noProxy: ["*.test"] } } },
        "network.proxy.noProxy.0",
        /without \*/,
    ],
    ...["HEAD", "@", "refs/heads/dev", `${commit}/fix`, commit, "0".repeat(64)].map(
        (branch): [string, Overrides, string, RegExp] => [
            `the branch ${branch}`,
            { environments: { dev: { branch } } },
            "environments.dev.branch",
            /HEAD/,
        ],
    ),
    [
        "git's own folder",
        { apps: { web: { config: { folder: "a/.Git/b" } } } },
        "apps.web.config.folder",
        /\.git/,
    ],
    [
        "a user in the relay's URL",
        { notifications: { relay: { url: "http://me@relay.test" } } },
        "notifications.relay.url",
        /without user/,
    ],
    [
        "an option for a hotfix to start at",
        { apps: { web: { hotfix: { branch: "fix", from: "-x" } } } },
        "apps.web.hotfix.from",
        /branch, a tag or a commit/,
    ],
    ...["https://gitlab.bücher.test", "https://git.例え.test/x"].map(
        (url): [string, Overrides, string, RegExp] => [
            "a host in another script",
            { gitlab: { url } },
            "gitlab.url",
            /in punycode: (?:gitlab\.xn--bcher-kva\.test|git\.xn--r8jz45g\.test)/,
        ],
    ),
    [
        "a server's name in another script",
        { clusters: { member1: { tls: { serverName: "api.bücher.test" } } } },
        "clusters.member1.tls.serverName",
        /in punycode: api\.xn--bcher-kva\.test/,
    ],
    [
        "a mirror in another script",
        { argocd: { imageMirror: "bücher.test/mirror" } },
        "argocd.imageMirror",
        /in punycode: xn--bcher-kva\.test/,
    ],
    ["a pod and a bit", { defaults: { quota: { pods: "1.0005k" } } }, "defaults.quota.pods", /whole number/],
    ["half a pod", { defaults: { quota: { pods: "1.5" } } }, "defaults.quota.pods", /whole number/],
    [
        "half a Job",
        { defaults: { quota: { "count/jobs.batch": "500m" } } },
        "defaults.quota.count/jobs.batch",
        /whole/,
    ],
    [
        "more than Harbor can limit",
        { defaults: { storageGiB: 1048577 } },
        "defaults.storageGiB",
        /at most 1048576/,
    ],
    ...["[", "{v*", "v*,w*", "v *", "v\\*"].map((pattern): [string, Overrides, string, RegExp] => [
        `the pattern ${pattern}`,
        { defaults: { immutableTags: [pattern] } },
        "defaults.immutableTags.0",
        /pattern of tags/,
    ]),
    [
        "a label with a broken prefix",
        { clusters: { member1: { labels: { "a-.b/c": "d" } } } },
        "clusters.member1.labels.a-.b/c",
        /label key/,
    ],
    [
        "a number that YAML has changed",
        { apps: { web: { environments: { prod: { pin: 1.1 } } } } },
        "apps.web.environments.prod.pin",
        /as it was meant/,
    ],
];

describe("a value that a server would refuse", () => {
    for (const [title, change, path, message] of refused) {
        it(`is refused with its path: ${title} at ${path}`, () => {
            const { estate, problems } = parseEstate(spec(change));
            assert.equal(estate, undefined);
            assert.deepEqual(
                problems.map((each) => each.path),
                [path],
            );
            assert.match(problems.map(({ rule, fix }) => `${rule}. ${fix}`).join(), message);
        });
    }
});

describe("a value that servers accept", () => {
    it("is accepted", () => {
        model({
            gitlab: { url: "https://[2001:db8::1]:8443/gitlab/" },
            defaults: {
                quota: {
                    "requests.cpu": "1.5",
                    pods: "10",
                    "hugepages-2Mi": "64Mi",
                    "gold.storageclass.storage.k8s.io/requests.storage": "1.5Ti",
                    "count/jobs.batch": "1.5k",
                    configmaps: "3000m",
                },
                immutableTags: ["**", "v*", "{v*,release-*}", "v[0-9]*", "?.x"],
                storageGiB: 1048576,
            },
            apps: {
                web: {
                    hotfix: { branch: "fix", from: commit },
                    sync: {
                        ignoreDifferences: [
                            { group: "*", kind: "*", managedFieldsManagers: ["kube-controller-manager"] },
                            { group: "apps", kind: "*", jsonPointers: ["/spec/replicas"] },
                            {
                                group: "apps",
                                kind: "Deployment",
                                jqPathExpressions: [
                                    '.spec.template.spec.containers[]\n| select(.name == "web")\n| .image\n',
                                ],
                            },
                        ],
                    },
                },
                api: {
                    kustomize: {
                        patches: [
                            { target: { kind: "Deployment" }, patch: "- op: remove\n  path: /spec/replicas" },
                            {
                                patch: "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {replicas: 2}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {type: NodePort}\n---\n",
                            },
                            {
                                patch: "kind: List\nitems: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}}]",
                            },
                            {
                                target: {
                                    group: "apps|batch",
                                    version: "v1.*",
                                    kind: "Deployment|StatefulSet",
                                },
                                patch: "kind: Any\nmetadata: {name: not-used, labels: {a: b}}",
                            },
                        ],
                    },
                },
            },
            environments: { dev: { branch: "feature/a@b" } },
            clusters: {
                member1: {
                    labels: {
                        "topology.kubernetes.io/region": "east",
                        "argocd.argoproj.io/auto-label-cluster-info": "true",
                    },
                },
            },
        });
    });
});

describe("a URL", () => {
    it("becomes what programs compare: lower case, no port of its own, no slash at the end", () => {
        const estate = model({
            gitlab: { url: "https://GitLab.Test:443/Sub/" },
            registries: { main: { url: "https://Harbor.test:443" } },
            clusters: { member1: { server: "https://MEMBER1.test:6443/" } },
        });
        assert.equal(estate.gitlab.url, "https://gitlab.test/Sub");
        assert.equal(estate.registries["main"]?.host, "harbor.test");
        assert.equal(estate.clusters["member1"]?.server, "https://member1.test:6443");
    });
});
