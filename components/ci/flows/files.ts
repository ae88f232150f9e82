import type { App, Machine } from "../../../estate/model";
import { estateFile } from "../../../estate/pipeline";
import type { SeedFile } from "../../support/seed";
import type { Script } from "../scripts";
import type { Settings } from "../settings";
import type { CiSystem } from "../systems";

/** Where the pipelines that a repository includes are. */
export interface IncludedFrom {
    /** Full path of the project. */
    readonly project: string;
    /** Its tag. */
    readonly version: string;
}

/** Title of the estate's commits of it, by which rules of pipelines know them. */
export const estateCommit = "Include the pipelines that the estate names";

/** What notes for people say of it; nothing where a repository has copies. */
export function includedNote({ included }: Pick<App, "included">): string[] {
    return included === undefined
        ? []
        : [
              `- What builds and delivers comes with \`${estateFile}\`, which the estate writes and updates. Leave it as it is, and merge it like everything else.`,
          ];
}

/** That file. */
export interface EstateFile extends SeedFile {
    /** As {@link IncludingFiles.quiet} says. */
    readonly quiet: boolean;
    /** Tag of what it includes. */
    readonly version: string;
    /** Whether another text comes by a merge request. */
    readonly byMergeRequest: boolean;
}

/** Machines by the environment that each is. */
export type EnvironmentMachines = Readonly<Record<string, Machine>>;

/** What a repository has that includes its pipelines. */
export interface IncludingFiles<Of> {
    /** The team's, made once. */
    readonly own: (of: Of) => SeedFile[];
    /** Text of {@link estateFile}. `machines`: those that its environments are. */
    readonly estate: (of: Of, from: IncludedFrom, machines: EnvironmentMachines) => string;
    /**
     * Whether that text itself keeps the estate's commit of it from starting a pipeline. Absent: the commit says `[skip ci]`,
     * which GitLab heeds in merge requests, tags and branches of that commit too.
     */
    readonly quiet?: true;
}

/** The files of a flow's repositories for CI systems, and for people: texts of files. */
export interface CiFiles {
    /** Of an app repository. `settings` are its pipeline's. */
    readonly app: {
        readonly scripts: readonly Script[];
        /** The last stage of GitLab's pipeline: the job that waits for approvals is in it, and keeps no other waiting. */
        readonly lastStage: string;
        /** What it has beside where an environment is a machine; absent: its pipelines deliver to none. */
        readonly machineScripts?: readonly Script[];
        /** `machines`: those that its environments are. */
        readonly pipeline: Readonly<
            Record<CiSystem, (app: App, settings: Settings, machines: EnvironmentMachines) => string>
        >;
    };
    /**
     * Of a config repository: one pipeline for all its apps of a CI system. `settings` are those of the promotions, by app.
     * Absent: it has none.
     */
    readonly config?: {
        readonly scripts: readonly Script[];
        /** As that of the app repository. */
        readonly lastStage: string;
        readonly pipeline: Readonly<
            Record<CiSystem, (apps: readonly App[], settings: Readonly<Record<string, Settings>>) => string>
        >;
    };
    /** The same for repositories that include their pipelines. */
    readonly included: {
        readonly app: IncludingFiles<App>;
        /** Apps of one config repository that GitLab builds. Absent: its pipelines are copies, if it has any. */
        readonly config?: IncludingFiles<readonly [App, ...App[]]>;
    };
    /** What an app repository says to people about the app's delivery; for apps without CI too. */
    readonly notes: (app: App) => string;
}
