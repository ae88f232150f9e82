/** Parts that only pretend: small Node programs a supervisor can be tried on. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type PartSpec } from "../../supervisor/parts";
import { type PartStatus } from "../../supervisor/supervisor";
import { prepareFolder } from "../../supervisor/plan";
import { type SandboxLayout, sandboxLayout } from "../../support/layout";

/** A program that says that it is ready and runs until it is stopped. */
export const forever = 'console.log("ready http://here"); setInterval(() => undefined, 1000);';

/** A part that runs `source`. */
export function fakePart(name: string, source: string = forever, more: Partial<PartSpec> = {}): PartSpec {
    return {
        name,
        kind: "fake",
        group: "fakes",
        command: process.execPath,
        args: ["-e", source],
        env: {},
        ports: [],
        readiness: { kind: "log", pattern: "^ready " },
        readyTimeoutMs: 30_000,
        after: [],
        ...more,
    };
}

/** A new state folder below the temporary folder, as `up` prepares it. */
export function temporarySandbox(): SandboxLayout {
    const layout = sandboxLayout(path.join(fs.mkdtempSync(path.join(os.tmpdir(), "estate-box-")), "box"));
    prepareFolder(layout);
    return layout;
}

/** Polls a status until `holds`; the error says what was seen last. */
export async function untilStatus(
    status: () => readonly PartStatus[] | Promise<readonly PartStatus[]>,
    holds: (parts: ReadonlyMap<string, PartStatus>) => boolean,
    what: string,
): Promise<ReadonlyMap<string, PartStatus>> {
    const until = Date.now() + 30_000;
    for (;;) {
        const parts = new Map((await status()).map((part) => [part.name, part]));
        if (holds(parts)) {
            return parts;
        }
        if (Date.now() > until) {
            throw new Error(`never happened: ${what}; last seen: ${JSON.stringify([...parts.values()])}`);
        }
        await sleep(25);
    }
}

/** Whether all of the named parts are ready. */
export const ready =
    (...names: string[]) =>
    (parts: ReadonlyMap<string, PartStatus>): boolean =>
        names.every((name) => parts.get(name)?.state === "ready");
