import { authoritiesIn } from "./trust";

/** What a stand-in is started with: the words of its Deployment's container, and this machine's addresses behind them. */
export interface StandInSettings {
    /** File of its service account's kubeconfig. */
    readonly kubeconfig: string;
    /** Where events are reported. */
    readonly eventsAddress: string;
    /** Set by the multi-tenancy lockdown: an object may name others of its own namespace only. */
    readonly noCrossNamespaceRefs: boolean;
    /** Namespace that is looked at; undefined: all. */
    readonly namespace: string | undefined;
    /** PEM of everything that is trusted; undefined: what Node trusts. */
    readonly authorities: string | undefined;
    /** The value of a flag; the last one counts, a bare one is `true`. */
    readonly flag: (name: string) => string | undefined;
}

/**
 * Reads `--name=value` and `--name`; other words are not Flux's.
 *
 * @throws Error without the flags that the sandbox adds.
 */
export function settingsOf(
    words: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
): StandInSettings {
    const flags = new Map<string, string>();
    for (const word of words) {
        const match = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word);
        if (match?.[1] !== undefined) {
            flags.set(match[1], match[2] ?? "true");
        }
    }
    const needed = (name: string): string => {
        const value = flags.get(name);
        if (value === undefined) {
            throw new Error(`--${name} is missing`);
        }
        return value;
    };
    return {
        kubeconfig: needed("kubeconfig"),
        eventsAddress: needed("events-addr"),
        noCrossNamespaceRefs: flags.get("no-cross-namespace-refs") === "true",
        namespace: flags.get("watch-all-namespaces") === "false" ? env["RUNTIME_NAMESPACE"] : undefined,
        authorities: authoritiesIn(env),
        flag: (name) => flags.get(name),
    };
}
