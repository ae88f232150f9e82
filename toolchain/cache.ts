import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve, sep } from "node:path";

import { GO_FLAGS } from "./go";
import type { GoTool, SourceTool } from "./tools";

/**
 * Folder of the built tools: `tools` in ESTATE_CACHE, else in `gitops-estate` of XDG_CACHE_HOME, else of `~/.cache`. It lies
 * outside the checkout so that all checkouts share it.
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
    if (env["ESTATE_CACHE"] !== undefined && env["ESTATE_CACHE"] !== "") {
        return resolve(env["ESTATE_CACHE"], "tools");
    }
    const base = env["XDG_CACHE_HOME"];
    // The XDG specification says to ignore a relative path.
    const cache = base?.startsWith("/") === true ? base : join(homedir(), ".cache");
    return join(cache, "gitops-estate", "tools");
}

/** What a built tool depends on, as the names of its folders in the cache say it. */
export interface Key {
    /** All but the Go version: `3.7.3-1a2b3c4d5e6f-linux-amd64`. */
    readonly stem: string;
    /** The folder's name: the stem and Go's major and minor version. */
    readonly full: string;
}

/** What is asked of Go once per run. */
export interface Platform {
    readonly os: string;
    readonly arch: string;
    /** `1.26`, or undefined when there is no Go: then any earlier build of the same stem serves. */
    readonly go: string | undefined;
}

/** The text for `-ldflags`: no symbol tables, and the version where the program takes it from a variable. */
export function linkerFlags(tool: GoTool | SourceTool): string {
    const variables = tool.kind === "go" ? (tool.variables ?? {}) : {};
    return ["-s", "-w", ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
}

/** The key of a tool whose pins lie in `folder` (a module of toolchain/, or the sources themselves). */
export async function toolKey(tool: GoTool | SourceTool, folder: string, platform: Platform): Promise<Key> {
    const hash = createHash("sha256");
    for (const file of await sourceFiles(folder)) {
        hash.update(`${file.split(sep).join("/")}\0`)
            .update(await readFile(join(folder, file), "latin1"))
            .update("\0");
    }
    hash.update([...GO_FLAGS, linkerFlags(tool), tool.kind === "go" ? tool.package : "."].join("\0"));
    const stem = `${tool.version}-${hash.digest("hex").slice(0, 12)}-${platform.os}-${platform.arch}`;
    return { stem, full: platform.go === undefined ? stem : `${stem}-go${platform.go}` };
}

const SOURCES = /\.(go|json|ya?ml|tmpl|html)$|^go\.(mod|sum)$/;

/** Files in a module's folder that decide what is built, sorted: pins and sources, not tests and their data. */
async function sourceFiles(folder: string): Promise<string[]> {
    const found = await readdir(folder, { recursive: true });
    return found
        .filter((file) => {
            const parts = file.split(sep);
            const name = parts.at(-1) ?? "";
            return SOURCES.test(name) && !name.endsWith("_test.go") && !parts.includes("testdata");
        })
        .sort();
}

/** Bytes of a file or of all files below a folder; 0 if there is none. */
export async function sizeOf(path: string): Promise<number> {
    try {
        const about = await stat(path);
        if (!about.isDirectory()) {
            return about.size;
        }
        const names = await readdir(path);
        const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
        return sizes.reduce((sum, size) => sum + size, 0);
    } catch {
        return 0;
    }
}
