/** Which edition of GitLab a server must be, as far as the spec says. */
import type { Spec } from "./schema";

/** True where only the Enterprise Edition can be: it alone takes a licence, and GitLab.com runs it. */
export function needsEnterprise({ url, tier }: Pick<Spec["gitlab"], "url" | "tier">): boolean {
    return tier === "premium" || isGitLabCom(url);
}

export function isGitLabCom(url: string): boolean {
    return /^https?:\/\/(www\.)?gitlab\.com(:\d+)?(\/|$)/i.test(url);
}
