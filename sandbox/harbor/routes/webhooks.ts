import { z } from "zod";

import { omitEmpty, type Call, type Routes } from "../api";
import { badRequest, conflict, notFound } from "../errors";
import type { Harbor } from "../harbor";
import { type Execution, never, type Project, type Task, type WebhookPolicy } from "../model";
import { eventTypes, notifyTypes } from "../webhooks";

const policyRequest = z.object({
    name: z.string().nullish(),
    description: z.string().nullish(),
    enabled: z.boolean().nullish(),
    event_types: z.array(z.string()).nullish(),
    targets: z
        .array(
            z.object({
                type: z.string().nullish(),
                address: z.string().nullish(),
                auth_header: z.string().nullish(),
                skip_cert_verify: z.boolean().nullish(),
                payload_format: z.string().nullish(),
            }),
        )
        .nullish(),
});

const payloadFormats = ["Default", "CloudEvents"];

const path = "/projects/:project/webhook/policies";

/** Webhook policies of projects and what became of their deliveries. */
export function webhookRoutes(routes: Routes): void {
    routes.get(path, (call) => {
        const project = call.project("notification-policy", "list");
        return call.list(policiesOf(call.harbor, project), show, {
            name: (policy) => policy.name,
            creation_time: (policy) => policy.creation_time,
        });
    });
    routes.post(path, (call) => {
        const { harbor, principal } = call;
        const project = call.project("notification-policy", "create");
        const now = harbor.now();
        const policy: WebhookPolicy = {
            id: 0,
            project_id: project.project_id,
            ...read(call),
            creator: principal.kind === "anonymous" ? "" : principal.name,
            creation_time: now,
            update_time: now,
        };
        requireUnique(harbor, project, policy);
        policy.id = harbor.nextId("webhook");
        harbor.state.webhooks.push(policy);
        return call.created(policy.id);
    });
    routes.get(`${path}/:id`, (call) => show(find(call, "read")));
    routes.put(`${path}/:id`, (call) => {
        const { harbor } = call;
        const policy = find(call, "update");
        const changed = { ...policy, ...read(call), update_time: harbor.now() };
        requireUnique(harbor, harbor.project(policy.project_id), changed);
        Object.assign(policy, changed);
    });
    routes.delete(`${path}/:id`, (call) => {
        const policy = find(call, "delete");
        const { state } = call.harbor;
        state.webhooks = state.webhooks.filter((candidate) => candidate !== policy);
    });
    routes.get("/projects/:project/webhook/events", (call) => {
        call.project("notification-policy", "read");
        return {
            event_type: eventTypes,
            notify_type: notifyTypes,
            payload_formats: [{ notify_type: "http", formats: payloadFormats }],
        };
    });
    routes.get("/projects/:project/webhook/lasttrigger", (call) => {
        const { harbor } = call;
        const project = call.project("notification-policy", "list");
        return policiesOf(harbor, project).flatMap((policy) =>
            policy.event_types.map((event) => ({
                policy_name: policy.name,
                event_type: event,
                enabled: policy.enabled,
                creation_time: policy.creation_time,
                last_trigger_time:
                    executionsOf(harbor, policy).find((run) => run.extra["event_type"] === event)
                        ?.start_time ?? never,
            })),
        );
    });
    routes.get("/projects/:project/webhook/jobs", (call) => {
        const { harbor } = call;
        const project = call.project("notification-policy", "list");
        const id = Number(call.query("policy_id") ?? 0);
        const policy = policiesOf(harbor, project).find((candidate) => candidate.id === id);
        if (!policy) {
            throw badRequest(`the policy ${id} does not belong to the project ${project.project_id}`);
        }
        return call.list(executionsOf(harbor, policy), (run) => ({
            id: run.id,
            policy_id: run.policy_id,
            event_type: run.extra["event_type"],
            notify_type: run.extra["type"],
            status: run.status,
            job_detail: run.extra["payload"],
            creation_time: run.start_time,
            update_time: run.end_time === never ? run.start_time : run.end_time,
        }));
    });
    executionRoutes(routes);
}

function executionRoutes(routes: Routes): void {
    routes.get(`${path}/:id/executions`, (call) => {
        const policy = find(call, "read");
        return call.list(executionsOf(call.harbor, policy), showExecution, {
            status: (run) => run.status,
            start_time: (run) => run.start_time,
            id: (run) => run.id,
        });
    });
    routes.get(`${path}/:id/executions/:eid/tasks`, (call) =>
        call.list(tasksOf(call, find(call, "read")), showTask),
    );
    routes.get(`${path}/:id/executions/:eid/tasks/:tid/log`, (call) => {
        const task = tasksOf(call, find(call, "read")).find((candidate) => candidate.id === call.id("tid"));
        if (!task) {
            throw notFound(`task ${call.id("tid")} not found`);
        }
        call.reply.type("text/plain");
        return task.log.join("\n");
    });
}

