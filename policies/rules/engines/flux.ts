/** What Flux has of its own in the pack: rules about its objects. Facts: the API references on fluxcd.io. */
import { isPlainHttp, isProd, type ResourceRule } from "../../rule";
import { secretIn } from "../../secrets";
import { isAbsent, isGiven, isTrue, object, text, value } from "../../values";
import type { EnginePolicies } from "./engine";

const area = "Flux";
const gitRepository = "kubernetes:source.toolkit.fluxcd.io/*:GitRepository";
const kustomization = "kubernetes:kustomize.toolkit.fluxcd.io/*:Kustomization";
const helmRelease = "kubernetes:helm.toolkit.fluxcd.io/*:HelmRelease";

const sourceEncrypted: ResourceRule = {
    name: "flux-source-encrypted",
    area,
    severity: "high",
    description:
        "What is applied comes over an encrypted connection from a server whose certificate is verified.",
    remedy: "Leave insecure out, and give an https, ssh or oci address.",
    types: [
        gitRepository,
        "kubernetes:source.toolkit.fluxcd.io/*:HelmRepository",
        "kubernetes:source.toolkit.fluxcd.io/*:OCIRepository",
        "kubernetes:source.toolkit.fluxcd.io/*:Bucket",
        "kubernetes:image.toolkit.fluxcd.io/*:ImageRepository",
        "kubernetes:fluxcd.controlplane.io/*:ResourceSetInputProvider",
    ],
    check({ props }, settings) {
        const spec = object(props, "spec");
        return [
            ...(isTrue(spec, "insecure") ? ["spec.insecure is true; leave it out."] : []),
            ...(isPlainHttp(text(spec, "url") ?? "", settings)
                ? ["spec.url is http; use https or ssh, or name the host in plainHttpHosts."]
                : []),
        ];
    },
};

const sourcePinned: ResourceRule = {
    name: "flux-source-pinned",
    area,
    severity: "medium",
    description: "A GitRepository names the branch, tag or commit it follows; without one it is master.",
    remedy: "Set spec.ref.",
    types: [gitRepository],
    check({ props }) {
        const spec = object(props, "spec");
        const ref = object(spec, "ref");
        const named = ["branch", "tag", "semver", "name", "commit"].some((field) => isGiven(ref, field));
        return isAbsent(spec, "ref") || !named
            ? ["spec.ref names nothing; set a branch, tag or commit."]
            : [];
    },
};

const chartPinned: ResourceRule = {
    name: "flux-helmrelease-pinned",
    area,
    severity: "medium",
    description:
        "A HelmRelease names one version of a chart from a Helm repository; a range follows what is published next.",
    remedy: "Set spec.chart.spec.version to one version.",
    types: [helmRelease],
    check({ props }) {
        const chart = object(object(object(props, "spec"), "chart"), "spec");
        const version = text(chart, "version");
        // A chart out of a Git repository has the version of its commit.
        return text(object(chart, "sourceRef"), "kind") !== "HelmRepository" ||
            (version === undefined ? !isAbsent(chart, "version") : /^v?\d+\.\d+\.\d+([-+].*)?$/.test(version))
            ? []
            : [`chart version "${version ?? "*"}" is open; pin one version such as 1.2.3.`];
    },
};

const ownAccount: ResourceRule = {
    name: "flux-apply-as-account",
    area,
    severity: "high",
    description:
        "What is applied for a team is applied as a service account of its namespace: otherwise as the controller, which is cluster-admin as Flux is installed.",
    remedy: "Set spec.serviceAccountName, or spec.kubeConfig for another cluster.",
    types: [kustomization, helmRelease, "kubernetes:fluxcd.controlplane.io/*:ResourceSet"],
    check({ props }) {
        const spec = object(props, "spec");
        return isAbsent(spec, "serviceAccountName") && isAbsent(spec, "kubeConfig")
            ? ["spec.serviceAccountName is not set; name a service account of the namespace."]
            : [];
    },
};

const receiverVerified: ResourceRule = {
    name: "flux-receiver-verified",
    area,
    severity: "high",
    description: "A Receiver checks who calls: one of type generic takes every call that knows its path.",
    remedy: "Use the type of the server that calls, such as gitlab, harbor or generic-hmac.",
    types: ["kubernetes:notification.toolkit.fluxcd.io/*:Receiver"],
    check: ({ props }) =>
        text(object(props, "spec"), "type") === "generic"
            ? ["spec.type is generic; use gitlab, harbor or generic-hmac."]
            : [],
};

const automationAwayFromProduction: ResourceRule = {
    name: "flux-automation-not-to-production",
    area,
    severity: "high",
    description:
        "Image automation writes no branch of production: what runs there arrives by a merge request that somebody saw.",
    remedy: "Push to a branch of its own, and open a merge request from it.",
    types: ["kubernetes:image.toolkit.fluxcd.io/*:ImageUpdateAutomation"],
    check({ props }, settings) {
        const git = object(object(props, "spec"), "git");
        const branch =
            text(object(git, "push"), "branch") ??
            text(object(object(git, "checkout"), "ref"), "branch") ??
            "";
        return isProd(branch, settings)
            ? [`it pushes to ${branch}; push to a branch of its own and open a merge request.`]
            : [];
    },
};

const imagesBounded: ResourceRule = {
    name: "flux-image-policy-bounded",
    area,
    severity: "medium",
    description:
        "An ImagePolicy says which tags it means: any version, or any tag in order, is also the one that was pushed by mistake.",
    remedy: "Give a range with an upper end, or filterTags.",
    types: ["kubernetes:image.toolkit.fluxcd.io/*:ImagePolicy"],
    check({ props }) {
        const spec = object(props, "spec");
        const policy = object(spec, "policy");
        if (isGiven(object(spec, "filterTags"), "pattern")) {
            return [];
        }
        const range = text(object(policy, "semver"), "range");
        const open = range !== undefined && /^\s*(\*|x|>=?\s*v?[\d.]+(-0)?)\s*$/.test(range);
        return open
            ? [`policy.semver.range "${range}" has no upper end; give one, or filterTags.`]
            : ["alphabetical", "numerical"]
                  .filter((order) => value(policy, order) !== undefined && isAbsent(spec, "filterTags"))
                  .map((order) => `policy.${order} is without filterTags; say which tags are meant.`);
    },
};

const providerWithoutSecret: ResourceRule = {
    name: "flux-provider-no-secret",
    area: "Notifications",
    severity: "high",
    description: "The address of a chat is a secret, and is in a Secret.",
    remedy: "Put the address into a Secret, and name it in spec.secretRef.",
    types: ["kubernetes:notification.toolkit.fluxcd.io/*:Provider"],
    check({ props }) {
        const found = secretIn(text(object(props, "spec"), "address") ?? "");
        return found === undefined ? [] : [`spec.address looks like ${found}; use spec.secretRef.`];
    },
};

/** Its controllers are installed with cluster-admin and roles for its own kinds. */
export const flux: EnginePolicies = {
    area,
    rules: [
        sourceEncrypted,
        sourcePinned,
        chartPinned,
        ownAccount,
        receiverVerified,
        automationAwayFromProduction,
        imagesBounded,
        providerWithoutSecret,
    ],
    installedRoles: /^(cluster-reconciler|crd-controller|flux-(edit|view|operator))(-|$)/,
    sources: (type, props) =>
        type.endsWith(":GitRepository") ? [text(object(props, "spec"), "url") ?? ""].filter(Boolean) : [],
};
