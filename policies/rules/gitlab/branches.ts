/** Rules about branches and tags of GitLab: who can change what runs, and whether its history stays. */
import { covers } from "../../../estate/wildcard";
import { cisGitlab, slsaSource } from "../../references";
import { isProd, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../../rule";
import { isGiven, isTrue, objects, text, type Props } from "../../values";
import { sameProject } from "./sameProject";
import { branch, branchProtection, project } from "./types";

export const branchProtected: StackRule = {
    name: "gitlab-branch-protected",
    area: "GitLab",
    severity: "high",
    description:
        "Every branch the stack creates is protected, default branches too, or anyone with push access can deploy.",
    remedy: "Add a BranchProtection beside the branch or the project.",
    references: [cisGitlab("1.1.20")],
    check(resources) {
        const protections = resources.filter(({ type }) => type === branchProtection);
        return branchesIn(resources)
            .filter(
                ({ name, resource }) =>
                    !protections.some(
                        (protection) =>
                            covers(text(protection.props, "branch") ?? "", name) &&
                            sameProject(protection, resource),
                    ),
            )
            .map(({ name, resource }): Finding => ({
                resource,
                text:
                    resource.type === project
                        ? `the default branch ${name} has no BranchProtection; add one beside the project.`
                        : "the branch has no BranchProtection; add one beside it.",
            }));
    },
};

export const noPushToProduction: StackRule = {
    name: "gitlab-no-push-to-production",
    area: "GitLab",
    severity: "critical",
    description:
        "Nobody pushes to a branch of production: what runs there arrives by a merge request that somebody saw.",
    remedy: 'Let "no one" push, and promote by merge requests.',
    references: [cisGitlab("1.1.15")],
    check(resources, settings) {
        const production = branchesIn(resources).filter(({ name }) => isProd(name, settings));
        return resources
            .filter(({ type }) => type === branchProtection)
            .flatMap((protection): Finding[] => {
                const pattern = text(protection.props, "branch") ?? "";
                // Of several protections that match a branch, GitLab follows the one that allows most.
                const names = isProd(pattern, settings)
                    ? [pattern]
                    : production
                          .filter(
                              ({ name, resource }) =>
                                  covers(pattern, name) && sameProject(protection, resource),
                          )
                          .map(({ name }) => name);
                const who = names.length === 0 ? [] : whoPushes(protection.props);
                return who.length === 0
                    ? []
                    : [
                          {
                              resource: protection,
                              text: `${who.join(", ")} can push to ${[...new Set(names)].join(", ")}; let "no one" push, and promote by merge requests.`,
                          },
                      ];
            });
    },
};

/** A branch that the stack makes, with the resource that says so: a Branch, or the Project it is the default of. */
interface MadeBranch {
    readonly name: string;
    readonly resource: Reviewed;
}

function branchesIn(resources: readonly Reviewed[]): MadeBranch[] {
    return resources.flatMap((resource) => {
        const name =
            resource.type === branch
                ? text(resource.props, "name")
                : resource.type === project
                  ? text(resource.props, "defaultBranch")
                  : undefined;
        return name === undefined ? [] : [{ name, resource }];
    });
}

/**
 * Everybody a protection lets push, as words; the Community Edition has a level, the Enterprise Edition a list. Both
 * are filled in by the provider when they are left out, so that a preview may know neither.
 */
function whoPushes(props: Props): string[] {
    const listed = objects(props, "allowedToPushes");
    if (listed.length === 0) {
        // GitLab's own default.
        const level = text(props, "pushAccessLevel") ?? "maintainer";
        return level === "no one" ? [] : [level];
    }
    return listed.flatMap((entry) => {
        const [, named] = Object.entries(pushers).find(([key]) => isGiven(entry, key)) ?? [];
        const who = named ?? text(entry, "accessLevel") ?? "maintainer";
        return who === "no one" ? [] : [who];
    });
}

/** Who is let in by an entry of a list that names no level. */
const pushers: Readonly<Record<string, string>> = {
    userId: "a user",
    groupId: "a group",
    deployKeyId: "a deploy key",
};

const noForcePush: ResourceRule = {
    name: "gitlab-branch-no-force-push",
    area: "GitLab",
    severity: "high",
    description: "Nobody may force-push to a protected branch: history is the audit trail and the way back.",
    remedy: "Leave allowForcePush out or set it to false.",
    // SLSA: the history of a branch is continuous, immutable and retained.
    references: [cisGitlab("1.1.16"), slsaSource("L2")],
    types: [branchProtection],
    check: ({ props }) =>
        isTrue(props, "allowForcePush") ? ["allowForcePush is true; leave it out or set it to false."] : [],
};

const tagsByMaintainers: ResourceRule = {
    name: "gitlab-tag-by-maintainers",
    area: "GitLab",
    severity: "medium",
    description: "Developers make no protected tags: a version is released by somebody who answers for it.",
    remedy: 'Set createAccessLevel to "maintainer" or "no one".',
    types: ["gitlab:index/tagProtection:TagProtection"],
    check: ({ props }) => [
        ...(text(props, "createAccessLevel") === "developer"
            ? ['createAccessLevel is developer; set it to "maintainer" or "no one".']
            : []),
        ...objects(props, "allowedToCreates")
            .filter((entry) => text(entry, "accessLevel") === "developer")
            .map(() => "allowedToCreates has developer; name maintainers, a user or a group."),
    ],
};

export const branchRules: readonly ResourceRule[] = [noForcePush, tagsByMaintainers];
export const branchStackRules: readonly StackRule[] = [branchProtected, noPushToProduction];
