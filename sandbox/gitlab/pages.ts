import type { FastifyInstance } from "fastify";

import { covers } from "./access";
import type { GitLab } from "./gitlab";
import type { Group, Pipeline, Project } from "./model";

/** Pages for a person who wants to see what is in here: no forms, no secrets, no login. */
export function registerPages(fastify: FastifyInstance, gitlab: GitLab): void {
    fastify.get("/", async (_request, reply) => {
        return reply.type("text/html; charset=utf-8").send(overview(gitlab));
    });
}

/** The page of a group or project, or undefined when the path names neither. */
export async function pageFor(gitlab: GitLab, path: string): Promise<string | undefined> {
    const clean = path.replace(/^\/(groups\/)?|\/(-\/.*)?$/g, "");
    const project = gitlab.projectAt(clean);
    if (project) {
        gitlab.settle(project);
        const [, kind, id] = /\/-\/(pipelines|jobs)\/(\d+)\/?$/.exec(path) ?? [];
        if (kind === "pipelines") {
            const pipeline = project.pipelines.find((each) => each.id === Number(id));
            return pipeline && pipelinePage(gitlab, project, pipeline);
        }
        if (kind === "jobs") {
            return jobPage(gitlab, project, Number(id));
        }
        return projectPage(gitlab, project);
    }
    const group = gitlab.groupAt(clean);
    return group ? page(gitlab.groupPath(group), groupSection(gitlab, group)) : undefined;
}

function overview(gitlab: GitLab): string {
    const roots = gitlab.state.groups.filter((group) => group.parentId === null);
    const personal = gitlab.state.users.flatMap((user) => gitlab.projectsOf(user.namespaceId));
    const people = gitlab.state.users.filter((user) => user.kind === "human");
    return page(
        "GitLab stand-in",
        `<p>Tier <b>${escape(gitlab.tier)}</b>, edition <b>${escape(gitlab.edition)}</b>. ${gitlab.state.groups.length} groups, ${gitlab.state.projects.length} projects, ` +
            `${people.length} people. The REST API is at <code>/api/v4</code>; clone with a token as the password.</p>` +
            roots.map((group) => groupSection(gitlab, group)).join("") +
            (personal.length > 0 ? `<h2>Personal projects</h2>${projectTable(gitlab, personal)}` : "") +
            (roots.length + personal.length === 0 ? "<p>Nothing is here yet.</p>" : ""),
    );
}

function groupSection(gitlab: GitLab, group: Group): string {
    const path = gitlab.groupPath(group);
    const mark = group.markedForDeletion
        ? ` <em>marked for deletion on ${group.markedForDeletion.on}</em>`
        : "";
    const members = group.members.map(
        (member) => `${gitlab.user(member.userId)?.username ?? "?"} (${member.accessLevel})`,
    );
    return (
        `<section><h2><a href="/${escape(path)}">${escape(path)}</a> <small>${group.visibility}</small>${mark}</h2>` +
        `<p>${escape(group.description)}</p><p><small>Members: ${escape(members.join(", ") || "none")} · ` +
        `${group.variables.length} variables · ${group.hooks.length} hooks</small></p>` +
        projectTable(gitlab, gitlab.projectsOf(group.id)) +
        gitlab
            .subgroups(group, false)
            .map((each) => groupSection(gitlab, each))
            .join("") +
        "</section>"
    );
}

function projectTable(gitlab: GitLab, projects: Project[]): string {
    return table(
        ["Project", "Visibility", "Default branch", "Open merge requests", "Last pipeline"],
        projects.map((project) => {
            const path = gitlab.projectPath(project);
            const [pipeline] = project.pipelines;
            return [
                `<a href="/${escape(path)}">${escape(project.name)}</a>${project.archived ? " <em>archived</em>" : ""}${project.markedForDeletion ? " <em>marked for deletion</em>" : ""}`,
                project.visibility,
                escape(project.defaultBranch ?? "empty"),
                String(project.mergeRequests.filter((each) => each.state === "opened").length),
                pipeline ? `${escape(pipeline.status)} (${escape(pipeline.ref)})` : "none",
            ];
        }),
    );
}

