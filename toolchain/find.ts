import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import type { Key } from "./cache";
import { run } from "./go";
import { type PathProbe, TOOLS, type ToolName, isToolName } from "./tools";
import { compareVersions } from "./version";

/** A usable copy of a tool. */
export interface Found {
    readonly version: string;
    readonly path: string;
}

/** First executable file of that name on PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
    for (const folder of (env["PATH"] ?? "").split(delimiter)) {
        const path = join(folder, name);
        if (folder !== "" && isExecutable(path)) {
            return path;
        }
    }
    return undefined;
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

const PROBE_TIMEOUT = 10_000;

/** The tool's copy on PATH, if it is the right program and new enough. */
export async function findOnPath(
    name: ToolName,
    probe: PathProbe,
    env: NodeJS.ProcessEnv,
): Promise<Found | undefined> {
    const path = onPath(name, env);
    if (path === undefined) {
        return undefined;
    }
    if ("besides" in probe) {
        const spec = isToolName(probe.besides) ? TOOLS[probe.besides] : undefined;
        const other =
            spec?.kind === "go" && spec.probe !== undefined
                ? await findOnPath(probe.besides as ToolName, spec.probe, env)
                : undefined;
        const together =
            other !== undefined && dirname(realpathSync(other.path)) === dirname(realpathSync(path));
        return together ? { version: other.version, path } : undefined;
    }
    const result = await run(path, probe.args, { env: { ...env, ...probe.env }, timeout: PROBE_TIMEOUT });
    const version = result === undefined ? undefined : probe.pattern.exec(result.stdout + result.stderr)?.[1];
    if (
        version === undefined ||
        compareVersions(version, probe.minimum) < 0 ||
        (probe.below !== undefined && compareVersions(version, probe.below) >= 0)
    ) {
        return undefined;
    }
    return { version, path };
}

/**
 * Folder of a finished build: `<root>/<tool>/<key>`. Without Go there is no full key; then a build by any Go version
 * serves, the newest first.
 */
export function findBuilt(root: string, name: ToolName, key: Key): string | undefined {
    const folder = join(root, name);
    const candidates = key.full === key.stem ? buildsOf(folder, key.stem) : [key.full];
    return candidates
        .map((candidate) => join(folder, candidate))
        .find((each) => existsSync(join(each, "bin", name)));
}

function buildsOf(folder: string, stem: string): string[] {
    try {
        return readdirSync(folder)
            .filter((entry) => entry.startsWith(`${stem}-go`))
            .sort((left, right) => compareVersions(right.slice(stem.length), left.slice(stem.length)));
    } catch {
        return [];
    }
}
