/** Whether a pipeline file is good (`ci/lint`), before anybody commits it. */
import type { Call, Routes } from "../call";
import { badRequest, noRoute, notFound } from "../errors";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { bool, filled, required, text, type Input } from "../params";

export function registerLint(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/ci/lint";
    const lint = async (
        call: Call,
        project: Project,
        wanted: { ref: string; content?: string; jobs: boolean },
    ): Promise<Input> => {
        if (!gitlab.ci) {
            throw noRoute();
        }
        const sha = await gitlab.git.resolve(project.id, wanted.ref);
        if (sha === undefined) {
            throw notFound("Commit");
        }
        const branch = (await gitlab.git.branch(project.id, wanted.ref)) !== undefined;
        const facts = {
            ref: wanted.ref,
            tag: !branch && (await gitlab.git.resolve(project.id, `refs/tags/${wanted.ref}`)) !== undefined,
            sha,
            beforeSha: zeroSha,
            source: "push",
            userId: call.user.id,
            variables: [],
        };
        const found = await gitlab.ci.lint(project, facts, wanted.content);
        return {
            valid: found.errors.length === 0,
            errors: found.errors,
            warnings: [],
            merged_yaml: found.merged,
            includes: [],
            ...(wanted.jobs ? { jobs: found.jobs } : {}),
        };
    };
    routes.get(base, (call) => {
        const project = call.project(Level.developer);
        const wanted = call.parse({
            sha: text(),
            content_ref: text(),
            dry_run_ref: text(),
            ref: text(),
            dry_run: bool(),
            include_jobs: bool(),
        });
        const ref = wanted.content_ref ?? wanted.sha ?? wanted.ref ?? project.defaultBranch;
        if (ref === null) {
            throw notFound("Commit");
        }
        return lint(call, project, { ref, jobs: wanted.include_jobs === true });
    });
    routes.post(base, (call) => {
        const project = call.project(Level.developer);
        const wanted = call.parse({
            content: required(filled()),
            dry_run: bool(),
            include_jobs: bool(),
            ref: text(),
        });
        const ref = wanted.ref ?? project.defaultBranch;
        if (ref === null) {
            throw badRequest("The repository is empty");
        }
        call.status(200);
        return lint(call, project, { ref, content: wanted.content, jobs: wanted.include_jobs === true });
    });
}
