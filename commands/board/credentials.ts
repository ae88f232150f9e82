/** Which credentials an estate has, who holds them and when they end. Pure; no values, only what they are for. */
import { accountKey } from "../../estate/accounts";
import { gatedBranches } from "../../estate/approvals";
import { credentialNeeds, type Need } from "../../estate/credentials";
import { dayOf, daysBetween } from "../../estate/days";
import { configAt, handedOver, mergePlans, versionOf, type RepositoryPlan } from "../../estate/flows/plan";
import { credentialKinds, type CredentialKind } from "../../estate/madeCredentials";
import type { App, Estate } from "../../estate/model";
import { given } from "../../estate/plain";
import { placesOf } from "../../estate/previews";
import { awaited, reportsIn } from "../../estate/rollouts";
import { valueOf, type Found } from "./found";

/** Credentials of one kind. */
export interface CredentialGroup {
    /** Kind of what the estate makes, or `given` for what people hand over. */
    readonly kind: CredentialKind | "given";
    /** Keys below `gitops-estate:credentials`, for what is given. */
    readonly paths?: readonly string[];
    /** Whether an estate can do without it; only of what is given. */
    readonly optional?: boolean;
    /** How many the stack has; where its state was not read, how many the spec asks for. Absent: the spec does not say. */
    readonly count?: number;
    /** First and last day on which some end, where that is known. */
    readonly ends?: { readonly first: string; readonly last: string };
    /** How many of them have no known end. */
    readonly endless: number;
    /** How many end within `rotateBeforeDays`, or have ended. */
    readonly soon: number;
    /** Names in the program of those that end soon, at most ten. */
    readonly soonest: readonly string[];
}

/** Given ones first, in the order of the docs, then those the estate makes. */
export function credentialGroups(estate: Estate, found: Found, now: Date): CredentialGroup[] {
    const today = dayOf(now.toISOString());
    const isSoon = (day: string): boolean => daysBetween(today, day) <= estate.credentials.rotateBeforeDays;
    const needs = new Map<string, Need[]>();
    for (const need of credentialNeeds(estate).filter((each) => isHandedOver(each, estate))) {
        const owner = need.path.slice(0, -1).join(".");
        needs.set(owner, [...(needs.get(owner) ?? []), need]);
    }
    const tokenEnds = valueOf(found.tokenEnds);
    const needed = [...needs.values()].map((list): CredentialGroup => {
        const paths = list.map(({ path }) => path.join("."));
        const end = paths.includes("gitlab.token") ? tokenEnds : undefined;
        const soon = end !== undefined && isSoon(end);
        return {
            kind: "given",
            paths,
            optional: list.every(({ required }) => !required),
            count: 1,
            ...given("ends", end === undefined ? undefined : { first: end, last: end }),
            endless: end === undefined ? 1 : 0,
            soon: soon ? 1 : 0,
            soonest: soon ? paths : [],
        };
    });
    const made = valueOf(found.credentials);
    const counts = asked(estate);
    return [
        ...needed,
        ...credentialKinds.flatMap((kind): CredentialGroup[] => {
            const own = made?.filter((each) => each.kind === kind);
            const count = own?.length ?? (kind === "hook" ? undefined : counts[kind]);
            const days = (own ?? []).flatMap(({ ends }) => ends ?? []).sort();
            const soon = (own ?? []).filter(({ ends }) => ends !== undefined && isSoon(ends));
            const [first, last] = [days[0], days.at(-1)];
            return count === 0
                ? []
                : [
                      {
                          kind,
                          ...given("count", count),
                          ...given(
                              "ends",
                              first === undefined || last === undefined ? undefined : { first, last },
                          ),
                          endless: count === undefined ? 0 : count - days.length,
                          soon: soon.length,
                          soonest: soon
                              .sort((a, b) => ((a.ends ?? "") < (b.ends ?? "") ? -1 : 1))
                              .slice(0, 10)
                              .map(({ name }) => name),
                      },
                  ];
        }),
    ];
}

