import type { EngineDefinition } from "../engine";
import type { ArgoCd } from "./model";
import { applications, previewApplication } from "./names";
import { resolveArgoCd } from "./resolve";
import { accountRules } from "./rules/accounts";
import { argocdDeliveryRules } from "./rules/delivery";
import { argocdNameRules, argocdNames, argocdReserved } from "./rules/names";
import { argocdSettingRules } from "./rules/settings";
import { notificationRules } from "./rules/notifications";
import { updaterRules } from "./rules/updater";
import { argocdOptions } from "./schema";

/** Argo CD on the host, with Argo CD Image Updater beside it. */
export const argocd: EngineDefinition<typeof argocdOptions, ArgoCd> = {
    title: "Argo CD",
    options: argocdOptions,
    resolve: resolveArgoCd,
    ownKinds: ["Application", "ApplicationSet", "AppProject"].map((kind) => ({ group: "argoproj.io", kind })),
    abilities: {
        updater: true,
        syncWindows: true,
        ignoreDifferences: true,
        hold: true,
        pin: true,
        previews: true,
        jsonnet: true,
        manualSync: true,
        dependsOn: {
            instead:
                "remove it: Argo CD knows an order of one app's objects only, by the annotation argocd.argoproj.io/sync-wave. Deliver both in one app with waves, let the pods wait for what they need (an init container), or let Flux deliver the apps",
        },
    },
    clusterSecrets: /^registration-(.+)-secret$/,
    clusterLabels: /^argocd\.argoproj\.io\/(?!auto-label-cluster-info$)/,
    namespace: (spec) => spec.argocd.namespace,
    delivered: applications,
    outputs: (estate) => ({ argocd: estate.argocd.url }),
    servers: ({ argocd: { sso } }) => (sso?.issuer === undefined ? [] : [sso.issuer]),
    previewPage: ({ argocd: { url, namespace } }, { name }) =>
        `${url}/applications/${namespace}/${previewApplication(name, "{number}")}`,
    page: (estate) => estate.argocd.url,
    secrets: [
        {
            path: "sso.clientSecret",
            purpose: "secret of the application Argo CD signs people in with",
            documented: "secret of the application at GitLab; with `argocd.sso`",
            needed: (estate) => estate.argocd.sso !== undefined,
        },
        {
            path: "imageMirror.username",
            purpose: "user of the mirror of Argo CD's images",
            documented: "user that may pull from the mirror; with `argocd.imageMirrorLogin`",
            needed: (estate) => estate.argocd.imageMirrorLogin,
        },
        {
            path: "imageMirror.password",
            purpose: "password of that user",
            documented: "password of that user",
            needed: (estate) => estate.argocd.imageMirrorLogin,
        },
    ],
    names: argocdNames,
    reserved: argocdReserved,
    rules: [
        ...argocdNameRules,
        ...argocdSettingRules,
        ...updaterRules,
        ...notificationRules,
        ...accountRules,
        ...argocdDeliveryRules,
    ],
};
