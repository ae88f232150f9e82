import type { GitLab } from "./gitlab";
import {
    Level,
    type DeployToken,
    type Grant,
    type Group,
    type Job,
    type Pipeline,
    type Project,
    type Token,
    type User,
} from "./model";

/** Who asks. */
export interface Principal {
    user: User;
    token: Token;
    /** The job whose token was shown: it gets at its own project and at those whose allowlist has it. */
    job?: JobPrincipal;
}

export interface JobPrincipal {
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
}

/** Who pushes or fetches by git: a user's token, a deploy token or a job's. */
export type GitActor =
    | { user: User; token: Token }
    | { deployToken: DeployToken }
    /** A running job: it reads what its user may read, in its own project and in those whose allowlist has it. */
    | { user: User; jobOf: Project };

/** Highest level of a user in a group: own membership, those inherited, and those of invited groups. */
export function groupLevel(gitlab: GitLab, user: User, group: Group): number {
    return Math.max(0, ...groupGrants(gitlab, group).map((grant) => grant(user)));
}

/** Highest level of a user in a project. Administrators are not counted as members here. */
export function projectLevel(gitlab: GitLab, user: User, project: Project): number {
    const owner = gitlab.namespaceOwner(project.namespaceId);
    const group = gitlab.groupOf(project);
    return Math.max(
        owner?.id === user.id ? Level.owner : 0,
        directLevel(gitlab, project.members, user),
        ...project.shares.map((share) =>
            shared(gitlab, share.groupId, share.accessLevel, share.expiresAt, user),
        ),
        group ? groupLevel(gitlab, user, group) : 0,
    );
}

function groupGrants(gitlab: GitLab, group: Group): ((user: User) => number)[] {
    return gitlab
        .lineage(group)
        .flatMap((each) => [
            (user: User) => directLevel(gitlab, each.members, user),
            ...each.shares.map(
                (share) => (user: User) =>
                    shared(gitlab, share.groupId, share.accessLevel, share.expiresAt, user),
            ),
        ]);
}

/** Level of a membership of the user's own, as long as it lasts; 0 without one. */
export function directLevel(gitlab: GitLab, members: Group["members"], user: User): number {
    const member = members.find((each) => each.userId === user.id);
    return member && (member.expiresAt === null || member.expiresAt > gitlab.today())
        ? member.accessLevel
        : 0;
}

/** The lower of what the user has in the invited group (and above it) and what the invitation allows. */
function shared(
    gitlab: GitLab,
    groupId: number,
    level: number,
    expiresAt: string | null,
    user: User,
): number {
    if (expiresAt !== null && expiresAt <= gitlab.today()) {
        return 0;
    }
    const own = gitlab
        .lineage(gitlab.group(groupId))
        .map((group) => directLevel(gitlab, group.members, user));
    return Math.min(level, Math.max(0, ...own));
}

/** Level for permission checks: administrators may do what owners may. */
export function effectiveProjectLevel(gitlab: GitLab, user: User, project: Project): number {
    return user.admin ? Level.owner : projectLevel(gitlab, user, project);
}

export function effectiveGroupLevel(gitlab: GitLab, user: User, group: Group): number {
    return user.admin ? Level.owner : groupLevel(gitlab, user, group);
}

/** Whether the project is known to exist for this user (or for nobody in particular). */
export function seesProject(gitlab: GitLab, user: User | undefined, project: Project): boolean {
    if (project.visibility === "public") {
        return true;
    }
    if (!user) {
        return false;
    }
    return (
        (project.visibility === "internal" && !user.external) ||
        effectiveProjectLevel(gitlab, user, project) >= Level.guest
    );
}

/** A group is seen by its members, and by members of anything below it. */
export function seesGroup(gitlab: GitLab, user: User | undefined, group: Group): boolean {
    if (group.visibility === "public") {
        return true;
    }
    if (!user) {
        return false;
    }
    if (group.visibility === "internal" && !user.external) {
        return true;
    }
    return (
        effectiveGroupLevel(gitlab, user, group) >= Level.minimal ||
        gitlab.subgroups(group, true).some((each) => groupLevel(gitlab, user, each) > 0) ||
        [group, ...gitlab.subgroups(group, true)].some((each) =>
            gitlab.projectsOf(each.id).some((project) => projectLevel(gitlab, user, project) > 0),
        )
    );
}

