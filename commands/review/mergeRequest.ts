/**
 * The one note of a merge request and stack: found by a marker that nobody sees, edited in place. Two runs at once end with
 * one note too, that of the newer pipeline. What to do next is decided by {@link nextAction}, which is pure.
 */
import { CommandError } from "../support/console";
import type { Answer, Ask } from "../doctor/http";

/** Where the note goes, from the variables of a job. */
export interface MergeRequest {
    /** API of the GitLab, e.g. `https://gitlab.example.com/api/v4`. */
    readonly api: string;
    /** Number of the project. */
    readonly project: string;
    /** Number of the merge request in its project. */
    readonly iid: string;
    /** Number of the pipeline in its project: later ones are newer. */
    readonly pipeline: number;
    readonly token: string;
}

/** Variables the note needs; each is there in the pipeline of a merge request but the last, which people set. */
export const noteVariables = [
    "CI_API_V4_URL",
    "CI_PROJECT_ID",
    "CI_MERGE_REQUEST_IID",
    "ESTATE_REVIEW_TOKEN",
] as const;

/**
 * Reads them.
 *
 * @throws CommandError naming every one that is missing. Values are never shown.
 */
export function mergeRequestOf(env: NodeJS.ProcessEnv): MergeRequest {
    const missing = noteVariables.filter((name) => (env[name] ?? "") === "");
    if (missing.length > 0) {
        throw new CommandError(
            `The note needs ${missing.join(", ")}. GitLab sets the first three in pipelines of merge requests; ESTATE_REVIEW_TOKEN is a ` +
                "project access token with scope api and role Reporter, as a masked CI variable: docs/review.md.",
        );
    }
    const value = (name: (typeof noteVariables)[number]): string => env[name] ?? "";
    const api = value("CI_API_V4_URL").replace(/\/+$/, "");
    const [project, iid] = [value("CI_PROJECT_ID"), value("CI_MERGE_REQUEST_IID")];
    if (!/^https?:\/\//.test(api) || !/^\d+$/.test(project) || !/^\d+$/.test(iid)) {
        throw new CommandError(
            "CI_API_V4_URL must be a URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID must be numbers, as GitLab sets them.",
        );
    }
    const pipeline = Number(env["CI_PIPELINE_IID"] ?? "0");
    return {
        api,
        project,
        iid,
        pipeline: Number.isSafeInteger(pipeline) ? pipeline : 0,
        token: value("ESTATE_REVIEW_TOKEN"),
    };
}

/** The marker of a stack's note. */
export function markerOf(stack: string, pipeline: number): string {
    return `gitops-estate review stack=${encodeURIComponent(stack)} pipeline=${pipeline}`;
}

/** A note that bears the marker. */
export interface MarkedNote {
    readonly id: number;
    readonly pipeline: number;
}

/** What to do next. `done`: there is one note, and it is as new as ours. */
export type Action =
    { readonly kind: "create" | "done" } | { readonly kind: "update" | "delete"; readonly id: number };

/**
 * @param notes of our own user, with the marker of this stack.
 * @param mine ours: the pipeline it is of, and which note our text is in by now.
 */
export function nextAction(
    notes: readonly MarkedNote[],
    mine: { readonly pipeline: number; readonly written?: number },
): Action {
    const sorted = [...notes].sort((a, b) => a.id - b.id);
    const [first, second] = sorted;
    if (first === undefined) {
        return { kind: "create" };
    }
    if (sorted.some(({ pipeline }) => pipeline > mine.pipeline)) {
        // A newer run is at it, and puts things in order. What we made meanwhile is ours to take away.
        const own = sorted.find(({ id, pipeline }) => id === mine.written && pipeline <= mine.pipeline);
        return own === undefined ? { kind: "done" } : { kind: "delete", id: own.id };
    }
    if (first.id !== mine.written || first.pipeline !== mine.pipeline) {
        return { kind: "update", id: first.id };
    }
    return second === undefined ? { kind: "done" } : { kind: "delete", id: second.id };
}

/** Most steps before it gives up; two runs at once need five. */
const mostSteps = 20;

/**
 * Brings the note into its merge request.
 *
 * @param body begins with the marker's comment.
 * @throws CommandError with what GitLab answered.
 */
export async function placeNote(ask: Ask, target: MergeRequest, stack: string, body: string): Promise<void> {
    const base = `/projects/${target.project}/merge_requests/${target.iid}/notes`;
    const user = idOf(checked(await ask("GET", "/user"), "who the token belongs to"));
    let written: number | undefined;
    for (let step = 0; step < mostSteps; step++) {
        const notes = await markedNotes(ask, base, user, stack);
        const action = nextAction(notes, {
            pipeline: target.pipeline,
            ...(written === undefined ? {} : { written }),
        });
        switch (action.kind) {
            case "done":
                return;
            case "create":
                written = idOf(checked(await ask("POST", base, { body }), "writing the note"));
                break;
            case "update": {
                const answer = await ask("PUT", `${base}/${action.id}`, { body });
                // Another run may have taken it away.
                if (answer.status !== 404) {
                    checked(answer, "editing the note");
                    written = action.id;
                }
                break;
            }
            case "delete": {
                const answer = await ask("DELETE", `${base}/${action.id}`);
                if (answer.status !== 404) {
                    checked(answer, "taking away a second note");
                }
                break;
            }
        }
    }
    throw new CommandError(
        "The note of this merge request is written by others all the time; run the job again.",
    );
}

async function markedNotes(ask: Ask, base: string, user: number, stack: string): Promise<MarkedNote[]> {
    const found: MarkedNote[] = [];
    const start = `<!-- ${markerOf(stack, 0).replace(/0$/, "")}`;
    for (let page = "1"; page !== "";) {
        const answer = checked(
            await ask("GET", `${base}?sort=asc&order_by=created_at&per_page=100&page=${page}`),
            "reading the merge request's notes",
        );
        for (const each of Array.isArray(answer.body) ? (answer.body as RawNote[]) : []) {
            const pipeline = /^(\d+) -->/.exec((each.body ?? "").slice(start.length))?.[1];
            // Only our own: others may copy a marker, and nobody can edit what is theirs.
            if (each.author?.id === user && each.body?.startsWith(start) === true && pipeline !== undefined) {
                found.push({ id: each.id, pipeline: Number(pipeline) });
            }
        }
        page = String(answer.headers["x-next-page"] ?? "");
    }
    return found;
}

interface RawNote {
    readonly id: number;
    readonly body?: string;
    readonly author?: { readonly id?: number };
}

function idOf({ body }: Answer): number {
    const { id } = (typeof body === "object" && body !== null ? body : {}) as { id?: unknown };
    if (typeof id !== "number") {
        throw new CommandError("GitLab's answer has no id, so this is not GitLab's API: see CI_API_V4_URL.");
    }
    return id;
}

const reasons: Readonly<Record<number, string>> = {
    401: "the token is wrong or has expired",
    403: "the token may not: it needs scope api and role Reporter or more in this project",
    404: "the merge request is not there, or the token may not see it",
};

/** @throws CommandError where GitLab refused. */
function checked(answer: Answer, what: string): Answer {
    if (answer.status >= 200 && answer.status < 300) {
        return answer;
    }
    const reason = reasons[answer.status];
    throw new CommandError(
        `GitLab answers ${answer.status} to ${what}${reason === undefined ? "" : `: ${reason}`}. ESTATE_REVIEW_TOKEN: docs/review.md.`,
    );
}
