/**
 * Reading a resource's properties. A preview does not know every value yet, and whoever reads such a one gets an error from
 * Pulumi; here it is neither there nor absent, so that a rule that asks for a fault finds none.
 */

/** Properties of a resource as the engine sees them: secrets are in plain text, so no rule may repeat a value of one. */
export type Props = Readonly<Record<string, unknown>>;

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

/** A property as it is; undefined when it is absent or not known yet. */
export function value(props: Props, key: string): unknown {
    return isKnown(props, key) ? props[key] : undefined;
}

/** Whether a property is surely not there: neither given nor something that is known later. */
export function isAbsent(props: Props, key: string): boolean {
    return isKnown(props, key) && (props[key] === undefined || props[key] === null);
}

/** Whether a property has a value other than 0 and "", one that a preview cannot know yet included. */
export function isGiven(props: Props, key: string): boolean {
    return !isKnown(props, key) || Boolean(props[key]);
}

/** A string property; undefined when it is absent, of another type or not known yet. */
export function text(props: Props, key: string): string | undefined {
    const found = value(props, key);
    return typeof found === "string" ? found : undefined;
}

/** A number; undefined when it is absent, of another type or not known yet. */
export function number(props: Props, key: string): number | undefined {
    const found = value(props, key);
    return typeof found === "number" ? found : undefined;
}

/** Whether a property is surely true; some providers write it as text. */
export function isTrue(props: Props, key: string): boolean {
    const found = value(props, key);
    return found === true || found === "true";
}

/** Whether a property is surely false; some providers write it as text. */
export function isFalse(props: Props, key: string): boolean {
    const found = value(props, key);
    return found === false || found === "false";
}

/** Nothing is known of it. */
const unknownObject: Props = new Proxy(
    {},
    {
        get: () => {
            throw new Error("not known yet");
        },
    },
);

/** An object property; an empty one when it is absent or something else, one of which nothing is known when it is not known yet. */
export function object(props: Props, key: string): Props {
    if (!isKnown(props, key)) {
        return unknownObject;
    }
    const found = props[key];
    return isObject(found) ? found : {};
}

/** The elements of a list that are known; none when it is absent, something else or not known yet. */
export function list(props: Props, key: string): readonly unknown[] {
    const found = value(props, key);
    if (!Array.isArray(found)) {
        return [];
    }
    const elements = found as unknown as Props;
    return Array.from({ length: found.length }, (_, index) => value(elements, String(index))).filter(
        (element) => element !== undefined,
    );
}

/** The known elements of a list that are objects. */
export function objects(props: Props, key: string): readonly Props[] {
    return list(props, key).filter(isObject);
}

/** The known elements of a list that are strings. */
export function texts(props: Props, key: string): readonly string[] {
    return list(props, key).filter((element) => typeof element === "string");
}

/** The known fields of an object property that are strings, by name. */
export function textFields(props: Props, key: string): readonly (readonly [string, string])[] {
    const found = object(props, key);
    return Object.keys(found).flatMap((name) => {
        const field = text(found, name);
        return field === undefined ? [] : [[name, field] as const];
    });
}

function isObject(found: unknown): found is Props {
    return typeof found === "object" && found !== null && !Array.isArray(found);
}
