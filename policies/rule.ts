/**
 * A policy as pure data: what it looks at, and what is wrong there. The pack wraps rules into policies; tests call
 * them directly.
 */

/** Properties of a resource as the engine sees them before it acts: inputs, secrets already in plain text. */
export type Props = Readonly<Record<string, unknown>>;

/** A resource under review. */
export interface Reviewed {
    /** Type token, e.g. `gitlab:index/branchProtection:BranchProtection`. */
    readonly type: string;
    readonly name: string;
    readonly props: Props;
    /** Rules about one resource are not told. */
    readonly urn?: string;
    /** The resources each property's value was made from, by property; rules about one resource are not told. */
    readonly origins?: Readonly<Record<string, readonly Origin[]>>;
}

/** A resource that gave another one a value. */
export interface Origin {
    readonly type: string;
    readonly urn: string;
}

/** What a stack's operator may adapt; every rule sees the same settings. */
export interface RuleSettings {
    /** Regular expression of names (projects, branches, namespaces) that belong to production. */
    readonly prodPattern: string;
    /** Longest lifetime of a robot, in days. */
    readonly robotMaxDays: number;
}

/** Settings unless a policy configuration says otherwise. */
export const defaultSettings: RuleSettings = { prodPattern: "(^|[-/.])prod(uction)?$", robotMaxDays: 365 };

/** A rule about one resource at a time. */
export interface ResourceRule {
    /** `<area>-<object>-<rule>`. */
    readonly name: string;
    /** What must hold, and why, in one sentence. */
    readonly description: string;
    /** Type tokens it looks at; a token that ends in `*` matches by its beginning. */
    readonly types: readonly string[];
    /** Every violation, each with its fix; empty when all is well. */
    check(resource: Reviewed, settings: RuleSettings): string[];
}

/** A rule about all resources together. */
export interface StackRule {
    readonly name: string;
    readonly description: string;
    check(resources: readonly Reviewed[], settings: RuleSettings): string[];
}

/** Whether `type` is one a rule looks at. */
export function concerns(rule: ResourceRule, type: string): boolean {
    return rule.types.some((wanted) =>
        wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : wanted === type,
    );
}

/**
 * A string property, or undefined when it is absent or of another type.
 *
 * @throws when a preview cannot know the value: Pulumi then reports that the rule could not be run.
 */
export function text(props: Props, key: string): string | undefined {
    const value = props[key];
    return typeof value === "string" ? value : undefined;
}

/** Like {@link text}, for rules that have an answer without it: undefined also when a preview cannot know the value. */
export function knownText(props: Props, key: string): string | undefined {
    return isKnown(props, key) ? text(props, key) : undefined;
}

/** Whether a property can be read; the one a preview cannot know yet cannot. */
export function isKnown(props: Props, key: string): boolean {
    try {
        void props[key];
        return true;
    } catch {
        // Nothing but Pulumi's guard around unknown values throws when a property is read.
        return false;
    }
}

/** Whether a property has a value other than 0, one that a preview cannot know yet included. */
export function isGiven(props: Props, key: string): boolean {
    return !isKnown(props, key) || Boolean(props[key]);
}

/** An object property, or an empty one. */
export function object(props: Props, key: string): Props {
    const value = props[key];
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Props) : {};
}

/** A list property, or an empty one. */
export function list(props: Props, key: string): readonly unknown[] {
    const value = props[key];
    return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A list of objects, or an empty one; other elements are left out. */
export function objects(props: Props, key: string): readonly Props[] {
    return list(props, key).filter((item): item is Props => typeof item === "object" && item !== null);
}

/** Whether a name belongs to production. */
export function isProd(name: string, settings: RuleSettings): boolean {
    return new RegExp(settings.prodPattern).test(name);
}
