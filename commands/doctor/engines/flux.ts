import * as path from "node:path";
import type { Estate } from "../../../estate/model";
import { handedOver, right } from "../cluster/right";
import type { EngineInDoctor } from "./engine";

const isUsed = (estate: Estate): boolean => estate.engines.includes("flux");

export const flux: EngineInDoctor = {
    partOf: "flux",
    defines: (name) => name.endsWith(".toolkit.fluxcd.io"),
    settings: [],
    writesAs: ["flux", "helm-controller", "kustomize-controller"],
    rights: [
        {
            option: "`flux.operator`",
            where: "host",
            rights: right(
                "fluxcd.controlplane.io",
                ...["fluxreports", "resourcesets", "resourcesetinputproviders"],
            ),
            needed: (estate) => isUsed(estate) && estate.flux.operator !== undefined,
        },
        {
            option: "engine `flux`",
            where: "host",
            rights: [
                ...right("", "resourcequotas"),
                ...right("source.toolkit.fluxcd.io", "gitrepositories"),
                ...right("helm.toolkit.fluxcd.io", "helmreleases"),
                ...right("kustomize.toolkit.fluxcd.io", "kustomizations"),
                ...right(
                    "image.toolkit.fluxcd.io",
                    ...["imagerepositories", "imagepolicies", "imageupdateautomations"],
                ),
                ...right("notification.toolkit.fluxcd.io", "receivers", "providers", "alerts"),
            ],
            needed: isUsed,
        },
        {
            ...handedOver,
            where: "host",
            rights: [{ group: "source.toolkit.fluxcd.io", resource: "helmcharts", verbs: ["delete"] }],
        },
    ],
    files: ({ flux: { manifests, operator } }) => ({
        "flux.manifests": manifests.path && path.join(manifests.path, "install.yaml"),
        "flux.operator": operator?.path,
    }),
    hooks: ({ flux: { webhookUrl } }) =>
        webhookUrl === undefined ? [] : [{ path: "flux.webhookUrl", url: webhookUrl }],
    // It knows nobody, and a push by the receiver's own address.
    knowsPeople: false,
    knowsPushesByUrl: false,
};
