import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** 40 zeros: "no commit" in a ref update. */
export const zeroSha = "0".repeat(40);

/** git ended with another status than 0. */
export class GitError extends Error {
    constructor(
        readonly args: readonly string[],
        readonly status: number | null,
        readonly stdout: string,
        readonly stderr: string,
    ) {
        super(`git ${args[0]} ended with ${status}: ${stderr.trim() || stdout.trim()}`);
    }
}

export interface Author {
    name: string;
    email: string;
}

export interface Commit {
    id: string;
    treeId: string;
    parents: string[];
    authorName: string;
    authorEmail: string;
    authoredDate: string;
    committerName: string;
    committerEmail: string;
    committedDate: string;
    message: string;
}

export interface TreeEntry {
    mode: string;
    type: "blob" | "tree" | "commit";
    id: string;
    path: string;
}

export interface FileDiff {
    oldPath: string;
    newPath: string;
    oldMode: string;
    newMode: string;
    status: string;
    diff: string;
}

/** One change of a ref, as a push asks for it. */
export interface RefUpdate {
    ref: string;
    oldSha: string;
    newSha: string;
}

/** Variables that keep the machine's own git settings, prompts and identity out. */
export function gitEnvironment(home: string): Record<string, string> {
    const extra = process.env["NODE_EXTRA_CA_CERTS"];
    return {
        PATH: process.env["PATH"] ?? "/usr/bin:/bin",
        HOME: home,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_TERMINAL_PROMPT: "0",
        GIT_OPTIONAL_LOCKS: "0",
        GIT_NO_REPLACE_OBJECTS: "1",
        LC_ALL: "C",
        // For the program that git calls before it takes a push.
        ...(extra === undefined ? {} : { NODE_EXTRA_CA_CERTS: extra }),
    };
}

/** Bare git repositories below one folder, by number, worked on with the `git` command. */
export class Git {
    constructor(
        private readonly root: string,
        private readonly home: string,
    ) {}

    /** Folder of a project's repository. */
    path(id: number): string {
        return join(this.root, `${id}.git`);
    }

    async exists(id: number): Promise<boolean> {
        try {
            return (await stat(this.path(id))).isDirectory();
        } catch {
            return false;
        }
    }

    /** A new, empty repository; one that a killed server left behind under this number is thrown away. */
    async create(id: number, branch: string): Promise<void> {
        await this.remove(id);
        await mkdir(this.root, { recursive: true });
        const args = [
            "init",
            "--quiet",
            "--bare",
            "--template=",
            `--initial-branch=${branch}`,
            this.path(id),
        ];
        await this.raw(this.root, args);
    }

    async remove(id: number): Promise<void> {
        await rm(this.path(id), { recursive: true, force: true });
    }

    /** Runs git in a repository and gives its output as text. @throws GitError */
    run(id: number, args: string[], options: RunOptions = {}): Promise<string> {
        return this.raw(this.path(id), args, options);
    }

    /** As {@link run}, but gives bytes: for file contents. */
    async bytes(id: number, args: string[]): Promise<Buffer> {
        return (await this.spawn(this.path(id), args, {})).stdout;
    }

    /** As {@link run}, but undefined when git ends with another status than 0. */
    async attempt(id: number, args: string[], options: RunOptions = {}): Promise<string | undefined> {
        try {
            return await this.run(id, args, options);
        } catch (error) {
            if (error instanceof GitError) {
                return undefined;
            }
            throw error;
        }
    }

    private async raw(cwd: string, args: string[], options: RunOptions = {}): Promise<string> {
        return (await this.spawn(cwd, args, options)).stdout.toString("utf8");
    }

    private spawn(cwd: string, args: string[], options: RunOptions): Promise<{ stdout: Buffer }> {
        return new Promise((resolve, reject) => {
            const child = spawn("git", args, {
                cwd,
                env: { ...gitEnvironment(this.home), ...options.env },
                stdio: ["pipe", "pipe", "pipe"],
            });
            const stdout: Buffer[] = [];
            const stderr: Buffer[] = [];
            child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
            child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
            child.on("error", reject);
            child.stdin.on("error", () => undefined);
            child.stdin.end(options.input ?? "");
            child.on("close", (status) => {
                const out = Buffer.concat(stdout);
                if (status === 0) {
                    resolve({ stdout: out });
                } else {
                    reject(
                        new GitError(
                            args,
                            status,
                            out.toString("utf8"),
                            Buffer.concat(stderr).toString("utf8"),
                        ),
                    );
                }
            });
        });
    }

