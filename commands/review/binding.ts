/**
 * What a reviewed plan is bound to, and what has moved since. Pulumi's plan constrains what an update may do; it knows
 * neither the state it was made from nor the files, secrets and programs. Pure.
 */
import { createHash } from "node:crypto";
import { compare } from "../../estate/problem";
import type { ExportedStack } from "../support/exported";
import { nameOf } from "../support/urn";

/** Everything that must be the same when a plan is applied. Digests are of text, so nothing of it is secret. */
export interface Binding {
    readonly project: string;
    readonly stack: string;
    /** Where the state lies, as the CLI has it, without a login. */
    readonly backend: string;
    /** Version of the engine. */
    readonly engine: string;
    /** Major version of Node. */
    readonly node: string;
    /** Commit, for people. */
    readonly commit: string;
    /** Content of every file that git knows; the same for two commits with the same files. */
    readonly files: string;
    /** The packages that are installed. */
    readonly packages: string;
    /** The stack file, by its parts. */
    readonly configuration: Readonly<Record<string, string>>;
    /** Options that change what is done, such as `--target` and `--refresh`; sorted. */
    readonly options: readonly string[];
    /** Digests of the state's resources by URN. */
    readonly state: Readonly<Record<string, string>>;
    /** How many operations an earlier run left unfinished. */
    readonly pending: number;
    /** Variables that change what the program does. */
    readonly variables: Readonly<Record<string, string>>;
}

/** A plan and what it is bound to. */
export interface ReviewedPlan {
    readonly binding: Binding;
    /** Milliseconds since 1970. */
    readonly created: number;
    readonly expires: number;
    /** Headline of the note that people read. */
    readonly headline: string;
    /** Whether the policy pack was run. */
    readonly policy: boolean;
    /** Pulumi's plan as it wrote it; secrets in it are encrypted for the stack. */
    readonly plan: string;
}

/** One thing that has moved. */
export interface Stale {
    readonly what: string;
    readonly was: string;
    readonly now: string;
}

/** Most names of one kind that are listed. */
const mostNames = 5;

/** Clocks of two machines are never quite the same. */
const clockSkew = 5 * 60_000;

/** Everything that has moved since the review; empty: the plan is still the one that was reviewed. */
export function staleness(reviewed: ReviewedPlan, now: Binding, time: number): Stale[] {
    const was = reviewed.binding;
    const differs = (what: string, before: string, after: string): Stale[] =>
        before === after ? [] : [{ what, was: before, now: after }];
    return [
        ...(time > reviewed.expires
            ? [{ what: "its time is over", was: day(reviewed.expires), now: day(time) }]
            : []),
        ...(time < reviewed.created - clockSkew
            ? [
                  {
                      what: "it was made in the future: a clock is wrong",
                      was: day(reviewed.created),
                      now: day(time),
                  },
              ]
            : []),
        ...differs("it is of another project", was.project, now.project),
        ...differs("it is of another stack", was.stack, now.stack),
        ...differs("the state lies elsewhere", was.backend, now.backend),
        ...differs("the engine is another version", was.engine, now.engine),
        ...differs("Node is another version", was.node, now.node),
        ...(was.files === now.files
            ? []
            : [
                  {
                      what: "files of the repository differ",
                      was: shortened(was.commit),
                      now: shortened(now.commit),
                  },
              ]),
        ...(was.packages === now.packages
            ? []
            : [
                  {
                      what: "other packages are installed",
                      was: shortened(was.packages),
                      now: shortened(now.packages),
                  },
              ]),
        ...mapStale("of the stack file", was.configuration, now.configuration),
        ...mapStale("of the environment", was.variables, now.variables),
        ...differs(
            "the options differ",
            was.options.join(" ") || "(none)",
            now.options.join(" ") || "(none)",
        ),
        ...stateStale(was.state, now.state),
        ...(now.pending === 0
            ? []
            : [
                  {
                      what: "a run was killed in the meantime",
                      was: "nothing unfinished",
                      now: `${now.pending} unfinished`,
                  },
              ]),
    ];
}

function mapStale(
    where: string,
    was: Readonly<Record<string, string>>,
    now: Readonly<Record<string, string>>,
): Stale[] {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort(compare);
    return keys
        .filter((key) => was[key] !== now[key])
        .map((key) => ({
            what: `${key} ${where} differs`,
            was: shortened(was[key] ?? "(absent)"),
            now: shortened(now[key] ?? "(absent)"),
        }));
}

