/** Brings an estate and a sandbox together: what has to be there before the engine runs. */
import * as fs from "node:fs";
import * as path from "node:path";
import { hostCluster } from "../../estate/host";
import type { Estate } from "../../estate/model";
import {
    channelSecret,
    ensureSecrets,
    loopback,
    type PartGroup,
    prepareFolder,
    sandboxDir,
    sandboxInfo,
    type SandboxInfo,
    sandboxLayout,
    type SandboxLayout,
    sandboxPortBase,
    sandboxUp,
} from "../../sandbox";
import { ensureTools, progressPrinter } from "../../toolchain";
import { TOOLS } from "../../toolchain/tools";
import { CommandError } from "./console";
import { trusting } from "./engineTrust";
import { releaseStaleLocks } from "./locks";
import { fluxInstallYaml, operatorInstallYaml } from "./fluxManifests";
import { fetchOf } from "./story";
import { type PulumiEngine } from "./pulumiEngine";
import { sandboxEngine } from "./sandboxEngine";
import {
    committedStackFile,
    estateOf,
    isSandboxEstate,
    placeholderCredentials,
    sandboxCredentials,
    signInSecret,
    type SandboxAccess,
} from "./stack";
import { type ManifestsAtHand, type SandboxPlace, sandboxStackFile, withManifestsAtHand } from "./stackFile";
import { recoverPendingOperations } from "./pendingOperations";
import { estateParts, estateTools } from "./toolsets";

/** A stack ready for the engine. */
export interface Ready {
    readonly estate: Estate;
    readonly engine: PulumiEngine;
    /** Absent where the estate's servers are not the sandbox's. */
    readonly sandbox?: SandboxInfo;
}

/**
 * Boots the sandbox, makes the users the estate speaks of and what they sign in with, and prepares the engine for `stack`.
 *
 * @param asIs nothing is started: a part that is down stays down.
 * @throws CommandError when the estate's servers are not on this machine, or a part of the sandbox does not start.
 */
export async function sandboxStack(
    stack: string,
    report: (line: string) => void,
    asIs = false,
): Promise<Ready & { sandbox: SandboxInfo }> {
    const committed = committedStackFile(stack);
    // With the ports and paths of this sandbox: what is shown and done must be about its servers.
    const estate = estateOf(stack, sandboxStackFile(committed, sandboxPlace()));
    if (!isSandboxEstate(estate)) {
        throw new CommandError(
            `Stack "${stack}" names servers that are not on this machine, so the sandbox cannot stand in for them.\n` +
                `Use your own engine: pulumi up --stack ${stack}`,
        );
    }
    const sandbox = asIs ? runningSandbox() : await bootSandbox(estate, report);
    const engine = trusting(
        await sandboxEngine(stack, committed, sandboxCredentials(estate, sandboxAccess(sandbox))),
        estate,
    );
    if (await releaseStaleLocks(engine, report)) {
        await recoverPendingOperations(engine, estate, report);
    }
    return { estate, engine, sandbox };
}

/** Where this sandbox is. */
export function sandboxPlace(): SandboxPlace {
    return { portBase: sandboxPortBase(), dir: sandboxDir() };
}

/** The estate of a stack, with the ports and paths of this sandbox. */
export function estateOnSandbox(stack: string): Estate {
    return estateOf(stack, sandboxStackFile(committedStackFile(stack), sandboxPlace()));
}

/**
 * A stack on the sandbox that runs: nothing is started, and no user is made.
 *
 * @throws CommandError when there is no sandbox.
 */
export async function runningStack(stack: string): Promise<Ready> {
    const committed = committedStackFile(stack);
    const estate = estateOnSandbox(stack);
    const sandbox = sandboxInfo();
    if (sandbox === undefined) {
        throw new CommandError("The sandbox has not been started: npm run sandbox -- up, or npm start.");
    }
    const engine = trusting(
        await sandboxEngine(stack, committed, sandboxCredentials(estate, sandboxAccess(sandbox))),
        estate,
    );
    return { estate, engine, sandbox };
}

/**
 * Everything a stack needs besides the engine: servers, manifests, users and what they sign in with. The engine is built
 * with the servers where it has to be, so that the count of what remains to be built is right.
 *
 * @param parts default: all that the estate needs, also for a sandbox that was made when there were fewer.
 */
