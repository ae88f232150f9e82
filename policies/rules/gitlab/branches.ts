/** Rules about branches and tags of GitLab: who can change what runs, and whether its history stays. */
import { covers } from "../../../estate/wildcard";
import { cisGitlab, slsaSource } from "../../references";
import { isProd, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../../rule";
import { isGiven, isTrue, objects, text, type Props } from "../../values";
import { words, type Words } from "../../words";
import { sameProject } from "./sameProject";
import { branch, branchProtection, project } from "./types";

export const branchProtected: StackRule = {
    name: "gitlab-branch-protected",
    area: "GitLab",
    severity: "high",
    description: words(
        "Every branch the stack creates is protected, default branches too, or anyone with push access can deploy.",
        "stack 创建的每个分支都受保护，默认分支也一样，否则有推送权限的人都能部署。",
    ),
    remedy: words(
        "Add a BranchProtection beside the branch or the project.",
        "在分支或项目旁添加 BranchProtection。",
    ),
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
                        ? words(
                              `the default branch ${name} has no BranchProtection; add one beside the project.`,
                              `默认分支 ${name} 没有 BranchProtection，请在项目旁添加。`,
                          )
                        : words(
                              "the branch has no BranchProtection; add one beside it.",
                              "该分支没有 BranchProtection，请在其旁添加。",
                          ),
            }));
    },
};

export const noPushToProduction: StackRule = {
    name: "gitlab-no-push-to-production",
    area: "GitLab",
    severity: "critical",
    description: words(
        "Nobody pushes to a branch of production: what runs there arrives by a merge request that somebody saw.",
        "没有人直接推送到生产分支：生产运行的内容来自有人看过的合并请求。",
    ),
    remedy: words(
        'Let "no one" push, and promote by merge requests.',
        '推送设为 "no one"，通过合并请求晋级。',
    ),
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
                const where = [...new Set(names)];
                const who = names.length === 0 ? [] : whoPushes(protection.props);
                return who.length === 0
                    ? []
                    : [
                          {
                              resource: protection,
                              text: words(
                                  `${who.map(({ en }) => en).join(", ")} can push to ${where.join(", ")}; let "no one" push, and promote by merge requests.`,
                                  `${who.map(({ zh }) => zh).join("、")} 可以推送到 ${where.join("、")}，请将推送设为 "no one"，通过合并请求晋级。`,
                              ),
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
function whoPushes(props: Props): Words[] {
    const listed = objects(props, "allowedToPushes");
    if (listed.length === 0) {
        // GitLab's own default.
        const level = text(props, "pushAccessLevel") ?? "maintainer";
        return level === "no one" ? [] : [words(level, level)];
    }
    return listed.flatMap((entry) => {
        const [, named] = Object.entries(pushers).find(([key]) => isGiven(entry, key)) ?? [];
        const level = text(entry, "accessLevel") ?? "maintainer";
        return named !== undefined ? [named] : level === "no one" ? [] : [words(level, level)];
    });
}

/** Who is let in by an entry of a list that names no level. */
const pushers: Readonly<Record<string, Words>> = {
    userId: words("a user", "某个用户"),
    groupId: words("a group", "某个群组"),
    deployKeyId: words("a deploy key", "某个部署密钥"),
};

const noForcePush: ResourceRule = {
    name: "gitlab-branch-no-force-push",
    area: "GitLab",
    severity: "high",
    description: words(
        "Nobody may force-push to a protected branch: history is the audit trail and the way back.",
        "没有人可以强制推送到受保护的分支：历史既是审计记录，也是回退的依据。",
    ),
    remedy: words("Leave allowForcePush out or set it to false.", "去掉 allowForcePush，或设为 false。"),
    // SLSA: the history of a branch is continuous, immutable and retained.
    references: [cisGitlab("1.1.16"), slsaSource("L2")],
    types: [branchProtection],
    check: ({ props }) =>
        isTrue(props, "allowForcePush")
            ? [
                  words(
                      "allowForcePush is true; leave it out or set it to false.",
                      "allowForcePush 为 true，请去掉或设为 false。",
                  ),
              ]
            : [],
};

const tagsByMaintainers: ResourceRule = {
    name: "gitlab-tag-by-maintainers",
    area: "GitLab",
    severity: "medium",
    description: words(
        "Developers make no protected tags: a version is released by somebody who answers for it.",
        "开发者不能创建受保护的标签：版本由负责的人发布。",
    ),
    remedy: words(
        'Set createAccessLevel to "maintainer" or "no one".',
        '将 createAccessLevel 设为 "maintainer" 或 "no one"。',
    ),
    types: ["gitlab:index/tagProtection:TagProtection"],
    check: ({ props }) => [
        ...(text(props, "createAccessLevel") === "developer"
            ? [
                  words(
                      'createAccessLevel is developer; set it to "maintainer" or "no one".',
                      'createAccessLevel 为 developer，请设为 "maintainer" 或 "no one"。',
                  ),
              ]
            : []),
        ...objects(props, "allowedToCreates")
            .filter((entry) => text(entry, "accessLevel") === "developer")
            .map(() =>
                words(
                    "allowedToCreates has developer; name maintainers, a user or a group.",
                    "allowedToCreates 含有 developer，请改为 maintainer、某个用户或群组。",
                ),
            ),
    ],
};

export const branchRules: readonly ResourceRule[] = [noForcePush, tagsByMaintainers];
export const branchStackRules: readonly StackRule[] = [branchProtected, noPushToProduction];
