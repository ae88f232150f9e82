/**
 * Open merge requests whose gate judged by another number of approvals than the spec has by now. GitLab keeps what a job came
 * to, so a green gate stays green when `approvals` of an environment goes up. After an update the gates that counted to
 * another number are run again, and read the number of today.
 *
 * What a gate counted to is in its log, so nothing has to be remembered: an update that was killed before is finished by
 * the next one, and a gate that was run again has the right number and is left alone.
 */
import { setTimeout as pause } from "node:timers/promises";
import { approvalsJob, approvalsVariable, type wantedByRepository } from "../../estate/approvals";
import { covers } from "../../estate/wildcard";
import { assertServing, list, record, text } from "../doctor/json";
import type { Ask } from "../doctor/http";
import { CommandError } from "./console";
import { liveResources, type ExportedStack } from "./exported";
import { pages, Refused } from "./pages";

/** A repository whose merge requests are held. */
export interface GatedRepository {
    /** Id and full path of the project. */
    readonly project: string;
    readonly repository: string;
    /** How many approvals merges want, by branch or pattern. */
    readonly wanted: Readonly<Record<string, number>>;
    /** When the gate was made, and when its numbers changed last; ISO 8601. */
    readonly made: string;
    readonly changed: string;
}

/** What there is of the pipeline by which GitLab decides about a merge. */
export interface SeenPipeline {
    readonly status: string;
    readonly created: string;
    /** The newest run of the gate; absent: none that counts. */
    readonly job?: { readonly status: string; readonly log: string };
}

/**
 * `again`: the gate is run again. `running`: it may have read the number before this one. `without`: the pipeline has no gate,
 * or is older than it, and could be merged by. It is not run again: what is in it is the branch's, and would run with the
 * rights of the account of the update.
 */
export type GateDecision = "none" | "again" | "running" | "without";

/** Pipelines that nothing is merged by. */
const closed = ["failed", "canceled", "skipped"];

/** How many approvals a gate has counted to, as its log says; undefined: it does not. Pure. */
export function countedTo(log: string, target: string): number | undefined {
    if (log.includes(`Nobody has to approve merges into ${target}.`)) {
        return 0;
    }
    const [, number] =
        log
            .split(`Merges into ${target} want `)
            .at(1)
            ?.match(/^(\d+) approvals? /) ?? [];
    return number === undefined ? undefined : Number(number);
}

/** How many approvals merges into a branch want: the greatest number that covers it. Pure. */
export function wantedFor(wanted: GatedRepository["wanted"], target: string): number {
    return Math.max(
        0,
        ...Object.entries(wanted).flatMap(([pattern, number]) => (covers(pattern, target) ? [number] : [])),
    );
}

/** What is done about a merge request into a branch that wants so many approvals. Pure. */
export function decideGate(
    { wanted, target, made }: { readonly wanted: number; readonly target: string; readonly made: string },
    pipeline: SeenPipeline | undefined,
): GateDecision {
    if (pipeline === undefined) {
        return "none";
    }
    const { status, created, job } = pipeline;
    if (job === undefined || Date.parse(created) < Date.parse(made)) {
        return wanted === 0 || closed.includes(status) ? "none" : "without";
    }
    const counted = countedTo(job.log, target);
    switch (job.status) {
        case "running":
            return counted === wanted ? "none" : "running";
        // Enough for more is enough for less. A log that was erased says nothing of the number.
        case "success":
            return counted === undefined
                ? wanted === 0
                    ? "none"
                    : "again"
                : counted < wanted
                  ? "again"
                  : "none";
        case "failed":
            return counted !== undefined && counted > wanted ? "again" : "none";
        default:
            return "none";
    }
}

