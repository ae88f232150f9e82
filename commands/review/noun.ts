/** How things are called, counted and listed, in both languages. Pure. */
import type { Language } from "../../estate/model";

/** A noun: one and many in English; Chinese has one form. */
export interface Noun {
    readonly en: readonly [string, string];
    readonly zh: string;
}

export const noun = (one: string, zh: string, many = `${one}s`): Noun => ({ en: [one, many], zh });

/** A kind that people call by its own name. */
export const own = (kind: string): Noun => noun(kind, kind);

/** `2 namespaces`, `2 个命名空间`. */
export function counted(count: number, { en, zh }: Noun, language: Language): string {
    return language === "zh"
        ? `${count} 个${/^\w/.test(zh) ? " " : ""}${zh}`
        : `${count} ${en[count === 1 ? 0 : 1]}`;
}

/** A name as code. What is in it can end neither the code nor the line. */
export function code(name: string): string {
    return `\`${name.replace(/[`\p{Cc}\p{Zl}\p{Zp}]/gu, " ").trim() || " "}\``;
}

/** `a, b and 3 more`. */
export function listed(items: readonly string[], language: Language, most = 5): string {
    const shown = items.slice(0, items.length === most + 1 ? most + 1 : most);
    const more = items.length - shown.length;
    if (language === "zh") {
        return shown.join("、") + (more > 0 ? ` 等 ${items.length} 个` : "");
    }
    if (more > 0) {
        return `${shown.join(", ")} and ${more} more`;
    }
    return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
