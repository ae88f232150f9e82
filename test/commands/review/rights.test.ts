/** What a note says of people's rights, and of what holds them back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Language } from "../../../estate/model";
import type { Step } from "../../../commands/support/runReport";
import { noteOf, type Note } from "../../../commands/review/note";
import { source, update, urn } from "./steps";

describe("what is said of rights", () => {
    /** What is said of rights where one object changes. */
    const rightsOf = (
        kind: string,
        was: Record<string, unknown>,
        is: Record<string, unknown>,
    ): Note["rights"] => noteOf(source([update("a", was, is, `gitlab:index/x:${kind}`)])).rights;

    const gates: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
        [
            "ProjectProtectedEnvironment",
            { deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }] },
            { deployAccessLevelsAttributes: [{ accessLevel: "developer" }] },
        ],
        [
            "ProjectProtectedEnvironment",
            { deployAccessLevelsAttributes: [{ userId: 7 }] },
            { deployAccessLevelsAttributes: [{ userId: 7 }, { userId: 8 }] },
        ],
        [
            "ProjectProtectedEnvironment",
            { approvalRules: [{ accessLevel: "maintainer", requiredApprovals: 2 }] },
            { approvalRules: [{ accessLevel: "maintainer", requiredApprovals: 1 }] },
        ],
        ["ProjectPushRules", { preventSecrets: true }, { preventSecrets: false }],
        ["ProjectPushRules", { preventSecrets: true }, {}],
        ["ProjectPushRules", { branchNameRegex: "^a$" }, { branchNameRegex: "^b$" }],
        ["ProjectPushRules", { maxFileSize: 5 }, { maxFileSize: 0 }],
        [
            "ProjectLevelMrApprovals",
            { disableOverridingApproversPerMergeRequest: true },
            { disableOverridingApproversPerMergeRequest: false },
        ],
        [
            "ProjectLevelMrApprovals",
            { mergeRequestsDisableCommittersApproval: true },
            { mergeRequestsDisableCommittersApproval: false },
        ],
        [
            "ProjectLevelMrApprovals",
            { mergeRequestsAuthorApproval: false },
            { mergeRequestsAuthorApproval: true },
        ],
        ["ProjectApprovalRule", { userIds: [1] }, { userIds: [1, 2] }],
        ["ProjectApprovalRule", { userIds: [1] }, { userIds: [] }],
        [
            "ProjectApprovalRule",
            { approvalsRequired: 2, userIds: [1] },
            { approvalsRequired: 3, userIds: [2] },
        ],
        ["ProjectApprovalRule", { protectedBranchIds: [1, 2] }, { protectedBranchIds: [1] }],
        ["BranchProtection", { allowedToPushes: [{ userId: 7 }] }, { allowedToPushes: [{ userId: 8 }] }],
        [
            "BranchProtection",
            { mergeAccessLevel: "maintainer" },
            { mergeAccessLevel: "maintainer", allowedToMerges: [{ groupId: 3 }] },
        ],
        ["BranchProtection", { codeOwnerApprovalRequired: true }, { codeOwnerApprovalRequired: false }],
        [
            "BranchProtection",
            { allowedToUnprotects: [{ accessLevel: "admin" }] },
            { allowedToUnprotects: [{ accessLevel: "developer" }] },
        ],
        ["BranchProtection", { pushAccessLevel: "no one" }, { pushAccessLevel: "anybody" }],
        ["TagProtection", { createAccessLevel: "no one" }, { createAccessLevel: "owner" }],
    ];
    test("says of every gate that blocks less that it is loosened, and of the way back that it is tightened", () => {
        for (const [kind, was, is] of gates) {
            const what = `${kind} ${JSON.stringify(was)} ${JSON.stringify(is)}`;
            const there = rightsOf(kind, was, is);
            assert.deepEqual(
                there.map(({ tone }) => tone),
                ["bad"],
                what,
            );
            const proved = !/"branchNameRegex"|"userIds":\[2\]|"userId":8}\]|anybody/.test(what);
            if (proved) {
                assert.deepEqual(
                    rightsOf(kind, is, was).map(({ tone }) => tone),
                    ["plain"],
                    `back: ${what}`,
                );
            }
        }
        assert.match(
            rightsOf("BranchProtection", {}, { allowedToPushes: [{ userId: 8 }] })[0]?.text ?? "",
            /is loosened: push: maintainers → named accounts only, also `user 8`/,
        );
        assert.match(
            rightsOf("ProjectPushRules", { preventSecrets: true }, { preventSecrets: false })[0]?.text ?? "",
            /is loosened: `preventSecrets` `true` → `false`/,
        );
    });

    test("says by name who gets access, and by number only whom no object of the stack names", () => {
        const token = update("config-web-writer", { name: "writer-g1" }, { name: "writer-g1" });
        const tokens: Step[] = [90, 91].map((userId, index) => ({
            ...token,
            op: "same",
            type: "gitlab:index/projectAccessToken:ProjectAccessToken",
            urn: urn("gitlab:index/projectAccessToken:ProjectAccessToken", `token-${index}`),
            old: { inputs: { name: `writer-g${index}` }, outputs: { name: `writer-g${index}`, userId } },
        }));
        const bob = { groupId: 7, userId: 21, accessLevel: "maintainer" };
        const member = update(
            "team-shop-member-bob",
            bob,
            bob,
            "gitlab:index/groupMembership:GroupMembership",
        );
        const told = (was: object[], is: object[], language: Language = "en"): string =>
            noteOf({
                ...source([
                    ...tokens,
                    { ...member, op: "same" },
                    update(
                        "protection",
                        { branch: "prod", allowedToPushes: was },
                        { branch: "prod", allowedToPushes: is },
                        "gitlab:index/branchProtection:BranchProtection",
                    ),
                    update(
                        "rule",
                        { name: "prod", approvalsRequired: 1, userIds: [21] },
                        { name: "prod", approvalsRequired: 1, userIds: [21, 90] },
                        "gitlab:index/projectApprovalRule:ProjectApprovalRule",
                    ),
                ]),
                language,
            })
                .rights.map(({ text }) => text)
                .join("\n");
        const users = (...ids: (number | string)[]): object[] => ids.map((userId) => ({ userId }));
        const note = told(users(91), users(90, 21, 66));
        assert.match(
            note,
            /also `access token writer-g0`, `user 66` and `user bob`, no longer `access token writer-g1`/,
        );
        assert.match(note, /`userIds` `\["user bob"\]` → `\["user bob","access token writer-g0"\]`/);
        assert.doesNotMatch(note, /\b(90|91|21)\b/);
        assert.match(told(users(), users(90), "zh"), /增加 `访问令牌 writer-g0`/);
        // The engine's mark for what nobody knows before the update.
        assert.match(
            told(users(90), users("04da6b54-80e4-46f7-96ec-b56ff0331ba9")),
            /also `an account that is not known yet`, no longer `access token writer-g0`/,
        );
        // A key's name is no reason to think that a developer may do what it may.
        assert.match(
            told([{ accessLevel: "developer" }], [{ accessLevel: "developer" }, { deployKeyId: 5 }]),
            /is loosened: push: also `deploy key 5`/,
        );
    });

    test("says of a job that blocks merges for whom it does so, and of fewer approvals that it is loosened", () => {
        const wants = (count: number): Record<string, unknown> => ({
            key: "APPROVALS",
            value: JSON.stringify({ prod: count }),
        });
        const told = (was: number, is: number): Note["rights"] =>
            noteOf(
                source([
                    update(
                        "config-web-gate-variables-APPROVALS",
                        wants(was),
                        wants(is),
                        "gitlab:index/projectVariable:ProjectVariable",
                    ),
                ]),
            ).rights;
        assert.deepEqual(
            told(2, 1).map(({ tone }) => tone),
            ["bad"],
        );
        assert.match(
            told(2, 1)[0]?.text ?? "",
            /branch `prod`.* is loosened: a merge needs the approval of 1 maintainer .*\(2 before\)/,
        );
        assert.match(told(1, 2)[0]?.text ?? "", /is tightened: a merge needs the approval of 2 maintainers/);
    });
});
