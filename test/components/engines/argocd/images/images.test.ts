/**
 * How the image updater is configured, by version. Keys and words are those of its source and documentation; the updater is
 * not run here.
 */
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { parse } from "yaml";
import { updaterAnnotations } from "../../../../../components/engines/argocd/images/annotations";
import { installedObjects, UpdaterInstall } from "../../../../../components/engines/argocd/images/install";
import { imageUpdater } from "../../../../../components/engines/argocd/images/resource";
import {
    UpdaterCredentials,
    UpdaterSettings,
    updaterSettings,
} from "../../../../../components/engines/argocd/images/updater";
import { pushReceiver } from "../../../../../components/engines/argocd/images/webhook";
import type { KubeObject } from "../../../../../components/support/kubeObject";
import type { ArgoCd } from "../../../../../estate/engines/argocd/model";
import type { App, Estate, ImageUpdater } from "../../../../../estate/model";
import { updaterAbilities } from "../../../../../estate/engines/argocd/updaterVersions";
import { childrenOf, leaks, record, registration, secretValue } from "../../../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../../../sample";
import { crdFaults } from "./crd";

const updater: ImageUpdater = {
    environments: ["dev"],
    strategy: "newest-build",
    allowTags: "regexp:^main-",
    ignoreTags: ["*-rc"],
    platforms: [],
    images: {},
    writeBack: "source",
    mergeRequest: false,
};
const prefix = "argocd-image-updater.argoproj.io";

/** The sample estate with one app and an updater of this version. */
function estateOf(app: App, version = "0.12.2", change: Partial<ArgoCd["imageUpdater"]> = {}): Estate {
    const estate = sampleEstate([app]);
    const { argocd } = estate;
    return {
        ...estate,
        argocd: {
            ...argocd,
            imageUpdaterVersion: version,
            imageUpdater: { ...argocd.imageUpdater, ...change },
        },
    };
}

const dev = sampleAppEnvironment("web", "dev");

test("versions speak their own words", () => {
    const words = (version: string): unknown[] => {
        const { strategies, configuredBy, helmValues, mergeRequests, webhook } = updaterAbilities(version);
        return [
            strategies["newest-build"],
            strategies.alphabetical,
            configuredBy,
            helmValues,
            webhook,
            mergeRequests,
        ];
    };
    assert.deepEqual(words("0.12.2"), ["latest", "name", "annotations", false, false, false]);
    assert.deepEqual(words("0.13.0"), ["newest-build", "alphabetical", "annotations", false, false, false]);
    assert.deepEqual(words("0.15.2"), ["newest-build", "alphabetical", "annotations", true, false, false]);
    assert.deepEqual(words("0.18.0"), ["newest-build", "alphabetical", "annotations", true, true, false]);
    assert.deepEqual(words("1.0.0"), ["newest-build", "alphabetical", "resource", true, true, false]);
    assert.deepEqual(words("1.3.0"), ["newest-build", "alphabetical", "resource", true, true, true]);
    assert.deepEqual(words("2.0.0"), words("1.10.0"));
});

