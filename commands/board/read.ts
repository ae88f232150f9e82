/** Reads what the board shows: the host cluster, GitLab and the stack's state at once, each bounded in time. Only reads. */
import { dayOf } from "../../estate/days";
import { engineOf } from "../../estate/engines";
import { hostCluster } from "../../estate/host";
import type { Estate } from "../../estate/model";
import { wayTo } from "../doctor/cluster/kubeconfig";
import { gitlabConnection, type ConnectionContext } from "../doctor/connections";
import { client, Unreachable, type Ask } from "../doctor/http";
import { list, record, text } from "../doctor/json";
import { CommandError } from "../support/console";
import type { ExportedStack } from "../support/exported";
import { readers } from "./engines";
import type { Clusters } from "./engines/engine";
import {
    commitKey,
    type Commit,
    type CommitPlace,
    type Fact,
    type Found,
    type OpenRequest,
    type Unknown,
} from "./found";
import { madeCredentials } from "./made";
import { wantedCommits } from "./model";
import { Refused } from "../support/pages";
import { entries, objects } from "./objects";

/** Longest time all questions to one server may take, and one of them, in milliseconds. */
const deadline = 30_000;
const callTimeout = 10_000;

/** Asks every server. A server that does not answer is a fact of its own: this never rejects for it. */
export async function readFound(
    estate: Estate,
    context: ConnectionContext,
    exported: Promise<ExportedStack>,
): Promise<Found> {
    const end = AbortSignal.timeout(deadline);
    const { ask, close } = client(gitlabConnection(estate, context), end, callTimeout);
    try {
        const [running, requests, tokenEnds, credentials] = await Promise.all([
            readRunning(estate, context, end),
            fact("GitLab", () => openRequests(ask, estate)),
            fact("GitLab", () => ownEnd(ask)),
            stateCredentials(exported),
        ]);
        const wanted = wantedCommits(estate, running);
        // A server that gave no answer to the first question is not asked a thousand others.
        const silent = "unknown" in requests && requests.unknown.kind === "unreachable";
        const commits = silent
            ? wanted.map((at) => [commitKey(at), requests] as const)
            : await Promise.all(
                  wanted.map(
                      async (at) =>
                          [commitKey(at), await fact("GitLab", () => commitOf(ask, estate, at))] as const,
                  ),
              );
        return { running, requests, commits: Object.fromEntries(commits), credentials, tokenEnds };
    } finally {
        close();
    }
}

/** What came of a question. */
async function fact<T>(server: string, question: () => Promise<T>): Promise<Fact<T>> {
    try {
        return { value: await question() };
    } catch (error) {
        return { unknown: whyNot(server, error) };
    }
}

function whyNot(server: string, error: unknown): Unknown {
    if (error instanceof Unreachable) {
        return { kind: "unreachable", server, detail: error.message };
    }
    if (error instanceof Refused) {
        return error.status === 404
            ? { kind: "absent", server }
            : { kind: "refused", server, status: error.status };
    }
    throw error;
}

/** A stack that cannot be read says so on the page: the servers can be read without it. */
async function stateCredentials(exported: Promise<ExportedStack>): Promise<Found["credentials"]> {
    try {
        return { value: madeCredentials(await exported) };
    } catch (error) {
        if (!(error instanceof CommandError)) {
            throw error;
        }
        const [detail = ""] = error.message.split("\n");
        return { unknown: { kind: "unreachable", server: "pulumi", detail } };
    }
}

