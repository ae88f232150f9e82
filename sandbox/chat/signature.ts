/** Signatures of the bots that sign, and the secrets they sign with. */
import * as crypto from "node:crypto";

/** Both bots take a timestamp that is at most an hour old. */
const windowMs = 3_600_000;

/** The secret a sandbox bot signs with: derived from a secret of this sandbox, stable between runs. */
export function channelSecret(gitlabToken: string, channel: string): string {
    return crypto.createHash("sha256").update(`${gitlabToken} ${channel}`).digest("base64url").slice(0, 32);
}

/** Feishu: key is `<seconds>\n<secret>`, the message is empty. */
export function feishuSign(timestamp: string, secret: string): string {
    return crypto.createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64");
}

/** DingTalk: key is the secret, message is `<milliseconds>\n<secret>`. */
export function dingtalkSign(timestamp: string, secret: string): string {
    return crypto.createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
}

/** Whether a timestamp in milliseconds is within the window around `now`. */
export function isTimely(timestampMs: number, now: number): boolean {
    return Number.isFinite(timestampMs) && Math.abs(now - timestampMs) <= windowMs;
}

/** Compares in constant time. */
export function sameText(left: string, right: string): boolean {
    const [a, b] = [left, right].map((text) => crypto.createHash("sha256").update(text).digest());
    return a !== undefined && b !== undefined && crypto.timingSafeEqual(a, b);
}
