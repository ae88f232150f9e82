/**
 * The board: what runs where. Made from the model of an estate and from what was read on its servers; pure, plain data, no
 * secrets. `npm run board -- --json` prints it as it is here.
 */
import { engineOf } from "../../estate/engines";
import { versionOf, type LaneTag } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, AppEnvironment, Cluster, EnvironmentClass, Estate } from "../../estate/model";
import { compare } from "../../estate/problem";
import { given } from "../../estate/plain";
import { credentialGroups, type CredentialGroup } from "./credentials";
import {
    commitKey,
    valueOf,
    type Commit,
    type CommitPlace,
    type Fact,
    type Found,
    type Health,
    type OpenRequest,
    type Running,
    type Sync,
    type Unknown,
} from "./found";
import { estateMap, type EstateMap } from "./map";
import { noChanges, placeKey, type Changes, type Previewed } from "./preview";

/** The whole page, as data. */
export interface Board {
    readonly estate: string;
    readonly stack: string;
    /** When servers were asked, in ISO 8601. */
    readonly at: string;
    /** False: no server was asked. */
    readonly live: boolean;
    /** What could not be read, each server once. */
    readonly unknown: readonly Unknown[];
    /** In promotion order. */
    readonly environments: readonly BoardEnvironment[];
    readonly clusters: readonly Pick<Cluster, "name" | "role">[];
    readonly teams: readonly BoardTeam[];
    readonly apps: readonly BoardApp[];
    readonly requests: readonly Waiting[];
    /** Why it is not known whether there are open requests. */
    readonly requestsUnknown?: Unknown;
    readonly credentials: readonly CredentialGroup[];
    readonly map: EstateMap;
    /** What a preview would change outside the apps; absent: no preview was given. */
    readonly preview?: { readonly elsewhere: Changes };
}

export interface BoardEnvironment {
    readonly name: string;
    readonly class: EnvironmentClass;
    readonly clusters: readonly string[];
}

export interface BoardTeam {
    readonly name: string;
    readonly url: string;
    readonly maintainers: readonly string[];
    readonly developers: readonly string[];
}

export interface BoardApp {
    readonly name: string;
    readonly team: string;
    readonly flow: string;
    /** What people call its engine. */
    readonly engine: string;
    readonly source: Link;
    /** Repositories that its versions are written in. */
    readonly configs: readonly Link[];
    /** Branch that is delivered instead of the usual one, and the day it is meant to end. */
    readonly hotfix?: { readonly branch: string; readonly until?: string };
    /** One for each environment and cluster, in promotion order, then by cluster. */
    readonly places: readonly Place[];
    /** GitLab's page of its environments that are machines, by environment: nothing else says what runs there. Absent: none are. */
    readonly machines?: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
    /** What a preview would change of it outside its environments; absent: nothing. */
    readonly changes?: Changes;
}

/** A path on GitLab, and its address. */
export interface Link {
    readonly path: string;
    readonly url: string;
}

/** One app in one environment on one cluster. */
export interface Place {
    readonly environment: string;
    readonly cluster: string;
    readonly namespace: string;
    /** What delivers it there, e.g. an Application's name. */
    readonly delivered: string;
    readonly state: Fact<PlaceState>;
    /** Why nothing is applied by itself. */
    readonly hold?: string;
    /** Tag that runs whatever git says. */
    readonly pin?: string;
    /** Keys of open requests that would change it. */
    readonly waiting: readonly string[];
    /** What a preview would change here; absent: nothing. */
    readonly changes?: Changes;
}

/** What an engine says of a place. */
export interface PlaceState {
    /** Versions of the app's own image: one, or during a rollout two. */
    readonly versions: Fact<readonly Version[]>;
    readonly health: Health;
    readonly sync: Sync;
    /** When it was delivered, in ISO 8601. */
    readonly since?: string;
    /** Commit of the app repository that the version was built from; absent: the tag does not say. */
    readonly commit?: Fact<Commit>;
    /** Commit of the config repository that was applied; absent: nothing was applied yet. */
    readonly revision?: { readonly id: string; readonly url: string; readonly commit: Fact<Commit> };
}

/** Of an image: at least one of both is there. */
export interface Version {
    readonly tag?: string;
    readonly digest?: string;
}

/** An open merge request that would change what runs. */
export interface Waiting extends OpenRequest {
    /** `<project>!<number>`. */
    readonly key: string;
    /** Apps and environments whose versions are in the branch it goes into, sorted. */
    readonly apps: readonly string[];
    readonly environments: readonly string[];
    /** True: it carries a version from one environment to the next. */
    readonly promotion: boolean;
}

/** Beside the estate. */
export interface BoardFacts {
    readonly stack: string;
    readonly now: Date;
    readonly live: boolean;
    readonly found: Found;
    readonly preview?: Previewed;
}

