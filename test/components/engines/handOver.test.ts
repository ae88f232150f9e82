/**
 * What a change of an app's engine leaves, deletes and creates, from what the program declares before and after. That
 * nothing restarts on a cluster: test/e2e/engines.test.ts. What is done before the update: test/commands/handOver.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { declareEstate } from "../../../components/program";
import type { Estate } from "../../../estate/model";
import { record, type Registration } from "../../support/engine";
import { model } from "../../support/estate";
import { sampleCredentials, samplePrepared } from "../sample";

const deliveries = ["helm", "kustomize", "plain"] as const;
const engines = ["argocd", "flux"] as const;
type Engine = (typeof engines)[number];

/** `web` by the one engine or the other; both are there for others, so that neither is installed or uninstalled. */
function estateWith(engine: Engine, delivery: string): Estate {
    const updater = {
        strategy: "semver",
        constraint: "1.x",
        ...(delivery === "helm" ? {} : { writeBack: "values" }),
    };
    return model({
        flux: { manifests: { path: "manifests" }, webhookUrl: "https://flux.test" },
        argocd: {
            imageUpdaterVersion: "1.0.0",
            imageUpdater: { install: false, webhookUrl: "https://updater.test" },
        },
        apps: {
            web: { team: "shop", engine, delivery, ci: "none", ...(delivery === "plain" ? {} : { updater }) },
            api: { team: "shop", engine: "argocd" },
            docs: { team: "shop", engine: "flux" },
        },
    });
}

const declared = async (engine: Engine, delivery: string): Promise<Map<string, Registration>> => {
    const channels = { ops: { url: "https://chat.test/hook" }, oncall: { url: "https://chat.test/hook" } };
    const { registrations } = await record(() =>
        declareEstate(estateWith(engine, delivery), { ...sampleCredentials, channels }, samplePrepared),
    );
    return new Map(registrations.map((each) => [`${each.type} ${each.name}`, each]));
};

/** Kind and name on the cluster, e.g. `HelmRelease flux-shop/web-dev-member1`. */
function objectName({ type, inputs }: Registration): string {
    const { name, namespace } = inputs["metadata"] as { name: string; namespace?: string };
    return `${type.split(":").at(-1)} ${namespace ?? ""}/${name}`;
}

const isObject = ({ type }: Registration): boolean => /^kubernetes:/.test(type);

for (const delivery of deliveries) {
    describe(`an app by ${delivery}`, () => {
        let by: Record<Engine, Map<string, Registration>>;
        before(async () => {
            by = { argocd: await declared("argocd", delivery), flux: await declared("flux", delivery) };
        });

        test("has the same namespaces and all in them with both engines, but for who delivers", () => {
            const inside = (engine: Engine): Registration[] =>
                [...by[engine].values()].filter(({ name }) =>
                    /^app-web-(dev|test|prod)-member\d-/.test(name),
                );
            const found = inside("argocd");
            assert.ok(found.some(({ type }) => type.endsWith(":Namespace")));
            assert.deepEqual(
                found.map(({ type, name }) => `${type} ${name}`),
                inside("flux").map(({ type, name }) => `${type} ${name}`),
            );
            for (const [index, each] of found.entries()) {
                const other = inside("flux")[index];
                if (each.name.endsWith("-delivery")) {
                    assert.notDeepEqual(each.inputs["subjects"], other?.inputs["subjects"]);
                } else {
                    assert.deepEqual(each, other);
                }
            }
        });

        for (const [from, to] of [engines, [...engines].reverse()] as [Engine, Engine][]) {
            const gone = (): Registration[] =>
                [...by[from]].filter(([key]) => !by[to].has(key)).map(([, each]) => each);

            test(`removes from ${from} what delivered it, its credentials and its image automation, and nothing that runs`, () => {
                const kinds = new Set(
                    gone()
                        .filter(isObject)
                        .map(({ type }) => type.split(":").at(-1)),
                );
                const delivers =
                    from === "argocd" ? "Application" : delivery === "helm" ? "HelmRelease" : "Kustomization";
                assert.ok(kinds.has(delivers), [...kinds].join(", "));
                assert.ok(kinds.has("Secret"));
                if (delivery !== "plain") {
                    assert.ok(kinds.has(from === "argocd" ? "ImageUpdater" : "ImageUpdateAutomation"));
                }
                for (const each of gone()) {
                    assert.doesNotMatch(
                        each.type,
                        /:(Deployment|Service|CustomResourceDefinition|Project|Group|Branch)$/,
                    );
                    assert.ok(
                        each.options.retainOnDelete !== true && each.options.protect !== true,
                        each.name,
                    );
                }
            });

            test(`detaches what ${from} delivered: deleting its object cascades to nothing`, () => {
                const objects = gone().filter(({ name }) => /^delivery-web-(dev|test|prod)-/.test(name));
                assert.equal(objects.length, 4);
                for (const { inputs, type } of objects) {
                    assert.ok(!("finalizers" in (inputs["metadata"] as object)));
                    const spec = inputs["spec"] as Record<string, unknown>;
                    if (type.endsWith(":Kustomization")) {
                        assert.equal(spec["deletionPolicy"], "Orphan");
                    }
                }
            });
        }

        test("has its pushes and images reported to the engine that delivers it", () => {
            const hooks = (engine: Engine): unknown[] =>
                [...by[engine].values()]
                    .filter(
                        ({ type, name }) =>
                            (type.endsWith(":ProjectHook") && name.startsWith("config-web-")) ||
                            (type.endsWith(":ProjectWebhook") && name.startsWith("webhook-web-")),
                    )
                    .map(({ inputs }) => new URL(String(inputs["url"] ?? inputs["address"])).host);
            assert.deepEqual(
                [...new Set(hooks("argocd"))].sort(),
                delivery === "plain" ? ["argocd.test"] : ["argocd.test", "updater.test"],
            );
            assert.deepEqual([...new Set(hooks("flux"))], ["flux.test"]);
        });

        if (delivery === "helm") {
            test("is no release that Flux would uninstall when its first installation fails", () => {
                const releases = [...by.flux.values()].filter(
                    (each) => isObject(each) && objectName(each).startsWith("HelmRelease flux-shop/web-"),
                );
                assert.equal(releases.length, 4);
                for (const { inputs } of releases) {
                    const { install } = inputs["spec"] as { install: Record<string, unknown> };
                    assert.deepEqual(install["strategy"], { name: "RetryOnFailure", retryInterval: "60s" });
                    assert.ok(!("remediation" in install) && !("disableTakeOwnership" in install));
                }
            });
        }
    });
}
