/**
 * Merge requests by which repositories come to another version of their pipelines, where the spec says so
 * (`pipelines.move: mergeRequest`). The program can declare none: GitLab's provider has no such resource, and what people
 * merged or closed would be made anew by the next update. So the program says in the state what each file is to be, and this
 * looks after an update whether it is, and opens the merge request that makes it so: one for each repository, kept up to date.
 *
 * It asks GitLab with the account of the update. Nothing else may write to those repositories, and no token is made for it.
 */
import { proposalBranch } from "../../estate/names";
import { proposalType, type ProposedFile } from "../../estate/pipeline";
import { given } from "../../estate/plain";
import type { Ask } from "../doctor/http";
import { list, record, text } from "../doctor/json";
import { CommandError } from "./console";
import { liveResources, type ExportedStack } from "./exported";

/** A file that a repository is to have on a branch. */
export interface Wish extends ProposedFile {
    /** Id and full path of the project. */
    readonly project: string;
    readonly repository: string;
}

/** A merge request, as far as it is looked at. */
export interface Request {
    readonly iid: number;
    readonly url: string;
    /** Whether this account opened it. */
    readonly ours: boolean;
    readonly description: string;
    /** The file as it has it; absent: none. */
    readonly text?: string;
}

/** What a repository has. */
export interface Seen {
    /** The file on the branch that work begins on; absent: none. */
    readonly text?: string;
    readonly open?: Request & {
        /** Whether it cannot be merged because of what came to the branch since. */
        readonly conflicts: boolean;
        /** Whether people added commits of their own. */
        readonly byPeople: boolean;
        /** Whether its branch is there. */
        readonly there: boolean;
    };
    /** The last one, where none is open and people closed it. */
    readonly closed?: Request;
}

/**
 * What is done about a file. `withdraw`: what the merge request brings is not wanted any more. `taken`: somebody else's merge
 * request is in the way. `declined`: people closed the one with just this content.
 */
export type Decision =
    | { readonly kind: "none" }
    | { readonly kind: "open" }
    | {
          readonly kind: "update";
          /** Whether its branch begins anew, at the one it is merged into. */
          readonly anew: boolean;
          readonly request: Request;
      }
    | { readonly kind: "waits" | "withdraw" | "taken" | "declined"; readonly request: Request };

/** Begins the description of a merge request that the estate itself closed: no person said no to it. */
const withdrawn = "Closed by the estate:";

/** What is to be done. Pure. */
export function decide({ text: wanted }: Pick<Wish, "text">, { text: has, open, closed }: Seen): Decision {
    if (open !== undefined && !open.ours) {
        return has === wanted ? { kind: "none" } : { kind: "taken", request: open };
    }
    if (has === wanted) {
        return open === undefined ? { kind: "none" } : { kind: "withdraw", request: open };
    }
    if (open !== undefined) {
        const anew = !open.there || (open.conflicts && !open.byPeople);
        return open.text === wanted && !anew
            ? { kind: "waits", request: open }
            : { kind: "update", anew, request: open };
    }
    return closed?.ours === true && closed.text === wanted && !closed.description.startsWith(withdrawn)
        ? { kind: "declined", request: closed }
        : { kind: "open" };
}

/** The wishes of a state. Pure. */
export function wishesOf(exported: ExportedStack): Wish[] {
    return liveResources(exported)
        .filter(({ type }) => type === proposalType)
        .map(({ inputs = {} }) => wishOf(inputs));
}

/** A wish, of its inputs in a state. Pure. */
export function wishOf(inputs: Readonly<Record<string, unknown>>): Wish {
    const of = (key: keyof Wish): string => text(inputs[key]);
    return {
        project: of("project"),
        repository: of("repository"),
        branch: of("branch"),
        path: of("path"),
        text: of("text"),
        version: of("version"),
        title: of("title"),
        commit: of("commit"),
    };
}

/**
 * Looks at each repository and does what is to be done, at all of them even where one answers with an error.
 *
 * @param ask calls to GitLab
 * @returns what to say, a line for each repository where something is done, waits or does not work.
 * @throws Unreachable when GitLab does not answer.
 */
