import { record } from "../../doctor/json";
import type { EngineInWords } from "./engine";

export const flux: EngineInWords = {
    list: (kubectl) => [
        `${kubectl} get helmreleases,kustomizations --all-namespaces`,
        "the HelmReleases and Kustomizations, as Flux sees them",
    ],
    // It uninstalls what a HelmRelease installed when that is deleted, unless it is suspended.
    takingAlong: {
        kind: "HelmRelease",
        delivery: "helm",
        acts: (type, { spec }) =>
            /^kubernetes:helm\.toolkit\.fluxcd\.io\/[^:]+:HelmRelease$/.test(type) &&
            record(spec)["suspend"] !== true,
    },
};
