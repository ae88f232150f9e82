/** Brings an estate and a sandbox together: what has to be there before the engine runs. */
import * as fs from "node:fs";
import * as path from "node:path";
import { hostCluster } from "../../estate/host";
import type { Engine } from "../../estate/engines";
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
import { CommandError } from "./console";
import { trusting } from "./engineTrust";
import { releaseStaleLocks } from "./locks";
import { sandboxedEngines } from "./engines/sandbox";
import type { SandboxedEngine } from "./engines/sandbox/engine";
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
import { withManifestsAtHand } from "./manifestsAtHand";
import { type SandboxPlace, sandboxStackFile } from "./stackFile";
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
    await writeManifests(estate);
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
    await writeManifests(estate);
    const file = withManifestsAtHand(
        committed,
        Object.fromEntries(estate.engines.map((name) => [name, manifestsFolder(name)])),
    );
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

/** The engines of an estate, with what the sandbox brings for each. */
function sandboxed({ engines }: Pick<Estate, "engines">): [Engine, SandboxedEngine][] {
    return engines.map((name) => [name, sandboxedEngines[name]]);
}

/** What a preview in the sandbox installs instead of what the stack names, and what it leaves out; in sentences. */
export function manifestsInWords(estate: Pick<Estate, "engines">): string {
    return sandboxed(estate)
        .flatMap(([name, { version, leavesOut }]) => [
            `What is installed of ${name} is ${version}, which the sandbox has, whatever the stack names: warnings about that version are not about yours`,
            ...(leavesOut === undefined ? [] : [`${leavesOut} is left out`]),
        ])
        .map((sentence) => `${sentence}.`)
        .join(" ");
}

/** Where a sandbox estate's `<engine>.manifests.path` points. */
function manifestsFolder(engine: Engine): string {
    return path.join(sandboxLayout(sandboxDir()).dir, engine);
}

/** Puts the toolchain's manifests where the estate's engines are installed from. */
async function writeManifests(estate: Estate): Promise<void> {
    for (const [name, { write, extrasOf }] of sandboxed(estate)) {
        await write(manifestsFolder(name), extrasOf(estate));
    }
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
 * The applications an estate signs people in with. At a real GitLab an administrator registers one and GitLab makes its id
 * and secret; here it gets the id of the stack file and the sandbox's secret. Done again, it changes nothing.
 */
async function seedSignIn(call: GitLabCall, sandbox: SandboxInfo, estate: Estate): Promise<void> {
    for (const [name, { signIn }] of sandboxed(estate)) {
        const application = signIn?.(estate);
        if (application?.issuer !== sandbox.gitlab.url) {
            continue;
        }
        const answer = await call(
            "PUT",
            `/__sandbox/applications/${encodeURIComponent(application.clientId)}`,
            {
                name: application.name,
                redirect_uri: application.redirectUri,
                scopes: "openid profile email",
                secret: signInSecret(sandboxAccess(sandbox)),
            },
        );
        if (!answer.ok) {
            throw new CommandError(
                `The sandbox GitLab refused the application by which ${name} signs people in: ${answer.status} ${await answer.text()}`,
            );
        }
    }
}
