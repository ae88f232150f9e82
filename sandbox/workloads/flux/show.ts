/** `npm run sandbox -- flux ...`: Flux's objects on the host cluster, and what their conditions say. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { ClusterClient } from "../../clusters/client";
import { callerOf } from "../../clusters/informer";
import { type SandboxLayout } from "../../support/layout";
import { type KubeletOptions } from "../kubelet";
import { kinds, pathOf, type Kind } from "./standins/kinds";
import { type FluxObject } from "./standins/objects";

/** One object, as a line for people. */
export interface Row {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** `True`, `False`, `Unknown`, `suspended`, or `-` for a kind that has no conditions. */
    readonly ready: string;
    readonly message: string;
}

/**
 * Prints a line for each object.
 *
 * @returns 0, and 1 where one of them is not ready.
 * @throws Error when Flux is not part of the sandbox, or for a kind that is none of Flux's.
 */
export async function showFlux(layout: SandboxLayout, args: readonly string[]): Promise<number> {
    const { values, positionals } = parseArgs({
        args: [...args],
        options: { namespace: { type: "string", short: "n" } },
        allowPositionals: true,
    });
    const shown = positionals.length === 0 ? Object.values<Kind>(kinds) : positionals.map(kindNamed);
    const file = path.join(layout.run, "flux.json");
    if (!fs.existsSync(file)) {
        throw new Error(
            "Flux is no part of this sandbox: an estate with engine flux starts it, or npm run sandbox -- up --parts flux",
        );
    }
    const { host } = JSON.parse(fs.readFileSync(file, "utf8")) as KubeletOptions;
    const client = new ClusterClient(host.server, host.ca, callerOf(host));
    try {
        const rows: Row[] = [];
        for (const kind of shown) {
            const { body } = await client.request("GET", pathOf(kind, values.namespace));
            const { items = [] } = body as { items?: FluxObject[] };
            rows.push(...items.map((object) => rowOf(kind, object)));
        }
        process.stdout.write(rows.length === 0 ? "There are no such objects.\n" : table(rows));
        return rows.some(({ ready }) => ready === "False" || ready === "Unknown") ? 1 : 0;
    } finally {
        client.close();
    }
}

/** @throws Error for a word that is neither the name of a kind nor that of its objects. */
function kindNamed(word: string): Kind {
    const name = word.toLowerCase();
    const found = Object.values<Kind>(kinds).find(
        ({ kind, plural }) => plural === name || kind.toLowerCase() === name,
    );
    if (found === undefined) {
        const known = Object.values<Kind>(kinds).map(({ plural }) => plural);
        throw new Error(`Flux has no "${word}". It has ${known.join(", ")}`);
    }
    return found;
}

/** What an object's conditions come to. */
export function rowOf({ kind }: Kind, { metadata, spec, status }: FluxObject): Row {
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    const suspended = (spec as { suspend?: boolean } | undefined)?.suspend === true;
    return {
        kind,
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        ready: suspended ? "suspended" : (ready?.status ?? "-"),
        message: (ready?.message ?? "").split("\n")[0] ?? "",
    };
}

function table(rows: readonly Row[]): string {
    const lines = [
        ["KIND", "NAMESPACE", "NAME", "READY", "MESSAGE"],
        ...rows.map(({ kind, namespace, name, ready, message }) => [kind, namespace, name, ready, message]),
    ];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    return lines
        .map((line) =>
            line
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .map((line) => `${line}\n`)
        .join("");
}
