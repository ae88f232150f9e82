/** Rules of retention in words that are the same for what the program declares and what Harbor has. Pure. */
import { list as listIn, record, text } from "../../doctor/json";
import type { Raw } from "../reader";

/** The program's words for a rule, and Harbor's template and parameter of the same. */
const retentionKinds: readonly (readonly [string, string])[] = [
    ["mostRecentlyPulled", "latestPulledN"],
    ["mostRecentlyPushed", "latestPushedK"],
    ["nDaysSinceLastPull", "nDaysSinceLastPull"],
    ["nDaysSinceLastPush", "nDaysSinceLastPush"],
];

export function declaredRetentionText(rule: Raw): string {
    const kinds = retentionKinds.filter(([key]) => Number(rule[key] ?? 0) !== 0);
    return ruleText(
        kinds.length === 0 ? "always" : kinds.map(([key]) => `${key} ${Number(rule[key])}`).join(", "),
        pattern(text(rule["tagMatching"]), text(rule["tagExcluding"])),
        pattern(text(rule["repoMatching"]), text(rule["repoExcluding"])),
        rule["untaggedArtifacts"] !== false,
        rule["disabled"] === true,
    );
}

export function retentionText(rule: Raw): string {
    const template = text(rule["template"]);
    const [key, field] = retentionKinds.find(([, each]) => each === template) ?? [template, template];
    const number = record(rule["params"])[field];
    const [tags] = listIn(rule["tag_selectors"]);
    return ruleText(
        template === "always" ? "always" : `${key} ${Number(number)}`,
        selectorText(rule["tag_selectors"]),
        selectorText(record(rule["scope_selectors"])["repository"]),
        text(tags?.["extras"]).includes("true"),
        rule["disabled"] === true,
    );
}

function ruleText(kind: string, tags: string, repositories: string, untagged: boolean, off: boolean): string {
    return `keep ${kind} of ${repositories}:${tags}${untagged ? "" : ", not untagged"}${off ? ", off" : ""}`;
}

export function pattern(matching: string, excluding: string): string {
    return excluding === "" ? matching || "**" : `!${excluding}`;
}

export function selectorText(selectors: unknown): string {
    return listIn(selectors)
        .map(({ decoration, pattern: glob }) =>
            text(decoration).toLowerCase().includes("excludes") ? `!${text(glob)}` : text(glob),
        )
        .join(", ");
}

/** A schedule as Harbor writes it. */
export function cron(schedule: string): string {
    const known: Readonly<Record<string, string>> = {
        hourly: "0 0 * * * *",
        daily: "0 0 0 * * *",
        weekly: "0 0 0 * * 0",
    };
    return known[schedule.toLowerCase()] ?? schedule;
}
