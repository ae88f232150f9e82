/** The Application objects of one app as data. Pure; fields are those of argoproj.io/v1alpha1. */
import type { App, AppEnvironment, Estate } from "../../estate/model";
import type { KubeObject } from "../support/kubeObject";
import { environmentImage, environmentValues } from "../support/rendering";

/** What is added to the Applications by others, by annotation key. */
export type Annotations = Readonly<Record<string, string>>;

/** Name of the AppProject an app belongs to in an environment of this class. */
export function projectOf(estate: Estate, app: App, environment: AppEnvironment): string {
    const project = estate.teams[app.team]?.projects.find(
        (candidate) => candidate.class === environment.class,
    );
    if (project === undefined) {
        throw new Error(
            `team ${app.team} has no AppProject for ${environment.class}, but app ${app.name} needs one`,
        );
    }
    return project.name;
}

/**
 * The Application of one app in one environment on one cluster.
 *
 * It carries no finalizer: the namespace belongs to the estate and is deleted after the Application, with everything
 * in it, so a teardown ends even when Argo CD or a member is down.
 */
export function application(
    estate: Estate,
    app: App,
    environment: AppEnvironment,
    cluster: string,
    annotations: Annotations = {},
): KubeObject {
    const name = environment.applications[cluster];
    if (name === undefined) {
        throw new Error(`app ${app.name} has no Application in ${environment.environment} on ${cluster}`);
    }
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: {
            name,
            namespace: estate.argocd.namespace,
            labels: {
                "gitops-estate/app": app.name,
                "gitops-estate/team": app.team,
                "gitops-estate/environment": environment.environment,
            },
            ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        },
        spec: {
            project: projectOf(estate, app, environment),
            source: {
                repoURL: app.config.url,
                targetRevision: environment.branch,
                path: app.config.folder,
                ...rendering(app, environment),
            },
            destination: { name: cluster, namespace: environment.namespace },
            syncPolicy: syncPolicy(environment),
            revisionHistoryLimit: 10,
        },
    };
}

/** What differs between a chart and a kustomization. */
function rendering(app: App, environment: AppEnvironment): Record<string, unknown> {
    switch (app.delivery) {
        case "helm":
            return {
                helm: {
                    // The release is the app in every environment, so that object names are the same everywhere.
                    releaseName: app.name,
                    valuesObject: environmentValues(environment),
                },
            };
        case "kustomize":
            return { kustomize: { images: [environmentImage(environment)] } };
    }
}

function syncPolicy({ sync }: AppEnvironment): Record<string, unknown> {
    return {
        ...(sync.automated
            ? { automated: { prune: sync.prune, selfHeal: sync.selfHeal, allowEmpty: false } }
            : {}),
        retry: { limit: sync.retries, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
        // The namespace is the estate's, with quota and pull secret: Argo CD must not make one without them.
        syncOptions: ["CreateNamespace=false", "ServerSideApply=true", "PruneLast=true"],
    };
}
