import type { Call, Routes } from "../call";
import { notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type Trigger } from "../model";
import { filled, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { randomText } from "../secrets";
import { createPipeline, pipelineDetail } from "./pipelines";

/** Trigger tokens and the pipelines they start. */
export function registerTriggers(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/triggers";
    /** Others than the owner see the first four characters of the token. */
    const show = (call: Call, trigger: Trigger): Input => ({
        id: trigger.id,
        token: call.user.id === trigger.ownerId ? trigger.token : trigger.token.slice(0, 4),
        description: trigger.description,
        created_at: trigger.createdAt,
        updated_at: trigger.createdAt,
        deleted_at: null,
        last_used: trigger.lastUsed,
        expires_at: trigger.expiresAt,
        owner: basicUser(gitlab, gitlab.user(trigger.ownerId)),
    });
    const findOne = (call: Call, project: Project): Trigger => {
        const found = project.triggers.find((each) => each.id === call.number("trigger_id"));
        if (!found) {
            throw notFound("Trigger");
        }
        return found;
    };
    routes.get(base, (call) =>
        call.page(call.project(Level.maintainer).triggers, (each) => show(call, each)),
    );
    routes.get(`${base}/:trigger_id`, (call) => show(call, findOne(call, call.project(Level.maintainer))));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({ description: required(filled()), expires_at: text() });
        const made: Trigger = {
            id: gitlab.nextId("trigger"),
            description: wanted.description,
            token: `glptt-${randomText(20)}`,
            ownerId: call.user.id,
            createdAt: gitlab.now(),
            lastUsed: null,
            expiresAt: wanted.expires_at ?? null,
        };
        project.triggers.push(made);
        return show(call, made);
    });
    routes.put(`${base}/:trigger_id`, (call) => {
        const found = findOne(call, call.project(Level.maintainer));
        found.description = call.parse({ description: filled() }).description ?? found.description;
        return show(call, found);
    });
    routes.delete(`${base}/:trigger_id`, (call) => {
        const project = call.project(Level.maintainer);
        const found = findOne(call, project);
        project.triggers = project.triggers.filter((each) => each !== found);
    });
    routes.post("/projects/:id/trigger/pipeline", async (call) => {
        const wanted = call.parse({ token: required(filled()), ref: required(filled()) });
        const project = gitlab.findProject(call.id("id"));
        const trigger = project?.triggers.find((each) => each.token === wanted.token);
        // The token of a job of the project that runs: the pipeline is of that job's user.
        const job = gitlab.ci?.jobOf(wanted.token);
        const userId = trigger?.ownerId ?? (job?.project === project ? job?.user.id : undefined);
        if (!project || userId === undefined) {
            throw notFound();
        }
        if (trigger !== undefined) {
            trigger.lastUsed = gitlab.now();
        }
        const given = call.input["variables"];
        const variables = Object.entries(
            typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Input) : {},
        ).map(([key, value]) => ({ key, value: String(value), variableType: "env_var" }));
        const pipeline = await createPipeline(
            gitlab,
            call,
            project,
            wanted.ref,
            trigger === undefined ? "pipeline" : "trigger",
            variables,
            userId,
        );
        return pipelineDetail(gitlab, project, pipeline);
    });
}