async function readRunning(
    estate: Estate,
    context: ConnectionContext,
    end: AbortSignal,
): Promise<Found["running"]> {
    const host = hostCluster(estate);
    const server = `cluster ${host.name}`;
    const way = await wayTo(host, context);
    if ("fault" in way) {
        const unknown: Unknown = { kind: "unreachable", server, detail: way.fault };
        return Object.fromEntries(estate.engines.map((name) => [name, { unknown }]));
    }
    const { ask, close } = client(way.connection, end, callTimeout);
    const asked = new Map<string, ReturnType<Clusters["images"]>>();
    const images: Clusters["images"] = (name) => {
        const known = asked.get(name) ?? imagesOn(estate, name, context, end);
        asked.set(name, known);
        return known;
    };
    try {
        return Object.fromEntries(
            await Promise.all(
                estate.engines.map(async (name): Promise<[string, Found["running"][string]]> => {
                    const reader = readers[name];
                    return reader === undefined
                        ? [name, { unknown: { kind: "unread", engine: engineOf(name).title } }]
                        : [name, await fact(server, () => reader.read({ host: ask, images }, estate))];
                }),
            ),
        );
    } finally {
        close();
    }
}

/** Images of what runs on a cluster, by namespace. */
export async function imagesOn(
    { clusters }: Estate,
    name: string,
    context: ConnectionContext,
    end: AbortSignal,
): ReturnType<Clusters["images"]> {
    const server = `cluster ${name}`;
    const cluster = clusters[name];
    const way = cluster === undefined ? undefined : await wayTo(cluster, context);
    if (way === undefined || "fault" in way) {
        return { unknown: { kind: "unreachable", server, detail: way?.fault ?? "the estate has none" } };
    }
    const { ask, close } = client(way.connection, end, callTimeout);
    try {
        return await fact(server, async () => {
            const kinds = ["deployments", "statefulsets", "daemonsets"];
            const found = await Promise.all(kinds.map((kind) => objects(ask, `/apis/apps/v1/${kind}`)));
            const images = new Map<string, string[]>();
            for (const object of found.flat()) {
                const namespace = text(record(object["metadata"])["namespace"]);
                const pod = record(record(record(object["spec"])["template"])["spec"]);
                const own = list(pod["containers"]).map((each) => text(each["image"]));
                images.set(namespace, [...(images.get(namespace) ?? []), ...own]);
            }
            return images;
        });
    } finally {
        close();
    }
}

/** Open merge requests of the estate's group and of those below it. */
async function openRequests(ask: Ask, { gitlab }: Estate): Promise<OpenRequest[]> {
    const group = encodeURIComponent(gitlab.group);
    const found = await entries(ask, `/groups/${group}/merge_requests?state=opened&scope=all`);
    return found.map((each): OpenRequest => {
        const full = text(record(each["references"])["full"]);
        return {
            project: full.replace(/!\d+$/, ""),
            iid: Number(each["iid"]),
            title: text(each["title"]),
            author: text(record(each["author"])["username"]),
            at: text(each["created_at"]),
            from: text(each["source_branch"]),
            into: text(each["target_branch"]),
            draft: each["draft"] === true,
            url: `${gitlab.url}/${full.replace(/!(\d+)$/, "/-/merge_requests/$1")}`,
        };
    });
}

/** Last day of the token that is used. */
async function ownEnd(ask: Ask): Promise<string | undefined> {
    const { status, body } = await ask("GET", "/personal_access_tokens/self");
    if (status !== 200) {
        throw new Refused(status);
    }
    const end = text(record(body)["expires_at"]);
    return end === "" ? undefined : dayOf(end);
}

async function commitOf(ask: Ask, { gitlab }: Estate, { project, ref }: CommitPlace): Promise<Commit> {
    const { status, body } = await ask(
        "GET",
        `/projects/${encodeURIComponent(project)}/repository/commits/${encodeURIComponent(ref)}?stats=false`,
    );
    if (status !== 200) {
        throw new Refused(status);
    }
    const commit = record(body);
    const id = text(commit["id"]);
    return {
        id,
        title: text(commit["title"]),
        author: text(commit["author_name"]),
        at: text(commit["committed_date"]),
        url: `${gitlab.url}/${project}/-/commit/${encodeURIComponent(id)}`,
    };
}
