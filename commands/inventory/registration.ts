/** What a program registered, as data: looked at without the Pulumi SDK, which only a recording needs. Pure. */
import { createHash } from "node:crypto";

/** One resource as the program registered it. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    /** Logical name of the parent; absent at the top of the stack. */
    readonly parent?: string;
    /** Type of the parent. */
    readonly parentType?: string;
    /** Logical name of the provider; "" would be a default provider. Absent for components and providers. */
    readonly provider?: string;
    /** Inputs; a secret is `{ "$secret": value }`. */
    readonly inputs: Record<string, unknown>;
    readonly options: RegisteredOptions;
}

/** The options that say what happens to a resource. */
export interface RegisteredOptions {
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly deleteBeforeReplace?: boolean;
    readonly ignoreChanges?: readonly string[];
    /** Logical name. */
    readonly deletedWith?: string;
    /** Earlier logical names. */
    readonly aliases?: readonly string[];
}

/** A tree of data in which something else stands for each map that has a key. */
export function mapWhere(
    value: unknown,
    key: string,
    of: (map: Record<string, unknown>) => unknown,
): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => mapWhere(each, key, of));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const map = value as Record<string, unknown>;
    return key in map
        ? of(map)
        : Object.fromEntries(Object.entries(map).map(([name, each]) => [name, mapWhere(each, key, of)]));
}

/** Inputs as they were recorded, with something else for each secret. @param of what stands for the value of a secret. */
export function mapSecrets(inputs: unknown, of: (value: unknown) => unknown): unknown {
    return mapWhere(inputs, "$secret", ({ $secret }) => of($secret));
}

/** A number that depends on the text only. */
export function number(text: unknown): number {
    return createHash("sha256").update(String(text)).digest().readUInt32BE(0) % 1_000_000;
}

/** The id that an object gets here; the same each time. */
export function idOf(type: string, name: string): string {
    if (type.startsWith("gitlab:")) {
        return String(number(name));
    }
    return type === "harbor:index/project:Project" ? `/projects/${number(name)}` : `${name}-id`;
}
