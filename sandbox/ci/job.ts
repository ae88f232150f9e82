/** Runs one job in a throwaway clone. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline, Project } from "../gitlab/model";
import { type ProcessRecord } from "../../toolchain/processes";
import { runLocal, type Programs } from "./local";
import { idTokenClaims } from "./idTokens";
import { jobFile, seconds, type Plan, type PlannedJob } from "./plan";
import { exitCodeIn, scriptLine, type Trace } from "./trace";
import {
    expand,
    literal,
    mergeRequestOf,
    ownVariables,
    predefinedVariables,
    repositoryUrl,
    unsetVariables,
    type JobVariable,
} from "./variables";
import {
    changesArguments,
    comparedCommit,
    parseDotenv,
    restoreArtifacts,
    saveArtifacts,
    saveReports,
    sizeOf,
    Workspace,
} from "./workspace";

export interface JobContext {
    readonly gitlab: GitLab;
    readonly programs: Programs;
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
    readonly plan: Plan;
    readonly planned: PlannedJob;
    /** Folder of the throwaway clone; gone afterwards. */
    readonly work: string;
    /** Folder of what jobs of the pipeline leave for each other. */
    readonly artifacts: string;
    readonly token: string;
    readonly trace: Trace;
    readonly signal: AbortSignal;
    readonly onStart: (record: ProcessRecord) => void;
}

/** How a job ended: its script's exit code, or why there was none. */
export interface JobOutcome {
    readonly exitCode: number | null;
    readonly failure: string | null;
}

/** Runs the job's script to its end. Never leaves the clone or the variables behind. */
export async function runJob(context: JobContext): Promise<JobOutcome> {
    const { gitlab, project, pipeline, job, plan, planned, trace } = context;
    trace.line(`Running with gitlab-ci-local on this machine, as job ${job.id} of pipeline ${pipeline.id}`);
    const workspace = await Workspace.create(context.work, project);
    try {
        const compare = comparedCommit(
            pipeline,
            pipeline.targetSha ?? mergeRequestOf(project, pipeline)?.baseSha,
        );
        await workspace.clone(
            gitlab,
            project,
            pipeline.sha,
            repositoryUrl(gitlab, project, context.token),
            compare,
        );
        const dotenv = await downloadArtifacts(context, workspace.directory);
        const commit = await gitlab.git.commit(project.id, pipeline.sha);
        const user = gitlab.user(job.run?.userId ?? pipeline.userId);
        const variables = new Map<string, JobVariable>([
            ...predefinedVariables(gitlab, project, pipeline, {
                commit,
                user,
                job: { ...job, token: context.token, directory: workspace.directory },
            }),
            ...dotenv,
            ...ownVariables(gitlab, project, pipeline, job.environment),
        ]);
        if (planned.environmentUrl !== null) {
            variables.set("CI_ENVIRONMENT_URL", literal(expand(planned.environmentUrl, variables)));
        }
        for (const [name, audience] of Object.entries(planned.idTokens)) {
            const aud = [audience].flat().map((each) => expand(each, variables));
            const audiences = typeof audience === "string" ? (aud[0] ?? "") : aud;
            if (user) {
                const about = { project, pipeline, job, user };
                const claims = idTokenClaims(gitlab, about, audiences, Math.floor(Date.now() / 1000));
                variables.set(name, literal(gitlab.signToken(claims), true));
            }
        }
        trace.hide([...variables.values()].filter((each) => each.masked).map((each) => each.value));
        describe(context);
        const text = jobFile(plan, planned);
        const args = [
            planned.name,
            ...(await workspace.file("job.json", text)),
            ...(await workspace.variables(variables)),
            ...unsetVariables(variables, JSON.stringify(JSON.parse(text), null, 1)).flatMap((key) => [
                "--unset-variable",
                key,
            ]),
            ...changesArguments(compare),
            "--no-json-schema-validation",
        ];
        let exitCode: number | undefined;
        const remarks: string[] = [];
        const result = await runLocal(context.programs, {
            cwd: workspace.directory,
            home: workspace.home,
            temporary: workspace.temporary,
            args,
            signal: context.signal,
            onStart: context.onStart,
            onLine: (line, stream) => {
                const printed = scriptLine(line, planned.name);
                if (printed !== undefined) {
                    trace.line(printed);
                    return;
                }
                exitCode ??= exitCodeIn(line, planned.name);
                if (stream === "stderr" && !/^\s*(parsing and downloads|json schema)/.test(line)) {
                    remarks.push(line);
                }
            },
        });
        const code = exitCode ?? (result.code === 0 ? 0 : null);
        if (code === null && !context.signal.aborted) {
            remarks.forEach((line) => trace.line(line));
        }
        const reported = await uploadArtifacts(context, workspace.directory, code === 0, variables);
        if (job.run) {
            const known = new Map([...variables, ...reported]);
            // GitLab fills both once the job is done: with its environment's variables, and with what the job found out.
            if (planned.environmentUrl !== null) {
                job.run.environmentUrl = expand(planned.environmentUrl, known);
            }
            if (planned.environmentAutoStopIn !== null) {
                job.run.environmentAutoStopIn = expand(planned.environmentAutoStopIn, known);
            }
        }
        return { exitCode: code, failure: code === 0 ? null : "script_failure" };
    } finally {
        await workspace.remove();
    }
}

