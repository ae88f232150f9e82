/** Resource groups: which jobs wait for each other. They come to be with the first job that names them. */
import type { Call, Routes } from "../call";
import { notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { oneOf, required, type Input } from "../params";
import { showJob } from "./jobs";

export function registerResourceGroups(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/resource_groups";
    const jobsOf = (project: Project): { pipeline: Pipeline; job: Job }[] =>
        project.pipelines
            .flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })))
            .filter(({ job }) => job.run?.resourceGroup)
            .sort((a, b) => a.job.id - b.job.id);
    const keysOf = (project: Project): string[] => [
        ...new Set(jobsOf(project).map(({ job }) => job.run?.resourceGroup ?? "")),
    ];
    const show = (project: Project, key: string): Input => {
        const first = jobsOf(project).find(({ job }) => job.run?.resourceGroup === key)?.job;
        return {
            id: keysOf(project).indexOf(key) + 1,
            key,
            process_mode: project.processModes?.[key] ?? "unordered",
            created_at: first?.createdAt ?? project.createdAt,
            updated_at: first?.createdAt ?? project.createdAt,
        };
    };
    const find = (call: Call, project: Project): string => {
        const key = call.id("key");
        if (!keysOf(project).includes(key)) {
            throw notFound("Resource Group");
        }
        return key;
    };
    routes.get(base, (call) => {
        const project = call.project(Level.developer);
        return call.page(keysOf(project), (key) => show(project, key));
    });
    routes.get(`${base}/:key`, (call) => {
        const project = call.project(Level.developer);
        return show(project, find(call, project));
    });
    const holding = (job: Job): boolean => ["pending", "running"].includes(job.status);
    routes.get(`${base}/:key/upcoming_jobs`, (call) => {
        const project = call.project(Level.developer);
        const key = find(call, project);
        const waiting = jobsOf(project).filter(
            ({ job }) => job.run?.resourceGroup === key && job.status === "waiting_for_resource",
        );
        return call.page(waiting, ({ pipeline, job }) => showJob(gitlab, project, pipeline, job));
    });
    routes.get(`${base}/:key/current_job`, (call) => {
        const project = call.project(Level.developer);
        const key = find(call, project);
        const found = jobsOf(project).find(({ job }) => job.run?.resourceGroup === key && holding(job));
        if (!found) {
            throw notFound("Current Job");
        }
        return showJob(gitlab, project, found.pipeline, found.job);
    });
    routes.put(`${base}/:key`, (call) => {
        const project = call.writableProject(Level.developer);
        const key = find(call, project);
        const { process_mode: mode } = call.parse({
            process_mode: required(oneOf("unordered", "oldest_first", "newest_first", "newest_ready_first")),
        });
        project.processModes = { ...project.processModes, [key]: mode };
        return show(project, key);
    });
}
