/** The claims about GitLab, tried in a throwaway group. */
import { randomBytes } from "node:crypto";

import type { Chapter, Need } from "./case";
import { access } from "./gitlab/access";
import { delivery } from "./gitlab/delivery";
import { mergeRequests } from "./gitlab/mergeRequests";
import { repositories } from "./gitlab/repositories";
import { spaces } from "./gitlab/spaces";
import { ask, runChapters, type Outcome, type Target } from "./run";

export interface GitLabContractOptions {
    /** Address of the server, e.g. `https://gitlab.example.com`. */
    readonly url: string;
    /** Token with the scope `api`; an administrator's lets more be tried. */
    readonly token: string;
    /** Full path of a group to work below. Default: a group of its own at the top. */
    readonly below?: string;
    readonly signal?: AbortSignal;
}

export interface ContractReport extends Outcome {
    /** What the server says it is. */
    readonly server: string;
    /** What could not be deleted again. */
    readonly left: readonly string[];
}

const chapters: readonly Chapter[] = [...spaces, ...repositories, ...access, ...mergeRequests, ...delivery];

/**
 * Tries every claim on a server. Everything happens in one new group, which is deleted at the end, also after a failure.
 *
 * @throws Error when the server cannot be reached, refuses the token, or lets no group be made.
 */
export async function checkGitLab(options: GitLabContractOptions): Promise<ContractReport> {
    const target: Target = {
        api: `${options.url.replace(/\/+$/, "")}/api/v4`,
        token: options.token,
        login: (token): Record<string, string> => (token === "" ? {} : { "PRIVATE-TOKEN": token }),
        ...(options.signal ? { signal: options.signal } : {}),
    };
    const me = await ask(target, "GET /user");
    if (me.status !== 200) {
        throw new Error(`GitLab refuses the token: GET /user answers ${me.status}.`);
    }
    const user = me.body as { id: number; username: string; is_admin?: boolean };
    const version = (await ask(target, "GET /version")).body as { version?: string } | undefined;
    const name = `estate-contract-${randomBytes(4).toString("hex")}`;
    const kept = new Map([
        ["name", name],
        ["me", String(user.id)],
        ["myName", user.username],
        ["tomorrow", day(1)],
        ["nextMonth", day(30)],
        ["inTenYears", day(3650)],
        ["missingSha", "0123456789012345678901234567890123456789"],
    ]);
    // Not by the signal of the run: what has to be deleted is made as a whole, and deleted when the run is interrupted.
    const cleaner: Target = { api: target.api, token: target.token, login: target.login };
    const group = await makeGroup(cleaner, name, options.below);
    kept.set("group", String(group.id));
    kept.set("groupPath", group.path);
    let person: number | undefined;
    let outcome: Outcome | undefined;
    let left: string[] = [];
    let server = `GitLab ${version?.version ?? "of unknown version"}`;
    try {
        const project = await ask(target, "POST /projects", {
            body: { name: "probe", path: "probe", namespace_id: group.id },
        });
        const has = await abilities(target, (project.body as { id?: number }).id, user.is_admin === true);
        server += `, ${has.has("premium") ? "Premium" : "Free"}${has.has("ee") ? ", Enterprise Edition" : ""}`;
        if (has.has("admin")) {
            person = await makePerson(cleaner, name, kept);
            if (person !== undefined) {
                has.add("person");
            }
        }
        outcome = await runChapters(target, chapters, has, kept);
    } finally {
        left = await clean(cleaner, group, person);
    }
    return { ...outcome, server, left };
}

