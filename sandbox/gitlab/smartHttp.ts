import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createGunzip } from "node:zlib";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { effectiveProjectLevel, allowsJobToken, readsCode, seesProject, type GitActor } from "./access";
import { authenticateGit } from "./auth";
import { gitEnvironment, zeroSha, type RefUpdate } from "./git";
import type { GitLab } from "./gitlab";
import { Level, type Project, type User } from "./model";
import { openFromPushOptions } from "./mergeRequests";
import { projectUrls } from "./present";
import { refusal } from "./pushChecks";
import { afterUpdates } from "./repository";

/** A push under way, known by a random id that only its own pre-receive hook gets. */
interface Push {
    project: Project;
    user: User;
    updates: RefUpdate[];
    options: string[];
    /** What follows from it is done, once. */
    settled: boolean;
}

const service = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/;

/**
 * Clone and push over smart HTTP, done by `git http-backend`. Rights are checked twice: to the repository before
 * git is started, and for each ref by the pre-receive hook, which asks this server.
 */
export function registerSmartHttp(
    fastify: FastifyInstance,
    gitlab: GitLab,
    hooks: string,
    home: string,
): void {
    const pushes = new Map<string, Push>();

    for (const type of ["application/x-git-upload-pack-request", "application/x-git-receive-pack-request"]) {
        fastify.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    }

    fastify.post("/__sandbox/pre-receive/:id", async (request, reply) => {
        const push = pushes.get((request.params as { id: string }).id);
        if (!push) {
            return reply.code(404).send({ message: "404 Not Found" });
        }
        const body = request.body as { updates: string; options: string[]; env: Record<string, string> };
        push.options = body.options;
        push.updates = body.updates
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => {
                const [oldSha = "", newSha = "", ref = ""] = line.split(" ");
                return { oldSha, newSha, ref };
            });
        const env = Object.fromEntries(
            Object.entries(body.env).filter(([, value]) => typeof value === "string"),
        );
        for (const update of push.updates) {
            const reason = await refusal(gitlab, push.project, push.user, update, { env });
            if (reason !== undefined) {
                return { message: `GitLab: ${reason}` };
            }
        }
        return { message: null };
    });

    fastify.post("/__sandbox/post-receive/:id", async (request, reply) => {
        const push = pushes.get((request.params as { id: string }).id);
        if (!push) {
            return reply.code(404).send({ message: "404 Not Found" });
        }
        await settlePush(gitlab, push);
        return { lines: invitations(gitlab, push) };
    });

    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
        const [rawPath = "", query = ""] = request.url.split("?");
        const found = service.exec(decodeURIComponent(rawPath));
        if (!found) {
            return reply.callNotFound();
        }
        const [, path = "", what = ""] = found;
        const wanted = what === "info/refs" ? new URLSearchParams(query).get("service") : what;
        if (wanted !== "git-upload-pack" && wanted !== "git-receive-pack") {
            return text(reply, 403, "Git access over HTTP needs the smart protocol.\n");
        }
        const writes = wanted === "git-receive-pack";
        const { actor, presented } = authenticateGit(gitlab, request);
        const project = gitlab.projectAt(path);
        if (presented && !actor) {
            return challenge(reply);
        }
        const refused = gitAccess(gitlab, project, actor, writes);
        if (refused !== undefined || !project) {
            if (!actor) {
                return challenge(reply);
            }
            return text(reply, refused?.status ?? 404, `${refused?.message ?? ""}\n`);
        }
        const pushId = randomUUID();
        const user = actor && "user" in actor ? actor.user : undefined;
        if (writes && user && what === "git-receive-pack") {
            pushes.set(pushId, { project, user, updates: [], options: [], settled: false });
        }
        try {
            await backend(request, reply, {
                env: {
                    ...gitEnvironment(home),
                    GIT_PROJECT_ROOT: gitlab.git.path(project.id),
                    GIT_HTTP_EXPORT_ALL: "1",
                    PATH_INFO: `/${what}`,
                    QUERY_STRING: query,
                    REQUEST_METHOD: request.method,
                    CONTENT_TYPE: request.headers["content-type"] ?? "",
                    REMOTE_USER: user?.username ?? "deploy-token",
                    REMOTE_ADDR: request.ip,
                    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
                    ...configVariables({
                        "core.hooksPath": hooks,
                        // Whoever gets this far may push; git itself must not refuse it.
                        "http.receivepack": "true",
                        "receive.advertisePushOptions": "true",
                        "gc.auto": "0",
                        "receive.autogc": "false",
                    }),
                    SANDBOX_NODE: process.execPath,
                    SANDBOX_HOOK_URL: `${gitlab.url}/__sandbox/pre-receive/${pushId}`,
                },
                beforeEnd: async () => {
                    const push = pushes.get(pushId);
                    if (push) {
                        await settlePush(gitlab, push);
                    }
                },
            });
        } finally {
            pushes.delete(pushId);
        }
        return reply;
    };
    fastify.get("/*", handler);
    fastify.post("/*", handler);
}

