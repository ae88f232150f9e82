/** Argo CD's workloads as processes of this machine: which program each is, and what has to differ from a container. */
import { loopback } from "../../support/ports";

/** Ports of the processes. */
export interface ArgoCdPorts {
    readonly server: number;
    readonly serverMetrics: number;
    readonly repoServer: number;
    readonly repoServerMetrics: number;
    readonly redis: number;
    readonly controllerMetrics: number;
    readonly applicationSetWebhook: number;
    readonly applicationSetProbe: number;
    readonly applicationSetMetrics: number;
    readonly notificationsMetrics: number;
    /** Where Harbor tells of pushes, on behalf of the image updater. */
    readonly imageUpdaterWebhook: number;
    readonly notificationRelay: number;
}

/** Programs, by path. */
export interface ArgoCdTools {
    readonly argocd: string;
    readonly "argocd-image-updater": string;
    readonly helm: string;
    readonly kustomize: string;
    readonly miniredis: string;
    readonly relay: string;
}

/** Names of {@link ArgoCdTools}, as the toolchain knows them. */
export const argoCdTools = [
    "argocd",
    "argocd-image-updater",
    "helm",
    "kustomize",
    "miniredis",
    "relay",
] as const satisfies readonly (keyof ArgoCdTools)[];

/** Where one process finds its files. */
export interface Place {
    /** Folder that stands for the container's file system. */
    readonly root: string;
    /** File with the service account's kubeconfig. */
    readonly kubeconfig: string;
    /** Short path for a Unix socket of this process. */
    readonly socket: string;
    readonly ports: ArgoCdPorts;
}

/** How one asks whether a process is up. */
export type Probe =
    | { readonly kind: "http"; readonly port: number; readonly path: string }
    | { readonly kind: "tcp"; readonly port: number }
    | { readonly kind: "alive" };

/** One workload of the cluster that runs as a process here. */
export interface Workload {
    /** Name of the part, of its log and of the program Argo CD's binary is to be. */
    readonly name: string;
    /** The objects it may come from; the first that is there counts. */
    readonly sources: readonly { readonly kind: "Deployment" | "StatefulSet"; readonly name: string }[];
    readonly tool: "argocd" | "argocd-image-updater" | "miniredis" | "relay";
    /** `ARGOCD_BINARY_NAME` of Argo CD's binary. */
    readonly binary?: string;
    /** An init container that does something of use here, run as this command of Argo CD's binary. */
    readonly init?: { readonly container: string; readonly args: readonly string[] };
    /** Whether the words of the container are passed on: not where another program stands in for it. */
    readonly ownProgram: boolean;
    /** Flags behind those of the workload: addresses of this machine. The last one of a flag counts. */
    readonly flags: (place: Place) => readonly string[];
    /** Over the workload's environment. */
    readonly env: (place: Place) => Readonly<Record<string, string>>;
    readonly probe: (ports: ArgoCdPorts) => Probe;
    /** Soft limit of the Go heap, MiB. */
    readonly memoryMiB: number;
    /** Where people reach it. */
    readonly url?: (ports: ArgoCdPorts) => string;
}

const at = (port: number): string => `${loopback}:${port}`;

/** Files that Argo CD looks for below `/app/config`, told where they are on this machine. */
function configPaths({ root }: Place): Record<string, string> {
    return {
        ARGOCD_APP_CONF_PATH: `${root}/app/config`,
        ARGOCD_SSH_DATA_PATH: `${root}/app/config/ssh`,
        ARGOCD_TLS_DATA_PATH: `${root}/app/config/tls`,
        ARGOCD_GPG_DATA_PATH: `${root}/app/config/gpg/source`,
        ARGOCD_GNUPGHOME: `${root}/app/config/gpg/keys`,
        // Nobody here signs commits, and gpg's agent would outlive the process.
        ARGOCD_GPG_ENABLED: "false",
    };
}

/** `https://kubernetes.default.svc` is the cluster of the kubeconfig, with the rights of the service account. */
function inCluster({ kubeconfig }: Place): Record<string, string> {
    return { KUBECONFIG: kubeconfig, ARGOCD_FAKE_IN_CLUSTER: "true" };
}

