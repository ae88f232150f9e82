import type { Call, Routes } from "../call";
import { invalid, notFound, unprocessable } from "../errors";
import { hookEvents, hookProject, hookUser, pushPayload, send } from "../events";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Hook, type HookLog, type Project } from "../model";
import {
    asText,
    bool,
    clearable,
    filled,
    objects,
    oneOf,
    required,
    text,
    type Field,
    type Input,
} from "../params";
import { validRef } from "./branches";
import { place } from "./members";

const eventFlags = [
    "push_events",
    "tag_push_events",
    "merge_requests_events",
    "repository_update_events",
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "confidential_note_events",
    "pipeline_events",
    "wiki_page_events",
    "deployment_events",
    "job_events",
    "releases_events",
    "milestone_events",
    "feature_flag_events",
    "emoji_events",
    "resource_access_token_events",
    "resource_deploy_token_events",
    "vulnerability_events",
    "subgroup_events",
    "member_events",
    "project_events",
];

/** What deliveries may be asked for by: a status, or how it went. */
const hookClasses: Record<string, string> = {
    successful: "2",
    client_failure: "4",
    server_failure: "5|internal",
};
const hookStatuses: Field<string> = {
    read: (value) =>
        Object.keys(hookClasses).includes(asText(value)) || /^[1-5]\d\d$/.test(asText(value))
            ? { value: asText(value) }
            : { problem: "does not have a valid value" },
};

const groupOnly = ["subgroup_events", "member_events", "project_events"];
const fields = {
    name: clearable(),
    description: clearable(),
    token: clearable(),
    signing_token: clearable(),
    enable_ssl_verification: bool(),
    push_events_branch_filter: clearable(),
    branch_filter_strategy: oneOf("wildcard", "regex", "all_branches"),
    custom_headers: objects(),
    url_variables: objects(),
    custom_webhook_template: clearable(),
    ...Object.fromEntries(eventFlags.map((name) => [name, bool()])),
};

