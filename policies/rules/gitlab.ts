/** Rules about GitLab: who can change an environment, and what a leaked line would give away. */
import { knownText, text, type ResourceRule, type Reviewed, type StackRule } from "../rule";

const project = "gitlab:index/project:Project";
const branch = "gitlab:index/branch:Branch";
const branchProtection = "gitlab:index/branchProtection:BranchProtection";

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|CREDENTIALS?)$/i;

export const branchProtected: StackRule = {
    name: "gitlab-branch-protected",
    description: "Every branch the estate creates is protected, or anyone with push access can deploy.",
    check(resources) {
        const protections = resources.filter(({ type }) => type === branchProtection);
        return resources
            .filter(({ type }) => type === branch)
            .filter(
                (resource) =>
                    !protections.some(
                        (protection) =>
                            text(protection.props, "branch") === text(resource.props, "name") &&
                            sameProject(protection, resource),
                    ),
            )
            .map((resource) => `${resource.name}: the branch has no BranchProtection; add one beside it.`);
    },
};

/**
 * Whether two resources name one GitLab project: by the same value, or taken from the same Project of the stack, whose
 * number a preview may not know yet. When neither can be told, they do not: better one report too many than a branch
 * that only looks protected.
 */
function sameProject(one: Reviewed, other: Reviewed): boolean {
    const value = knownText(one.props, "project");
    return (
        (value !== undefined && value === knownText(other.props, "project")) ||
        (projectOf(one) !== undefined && projectOf(one) === projectOf(other))
    );
}

/** URN of the Project that a resource's `project` was taken from; undefined when it was none, or more than one. */
function projectOf(resource: Reviewed): string | undefined {
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
export const gitlabStackRules: readonly StackRule[] = [branchProtected];
