/** What can be said of a stack without asking a server: the files that its spec names, by the rules of the spec. */
import * as fs from "node:fs";
import * as path from "node:path";
import { dayOf } from "../../estate/days";
import type { Estate } from "../../estate/model";
import { authorityProblems } from "../../estate/rules/network";
import type { Finding } from "./finding";

/** Looks at the files of the spec; `folder` is what their paths are relative to. */
export function offlineFindings({ network }: Estate, folder: string, now = new Date()): Finding[] {
    const files = network.authorities.flatMap(({ file }): [string, string][] => {
        const text = file === undefined ? undefined : textOf(path.resolve(folder, file));
        return file === undefined || text === undefined ? [] : [[file, text]];
    });
    return authorityProblems(network.authorities, Object.fromEntries(files), dayOf(now.toISOString()));
}

/** What cannot be read is a finding of the rules. */
function textOf(file: string): string | undefined {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
