/**
 * An app that goes over to another engine: what is found in the state, what is refused, and what is done on the clusters,
 * in which order. The clusters are a table here, so that it shows the calls and not what engines make of them:
 * test/e2e/engines.test.ts.
 */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { application } from "../../../components/engines/argocd/deliver/application";
import { deliveryObject } from "../../../components/engines/flux/deliver/objects";
import { configContent } from "../../../components/content";
import type { KubeObject } from "../../../components/support/kubeObject";
import type { Answer, Ask } from "../../../commands/doctor/http";
import type { Properties } from "../../../commands/handOver/engine";
import { detach, reattach, type HandOverContext } from "../../../commands/handOver/detach";
import {
    handOverLines,
    handOvers,
    inHandOver,
    misread,
    refusedHandOvers,
    withOwner,
    type HandOver,
} from "../../../commands/handOver/places";
import type { ExportedStack, StateResource } from "../../../commands/support/exported";
import type { App, Estate } from "../../../estate/model";
import { model, type Overrides } from "../../support/estate";

const stack = "urn:pulumi:dev::gitops-estate::";
const both: Overrides = { flux: { manifests: { path: "manifests" } } };

const withEngine = (engine: "argocd" | "flux", more: Overrides = {}, web: Overrides = {}): Estate =>
    model({ ...both, ...more, apps: { api: undefined, web: { engine, ...web } } });

function webOf(estate: Estate): App {
    const app = estate.apps["web"];
    assert.ok(app);
    return app;
}

/** What delivers `web`, as the program declares it, as resources of a state. */
function delivering(estate: Estate): StateResource[] {
    const app = webOf(estate);
    return app.environments.flatMap((environment) =>
        environment.clusters.map((cluster) => {
            const object: KubeObject =
                app.engine === "flux"
                    ? deliveryObject(estate, app, environment, cluster)
                    : application(estate, app, environment, cluster, {
                          "notifications.argoproj.io/subscribe.on-deployed.ops": "",
                      });
            return {
                urn: `${stack}kubernetes:${object.apiVersion}:${object.kind}::delivery-web-${environment.environment}-${cluster}`,
                type: `kubernetes:${object.apiVersion}:${object.kind}`,
                id: `${object.metadata.namespace}/${object.metadata.name}`,
                inputs: { ...object },
                outputs: {
                    ...object,
                    __fieldManager: "pulumi-kubernetes-1234",
                    __inputs: { ...object },
                },
            };
        }),
    );
}

const exported = (resources: readonly StateResource[]): ExportedStack => ({ deployment: { resources } });
const changed = (
    from: Estate,
    to: Estate,
    resources: readonly StateResource[] = delivering(from),
): HandOver[] => handOvers(to, exported(resources));

describe("what is handed over", () => {
    test("nothing, where the engine stays, and nothing of an app that is new", () => {
        assert.deepEqual(changed(withEngine("flux"), withEngine("flux")), []);
        assert.deepEqual(handOvers(withEngine("flux"), exported([])), []);
    });
    for (const delivery of ["helm", "kustomize", "plain"] as const) {
        for (const [from, to] of [
            ["argocd", "flux"],
            ["flux", "argocd"],
        ] as const) {
            test(`an app by ${delivery} from ${from} to ${to}, in all its environments and clusters`, () => {
                const before = withEngine(from, {}, { delivery });
                const after = withEngine(to, {}, { delivery });
                const places = changed(before, after);
                assert.deepEqual(
                    places.map((each) => [
                        each.from,
                        each.to,
                        each.environment.environment,
                        each.cluster,
                        each.resource.urn.split("::").at(-1),
                    ]),
                    webOf(after).environments.flatMap(({ environment, clusters }) =>
                        clusters.map((cluster) => [
                            from,
                            to,
                            environment,
                            cluster,
                            `delivery-web-${environment}-${cluster}`,
                        ]),
                    ),
                );
                assert.deepEqual(refusedHandOvers(places), []);
            });
        }
    }
    test("an environment of another namespace is no such thing: the old one goes with all in it", () => {
        const moved = withEngine("argocd", {}, { environments: { dev: { namespace: "elsewhere" } } });
        assert.deepEqual(
            changed(withEngine("flux"), moved).map(({ environment }) => environment.environment),
            ["test", "prod", "prod"],
        );
    });
    test("what a killed run left is still to be detached, also where the new engine's object is there", () => {
        const [before, after] = [withEngine("flux"), withEngine("argocd")];
        const state = [...delivering(before), ...delivering(after)];
        assert.equal(changed(before, after, state).length, delivering(before).length);
    });
    test("it is reported in one line for an app", () => {
        assert.deepEqual(handOverLines(changed(withEngine("argocd"), withEngine("flux"))), [
            "web is delivered by Flux instead of Argo CD in dev, test, prod: its objects are handed over, no pod restarts.",
        ]);
    });
});

