/** Applications as data and under mocks. Proves what is declared, not that Argo CD syncs it. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { application, projectOf } from "../../../components/delivery/application";
import { ArgoCdDelivery } from "../../../components/delivery/delivery";
import { childrenOf, leaks, record, registration } from "../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";

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
                automated: { prune: true, selfHeal: true, allowEmpty: false },
                retry: { limit: 3, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
                syncOptions: ["CreateNamespace=false", "ServerSideApply=true", "PruneLast=true"],
            },
            revisionHistoryLimit: 10,
        },
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

test("a class without AppProject, or a cluster without Application, is a bug that is named", () => {
    const app = sampleApp("web");
    const estate = sampleEstate([sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] })]);
    assert.throws(
        () => projectOf(estate, app, sampleAppEnvironment("web", "prod")),
        /team shop has no AppProject for prod/,
    );
    assert.throws(
        () => application(estate, app, sampleAppEnvironment("web", "dev"), "member9"),
        /no Application in dev on member9/,
    );
});

test("one Application per environment and cluster", async () => {
    const clusters = ["member1", "member2"];
    const prod = sampleAppEnvironment("web", "prod", {
        clusters,
        applications: { member1: "web-prod-member1", member2: "web-prod-member2" },
    });
    const app = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev"), prod] });
    const recording = await record(() => {
        const args = { estate: sampleEstate([app]), app, annotations: () => ({ note: "x" }) };
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
