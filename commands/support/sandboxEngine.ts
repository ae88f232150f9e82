/**
 * The Pulumi engine of the sandbox: our own PULUMI_HOME, file backend and passphrase below the state folder, with the
 * sandbox's provider plugins. Nothing of the user's Pulumi installation is read or written.
 */
import { version as gitlab } from "@pulumi/gitlab/package.json";
import { version as harbor } from "@pulumi/harbor/package.json";
import { version as kubernetes } from "@pulumi/kubernetes/package.json";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { sandboxDir, sandboxLayout, sandboxPortBase, secretFile, type SandboxLayout } from "../../sandbox";
import { ensureTools, pathWith, progressPrinter, type Tool, type ToolName } from "../../toolchain";
import { checkoutDir } from "../../toolchain/checkout";
import { type RunOptions } from "./console";
import { stateFolder, succeed, type Credential, type PulumiEngine } from "./pulumiEngine";
import { credentialsKey, encryptedPart, sandboxStackFile } from "./stackFile";

/** Versions of the upstream plugins whose place the sandbox's plugins take. */
const pluginVersions = { kubernetes, gitlab, harbor } as const;

/** Tools an engine run in the sandbox needs; with upstream plugins ours are left out. */
export function engineTools(env: NodeJS.ProcessEnv): ToolName[] {
    const own: ToolName[] = env["ESTATE_PROVIDERS"] === "upstream" ? [] : ["providers"];
    return ["pulumi", "pulumi-language-nodejs", ...own];
}

/** An engine without a stack. */
export type EngineHome = Pick<PulumiEngine, "env" | "pulumi" | "hostRunsPolicies">;

/** The engine of the sandbox in `layout`: tools, home, backend and plugins are put in place. */
export async function engineHome(layout: SandboxLayout): Promise<EngineHome> {
    const tools = await ensureTools(engineTools(process.env), progressPrinter(process.stderr));
    preparePulumiHome(layout, tools);
    return {
        env: engineEnvironment(process.env, layout, pathWith(tools)),
        pulumi: toolOf(tools, "pulumi").path,
        hostRunsPolicies: toolOf(tools, "pulumi-language-nodejs").source === "path",
    };
}

/**
 * The sandbox's engine for a program that is not the estate: the project in `folder`, which is the caller's to write to,
 * on a new stack.
 *
 * @throws CommandError when the CLI refuses the stack.
 */
export async function programEngine(home: EngineHome, folder: string, stack: string): Promise<PulumiEngine> {
    const engine: PulumiEngine = { kind: "sandbox", root: folder, stack, ...home };
    await succeed(engine, ["stack", "init", stack, "--non-interactive"], { cwd: folder, env: home.env });
    return engine;
}

/**
 * The sandbox's engine for `stack`: home, backend, plugins and stack file are put in place, credentials encrypted when
 * they are new.
 *
 * @param committed text of the committed stack file.
 * @param credentials every credential the estate needs; handed to the CLI on standard input.
 * @throws CommandError when the CLI refuses something.
 */
export async function sandboxEngine(
    stack: string,
    committed: string,
    credentials: readonly Credential[],
): Promise<PulumiEngine> {
    const root = checkoutDir();
    const layout = sandboxLayout(sandboxDir());
    const home = await engineHome(layout);
    const project = path.join(layout.dir, "project");
    fs.mkdirSync(project, { recursive: true });
    fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(project, "Pulumi.yaml"));
    const configFile = path.join(project, `Pulumi.${stack}.yaml`);
    const engine: PulumiEngine = {
        kind: "sandbox",
        root,
        stack,
        configFile,
        ...home,
    };
    const earlier = fs.existsSync(configFile)
        ? encryptedPart(fs.readFileSync(configFile, "utf8"))
        : undefined;
    const place = { portBase: sandboxPortBase(layout.dir), dir: layout.dir };
    const text = sandboxStackFile(committed, place, earlier);
    // Another command may be reading it.
    if (!fs.existsSync(configFile) || fs.readFileSync(configFile, "utf8") !== text) {
        fs.writeFileSync(configFile, text, { mode: 0o600 });
    }
    await encryptCredentials(engine, project, credentials);
    return engine;
}

function toolOf(tools: ReadonlyMap<ToolName, Tool>, name: ToolName): Tool {
    const tool = tools.get(name);
    if (tool === undefined) {
        throw new Error(`the toolchain did not return ${name}`);
    }
    return tool;
}

/** Variables of Pulumi that docs/sandbox.md lets a caller set. */
const documented = new Set([
    "PULUMI_K8S_DELETE_UNREACHABLE",
    "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES",
    "PULUMI_SKIP_CHECKPOINTS",
]);

/**
 * What the sandbox's engine runs with: the caller's variables, without those that Pulumi and its providers would take as
 * settings. They are meant for the caller's own engine and servers.
 *
 * @param path where programs are looked for.
 */
