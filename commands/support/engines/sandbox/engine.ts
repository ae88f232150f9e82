/** What the sandbox has to bring for an engine beside its programs, which are in sandbox/workloads. */
import type { Document } from "yaml";
import type { Estate } from "../../../../estate/model";
import type { ExtraId } from "../../../../sandbox";
import type { ToolName } from "../../../../toolchain";

/** An application of the sandbox's GitLab by which an engine signs people in. */
export interface SignIn {
    readonly issuer: string;
    readonly clientId: string;
    readonly name: string;
    readonly redirectUri: string;
}

export interface SandboxedEngine {
    /** Version of the engine that its manifests install. */
    readonly version: string;
    /** Packages of the toolchain that hold its manifests. */
    readonly packages: readonly ToolName[];
    /** The same for each part that an estate may add to it. */
    readonly extras: Readonly<Partial<Record<ExtraId, readonly ToolName[]>>>;
    /** Which of them this estate has. */
    readonly extrasOf: (estate: Estate) => readonly ExtraId[];
    /** Writes its manifests, and those of what is added to it, into a folder, as releases have them. */
    readonly write: (folder: string, extras: readonly ExtraId[]) => Promise<void>;
    /**
     * Makes a spec install them, and nothing that they lack.
     *
     * @param part where the document has the engine's options.
     */
    readonly installFrom: (document: Document, part: readonly string[], folder: string) => void;
    /** What an estate has and these manifests do not install, in words; absent: nothing. */
    readonly leavesOut?: string;
    /** Absent, or undefined: it signs nobody in. */
    readonly signIn?: (estate: Estate) => SignIn | undefined;
}
