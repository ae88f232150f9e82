import { statfs } from "node:fs/promises";

import { z } from "zod";

import type { Call, Routes } from "../api";
import { changeConfiguration, setting, showConfiguration } from "../configuration";
import { badRequest, notFound } from "../errors";
import { harborVersion } from "../harbor";
import type { AuditLog } from "../model";
import { usedStorage } from "../quota";

/** What concerns the whole Harbor: health, version, settings, statistics, search and audit logs. */
export function systemRoutes(routes: Routes): void {
    routes.get("/ping", (call) => {
        call.reply.type("text/plain");
        return "Pong";
    });
    routes.get("/health", async ({ harbor }) => {
        const registry = (await harbor.backend.healthy())
            ? { name: "registry", status: "healthy" }
            : { name: "registry", status: "unhealthy", error: "the registry does not answer" };
        const others = ["core", "database", "jobservice", "portal", "redis", "registryctl"];
        const components = others.map((name): typeof registry => ({ name, status: "healthy" }));
        return { status: registry.status, components: [...components, registry] };
    });
    routes.get("/systeminfo", ({ harbor, principal }) => {
        const value = (name: string): string | boolean => setting(harbor.state, name);
        const open = {
            auth_mode: value("auth_mode"),
            banner_message: value("banner_message"),
            primary_auth_mode: value("primary_auth_mode"),
            self_registration: value("self_registration"),
        };
        if (principal.kind === "anonymous" || principal.kind === "token") {
            return open;
        }
        return {
            ...open,
            current_time: harbor.now(),
            registry_url: harbor.host,
            external_url: harbor.url,
            project_creation_restriction: value("project_creation_restriction"),
            has_ca_root: false,
            harbor_version: harborVersion,
            registry_storage_provider_name: "filesystem",
            read_only: value("read_only"),
            notification_enable: value("notification_enable"),
        };
    });
    routes.get("/systeminfo/volumes", async ({ harbor, principal }) => {
        harbor.requireSystem(principal, "system-volumes", "read");
        const { blocks, bsize, bavail } = await statfs(harbor.backend.contentDir);
        return { storage: [{ total: blocks * bsize, free: bavail * bsize }] };
    });
    routes.get("/systeminfo/getcert", () => {
        throw notFound("no certificate: this Harbor speaks plain HTTP");
    });
    routes.get("/configurations", (call) => {
        // `RequireSystemAccess(configuration, read)`: no robot can be given that.
        call.harbor.requireAdmin(call.principal);
        return showConfiguration(call.harbor.state);
    });
    routes.put("/configurations", (call) => {
        call.harbor.requireAdmin(call.principal);
        changeConfiguration(call.harbor.state, call.body(z.record(z.string(), z.unknown())));
        call.harbor.audit(call.principal, 0, "update", "configuration", "configuration");
    });
    routes.get("/system/CVEAllowlist", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        return { id: 0, project_id: 0, ...call.harbor.state.cveAllowlist };
    });
    routes.put("/system/CVEAllowlist", (call) => {
        call.harbor.requireAdmin(call.principal);
        const request = call.body(
            z.object({
                items: z.array(z.object({ cve_id: z.string() })).nullish(),
                expires_at: z.number().int().nullish(),
            }),
        );
        const items = request.items ?? [];
        if (new Set(items.map((item) => item.cve_id)).size !== items.length) {
            throw badRequest("duplicate CVE ids in the allowlist");
        }
        Object.assign(call.harbor.state.cveAllowlist, {
            items,
            expires_at: request.expires_at ?? null,
            update_time: call.harbor.now(),
        });
    });
    routes.get("/statistics", statistics);
    routes.get("/search", search);
    auditRoutes(routes);
}

