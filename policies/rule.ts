/**
 * A policy as pure data: what it looks at, what is wrong there, and what to do. The pack wraps rules into policies; tests
 * call them directly; docs/policies.md is made from them.
 */
import type { Props } from "./values";
import type { Words } from "./words";

/** A resource under review. */
export interface Reviewed {
    /** Type token, e.g. `gitlab:index/branchProtection:BranchProtection`. */
    readonly type: string;
    readonly name: string;
    readonly props: Props;
    readonly urn?: string;
    /** URN of its provider: which server, or which cluster. */
    readonly provider?: string;
    /** Whether Pulumi refuses to delete it. */
    readonly protect?: boolean;
    /** The resources each property's value was made from, by property; rules about one resource do not get them. */
    readonly origins?: Readonly<Record<string, readonly Origin[]>>;
}

/** A resource that gave another one a value. */
export interface Origin {
    readonly type: string;
    readonly urn: string;
}

/** What a stack's operator may adapt; every rule sees the same settings. */
export interface RuleSettings {
    /** Regular expression of names (projects, branches, namespaces, environments) that belong to production. */
    readonly prodPattern: string;
    /** Longest lifetime of a robot or of a token that is renewed by itself, in days. */
    readonly robotMaxDays: number;
    /** How many days before the end of a credential it is reported. */
    readonly expiryWarningDays: number;
    /** Regular expression of hosts to which http is meant, such as those of a lab; empty: none. */
    readonly plainHttpHosts: string;
    /** The day of the review, `YYYY-MM-DD`. */
    readonly today: string;
}

/** Settings unless a policy configuration says otherwise; the day comes from the clock. */
export const defaultSettings: Omit<RuleSettings, "today"> = {
    prodPattern: "(^|[-/.])prod(uction)?$",
    robotMaxDays: 365,
    expiryWarningDays: 14,
    plainHttpHosts: "",
};

/** How much harm a violation lets happen. */
export type Severity = "low" | "medium" | "high" | "critical";

/** A place in a published framework that asks for the same. */
export interface Reference {
    /** As its publisher writes it, with the version whose numbers are meant. */
    readonly framework: string;
    readonly version: string;
    /** Number or name of the recommendation. */
    readonly item: string;
}

/** What is said of every rule. */
export interface RuleText {
    /** `<area>-<object>-<rule>`. */
    readonly name: string;
    /** What it is about: one of the areas of rules/index.ts, a group of docs/policies.md. */
    readonly area: string;
    readonly severity: Severity;
    /** What must hold, and why, in one sentence. */
    readonly description: Words;
    /** What to do about a violation, in one sentence; the violation itself says it for the resource at hand. */
    readonly remedy: Words;
    /** Only what the framework really says. */
    readonly references?: readonly Reference[];
}

/** A rule about one resource at a time. */
export interface ResourceRule extends RuleText {
    /** Type tokens it looks at; `*` stands for any text. */
    readonly types: readonly string[];
    /** Every violation, each with its fix; empty when all is well. */
    check(resource: Reviewed, settings: RuleSettings): Words[];
}

/** A violation of a rule about all resources. */
export interface Finding {
    /** The resource to change, or that lacks something. */
    readonly resource: Reviewed;
    readonly text: Words;
}

/** A rule about all resources together. */
export interface StackRule extends RuleText {
    check(resources: readonly Reviewed[], settings: RuleSettings): Finding[];
}

/** Whether a rule looks at one resource at a time. */
export function isResourceRule(rule: ResourceRule | StackRule): rule is ResourceRule {
    return "types" in rule;
}

/** Whether `type` is one a rule looks at. */
export function concerns(rule: ResourceRule, type: string): boolean {
    return rule.types.some((wanted) => isLike(wanted, type));
}

/** Whether a type token is the wanted one, in which one `*` stands for any text: `kubernetes:example.io/*:Kind`. */
export function isLike(wanted: string, type: string): boolean {
    const star = wanted.indexOf("*");
    return star < 0
        ? wanted === type
        : type.length >= wanted.length - 1 &&
              type.startsWith(wanted.slice(0, star)) &&
              type.endsWith(wanted.slice(star + 1));
}

/** Whether a name belongs to production. */
export function isProd(name: string, settings: RuleSettings): boolean {
    return new RegExp(settings.prodPattern).test(name);
}

/** Services of a cluster: what is sent to them does not leave it. */
const inCluster = /\.svc(\.cluster\.local)?$/i;

/** Whether an address sends what it carries in the clear out of a cluster, to a host for which nobody said that this is meant. */
export function isPlainHttp(address: string, settings: RuleSettings): boolean {
    const [, host] = /^http:\/\/(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)/i.exec(address) ?? [];
    return host !== undefined && !inCluster.test(host) && !isMeant(host, settings);
}

/** An empty pattern would match every host. */
function isMeant(host: string, { plainHttpHosts }: RuleSettings): boolean {
    return plainHttpHosts !== "" && new RegExp(plainHttpHosts, "i").test(host);
}
