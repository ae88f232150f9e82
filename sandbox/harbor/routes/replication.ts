import { z } from "zod";

import type { Call, Routes } from "../api";
import { checkReplicationCron } from "../cron";
import { badRequest, conflict, notFound, preconditionFailed } from "../errors";
import type { Harbor } from "../harbor";
import type { Execution, ReplicationFilter, ReplicationPolicy, Task } from "../model";
import { startReplication } from "../replication";
import { showRegistry } from "./registries";

const end = z.object({ id: z.number().int().nullish() });

const policyRequest = z.object({
    name: z.string().nullish(),
    description: z.string().nullish(),
    src_registry: end.nullish(),
    dest_registry: end.nullish(),
    dest_namespace: z.string().nullish(),
    dest_namespace_replace_count: z.number().int().nullish(),
    trigger: z
        .object({
            type: z.string().nullish(),
            trigger_settings: z.object({ cron: z.string().nullish() }).nullish(),
        })
        .nullish(),
    filters: z
        .array(
            z.object({
                type: z.string().nullish(),
                value: z.unknown(),
                decoration: z.string().nullish(),
            }),
        )
        .nullish(),
    replicate_deletion: z.boolean().nullish(),
    deletion: z.boolean().nullish(),
    override: z.boolean().nullish(),
    enabled: z.boolean().nullish(),
    speed: z.number().int().nullish(),
    copy_by_chunk: z.boolean().nullish(),
    single_active_replication: z.boolean().nullish(),
});

/** Replication policies and their runs. */
export function replicationRoutes(routes: Routes): void {
    const path = "/replication/policies";
    routes.get(path, (call) => {
        call.harbor.requireSystem(call.principal, "replication-policy", "list");
        const name = call.query("name");
        const policies = call.harbor.state.replicationPolicies.filter(
            (policy) => name === undefined || policy.name.includes(name),
        );
        return call.list(policies, (policy) => show(call.harbor, policy), {
            name: (policy) => policy.name,
            id: (policy) => policy.id,
            enabled: (policy) => policy.enabled,
            creation_time: (policy) => policy.creation_time,
        });
    });
    routes.post(path, (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "replication-policy", "create");
        const now = harbor.now();
        const policy = { id: 0, ...read(call), creation_time: now, update_time: now };
        requireUnique(harbor, policy);
        policy.id = harbor.nextId("replicationPolicy");
        harbor.state.replicationPolicies.push(policy);
        return call.created(policy.id);
    });
    routes.get(`${path}/:id`, (call) => {
        call.harbor.requireSystem(call.principal, "replication-policy", "read");
        return show(call.harbor, find(call.harbor, call.id("id")));
    });
    routes.put(`${path}/:id`, (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "replication-policy", "update");
        const policy = find(harbor, call.id("id"));
        const changed = { ...policy, ...read(call), update_time: harbor.now() };
        requireUnique(harbor, changed);
        Object.assign(policy, changed);
    });
    routes.delete(`${path}/:id`, (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "replication-policy", "delete");
        const policy = find(harbor, call.id("id"));
        const running = runs(harbor, policy.id).some((execution) => execution.status === "InProgress");
        if (running) {
            throw preconditionFailed(`the policy ${policy.id} has running executions, cannot delete it`);
        }
        const { state } = harbor;
        state.replicationPolicies = state.replicationPolicies.filter((candidate) => candidate !== policy);
    });
    executionRoutes(routes);
}

