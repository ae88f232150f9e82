import { createHash, randomBytes } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Letters and digits from the system's random source; 62^length possible values. */
export function randomText(length: number): string {
    let result = "";
    while (result.length < length) {
        for (const byte of randomBytes(length)) {
            // 248 is the largest multiple of 62 below 256: above it the choice would be uneven.
            if (byte < 248 && result.length < length) {
                result += alphabet[byte % alphabet.length];
            }
        }
    }
    return result;
}

/** What is stored of a token: enough to recognise it, not enough to use it. */
export function hashOf(secret: string): string {
    return createHash("sha256").update(secret).digest("hex");
}