    /** Tips by full ref name below a prefix; annotated tags give the commit they point at. */
    async refs(id: number, prefix: string): Promise<Map<string, { sha: string; target: string }>> {
        const format = "%(refname)%00%(objectname)%00%(*objectname)";
        const output = await this.run(id, ["for-each-ref", `--format=${format}`, prefix]);
        const result = new Map<string, { sha: string; target: string }>();
        for (const line of lines(output)) {
            const [ref = "", sha = "", peeled = ""] = line.split("\0");
            result.set(ref, { sha, target: peeled === "" ? sha : peeled });
        }
        return result;
    }

    /** The commit a branch, tag or (short) SHA names; branches win over tags. */
    async resolve(id: number, name: string, env?: Record<string, string>): Promise<string | undefined> {
        const candidates = name.startsWith("refs/")
            ? [name]
            : [`refs/heads/${name}`, `refs/tags/${name}`, ...(/^[0-9a-f]{4,40}$/.test(name) ? [name] : [])];
        if (name === "HEAD") {
            candidates.push("HEAD");
        }
        for (const candidate of candidates) {
            const sha = await this.attempt(
                id,
                ["rev-parse", "--verify", "--quiet", "--end-of-options", `${candidate}^{commit}`],
                env ? { env } : {},
            );
            if (sha !== undefined) {
                return sha.trim();
            }
        }
        return undefined;
    }

    /** Tip of a branch. */
    async branch(id: number, name: string): Promise<string | undefined> {
        return this.resolve(id, `refs/heads/${name}`);
    }

    /**
     * Moves a ref if it still is where the caller saw it (`undefined`: does not exist yet).
     * @throws GitError when somebody else moved it meanwhile.
     */
    async updateRef(
        id: number,
        ref: string,
        to: string | undefined,
        from: string | undefined,
    ): Promise<void> {
        await this.run(
            id,
            to === undefined
                ? ["update-ref", "-d", ref, ...(from === undefined ? [] : [from])]
                : ["update-ref", ref, to, from ?? zeroSha],
        );
    }

