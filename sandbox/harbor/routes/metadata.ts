import { z } from "zod";

import type { Routes } from "../api";
import { badRequest, conflict, notFound } from "../errors";

const booleans = [
    "public",
    "enable_content_trust",
    "enable_content_trust_cosign",
    "prevent_vul",
    "auto_scan",
    "auto_sbom_generation",
    "reuse_sys_cve_allowlist",
];
const severities = ["none", "low", "medium", "high", "critical"];

/** One metadata field at a time. */
export function metadataRoutes(routes: Routes): void {
    for (const path of ["/projects/:project/metadatas", "/projects/:project/metadatas/"]) {
        routes.get(path, (call) => call.project("metadata", "read").metadata);
        routes.post(path, (call) => {
            const project = call.project("metadata", "create");
            const [name, value] = single(call.body(z.record(z.string(), z.string())));
            if (project.metadata[name] !== undefined) {
                throw conflict(`the metadata ${name} of the project ${project.project_id} already exists`);
            }
            project.metadata[name] = value;
            return call.created(name);
        });
    }
    routes.get("/projects/:project/metadatas/:name", (call) => {
        const project = call.project("metadata", "read");
        const name = call.param("name");
        const value = project.metadata[name];
        if (value === undefined) {
            throw notFound(`metadata ${name} of the project ${project.project_id} not found`);
        }
        return { [name]: value };
    });
    routes.put("/projects/:project/metadatas/:name", (call) => {
        const project = call.project("metadata", "update");
        const [name, value] = single(call.body(z.record(z.string(), z.string())));
        if (name !== call.param("name")) {
            throw badRequest("the metadata of the path and of the body differ");
        }
        if (project.metadata[name] === undefined) {
            throw notFound(`metadata ${name} of the project ${project.project_id} not found`);
        }
        project.metadata[name] = value;
    });
    routes.delete("/projects/:project/metadatas/:name", (call) => {
        const project = call.project("metadata", "delete");
        delete project.metadata[call.param("name")];
    });
}

/** The one field of the body, checked. @throws HarborError 400. */
function single(metadata: Record<string, string>): [string, string] {
    const entries = Object.entries(metadata);
    const entry = entries[0];
    if (!entry || entries.length !== 1) {
        throw badRequest("only allow one key/value pair");
    }
    const [name, value] = entry;
    if (booleans.includes(name)) {
        if (!["true", "false", "1", "0"].includes(value.toLowerCase())) {
            throw badRequest(`invalid value: ${value}`);
        }
        return [name, String(value === "1" || value.toLowerCase() === "true")];
    }
    if (name === "severity") {
        if (!severities.includes(value.toLowerCase())) {
            throw badRequest(`invalid value: ${value}`);
        }
        return [name, value.toLowerCase()];
    }
    if (name === "retention_id") {
        throw badRequest("the retention_id is set by the retention policy");
    }
    throw badRequest(`invalid key: ${name}`);
}
