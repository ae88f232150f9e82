/** Quick actions: lines such as `/label ~bug` in notes and descriptions of merge requests, which GitLab carries out. */
import { effectiveProjectLevel } from "./access";
import { emitMergeRequest, hookState, isDraft } from "./events";
import type { GitLab } from "./gitlab";
import { mergeMergeRequest, mergeWhenReady, rebase, retarget } from "./mergeRequests";
import { Level, type MergeRequest, type Project, type User } from "./model";

/** What became of a text with quick actions in it. */
export interface QuickActions {
    /** The text without the lines that are commands. */
    readonly body: string;
    /** What the commands changed, by the names that GitLab gives to it. */
    readonly changes: Readonly<Record<string, unknown>>;
    /** What was done, in a sentence each. */
    readonly done: readonly string[];
    /** Whether there was a command at all. */
    readonly any: boolean;
}

interface Command {
    readonly name: string;
    readonly rest: string;
}

interface Context {
    readonly gitlab: GitLab;
    readonly project: Project;
    readonly user: User;
    readonly request: MergeRequest;
}

interface Effect {
    readonly changes?: Readonly<Record<string, unknown>>;
    readonly done: string;
    /** What is left to do when all other commands have had their say, as a merge. */
    readonly after?: () => Promise<void>;
}

/** Reads commands out of a text. Those in code blocks, and words that are none, stay text. */
export function readCommands(text: string): { body: string; commands: Command[] } {
    const commands: Command[] = [];
    let inCode = false;
    const lines = text.split(/\r?\n/).filter((line) => {
        if (line.startsWith("```")) {
            inCode = !inCode;
        }
        const [, word = "", rest = ""] = /^\/([a-z_]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line) ?? [];
        const name = aliases[word] ?? word;
        if (inCode || !(name in actions)) {
            return true;
        }
        commands.push({ name, rest });
        return false;
    });
    return { body: commands.length === 0 ? text : lines.join("\n").trim(), commands };
}

/** Carries out the commands in a text, as far as the user may, and triggers the hooks. */
export async function quickActions(context: Context, text: string): Promise<QuickActions> {
    const { gitlab, project, user, request } = context;
    const { body, commands } = readCommands(text);
    const before = hookState(gitlab, project, request);
    const changes: Record<string, unknown> = {};
    const done: string[] = [];
    const later: (() => Promise<void>)[] = [];
    for (const { name, rest } of commands) {
        const effect = permitted(context, name) ? actions[name]?.(context, rest) : undefined;
        if (effect) {
            Object.assign(changes, effect.changes);
            done.push(effect.done);
            later.push(...(effect.after ? [effect.after] : []));
        }
    }
    if (done.length > 0) {
        request.updatedAt = gitlab.now();
        const action = typeof changes["state_event"] === "string" ? changes["state_event"] : "update";
        await emitMergeRequest(gitlab, project, user, request, action, { before });
        for (const work of later) {
            await work();
        }
        await mergeWhenReady(gitlab, project, request);
    }
    return { body, changes, done, any: commands.length > 0 };
}

/** Who wrote a merge request may change its words and its state; the rest is the developers'. */
function permitted({ gitlab, project, user, request }: Context, name: string): boolean {
    const own = ["draft", "ready", "title", "close", "reopen", "target_branch"].includes(name);
    return (
        !project.archived &&
        (effectiveProjectLevel(gitlab, user, project) >= Level.developer ||
            (own && request.authorId === user.id))
    );
}

const aliases: Record<string, string> = {
    labels: "label",
    remove_label: "unlabel",
    remove_labels: "unlabel",
    request_review: "assign_reviewer",
    reviewer: "assign_reviewer",
    remove_reviewer: "unassign_reviewer",
};

