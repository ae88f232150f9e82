/** Issues of projects, in the little that bots need: they list them, and some keep one open. */
import type { Call, Routes } from "../call";
import { forbidden, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { ensureLabels } from "../labels";
import { Level, type Issue, type Project } from "../model";
import {
    bool,
    clearable,
    filled,
    int,
    intOrAny,
    ints,
    timestamp,
    object,
    oneOf,
    parse,
    required,
    text,
    stringList,
    type Input,
} from "../params";
import { basicUser, projectUrls } from "../present";
import { hasAll, hasOne } from "./mergeRequestLists";
import { within } from "./pipelines";

const dueDates = [
    "0",
    "any",
    "today",
    "tomorrow",
    "overdue",
    "week",
    "month",
    "next_month_and_previous_two_weeks",
    "",
] as const;

export function registerIssues(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/issues";
    const open = (call: Call): Project => {
        const project = call.project();
        if (project.settings["issues_access_level"] === "disabled") {
            throw forbidden();
        }
        return project;
    };
    /** A confidential one is its author's and the reporters'. */
    const isSeen = (call: Call, project: Project, issue: Issue): boolean =>
        issue.confidential !== true ||
        (call.maybeUser !== undefined &&
            (issue.authorId === call.maybeUser.id || call.projectLevel(project) >= Level.reporter));
    const find = (call: Call, project: Project): Issue => {
        const found = project.issues?.find(
            (each) => each.iid === call.number("issue_iid") && isSeen(call, project, each),
        );
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const show = (project: Project, issue: Issue): Input => {
        const path = gitlab.projectPath(project);
        const assignees = issue.assigneeIds.map((id) => basicUser(gitlab, gitlab.user(id)));
        return {
            id: issue.id,
            iid: issue.iid,
            project_id: project.id,
            title: issue.title,
            description: issue.description,
            state: issue.state,
            created_at: issue.createdAt,
            updated_at: issue.updatedAt,
            closed_at: issue.closedAt,
            labels: issue.labels,
            milestone: null,
            assignees,
            assignee: assignees[0] ?? null,
            author: basicUser(gitlab, gitlab.user(issue.authorId)),
            type: "ISSUE",
            issue_type: "issue",
            confidential: issue.confidential === true,
            user_notes_count: 0,
            upvotes: 0,
            downvotes: 0,
            due_date: null,
            web_url: `${projectUrls(gitlab, project).web}/-/issues/${issue.iid}`,
            references: { short: `#${issue.iid}`, relative: `#${issue.iid}`, full: `${path}#${issue.iid}` },
        };
    };
    routes.get(base, (call) => {
        const project = open(call);
        const wanted = call.parse({
            state: oneOf("opened", "closed", "all"),
            scope: oneOf("created_by_me", "created-by-me", "assigned_to_me", "assigned-to-me", "all"),
            labels: stringList(),
            iids: ints(),
            search: text(),
            author_id: int(),
            author_username: text(),
            assignee_id: intOrAny(),
            assignee_username: stringList(),
            confidential: bool(),
            milestone: text(),
            milestone_id: oneOf("Any", "None", "Upcoming", "Started"),
            issue_type: oneOf("issue", "incident", "test_case", "requirement", "task", "ticket"),
            due_date: oneOf(...dueDates),
            created_after: timestamp(),
            created_before: timestamp(),
            updated_after: timestamp(),
            updated_before: timestamp(),
            with_labels_details: bool(),
            not: object(),
            order_by: oneOf(
                "created_at",
                "updated_at",
                "title",
                "due_date",
                "label_priority",
                "milestone_due",
                "popularity",
                "priority",
                "relative_position",
                "weight",
            ),
            sort: oneOf("asc", "desc"),
        });
        const not = parse(wanted.not ?? {}, { labels: stringList(), author_id: int(), iids: ints() });
        const me = call.maybeUser?.id ?? 0;
        const search = wanted.search?.toLowerCase() ?? "";
        const found = (project.issues ?? []).filter(
            (each) =>
                isSeen(call, project, each) &&
                (wanted.state === undefined || wanted.state === "all" || each.state === wanted.state) &&
                (wanted.scope?.startsWith("created") ? each.authorId === me : true) &&
                (wanted.scope?.startsWith("assigned") ? each.assigneeIds.includes(me) : true) &&
                hasAll(each.labels, wanted.labels) &&
                !(not.labels ?? []).some((label) => each.labels.includes(label)) &&
                (not.author_id === undefined || each.authorId !== not.author_id) &&
                not.iids?.includes(each.iid) !== true &&
                (wanted.author_id === undefined || each.authorId === wanted.author_id) &&
                hasOne(each.assigneeIds.map(String), wanted.assignee_id) &&
                (wanted.assignee_username ?? []).every((name) =>
                    each.assigneeIds.includes(gitlab.userNamed(name)?.id ?? -1),
                ) &&
                (wanted.confidential === undefined || each.confidential === wanted.confidential) &&
                // There are no milestones here, no days that something is due, and nothing but issues.
                hasOne([], wanted.milestone ?? wanted.milestone_id) &&
                ["", "0", undefined].includes(wanted.due_date) &&
                (wanted.issue_type === undefined || wanted.issue_type === "issue") &&
                within(each.createdAt, wanted.created_after, wanted.created_before) &&
                within(each.updatedAt, wanted.updated_after, wanted.updated_before) &&
                (wanted.iids === undefined || wanted.iids.includes(each.iid)) &&
                (wanted.author_username === undefined ||
                    gitlab.user(each.authorId)?.username === wanted.author_username) &&
                `${each.title} ${each.description}`.toLowerCase().includes(search),
        );
        return call.page(wanted.sort === "asc" ? found : found.reverse(), (each) => show(project, each));
    });
    routes.get(`${base}/:issue_iid`, (call) => {
        const project = open(call);
        return show(project, find(call, project));
    });
    const fields = {
        description: clearable(),
        labels: stringList(),
        assignee_ids: ints(),
        confidential: bool(),
    };
    routes.post(base, (call) => {
        const project = open(call);
        const wanted = call.parse({ ...fields, title: required(filled()) });
        const authorId = call.user.id;
        const now = gitlab.now();
        const issues = (project.issues ??= []);
        const made: Issue = {
            id: gitlab.nextId("issue"),
            iid: Math.max(0, ...issues.map((each) => each.iid)) + 1,
            title: wanted.title,
            description: wanted.description ?? "",
            state: "opened",
            labels: wanted.labels ?? [],
            assigneeIds: wanted.assignee_ids ?? [],
            authorId,
            confidential: wanted.confidential ?? false,
            createdAt: now,
            updatedAt: now,
            closedAt: null,
        };
        ensureLabels(gitlab, project, made.labels);
        issues.push(made);
        return show(project, made);
    });
    routes.put(`${base}/:issue_iid`, (call) => {
        const project = open(call);
        const issue = find(call, project);
        if (issue.authorId !== call.user.id && call.projectLevel(project) < Level.reporter) {
            throw forbidden();
        }
        const wanted = call.parse({
            ...fields,
            title: filled(),
            state_event: oneOf("close", "reopen"),
            add_labels: stringList(),
            remove_labels: stringList(),
        });
        issue.title = wanted.title ?? issue.title;
        issue.description = wanted.description ?? issue.description;
        issue.assigneeIds = wanted.assignee_ids ?? issue.assigneeIds;
        issue.confidential = wanted.confidential ?? issue.confidential ?? false;
        issue.labels = [
            ...new Set([...(wanted.labels ?? issue.labels), ...(wanted.add_labels ?? [])]),
        ].filter((label) => !wanted.remove_labels?.includes(label));
        ensureLabels(gitlab, project, issue.labels);
        issue.updatedAt = gitlab.now();
        if (wanted.state_event !== undefined) {
            issue.state = wanted.state_event === "close" ? "closed" : "opened";
            issue.closedAt = wanted.state_event === "close" ? issue.updatedAt : null;
        }
        return show(project, issue);
    });
    routes.delete(`${base}/:issue_iid`, (call) => {
        const project = call.project(Level.owner);
        const issue = find(call, project);
        project.issues = project.issues?.filter((each) => each !== issue) ?? [];
    });
}
