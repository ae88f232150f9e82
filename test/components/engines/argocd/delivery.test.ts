/** Applications as data and under mocks. Proves what is declared, not that Argo CD syncs it. */
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { application, usedPaths } from "../../../../components/engines/argocd/deliver/application";
import { ArgoCdDelivery } from "../../../../components/engines/argocd/deliver/delivery";
import type { App, AppEnvironment, ImageUpdater } from "../../../../estate/model";
import { childrenOf, leaks, record, registration } from "../../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../../sample";

test("an Application follows the environment's branch and names cluster and namespace", () => {
    const app = sampleApp("web");
    const object = application(sampleEstate([app]), app, sampleAppEnvironment("web", "test"), "member1", {
        a: "b",
    });
    assert.deepEqual(object, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: {
            name: "web-test-member1",
            namespace: "argocd",
            labels: {
                "gitops-estate/app": "web",
                "gitops-estate/team": "shop",
                "gitops-estate/environment": "test",
            },
            annotations: { a: "b" },
        },
        spec: {
            project: "shop-nonprod",
            source: {
                repoURL: "https://gitlab.test/acme/shop/web-config.git",
                targetRevision: "test",
                path: "web",
                helm: { releaseName: "web", valuesObject: { image: "harbor.test/web-test/web" } },
            },
            destination: { name: "member1", namespace: "web-test" },
            syncPolicy: {
                automated: { prune: true, selfHeal: true },
                retry: { limit: 3, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
                syncOptions: ["CreateNamespace=false", "ServerSideApply=true", "PruneLast=true"],
            },
            revisionHistoryLimit: 10,
        },
    });
});

describe("apps that share a config repository", () => {
    const sharing = (name: string, sharedFolders?: string[]): App => {
        const app = sampleApp(name);
        const config = {
            ...app.config,
            scope: "team" as const,
            path: "shop-config",
            fullPath: "acme/shop/shop-config",
        };
        return { ...app, config: { ...config, ...(sharedFolders && { sharedFolders }) } };
    };
    const annotations = ([app = sampleApp("web"), ...others]: App[]): unknown =>
        usedPaths(sampleEstate([app, ...others]), app);

    test("are rendered again for their folder, the shared ones and files at the top", () => {
        assert.deepEqual(annotations([sharing("web", ["base", "lib/x"]), sharing("api", ["base"])]), {
            "argocd.argoproj.io/manifest-generate-paths": "/web;/base;/lib/x;/*",
        });
        assert.deepEqual(annotations([sharing("web", []), sharing("api", [])]), {
            "argocd.argoproj.io/manifest-generate-paths": "/web;/*",
        });
    });

    test("are rendered for every push where anything may be used, and where there is one app only", () => {
        assert.deepEqual(annotations([sharing("web"), sharing("api", [])]), {});
        assert.deepEqual(annotations([sharing("web", [])]), {});
    });
});

test("values go to Helm only; without automation a person syncs", () => {
    const environment = sampleAppEnvironment("web", "dev", {
        values: { replicas: 2 },
        sync: { ...sampleAppEnvironment("web", "dev").sync, automated: false },
    });
    const helm = sampleApp("web");
    const kustomize = sampleApp("web", { delivery: "kustomize" });
    const specOf = (app: typeof helm): Record<string, Record<string, unknown>> =>
        application(sampleEstate([app]), app, environment, "member1")["spec"] as Record<
            string,
            Record<string, unknown>
        >;
    assert.deepEqual(specOf(helm)["source"]?.["helm"], {
        releaseName: "web",
        valuesObject: { replicas: 2, image: "harbor.test/web-dev/web" },
    });
    assert.deepEqual(specOf(kustomize)["source"]?.["kustomize"], {
        images: ["app=harbor.test/web-dev/web:*"],
    });
    assert.equal("helm" in (specOf(kustomize)["source"] ?? {}), false);
    assert.equal("automated" in (specOf(helm)["syncPolicy"] ?? {}), false);
});

