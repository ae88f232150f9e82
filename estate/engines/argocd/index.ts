import type { EngineDefinition } from "../engine";
import type { ArgoCd } from "./model";
import { applications } from "./names";
import { resolveArgoCd } from "./resolve";
import { accountRules } from "./rules/accounts";
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
    abilities: { updater: true, syncWindows: true, ignoreDifferences: true, hold: true, pin: true },
    namespace: (spec) => spec.argocd.namespace,
    delivered: applications,
    outputs: (estate) => ({ argocd: estate.argocd.url }),
    servers: ({ argocd: { sso } }) => (sso?.issuer === undefined ? [] : [sso.issuer]),
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
    ],
};
