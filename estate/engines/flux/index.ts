import type { EngineDefinition } from "../engine";
import type { Flux } from "./model";
import { deliveries, deliveryAccount, imageName, recordsNamespace, teamNamespace } from "./names";
import { resolveFlux } from "./resolve";
import { fluxDeliveryRules } from "./rules/delivery";
import { fluxNameRules, fluxNames, fluxReserved } from "./rules/names";
import { fluxNotificationRules } from "./rules/notifications";
import { fluxPreviewRules } from "./rules/previews";
import { fluxSettingRules } from "./rules/settings";
import { fluxUpdaterRules } from "./rules/updater";
import { fluxOptions } from "./schema";

/** Flux on the host, with its image controllers. */
export const flux: EngineDefinition<typeof fluxOptions, Flux> = {
    title: "Flux",
    options: fluxOptions,
    resolve: resolveFlux,
    ownKinds: [
        ...[
            "Bucket",
            "ExternalArtifact",
            "GitRepository",
            "HelmChart",
            "HelmRepository",
            "OCIRepository",
        ].map((kind) => ({ group: "source.toolkit.fluxcd.io", kind })),
        { group: "helm.toolkit.fluxcd.io", kind: "HelmRelease" },
        { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization" },
        ...["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"].map((kind) => ({
            group: "image.toolkit.fluxcd.io",
            kind,
        })),
        ...["Alert", "Provider", "Receiver"].map((kind) => ({
            group: "notification.toolkit.fluxcd.io",
            kind,
        })),
        ...["FluxInstance", "FluxReport", "ResourceSet", "ResourceSetInputProvider"].map((kind) => ({
            group: "fluxcd.controlplane.io",
            kind,
        })),
    ],
    abilities: {
        updater: true,
        dependsOn: true,
        syncWindows: {
            instead:
                "remove the windows: merge into the environment's branch when changes may come, or hold the app for the time in which they may not",
        },
        ignoreDifferences: true,
        hold: true,
        pin: true,
        previews: true,
        jsonnet: {
            instead:
                "set delivery to kustomize, helm or plain, or let Argo CD deliver the app: Flux renders no Jsonnet; YAML that a pipeline makes of it and commits is plain",
        },
        manualSync: {
            instead:
                "let the merge into the environment's branch be the release (sync.automated: true), or write why nothing is to change in hold: a suspended object is not applied by hand either",
        },
    },
    teamAccounts: {
        name: deliveryAccount,
        namespace: teamNamespace,
        records: ({ team, delivery }, { environment }) =>
            delivery === "helm" ? recordsNamespace(team, environment) : undefined,
    },
    versionMarker: ({ name, team }, environment) =>
        `# {"$imagepolicy": "${teamNamespace(team)}:${imageName(name, environment)}:tag"}`,
    clusterSecrets: /^flux-.+--.+--(.+)-secret$/,
    clusterLabels: /^(?:[a-z0-9-]+\.)*fluxcd\.io\//,
    namespace: (spec) => spec.flux.namespace,
    delivered: deliveries,
    outputs: ({ flux: { manifests, namespace, operator } }) => ({
        flux: `${manifests.version} in ${namespace}`,
        ...(operator === undefined ? {} : { fluxOperator: `${operator.version} in ${namespace}` }),
    }),
    page: () => undefined,
    secrets: [
        {
            path: "fluxImageMirror.username",
            purpose: "user of the mirror of Flux's images",
            documented: "user that may pull from the mirror; with `flux.imageMirrorLogin`",
            needed: (estate) => estate.flux.imageMirrorLogin,
        },
        {
            path: "fluxImageMirror.password",
            purpose: "password of that user",
            documented: "password of that user",
            needed: (estate) => estate.flux.imageMirrorLogin,
        },
    ],
    names: fluxNames,
    reserved: fluxReserved,
    rules: [
        ...fluxNameRules,
        ...fluxSettingRules,
        ...fluxDeliveryRules,
        ...fluxUpdaterRules,
        ...fluxNotificationRules,
        ...fluxPreviewRules,
    ],
};
