/** The credentials the commands hand to an estate on the sandbox. That the servers take them is for the end-to-end tests. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkCredentials } from "../../estate/credentials";
import { model } from "../support/estate";
import type { Credential } from "../../commands/support/pulumiEngine";
import {
    committedStackFile,
    estateOf,
    placeholderAccess,
    placeholderCredentials,
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

    test("a preview without servers has one for everything that is needed, of engines and machines too", () => {
        const estate = model({
            machines: { box: { ssh: { host: "box.test", user: "deploy", hostKeys: ["ssh-rsa AAAAB3Nza"] } } },
            environments: { dev: { clusters: undefined, machine: "box" } },
            apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
            argocd: { imageMirrorLogin: true, imageMirror: "mirror.test" },
        });
        assert.deepEqual(checkCredentials(estate, tree(placeholderCredentials(estate))), []);
    });
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
