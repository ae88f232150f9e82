/** The commands' way to the sandbox: a stack whose servers are elsewhere needs none of its packages. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { checkoutDir } from "../../toolchain/checkout";
import { CommandError } from "./console";

/**
 * Loaded only for a stack that runs on the sandbox: any other needs none of the sandbox's packages.
 *
 * @throws CommandError when they are not installed.
 */
export function withSandbox(): typeof import("./estateSandbox") {
    const { devDependencies } = JSON.parse(
        fs.readFileSync(path.join(checkoutDir(), "sandbox", "package.json"), "utf8"),
    ) as { devDependencies: Record<string, string> };
    const missing = Object.keys(devDependencies).filter((name) =>
        [".", "sandbox"].every(
            (place) => !fs.existsSync(path.join(checkoutDir(), place, "node_modules", name)),
        ),
    );
    if (missing.length > 0) {
        throw new CommandError(
            `This stack runs on the sandbox, whose npm packages are not installed: ${missing.join(", ")}. ` +
                "npm ci --omit=dev leaves them out; install them with npm ci --ignore-scripts, then run the command again.",
        );
    }
    // Not import(): Node would load it itself, without tsx.
    return createRequire(__filename)("./estateSandbox") as typeof import("./estateSandbox");
}