describe("annotations", () => {
    test("of an app with a chart", () => {
        const app = sampleApp("web", { updater });
        assert.deepEqual(updaterAnnotations(estateOf(app), app, dev), {
            [`${prefix}/image-list`]: "web=harbor.test/web-dev/web",
            [`${prefix}/web.update-strategy`]: "latest",
            [`${prefix}/web.allow-tags`]: "regexp:^main-",
            [`${prefix}/web.ignore-tags`]: "*-rc",
            [`${prefix}/web.force-update`]: "true",
            [`${prefix}/web.pull-secret`]: "secret:argocd/updater-pull-web-dev#credentials",
            [`${prefix}/web.helm.image-name`]: "image",
            [`${prefix}/web.helm.image-tag`]: "imagetag",
            [`${prefix}/write-back-method`]: "git:secret:argocd/updater-write-web",
            [`${prefix}/git-branch`]: "dev",
        });
    });

    test("of a kustomization that is written itself", () => {
        const app = sampleApp("api", {
            delivery: "kustomize",
            updater: { ...updater, writeBack: "values", ignoreTags: [] },
        });
        const annotations = updaterAnnotations(estateOf(app), app, sampleAppEnvironment("api", "dev"));
        assert.equal(annotations[`${prefix}/api.kustomize.image-name`], "app");
        assert.equal(annotations[`${prefix}/write-back-target`], "kustomization");
        assert.equal(`${prefix}/api.ignore-tags` in annotations, false);
    });

    test("of a chart whose values are written, by a version that can", () => {
        const app = sampleApp("web", { updater: { ...updater, writeBack: "values" } });
        const annotations = updaterAnnotations(estateOf(app, "0.15.2"), app, dev);
        assert.equal(annotations[`${prefix}/write-back-target`], "helmvalues:values.yaml");
        assert.equal(annotations[`${prefix}/web.update-strategy`], "newest-build");
    });

    test("of further images: own repository, foreign image, constraint, platforms, credentials", () => {
        const base = { strategy: "newest-build", allowTags: "any", ignoreTags: [], platforms: [] } as const;
        const app = sampleApp("web", {
            updater: {
                ...updater,
                strategy: "semver",
                constraint: "^1.2",
                platforms: ["linux/amd64", "linux/arm64"],
                images: {
                    proxy: {
                        ...base,
                        image: "docker.io/library/nginx",
                        strategy: "digest",
                        constraint: "stable",
                        helm: { spec: "proxy.image" },
                        pullSecret: "pullsecret:argocd/hub",
                    },
                    sidecar: {
                        ...base,
                        repository: "sidecar",
                        helm: { name: "sidecar.image", tag: "sidecar.tag" },
                    },
                },
            },
        });
        const annotations = updaterAnnotations(estateOf(app), app, dev);
        assert.equal(
            annotations[`${prefix}/image-list`],
            "web=harbor.test/web-dev/web:^1.2,proxy=docker.io/library/nginx:stable,sidecar=harbor.test/web-dev/sidecar",
        );
        assert.equal(annotations[`${prefix}/web.platforms`], "linux/amd64,linux/arm64");
        assert.equal(annotations[`${prefix}/proxy.update-strategy`], "digest");
        assert.equal(annotations[`${prefix}/proxy.helm.image-spec`], "proxy.image");
        assert.equal(annotations[`${prefix}/proxy.pull-secret`], "pullsecret:argocd/hub");
        assert.equal(annotations[`${prefix}/sidecar.helm.image-tag`], "sidecar.tag");
        assert.equal(
            annotations[`${prefix}/sidecar.pull-secret`],
            "secret:argocd/updater-pull-web-dev#credentials",
        );
    });

    test("of a branch of its own, made from the environment's", () => {
        const app = sampleApp("web", { updater: { ...updater, writeBranch: "images-{{.SHA256}}" } });
        assert.equal(
            updaterAnnotations(estateOf(app), app, dev)[`${prefix}/git-branch`],
            "dev:images-{{.SHA256}}",
        );
    });

    test("of a repository without TLS: credentials are Argo CD's own, as the updater takes no others there", () => {
        const app = sampleApp("web", { updater });
        const plain = {
            ...app,
            config: { ...app.config, url: "http://127.0.0.1:8929/acme/shop/web-config.git" },
        };
        assert.equal(
            updaterAnnotations(estateOf(plain), plain, dev)[`${prefix}/write-back-method`],
            "git:repocreds",
        );
    });

    test("of a pinned environment let one tag through, whatever was allowed before", () => {
        const app = sampleApp("web", { updater: { ...updater, strategy: "semver", constraint: "^1" } });
        const annotations = updaterAnnotations(estateOf(app), app, { ...dev, pin: "v1.0.3" });
        assert.equal(annotations[`${prefix}/web.allow-tags`], "regexp:^v1\\.0\\.3$");
        assert.equal(annotations[`${prefix}/web.update-strategy`], "name");
        assert.equal(annotations[`${prefix}/image-list`], "web=harbor.test/web-dev/web");
        assert.equal(`${prefix}/web.ignore-tags` in annotations, false);
        const digest = sampleApp("web", {
            updater: { ...updater, strategy: "digest", constraint: "latest" },
        });
        assert.equal(
            updaterAnnotations(estateOf(digest), digest, { ...dev, pin: "old" })[`${prefix}/image-list`],
            "web=harbor.test/web-dev/web:old",
        );
    });

    test("are none where it does not act, is paused, or reads objects instead", () => {
        const app = sampleApp("web", { updater });
        const none = {};
        assert.deepEqual(updaterAnnotations(estateOf(app), app, sampleAppEnvironment("web", "test")), none);
        assert.deepEqual(updaterAnnotations(estateOf(app), app, { ...dev, hold: "incident" }), none);
        assert.deepEqual(updaterAnnotations(estateOf(app, "1.3.0"), app, dev), none);
        assert.deepEqual(updaterAnnotations(sampleEstate(), sampleApp("web"), dev), none);
    });
});

