/**
 * What a run of the engine did, from the events it logs. The hints a command ends with, and the list of what was changed by
 * hand, follow from it and from nothing else. Pure, but for {@link withEvents}.
 *
 * The engine writes secrets as `[secret]`; what a plugin writes of itself it does not look into. So the log lies in a folder
 * only its owner may read, and is removed with it.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { privateFolder } from "./privateFolder";
import { isOfProgram, isStack } from "./urn";

/** A resource as an event has it. */
export interface EventState {
    readonly id?: string;
    readonly parent?: string;
    /** URN and id of its provider, with `::` between them. */
    readonly provider?: string;
    readonly protect?: boolean;
    /** Whether a deletion only forgets it: the server keeps it. */
    readonly retainOnDelete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>> | null;
    readonly outputs?: Readonly<Record<string, unknown>> | null;
}

/** One step of the engine. */
export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly old?: EventState | null;
    readonly new?: EventState | null;
    /** Which properties differ, by path; what a provider says. */
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
    /** The same where a provider names first keys only. */
    readonly diffs?: readonly string[] | null;
}

/** What a policy of the pack said of a resource. */
export interface PolicyResult {
    /** Absent where it is about the whole stack. */
    readonly urn?: string;
    readonly policy: string;
    /** `advisory`, `mandatory` or what else the engine has. */
    readonly level: string;
    /** Without colours. */
    readonly message: string;
}

interface EngineEvent {
    readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly severity: string };
    readonly resourcePreEvent?: { readonly metadata: Step; readonly planning?: boolean };
    readonly resOutputsEvent?: { readonly metadata: Step; readonly planning?: boolean };
    readonly resOpFailedEvent?: { readonly metadata: Step };
    readonly policyEvent?: {
        readonly resourceUrn?: string;
        readonly policyName?: string;
        readonly message?: string;
        readonly enforcementLevel: string;
    };
}

/** What one run did. */
export interface RunReport {
    /** False: the engine gave up before it looked at anything. */
    readonly began: boolean;
    /** How many resources were changed on the servers, by operation; empty for a preview. */
    readonly changed: Readonly<Record<string, number>>;
    /** URNs of the resources an operation failed at. */
    readonly failed: readonly string[];
    /** Errors, without colours, each with the URN it is about; the stack's own are about none. */
    readonly errors: readonly { readonly urn?: string; readonly message: string }[];
    /** Mandatory policies that were violated, as often as they were. */
    readonly violations: number;
    /** Steps of a refresh, which looked at what is there. */
    readonly refreshed: readonly Step[];
    /** What a preview would do, step by step, unchanged resources among them. */
    readonly planned: readonly Step[];
    /** What the policy pack said, each thing once. */
    readonly policies: readonly PolicyResult[];
}

/** Operations that change nothing on a server. */
const harmless = new Set([
    "same",
    "refresh",
    "read",
    "read-discard",
    "read-replacement",
    "import",
    "discard",
]);

/** A replacement is one change: of its steps this one counts. */
const partOfReplacement = new Set(["replace", "delete-replaced", "discard-replaced"]);

/** Reads the lines of an event log; undefined when the engine wrote none. A line that was cut off is left out. */
export function readReport(log: string | undefined): RunReport {
    const events = (log ?? "").split("\n").flatMap((line) => eventOf(line) ?? []);
    const changed: Record<string, number> = {};
    for (const { resOutputsEvent: done } of events) {
        if (done === undefined) {
            continue;
        }
        const { op, type } = done.metadata;
        if (done.planning !== true && !isOfProgram(type) && !harmless.has(op) && !partOfReplacement.has(op)) {
            const name = op === "create-replacement" ? "replace" : op;
            changed[name] = (changed[name] ?? 0) + 1;
        }
    }
    return {
        began: events.length > 0,
        changed,
        failed: [...new Set(events.flatMap(({ resOpFailedEvent: failed }) => failed?.metadata.urn ?? []))],
        errors: events.flatMap(({ diagnosticEvent: said }) => {
            if (said?.severity !== "error") {
                return [];
            }
            const about =
                said.urn === undefined || /::pulumi:pulumi:Stack::/.test(said.urn) ? {} : { urn: said.urn };
            return [{ ...about, message: plainText(said.message) }];
        }),
        violations: events.filter(({ policyEvent }) => policyEvent?.enforcementLevel === "mandatory").length,
        refreshed: events.flatMap(({ resOutputsEvent: done }) =>
            done?.metadata.op === "refresh" ? [done.metadata] : [],
        ),
        planned: plannedSteps(events),
        policies: policyResults(events),
    };
}

/** Each step of a preview once: the engine reports most before and after it looked closer. */
function plannedSteps(events: readonly EngineEvent[]): Step[] {
    const steps = new Map<string, Step>();
    for (const { resourcePreEvent, resOutputsEvent } of events) {
        const event = resourcePreEvent ?? resOutputsEvent;
        if (event?.planning !== true || event.metadata.op === "refresh") {
            continue;
        }
        const { op, urn, type } = event.metadata;
        const key = `${op} ${urn}`;
        // The first one has what the provider says of the difference, the last one the outputs of the stack.
        const known = steps.get(key);
        steps.set(key, isStack(type) ? { ...known, ...event.metadata } : { ...event.metadata, ...known });
    }
    return [...steps.values()];
}

function policyResults(events: readonly EngineEvent[]): PolicyResult[] {
    const results = events.flatMap(({ policyEvent: said }) => {
        if (said === undefined) {
            return [];
        }
        const about =
            said.resourceUrn === undefined || /::pulumi:pulumi:Stack::/.test(said.resourceUrn)
                ? {}
                : { urn: said.resourceUrn };
        return [
            {
                ...about,
                policy: said.policyName ?? "",
                level: said.enforcementLevel,
                message: plainText(said.message ?? ""),
            },
        ];
    });
    return [...new Map(results.map((each) => [JSON.stringify(each), each])).values()];
}

function eventOf(line: string): EngineEvent | undefined {
    try {
        return JSON.parse(line) as EngineEvent;
    } catch {
        return undefined;
    }
}

/** Without the engine's colours and a terminal's. */
export function plainText(text: string): string {
    return text
        .replace(/<\{%.*?%\}>/g, "")
        .replace(/\u001b\[[0-9;]*m/g, "")
        .trim();
}

/**
 * Runs the engine so that it logs its events. What stays of them is the report.
 *
 * @param run gets the arguments and variables that make it log.
 */
export async function withEvents<T>(
    run: (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<{ readonly result: T; readonly report: RunReport }> {
    const folder = privateFolder("events");
    const file = path.join(folder, "events.json");
    // Ctrl-C and SIGTERM are forwarded by who runs the program, so that this is reached after them too.
    try {
        // The option is there only with this variable; Pulumi's own automation API does the same.
        const result = await run(["--event-log", file], { PULUMI_DEBUG_COMMANDS: "true" });
        const log = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
        return { result, report: readReport(log) };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}