test("a folder of YAML is applied as it is; Jsonnet gets image, values and place", () => {
    const environment = sampleAppEnvironment("web", "dev", { values: { replicas: 2 }, pin: "a1" });
    const sourceOf = (delivery: App["delivery"], change = environment): Record<string, unknown> => {
        const app = sampleApp("web", { delivery });
        const { spec } = application(sampleEstate([app]), app, change, "member1") as unknown as {
            spec: { source: Record<string, unknown> };
        };
        return spec.source;
    };
    const { path, directory, ...others } = sourceOf("plain");
    assert.deepEqual([path, directory], ["web/environments/dev", { recurse: true }]);
    assert.deepEqual(Object.keys(others).sort(), ["repoURL", "targetRevision"]);
    assert.deepEqual(sourceOf("jsonnet")["directory"], {
        jsonnet: {
            extVars: [
                { name: "app", value: "web" },
                { name: "cluster", value: "member1" },
                { name: "environment", value: "dev" },
            ],
            tlas: [
                { name: "image", value: "harbor.test/web-dev/web" },
                { name: "imagetag", value: "a1" },
                { name: "values", value: '{"replicas":2}', code: true },
            ],
        },
    });
    assert.deepEqual(
        (
            sourceOf("jsonnet", sampleAppEnvironment("web", "dev"))["directory"] as {
                jsonnet: { tlas: object[] };
            }
        ).jsonnet.tlas,
        [{ name: "image", value: "harbor.test/web-dev/web" }],
    );
});

test("fields that Argo CD drops when it writes an Application are not declared: they would drift for ever", () => {
    const app = sampleApp("web");
    const { sync } = sampleAppEnvironment("web", "dev");
    const environment = sampleAppEnvironment("web", "dev", {
        sync: { ...sync, prune: false, selfHeal: false, retries: 0 },
    });
    const { spec } = application(sampleEstate([app]), app, environment, "member1") as unknown as {
        spec: { syncPolicy: Record<string, unknown> };
    };
    // An empty object still means automated.
    assert.deepEqual(spec.syncPolicy["automated"], {});
    assert.deepEqual(spec.syncPolicy["retry"], {
        backoff: { duration: "5s", factor: 2, maxDuration: "3m" },
    });
});

test("one Application per environment and cluster", async () => {
    const clusters = ["member1", "member2"];
    const prod = sampleAppEnvironment("web", "prod", {
        clusters,
    });
    const app = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev"), prod] });
    const recording = await record(() => {
        const args = { argocd: sampleEstate([app]).argocd, app, annotations: () => ({ note: "x" }) };
        return new ArgoCdDelivery("delivery", args, { providers: [new k8s.Provider("host")] }).delivered;
    });
    assert.deepEqual(childrenOf(recording, "delivery"), [
        "kubernetes:argoproj.io/v1alpha1:Application delivery-dev-member1",
        "kubernetes:argoproj.io/v1alpha1:Application delivery-prod-member1",
        "kubernetes:argoproj.io/v1alpha1:Application delivery-prod-member2",
    ]);
    assert.deepEqual(leaks(recording), []);
    assert.deepEqual(recording.result, {
        dev: { member1: "web-dev-member1" },
        prod: { member1: "web-prod-member1", member2: "web-prod-member2" },
    });
    const metadata = registration(recording, "delivery-dev-member1").inputs["metadata"] as Record<
        string,
        unknown
    >;
    assert.deepEqual(metadata["annotations"], { note: "x" });
});

describe("an environment that is paused", () => {
    const specOf = (
        change: Partial<AppEnvironment>,
        app = sampleApp("web"),
    ): {
        source: Record<string, Record<string, unknown>>;
        syncPolicy: Record<string, unknown>;
        info?: unknown;
    } =>
        application(sampleEstate([app]), app, sampleAppEnvironment(app.name, "dev", change), "member1")[
            "spec"
        ] as ReturnType<typeof specOf>;

    test("pinned: the tag comes from the Application, over chart and kustomization", () => {
        const helm = specOf({ pin: "main-1", values: { imagetag: "other" } });
        assert.deepEqual(helm.source["helm"]?.["valuesObject"], {
            image: "harbor.test/web-dev/web",
            imagetag: "main-1",
        });
        assert.deepEqual(helm.info, [{ name: "Pinned to", value: "main-1" }]);
        const kustomize = specOf({ pin: "main-1" }, sampleApp("web", { delivery: "kustomize" }));
        assert.deepEqual(kustomize.source["kustomize"], { images: ["app=harbor.test/web-dev/web:main-1"] });
        assert.notEqual(helm.syncPolicy["automated"], undefined);
    });

    test("on hold: nothing is applied by itself, and the reason is there to read", () => {
        const app = sampleApp("web");
        const held = sampleAppEnvironment("web", "dev", { hold: "INC-7: bad release" });
        const object = application(sampleEstate([app]), app, held, "member1");
        assert.deepEqual(object.metadata.annotations, { "gitops-estate/hold": "INC-7: bad release" });
        const spec = object["spec"] as Record<string, Record<string, unknown>>;
        assert.equal("automated" in (spec["syncPolicy"] ?? {}), false);
        assert.deepEqual(spec["info"], [{ name: "On hold", value: "INC-7: bad release" }]);
    });
});

