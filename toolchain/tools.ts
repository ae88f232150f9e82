/**
 * The table of everything the estate needs and npm does not have. Adding a tool is one entry here and one
 * folder with a go.mod and go.sum that pin it.
 */

import { devNull } from "node:os";

/** Names of the tools, as they are asked for. */
export type ToolName = keyof typeof TABLE;

/**
 * When a tool is wanted: `estate` tools are needed by every estate, `delivery` tools only by those that run a delivery
 * engine's controllers on the user's machine. Nothing builds a `delivery` tool that was not asked for by name.
 */
export type ToolGroup = "estate" | "delivery";

/** How a copy found on PATH proves that it is the right program and new enough. */
export type PathProbe =
    | {
          /** Arguments that print the version, for example `["--version"]`. */
          readonly args: readonly string[];
          /** Finds the version as its first group; output that does not match is another program of that name. */
          readonly pattern: RegExp;
          /** Oldest version taken. */
          readonly minimum: string;
          /** First version that is not taken any more. Default: none. */
          readonly below?: string;
          /** Added to the environment, so that asking for the version does nothing else. */
          readonly env?: Readonly<Record<string, string>>;
      }
    | {
          /** The program says no version: it is taken if it lies beside this tool's usable copy on PATH. */
          readonly besides: string;
      };

interface Entry {
    readonly group: ToolGroup;
    /** What it is for, in one line, printed by `npm run toolchain`. */
    readonly purpose: string;
    readonly version: string;
    /** Seconds a first build took on 2 cores, dependencies included; only used to estimate what remains. */
    readonly seconds: number;
    /** Bytes a first build leaves in Go's caches and ours, rounded up; only used to refuse a build that cannot end. */
    readonly disk: number;
}

/** A program built from a published Go module that `toolchain/<module>/` pins. */
export interface GoTool extends Entry {
    readonly kind: "go";
    /** Folder under toolchain/ with the go.mod. */
    readonly module: string;
    /** Import path of the main package. */
    readonly package: string;
    /** Variables set at link time, `import/path.Name` to value: how these programs learn their version. */
    readonly variables?: Readonly<Record<string, string>>;
    readonly probe?: PathProbe;
    /** Version of Go that it is built with, where it wants a newer one than all others; Go fetches and verifies it. */
    readonly compiler?: string;
    /**
     * A file that its published module lacks and that it does not build without: its path in the module, and the file in the
     * tool's folder that is put there. The module is then built from a copy of its verified files.
     */
    readonly added?: { readonly module: string; readonly path: string; readonly file: string };
    /** Tool that looks for this one beside itself: in its folder a launcher is put, which starts this one with `arguments`. */
    readonly beside?: { readonly tool: string; readonly arguments: readonly string[] };
}

/** A program built from Go sources of this checkout; its version is a hash of them. */
export interface SourceTool extends Entry {
    readonly kind: "source";
    /** Folder of the module, from the top of the checkout. */
    readonly folder: string;
}

/** A folder of files that come with a published Go module: nothing is compiled. */
export interface ModuleFiles extends Entry {
    readonly kind: "module-files";
    readonly module: string;
    /** Module path whose files are meant. */
    readonly path: string;
    /** Folder inside the module. */
    readonly folder: string;
    /**
     * Go's sum of the module (`h1:...`), where `toolchain/<module>/go.mod` cannot require it: its programs want a newer Go
     * than its files do. It is then fetched by itself and compared with this.
     */
    readonly sum?: string;
    /** The module's version, where its files are those of another program's release: `version` is that one's then. */
    readonly moduleVersion?: string;
}

export type ToolSpec = GoTool | SourceTool | ModuleFiles;

const MB = 1024 * 1024;
const KUBERNETES = "1.36.3";
const FLUX = "2.9.5";
const FLUX_OPERATOR = "0.59.0";
const FLUX_OPERATOR_MODULE = "github.com/controlplaneio-fluxcd/flux-operator";
const FLUX_OPERATOR_SUM = "h1:jByuiWYtjSJxucGHuz68tV0DeVFz5CYrKQYfxAwE7lE=";
const PULUMI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