/** The repositories of a state whose merge requests are held. Pure. */
export function gatedRepositories(exported: ExportedStack): GatedRepository[] {
    const live = liveResources(exported);
    const paths = new Map(
        live
            .filter(({ type }) => type === "gitlab:index/project:Project")
            .map(({ id, outputs }) => [id, text(outputs?.["pathWithNamespace"])]),
    );
    return live.flatMap(({ type, inputs, created = "", modified = created }): GatedRepository[] => {
        const project = text(inputs?.["project"]);
        return type === "gitlab:index/projectVariable:ProjectVariable" &&
            inputs?.["key"] === approvalsVariable
            ? [
                  {
                      project,
                      repository: paths.get(project) ?? `project ${project}`,
                      wanted: JSON.parse(text(inputs["value"])) as GatedRepository["wanted"],
                      made: created,
                      changed: modified,
                  },
              ]
            : [];
    });
}

/**
 * Repositories of a state some of whose branches want more approvals by the spec: each with the greater number of every branch. What
 * wants fewer keeps its number until the update.
 *
 * @param now ISO 8601.
 */
export function raisedGates(
    exported: ExportedStack,
    wanted: ReturnType<typeof wantedByRepository>,
    now: string,
): GatedRepository[] {
    return gatedRepositories(exported).flatMap((each): GatedRepository[] => {
        const next = wanted[each.repository] ?? {};
        const raised = Object.entries(next).filter(([branch, number]) => number > (each.wanted[branch] ?? 0));
        const isAll = Object.entries(each.wanted).every(([branch, number]) => (next[branch] ?? 0) >= number);
        return raised.length === 0
            ? []
            : [
                  {
                      ...each,
                      // What the update will write, where it takes nothing back: then it finds it as it wants it.
                      wanted: isAll ? next : { ...each.wanted, ...Object.fromEntries(raised) },
                      changed: now,
                  },
              ];
    });
}

/**
 * Lets the greater numbers count before the update, which would come to them among all else: a green gate that counted to fewer is run
 * again, and holds the merge by then.
 *
 * @returns what to say.
 * @throws Unreachable when GitLab does not answer.
 */
export async function raiseGates(
    repositories: readonly GatedRepository[],
    ask: Ask,
    patience: Patience = usual,
): Promise<string[]> {
    const refused: string[] = [];
    const written: GatedRepository[] = [];
    for (const each of repositories) {
        const at = `/projects/${encodeURIComponent(each.project)}/variables/${approvalsVariable}`;
        const { status } = await ask("PUT", at, { value: JSON.stringify(each.wanted) });
        if (status === 200) {
            written.push(each);
        } else {
            refused.push(
                `${each.repository}: GitLab answered ${status} to the greater number of approvals; until this update ends merges want as many as before.`,
            );
        }
    }
    return [...refused, ...(await runGatesAgain(written, ask, patience))];
}

/** How often a gate that is running is looked at, and the time between, in milliseconds. */
export interface Patience {
    readonly looks: number;
    readonly pauseMs: number;
}

/** Longer than a gate takes. */
const usual: Patience = { looks: 30, pauseMs: 2000 };

/** Between the engine's clock and GitLab's; what is in it too much is decided by its log. */
const clocks = 86_400_000;

/** Open merge requests of a repository that are looked at: 1000. */
const pageLimit = 10;

/**
 * Looks at the open merge requests that are older than the numbers of their repository, and runs gates again.
 *
 * @param ask calls to GitLab
 * @returns what to say, a line for each repository where something is done or is not possible.
 * @throws Unreachable when GitLab does not answer.
 */
export async function runGatesAgain(
    repositories: readonly GatedRepository[],
    ask: Ask,
    patience: Patience = usual,
): Promise<string[]> {
    const all = await Promise.all(
        repositories.map(async (each) => {
            try {
                return gateLines(each.repository, await inRepository(each, ask, patience));
            } catch (error) {
                if (!(error instanceof CommandError || error instanceof Refused)) {
                    throw error;
                }
                return [
                    `${each.repository}: whether its open merge requests have the approvals that are wanted now was not seen: GitLab ${error.message}. The next up looks again.`,
                ];
            }
        }),
    );
    return all.flat();
}

