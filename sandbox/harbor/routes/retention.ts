import { z } from "zod";

import { omitEmpty, type Call, type Routes } from "../api";
import { checkCron } from "../cron";
import { badRequest, conflict, HarborError, notFound } from "../errors";
import type { Execution, Project, RetentionPolicy, RetentionRule, Task } from "../model";
import { startRetention, templates } from "../retention";
import { selector, toSelector } from "./immutable";

const maxRules = 15;

const policyRequest = z.object({
    id: z.number().int().nullish(),
    algorithm: z.string().nullish(),
    rules: z
        .array(
            z.object({
                id: z.number().int().nullish(),
                priority: z.number().int().nullish(),
                disabled: z.boolean().nullish(),
                action: z.string().nullish(),
                template: z.string().nullish(),
                params: z.record(z.string(), z.unknown()).nullish(),
                tag_selectors: z.array(selector).nullish(),
                scope_selectors: z.record(z.string(), z.array(selector)).nullish(),
            }),
        )
        .nullish(),
    trigger: z
        .object({
            kind: z.string().nullish(),
            settings: z.record(z.string(), z.unknown()).nullish(),
            references: z.record(z.string(), z.unknown()).nullish(),
        })
        .nullish(),
    scope: z.object({ level: z.string().nullish(), ref: z.number().int().nullish() }).nullish(),
});

/** Retention policies, one per project, and their runs. */
export function retentionRoutes(routes: Routes): void {
    routes.get("/retentions/metadatas", () => ({
        templates: Object.keys(templates).map((name) => ({
            rule_template: name,
            display_text: name,
            action: "retain",
            params:
                name === "always" || name === "nothing" ? [] : [{ type: "int", unit: "", required: true }],
        })),
        scope_selectors: [
            {
                display_text: "Repositories",
                kind: "doublestar",
                decorations: ["repoMatches", "repoExcludes"],
            },
        ],
        tag_selectors: [{ display_text: "Tags", kind: "doublestar", decorations: ["matches", "excludes"] }],
    }));
    routes.post("/retentions", (call) => {
        const { harbor } = call;
        const policy = read(call);
        const project = harbor.requireProject(call.principal, policy.scope.ref, "tag-retention", "create");
        const existing = project.metadata["retention_id"];
        if (existing !== undefined) {
            throw badRequest(`project ${project.project_id} already has retention policy ${existing}`);
        }
        policy.id = harbor.nextId("retention");
        harbor.state.retentions.push(policy);
        project.metadata["retention_id"] = String(policy.id);
        return call.created(policy.id);
    });
    routes.get("/retentions/:id", (call) => {
        const { policy } = reachable(call, "read");
        return { ...policy, rules: policy.rules.map((rule) => omitEmpty(rule, "disabled", "priority")) };
    });
    routes.put("/retentions/:id", (call) => {
        const { policy, project } = reachable(call, "update");
        const changed = read(call, policy.scope);
        if (changed.scope.ref !== project.project_id) {
            throw notFound(`the retention policy id ${policy.id} does not match`);
        }
        Object.assign(policy, changed, { id: policy.id });
    });
    routes.delete("/retentions/:id", (call) => {
        const { policy, project } = reachable(call, "delete");
        const { state } = call.harbor;
        state.retentions = state.retentions.filter((candidate) => candidate !== policy);
        delete project.metadata["retention_id"];
    });
    executionRoutes(routes);
}

function executionRoutes(routes: Routes): void {
    const path = "/retentions/:id/executions";
    routes.get(path, (call) => {
        const { policy } = reachable(call, "list");
        const executions = call.harbor.state.executions
            .filter((execution) => execution.kind === "RETENTION" && execution.policy_id === policy.id)
            .reverse();
        return call.list(executions, showExecution);
    });
    routes.post(path, (call) => {
        const { policy } = reachable(call, "update");
        const { dry_run } = call.body(z.object({ dry_run: z.boolean().nullish() }));
        const { execution } = startRetention(call.harbor, policy, "MANUAL", dry_run ?? false, call.principal);
        return call.created(execution.id);
    });
    routes.patch(`${path}/:eid`, (call) => {
        const { policy } = reachable(call, "update");
        const { action } = call.body(z.object({ action: z.string() }));
        if (action !== "stop") {
            throw badRequest(`action should be 'stop', not ${action}`);
        }
        const execution = executionOf(call, policy);
        if (execution.status === "Running") {
            execution.status = "Stopped";
        }
    });
    routes.get(`${path}/:eid/tasks`, (call) => {
        const { policy } = reachable(call, "list");
        const execution = executionOf(call, policy);
        const tasks = call.harbor.state.tasks.filter((task) => task.execution_id === execution.id);
        return call.list(tasks, showTask);
    });
    routes.get(`${path}/:eid/tasks/:tid`, (call) => {
        const { policy } = reachable(call, "read");
        const execution = executionOf(call, policy);
        const task = call.harbor.state.tasks.find(
            (candidate) => candidate.execution_id === execution.id && candidate.id === call.id("tid"),
        );
        if (!task) {
            throw notFound(`task ${call.id("tid")} not found`);
        }
        call.reply.type("text/plain");
        return task.log.join("\n");
    });
}

