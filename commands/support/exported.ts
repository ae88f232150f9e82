/** A stack's state as `pulumi stack export` gives it, as far as the commands read it. */
import { onStack, type Engine } from "./engine";

/** A resource of a deployment. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    /** URN and id of its provider, with `::` between them. */
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly protect?: boolean;
    readonly deletedWith?: string;
    /** Whether it only waits for its deletion: another one took its place. */
    readonly delete?: boolean;
}

export interface ExportedStack {
    /** Null before the first update. */
    readonly deployment?: { readonly resources?: readonly StateResource[] | null } | null;
}

/** Asks the CLI for it; secrets stay encrypted. */
export async function exportStack(engine: Engine): Promise<ExportedStack> {
    return JSON.parse(await onStack(engine, ["stack", "export"])) as ExportedStack;
}