function statistics(call: Call): unknown {
    const { harbor, principal } = call;
    harbor.requireAuthenticated(principal);
    const admin = principal.kind === "user" && principal.admin;
    const visible = harbor.state.projects.filter(
        (project) =>
            admin ||
            project.metadata["public"] === "true" ||
            harbor.can(principal, project, "project", "read"),
    );
    const count = (isPublic: boolean): { projects: number; repositories: number } => {
        const ids = visible
            .filter((project) => (project.metadata["public"] === "true") === isPublic)
            .map((project) => project.project_id);
        return {
            projects: ids.length,
            repositories: harbor.state.repositories.filter((repository) =>
                ids.includes(repository.project_id),
            ).length,
        };
    };
    const open = count(true);
    const closed = count(false);
    return {
        private_project_count: closed.projects,
        private_repo_count: closed.repositories,
        public_project_count: open.projects,
        public_repo_count: open.repositories,
        ...(admin
            ? {
                  total_project_count: open.projects + closed.projects,
                  total_repo_count: open.repositories + closed.repositories,
                  total_storage_consumption: visible.reduce(
                      (sum, project) => sum + usedStorage(harbor, project.project_id),
                      0,
                  ),
              }
            : {}),
    };
}

function search(call: Call): unknown {
    const { harbor, principal } = call;
    const text = call.query("q") ?? "";
    const visible = harbor.state.projects.filter((project) =>
        harbor.can(principal, project, "project", "read"),
    );
    return {
        project: visible
            .filter((project) => project.name.includes(text))
            .map(({ project_id, name, metadata, owner_id, creation_time }) => ({
                project_id,
                name,
                metadata,
                owner_id,
                creation_time,
            })),
        repository: harbor.state.repositories
            .filter((repository) => repository.name.includes(text))
            .flatMap((repository) => {
                const project = visible.find((candidate) => candidate.project_id === repository.project_id);
                return project
                    ? [
                          {
                              project_id: project.project_id,
                              project_name: project.name,
                              project_public: project.metadata["public"] === "true",
                              repository_name: repository.name,
                              pull_count: repository.pull_count,
                          },
                      ]
                    : [];
            }),
        chart: [],
    };
}

const logFields = {
    username: (entry: AuditLog) => entry.username,
    resource: (entry: AuditLog) => entry.resource,
    resource_type: (entry: AuditLog) => entry.resource_type,
    operation: (entry: AuditLog) => entry.operation,
    op_time: (entry: AuditLog) => entry.op_time,
};

const showLog = ({ project_id: _project, ...entry }: AuditLog): unknown => entry;

const showExtended = ({ project_id: _project, ...entry }: AuditLog): unknown => ({
    ...entry,
    operation_description: `${entry.operation} ${entry.resource_type}: ${entry.resource}`,
    operation_result: true,
});

function auditRoutes(routes: Routes): void {
    const forms = [
        { path: "audit-logs", show: showLog, project: "logs" },
        { path: "auditlog-exts", show: showExtended, project: "auditlog-exts" },
    ];
    for (const { path, show, project } of forms) {
        routes.get(`/${path}`, (call) => {
            const { harbor, principal } = call;
            harbor.requireAuthenticated(principal);
            const all = harbor.canInSystem(principal, "audit-log", "list");
            const mine = harbor.state.projects
                .filter((candidate) => all || harbor.can(principal, candidate, "log", "list"))
                .map((candidate) => candidate.project_id);
            const entries = harbor.state.auditLogs.filter((entry) => all || mine.includes(entry.project_id));
            return call.list(entries.reverse(), show, logFields);
        });
        routes.get(`/projects/:project/${project}`, (call) => {
            const { project_id } = call.project("log", "list");
            const entries = call.harbor.state.auditLogs.filter((entry) => entry.project_id === project_id);
            return call.list(entries.reverse(), show, logFields);
        });
    }
    routes.get("/auditlog-exts/events", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        return [
            "create_artifact",
            "delete_artifact",
            "pull_artifact",
            "create_project",
            "delete_project",
            "delete_repository",
            "create_user",
            "delete_user",
            "update_configuration",
            "create_robot",
            "delete_robot",
            "delete_tag",
        ].map((event_type) => ({ event_type }));
    });
}