const actions: Record<string, (context: Context, rest: string) => Effect | undefined> = {
    draft: ({ request }) => {
        if (isDraft(request.title)) {
            return undefined;
        }
        request.title = `Draft: ${request.title}`;
        return { changes: { wip_event: "draft" }, done: "Marked this merge request as a draft." };
    },
    ready: ({ request }) => {
        if (!isDraft(request.title)) {
            return undefined;
        }
        request.title = request.title.replace(/^\s*(\[draft\]|\(draft\)|draft:)\s*/i, "");
        return { changes: { wip_event: "ready" }, done: "Marked this merge request as ready." };
    },
    title: ({ request }, rest) => {
        if (rest === "") {
            return undefined;
        }
        request.title = rest;
        return { changes: { title: rest }, done: `Changed the title to "${rest}".` };
    },
    label: (context, rest) => {
        const found = labels(context, rest);
        if (found.length === 0) {
            return undefined;
        }
        const { request } = context;
        request.labels = [...new Set([...request.labels, ...found.map(({ name }) => name)])];
        return { changes: { add_label_ids: ids(found) }, done: `Added ${named(found)}.` };
    },
    unlabel: (context, rest) => {
        const { request } = context;
        const found = rest === "" ? [] : labels(context, rest);
        if (rest !== "" && found.length === 0) {
            return undefined;
        }
        request.labels =
            rest === "" ? [] : request.labels.filter((label) => !found.some(({ name }) => name === label));
        return rest === ""
            ? { changes: { label_ids: [] }, done: "Removed all labels." }
            : { changes: { remove_label_ids: ids(found) }, done: `Removed ${named(found)}.` };
    },
    relabel: (context, rest) => {
        const found = labels(context, rest);
        if (found.length === 0) {
            return undefined;
        }
        context.request.labels = found.map(({ name }) => name);
        return { changes: { label_ids: ids(found) }, done: `Replaced all labels with ${named(found)}.` };
    },
    assign: (context, rest) => {
        const found = people(context, rest);
        if (found.length === 0) {
            return undefined;
        }
        const { request } = context;
        // The Community Edition keeps one.
        request.assigneeIds =
            context.gitlab.tier === "premium"
                ? [...new Set([...request.assigneeIds, ...ids(found)])]
                : ids(found).slice(0, 1);
        return { changes: { assignee_ids: request.assigneeIds }, done: `Assigned ${usernames(found)}.` };
    },
    reassign: (context, rest) => {
        const found = people(context, rest);
        if (found.length === 0) {
            return undefined;
        }
        context.request.assigneeIds = ids(found);
        return { changes: { assignee_ids: ids(found) }, done: `Assigned ${usernames(found)}.` };
    },
    unassign: (context, rest) => {
        const { request } = context;
        const found = people(context, rest);
        request.assigneeIds = rest === "" ? [] : request.assigneeIds.filter((id) => !ids(found).includes(id));
        return {
            changes: { assignee_ids: request.assigneeIds },
            done: rest === "" ? "Removed assignee." : `Removed assignee ${usernames(found)}.`,
        };
    },
    assign_reviewer: (context, rest) => {
        const found = people(context, rest);
        if (found.length === 0) {
            return undefined;
        }
        const { request } = context;
        request.reviewerIds =
            context.gitlab.tier === "premium"
                ? [...new Set([...request.reviewerIds, ...ids(found)])]
                : ids(found).slice(0, 1);
        return {
            changes: { reviewer_ids: request.reviewerIds },
            done: `Requested a review from ${usernames(found)}.`,
        };
    },
    unassign_reviewer: (context, rest) => {
        const { request } = context;
        const found = people(context, rest);
        request.reviewerIds = rest === "" ? [] : request.reviewerIds.filter((id) => !ids(found).includes(id));
        return { changes: { reviewer_ids: request.reviewerIds }, done: "Removed reviewer." };
    },
    target_branch: ({ gitlab, project, user, request }, rest) =>
        rest === "" || rest === request.targetBranch
            ? undefined
            : {
                  changes: { target_branch: rest },
                  done: `Set target branch to ${rest}.`,
                  // A branch that is not there changes nothing.
                  after: () => retarget(gitlab, project, request, rest, user).catch(() => undefined),
              },
    close: ({ gitlab, request, user }) => {
        if (request.state !== "opened") {
            return undefined;
        }
        Object.assign(request, { state: "closed", closedAt: gitlab.now(), closedById: user.id });
        return { changes: { state_event: "close" }, done: "Closed this merge request." };
    },
    reopen: ({ request }) => {
        if (request.state !== "closed") {
            return undefined;
        }
        Object.assign(request, { state: "opened", closedAt: null, closedById: null });
        return { changes: { state_event: "reopen" }, done: "Reopened this merge request." };
    },
    approve: ({ gitlab, project, request, user }) => {
        const own = gitlab.tier !== "premium" || project.approvals["merge_requests_author_approval"] === true;
        if (
            request.approvedBy.some(({ userId }) => userId === user.id) ||
            (!own && user.id === request.authorId)
        ) {
            return undefined;
        }
        request.approvedBy.push({ userId: user.id, at: gitlab.now() });
        return { done: "Approved the current merge request." };
    },
    unapprove: ({ request, user }) => {
        if (!request.approvedBy.some(({ userId }) => userId === user.id)) {
            return undefined;
        }
        request.approvedBy = request.approvedBy.filter(({ userId }) => userId !== user.id);
        return { done: "Unapproved the current merge request." };
    },
    merge: ({ gitlab, project, user, request }) =>
        request.state !== "opened"
            ? undefined
            : {
                  changes: { merge: request.sourceSha },
                  done: "Merged this merge request.",
                  // One that cannot be merged stays open; the note is there all the same.
                  after: () =>
                      mergeMergeRequest(gitlab, project, user, request, { autoMerge: true }).catch(
                          () => undefined,
                      ),
              },
    rebase: ({ gitlab, project, user, request }) =>
        request.state !== "opened"
            ? undefined
            : {
                  changes: { rebase: true },
                  done: `Scheduled a rebase of branch ${request.sourceBranch}.`,
                  after: () => rebase(gitlab, project, user, request),
              },
};

interface Named {
    readonly id: number;
    readonly name: string;
}

const ids = (found: readonly { readonly id: number }[]): number[] => found.map(({ id }) => id);
const named = (found: readonly Named[]): string =>
    `${found.map(({ name }) => `~"${name}"`).join(" ")} ${found.length === 1 ? "label" : "labels"}`;
const usernames = (found: readonly User[]): string =>
    found.map(({ username }) => `@${username}`).join(" and ");

/** Labels that are there, written `~bug`, `~"needs work"` or without the sign. */
function labels({ gitlab, project }: Context, rest: string): Named[] {
    const known = [project, ...gitlab.lineage(gitlab.groupOf(project))].flatMap((space) => space.labels);
    return [...rest.matchAll(/~?"([^"]+)"|~?([^\s"~]+)/g)].flatMap(([, quoted, plain]) => {
        const found = known.find(({ name }) => name === (quoted ?? plain));
        return found ? [{ id: found.id, name: found.name }] : [];
    });
}

/** People by `@name`; `me` is who writes. */
function people({ gitlab, user }: Context, rest: string): User[] {
    return rest
        .split(/[\s,]+/)
        .flatMap((word) => (word === "me" ? user : (gitlab.userNamed(word.replace(/^@/, "")) ?? [])));
}