const policiesOf = (harbor: Harbor, project: Project): WebhookPolicy[] =>
    harbor.state.webhooks.filter((policy) => policy.project_id === project.project_id);

/** Newest first. */
const executionsOf = (harbor: Harbor, policy: WebhookPolicy): Execution[] =>
    harbor.state.executions
        .filter((execution) => execution.kind === "WEBHOOK" && execution.policy_id === policy.id)
        .reverse();

function tasksOf(call: Call, policy: WebhookPolicy): Task[] {
    const id = call.id("eid");
    if (!executionsOf(call.harbor, policy).some((execution) => execution.id === id)) {
        throw notFound(`execution ${id} not found`);
    }
    return call.harbor.state.tasks.filter((task) => task.execution_id === id);
}

function find(call: Call, action: string): WebhookPolicy {
    const project = call.project("notification-policy", action);
    const id = call.id("id");
    const policy = policiesOf(call.harbor, project).find((candidate) => candidate.id === id);
    if (!policy) {
        throw notFound(`webhook policy ${id} not found`);
    }
    return policy;
}

/** The policy of the body, checked as Harbor checks it. @throws HarborError 400. */
function read(
    call: Call,
): Pick<WebhookPolicy, "name" | "description" | "enabled" | "event_types" | "targets"> {
    const request = call.body(policyRequest);
    const targets = (request.targets ?? []).map((target) => ({
        type: target.type ?? "",
        address: target.address ?? "",
        auth_header: target.auth_header ?? "",
        skip_cert_verify: target.skip_cert_verify ?? false,
        payload_format: target.payload_format || (target.type === "http" ? "Default" : ""),
    }));
    const events = request.event_types ?? [];
    if (targets.length === 0) {
        throw badRequest("empty notification target");
    }
    for (const target of targets) {
        if (!notifyTypes.includes(target.type)) {
            throw badRequest(`unsupported target type ${target.type} with policy ${request.name ?? ""}`);
        }
        if (!/^https?:\/\/[^\s/]+/.test(target.address)) {
            throw badRequest(`invalid target address: ${target.address}`);
        }
        if (target.type === "slack" && target.payload_format !== "") {
            throw badRequest("set payload format is not allowed for slack");
        }
        if (target.type === "http" && !payloadFormats.includes(target.payload_format)) {
            throw badRequest(`unsupported payload format type: ${target.payload_format}`);
        }
    }
    if (events.length === 0) {
        throw badRequest("empty event type");
    }
    const unknown = events.find((event) => !eventTypes.includes(event));
    if (unknown !== undefined) {
        throw badRequest(`unsupported event type ${unknown}`);
    }
    return {
        name: request.name ?? "",
        description: request.description ?? "",
        enabled: request.enabled ?? false,
        event_types: events,
        targets,
    };
}

function requireUnique(harbor: Harbor, project: Project, policy: WebhookPolicy): void {
    const same = policiesOf(harbor, project).some(
        (other) => other.id !== policy.id && other.name === policy.name,
    );
    if (same) {
        throw conflict(`notification policy named ${policy.name} already exists`);
    }
}

const show = (policy: WebhookPolicy): unknown => omitEmpty(policy, "name", "description", "creator");

const showExecution = (execution: Execution): unknown => ({
    id: execution.id,
    vendor_type: String(execution.extra["type"]) === "slack" ? "SLACK" : "WEBHOOK",
    vendor_id: execution.policy_id,
    status: execution.status,
    status_message: execution.status_text,
    metrics: { task_count: 1 },
    trigger: execution.trigger,
    extra_attrs: { event_type: execution.extra["event_type"], payload: execution.extra["payload"] },
    start_time: execution.start_time,
    end_time: execution.end_time,
});

const showTask = (task: Task): unknown => ({
    id: task.id,
    execution_id: task.execution_id,
    status: task.status,
    status_message: task.log.at(-1) ?? "",
    run_count: task.run_count,
    extra_attrs: task.extra,
    creation_time: task.start_time,
    update_time: task.end_time === never ? task.start_time : task.end_time,
    start_time: task.start_time,
    end_time: task.end_time,
});
