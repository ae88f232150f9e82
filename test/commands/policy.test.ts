/** How the pack is handed to the engine. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { policyArguments } from "../../commands/support/policy";
import { ownEngine } from "../../commands/support/pulumiEngine";

describe("the arguments of a review", () => {
    let stacks = "";
    const named = process.env["ESTATE_STACKS"];
    before(() => {
        stacks = fs.mkdtempSync(path.join(os.tmpdir(), "estate-policies-"));
        process.env["ESTATE_STACKS"] = stacks;
    });
    after(() => {
        fs.rmSync(stacks, { recursive: true });
        if (named === undefined) {
            delete process.env["ESTATE_STACKS"];
        } else {
            process.env["ESTATE_STACKS"] = named;
        }
    });

    /** The configuration that a stack is reviewed with. */
    function configOf(stack: string): string | undefined {
        const args = policyArguments({ ...ownEngine(stack), root: "/checkout" });
        assert.deepEqual(args.slice(0, 2), ["--policy-pack", "/checkout/policies"]);
        assert.equal(args[2], args.length > 2 ? "--policy-pack-config" : undefined);
        return args[3];
    }

    test("are advisory, and mandatory for prod", () => {
        assert.equal(configOf("dev"), undefined);
        assert.equal(configOf("prod"), "/checkout/policies/mandatory.json");
    });
    test("take the configuration beside the stack file, for prod too", () => {
        for (const stack of ["dev", "prod"]) {
            const file = path.join(stacks, `policies.${stack}.json`);
            fs.writeFileSync(file, "{}");
            assert.equal(configOf(stack), file);
        }
    });
    test("name the pack as a program where the language host runs none", () => {
        const engine = { ...ownEngine("acme"), root: "/checkout", hostRunsPolicies: false };
        assert.deepEqual(policyArguments(engine), ["--policy-pack", "/checkout/policies/run"]);
    });
});
