/** What people may do after a change that they could not before, and the other way round, and what holds them back. Pure. */
import { kindOf, type Change } from "../change";
import { startChanges } from "../deliveries";
import { mergeGates } from "./approvals";
import { openings } from "./openings";
import { otherOwners, people } from "./people";
import { isAccount, programRights } from "./programs";
import { protections } from "./protections";
import type { RightChange, RightContext } from "./right";

/** Everything about rights, the loosened first, then people. */
export function rightChanges(context: RightContext): RightChange[] {
    const found = [
        ...people(context),
        ...otherOwners(context),
        ...startChanges(context),
        ...protections(context),
        ...openings(context),
        ...mergeGates(context),
        ...programRights(context),
    ];
    const order = ["loses", "gains", "changes"];
    return found
        .map((each, index) => ({ each, index }))
        .sort(
            (a, b) =>
                Number(b.each.loosens) - Number(a.each.loosens) ||
                Number(b.each.ofPeople ?? false) - Number(a.each.ofPeople ?? false) ||
                order.indexOf(a.each.kind) - order.indexOf(b.each.kind) ||
                a.index - b.index,
        )
        .map(({ each }) => each);
}

/** What is reported as a right, and not as a thing that is deleted. */
const rightKinds = [
    "GroupMembership",
    "BranchProtection",
    "TagProtection",
    "ProjectApprovalRule",
    "ProjectLevelMrApprovals",
    "ProjectProtectedEnvironment",
    "ProjectPushRules",
    "RoleBinding",
    "ClusterRoleBinding",
    "ImmutableTagRule",
    "NetworkPolicy",
];

/** Whether a change of an object is reported as a right that comes or goes. */
export function isRight(each: Change): boolean {
    return isAccount(each) || rightKinds.includes(kindOf(each.type));
}
