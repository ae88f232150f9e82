/** A stack's state as `pulumi stack export` gives it, as far as the commands read it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { dayOf } from "../../estate/days";
import { privateFolder } from "./privateFolder";
import { onStack, type PulumiEngine } from "./pulumiEngine";

/** A resource of a deployment. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly parent?: string;
    /** URN and id of its provider, with `::` between them. */
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly protect?: boolean;
    readonly deletedWith?: string;
    /** URNs. */
    readonly dependencies?: readonly string[] | null;
    readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>> | null;
    /** When the engine made it, in ISO 8601. */
    readonly created?: string;
    /** When the engine changed it last, in ISO 8601. */
    readonly modified?: string;
    /** Whether it only waits for its deletion: another one took its place. */
    readonly delete?: boolean;
    /** Whether it is deleted already, and the one that takes its place was not made yet. */
    readonly pendingReplacement?: boolean;
}

export interface ExportedStack {
    /** Null before the first update. */
    readonly deployment?: {
        readonly resources?: readonly StateResource[] | null;
        /** What a run was at when it was killed. */
        readonly pending_operations?:
            readonly { readonly type?: string; readonly resource?: StateResource }[] | null;
    } | null;
}

/** The resources that are there, without those that only wait for their deletion. */
export function liveResources({ deployment }: ExportedStack): readonly StateResource[] {
    return (deployment?.resources ?? []).filter((each) => each.delete !== true);
}

/** What a token or robot is for, by its name without the generation of credentials. */
export function purposeOf({ outputs, inputs }: StateResource): string {
    const name = outputs?.["name"] ?? inputs?.["name"];
    return typeof name === "string" ? name.replace(/-g\d+$/, "") : "";
}

/**
 * The last day of a token or robot, `YYYY-MM-DD`; undefined: not known. GitLab says it of tokens; Harbor's provider says for how
 * many days a robot is good, and the state when it was made.
 */
export function lastDayOf({ outputs, inputs, created }: StateResource): string | undefined {
    const said = outputs?.["expiresAt"] ?? inputs?.["expiresAt"];
    if (typeof said === "string" && said !== "") {
        return dayOf(said);
    }
    const duration = outputs?.["duration"] ?? inputs?.["duration"];
    const made = Date.parse(created ?? "");
    return typeof duration !== "number" || duration <= 0 || Number.isNaN(made)
        ? undefined
        : dayOf(new Date(made + duration * 86_400_000).toISOString());
}

/** Asks the CLI for it; secrets stay encrypted. */
export async function exportStack(engine: PulumiEngine): Promise<ExportedStack> {
    return JSON.parse(await onStack(engine, ["stack", "export"])) as ExportedStack;
}

/** Puts another state in its place; secrets in it are ciphertext, as they were exported. */
export async function importState(engine: PulumiEngine, state: ExportedStack): Promise<void> {
    await withFile(state, (file) => onStack(engine, ["stack", "import", "--file", file]));
}

/** Hands a file to a CLI that reads only files. It is readable by this user, and gone afterwards. */
export async function withFile<T>(content: unknown, work: (file: string) => Promise<T>): Promise<T> {
    const folder = privateFolder("state");
    try {
        const file = path.join(folder, "state.json");
        fs.writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
        return await work(file);
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}