async function projectPage(gitlab: GitLab, project: Project): Promise<string> {
    const path = gitlab.projectPath(project);
    const branches = [...(await gitlab.git.refs(project.id, "refs/heads/"))];
    const tags = [...(await gitlab.git.refs(project.id, "refs/tags/"))];
    const levels = (grants: Project["protectedBranches"][number]["push"]): string =>
        grants
            .map(
                (grant) =>
                    gitlab.user(grant.userId)?.username ??
                    gitlab.group(grant.groupId)?.name ??
                    String(grant.accessLevel ?? "key"),
            )
            .join(", ");
    const subject = async (sha: string): Promise<string> =>
        escape((await gitlab.git.commit(project.id, sha)).message.split("\n")[0] ?? "");
    return page(
        path,
        `<p><a href="/">All groups</a> · <code>git clone ${escape(gitlab.url)}/${escape(path)}.git</code></p>` +
            `<p>${escape(project.description)}</p><h2>Branches</h2>` +
            table(
                ["Branch", "Tip", "Subject", "Protected"],
                await Promise.all(
                    branches.map(async ([ref, tip]) => {
                        const name = ref.slice("refs/heads/".length);
                        const isProtected = project.protectedBranches.some((each) => covers(each.name, name));
                        return [
                            escape(name) + (name === project.defaultBranch ? " <em>default</em>" : ""),
                            `<code>${tip.target.slice(0, 8)}</code>`,
                            await subject(tip.target),
                            isProtected ? "yes" : "no",
                        ];
                    }),
                ),
            ) +
            "<h2>Protected branches</h2>" +
            table(
                ["Name", "May push", "May merge", "Force push"],
                project.protectedBranches.map((each) => [
                    escape(each.name),
                    escape(levels(each.push)),
                    escape(levels(each.merge)),
                    each.allowForcePush ? "allowed" : "refused",
                ]),
            ) +
            "<h2>Tags</h2>" +
            table(
                ["Tag", "Commit"],
                tags.map(([ref, tip]) => [
                    escape(ref.slice("refs/tags/".length)),
                    `<code>${tip.target.slice(0, 8)}</code>`,
                ]),
            ) +
            "<h2>Merge requests</h2>" +
            table(
                ["", "Title", "From", "To", "State"],
                project.mergeRequests.map((each) => [
                    `!${each.iid}`,
                    escape(each.title),
                    escape(each.sourceBranch),
                    escape(each.targetBranch),
                    each.state,
                ]),
            ) +
            "<h2>Pipelines</h2>" +
            table(
                ["", "Ref", "Commit", "Source", "Status"],
                project.pipelines
                    .slice(0, 20)
                    .map((each) => [
                        `<a href="/${escape(path)}/-/pipelines/${each.id}">#${each.id}</a>`,
                        escape(each.ref),
                        `<code>${each.sha.slice(0, 8)}</code>`,
                        escape(each.source),
                        escape(each.status),
                    ]),
            ) +
            "<h2>Environments</h2>" +
            table(
                ["Name", "State", "Tier"],
                project.environments.map((each) => [escape(each.name), each.state, escape(each.tier)]),
            ) +
            "<h2>Variables</h2>" +
            table(
                ["Key", "Scope", "Protected", "Masked"],
                project.variables.map((each) => [
                    escape(each.key),
                    escape(each.environmentScope),
                    String(each.protected),
                    String(each.masked),
                ]),
            ) +
            "<h2>Webhooks</h2>" +
            table(
                ["Id", "Host", "Last answer"],
                project.hooks.map((hook) => [
                    String(hook.id),
                    escape(hostOf(hook.url)),
                    escape(
                        gitlab.state.hookLogs.find((log) => log.hookId === hook.id)?.responseStatus ??
                            "never sent",
                    ),
                ]),
            ),
    );
}

function pipelinePage(gitlab: GitLab, project: Project, pipeline: Pipeline): string {
    const path = escape(gitlab.projectPath(project));
    const request =
        pipeline.mergeRequestIid === undefined ? "" : ` for merge request !${pipeline.mergeRequestIid}`;
    const stages = pipeline.stages ?? [];
    const jobs = [...pipeline.jobs].sort(
        (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || a.id - b.id,
    );
    return page(
        `Pipeline #${pipeline.id}`,
        `<p><a href="/${path}">${path}</a> · <b>${escape(pipeline.status)}</b>${request}</p>` +
            `<p>${escape(pipeline.ref)} at <code>${pipeline.sha.slice(0, 8)}</code>, by ` +
            `${escape(gitlab.user(pipeline.userId)?.username ?? "nobody")} (${escape(pipeline.source)}), ` +
            `${escape(pipeline.createdAt)}</p>` +
            (pipeline.yamlErrors === undefined ? "" : `<pre>${escape(pipeline.yamlErrors)}</pre>`) +
            table(
                ["Stage", "Job", "Status", "Started", "Seconds"],
                jobs.map((job) => [
                    escape(job.stage),
                    `<a href="/${path}/-/jobs/${job.id}">${escape(job.name)}</a>${job.run?.retried ? " <em>retried</em>" : ""}`,
                    escape(job.status) + (job.allowFailure ? " <small>may fail</small>" : ""),
                    escape(job.startedAt ?? ""),
                    job.startedAt === null || job.finishedAt === null
                        ? ""
                        : ((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000).toFixed(1),
                ]),
            ),
    );
}

/** A job with its log: secrets were taken out of it when it was written. */
async function jobPage(gitlab: GitLab, project: Project, id: number): Promise<string | undefined> {
    const pipeline = project.pipelines.find((each) => each.jobs.some((job) => job.id === id));
    const job = pipeline?.jobs.find((each) => each.id === id);
    if (!pipeline || !job) {
        return undefined;
    }
    const path = escape(gitlab.projectPath(project));
    const reason = job.run?.failureReason ?? null;
    return page(
        `Job ${job.name}`,
        `<p><a href="/${path}">${path}</a> · <a href="/${path}/-/pipelines/${pipeline.id}">Pipeline #${pipeline.id}</a> · ` +
            `stage ${escape(job.stage)} · <b>${escape(job.status)}</b>${reason === null ? "" : ` (${escape(reason)})`}` +
            `${job.environment === null ? "" : ` · environment ${escape(job.environment)}`}</p>` +
            `<pre>${escape((await gitlab.ci?.trace(job)) ?? job.trace)}</pre>`,
    );
}

/** Only the host: the rest of a webhook's address is often its secret. */
function hostOf(url: string): string {
    try {
        return new URL(url).host;
    } catch {
        return "";
    }
}

function table(head: string[], rows: string[][]): string {
    if (rows.length === 0) {
        return "<p><small>none</small></p>";
    }
    const cells = (tag: string, row: string[]): string =>
        `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
    return `<table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody></table>`;
}

/** A whole page; `body` is HTML. */
export function page(title: string, body: string): string {
    return (
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><style>` +
        "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}" +
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}" +
        "section section{margin-left:1.5rem;border-left:3px solid #eee;padding-left:1rem}h2{font-size:1.1rem;margin-top:1.5rem}" +
        `code{background:#f4f4f4;padding:.1rem .3rem}pre{background:#f4f4f4;padding:.6rem;overflow:auto}em{color:#b35900}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`
    );
}

/** Text as HTML shows it, also between quotes of an attribute. */
export function escape(text: string): string {
    return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
