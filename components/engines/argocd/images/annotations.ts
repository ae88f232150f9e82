/**
 * The configuration of Argo CD Image Updater for an Application, for versions below 1.0, which read annotations. Pure; keys
 * and value forms are those of the updater's documentation.
 */
import type { App, AppEnvironment, Estate } from "../../../../estate/model";
import type { Annotations } from "../../../support/kubeObject";
import { abilitiesOf, isUpdated, trackedImages, writeBack, type TrackedImage } from "./plan";

const prefix = "argocd-image-updater.argoproj.io";

/** The annotations of one app's Applications in one environment; none where the updater does not act or reads none. */
export function updaterAnnotations(
    estate: Pick<Estate, "argocd">,
    app: App,
    environment: AppEnvironment,
): Annotations {
    if (!isUpdated(app, environment) || abilitiesOf(estate).configuredBy !== "annotations") {
        return {};
    }
    const images = trackedImages(estate, app, environment);
    const { method, branch, target } = writeBack(estate, app, environment);
    return {
        [`${prefix}/image-list`]: images.map(listed).join(","),
        ...Object.fromEntries(images.flatMap(imageAnnotations)),
        [`${prefix}/write-back-method`]: method,
        [`${prefix}/git-branch`]: branch,
        ...(target === undefined ? {} : { [`${prefix}/write-back-target`]: target }),
    };
}

/** `alias=image:constraint`. */
function listed({ alias, image, constraint }: TrackedImage): string {
    return `${alias}=${image}${constraint === undefined ? "" : `:${constraint}`}`;
}

function imageAnnotations(image: TrackedImage): [string, string][] {
    const settings: Record<string, string | undefined> = {
        "update-strategy": image.strategy,
        "allow-tags": image.allowTags,
        "ignore-tags": joined(image.ignoreTags),
        platforms: joined(image.platforms),
        "force-update": image.forceUpdate ? "true" : undefined,
        "pull-secret": image.pullSecret,
        "helm.image-name": image.helm?.name,
        "helm.image-tag": image.helm?.tag,
        "helm.image-spec": image.helm?.spec,
        "kustomize.image-name": image.kustomize?.name,
    };
    return Object.entries(settings).flatMap(([setting, value]): [string, string][] =>
        value === undefined ? [] : [[`${prefix}/${image.alias}.${setting}`, value]],
    );
}

function joined(list: readonly string[]): string | undefined {
    return list.length === 0 ? undefined : list.join(",");
}
