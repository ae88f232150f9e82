/** What can be said of a stack without asking a server: the files that its spec names. */
import * as fs from "node:fs";
import * as path from "node:path";
import { dayOf } from "../../estate/days";
import type { Estate } from "../../estate/model";
import { authorityProblems } from "../../estate/rules/network";
import { isSandboxEstate } from "../support/stack";
import { enginesInDoctor, enginesOf, type DoctorEngines } from "./engines";
import type { Finding } from "./finding";

/** The check of the files that engines are installed from. */
export const manifestsCheck = "manifests-readable";

/** Looks at the files of the spec; `folder` is what their paths are relative to. */
export function offlineFindings(
    estate: Estate,
    folder: string,
    now = new Date(),
    env: NodeJS.ProcessEnv = process.env,
): Finding[] {
    // A sandbox puts its own there when it starts.
    const manifests = isSandboxEstate(estate) ? [] : missingManifests(estate, folder, env);
    return [...authorityFindings(estate, folder, now), ...manifests];
}

/** Files that the engines of an estate are installed from, and that are not there. */
export function missingManifests(
    estate: Estate,
    folder: string,
    env: NodeJS.ProcessEnv,
    registry: DoctorEngines = enginesInDoctor,
): Finding[] {
    const named = enginesOf(estate, registry).flatMap(([engine, { files }]) =>
        Object.entries(files(estate)).map(([key, file]) => [engine, key, file] as const),
    );
    return named.flatMap(([engine, key, file]) =>
        file === undefined ||
        // Another folder takes its place.
        (env[`ESTATE_${engine.toUpperCase()}_MANIFESTS`] ?? "") !== "" ||
        fs.existsSync(path.resolve(folder, file))
            ? []
            : [
                  {
                      path: `${key}.path`,
                      value: file,
                      id: manifestsCheck,
                      severity: "error" as const,
                      rule: "must be there: it is installed from this file",
                      fix: "put the file of the release there, or correct the path; it is relative to the project's folder",
                  },
              ],
    );
}

function authorityFindings({ network }: Estate, folder: string, now: Date): Finding[] {
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
