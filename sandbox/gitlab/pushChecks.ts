import { covers, createsTag, effectiveProjectLevel, mergesInto, protectionsOf, pushesBranch } from "./access";
import { zeroSha, type RefUpdate } from "./git";
import type { GitLab } from "./gitlab";
import { Level, type Project, type User } from "./model";

/** How an update arrives. */
export interface UpdateOrigin {
    /** Where the new objects lie while git has not taken them yet. */
    env?: Record<string, string>;
    /** Set for the API and the web pages, which may delete protected branches where a push may not. */
    web?: boolean;
}

/**
 * Whether a user may move a ref so: the reason why not, in GitLab's words, or undefined.
 * The one place where protections, push rules and roles are applied to updates of refs.
 */
export async function refusal(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    origin: UpdateOrigin = {},
): Promise<string | undefined> {
    gitlab.settle(project);
    if (project.archived || effectiveProjectLevel(gitlab, user, project) < Level.developer) {
        return "You are not allowed to push code to this project.";
    }
    if (update.ref.startsWith("refs/heads/")) {
        return (
            (await branchRefusal(gitlab, project, user, update, origin)) ??
            (await ruleRefusal(gitlab, project, user, update, origin))
        );
    }
    if (update.ref.startsWith("refs/tags/")) {
        return (
            tagRefusal(gitlab, project, user, update, origin) ??
            (await ruleRefusal(gitlab, project, user, update, origin))
        );
    }
    // merge-requests, keep-around and pipelines are GitLab's own.
    return /^refs\/(merge-requests|keep-around|pipelines|environments|remotes)\//.test(update.ref)
        ? "You cannot update internal refs."
        : undefined;
}

async function branchRefusal(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    origin: UpdateOrigin,
): Promise<string | undefined> {
    const branch = update.ref.slice("refs/heads/".length);
    const created = update.oldSha === zeroSha;
    const deleted = update.newSha === zeroSha;
    if (deleted && branch === project.defaultBranch) {
        return "The default branch of a project cannot be deleted.";
    }
    if (created && /^[0-9a-f]{40}$/.test(branch)) {
        return "You cannot create a branch with a 40-character hexadecimal branch name.";
    }
    const protections = protectionsOf(project, branch);
    if (protections.length === 0) {
        return undefined;
    }
    if (deleted) {
        if (effectiveProjectLevel(gitlab, user, project) < Level.maintainer) {
            return (
                "You are not allowed to delete protected branches from this project. " +
                "Only a project maintainer or owner can delete a protected branch."
            );
        }
        return origin.web ? undefined : "You can only delete protected branches using the web interface.";
    }
    if (!created && !protections.some((each) => each.allowForcePush)) {
        const grows = await gitlab.git.isAncestor(project.id, update.oldSha, update.newSha, origin.env);
        if (!grows) {
            return "You are not allowed to force push code to a protected branch on this project.";
        }
    }
    if (pushesBranch(gitlab, user, project, branch)) {
        return undefined;
    }
    if (created) {
        // Who may merge into such a branch may also start one from a commit that is already there.
        const known =
            mergesInto(gitlab, user, project, branch) &&
            (await gitlab.git.attempt(project.id, ["cat-file", "-e", `${update.newSha}^{commit}`])) !==
                undefined;
        return known ? undefined : "You are not allowed to create protected branches on this project.";
    }
    return "You are not allowed to push code to protected branches on this project.";
}

function tagRefusal(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    origin: UpdateOrigin,
): string | undefined {
    const tag = update.ref.slice("refs/tags/".length);
    const created = update.oldSha === zeroSha;
    const deleted = update.newSha === zeroSha;
    const protections = project.protectedTags.filter((each) => covers(each.name, tag));
    if (protections.length === 0) {
        return !created && !deleted && effectiveProjectLevel(gitlab, user, project) < Level.maintainer
            ? "You are not allowed to change existing tags on this project."
            : undefined;
    }
    if (deleted) {
        if (effectiveProjectLevel(gitlab, user, project) < Level.maintainer) {
            return (
                "You are not allowed to delete protected tags from this project. " +
                "Only a project maintainer or owner can delete a protected tag."
            );
        }
        return origin.web ? undefined : "You can only delete protected tags using the web interface.";
    }
    if (!created) {
        return "Protected tags cannot be updated.";
    }
    return createsTag(gitlab, user, project, tag)
        ? undefined
        : "You are not allowed to create this tag as it is protected.";
}

/** Push rules, which only premium has. Expressions GitLab takes as RE2 are read as JavaScript's here. */
async function ruleRefusal(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    origin: UpdateOrigin,
): Promise<string | undefined> {
    const rule = project.pushRule;
    if (gitlab.tier !== "premium" || !rule) {
        return undefined;
    }
    const pattern = (name: string): RegExp | undefined => {
        const source = rule[name];
        try {
            return typeof source === "string" && source !== "" ? new RegExp(source) : undefined;
        } catch {
            return undefined;
        }
    };
    if (update.newSha === zeroSha) {
        return update.ref.startsWith("refs/tags/") && rule["deny_delete_tag"] === true && !origin.web
            ? "You cannot delete a tag"
            : undefined;
    }
    if (!update.ref.startsWith("refs/heads/")) {
        return undefined;
    }
    const branch = update.ref.slice("refs/heads/".length);
    const branchName = pattern("branch_name_regex");
    if (
        update.oldSha === zeroSha &&
        branch !== project.defaultBranch &&
        branchName &&
        !branchName.test(branch)
    ) {
        return `Branch name '${branch}' does not follow the pattern '${branchName.source}'`;
    }
    const range = [update.newSha, "--not", "--all"];
    for (const commit of await gitlab.git.log(project.id, range, origin.env)) {
        const wanted = pattern("commit_message_regex");
        if (wanted && !wanted.test(commit.message)) {
            return `Commit message does not follow the pattern '${wanted.source}'`;
        }
        const unwanted = pattern("commit_message_negative_regex");
        if (unwanted?.test(commit.message)) {
            return `Commit message contains the forbidden pattern '${unwanted.source}'`;
        }
        const author = pattern("author_email_regex");
        if (author && !author.test(commit.authorEmail)) {
            return `Author's email '${commit.authorEmail}' does not follow the pattern '${author.source}'`;
        }
        if (rule["reject_non_dco_commits"] === true && !/^Signed-off-by: .+ <.+>$/m.test(commit.message)) {
            return "Commit message must contain a DCO signoff";
        }
        if (rule["commit_committer_check"] === true && commit.committerEmail !== user.email) {
            return `You cannot push commits for '${commit.committerEmail}'. You can only push commits if the committer email is one of your own verified emails.`;
        }
        if (
            rule["member_check"] === true &&
            !gitlab.state.users.some((each) => each.email.toLowerCase() === commit.authorEmail.toLowerCase())
        ) {
            return `Author '${commit.authorEmail}' is not a member of team`;
        }
        const files = pattern("file_name_regex");
        if (files) {
            const listed = await gitlab.git.run(
                project.id,
                ["diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", commit.id],
                origin.env ? { env: origin.env } : {},
            );
            const bad = listed.split("\0").find((name) => name !== "" && files.test(name));
            if (bad !== undefined) {
                return `File name ${bad} was prohibited by the pattern "${files.source}".`;
            }
        }
    }
    return undefined;
}
