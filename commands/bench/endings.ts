/** Previews that end in every way there is: how long each takes, and what is left of all of them. */
import { engineOf } from "../../estate/engines";
import { pluralOf } from "../../estate/kinds";
import type { App, Estate, Previews } from "../../estate/model";
import { CommandError } from "../support/console";
import { until, type Person, type Story } from "../support/story";
import { remains, type Inventory } from "./remains";

/** How a preview ends: with its merge request, by its age, or by a person who stops the environment. */
export const ways = ["merge", "close", "expiry", "stop"] as const;
export type Way = (typeof ways)[number];

/** Which way the n-th ends; each comes as often as any other. Pure. */
export function wayOf(index: number): Way {
    return ways[index % ways.length] ?? "merge";
}

/** What came of all of them. */
export interface Endings {
    /** Seconds from the end to when nothing of the preview was left, by way. */
    readonly seconds: Readonly<Record<Way, readonly number[]>>;
    /** What is there afterwards and was not before. */
    readonly left: Inventory;
}

/** How long a preview lasts that is to end by its age: long enough to come up first. */
const age = "30 seconds";

/** Longest that one preview's end is waited for, in seconds. */
const patience = 300;

const objectKinds = [
    "/apis/apps/v1|deployments",
    "/apis/apps/v1|replicasets",
    "/apis/policy/v1|poddisruptionbudgets",
    "/api/v1|services",
    "/api/v1|pods",
    "/api/v1|configmaps",
    "/api/v1|secrets",
] as const;

interface Named {
    readonly metadata: { readonly name: string };
}

/** Opens and ends the previews of one app. */
export class PreviewEndings {
    private readonly project: string;

    /** @param bob a developer of the app. @param alice a maintainer. */
    constructor(
        private readonly story: Story,
        private readonly estate: Estate,
        private readonly app: App,
        private readonly previews: Previews,
        private readonly people: { readonly alice: Person; readonly bob: Person },
        private readonly say: (line: string) => void,
    ) {
        this.project = `/projects/${encodeURIComponent(app.repository.fullPath)}`;
    }

    /** Ends `count` previews, as many at a time as the app may have. @throws CommandError when one does not come up or stays. */
    async all(count: number): Promise<Endings> {
        const before = await this.inventory();
        const seconds: Record<Way, number[]> = { merge: [], close: [], expiry: [], stop: [] };
        for (let next = 0; next < count;) {
            const round = Array.from(
                { length: Math.min(this.previews.maximum, count - next) },
                (_, index) => next + index,
            );
            await Promise.all(
                round.map(async (index) => {
                    const way = wayOf(index);
                    const took = await this.one(index, way);
                    seconds[way].push(took);
                    this.say(`preview ${index + 1} of ${count} ended by ${way} in ${took.toFixed(1)} s`);
                }),
            );
            next += round.length;
        }
        return { seconds, left: remains(before, await this.inventory()) };
    }

    /** Brings one up and ends it; seconds until nothing of it is left. */
    private async one(index: number, way: Way): Promise<number> {
        const { story, app, previews } = this;
        const { alice, bob } = this.people;
        const branch = `ends-${index + 1}`;
        await this.done(bob, "POST", "/repository/branches", { branch, ref: previews.into });
        const sha = await story.commit(bob, app.repository.fullPath, branch, `Bench: ${branch}`, {
            [`bench/${branch}.txt`]: `${way}\n`,
            ...(way === "expiry" ? await this.shortLived() : {}),
        });
        const iid = await story.open(bob, app.repository.fullPath, branch, previews.into);
        const image = `${previews.place.image}:mr-${iid}-${sha.slice(0, 10)}`;
        if (way !== "expiry") {
            await story.rolledOut(this.nameOf(iid), image, patience);
        }
        const ended = await this.end(iid, way, alice);
        await until(
            `the end of preview ${iid}`,
            () => this.traces(iid),
            (found) => found.length === 0,
            patience,
        );
        const took = (Date.now() - ended) / 1000;
        // What people leave behind is no preview's.
        if (way === "stop" || way === "expiry") {
            await this.done(bob, "PUT", `/merge_requests/${iid}`, { state_event: "close" });
        }
        await story.call(bob, "DELETE", `${this.project}/repository/branches/${encodeURIComponent(branch)}`);
        return took;
    }