    async setHead(id: number, branch: string): Promise<void> {
        await this.run(id, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
    }

    /** Commits a revision range reaches, newest first. */
    async log(id: number, args: string[], env?: Record<string, string>): Promise<Commit[]> {
        const format = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");
        const output = await this.run(id, ["log", `--format=${format}%x01`, ...args], env ? { env } : {});
        return output
            .split("\x01\n")
            .filter((record) => record.trim() !== "")
            .map((record) => {
                const [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = record.split("\0");
                return {
                    id: sha ?? "",
                    treeId: tree ?? "",
                    parents: (parents ?? "").split(" ").filter((parent) => parent !== ""),
                    authorName: an ?? "",
                    authorEmail: ae ?? "",
                    authoredDate: time(ad),
                    committerName: cn ?? "",
                    committerEmail: ce ?? "",
                    committedDate: time(cd),
                    message: (message ?? "").replace(/\n+$/, "\n"),
                };
            });
    }

    async commit(id: number, sha: string): Promise<Commit> {
        const [commit] = await this.log(id, ["-1", sha]);
        if (!commit) {
            throw new Error(`Commit ${sha} is not in repository ${id}.`);
        }
        return commit;
    }

    /** Files and folders below a path. */
    async tree(id: number, sha: string, path: string, recursive: boolean): Promise<TreeEntry[]> {
        const where = path === "" ? [] : ["--", `${path.replace(/\/+$/, "")}/`];
        const args = ["ls-tree", "-z", ...(recursive ? ["-r", "-t"] : []), sha, ...where];
        const entries: TreeEntry[] = [];
        for (const record of (await this.run(id, args)).split("\0")) {
            const found = /^(\d+) (\w+) ([0-9a-f]+)\t([\s\S]*)$/.exec(record);
            if (found) {
                const [, mode = "", type = "blob", object = "", name = ""] = found;
                entries.push({ mode, type: type as TreeEntry["type"], id: object, path: name });
            }
        }
        return entries.filter((entry) => entry.path !== path.replace(/\/+$/, ""));
    }

    /** One file of a commit. */
    async file(id: number, sha: string, path: string): Promise<TreeEntry | undefined> {
        const output = await this.run(id, ["ls-tree", "-z", sha, "--", path]);
        const found = /^(\d+) (\w+) ([0-9a-f]+)\t([^\0]*)/.exec(output);
        if (!found || found[2] !== "blob" || found[4] !== path) {
            return undefined;
        }
        return { mode: found[1] ?? "", type: "blob", id: found[3] ?? "", path };
    }

    blob(id: number, object: string): Promise<Buffer> {
        return this.bytes(id, ["cat-file", "blob", object]);
    }

    async writeBlob(id: number, content: Buffer): Promise<string> {
        return (await this.run(id, ["hash-object", "-w", "--stdin"], { input: content })).trim();
    }

    /** Writes the tree of a complete list of files. */
    async writeTree(id: number, files: Iterable<TreeEntry>): Promise<string> {
        const index = join(this.path(id), `index-${randomUUID()}`);
        const env = { GIT_INDEX_FILE: index };
        const input = [...files].map((file) => `${file.mode} ${file.id}\t${file.path}\0`).join("");
        try {
            await this.run(id, ["update-index", "-z", "--index-info"], { env, input });
            return (await this.run(id, ["write-tree"], { env })).trim();
        } finally {
            await unlink(index).catch(() => undefined);
        }
    }

    async commitTree(
        id: number,
        commit: { tree: string; parents: string[]; message: string; author: Author; committer: Author },
    ): Promise<string> {
        const output = await this.run(
            id,
            ["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent]), "-F", "-"],
            { input: commit.message, env: identity(commit.author, commit.committer) },
        );
        return output.trim();
    }

    async mergeBase(id: number, a: string, b: string): Promise<string | undefined> {
        return (await this.attempt(id, ["merge-base", a, b]))?.trim();
    }

    async isAncestor(id: number, old: string, young: string, env?: Record<string, string>): Promise<boolean> {
        return (
            (await this.attempt(id, ["merge-base", "--is-ancestor", old, young], env ? { env } : {})) !==
            undefined
        );
    }

    /** A three-way merge of two commits without touching a ref: the tree, or the files that conflict. */
    async mergeTree(
        id: number,
        ours: string,
        theirs: string,
    ): Promise<{ tree: string } | { conflicts: string[] }> {
        try {
            const output = await this.run(id, ["merge-tree", "--write-tree", "--name-only", ours, theirs]);
            return { tree: output.split("\n")[0] ?? "" };
        } catch (error) {
            if (error instanceof GitError && error.status === 1) {
                const rest = error.stdout.split("\n").slice(1);
                const end = rest.indexOf("");
                return { conflicts: [...new Set(rest.slice(0, end === -1 ? rest.length : end))] };
            }
            throw error;
        }
    }

    /**
     * Runs git in a throw-away working tree at a commit and gives the commit it ends on; undefined when the
     * command fails, e.g. because of a conflict.
     */
    async inWorktree(id: number, at: string, args: string[], committer: Author): Promise<string | undefined> {
        const folder = join(this.home, `worktree-${randomUUID()}`);
        await this.run(id, ["worktree", "add", "--quiet", "--detach", folder, at]);
        try {
            const env = identity(undefined, committer);
            try {
                await this.raw(folder, args, { env });
            } catch (error) {
                if (error instanceof GitError) {
                    return undefined;
                }
                throw error;
            }
            return (await this.raw(folder, ["rev-parse", "HEAD"])).trim();
        } finally {
            await rm(folder, { recursive: true, force: true });
            await this.run(id, ["worktree", "prune"]);
        }
    }

    /** What changed between two commits, file by file, renames found. `from` undefined: the empty tree. */
    async diff(id: number, from: string | undefined, to: string): Promise<FileDiff[]> {
        const base = from ?? (await this.run(id, ["hash-object", "-t", "tree", "/dev/null"])).trim();
        const output = await this.run(id, ["diff", "--raw", "-z", "--abbrev=40", "-M", base, to]);
        const parts = output.split("\0");
        const files: FileDiff[] = [];
        for (let at = 0; at < parts.length;) {
            const found = /^:(\d+) (\d+) [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*$/.exec(parts[at] ?? "");
            if (!found) {
                break;
            }
            const [, oldMode = "", newMode = "", status = "M"] = found;
            const oldPath = parts[at + 1] ?? "";
            const renamed = status === "R" || status === "C";
            const newPath = renamed ? (parts[at + 2] ?? "") : oldPath;
            at += renamed ? 3 : 2;
            files.push({ oldPath, newPath, oldMode, newMode, status, diff: "" });
        }
        if (files.length > 0) {
            const patch = await this.run(id, ["diff", "-M", "--no-color", base, to]);
            const chunks = patch.split(/^(?=diff --git )/m);
            files.forEach((file, index) => {
                const chunk = chunks[index] ?? "";
                const start = chunk.search(/^@@ /m);
                file.diff = start === -1 ? "" : chunk.slice(start);
            });
        }
        return files;
    }

    /** Copies every branch and tag from another repository on this machine or from a URL. */
    async fetchAll(id: number, from: string): Promise<void> {
        await this.run(id, [
            "fetch",
            "--quiet",
            "--prune",
            from,
            "+refs/heads/*:refs/heads/*",
            "+refs/tags/*:refs/tags/*",
        ]);
    }

    /** An archive of a commit's files. */
    archive(id: number, sha: string, format: string, prefix: string): Promise<Buffer> {
        return this.bytes(id, ["archive", `--format=${format}`, `--prefix=${prefix}/`, sha]);
    }
}

interface RunOptions {
    input?: string | Buffer;
    env?: Record<string, string>;
}

/** Writes the program git calls before it takes a push; see smartHttp.ts for what answers it. */
export async function writeHooks(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "pre-receive.cjs"), preReceive);
    await writeFile(join(folder, "pre-receive"), `#!/bin/sh\nexec "$SANDBOX_NODE" "$0.cjs"\n`, {
        mode: 0o755,
    });
    await writeFile(join(folder, "post-receive.cjs"), postReceive);
    await writeFile(join(folder, "post-receive"), `#!/bin/sh\nexec "$SANDBOX_NODE" "$0.cjs"\n`, {
        mode: 0o755,
    });
}

/** Has the server do what follows from the push, and prints what it has to say to whoever pushed. */
const postReceive = `const url = process.env.SANDBOX_HOOK_URL.replace("/pre-receive/", "/post-receive/");
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const call = request(url, { method: "POST" }, (answer) => {
    let text = "";
    answer.on("data", (chunk) => (text += chunk));
    answer.on("end", () => {
        if (answer.statusCode === 200) for (const line of JSON.parse(text).lines) console.log(line);
    });
});
call.on("error", () => undefined);
call.end();
`;

/** Hands the wished ref updates to the server, with the quarantine they lie in, and obeys its verdict. */
const preReceive = `const { readFileSync } = require("node:fs");
const { SANDBOX_HOOK_URL: url, GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_QUARANTINE_PATH } = process.env;
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const options = [];
for (let i = 0; i < Number(process.env.GIT_PUSH_OPTION_COUNT || 0); i++) {
    options.push(process.env["GIT_PUSH_OPTION_" + i]);
}
const body = JSON.stringify({
    updates: readFileSync(0, "utf8"),
    options,
    env: { GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_QUARANTINE_PATH },
});
const refuse = (message) => {
    console.error(message);
    process.exit(1);
};
const call = request(url, { method: "POST", headers: { "content-type": "application/json" } }, (answer) => {
    let text = "";
    answer.on("data", (chunk) => (text += chunk));
    answer.on("end", () => {
        if (answer.statusCode !== 200) refuse("GitLab: Internal API error (" + answer.statusCode + ")");
        const { message } = JSON.parse(text);
        if (message) refuse(message);
    });
});
call.on("error", (error) => refuse("GitLab: Internal API unreachable: " + error.message));
call.end(body);
`;

function identity(author: Author | undefined, committer: Author): Record<string, string> {
    return {
        ...(author ? { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email } : {}),
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
    };
}

function lines(output: string): string[] {
    return output.split("\n").filter((line) => line !== "");
}

/** git's strict ISO time in the form of GitLab's commits: with milliseconds and a numeric zone. */
function time(iso: string | undefined): string {
    return (iso ?? "").replace(/Z$/, "+00:00").replace(/(:\d\d)([+-])/, "$1.000$2");
}
