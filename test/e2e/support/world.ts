/**
 * The test language of the end-to-end tests: a throwaway sandbox with its own folder and ports, the project's own
 * commands run as a user runs them, and looks at what is really there. Nothing here knows how the estate is made.
 *
 * A file that only adds to an estate shares one sandbox with the others of a run ({@link World.shared}); one that takes
 * the estate or the sandbox apart, or asks what is there beside the estate, has its own ({@link World.make}, {@link World.own}).
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
import { Story, until } from "../../../commands/support/story";

/** What a preview says it would do, by operation: `create`, `update`, `delete`, `replace`; unchanged ones are left out. */
export type Plan = Readonly<Record<string, readonly string[]>>;

/** Teams and apps of one test file, as the spec has them; by names that no other file uses. */
export interface Inhabitants {
    readonly teams: Readonly<Record<string, unknown>>;
    readonly apps: Readonly<Record<string, unknown>>;
    /** Flows of their own. */
    readonly flows?: Readonly<Record<string, unknown>>;
}

/** What the files that share a sandbox know of it, in a file of its folder. */
interface Shared {
    readonly portBase: number;
    /** Of the files so far. */
    readonly inhabitants: Inhabitants;
}

const nobody: Inhabitants = { teams: {}, apps: {} };

/** The committed files of the stacks and of their policies, into the folder that a world's commands look for them in. */
function copyStackFiles(dir: string): void {
    const stacks = path.join(dir, "stacks");
    fs.mkdirSync(stacks, { recursive: true });
    for (const file of ["Pulumi.dev.yaml", "Pulumi.prod.yaml", "policies.dev.json"]) {
        fs.copyFileSync(path.join(checkoutDir(), file), path.join(stacks, file));
    }
}

/** Set by `npm test`: the folder of the sandbox that the files of a run share. */
const sharedFolder = "ESTATE_E2E_SHARED";

/** A sandbox with an estate. */
export class World {
    private constructor(
        readonly dir: string,
        readonly portBase: number,
        private readonly kubectlPath: string,
        /** Whether the sandbox goes on for other files. */
        private readonly outlives: boolean,
        /** Text of the dev stack without what a test changes. */
        private stack: string,
    ) {}

    /** A folder and ports of its own, with the committed stack files to change at will. Nothing runs yet. */
    static async make(): Promise<World> {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-e2e-"));
        copyStackFiles(dir);
        return new World(dir, await freePortBase(), await kubectl(), false, committedStack());
    }

    /** An estate that is up and has these teams and apps alone, in a sandbox of its own. */
    static async own(
        newcomers: Inhabitants,
        change: (spec: Document) => void = () => undefined,
    ): Promise<World> {
        const own = await World.make();
        await own.settle([newcomers], change);
        return own;
    }

    /**
     * An estate that is up and has these teams and apps: in the sandbox of the run, or in one of its own when the file is
     * run alone. It is the committed dev estate with a Harbor of its own for prod, and with those who came before in place of
     * its teams and apps. What they left switched off or broken is put right.
     *
     * @param change of the spec, for this file only.
     */
    static async shared(
        newcomers: Inhabitants,
        change: (spec: Document) => void = () => undefined,
    ): Promise<World> {
        const dir = process.env[sharedFolder];
        if (dir === undefined || dir === "") {
            return World.own(newcomers, change);
        }
        const file = path.join(dir, "shared.json");
        const known: Shared = fs.existsSync(file)
            ? (JSON.parse(fs.readFileSync(file, "utf8")) as Shared)
            : { portBase: await freePortBase(), inhabitants: nobody };
        copyStackFiles(dir);
        const world = new World(dir, known.portBase, await kubectl(), true, committedStack());
        const inhabitants = await world.settle([newcomers, known.inhabitants], change);
        fs.writeFileSync(file, JSON.stringify({ ...known, inhabitants } satisfies Shared));
        return world;
    }

    /**
     * Brings the estate up with these inhabitants, the file's own first. The others stay where they are, because what is
     * protected cannot be taken away; when the estate does not come up with them, the sandbox starts anew without them.
     *
     * @returns those that are there now.
     */
    private async settle(
        [own = nobody, ...others]: readonly Inhabitants[],
        change: (spec: Document) => void,
    ): Promise<Inhabitants> {
        const all = others.reduce(
            (sum, each) => ({
                teams: { ...each.teams, ...sum.teams },
                apps: { ...each.apps, ...sum.apps },
                flows: { ...each.flows, ...sum.flows },
            }),
            own,
        );
        this.stack = stackOf(all);
        this.resetSpec();
        this.editSpec(change);
        for (const server of ["gitlab", "harbor"] as const) {
            await this.fault(server, undefined).catch(() => undefined); // does not run yet
        }
        const result = await this.command("commands/start.ts");
        if (result.code === 0) {
            return all;
        }
        const said = `${result.stdout}\n${result.stderr}`;
        assert.ok(
            others.some(({ apps }) => Object.keys(apps).length > 0),
            `the estate did not come up:\n${said}`,
        );
        process.stderr.write(`the shared estate did not come up, a new sandbox takes its place:\n${said}\n`);
        await this.succeed("sandbox/main.ts", ["down", "--purge"]);
        return this.settle([own], change);
    }