/** What became of a merge request. */
interface Outcome {
    readonly iid: number;
    readonly kind: Exclude<GateDecision, "none"> | "refused";
}

/** What is said of it; nothing where nothing was done. Pure. */
export function gateLines(repository: string, outcomes: readonly Outcome[]): string[] {
    const of = (kind: Outcome["kind"]): string =>
        outcomes
            .filter((each) => each.kind === kind)
            .map(({ iid }) => `!${iid}`)
            .join(", ");
    const lines: readonly (readonly [Outcome["kind"], string])[] = [
        ["again", "the number of approvals has changed, and the gate runs again in"],
        [
            "running",
            "the gate does not come to its end, and may count to the number of before; run the job again in",
        ],
        [
            "refused",
            "the number of approvals has changed, and GitLab does not run the gate again; run a new pipeline in",
        ],
        [
            "without",
            "nothing holds these merge requests, whose pipeline is from before the gate or without it; run a new pipeline in",
        ],
    ];
    return lines.flatMap(([kind, words]) => (of(kind) === "" ? [] : [`${repository}: ${words} ${of(kind)}`]));
}

async function inRepository(repository: GatedRepository, ask: Ask, patience: Patience): Promise<Outcome[]> {
    const { project, wanted, made, changed } = repository;
    const at = `/projects/${encodeURIComponent(project)}`;
    const time = Date.parse(changed);
    const before = Number.isNaN(time)
        ? ""
        : `&created_before=${encodeURIComponent(new Date(time + clocks).toISOString())}`;
    const open = await pages(ask, `${at}/merge_requests?state=opened${before}`, "per_page", pageLimit);
    const outcomes = await Promise.all(
        open.map(async (request): Promise<Outcome | undefined> => {
            const iid = Number(request["iid"]);
            const target = text(request["target_branch"]);
            const number = wantedFor(wanted, target);
            for (let look = 1; ; look++) {
                const { seen, job } = await pipelineOf(at, iid, ask);
                const kind = decideGate({ wanted: number, target, made }, seen);
                if (kind === "running" && look < patience.looks) {
                    await pause(patience.pauseMs);
                    continue;
                }
                if (kind === "again") {
                    const { status } = await ask("POST", `${at}/jobs/${job}/retry`);
                    assertServing({ status, headers: {}, body: undefined }, "a job that is to run again");
                    return { iid, kind: status < 400 ? kind : "refused" };
                }
                return kind === "none" ? undefined : { iid, kind };
            }
        }),
    );
    return outcomes.filter((each) => each !== undefined);
}

/** The pipeline that a merge request is merged by, and the id of its gate. @throws CommandError when GitLab does not say. */
async function pipelineOf(
    at: string,
    iid: number,
    ask: Ask,
): Promise<{ readonly seen?: SeenPipeline; readonly job?: number }> {
    const pipeline = record(record(await good(ask, `${at}/merge_requests/${iid}`))["head_pipeline"]);
    const number = Number(pipeline["id"] ?? Number.NaN);
    if (Number.isNaN(number)) {
        return {};
    }
    const known = { status: text(pipeline["status"]), created: text(pipeline["created_at"]) };
    const jobs = await pages(ask, `${at}/pipelines/${number}/jobs`, "per_page", pageLimit);
    const job = list(jobs).find(({ name }) => name === approvalsJob);
    if (job === undefined) {
        return { seen: known };
    }
    const id = Number(job["id"]);
    const trace = await ask("GET", `${at}/jobs/${id}/trace`);
    assertServing(trace, "the log of a job");
    const log = trace.status === 200 ? text(trace.body) : "";
    return { seen: { ...known, job: { status: text(job["status"]), log } }, job: id };
}

async function good(ask: Ask, path: string): Promise<unknown> {
    const { status, body } = await ask("GET", path);
    if (status !== 200) {
        throw new CommandError(`answered ${status} to GET ${path}`);
    }
    return body;
}
