/** The HelmRelease or Kustomization of an app in an environment on one cluster, as data. Pure. */
import { posix } from "node:path";
import {
    delivery,
    deliveryAccount,
    recordsNamespace,
    sourceName,
} from "../../../../estate/engines/flux/names";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import { appLabel, environmentLabel, holdAnnotation, pinAnnotation } from "../../../../estate/labels";
import { unnamedImage } from "../../../../estate/images";
import type { App, AppEnvironment, Estate, IgnoredDifference } from "../../../../estate/model";
import type { KubeObject } from "../../../support/kubeObject";
import { environmentValues } from "../../../support/rendering";
import { kubeConfigReference } from "../cluster";
import { teamMetadata } from "../team";

/** Seconds beyond a rollout's own deadline: by then its failure is known, and not only that it takes long. */
const margin = 60;

/** How long Flux waits before it tries again what failed. */
const again = "60s";

/** What of an estate decides Flux's objects. */
export type FluxShare = Pick<Estate, "flux" | "apps" | "clusters">;

/** What Flux delivers an app by. */
export function deliveryObject(
    estate: FluxShare,
    app: App,
    environment: AppEnvironment,
    cluster: string,
): KubeObject {
    return app.delivery === "helm"
        ? helmRelease(estate, app, environment, cluster)
        : kustomization(estate, app, environment, cluster);
}

