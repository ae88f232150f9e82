/** What lists of merge requests can be asked for. */
import type { Call } from "../call";
import { badRequest } from "../errors";
import { isDraft } from "../events";
import type { GitLab } from "../gitlab";
import type { Group, MergeRequest, Project } from "../model";
import {
    bool,
    int,
    intOrAny,
    ints,
    timestamp,
    object,
    oneOf,
    parse,
    text,
    stringList,
    type Input,
} from "../params";
import { showLabel } from "./labels";
import { showRequest } from "./mergeRequests";
import { within } from "./pipelines";

interface Found {
    readonly project: Project;
    readonly request: MergeRequest;
}

const scopes = [
    "created_by_me",
    "created-by-me",
    "assigned_to_me",
    "assigned-to-me",
    "reviews_for_me",
    "all",
] as const;

/** Whom and what a list may name, and what it may name under `not`. */
const people = {
    labels: stringList(),
    milestone: text(),
    author_id: int(),
    author_username: text(),
    assignee_id: intOrAny(),
    assignee_username: stringList(),
    reviewer_id: intOrAny(),
    reviewer_username: text(),
    my_reaction_emoji: text(),
};

const fields = {
    ...people,
    state: oneOf("opened", "closed", "merged", "locked", "all"),
    source_branch: text(),
    target_branch: text(),
    source_project_id: int(),
    not: object(),
    iids: ints(),
    search: text(),
    in: stringList(),
    scope: oneOf(...scopes),
    wip: oneOf("yes", "no"),
    draft: bool(),
    approved: oneOf("yes", "no"),
    approved_by_ids: stringList(),
    approved_by_usernames: stringList(),
    approver_ids: stringList(),
    merge_user_id: int(),
    merge_user_username: text(),
    environment: text(),
    deployed_after: timestamp(),
    deployed_before: timestamp(),
    created_after: timestamp(),
    created_before: timestamp(),
    updated_after: timestamp(),
    updated_before: timestamp(),
    non_archived: bool(),
    with_labels_details: bool(),
    with_merge_status_recheck: bool(),
    render_html: bool(),
    view: oneOf("simple"),
    order_by: oneOf(
        "created_at",
        "updated_at",
        "title",
        "merged_at",
        "label_priority",
        "milestone_due",
        "popularity",
        "priority",
    ),
    sort: oneOf("asc", "desc"),
};

/** The merge requests that a list's parameters ask for, in the order they ask for. */
export async function listed(
    gitlab: GitLab,
    call: Call,
    all: Found[],
    scope: (typeof scopes)[number] = "all",
): Promise<unknown> {
    const wanted = call.parse(fields);
    const not = parse(wanted.not ?? {}, people);
    if (wanted.approved_by_ids !== undefined && wanted.approved_by_usernames !== undefined) {
        throw badRequest("approved_by_ids, approved_by_usernames are mutually exclusive");
    }
    const excluded = ({ request }: Found): boolean =>
        (not.labels ?? []).some((label) => request.labels.includes(label)) ||
        Object.entries(not).some(
            ([name, value]) => name !== "labels" && personal(gitlab, call, { [name]: value }, request),
        );
    const mine = scopeFilter(call, wanted.scope ?? scope);
    const found = all.filter(
        (each) =>
            matches(gitlab, call, wanted, each) &&
            !excluded(each) &&
            (mine === undefined || mine(each.request)),
    );
    const key = (request: MergeRequest): string =>
        wanted.order_by === "updated_at"
            ? request.updatedAt
            : wanted.order_by === "merged_at"
              ? (request.mergedAt ?? "")
              : wanted.order_by === "title"
                ? request.title.toLowerCase()
                : request.createdAt;
    found.sort((a, b) => key(b.request).localeCompare(key(a.request)) || b.request.id - a.request.id);
    if (wanted.sort === "asc") {
        found.reverse();
    }
    return call.pageAsync(found, async ({ project, request }) => {
        const shown = await showRequest(gitlab, project, request);
        if (wanted.view === "simple") {
            return Object.fromEntries(simple.map((name) => [name, shown[name]]));
        }
        return wanted.with_labels_details ? { ...shown, labels: labelsOf(gitlab, project, request) } : shown;
    });
}

const simple = [
    "id",
    "iid",
    "project_id",
    "title",
    "description",
    "state",
    "created_at",
    "updated_at",
    "web_url",
];

