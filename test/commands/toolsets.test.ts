/** Which parts of the sandbox an estate is given: what it does not use is neither started nor built. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { estateParts, estateTools } from "../../commands/support/toolsets";
import { model, type Overrides } from "../support/estate";

test("a docker stand-in is built for an estate with a machine, and for no other", () => {
    const boxed = model({
        machines: { box: { runner: { tags: ["box"] } } },
        environments: { dev: { clusters: undefined, machine: "box" } },
        apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
    });
    assert.ok(estateParts(boxed).includes("docker"));
    assert.ok(estateTools({}, estateParts(boxed)).includes("docker"));
    assert.ok(!estateParts(model()).includes("docker"));
    assert.ok(!estateTools({}, estateParts(model())).includes("docker"));
    assert.ok(!estateTools({}).includes("docker"), "nor by a command that has no estate");
});

test("Flux's operator is built and started for an estate that has it, and for no other", () => {
    const manifests = { path: "manifests" };
    const flux = { defaults: { engine: "flux" }, flux: { manifests } };
    const operator = { path: "operator.yaml" };
    const parts = (change: Overrides): readonly string[] => estateParts(model(change));
    assert.ok(!parts({}).includes("flux"));
    assert.ok(parts(flux).includes("flux") && !parts(flux).includes("flux-operator"));
    // Without an app of Flux it is not installed.
    assert.ok(!parts({ flux: { manifests, operator } }).includes("flux-operator"));
    const wanted = estateParts(model({ ...flux, flux: { manifests, operator } }));
    const tools = estateTools({}, wanted).filter((name) => name.startsWith("flux"));
    assert.deepEqual(tools.sort(), ["flux-manifests", "flux-operator", "flux-operator-manifests"]);
    assert.ok(!estateTools({}, estateParts(model(flux))).some((name) => name.startsWith("flux-operator")));
});
