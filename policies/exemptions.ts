/**
 * Exemptions: a rule does not hold for a resource, for a reason and until a day. Pulumi's SDK has none. Pure, but for
 * {@link ExemptionLog}, which remembers what was exempted in a run.
 */
import { covers } from "../estate/wildcard";
import type { Reviewed } from "./rule";
import { words, type Words } from "./words";

/** The policy that reports exemptions that ended, are not right or exempt nothing. */
export const exemptionsPolicy = "exemptions";

/** What it looks after. */
export const exemptionsDescription = words(
    "Exemptions from rules have a reason, an end, and a violation that they are for.",
    "豁免写明原因和期限，并且确有所豁免的违规。",
);

/** One exemption. */
export interface Exemption {
    /** Name of the rule. */
    readonly rule: string;
    /** URN or name of the resource; `*` in a name stands for any text. */
    readonly resource: string;
    readonly reason: string;
    /** Last day on which it counts, `YYYY-MM-DD`, in UTC. */
    readonly until: string;
}

/** Fewest words of a reason: "legacy" is none. */
export const fewestWords = 3;

/** Most years an exemption may hold: then somebody decides anew. */
export const mostYears = 2;

/** Fewest letters or digits in a row that a name with stars has: without them it would be about everything. */
const fewestFixed = 3;

/** What is wrong with what a configuration has for exemptions, and those that are right. */
export interface ReadExemptions {
    readonly exemptions: readonly Exemption[];
    readonly problems: readonly Words[];
}

/**
 * Reads the exemptions of a configuration.
 *
 * @param ruleNames the rules there are
 * @param today `YYYY-MM-DD`
 */
export function readExemptions(
    entries: unknown,
    ruleNames: readonly string[],
    today: string,
): ReadExemptions {
    if (entries === undefined) {
        return { exemptions: [], problems: [] };
    }
    if (!Array.isArray(entries)) {
        return { exemptions: [], problems: [words("exemptions is not a list.", "exemptions 不是列表。")] };
    }
    const latest = `${Number(today.slice(0, 4)) + mostYears}${today.slice(4)}`;
    const read = entries.map((entry, index) => {
        const fields = (typeof entry === "object" && entry !== null ? entry : {}) as Record<string, unknown>;
        const [rule, resource, reason, until] = ["rule", "resource", "reason", "until"].map((key) => {
            const field = fields[key];
            return typeof field === "string" ? field.trim() : "";
        }) as [string, string, string, string];
        const unknown = Object.keys(fields).filter(
            (key) => !["rule", "resource", "reason", "until"].includes(key),
        );
        const problems = [
            ...(ruleNames.includes(rule)
                ? []
                : [words(`rule "${rule}" is none of the pack's`, `规则 "${rule}" 不在策略包中`)]),
            ...(resource === "" || /^\*+$/.test(resource)
                ? [
                      words(
                          "resource is not given; write the URN or the name of one",
                          "没有写明 resource，请写 URN 或某个资源的名称",
                      ),
                  ]
                : isTooWide(resource)
                  ? [
                        words(
                            `resource "${resource}" is about almost anything: beside * it needs ${fewestFixed} letters or digits in a row`,
                            `resource "${resource}" 几乎匹配一切：除 * 外，至少要有连续 ${fewestFixed} 个字母或数字`,
                        ),
                    ]
                  : []),
            ...(wordsIn(reason) < fewestWords
                ? [
                      words(
                          `reason has fewer than ${fewestWords} words; say why, and who decided`,
                          `reason 少于 ${fewestWords} 个词，请写明原因和决定者`,
                      ),
                  ]
                : []),
            ...(!isDay(until)
                ? [
                      words(
                          `until "${until}" is no day; write it as 2027-03-31`,
                          `until "${until}" 不是日期，请写成 2027-03-31 的形式`,
                      ),
                  ]
                : until > latest
                  ? [
                        words(
                            `until "${until}" is more than ${mostYears} years ahead, when nobody knows the reason any more; ${latest} is the last day there is`,
                            `until "${until}" 在 ${mostYears} 年以后，到那时已没有人知道原因；最晚为 ${latest}`,
                        ),
                    ]
                  : []),
            ...unknown.map((key) => words(`"${key}" is not known`, `"${key}" 不是已知的字段`)),
        ];
        return { exemption: { rule, resource, reason, until }, index, problems };
    });
    return {
        exemptions: read.filter(({ problems }) => problems.length === 0).map(({ exemption }) => exemption),
        problems: read.flatMap(({ index, problems }) =>
            problems.map(({ en, zh }) =>
                words(
                    `exemptions[${index}]: ${en}. It exempts nothing.`,
                    `exemptions[${index}]：${zh}，因此不豁免任何内容。`,
                ),
            ),
        ),
    };
}