/** After git has taken what it took: the refs that really moved have their consequences. */
async function settlePush(gitlab: GitLab, push: Push): Promise<void> {
    if (push.settled) {
        return;
    }
    push.settled = true;
    const { project, user } = push;
    const landed: RefUpdate[] = [];
    for (const update of push.updates) {
        const sha = (
            await gitlab.git.attempt(project.id, ["rev-parse", "--verify", "--quiet", update.ref])
        )?.trim();
        if ((sha ?? zeroSha) === update.newSha) {
            landed.push(update);
        }
    }
    if (landed.length > 0) {
        await afterUpdates(gitlab, project, user, landed, push.options);
        await openFromPushOptions(gitlab, project, user, landed, push.options);
        await gitlab.save();
    }
}

/** Where whoever pushed finds the merge request of a branch, or makes one. */
function invitations(gitlab: GitLab, { project, updates }: Push): string[] {
    if (
        project.settings["printing_merge_request_link_enabled"] === false ||
        project.settings["merge_requests_access_level"] === "disabled"
    ) {
        return [];
    }
    const web = `${projectUrls(gitlab, project).web}/-/merge_requests`;
    return updates
        .filter((each) => each.ref.startsWith("refs/heads/") && each.newSha !== zeroSha)
        .map((each) => each.ref.slice("refs/heads/".length))
        .filter((branch) => branch !== project.defaultBranch && project.defaultBranch !== null)
        .flatMap((branch) => {
            const open = project.mergeRequests.filter(
                (each) => each.state === "opened" && each.sourceBranch === branch,
            );
            return open.length > 0
                ? ["", `View merge request for ${branch}:`, ...open.map((each) => `  ${web}/${each.iid}`), ""]
                : [
                      "",
                      `To create a merge request for ${branch}, visit:`,
                      `  ${web}/new?merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}`,
                      "",
                  ];
        });
}

function gitAccess(
    gitlab: GitLab,
    project: Project | undefined,
    actor: GitActor | undefined,
    writes: boolean,
): { status: number; message: string } | undefined {
    const hidden = {
        status: 404,
        message:
            "The project you were looking for could not be found or you don't have permission to view it.",
    };
    if (!project) {
        return hidden;
    }
    gitlab.settle(project);
    if (actor && "deployToken" in actor) {
        const { deployToken } = actor;
        const covered =
            deployToken.kind === "project"
                ? deployToken.sourceId === project.id
                : gitlab.lineage(gitlab.groupOf(project)).some((group) => group.id === deployToken.sourceId);
        if (!covered) {
            return hidden;
        }
        if (writes) {
            return { status: 403, message: "You are not allowed to push code to this project." };
        }
        return deployToken.scopes.includes("read_repository")
            ? undefined
            : { status: 403, message: "You are not allowed to download code from this project." };
    }
    const user = actor?.user;
    if (!seesProject(gitlab, user, project)) {
        return hidden;
    }
    if (actor && "jobOf" in actor) {
        if (!allowsJobToken(gitlab, project, actor.jobOf)) {
            return hidden;
        }
        if (writes) {
            return { status: 403, message: "You are not allowed to push code to this project." };
        }
    } else if (actor) {
        const needed = writes
            ? ["api", "write_repository"]
            : ["api", "read_api", "read_repository", "write_repository"];
        if (!needed.some((scope) => actor.token.scopes.includes(scope))) {
            return {
                status: 403,
                message: writes
                    ? "You are not allowed to push code to this project."
                    : "You are not allowed to download code from this project.",
            };
        }
    }
    if (!readsCode(gitlab, user, project)) {
        return { status: 403, message: "You are not allowed to download code from this project." };
    }
    if (
        writes &&
        (!user || effectiveProjectLevel(gitlab, user, project) < Level.developer || project.archived)
    ) {
        return { status: 403, message: "You are not allowed to push code to this project." };
    }
    return undefined;
}

