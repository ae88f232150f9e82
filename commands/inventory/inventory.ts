/**
 * An inventory: what a stack has since its last update, without any secret, in one file. With it a change can be looked at
 * where there are no credentials. Pure.
 */
import { createHash } from "node:crypto";
import { secretMark, type Properties } from "../review/change";
import { addressKeys } from "../review/servers";
import { withoutLogin, type Addresses, type Servers } from "../support/addresses";
import { CommandError } from "../support/console";
import { mapSecrets, type RegisteredOptions, type Registration } from "./registration";

/** An object that a program declares. */
export interface Item {
    readonly type: string;
    /** In the program. */
    readonly name: string;
    /** Name and type of its component; absent at the top of the stack. */
    readonly parent?: string;
    readonly parentType?: string;
    /** Name of its provider. */
    readonly provider?: string;
    /** Secrets are `[secret]`; of a provider its server's address alone. */
    readonly inputs: Properties;
    /**
     * What distinguishes one secret from another, by the input that holds it. It is made of credentials that open nothing, so that it
     * says nothing of the real ones; but what is put together of a secret and of something else shows a change of the latter.
     */
    readonly secrets?: Readonly<Record<string, string>>;
    readonly options: Omit<RegisteredOptions, "deletedWith">;
}

/** What a stack has. */
export interface Inventory {
    /** Of this form. */
    readonly version: 1;
    readonly stack: string;
    /** When the update ended, in ISO form. */
    readonly at: string;
    /** The commit that was applied, where it is known. */
    readonly commit?: string;
    /** Where the ports of the sandbox began that the stack runs on; absent of a stack of elsewhere. */
    readonly portBase?: number;
    readonly servers: Servers;
    readonly objects: readonly Item[];
}

/**
 * Objects as an inventory has them.
 *
 * @param clusters where each cluster is: its provider has a whole kubeconfig, or the name of a file.
 */
export function itemsOf(registrations: readonly Registration[], clusters: Addresses = {}): Item[] {
    return registrations.map(({ inputs, options: { deletedWith: _, ...options }, ...rest }) => {
        const shown = rest.type.startsWith("pulumi:providers:")
            ? placeOf(rest.type, inputs, clusters)
            : inputs;
        return {
            ...rest,
            // As a file has it, so that both sides of a comparison are alike.
            inputs: JSON.parse(JSON.stringify(mapSecrets(shown, () => secretMark))) as Properties,
            ...secretsIn(shown),
            options,
        };
    });
}

/** Where a provider's server is; whom it logs in as is nobody's business. */
function placeOf(type: string, inputs: Properties, clusters: Addresses): Properties {
    const key = addressKeys[type];
    const address =
        type === "pulumi:providers:kubernetes"
            ? clusters[String(inputs["clusterIdentifier"])]
            : key === undefined
              ? undefined
              : inputs[key];
    return key === undefined || typeof address !== "string" ? {} : { [key]: withoutLogin(address) };
}

function secretsIn(inputs: Readonly<Record<string, unknown>>): Pick<Item, "secrets"> {
    const digest = (value: unknown): string =>
        createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
    const found = Object.entries(inputs).filter(([, value]) => JSON.stringify(value)?.includes('"$secret":'));
    return found.length === 0
        ? {}
        : { secrets: Object.fromEntries(found.map(([key, value]) => [key, digest(value)])) };
}

/** @throws CommandError when the text is no inventory of that stack. */
export function readInventory(text: string, stack: string, file: string): Inventory {
    let found: Partial<Inventory> | null;
    try {
        found = JSON.parse(text) as Partial<Inventory> | null;
    } catch {
        found = null;
    }
    if (found?.version !== 1 || !Array.isArray(found.objects) || typeof found.at !== "string") {
        throw new CommandError(
            `${file} is no inventory that this version reads. It is made by: npm run up -- --stack ${stack} --inventory <file>`,
        );
    }
    if (found.stack !== stack) {
        throw new CommandError(
            `${file} is the inventory of stack "${String(found.stack)}", and the preview is of "${stack}".`,
        );
    }
    return found as Inventory;
}
