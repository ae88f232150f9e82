/**
 * What the policy configuration of a stack disables of the pack, for people: a merge request may change that file too, and
 * then "every policy passes" would say little. Pure.
 */
import type { Language } from "../../estate/model";
import { defaultSettings } from "../../policies/rule";
import { mapOf } from "./change";
import { code } from "./noun";

/** What is disabled, the worst first. */
export interface PolicyLimit {
    /** False: it makes a rule stricter. */
    readonly loosens: boolean;
    readonly text: string;
}

/** Levels at which a violation stops a run. */
const stops = ["mandatory", "remediate"];

/** Level of an entry, which is a level or a map that has one. */
function levelOf(entry: unknown): string | undefined {
    const level = typeof entry === "string" ? entry : mapOf(entry)["enforcementLevel"];
    return typeof level === "string" ? level : undefined;
}

/**
 * Reads a configuration.
 *
 * @param configuration content of the file; a stack without one of its own has no limits.
 */
export function policyLimits(configuration: unknown, language: Language): PolicyLimit[] {
    if (configuration === undefined) {
        return [];
    }
    const zh = language === "zh";
    const entries = Object.entries(mapOf(configuration));
    const common = levelOf(mapOf(configuration)["all"]) ?? "advisory";
    const rules = entries.filter(([name]) => name !== "all");
    const at = (wanted: (level: string) => boolean): string =>
        rules
            .filter(([, entry]) => wanted(levelOf(entry) ?? common))
            .map(([name]) => code(name))
            .join(zh ? "、" : ", ");
    const limit = (condition: boolean, en: string, chinese: string): PolicyLimit[] =>
        condition ? [{ loosens: true, text: zh ? chinese : en }] : [];
    const [off, advice, others] = [
        at((level) => level === "disabled"),
        at((level) => level === "advisory"),
        at((level) => level !== "disabled"),
    ];
    const stopping = at((level) => stops.includes(level));
    return [
        ...limit(
            common === "disabled",
            `The stack's own configuration switches the policies off${others === "" ? "" : `, but for ${others}`}.`,
            `该栈自己的配置关闭了策略检查${others === "" ? "" : `，仅保留 ${others}`}。`,
        ),
        ...limit(
            common === "advisory",
            `By the stack's own configuration violations stop no update${stopping === "" ? "" : `, but for those of ${stopping}`}.`,
            `按该栈自己的配置，违反策略不会阻止更新${stopping === "" ? "" : `，${stopping} 除外`}。`,
        ),
        ...limit(
            common !== "disabled" && off !== "",
            `The stack's own configuration switches off: ${off}.`,
            `该栈自己的配置关闭了：${off}。`,
        ),
        ...limit(
            common !== "advisory" && advice !== "",
            `By the stack's own configuration these stop no update: ${advice}.`,
            `按该栈自己的配置，以下策略不会阻止更新：${advice}。`,
        ),
        ...rules.flatMap(([name, entry]) => settingLimits(name, mapOf(entry), zh)),
    ];
}

/** Settings that are not the pack's own. */
function settingLimits(rule: string, entry: Readonly<Record<string, unknown>>, zh: boolean): PolicyLimit[] {
    return Object.entries(defaultSettings).flatMap(([key, usual]): PolicyLimit[] => {
        const own = entry[key];
        if (own === undefined || own === usual) {
            return [];
        }
        const where = rule === "settings" ? "" : zh ? `${code(rule)}：` : `${code(rule)}: `;
        // Of a pattern it is not known whether it finds less.
        const stricter =
            typeof own === "number" &&
            typeof usual === "number" &&
            (key === "robotMaxDays" ? own < usual : key === "expiryWarningDays" && own > usual);
        const [is, was] = [own, usual].map((value) =>
            value === ""
                ? zh
                    ? "空"
                    : "empty"
                : code(typeof value === "string" ? value : (JSON.stringify(value) ?? "")),
        );
        return [
            {
                loosens: !stricter,
                text: zh
                    ? `${where}设置 ${code(key)} 为 ${is ?? ""}，默认是 ${was ?? ""}。`
                    : `${where}the setting ${code(key)} is ${is ?? ""}; the default is ${was ?? ""}.`,
            },
        ];
    });
}
