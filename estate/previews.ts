/** What an app's `previews` come to. Pure. */
import type { App, AppEnvironment, Previews } from "./model";
import * as names from "./names";
import { given } from "./plain";
import type { SpecApp } from "./schema";

/** What a preview's objects have for an environment; no environment of the estate can be called so beside previews. */
export const previewEnvironment = "preview";

/** Digits of the greatest merge request that has a preview: an engine makes the names, and cuts nothing. */
const numberDigits = 8;

/**
 * A name with the number of a merge request behind it.
 *
 * @param start what comes before; shortened to leave room.
 * @param number of the merge request, or what a generator has for it.
 * @param maximum of the whole name.
 */
export function numbered(start: string, number: string, maximum: number): string {
    return `${names.shorten(start, maximum - numberDigits - 1)}-${number}`;
}

/** Where an app is: its environments, and the place of its previews. */
export function placesOf({
    environments,
    previews,
}: Pick<App, "environments" | "previews">): readonly AppEnvironment[] {
    return previews === undefined ? environments : [...environments, previews.place];
}

/**
 * Previews live in one namespace of the app's own, on one cluster, and pull from an image project of their own. Total:
 * where the spec names what is not there, the rules say so.
 */
export function resolvePreviews(
    { name, repository, environments }: Pick<App, "name" | "repository" | "environments">,
    { previews }: SpecApp,
): Previews | undefined {
    const like = environments.find(({ environment }) => environment === previews?.environment);
    const [first] = environments;
    const model = like ?? first;
    if (previews === undefined || previews === null || model === undefined) {
        return undefined;
    }
    const project = names.harborProject(name, previewEnvironment);
    const cluster = previews.cluster ?? model.clusters[0];
    const { pin: _pin, hold: _hold, ...settings } = model;
    return {
        place: {
            ...settings,
            environment: previewEnvironment,
            namespace: names.namespace(name, previewEnvironment),
            clusters: cluster === undefined ? [] : [cluster],
            project,
            image: model.image.replace(`/${model.project}/`, `/${project}/`),
            immutableTags: [],
            deletionProtection: false,
            // Nobody looks after it, so it follows by itself.
            sync: { ...model.sync, automated: true, prune: true, selfHeal: true },
            ...given("quota", previews.quota === undefined ? undefined : definedQuota(previews.quota)),
        },
        like: model.environment,
        into: repository.branch,
        label: previews.label,
        maximum: previews.maximum,
        days: previews.days,
        ...given("url", previews.url),
    };
}

function definedQuota(quota: Readonly<Record<string, string | null>> | null): Record<string, string> {
    return Object.fromEntries(
        Object.entries(quota ?? {}).flatMap(([key, limit]) => (limit === null ? [] : [[key, limit]])),
    );
}