export async function bootSandbox(
    estate: Estate,
    report: (line: string) => void,
    parts: readonly PartGroup[] = estateParts(estate),
): Promise<SandboxInfo> {
    await ensureTools(estateTools(process.env, estateParts(estate)), progressPrinter(process.stderr));
    await copyManifests(estate);
    const { name: host } = hostCluster(estate);
    const { tier, edition } = estate.gitlab;
    const clusters = Object.keys(estate.clusters);
    const sandbox = await sandboxUp({ clusters, host, parts, tier, edition }, report);
    const call = asAdministrator(sandbox);
    await seedUsers(call, estate);
    await seedSignIn(call, sandbox, estate);
    return sandbox;
}

function runningSandbox(): SandboxInfo {
    const sandbox = sandboxInfo();
    if (sandbox === undefined) {
        throw new CommandError(
            "--as-is takes the sandbox as it is, and there is none: leave the option out.",
        );
    }
    return sandbox;
}

/**
 * A stack whose servers are elsewhere, on the sandbox's engine with credentials nobody can use: good for previews. No
 * server is asked and none has to run; what only a server could answer is made up (see {@link offlineEnvironment}), and
 * what is installed is what this machine has (see {@link withManifestsAtHand}).
 */
export async function previewOnlyStack(stack: string): Promise<Ready> {
    const committed = committedStackFile(stack);
    const estate = estateOf(stack, committed);
    const layout = sandboxLayout(sandboxDir());
    prepareFolder(layout);
    ensureSecrets(layout);
    await copyManifests(estate);
    const file = withManifestsAtHand(committed, manifestsAtHand(estate));
    const engine = await sandboxEngine(stack, file, placeholderCredentials(estate));
    return { estate, engine: { ...engine, env: { ...engine.env, ...offlineEnvironment(layout) } } };
}

/** What keeps a preview on this machine: no lookups, no kubeconfig of the user's. */
function offlineEnvironment(layout: SandboxLayout): NodeJS.ProcessEnv {
    return {
        ESTATE_OFFLINE: "true",
        // A file that is never made: every cluster then counts as one that cannot be reached.
        KUBECONFIG: path.join(layout.dir, "project", "no-kubeconfig"),
    };
}

function sandboxAccess(sandbox: SandboxInfo): SandboxAccess {
    const gitlabToken = gitlabTokenOf(sandbox);
    const harbor = sandbox.harbors[0];
    if (harbor === undefined) {
        throw new CommandError("The sandbox runs no Harbor. Start it again: npm run sandbox -- up");
    }
    return {
        gitlabToken,
        harborPassword: fs.readFileSync(harbor.passwordFile, "utf8").trim(),
        chatUrl: sandbox.chat.url,
        mail: { host: loopback, port: sandbox.chat.mailPort },
        channelSecret: (channel) => channelSecret(gitlabToken, channel),
    };
}

/** The manifests that the sandbox has of the engines that an estate uses, by engine. */
export function manifestsAtHand({ engines }: Pick<Estate, "engines">): Record<string, ManifestsAtHand> {
    const all: Readonly<Record<string, ManifestsAtHand>> = {
        argocd: { version: TOOLS["argocd-manifests"].version, folder: manifestsFolder() },
        flux: { version: fluxVersion, folder: fluxManifestsFolder(), operator: operatorVersion },
    };
    const used: readonly string[] = engines;
    return Object.fromEntries(Object.entries(all).filter(([engine]) => used.includes(engine)));
}

/** Where the sandbox estate's `argocd.manifests.path` points. */
function manifestsFolder(): string {
    return path.join(sandboxLayout(sandboxDir()).dir, "argocd");
}

/** Puts the toolchain's manifests where the estate's engines are installed from. */
async function copyManifests({ engines, flux }: Pick<Estate, "engines" | "flux">): Promise<void> {
    const used: readonly string[] = engines;
    if (used.includes("flux")) {
        await writeFluxManifests();
        if (flux.operator !== undefined) {
            await writeOperatorManifests();
        }
    }
    if (!used.includes("argocd")) {
        return;
    }
    const tools = await ensureTools(
        ["argocd-manifests", "argocd-image-updater-manifests"],
        progressPrinter(process.stderr),
    );
    const from = tools.get("argocd-manifests")?.path ?? "";
    const updater = tools.get("argocd-image-updater-manifests")?.path ?? "";
    const to = manifestsFolder();
    const files = {
        "install.yaml": path.join(from, "install.yaml"),
        [path.join("ha", "install.yaml")]: path.join(from, "ha", "install.yaml"),
        "image-updater.yaml": path.join(updater, "install.yaml"),
    };
    for (const [file, source] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
        fs.copyFileSync(source, path.join(to, file));
        fs.chmodSync(path.join(to, file), 0o644);
    }
}

