import type { TestContext } from "node:test";

import type { Tier } from "../../gitlab/model";
import { eventually } from "../support/eventually";
import { field, Sandbox, type Person } from "../gitlab/harness";

export { field, Sandbox };

/** A GitLab stand-in that runs pipelines, with the real gitlab-ci-local. */
export function startWithCi(context: TestContext, tier: Tier = "free"): Promise<Sandbox> {
    return Sandbox.start(context, tier, {
        ci: { path: [] },
        log: (line) => void (process.env["CI_TEST_LOG"] && console.log(line)),
    });
}

export interface ShownPipeline {
    id: number;
    status: string;
    ref: string;
    sha: string;
    source: string;
    yaml_errors?: string | null;
}

export interface ShownJob {
    id: number;
    name: string;
    stage: string;
    status: string;
    allow_failure: boolean;
    failure_reason?: string;
    started_at: string | null;
    finished_at: string | null;
    duration: number | null;
}

/** Commits files to a branch by the API, which is a push as far as pipelines are concerned. Gives the commit. */
export async function commit(
    person: Person,
    project: number,
    branch: string,
    files: Record<string, string>,
    options: { message?: string; start?: string } = {},
): Promise<string> {
    const there = await person.call("GET", `/projects/${project}/repository/branches/${branch}`);
    const base = there.status === 200 ? branch : options.start;
    const actions = [];
    for (const [path, content] of Object.entries(files)) {
        const found = await person.call(
            "GET",
            `/projects/${project}/repository/files/${encodeURIComponent(path)}?ref=${base ?? "main"}`,
        );
        actions.push({ action: found.status === 200 ? "update" : "create", file_path: path, content });
    }
    const answer = await person.call("POST", `/projects/${project}/repository/commits`, {
        branch,
        commit_message: options.message ?? "Change",
        actions,
        ...(options.start === undefined ? {} : { start_branch: options.start }),
    });
    if (answer.status !== 201) {
        throw new Error(JSON.stringify(answer.body));
    }
    return field<string>(answer.body, "id");
}

export async function pipelines(person: Person, project: number, query = ""): Promise<ShownPipeline[]> {
    return (await person.call("GET", `/projects/${project}/pipelines?per_page=100${query}`))
        .body as ShownPipeline[];
}

/** Jobs of a pipeline, in the order of their ids. */
export async function jobs(person: Person, project: number, pipeline: number): Promise<ShownJob[]> {
    const answer = await person.call("GET", `/projects/${project}/pipelines/${pipeline}/jobs?per_page=100`);
    return (answer.body as ShownJob[]).sort((a, b) => a.id - b.id);
}

export async function trace(person: Person, project: number, job: number): Promise<string> {
    const { body } = await person.call("GET", `/projects/${project}/jobs/${job}/trace`);
    return typeof body === "string" ? body : JSON.stringify(body);
}

/** Waits for what a job does, on a machine that may be busy. */
export function until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
    return eventually(what, probe, 120);
}