function describe({ planned, pipeline, trace }: JobContext): void {
    if (planned.image !== null) {
        trace.line(`Image ${planned.image} is not used: in the sandbox, jobs run on this machine`);
    }
    if (planned.services.length > 0) {
        trace.line(`Services are not started in the sandbox: ${planned.services.join(", ")}`);
    }
    trace.line(`Checking out ${pipeline.sha.slice(0, 8)} as detached HEAD (ref is ${pipeline.ref})...`);
}

/** Restores artifacts of earlier jobs: those of the dependencies, or else of all jobs it follows. @returns their dotenv variables. */
async function downloadArtifacts(
    { pipeline, plan, planned, artifacts, trace }: JobContext,
    directory: string,
): Promise<Map<string, JobVariable>> {
    const found = new Map<string, JobVariable>();
    for (const producer of pipeline.jobs) {
        if (producer.run?.retried || !usesArtifactsOf(plan, planned, producer)) {
            continue;
        }
        const folder = path.join(artifacts, String(producer.id));
        if (await restoreArtifacts(path.join(folder, "files"), directory)) {
            trace.line(`Downloading artifacts for ${producer.name} (${producer.id})...`);
        }
        const saved = await readFile(path.join(folder, "dotenv.json"), "utf8").catch(() => "{}");
        for (const [key, value] of Object.entries(JSON.parse(saved) as Record<string, string>)) {
            found.set(key, literal(value));
        }
    }
    return found;
}

function usesArtifactsOf(plan: Plan, planned: PlannedJob, producer: Job): boolean {
    const names = [producer.name, producer.name.replace(/: \[.*$/, "")];
    if (planned.dependencies !== null) {
        return planned.dependencies.some((each) => names.includes(each));
    }
    if (planned.needs !== null) {
        return planned.needs.some((need) => need.artifacts && names.includes(need.job));
    }
    return plan.stages.indexOf(producer.stage) < plan.stages.indexOf(planned.stage);
}

/** Stores the artifacts of a job for later ones. @returns the variables of its dotenv reports. */
async function uploadArtifacts(
    { planned, job, artifacts, trace }: JobContext,
    directory: string,
    succeeded: boolean,
    variables: ReadonlyMap<string, JobVariable>,
): Promise<Map<string, JobVariable>> {
    const wanted = planned.artifacts;
    if (
        !wanted ||
        (wanted.when === "on_success" && !succeeded) ||
        (wanted.when === "on_failure" && succeeded)
    ) {
        return new Map();
    }
    const folder = path.join(artifacts, String(job.id));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const own = `${directory}/`;
    const paths = wanted.paths.map((each) => expand(each, variables).replace(own, ""));
    if (paths.length > 0) {
        const count = await saveArtifacts(directory, path.join(folder, "files"), wanted, paths);
        if (count > 0 && job.run) {
            const name = wanted.name === null ? "artifacts" : expand(wanted.name, variables);
            const lasts = wanted.expireIn === "never" ? null : seconds(wanted.expireIn ?? "30 days");
            job.run.artifacts = {
                filename: `${name || "artifacts"}.zip`,
                size: await sizeOf(path.join(folder, "files")),
                expireAt: lasts === null ? null : new Date(Date.now() + lasts * 1000).toISOString(),
            };
        }
        trace.line(
            count > 0
                ? `Uploading artifacts... found ${count} matching artifact files`
                : `WARNING: ${paths.join(", ")}: no matching files. ` +
                      "Ensure that the artifact path is relative to the working directory",
        );
    }
    if (wanted.junit.length > 0) {
        const patterns = wanted.junit.map((each) => expand(each, variables).replace(own, ""));
        const count = await saveReports(directory, path.join(folder, "junit"), patterns);
        trace.line(
            count > 0
                ? `Uploading artifacts... found ${count} test reports`
                : `WARNING: ${patterns.join(", ")}: no matching files`,
        );
        if (job.run) {
            job.run.junit = count > 0;
        }
    }
    const values: Record<string, string> = {};
    for (const file of wanted.dotenv) {
        const text = await readFile(path.join(directory, expand(file, variables)), "utf8").catch(
            () => undefined,
        );
        if (text === undefined) {
            trace.line(`WARNING: ${file}: no matching files. The dotenv report is empty`);
        }
        Object.assign(values, parseDotenv(text ?? ""));
    }
    await writeFile(path.join(folder, "dotenv.json"), JSON.stringify(values), { mode: 0o600 });
    return new Map(Object.entries(values).map(([key, value]) => [key, literal(value)]));
}
