/** What a stack has, as disruptive changes of its spec are looked for. Pure. */
import { appLabel, environmentLabel } from "../../../estate/labels";
import { enginesInWords } from "../engines";
import { liveResources, type ExportedStack, type StateResource } from "../exported";
import { imageProjects, type ImageProjectOfStack } from "../movedImages";
import { nameOf } from "../urn";

/** What a stack has, by the names of the spec. */
export interface StackSnapshot {
    readonly apps: ReadonlySet<string>;
    readonly clusters: ReadonlySet<string>;
    /** Names of the namespaces that exist, by app and environment. */
    readonly namespaces: ReadonlyMap<string, ReadonlySet<string>>;
    /** Names of the namespaces on the host that engines have for themselves, by engine. */
    readonly engines: ReadonlyMap<string, ReadonlySet<string>>;
    /** By app and environment. */
    readonly images: ReadonlyMap<string, ImageProjectOfStack>;
    /** Paths of files with first content, by the component of the config repository. */
    readonly configs: ReadonlyMap<string, ReadonlySet<string>>;
    /** Branches that were made after the first one, by the component of the config repository. */
    readonly branches: ReadonlyMap<string, ReadonlySet<string>>;
    /** Objects of an engine that take along what they installed, by app. */
    readonly releases: ReadonlyMap<string, readonly ActingRelease[]>;
}

/** Deleted, it is uninstalled. */
interface ActingRelease {
    /** The engine whose object it is. */
    readonly engine: string;
    readonly environment: string;
    readonly name: string;
    readonly namespace: string;
}

export function snapshotOf(exported: ExportedStack): StackSnapshot {
    const live = liveResources(exported);
    const named = (type: string): StateResource[] => live.filter((each) => each.type === type);
    const apps = new Set(
        named("gitops-estate:apps:AppSpace").map(({ urn }) => nameOf(urn).replace(/^app-/, "")),
    );
    const images = new Map(
        imageProjects(exported)
            .filter(({ app }) => apps.has(app))
            .map((each) => [`${each.app} ${each.environment}`, each]),
    );
    const files = named("gitlab:index/repositoryFile:RepositoryFile").map(({ inputs }) => inputs);
    const projects = named("gitlab:index/project:Project");
    const configs = new Map(
        named("gitops-estate:gitlab:ConfigRepository").map(({ urn }) => {
            const project = projects.find(({ parent }) => parent === urn)?.id;
            const paths = files
                .filter((file) => project !== undefined && file?.["project"] === project)
                .map((file) => String(file?.["filePath"]));
            return [nameOf(urn), new Set(paths)] as const;
        }),
    );
    const branches = new Map<string, ReadonlySet<string>>();
    for (const { parent = "", inputs } of named("gitlab:index/branch:Branch")) {
        branches.set(
            nameOf(parent),
            new Set([...(branches.get(nameOf(parent)) ?? []), String(inputs?.["name"])]),
        );
    }
    const clusters = new Set(
        named("pulumi:providers:kubernetes").flatMap(
            ({ urn }) => /^cluster-(.+)$/.exec(nameOf(urn))?.[1] ?? [],
        ),
    );
    return {
        apps,
        clusters,
        namespaces: namespacesOf(named("kubernetes:core/v1:Namespace")),
        engines: engineNamespaces(named("kubernetes:core/v1:Namespace")),
        images,
        configs,
        branches,
        releases: actingReleases(live),
    };
}

function namespacesOf(resources: readonly StateResource[]): StackSnapshot["namespaces"] {
    const found = new Map<string, Set<string>>();
    for (const { inputs } of resources) {
        const { metadata } = (inputs ?? {}) as {
            readonly metadata?: {
                readonly name?: string;
                readonly labels?: Readonly<Record<string, string>>;
            };
        };
        const [app, environment] = [metadata?.labels?.[appLabel], metadata?.labels?.[environmentLabel]];
        if (app !== undefined && environment !== undefined && metadata?.name !== undefined) {
            const key = `${app} ${environment}`;
            found.set(key, (found.get(key) ?? new Set<string>()).add(metadata.name));
        }
    }
    return found;
}

/** Those that are installed with an engine, known by their names in the program. */
function engineNamespaces(resources: readonly StateResource[]): StackSnapshot["engines"] {
    return new Map(
        Object.keys(enginesInWords).map((engine) => [
            engine,
            new Set(
                resources.flatMap(({ urn }) => {
                    const [prefix, name] = [`${engine}-namespace-`, nameOf(urn)];
                    return name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
                }),
            ),
        ]),
    );
}

function actingReleases(live: readonly StateResource[]): StackSnapshot["releases"] {
    const releases = new Map<string, ActingRelease[]>();
    for (const { type, inputs = {} } of live) {
        const [engine] = Object.entries(enginesInWords).find(
            ([, { takingAlong }]) => takingAlong?.acts(type, inputs) === true,
        ) ?? [undefined];
        const { metadata } = inputs as {
            readonly metadata?: {
                readonly name?: string;
                readonly namespace?: string;
                readonly labels?: Readonly<Record<string, string>>;
            };
        };
        const [app, environment] = [metadata?.labels?.[appLabel], metadata?.labels?.[environmentLabel]];
        if (engine !== undefined && app !== undefined && environment !== undefined) {
            const { name = "", namespace = "" } = metadata ?? {};
            const own = { engine, environment, name, namespace };
            releases.set(app, [...(releases.get(app) ?? []), own]);
        }
    }
    return releases;
}
