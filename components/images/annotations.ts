/**
 * What Argo CD Image Updater is told about an Application, for versions below 1.0, which read annotations. Pure; keys
 * and value forms are those of the updater's documentation.
 */
import type { App, AppEnvironment, Estate, ImageUpdater } from "../../estate/model";
import type { Annotations } from "../delivery/application";
import { helmImageKey, helmTagKey, kustomizeImage } from "../support/rendering";

const prefix = "argocd-image-updater.argoproj.io";

/** Key of the pull credentials in the updater's Secret, see {@link pullSecretName}. */
export const pullSecretKey = "credentials";

/** Secret in Argo CD's namespace with `user:password` of an environment's pull robot. */
export function pullSecretName(environment: AppEnvironment): string {
    return `updater-pull-${environment.project}`;
}

/** Secret in Argo CD's namespace with the user and token that write an app's config repository. */
export function writeSecretName(app: App): string {
    return `updater-write-${app.name}`;
}

/** Whether the updater acts on this app in this environment. */
export function isUpdated(
    app: App,
    environment: AppEnvironment,
): app is App & { readonly updater: ImageUpdater } {
    return app.updater?.environments.includes(environment.environment) ?? false;
}

/** The annotations of one app's Applications in one environment; none where the updater does not act. */
export function updaterAnnotations(estate: Estate, app: App, environment: AppEnvironment): Annotations {
    if (!isUpdated(app, environment)) {
        return {};
    }
    const { updater } = app;
    const namespace = estate.argocd.namespace;
    const alias = imageAlias(app);
    const of = (setting: string): string => `${prefix}/${alias}.${setting}`;
    return {
        [`${prefix}/image-list`]: `${alias}=${environment.image}`,
        [of("update-strategy")]: updater.strategy,
        [of("allow-tags")]: updater.allowTags,
        ...(updater.ignoreTags.length === 0 ? {} : { [of("ignore-tags")]: updater.ignoreTags.join(",") }),
        [of("pull-secret")]: `secret:${namespace}/${pullSecretName(environment)}#${pullSecretKey}`,
        ...target(app, of),
        [`${prefix}/write-back-method`]: `git:secret:${namespace}/${writeSecretName(app)}`,
        [`${prefix}/git-branch`]: environment.branch,
        ...writeBackTarget(app, updater),
    };
}

/** The updater's name for the app's image; it allows no slash. */
function imageAlias(app: App): string {
    return app.name;
}

/** Which values of the chart, or which image of the kustomization, carry name and tag. */
function target(app: App, of: (setting: string) => string): Annotations {
    switch (app.delivery) {
        case "helm":
            return { [of("helm.image-name")]: helmImageKey, [of("helm.image-tag")]: helmTagKey };
        case "kustomize":
            return { [of("kustomize.image-name")]: kustomizeImage };
    }
}

function writeBackTarget(app: App, updater: ImageUpdater): Annotations {
    if (updater.writeBack === "source") {
        return {};
    }
    return {
        [`${prefix}/write-back-target`]: app.delivery === "helm" ? "helmvalues:values.yaml" : "kustomization",
    };
}
