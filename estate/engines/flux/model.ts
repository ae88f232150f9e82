/** What is Flux's in an estate: the part `flux` of the model. */
import type { z } from "zod";
import type { Frozen } from "../../model";
import type { fluxOptions } from "./schema";

type Options = z.output<typeof fluxOptions>;

export interface Flux {
    readonly namespace: string;
    readonly manifests: FluxManifests;
    /** The operator that makes previews; absent: not installed. Its `path` is the file. */
    readonly operator?: FluxManifests;
    /** Registry host (and path) that mirrors the images; absent: as published. */
    readonly imageMirror?: string;
    /** Whether the mirror wants a login. */
    readonly imageMirrorLogin: boolean;
    /** Requests and limits by workload name, e.g. `helm-controller`. */
    readonly resources: Readonly<Record<string, Frozen<Options["resources"][string]>>>;
    /** `remove` drops `seccompProfile` from the workloads. */
    readonly seccomp: Options["seccomp"];
    /** Where GitLab and Harbor reach its receiver, without `/hook` and trailing slash; absent: it only polls. */
    readonly webhookUrl?: string;
    /** Where it reaches its relay, without a trailing slash. */
    readonly relayUrl: string;
    /** Seconds between polls of the config repositories. */
    readonly intervalSeconds: number;
    /** Seconds between two looks at the registries. */
    readonly imageIntervalSeconds: number;
    readonly forceUpgrades: boolean;
    readonly commit: { readonly name: string; readonly email: string; readonly message: string };
}

/** Where it is installed from; `path` or `url` is there. */
export interface FluxManifests {
    /** The version without `v`. */
    readonly version: string;
    /** Folder that holds `install.yaml`. */
    readonly path?: string;
    /** URL of the file itself. */
    readonly url?: string;
    /** SHA-256 of the file, 64 hex digits. */
    readonly sha256?: string;
}