function executionRoutes(routes: Routes): void {
    const path = "/replication/executions";
    routes.get(path, (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "replication", "list");
        const policyId = call.query("policy_id");
        const status = call.query("status");
        const trigger = call.query("trigger");
        const executions = runs(harbor).filter(
            (execution) =>
                (policyId === undefined || String(execution.policy_id) === policyId) &&
                (status === undefined || execution.status === status) &&
                (trigger === undefined || execution.trigger === trigger),
        );
        return call.list(executions, (execution) => showExecution(harbor, execution), {
            id: (execution) => execution.id,
            start_time: (execution) => execution.start_time,
        });
    });
    routes.post(path, (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "replication", "create");
        const { policy_id } = call.body(z.object({ policy_id: z.number().int() }));
        const policy = find(harbor, policy_id);
        if (!policy.enabled) {
            throw preconditionFailed(`the policy ${policy.id} is disabled`);
        }
        if (
            policy.single_active_replication &&
            runs(harbor, policy.id).some((execution) => execution.status === "InProgress")
        ) {
            throw preconditionFailed(`the policy ${policy.id} has a running execution already`);
        }
        return call.created(startReplication(harbor, policy, "manual").execution.id);
    });
    routes.get(`${path}/:id`, (call) => {
        call.harbor.requireSystem(call.principal, "replication", "read");
        return showExecution(call.harbor, executionOf(call));
    });
    routes.put(`${path}/:id`, (call) => {
        call.harbor.requireSystem(call.principal, "replication", "create");
        const execution = executionOf(call);
        if (execution.status === "InProgress") {
            execution.status = "Stopped";
            execution.end_time = call.harbor.now();
        }
    });
    routes.get(`${path}/:id/tasks`, (call) => {
        call.harbor.requireSystem(call.principal, "replication", "list");
        return call.list(tasksOf(call.harbor, executionOf(call)), showTask);
    });
    routes.get(`${path}/:id/tasks/:tid/log`, (call) => {
        call.harbor.requireSystem(call.principal, "replication", "read");
        const id = call.id("tid");
        const task = tasksOf(call.harbor, executionOf(call)).find((candidate) => candidate.id === id);
        if (!task) {
            throw notFound(`task ${id} not found`);
        }
        call.reply.type("text/plain");
        return task.log.join("\n");
    });
}

/** Runs of replication policies, newest first. */
const runs = (harbor: Harbor, policyId?: number): Execution[] =>
    harbor.state.executions
        .filter(
            (execution) =>
                execution.kind === "REPLICATION" &&
                (policyId === undefined || execution.policy_id === policyId),
        )
        .reverse();

const tasksOf = (harbor: Harbor, execution: Execution): Task[] =>
    harbor.state.tasks.filter((task) => task.execution_id === execution.id);

function executionOf(call: Call): Execution {
    const id = call.id("id");
    const execution = runs(call.harbor).find((candidate) => candidate.id === id);
    if (!execution) {
        throw notFound(`replication execution ${id} not found`);
    }
    return execution;
}

function find(harbor: Harbor, id: number): ReplicationPolicy {
    const policy = harbor.state.replicationPolicies.find((candidate) => candidate.id === id);
    if (!policy) {
        throw notFound(`replication policy ${id} not found`);
    }
    return policy;
}

/** The policy of the body, checked as Harbor checks it. @throws HarborError 400 or 404. */
function read(call: Call): Omit<ReplicationPolicy, "id" | "creation_time" | "update_time"> {
    const request = call.body(policyRequest);
    const source = request.src_registry?.id ?? 0;
    const target = request.dest_registry?.id ?? 0;
    if (!request.name || request.name.length > 256) {
        throw badRequest("empty or too long policy name");
    }
    if ((source === 0) === (target === 0)) {
        throw badRequest(
            "either src_registry or dest_registry should be empty and the other one should not be empty",
        );
    }
    for (const id of [source, target]) {
        if (id !== 0 && !call.harbor.state.registries.some((registry) => registry.id === id)) {
            throw notFound(`registry ${id} not found`);
        }
    }
    const trigger = {
        type: request.trigger?.type ?? "manual",
        trigger_settings: { cron: request.trigger?.trigger_settings?.cron ?? "" },
    };
    checkTrigger(trigger);
    return {
        name: request.name,
        description: request.description ?? "",
        src_registry: source,
        dest_registry: target,
        dest_namespace: namespace(request.dest_namespace ?? ""),
        dest_namespace_replace_count: request.dest_namespace_replace_count ?? -1,
        trigger,
        filters: (request.filters ?? []).map(readFilter),
        replicate_deletion: request.replicate_deletion ?? request.deletion ?? false,
        override: request.override ?? false,
        enabled: request.enabled ?? false,
        speed: request.speed ?? 0,
        copy_by_chunk: request.copy_by_chunk ?? false,
        single_active_replication: request.single_active_replication ?? false,
    };
}

