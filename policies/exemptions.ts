/**
 * Exemptions: a rule does not hold for a resource, for a reason and until a day. Pulumi's SDK has none. Pure, but for
 * {@link ExemptionLog}, which remembers what was exempted in a run.
 */
import { covers } from "../estate/wildcard";
import type { Reviewed } from "./rule";

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
    readonly problems: readonly string[];
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
        return { exemptions: [], problems: ["exemptions is not a list."] };
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
            ...(ruleNames.includes(rule) ? [] : [`rule "${rule}" is none of the pack's`]),
            ...(resource === "" || /^\*+$/.test(resource)
                ? ["resource is not given; write the URN or the name of one"]
                : isTooWide(resource)
                  ? [
                        `resource "${resource}" is about almost anything: beside * it needs ${fewestFixed} letters or digits in a row`,
                    ]
                  : []),
            ...(reason.split(/\s+/).filter((word) => word !== "").length < fewestWords
                ? [`reason has fewer than ${fewestWords} words; say why, and who decided`]
                : []),
            ...(!isDay(until)
                ? [`until "${until}" is no day; write it as 2027-03-31`]
                : until > latest
                  ? [
                        `until "${until}" is more than ${mostYears} years ahead, when nobody knows the reason any more; ${latest} is the last day there is`,
                    ]
                  : []),
            ...unknown.map((key) => `"${key}" is not known`),
        ];
        return { exemption: { rule, resource, reason, until }, index, problems };
    });
    return {
        exemptions: read.filter(({ problems }) => problems.length === 0).map(({ exemption }) => exemption),
        problems: read.flatMap(({ index, problems }) =>
            problems.map((problem) => `exemptions[${index}]: ${problem}. It exempts nothing.`),
        ),
    };
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
export function exemptText({ reason, until }: Exemption, violation: string): string {
    return `Exempt until ${until}: ${reason.replace(/[.\s]+$/, "")}. Without it: ${violation}`;
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
    ): { readonly ended: readonly string[]; readonly unused: readonly string[] } {
        const said = (exemption: Exemption): string => `${exemption.rule} on ${exemption.resource}`;
        const ended = exemptions.filter(({ until }) => until < this.today);
        const unused = exemptions
            .filter((each) => each.until >= this.today && !this.used.has(each))
            .flatMap((each) => {
                const meant = resources.filter((resource) => isAbout(each, resource));
                if (meant.length === 0) {
                    return [`${said(each)}: the stack has no such resource; take the exemption away.`];
                }
                const seen = meant.every(
                    ({ urn }) => looksAtAll(each.rule) || this.looked.has(`${each.rule} ${urn ?? ""}`),
                );
                return seen ? [`${said(each)}: the rule finds nothing there; take the exemption away.`] : [];
            });
        return {
            ended: ended.map(
                (each) =>
                    `${said(each)}: the exemption ended on ${each.until}; do what the rule says, or decide anew.`,
            ),
            unused,
        };
    }
}
