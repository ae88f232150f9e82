/** `npm run check` in a repository of somebody's estate: it judges our files, not theirs. */
import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";
import { getFileInfo } from "prettier";

import { checkoutDir } from "../toolchain/checkout";

test("the formatter leaves alone what an estate brings: stack files as Pulumi writes them, manifests of releases", async () => {
    const ignored = async (file: string): Promise<boolean> => {
        const ignorePath = [".gitignore", ".prettierignore"].map((name) => path.join(checkoutDir(), name));
        return (await getFileInfo(path.join(checkoutDir(), file), { ignorePath })).ignored;
    };
    for (const file of ["Pulumi.acme.yaml", "manifests/argocd/install.yaml", ".npm/_cacache/index.yaml"]) {
        assert.equal(await ignored(file), true, file);
    }
    for (const file of ["Pulumi.yaml", "examples/trunk.yaml", "index.ts"]) {
        assert.equal(await ignored(file), false, file);
    }
});
