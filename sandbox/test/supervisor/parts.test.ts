import assert from "node:assert/strict";
import { test } from "node:test";

import { checkParts, digest, sameSpec, startOrder } from "../../supervisor/parts";
import { fakePart } from "./fixture";

const part = (name: string, after: string[] = [], ports: number[] = []): ReturnType<typeof fakePart> =>
    fakePart(name, undefined, { after, ports });

test("a table without problems is started with what is needed first", () => {
    const table = [part("gitlab"), part("apiserver", ["etcd"]), part("kwok", ["apiserver"]), part("etcd")];

    assert.deepEqual(checkParts(table), []);
    assert.deepEqual(
        startOrder(table).map(({ name }) => name),
        ["gitlab", "etcd", "apiserver", "kwok"],
    );
});

test("every problem of a table is reported", () => {
    assert.deepEqual(checkParts([part("a", ["b"], [1]), part("a", [], [1]), part("Bad/Name")]), [
        'two parts are named "a"',
        "a and a both want port 1",
        '"Bad/Name" is no name for a part: use lower-case letters, digits and single dashes, at most 60',
        'a waits for "b", which is no part',
    ]);
});

test("a cycle is reported as a path", () => {
    assert.deepEqual(checkParts([part("a", ["b"]), part("b", ["c"]), part("c", ["b"])]), [
        "parts wait for each other: b -> c -> b",
    ]);
});

test("two descriptions are the same whatever the order of their keys", () => {
    const { name, ...rest } = fakePart("a", undefined, { env: { A: "1", B: "2" } });

    assert.equal(sameSpec({ name, ...rest }, { ...rest, name, env: { B: "2", A: "1" } }), true);
    assert.equal(sameSpec({ name, ...rest }, { name, ...rest, inputs: "other" }), false);
});

test("a digest distinguishes where one text ends and the next begins", () => {
    assert.notEqual(digest("ab", "c"), digest("a", "bc"));
    assert.equal(digest("a"), digest("a"));
});