    /** Ends it; when that was, in milliseconds. */
    private async end(iid: number, way: Way, alice: Person): Promise<number> {
        const { story } = this;
        switch (way) {
            case "merge": {
                await story.merge(alice, this.app.repository.fullPath, iid, patience);
                return Date.now();
            }
            case "close":
                await this.done(alice, "PUT", `/merge_requests/${iid}`, { state_event: "close" });
                return Date.now();
            case "stop": {
                const [environment] = await this.environment(iid);
                await this.done(alice, "POST", `/environments/${environment?.id}/stop`, {});
                return Date.now();
            }
            case "expiry": {
                const found = await until(
                    `a day on which preview ${iid} ends`,
                    () => this.environment(iid),
                    ([one]) => typeof one?.auto_stop_at === "string",
                    patience,
                );
                const due = Date.parse(found[0]?.auto_stop_at ?? "");
                await until(
                    `the time of preview ${iid}`,
                    () => Promise.resolve(Date.now()),
                    (now) => now >= due,
                    patience,
                );
                return due;
            }
        }
    }

    /** The pipeline's file with a preview that lasts for moments instead of days. */
    private async shortLived(): Promise<Record<string, string>> {
        const file = ".gitlab-ci.yml";
        const text = await this.story.file(this.app.repository.fullPath, this.previews.into, file);
        return { [file]: `${text}\npreview:\n  environment:\n    auto_stop_in: ${age}\n` };
    }

    private nameOf(iid: number): string {
        return `${this.app.name}-preview-${iid}`;
    }

    /** @throws CommandError when GitLab refuses it. */
    private async done(person: Person, method: string, path: string, body: unknown): Promise<void> {
        const { status, body: said } = await this.story.call(person, method, `${this.project}${path}`, body);
        if (status >= 300) {
            throw new CommandError(
                `GitLab answered ${method} ${path} with ${status}: ${JSON.stringify(said)}.`,
            );
        }
    }

    private async environment(
        iid: number,
    ): Promise<
        readonly { readonly id: number; readonly state: string; readonly auto_stop_at: string | null }[]
    > {
        const query = `?name=${encodeURIComponent(`preview/${iid}`)}`;
        return (
            await this.story.call<{ id: number; state: string; auto_stop_at: string | null }[]>(
                this.people.alice,
                "GET",
                `${this.project}/environments${query}`,
            )
        ).body;
    }

    /** All that is of one preview, on every server. */
    private async traces(iid: number): Promise<string[]> {
        const [environments, request, tags, application, objects] = await Promise.all([
            this.environment(iid),
            this.story.call<{ labels: string[] }>(
                this.people.alice,
                "GET",
                `${this.project}/merge_requests/${iid}`,
            ),
            this.tags(),
            this.story.application(this.nameOf(iid)),
            this.objects(this.previews.place.clusters[0] ?? "", this.previews.place.namespace),
        ]);
        return [
            ...environments
                .filter(({ state }) => state !== "stopped")
                .map(({ state }) => `environment ${state}`),
            ...request.body.labels,
            ...tags.filter((tag) => tag.startsWith(`mr-${iid}-`)),
            ...(application === undefined ? [] : [this.nameOf(iid)]),
            ...objects.filter((name) => new RegExp(`/${this.app.name}-${iid}(-|$)`).test(name)),
        ];
    }

