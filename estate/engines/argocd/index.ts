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
    page: (estate) => estate.argocd.url,
    secrets: [
        {
            path: "sso.clientSecret",
            purpose: "secret of the application Argo CD signs people in with",
            documented: "secret of the application at GitLab; with `argocd.sso`",
            needed: (estate) => estate.argocd.sso !== undefined,
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
