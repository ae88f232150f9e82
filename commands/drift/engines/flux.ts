import { record, text } from "../../doctor/json";
import { facts, publicUrl } from "../finding";
import type { EngineInDrift, OwnKind } from "./engine";

/** Group of the labels that a ResourceSet of the Flux Operator puts on what it makes. */
const resourceSet = "resourceset.fluxcd.controlplane.io";

const own = (apiVersion: string, ...kinds: string[]): OwnKind[] =>
    kinds.map((kind) => ({ apiVersion, kind, whole: ["spec"] }));

export const flux: EngineInDrift = {
    kinds: [
        ...own(
            "source.toolkit.fluxcd.io/v1",
            ...["Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"],
        ),
        ...own("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ...own("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ...own("image.toolkit.fluxcd.io/v1", "ImagePolicy", "ImageRepository", "ImageUpdateAutomation"),
        ...own("notification.toolkit.fluxcd.io/v1", "Receiver"),
        ...own("notification.toolkit.fluxcd.io/v1beta3", "Alert", "Provider"),
        ...own("fluxcd.controlplane.io/v1", "ResourceSet", "ResourceSetInputProvider"),
    ],
    obeysIn: (declared) =>
        declared.some(({ apiVersion }) => apiVersion.includes(".toolkit.fluxcd.io/")) ? [""] : [],
    // Without what Flux itself makes: the chart of a release, and what a declared set holds.
    told: ({ kind, name, namespace, object }, isDeclared) => {
        const release = name.startsWith(`${namespace}-`) ? name.slice(namespace.length + 1) : "";
        const isChart = kind === "HelmChart" && isDeclared({ kind: "HelmRelease", namespace, name: release });
        const labels = record(record(object["metadata"])["labels"]);
        const set = {
            kind: "ResourceSet",
            namespace: text(labels[`${resourceSet}/namespace`]),
            name: text(labels[`${resourceSet}/name`]),
        };
        if (isChart || isDeclared(set)) {
            return undefined;
        }
        const spec = record(object["spec"]);
        const { url, address } = spec;
        const where = text(url ?? address);
        return {
            differences: facts({
                url: where === "" ? "" : publicUrl(where),
                source: record(spec["sourceRef"] ?? record(record(spec["chart"])["spec"])["sourceRef"])[
                    "name"
                ],
                namespace: spec["targetNamespace"],
                account: spec["serviceAccountName"],
                cluster: record(record(spec["kubeConfig"])["secretRef"])["name"],
            }),
        };
    },
    // They stop it, or hand an object to a controller that nobody runs.
    steered: /^fluxcd\.controlplane\.io\/reconcile$|^sharding\.fluxcd\.io\/key$/,
    delivered: (object) =>
        Object.keys(record(record(object["metadata"])["labels"])).some((label) =>
            /^(kustomize|helm)\.toolkit\.fluxcd\.io\//.test(label),
        ),
};
