/** Which tag a policy of Flux chooses. Expected choices are those of Flux's documentation (imagepolicies). */
import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidPolicy, latestTag } from "../../../workloads/flux/standins/images/policy";

test("semver takes the newest version of a range, as Masterminds/semver reads it", () => {
    const tags = ["1.0.0", "v1.2.0", "1.10.0", "2.0.0", "1.11.0-rc.1", "latest", "1.12"];
    assert.equal(latestTag(tags, { semver: { range: "1.x" } }), "1.10.0");
    assert.equal(latestTag(tags, { semver: { range: ">=1.0.0, <1.3.0" } }), "v1.2.0");
    assert.equal(latestTag(tags, { semver: { range: ">=1.0.0-0 <2.0.0" } }), "1.11.0-rc.1");
    assert.equal(latestTag(["1.0.0", "1.0.0+2"], { semver: { range: "*" } }), "1.0.0+2");
});

test("alphabetical and numerical choose the last in ascending, the first in descending order", () => {
    assert.equal(latestTag(["b", "a", "c"], { alphabetical: {} }), "c");
    assert.equal(latestTag(["b", "a", "c"], { alphabetical: { order: "desc" } }), "a");
    assert.equal(latestTag(["9", "10", "1.5"], { numerical: { order: "asc" } }), "10");
    assert.equal(latestTag(["9", "10", "1.5"], { numerical: { order: "desc" } }), "1.5");
});

test("filterTags leaves out what does not match, and compares what it extracts", () => {
    const filterTags = { pattern: "^main-[a-f0-9]+-(?P<ts>[0-9]+)", extract: "$ts" };
    const tags = ["main-ff00-9", "main-0a0b-10", "dev-0a0b-99", "11"];
    assert.equal(latestTag(tags, { numerical: {} }, filterTags), "main-0a0b-10");
    assert.equal(
        latestTag(tags, { numerical: {} }, { pattern: "^(main)-[a-f0-9]+-([0-9]+)$", extract: "${2}" }),
        "main-0a0b-10",
    );
    assert.equal(latestTag(tags, { alphabetical: {} }, { pattern: "^main-" }), "main-ff00-9");
});

test("a policy that cannot be read is distinguished from tags that do not fit", () => {
    const invalid = (run: () => unknown): void => assert.throws(run, InvalidPolicy);
    invalid(() => latestTag(["1.0.0"], { semver: { range: "one" } }));
    invalid(() => latestTag(["1.0.0"], {}));
    invalid(() => latestTag(["1"], { numerical: {} }, { pattern: "(" }));
    const unfit = (run: () => unknown, text: RegExp): void =>
        assert.throws(run, (error) => !(error instanceof InvalidPolicy) && text.test(String(error)));
    unfit(() => latestTag(["latest"], { semver: { range: "*" } }), /unable to determine latest version/);
    unfit(() => latestTag(["latest"], { numerical: {} }), /invalid numeric value 'latest'/);
    unfit(() => latestTag(["1"], { numerical: {} }, { pattern: "^v" }), /cannot be empty/);
});
