/** Lanes that are written down, one for each environment: what they come to, and what the app repository needs for them. Pure. */
import {
    approvalOf,
    beginsAt,
    type BranchPlan,
    type FlowFacts,
    type Lane,
    type RepositoryPlan,
    type Role,
    type TagForm,
} from "./plan";

/** What comes to an environment: a branch, a tag, or neither: the default branch. */
export interface LaneWay {
    readonly branch?: string;
    readonly tag?: string;
    readonly start?: Lane["start"];
    /** What the tag of its images is made of. */
    readonly image?: TagForm;
    /** Environments whose images of the same commit it takes; absent: all that come before it. */
    readonly reuses?: readonly string[];
    readonly mergesBack?: readonly string[];
    /** Who pushes to the branch and merges into it. */
    readonly push?: Role;
    readonly merge?: Role;
    /** Who makes the tags. */
    readonly create?: Role;
}

/** Lanes by environment. */
export type LaneWays = Readonly<Record<string, LaneWay>>;

/** What holds for the ways that do not say. */
interface Usual {
    /** What tags of images of branches are made of. */
    readonly branches: TagForm;
    /** Whether what a tag releases is brought into the branches that are delivered, and into the default branch. */
    readonly mergesBack: boolean;
}

/** Version tags are the maintainers' where no lane says otherwise. */
const versionTags = "v*";
/** Name of their protection. */
const usualTags = "tags";

/** How far a ref is on its way to be released: work in progress, a release to be, a release. */
function rank({ ref }: Pick<Lane, "ref">): number {
    return ref.kind === "tag" ? 2 : ref.name.includes("*") ? 1 : 0;
}

/** What a way's versions are made of. */
function refOf({ app }: Pick<FlowFacts, "app">, { branch, tag }: LaneWay): Lane["ref"] {
    return tag === undefined
        ? { kind: "branch", name: branch ?? app.repository.branch }
        : { kind: "tag", name: tag };
}

/** The lanes. Tags wait for a person; releases take the images of what comes before them. */
export function waysToLanes(facts: FlowFacts, ways: LaneWays, usual: Usual): Lane[] {
    const { app } = facts;
    const made = Object.entries(ways).map(([environment, way]): Lane => {
        const ref = refOf(facts, way);
        return {
            ref,
            environment,
            tag: { prefix: "", of: way.image ?? (ref.kind === "tag" ? "ref" : usual.branches) },
            writer: app.ci === "none" ? "nobody" : "ci",
            start: way.start ?? (ref.kind === "tag" ? "person" : "push"),
            reuses: [],
            mergesBack: [],
        };
    });
    const merged = made.filter((lane) => rank(lane) === 0).map(({ ref }) => ref.name);
    const back = [...new Set([...merged, app.repository.branch])];
    return made.map((lane) => ({
        ...lane,
        reuses:
            ways[lane.environment]?.reuses ??
            made
                .filter((other) => rank(other) < rank(lane))
                .sort((one, other) => rank(other) - rank(one))
                .map(({ environment }) => environment),
        mergesBack:
            ways[lane.environment]?.mergesBack ?? (usual.mergesBack && lane.ref.kind === "tag" ? back : []),
    }));
}

/** Developers merge into the branches that are delivered, where a way does not say; the stable branch and releases are the maintainers'. */
export function lanesSource(facts: FlowFacts, lanes: readonly Lane[], ways: LaneWays): RepositoryPlan {
    const { app } = facts;
    const start = app.repository.branch;
    const delivered = new Map<string, LaneWay>();
    for (const { ref, environment } of lanes) {
        if (ref.kind === "branch" && !delivered.has(ref.name)) {
            delivered.set(ref.name, ways[environment] ?? {});
        }
    }
    const protection = (name: string): BranchPlan => {
        const way = delivered.get(name);
        return {
            name,
            push: way?.push ?? "maintainer",
            merge: way?.merge ?? (way === undefined ? "maintainer" : "developer"),
            writers: [],
            ...approvalOf(
                facts.environments.filter((each) =>
                    lanes.some(
                        ({ ref, environment }) =>
                            ref.kind === "branch" && ref.name === name && environment === each.name,
                    ),
                ),
            ),
            temporary: false,
        };
    };
    return {
        description: `Source of ${app.name}`,
        start,
        ...beginsAt(facts, lanes),
        branches: [
            protection(start),
            ...[...delivered.keys()]
                .filter((name) => name !== start)
                // People make the branches of a pattern.
                .map((name) => ({ ...protection(name), ...(name.includes("*") ? {} : { from: start }) })),
        ],
        tags: tagPlans(lanes, ways),
        merges: { squash: "default_off", removeSource: true, requirePipeline: app.ci === "gitlab" },
    };
}

/**
 * Each pattern once. Without releases version tags are the maintainers' all the same: their protection has one name in all
 * flows, since GitLab knows it by its pattern, and what another name leaves behind would remove it.
 */
function tagPlans(lanes: readonly Lane[], ways: LaneWays): RepositoryPlan["tags"] {
    const plans: Record<string, RepositoryPlan["tags"][string]> = {};
    for (const { ref, environment } of lanes) {
        if (ref.kind === "tag" && Object.values(plans).every(({ pattern }) => pattern !== ref.name)) {
            const own = `tags-${environment}`;
            const usual = ref.name === versionTags;
            plans[usual ? usualTags : own] = {
                pattern: ref.name,
                create: ways[environment]?.create ?? "maintainer",
                ...(usual ? { before: own } : {}),
            };
        }
    }
    return Object.keys(plans).length === 0
        ? { [usualTags]: { pattern: versionTags, create: "maintainer" } }
        : plans;
}
