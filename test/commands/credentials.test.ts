/** The credentials the commands hand to an estate on the sandbox. That the servers take them is for the end-to-end tests. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkCredentials } from "../../estate/credentials";
import type { Credential } from "../../commands/support/pulumiEngine";
import {
    committedStackFile,
    estateOf,
    placeholderAccess,
    sandboxCredentials,
} from "../../commands/support/stack";

describe("credentials of a stack on the sandbox", () => {
    for (const stack of ["dev", "prod"]) {
        test(`${stack}: every one the estate needs, and none it does not know`, () => {
            const estate = estateOf(stack, committedStackFile(stack));
            assert.deepEqual(
                checkCredentials(estate, tree(sandboxCredentials(estate, placeholderAccess()))),
                [],
            );
        });
    }
});

function tree(credentials: readonly Credential[]): unknown {
    const root: Record<string, unknown> = {};
    for (const { path, value } of credentials) {
        let at = root;
        for (const key of path.slice(0, -1)) {
            at = (at[key] ??= {}) as Record<string, unknown>;
        }
        at[path.at(-1) ?? ""] = value;
    }
    return root;
}
