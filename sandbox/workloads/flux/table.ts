/** Flux's workloads as processes of this machine: real controllers where they can be built, stand-ins where not. */
import * as path from "node:path";

import { type ToolName } from "../../../toolchain";
import { loopback, portOf } from "../../support/ports";
import { type Place, type StandIn, type Workload } from "../engine";
import { relayWorkload } from "../relay";

/** Ports of the processes. */
export interface FluxPorts {
    /** Where source-controller hands out what it fetched. */
    readonly source: number;
    readonly kustomizeHealth: number;
    readonly helmHealth: number;
    /** Where controllers report events. */
    readonly events: number;
    /** Where GitLab and Harbor report pushes. */
    readonly receiver: number;
    readonly relay: number;
    /** Where GitLab reports approvals. */
    readonly approvalRelay: number;
    readonly operatorHealth: number;
}

/** Ports of Flux in the block that starts at `base`. */
export function fluxPorts(base: number): FluxPorts {
    return {
        source: portOf(base, "flux-source"),
        kustomizeHealth: portOf(base, "flux-kustomize-health"),
        helmHealth: portOf(base, "flux-helm-health"),
        events: portOf(base, "flux-events"),
        receiver: portOf(base, "flux-receiver"),
        relay: portOf(base, "flux-relay"),
        approvalRelay: portOf(base, "flux-approval-relay"),
        operatorHealth: portOf(base, "flux-operator-health"),
    };
}

/** Programs of Flux, as the toolchain knows them. */
export const fluxTools = [
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "relay",
] as const satisfies readonly ToolName[];

const at = (port: number): string => `${loopback}:${port}`;

/** The workload whose namespace is Flux's. */
const first = "source-controller";

const standIn = (name: string): StandIn => ({
    entry: path.join(__dirname, "standins", "main.ts"),
    words: [name],
});

const deployment = (name: string): Workload["sources"] => [{ kind: "Deployment", name }];

/** There is one of each, so nobody has to wait for a lead; metrics would listen on every address. */
const shared = (ports: FluxPorts): string[] => [
    "--enable-leader-election=false",
    "--metrics-addr=0",
    `--events-addr=http://${at(ports.events)}/`,
];

const clusterOf = ({ kubeconfig }: Place): Record<string, string> => ({ KUBECONFIG: kubeconfig });

/** What a stand-in is told beside the words of its container. */
const told = (ports: FluxPorts, { kubeconfig }: Place): string[] => [
    `--kubeconfig=${kubeconfig}`,
    `--events-addr=http://${at(ports.events)}/`,
];

/** Every workload, in the order they are worth starting. */
export const fluxWorkloads = (ports: FluxPorts): readonly Workload[] => [
    {
        name: first,
        sources: deployment(first),
        program: "source-controller",
        ownProgram: true,
        flags: ({ root }) => [
            ...shared(ports),
            "--health-addr=0",
            `--storage-path=${root}/data`,
            `--storage-addr=${at(ports.source)}`,
            `--storage-adv-addr=${at(ports.source)}`,
        ],
        env: clusterOf,
        probe: { kind: "http", port: ports.source, path: "/" },
        memoryMiB: 200,
    },
    {
        name: "kustomize-controller",
        sources: deployment("kustomize-controller"),
        beside: first,
        program: "kustomize-controller",
        ownProgram: true,
        flags: () => [...shared(ports), `--health-addr=${at(ports.kustomizeHealth)}`],
        env: clusterOf,
        probe: { kind: "http", port: ports.kustomizeHealth, path: "/readyz" },
        memoryMiB: 200,
    },
    {
        name: "helm-controller",
        sources: deployment("helm-controller"),
        beside: first,
        program: "helm-controller",
        ownProgram: true,
        flags: () => [...shared(ports), `--health-addr=${at(ports.helmHealth)}`],
        env: clusterOf,
        probe: { kind: "http", port: ports.helmHealth, path: "/readyz" },
        memoryMiB: 200,
    },
    {
        name: "notification-controller",
        sources: deployment("notification-controller"),
        beside: first,
        program: standIn("notification-controller"),
        ownProgram: true,
        flags: (place) => [
            ...told(ports, place),
            `--events-listen=${ports.events}`,
            `--receiver-listen=${ports.receiver}`,
            `--relay=${ports.relay}`,
        ],
        env: () => ({}),
        probe: { kind: "http", port: ports.receiver, path: "/healthz" },
        memoryMiB: 100,
    },
    {
        name: "image-reflector-controller",
        sources: deployment("image-reflector-controller"),
        beside: first,
        program: standIn("image-reflector-controller"),
        ownProgram: true,
        flags: (place) => told(ports, place),
        env: () => ({}),
        probe: { kind: "alive" },
        memoryMiB: 100,
    },
    {
        name: "image-automation-controller",
        sources: deployment("image-automation-controller"),
        beside: first,
        program: standIn("image-automation-controller"),
        ownProgram: true,
        flags: (place) => told(ports, place),
        env: () => ({}),
        probe: { kind: "alive" },
        memoryMiB: 100,
    },
    {
        name: "flux-operator",
        sources: deployment("flux-operator"),
        beside: first,
        program: "flux-operator",
        ownProgram: true,
        flags: () => [
            "--enable-leader-election=false",
            "--metrics-addr=0",
            `--health-addr=${at(ports.operatorHealth)}`,
        ],
        env: (place) => ({
            ...clusterOf(place),
            // It refuses to run otherwise; its release is built so that this is the default.
            GODEBUG: "fips140=on",
        }),
        probe: { kind: "http", port: ports.operatorHealth, path: "/readyz" },
        memoryMiB: 150,
    },
    relay("notification-relay", ports.relay),
    relay("approval-relay", ports.approvalRelay),
];

/** A relay in Flux's namespace. */
function relay(name: string, port: number): Workload {
    return relayWorkload(`flux-${name}`, { deployment: name, beside: first, port });
}

/** The words behind the program's own name: a container of Flux has flags only, the relay's begins with its path. */
export function argumentsOf(words: readonly string[]): string[] {
    const first = words.findIndex((word) => word.startsWith("-"));
    return first < 0 ? [] : words.slice(first);
}
