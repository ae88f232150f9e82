/**
 * What a stack declares, as its state has it: every object as the last update or refresh left it. Pure.
 *
 * Secrets are in the open here, so that they can be compared; they are {@link Hidden}, so that they cannot be shown.
 */
import type { ExportedStack } from "../support/exported";
import { wishesOf } from "../support/proposals";
import { onStack, type PulumiEngine } from "../support/pulumiEngine";
import { nameOf } from "../support/urn";
import { Hidden, open } from "./finding";

const fileType = "gitlab:index/repositoryFile:RepositoryFile";

/** An object of the state. */
export interface Declared {
    /** In the program. */
    readonly name: string;
    readonly type: string;
    readonly id: string;
    /** Of its provider: `gitlab`, `harbor-<registry>`, `cluster-<cluster>`. */
    readonly provider: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** The state with its secrets; they go from the CLI to here over a pipe and no further. */
export async function declaredBy(engine: PulumiEngine): Promise<Declared[]> {
    return declaredIn(
        JSON.parse(await onStack(engine, ["stack", "export", "--show-secrets"])) as ExportedStack,
    );
}

/**
 * Every object that a server has, without those that wait for their deletion, and without files that merge requests change:
 * people decide when, and what they have until then is no drift.
 */
export function declaredIn(exported: ExportedStack): Declared[] {
    const proposed = new Set(wishesOf(exported).map(({ project, path }) => `${project} ${path}`));
    const resources = exported.deployment?.resources ?? [];
    const declared = resources.filter(
        ({ type, inputs }) =>
            type !== fileType ||
            !proposed.has(`${String(inputs?.["project"])} ${String(inputs?.["filePath"])}`),
    );
    return declared.flatMap((each) => {
        const provider = each.provider?.split("::").at(-2);
        return each.delete === true || each.id === undefined || provider === undefined
            ? []
            : [
                  {
                      name: nameOf(each.urn),
                      type: each.type,
                      id: each.id,
                      provider,
                      inputs: record(unwrapped(each.inputs)),
                      outputs: record(unwrapped(each.outputs)),
                  },
              ];
    });
}

/** Marks a secret in a state; the key and its value are Pulumi's. */
const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

function unwrapped(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(unwrapped);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const map = value as Record<string, unknown>;
    if (map[mark] === secretMark) {
        const { plaintext } = map;
        return new Hidden(typeof plaintext === "string" ? (JSON.parse(plaintext) as unknown) : undefined);
    }
    return Object.fromEntries(Object.entries(map).map(([key, each]) => [key, unwrapped(each)]));
}

function record(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A property as it was set, or, where the program left it to the server, as the server had it then. */
export function property({ inputs, outputs }: Declared, key: string): unknown {
    return inputs[key] ?? outputs[key];
}

/** A property as text; empty where there is none. */
export function textOf(declared: Declared, key: string): string {
    const value = open(property(declared, key));
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
