/**
 * Whether a change of what holds a merge, a push or a deployment back makes it hold back less. What does not provably hold back
 * more counts as loosened. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { openness } from "../../../estate/accessRoles";
import { listOf, mapOf, textOf, type Properties } from "../change";
import { code } from "../noun";

/** Switches of approvals and push rules, and how each stands when it holds back more. */
const strictWhen: Readonly<Record<string, boolean>> = {
    appliesToAllProtectedBranches: true,
    commitCommitterCheck: true,
    commitCommitterNameCheck: true,
    denyDeleteTag: true,
    disableOverridingApproversPerMergeRequest: true,
    memberCheck: true,
    mergeRequestsAuthorApproval: false,
    mergeRequestsDisableCommittersApproval: true,
    preventSecrets: true,
    rejectNonDcoCommits: true,
    rejectUnsignedCommits: true,
    requirePasswordToApprove: true,
    requireReauthenticationToApprove: true,
    resetApprovalsOnPush: true,
};

/** Properties that hold nothing back. */
const neutral = new Set([
    "name",
    "project",
    "environment",
    "disableImportingDefaultAnyApproverRuleOnCreate",
    // Which kind of rule it is: its change makes the rule anew, with its other properties listed.
    "reportType",
]);

const isSubset = (one: readonly string[], other: readonly string[]): boolean =>
    one.every((each) => other.includes(each));

/** Ids of a list, as texts. */
const idsOf = (value: unknown): string[] => listOf(value).map((each) => JSON.stringify(each));

/** Entries without a level: users, groups, keys. Sorted; those that nobody has a name for as `user 7`. */
export function namedIn(value: unknown): string[] {
    const words: readonly (readonly [string, string])[] = [
        ["userId", "user"],
        ["groupId", "group"],
        ["deployKeyId", "deploy key"],
        ["memberRoleId", "member role"],
    ];
    return listOf(value)
        .map(mapOf)
        .flatMap((entry) =>
            words.flatMap(([key, word]) => {
                const id = entry[key];
                // A text is a name already.
                return typeof id === "number" ? [`${word} ${id}`] : typeof id === "string" ? [id] : [];
            }),
        )
        .sort();
}

/** Whether a level lets no more people through than another; of a level that nobody knows it cannot be said. */
export function isNoWider(was: string | undefined, is: string | undefined): boolean {
    if (was === is || is === undefined || is === "no one") {
        return true;
    }
    const [before, now] = [openness(was ?? "no one"), openness(is)];
    return before !== undefined && now !== undefined && now <= before;
}

/** Who may deploy: the widest level of its entries; one that is not known is the widest. */
function widest(entries: readonly Properties[]): string | undefined {
    const found = entries.flatMap((each) => textOf(each["accessLevel"]) ?? []);
    const width = (level: string): number => openness(level) ?? Infinity;
    return [...found].sort((a, b) => width(b) - width(a))[0];
}

/** Whether a property holds back at least as much as before. */
function holds(key: string, before: Properties, after: Properties): boolean {
    const [was, is] = [before[key], after[key]];
    const strict = strictWhen[key];
    if (strict !== undefined) {
        return is === strict;
    }
    switch (key) {
        case "approvalsRequired":
            return typeof was === "number" && typeof is === "number" && is >= was;
        case "userIds":
        case "groupIds": {
            // Nobody named: everybody's approval counts.
            const isNamed = (of: Properties): boolean =>
                [...idsOf(of["userIds"]), ...idsOf(of["groupIds"])].length > 0;
            return isNamed(after) && (!isNamed(before) || isSubset(idsOf(is), idsOf(was)));
        }
        // Nothing named: all branches.
        case "protectedBranchIds":
            return idsOf(is).length === 0 || (idsOf(was).length > 0 && isSubset(idsOf(was), idsOf(is)));
        case "deployAccessLevelsAttributes": {
            const [then, now] = [listOf(was).map(mapOf), listOf(is).map(mapOf)];
            const inherited = (entries: readonly Properties[]): string[] =>
                entries.flatMap(({ groupInheritanceType: type }) =>
                    type === undefined ? [] : [JSON.stringify(type)],
                );
            return (
                now.length > 0 &&
                isSubset(namedIn(is), namedIn(was)) &&
                isNoWider(widest(then), widest(now)) &&
                isSubset(inherited(now), inherited(then))
            );
        }
        case "approvalRules": {
            const byWhom = (value: unknown): Map<string, number> =>
                new Map(
                    listOf(value)
                        .map(mapOf)
                        .map(({ requiredApprovals: needed, accessLevelDescription: _, ...who }) => [
                            JSON.stringify(Object.entries(who).sort()),
                            typeof needed === "number" ? needed : 1,
                        ]),
                );
            const now = byWhom(is);
            return [...byWhom(was)].every(([who, needed]) => (now.get(who) ?? 0) >= needed);
        }
        case "maxFileSize":
            return typeof is === "number" && is > 0 && (typeof was !== "number" || was === 0 || is <= was);
        default:
            // Where there was no pattern any holds back more; of two it is not known.
            return (
                /Regex$/.test(key) && (was === undefined || was === "") && typeof is === "string" && is !== ""
            );
    }
}

/** What a change of a gate means. */
export interface GateChange {
    /** Of the properties that differ: text of each, the loosened first. */
    readonly changes: readonly string[];
    /** Absent: nothing that holds back differs. */
    readonly verdict?: "loosened" | "tightened";
}

/** Most characters of a value. */
const mostCharacters = 80;

/** Compares an approval rule, approval settings, push rules or a protected environment before and after. */
export function gateChange(was: Properties, is: Properties): GateChange {
    const shown = (value: unknown): string => {
        const text = value === undefined ? "–" : JSON.stringify(value);
        return code(text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text);
    };
    const differing = [...new Set([...Object.keys(was), ...Object.keys(is)])]
        .filter((key) => !neutral.has(key) && !isDeepStrictEqual(was[key], is[key]))
        .sort()
        .map((key) => ({
            loosens: !holds(key, was, is),
            text: `${code(key)} ${shown(was[key])} → ${shown(is[key])}`,
        }));
    const loosened = differing.filter(({ loosens }) => loosens);
    const changes = [...loosened, ...differing.filter(({ loosens }) => !loosens)].map(({ text }) => text);
    return differing.length === 0
        ? { changes }
        : { changes, verdict: loosened.length > 0 ? "loosened" : "tightened" };
}