describe("the ImageUpdater object", () => {
    const specOf = (object: KubeObject | undefined): { applicationRefs: Record<string, unknown>[] } =>
        object?.["spec"] as { applicationRefs: Record<string, unknown>[] };

    test("says the same as the annotations, for each Application by its name", () => {
        const app = sampleApp("web", { updater: { ...updater, environments: ["dev", "test"] } });
        const object = imageUpdater(estateOf(app, "1.3.0"), app);
        assert.deepEqual([object?.kind, object?.metadata.namespace], ["ImageUpdater", "argocd"]);
        const [first, second] = specOf(object).applicationRefs;
        assert.deepEqual(first, {
            namePattern: "web-dev-member1",
            images: [
                {
                    alias: "web",
                    imageName: "harbor.test/web-dev/web",
                    commonUpdateSettings: {
                        updateStrategy: "newest-build",
                        allowTags: "regexp:^main-",
                        ignoreTags: ["*-rc"],
                        forceUpdate: true,
                        pullSecret: "secret:argocd/updater-pull-web-dev#credentials",
                    },
                    manifestTargets: { helm: { name: "image", tag: "imagetag" } },
                },
            ],
            writeBackConfig: {
                method: "git:secret:argocd/updater-write-web",
                gitConfig: { branch: "dev" },
            },
        });
        assert.equal(second?.["namePattern"], "web-test-member1");
    });

    test("asks for merge requests with the base branch alone", () => {
        const app = sampleApp("api", {
            delivery: "kustomize",
            updater: { ...updater, writeBack: "values", mergeRequest: true },
        });
        const [reference] = specOf(imageUpdater(estateOf(app, "1.3.0"), app)).applicationRefs;
        assert.deepEqual((reference?.["writeBackConfig"] as { gitConfig: unknown }).gitConfig, {
            branch: "dev",
            writeBackTarget: "kustomization",
            pullRequest: { gitlab: {} },
        });
    });

    test("leaves out what is paused, and is none where nothing is left or annotations are read", () => {
        const app = sampleApp("web", { updater: { ...updater, environments: ["dev", "test"] } });
        const held = (names: readonly string[]): App => ({
            ...app,
            environments: app.environments.map((each) =>
                names.includes(each.environment) ? { ...each, hold: "incident" } : each,
            ),
        });
        const references = specOf(imageUpdater(estateOf(app, "1.0.0"), held(["dev"]))).applicationRefs;
        assert.deepEqual(
            references.map((each) => each["namePattern"]),
            ["web-test-member1"],
        );
        assert.equal(imageUpdater(estateOf(app, "1.0.0"), held(["dev", "test"])), undefined);
        assert.equal(imageUpdater(estateOf(app, "0.18.0"), app), undefined);
        assert.equal(imageUpdater(sampleEstate(), sampleApp("web")), undefined);
    });

    test("has the fields, values and rules of its definition", () => {
        const image = { ...updater, image: "docker.io/library/redis" };
        const variants: App[] = [
            sampleApp("web", { updater }),
            sampleApp("web", { updater: { ...updater, writeBack: "values", writeBranch: "x-{{.SHA256}}" } }),
            sampleApp("web", {
                updater: {
                    ...updater,
                    strategy: "semver",
                    constraint: "1.x",
                    platforms: ["linux/amd64"],
                    images: {
                        redis: {
                            strategy: "digest",
                            constraint: "7",
                            allowTags: "any",
                            ignoreTags: [],
                            platforms: [],
                            image: image.image,
                            helm: { spec: "redis.image" },
                        },
                    },
                },
            }),
            sampleApp("web", { delivery: "kustomize", updater: { ...updater, mergeRequest: true } }),
        ];
        for (const app of variants) {
            const object = imageUpdater(estateOf(app, "1.3.0"), app);
            assert.ok(object !== undefined);
            assert.deepEqual(crdFaults(object), []);
        }
        const wrong = imageUpdater(
            estateOf(sampleApp("web", { updater }), "1.3.0"),
            sampleApp("web", { updater }),
        );
        assert.deepEqual(
            crdFaults({
                ...(wrong as KubeObject),
                spec: { applicationRefs: [{ namePattern: "x", useAnotations: true, images: [] }] },
            }).sort(),
            [
                "spec.applicationRefs[0].useAnotations: is no field",
                "spec.applicationRefs[0]: images must have an item unless useAnnotations is true",
            ],
        );
    });
});

