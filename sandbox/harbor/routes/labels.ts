import { z } from "zod";

import { omitEmpty, type Call, type Routes } from "../api";
import { badRequest, conflict, notFound } from "../errors";
import type { Harbor } from "../harbor";
import type { Label } from "../model";

const labelRequest = z.object({
    name: z.string().nullish(),
    description: z.string().nullish(),
    color: z.string().nullish(),
    scope: z.string().nullish(),
    project_id: z.number().int().nullish(),
});

/** Labels of the whole Harbor (`scope` g) and of projects (`scope` p). */
export function labelRoutes(routes: Routes): void {
    routes.get("/labels", (call) => {
        const { harbor } = call;
        harbor.requireAuthenticated(call.principal);
        const scope = call.query("scope");
        const projectId = Number(call.query("project_id") ?? 0);
        const name = call.query("name");
        if (scope !== "g" && scope !== "p") {
            throw badRequest(`invalid scope: ${scope ?? ""}`);
        }
        if (scope === "p") {
            harbor.requireProject(call.principal, projectId, "label", "list");
        }
        const labels = harbor.state.labels.filter(
            (label) =>
                label.scope === scope &&
                (scope === "g" || label.project_id === projectId) &&
                (name === undefined || label.name.includes(name)),
        );
        return call.list(labels, showLabel, {
            name: (label) => label.name,
            creation_time: (label) => label.creation_time,
        });
    });
    routes.post("/labels", (call) => {
        const { harbor } = call;
        const request = call.body(labelRequest);
        const scope = request.scope ?? "";
        const projectId = request.project_id ?? 0;
        harbor.requireAuthenticated(call.principal);
        if (!request.name || request.name.length > 128) {
            throw badRequest("the name of a label has 1 to 128 characters");
        }
        if (scope !== "g" && scope !== "p") {
            throw badRequest(`invalid scope: ${scope}`);
        }
        requireAccess(call, { scope, project_id: projectId }, "create");
        const label: Label = {
            id: 0,
            name: request.name,
            description: request.description ?? "",
            color: request.color ?? "",
            scope,
            project_id: scope === "p" ? projectId : 0,
            creation_time: harbor.now(),
            update_time: harbor.now(),
        };
        requireUnique(harbor, label);
        label.id = harbor.nextId("label");
        harbor.state.labels.push(label);
        return call.created(label.id);
    });
    routes.get("/labels/:id", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        const label = find(call);
        if (label.scope === "p") {
            requireAccess(call, label, "read");
        }
        return showLabel(label);
    });
    routes.put("/labels/:id", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        const label = find(call);
        requireAccess(call, label, "update");
        const request = call.body(labelRequest);
        const changed = {
            ...label,
            name: request.name ?? label.name,
            description: request.description ?? "",
            color: request.color ?? "",
            update_time: call.harbor.now(),
        };
        requireUnique(call.harbor, changed);
        Object.assign(label, changed);
    });
    routes.delete("/labels/:id", (call) => {
        const { state } = call.harbor;
        call.harbor.requireAuthenticated(call.principal);
        const label = find(call);
        requireAccess(call, label, "delete");
        state.labels = state.labels.filter((candidate) => candidate !== label);
        state.artifacts.forEach((artifact) => {
            artifact.labels = artifact.labels.filter((id) => id !== label.id);
        });
    });
}

function requireAccess(call: Call, label: Pick<Label, "scope" | "project_id">, action: string): void {
    if (label.scope === "g") {
        call.harbor.requireSystem(call.principal, "label", action);
    } else {
        call.harbor.requireProject(call.principal, label.project_id, "label", action);
    }
}

function requireUnique(harbor: Harbor, label: Label): void {
    const same = harbor.state.labels.some(
        (other) =>
            other.id !== label.id &&
            other.name === label.name &&
            other.scope === label.scope &&
            other.project_id === label.project_id,
    );
    if (same) {
        throw conflict(`label ${label.name} already exists`);
    }
}

function find(call: Call): Label {
    const id = call.id("id");
    const label = call.harbor.state.labels.find((candidate) => candidate.id === id);
    if (!label) {
        throw notFound(`label ${id} not found`);
    }
    return label;
}

/** A label as the API shows it. */
export const showLabel = (label: Label): unknown => omitEmpty(label, "description");