    /** Tags of images in the project of previews; images without a tag by their digest. */
    private async tags(): Promise<string[]> {
        const { image, registry } = this.previews.place;
        const [, project = "", ...repository] = image.split("/");
        const artifacts = await this.story.registry<{ digest: string; tags: { name: string }[] | null }[]>(
            `/projects/${project}/repositories/${repository.join("%252F")}/artifacts?with_tag=true&page_size=100`,
            registry,
        );
        return (artifacts ?? []).flatMap(({ digest, tags }) =>
            (tags ?? []).length === 0 ? [digest] : (tags ?? []).map(({ name }) => name),
        );
    }

    /** What the app's engine has on the host by which it delivers, each with its kind. */
    private async engineObjects(): Promise<string[]> {
        const found = await Promise.all(
            engineOf(this.app.engine).ownKinds.map(async ({ group, kind }) => {
                const known = await this.story.object<{ preferredVersion: { version: string } }>(
                    "host",
                    `/apis/${group}`,
                );
                const version = known?.preferredVersion.version ?? "";
                const list = await this.story.object<{ items: readonly Named[] }>(
                    "host",
                    `/apis/${group}/${version}/${pluralOf(kind)}`,
                );
                return (list?.items ?? []).map(({ metadata }) => `${kind} ${metadata.name}`);
            }),
        );
        return found.flat();
    }

    private async objects(cluster: string, namespace: string): Promise<string[]> {
        const lists = await Promise.all(
            objectKinds.map(async (each) => {
                const [api = "", kind = ""] = each.split("|");
                const found = await this.story.object<{ items: readonly Named[] }>(
                    cluster,
                    `${api}/namespaces/${namespace}/${kind}`,
                );
                return (found?.items ?? []).map(({ metadata }) => `${kind}/${metadata.name}`);
            }),
        );
        return lists.flat();
    }

    /** All that previews make, or might, on every server of the estate. */
    private async inventory(): Promise<Inventory> {
        const { story, project, previews } = this;
        const names = async <T>(path: string, name: (each: T) => string | undefined): Promise<string[]> => {
            const found: string[] = [];
            for (let page = 1; ; page++) {
                const more = path.includes("?") ? "&" : "?";
                const { body } = await story.call<T[]>(
                    this.people.alice,
                    "GET",
                    `${project}${path}${more}per_page=100&page=${page}`,
                );
                found.push(...body.flatMap((each) => name(each) ?? []));
                if (body.length < 100) {
                    return found;
                }
            }
        };
        const inHarbor = async (list: "projects" | "robots"): Promise<string[]> =>
            (
                (await story.registry<{ name: string }[]>(
                    `/${list}?page_size=100`,
                    previews.place.registry,
                )) ?? []
            ).map(({ name }) => name);
        const onCluster = async (cluster: string, path: string): Promise<string[]> =>
            ((await story.object<{ items: readonly Named[] }>(cluster, path))?.items ?? []).map(
                ({ metadata }) => `${cluster}/${metadata.name}`,
            );
        const clusters = Object.keys(this.estate.clusters);
        return {
            environments: await names<{ name: string; state: string }>("/environments", (each) =>
                each.state === "stopped" ? undefined : each.name,
            ),
            "merge requests with the label": await names<{ iid: number }>(
                `/merge_requests?state=all&labels=${encodeURIComponent(previews.label)}`,
                ({ iid }) => `!${iid}`,
            ),
            labels: await names<{ name: string }>("/labels", ({ name }) => name),
            branches: await names<{ name: string }>("/repository/branches", ({ name }) => name),
            tags: await names<{ name: string }>("/repository/tags", ({ name }) => name),
            "image projects": await inHarbor("projects"),
            robots: await inHarbor("robots"),
            images: await this.tags(),
            namespaces: (
                await Promise.all(clusters.map((each) => onCluster(each, "/api/v1/namespaces")))
            ).flat(),
            "objects of the engine": await this.engineObjects(),
            objects: (
                await Promise.all(
                    previews.place.clusters.map((each) => this.objects(each, previews.place.namespace)),
                )
            ).flat(),
        };
    }
}