/** Whether a feature of a project is open to a user, as its access level says: to nobody, to members, to who sees the project. */
export function featureOpen(
    gitlab: GitLab,
    user: User | undefined,
    project: Project,
    feature: string,
): boolean {
    const level = project.settings[`${feature}_access_level`];
    return level === "private"
        ? user !== undefined && effectiveProjectLevel(gitlab, user, project) >= Level.guest
        : level !== "disabled";
}

/** May read code: members from reporter up, and everybody who sees a project that is not private. */
export function readsCode(gitlab: GitLab, user: User | undefined, project: Project): boolean {
    if (!seesProject(gitlab, user, project) || !featureOpen(gitlab, user, project, "repository")) {
        return false;
    }
    return (
        project.visibility !== "private" ||
        (user !== undefined && effectiveProjectLevel(gitlab, user, project) >= Level.reporter)
    );
}

/** Whether a grant covers a user in a project. */
export function granted(gitlab: GitLab, grant: Grant, user: User, project: Project): boolean {
    if (grant.userId !== null) {
        return grant.userId === user.id;
    }
    if (grant.groupId !== null) {
        const group = gitlab.group(grant.groupId);
        return group !== undefined && groupLevel(gitlab, user, group) >= Level.developer;
    }
    if (grant.deployKeyId !== null || grant.accessLevel === null || grant.accessLevel === Level.none) {
        return false;
    }
    if (user.admin) {
        return true;
    }
    return grant.accessLevel < Level.admin && projectLevel(gitlab, user, project) >= grant.accessLevel;
}

export function anyGranted(gitlab: GitLab, grants: Grant[], user: User, project: Project): boolean {
    return grants.some((grant) => granted(gitlab, grant, user, project));
}

/** Whether a protection's name, which may hold `*`, covers a branch or tag. */
export function covers(pattern: string, name: string): boolean {
    if (!pattern.includes("*")) {
        return pattern === name;
    }
    const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${escaped.join(".*")}$`).test(name);
}

export function protectionsOf(project: Project, branch: string): Project["protectedBranches"] {
    return project.protectedBranches.filter((each) => covers(each.name, branch));
}

/** May put commits on a branch without a merge request. Where several protections match, one is enough. */
export function pushesBranch(gitlab: GitLab, user: User, project: Project, branch: string): boolean {
    if (project.archived || effectiveProjectLevel(gitlab, user, project) < Level.developer) {
        return false;
    }
    const protections = protectionsOf(project, branch);
    return (
        protections.length === 0 || protections.some((each) => anyGranted(gitlab, each.push, user, project))
    );
}

/** May merge a merge request into a branch: who may merge there, or who may push there anyway. */
export function mergesInto(gitlab: GitLab, user: User, project: Project, branch: string): boolean {
    if (project.archived || effectiveProjectLevel(gitlab, user, project) < Level.developer) {
        return false;
    }
    const protections = protectionsOf(project, branch);
    return (
        protections.length === 0 ||
        protections.some(
            (each) =>
                anyGranted(gitlab, each.merge, user, project) || anyGranted(gitlab, each.push, user, project),
        )
    );
}

/** The job token allowlist: a project's own jobs, and those of the projects and groups it names. */
export function allowsJobToken(gitlab: GitLab, project: Project, from: Project): boolean {
    const { enabled, projectIds, groupIds } = project.jobTokenScope;
    return (
        !enabled ||
        from === project ||
        projectIds.includes(from.id) ||
        gitlab.lineage(gitlab.groupOf(from)).some((group) => groupIds.includes(group.id))
    );
}

/** May make a tag of a name. Where several protections match, one is enough. */
export function createsTag(gitlab: GitLab, user: User, project: Project, tag: string): boolean {
    if (project.archived || effectiveProjectLevel(gitlab, user, project) < Level.developer) {
        return false;
    }
    const protections = project.protectedTags.filter((each) => covers(each.name, tag));
    return (
        protections.length === 0 || protections.some((each) => anyGranted(gitlab, each.create, user, project))
    );
}