/** Makes the board. */
export function boardOf(estate: Estate, { stack, now, live, found, preview }: BoardFacts): Board {
    const requests = waitingRequests(estate, found);
    return {
        estate: estate.name,
        stack,
        at: now.toISOString(),
        live,
        unknown: unknowns(found),
        environments: estate.environments.map(({ name, class: of, clusters }) => ({
            name,
            class: of,
            clusters,
        })),
        clusters: Object.values(estate.clusters).map(({ name, role }) => ({ name, role })),
        teams: Object.values(estate.teams).map(({ name, group, maintainers, developers }) => ({
            name,
            url: `${estate.gitlab.url}/${group}`,
            maintainers,
            developers,
        })),
        apps: Object.values(estate.apps)
            .map((app) => boardApp(estate, app, found, requests, preview))
            .sort((a, b) => compare(a.name, b.name)),
        requests,
        ...given("requestsUnknown", "unknown" in found.requests ? found.requests.unknown : undefined),
        credentials: credentialGroups(estate, found, now),
        map: estateMap(estate),
        ...given("preview", preview === undefined ? undefined : { elsewhere: preview.elsewhere }),
    };
}

function boardApp(
    estate: Estate,
    app: App,
    found: Found,
    requests: readonly Waiting[],
    preview: Previewed | undefined,
): BoardApp {
    const link = (path: string): Link => ({ path, url: `${estate.gitlab.url}/${path}` });
    const changes = preview?.apps[app.name];
    return {
        name: app.name,
        team: app.team,
        flow: app.flow,
        engine: engineOf(app.engine).title,
        source: link(app.repository.fullPath),
        configs: configRepositories(app).map(link),
        ...given("hotfix", app.hotfix === undefined ? undefined : hotfixOf(app.hotfix)),
        places: app.environments.flatMap((environment) =>
            environment.clusters.map((cluster) =>
                place(estate, app, environment, cluster, found, requests, preview),
            ),
        ),
        ...given("machines", machinesOf(app, link(`${app.repository.fullPath}/-/environments`))),
        ...given("changes", changes === undefined || noChanges(changes) ? undefined : changes),
    };
}

function machinesOf({ environments }: App, { url }: Link): BoardApp["machines"] {
    const places = environments.filter(onMachine);
    return places.length === 0
        ? undefined
        : Object.fromEntries(places.map(({ environment, machine }) => [environment, { name: machine, url }]));
}

/** Full paths, in promotion order, each once. */
function configRepositories(app: App): string[] {
    return [...new Set(app.environments.map((environment) => versionOf(app, environment).repository))];
}

function hotfixOf({ branch, until }: NonNullable<App["hotfix"]>): NonNullable<BoardApp["hotfix"]> {
    return { branch, ...given("until", until) };
}

function place(
    estate: Estate,
    app: App,
    environment: AppEnvironment,
    cluster: string,
    found: Found,
    requests: readonly Waiting[],
    preview: Previewed | undefined,
): Place {
    const delivered = deliveredName(app, environment, cluster);
    const changes = preview?.places[placeKey(app.name, environment.environment, cluster)];
    return {
        environment: environment.environment,
        cluster,
        namespace: environment.namespace,
        delivered,
        state: placeState(estate, app, environment, delivered, found),
        ...given("hold", environment.hold),
        ...given("pin", environment.pin),
        waiting: requests
            .filter(
                ({ apps, environments }) =>
                    apps.includes(app.name) && environments.includes(environment.environment),
            )
            .map(({ key }) => key),
        ...given("changes", changes === undefined || noChanges(changes) ? undefined : changes),
    };
}

function deliveredName(app: App, environment: AppEnvironment, cluster: string): string {
    return engineOf(app.engine).delivered(app, environment)[cluster] ?? "";
}

function placeState(
    estate: Estate,
    app: App,
    environment: AppEnvironment,
    delivered: string,
    found: Found,
): Fact<PlaceState> {
    const running = runningAt(app, delivered, found);
    if ("unknown" in running) {
        return running;
    }
    const { images, health, sync, since, revision } = running.value;
    const versions = versionsOf(valueOf(images) ?? [], environment.image);
    const refs = versions.flatMap(({ tag }) => (tag === undefined ? [] : (commitRef(app, tag) ?? [])));
    const commitAt = (at: CommitPlace): Fact<Commit> =>
        found.commits[commitKey(at)] ?? { unknown: { kind: "absent", server: "GitLab" } };
    const config = versionOf(app, environment).repository;
    const ref = refs.at(-1);
    return {
        value: {
            versions:
                "unknown" in images
                    ? images
                    : versions.length === 0
                      ? { unknown: { kind: "idle" } }
                      : { value: versions },
            health,
            sync,
            ...given("since", since),
            ...given(
                "commit",
                ref === undefined ? undefined : commitAt({ project: app.repository.fullPath, ref }),
            ),
            ...given(
                "revision",
                revision === undefined
                    ? undefined
                    : {
                          id: revision,
                          url: `${estate.gitlab.url}/${config}/-/commit/${encodeURIComponent(revision)}`,
                          commit: commitAt({ project: config, ref: revision }),
                      },
            ),
        },
    };
}

