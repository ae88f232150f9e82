/** Argo CD's workloads as processes of this machine: which program each is, and what has to differ from a container. */
import { type ToolName } from "../../../toolchain";
import { loopback, portOf } from "../../support/ports";
import { type Place, type Workload } from "../engine";
import { relayWorkload } from "../relay";

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
    /** Where Harbor reports pushes, on behalf of the image updater. */
    readonly imageUpdaterWebhook: number;
    readonly notificationRelay: number;
    /** Where GitLab reports approvals. */
    readonly approvalRelay: number;
}

/** Ports of Argo CD in the block that starts at `base`. */
export function argoCdPorts(base: number): ArgoCdPorts {
    return {
        server: portOf(base, "argocd"),
        serverMetrics: portOf(base, "argocd-server-metrics"),
        repoServer: portOf(base, "argocd-repo-server"),
        repoServerMetrics: portOf(base, "argocd-repo-server-metrics"),
        redis: portOf(base, "argocd-redis"),
        controllerMetrics: portOf(base, "argocd-controller-metrics"),
        applicationSetWebhook: portOf(base, "argocd-applicationset-webhook"),
        applicationSetProbe: portOf(base, "argocd-applicationset-probe"),
        applicationSetMetrics: portOf(base, "argocd-applicationset-metrics"),
        notificationsMetrics: portOf(base, "argocd-notifications-metrics"),
        imageUpdaterWebhook: portOf(base, "argocd-image-updater-webhook"),
        notificationRelay: portOf(base, "notification-relay"),
        approvalRelay: portOf(base, "approval-relay"),
    };
}

/** Programs of Argo CD, as the toolchain knows them. */
export const argoCdTools = [
    "argocd",
    "argocd-image-updater",
    "helm",
    "kustomize",
    "miniredis",
    "relay",
] as const satisfies readonly ToolName[];

/** The workload that pushes of images are reported to. */
export const imageUpdater = "argocd-image-updater";

const at = (port: number): string => `${loopback}:${port}`;

/** Files that Argo CD looks for below `/app/config`, with where they are on this machine. */
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

/** Where the password of the cache is put for miniredis, below the process's root. */
const redisPasswordFile = "/run/redis-password";

/** Variables that hold the cache's password, by variant of the install. */
const redisPasswordVariables = ["REDIS_PASSWORD", "AUTH"] as const;

/** Argo CD's binary is the program that this variable says. */
const binaryName = (name: string): Record<string, string> => ({ ARGOCD_BINARY_NAME: name });

