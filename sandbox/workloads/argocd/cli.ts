/** `npm run sandbox -- argocd ...`: Argo CD's command, logged in as the administrator of the sandbox's Argo CD. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";

import { ensureTools } from "../../../toolchain";
import { ClusterClient } from "../../clusters/client";
import { callerOf, type ClusterAccess } from "../../clusters/informer";
import { writePrivate } from "../../support/files";
import { loopback } from "../../support/ports";
import { type SandboxLayout } from "../../support/layout";
import { type KubeletOptions } from "../kubelet";
import { readState } from "../state";
import { argoCdPorts } from "./table";

/** Name of the part that runs Argo CD. */
const part = "argocd";

/** Secret that Argo CD makes with the administrator's first password. */
const passwordSecret = "argocd-initial-admin-secret";

/** Where Argo CD is, and how its cluster is reached. */
interface Target {
    readonly address: string;
    readonly host: ClusterAccess;
}

/**
 * Runs `argocd` with these words.
 *
 * @returns its exit code.
 * @throws Error when Argo CD does not run or lets nobody in.
 */
export async function runArgoCd(layout: SandboxLayout, args: readonly string[]): Promise<number> {
    const config = await logIn(layout);
    const tools = await ensureTools(["argocd"], () => undefined);
    const program = tools.get("argocd")?.path ?? "argocd";
    const child = spawn(program, [...args, "--config", config], {
        stdio: "inherit",
        env: cliEnvironment(process.env, layout.kubeconfig),
    });
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
    });
}

/**
 * What the command runs with: nothing of the caller's that would lead it to another Argo CD than this, as `ARGOCD_SERVER`,
 * `ARGOCD_AUTH_TOKEN` and `ARGOCD_OPTS` do whatever its configuration says.
 *
 * @param kubeconfig what `argocd admin` reads the cluster by.
 */
export function cliEnvironment(caller: NodeJS.ProcessEnv, kubeconfig: string): NodeJS.ProcessEnv {
    const own = Object.entries(caller).filter(([name]) => !name.startsWith("ARGOCD_"));
    return { ...Object.fromEntries(own), KUBECONFIG: kubeconfig };
}

/**
 * Writes the configuration of a logged-in command, kept as long as its token is good.
 *
 * @returns the file, readable by its owner only.
 */
export async function logIn(layout: SandboxLayout): Promise<string> {
    const file = path.join(layout.secrets, "argocd-cli");
    const target = await find(layout);
    const known = tokenIn(file);
    if (known !== undefined && (await isGood(target, known))) {
        return file;
    }
    writePrivate(file, cliConfig(target.address, await session(target)));
    return file;
}

/** The text of the command's configuration. */
export function cliConfig(address: string, token: string): string {
    return stringify({
        "current-context": address,
        contexts: [{ name: address, server: address, user: address }],
        servers: [{ server: address, "plain-text": true }],
        users: [{ name: address, "auth-token": token }],
    });
}

async function find(layout: SandboxLayout): Promise<Target> {
    const file = path.join(layout.run, `${part}.json`);
    if (!fs.existsSync(file)) {
        throw new Error(
            "No Argo CD runs in this sandbox. Start all with npm start, or only its part: npm run sandbox -- up --parts argocd",
        );
    }
    const { portBase, host } = JSON.parse(fs.readFileSync(file, "utf8")) as KubeletOptions;
    const address = `${loopback}:${argoCdPorts(portBase).server}`;
    let status: number;
    try {
        const answer = await fetch(`http://${address}/healthz`, {
            redirect: "manual",
            signal: AbortSignal.timeout(10_000),
        });
        status = answer.status;
    } catch {
        const server = readState(layout, part).find(({ name }) => name === "argocd-server");
        throw new Error(
            `Argo CD's server does not answer: ${server?.detail ?? server?.state ?? "it does not run"}`,
        );
    }
    if (status >= 300 && status < 400) {
        throw new Error(
            `Argo CD's server speaks TLS with a certificate of its own, because argocd.url is not http. ` +
                `Log in yourself: argocd login ${address} --insecure`,
        );
    }
    return { address, host };
}

function tokenIn(file: string): string | undefined {
    try {
        const config = parse(fs.readFileSync(file, "utf8")) as { users?: { "auth-token"?: string }[] };
        return config.users?.[0]?.["auth-token"];
    } catch {
        return undefined;
    }
}

async function isGood(target: Target, token: string): Promise<boolean> {
    const answer = await ask(target, "GET", "/api/v1/session/userinfo", undefined, token);
    return (answer as { loggedIn?: boolean }).loggedIn === true;
}

async function session(target: Target): Promise<string> {
    const password = await firstPassword(target);
    if (password === undefined) {
        throw new Error(
            `There is no Secret ${passwordSecret}: its password was changed, or accounts.admin is off. ` +
                `Log in yourself: argocd login ${target.address} --plaintext`,
        );
    }
    const answer = (await ask(target, "POST", "/api/v1/session", { username: "admin", password })) as {
        token?: string;
        message?: string;
    };
    if (answer.token === undefined) {
        throw new Error(`Argo CD does not let admin in: ${answer.message ?? "no token in its answer"}`);
    }
    return answer.token;
}

async function firstPassword({ host }: Target): Promise<string | undefined> {
    const client = new ClusterClient(host.server, host.ca, callerOf(host));
    try {
        const { body } = await client.request(
            "GET",
            `/api/v1/secrets?fieldSelector=${encodeURIComponent(`metadata.name=${passwordSecret}`)}`,
        );
        const { items = [] } = body as { items?: { data?: Record<string, string> }[] };
        const text = items[0]?.data?.["password"];
        return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
    } finally {
        client.close();
    }
}

async function ask(
    { address }: Target,
    method: string,
    route: string,
    body?: unknown,
    token?: string,
): Promise<unknown> {
    const response = await fetch(`http://${address}${route}`, {
        method,
        headers: {
            "content-type": "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
    });
    return response.json().catch(() => ({}));
}
