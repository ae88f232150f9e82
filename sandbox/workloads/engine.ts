/**
 * What the sandbox has to know of a delivery engine to run its workloads as processes of this machine. One folder per
 * engine beside this file gives such a table; engines.ts lists them.
 */
import { type ToolName } from "../../toolchain";
import { type SandboxLayout } from "../support/layout";

/** A delivery engine's table. */
export interface Engine {
    /** Name of the part that runs the workloads, and of its files. */
    readonly id: string;
    /** As people write it. */
    readonly title: string;
    /** Programs that its workloads are or call, by the toolchain's names. */
    readonly tools: readonly ToolName[];
    /** The same of workloads that most estates do without, by the part of the sandbox that is asked for then. */
    readonly extras?: Readonly<Record<string, readonly ToolName[]>>;
    /** Ports of its processes, by what they are for, in the block that starts at `base`. */
    readonly ports: (base: number) => Readonly<Record<string, number>>;
    /** Every workload, in the order they are worth starting, with ports in the block that starts at `base`. */
    readonly workloads: (base: number) => readonly Workload[];
    /** What the engine's images bring along that its processes need. */
    readonly image: EngineImage;
    /** Servers of the sandbox beside the workloads' own. */
    readonly listeners: (base: number, processes: Processes) => readonly Listener[];
    /** Where people go; absent where the engine has no pages. */
    readonly page?: {
        /** The workload that serves it. */
        readonly workload: string;
        /** How to sign in, in one line. */
        readonly hint: string;
    };
    /** What {@link Engine.command} is, in one line with examples. */
    readonly commandUsage: string;
    /**
     * Runs the engine's own command, signed in.
     *
     * @returns its exit code.
     * @throws Error when the engine does not run or does not let the sandbox in.
     */
    readonly command: (layout: SandboxLayout, args: readonly string[]) => Promise<number>;
}

export interface EngineImage {
    /** Home of the images' user, by absolute path inside the container. */
    readonly home: string;
    /** Folders that are there without being mounted, by absolute path inside the container. */
    readonly folders: readonly string[];
    /** Programs on the PATH: the name they are called by, and the tool that is used for it. */
    readonly programs: Readonly<Record<string, ToolName>>;
    /** Scripts on the PATH: name and text. */
    readonly scripts: Readonly<Record<string, string>>;
    /** The words behind the program's own name: a container's command may begin with an init and the program's path. */
    readonly argumentsOf: (words: readonly string[]) => readonly string[];
}

/** Where one process finds its files. */
export interface Place {
    /** Folder used as the container's file system. */
    readonly root: string;
    /** File with the service account's kubeconfig. */
    readonly kubeconfig: string;
    /** Short path for a Unix socket of this process. */
    readonly socket: string;
}

/** How one asks whether a process is up. */
export type Probe =
    | { readonly kind: "http"; readonly port: number; readonly path: string }
    | { readonly kind: "tcp"; readonly port: number }
    | { readonly kind: "alive" };

/** One workload of the cluster that runs as a process here. */
export interface Workload {
    /** Name of the part and of its log. */
    readonly name: string;
    /** The objects it may come from; the first that is there counts. */
    readonly sources: readonly { readonly kind: "Deployment" | "StatefulSet"; readonly name: string }[];
    /** One of {@link Engine.tools}, or what does a program's work that cannot be had here. */
    readonly program: ToolName | StandIn;
    /** Only an object in the namespace of this workload's counts. Default: that of any namespace. */
    readonly beside?: string;
    /** An init container that does something of use here; not run where the pod template has none of that name. */
    readonly init?: InitContainer;
    /** Whether words and variables of the container are passed on: not where another program is used instead. */
    readonly ownProgram: boolean;
    /** Flags behind those of the workload: addresses of this machine. The last one of a flag counts. */
    readonly flags: (place: Place) => readonly string[];
    /** Over the workload's environment. */
    readonly env: (place: Place) => Readonly<Record<string, string>>;
    /** Files the program reads in place of the container's variables: text, by absolute path inside the container. */
    readonly files?: (env: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
    readonly probe: Probe;
    /** Soft limit of the Go heap, MiB; a stand-in has none. */
    readonly memoryMiB: number;
    /** Where people reach it. */
    readonly url?: string;
}

/** A program of the sandbox itself in an engine's place: a TypeScript file, and its first words. */
export interface StandIn {
    readonly entry: string;
    readonly words: readonly string[];
}

export interface InitContainer {
    /** Its name in the pod template. */
    readonly container: string;
    /** One of {@link Engine.tools}. */
    readonly tool: ToolName;
    readonly args: (place: Place, namespace: string) => readonly string[];
    readonly env: Readonly<Record<string, string>>;
}

/** The running workloads, as a listener may use them. */
export interface Processes {
    /** Starts a workload's process again, if it runs. */
    readonly restart: (workload: string) => void;
    /** A value of a Secret in the workload's namespace; undefined where there is none. */
    readonly secretValue: (workload: string, secret: string, key: string) => string | undefined;
    readonly log: (line: string) => void;
}

export interface Listener {
    readonly start: () => Promise<unknown>;
    readonly close: () => Promise<void>;
}