/** A day so many days from now, `YYYY-MM-DD`. */
function day(offset: number): string {
    return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

interface TemporaryGroup {
    readonly id: number;
    readonly path: string;
}

async function makeGroup(target: Target, name: string, below: string | undefined): Promise<TemporaryGroup> {
    let parent: number | undefined;
    if (below !== undefined) {
        const found = await ask(target, `GET /groups/${encodeURIComponent(below)}`);
        if (found.status !== 200) {
            throw new Error(`The group ${below} is not there: GitLab answers ${found.status}.`);
        }
        parent = (found.body as { id: number }).id;
    }
    const made = await ask(target, "POST /groups", {
        body: { name, path: name, ...(parent === undefined ? {} : { parent_id: parent }) },
    });
    if (made.status !== 201) {
        throw new Error(
            `GitLab lets no group be made (${made.status}). ` +
                "Name one to work below with --below, or use the token of somebody who may.",
        );
    }
    const { id, full_path: path } = made.body as { id: number; full_path: string };
    return { id, path };
}

/** What this server can do, found by asking it. */
async function abilities(target: Target, project: number | undefined, isAdmin: boolean): Promise<Set<Need>> {
    const has = new Set<Need>(isAdmin ? ["admin"] : []);
    const metadata = (await ask(target, "GET /metadata")).body as { enterprise?: boolean } | undefined;
    if (metadata?.enterprise === true) {
        has.add("ee");
    }
    const premium =
        project !== undefined &&
        (await ask(target, `GET /projects/${project}/protected_environments`)).status === 200;
    has.add(premium ? "premium" : "free");
    return has;
}

/** A second person with a token, whom only an administrator can make. */
async function makePerson(
    target: Target,
    name: string,
    kept: Map<string, string>,
): Promise<number | undefined> {
    const made = await ask(target, "POST /users", {
        body: {
            username: name.replace("contract", "person"),
            name: "Contract Test",
            email: `${name}@example.com`,
            force_random_password: true,
            skip_confirmation: true,
        },
    });
    const id = (made.body as { id?: number } | undefined)?.id;
    if (made.status !== 201 || id === undefined) {
        return undefined;
    }
    kept.set("person", String(id));
    const token = await ask(target, `POST /users/${id}/personal_access_tokens`, {
        body: { name: "contract", scopes: ["api"], expires_at: day(1) },
    });
    const secret = (token.body as { token?: string } | undefined)?.token;
    if (secret !== undefined) {
        kept.set("personToken", secret);
    }
    return id;
}

/** Takes the group and the person away; what stays is named. */
async function clean(target: Target, group: TemporaryGroup, person: number | undefined): Promise<string[]> {
    const left: string[] = [];
    const attempt = async (what: string, work: () => Promise<string | undefined>): Promise<void> => {
        try {
            const problem = await work();
            if (problem !== undefined) {
                left.push(`${what}: ${problem}`);
            }
        } catch (error) {
            left.push(`${what}: ${(error as Error).message}`);
        }
    };
    await attempt(`group ${group.path}`, async () => {
        await ask(target, `DELETE /groups/${group.id}`);
        const marked = await ask(target, `GET /groups/${group.id}`);
        if (marked.status === 404) {
            return undefined;
        }
        const path = (marked.body as { full_path?: string }).full_path ?? group.path;
        await ask(
            target,
            `DELETE /groups/${group.id}?permanently_remove=true&full_path=${encodeURIComponent(path)}`,
        );
        const end = Date.now() + 30_000;
        for (;;) {
            const now = await ask(target, `GET /groups/${group.id}`);
            if (now.status === 404) {
                return undefined;
            }
            if (Date.now() > end) {
                const on = (now.body as { marked_for_deletion_on?: string | null }).marked_for_deletion_on;
                return on ? `GitLab deletes it by itself, it is marked since ${on}` : "it is still there";
            }
            await new Promise((resolve) => setTimeout(resolve, 1000));
        }
    });
    if (person !== undefined) {
        await attempt(`user ${person}`, async () => {
            const { status } = await ask(target, `DELETE /users/${person}?hard_delete=true`);
            return [204, 404].includes(status) ? undefined : `GitLab answers ${status}`;
        });
    }
    return left;
}