describe("what is refused", () => {
    const contentOf = (app: App): ReadonlyMap<string, string> =>
        new Map(configContent(app).map(({ path, text }) => [path, text]));
    const fromTo = (from: "argocd" | "flux", web: Overrides = {}, updater: object = {}): [Estate, Estate] => {
        const to = from === "flux" ? "argocd" : "flux";
        return [withEngine(from, {}, { ...updater, ...web }), withEngine(to, {}, { ...updater, ...web })];
    };
    const semver = { ci: "none", updater: { strategy: "semver", constraint: "1.x" } };
    interface Case {
        readonly change: [Estate, Estate];
        /** Changes of what the app's repository started with. */
        readonly files?: (seeded: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
        readonly found: readonly string[];
    }
    const adding =
        (path: string, text = "") =>
        (seeded: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
            new Map([...seeded, [path, text]]);
    const branches = ["dev", "test", "prod"];
    const cases: Record<string, Case> = {
        "to Flux, by Helm, with what was seeded": { change: fromTo("argocd"), found: [] },
        "to Argo CD, by Helm, with what was seeded": { change: fromTo("flux"), found: [] },
        "to Flux, by Kustomize, with what was seeded": {
            change: fromTo("argocd", { delivery: "kustomize" }),
            found: [],
        },
        "to Argo CD, by Kustomize, with what was seeded": {
            change: fromTo("flux", { delivery: "kustomize" }),
            found: [],
        },
        "to Flux, with another delivery": {
            change: [withEngine("argocd"), withEngine("flux", {}, { delivery: "kustomize" })],
            files: () => contentOf(webOf(withEngine("flux", {}, { delivery: "kustomize" }))),
            found: ["engine-and-delivery flux"],
        },
        "to Argo CD, with another delivery": {
            change: [withEngine("flux", {}, { delivery: "plain" }), withEngine("argocd")],
            files: () => contentOf(webOf(withEngine("argocd"))),
            found: ["engine-and-delivery argocd"],
        },
        "to Flux, with a version that only Argo CD reads": {
            change: fromTo("argocd"),
            files: adding("web/.argocd-source-web-dev-member1.yaml"),
            found: ["engine-parameters web/.argocd-source-web-dev-member1.yaml (dev)"],
        },
        "to Flux, with parameters of another Application": {
            change: fromTo("argocd"),
            files: adding("web/.argocd-source-web-dev-member9.yaml"),
            found: [],
        },
        "to Argo CD, with values of one cluster": {
            change: fromTo("flux"),
            files: adding("web/member1-values.yaml"),
            found: branches.map((branch) => `engine-cluster-values web/member1-values.yaml (${branch})`),
        },
        "to Flux, with an updater and no mark": {
            change: fromTo("argocd", {}, semver),
            found: ["engine-no-mark web/values.yaml (dev)"],
        },
        "to Flux, with an updater and its mark": {
            change: fromTo("argocd", {}, semver),
            files: () => contentOf(webOf(withEngine("flux", {}, semver))),
            found: [],
        },
        "to Argo CD, with Flux's mark: a comment to it": {
            change: fromTo("flux", {}, semver),
            files: () => contentOf(webOf(withEngine("flux", {}, semver))),
            found: [],
        },
        "to Flux, by Kustomize, with an image of another name": {
            change: fromTo("argocd", { delivery: "kustomize" }),
            files: adding("web/kustomization.yaml", "images: [{name: app, newTag: a1}]\n"),
            found: branches.map((branch) => `engine-image-name web/kustomization.yaml (${branch})`),
        },
        "to Argo CD, by Kustomize, without an image called app": {
            change: fromTo("flux", { delivery: "kustomize" }),
            files: adding("web/kustomization.yaml", "images:\n  - name: registry.invalid/web/web\n"),
            found: branches.map((branch) => `engine-image-name web/kustomization.yaml (${branch})`),
        },
    };
    for (const [name, { change, files, found }] of Object.entries(cases)) {
        test(name, () => {
            const [before, after] = change;
            const places = changed(before, after);
            assert.ok(places.length > 0);
            const seeded = contentOf(webOf(before));
            const there = files?.(seeded) ?? seeded;
            const findings = [
                ...refusedHandOvers(places),
                ...places.flatMap((place) => {
                    const file = place.app.delivery === "helm" ? "values.yaml" : "kustomization.yaml";
                    return misread(place, {
                        files: new Set(there.keys()),
                        version: there.get(`web/${file}`) ?? "",
                    });
                }),
            ];
            assert.deepEqual(
                // One cluster more is not one finding more.
                [...new Set(findings.map(({ id, value }) => `${id} ${String(value)}`))],
                found,
            );
            for (const { path, fix, severity } of findings) {
                assert.deepEqual([path, severity], ["apps.web.engine", "error"]);
                assert.notEqual(fix, "");
            }
        });
    }
});

test("owners of fields: the new engine replaces the old one, and has its own beside", () => {
    const entry = (manager: string, operation: string, fields: object, more: object = {}): Properties => ({
        manager,
        operation,
        apiVersion: "apps/v1",
        fieldsType: "FieldsV1",
        fieldsV1: fields,
        ...more,
    });
    const owner = { manager: "helm-controller", operation: "Apply" } as const;
    const entries = [
        entry("argocd-controller", "Apply", { "f:metadata": { "f:annotations": { "f:tracked": {} } } }),
        entry("helm-controller", "Apply", { "f:metadata": { "f:labels": { "f:kept": {} } } }),
        entry("kube-controller-manager", "Update", { "f:status": {} }, { subresource: "status" }),
    ];
    assert.deepEqual(withOwner(entries, ["argocd-controller"], owner), [
        entry("helm-controller", "Apply", {
            "f:metadata": { "f:labels": { "f:kept": {} }, "f:annotations": { "f:tracked": {} } },
        }),
        entries[2],
    ]);
    assert.equal(withOwner(entries, ["kustomize-controller"], owner), undefined);
    assert.deepEqual(withOwner([entries[0] ?? {}], ["argocd-controller"], owner), [
        { ...entries[0], ...owner },
    ]);
});

describe("letting go", () => {
    /** Objects by path; `/` at the end of a path: a list. */
    let objects: Map<string, Properties>;
    let calls: string[];
    let state: ExportedStack;
    /** Answers in the place of the usual one, by the beginning of the call. */
    let refusals: Map<string, number>;

    const merged = (one: unknown, other: unknown): unknown =>
        typeof other !== "object" || other === null || Array.isArray(other)
            ? other
            : Object.fromEntries(
                  Object.entries({ ...(one as Properties), ...other }).map(([key, value]) => [
                      key,
                      key in other && key in ((one ?? {}) as Properties)
                          ? merged((one as Properties)[key], value)
                          : value,
                  ]),
              );
    const ask =
        (cluster: string): Ask =>
        (method, path, body, type) => {
            const [plain = ""] = path.split("?");
            const key = `${cluster}${plain}`;
            calls.push(`${method} ${cluster}${path}`);
            const answer = (status: number, found?: unknown): Promise<Answer> =>
                Promise.resolve({ status, headers: {}, body: found });
            const refused = [...refusals].find(([call]) => `${method} ${key}`.startsWith(call))?.[1];
            if (refused !== undefined) {
                return answer(refused, { message: "not now" });
            }
            if (plain === "/version") {
                return answer(200, {});
            }
            if (plain === "/apis/apps") {
                return answer(200, { preferredVersion: { groupVersion: "apps/v1" } });
            }
            const known = objects.get(key);
            if (method === "GET" && known === undefined) {
                const items = [...objects]
                    .filter(([each]) => each.startsWith(`${key}/`))
                    .map(([, each]) => each);
                return items.length > 0 ? answer(200, { items }) : answer(404);
            }
            if (method === "PATCH" && known !== undefined) {
                const next =
                    type === "application/apply-patch+yaml"
                        ? {
                              ...known,
                              ...(body as Properties),
                              metadata: {
                                  ...(known["metadata"] as object),
                                  ...((body as Properties)["metadata"] as object),
                              },
                          }
                        : (merged(known, body) as Properties);
                objects.set(key, next);
                return answer(200, next);
            }
            if (method === "DELETE") {
                objects.delete(key);
            }
            return answer(known === undefined ? 404 : 200, known);
        };
    const hands = (): HandOverContext => ({
        ask,
        host: "host",
        readState: () => Promise.resolve(state),
        writeState: (next) => {
            calls.push("state");
            state = next;
            return Promise.resolve();
        },
        report: (line) => void calls.push(`say ${line}`),
        timeoutSeconds: 0,
    });
    const hostPath = ({ inputs }: StateResource): string => {
        const { apiVersion, kind, metadata } = inputs as unknown as KubeObject;
        return `host/apis/${apiVersion}/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${metadata.name}`;
    };
    const deployment = "member1/apis/apps/v1/namespaces/web-dev/deployments/web";
    const only = { environments: { test: null, prod: null } };
    /** The two estates, and clusters on which the first has delivered. */
    const given = (from: "argocd" | "flux", delivery = "helm"): HandOver[] => {
        const before = withEngine(from, {}, { delivery, ...only });
        const after = withEngine(from === "flux" ? "argocd" : "flux", {}, { delivery, ...only });
        const resources = delivering(before);
        state = exported(resources);
        for (const resource of resources) {
            objects.set(hostPath(resource), { ...resource.inputs });
        }
        objects.set(deployment, {
            metadata: {
                name: "web",
                resourceVersion: "7",
                managedFields: [
                    {
                        ...inHandOver(from).owner(webOf(before)),
                        apiVersion: "apps/v1",
                        fieldsV1: { "f:spec": {} },
                    },
                ],
            },
        });
        const places = handOvers(after, state);
        assert.equal(places.length, 1);
        return places;
    };
    const at = (path: string): Properties => objects.get(path) ?? {};
    const owners = (): unknown =>
        ((at(deployment)["metadata"] as Properties)["managedFields"] as Properties[]).map(
            ({ manager, operation }) => `${String(manager)} ${String(operation)}`,
        );
    const release = "host/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-shop/helmreleases/web-dev-member1";
    const argo = "host/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web-dev-member1";

    beforeEach(() => {
        objects = new Map();
        calls = [];
        refusals = new Map();
    });

    test("a HelmRelease is suspended, in the state first; its chart and records go; its objects are Argo CD's", async () => {
        const places = given("flux");
        const record = "sh.helm.release.v1.web.v1";
        objects.set(`member1/api/v1/namespaces/flux-shop--dev/secrets/${record}`, {
            metadata: { name: record },
        });
        await detach(places, hands());
        assert.ok(
            calls.includes(
                "GET member1/api/v1/namespaces/flux-shop--dev/secrets?labelSelector=owner%3Dhelm%2Cname%3Dweb",
            ),
        );
        assert.deepEqual(
            calls.filter((call) => !call.startsWith("GET")),
            [
                "state",
                `PATCH ${release}?fieldManager=pulumi-kubernetes-1234&force=true`,
                "DELETE host/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-shop/helmcharts/flux-shop-web-dev-member1",
                "DELETE member1/api/v1/namespaces/flux-shop--dev/secrets/sh.helm.release.v1.web.v1",
                `PATCH ${deployment}`,
            ],
        );
        const { suspend } = at(release)["spec"] as Properties;
        assert.equal(suspend, true);
        const { annotations } = at(release)["metadata"] as { annotations: Properties };
        assert.deepEqual(annotations, {
            "pulumi.com/skipAwait": "true",
            "gitops-estate/hold": "is handed over to Argo CD",
        });
        assert.deepEqual(owners(), ["argocd-controller Apply"]);
        const [resource] = state.deployment?.resources ?? [];
        for (const kept of [
            resource?.inputs,
            resource?.outputs,
            resource?.outputs?.["__inputs"] as Properties,
        ]) {
            assert.equal((kept?.["spec"] as Properties)["suspend"], true);
        }
    });

    test("a Kustomization is suspended, and leaves nothing", async () => {
        await detach(given("flux", "kustomize"), hands());
        assert.ok(!calls.some((call) => call.startsWith("DELETE")));
        assert.deepEqual(owners(), ["argocd-controller Apply"]);
    });

    for (const [delivery, owner] of [
        ["helm", "helm-controller Apply"],
        ["kustomize", "kustomize-controller Apply"],
        ["plain", "kustomize-controller Apply"],
    ] as const) {
        test(`an Application by ${delivery} syncs no more, notifies nobody, and has no finalizer that cascades`, async () => {
            const places = given("argocd", delivery);
            const object = at(argo);
            const others = ["resources-finalizer.argocd.argoproj.io/background", "somebody.else/keeps"];
            objects.set(argo, {
                ...object,
                metadata: { ...(object["metadata"] as object), finalizers: others },
            });
            await detach(places, hands());
            const { metadata, spec } = at(argo) as { metadata: Properties; spec: Properties };
            assert.deepEqual(metadata["annotations"], { "gitops-estate/hold": "is handed over to Flux" });
            assert.deepEqual(metadata["finalizers"], ["somebody.else/keeps"]);
            assert.ok(!("automated" in (spec["syncPolicy"] as object)));
            assert.deepEqual(owners(), [owner]);
            assert.ok(!calls.some((call) => call.startsWith("DELETE")));
        });
    }

    test("an object that somebody deleted stays deleted", async () => {
        const places = given("argocd");
        objects.delete(argo);
        await detach(places, hands());
        assert.equal(objects.has(argo), false);
        assert.deepEqual(owners(), ["helm-controller Apply"]);
    });

    test("a cluster that refuses ends it, and what stood still acts again", async () => {
        const places = given("flux");
        const before = state;
        refusals.set(`PATCH ${deployment}`, 403);
        await assert.rejects(
            detach(places, hands()),
            /member1 answers 403 to PATCH .*deployments\/web: not now/,
        );
        assert.deepEqual(state, before);
        refusals.clear();
        await reattach(places, hands());
        assert.ok(!("suspend" in (at(release)["spec"] as Properties)));
        assert.deepEqual(owners(), ["helm-controller Apply"]);
    });

    test("a cluster that does not answer ends it before anything is paused", async () => {
        const places = given("flux");
        refusals.set("GET member1/version", 503);
        await assert.rejects(detach(places, hands()), /member1 answers 503/);
        assert.deepEqual(
            calls.filter((call) => !call.startsWith("GET")),
            [],
        );
    });

    test("after an update that failed before the new engine's object, the old one has it all again", async () => {
        const places = given("flux");
        const before = state;
        await detach(places, hands());
        await reattach(places, hands());
        assert.deepEqual(state, before);
        assert.ok(!("suspend" in (at(release)["spec"] as Properties)));
        assert.deepEqual(owners(), ["helm-controller Apply"]);
    });

    test("after an update that came to the new engine's object, or to its end, nothing is rolled back", async () => {
        const places = given("flux");
        await detach(places, hands());
        const made = delivering(withEngine("argocd", {}, only));
        for (const resources of [[...(state.deployment?.resources ?? []), ...made], made]) {
            state = exported(resources);
            calls = [];
            await reattach(places, hands());
            assert.deepEqual(calls, []);
        }
        assert.deepEqual(owners(), ["argocd-controller Apply"]);
    });

    test("an object that others write meanwhile is read again", async () => {
        const places = given("flux");
        refusals.set(`PATCH ${deployment}`, 409);
        await assert.rejects(detach(places, hands()), /is written by others all the time/);
        assert.ok(calls.filter((call) => call === `PATCH ${deployment}`).length > 1);
    });
});
