/**
 * What was read from servers for the board, as plain data. What could not be read says why: nothing is guessed, and an
 * empty list means that the server said so.
 */
import type { CredentialKind } from "../../estate/madeCredentials";

/** Why something is not known. */
export type Unknown =
    /** No server was asked. */
    | { readonly kind: "offline" }
    /** It gave no answer; `detail` continues "does not answer: ". */
    | { readonly kind: "unreachable"; readonly server: string; readonly detail: string }
    /** It answered, but with an error. */
    | { readonly kind: "refused"; readonly server: string; readonly status: number }
    /** Asked for one thing, it said that there is none. */
    | { readonly kind: "absent"; readonly server: string }
    /** The board has no reader for this engine. */
    | { readonly kind: "unread"; readonly engine: string }
    /** It is there and runs nothing of the app's own image yet. */
    | { readonly kind: "idle" };

/** A fact, or why it is not known. */
export type Fact<T> = { readonly value: T } | { readonly unknown: Unknown };

/** The value of a fact, or undefined. */
export function valueOf<T>(fact: Fact<T>): T | undefined {
    return "value" in fact ? fact.value : undefined;
}

/** What an engine thinks of what it delivers, in words that hold for every engine. */
export const healthStates = [
    "healthy",
    "progressing",
    "degraded",
    "suspended",
    "missing",
    "unknown",
] as const;
export type Health = (typeof healthStates)[number];

/** Whether what runs is what git says. `differs`: git is ahead, or somebody changed it by hand. */
export type Sync = "synced" | "differs" | "unknown";

/** One thing that an engine delivers, as the engine reports it. */
export interface Running {
    /** Full references of the images that run; unknown on their own where the engine does not say them. */
    readonly images: Fact<readonly string[]>;
    readonly health: Health;
    readonly sync: Sync;
    /** Commit of the config repository that was applied last; absent: none yet. */
    readonly revision?: string;
    /** When it was applied, in ISO 8601. */
    readonly since?: string;
}

/** A commit of GitLab. */
export interface Commit {
    /** All 40 digits. */
    readonly id: string;
    readonly title: string;
    readonly author: string;
    /** In ISO 8601. */
    readonly at: string;
    readonly url?: string;
}

/** An open merge request in a config repository. */
export interface OpenRequest {
    /** Full path of the project. */
    readonly project: string;
    readonly iid: number;
    readonly title: string;
    readonly author: string;
    /** In ISO 8601. */
    readonly at: string;
    readonly from: string;
    readonly into: string;
    readonly draft: boolean;
    readonly url?: string;
}

/** A credential the stack has made, without its value. */
export interface MadeCredential {
    readonly kind: CredentialKind;
    /** Name in the program. */
    readonly name: string;
    /** Its last day, `YYYY-MM-DD`; absent: it has none, or the state does not say. */
    readonly ends?: string;
}

/** Everything that was read. */
export interface Found {
    /** What each engine delivers, by engine and then by the name that the engine's definition gives it. */
    readonly running: Readonly<Record<string, Fact<Readonly<Record<string, Running>>>>>;
    readonly requests: Fact<readonly OpenRequest[]>;
    /** By {@link commitKey}. */
    readonly commits: Readonly<Record<string, Fact<Commit>>>;
    readonly credentials: Fact<readonly MadeCredential[]>;
    /** Last day of `gitlab.token`, `YYYY-MM-DD`; undefined: it has none. */
    readonly tokenEnds: Fact<string | undefined>;
}

/** Where a commit is looked for. */
export interface CommitPlace {
    /** Full path of the project. */
    readonly project: string;
    /** Its id, the first digits of it, or a tag. */
    readonly ref: string;
}

/** Key of a commit in {@link Found}. */
export function commitKey({ project, ref }: CommitPlace): string {
    return `${project}@${ref}`;
}

/** What is known without any server. */
export function nothingFound(engines: readonly string[], unknown: Unknown = { kind: "offline" }): Found {
    return {
        running: Object.fromEntries(engines.map((name) => [name, { unknown }])),
        requests: { unknown },
        commits: {},
        credentials: { unknown },
        tokenEnds: { unknown },
    };
}
