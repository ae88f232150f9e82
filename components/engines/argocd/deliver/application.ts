/** The Application objects of one app as data. Pure; fields are those of argoproj.io/v1alpha1. */
import {
    appLabel,
    environmentLabel,
    holdAnnotation,
    pinAnnotation,
    teamLabel,
} from "../../../../estate/labels";
import { application as applicationName, projectOf } from "../../../../estate/engines/argocd/names";
import { versionKeys } from "../../../../estate/delivery";
import { configOf, versionOf } from "../../../../estate/flows/plan";
import type { App, AppEnvironment, Estate, IgnoredDifference } from "../../../../estate/model";
import { actsIn, extraImage } from "../images/plan";
import type { Annotations, KubeObject } from "../../../support/kubeObject";
import { environmentImage, environmentValues } from "../../../support/rendering";

/**
 * The Application of one app in one environment on one cluster.
 *
 * It carries no finalizer: the namespace belongs to the estate and is deleted after the Application, with everything
 * in it, so a teardown ends even when Argo CD or a member is down.
 */
export function application(
    { argocd }: Pick<Estate, "argocd">,
    app: App,
    environment: AppEnvironment,
    cluster: string,
    annotations: Annotations = {},
): KubeObject {
    const version = versionOf(app, environment);
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: {
            name: applicationName(app.name, environment.environment, cluster),
            namespace: argocd.namespace,
            labels: {
                [appLabel]: app.name,
                [teamLabel]: app.team,
                [environmentLabel]: environment.environment,
            },
            ...annotated({ ...annotations, ...pauseAnnotations(environment) }),
        },
        spec: {
            project: projectOf(app, environment),
            source: {
                repoURL: configOf(app, environment).at.url,
                targetRevision: version.revision,
                path: version.folder,
                ...rendering(app, environment, cluster),
            },
            destination: { name: cluster, namespace: environment.namespace },
            syncPolicy: syncPolicy(environment),
            revisionHistoryLimit: environment.sync.history,
            ...(environment.sync.ignoreDifferences.length === 0
                ? {}
                : { ignoreDifferences: environment.sync.ignoreDifferences.map(ignoredDifference) }),
            ...stillInfo(environment),
        },
    };
}

/** Annotation with the paths whose changes concern an app; Argo CD's own. */
const usedPathsAnnotation = "argocd.argoproj.io/manifest-generate-paths";

/**
 * Without it a push for one app renders all apps of the repository again. Files at the top are in it: `*` matches no
 * slash. What is outside of these paths and changes is not deployed until something inside does.
 */
export function usedPaths({ apps }: Pick<Estate, "apps">, { config }: App): Annotations {
    const sharing = Object.values(apps).filter((other) => other.config.fullPath === config.fullPath);
    if (sharing.length < 2 || config.sharedFolders === undefined) {
        return {};
    }
    const paths = [config.folder, ...config.sharedFolders, "*"].map((path) => `/${path}`);
    return { [usedPathsAnnotation]: paths.join(";") };
}

function annotated(annotations: Annotations): { annotations?: Annotations } {
    return Object.keys(annotations).length === 0 ? {} : { annotations };
}

function pauseAnnotations({ hold, pin }: AppEnvironment): Annotations {
    return {
        ...(hold === undefined ? {} : { [holdAnnotation]: hold }),
        ...(pin === undefined ? {} : { [pinAnnotation]: pin }),
    };
}

/** The same for people who look at the Application in Argo CD. */
function stillInfo({ hold, pin }: AppEnvironment): { info?: { name: string; value: string }[] } {
    const info = [
        ...(hold === undefined ? [] : [{ name: "On hold", value: hold }]),
        ...(pin === undefined ? [] : [{ name: "Pinned to", value: pin }]),
    ];
    return info.length === 0 ? {} : { info };
}

/** Empty fields are left out: Argo CD drops them, and would then differ from what was written. */
function ignoredDifference(difference: IgnoredDifference): Record<string, unknown> {
    const { group, kind, name } = difference;
    const { jsonPointers, jqPathExpressions, managedFieldsManagers } = difference;
    return {
        ...(group === "" ? {} : { group }),
        kind,
        ...(name === undefined ? {} : { name }),
        ...(jsonPointers.length === 0 ? {} : { jsonPointers }),
        ...(jqPathExpressions.length === 0 ? {} : { jqPathExpressions }),
        ...(managedFieldsManagers.length === 0 ? {} : { managedFieldsManagers }),
    };
}

