/** What jobs leave: archives, single files of them, and the tests they report. */
import { readdir, readFile, stat } from "node:fs/promises";
import * as path from "node:path";

import { zip, type ZipEntry } from "../../support/zip";
import { readsCode } from "../access";
import type { Call, Routes } from "../call";
import { badRequest, forbidden, notFound, unauthorized } from "../errors";
import type { GitLab } from "../gitlab";
import { countCases, readJunit, type TestCase } from "../junit";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { filled, required, type Input } from "../params";
import { findPipeline } from "./pipelines";
import { locateJob, showJob } from "./jobs";

/** Artifacts of jobs, and test reports of pipelines. */
export function registerArtifacts(routes: Routes, gitlab: GitLab): void {
    const folderOf = (pipeline: Pipeline, job: Job): string => gitlab.ci?.artifacts(pipeline, job) ?? "";
    const sendArchive = async (call: Call, pipeline: Pipeline, job: Job): Promise<Buffer> => {
        if (!job.run?.artifacts) {
            throw notFound();
        }
        const files = path.join(folderOf(pipeline, job), "files");
        call.reply.type("application/zip");
        call.reply.header("Content-Disposition", `attachment; filename="${job.run.artifacts.filename}"`);
        return zip(await entriesOf(files, ""));
    };
    const sendFile = async (call: Call, pipeline: Pipeline, job: Job, file: string): Promise<Buffer> => {
        if (!job.run?.artifacts) {
            throw notFound();
        }
        if (file.startsWith("/") || file.split("/").includes("..")) {
            throw badRequest("");
        }
        const content = await readFile(path.join(folderOf(pipeline, job), "files", file)).catch(
            () => undefined,
        );
        if (content === undefined) {
            throw notFound();
        }
        call.reply.type("application/octet-stream");
        return content;
    };
    /** Code that may be read, or with public jobs what everybody sees. */
    const open = (call: Call): Project => {
        const project = call.project();
        if (!readsCode(gitlab, call.maybeUser, project)) {
            throw call.principal ? forbidden() : unauthorized();
        }
        return project;
    };
    routes.get("/projects/:id/jobs/artifacts/:ref_name/download", (call) => {
        const project = open(call);
        const { pipeline, job } = latestJob(call, project);
        return sendArchive(call, pipeline, job);
    });
    routes.get("/projects/:id/jobs/artifacts/:ref_name/raw/*", (call) => {
        const project = open(call);
        const { pipeline, job } = latestJob(call, project);
        return sendFile(call, pipeline, job, call.id("*"));
    });
    routes.get("/projects/:id/jobs/:job_id/artifacts", (call) => {
        const { pipeline, job } = locateJob(call, open(call));
        return sendArchive(call, pipeline, job);
    });
    routes.get("/projects/:id/jobs/:job_id/artifacts/*", (call) => {
        const { pipeline, job } = locateJob(call, open(call));
        return sendFile(call, pipeline, job, call.id("*"));
    });
    routes.post("/projects/:id/jobs/:job_id/artifacts/keep", (call) => {
        const project = call.writableProject(Level.developer);
        const { pipeline, job } = locateJob(call, project);
        if (!job.run?.artifacts) {
            throw notFound();
        }
        job.run.artifacts.expireAt = null;
        call.status(200);
        return showJob(gitlab, project, pipeline, job);
    });
    routes.delete("/projects/:id/jobs/:job_id/artifacts", async (call) => {
        const { pipeline, job } = locateJob(call, call.writableProject(Level.maintainer));
        await gitlab.ci?.removeArtifacts(pipeline, job);
    });
    routes.post("/projects/:id/jobs/:job_id/erase", async (call) => {
        const project = call.writableProject(Level.developer);
        const { pipeline, job } = locateJob(call, project);
        const ended = ["success", "failed", "canceled"].includes(job.status);
        if (!ended || job.run?.erasedAt) {
            throw forbidden("Job is not erasable!");
        }
        await gitlab.ci?.erase(pipeline, job);
        if (job.run) {
            job.run.erasedAt = gitlab.now();
        }
        return showJob(gitlab, project, pipeline, job);
    });

    const suites = async (pipeline: Pipeline): Promise<{ name: string; cases: TestCase[] }[]> => {
        const found: { name: string; cases: TestCase[] }[] = [];
        for (const job of pipeline.jobs.filter((each) => !each.run?.retried && each.run?.junit)) {
            const folder = path.join(folderOf(pipeline, job), "junit");
            const texts = await Promise.all(
                (await readdir(folder).catch(() => [] as string[]))
                    .sort()
                    .map((name) => readFile(path.join(folder, name), "utf8")),
            );
            found.push({ name: job.name, cases: texts.flatMap(readJunit) });
        }
        return found;
    };
    const base = "/projects/:id/pipelines/:pipeline_id";
    routes.get(`${base}/test_report`, async (call) => {
        const found = await suites(findPipeline(call, call.project(Level.reporter)));
        const all = countCases(found.flatMap((suite) => suite.cases));
        return {
            ...all,
            test_suites: found.map(({ name, cases }) => ({
                name,
                ...countCases(cases),
                suite_error: null,
                test_cases: cases,
            })),
        };
    });
    routes.get(`${base}/test_report_summary`, async (call) => {
        const found = await suites(findPipeline(call, call.project(Level.reporter)));
        const short = (cases: readonly TestCase[]): Input =>
            Object.fromEntries(
                Object.entries(countCases(cases)).map(([key, value]) => [key.replace("total_", ""), value]),
            );
        const { time, count, success_count, failed_count, skipped_count, error_count } = short(
            found.flatMap((suite) => suite.cases),
        );
        return {
            total: {
                time,
                count,
                success: success_count,
                failed: failed_count,
                skipped: skipped_count,
                error: error_count,
                suite_error: null,
            },
            test_suites: found.map(({ name, cases }) => ({ name, ...countCases(cases), suite_error: null })),
        };
    });
}

/** The newest job of a name that succeeded in the newest successful pipeline of a branch or tag. */
function latestJob(call: Call, project: Project): { pipeline: Pipeline; job: Job } {
    const { job: name } = call.parse({ job: required(filled()) });
    const pipeline = project.pipelines.find(
        (each) =>
            each.ref === call.id("ref_name") &&
            each.mergeRequestIid === undefined &&
            each.status === "success",
    );
    const job = pipeline?.jobs.find((each) => each.name === name && each.status === "success");
    if (!pipeline || !job) {
        throw notFound();
    }
    return { pipeline, job };
}

async function entriesOf(root: string, below: string): Promise<ZipEntry[]> {
    const entries: ZipEntry[] = [];
    const list = await readdir(path.join(root, below), { withFileTypes: true }).catch(() => []);
    for (const entry of list.sort((a, b) => a.name.localeCompare(b.name))) {
        const name = path.posix.join(below, entry.name);
        if (entry.isDirectory()) {
            entries.push(...(await entriesOf(root, name)));
        } else if (entry.isFile()) {
            const file = path.join(root, name);
            const { mode } = await stat(file);
            entries.push({ path: name, content: await readFile(file), executable: (mode & 0o100) !== 0 });
        }
    }
    return entries;
}
