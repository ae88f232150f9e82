/**
 * The engine of the component tests (commands/inventory/engine.ts), and what tests ask of what it recorded. What it does not
 * prove: that a server accepts the inputs, the order of operations, and anything about replacing or deleting.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Recording } from "../../commands/inventory/engine";
import type { Registration } from "../../commands/inventory/registration";

export { knownCalls, record, type Calls, type Recording } from "../../commands/inventory/engine";
export type { RegisteredOptions, Registration } from "../../commands/inventory/registration";

/** `type name` of every registration below the component called `parent`, in the recording's order. */
export function childrenOf({ registrations }: Recording<unknown>, parent: string): string[] {
    return registrations.filter((one) => one.parent === parent).map(({ type, name }) => `${type} ${name}`);
}

/** The registration with this name; there must be one. Where names repeat among types, give the end of the type too. */
export function registration({ registrations }: Recording<unknown>, name: string, type = ""): Registration {
    const matching = registrations.filter((one) => one.name === name && one.type.endsWith(type));
    const [only] = matching;
    if (only === undefined || matching.length > 1) {
        const names = registrations.map((one) => `${one.type} ${one.name}`).join("\n  ");
        throw new Error(`${matching.length} registrations are called ${name}; there are:\n  ${names}`);
    }
    return only;
}

/** Value inside a recorded secret; fails when it is not one. */
export function secretValue(recorded: unknown): unknown {
    if (typeof recorded !== "object" || recorded === null || !("$secret" in recorded)) {
        throw new Error(`expected a secret, got ${JSON.stringify(recorded)}`);
    }
    return recorded.$secret;
}

/** Registrations without a provider of their own package: they would fall to a default provider, which is disabled. */
export function leaks({ registrations }: Recording<unknown>): string[] {
    return registrations.filter((one) => one.provider === "").map(({ type, name }) => `${type} ${name}`);
}

/** The value of an Output; only inside a recorded program. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply(resolve);
    });
}
