/** What a configuration of the pack says of the settings of rules. Pure. */
import { defaultSettings, type RuleSettings } from "./rule";
import { words, type Words } from "./words";

/** The policy whose configuration holds for every rule. */
export const settingsPolicy = "settings";

/** What it looks after. */
export const settingsDescription = words("The settings of the pack can be used.", "策略包的设置可以使用。");

/** Settings that are regular expressions. */
const patterns = ["prodPattern", "plainHttpHosts"];

/** The settings of one entry of a configuration; what is no regular expression is left out, and reported. */
export function readSettings(entry: Readonly<Record<string, unknown>>): {
    readonly settings: Partial<RuleSettings>;
    readonly problems: readonly Words[];
} {
    const wrong = patterns.filter((key) => typeof entry[key] === "string" && !isPattern(String(entry[key])));
    return {
        settings: Object.fromEntries(Object.entries(entry).filter(([key]) => !wrong.includes(key))),
        problems: wrong.map((key) =>
            words(
                `${key} is no regular expression; the default is used in its place.`,
                `${key} 不是正则表达式，改用默认值。`,
            ),
        ),
    };
}

/**
 * What a rule is checked with.
 *
 * @param common settings for all rules.
 * @param entry the rule's own entry of the configuration.
 */
export function settingsFor(
    common: Partial<RuleSettings>,
    entry: Readonly<Record<string, unknown>>,
    today: string,
): RuleSettings {
    return { ...defaultSettings, ...common, ...readSettings(entry).settings, today };
}

function isPattern(text: string): boolean {
    try {
        return new RegExp(text) instanceof RegExp;
    } catch {
        return false;
    }
}