function runningAt(app: App, delivered: string, { running }: Found): Fact<Running> {
    const { title } = engineOf(app.engine);
    const ofEngine = running[app.engine] ?? { unknown: { kind: "unread", engine: title } };
    if ("unknown" in ofEngine) {
        return ofEngine;
    }
    const value = ofEngine.value[delivered];
    return value === undefined ? { unknown: { kind: "absent", server: title } } : { value };
}

/** Tags and digests of the references to one repository, in the order of the list. */
export function versionsOf(images: readonly string[], repository: string): Version[] {
    return images.flatMap((image): Version[] => {
        const rest = image.startsWith(repository) ? image.slice(repository.length) : "";
        const [, tag, digest] = /^(?::([^@/]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(rest) ?? [];
        return tag === undefined && digest === undefined
            ? []
            : [{ ...given("tag", tag), ...given("digest", digest) }];
    });
}

/**
 * What of the app repository a tag was built from, by the lanes' own way to make tags: first digits of a commit, or a git
 * tag. Undefined for a tag that no lane makes.
 */
export function commitRef({ plan }: Pick<App, "plan">, tag: string): string | undefined {
    const refs = plan.lanes.map((lane) => refOf(lane.tag, tag, lane.ref.kind));
    return refs.find((each) => each !== undefined);
}

function refOf({ of, prefix }: LaneTag, tag: string, kind: "branch" | "tag"): string | undefined {
    switch (of) {
        case "commit":
            return tag.startsWith(prefix) && /^[0-9a-f]{7,40}$/.test(tag.slice(prefix.length))
                ? tag.slice(prefix.length)
                : undefined;
        case "branch":
            return /\.([0-9a-f]{7,40})$/.exec(tag)?.[1];
        case "ref":
            // A tag of an image that is made of a commit elsewhere is no git tag.
            return kind === "tag" && !/^[0-9a-f]{7,40}$/.test(tag) ? tag : undefined;
    }
}

/** Every commit that the board would show, each once: what to ask GitLab for. */
export function wantedCommits(estate: Estate, running: Found["running"]): CommitPlace[] {
    const wanted = new Map<string, CommitPlace>();
    const want = (at: CommitPlace): void => void wanted.set(commitKey(at), at);
    for (const app of Object.values(estate.apps)) {
        for (const environment of app.environments) {
            for (const cluster of environment.clusters) {
                const delivered = deliveredName(app, environment, cluster);
                const state = valueOf(runningAt(app, delivered, { running } as Found));
                if (state?.revision !== undefined) {
                    want({ project: versionOf(app, environment).repository, ref: state.revision });
                }
                for (const { tag } of versionsOf((state && valueOf(state.images)) ?? [], environment.image)) {
                    const ref = tag === undefined ? undefined : commitRef(app, tag);
                    if (ref !== undefined) {
                        want({ project: app.repository.fullPath, ref });
                    }
                }
            }
        }
    }
    return [...wanted.values()];
}

/** Open merge requests into what is delivered, oldest first. */
function waitingRequests(estate: Estate, { requests }: Found): Waiting[] {
    return (valueOf(requests) ?? [])
        .flatMap((request): Waiting[] => {
            const touched = Object.values(estate.apps).flatMap((app) => {
                const steps = app.plan.promotions.filter(
                    ({ from, into }) => from === request.from && into === request.into,
                );
                const here = app.environments.filter((environment) => {
                    const { repository, revision } = versionOf(app, environment);
                    return repository === request.project && revision === request.into;
                });
                const targets = here.filter(({ environment }) =>
                    steps.some(({ target }) => target === environment),
                );
                const places = targets.length > 0 ? targets : here;
                return places.map(({ environment }) => ({
                    app: app.name,
                    environment,
                    promotion: targets.length > 0,
                }));
            });
            if (touched.length === 0) {
                return [];
            }
            return [
                {
                    ...request,
                    key: `${request.project}!${request.iid}`,
                    apps: [...new Set(touched.map(({ app }) => app))].sort(compare),
                    environments: [...new Set(touched.map(({ environment }) => environment))].sort(compare),
                    promotion: touched.some(({ promotion }) => promotion),
                },
            ];
        })
        .sort((a, b) => compare(a.at, b.at) || compare(a.key, b.key));
}

/** What could not be read, each once; of single commits not those that are only not there. */
function unknowns(found: Found): Unknown[] {
    const lists: readonly Fact<unknown>[] = [
        ...Object.values(found.running),
        found.requests,
        found.credentials,
        found.tokenEnds,
    ];
    const commits = Object.values(found.commits).filter(
        (each) => "unknown" in each && each.unknown.kind !== "absent",
    );
    const seen = new Map<string, Unknown>();
    for (const each of [...lists, ...commits]) {
        if ("unknown" in each) {
            seen.set(JSON.stringify(each.unknown), each.unknown);
        }
    }
    return [...seen.values()];
}
