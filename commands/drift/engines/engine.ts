/** What drift knows of an engine: the objects that tell it what to do, and how those are known that it delivered. Pure. */
import type { Address, Found, ObjectName } from "../cluster/inventory";
import type { Finding, Risk } from "../finding";
import type { Raw } from "../reader";

/** A kind of objects that tell an engine what to do. */
export interface OwnKind {
    readonly apiVersion: string;
    readonly kind: string;
    /** What a change of one can do; absent: it changes what is delivered. */
    readonly risk?: Risk;
    /** Parts of it in which an addition counts too, which a refresh does not see; absent: none. */
    readonly whole?: readonly string[];
    /** Keys anywhere in these parts that are looked at by themselves. */
    readonly apart?: readonly string[];
}

/** A token that an object of an engine's lets in. */
export interface GrantedToken {
    /** Whose it is, and which. */
    readonly name: string;
    /** When it was made and ends, in milliseconds since 1970; absent: not known, never. */
    readonly made?: number;
    readonly ends?: number;
    /** JSON patch of the object that takes it back. */
    readonly removal: readonly unknown[];
}

/** What is said of an object of the engine's that no stack declares. */
export type Told = Pick<Finding, "differences"> & Partial<Pick<Finding, "remark">>;

export interface EngineInDrift {
    /** In the order of the report. */
    readonly kinds: readonly OwnKind[];
    /**
     * Namespaces in which it does as objects of these kinds say, to judge by what a stack declares on the cluster; an empty
     * text: in all of them. None where the stack does not have it.
     */
    readonly obeysIn: (declared: readonly Address[]) => readonly string[];
    /** What to say of an undeclared object of these kinds; undefined where a declared one made it. */
    readonly told: (found: Found, isDeclared: (object: ObjectName) => boolean) => Told | undefined;
    /** Tokens that an object of its kinds lets in; absent: it makes none. */
    readonly tokensIn?: (found: Found) => readonly GrantedToken[];
    /** Annotations and labels of its objects that tell it what to do, by their keys; absent: none do. */
    readonly steered?: RegExp;
    /** Whether it delivered an object from a repository. */
    readonly delivered: (object: Raw) => boolean;
    /**
     * Label of the Secrets by which it reaches servers, with what each is for as its value; absent: objects of its own name
     * them. Such a Secret does something by being there, and so does each key in it.
     */
    readonly secretLabel?: string;
}

/** What drift knows of a kind that one of the engines has for itself; undefined of all others. */
export function ownKind(engines: readonly EngineInDrift[], kind: string): OwnKind | undefined {
    return engines.flatMap(({ kinds }) => kinds).find((each) => each.kind === kind);
}