function kubernetes(command: string, purpose: string, seconds: number, disk: number): GoTool {
    const [major = "", minor = ""] = KUBERNETES.split(".");
    return {
        kind: "go",
        group: "estate",
        purpose,
        version: KUBERNETES,
        module: "kubernetes",
        package: `k8s.io/kubernetes/cmd/${command}`,
        variables: {
            "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
            "k8s.io/component-base/version.gitMajor": major,
            "k8s.io/component-base/version.gitMinor": minor,
            "k8s.io/client-go/pkg/version.gitVersion": `v${KUBERNETES}`,
        },
        seconds,
        disk,
        // Another minor version serves other APIs and defaults than the tests and stored goldens were made with.
        probe: {
            args: command === "kubectl" ? ["version", "--client"] : ["--version"],
            pattern:
                command === "kubectl" ? /Client Version: v(\d+\.\d+\.\d+)/ : /^Kubernetes v(\d+\.\d+\.\d+)/m,
            minimum: "1.36.0",
            ...(command === "kubectl" ? {} : { below: "1.37.0" }),
        },
    };
}

function fluxController(name: string, version: string, seconds: number, disk: number): GoTool {
    return {
        kind: "go",
        group: "delivery",
        purpose: `Flux: its ${name}`,
        version,
        module: "flux",
        package: `github.com/fluxcd/${name}`,
        // No copy on PATH is taken: the controllers print no version.
        seconds,
        disk,
    };
}

