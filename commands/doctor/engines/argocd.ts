import * as path from "node:path";
import type { Estate } from "../../../estate/model";
import { right } from "../cluster/right";
import type { EngineInDoctor } from "./engine";

const isUsed = (estate: Estate): boolean => estate.engines.includes("argocd");

/** Whether it makes previews of some app. */
const makesPreviews = ({ apps }: Estate): boolean =>
    Object.values(apps).some(({ previews, engine }) => previews !== undefined && engine === "argocd");

export const argocd: EngineInDoctor = {
    partOf: "argocd",
    defines: (name) => ["applications.argoproj.io", "appprojects.argoproj.io"].includes(name),
    settings: ["argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm"],
    writesAs: ["argocd-controller"],
    rights: [
        {
            option: "engine `argocd`",
            where: "host",
            rights: right("argoproj.io", "applications", "appprojects"),
            needed: isUsed,
        },
        {
            option: "`previews` with Argo CD",
            where: "host",
            rights: right("argoproj.io", "applicationsets"),
            needed: makesPreviews,
        },
        {
            option: "`updater` with an image updater from 1.0 on",
            where: "host",
            rights: right("argocd-image-updater.argoproj.io", "imageupdaters"),
            needed: (estate) => /^[1-9]/.test(estate.argocd.imageUpdaterVersion ?? ""),
        },
    ],
    files: ({ argocd: { manifests, ha, imageUpdater } }) => ({
        "argocd.manifests": manifests.path && path.join(manifests.path, ha ? "ha" : "", "install.yaml"),
        "argocd.imageUpdater.manifests": imageUpdater.manifests?.path,
    }),
    hooks: (estate) => {
        const { url, previewWebhookUrl } = estate.argocd;
        return [
            { path: "argocd.url", url },
            ...(previewWebhookUrl === undefined || !makesPreviews(estate)
                ? []
                : [{ path: "argocd.previewWebhookUrl", url: previewWebhookUrl }]),
        ];
    },
    signIn: ({ argocd: { sso } }) =>
        sso === undefined ? undefined : { path: "argocd.sso", url: sso.issuer },
    knowsPeople: true,
    knowsPushesByUrl: true,
};
