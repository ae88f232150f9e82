/** The throwaway folder one job, or the reading of one pipeline's file, works in. */
import { chmod, cp, lstat, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

import { zeroSha } from "../gitlab/git";
import type { GitLab } from "../gitlab/gitlab";
import type { Project } from "../gitlab/model";
import { matches } from "../harbor/doublestar";
import type { Artifacts } from "./plan";
import { variablesFile, type JobVariables } from "./variables";

/** Files with which a repository could change how gitlab-ci-local works, and which GitLab does not know. */
const foreign = [".gitlab-ci-local.yml", ".gitlab-ci-local-env", ".gitlab-ci-local-ignores"];

/** Branch name under which the interpreter finds the commit that `rules:changes` compares with. */
const comparison = "ci-compare";

export class Workspace {
    readonly home: string;
    readonly temporary: string;
    /** The clone, named as the project is. */
    readonly directory: string;

    private constructor(
        readonly root: string,
        name: string,
    ) {
        this.home = path.join(root, "home");
        this.temporary = path.join(root, "tmp");
        this.directory = path.join(root, name);
    }

    /** A new one at `root`, which only its owner may look into. What was there is thrown away. */
    static async create(root: string, project: Project): Promise<Workspace> {
        const workspace = new Workspace(root, project.path);
        await rm(root, { recursive: true, force: true });
        await mkdir(root, { recursive: true, mode: 0o700 });
        await chmod(root, 0o700);
        await mkdir(workspace.home);
        await mkdir(workspace.temporary);
        return workspace;
    }

    /**
     * Clones the project and checks the commit out.
     *
     * @param origin Address the clone fetches from and pushes to afterwards.
     * @param compare Commit that `rules:changes` compares with.
     */
    async clone(
        gitlab: GitLab,
        project: Project,
        sha: string,
        origin: string,
        compare: string | undefined,
    ): Promise<void> {
        const git = async (...args: string[]): Promise<void> => {
            await gitlab.git.run(project.id, ["-C", this.directory, ...args]);
        };
        const source = gitlab.git.path(project.id);
        await gitlab.git.run(project.id, [
            "clone",
            "--quiet",
            "--shared",
            "--no-checkout",
            source,
            this.directory,
        ]);
        // By hand, and not with git: the address contains a token, which must not be in arguments.
        const config = path.join(this.directory, ".git", "config");
        const text = await readFile(config, "utf8");
        await writeFile(
            config,
            text.replace(/^(\s*url = ).*$/m, (_, start: string) => start + origin),
            {
                mode: 0o600,
            },
        );
        await git("checkout", "--quiet", "--detach", sha);
        if (compare !== undefined) {
            await git("update-ref", `refs/remotes/origin/${comparison}`, compare);
            await git("symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${comparison}`);
        }
        for (const name of foreign) {
            if (await exists(path.join(this.directory, name))) {
                await git("update-index", "--skip-worktree", name).catch(() => undefined);
                await rm(path.join(this.directory, name), { recursive: true, force: true });
            }
        }
    }

    /**
     * Has the interpreter's git read these projects, and no others, where a file includes them: by their folders instead of
     * by the server, which would ask for credentials.
     *
     * @param server Address of the server as includes name it, without a path.
     */
    async allowIncludesFrom(
        server: string,
        projects: readonly { path: string; folder: string }[],
    ): Promise<void> {
        const section = (from: string, to: string): string =>
            `[url ${JSON.stringify(to)}]\n\tinsteadOf = ${JSON.stringify(from)}\n`;
        const text = [
            section(`${server}/`, path.join(this.root, "no-such-project/")),
            ...projects.map((each) => section(`${server}/${each.path}.git`, each.folder)),
        ];
        await writeFile(path.join(this.home, ".gitconfig"), text.join(""));
    }

    /**
     * Writes the variables for the interpreter, readable by the owner only, and gives the arguments that name the file.
     * Values are never in arguments.
     */
    async variables(variables: JobVariables): Promise<string[]> {
        const folder = path.join(this.root, "files");
        const files = new Map<string, string>();
        for (const [key, variable] of variables) {
            if (variable.file) {
                await mkdir(folder, { recursive: true });
                files.set(key, path.join(folder, key));
                await writeFile(path.join(folder, key), variable.value, { mode: 0o600 });
            }
        }
        const file = path.join(this.root, "variables.json");
        await writeFile(file, variablesFile(variables, files), { mode: 0o600 });
        return ["--variables-file", "../variables.json", "--state-dir", "../state"];
    }

    /** Puts a file beside the clone and gives the arguments that make it the pipeline's file. */
    async file(name: string, text: string): Promise<string[]> {
        await writeFile(path.join(this.root, name), text);
        return ["--file", `../${name}`];
    }

    async state(name: string): Promise<string> {
        return readFile(path.join(this.root, "state", name), "utf8");
    }

    async remove(): Promise<void> {
        // A job may have made folders read-only; failing to remove must not fail the job.
        await rm(this.root, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    }
}

/** Arguments about `rules:changes`: GitLab takes it as true where there is nothing to compare with. */
export function changesArguments(compare: string | undefined): string[] {
    return compare === undefined ? ["--no-evaluate-rule-changes"] : [];
}

/** The commit `rules:changes` compares with; undefined for new branches, tags and pipelines started by hand. */
export function comparedCommit(
    facts: { source: string; tag: boolean; beforeSha: string },
    mergeBase: string | undefined,
): string | undefined {
    if (mergeBase !== undefined) {
        return mergeBase;
    }
    return facts.source === "push" && !facts.tag && facts.beforeSha !== zeroSha ? facts.beforeSha : undefined;
}

/** Copies the files that the patterns name out of a clone. Gives how many there were. */
export async function saveArtifacts(
    directory: string,
    folder: string,
    artifacts: Pick<Artifacts, "exclude">,
    paths: readonly string[],
): Promise<number> {
    const wanted = paths.map(normalize);
    const unwanted = artifacts.exclude.map(normalize);
    const files = (await listFiles(directory, "")).filter(
        (file) =>
            wanted.some((pattern) => covers(pattern, file)) &&
            !unwanted.some((pattern) => matches(pattern, file)),
    );
    for (const file of files) {
        const target = path.join(folder, file);
        await mkdir(path.dirname(target), { recursive: true });
        await cp(path.join(directory, file), target, { verbatimSymlinks: true });
    }
    return files.length;
}

/** Copies the reports that the patterns name, by number. Gives how many there were. */
export async function saveReports(
    directory: string,
    folder: string,
    patterns: readonly string[],
): Promise<number> {
    const wanted = patterns.map(normalize);
    const files = (await listFiles(directory, "")).filter((file) =>
        wanted.some((pattern) => matches(pattern, file)),
    );
    await mkdir(folder, { recursive: true });
    for (const [index, file] of files.entries()) {
        await cp(path.join(directory, file), path.join(folder, `${String(index).padStart(4, "0")}.xml`));
    }
    return files.length;
}

/** Bytes of the files in a folder. */
export async function sizeOf(folder: string): Promise<number> {
    const sizes = (await listFiles(folder, "")).map(
        async (file) => (await lstat(path.join(folder, file))).size,
    );
    return (await Promise.all(sizes)).reduce((sum, each) => sum + each, 0);
}

/** Puts saved artifacts into a clone. */
export async function restoreArtifacts(folder: string, directory: string): Promise<boolean> {
    if (!(await exists(folder))) {
        return false;
    }
    await cp(folder, directory, { recursive: true, verbatimSymlinks: true, force: true });
    return true;
}

/** `KEY=value` lines, as dotenv reports have them. Lines that are not are left out. */
export function parseDotenv(text: string): Record<string, string> {
    const result: Record<string, string> = {};
    for (const line of text.split(/\r?\n/)) {
        const found = /^\s*(?:export\s+)?([A-Za-z0-9_]+)=(.*)$/.exec(line);
        if (found) {
            const value = (found[2] ?? "").trim();
            result[found[1] ?? ""] = /^(".*"|'.*')$/.test(value) ? value.slice(1, -1) : value;
        }
    }
    return result;
}

function normalize(pattern: string): string {
    return pattern.replace(/^\.\//, "").replace(/\/+$/, "");
}

/** A pattern names a file itself or a folder above it. */
function covers(pattern: string, file: string): boolean {
    if (pattern === "" || pattern === ".") {
        return true;
    }
    for (let at = file; at !== "." && at !== ""; at = path.dirname(at)) {
        if (matches(pattern, at)) {
            return true;
        }
    }
    return false;
}

async function listFiles(root: string, below: string): Promise<string[]> {
    const files: string[] = [];
    for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
        const name = path.join(below, entry.name);
        if (entry.isDirectory()) {
            files.push(...(name === ".git" ? [] : await listFiles(root, name)));
        } else {
            files.push(name);
        }
    }
    return files;
}

async function exists(file: string): Promise<boolean> {
    try {
        await lstat(file);
        return true;
    } catch {
        return false;
    }
}