    /** Ends every process of the sandbox and takes the folder away, unless others share it. */
    async end(): Promise<void> {
        if (this.outlives) {
            return;
        }
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

    /**
     * Runs one of the project's commands to its end. Its engine writes the state once, at the end, and not after each object,
     * which is two thirds of the processor time of an update: nobody ends it on the way, as with {@link start}.
     */
    command(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
        return run(process.execPath, ["--require", "tsx/cjs", path.join(checkoutDir(), script), ...args], {
            cwd: checkoutDir(),
            env: { ...this.env, PULUMI_SKIP_CHECKPOINTS: "true", ...env },
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
        fs.writeFileSync(path.join(this.dir, "stacks", "Pulumi.dev.yaml"), this.stack);
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

    /** Waits until a request has met the fault that was planted. */
    async met(server: "gitlab" | "harbor", seconds = 180): Promise<void> {
        const url = `${server === "gitlab" ? this.gitlabUrl : this.harborUrl}/__sandbox/faults`;
        await until(
            `a request to ${server} that meets the fault`,
            () => call<{ hits: number }[]>("GET", url, {}, undefined),
            ({ body }) => body.some(({ hits }) => hits > 0),
            seconds,
        );
    }

    /** Changes a service by hand, and waits until its engine has undone it. */
    async undoesEditByHand(
        cluster: string,
        namespace: string,
        service: string,
        seconds = 180,
    ): Promise<void> {
        const port = (): Promise<number | string | undefined> =>
            this.object<{ spec: { ports: { targetPort: number | string }[] } }>(
                cluster,
                namespace,
                "service",
                service,
            ).then((found) => found?.spec.ports[0]?.targetPort);
        await until(`${service} delivered`, port, (found) => found === "http", seconds);
        const { code, stderr } = await this.kubectl(cluster, [
            ...["-n", namespace, "patch", "service", service, "--type=json", "-p"],
            JSON.stringify([{ op: "replace", path: "/spec/ports/0/targetPort", value: 8099 }]),
        ]);
        assert.equal(code, 0, stderr);
        await until(`${service} as git has it`, port, (found) => found === "http", seconds);
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

    /** Makes an object as an administrator would, by a file. */
    async apply(context: string, object: object): Promise<void> {
        const file = path.join(this.dir, "object.json");
        fs.writeFileSync(file, JSON.stringify(object));
        const result = await this.kubectl(context, ["apply", "-f", file]);
        assert.equal(result.code, 0, result.stderr);
    }

    private secret(name: string): string {
        return fs.readFileSync(path.join(this.sandboxDir, "secrets", name), "utf8").trim();
    }
}

function committedStack(): string {
    return fs.readFileSync(path.join(checkoutDir(), "Pulumi.dev.yaml"), "utf8");
}

/** The committed dev stack with a second Harbor for prod, and with these teams and apps in place of its own. */
export function stackOf({ teams, apps, flows = {} }: Inhabitants): string {
    const document = parseDocument(committedStack());
    const at = (...keys: string[]): string[] => ["config", "gitops-estate:estate", ...keys];
    document.setIn(at("teams"), document.createNode(teams));
    document.setIn(at("apps"), document.createNode(apps));
    if (Object.keys(flows).length > 0) {
        document.setIn(at("flows"), document.createNode(flows));
    }
    document.setIn(
        at("registries", "prod"),
        document.createNode({ url: "http://127.0.0.1:8932", plainHttp: true }),
    );
    for (const [environment, registry] of [
        ["dev", "main"],
        ["test", "main"],
        ["prod", "prod"],
    ] as const) {
        document.setIn(at("environments", environment, "registry"), registry);
    }
    return document.toString({ lineWidth: 0 });
}

async function kubectl(): Promise<string> {
    const tools = await ensureTools(["kubectl"], () => undefined);
    return tools.get("kubectl")?.path ?? "kubectl";
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
        // What GitLab reads a pipeline file for takes a while on a machine that is busy with jobs.
        signal: AbortSignal.timeout(60_000),
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