export function propose(wishes: readonly Wish[], ask: Ask): Promise<string[]> {
    return forEachWish(
        wishes,
        ask,
        async (wish, found) => {
            const decision = decide(wish, found);
            return proposalLine(wish, decision, await act(wish, decision, ask));
        },
        (wish, error) => [
            `${wish.repository}: ${wish.path} could not be looked after: ${error.message} The next up does it.`,
        ],
    );
}

/**
 * Looks at the repository of each wish.
 *
 * @param work what comes of what is there. @param failed what comes of a repository whose answer is an error.
 */
async function forEachWish<T>(
    wishes: readonly Wish[],
    ask: Ask,
    work: (wish: Wish, found: Seen) => Promise<T[]> | T[],
    failed: (wish: Wish, error: CommandError) => T[],
): Promise<T[]> {
    if (wishes.length === 0) {
        return [];
    }
    const me = record((await ask("GET", "/user")).body)["id"];
    const all = await Promise.all(
        wishes.map(async (wish): Promise<T[]> => {
            try {
                return await work(wish, await seen(wish, me, ask));
            } catch (error) {
                if (!(error instanceof CommandError)) {
                    throw error;
                }
                return failed(wish, error);
            }
        }),
    );
    return all.flat();
}

/** A wish that people are in the way of. */
export interface Unfulfilled {
    readonly wish: Wish;
    readonly kind: "declined" | "taken";
    /** The merge request that says so. */
    readonly url: string;
    /** The file on the branch that work begins on; absent: none. */
    readonly has?: string;
}

/** The wishes that wait for people's other mind. Only reads; a repository that GitLab says nothing about is left out. */
export function unfulfilled(wishes: readonly Wish[], ask: Ask): Promise<Unfulfilled[]> {
    return forEachWish(
        wishes,
        ask,
        (wish, found): Unfulfilled[] => {
            const decision = decide(wish, found);
            return decision.kind === "declined" || decision.kind === "taken"
                ? [{ wish, kind: decision.kind, url: decision.request.url, ...given("has", found.text) }]
                : [];
        },
        () => [],
    );
}

const repositoryOf = ({ project }: Wish): string => `/projects/${encodeURIComponent(project)}`;

/** @throws CommandError when GitLab says neither what is there nor that nothing is. */
async function seen(wish: Wish, me: unknown, ask: Ask): Promise<Seen> {
    const at = repositoryOf(wish);
    const [has, requests] = await Promise.all([
        fileAt(wish, wish.branch, ask),
        good(
            ask,
            "GET",
            `${at}/merge_requests?source_branch=${encodeURIComponent(proposalBranch)}&target_branch=${encodeURIComponent(wish.branch)}&order_by=created_at&sort=desc&per_page=20`,
        ),
    ]);
    // A fork may have a branch of that name too.
    const own = list(requests).filter((each) => each["source_project_id"] === each["target_project_id"]);
    const open = own.find((each) => each["state"] === "opened");
    const closed = own[0]?.["state"] === "closed" ? own[0] : undefined;
    const request = async (each: Readonly<Record<string, unknown>>, ref: string): Promise<Request> => {
        const content = await fileAt(wish, ref, ask);
        return {
            iid: Number(each["iid"]),
            url: text(each["web_url"]),
            ours: record(each["author"])["id"] === me,
            description: text(each["description"]),
            ...(content === undefined ? {} : { text: content }),
        };
    };
    const content = has === undefined ? {} : { text: has };
    if (open === undefined) {
        return {
            ...content,
            // Its branch may be gone, or begun anew; its last commit stays with it.
            ...(closed === undefined ? {} : { closed: await request(closed, text(closed["sha"])) }),
        };
    }
    const [alone, branch, commits] = await Promise.all([
        // A list may say of conflicts what was so before.
        good(ask, "GET", `${at}/merge_requests/${String(open["iid"])}`),
        ask("GET", `${at}/repository/branches/${encodeURIComponent(proposalBranch)}`),
        good(ask, "GET", `${at}/merge_requests/${String(open["iid"])}/commits?per_page=100`),
    ]);
    return {
        ...content,
        open: {
            ...(await request(open, proposalBranch)),
            conflicts:
                record(alone)["has_conflicts"] === true ||
                record(alone)["detailed_merge_status"] === "conflict",
            byPeople: list(commits).some((each) => each["title"] !== wish.commit),
            there: branch.status === 200,
        },
    };
}