/** What differs between deliveries. */
function rendering(app: App, environment: AppEnvironment, cluster: string): Record<string, unknown> {
    const { file } = versionOf(app, environment);
    switch (app.delivery) {
        case "helm":
            return {
                helm: {
                    // The release is the app in every environment, so that object names are the same everywhere.
                    releaseName: app.name,
                    // Of the environment, where it is not the chart's own.
                    ...(file === versionKeys.helm.file ? {} : { valueFiles: [file] }),
                    valuesObject: withExtraNames(app, environment, environmentValues(environment)),
                },
            };
        case "kustomize":
            return { kustomize: kustomization(app, environment) };
        case "plain":
            return { directory: { recurse: true } };
        case "jsonnet":
            return { directory: { jsonnet: jsonnet(app, environment, cluster) } };
    }
}

/** What the function in a file of Jsonnet gets, and what each file can ask for. */
function jsonnet(
    { name }: App,
    { environment, image, pin, values }: AppEnvironment,
    cluster: string,
): { extVars: object[]; tlas: object[] } {
    return {
        extVars: [
            { name: "app", value: name },
            { name: "cluster", value: cluster },
            { name: "environment", value: environment },
        ],
        tlas: [
            { name: "image", value: image },
            ...(pin === undefined ? [] : [{ name: "imagetag", value: pin }]),
            // A function that has no such parameter would fail.
            ...(Object.keys(values).length === 0
                ? []
                : [{ name: "values", value: JSON.stringify(values), code: true }]),
        ],
    };
}

function kustomization(app: App, environment: AppEnvironment): Record<string, unknown> {
    const { patches, replicas } = environment.kustomize;
    const counted = Object.entries(replicas).sort(([left], [right]) => (left < right ? -1 : 1));
    return {
        images: [
            environmentImage(environment),
            ...ownRepositories(app, environment).map(
                ({ kustomize, image }) => `${kustomize?.name ?? image}=${image}:*`,
            ),
        ],
        ...(counted.length === 0 ? {} : { replicas: counted.map(([name, count]) => ({ name, count })) }),
        ...(patches.length === 0 ? {} : { patches }),
    };
}

/** Where the updater looks after images of the environment's own project, their names are the environment's too. */
function ownRepositories(
    app: App,
    environment: AppEnvironment,
): { image: string; helm?: { readonly name?: string }; kustomize?: { readonly name: string } }[] {
    if (app.updater === undefined || !actsIn(app, environment)) {
        return [];
    }
    return Object.values(app.updater.images)
        .filter((extra) => extra.repository !== undefined)
        .map((extra) => ({
            image: extraImage(environment, extra),
            ...(extra.helm === undefined ? {} : { helm: extra.helm }),
            ...(extra.kustomize === undefined ? {} : { kustomize: extra.kustomize }),
        }));
}

function withExtraNames(
    app: App,
    environment: AppEnvironment,
    values: Record<string, unknown>,
): Record<string, unknown> {
    return ownRepositories(app, environment).reduce<Record<string, unknown>>(
        (sum, { image, helm }) => (helm?.name === undefined ? sum : at(sum, helm.name.split("."), image)),
        values,
    );
}

/** A copy of `values` with one value below a path of keys. */
function at(
    values: Record<string, unknown>,
    [key = "", ...rest]: readonly string[],
    value: string,
): Record<string, unknown> {
    const inner = values[key];
    const below = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
    return {
        ...values,
        [key]: rest.length === 0 ? value : at(below as Record<string, unknown>, rest, value),
    };
}

/** False and 0 are left out: Argo CD drops them when it writes the object, which would then drift for ever. */
function syncPolicy({ sync, hold }: AppEnvironment): Record<string, unknown> {
    return {
        // Argo CD refuses to roll back what it syncs by itself, and would undo it: on hold, people decide.
        ...(sync.automated && hold === undefined
            ? {
                  automated: {
                      ...(sync.prune ? { prune: true } : {}),
                      ...(sync.selfHeal ? { selfHeal: true } : {}),
                  },
              }
            : {}),
        retry: {
            ...(sync.retries === 0 ? {} : { limit: sync.retries }),
            backoff: { duration: "5s", factor: 2, maxDuration: "3m" },
        },
        // The namespace is the estate's, with quota and pull secret: Argo CD must not make one without them.
        syncOptions: [
            "CreateNamespace=false",
            "ServerSideApply=true",
            "PruneLast=true",
            // Otherwise a sync for another reason would overwrite what others own.
            ...(sync.ignoreDifferences.length === 0 ? [] : ["RespectIgnoreDifferences=true"]),
        ],
    };
}
