/**
 * The test language of the end-to-end tests: a throwaway sandbox with its own folder and ports, the project's own
 * commands run as a user runs them, and looks at what is really there. Nothing here knows how the estate is made.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseDocument, type Document } from "yaml";
import { checkoutDir } from "../../../toolchain/checkout";
import { freePortBase, portOf, sandboxInfo } from "../../../sandbox";
import { ensureTools } from "../../../toolchain";
import { run, type RunResult } from "../../../commands/support/console";
import type { Pusher } from "../../../commands/support/images";
import { Story } from "../../../commands/support/story";

/** What a preview says it would do, by operation: `create`, `update`, `delete`, `replace`; unchanged ones are left out. */
export type Plan = Readonly<Record<string, readonly string[]>>;

/** A sandbox of one test file. */
export class World {
    private constructor(
        readonly dir: string,
        readonly portBase: number,
        private readonly kubectlPath: string,
    ) {}

    /** A folder and ports of its own, with the committed stack files to change at will. Nothing runs yet. */
    static async make(): Promise<World> {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-e2e-"));
        const stacks = path.join(dir, "stacks");
        fs.mkdirSync(stacks);
        for (const stack of ["dev", "prod"]) {
            const file = `Pulumi.${stack}.yaml`;
            fs.copyFileSync(path.join(checkoutDir(), file), path.join(stacks, file));
        }
        const tools = await ensureTools(["kubectl"], () => undefined);
        return new World(dir, await freePortBase(), tools.get("kubectl")?.path ?? "kubectl");
    }

    /** Ends every process of the sandbox and takes the folder away. */
    async end(): Promise<void> {
        const down = await this.command("sandbox/main.ts", ["down", "--purge"]);
        assert.equal(down.code, 0, `the sandbox did not go down:\n${down.stdout}${down.stderr}`);
        fs.rmSync(this.dir, { recursive: true, force: true });
    }

    /** Environment of every command. */
    get env(): NodeJS.ProcessEnv {
        return {
            ...process.env,
            ESTATE_SANDBOX_DIR: this.sandboxDir,
            ESTATE_SANDBOX_PORT_BASE: String(this.portBase),
            ESTATE_STACKS: path.join(this.dir, "stacks"),
        };
    }

    get sandboxDir(): string {
        return path.join(this.dir, "sandbox");
    }

    /** Runs one of the project's commands to its end. */
    command(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
        return run(process.execPath, ["--require", "tsx/cjs", path.join(checkoutDir(), script), ...args], {
            cwd: checkoutDir(),
            env: { ...this.env, ...env },
        });
    }

    /** Runs a command that must end well; what it printed is in the failure's message. */
    async succeed(script: string, args: readonly string[] = []): Promise<string> {
        const result = await this.command(script, args);
        assert.equal(
            result.code,
            0,
            `${script} ${args.join(" ")} failed:\n${result.stdout}\n${result.stderr}`,
        );
        return result.stdout + result.stderr;
    }

    /** Starts a command that the test is going to end itself. */
    start(script: string, args: readonly string[]): ChildProcess {
        return spawn(process.execPath, ["--require", "tsx/cjs", path.join(checkoutDir(), script), ...args], {
            cwd: checkoutDir(),
            env: this.env,
            stdio: "ignore",
            detached: true,
        });
    }

    /** What a preview would do, with names of resources; `refresh` looks at what is really there first. */
    async plan(options: { readonly refresh?: boolean; readonly stack?: string } = {}): Promise<Plan> {
        const refresh = options.refresh === true ? ["--refresh"] : [];
        const stack = options.stack === undefined ? [] : ["--stack", options.stack];
        const result = await this.command("commands/pulumi.ts", ["preview", "--json", ...refresh, ...stack]);
        assert.equal(result.code, 0, `preview failed:\n${result.stdout}\n${result.stderr}`);
        return planOf(result.stdout);
    }

    /** The robots of a Harbor project. */
    async robots<T>(project: string): Promise<T[]> {
        const { body } = await this.harbor<{ project_id: number }>("GET", `/projects/${project}`);
        const query = encodeURIComponent(`Level=project,ProjectID=${body.project_id}`);
        return (await this.harbor<T[]>("GET", `/robots?q=${query}&page_size=100`)).body;
    }

    /** `npm run up` without its preview, which the tests ask for by `plan`; its whole output. */
    up(args: readonly string[] = []): Promise<string> {
        return this.succeed("commands/pulumi.ts", ["up", "--skip-preview", ...args]);
    }

    /** Changes the dev stack's spec; comments and order of the file are kept. */
    editSpec(change: (spec: Document) => void): void {
        const file = path.join(this.dir, "stacks", "Pulumi.dev.yaml");
        const document = parseDocument(fs.readFileSync(file, "utf8"));
        change(document);
        fs.writeFileSync(file, document.toString({ lineWidth: 0 }));
    }

    /** Takes every change of the spec back. */
    resetSpec(): void {
        fs.copyFileSync(
            path.join(checkoutDir(), "Pulumi.dev.yaml"),
            path.join(this.dir, "stacks", "Pulumi.dev.yaml"),
        );
    }

    /** What people do in the estate of this sandbox, once it is up. */
    story(): Story {
        const sandbox = sandboxInfo(this.sandboxDir);
        assert.ok(sandbox !== undefined, "the sandbox is up");
        return new Story(sandbox);
    }

