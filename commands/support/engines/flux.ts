import { teamNamespace } from "../../../estate/engines/flux/names";
import { list, record } from "../../doctor/json";
import type { EngineInWords } from "./engine";

export const flux: EngineInWords = {
    delivery: (_, { team, delivery }, name) => ({
        path: `/apis/${delivery === "helm" ? "helm.toolkit.fluxcd.io/v2" : "kustomize.toolkit.fluxcd.io/v1"}/namespaces/${teamNamespace(team)}/${delivery === "helm" ? "helmreleases" : "kustomizations"}/${name}`,
        // Both wait for what they apply; of another generation than it has, it says nothing yet.
        isWell: ({ metadata, status }) => {
            const { observedGeneration, conditions } = record(status);
            const ready = list(conditions).find((each) => each["type"] === "Ready");
            return ready?.["status"] === "True" && observedGeneration === record(metadata)["generation"];
        },
    }),
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
