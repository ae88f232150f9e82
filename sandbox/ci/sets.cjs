"use strict";

// gitlab-ci-local uses the set methods of ES2025, which Node.js has from version 22 on. This file is loaded before it and
// adds those that are missing, so that the sandbox runs on Node.js 20 too. Arguments are sets, as with the originals.

const missing = {
    union: (left, right) => new Set([...left, ...right.keys()]),
    intersection: (left, right) => new Set([...left].filter((each) => right.has(each))),
    difference: (left, right) => new Set([...left].filter((each) => !right.has(each))),
    symmetricDifference: (left, right) =>
        new Set([
            ...[...left].filter((each) => !right.has(each)),
            ...[...right.keys()].filter((each) => !left.has(each)),
        ]),
    isSubsetOf: (left, right) => [...left].every((each) => right.has(each)),
    isSupersetOf: (left, right) => [...right.keys()].every((each) => left.has(each)),
    isDisjointFrom: (left, right) => [...left].every((each) => !right.has(each)),
};

for (const [name, method] of Object.entries(missing)) {
    if (!(name in Set.prototype)) {
        Object.defineProperty(Set.prototype, name, {
            value(other) {
                return method(this, other);
            },
            configurable: true,
            writable: true,
        });
    }
}
