import * as path from "node:path";

/** The checkout this file belongs to: the folder with package.json. */
export function checkoutDir(): string {
    return path.resolve(__dirname, "..");
}
