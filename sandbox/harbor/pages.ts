import type { FastifyInstance } from "fastify";

import { artifactsOf, tagsOf } from "./artifacts";
import { harborVersion, type Harbor } from "./harbor";
import type { Project } from "./model";
import { bytes, quotaOf, usedStorage } from "./quota";

/** Adds `/`: what is in this Harbor, for people. It shows no secret of any kind. */
export function registerPages(fastify: FastifyInstance, harbor: Harbor): void {
    fastify.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page(harbor)));
}

const escapes: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

const escape = (text: string | number): string =>
    String(text).replace(/[&<>"']/g, (character) => escapes[character] ?? character);

function table(heads: string[], rows: (string | number)[][]): string {
    if (rows.length === 0) {
        return '<p class="none">none</p>';
    }
    const head = heads.map((text) => `<th>${escape(text)}</th>`).join("");
    const body = rows
        .map((cells) => `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`)
        .join("\n");
    return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

function page(harbor: Harbor): string {
    const { state } = harbor;
    const systemRobots = state.robots.filter((robot) => robot.level === "system");
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Harbor ${escape(harbor.name)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2733}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #ccd5dd}h3{font-size:1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem .25rem 0;vertical-align:top}
td{border-top:1px solid #e6ebef;overflow-wrap:anywhere}.none,.note{color:#66788a}
</style></head><body>
<h1>Harbor “${escape(harbor.name)}”</h1>
<p class="note">Stand-in for Harbor ${harborVersion}: API at <code>${escape(harbor.url)}/api/v2.0</code>, registry at
<code>${escape(harbor.host)}</code> (a real OCI registry). ${state.projects.length} projects,
${state.repositories.length} repositories, ${state.artifacts.length} artifacts.</p>
${state.projects.map((project) => projectPart(harbor, project)).join("\n")}
<h2>System robots</h2>
${table(["name", "rights", "expires", "state"], systemRobots.map(robotRow(harbor)))}
<h2>Registries</h2>
${table(
    ["name", "type", "address", "status"],
    state.registries.map((registry) => [registry.name, registry.type, registry.url, registry.status]),
)}
<h2>Replications</h2>
${table(
    ["name", "trigger", "state", "last run"],
    state.replicationPolicies.map((policy) => {
        const last = state.executions.findLast(
            (execution) => execution.kind === "REPLICATION" && execution.policy_id === policy.id,
        );
        return [
            policy.name,
            policy.trigger.type,
            policy.enabled ? "enabled" : "disabled",
            last ? `${last.status} ${last.start_time}` : "never",
        ];
    }),
)}
</body></html>
`;
}

function projectPart(harbor: Harbor, project: Project): string {
    const { state } = harbor;
    const quota = quotaOf(harbor, project.project_id);
    const used = bytes(usedStorage(harbor, project.project_id));
    const limit = !quota || quota.storage < 0 ? "no limit" : bytes(quota.storage);
    const repositories = state.repositories.filter(
        (repository) => repository.project_id === project.project_id,
    );
    const rows = repositories.flatMap((repository) =>
        artifactsOf(harbor, repository.id).map((artifact) => [
            repository.name,
            tagsOf(harbor, artifact.id)
                .map((tag) => tag.name)
                .join(", "),
            artifact.digest,
            artifact.type,
            bytes(artifact.size),
            artifact.push_time,
        ]),
    );
    const robots = state.robots.filter((robot) => robot.project_id === project.project_id);
    const kind = project.metadata["public"] === "true" ? "public" : "private";
    return `<h2>${escape(project.name)} <span class="note">(${kind}, ${used} of ${limit})</span></h2>
${table(["repository", "tags", "digest", "type", "size", "pushed"], rows)}
<h3>Robots</h3>
${table(["name", "rights", "expires", "state"], robots.map(robotRow(harbor)))}`;
}

const robotRow =
    (harbor: Harbor) =>
    (robot: Harbor["state"]["robots"][number]): string[] => [
        `${harbor.robotPrefix}${robot.name}`,
        robot.permissions
            .map(
                (permission) =>
                    `${permission.namespace}: ${permission.access.map((access) => `${access.resource}:${access.action}`).join(" ")}`,
            )
            .join("; "),
        robot.expires_at === -1 ? "never" : new Date(robot.expires_at * 1000).toISOString(),
        robot.disable ? "disabled" : "enabled",
    ];
