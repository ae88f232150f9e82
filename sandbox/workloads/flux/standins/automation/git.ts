/** Git as image updates need it: a branch, changed files, one commit, a push. Uses this machine's git. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** Where a repository is, and who asks. */
export interface GitAccess {
    readonly url: string;
    /** Values of its Secret: `username` and `password`, or `bearerToken`; `ca.crt` or `caFile` for an authority. */
    readonly secret: Readonly<Record<string, string>>;
    /** Milliseconds for one command. */
    readonly timeout: number;
}

export interface CommitRequest {
    readonly author: { readonly name: string; readonly email: string };
    readonly message: string;
}

/** A checkout of one branch in a folder of its own. */
export class Checkout {
    constructor(
        private readonly folder: string,
        private readonly access: GitAccess,
    ) {}

    get work(): string {
        return path.join(this.folder, "work");
    }

    /** Clones `branch`. @returns the commit it is at. */
    async clone(branch: string): Promise<string> {
        fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        await this.git(this.folder, [
            "clone",
            "--quiet",
            "--single-branch",
            "--branch",
            branch,
            this.access.url,
            "work",
        ]);
        return this.head();
    }

    /** Goes on with a branch of the server's, or begins it here. */
    async switchTo(branch: string): Promise<void> {
        const known = await this.git(this.work, ["ls-remote", "--heads", "origin", `refs/heads/${branch}`]);
        if (known.trim() === "") {
            await this.git(this.work, ["checkout", "--quiet", "-b", branch]);
        } else {
            await this.git(this.work, ["fetch", "--quiet", "origin", `refs/heads/${branch}`]);
            await this.git(this.work, ["checkout", "--quiet", "-B", branch, "FETCH_HEAD"]);
        }
    }

    /** @returns the new commit; undefined where nothing changed. */
    async commit({ author, message }: CommitRequest): Promise<string | undefined> {
        await this.git(this.work, ["add", "--all"]);
        if ((await this.git(this.work, ["status", "--porcelain"])).trim() === "") {
            return undefined;
        }
        const who = { NAME: author.name, EMAIL: author.email };
        const env = Object.fromEntries(
            Object.entries(who).flatMap(([key, value]) => [
                [`GIT_AUTHOR_${key}`, value],
                [`GIT_COMMITTER_${key}`, value],
            ]),
        );
        await this.git(this.work, ["commit", "--quiet", "--no-gpg-sign", "--message", message], env);
        return this.head();
    }

    async push(refspec: string, options: readonly string[], force: boolean): Promise<void> {
        await this.git(this.work, [
            "push",
            "--quiet",
            ...(force ? ["--force"] : []),
            ...options.map((option) => `--push-option=${option}`),
            "origin",
            refspec,
        ]);
    }

    remove(): void {
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    private async head(): Promise<string> {
        return (await this.git(this.work, ["rev-parse", "HEAD"])).trim();
    }

    private git(cwd: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
        return run(args, cwd, { ...this.environment(), ...more }, this.access.timeout);
    }

    /** Credentials are given by environment: arguments are visible to every user of the machine. */
    private environment(): Record<string, string> {
        const { secret, url } = this.access;
        const { username, password, bearerToken } = secret;
        const header =
            bearerToken !== undefined
                ? `Authorization: Bearer ${bearerToken}`
                : username !== undefined && password !== undefined
                  ? `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`
                  : undefined;
        const settings: [string, string][] = [
            ["user.useConfigOnly", "false"],
            ...(header === undefined
                ? []
                : [[`http.${new URL(url).origin}/.extraHeader`, header] as [string, string]]),
        ];
        const authority = secret["ca.crt"] ?? secret["caFile"];
        if (authority !== undefined) {
            const file = path.join(this.folder, "ca.crt");
            fs.writeFileSync(file, authority, { mode: 0o600 });
            settings.push(["http.sslCAInfo", file]);
        }
        return {
            GIT_TERMINAL_PROMPT: "0",
            GIT_CONFIG_NOSYSTEM: "1",
            GIT_CONFIG_COUNT: String(settings.length),
            ...Object.fromEntries(
                settings.flatMap(([key, value], index) => [
                    [`GIT_CONFIG_KEY_${index}`, key],
                    [`GIT_CONFIG_VALUE_${index}`, value],
                ]),
            ),
        };
    }
}

function run(
    args: readonly string[],
    cwd: string,
    env: Record<string, string>,
    timeout: number,
): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn("git", args, { cwd, env: { ...process.env, ...env }, timeout });
        let [output, errors] = ["", ""];
        child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
        child.once("error", reject);
        child.once("close", (code, signal) =>
            code === 0
                ? resolve(output)
                : reject(
                      new Error(
                          `git ${args[0] ?? ""} ${signal === null ? `ended with ${code}` : "took too long"}: ${errors.trim()}`,
                      ),
                  ),
        );
    });
}
