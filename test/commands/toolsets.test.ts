/** Which parts of the sandbox an estate is given: what it does not use is neither started nor built. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { estateParts, estateTools } from "../../commands/support/toolsets";
import { model } from "../support/estate";

test("a docker that stands in is built for an estate with a machine, and for no other", () => {
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