    get gitlabUrl(): string {
        return `http://127.0.0.1:${portOf(this.portBase, "gitlab")}`;
    }

    get harborUrl(): string {
        return `http://127.0.0.1:${portOf(this.portBase, "harbor-main")}`;
    }

    /** Who may push to every project of Harbor. */
    get pusher(): Pusher {
        const password = this.secret("harbor-admin-password");
        return { host: new URL(this.harborUrl).host, username: "admin", password };
    }

    /** A call of GitLab's API as root. */
    async gitlab<T = unknown>(method: string, route: string, body?: unknown): Promise<Answer<T>> {
        const headers = { "PRIVATE-TOKEN": this.secret("gitlab-root-token") };
        return call<T>(method, `${this.gitlabUrl}/api/v4${route}`, headers, body);
    }

    /** A call of Harbor's API as admin. */
    async harbor<T = unknown>(method: string, route: string, body?: unknown): Promise<Answer<T>> {
        const { username, password } = this.pusher;
        const login = Buffer.from(`${username}:${password}`).toString("base64");
        return call<T>(
            method,
            `${this.harborUrl}/api/v2.0${route}`,
            { authorization: `Basic ${login}` },
            body,
        );
    }

    /** Makes GitLab or Harbor misbehave; see sandbox/support/faults.ts for what a fault can say. */
    async fault(server: "gitlab" | "harbor", fault: Record<string, unknown> | undefined): Promise<void> {
        const url = `${server === "gitlab" ? this.gitlabUrl : this.harborUrl}/__sandbox/faults`;
        const answer = await call(fault === undefined ? "DELETE" : "POST", url, {}, fault);
        assert.ok(answer.status < 300, `the fault was not taken: ${answer.status}`);
    }

    /** kubectl against one of the sandbox's clusters. */
    async kubectl(context: string, args: readonly string[]): Promise<RunResult> {
        const kubeconfig = path.join(this.sandboxDir, "kubeconfig");
        return run(this.kubectlPath, ["--kubeconfig", kubeconfig, "--context", context, ...args]);
    }

    /** kubectl with the server and CA of a cluster, but without the admin's certificate: for tokens. */
    async kubectlWithoutCertificate(context: string, args: readonly string[]): Promise<RunResult> {
        const text = fs.readFileSync(path.join(this.sandboxDir, "kubeconfig"), "utf8");
        const config = parseDocument(text).toJS() as {
            clusters: { name: string; cluster: Record<string, string> }[];
            contexts: { name: string; context: { cluster: string } }[];
        };
        const name = config.contexts.find((each) => each.name === context)?.context.cluster;
        const cluster = config.clusters.find((each) => each.name === name)?.cluster ?? {};
        const bare = path.join(this.dir, `kubeconfig-${context}`);
        const file = {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name, cluster }],
            contexts: [{ name, context: { cluster: name, user: "" } }],
            "current-context": name,
        };
        fs.writeFileSync(bare, JSON.stringify(file));
        return run(this.kubectlPath, ["--kubeconfig", bare, ...args]);
    }

    /** Text of a stack's state file. */
    state(stack: string): Promise<string> {
        const file = path.join(
            this.sandboxDir,
            "state",
            ".pulumi",
            "stacks",
            "gitops-estate",
            `${stack}.json`,
        );
        return fs.promises.readFile(file, "utf8");
    }

    /** The secrets this sandbox was made with. */
    knownSecrets(): string[] {
        return ["gitlab-root-token", "harbor-admin-password", "passphrase"].map((name) => this.secret(name));
    }

    /** Every log file of the sandbox with its text. */
    logs(): [string, string][] {
        const folder = path.join(this.sandboxDir, "logs");
        return fs.readdirSync(folder).map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]);
    }

    /** An object as kubectl prints it; undefined when there is none. */
    async object<T>(context: string, namespace: string, kind: string, name: string): Promise<T | undefined> {
        const result = await this.kubectl(context, ["-n", namespace, "get", kind, name, "-o", "json"]);
        return result.code === 0 ? (JSON.parse(result.stdout) as T) : undefined;
    }

    private secret(name: string): string {
        return fs.readFileSync(path.join(this.sandboxDir, "secrets", name), "utf8").trim();
    }
}

/** Answer of a server. */
export interface Answer<T> {
    readonly status: number;
    readonly body: T;
}

async function call<T>(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: unknown,
): Promise<Answer<T>> {
    const response = await fetch(url, {
        method,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
}

interface PreviewJson {
    readonly steps?: readonly { readonly op: string; readonly urn: string }[];
}

/** The steps of `preview --json`, by operation, with `Type name`; unchanged resources are left out. */
export function planOf(json: string): Plan {
    const start = json.indexOf("{");
    const { steps = [] } = JSON.parse(json.slice(start)) as PreviewJson;
    const plan: Record<string, string[]> = {};
    for (const { op, urn } of steps) {
        // A refresh step only says that the resource was looked at; what differs comes as a step of its own.
        if (op === "same" || op === "read" || op === "refresh") {
            continue;
        }
        const [, , types = "", name = ""] = urn.split("::");
        const type = types.split("$").at(-1)?.split(":").at(-1) ?? "";
        (plan[op] ??= []).push(`${type} ${name}`);
    }
    for (const names of Object.values(plan)) {
        names.sort();
    }
    return plan;
}

export { until as eventually } from "../../../commands/support/story";
