import * as path from "node:path";
import { right } from "../cluster/right";
import type { EngineInDoctor } from "./engine";

export const argocd: EngineInDoctor = {
    partOf: "argocd",
    defines: (name) => ["applications.argoproj.io", "appprojects.argoproj.io"].includes(name),
    settings: ["argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm"],
    writesAs: ["argocd-controller"],
    rights: [
        {
            option: "`previews` with Argo CD",
            where: "host",
            rights: right("argoproj.io", "applicationsets"),
            needed: (estate) =>
                Object.values(estate.apps).some(
                    ({ previews, engine }) => previews !== undefined && engine === "argocd",
                ),
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
    hooks: ({ argocd: { url } }) => [{ path: "argocd.url", url }],
    signIn: ({ argocd: { sso } }) =>
        sso === undefined ? undefined : { path: "argocd.sso", url: sso.issuer },
    knowsPeople: true,
    knowsPushesByUrl: true,
};