export function engineEnvironment(
    caller: NodeJS.ProcessEnv,
    layout: SandboxLayout,
    path: string,
): NodeJS.ProcessEnv {
    const own = Object.entries(caller).filter(
        ([name]) =>
            documented.has(name) ||
            // An update that asks no server would take made-up numbers for what GitLab says.
            (name !== "ESTATE_OFFLINE" && !/^(?:PULUMI|GITLAB|HARBOR)_/.test(name)),
    );
    return {
        ...Object.fromEntries(own),
        PATH: path,
        PULUMI_HOME: layout.pulumi,
        // Without the attribute files, which an engine killed at the wrong moment leaves empty and unreadable.
        PULUMI_BACKEND_URL: `file://${layout.state}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE_FILE: secretFile(layout, "passphrase"),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION:
            caller["ESTATE_PROVIDERS"] === "upstream" ? "false" : "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
}

/** Plugins as links into the cache; and no automatic run log, which would cost a third of every run. */
function preparePulumiHome(layout: SandboxLayout, tools: ReadonlyMap<ToolName, Tool>): void {
    fs.mkdirSync(layout.pulumi, { recursive: true });
    fs.mkdirSync(layout.state, { recursive: true });
    const logs = path.join(layout.pulumi, "logs");
    if (!fs.existsSync(logs)) {
        fs.writeFileSync(
            logs,
            "A file, not a folder: the engine then skips its automatic log of every run.\n",
        );
    }
    const providers = tools.get("providers");
    for (const [name, version] of Object.entries(pluginVersions)) {
        const folder = path.join(layout.pulumi, "plugins", `resource-${name}-v${version}`);
        if (providers === undefined) {
            // A link of an earlier run would hide the upstream plugin of the same version.
            if (isLink(path.join(folder, `pulumi-resource-${name}`))) {
                fs.rmSync(folder, { recursive: true });
            }
            continue;
        }
        fs.mkdirSync(folder, { recursive: true });
        replaceLink(path.join(folder, `pulumi-resource-${name}`), providers.path);
    }
}

/** Makes a plugin of our own, beside those that stand in for upstream's, known to the sandbox's engine. */
export async function installPlugin(layout: SandboxLayout, name: string, version: string): Promise<void> {
    const tools = await ensureTools(["providers"], progressPrinter(process.stderr));
    const folder = path.join(layout.pulumi, "plugins", `resource-${name}-v${version}`);
    fs.mkdirSync(folder, { recursive: true });
    replaceLink(path.join(folder, `pulumi-resource-${name}`), toolOf(tools, "providers").path);
}

function isLink(file: string): boolean {
    return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function replaceLink(link: string, target: string): void {
    if (isLink(link) && fs.readlinkSync(link) === target) {
        return;
    }
    const fresh = `${link}.new-${process.pid}`;
    fs.rmSync(fresh, { force: true });
    fs.symlinkSync(target, fresh);
    fs.renameSync(fresh, link);
}

/**
 * Creates the stack and encrypts the credentials, in a folder that holds only project and stack file: the CLI writes
 * next to the project, and the committed file must stay as it is. Skipped when neither stack nor values are new.
 */
async function encryptCredentials(
    engine: PulumiEngine,
    project: string,
    credentials: readonly Credential[],
): Promise<void> {
    const digestFile = path.join(project, `.${engine.stack}.credentials`);
    const configFile = path.join(project, `Pulumi.${engine.stack}.yaml`);
    const digest = createHash("sha256").update(JSON.stringify(credentials)).digest("hex");
    const stackExists = fs.existsSync(
        path.join(stateFolder(engine), ".pulumi", "stacks", "gitops-estate", `${engine.stack}.json`),
    );
    const current = fs.existsSync(digestFile) && fs.readFileSync(digestFile, "utf8") === digest;
    if (stackExists && current && encryptedPart(fs.readFileSync(configFile, "utf8")) !== undefined) {
        return;
    }
    const inProject: RunOptions = { cwd: project, env: engine.env };
    if (!stackExists) {
        await succeed(engine, ["stack", "init", engine.stack, "--non-interactive"], inProject);
    }
    for (const { path: at, value } of credentials) {
        const key = credentialsKey + at.map(keySegment).join("");
        const args = [
            "config",
            "set",
            "--secret",
            "--path",
            key,
            "--stack",
            engine.stack,
            "--non-interactive",
        ];
        await succeed(engine, args, { ...inProject, input: value });
    }
    fs.writeFileSync(digestFile, digest, { mode: 0o600 });
}

/** One step of a path into a configured object, as the CLI reads it: a name with a hyphen in it is quoted. */
export function keySegment(key: string): string {
    return /^[A-Za-z0-9_]+$/.test(key) ? `.${key}` : `["${key}"]`;
}
