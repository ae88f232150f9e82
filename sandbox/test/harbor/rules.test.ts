/** The pure parts: patterns, cron texts, retention templates, names of replicated repositories. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkCron, checkReplicationCron, dueBetween, nextDue } from "../../harbor/cron";
import { matches } from "../../harbor/doublestar";
import type { RetentionRule } from "../../harbor/model";
import { parseTarget } from "../../harbor/registry";
import { targetName } from "../../harbor/replication";
import { type Candidate, retained } from "../../harbor/retention";
import { parseReference } from "../../harbor/routes/artifacts";

describe("patterns", () => {
    for (const [pattern, name, expected] of [
        ["**", "a/b", true],
        ["", "anything", true],
        ["*", "a", true],
        ["*", "a/b", false],
        ["v*", "v1.0", true],
        ["v*", "1.0", false],
        ["v?.0", "v1.0", true],
        ["{main,dev}-*", "dev-7", true],
        ["{main,dev}-*", "test-7", false],
        ["web/**", "web/a/b", true],
        ["a/**/b", "a/b", true],
        ["[ab]1", "b1", true],
        ["[!ab]1", "b1", false],
        ["1.0", "1x0", false],
        ["a\\*", "a*", true],
        ["a**", "ab", true],
        ["a**", "a/b", false],
        ["*", ".hidden", true],
        ["!a", "b", false],
        ["#a", "#a", true],
        ["+(a)", "aa", false],
        ["a//b", "a/b", false],
    ] as const) {
        it(`"${pattern}" ${expected ? "matches" : "does not match"} "${name}"`, () => {
            assert.equal(matches(pattern, name), expected);
        });
    }
});

describe("cron texts", () => {
    it("have six fields with lists, ranges and steps", () => {
        assert.throws(() => checkCron("* * * * *"), /six fields/);
        for (const field of ["61", "a", "L", "1-", "5-1", "*/0"]) {
            assert.throws(() => checkCron(`0 ${field} * * * *`), /invalid cron/, field);
        }
        for (const weekday of ["7", "5L", "1#2", "+1", "MOON"]) {
            assert.throws(() => checkCron(`0 0 0 * * ${weekday}`), /invalid cron/, weekday);
        }
        for (const good of ["0 5/15 * ? * *", "0 0 0 1 JAN,JUL *", "0 0 0 ? * mon-FRI"]) {
            checkCron(good);
        }
        const from = new Date("2026-03-02T02:59:58Z");
        assert.ok(dueBetween("0 0 3 * * 1-5", from, new Date("2026-03-02T03:00:01Z")), "a Monday");
        assert.ok(!dueBetween("0 0 3 * * 0", from, new Date("2026-03-02T03:00:01Z")));
        assert.ok(dueBetween("*/15 * * * * *", from, new Date("2026-03-02T03:00:00Z")));
        assert.equal(nextDue("0 0 0 * * 0", from)?.toISOString(), "2026-03-08T00:00:00.000Z");
        assert.equal(nextDue("0 0 0 31 2 *", from), undefined);
    });

    it("mean a day or a weekday where both are given", () => {
        const from = new Date("2026-03-02T00:00:00Z");
        assert.equal(nextDue("0 0 0 4 * 5", from)?.toISOString(), "2026-03-04T00:00:00.000Z");
        assert.equal(nextDue("0 0 0 9 * 5", from)?.toISOString(), "2026-03-06T00:00:00.000Z");
    });

    it("start at a full minute", () => {
        for (const seconds of ["*", "1", "*/15"]) {
            assert.throws(() => checkCron(`${seconds} * * * * *`), /1st field/, seconds);
        }
        checkCron("0 * * * * *");
    });

    it("of replications start with 0 and name their minutes", () => {
        assert.throws(() => checkReplicationCron("1 0 * * * *"), /1st field/);
        assert.throws(() => checkReplicationCron("0 * * * * *"), /Minutes field/);
        checkReplicationCron("0 0 * * * *");
    });
});