/** The policy of the path with its project, if the caller may do this. */
function reachable(call: Call, action: string): { policy: RetentionPolicy; project: Project } {
    const { harbor } = call;
    harbor.requireAuthenticated(call.principal);
    const id = call.id("id");
    const policy = harbor.state.retentions.find((candidate) => candidate.id === id);
    if (!policy) {
        // Harbor does not expect that: who asks has to look at the project's `retention_id`.
        throw new HarborError(500, "UNKNOWN", "internal server error");
    }
    const project = harbor.requireProject(call.principal, policy.scope.ref, "tag-retention", action);
    return { policy, project };
}

function read(call: Call, scope?: RetentionPolicy["scope"]): RetentionPolicy {
    call.harbor.requireAuthenticated(call.principal);
    const request = call.body(policyRequest);
    const { level, ref } = request.scope ?? scope ?? {};
    if (level !== "project") {
        throw badRequest(`scope ${level ?? ""} is not supported`);
    }
    if (!ref || !call.harbor.findProject(ref)) {
        throw badRequest(`project ${ref ?? 0} of the retention policy not found`);
    }
    const given = request.rules ?? [];
    if (given.length > maxRules) {
        throw badRequest(`only ${maxRules} retention rules are allowed at most`);
    }
    const rules = given.map((rule, index): RetentionRule => {
        const read: RetentionRule = {
            id: rule.id ?? index + 1,
            priority: rule.priority ?? 0,
            disabled: rule.disabled ?? false,
            action: rule.action ?? "retain",
            template: rule.template ?? "",
            params: rule.params ?? {},
            tag_selectors: (rule.tag_selectors ?? []).map(toSelector),
            scope_selectors: {
                repository: (rule.scope_selectors?.["repository"] ?? []).map(toSelector),
            },
        };
        checkRule(read);
        return read;
    });
    const keys = rules.map((rule) =>
        JSON.stringify([rule.template, rule.params, rule.tag_selectors, rule.scope_selectors]),
    );
    if (new Set(keys).size !== keys.length) {
        throw conflict("two rules of the retention policy are the same");
    }
    const cron = request.trigger?.settings?.["cron"];
    if (typeof cron === "string" && cron !== "") {
        checkCron(cron);
    }
    return {
        id: 0,
        algorithm: request.algorithm ?? "or",
        rules,
        trigger: {
            kind: request.trigger?.kind ?? "Schedule",
            settings: request.trigger?.settings ?? { cron: "" },
            ...(request.trigger?.references ? { references: request.trigger.references } : {}),
        },
        scope: { level, ref },
    };
}

function checkRule(rule: RetentionRule): void {
    if (rule.action !== "retain") {
        throw badRequest(`unknown retention action: ${rule.action}`);
    }
    if (rule.tag_selectors.length === 0) {
        throw badRequest("a retention rule needs a tag selector");
    }
}

function executionOf(call: Call, policy: RetentionPolicy): Execution {
    const id = call.id("eid");
    const execution = call.harbor.state.executions.find(
        (candidate) =>
            candidate.id === id && candidate.kind === "RETENTION" && candidate.policy_id === policy.id,
    );
    if (!execution) {
        throw notFound(`execution ${id} not found`);
    }
    return execution;
}

const showExecution = (execution: Execution): unknown => ({
    id: execution.id,
    policy_id: execution.policy_id,
    start_time: execution.start_time,
    end_time: execution.end_time,
    status: execution.status,
    trigger: execution.trigger,
    dry_run: execution.dry_run ?? false,
});

const showTask = (task: Task): unknown => ({
    id: task.id,
    execution_id: task.execution_id,
    repository: task.repository,
    job_id: String(task.id),
    status: task.status,
    status_code: task.status === "Success" ? 3 : 1,
    status_revision: 1,
    start_time: task.start_time,
    end_time: task.end_time,
    total: task.total,
    retained: task.retained,
});