function metadata(app: App, environment: AppEnvironment, cluster: string): KubeObject["metadata"] {
    const { hold, pin } = environment;
    const annotations = {
        ...(hold === undefined ? {} : { [holdAnnotation]: hold }),
        ...(pin === undefined ? {} : { [pinAnnotation]: pin }),
        // Flux uninstalls what is deleted, which takes a cluster that answers. Nothing waits for that: the namespace is the
        // estate's and goes with all that is in it, and without the kubeconfig, which goes next, Flux lets go.
        ...(app.delivery === "helm" ? { "pulumi.com/skipAwait": "true" } : {}),
    };
    return {
        ...teamMetadata(app.team, delivery(app.name, environment.environment, cluster), {
            [appLabel]: app.name,
            [environmentLabel]: environment.environment,
        }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    };
}

/** What both kinds have in common. */
function common(
    { flux, apps, clusters }: FluxShare,
    app: App,
    { environment, hold, namespace }: AppEnvironment,
    cluster: string,
): Record<string, unknown> {
    const first = app.dependsOn.filter((name) => runsAt(apps[name], environment, cluster));
    return {
        interval: `${flux.intervalSeconds}s`,
        timeout: `${app.rolloutDeadlineSeconds + margin}s`,
        targetNamespace: namespace,
        serviceAccountName: deliveryAccount(environment),
        kubeConfig: kubeConfigReference(environment, cluster),
        // Flux uninstalls nothing of a suspended release that is deleted.
        ...(hold === undefined && !(app.delivery === "helm" && clusters[cluster]?.leaving === "orphan")
            ? {}
            : { suspend: true }),
        ...(first.length === 0
            ? {}
            : { dependsOn: first.map((name) => ({ name: delivery(name, environment, cluster) })) }),
    };
}

function runsAt(app: App | undefined, environment: string, cluster: string): boolean {
    return (
        app?.environments.some(
            (place) => place.environment === environment && place.clusters.includes(cluster),
        ) === true
    );
}

function helmRelease(estate: FluxShare, app: App, environment: AppEnvironment, cluster: string): KubeObject {
    const { sync } = environment;
    const place = versionOf(app, environment);
    const { forceUpgrades, intervalSeconds } = estate.flux;
    return {
        apiVersion: "helm.toolkit.fluxcd.io/v2",
        kind: "HelmRelease",
        metadata: metadata(app, environment, cluster),
        spec: {
            ...common(estate, app, environment, cluster),
            // The release is the app in every environment, so that object names are the same everywhere.
            releaseName: app.name,
            storageNamespace: recordsNamespace(app.team, environment.environment),
            maxHistory: Math.max(1, sync.history),
            chart: {
                spec: {
                    chart: `./${place.folder}`,
                    // Values are part of the chart: each commit counts, not only another version in Chart.yaml.
                    reconcileStrategy: "Revision",
                    interval: `${intervalSeconds}s`,
                    sourceRef: {
                        kind: "GitRepository",
                        name: sourceName(app.team, place.repository, place.revision),
                    },
                    valuesFiles: valuesFiles(place, cluster),
                    // A cluster that needs no values of its own has no file.
                    ignoreMissingValuesFiles: true,
                },
            },
            install: {
                createNamespace: false,
                ...(forceUpgrades ? { serverSideApply: false } : {}),
                // What is there already becomes the release's: another engine may have delivered it. An installation that
                // fails must not take that along, so it is tried again as it is instead of being uninstalled first.
                strategy: { name: "RetryOnFailure", retryInterval: again },
            },
            upgrade: {
                ...(forceUpgrades ? { force: true, serverSideApply: "disabled" } : {}),
                cleanupOnFail: true,
                remediation: { retries: sync.retries, strategy: "rollback", remediateLastFailure: true },
            },
            rollback: { cleanupOnFail: true },
            driftDetection: {
                mode: sync.selfHeal ? "enabled" : "warn",
                ...ignored(sync.ignoreDifferences),
            },
            values: environmentValues(environment),
        },
    };
}

/** The chart's values, the environment's where it has a file of its own, and the cluster's beside them. */
function valuesFiles(place: Parameters<typeof versionFile>[0], cluster: string): string[] {
    const file = versionFile(place);
    const files = [
        posix.join(place.folder, "values.yaml"),
        file,
        posix.join(posix.dirname(file), `${cluster}-values.yaml`),
    ];
    return [...new Set(files)].map((each) => `./${each}`);
}

function kustomization(
    estate: FluxShare,
    app: App,
    environment: AppEnvironment,
    cluster: string,
): KubeObject {
    const { sync } = environment;
    const place = versionOf(app, environment);
    const patches = patchesOf(environment);
    return {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: metadata(app, environment, cluster),
        spec: {
            ...common(estate, app, environment, cluster),
            path: `./${place.folder}`,
            sourceRef: {
                kind: "GitRepository",
                name: sourceName(app.team, place.repository, place.revision),
            },
            retryInterval: again,
            prune: sync.prune,
            wait: true,
            // The namespace is the estate's and goes with all that is in it; nothing waits for a cluster that is gone.
            deletionPolicy: "Orphan",
            ...imagesOf(app, environment),
            ...(patches.length === 0 ? {} : { patches }),
            ...ignored(sync.ignoreDifferences),
        },
    };
}

/** Plain manifests name the environment's image themselves; of those only a pin is left to say. */
function imagesOf({ name, delivery: by }: App, { pin, image }: AppEnvironment): { images?: object[] } {
    const pinned = pin === undefined ? {} : { newTag: pin };
    if (by === "plain") {
        return pin === undefined ? {} : { images: [{ name: image, ...pinned }] };
    }
    // An entry for `app` would replace the one in git with its tag. This one finds what that made of it.
    return { images: [{ name: unnamedImage(name), newName: image, ...pinned }] };
}

/** Numbers of pods are patches: a Kustomization of Flux has no field for them. */
function patchesOf({ kustomize }: AppEnvironment): object[] {
    const counted = Object.entries(kustomize.replicas).sort(([left], [right]) => (left < right ? -1 : 1));
    return [
        ...counted.map(([name, count]) => ({
            target: { kind: "(Deployment|StatefulSet)", name },
            patch: JSON.stringify([{ op: "add", path: "/spec/replicas", value: count }]),
        })),
        ...kustomize.patches,
    ];
}

function ignored(differences: readonly IgnoredDifference[]): { ignore?: object[] } {
    return differences.length === 0
        ? {}
        : {
              ignore: differences.map(({ group, kind, name, jsonPointers }) => ({
                  paths: [...jsonPointers],
                  target: {
                      ...(group === "" ? {} : { group }),
                      kind,
                      ...(name === undefined ? {} : { name }),
                  },
              })),
          };
}
