/** What the tests of the pipelines' scripts share: a repository with a GitLab behind it, and running a script in it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { TestContext } from "node:test";

import { scriptText, type Script } from "../../components/ci/scripts";
import { ensureTools } from "../../toolchain";

export interface Run {
    readonly code: number;
    readonly output: string;
}

/** Runs a program with nothing of this machine's settings but its PATH. */
export function run(
    cwd: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
): Promise<Run> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            cwd,
            env: {
                PATH: process.env["PATH"] ?? "",
                HOME: tmpdir(),
                LC_ALL: "C",
                GIT_CONFIG_NOSYSTEM: "1",
                GIT_CONFIG_GLOBAL: "/dev/null",
                GIT_AUTHOR_NAME: "Alice",
                GIT_AUTHOR_EMAIL: "alice@example.com",
                GIT_COMMITTER_NAME: "Alice",
                GIT_COMMITTER_EMAIL: "alice@example.com",
                ...env,
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code: code ?? -1, output }));
    });
}

/** Like {@link run}. @throws with the output when it fails; answers the output without the last newline. */
export async function must(cwd: string, command: string, ...args: string[]): Promise<string> {
    const { code, output } = await run(cwd, command, args);
    assert.equal(code, 0, `${command} ${args.join(" ")}: ${output}`);
    return output.trimEnd();
}

/** A folder that goes away with the test. */
export async function folder(context: TestContext): Promise<string> {
    const made = await mkdtemp(path.join(tmpdir(), "ci-test-"));
    context.after(() => rm(made, { recursive: true, force: true }));
    return made;
}

/** A git repository with files committed on `main`. */
export async function repository(
    context: TestContext,
    files: Readonly<Record<string, string>>,
): Promise<string> {
    const made = await folder(context);
    await must(made, "git", "init", "-q", "-b", "main");
    await commit(made, files, "First");
    return made;
}

/** Commits files; answers the commit. */
export async function commit(
    repository: string,
    files: Readonly<Record<string, string>>,
    message: string,
): Promise<string> {
    for (const [file, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(repository, file)), { recursive: true });
        await writeFile(path.join(repository, file), text);
    }
    await must(repository, "git", "add", "-A");
    await must(repository, "git", "commit", "-q", "--allow-empty", "-m", message);
    return must(repository, "git", "rev-parse", "HEAD");
}

/** Scripts that others run. */
const beside: Readonly<Partial<Record<Script, readonly Script[]>>> = { "merge-back.sh": ["rollout.mjs"] };

/** Runs a script of the pipelines as a job does, in a checkout. */
export async function runScript(
    script: Script,
    cwd: string,
    variables: Readonly<Record<string, string>>,
    ...args: string[]
): Promise<Run> {
    const scratch = await mkdtemp(path.join(tmpdir(), "ci-script-"));
    try {
        const file = path.join(scratch, script);
        for (const each of [script, ...(beside[script] ?? [])]) {
            await writeFile(path.join(scratch, each), scriptText(each));
        }
        return await run(cwd, "/bin/sh", [file, ...args], { PATH: await toolPath(), ...variables });
    } finally {
        await rm(scratch, { recursive: true, force: true });
    }
}

let tools: Promise<string> | undefined;

/** This machine's PATH with crane in front. */
export function toolPath(): Promise<string> {
    tools ??= ensureTools(["crane"], () => undefined).then((found) => {
        const crane = found.get("crane");
        assert.ok(crane, "the toolchain gave no crane");
        return `${path.dirname(crane.path)}${path.delimiter}${process.env["PATH"] ?? ""}`;
    });
    return tools;
}

/** A PATH on which programs of the test's own stand before this machine's: shell scripts, by name. */
export async function pathWith(
    context: TestContext,
    programs: Readonly<Record<string, string>>,
): Promise<string> {
    return `${await folderOf(context, programs)}${path.delimiter}${await toolPath()}`;
}

/** A PATH with nothing but some of this machine's programs and the test's own, as in a small image. */
export async function pathOf(
    context: TestContext,
    names: readonly string[],
    programs: Readonly<Record<string, string>> = {},
): Promise<string> {
    const bin = await folderOf(context, programs);
    for (const name of names) {
        await symlink(await must("/", "sh", "-c", `command -v ${name}`), path.join(bin, name));
    }
    return bin;
}

async function folderOf(context: TestContext, programs: Readonly<Record<string, string>>): Promise<string> {
    const bin = await folder(context);
    for (const [name, script] of Object.entries(programs)) {
        await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return bin;
}

export const text = (file: string): Promise<string> => readFile(file, "utf8");