/** How many words a text has; of Chinese, which puts no spaces between them, two characters are one. */
function wordsIn(text: string): number {
    const spaced = text.split(/\s+/).filter((word) => word !== "").length;
    return Math.max(spaced, Math.floor((text.match(/\p{Script=Han}/gu)?.length ?? 0) / 2));
}

/** Whether a name with stars has no part that is somebody's name. */
function isTooWide(resource: string): boolean {
    return (
        !resource.startsWith("urn:") &&
        resource.includes("*") &&
        !new RegExp(`[\\p{L}\\p{N}]{${fewestFixed}}`, "u").test(resource)
    );
}

/** Whether a text is a day that exists. */
function isDay(text: string): boolean {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toJSON()?.slice(0, 10) === text;
}

/** Whether an exemption is about a resource. */
export function isAbout({ resource: wanted }: Exemption, { urn, name }: Reviewed): boolean {
    if (wanted.startsWith("urn:")) {
        return wanted === urn;
    }
    return covers(wanted, name);
}

/** What is said of a violation that is exempted: end and reason first, then what would have been said. */
export function exemptText({ reason, until }: Exemption, { en, zh }: Words): Words {
    const why = reason.replace(/[.。\s]+$/, "");
    return words(`Exempt until ${until}: ${why}. Without it: ${en}`, `豁免至 ${until}：${why}。否则：${zh}`);
}

/** What a run exempted. */
export class ExemptionLog {
    private readonly used = new Set<Exemption>();
    private readonly looked = new Set<string>();

    constructor(private readonly today: string) {}

    /** The exemption that holds for a violation, which is then used; undefined when there is none. */
    use(exemptions: readonly Exemption[], rule: string, resource: Reviewed): Exemption | undefined {
        const found = exemptions.find(
            (each) => each.rule === rule && each.until >= this.today && isAbout(each, resource),
        );
        if (found !== undefined) {
            this.used.add(found);
        }
        return found;
    }

    /** Notes that a rule looked at a resource: in a run for some targets it does not look at the others. */
    look(rule: string, { urn }: Reviewed): void {
        this.looked.add(`${rule} ${urn ?? ""}`);
    }

    /**
     * What is to be said of exemptions at the end of a run.
     *
     * @param looksAtAll whether a rule looks at all resources together, and so always at each
     */
    problems(
        exemptions: readonly Exemption[],
        resources: readonly Reviewed[],
        looksAtAll: (rule: string) => boolean,
    ): { readonly ended: readonly Words[]; readonly unused: readonly Words[] } {
        const said = ({ rule, resource }: Exemption, en: string, zh: string): Words =>
            words(`${rule} on ${resource}: ${en}`, `${resource} 的 ${rule}：${zh}`);
        const ended = exemptions.filter(({ until }) => until < this.today);
        const unused = exemptions
            .filter((each) => each.until >= this.today && !this.used.has(each))
            .flatMap((each) => {
                const meant = resources.filter((resource) => isAbout(each, resource));
                if (meant.length === 0) {
                    return [
                        said(
                            each,
                            "the stack has no such resource; take the exemption away.",
                            "stack 中没有这个资源，请去掉该豁免。",
                        ),
                    ];
                }
                const seen = meant.every(
                    ({ urn }) => looksAtAll(each.rule) || this.looked.has(`${each.rule} ${urn ?? ""}`),
                );
                return seen
                    ? [
                          said(
                              each,
                              "the rule finds nothing there; take the exemption away.",
                              "规则在那里没有发现问题，请去掉该豁免。",
                          ),
                      ]
                    : [];
            });
        return {
            ended: ended.map((each) =>
                said(
                    each,
                    `the exemption ended on ${each.until}; do what the rule says, or decide anew.`,
                    `该豁免已于 ${each.until} 到期，请按规则处理，或重新决定。`,
                ),
            ),
            unused,
        };
    }
}
