/** Which alerts an event sets off, and what they pass on: the rules of Flux's notification-controller. Pure. */
import { type FluxEvent, groupOf } from "../events";
import { type FluxObject } from "../objects";
import { goExpression } from "../images/policy";

export interface AlertSpec {
    readonly providerRef: { readonly name: string };
    readonly eventSeverity?: "info" | "error";
    readonly eventSources: readonly {
        readonly kind: string;
        readonly name: string;
        readonly namespace?: string;
        readonly matchLabels?: Readonly<Record<string, string>>;
    }[];
    readonly inclusionList?: readonly string[];
    readonly exclusionList?: readonly string[];
    readonly eventMetadata?: Readonly<Record<string, string>>;
    readonly summary?: string;
    readonly suspend?: boolean;
}

export type Alert = FluxObject<AlertSpec>;

/** The group of metadata that anybody may add to an event, by annotations of the object. */
const eventGroup = "event.toolkit.fluxcd.io";

/**
 * Whether an alert passes an event on.
 *
 * @param labels those of the object that the event is about.
 */
export function matches(
    { metadata, spec }: Alert,
    event: FluxEvent,
    labels: Readonly<Record<string, string>>,
): boolean {
    const { involvedObject: object, message, severity } = event;
    const wanted = spec.eventSeverity ?? "info";
    if (spec.suspend === true || (wanted !== "info" && wanted !== severity)) {
        return false;
    }
    const fits = (patterns: readonly string[]): boolean =>
        patterns.some((pattern) => expressionOf(pattern)?.test(message) === true);
    return (
        spec.eventSources.some(
            ({ kind, name, namespace, matchLabels }) =>
                kind === object.kind &&
                (namespace ?? metadata.namespace) === object.namespace &&
                (name === object.name ||
                    (name === "*" &&
                        Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value))),
        ) &&
        (spec.inclusionList === undefined || spec.inclusionList.length === 0 || fits(spec.inclusionList)) &&
        !fits(spec.exclusionList ?? [])
    );
}

/** A pattern that cannot be read fits nothing, as with Flux, which logs it. */
function expressionOf(pattern: string): RegExp | undefined {
    // Go writes flags in front; of those JavaScript knows the same by name.
    const match = /^\(\?([ims]+)\)([\s\S]*)$/.exec(pattern);
    try {
        return match === null ? goExpression(pattern) : new RegExp(match[2] ?? "", `${match[1] ?? ""}u`);
    } catch {
        return undefined;
    }
}

/**
 * The event as an alert hands it on. Metadata, from the weakest to the strongest: annotations of the object in the event
 * group, the alert's own, its summary, and what the object's controller said (Flux's RFC 0008).
 */
export function notificationOf(event: FluxEvent, { spec }: Alert): FluxEvent {
    const group = groupOf(event);
    const own = (prefix: string): [string, string][] =>
        Object.entries(event.metadata ?? {})
            .filter(([key]) => key.startsWith(`${prefix}/`) && key !== `${group}/token`)
            .map(([key, value]) => [key.slice(prefix.length + 1), value]);
    const metadata = {
        ...Object.fromEntries(own(eventGroup)),
        ...spec.eventMetadata,
        ...((spec.summary ?? "") === "" ? {} : { summary: spec.summary ?? "" }),
        ...Object.fromEntries(own(group)),
    };
    return { ...event, metadata };
}

/** What is the same about two events that need to be sent once: Flux drops the second for some minutes. */
export function eventKey(event: FluxEvent): string {
    const { involvedObject: object, message, metadata = {} } = event;
    const group = groupOf(event);
    return JSON.stringify([
        object.kind,
        object.namespace,
        object.name,
        message,
        ...["originRevision", "revision", "token"].map((name) => metadata[`${group}/${name}`] ?? ""),
    ]);
}