function matches(gitlab: GitLab, call: Call, wanted: Wanted, { project, request }: Found): boolean {
    const search = wanted.search?.toLowerCase() ?? "";
    const draft = wanted.draft ?? (wanted.wip === undefined ? undefined : wanted.wip === "yes");
    const where = wanted.in ?? ["title", "description"];
    const text = [
        ...(where.includes("title") ? [request.title] : []),
        ...(where.includes("description") ? [request.description] : []),
    ];
    const approvers = request.approvedBy.map(({ userId }) => userId);
    const names = approvers.map((id) => gitlab.user(id)?.username ?? "");
    return (
        (wanted.state === undefined || wanted.state === "all" || request.state === wanted.state) &&
        (wanted.source_branch === undefined || request.sourceBranch === wanted.source_branch) &&
        (wanted.target_branch === undefined || request.targetBranch === wanted.target_branch) &&
        (wanted.source_project_id === undefined || project.id === wanted.source_project_id) &&
        hasLabels(request, wanted.labels) &&
        personal(gitlab, call, wanted, request) &&
        (draft === undefined || isDraft(request.title) === draft) &&
        (wanted.approved === undefined || approvers.length > 0 === (wanted.approved === "yes")) &&
        hasAll(approvers.map(String), wanted.approved_by_ids) &&
        hasAll(names, wanted.approved_by_usernames) &&
        hasAll(eligible(gitlab, project).map(String), wanted.approver_ids) &&
        (wanted.merge_user_id === undefined || request.mergedById === wanted.merge_user_id) &&
        (wanted.merge_user_username === undefined ||
            gitlab.user(request.mergedById)?.username === wanted.merge_user_username) &&
        deployed(project, request, wanted) &&
        within(request.createdAt, wanted.created_after, wanted.created_before) &&
        within(request.updatedAt, wanted.updated_after, wanted.updated_before) &&
        (wanted.non_archived !== true || !project.archived) &&
        (wanted.iids === undefined || wanted.iids.includes(request.iid)) &&
        (search === "" || text.some((each) => each.toLowerCase().includes(search)))
    );
}

type Wanted = ReturnType<typeof parse<typeof fields>>;

/** What is asked about people, milestones and emoji, which may also be asked for not to be so. */
function personal(
    gitlab: GitLab,
    call: Call,
    wanted: ReturnType<typeof parse<typeof people>>,
    request: MergeRequest,
): boolean {
    const named = (name: string): number => gitlab.userNamed(name)?.id ?? -1;
    const reactions = (request.awards ?? [])
        .filter((each) => each.userId === call.maybeUser?.id)
        .map((each) => each.name);
    return (
        (wanted.author_id === undefined || request.authorId === wanted.author_id) &&
        (wanted.author_username === undefined || request.authorId === named(wanted.author_username)) &&
        hasOne(request.assigneeIds.map(String), wanted.assignee_id) &&
        (wanted.assignee_username ?? []).every((name) => request.assigneeIds.includes(named(name))) &&
        hasOne(request.reviewerIds.map(String), wanted.reviewer_id) &&
        (wanted.reviewer_username === undefined ||
            request.reviewerIds.includes(named(wanted.reviewer_username))) &&
        hasOne(reactions, wanted.my_reaction_emoji) &&
        // There are no milestones here: every merge request is without one.
        hasOne([], wanted.milestone)
    );
}

/** Whose approval the rules of a project ask for. */
function eligible(gitlab: GitLab, project: Project): number[] {
    return project.approvalRules.flatMap((rule) => [
        ...rule.userIds,
        ...rule.groupIds.flatMap((id) => gitlab.group(id)?.members.map((member) => member.userId) ?? []),
    ]);
}

/** Whether what was merged has been deployed, where and when the list asks for. */
function deployed(project: Project, request: MergeRequest, wanted: Wanted): boolean {
    const { environment, deployed_after: after, deployed_before: before } = wanted;
    if (environment === undefined && !after && !before) {
        return true;
    }
    return project.deployments.some(
        (each) =>
            each.status === "success" &&
            [request.mergeCommitSha, request.squashCommitSha, request.sourceSha].includes(each.sha) &&
            (environment === undefined ||
                project.environments.find(({ id }) => id === each.environmentId)?.name === environment) &&
            within(each.updatedAt, after, before),
    );
}

/** What a scope asks for; undefined for all. */
function scopeFilter(
    call: Call,
    scope: (typeof scopes)[number] | undefined,
): ((request: MergeRequest) => boolean) | undefined {
    const me = call.maybeUser?.id ?? -1;
    switch (scope?.replaceAll("-", "_")) {
        case "created_by_me":
            return (request) => request.authorId === me;
        case "assigned_to_me":
            return (request) => request.assigneeIds.includes(me);
        case "reviews_for_me":
            return (request) => request.reviewerIds.includes(me);
        default:
            return undefined;
    }
}

/** All of the labels; `Any` and `None` ask whether there is one at all. */
function hasLabels(request: MergeRequest, labels: string[] | undefined): boolean {
    return hasAll(request.labels, labels);
}

/** Whether all of the words are there; a single `Any` or `None` asks whether there is one at all. */
export function hasAll(there: readonly string[], wanted: readonly string[] | undefined): boolean {
    const [only = ""] = wanted ?? [];
    if (wanted?.length === 1 && /^(any|none)$/i.test(only)) {
        return there.length > 0 === /^any$/i.test(only);
    }
    return (wanted ?? []).every((each) => there.includes(each));
}

export function hasOne(there: readonly string[], wanted: string | undefined): boolean {
    return hasAll(there, wanted === undefined || wanted === "" ? undefined : [wanted]);
}

/** The labels of a merge request in full. */
function labelsOf(gitlab: GitLab, project: Project, request: MergeRequest): Input[] {
    return request.labels.map((name) => labelOf(gitlab, project, name)).filter((each) => each !== null);
}

/** A label by its name, of the project or a group above it; null when it is gone. */
export function labelOf(gitlab: GitLab, project: Project, name: string): Input | null {
    const spaces: (Project | Group)[] = [project, ...gitlab.lineage(gitlab.groupOf(project))];
    const found = spaces.flatMap((space) => space.labels).find((label) => label.name === name);
    return found ? showLabel(found) : null;
}
