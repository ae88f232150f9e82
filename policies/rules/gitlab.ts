/** Rules about GitLab: who can change an environment, and what a leaked line would give away. */
import {
    isGiven,
    isKnown,
    isProd,
    knownText,
    objects,
    text,
    type Props,
    type ResourceRule,
    type Reviewed,
    type StackRule,
} from "../rule";

const project = "gitlab:index/project:Project";
const branch = "gitlab:index/branch:Branch";
const branchProtection = "gitlab:index/branchProtection:BranchProtection";

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|CREDENTIALS?)$/i;

export const branchProtected: StackRule = {
    name: "gitlab-branch-protected",
    description:
        "Every branch the estate creates is protected, default branches too, or anyone with push access can deploy.",
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
            .map(({ name, resource }) =>
                resource.type === project
                    ? `${resource.name}: the default branch ${name} has no BranchProtection; add one beside the project.`
                    : `${resource.name}: the branch has no BranchProtection; add one beside it.`,
            );
    },
};

export const noPushToProduction: StackRule = {
    name: "gitlab-no-push-to-production",
    description:
        "Nobody pushes to a branch of production: what runs there arrives by a merge request that somebody saw.",
    check(resources, settings) {
        const production = branchesIn(resources).filter(({ name }) => isProd(name, settings));
        return resources
            .filter(({ type }) => type === branchProtection)
            .flatMap((protection) => {
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
                          `${protection.name}: ${who.join(", ")} can push to ${[...new Set(names)].join(", ")}; let "no one" push, and promote by merge requests.`,
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
                  ? knownText(resource.props, "defaultBranch")
                  : undefined;
        return name === undefined ? [] : [{ name, resource }];
    });
}

/** Whether a protection's `branch`, a name or a pattern with `*`, is about this branch. */
function covers(pattern: string, name: string): boolean {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
}

/**
 * Everybody a protection lets push, as words; the Community Edition has a level, the Enterprise Edition a list. Both
 * are filled in by the provider when they are left out, so that a preview may know neither.
 */
function whoPushes(props: Props): string[] {
    const listed = isKnown(props, "allowedToPushes") ? objects(props, "allowedToPushes") : [];
    if (listed.length === 0) {
        // GitLab's own default.
        const level = knownText(props, "pushAccessLevel") ?? "maintainer";
        return level === "no one" ? [] : [level];
    }
    return listed.flatMap((entry) => {
        const [, named] = Object.entries(pushers).find(([key]) => isGiven(entry, key)) ?? [];
        const who = named ?? knownText(entry, "accessLevel") ?? "maintainer";
        return who === "no one" ? [] : [who];
    });
}

/** Who is let in by an entry of a list that names no level. */
const pushers: Readonly<Record<string, string>> = {
    userId: "a user",
    groupId: "a group",
    deployKeyId: "a deploy key",
};

/**
 * Whether two resources name one GitLab project: by the same value, or taken from the same Project of the stack, whose
 * number a preview may not know yet. When neither can be told, they do not: better one report too many than a branch
 * that only looks protected.
 */
function sameProject(one: Reviewed, other: Reviewed): boolean {
    const named = namesOf(other);
    return (
        namesOf(one).some((value) => named.includes(value)) ||
        (projectOf(one) !== undefined && projectOf(one) === projectOf(other))
    );
}

/** What a resource's project is called by, as far as it is known; a Project has a number and a path. */
function namesOf(resource: Reviewed): string[] {
    const keys = resource.type === project ? ["id", "pathWithNamespace"] : ["project"];
    return keys.map((key) => knownText(resource.props, key)).filter((value) => value !== undefined);
}

/** URN of the Project that a resource's `project` was taken from, or its own; undefined when it was none, or more than one. */
function projectOf(resource: Reviewed): string | undefined {
    if (resource.type === project) {
        return resource.urn;
    }
    const [first, ...others] = (resource.origins?.["project"] ?? []).filter(({ type }) => type === project);
    return others.length === 0 ? first?.urn : undefined;
}

export const noForcePush: ResourceRule = {
    name: "gitlab-branch-no-force-push",
    description: "Nobody may force-push to a protected branch: history is the audit trail and the way back.",
    types: [branchProtection],
    check: ({ props }) =>
        props["allowForcePush"] === true ? ["allowForcePush is true; leave it out or set it to false."] : [],
};

export const hookToken: ResourceRule = {
    name: "gitlab-hook-token",
    description:
        "A webhook carries a token and verifies TLS, or anyone who finds the receiver can trigger it.",
    types: ["gitlab:index/projectHook:ProjectHook", "gitlab:index/groupHook:GroupHook"],
    check({ props }) {
        const problems: string[] = [];
        if (!("token" in props) && !("signingToken" in props)) {
            problems.push(
                "the hook has neither token nor signingToken; set token to a random secret the receiver checks.",
            );
        }
        if (props["enableSslVerification"] === false && text(props, "url")?.startsWith("https:") === true) {
            problems.push("enableSslVerification is false for an https url; give GitLab the CA instead.");
        }
        return problems;
    },
};

export const variableMasked: ResourceRule = {
    name: "gitlab-variable-masked",
    description: "CI variables that hold secrets are masked in job logs and reach protected branches only.",
    types: ["gitlab:index/projectVariable:ProjectVariable", "gitlab:index/groupVariable:GroupVariable"],
    check({ props }) {
        const key = text(props, "key") ?? "";
        if (!secretKey.test(key)) {
            return [];
        }
        return ["masked", "protected"]
            .filter((flag) => props[flag] !== true)
            .map((flag) => `variable ${key} is not ${flag}; set ${flag}: true.`);
    },
};

export const projectPrivate: ResourceRule = {
    name: "gitlab-project-private",
    description: "Repositories and groups are not public.",
    types: [project, "gitlab:index/group:Group"],
    check: ({ props }) =>
        props["visibilityLevel"] === "public" ? ["visibilityLevel is public; use private or internal."] : [],
};

export const gitlabRules: readonly ResourceRule[] = [noForcePush, hookToken, variableMasked, projectPrivate];
export const gitlabStackRules: readonly StackRule[] = [branchProtected, noPushToProduction];
