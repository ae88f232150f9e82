import { eventNames } from "../../../estate/events";
import { given } from "../../../estate/plain";
import { listOf, mapOf, textOf } from "../change";
import { noun, own } from "../noun";
import type { EngineInReview } from "./engine";
import { fluxSettings } from "./fluxSettings";

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
    deliveryOf: (kind, properties) => {
        // Flux makes a kustomization of plain files. In those the image stands as it is, and at most its tag is replaced.
        const named = listOf(mapOf(properties["spec"])["images"]).some((each) => "newName" in mapOf(each));
        return kind === "HelmRelease"
            ? "helm"
            : kind !== "Kustomization"
              ? undefined
              : named
                ? "kustomize"
                : "plain";
    },
    settings: fluxSettings,
    subscriptions: (kind, properties) => {
        const { providerRef, eventMetadata } = mapOf(properties["spec"]);
        const channel = textOf(mapOf(providerRef)["name"]);
        const events = (textOf(mapOf(eventMetadata)["events"]) ?? "").split(",");
        return kind !== "Alert" || channel === undefined
            ? {}
            : { [channel]: eventNames.filter((name) => events.includes(name)) };
    },
};
