import { z } from "zod";

import type { Routes } from "../api";
import { badRequest, notFound } from "../errors";
import type { Harbor } from "../harbor";
import type { Quota } from "../model";
import { checkLimit, usedStorage } from "../quota";

/** Storage quotas of projects. */
export function quotaRoutes(routes: Routes): void {
    routes.get("/quotas", (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "quota", "list");
        const referenceId = call.query("reference_id");
        const quotas = harbor.state.quotas.filter(
            (quota) => referenceId === undefined || String(quota.project_id) === referenceId,
        );
        return call.list(quotas, (quota) => show(harbor, quota), {
            "hard.storage": (quota) => quota.storage,
            "hard.resource_name": (quota) => quota.storage,
            "used.storage": (quota) => usedStorage(harbor, quota.project_id),
            reference_id: (quota) => quota.project_id,
            creation_time: (quota) => quota.creation_time,
            update_time: (quota) => quota.update_time,
        });
    });
    routes.get("/quotas/:id", (call) => {
        call.harbor.requireSystem(call.principal, "quota", "read");
        return show(call.harbor, find(call.harbor, call.id("id")));
    });
    routes.put("/quotas/:id", (call) => {
        call.harbor.requireSystem(call.principal, "quota", "update");
        const quota = find(call.harbor, call.id("id"));
        const { hard } = call.body(z.object({ hard: z.record(z.string(), z.number()) }));
        const unknown = Object.keys(hard).filter((name) => name !== "storage");
        const storage = hard["storage"];
        if (unknown.length > 0) {
            throw badRequest(`invalid hard resource: ${unknown.join(", ")}`);
        }
        checkLimit(storage);
        quota.storage = storage;
        quota.warned = false;
        quota.update_time = call.harbor.now();
    });
}

function find(harbor: Harbor, id: number): Quota {
    const quota = harbor.state.quotas.find((candidate) => candidate.id === id);
    if (!quota) {
        throw notFound(`quota ${id} not found`);
    }
    return quota;
}

function show(harbor: Harbor, quota: Quota): unknown {
    const project = harbor.project(quota.project_id);
    const owner = harbor.state.users.find((user) => user.user_id === project.owner_id);
    return {
        id: quota.id,
        ref: { id: project.project_id, name: project.name, owner_name: owner?.username ?? "" },
        hard: { storage: quota.storage },
        used: { storage: usedStorage(harbor, project.project_id) },
        creation_time: quota.creation_time,
        update_time: quota.update_time,
    };
}
