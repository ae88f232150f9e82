/** Files that only their owner may read. */
import * as fs from "node:fs";
import * as path from "node:path";

/** Writes `text` to `file` at once (never half a file), with mode 0600, in a folder of mode 0700 made when missing. */
export function writePrivate(file: string, text: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}.new`;
    fs.writeFileSync(temporary, text, { mode: 0o600 });
    fs.renameSync(temporary, file);
}

/** As {@link writePrivate}, but leaves a file with just this text alone. Says whether it wrote. */
export function writePrivateIfChanged(file: string, text: string): boolean {
    try {
        if (fs.readFileSync(file, "utf8") === text) {
            return false;
        }
    } catch {
        // Missing: written below.
    }
    writePrivate(file, text);
    return true;
}