describe("what the spec changes over git", () => {
    const specOf = (app: App, change: Partial<AppEnvironment>): Record<string, Record<string, unknown>> =>
        application(sampleEstate([app]), app, sampleAppEnvironment(app.name, "dev", change), "member1")[
            "spec"
        ] as Record<string, Record<string, unknown>>;
    const { sync } = sampleAppEnvironment("web", "dev");

    test("differences that are none: empty fields are left out, and syncs respect them", () => {
        const spec = specOf(sampleApp("web"), {
            sync: {
                ...sync,
                history: 3,
                ignoreDifferences: [
                    {
                        group: "apps",
                        kind: "Deployment",
                        jsonPointers: ["/spec/replicas"],
                        jqPathExpressions: [],
                        managedFieldsManagers: [],
                    },
                    {
                        group: "",
                        kind: "Secret",
                        name: "token",
                        jsonPointers: [],
                        jqPathExpressions: [".data"],
                        managedFieldsManagers: ["rotator"],
                    },
                ],
            },
        });
        assert.deepEqual(spec["ignoreDifferences"], [
            { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] },
            {
                kind: "Secret",
                name: "token",
                jqPathExpressions: [".data"],
                managedFieldsManagers: ["rotator"],
            },
        ]);
        assert.ok(
            (spec["syncPolicy"]?.["syncOptions"] as string[]).includes("RespectIgnoreDifferences=true"),
        );
        assert.equal(spec["revisionHistoryLimit"], 3);
    });

    test("replicas and patches of a kustomization", () => {
        const spec = specOf(sampleApp("web", { delivery: "kustomize" }), {
            kustomize: {
                replicas: { web: 3, api: 2 },
                patches: [{ target: { kind: "Service" }, patch: "[]" }],
            },
        });
        assert.deepEqual(spec["source"]?.["kustomize"], {
            images: ["app=harbor.test/web-dev/web:*"],
            replicas: [
                { name: "api", count: 2 },
                { name: "web", count: 3 },
            ],
            patches: [{ target: { kind: "Service" }, patch: "[]" }],
        });
    });

    test("further images of the environment's own project get its names, where the updater acts", () => {
        const rule = { strategy: "newest-build", allowTags: "any", ignoreTags: [], platforms: [] } as const;
        const updater: ImageUpdater = {
            ...rule,
            environments: ["dev"],
            images: {
                sidecar: { ...rule, repository: "sidecar", helm: { name: "side.image", tag: "side.tag" } },
                redis: { ...rule, image: "docker.io/library/redis", helm: { tag: "redis.tag" } },
            },
            writeBack: "source",
            mergeRequest: false,
        };
        const helm = specOf(sampleApp("web", { updater }), { values: { side: { port: 1 } } });
        assert.deepEqual(helm["source"]?.["helm"], {
            releaseName: "web",
            valuesObject: {
                image: "harbor.test/web-dev/web",
                side: { port: 1, image: "harbor.test/web-dev/sidecar" },
            },
        });
        const named = { ...rule, repository: "sidecar", kustomize: { name: "side" } };
        const kustomize = specOf(
            sampleApp("web", { delivery: "kustomize", updater: { ...updater, images: { sidecar: named } } }),
            // Held or not, what runs stays the same.
            { hold: "incident" },
        );
        assert.deepEqual(kustomize["source"]?.["kustomize"], {
            images: ["app=harbor.test/web-dev/web:*", "side=harbor.test/web-dev/sidecar:*"],
        });
    });
});
