/**
 * A flow's plan: the way of one app's versions through its environments, as plain data. Components loop over it and know
 * no flow's name. An environment is a place (clusters, registry, class); a flow is a way through places.
 */
import { posix } from "node:path";

import type { Flow } from ".";
import type { App, AppEnvironment, ConfigRepository, Environment, GitLab } from "../model";
import { given } from "../plain";
import type { AppsRule } from "../rules/rule";
import type { Role } from "./flowsSchema";

export type { Role };

/** A program that commits to a config repository. */
export type Writer = "ci" | "updater";

/** A protected branch. */
export interface BranchPlan {
    /** Its name, or a pattern with `*` for branches that people create. */
    readonly name: string;
    /** Branch, tag or commit the estate creates it from; absent: the repository starts with it, or people create it. */
    readonly from?: string;
    /** Who pushes, beside `writers`. The estate adds maintainers where it commits first content. */
    readonly push: Role;
    readonly merge: Role;
    /** Programs that push here, sorted. */
    readonly writers: readonly Writer[];
    /** Who approves a merge: so many maintainers; absent: nobody has to. */
    readonly approval?: { readonly name: string; readonly required: number };
    /** True: there for a time. When it leaves the plan it stays on GitLab. */
    readonly temporary: boolean;
}

/** Protected tags. */
export interface TagPlan {
    /** Name, or pattern with `*`. */
    readonly pattern: string;
    readonly create: Role;
    /** Name of the protection in stacks that were made before; absent: it had this one. */
    readonly before?: string;
}

/** How a repository takes merge requests. */
export interface MergePlan {
    readonly squash: "never" | "default_off";
    /** Whether a merge deletes its source branch. */
    readonly removeSource: boolean;
    /** Whether nothing is merged before its pipeline succeeded. */
    readonly requirePipeline: boolean;
    /** Whether pipelines of merge requests between two protected branches get the protected variables; absent: as GitLab has it. */
    readonly credentials?: boolean;
}

/** One of an app's repositories. */
export interface RepositoryPlan {
    /** What it is, for people who look at it in GitLab. */
    readonly description: string;
    /** Default branch: the repository starts with it, and first content is committed to it. */
    readonly start: string;
    /**
     * The branch that work begins on, from where it comes to the default branch: what the estate changes later is committed
     * there, and travels with the code. Absent: the default branch, or nothing is changed later.
     */
    readonly begins?: string;
    /** All protected branches, the start among them. */
    readonly branches: readonly BranchPlan[];
    /** By the name of the protection, which stays when the pattern changes. */
    readonly tags: Readonly<Record<string, TagPlan>>;
    readonly merges: MergePlan;
    /**
     * Role of the account that programs push with, where some do; absent: developer. On the free tier whoever has this role
     * can push where programs do.
     */
    readonly writerRole?: Exclude<Role, "no one">;
}

/** Who sees a config repository: the whole team, or its maintainers alone. */
export type Audience = "team" | "maintainers";

/** One of an app's config repositories. */
export interface ConfigRepositoryPlan {
    readonly at: ConfigRepository;
    /** The same for all apps that share it, but for who writes where. */
    readonly plan: RepositoryPlan;
    /** Environments whose versions are in it, in order. */
    readonly environments: readonly string[];
    /** Whether its own pipelines deploy, so that it has GitLab's environments; else those of the app repository do. */
    readonly deploys: boolean;
    readonly audience: Audience;
}

/** Where the version of an app in one environment is written. */
export interface VersionPlace {
    /** Full path of the repository. */
    readonly repository: string;
    /** Branch, or other revision, whose content runs. */
    readonly revision: string;
    /** Folder of the chart or kustomization that is rendered. */
    readonly folder: string;
    /** File that has the version, as a path from the folder: below it, or `../prod/values.yaml` beside it. */
    readonly file: string;
    /** Key in the file, in the words of the delivery. */
    readonly key: string;
    /**
     * Files of the same revision, as paths in the repository, that get each version with it; absent: none. Where a merge
     * carries versions on and nothing renders, each environment's manifests have its own image's name.
     */
    readonly carries?: readonly string[];
}

/** What the tag of an image is made of, for {@link LaneTag}. */
export type TagForm =
    /** `prefix` and the first characters of the commit. */
    | "commit"
    /** The branch, a dot and the first characters of the commit; what no tag can hold becomes `-`. */
    | "branch"
    /** The name of the git tag. */
    | "ref";

/** How the tag of an image is made. */
export interface LaneTag {
    /** Before the commit, with form `commit`. */
    readonly prefix: string;
    readonly of: TagForm;
}