describe("settings", () => {
    test("name every registry by what images begin with", () => {
        const { registries } = parse(updaterSettings(sampleEstate())["registries.conf"] ?? "") as {
            registries: Record<string, unknown>[];
        };
        assert.deepEqual(registries, [
            {
                name: "main",
                api_url: "https://harbor.test",
                prefix: "harbor.test",
                insecure: false,
                defaultns: "",
            },
        ]);
    });

    test("say who commits, how often it looks, and whether it listens", () => {
        const app = sampleApp("web", { updater });
        const polling = updaterSettings(estateOf(app));
        assert.equal(polling["git.user"], "argocd-image-updater");
        assert.equal(polling["interval"], "120s");
        assert.equal("webhook.enable" in polling, false);
        const at = (webhookUrl: string, version = "1.3.0"): Record<string, string> =>
            updaterSettings(estateOf(app, version, { webhookUrl }));
        assert.equal(at("https://updater.test")["webhook.enable"], "true");
        assert.equal(at("https://updater.test")["disable-tls"], "false");
        assert.equal(at("http://updater.test")["disable-tls"], "true");
        assert.equal("webhook.enable" in at("http://127.0.0.1:8947", "0.12.2"), false);
    });

    test("contain what Harbor is authenticated by, secret, where there is a webhook", async () => {
        const app = sampleApp("web", { updater });
        const made = ({ argocd, registries }: Estate): Promise<Awaited<ReturnType<typeof record>>> =>
            record(() => {
                new UpdaterSettings(
                    "updater",
                    { argocd, registries, webhookToken: "fake-token" },
                    { providers: [new k8s.Provider("host")] },
                );
            });
        const listening = await made(estateOf(app, "1.3.0", { webhookUrl: "https://updater.test" }));
        assert.deepEqual(leaks(listening), []);
        assert.deepEqual(secretValue(registration(listening, "updater-secret").inputs["stringData"]), {
            "webhook.harbor-secret": "fake-token",
        });
        assert.deepEqual(childrenOf(await made(estateOf(app)), "updater"), [
            "kubernetes:core/v1:ConfigMap updater-config",
        ]);
    });
});

describe("credentials", () => {
    const login = { username: "robot$web-dev+pull", password: "fake" };
    const made = (app: App, pull: Record<string, typeof login>): ReturnType<typeof record> =>
        record(() => {
            const args = {
                argocd: sampleEstate([app]).argocd,
                app,
                pull,
                write: { username: "oauth2", password: "fake-token" },
            };
            new UpdaterCredentials("updater", args, { providers: [new k8s.Provider("host")] });
        });

    test("are a puller per environment it acts in and one writer, all secret", async () => {
        const recording = await made(sampleApp("web", { updater }), { dev: login });
        assert.deepEqual(childrenOf(recording, "updater"), [
            "kubernetes:core/v1:Secret updater-pull-dev",
            "kubernetes:core/v1:Secret updater-write",
        ]);
        assert.deepEqual(leaks(recording), []);
        assert.deepEqual(secretValue(registration(recording, "updater-pull-dev").inputs["stringData"]), {
            credentials: "robot$web-dev+pull:fake",
        });
    });

    test("stay while an environment is paused", async () => {
        const app = sampleApp("web", {
            updater,
            environments: [{ ...sampleAppEnvironment("web", "dev"), hold: "incident" }],
        });
        assert.equal(childrenOf(await made(app, { dev: login }), "updater").length, 2);
    });

    test("have no writer where Argo CD's own has to do", async () => {
        const app = sampleApp("web", { updater });
        const plain = {
            ...app,
            config: { ...app.config, url: "http://gitlab.test/acme/shop/web-config.git" },
        };
        assert.deepEqual(childrenOf(await made(plain, { dev: login }), "updater"), [
            "kubernetes:core/v1:Secret updater-pull-dev",
        ]);
    });

    test("name a missing puller", async () => {
        await assert.rejects(
            made(sampleApp("web", { updater }), {}),
            /UpdaterCredentials "updater":\n {2}no pull robot for environment "dev" was given\./,
        );
    });
});

