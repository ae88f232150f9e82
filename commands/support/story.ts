/**
 * What people do in an estate, and what they then see: commits, merge requests, pipelines, rollouts, cards. For the
 * demonstration and the end-to-end tests; it knows the estate's names and the servers' public interfaces, nothing of how
 * the estate is made.
 */
import * as fs from "node:fs";
import {
    ClusterClient,
    ensureClusterPki,
    type SandboxInfo,
    sandboxLayout,
    type Fetch,
    fetchTrusting,
    secretFile,
    serverUrl,
} from "../../sandbox";
import { CommandError } from "./console";
import type { ClusterObject, Delivery } from "./engines/engine";

/** Somebody with a GitLab token of their own. */
export interface Person {
    readonly name: string;
    readonly token: string;
}

/** An answer of a server. */
export interface Answer<T> {
    readonly status: number;
    readonly body: T;
}

/** A pipeline as GitLab shows it. */
export interface Pipeline {
    readonly id: number;
    readonly sha: string;
    readonly ref: string;
    readonly source: string;
    readonly status: string;
}

/** What people look at in an Application. */
export interface Application {
    readonly metadata: { readonly name: string };
    readonly status?: {
        readonly sync?: { readonly status?: string; readonly revision?: string };
        readonly health?: { readonly status?: string };
        readonly summary?: { readonly images?: readonly string[] };
    };
}

/** A card in a chat channel, or a mail, whose colour is grey. */
export interface Card {
    readonly id: number;
    readonly at: string;
    readonly channel: string;
    readonly rendered: { readonly title: string; readonly color: string; readonly lines: readonly string[] };
    /** Whom a mail went to; absent for chat. */
    readonly to?: readonly string[];
}

/** A server refused something. */
/** What of a workload is read. */
interface Workload {
    readonly spec: {
        readonly template: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } };
    };
}

export class StoryError extends CommandError {}

/** An answer as text, without what says nothing and is long: who manages which field of an object. */
function describe(answer: unknown): string {
    const text = JSON.stringify(answer, (key, value: unknown) =>
        key === "managedFields" ? undefined : value,
    );
    return (text ?? "nothing").slice(0, 4000);
}