/** What becomes a version: commits of some ref of the app repository, built into an image in one environment's project. */
export interface Lane {
    /** Branches or tags: a name, or a pattern with `*`. */
    readonly ref: { readonly kind: "branch" | "tag"; readonly name: string };
    /** Environment the version comes to first. */
    readonly environment: string;
    readonly tag: LaneTag;
    /** Who writes the tag to the environment's {@link VersionPlace}. */
    readonly writer: Writer | "nobody";
    /** What starts the delivery of a commit: its push, or a person, who may deliver an older one too. */
    readonly start: "push" | "person";
    /**
     * True: pipelines of the app repository build nothing for it and have none of its credentials; they start the pipeline
     * of the environment's config repository, which takes the image of the same content from `reuses`, and writes the version.
     */
    readonly handsOver?: boolean;
    /** Environments in whose projects an image of the same commit is looked for before one is built, in this order. */
    readonly reuses: readonly string[];
    /** Branches of the app repository that get a merge request of what was delivered. */
    readonly mergesBack: readonly string[];
}

/** A version's way from one environment to the next: a merge request in the config repository, which brings the image along. */
export interface PromotionStep {
    /** Environments. */
    readonly source: string;
    readonly target: string;
    /** Branches of the merge request. */
    readonly from: string;
    readonly into: string;
}

/** The plan of one app. */
export interface FlowPlan {
    /** The app repository. */
    readonly source: RepositoryPlan;
    /** Its config repositories, each for some of its environments; the first is `config` of the app. */
    readonly configs: readonly [ConfigRepositoryPlan, ...ConfigRepositoryPlan[]];
    /** By environment. */
    readonly versions: Readonly<Record<string, VersionPlace>>;
    /** Folder with what all versions have in common, where each has a folder of its own; absent: each place has everything. */
    readonly base?: string;
    /** At least one for an app that is in an environment; each in an environment of its own. */
    readonly lanes: readonly Lane[];
    /** Branch whose merge requests can have previews; absent: there are none. */
    readonly reviewed?: string;
    /** In the order of their targets. */
    readonly promotions: readonly PromotionStep[];
    /** Whose pipeline files the repositories start with, of `components/ci/flows`: its own, or those made of generic parts. */
    readonly pipelines: Flow | "described";
    /** True: they have jobs of its own for each lane, however few there are, and settings say which refs are due. */
    readonly laneJobs?: boolean;
}

/** What a flow makes a plan from. */
export interface FlowFacts {
    readonly app: Omit<App, "plan">;
    /** Those the app is in, in order. */
    readonly environments: readonly Environment[];
    /** Those that any app of the same config repository is in, in order. */
    readonly shared: readonly Environment[];
    readonly gitlab: GitLab;
}

/** A rule that holds for the apps of one flow. */
export type FlowRule = AppsRule;

/** A way of delivery. Its name is its key in the registry. */
export interface FlowDefinition {
    /** What it is, in a clause, for the list of options. */
    readonly description: string;
    /** Pure, and total on every spec the schema accepts. */
    readonly plan: (facts: FlowFacts) => FlowPlan;
    /** Whether its pipelines have the jobs of previews; absent: they do not. */
    readonly previews?: boolean;
    /** Whether its pipelines can deliver to a machine, as the places of its plan then say; absent: they cannot. */
    readonly machines?: boolean;
    /** What must hold where an app has the flow, or the estate has it as its default. */
    readonly rules: readonly FlowRule[];
}

/** The first branch that comes to an environment, in their order, where the estate has something to change and that is not the default one. */
export function beginsAt(
    { app }: Pick<FlowFacts, "app">,
    lanes: readonly Pick<Lane, "ref">[],
): Pick<RepositoryPlan, "begins"> {
    const first = lanes.find(({ ref }) => ref.kind === "branch" && !ref.name.includes("*"))?.ref.name;
    return app.included === undefined || first === app.repository.branch ? {} : given("begins", first);
}

/** Flows by name. */
export type FlowRegistry = Readonly<Record<string, FlowDefinition>>;

/** What a merge into a branch wants that leads to these environments: as many approvals as the strictest of them. */
export function approvalOf(
    environments: readonly Pick<Environment, "name" | "approvals">[],
): Pick<BranchPlan, "approval"> {
    const [strictest] = [...environments].sort((left, right) => right.approvals - left.approvals);
    return strictest === undefined || strictest.approvals === 0
        ? {}
        : { approval: { name: strictest.name, required: strictest.approvals } };
}

/** The only config repository of a flow that has one for all environments. */
export function onlyConfig(
    { app, environments }: Pick<FlowFacts, "app" | "environments">,
    { plan, deploys }: Pick<ConfigRepositoryPlan, "plan" | "deploys">,
): FlowPlan["configs"] {
    const names = environments.map(({ name }) => name);
    return [{ at: app.config, plan, environments: names, deploys, audience: "team" }];
}

/** What an app has in a config repository; absent: nothing. */
export function configAt({ plan }: Pick<App, "plan">, fullPath: string): ConfigRepositoryPlan | undefined {
    return plan.configs.find(({ at }) => at.fullPath === fullPath);
}

/** The lanes of an app that the pipelines of a config repository deliver by themselves. */
export function handedOver({ plan }: Pick<App, "plan">, fullPath: string): Lane[] {
    return plan.lanes.filter(
        ({ handsOver, environment }) =>
            handsOver === true && plan.versions[environment]?.repository === fullPath,
    );
}

