import { createHash } from "node:crypto";

/**
 * A digest of settings for an annotation of a pod template: a workload that reads them only when it starts is rolled
 * when they change.
 *
 * @returns 16 hexadecimal digits.
 */
export function settingsDigest(settings: string): string {
    return createHash("sha256").update(settings).digest("hex").slice(0, 16);
}
