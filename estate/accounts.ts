/** Which service accounts engines deliver as. Pure. */
import { engineOf } from "./engines";
import type { EngineRegistry } from "./engines/engine";
import type { App } from "./model";

/** What identifies an account: the cluster, and the engine, team and environment where each team has its own. */
export function accountKey(
    app: Pick<App, "engine" | "team">,
    environment: string,
    cluster: string,
    definitions?: EngineRegistry,
): string {
    const accounts = engineOf(app.engine, definitions).teamAccounts;
    // No name has two hyphens in a row.
    return accounts === undefined ? cluster : [cluster, app.engine, app.team, environment].join("--");
}
