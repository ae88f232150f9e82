/** What a message says of an app, whoever sends it and whatever it looks like: facts and links. Pure. */
import { labels, linkLabels, type Event, type Words } from "./cardTexts";

/** One of the things a message says; it is the key of receivers of one's own, too. */
export type FactName = keyof typeof labels;

/** A line of a message. */
export interface Fact {
    readonly name: FactName;
    readonly label: Words;
    readonly value: string;
    /** Long texts get a line of their own. */
    readonly long: boolean;
}

/** A link below a message. */
export interface Link {
    readonly label: Words;
    readonly url: string;
}

/**
 * How a value has to be written so that it can neither break the message nor act in it. Values come from people: commit
 * authors, branch names, messages of Kubernetes.
 */
export interface Encoding {
    /** `json`: inside a JSON string, without the quotes around it. `text`: for a text that nothing reads but people. */
    readonly format: "json" | "text";
    /** Replaced before, in this order: what a chat system takes for markup. */
    readonly replacements: readonly (readonly [from: string, to: string])[];
}

/**
 * Where the values of a message come from. They are known when it is sent, so an engine gives expressions of its own
 * template language, each for a text that does not fail whatever is not known.
 */
export interface MessageSource {
    /** What people call the engine, or whose page the first link is of. */
    readonly engine: string;
    /** The value of a fact about an event. */
    fact(name: FactName, event: Event, encoding: Encoding): string;
    /** Facts that it never knows; absent: it knows all. */
    readonly unknown?: readonly FactName[];
    /** Pages about the app: in the engine, and of its workload where there is one. */
    readonly links: { readonly app: string; readonly workload?: string };
    /** What a repetition is recognised by: the app's name in the engine, the commit, and when it was last applied. */
    readonly occurrence: Readonly<Record<"app" | "revision" | "operation", (encoding: Encoding) => string>>;
}

/** The facts of one event: problems come with the engine's own words. */
export function factsOf(event: Event, source: MessageSource, encoding: Encoding): Fact[] {
    const isProblem = event.color !== "green" && event.color !== "blue";
    return (Object.keys(labels) as FactName[])
        .filter((name) => (name !== "message" || isProblem) && !source.unknown?.includes(name))
        .map((name) => ({
            name,
            label: labels[name],
            value: source.fact(name, event, encoding),
            long: name === "message",
        }));
}

/** The links of a message. */
export function linksOf({ engine, links }: MessageSource): readonly [Link, ...Link[]] {
    return [
        { label: linkLabels.app(engine), url: links.app },
        ...(links.workload === undefined ? [] : [{ label: linkLabels.workload, url: links.workload }]),
    ];
}