/** Asks until the answer is `good`, at most `seconds`. @throws StoryError with the last answer. */
export async function until<T>(
    what: string,
    ask: () => Promise<T>,
    good: (answer: T) => boolean,
    seconds = 60,
): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const answer = await ask();
        if (good(answer)) {
            return answer;
        }
        if (Date.now() > end) {
            throw new StoryError(
                `${what} did not happen within ${seconds} s; last seen: ${describe(answer)}`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
}

/** How one speaks to the servers of a sandbox, whether they have certificates of its authority or none. */
export function fetchOf({ authority }: Pick<SandboxInfo, "authority">): Fetch {
    return fetchTrusting(authority === undefined ? undefined : fs.readFileSync(authority, "utf8"));
}

/** The people of a sandbox and what they can do. */
export class Story {
    private readonly root: Person;
    private readonly fetch: Fetch;

    constructor(private readonly sandbox: SandboxInfo) {
        const token = fs.readFileSync(secretFile(sandboxLayout(sandbox.dir), "gitlab-root-token"), "utf8");
        this.fetch = fetchOf(sandbox);
        this.root = { name: "root", token: token.trim() };
    }

    /** A person with a fresh token, as if they had made it themselves. @param scopes of the token. */
    async person(username: string, scopes: readonly string[] = ["api", "write_repository"]): Promise<Person> {
        const [user] = await this.ask<{ id: number }[]>("GET", `/users?username=${username}`);
        if (user === undefined) {
            throw new StoryError(`GitLab knows no user ${username}.`);
        }
        const { token } = await this.ask<{ token: string }>(
            "POST",
            `/users/${user.id}/personal_access_tokens`,
            {
                name: "story",
                scopes,
                expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
            },
        );
        return { name: username, token };
    }

    /** A call of GitLab's API as somebody. */
    async call<T = unknown>(
        person: Person,
        method: string,
        route: string,
        body?: unknown,
    ): Promise<Answer<T>> {
        const response = await this.fetch(`${this.sandbox.gitlab.url}/api/v4${route}`, {
            method,
            headers: { "PRIVATE-TOKEN": person.token, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(60_000),
        });
        const text = await response.text();
        return { status: response.status, body: parsed(text) as T };
    }

    private async ask<T>(method: string, route: string, body?: unknown, person = this.root): Promise<T> {
        const answer = await this.call<T>(person, method, route, body);
        if (answer.status >= 300) {
            throw new StoryError(
                `${method} ${route} as ${person.name}: ${answer.status} ${JSON.stringify(answer.body)}`,
            );
        }
        return answer.body;
    }

    /** Commits files to a branch in one commit; its id. Files are made or replaced. */
    async commit(
        person: Person,
        project: string,
        branch: string,
        message: string,
        files: Readonly<Record<string, string>>,
    ): Promise<string> {
        const base = `/projects/${encodeURIComponent(project)}/repository`;
        const actions = [];
        for (const [path, content] of Object.entries(files)) {
            const there = await this.call(
                person,
                "GET",
                `${base}/files/${encodeURIComponent(path)}?ref=${encodeURIComponent(branch)}`,
            );
            const action = there.status === 200 ? "update" : "create";
            actions.push({ action, file_path: path, content });
        }
        const { id } = await this.ask<{ id: string }>(
            "POST",
            `${base}/commits`,
            { branch, commit_message: message, actions },
            person,
        );
        return id;
    }

    /** Text of a file on a branch. */
    async file(project: string, branch: string, path: string): Promise<string> {
        const { content } = await this.ask<{ content: string }>(
            "GET",
            `/projects/${encodeURIComponent(project)}/repository/files/${encodeURIComponent(path)}?ref=${branch}`,
        );
        return Buffer.from(content, "base64").toString("utf8");
    }

    /** Last commit of a branch. */
    async head(project: string, branch: string): Promise<string> {
        const { commit } = await this.ask<{ commit: { id: string } }>(
            "GET",
            `/projects/${encodeURIComponent(project)}/repository/branches/${branch}`,
        );
        return commit.id;
    }

    /** The pipeline of a commit, when it has ended. @param source what started it, e.g. `push`. */
    async pipeline(project: string, sha: string, source: string, seconds = 120): Promise<Pipeline> {
        const running = ["created", "waiting_for_resource", "preparing", "pending", "running"];
        const route = `/projects/${encodeURIComponent(project)}/pipelines?sha=${sha}&source=${source}`;
        const [pipeline] = await until(
            `the ${source} pipeline of ${sha.slice(0, 10)} in ${project}`,
            () => this.ask<Pipeline[]>("GET", route),
            ([newest]) => newest !== undefined && !running.includes(newest.status),
            seconds,
        );
        return pipeline as Pipeline;
    }

    /** What the jobs of a pipeline printed, one after the other. */
    async logOf(project: string, pipeline: Pipeline): Promise<string> {
        const base = `/projects/${encodeURIComponent(project)}`;
        const jobs = await this.ask<{ id: number; name: string; status: string }[]>(
            "GET",
            `${base}/pipelines/${pipeline.id}/jobs`,
        );
        const logs = await Promise.all(
            jobs.map(async ({ id, name, status }) => {
                const response = await this.fetch(
                    `${this.sandbox.gitlab.url}/api/v4${base}/jobs/${id}/trace`,
                    {
                        headers: { "PRIVATE-TOKEN": this.root.token },
                    },
                );
                return `== ${name}: ${status}\n${await response.text()}`;
            }),
        );
        return logs.join("\n");
    }

    /** Opens a merge request; its number. */
    async open(person: Person, project: string, source: string, target: string): Promise<number> {
        const { iid } = await this.ask<{ iid: number }>(
            "POST",
            `/projects/${encodeURIComponent(project)}/merge_requests`,
            { source_branch: source, target_branch: target, title: `${source} → ${target}` },
            person,
        );
        return iid;
    }

    /** Merges a merge request as soon as GitLab allows it. */
    async merge(person: Person, project: string, iid: number, seconds = 60): Promise<void> {
        const route = `/projects/${encodeURIComponent(project)}/merge_requests/${iid}/merge`;
        await until(
            `the merge of !${iid} in ${project}`,
            () => this.call<{ state?: string }>(person, "PUT", route, {}),
            ({ status, body }) => status === 200 && body.state === "merged",
            seconds,
        );
    }

    /** Digest behind a tag in one of the Harbors; undefined when there is none. */
    async digest(
        project: string,
        repository: string,
        tag: string,
        registry = "main",
    ): Promise<string | undefined> {
        const path = `/projects/${project}/repositories/${repository}/artifacts/${tag}`;
        return (await this.registry<{ digest: string }>(path, registry))?.digest;
    }

    /** What one of the Harbors answers to its admin; undefined where it has no such thing. */
    async registry<T>(path: string, registry = "main"): Promise<T | undefined> {
        const harbor = this.sandbox.harbors.find(({ name }) => name === registry);
        const password = fs.readFileSync(harbor?.passwordFile ?? "", "utf8").trim();
        const response = await this.fetch(`${harbor?.url}/api/v2.0${path}`, {
            headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` },
        });
        return response.ok ? ((await response.json()) as T) : undefined;
    }

    /** An object of a cluster; undefined when there is none. @param path of the API, from the leading slash. */
    async object<T>(cluster: string, path: string): Promise<T | undefined> {
        const pki = await ensureClusterPki(sandboxLayout(this.sandbox.dir), cluster);
        const server = this.sandbox.clusters.find(({ name }) => name === cluster)?.server ?? serverUrl(0);
        const client = new ClusterClient(server, pki.ca.cert, { certificate: pki.admin });
        try {
            const answer = await client.request("GET", path);
            return answer.status === 200 ? (answer.body as T) : undefined;
        } finally {
            client.close();
        }
    }

    /** An Application on the host. */
    application(name: string): Promise<Application | undefined> {
        return this.object("host", `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`);
    }

    /** Waits until an Application runs an image and is well. */
    async rolledOut(name: string, image: string, seconds = 60): Promise<Application> {
        const found = await until(
            `${name} on ${image}`,
            () => this.application(name),
            (application) =>
                application?.status?.sync?.status === "Synced" &&
                application.status.health?.status === "Healthy" &&
                (application.status.summary?.images ?? []).includes(image),
            seconds,
        );
        return found as Application;
    }

    /** Waits until what an engine delivers of an app on a cluster is applied, is well and runs an image. */
    async arrived(
        { path, isWell, images }: Delivery,
        place: { readonly name: string; readonly cluster: string; readonly namespace: string },
        image: string,
        seconds: number,
    ): Promise<void> {
        const { name, cluster, namespace } = place;
        const running = async (object: ClusterObject): Promise<readonly string[]> =>
            images?.(object) ?? (await this.imagesIn(cluster, namespace));
        await until(
            `${name} on ${image}`,
            async () => {
                const object = await this.object<ClusterObject>("host", path);
                return object !== undefined && isWell(object) && (await running(object)).includes(image);
            },
            (isThere) => isThere,
            seconds,
        );
    }

    /** Images of a namespace's Deployments and StatefulSets. */
    private async imagesIn(cluster: string, namespace: string): Promise<string[]> {
        const kinds = ["deployments", "statefulsets"].map((kind) =>
            this.object<{ items?: readonly Workload[] }>(
                cluster,
                `/apis/apps/v1/namespaces/${namespace}/${kind}`,
            ),
        );
        return (await Promise.all(kinds)).flatMap((found) =>
            (found?.items ?? []).flatMap(({ spec }) =>
                spec.template.spec.containers.map(({ image = "" }) => image),
            ),
        );
    }

    /** Cards in a channel, oldest first; those after the one with number `after`. */
    async cards(channel: string, after = 0): Promise<Card[]> {
        const response = await this.fetch(`${this.sandbox.chat.url}/__sandbox/messages?channel=${channel}`);
        const cards = (await response.json()) as Card[];
        return cards.filter(({ id }) => id > after).sort((left, right) => left.id - right.id);
    }

    /** Waits for a card of a colour whose text holds all of `texts`. */
    async card(
        channel: string,
        color: string,
        texts: readonly string[],
        after = 0,
        seconds = 60,
    ): Promise<Card> {
        const fits = (card: Card): boolean => {
            const text = [card.rendered.title, ...card.rendered.lines].join("\n");
            return card.rendered.color === color && texts.every((each) => text.includes(each));
        };
        const found = await until(
            `a ${color} card in ${channel} with ${texts.join(", ")}`,
            () => this.cards(channel, after),
            (cards) => cards.some(fits),
            seconds,
        );
        return found.find(fits) as Card;
    }

    /** Number of the newest card of a channel; 0 when there is none. */
    async newestCard(channel: string): Promise<number> {
        return (await this.cards(channel)).at(-1)?.id ?? 0;
    }
}

function parsed(text: string): unknown {
    if (text === "") {
        return undefined;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}
