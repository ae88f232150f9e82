/**
 * Folders for what a run keeps for a moment and nobody else may read: states, plans, event logs, which may hold secrets. All
 * lie in one folder of this process, which goes when the process ends. What a killed process left behind goes with the next
 * run that keeps something.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning } from "../../toolchain/processes";

const prefix = "gitops-estate-run-";
/** Machines may share a temporary folder, and a process is known on its own only. */
const host = os.hostname().replace(/[^\w.]/g, "_");

let own: string | undefined;

/** A new, empty folder that only this user may read, below this process's own. */
export function privateFolder(noun: string): string {
    own ??= ownFolder();
    return fs.mkdtempSync(path.join(own, `${noun}-`));
}

function ownFolder(): string {
    removeLeftovers(os.tmpdir());
    // Its mode is 0700 from the start.
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}${host}-${process.pid}-`));
    process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/** Removes the folders that processes of this user and machine left in `place`, where none of that number runs any more. */
export function removeLeftovers(place: string, runs: (pid: number) => boolean = isRunning): void {
    const form = /^(.*)-(\d+)-[^-]+$/;
    for (const name of namesIn(place)) {
        const [, maker, pid] = form.exec(name) ?? [];
        // Another process with this one's number is gone as well.
        if (maker !== `${prefix}${host}` || (Number(pid) !== process.pid && runs(Number(pid)))) {
            continue;
        }
        const folder = path.join(place, name);
        const found = fs.lstatSync(folder, { throwIfNoEntry: false });
        if (found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid)) {
            fs.rmSync(folder, { recursive: true, force: true });
        }
    }
}

/** A machine may keep its users from listing what others have in the temporary folder. */
function namesIn(place: string): string[] {
    try {
        return fs.readdirSync(place);
    } catch {
        return [];
    }
}