/** Flux's version that the sandbox installs. */
export const fluxVersion = TOOLS["flux-manifests"].version;

/** Where the sandbox estate's `flux.manifests.path` points. */
export function fluxManifestsFolder(): string {
    return path.join(sandboxLayout(sandboxDir()).dir, "flux");
}

/** Puts Flux's install.yaml there, as its release has it. */
async function writeFluxManifests(): Promise<void> {
    const tools = await ensureTools(["flux-manifests"], progressPrinter(process.stderr));
    const from = tools.get("flux-manifests")?.path ?? "";
    const parts = fs.readdirSync(from).filter((name) => name.endsWith(".yaml"));
    const text = fluxInstallYaml(
        Object.fromEntries(parts.map((name) => [name, fs.readFileSync(path.join(from, name), "utf8")])),
    );
    fs.mkdirSync(fluxManifestsFolder(), { recursive: true });
    fs.writeFileSync(path.join(fluxManifestsFolder(), "install.yaml"), text);
}

/** Flux Operator's version that the sandbox installs. */
export const operatorVersion = TOOLS["flux-operator-manifests"].version;

/** Puts the operator's manifests beside Flux's, as its release has them. */
async function writeOperatorManifests(): Promise<void> {
    const tools = await ensureTools(["flux-operator-manifests"], progressPrinter(process.stderr));
    const from = tools.get("flux-operator-manifests")?.path ?? "";
    const text = (file: string): string => fs.readFileSync(path.join(from, file), "utf8");
    const definitions = fs.readdirSync(path.join(from, "crd", "bases")).sort();
    const parts = [
        ...definitions.map((file) => path.join("crd", "bases", file)),
        ...["account.yaml", "deployment.yaml", "service.yaml"].map((file) => path.join("manager", file)),
        path.join("default", "rbac.yaml"),
    ];
    fs.mkdirSync(fluxManifestsFolder(), { recursive: true });
    fs.writeFileSync(
        path.join(fluxManifestsFolder(), "operator.yaml"),
        operatorInstallYaml(parts.map(text), operatorVersion),
    );
}

/** What somebody does at the sandbox's GitLab before an estate is made on it. */
type GitLabCall = (method: string, path: string, body?: unknown) => Promise<Response>;

/** Calls as its administrator. `path` starts at the server's root. */
function asAdministrator(sandbox: SandboxInfo): GitLabCall {
    const token = gitlabTokenOf(sandbox);
    return (method, path, body) =>
        fetchOf(sandbox)(`${sandbox.gitlab.url}${path}`, {
            method,
            headers: { "PRIVATE-TOKEN": token, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(10_000),
        });
}

function gitlabTokenOf(sandbox: SandboxInfo): string {
    return fs.readFileSync(sandbox.gitlab.tokenFile, "utf8").trim();
}

/** Users an estate's teams name. In a real GitLab they are there already; here they are made. */
async function seedUsers(call: GitLabCall, estate: Estate): Promise<void> {
    const names = new Set(
        Object.values(estate.teams).flatMap((team) => [...team.maintainers, ...team.developers]),
    );
    for (const username of [...names].sort()) {
        const found = (await (
            await call("GET", `/api/v4/users?username=${encodeURIComponent(username)}`)
        ).json()) as unknown[];
        if (found.length > 0) {
            continue;
        }
        const answer = await call("POST", "/api/v4/users", {
            username,
            name: username,
            email: `${username}@${estate.name}.invalid`,
            force_random_password: true,
            skip_confirmation: true,
        });
        if (!answer.ok) {
            throw new CommandError(
                `The sandbox GitLab refused to make user ${username}: ${answer.status} ${await answer.text()}`,
            );
        }
    }
}

/**
 * The application an estate signs people in with. At a real GitLab an administrator registers it and GitLab makes its id
 * and secret; here it gets the id of the stack file and the sandbox's secret. Done again, it changes nothing.
 */
async function seedSignIn(call: GitLabCall, sandbox: SandboxInfo, estate: Estate): Promise<void> {
    const { sso, url } = estate.argocd;
    if (sso?.issuer !== sandbox.gitlab.url) {
        return;
    }
    const answer = await call("PUT", `/__sandbox/applications/${encodeURIComponent(sso.clientId)}`, {
        name: "Argo CD",
        redirect_uri: `${url}/auth/callback`,
        scopes: "openid profile email",
        secret: signInSecret(sandboxAccess(sandbox)),
    });
    if (!answer.ok) {
        throw new CommandError(
            `The sandbox GitLab refused the application for argocd.sso: ${answer.status} ${await answer.text()}`,
        );
    }
}
