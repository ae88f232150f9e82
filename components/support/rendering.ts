/**
 * What the seeded chart and kustomization, the pipelines and the Applications must agree on: where the tag is written, and
 * how an environment says which image it runs.
 *
 * A config repository's branches are merged into each other, so nothing in them may differ by environment. The tag
 * travels with the merge; the image's name belongs to the environment and is given by its Application.
 */
import { versionKeys } from "../../estate/delivery";
import type { AppEnvironment } from "../../estate/model";

/** Secret in every app namespace that pulls the environment's images. */
export const pullSecretName = "registry-pull";

/** Top-level key of the chart's values.yaml that holds the tag. */
export const helmTagKey = versionKeys.helm.key;

/** Top-level key of the chart's values.yaml that holds the image's name without tag. */
export const helmImageKey = "image";

/** Name under which the kustomization's objects know their image; the environment gives the real one. */
export const kustomizeImage = "app";

/**
 * Values over the chart's own in one environment: those of the spec, and the image's name, which always wins, because
 * the environment's clusters can pull from nowhere else. A pinned environment says the tag too.
 */
export function environmentValues(environment: AppEnvironment): Record<string, unknown> {
    return {
        ...environment.values,
        [helmImageKey]: environment.image,
        ...(environment.pin === undefined ? {} : { [helmTagKey]: environment.pin }),
    };
}

/**
 * The entry of an Application's `kustomize.images` that belongs to the environment. The asterisk leaves the tag that
 * is in the kustomization; a pinned environment says it itself.
 */
export function environmentImage(environment: AppEnvironment): string {
    return `${kustomizeImage}=${environment.image}:${environment.pin ?? "*"}`;
}