function stateStale(was: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): Stale[] {
    const gone = Object.keys(was).filter((urn) => !Object.hasOwn(now, urn));
    const added = Object.keys(now).filter((urn) => !Object.hasOwn(was, urn));
    const changed = Object.keys(was).filter((urn) => Object.hasOwn(now, urn) && was[urn] !== now[urn]);
    const counted = (urns: readonly string[], word: string): string[] => {
        const names = urns.map(nameOf).sort(compare);
        const more = names.length - mostNames;
        return names.length === 0
            ? []
            : [`${word}: ${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
    };
    const parts = [...counted(changed, "changed"), ...counted(added, "new"), ...counted(gone, "gone")];
    return parts.length === 0
        ? []
        : [
              {
                  what: "the state was changed by another run",
                  was: `${Object.keys(was).length} resources`,
                  now: parts.join("; "),
              },
          ];
}

/** The lines for people. */
export function staleText(stale: readonly Stale[], headline: string): string {
    const lines = stale.map(({ what, was, now }) => `  ${what}\n    reviewed: ${was}\n    now:      ${now}`);
    return [
        `The reviewed plan is not applied: ${stale.length === 1 ? "1 thing has" : `${stale.length} things have`} moved since the review.`,
        "",
        ...lines,
        "",
        `It was: ${headline.replace(/`/g, "")}`,
        "Nothing was changed. Preview again, and have the new plan reviewed: docs/review.md.",
    ].join("\n");
}

function day(time: number): string {
    return new Date(time).toISOString();
}

function shortened(text: string): string {
    return text.startsWith("(") ? text : text.slice(0, 12);
}

/** The digest of a text. */
export function digest(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}

/** The signature of Pulumi's special values, and the one of a secret. */
const special = "4dabf18193072939515e22adb298388d";
const secretKind = "1b47061264138c4ac30d75fd1eb44270";

/** Fields of a resource that say where it was written from, and not what it is. */
const provenance = new Set(["sourcePosition", "stackTrace", "created"]);

/**
 * Digests of a state's resources. What is encrypted may be encrypted anew each time it is exported, so that only its place
 * counts: that another secret was written shows by the time of the write.
 */
export function stateDigests({ deployment }: ExportedStack): Record<string, string> {
    const found = new Map<string, string[]>();
    for (const resource of deployment?.resources ?? []) {
        const own = Object.fromEntries(
            Object.entries(resource)
                .filter(([key]) => !provenance.has(key))
                .map(([key, value]) => [key, /ependencies$/.test(key) ? unordered(value) : value]),
        );
        found.set(resource.urn, [...(found.get(resource.urn) ?? []), digest(JSON.stringify(canonical(own)))]);
    }
    // One that waits for its deletion has the URN of the one that took its place.
    return Object.fromEntries([...found].map(([urn, all]) => [urn, digest(all.sort(compare).join())]));
}

/** The engine writes down dependencies in the order in which it learned of them. */
function unordered(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(String).sort(compare);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unordered(each)]))
        : value;
}

/** With sorted keys, and without ciphertext. */
function canonical(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(canonical);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    return fields[special] === secretKind
        ? "[secret]"
        : Object.fromEntries(
              Object.entries(fields)
                  .sort(([a], [b]) => compare(a, b))
                  .map(([key, each]) => [key, canonical(each)]),
          );
}

/** Digests of a stack file by its parts: keys of its configuration, and the rest. */
export function configurationDigests(file: unknown): Record<string, string> {
    const { config, ...rest } = (typeof file === "object" && file !== null ? file : {}) as {
        config?: Record<string, unknown>;
    } & Record<string, unknown>;
    return Object.fromEntries(
        [...Object.entries(config ?? {}), ...Object.entries(rest)].map(([key, value]) => [
            key,
            digest(JSON.stringify(canonical(value))),
        ]),
    );
}

/** Options that change how a run is shown and asked, and nothing of what it does. */
const showing =
    /^(--yes|-y|--color(=.*)?|--non-interactive|--suppress-(outputs|progress|permalink)(=.*)?|--diff|--json|-j|--show-[a-z-]+|--message(=.*)?|-m)$/;

/** Of a command line's options those that change what is done, sorted. */
export function doingOptions(rest: readonly string[]): string[] {
    const found: string[] = [];
    for (let index = 0; index < rest.length; index++) {
        const option = rest[index] ?? "";
        if (showing.test(option)) {
            // These two take the next word as their value.
            index += option === "--message" || option === "-m" || option === "--color" ? 1 : 0;
            continue;
        }
        const next = rest[index + 1];
        if (option.startsWith("-") && !option.includes("=") && next !== undefined && !next.startsWith("-")) {
            found.push(`${option}=${next}`);
            index++;
        } else {
            found.push(option === "-r" || option === "--refresh=true" ? "--refresh" : option);
        }
    }
    return [...new Set(found)].sort(compare);
}

/** Our own option among {@link Binding.options}; the engine knows it as a variable. */
export const forgetUnreachableOption = "--forget-unreachable";

/** Options with which a reviewed plan is applied. */
export interface ApplyOptions {
    /** What is compared with the plan's. */
    readonly options: readonly string[];
    /** What the engine is given beside the command line. */
    readonly given: readonly string[];
    readonly forgetUnreachable: boolean;
}

/** What a plan was made with need not be said again; anything else would be another plan. */
export function applyOptions(made: readonly string[], rest: readonly string[]): ApplyOptions {
    const asked = doingOptions(rest);
    const options = asked.length === 0 ? made : asked;
    return {
        options,
        given: asked.length === 0 ? made.filter((option) => option !== forgetUnreachableOption) : [],
        forgetUnreachable: options.includes(forgetUnreachableOption),
    };
}

/**
 * Variables that change what program, engine and providers do. The stack file that ESTATE_STACKS leads to is bound by what it
 * says: runners check out into folders of different names. Those of options that only show count for nothing.
 */
const informative =
    /^(ESTATE_OFFLINE|ESTATE_[A-Z]+_MANIFESTS|PULUMI_K8S_\w+|PULUMI_EXPERIMENTAL|PULUMI_DISABLE_\w+|PULUMI_OPTION_(?!(?:COLOR|DIFF|JSON|MESSAGE|NON_INTERACTIVE|YES|SHOW_\w+|SUPPRESS_\w+)$)\w+)$/;

/**
 * Digests of the variables that change what is done.
 *
 * @param contentOf what stands for the content of the folder that a variable names; undefined where it names none.
 */
export function variableDigests(
    env: Readonly<Record<string, string | undefined>>,
    contentOf: (value: string) => string | undefined,
): Record<string, string> {
    return Object.fromEntries(
        Object.entries(env).flatMap(([name, value]) =>
            informative.test(name) && value !== undefined
                ? // What lies in the folder counts, and not where that is.
                  [[name, digest((name.endsWith("_MANIFESTS") ? contentOf(value) : undefined) ?? value)]]
                : [],
        ),
    );
}