describe("the updater itself", () => {
    const published: KubeObject[] = [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd-image-updater-system" } },
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "imageupdaters.argocd-image-updater.argoproj.io" },
            spec: { versions: [] },
        },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-image-updater-config" } },
        { apiVersion: "v1", kind: "Secret", metadata: { name: "argocd-image-updater-secret" } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "argocd-image-updater" } },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "argocd-image-updater", namespace: "argocd-image-updater-system" },
            spec: {
                template: {
                    metadata: { labels: { app: "updater" } },
                    spec: {
                        containers: [
                            {
                                name: "argocd-image-updater",
                                image: "quay.io/argoprojlabs/argocd-image-updater:v0.12.2",
                                command: ["/usr/local/bin/argocd-image-updater", "run"],
                            },
                        ],
                    },
                },
            },
        },
    ];
    const app = sampleApp("web", { updater });
    const deployment = (estate: Estate): string =>
        JSON.stringify(installedObjects(estate, published).find((object) => object.kind === "Deployment"));

    test("is put into Argo CD's namespace, without the settings that have another writer", () => {
        const objects = installedObjects(estateOf(app), published);
        assert.deepEqual(
            objects.map((object) => [object.kind, object.metadata.namespace]),
            [
                ["CustomResourceDefinition", undefined],
                ["ServiceAccount", "argocd"],
                ["Deployment", "argocd"],
            ],
        );
    });

    test("gets the interval in the form of its version, and rolls when its settings change", () => {
        assert.match(
            deployment(estateOf(app, "0.12.2", { intervalSeconds: 30 })),
            /"args":\["--interval=30s"\]/,
        );
        assert.doesNotMatch(deployment(estateOf(app, "1.3.0")), /--interval/);
        assert.notEqual(
            deployment(estateOf(app)),
            deployment(estateOf(app, "0.12.2", { intervalSeconds: 30 })),
        );
    });

    test("comes from the mirror like Argo CD", () => {
        const estate = estateOf(app);
        assert.match(
            deployment({ ...estate, argocd: { ...estate.argocd, imageMirror: "mirror.test" } }),
            /"mirror\.test\/argoprojlabs\/argocd-image-updater:v0\.12\.2"/,
        );
    });

    test("is installed by one component that hands out the definitions", async () => {
        const recording = await record(() => {
            const host = { providers: [new k8s.Provider("host")] };
            const { argocd, registries, clusters } = estateOf(app);
            const settings = new UpdaterSettings(
                "updater",
                { argocd, registries, webhookToken: "fake" },
                host,
            );
            const install = new UpdaterInstall(
                "install",
                {
                    argocd,
                    registries,
                    network: { authorities: [] },
                    clusters,
                    manifests: published,
                    settings,
                },
                host,
            );
            assert.equal(install.definitions.length, 1);
        });
        assert.equal(childrenOf(recording, "install").length, 3);
    });
});

test("Harbor notifies the updater of pushes where it listens, if it does", () => {
    const app = sampleApp("web", { updater });
    const listening = estateOf(app, "1.3.0", { webhookUrl: "https://updater.test" });
    assert.deepEqual(pushReceiver(listening, dev), {
        policy: "argocd-image-updater",
        description: "Notifies the image updater of pushes to web-dev",
        address: "https://updater.test/webhook?type=harbor",
        skipCertVerify: false,
    });
    assert.equal(pushReceiver(estateOf(app, "1.3.0"), dev), undefined);
});
