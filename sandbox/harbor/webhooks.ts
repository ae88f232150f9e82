import { randomUUID } from "node:crypto";

import type { Delivery } from "../support/deliveries";
import { setting } from "./configuration";
import type { Harbor } from "./harbor";
import { never, type Project, type Task, type WebhookPolicy, type WebhookTarget } from "./model";

/** Events a webhook policy can ask for. */
export const eventTypes = [
    "DELETE_ARTIFACT",
    "PULL_ARTIFACT",
    "PUSH_ARTIFACT",
    "QUOTA_EXCEED",
    "QUOTA_WARNING",
    "REPLICATION",
    "SCANNING_FAILED",
    "SCANNING_STOPPED",
    "SCANNING_COMPLETED",
    "TAG_RETENTION",
];

/** Where a policy's events can go. */
export const notifyTypes = ["http", "slack"];

const cloudEventTypes: Record<string, string> = {
    DELETE_ARTIFACT: "harbor.artifact.deleted",
    PULL_ARTIFACT: "harbor.artifact.pulled",
    PUSH_ARTIFACT: "harbor.artifact.pushed",
    QUOTA_EXCEED: "harbor.quota.exceeded",
    QUOTA_WARNING: "harbor.quota.warned",
    REPLICATION: "harbor.replication.status.changed",
    SCANNING_FAILED: "harbor.scan.failed",
    SCANNING_STOPPED: "harbor.scan.stopped",
    SCANNING_COMPLETED: "harbor.scan.completed",
    TAG_RETENTION: "harbor.tag_retention.finished",
};

interface EventResource {
    digest?: string;
    tag?: string;
    resource_url?: string;
}

/** The part of a payload that says what the event is about. */
export interface EventData {
    resources?: EventResource[];
    repository?: Record<string, unknown>;
    [key: string]: unknown;
}

/** Sends an event to every enabled policy of the project that asks for it. */
export function fire(
    harbor: Harbor,
    project: Project,
    event: string,
    operator: string,
    data: EventData,
): void {
    if (!setting<boolean>(harbor.state, "notification_enable")) {
        return;
    }
    for (const policy of harbor.state.webhooks) {
        if (policy.project_id !== project.project_id || !policy.enabled) {
            continue;
        }
        if (policy.event_types.includes(event)) {
            policy.targets.forEach((target) => send(harbor, policy, target, event, operator, data));
        }
    }
}

function send(
    harbor: Harbor,
    policy: WebhookPolicy,
    target: WebhookTarget,
    event: string,
    operator: string,
    data: EventData,
): void {
    const { headers, body } = payload(policy, target, event, operator, data);
    const now = harbor.now();
    const execution = {
        id: harbor.nextId("execution"),
        kind: "WEBHOOK" as const,
        policy_id: policy.id,
        status: "Running",
        status_text: "",
        trigger: "EVENT",
        extra: { event_type: event, type: target.type, payload: body },
        start_time: now,
        end_time: never,
    };
    const task: Task = {
        id: harbor.nextId("task"),
        execution_id: execution.id,
        status: "Running",
        operation: "",
        resource_type: "",
        src_resource: "",
        dst_resource: target.address,
        repository: "",
        total: 0,
        retained: 0,
        run_count: 1,
        log: [],
        extra: { event_type: event, payload: body },
        start_time: now,
        end_time: never,
    };
    harbor.addExecution(execution);
    harbor.state.tasks.push(task);
    harbor.deliveries.enqueue({
        url: target.address,
        method: "POST",
        headers: {
            ...headers,
            ...(target.auth_header === "" ? {} : { Authorization: target.auth_header }),
        },
        secretHeaders: ["Authorization"],
        body,
        event,
        source: String(task.id),
    });
}

/** Writes the fate of a delivery into its execution and task. */
export function recordDelivery(harbor: Harbor, delivery: Delivery): void {
    const task = harbor.state.tasks.find((candidate) => String(candidate.id) === delivery.source);
    const execution = harbor.state.executions.find((candidate) => candidate.id === task?.execution_id);
    const last = delivery.attempts.at(-1);
    if (!task || !execution || !last) {
        return;
    }
    task.run_count = delivery.attempts.length;
    task.log.push(
        `${last.at} attempt ${delivery.attempts.length}: ${last.status === undefined ? (last.error ?? "no answer") : `status ${last.status}`}`,
    );
    if (delivery.state !== "pending") {
        const status = delivery.state === "delivered" ? "Success" : "Error";
        const end = harbor.now();
        Object.assign(task, { status, end_time: end });
        Object.assign(execution, {
            status,
            end_time: end,
            status_text: status === "Error" ? (task.log.at(-1) ?? "") : "",
        });
    }
    harbor.saveLater();
}

/** Headers and body for one target. Formats: Harbor's own (Default), CloudEvents 1.0, Slack blocks. */
export function payload(
    policy: WebhookPolicy,
    target: WebhookTarget,
    event: string,
    operator: string,
    data: EventData,
): { headers: Record<string, string>; body: string } {
    const at = new Date();
    const standard = {
        type: event,
        occur_at: Math.floor(at.getTime() / 1000),
        operator,
        event_data: data,
    };
    if (target.type === "slack") {
        const text = "```" + JSON.stringify(data, undefined, 2) + "```";
        const lines = [
            "*Harbor webhook events*",
            `*event_type:* ${event}`,
            `*occur_at:* <!date^${standard.occur_at}^{date} at {time}|${at.toISOString()}>`,
            `*operator:* ${operator}`,
            `*event_data:*`,
            text,
        ];
        const blocks = lines.map((line) => ({ type: "section", text: { type: "mrkdwn", text: line } }));
        return { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ blocks }) };
    }
    if (target.payload_format === "CloudEvents") {
        return {
            headers: { "Content-Type": "application/cloudevents+json" },
            body: JSON.stringify({
                specversion: "1.0",
                id: randomUUID(),
                requestid: randomUUID(),
                source: `/projects/${policy.project_id}/webhook/policies/${policy.id}`,
                type: cloudEventTypes[event] ?? event,
                datacontenttype: "application/json",
                time: at.toISOString().replace(/\.\d+Z$/, "Z"),
                operator,
                data,
            }),
        };
    }
    return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(standard) };
}

/** The `repository` part of artifact events. `dateCreated` only where Harbor sends it. */
export function repositoryData(
    project: Project,
    fullName: string,
    dateCreated?: string,
): Record<string, unknown> {
    return {
        ...(dateCreated === undefined ? {} : { date_created: Math.floor(Date.parse(dateCreated) / 1000) }),
        name: fullName.slice(project.name.length + 1),
        namespace: project.name,
        repo_full_name: fullName,
        repo_type: project.metadata["public"] === "true" ? "public" : "private",
    };
}

/** QUOTA_EXCEED and QUOTA_WARNING. */
export function fireQuota(
    harbor: Harbor,
    project: Project,
    event: "QUOTA_EXCEED" | "QUOTA_WARNING",
    operator: string,
    repository: string,
    details: string,
): void {
    fire(harbor, project, event, operator, {
        repository: repositoryData(project, repository),
        custom_attributes: { Details: details },
    });
}
