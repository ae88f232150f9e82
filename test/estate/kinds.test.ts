import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { teamProjects } from "../../estate/engines/argocd/projects";
import { furtherKinds, joinedKinds, kindSets, pluralOf, usualKinds } from "../../estate/kinds";
import { model } from "../support/estate";

const names = (kinds: readonly { kind: string }[]): string[] => kinds.map(({ kind }) => kind);

test("sets and single kinds come to one sorted list, without what every app has", () => {
    const kinds = furtherKinds([
        "gateway-routes",
        { group: "apps", kind: "Deployment" },
        { group: "gateway.networking.k8s.io", kind: "HTTPRoute" },
        { group: "traefik.io", kind: "IngressRoute", resource: "ingressroutes" },
    ]);
    assert.deepEqual(names(kinds), ["GRPCRoute", "HTTPRoute", "TLSRoute", "IngressRoute"]);
});

test("what one app may write is written, though others only read it", () => {
    const kind = { group: "argoproj.io", kind: "AnalysisRun", resource: "analysisruns" };
    const joined = joinedKinds([[{ ...kind, written: true }], [{ ...kind, written: false }]]);
    assert.deepEqual(joined, [{ ...kind, written: true }]);
});

test("a kind's name in roles is its plural", () => {
    const plurals = ["HTTPRoute", "Ingress", "NetworkPolicy", "Gateway", "ServiceMonitor", "Box"].map(
        pluralOf,
    );
    assert.deepEqual(plurals, [
        "httproutes",
        "ingresses",
        "networkpolicies",
        "gateways",
        "servicemonitors",
        "boxes",
    ]);
});

test("kinds are those of the innermost level that says anything, and reach the team's AppProject", () => {
    const estate = model({
        defaults: { kinds: ["monitoring"] },
        environments: { prod: { defaults: { kinds: ["certificates"] } } },
        apps: { web: { environments: { dev: { kinds: ["gateway-routes"] }, test: { kinds: [] } } } },
    });
    const [dev, test, prod] = estate.apps["web"]?.environments ?? [];
    assert.ok(dev !== undefined && test !== undefined && prod !== undefined);
    assert.deepEqual(names(dev.kinds), ["GRPCRoute", "HTTPRoute", "TLSRoute"]);
    assert.deepEqual(test.kinds, []);
    assert.deepEqual(names(prod.kinds), ["Certificate", "CertificateRequest"]);
    const projects = teamProjects(estate, { name: "shop" });
    const allowed = (name: string): string[] => names(projects.find((one) => one.name === name)?.kinds ?? []);
    assert.ok(allowed("shop-nonprod").includes("HTTPRoute"));
    assert.ok(!allowed("shop-prod").includes("HTTPRoute"));
    assert.ok(allowed("shop-prod").includes("Certificate"));
    // What Deployments make: without it Argo CD shows no pods and gives no logs.
    assert.ok(allowed("shop-prod").includes("Pod") && allowed("shop-prod").includes("ReplicaSet"));
    assert.ok(!allowed("shop-prod").includes("Secret"));
});

test("docs/access.md names every kind an app may have", () => {
    const page = readFileSync("docs/access.md", "utf8");
    for (const { kind } of [...usualKinds, ...Object.values(kindSets).flat()].filter(
        ({ written }) => written,
    )) {
        assert.match(page, new RegExp(`\\b${kind}\\b`), kind);
    }
    for (const set of Object.keys(kindSets)) {
        assert.ok(page.includes(`\`${set}\``), set);
    }
});
