/** A sandbox that is only there to be measured, and what it was measured on. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { freePortBase, sandboxDir, sandboxDown } from "../../sandbox";

/**
 * Does `work` with a sandbox folder and ports of its own, in this process's environment. Whatever was booted there is
 * taken down and the folder removed, also when the work fails.
 *
 * @param work is given the folder around the sandbox's, for files of its own. Nothing runs yet.
 */
export async function inThrowawaySandbox(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-bench-"));
    process.env["ESTATE_SANDBOX_DIR"] = path.join(folder, "sandbox");
    process.env["ESTATE_SANDBOX_PORT_BASE"] = String(await freePortBase());
    try {
        await work(folder);
    } finally {
        await sandboxDown(sandboxDir(), { purge: true });
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/** Puts stack files into the folder of a throwaway sandbox, and has this process's commands read those. */
export function useStacks(folder: string, texts: Readonly<Record<string, string>>): void {
    const stacks = path.join(folder, "stacks");
    fs.mkdirSync(stacks);
    for (const [stack, text] of Object.entries(texts)) {
        fs.writeFileSync(path.join(stacks, `Pulumi.${stack}.yaml`), text);
    }
    process.env["ESTATE_STACKS"] = stacks;
}

/** Date, processors, memory and Node.js, in one line. */
export function machine(): string {
    const cpus = os.cpus();
    return (
        `${new Date().toISOString().slice(0, 10)}, ${cpus.length} x ${cpus[0]?.model.trim() ?? "unknown processor"}, ` +
        `${Math.round(os.totalmem() / 1024 ** 3)} GB, Node.js ${process.versions.node}`
    );
}
