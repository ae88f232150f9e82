/**
 * Finds or builds the programs that the estate needs and npm does not have. A copy on PATH that is new enough is used;
 * otherwise the Go module in `toolchain/<tool>/` is built, once, into a cache outside the checkout.
 */
import { existsSync } from "node:fs";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { type Job, buildAll, moduleFolder } from "./build";
import { cacheRoot, sizeOf, toolKey } from "./cache";
import { findBuilt, findOnPath } from "./find";
import { type Go, askGo, askGoFor, neededGo, platformOfNode } from "./go";
import { ToolchainError, explainFailure, goMissing, goTooOld, nodeTooOld } from "./problem";
import type { ProgressEvent } from "./progress";
import { checkSpace, freeSpace } from "./space";
import { TOOLS, TOOL_NAMES, type ToolName, isToolName, toolsOfGroup } from "./tools";
import { compareVersions } from "./version";

export { ToolchainError } from "./problem";
export { type ProgressEvent, progressPrinter } from "./progress";
export { type ToolName, TOOL_NAMES, isToolName, toolsOfGroup } from "./tools";

/** Oldest Node.js that package.json allows. */
const MINIMUM_NODE = "20.19";

/** A tool that is ready. */
export interface Tool {
    readonly name: ToolName;
    readonly version: string;
    /** The program; for manifests the folder. */
    readonly path: string;
    /** `path`: the user's own copy. `built`: made from the pinned module. */
    readonly source: "path" | "built";
    /** Size of the program or folder. */
    readonly bytes: number;
}

export interface ToolchainOptions {
    /** Default: process.env. */
    readonly env?: NodeJS.ProcessEnv;
    /** Top of the checkout. Default: the one this file is in. */
    readonly checkout?: string;
    /** Interrupts a build. */
    readonly signal?: AbortSignal;
    /** Version of the running Node.js, for tests. */
    readonly node?: string;
    /** Measures free space, for tests. */
    readonly freeSpace?: typeof freeSpace;
    /** Milliseconds between progress events of a build. Default 1,000. */
    readonly tick?: number;
}

/**
 * Makes the named tools ready and returns them; says by `report` what it builds, and nothing if all is there. Throws a
 * ToolchainError whose message says what to do.
 */
export async function ensureTools(
    names: readonly ToolName[],
    report: (event: ProgressEvent) => void,
    options: ToolchainOptions = {},
): Promise<Map<ToolName, Tool>> {
    checkNode(options.node ?? process.versions.node);
    const located = await Promise.all(inOrder(names).map((name) => locate(name, options)));
    const missing = located.filter((each) => each.tool === undefined);
    const built = missing.length > 0 ? await build(missing, report, options) : new Map<ToolName, string>();
    const tools = new Map<ToolName, Tool>();
    for (const { name, tool } of located) {
        tools.set(name, tool ?? (await builtTool(name, built.get(name) ?? "")));
    }
    await putLaunchers(tools);
    return tools;
}

async function build(
    missing: readonly Located[],
    report: (event: ProgressEvent) => void,
    options: ToolchainOptions,
): Promise<ReadonlyMap<ToolName, string>> {
    const jobs = await Promise.all(missing.map((each) => prepare(each, missing)));
    const env = options.env ?? process.env;
    const root = cacheRoot(env);
    await checkSpace(jobs, root, options.freeSpace);
    const { signal, tick } = options;
    return buildAll(jobs, { root, env, report, signal, ...(tick === undefined ? {} : { tick }) });
}

async function builtTool(name: ToolName, path: string): Promise<Tool> {
    return { name, version: TOOLS[name].version, path, source: "built", bytes: await sizeOf(path) };
}

/** The named tools that are ready now; builds and downloads nothing. */
export async function findTools(
    names: readonly ToolName[] = toolsOfGroup("estate"),
    options: ToolchainOptions = {},
): Promise<Map<ToolName, Tool>> {
    const located = await Promise.all(inOrder(names).map((name) => locate(name, options)));
    return new Map(located.flatMap(({ name, tool }) => (tool === undefined ? [] : [[name, tool] as const])));
}

/** A PATH on which the built tools come first, for programs that look for others by name. */
export function pathWith(
    tools: ReadonlyMap<ToolName, Tool>,
    path: string = process.env["PATH"] ?? "",
): string {
    const folders = [...tools.values()]
        .filter((tool) => tool.source === "built" && TOOLS[tool.name].kind !== "module-files")
        // The engine warns of a language host that it finds elsewhere than beside itself.
        .filter((tool) => launcherOf(tool, tools) === undefined)
        .map((tool) => dirname(tool.path));
    return [...new Set(folders), path].filter((part) => part !== "").join(delimiter);
}

/** Throws if this Node.js is older than the package asks for. */
export function checkNode(version: string): void {
    if (compareVersions(version, MINIMUM_NODE) < 0) {
        throw nodeTooOld(version, MINIMUM_NODE);
    }
}

/** The longest build first, each once. */
function inOrder(names: readonly ToolName[]): ToolName[] {
    const wanted = new Set(names);
    return TOOL_NAMES.filter((name) => wanted.has(name));
}