describe("retention templates", () => {
    const now = Date.parse("2026-06-30T00:00:00Z");
    const day = 24 * 60 * 60 * 1000;
    const candidate = (
        tag: string | undefined,
        pushedDaysAgo: number,
        pulledDaysAgo?: number,
    ): Candidate => ({
        tags: tag === undefined ? [] : [tag],
        pushed: now - pushedDaysAgo * day,
        pulled: pulledDaysAgo === undefined ? 0 : now - pulledDaysAgo * day,
        labels: [],
    });
    const candidates = [
        candidate("v1", 30, 1),
        candidate("v2", 20),
        candidate("dev-1", 10, 5),
        candidate("dev-2", 2),
        candidate(undefined, 1),
    ];
    const rule = (template: string, n?: number, pattern = "**", more: object = {}): RetentionRule => ({
        id: 1,
        priority: 0,
        disabled: false,
        action: "retain",
        template,
        params: n === undefined ? {} : { [template]: n },
        tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern, ...more }],
        scope_selectors: {},
    });
    const kept = (...rules: RetentionRule[]): string[] =>
        [...retained(rules, candidates, now)].map((item) => item.tags[0] ?? "untagged").sort();

    for (const [what, rules, expected] of [
        ["always", [rule("always")], ["dev-1", "dev-2", "untagged", "v1", "v2"]],
        ["nothing", [rule("nothing")], []],
        ["latestPushedK", [rule("latestPushedK", 2)], ["dev-2", "untagged"]],
        ["latestPulledN", [rule("latestPulledN", 1)], ["v1"]],
        ["latestActiveK", [rule("latestActiveK", 2)].slice(), ["untagged", "v1"]],
        ["nDaysSinceLastPush", [rule("nDaysSinceLastPush", 10)], ["dev-1", "dev-2", "untagged"]],
        ["nDaysSinceLastPull", [rule("nDaysSinceLastPull", 5)], ["dev-1", "v1"]],
        ["lastXDays", [rule("lastXDays", 2)], ["dev-2", "untagged", "v1"]],
        [
            "tag patterns, without what has no tag",
            [rule("always", undefined, "v*", { extras: '{"untagged":false}' })],
            ["v1", "v2"],
        ],
        [
            "patterns that exclude",
            [rule("always", undefined, "dev-*", { decoration: "excludes", extras: '{"untagged":false}' })],
            ["v1", "v2"],
        ],
        [
            "any of several rules",
            [rule("latestPushedK", 1, "dev-*", { extras: '{"untagged":false}' }), rule("latestPulledN", 1)],
            ["dev-2", "v1"],
        ],
    ] as [string, RetentionRule[], string[]][]) {
        it(`keep by ${what}`, () => {
            assert.deepEqual(kept(...rules), expected);
        });
    }
});

describe("names", () => {
    it("of replicated repositories replace leading parts", () => {
        assert.equal(targetName("a/b/c/img", "", -1), "a/b/c/img");
        assert.equal(targetName("a/b/c/img", "x", -1), "x/img");
        assert.equal(targetName("a/b/c/img", "x", 0), "x/a/b/c/img");
        assert.equal(targetName("a/b/c/img", "x", 1), "x/b/c/img");
        assert.equal(targetName("a/img", "x", 9), "x/img");
    });

    it("of registry paths and copy sources are taken apart", () => {
        assert.deepEqual(parseTarget("web/a/b/manifests/v1"), {
            repository: "web/a/b",
            kind: "manifest",
            reference: "v1",
        });
        assert.equal(parseTarget("web/a/blobs/uploads/")?.kind, "upload");
        assert.equal(parseTarget("web/a/tags/list")?.kind, "tags");
        assert.equal(parseTarget("web"), undefined);
        const digest = `sha256:${"0".repeat(64)}`;
        assert.deepEqual(parseReference(`web/a/b@${digest}`), {
            project: "web",
            repository: "web/a/b",
            reference: digest,
        });
        assert.throws(() => parseReference("web:1"), /invalid reference/);
    });
});
