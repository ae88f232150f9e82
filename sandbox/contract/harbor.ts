/** The claims about Harbor, tried in throwaway projects. */
import { createHash, randomBytes } from "node:crypto";

import { harborChapters } from "./harbor/chapters";
import { ask, runChapters, type Outcome, type Target } from "./run";
import type { ContractReport } from "./gitlab";
import type { Need } from "./case";

export interface HarborContractOptions {
    /** Address of the server, e.g. `https://harbor.example.com`. */
    readonly url: string;
    /** Who asks: somebody who may make projects and robots; an administrator lets more be tried. */
    readonly username: string;
    readonly password: string;
    readonly signal?: AbortSignal;
}

const api = "/api/v2.0";

/**
 * Tries every claim on a server. Everything happens in two new projects, which are deleted at the end with their
 * repositories and robots, also after a failure.
 *
 * @throws Error when the server cannot be reached, refuses the account, or lets no project be made.
 */
export async function checkHarbor(options: HarborContractOptions): Promise<ContractReport> {
    const target: Target = {
        api: options.url.replace(/\/+$/, ""),
        token: `${options.username}:${options.password}`,
        login: (token): Record<string, string> =>
            token === "" ? {} : { authorization: `Basic ${Buffer.from(token).toString("base64")}` },
        ...(options.signal ? { signal: options.signal } : {}),
    };
    const me = await ask(target, `GET ${api}/users/current`);
    if (me.status !== 200) {
        throw new Error(`Harbor refuses the account: GET /users/current answers ${me.status}.`);
    }
    const isAdmin = (me.body as { sysadmin_flag?: boolean }).sysadmin_flag === true;
    const info = (await ask(target, `GET ${api}/systeminfo`)).body as { harbor_version?: string } | undefined;
    const name = `estate-contract-${randomBytes(4).toString("hex")}`;
    const other = `${name}-prod`;
    const kept = new Map([
        ["project", name],
        ["prod", other],
        ["missingDigest", `sha256:${"0".repeat(64)}`],
    ]);
    const has = new Set<Need>(isAdmin ? ["admin"] : []);
    // Not by the signal of the run: what has to be deleted is made as a whole, and deleted when the run is interrupted.
    const cleaner: Target = { api: target.api, token: target.token, login: target.login };
    let outcome: Outcome | undefined;
    let left: string[] = [];
    try {
        for (const [each, key] of [
            [name, "projectId"],
            [other, "prodId"],
        ] as const) {
            const made = await ask(cleaner, `POST ${api}/projects`, {
                body: { project_name: each, public: false },
            });
            if (made.status !== 201) {
                throw new Error(
                    `Harbor lets no project be made (${made.status}). Use the account of somebody who may.`,
                );
            }
            kept.set(key, made.headers.get("location")?.split("/").at(-1) ?? "");
        }
        kept.set("digest", await pushImage(target, `${name}/web`, "v1"));
        outcome = await runChapters(target, harborChapters, has, kept);
    } finally {
        left = await clean(cleaner, [name, other]);
    }
    return { ...outcome, server: `Harbor ${info?.harbor_version ?? "of unknown version"}`, left };
}

/** Pushes an image without content. Returns its digest. @throws Error when the registry refuses a step. */
async function pushImage(target: Target, repository: string, tag: string): Promise<string> {
    const config = JSON.stringify({
        architecture: "amd64",
        os: "linux",
        rootfs: { type: "layers", diff_ids: [] },
    });
    const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const headers = target.login(target.token);
    const step = async (what: string, url: string, init: RequestInit): Promise<Response> => {
        const response = await fetch(new URL(url, target.api), {
            ...init,
            headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
        });
        if (!response.ok) {
            throw new Error(`The registry refuses ${what}: ${response.status}.`);
        }
        return response;
    };
    const upload = await step("an upload", `/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const to = new URL(upload.headers.get("location") ?? "", target.api);
    to.searchParams.set("digest", digestOf(config));
    await step("a blob", to.toString(), {
        method: "PUT",
        headers: { "content-type": "application/octet-stream" },
        body: config,
    });
    const type = "application/vnd.oci.image.manifest.v1+json";
    const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: type,
        config: {
            mediaType: "application/vnd.oci.image.config.v1+json",
            digest: digestOf(config),
            size: Buffer.byteLength(config),
        },
        layers: [],
    });
    await step("a manifest", `/v2/${repository}/manifests/${tag}`, {
        method: "PUT",
        headers: { "content-type": type },
        body: manifest,
    });
    return digestOf(manifest);
}

/** Takes the projects away with what is in them; what stays is named. */
async function clean(target: Target, projects: readonly string[]): Promise<string[]> {
    const left: string[] = [];
    for (const name of projects) {
        try {
            const found = await ask(target, `GET ${api}/projects/${name}`);
            if (found.status !== 200) {
                continue;
            }
            const { project_id: id } = found.body as { project_id: number };
            const rules = await ask(target, `GET ${api}/projects/${name}/immutabletagrules`);
            for (const rule of Array.isArray(rules.body) ? (rules.body as { id: number }[]) : []) {
                await ask(target, `DELETE ${api}/projects/${name}/immutabletagrules/${rule.id}`);
            }
            const robots = await ask(target, `GET ${api}/robots?q=Level%3Dproject%2CProjectID%3D${id}`);
            for (const robot of Array.isArray(robots.body) ? (robots.body as { id: number }[]) : []) {
                await ask(target, `DELETE ${api}/robots/${robot.id}`);
            }
            const repositories = await ask(target, `GET ${api}/projects/${name}/repositories`);
            for (const each of Array.isArray(repositories.body)
                ? (repositories.body as { name: string }[])
                : []) {
                const own = encodeURIComponent(encodeURIComponent(each.name.slice(name.length + 1)));
                await ask(target, `DELETE ${api}/projects/${name}/repositories/${own}`);
            }
            const { status } = await ask(target, `DELETE ${api}/projects/${name}`);
            if (status !== 200 && status !== 404) {
                left.push(`project ${name}: Harbor answers ${status}`);
            }
        } catch (error) {
            left.push(`project ${name}: ${(error as Error).message}`);
        }
    }
    return left;
}
