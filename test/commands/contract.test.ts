/** What `npm run contract` is told and what it says; what it tries is tested in sandbox/test/contract. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { contractText, parseContractOptions } from "../../commands/contract";

test("options are servers and a group, never credentials", () => {
    assert.deepEqual(parseContractOptions(["--gitlab", "https://g.example.com", "--below", "a/b"]), {
        gitlab: "https://g.example.com",
        below: "a/b",
    });
    for (const [argv, message] of [
        [[], /Name a server to try/],
        [["--gitlab"], /--gitlab needs a value/],
        [["--gitlab", "--harbor"], /--gitlab needs a value/],
        [["--token", "x"], /"--token" is not an option/],
        [["--harbor", "harbor"], /--harbor must be an address/],
        [["--harbor", "ftp://harbor"], /--harbor must be an address/],
        [["--gitlab", "https://me:pass@g.example.com"], /must hold no credentials/],
    ] as const) {
        assert.throws(() => parseContractOptions(argv), message);
    }
    assert.throws(
        () => parseContractOptions(["--gitlab", "https://me:pass@g.example.com"]),
        (error: Error) => !error.message.includes("pass@"),
    );
});

test("a report names each difference, what was not tried and what is left", () => {
    const text = contractText({
        server: "GitLab 19.4.0, Free",
        tried: 3,
        differences: [
            {
                noun: "groups",
                claim: "A group has a path",
                call: "POST /groups",
                expected: "201",
                got: "500",
            },
        ],
        skipped: [
            { noun: "members", claim: "one", reason: "needs a licence (Premium)" },
            { noun: "members", claim: "two", reason: "needs a licence (Premium)" },
        ],
        left: ["group x: it is still there"],
    });
    assert.match(text, /GitLab 19.4.0, Free: 3 claims tried, 1 answered otherwise/);
    assert.match(
        text,
        /groups: A group has a path\n\s+call\s+POST \/groups\n\s+expected\s+201\n\s+got\s+500/,
    );
    assert.match(text, /2 claims: needs a licence \(Premium\)/);
    assert.match(text, /delete by hand:\n\s+group x: it is still there/);
});
