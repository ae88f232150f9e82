/** How the sandbox fails when somebody can do something about it. */
import { ExpectedError } from "../../toolchain/expected";
import { portsInUseFix } from "../support/ports";
import { type PartStatus } from "./supervisor";

/** A sandbox did not come up. The message names the part, shows its log's last lines and says what to do. */
export class SandboxError extends ExpectedError {}

/** Why parts do not run: the causes, not the parts that only waited for them, and what to do. Pure. */
export function problemSummary(broken: readonly Pick<PartStatus, "name" | "problem">[]): string {
    const causes = broken.filter(({ problem }) => problem?.includes("was not started: it needs") !== true);
    const reported = causes.length > 0 ? causes : broken;
    const reasons = reported.map(({ name, problem }) => problem ?? `${name} failed`);
    if (reasons.every((reason) => reason.endsWith(portsInUseFix))) {
        // Another sandbox has the whole block: one thing to do, and no log that says more.
        return [
            ...reasons.map((reason) => reason.slice(0, -portsInUseFix.length).trimEnd()),
            portsInUseFix,
        ].join("\n");
    }
    return (
        `${reasons.join("\n")}\n` +
        `What runs is left running. Read more with \`npm run sandbox -- logs ${reported[0]?.name}\`, ` +
        `then try again with \`npm run sandbox -- up\`.`
    );
}
