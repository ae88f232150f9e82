/** A job's log: what gitlab-ci-local prints, without its decoration and without secrets, in a file. */
import { appendFileSync, mkdirSync } from "node:fs";
import * as path from "node:path";

/** GitLab's default limit of a job log, bytes. */
const limit = 4 * 1024 * 1024;

/** Replaces secrets in lines of text. Values of fewer than 4 characters are left: hiding them would hide everything. */
export function masker(secrets: Iterable<string>): (line: string) => string {
    const values = [...new Set([...secrets].flatMap((each) => each.split("\n")))]
        .filter((each) => each.trim().length >= 4)
        // A secret that is part of a longer one must not spoil the longer one's mask.
        .sort((a, b) => b.length - a.length);
    return (line) => values.reduce((text, value) => text.replaceAll(value, "[MASKED]"), line);
}

/** The exit code in the line with which the interpreter ends a job's script; undefined for any other line. */
export function exitCodeIn(line: string, job: string): number | undefined {
    const found = line.startsWith(`${job} `)
        ? /^finished in .*?(?:FAIL|WARN)\s+(\d+)\s*$/.exec(line.slice(job.length + 1))
        : null;
    return found ? Number(found[1]) : undefined;
}

/** What a job's script printed, out of a line of the interpreter; undefined for its own remarks. */
export function scriptLine(line: string, job: string): string | undefined {
    if (!line.startsWith(`${job} `)) {
        return undefined;
    }
    const rest = line.slice(job.length + 1);
    if (rest.startsWith("$ ")) {
        return rest;
    }
    if (rest.startsWith("> ")) {
        return rest.slice(2);
    }
    return rest === ">" ? "" : undefined;
}

/** The file a job's log is written to, as it comes. */
export class Trace {
    private written = 0;
    private mask: (line: string) => string = (line) => line;

    constructor(private readonly file: string) {
        mkdirSync(path.dirname(file), { recursive: true });
    }

    /** Hides these values from now on. */
    hide(secrets: Iterable<string>): void {
        this.mask = masker(secrets);
    }

    line(text: string): void {
        if (this.written > limit) {
            return;
        }
        const line = `${this.mask(text)}\n`;
        this.written += Buffer.byteLength(line);
        const more = this.written > limit ? `Job's log exceeded limit of ${limit} bytes.\n` : "";
        appendFileSync(this.file, line + more, { mode: 0o600 });
    }
}