/** Whether it is the stack that holds it: a kubeconfig may be a file that the spec names. */
function isHandedOver({ path: [kind, name] }: Need, { clusters }: Estate): boolean {
    return kind !== "clusters" || clusters[name ?? ""]?.kubeconfig === undefined;
}

/** Config repositories whose own pipelines deliver releases of an app. */
function releasedBy(app: App): string[] {
    const repositories = app.environments.map((environment) => versionOf(app, environment).repository);
    return [...new Set(repositories)].filter((fullPath) => handedOver(app, fullPath).length > 0);
}

/** How many of each kind the spec asks for; how many webhooks there are, engines decide. */
export function asked(estate: Estate): Record<Exclude<CredentialKind, "hook">, number> {
    const apps = Object.values(estate.apps);
    const built = apps.filter(({ ci }) => ci !== "none");
    const piped = apps.filter(({ ci }) => ci === "gitlab");
    const sum = (list: readonly App[], count: (app: App) => number): number =>
        list.reduce((total, app) => total + count(app), 0);
    const repositories = (list: readonly App[], chosen: (app: App, environment: string) => boolean): number =>
        new Set(
            list.flatMap((app) =>
                app.environments
                    .filter(({ environment }) => chosen(app, environment))
                    .map((environment) => versionOf(app, environment).repository),
            ),
        ).size;
    const configs = configRepositories(apps);
    const isGated = (plan: RepositoryPlan, owners: readonly App[]): boolean =>
        gatedBranches(estate.gitlab, plan, owners) !== undefined;
    const gatedConfigs = configs.filter(([path, owners]) =>
        isGated(mergePlans(owners.flatMap((app) => configAt(app, path)?.plan ?? [])), owners),
    );
    const gatedApps = apps.filter((app) => isGated(app.plan.source, [app]));
    // The job reads with one; the relay runs it again with another.
    const perGate = estate.gitlab.approvalGate?.relay === undefined ? 1 : 2;
    return {
        push: sum(built, ({ plan }) => new Set(plan.lanes.map(({ environment }) => environment)).size),
        pull: sum(apps, (app) => placesOf(app).length),
        promotion: sum(built, ({ plan, environments }) => {
            const steps = plan.promotions.flatMap(({ source, target }) => [source, target]);
            return new Set(
                environments
                    .filter(({ environment }) => steps.includes(environment))
                    .map(({ registry }) => registry),
            ).size;
        }),
        reader: repositories(apps, () => true),
        writer: repositories(
            apps,
            (app, environment) =>
                app.updater?.environments.includes(environment) === true ||
                app.plan.lanes.some((lane) => lane.environment === environment && lane.writer !== "nobody"),
        ),
        status: configs.filter(([, owners]) => reportsIn(estate, owners)).length,
        rollout: configs.filter(([path, owners]) => awaited(estate, owners, path)).length,
        approvals: perGate * (gatedConfigs.length + gatedApps.length),
        mergeBack: piped.filter(({ plan }) => plan.lanes.some(({ mergesBack }) => mergesBack.length > 0))
            .length,
        // Each such config repository has a starter, and each app that hands over a token.
        release:
            new Set(piped.flatMap(releasedBy)).size +
            piped.filter((app) => releasedBy(app).length > 0).length,
        // A robot and two tokens.
        preview: 3 * apps.filter(({ previews }) => previews !== undefined).length,
        cluster: new Set(apps.flatMap(accounts)).size,
    };
}

/** Config repositories, by full path, with the apps that have them. */
function configRepositories(apps: readonly App[]): [path: string, owners: readonly App[]][] {
    const paths = new Set(apps.flatMap(({ plan }) => plan.configs.map(({ at }) => at.fullPath)));
    return [...paths].map((path) => [path, apps.filter((app) => configAt(app, path) !== undefined)]);
}

/** The accounts that deliver an app. */
function accounts(app: App): string[] {
    return placesOf(app).flatMap(({ environment, clusters }) =>
        clusters.map((cluster) => accountKey(app, environment, cluster)),
    );
}