/** Settings for one run of git, in the form its environment takes them. */
function configVariables(settings: Record<string, string>): Record<string, string> {
    const entries = Object.entries(settings);
    return Object.fromEntries([
        ["GIT_CONFIG_COUNT", String(entries.length)],
        ...entries.flatMap(([key, value], index) => [
            [`GIT_CONFIG_KEY_${index}`, key],
            [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
    ]) as Record<string, string>;
}

function challenge(reply: FastifyReply): FastifyReply {
    reply.header("WWW-Authenticate", 'Basic realm="GitLab"');
    return text(
        reply,
        401,
        "HTTP Basic: Access denied. If a password was provided for Git authentication, " +
            "the password was incorrect or you're required to use a token instead of a password.\n",
    );
}

function text(reply: FastifyReply, status: number, message: string): FastifyReply {
    return reply.code(status).type("text/plain; charset=utf-8").send(message);
}

/** Runs the CGI program and streams its answer; the end waits until what follows from a push is done. */
async function backend(
    request: FastifyRequest,
    reply: FastifyReply,
    options: { env: Record<string, string>; beforeEnd: () => Promise<void> },
): Promise<void> {
    reply.hijack();
    const raw = reply.raw;
    const child = spawn("git", ["http-backend"], { env: options.env, stdio: ["pipe", "pipe", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString("utf8")));
    child.stdin.on("error", () => undefined);
    raw.on("close", () => {
        if (!raw.writableFinished) {
            child.stdin.destroy();
            child.stdout.resume();
        }
    });

    const body = request.body as NodeJS.ReadableStream | undefined;
    if (body && request.method === "POST") {
        if (request.headers["content-encoding"] === "gzip") {
            body.pipe(createGunzip().on("error", () => child.kill())).pipe(child.stdin);
        } else {
            body.pipe(child.stdin);
        }
    } else {
        child.stdin.end();
    }

    let head: Buffer | undefined = Buffer.alloc(0);
    child.stdout.on("data", (chunk: Buffer) => {
        if (head === undefined) {
            write(chunk);
            return;
        }
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf("\r\n\r\n");
        if (end !== -1) {
            const rest = head.subarray(end + 4);
            sendHead(head.subarray(0, end).toString("latin1"));
            head = undefined;
            if (rest.length > 0) {
                write(rest);
            }
        }
    });
    const write = (chunk: Buffer): void => {
        if (!raw.write(chunk)) {
            child.stdout.pause();
            raw.once("drain", () => child.stdout.resume());
        }
    };
    const sendHead = (lines: string): void => {
        let status = 200;
        const headers: Record<string, string> = {};
        for (const line of lines.split("\r\n")) {
            const colon = line.indexOf(":");
            const name = line.slice(0, colon);
            const value = line.slice(colon + 1).trim();
            if (name.toLowerCase() === "status") {
                status = Number.parseInt(value, 10);
            } else {
                headers[name] = value;
            }
        }
        raw.writeHead(status, headers);
    };
    const code = await new Promise<number | null>((resolve) => {
        child.on("error", () => resolve(null));
        child.on("close", resolve);
    });
    if (head !== undefined) {
        raw.writeHead(500, { "content-type": "text/plain" });
        raw.write(`git http-backend ended with ${code}: ${complaint.trim()}\n`);
    }
    await options.beforeEnd();
    raw.end();
}