/** A file's text; undefined where there is none. */
async function fileAt({ path, ...wish }: Wish, ref: string, ask: Ask): Promise<string | undefined> {
    const { status, body } = await ask(
        "GET",
        `${repositoryOf({ path, ...wish })}/repository/files/${encodeURIComponent(path)}?ref=${encodeURIComponent(ref)}`,
    );
    if (status !== 200 && status !== 404) {
        throw new CommandError(`GitLab answered ${status} to whether it is on ${ref}.`);
    }
    return status === 404 ? undefined : Buffer.from(text(record(body)["content"]), "base64").toString("utf8");
}

/** @throws CommandError when GitLab refuses the call. */
async function good(ask: Ask, method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await ask(method, path, body);
    if (answer.status >= 400) {
        throw new CommandError(
            `GitLab answered ${answer.status} to ${method} ${path.replace(/\?.*$/, "")}: ${JSON.stringify(answer.body).slice(0, 200)}.`,
        );
    }
    return answer.body;
}

/** Does it. @returns the merge request's address. */
async function act(wish: Wish, decision: Decision, ask: Ask): Promise<string | undefined> {
    const requests = `${repositoryOf(wish)}/merge_requests`;
    switch (decision.kind) {
        case "open": {
            await commit(wish, true, ask);
            const made = await good(ask, "POST", requests, {
                source_branch: proposalBranch,
                target_branch: wish.branch,
                title: wish.title,
                description: description(wish),
                remove_source_branch: true,
            });
            return text(record(made)["web_url"]);
        }
        case "update":
            await commit(wish, decision.anew, ask);
            await good(ask, "PUT", `${requests}/${decision.request.iid}`, { description: description(wish) });
            return decision.request.url;
        case "withdraw":
            await good(ask, "PUT", `${requests}/${decision.request.iid}`, {
                description: `${withdrawn} ${wish.branch} has what the estate wants, version ${wish.version}.`,
                state_event: "close",
            });
            return decision.request.url;
        case "waits":
        case "taken":
        case "declined":
            return decision.request.url;
        case "none":
            return undefined;
    }
}

/** @param anew the branch begins where the file is to go; otherwise it goes on, with what people added. */
async function commit(wish: Wish, anew: boolean, ask: Ask): Promise<void> {
    const there = await fileAt(wish, anew ? wish.branch : proposalBranch, ask);
    await good(ask, "POST", `${repositoryOf(wish)}/repository/commits`, {
        branch: proposalBranch,
        ...(anew ? { start_branch: wish.branch, force: true } : {}),
        commit_message: wish.commit,
        actions: [
            { action: there === undefined ? "create" : "update", file_path: wish.path, content: wish.text },
        ],
    });
}

function description({ version, branch, path, title }: Wish): string {
    return [
        `The estate names version \`${version}\` of the pipelines that this repository includes. Merged into \`${branch}\`, it is used by what begins there.`,
        `Changes that your own jobs need with it can be pushed to this branch. Another version comes as one more commit. Closed, this one is not proposed again.`,
        `Leave the title "${title}" in the message of the merge: by it no image is built and nothing is delivered because of \`${path}\` alone.`,
    ].join("\n\n");
}

/** What is said of it; nothing where nothing is to be done. Pure. */
export function proposalLine(
    { repository, version, path }: Wish,
    { kind }: Decision,
    url: string | undefined,
): string[] {
    const at = url === undefined ? "" : `: ${url}`;
    switch (kind) {
        case "none":
            return [];
        case "open":
            return [`${repository}: a merge request brings version ${version} of the pipelines${at}`];
        case "update":
            return [`${repository}: its merge request brings version ${version} of the pipelines now${at}`];
        case "waits":
            return [`${repository}: version ${version} of the pipelines waits to be merged${at}`];
        case "withdraw":
            return [
                `${repository}: has version ${version} of the pipelines, the merge request is closed${at}`,
            ];
        case "declined":
            return [
                `${repository}: version ${version} of the pipelines was declined, and is not proposed again${at}. Reopen it, name another version, or set pipelines.move: commit`,
            ];
        case "taken":
            return [
                `${repository}: version ${version} of the pipelines is not proposed: somebody else's merge request has branch ${proposalBranch}${at}. Look whether ${path} there is what you want, then merge or close it`,
            ];
    }
}