/** Every workload, in the order they are worth starting. */
export const workloads: readonly Workload[] = [
    {
        name: "argocd-redis",
        sources: [
            { kind: "Deployment", name: "argocd-redis" },
            { kind: "Deployment", name: "argocd-redis-ha-haproxy" },
        ],
        tool: "miniredis",
        init: { container: "secret-init", args: ["admin", "redis-initial-password"] },
        ownProgram: false,
        flags: ({ root, ports }) => [
            "-address",
            at(ports.redis),
            "-password-file",
            `${root}${redisPasswordFile}`,
        ],
        env: () => ({}),
        probe: (ports) => ({ kind: "tcp", port: ports.redis }),
        memoryMiB: 100,
    },
    {
        name: "argocd-repo-server",
        sources: [{ kind: "Deployment", name: "argocd-repo-server" }],
        tool: "argocd",
        binary: "argocd-repo-server",
        ownProgram: true,
        flags: ({ ports }) => [
            `--address=${loopback}`,
            `--port=${ports.repoServer}`,
            `--metrics-address=${loopback}`,
            `--metrics-port=${ports.repoServerMetrics}`,
            `--redis=${at(ports.redis)}`,
        ],
        env: (place) => ({ ...configPaths(place), ARGOCD_ASK_PASS_SOCK: place.socket }),
        probe: (ports) => ({ kind: "http", port: ports.repoServerMetrics, path: "/healthz" }),
        memoryMiB: 200,
    },
    {
        name: "argocd-application-controller",
        sources: [{ kind: "StatefulSet", name: "argocd-application-controller" }],
        tool: "argocd",
        binary: "argocd-application-controller",
        ownProgram: true,
        flags: ({ ports, kubeconfig }) => [
            `--metrics-port=${ports.controllerMetrics}`,
            `--redis=${at(ports.redis)}`,
            `--repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...configPaths(place), ...inCluster(place) }),
        probe: (ports) => ({ kind: "http", port: ports.controllerMetrics, path: "/healthz" }),
        memoryMiB: 300,
    },
    {
        name: "argocd-server",
        sources: [{ kind: "Deployment", name: "argocd-server" }],
        tool: "argocd",
        binary: "argocd-server",
        ownProgram: true,
        flags: ({ ports, kubeconfig }) => [
            `--address=${loopback}`,
            `--port=${ports.server}`,
            `--metrics-address=${loopback}`,
            `--metrics-port=${ports.serverMetrics}`,
            `--redis=${at(ports.redis)}`,
            `--repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...configPaths(place), ...inCluster(place) }),
        probe: (ports) => ({ kind: "http", port: ports.server, path: "/healthz" }),
        memoryMiB: 200,
        url: (ports) => `http://${at(ports.server)}`,
    },
    {
        name: "argocd-applicationset-controller",
        sources: [{ kind: "Deployment", name: "argocd-applicationset-controller" }],
        tool: "argocd",
        binary: "argocd-applicationset-controller",
        ownProgram: true,
        flags: ({ ports, kubeconfig }) => [
            `--metrics-addr=${at(ports.applicationSetMetrics)}`,
            `--probe-addr=${at(ports.applicationSetProbe)}`,
            `--webhook-addr=${at(ports.applicationSetWebhook)}`,
            `--argocd-repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...configPaths(place), ...inCluster(place) }),
        probe: (ports) => ({ kind: "tcp", port: ports.applicationSetProbe }),
        memoryMiB: 120,
    },
    {
        name: "argocd-notifications-controller",
        sources: [{ kind: "Deployment", name: "argocd-notifications-controller" }],
        tool: "argocd",
        binary: "argocd-notifications",
        ownProgram: true,
        flags: ({ ports, kubeconfig }) => [
            `--metrics-port=${ports.notificationsMetrics}`,
            `--argocd-repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...configPaths(place), ...inCluster(place) }),
        probe: (ports) => ({ kind: "tcp", port: ports.notificationsMetrics }),
        memoryMiB: 120,
    },
    {
        name: "notification-relay",
        sources: [{ kind: "Deployment", name: "notification-relay" }],
        tool: "relay",
        ownProgram: true,
        flags: () => [],
        env: ({ root, ports }) => ({
            RELAY_LISTEN: at(ports.notificationRelay),
            // Beside the root, which is emptied at each start: what was told is not forgotten with the process.
            RELAY_STATE: `${root}-state`,
        }),
        probe: (ports) => ({ kind: "http", port: ports.notificationRelay, path: "/healthz" }),
        memoryMiB: 50,
    },
    {
        name: "argocd-image-updater",
        sources: [
            { kind: "Deployment", name: "argocd-image-updater" },
            { kind: "Deployment", name: "argocd-image-updater-controller" },
        ],
        tool: "argocd-image-updater",
        ownProgram: true,
        // Its own ports listen on every address, so they stay closed.
        flags: ({ root, kubeconfig }) => [
            "--health-port=0",
            "--metrics-port=0",
            `--registries-conf-path=${root}/app/config/registries.conf`,
            `--git-commit-message-path=${root}/app/config/commit.template`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...configPaths(place), ARGOCD_ASK_PASS_SOCK: place.socket }),
        probe: () => ({ kind: "alive" }),
        memoryMiB: 120,
    },
];

/** Where the password of the cache is put for miniredis, below the process's root. */
export const redisPasswordFile = "/run/redis-password";

/** Variables that hold the cache's password, by variant of the install. */
export const redisPasswordVariables = ["REDIS_PASSWORD", "AUTH"] as const;

/** The words behind the program's own name: a container's command may begin with an init and the program's path. */
export function argumentsOf(words: readonly string[]): string[] {
    const first = words.findIndex((word) => !/^(\/|tini$|--$|argocd|entrypoint\.sh$)/.test(word));
    return first < 0 ? [] : words.slice(first);
}
