/** What the demonstration waits for: where each engine says what became of an app, and when that is well. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { enginesInWords } from "../../commands/support/engines";
import { model } from "../support/estate";

const flux = model({ defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } } });
const argocd = model();
const [web, api] = [flux, flux].map(({ apps }, index) => apps[index === 0 ? "web" : "api"]);
assert.ok(web && api && argocd.apps["web"]);

describe("what an engine says of an app", () => {
    test("is read from the object that it delivers by", () => {
        assert.equal(
            enginesInWords.argocd.delivery(argocd, web, "web-dev-member1").path,
            "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web-dev-member1",
        );
        assert.equal(
            enginesInWords.flux.delivery(flux, web, "web-dev-member1").path,
            "/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-shop/helmreleases/web-dev-member1",
        );
        assert.equal(
            enginesInWords.flux.delivery(flux, api, "api-dev-member1").path,
            "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-shop/kustomizations/api-dev-member1",
        );
    });

    test("is well with Argo CD when it is synced and healthy, with the images that it names", () => {
        const { isWell, images } = enginesInWords.argocd.delivery(argocd, web, "web");
        const at = (sync: string, health: string): object => ({
            status: { sync: { status: sync }, health: { status: health }, summary: { images: ["a:1"] } },
        });
        assert.equal(isWell(at("Synced", "Healthy") as Record<string, unknown>), true);
        assert.equal(isWell(at("OutOfSync", "Healthy") as Record<string, unknown>), false);
        assert.equal(isWell(at("Synced", "Progressing") as Record<string, unknown>), false);
        assert.equal(isWell({}), false);
        assert.deepEqual(images?.(at("Synced", "Healthy") as Record<string, unknown>), ["a:1"]);
    });

    test("is well with Flux when it is ready in the generation that it has", () => {
        const { isWell, images } = enginesInWords.flux.delivery(flux, web, "web");
        const at = (ready: string, generation: number): Record<string, unknown> => ({
            metadata: { generation: 2 },
            status: {
                observedGeneration: generation,
                conditions: [
                    { type: "Reconciling", status: "False" },
                    { type: "Ready", status: ready },
                ],
            },
        });
        assert.equal(isWell(at("True", 2)), true);
        assert.equal(isWell(at("True", 1)), false);
        assert.equal(isWell(at("Unknown", 2)), false);
        assert.equal(isWell({}), false);
        assert.equal(images, undefined, "the workloads say it");
    });
});
