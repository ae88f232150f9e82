/** What the doctor knows of an engine. */
import type { Estate } from "../../../estate/model";
import type { OptionalRights } from "../cluster/right";

/** A URL, and the option of the spec that says it. */
export interface WrittenUrl {
    readonly path: string;
    readonly url: string;
}

export interface EngineInDoctor {
    /** Label `app.kubernetes.io/part-of` of its deployments, as its published manifests have it. */
    readonly partOf: string;
    /** Whether a definition is its own. */
    readonly defines: (definition: string) => boolean;
    /** ConfigMaps that the estate writes whole. */
    readonly settings: readonly string[];
    /** How the names begin under which it writes what it applies, in `managedFields`. */
    readonly writesAs: readonly string[];
    /** What the account of the estate must be allowed to do for it, beside what it needs in any case. */
    readonly rights: readonly OptionalRights[];
    /** Files that it is installed from, by the option that says so; undefined where they are not on this machine. */
    readonly files: (estate: Estate) => Readonly<Record<string, string | undefined>>;
    /** Where GitLab posts to it. */
    readonly hooks: (estate: Estate) => readonly WrittenUrl[];
    /** Where people sign in to it by OpenID Connect; absent: nowhere. */
    readonly signIn?: (estate: Estate) => WrittenUrl | undefined;
    /** Whether it knows people by their names on GitLab, capitals included. */
    readonly knowsPeople: boolean;
    /** Whether it knows the repository of a push by the URL that GitLab has for itself. */
    readonly knowsPushesByUrl: boolean;
}
