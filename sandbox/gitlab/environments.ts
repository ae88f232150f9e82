import { createHash } from "node:crypto";

/** GitLab's slug: lower case, dashes, 24 characters at most, with a digest when that lost something. */
export function slugOf(name: string): string {
    let slug = name
        .toLowerCase()
        .replace(/[^a-z0-9]/g, "-")
        .replace(/-+/g, "-");
    if (!/^[a-z]/.test(slug)) {
        slug = `env-${slug}`;
    }
    if (slug.length <= 24 && slug === name) {
        return slug;
    }
    const digest = createHash("sha256").update(name).digest("hex");
    const suffix = BigInt(`0x${digest}`).toString(36).slice(-6);
    return `${slug.slice(0, 17).replace(/-+$/, "")}-${suffix}`;
}

/** The tier GitLab takes from an environment's name. */
export function guessTier(name: string): string {
    if (/(dev|review|trunk)/i.test(name)) {
        return "development";
    }
    if (/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/i.test(name)) {
        return "testing";
    }
    if (/(st(a|)g|mod(e|)l|pre|demo|non)/i.test(name)) {
        return "staging";
    }
    return /(pr(o|)d|live)/i.test(name) ? "production" : "other";
}