/** Every workload, in the order they are worth starting. */
export const argoCdWorkloads = (ports: ArgoCdPorts): readonly Workload[] => [
    {
        name: "argocd-redis",
        sources: [
            { kind: "Deployment", name: "argocd-redis" },
            { kind: "Deployment", name: "argocd-redis-ha-haproxy" },
        ],
        program: "miniredis",
        init: {
            container: "secret-init",
            tool: "argocd",
            args: ({ kubeconfig }, namespace) => [
                "admin",
                "redis-initial-password",
                `--kubeconfig=${kubeconfig}`,
                `--namespace=${namespace}`,
            ],
            env: binaryName("argocd"),
        },
        ownProgram: false,
        flags: ({ root }) => ["-address", at(ports.redis), "-password-file", `${root}${redisPasswordFile}`],
        env: () => ({}),
        files: (env) => ({
            [redisPasswordFile]: redisPasswordVariables.map((name) => env[name]).find(Boolean) ?? "",
        }),
        probe: { kind: "tcp", port: ports.redis },
        memoryMiB: 100,
    },
    {
        name: "argocd-repo-server",
        sources: [{ kind: "Deployment", name: "argocd-repo-server" }],
        program: "argocd",
        ownProgram: true,
        flags: () => [
            `--address=${loopback}`,
            `--port=${ports.repoServer}`,
            `--metrics-address=${loopback}`,
            `--metrics-port=${ports.repoServerMetrics}`,
            `--redis=${at(ports.redis)}`,
        ],
        env: (place) => ({
            ...binaryName("argocd-repo-server"),
            ...configPaths(place),
            ARGOCD_ASK_PASS_SOCK: place.socket,
        }),
        probe: { kind: "http", port: ports.repoServerMetrics, path: "/healthz" },
        memoryMiB: 200,
    },
    {
        name: "argocd-application-controller",
        sources: [{ kind: "StatefulSet", name: "argocd-application-controller" }],
        program: "argocd",
        ownProgram: true,
        flags: ({ kubeconfig }) => [
            `--metrics-port=${ports.controllerMetrics}`,
            `--redis=${at(ports.redis)}`,
            `--repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({
            ...binaryName("argocd-application-controller"),
            ...configPaths(place),
            ...inCluster(place),
        }),
        probe: { kind: "http", port: ports.controllerMetrics, path: "/healthz" },
        memoryMiB: 300,
    },
    {
        name: "argocd-server",
        sources: [{ kind: "Deployment", name: "argocd-server" }],
        program: "argocd",
        ownProgram: true,
        flags: ({ kubeconfig }) => [
            `--address=${loopback}`,
            `--port=${ports.server}`,
            `--metrics-address=${loopback}`,
            `--metrics-port=${ports.serverMetrics}`,
            `--redis=${at(ports.redis)}`,
            `--repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({ ...binaryName("argocd-server"), ...configPaths(place), ...inCluster(place) }),
        probe: { kind: "http", port: ports.server, path: "/healthz" },
        memoryMiB: 200,
        url: `http://${at(ports.server)}`,
    },
    {
        name: "argocd-applicationset-controller",
        sources: [{ kind: "Deployment", name: "argocd-applicationset-controller" }],
        program: "argocd",
        ownProgram: true,
        flags: ({ kubeconfig }) => [
            `--metrics-addr=${at(ports.applicationSetMetrics)}`,
            `--probe-addr=${at(ports.applicationSetProbe)}`,
            `--webhook-addr=${at(ports.applicationSetWebhook)}`,
            `--argocd-repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({
            ...binaryName("argocd-applicationset-controller"),
            ...configPaths(place),
            ...inCluster(place),
        }),
        probe: { kind: "tcp", port: ports.applicationSetProbe },
        memoryMiB: 120,
    },
    {
        name: "argocd-notifications-controller",
        sources: [{ kind: "Deployment", name: "argocd-notifications-controller" }],
        program: "argocd",
        ownProgram: true,
        flags: ({ kubeconfig }) => [
            `--metrics-port=${ports.notificationsMetrics}`,
            `--argocd-repo-server=${at(ports.repoServer)}`,
            `--kubeconfig=${kubeconfig}`,
        ],
        env: (place) => ({
            ...binaryName("argocd-notifications"),
            ...configPaths(place),
            ...inCluster(place),
        }),
        probe: { kind: "tcp", port: ports.notificationsMetrics },
        memoryMiB: 120,
    },
    relay("notification-relay", ports.notificationRelay),
    relay("approval-relay", ports.approvalRelay),
    {
        name: imageUpdater,
        sources: [
            { kind: "Deployment", name: "argocd-image-updater" },
            { kind: "Deployment", name: "argocd-image-updater-controller" },
        ],
        program: "argocd-image-updater",
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
        probe: { kind: "alive" },
        memoryMiB: 120,
    },
];

/** A relay in Argo CD's namespace. */
function relay(name: string, port: number): Workload {
    return relayWorkload(name, { deployment: name, beside: "argocd-repo-server", port });
}

/** The words behind the program's own name: a container's command may begin with an init and the program's path. */
export function argumentsOf(words: readonly string[]): string[] {
    const first = words.findIndex((word) => !/^(\/|tini$|--$|argocd|entrypoint\.sh$)/.test(word));
    return first < 0 ? [] : words.slice(first);
}
