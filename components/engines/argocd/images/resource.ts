/**
 * The configuration of Argo CD Image Updater from 1.0 on: an object of its own kind, one per app. Pure; fields are those of
 * argocd-image-updater.argoproj.io/v1alpha1. Annotations are not used beside it: the updater reads either.
 */
import { appLabel, teamLabel } from "../../../../estate/labels";
import { applications } from "../../../../estate/engines/argocd/names";
import type { App, Estate, ImageUpdater } from "../../../../estate/model";
import type { KubeObject } from "../../../support/kubeObject";
import { abilitiesOf, isUpdated, trackedImages, writeBack, type TrackedImage } from "./plan";

/** Kind of the object, for those who watch it. */
export const updaterKind = {
    apiVersion: "argocd-image-updater.argoproj.io/v1alpha1",
    kind: "ImageUpdater",
} as const;

/** The app's ImageUpdater; undefined where the updater has nothing to do for it, or reads annotations. */
export function imageUpdater(estate: Pick<Estate, "argocd">, app: App): KubeObject | undefined {
    if (app.updater === undefined || abilitiesOf(estate).configuredBy !== "resource") {
        return undefined;
    }
    const updated: App & { readonly updater: ImageUpdater } = { ...app, updater: app.updater };
    const applicationRefs = app.environments
        .filter((environment) => isUpdated(app, environment))
        .flatMap((environment) => {
            const { method, branch, target, mergeRequest } = writeBack(estate, updated, environment);
            const images = trackedImages(estate, updated, environment).map(imageConfig);
            return Object.values(applications(app, environment))
                .sort()
                .map((application) => ({
                    // No character of an Application's name means anything in a pattern: it matches itself alone.
                    namePattern: application,
                    images,
                    writeBackConfig: {
                        method,
                        gitConfig: {
                            branch,
                            ...(target === undefined ? {} : { writeBackTarget: target }),
                            ...(mergeRequest ? { pullRequest: { gitlab: {} } } : {}),
                        },
                    },
                }));
        });
    if (applicationRefs.length === 0) {
        return undefined;
    }
    return {
        ...updaterKind,
        metadata: {
            name: app.name,
            // The updater lists the Applications of the object's own namespace.
            namespace: estate.argocd.namespace,
            labels: { [appLabel]: app.name, [teamLabel]: app.team },
        },
        spec: { applicationRefs },
    };
}

function imageConfig(image: TrackedImage): Record<string, unknown> {
    const { helm, kustomize } = image;
    return {
        alias: image.alias,
        imageName: `${image.image}${image.constraint === undefined ? "" : `:${image.constraint}`}`,
        commonUpdateSettings: {
            updateStrategy: image.strategy,
            allowTags: image.allowTags,
            ...(image.ignoreTags.length === 0 ? {} : { ignoreTags: image.ignoreTags }),
            ...(image.platforms.length === 0 ? {} : { platforms: image.platforms }),
            forceUpdate: image.forceUpdate,
            ...(image.pullSecret === undefined ? {} : { pullSecret: image.pullSecret }),
        },
        manifestTargets: {
            ...(helm === undefined ? {} : { helm }),
            ...(kustomize === undefined ? {} : { kustomize }),
        },
    };
}