/** The config repository that has an app's version in an environment. @throws Error when the plan does not say. */
export function configOf(
    app: Pick<App, "name" | "plan">,
    environment: Pick<AppEnvironment, "environment">,
): ConfigRepositoryPlan {
    const { repository } = versionOf(app, environment);
    const found = configAt(app, repository);
    if (found === undefined) {
        throw new Error(`the flow of app ${app.name} has no config repository ${repository}`);
    }
    return found;
}

/** Where the version of an app in an environment is written. @throws Error when the plan does not say. */
export function versionOf(
    { name, plan }: Pick<App, "name" | "plan">,
    { environment }: Pick<AppEnvironment, "environment">,
): VersionPlace {
    const place = plan.versions[environment];
    if (place === undefined) {
        throw new Error(
            `the flow of app ${name} does not say where its version in ${environment} is written`,
        );
    }
    return place;
}

/** Path of the file that has a version, in its repository. */
export function versionFile({ folder, file }: Pick<VersionPlace, "folder" | "file">): string {
    return posix.join(folder, file);
}

/** An app in an environment that its plan names. @throws Error when the app is not in it. */
export function appIn(
    { name, environments }: Pick<App, "name" | "environments">,
    environment: string,
): AppEnvironment {
    const found = environments.find((each) => each.environment === environment);
    if (found === undefined) {
        throw new Error(`the flow of app ${name} names environment ${environment}, which the app is not in`);
    }
    return found;
}

/**
 * The lanes that the app repository's own pipelines deploy. Where there is one, and its config repository deploys too, what
 * is promoted from there, that one has the environments.
 */
export function deployedLanes(app: Pick<App, "name" | "plan" | "environments">): Lane[] {
    const { lanes } = app.plan;
    return lanes.filter(
        ({ environment, handsOver }) =>
            handsOver !== true && (lanes.length > 1 || !configOf(app, appIn(app, environment)).deploys),
    );
}

/** The environments that pipelines of an app's repositories deploy to, by the full path of the repository. */
export function deployedFrom(
    app: Pick<App, "name" | "plan" | "environments" | "repository">,
): ReadonlyMap<string, readonly string[]> {
    return new Map([
        [app.repository.fullPath, deployedLanes(app).map(({ environment }) => environment)],
        ...app.plan.configs.map(
            ({ at, deploys, environments }) => [at.fullPath, deploys ? environments : []] as const,
        ),
    ]);
}

/** Whether the app's pipelines write tags to the config repository; else the image updater does, or nobody. */
export function writesTags({ plan }: Pick<App, "plan">): boolean {
    return plan.lanes.some(({ writer }) => writer === "ci");
}

/** The plan of a repository that several apps share: what each of them needs of it. At least one plan. */
export function mergePlans(plans: readonly RepositoryPlan[]): RepositoryPlan {
    const [first, ...others] = plans;
    if (first === undefined) {
        throw new Error("there is no repository without an app");
    }
    return others.reduce<RepositoryPlan>(
        (sum, plan) => ({
            description: sum.description,
            start: sum.start,
            branches: mergeBranches(sum.branches, plan.branches),
            tags: { ...sum.tags, ...plan.tags },
            merges: mergeMerges(sum.merges, plan.merges),
            ...given("writerRole", sum.writerRole ?? plan.writerRole),
        }),
        first,
    );
}

/** The stricter of both: what one app's way needs, the others can do with. */
function mergeMerges(one: MergePlan, other: MergePlan): MergePlan {
    const credentials = [one.credentials, other.credentials].filter((each) => each !== undefined);
    return {
        squash: one.squash === "never" ? "never" : other.squash,
        removeSource: one.removeSource && other.removeSource,
        requirePipeline: one.requirePipeline || other.requirePipeline,
        ...(credentials.length === 0 ? {} : { credentials: credentials.includes(true) }),
    };
}

function mergeBranches(one: readonly BranchPlan[], other: readonly BranchPlan[]): BranchPlan[] {
    const known = new Set(one.map(({ name }) => name));
    return [
        ...one.map((branch) => {
            const same = other.find(({ name }) => name === branch.name);
            return same === undefined ? branch : mergeBranch(branch, same);
        }),
        ...other.filter(({ name }) => !known.has(name)),
    ];
}

/** Both apps can work: the wider role, either's writers, the greater number of approvals. */
function mergeBranch(one: BranchPlan, other: BranchPlan): BranchPlan {
    const approval =
        (one.approval?.required ?? 0) >= (other.approval?.required ?? 0) ? one.approval : other.approval;
    return {
        ...one,
        push: wider(one.push, other.push),
        merge: wider(one.merge, other.merge),
        writers: [...new Set([...one.writers, ...other.writers])].sort(),
        ...(approval === undefined ? {} : { approval }),
        temporary: one.temporary && other.temporary,
    };
}

const roles: readonly Role[] = ["no one", "maintainer", "developer"];

function wider(one: Role, other: Role): Role {
    return roles.indexOf(one) > roles.indexOf(other) ? one : other;
}
