/** The processes of the sandbox's Kubernetes clusters, as data: one etcd for all, and four processes per cluster. */
import * as fs from "node:fs";
import * as path from "node:path";

import { type SandboxLayout } from "../support/layout";
import { clusterPort, loopback, portOf } from "../support/ports";
import { type PartSpec, digest } from "../supervisor/parts";
import { serverUrl } from "./kubeconfig";
import { type ClusterPki, type EtcdPki } from "./pki";

/** Paths of the programs. */
export interface ClusterTools {
    readonly etcd: string;
    readonly "kube-apiserver": string;
    readonly "kube-controller-manager": string;
    readonly "kube-scheduler": string;
    readonly kwok: string;
}

/** Names of {@link ClusterTools}, as the toolchain knows them. */
export const clusterTools = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
] as const satisfies readonly (keyof ClusterTools)[];

/** The kubeconfig files of a cluster's own processes. */
export interface ComponentKubeconfigs {
    readonly controllerManager: string;
    readonly scheduler: string;
    readonly kwok: string;
}

/** Name of the part that all clusters keep their objects in. */
export const etcdPart = "etcd";

/** Name of one process of a cluster. */
export function clusterPart(cluster: string, process: ClusterProcess): string {
    return `${cluster}-${process}`;
}

/** The processes of one cluster, in the order they are started. */
export const clusterProcesses = ["apiserver", "controller-manager", "scheduler", "kwok"] as const;
export type ClusterProcess = (typeof clusterProcesses)[number];

/** Where the kubeconfig files of a cluster's processes lie. */
export function componentKubeconfigs(pki: ClusterPki): ComponentKubeconfigs {
    const file = (name: string): string => path.join(pki.dir, `${name}.kubeconfig`);
    return {
        controllerManager: file("controller-manager"),
        scheduler: file("scheduler"),
        kwok: file("kwok"),
    };
}

/**
 * Controllers that have nothing to do here: there is no cloud, no volume, no device and no node that joins by itself.
 * Each costs memory and watches. Names as `kube-controller-manager --help` lists them.
 */
const uselessControllers = [
    "cloud-node-lifecycle-controller",
    "device-taint-eviction-controller",
    "ephemeral-volume-controller",
    "horizontal-pod-autoscaler-controller",
    "kube-apiserver-serving-clustertrustbundle-publisher-controller",
    "node-ipam-controller",
    "node-route-controller",
    "persistentvolume-attach-detach-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-expander-controller",
    "podcertificaterequest-cleaner-controller",
    "podgroup-protection-controller",
    "resourceclaim-controller",
    "resourcepoolstatusrequest-controller",
    "service-cidr-controller",
    "service-lb-controller",
    "storage-version-migrator-controller",
    "storageversion-garbage-collector-controller",
    "volumeattributesclass-protection-controller",
];

/** Go collects garbage earlier than by default: it costs a little time and saves a third of the heap. */
const frugal = { GOGC: "50" };

/** etcd, reachable with a certificate of its own authority only. */
export function etcdSpec(layout: SandboxLayout, base: number, pki: EtcdPki, tools: ClusterTools): PartSpec {
    const client = portOf(base, "etcd-client");
    const peer = portOf(base, "etcd-peer");
    const url = `https://${loopback}:${client}`;
    return {
        name: etcdPart,
        kind: "etcd",
        group: "clusters",
        command: tools.etcd,
        args: [
            "--name=sandbox",
            `--data-dir=${layout.etcd}`,
            `--listen-client-urls=${url}`,
            `--advertise-client-urls=${url}`,
            // One member, so nobody ever calls the peer port; etcd wants one all the same.
            `--listen-peer-urls=http://${loopback}:${peer}`,
            `--initial-advertise-peer-urls=http://${loopback}:${peer}`,
            `--initial-cluster=sandbox=http://${loopback}:${peer}`,
            `--cert-file=${pki.server.cert}`,
            `--key-file=${pki.server.key}`,
            "--client-cert-auth=true",
            `--trusted-ca-file=${pki.ca.cert}`,
            "--auto-compaction-mode=periodic",
            "--auto-compaction-retention=10m",
            "--quota-backend-bytes=2147483648",
            "--snapshot-count=5000",
            "--log-level=warn",
        ],
        env: frugal,
        ports: [client, peer],
        readiness: {
            kind: "http",
            url: `${url}/health`,
            caFile: pki.ca.cert,
            certFile: pki.client.cert,
            keyFile: pki.client.key,
        },
        after: [],
        inputs: digest(fs.readFileSync(pki.server.cert, "utf8")),
    };
}