function namespace(name: string): string {
    if (name !== "" && !/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(name)) {
        throw badRequest(`invalid destination namespace: ${name}`);
    }
    return name;
}

function checkTrigger(trigger: ReplicationPolicy["trigger"]): void {
    switch (trigger.type) {
        // Harbor takes event_based with a remote source too; it never runs then.
        case "manual":
        case "event_based":
            return;
        case "scheduled":
            if (trigger.trigger_settings.cron === "") {
                throw badRequest(`the cron string cannot be empty when the trigger type is scheduled`);
            }
            checkReplicationCron(trigger.trigger_settings.cron);
            return;
        default:
            throw badRequest(`invalid trigger type: ${trigger.type}`);
    }
}

function readFilter(filter: {
    type?: string | null | undefined;
    value?: unknown;
    decoration?: string | null | undefined;
}): ReplicationFilter {
    const type = filter.type ?? "";
    const { value } = filter;
    const decoration = filter.decoration ?? "";
    if (type === "name" || type === "tag") {
        if (typeof value !== "string") {
            throw badRequest(`the type of filter value isn't string: ${type}`);
        }
    } else if (type === "resource") {
        if (value !== "image" && value !== "artifact") {
            throw badRequest(`invalid resource filter: ${JSON.stringify(value)}`);
        }
    } else if (type === "label") {
        if (!Array.isArray(value) || value.some((label) => typeof label !== "string")) {
            throw badRequest("the type of label filter value isn't string slice");
        }
    } else {
        throw badRequest(`invalid filter type: ${type}`);
    }
    if (decoration !== "") {
        if (decoration !== "matches" && decoration !== "excludes") {
            throw badRequest(`invalid filter decoration: ${decoration}`);
        }
        if (type !== "tag" && type !== "label") {
            throw badRequest("only tag and label filter support decoration");
        }
    }
    return { type, value, ...(decoration === "" ? {} : { decoration }) };
}

function requireUnique(harbor: Harbor, policy: ReplicationPolicy): void {
    const same = harbor.state.replicationPolicies.some(
        (other) => other.id !== policy.id && other.name === policy.name,
    );
    if (same) {
        throw conflict(`replication policy ${policy.name} already exists`);
    }
}

function show(harbor: Harbor, policy: ReplicationPolicy): unknown {
    const side = (id: number): unknown => {
        const registry = harbor.state.registries.find((candidate) => candidate.id === id);
        return registry
            ? showRegistry(registry)
            : { id: 0, name: "Local", type: "harbor", url: harbor.url, status: "healthy" };
    };
    return {
        ...policy,
        deletion: policy.replicate_deletion,
        src_registry: side(policy.src_registry),
        dest_registry: side(policy.dest_registry),
    };
}

function showExecution(harbor: Harbor, execution: Execution): unknown {
    const tasks = tasksOf(harbor, execution);
    const count = (status: string): number => tasks.filter((task) => task.status === status).length;
    return {
        id: execution.id,
        policy_id: execution.policy_id,
        status: execution.status,
        status_text: execution.status_text,
        trigger: execution.trigger,
        start_time: execution.start_time,
        end_time: execution.end_time,
        total: tasks.length,
        failed: count("Failed"),
        succeed: count("Succeed"),
        in_progress: count("InProgress"),
        stopped: count("Stopped"),
    };
}

const showTask = (task: Task): unknown => ({
    id: task.id,
    execution_id: task.execution_id,
    status: task.status,
    job_id: String(task.id),
    operation: task.operation,
    resource_type: task.resource_type,
    src_resource: task.src_resource,
    dst_resource: task.dst_resource,
    start_time: task.start_time,
    end_time: task.end_time,
});