interface Located {
    readonly name: ToolName;
    readonly folder: string;
    readonly go: Awaited<ReturnType<typeof askGo>>;
    readonly tool: Tool | undefined;
}

function isGo(go: Located["go"]): go is Go {
    return go !== undefined && "version" in go;
}

/** Looks for a tool on PATH, then in the cache. */
async function locate(name: ToolName, options: ToolchainOptions): Promise<Located> {
    const spec = TOOLS[name];
    const env = options.env ?? process.env;
    const checkout = options.checkout ?? join(__dirname, "..");
    const folder = join(checkout, spec.kind === "source" ? spec.folder : join("toolchain", spec.module));
    if (spec.kind === "go" && spec.probe !== undefined) {
        const found = await findOnPath(name, spec.probe, env);
        if (found !== undefined) {
            const bytes = await sizeOf(found.path);
            return { name, folder, go: undefined, tool: { name, ...found, source: "path", bytes } };
        }
    }
    if (!existsSync(join(folder, "go.mod"))) {
        return { name, folder, go: undefined, tool: undefined };
    }
    const compiler = spec.kind === "go" ? spec.compiler : undefined;
    const go = await (compiler === undefined
        ? askGo(folder, env)
        : askGoFor(compiler, join(checkout, "toolchain"), env));
    const path =
        spec.kind === "module-files"
            ? moduleFolder(spec, isGo(go) ? go.moduleCache : defaultModuleCache(env))
            : await builtProgram(name, folder, env, go);
    if (path === undefined || !existsSync(path)) {
        return { name, folder, go, tool: undefined };
    }
    return { name, folder, go, tool: await builtTool(name, path) };
}

async function builtProgram(
    name: ToolName,
    folder: string,
    env: NodeJS.ProcessEnv,
    go: Located["go"],
): Promise<string | undefined> {
    const spec = TOOLS[name];
    if (spec.kind === "module-files") {
        return undefined;
    }
    const key = await toolKey(spec, folder, isGo(go) ? go : platformOfNode());
    const build = findBuilt(cacheRoot(env), name, key);
    return build === undefined ? undefined : join(build, "bin", name);
}

function defaultModuleCache(env: NodeJS.ProcessEnv): string {
    const goPath = (env["GOPATH"] ?? "").split(delimiter)[0];
    return (
        env["GOMODCACHE"] ??
        join(goPath !== undefined && goPath !== "" ? goPath : join(homedir(), "go"), "pkg", "mod")
    );
}

/** What is needed to build a tool, or the message for why it cannot be built. */
async function prepare(located: Located, missing: readonly Located[]): Promise<Job> {
    const { name, folder, go } = located;
    const spec = TOOLS[name];
    if (!existsSync(join(folder, "go.mod"))) {
        throw new ToolchainError(
            "sources-missing",
            `${join(folder, "go.mod")} is missing: is the checkout complete?`,
        );
    }
    if (go === undefined) {
        const versions = await Promise.all(missing.map((each) => neededGo(each.folder)));
        throw goMissing(
            missing.map((each) => each.name),
            versions.sort(compareVersions).at(-1) ?? "",
        );
    }
    if (!isGo(go)) {
        const output = go.stderr + go.stdout;
        throw explainFailure({ tool: name, version: spec.version, output, log: "the lines above" });
    }
    const needed = await neededGo(folder);
    if (compareVersions(go.version, needed) < 0) {
        throw goTooOld(go.version, needed, `${name} ${spec.version}`);
    }
    return { name, spec, folder, go };
}

/** Where a built tool has its launcher, and what that says: in the folder of the built tool that looks for it there. */
function launcherOf(
    tool: Tool,
    tools: ReadonlyMap<ToolName, Tool>,
): { readonly path: string; readonly text: string } | undefined {
    const spec = TOOLS[tool.name];
    const beside = spec.kind === "go" ? spec.beside : undefined;
    const other = beside !== undefined && isToolName(beside.tool) ? tools.get(beside.tool) : undefined;
    return beside !== undefined && tool.source === "built" && other?.source === "built"
        ? {
              path: join(dirname(other.path), tool.name),
              text: `#!/bin/sh\nexec ${[tool.path, ...beside.arguments].map(quoted).join(" ")} "$@"\n`,
          }
        : undefined;
}

/** A text as one word of a shell. */
function quoted(word: string): string {
    return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function putLaunchers(tools: ReadonlyMap<ToolName, Tool>): Promise<void> {
    for (const tool of tools.values()) {
        const launcher = launcherOf(tool, tools);
        if (launcher === undefined || (await textOf(launcher.path)) === launcher.text) {
            continue;
        }
        // Whole or not at all: others may start it at the same time.
        const temporary = `${launcher.path}.${process.pid}`;
        await writeFile(temporary, launcher.text, { mode: 0o755 });
        await rename(temporary, launcher.path);
    }
}

/** What a launcher says; undefined where there is none, or a program lies in its place. */
async function textOf(path: string): Promise<string | undefined> {
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && found.size < 10_000 ? readFile(path, "utf8") : undefined;
}