/** Webhooks of projects (every tier) and groups (premium), their test deliveries and history. */
export function registerHooks(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/hooks`;
        const open = (call: Call): { hooks: Hook[]; project: Project | undefined } => {
            if (kind === "groups") {
                call.requirePremium();
            }
            const { space } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            return { hooks: space.hooks, project: "namespaceId" in space ? space : undefined };
        };
        const ownerId = (call: Call): Input => {
            const { space } = place(call, kind, Level.none);
            return kind === "groups" ? { group_id: space.id } : { project_id: space.id };
        };
        const find = (call: Call, hooks: Hook[]): Hook => {
            const hook = hooks.find((each) => each.id === call.number("hook_id"));
            if (!hook) {
                throw notFound();
            }
            return hook;
        };
        routes.get(base, (call) => call.page(open(call).hooks, (hook) => show(hook, kind, ownerId(call))));
        routes.get(`${base}/:hook_id`, (call) => show(find(call, open(call).hooks), kind, ownerId(call)));
        routes.post(base, (call) => {
            const { hooks } = open(call);
            const wanted = call.parse({ ...fields, url: required(filled()) });
            const hook: Hook = {
                id: gitlab.nextId("hook"),
                url: checkedUrl(wanted.url),
                name: null,
                description: null,
                createdAt: gitlab.now(),
                token: null,
                signingToken: null,
                enableSslVerification: true,
                events: { push_events: true },
                pushEventsBranchFilter: null,
                branchFilterStrategy: "wildcard",
                customHeaders: [],
                urlVariables: [],
                customWebhookTemplate: null,
            };
            change(hook, wanted);
            hooks.push(hook);
            return show(hook, kind, ownerId(call));
        });
        routes.put(`${base}/:hook_id`, (call) => {
            const hook = find(call, open(call).hooks);
            const wanted = call.parse({ ...fields, url: filled() });
            if (wanted.url !== undefined) {
                hook.url = checkedUrl(wanted.url);
            }
            change(hook, wanted);
            return show(hook, kind, ownerId(call));
        });
        routes.delete(`${base}/:hook_id`, (call) => {
            const { hooks } = open(call);
            const hook = find(call, hooks);
            hooks.splice(hooks.indexOf(hook), 1);
            gitlab.state.hookLogs = gitlab.state.hookLogs.filter((log) => log.hookId !== hook.id);
        });
        routes.get(`${base}/:hook_id/events`, (call) => {
            const hook = find(call, open(call).hooks);
            const { status } = call.parse({ status: hookStatuses });
            const logs = gitlab.state.hookLogs.filter(
                (log) =>
                    log.hookId === hook.id &&
                    (status === undefined ||
                        (hookClasses[status] ?? status)
                            .split("|")
                            .some((each) => log.responseStatus.startsWith(each))),
            );
            return call.page(logs, showLog);
        });
        routes.post(`${base}/:hook_id/events/:event_id/resend`, async (call) => {
            const hook = find(call, open(call).hooks);
            const log = gitlab.state.hookLogs.find((each) => each.id === call.number("event_id"));
            if (!log || log.hookId !== hook.id) {
                throw notFound();
            }
            const event = Object.keys(hookEvents).find(
                (name) => hookEvents[name]?.header === log.requestHeaders["X-Gitlab-Event"],
            );
            return await deliverNow(gitlab, hook, event ?? "push", JSON.parse(log.requestBody) as Input);
        });
        routes.post(`${base}/:hook_id/test/:trigger`, async (call) => {
            const { hooks, project } = open(call);
            const hook = find(call, hooks);
            const event = Object.keys(hookEvents).find(
                (name) => hookEvents[name]?.flag === call.id("trigger"),
            );
            if (event === undefined) {
                throw invalid("trigger does not have a valid value");
            }
            const subject =
                project ??
                gitlab.state.projects.find((each) =>
                    gitlab.lineage(gitlab.groupOf(each)).some((group) => group.hooks.includes(hook)),
                );
            if (!subject) {
                throw unprocessable("Ensure the group has a project with commits.");
            }
            const payload = await examplePayload(gitlab, call, subject, event);
            await deliverNow(gitlab, hook, event, payload);
            return { message: "201 Created" };
        });
        for (const [list, key] of [
            ["custom_headers", "customHeaders"],
            ["url_variables", "urlVariables"],
        ] as const) {
            routes.put(`${base}/:hook_id/${list}/:key`, (call) => {
                const hook = find(call, open(call).hooks);
                const { value } = call.parse({ value: required(text()) });
                hook[key] = [
                    ...hook[key].filter((each) => each.key !== call.id("key")),
                    { key: call.id("key"), value },
                ];
            });
            routes.delete(`${base}/:hook_id/${list}/:key`, (call) => {
                const hook = find(call, open(call).hooks);
                if (!hook[key].some((each) => each.key === call.id("key"))) {
                    throw notFound();
                }
                hook[key] = hook[key].filter((each) => each.key !== call.id("key"));
            });
        }
    }
}

function checkedUrl(url: string): string {
    let parsed: URL;
    try {
        // A URL variable in braces is not a valid host or port, so it is filled in for the check.
        parsed = new URL(url.replace(/\{[^}]+\}/g, "1"));
    } catch {
        throw unprocessable("Invalid url given");
    }
    if (!["http:", "https:"].includes(parsed.protocol)) {
        throw unprocessable("Invalid url given");
    }
    return url;
}

function change(hook: Hook, wanted: Record<string, unknown>): void {
    const given = (name: string): string | undefined =>
        typeof wanted[name] === "string" ? wanted[name] : undefined;
    hook.name = given("name") ?? hook.name;
    hook.description = given("description") ?? hook.description;
    const token = given("token");
    if (token?.includes("\n")) {
        throw unprocessable({ token: ["is invalid"] });
    }
    const filter = given("push_events_branch_filter") ?? "";
    const strategy = given("branch_filter_strategy") ?? hook.branchFilterStrategy;
    if (filter !== "" && strategy === "wildcard" && !validRef(filter.replaceAll("*", "x"))) {
        throw unprocessable({ push_events_branch_filter: ["is not a valid branch name"] });
    }
    hook.token = token ?? hook.token;
    const signing = given("signing_token");
    if (signing !== undefined) {
        const key = signing.replace(/^whsec_/, "");
        if (signing !== "" && Buffer.from(key, "base64").length < 16) {
            throw unprocessable({
                signing_token: ["must be whsec_ followed by a base64 key of at least 16 bytes"],
            });
        }
        hook.signingToken = signing === "" ? null : signing;
    }
    hook.pushEventsBranchFilter = given("push_events_branch_filter") ?? hook.pushEventsBranchFilter;
    hook.branchFilterStrategy = given("branch_filter_strategy") ?? hook.branchFilterStrategy;
    hook.customWebhookTemplate = given("custom_webhook_template") ?? hook.customWebhookTemplate;
    if (typeof wanted["enable_ssl_verification"] === "boolean") {
        hook.enableSslVerification = wanted["enable_ssl_verification"];
    }
    for (const name of eventFlags) {
        if (typeof wanted[name] === "boolean") {
            hook.events[name] = wanted[name];
        }
    }
    for (const [name, key] of [
        ["custom_headers", "customHeaders"],
        ["url_variables", "urlVariables"],
    ] as const) {
        if (Array.isArray(wanted[name])) {
            hook[key] = (wanted[name] as { key?: unknown; value?: unknown }[]).map((each) => ({
                key: String(each.key),
                value: String(each.value),
            }));
        }
    }
}

function show(hook: Hook, kind: "projects" | "groups", owner: Input): Input {
    return {
        id: hook.id,
        url: hook.url,
        name: hook.name,
        description: hook.description,
        created_at: hook.createdAt,
        ...Object.fromEntries(
            eventFlags
                .filter((name) => kind === "groups" || !groupOnly.includes(name))
                .map((name) => [name, hook.events[name] ?? false]),
        ),
        enable_ssl_verification: hook.enableSslVerification,
        push_events_branch_filter: hook.pushEventsBranchFilter,
        branch_filter_strategy: hook.branchFilterStrategy,
        custom_webhook_template: hook.customWebhookTemplate,
        custom_headers: hook.customHeaders.map(({ key }) => ({ key })),
        url_variables: hook.urlVariables.map(({ key }) => ({ key })),
        token_present: hook.token !== null && hook.token !== "",
        signing_token_present: hook.signingToken !== null,
        alert_status: "executable",
        disabled_until: null,
        ...owner,
    };
}

function showLog(log: HookLog): Input {
    return {
        id: log.id,
        url: log.url,
        trigger: log.trigger,
        request_headers: log.requestHeaders,
        request_data: JSON.parse(log.requestBody) as Input,
        response_headers: {},
        response_body: log.responseBody,
        execution_duration: log.executionDuration,
        response_status: log.responseStatus,
        attempts: log.attempts,
        created_at: log.createdAt,
    };
}

/** Sends and waits for the outcome, as the test and resend calls do. */
async function deliverNow(gitlab: GitLab, hook: Hook, event: string, payload: Input): Promise<Input> {
    const delivery = send(gitlab, hook, event, payload);
    while (delivery.attempts.length === 0 && delivery.state === "pending") {
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const [first] = delivery.attempts;
    if (first?.status === undefined || first.status >= 400) {
        throw unprocessable(first?.error ?? first?.response ?? "no answer");
    }
    return { response_status: first.status };
}

async function examplePayload(gitlab: GitLab, call: Call, project: Project, event: string): Promise<Input> {
    if (event === "push" || event === "tag_push") {
        const branch = project.defaultBranch;
        const tip = branch === null ? undefined : await gitlab.git.branch(project.id, branch);
        if (branch === null || tip === undefined) {
            throw unprocessable("Ensure the project has at least one commit.");
        }
        const commit = await gitlab.git.commit(project.id, tip);
        return pushPayload(gitlab, project, call.user, {
            ref: event === "push" ? `refs/heads/${branch}` : "refs/tags/v1.0.0",
            oldSha: commit.parents[0] ?? zeroSha,
            newSha: tip,
        });
    }
    if (event === "merge_request" && project.mergeRequests.length === 0) {
        throw unprocessable("Ensure the project has merge requests.");
    }
    if (event === "pipeline" && project.pipelines.length === 0) {
        throw unprocessable("Ensure the project has CI pipelines.");
    }
    return {
        object_kind: event,
        user: hookUser(call.user),
        project: hookProject(gitlab, project),
        object_attributes: {},
    };
}
