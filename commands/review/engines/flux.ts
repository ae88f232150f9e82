import { eventNames } from "../../../estate/events";
import { given } from "../../../estate/plain";
import { mapOf, textOf } from "../change";
import { noun, own } from "../noun";
import type { EngineInReview } from "./engine";

export const flux: EngineInReview = {
    nouns: {
        GitRepository: noun("Flux GitRepository", "Flux GitRepository", "Flux GitRepositories"),
        HelmRelease: own("Flux HelmRelease"),
        Kustomization: own("Flux Kustomization"),
        ImagePolicy: noun("Flux ImagePolicy", "Flux ImagePolicy", "Flux ImagePolicies"),
        ImageRepository: noun("Flux ImageRepository", "Flux ImageRepository", "Flux ImageRepositories"),
        ImageUpdateAutomation: own("Flux ImageUpdateAutomation"),
        Receiver: own("Flux Receiver"),
        Alert: own("Flux Alert"),
        Provider: noun("receiver of Flux's messages", "Flux 消息接收方", "receivers of Flux's messages"),
        FluxReport: own("FluxReport"),
        ResourceSet: own("Flux ResourceSet"),
        ResourceSetInputProvider: own("Flux ResourceSetInputProvider"),
    },
    shared: /^flux/,
    target: (kind, properties) => {
        const spec = mapOf(properties["spec"]);
        const namespace = textOf(spec["targetNamespace"]);
        if (namespace === undefined || !["HelmRelease", "Kustomization"].includes(kind)) {
            return undefined;
        }
        const secret = textOf(mapOf(mapOf(spec["kubeConfig"])["secretRef"])["name"]) ?? "";
        return {
            ...given("cluster", /^cluster-.+--(.+)$/.exec(secret)?.[1]),
            namespace,
            // A Kustomization of the estate leaves what it applied, and a suspended release what it installed.
            takesAlong: kind === "HelmRelease" && spec["suspend"] !== true,
        };
    },
    // Of a Kustomization it does not say whether the files are plain: Flux makes a kustomization of those.
    deliveryOf: (kind) =>
        kind === "HelmRelease" ? "helm" : kind === "Kustomization" ? "kustomize" : undefined,
    subscriptions: (kind, properties) => {
        const { providerRef, eventMetadata } = mapOf(properties["spec"]);
        const channel = textOf(mapOf(providerRef)["name"]);
        const events = (textOf(mapOf(eventMetadata)["events"]) ?? "").split(",");
        return kind !== "Alert" || channel === undefined
            ? {}
            : { [channel]: eventNames.filter((name) => events.includes(name)) };
    },
};