const TABLE = {
    pulumi: {
        kind: "go",
        group: "estate",
        purpose: "the engine: preview, up, destroy",
        version: "3.256.0",
        module: "pulumi",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: { [PULUMI_VERSION]: "v3.256.0" },
        seconds: 300,
        disk: 2900 * MB,
        probe: {
            args: ["version"],
            pattern: /^v(\d+\.\d+\.\d+)/m,
            minimum: "3.256.0",
            // Else it asks the network for a newer one, and writes a log of the run into the user's home.
            env: { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: devNull },
        },
    },
    "pulumi-language-nodejs": {
        kind: "go",
        group: "estate",
        purpose: "runs TypeScript programs for the engine",
        version: "3.66.0",
        module: "pulumi-language-nodejs",
        package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        variables: { [PULUMI_VERSION]: "v3.66.0" },
        seconds: 30,
        disk: 420 * MB,
        probe: { besides: "pulumi" },
        // Engines passed a project's options to hosts of this age by flags; today's pass them in a call that it does not know. Without
        // the flag it registers ts-node in every program, whatever Pulumi.yaml says, which today's hosts leave out as the call says.
        beside: { tool: "pulumi", arguments: ["-typescript=false"] },
    },
    "kube-apiserver": kubernetes("kube-apiserver", "each cluster's API", 270, 2800 * MB),
    "kube-controller-manager": kubernetes(
        "kube-controller-manager",
        "each cluster's controllers",
        80,
        700 * MB,
    ),
    "kube-scheduler": kubernetes("kube-scheduler", "binds pods to nodes", 10, 100 * MB),
    kubectl: kubernetes("kubectl", "to look at the clusters by hand", 25, 300 * MB),
    kwok: {
        kind: "go",
        group: "estate",
        purpose: "simulated nodes: pods become Ready without containers",
        version: "0.8.0",
        module: "kwok",
        package: "sigs.k8s.io/kwok/cmd/kwok",
        seconds: 120,
        disk: 850 * MB,
        probe: { args: ["--version"], pattern: /^kwok version v?(\d+\.\d+\.\d+)/m, minimum: "0.8.0" },
    },
    registry: {
        kind: "go",
        group: "estate",
        purpose: "the OCI registry behind Harbor's API",
        version: "3.1.2",
        module: "registry",
        package: "github.com/distribution/distribution/v3/cmd/registry",
        variables: { "github.com/distribution/distribution/v3/version.version": "v3.1.2" },
        seconds: 75,
        disk: 1500 * MB,
        probe: {
            args: ["--version"],
            pattern: /github\.com\/distribution\/distribution\/v3 v(\d+\.\d+\.\d+)/,
            minimum: "3.0.0",
        },
    },
    etcd: {
        kind: "go",
        group: "estate",
        purpose: "where the clusters keep their objects",
        version: "3.7.3",
        module: "etcd",
        package: "go.etcd.io/etcd/server/v3",
        seconds: 40,
        disk: 260 * MB,
        probe: { args: ["--version"], pattern: /^etcd Version: (\d+\.\d+\.\d+)/m, minimum: "3.6.0" },
    },
    crane: {
        kind: "go",
        group: "estate",
        purpose: "makes, pushes and copies images without a daemon",
        version: "0.22.1",
        module: "crane",
        package: "github.com/google/go-containerregistry/cmd/crane",
        variables: { "github.com/google/go-containerregistry/cmd/crane/cmd.Version": "0.22.1" },
        seconds: 10,
        disk: 140 * MB,
        probe: { args: ["version"], pattern: /^v?(\d+\.\d+\.\d+)\s*$/m, minimum: "0.20.0" },
    },
    providers: {
        kind: "source",
        group: "estate",
        purpose: "the sandbox's own provider plugins",
        version: "source",
        folder: "sandbox/providers",
        seconds: 60,
        disk: 600 * MB,
    },
    relay: {
        kind: "source",
        group: "delivery",
        purpose: "signs notifications for chat bots",
        version: "source",
        folder: "relay",
        seconds: 10,
        disk: 60 * MB,
    },
    docker: {
        kind: "source",
        group: "delivery",
        purpose: "stands in for Docker where pipelines deliver to a machine",
        version: "source",
        folder: "sandbox/docker",
        seconds: 30,
        disk: 200 * MB,
    },
    "argocd-manifests": {
        kind: "module-files",
        group: "estate",
        purpose: "Argo CD's install manifests",
        version: "3.2.11",
        module: "argo-cd",
        path: "github.com/argoproj/argo-cd/v3",
        folder: "manifests",
        seconds: 10,
        disk: 100 * MB,
    },
    "argocd-image-updater-manifests": {
        kind: "module-files",
        group: "estate",
        purpose: "the image updater's install manifests",
        version: "0.12.2",
        module: "argocd-image-updater",
        path: "github.com/argoproj-labs/argocd-image-updater",
        folder: "manifests",
        seconds: 5,
        disk: 10 * MB,
    },
    argocd: {
        kind: "go",
        group: "delivery",
        purpose: "Argo CD: the command, and by ARGOCD_BINARY_NAME each of its servers and controllers",
        version: "3.2.11",
        module: "argo-cd",
        package: "github.com/argoproj/argo-cd/v3/cmd",
        variables: { "github.com/argoproj/argo-cd/v3/common.version": "3.2.11" },
        seconds: 300,
        disk: 2000 * MB,
        // The same minor version as the install manifests.
        probe: {
            args: ["version", "--client", "--short"],
            pattern: /^argocd: v(\d+\.\d+\.\d+)/m,
            minimum: "3.2.11",
            below: "3.3.0",
        },
    },
    helm: {
        kind: "go",
        group: "delivery",
        purpose: "renders charts for Argo CD",
        version: "3.22.0",
        module: "helm",
        package: "helm.sh/helm/v3/cmd/helm",
        variables: { "helm.sh/helm/v3/internal/version.version": "v3.22.0" },
        seconds: 100,
        disk: 900 * MB,
        probe: {
            args: ["version", "--template", "{{.Version}}"],
            pattern: /^v(\d+\.\d+\.\d+)/m,
            minimum: "3.16.0",
            below: "4.0.0",
        },
    },
    kustomize: {
        kind: "go",
        group: "delivery",
        purpose: "renders overlays for Argo CD",
        version: "5.7.1",
        module: "kustomize",
        package: "sigs.k8s.io/kustomize/kustomize/v5",
        variables: { "sigs.k8s.io/kustomize/api/provenance.version": "v5.7.1" },
        seconds: 25,
        disk: 200 * MB,
        probe: { args: ["version"], pattern: /^v?(\d+\.\d+\.\d+)/m, minimum: "5.3.0" },
    },
    miniredis: {
        kind: "go",
        group: "delivery",
        purpose: "Argo CD's cache: the Redis protocol, served from memory",
        version: "2.40.0",
        module: "miniredis",
        package: "estate/toolchain/miniredis",
        variables: { "main.version": "2.40.0" },
        seconds: 5,
        disk: 50 * MB,
    },
    "argocd-image-updater": {
        kind: "go",
        group: "delivery",
        purpose: "writes new image tags into config repositories",
        version: "0.12.2",
        module: "argocd-image-updater",
        package: "github.com/argoproj-labs/argocd-image-updater/cmd",
        variables: { "github.com/argoproj-labs/argocd-image-updater/pkg/version.version": "0.12.2" },
        seconds: 150,
        disk: 1200 * MB,
        // From 1.0 on it reads a resource of its own instead of annotations.
        probe: {
            args: ["version"],
            pattern: /^argocd-image-updater: v(\d+\.\d+\.\d+)/m,
            minimum: "0.12.0",
            below: "1.0.0",
        },
    },
    "flux-manifests": {
        kind: "module-files",
        group: "delivery",
        purpose: `Flux ${FLUX}'s install manifests`,
        version: FLUX,
        moduleVersion: FLUX_OPERATOR,
        module: "flux",
        path: FLUX_OPERATOR_MODULE,
        // Flux's release is no Go module; its parts, as released, come with this one.
        folder: `config/data/flux/v${FLUX}`,
        sum: FLUX_OPERATOR_SUM,
        seconds: 10,
        disk: 60 * MB,
    },
    "flux-operator": {
        kind: "go",
        group: "delivery",
        purpose: "Flux Operator: makes previews of merge requests for Flux",
        version: FLUX_OPERATOR,
        module: "flux-operator",
        package: `${FLUX_OPERATOR_MODULE}/cmd/operator`,
        variables: { "main.VERSION": `v${FLUX_OPERATOR}` },
        compiler: "1.27.4",
        // Its release makes the page with npm; the sandbox runs it without pages.
        added: { module: FLUX_OPERATOR_MODULE, path: "web/dist/index.html", file: "index.html" },
        // No copy on PATH is taken: it prints no version.
        seconds: 300,
        disk: 2500 * MB,
    },
    "flux-operator-manifests": {
        kind: "module-files",
        group: "delivery",
        purpose: "Flux Operator's install manifests",
        version: FLUX_OPERATOR,
        module: "flux",
        path: FLUX_OPERATOR_MODULE,
        folder: "config",
        sum: FLUX_OPERATOR_SUM,
        seconds: 10,
        disk: 60 * MB,
    },
    "source-controller": fluxController("source-controller", "1.9.5", 390, 3200 * MB),
    "kustomize-controller": fluxController("kustomize-controller", "1.9.5", 80, 800 * MB),
    "helm-controller": fluxController("helm-controller", "1.6.4", 50, 500 * MB),
} as const satisfies Record<string, ToolSpec>;

/** Every tool of the table. */
export const TOOLS: Readonly<Record<ToolName, ToolSpec>> = TABLE;

/** Names of all tools, the longest build first: so that what remains gets certain early. */
export const TOOL_NAMES: readonly ToolName[] = (Object.keys(TABLE) as ToolName[]).sort(
    (left, right) => TOOLS[right].seconds - TOOLS[left].seconds,
);

/** Names of the tools of one group. */
export function toolsOfGroup(group: ToolGroup): ToolName[] {
    return TOOL_NAMES.filter((name) => TOOLS[name].group === group);
}

/** Whether a text names a tool of the table. */
export function isToolName(text: string): text is ToolName {
    return Object.hasOwn(TABLE, text);
}