/** The four processes of one cluster; `index` is its place in the list of clusters and decides its port. */
export function clusterSpecs(
    layout: SandboxLayout,
    base: number,
    index: number,
    pki: ClusterPki,
    tools: ClusterTools,
): PartSpec[] {
    const port = clusterPort(base, index);
    const configs = componentKubeconfigs(pki);
    const apiserver = clusterPart(pki.cluster, "apiserver");
    const common = { group: "clusters", env: frugal, ports: [], after: [apiserver] } as const;
    // What the processes read at start: certificates made anew or another port are reasons to start again.
    const stages = path.join(__dirname, "stages.yaml");
    const inputs = digest(
        serverUrl(port),
        fs.readFileSync(stages, "utf8"),
        ...[pki.server, pki.controllerManager, pki.scheduler, pki.kwok, pki.etcdClient].map(({ cert }) =>
            fs.readFileSync(cert, "utf8"),
        ),
    );
    const alive = { kind: "alive", forMs: 300 } as const;
    const specs: PartSpec[] = [
        {
            ...common,
            name: apiserver,
            kind: "kube-apiserver",
            command: tools["kube-apiserver"],
            args: apiserverArgs(layout, base, port, pki),
            ports: [port],
            readiness: { kind: "http", url: `${serverUrl(port)}/readyz`, caFile: pki.ca.cert },
            readyTimeoutMs: 120_000,
            after: [etcdPart],
            url: serverUrl(port),
        },
        {
            ...common,
            name: clusterPart(pki.cluster, "controller-manager"),
            kind: "kube-controller-manager",
            command: tools["kube-controller-manager"],
            args: [
                `--kubeconfig=${configs.controllerManager}`,
                `--controllers=${["*", ...uselessControllers.map((name) => `-${name}`)].join(",")}`,
                "--leader-elect=false",
                "--secure-port=0",
                "--profiling=false",
                `--service-account-private-key-file=${pki.serviceAccount.key}`,
                `--root-ca-file=${pki.ca.cert}`,
                `--cluster-signing-cert-file=${pki.ca.cert}`,
                `--cluster-signing-key-file=${pki.ca.key}`,
                "--kube-api-qps=200",
                "--kube-api-burst=400",
            ],
            readiness: alive,
        },
        {
            ...common,
            name: clusterPart(pki.cluster, "scheduler"),
            kind: "kube-scheduler",
            command: tools["kube-scheduler"],
            args: [
                `--kubeconfig=${configs.scheduler}`,
                "--leader-elect=false",
                "--secure-port=0",
                "--profiling=false",
                "--kube-api-qps=200",
                "--kube-api-burst=400",
            ],
            readiness: alive,
        },
        {
            ...common,
            name: clusterPart(pki.cluster, "kwok"),
            kind: "kwok",
            command: tools.kwok,
            args: [
                `--kubeconfig=${configs.kwok}`,
                `--config=${stages}`,
                "--manage-all-nodes=true",
                "--node-ip=10.0.0.1",
                `--cidr=10.${100 + index}.0.0/16`,
                "--node-lease-duration-seconds=40",
                "--v=WARN",
            ],
            readiness: alive,
        },
    ];
    return specs.map((part) => ({ ...part, inputs }));
}

function apiserverArgs(layout: SandboxLayout, base: number, port: number, pki: ClusterPki): string[] {
    return [
        `--bind-address=${loopback}`,
        `--advertise-address=${loopback}`,
        `--secure-port=${port}`,
        `--tls-cert-file=${pki.server.cert}`,
        `--tls-private-key-file=${pki.server.key}`,
        `--client-ca-file=${pki.ca.cert}`,
        `--cert-dir=${path.join(layout.run, pki.cluster)}`,
        `--etcd-servers=https://${loopback}:${portOf(base, "etcd-client")}`,
        `--etcd-cafile=${pki.etcdCa}`,
        `--etcd-certfile=${pki.etcdClient.cert}`,
        `--etcd-keyfile=${pki.etcdClient.key}`,
        `--etcd-prefix=/${pki.cluster}`,
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-key-file=${pki.serviceAccount.cert}`,
        `--service-account-signing-key-file=${pki.serviceAccount.key}`,
        "--service-cluster-ip-range=10.96.0.0/16",
        // The `kubernetes` Service would point at 127.0.0.1, which Endpoints may not hold.
        "--endpoint-reconciler-type=none",
        "--allow-privileged=true",
        "--profiling=false",
        // A laptop's few clients need no fair queueing; it keeps a dozen objects and watches of its own.
        "--enable-priority-and-fairness=false",
        "--event-ttl=30m",
        "--shutdown-watch-termination-grace-period=1s",
    ];
}
