import assert from "node:assert/strict";
import { test } from "node:test";

import { exitCodeIn, masker, scriptLine } from "../../ci/trace";
import { expand, inScope, refSlug, variablesFile, type JobVariable } from "../../ci/variables";
import { parseDotenv } from "../../ci/workspace";

test("secrets are hidden, the longer one first", () => {
    const hide = masker(["secretvalue", "secretvalue-longer", "abc"]);
    assert.equal(hide("a secretvalue-longer b secretvalue c abc"), "a [MASKED] b [MASKED] c abc");
});

test("a script's output is distinguished from the interpreter's remarks", () => {
    assert.equal(scriptLine("build $ echo hi", "build"), "$ echo hi");
    assert.equal(scriptLine("build > hi", "build"), "hi");
    assert.equal(scriptLine("build >", "build"), "");
    assert.equal(scriptLine("build starting shell (test)", "build"), undefined);
    assert.equal(exitCodeIn("build finished in 1.2 s  FAIL 3 ", "build"), 3);
    assert.equal(exitCodeIn("build > finished in 1 s  FAIL 3 ", "build"), undefined);
    assert.equal(exitCodeIn("build finished in 1.2 s  WARN 4  after_script", "build"), undefined);
});

test("scopes, slugs, references and dotenv files", () => {
    assert.equal(inScope("*", null), true);
    assert.equal(inScope("prod", null), false);
    assert.equal(inScope("review/*", "review/x"), true);
    assert.equal(inScope("prod", "production"), false);
    assert.equal(refSlug("Feature/A_b-"), "feature-a-b");
    const raw = (value: string): JobVariable => ({ value, file: false, raw: true, masked: false });
    const variables = new Map([
        ["A", raw("$x")],
        ["B", { ...raw("<$A>"), raw: false }],
    ]);
    assert.equal(expand("$B-${A}-$none-$$", variables), "<$x>-$x--$");
    const file = JSON.parse(variablesFile(variables, new Map())) as Record<string, { values: unknown }>;
    assert.deepEqual(file["A"]?.values, { "*": "$$x" });
    assert.deepEqual(file["B"]?.values, { "*": "<$A>" });
    assert.deepEqual(parseDotenv("A=1\n# no\nexport B='x y'\nnonsense\n"), { A: "1", B: "x y" });
});
