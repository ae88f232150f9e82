import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import { keyPart } from "../../../estate/pipeline";
import { CiVariables, type CiVariablesArgs } from "../../../components/gitlab/variables";
import { childrenOf, leaks, record, registration, secretValue, type Recording } from "../../support/engine";

function recordVariables(overrides: Partial<CiVariablesArgs>): Promise<Recording<CiVariables>> {
    return record(() => {
        const provider = new gitlab.Provider("gitlab");
        const args = { project: "5", plain: {}, secret: {}, ...overrides };
        return new CiVariables("ci", args, { providers: [provider] });
    });
}

test("names are open, credentials masked, hidden, protected and secret in state", async () => {
    const recording = await recordVariables({ plain: { IMAGE: "h/p/web" }, secret: { TOKEN: "fake-token" } });
    assert.deepEqual(childrenOf(recording, "ci"), [
        "gitlab:index/projectVariable:ProjectVariable ci-IMAGE",
        "gitlab:index/projectVariable:ProjectVariable ci-TOKEN",
    ]);
    const common = { project: "5", variableType: "env_var", environmentScope: "*", raw: true };
    assert.deepEqual(registration(recording, "ci-IMAGE").inputs, {
        ...common,
        key: "IMAGE",
        value: "h/p/web",
        protected: false,
        masked: false,
        hidden: false,
    });
    const { value, ...rest } = registration(recording, "ci-TOKEN").inputs;
    assert.equal(secretValue(value), "fake-token");
    assert.deepEqual(rest, { ...common, key: "TOKEN", protected: true, masked: true, hidden: true });
    assert.deepEqual(leaks(recording), []);
});

test("the order of the keys changes nothing", async () => {
    const one = await recordVariables({ plain: { A: "1", B: "2" } });
    const other = await recordVariables({ plain: { B: "2", A: "1" } });
    assert.deepEqual(one.registrations, other.registrations);
});

test("a bad key and a key named twice are refused together", async () => {
    await assert.rejects(
        recordVariables({ plain: { "A-B": "1", TWICE: "1" }, secret: { TWICE: "2" } }),
        /variable "A-B": a key has letters, digits and underscores only\.\n {2}variable "TWICE" is both plain and secret/,
    );
});

test("parts of keys", () => {
    assert.equal(keyPart("pre-prod.1"), "PRE_PROD_1");
});
