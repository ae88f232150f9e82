/** What the last run of the engine did. */
import { CommandError } from "./console";
import { runPulumi, type PulumiEngine } from "./pulumiEngine";

/** Counts of resources by what happened to them. */
export interface UpdateSummary {
    readonly changed: number;
    readonly same: number;
}

interface HistoryEntry {
    readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** The stack's most recent update. */
export async function lastUpdate(engine: PulumiEngine): Promise<UpdateSummary> {
    const result = await runPulumi(engine, [
        "stack",
        "history",
        "--json",
        "--page-size",
        "1",
        "--stack",
        engine.stack,
    ]);
    if (result.code !== 0) {
        throw new CommandError(`The stack's history cannot be read:\n${result.stderr.trim()}`);
    }
    const [entry] = JSON.parse(result.stdout) as HistoryEntry[];
    const changes = entry?.resourceChanges ?? {};
    const same = changes["same"] ?? 0;
    const all = Object.values(changes).reduce((sum, count) => sum + count, 0);
    return { changed: all - same, same };
}
