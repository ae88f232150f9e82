import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { Gitlab } from "@gitbeaker/rest";

import { startGitLab, type GitLabOptions, type RunningGitLab } from "../../gitlab/index";
import type { Tier } from "../../gitlab/model";

export interface Answer {
    status: number;
    /** The body as JSON, or as text when it is not JSON. */
    body: unknown;
    headers: Headers;
}

/** A person with a token, and the clients that use it. */
export interface Person {
    id: number;
    username: string;
    token: string;
    api: InstanceType<typeof Gitlab<false>>;
    /** A REST call made by hand, for what a client hides: statuses, bodies and headers. */
    call: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

export interface GitResult {
    code: number;
    output: string;
}

/** A GitLab stand-in on a free port with its data in a folder of its own; both go away with the test. */
export class Sandbox {
    private constructor(
        readonly dir: string,
        readonly options: GitLabOptions,
        private running: RunningGitLab,
        private rootToken: string,
    ) {}

    static async start(
        context: TestContext,
        tier: Tier = "free",
        more: Partial<GitLabOptions> = {},
    ): Promise<Sandbox> {
        const dir = await mkdtemp(join(tmpdir(), "gitlab-test-"));
        const options: GitLabOptions = {
            host: "127.0.0.1",
            port: 0,
            dataDir: join(dir, "data"),
            rootTokenFile: join(dir, "secrets", "root-token"),
            tier,
            protectionDelayMs: 0,
            hooks: { attempts: 3, backoffMs: 10, timeoutMs: 2000 },
            ...more,
        };
        const running = await startGitLab(options);
        const token = (await readFile(options.rootTokenFile, "utf8")).trim();
        const sandbox = new Sandbox(dir, options, running, token);
        context.after(async () => {
            await sandbox.running.close();
            await rm(dir, { recursive: true, force: true });
        });
        return sandbox;
    }

    get url(): string {
        return this.running.url;
    }

    /** Stops the server and starts it again on the same data; `between` runs while it is down. */
    async restart(between?: () => Promise<void>): Promise<void> {
        await this.running.close();
        await between?.();
        this.running = await startGitLab(this.options);
    }

    /** Waits until no pipeline is being read or run. */
    idle(): Promise<void> {
        return this.running.idle();
    }

    drainHooks(): Promise<void> {
        return this.running.drainHooks();
    }

    root(): Person {
        return this.person(1, "root", this.rootToken);
    }

    person(id: number, username: string, token: string): Person {
        return {
            id,
            username,
            token,
            api: new Gitlab({ host: this.url, token }),
            call: (method, path, body) => this.call(token, method, path, body),
        };
    }

    /** A call without a token when `token` is empty. Paths under `/api/v4` unless they start with `//`. */
    async call(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
        const url = path.startsWith("//") ? this.url + path.slice(1) : `${this.url}/api/v4${path}`;
        const response = await fetch(url, {
            method,
            headers: {
                ...(token === "" ? {} : { "PRIVATE-TOKEN": token }),
                ...(body === undefined ? {} : { "content-type": "application/json" }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        let parsed: unknown = text;
        try {
            parsed = text === "" ? undefined : JSON.parse(text);
        } catch {
            // Left as text.
        }
        return { status: response.status, body: parsed, headers: response.headers };
    }

    /** A new person with a personal access token of these scopes. */
    async newPerson(username: string, scopes: string[] = ["api"]): Promise<Person> {
        const root = this.root();
        const made = await root.call("POST", "/users", {
            username,
            name: username,
            email: `${username}@example.com`,
            password: randomBytes(12).toString("hex"),
        });
        const id = field<number>(made.body, "id");
        const token = await root.call("POST", `/users/${id}/personal_access_tokens`, {
            name: "test",
            scopes,
        });
        return this.person(id, username, field<string>(token.body, "token"));
    }

    /** A group `acme` with a project `web` that has a README on `main`; gives the project's id. */
    async newProject(path = "web", group = "acme"): Promise<number> {
        const root = this.root();
        const found = await root.call("GET", `/groups/${group}`);
        const parent =
            found.status === 200 ? found : await root.call("POST", "/groups", { name: group, path: group });
        const project = await root.call("POST", "/projects", {
            name: path,
            namespace_id: field<number>(parent.body, "id"),
            initialize_with_readme: true,
        });
        return field<number>(project.body, "id");
    }

    /** Runs the real git with nothing of this machine's settings. */
    git(cwd: string, ...args: string[]): Promise<GitResult> {
        return new Promise((resolve, reject) => {
            const child = spawn("git", args, {
                cwd,
                env: {
                    PATH: process.env["PATH"] ?? "",
                    HOME: this.dir,
                    GIT_CONFIG_NOSYSTEM: "1",
                    GIT_TERMINAL_PROMPT: "0",
                    GIT_AUTHOR_NAME: "Test",
                    GIT_AUTHOR_EMAIL: "test@example.com",
                    GIT_COMMITTER_NAME: "Test",
                    GIT_COMMITTER_EMAIL: "test@example.com",
                    LC_ALL: "C",
                },
            });
            let output = "";
            child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
            child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
            child.on("error", reject);
            child.on("close", (code) => resolve({ code: code ?? -1, output }));
        });
    }

    /** Address for git with the credentials in it. */
    remote(path: string, token: string, username = "any"): string {
        return this.url.replace("://", `://${username}:${token}@`) + `/${path}.git`;
    }

    /** A clone in a new folder. @throws when git cannot. */
    async clone(path: string, token: string, username?: string): Promise<string> {
        const folder = await mkdtemp(join(this.dir, "clone-"));
        const result = await this.git(this.dir, "clone", "-q", this.remote(path, token, username), folder);
        if (result.code !== 0) {
            throw new Error(result.output);
        }
        return folder;
    }
}

/** A field of a body that is known to be an object. */
export function field<T>(body: unknown, name: string): T {
    return (body as Record<string, T>)[name] as T;
}

export { eventually } from "../support/eventually";

export interface Received {
    headers: IncomingMessage["headers"];
    body: Record<string, unknown>;
    text: string;
}

/** A webhook receiver; `answer` decides the status of each call, by its number from 0. */
export async function receiver(
    context: TestContext,
    answer: (call: number) => number = () => 200,
): Promise<{ url: string; received: Received[] }> {
    const received: Received[] = [];
    const server = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
            const number = received.length;
            received.push({
                headers: request.headers,
                body: JSON.parse(text) as Record<string, unknown>,
                text,
            });
            response.statusCode = answer(number);
            response.end("ok");
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => new Promise((resolve) => server.close(resolve)));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}
