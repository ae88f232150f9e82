import type { Job, Pipeline, Project, User } from "./model";

/** A pipeline that somebody or something wants. */
export type PipelineParameters = Pick<Pipeline, "ref" | "tag" | "sha" | "beforeSha" | "source" | "userId"> &
    Partial<Pick<Pipeline, "variables" | "mergeRequestIid" | "sourceSha" | "targetSha" | "upstream">> & {
        /** It is asked for with `-o ci.skip`. */
        skip?: boolean;
        /** What it consists of, in place of the repository's file. */
        content?: string;
    };

/** What the server wants of whatever runs pipelines; see sandbox/ci. */
export interface PipelineRunner {
    /** Creates a pipeline soon, if the repository has a file for one and its rules let it. Never throws. */
    queue(project: Project, parameters: PipelineParameters): void;
    /** Creates a pipeline now. @throws ApiError 400 when its file or rules do not give one. */
    create(project: Project, parameters: PipelineParameters): Promise<Pipeline>;
    /** Whether a queued pipeline for this commit (and merge request) has not been created yet. */
    expects(project: Project, sha: string, mergeRequestIid: number): boolean;
    /** Starts a job that waits for somebody to do so. @throws ApiError 400 when it does not. */
    play(project: Project, pipeline: Pipeline, job: Job, user: User): Promise<Job>;
    /** Runs a job once more, as a new one. @throws ApiError 403 while it has not ended. */
    retry(project: Project, pipeline: Pipeline, job: Job, user: User): Promise<Job>;
    /** Ends a job. @throws ApiError 403 when it has ended. */
    cancel(project: Project, pipeline: Pipeline, job: Job): Promise<void>;
    /** Runs the failed and canceled jobs of a pipeline once more. */
    retryPipeline(project: Project, pipeline: Pipeline, user: User): Promise<void>;
    /** Ends all jobs of a pipeline. */
    cancelPipeline(project: Project, pipeline: Pipeline): Promise<void>;
    /** Goes on with a job whose deployment is approved or rejected: the first starts it, the second fails it. */
    approvalGiven(project: Project, pipeline: Pipeline, job: Job): Promise<void>;
    /** Reads a pipeline file: the commit's own, or this text in its place. */
    lint(
        project: Project,
        facts: PipelineParameters & { variables: Pipeline["variables"] },
        content: string | undefined,
    ): Promise<{ errors: string[]; merged: string; jobs: Record<string, unknown>[] }>;
    /** Does something soon, in the background. Never throws. */
    later(work: () => Promise<void>): void;
    /** A job's log as far as it is written; undefined for a job that was never run. */
    trace(job: Job): Promise<string | undefined>;
    /** Folder of what a job left: `files`, and test reports below `junit`. */
    artifacts(pipeline: Pipeline, job: Job): string;
    removeArtifacts(pipeline: Pipeline, job: Job): Promise<void>;
    /** Removes artifacts and log. */
    erase(pipeline: Pipeline, job: Job): Promise<void>;
    /** The principal of a running job's token; undefined when it is none. */
    jobOf(token: string): { user: User; project: Project; pipeline: Pipeline; job: Job } | undefined;
    /** Deletes what is stored of a project's pipelines outside of the state. */
    forget(pipelines: readonly Pipeline[]): Promise<void>;
    /** Resolves when nothing is being planned or run. */
    idle(): Promise<void>;
}
