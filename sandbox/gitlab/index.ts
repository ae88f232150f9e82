import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

import { CiRunner, type CiOptions } from "../ci/runner";
import { Deliveries } from "../support/deliveries";
import { Faults, registerFaults } from "../support/faults";
import {
    createServer,
    listen,
    writeSecretFile,
    type LogLine,
    type RunningServer,
    type TlsFiles,
} from "../support/server";
import { Store } from "../support/store";
import { authenticate, tokenScopes } from "./auth";
import { Call, Routes } from "./call";
import { ApiError } from "./errors";
import { recordDelivery } from "./events";
import { Git, writeHooks } from "./git";
import { registerGraphql } from "./graphql";
import { registerApiHeaders } from "./headers";
import { GitLab } from "./gitlab";
import type { Edition, State, Tier } from "./model";
import { pageFor, registerPages } from "./pages";
import { decodeForm } from "./params";
import { reconcile } from "./reconcile";
import { registerOAuth } from "./oauth/endpoints";
import { OAuthProvider } from "./oauth/provider";
import { registerApplicationControl, registerApplications } from "./routes/applications";
import { registerRoutes } from "./routes/index";
import { registerPipelineControl } from "./routes/jobs";
import { addToken } from "./routes/tokens";
import { hashOf, randomText } from "./secrets";
import { throttleDefaults } from "./throttle";
import { registerSmartHttp } from "./smartHttp";

export interface GitLabOptions {
    /** Address to listen on, e.g. `127.0.0.1`. */
    host: string;
    /** Port to listen on; 0 takes any free one. */
    port: number;
    /** Certificate and key; without them it speaks plain http. */
    tls?: TlsFiles | undefined;
    /** The path of `relative_url_root`, as `/gitlab`. Default: none. */
    basePath?: string | undefined;
    /** Folder for the state and the repositories; made when it is not there. */
    dataDir: string;
    /** What the licence offers. */
    tier: Tier;
    /** Which GitLab this is. Default: `ee` with tier `premium`, else `ce`. */
    edition?: Edition;
    /** File with the administrator's token. When it is missing a random one is made, readable by the owner only. */
    rootTokenFile: string;
    /** Where log lines go. They hold methods, paths and statuses, never headers or bodies. */
    log?: LogLine;
    /** How long a new default branch stays unprotected, milliseconds. Default 400. */
    protectionDelayMs?: number;
    /** Webhook delivery: attempts, wait before the second one, time for one. Default 4, 1000 ms, 10 s. */
    hooks?: { attempts?: number; backoffMs?: number; timeoutMs?: number };
    /** Life of an ID token in seconds, what `oidc_provider_openid_id_token_expire_in_seconds` is at GitLab. Default 120. */
    idTokenSeconds?: number;
    /** Runs pipelines on this machine. Without it they are records that only the API moves. */
    ci?: CiOptions;
}

/** A running GitLab stand-in. */
export interface RunningGitLab extends RunningServer {
    /** Resolves when no webhook waits to be sent any more. */
    drainHooks(): Promise<void>;
    /** Resolves when no pipeline is being read or run; those that wait for a person do not count. */
    idle(): Promise<void>;
}

/**
 * Starts the GitLab stand-in: REST v4 below `/api/v4`, git over smart HTTP, sign-in for other
 * applications below `/oauth`, pages for people at `/`.
 * @throws when the port is taken, the state is unreadable, `git` is missing, or `ce` is to have tier `premium`.
 */
export async function startGitLab(options: GitLabOptions): Promise<RunningGitLab> {
    const { dataDir, log, tier } = options;
    const edition = options.edition ?? (tier === "premium" ? "ee" : "ce");
    if (tier === "premium" && edition === "ce") {
        throw new Error("tier premium needs edition ee: the Community Edition takes no licence");
    }
    const home = join(dataDir, "home");
    const hooksDir = join(dataDir, "git-hooks");
    await mkdir(home, { recursive: true });
    await writeHooks(hooksDir);
    const store = await Store.open<State>(join(dataDir, "state.json"), initialState);
    const deliveries = new Deliveries({
        attempts: options.hooks?.attempts ?? 4,
        backoffMs: options.hooks?.backoffMs ?? 1000,
        timeoutMs: options.hooks?.timeoutMs ?? 10_000,
        record: (delivery) => recordDelivery(gitlab, delivery),
    });
    const gitlab = new GitLab(
        store,
        new Git(join(dataDir, "repositories"), home),
        deliveries,
        tier,
        edition,
        options.protectionDelayMs ?? 400,
    );
    const runner = options.ci
        ? await CiRunner.open(gitlab, join(dataDir, "ci"), { ...(log ? { log } : {}), ...options.ci })
        : undefined;
    gitlab.ci = runner;
    gitlab.packages = join(dataDir, "packages");
    const oauth = await OAuthProvider.open(gitlab, dataDir, options.idTokenSeconds ?? 120);
    gitlab.signToken = (claims) => oauth.key.token(claims);
    await ensureRoot(gitlab, options.rootTokenFile);
    await reconcile(gitlab);
    await gitlab.sweep();
    await gitlab.save();

    const { tls, basePath } = options;
    const fastify = createServer({ ...(log ? { log } : {}), tls, basePath });
    parseBodies(fastify);
    registerFaults(fastify, new Faults(), {
        body: (status) => (status === 429 ? "Retry later\n" : { message: `${status} Internal Server Error` }),
    });
    fastify.addHook("onSend", async (_request, reply) => {
        if (reply.statusCode === 429 && reply.getHeader("ratelimit-limit") === undefined) {
            reply.headers({
                "RateLimit-Limit": "600",
                "RateLimit-Observed": "601",
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": String(Math.ceil(Date.now() / 60_000) * 60),
                "RateLimit-Name": "throttle_authenticated_api",
            });
        }
        reply.header("X-Request-Id", _request.id);
        await Promise.resolve();
    });
    registerApiHeaders(fastify);
    fastify.setErrorHandler(async (error: FastifyError | ApiError, request, reply) => {
        if (error instanceof ApiError) {
            return reply.code(error.status).headers(error.headers).send(error.body);
        }
        const status = error.statusCode ?? 500;
        if (status < 500) {
            return reply.code(status).send({ error: error.message });
        }
        log?.(`${request.method} ${request.url.split("?")[0]} failed: ${error.stack ?? error.message}`);
        return reply.code(500).send({ message: "500 Internal Server Error" });
    });
    fastify.setNotFoundHandler(async (request, reply) => {
        const path = request.url.split("?")[0] ?? "";
        if (request.method === "GET" && !path.startsWith("/api/") && !path.startsWith("/__sandbox/")) {
            const html = await pageFor(gitlab, decodeURIComponent(path));
            if (html !== undefined) {
                return reply.type("text/html; charset=utf-8").send(html);
            }
        }
        log?.(`unknown route: ${request.method} ${path}`);
        return reply.code(404).send({ error: "404 Not Found" });
    });

    const routes = new Routes(fastify, gitlab);
    registerRoutes(routes, gitlab);
    registerGraphql(fastify, gitlab);
    registerApplications(routes, oauth);
    registerOAuth(fastify, gitlab, oauth);
    const callFor = (request: FastifyRequest, reply: FastifyReply): Call =>
        new Call(gitlab, request, reply, authenticate(gitlab, request));
    registerPipelineControl(fastify, gitlab, callFor);
    registerApplicationControl(fastify, oauth, callFor);
    for (const probe of ["readiness", "liveness", "health"]) {
        fastify.get(`/-/${probe}`, () => ({ status: "ok", master_check: [{ status: "ok" }] }));
    }
    registerPages(fastify, gitlab);
    registerSmartHttp(fastify, gitlab, hooksDir, home);

    gitlab.url = await listen(fastify, options, options);
    await runner?.start();
    return {
        url: gitlab.url,
        drainHooks: () => deliveries.drain(),
        idle: () => runner?.idle() ?? Promise.resolve(),
        async close() {
            await runner?.close();
            await deliveries.close();
            await fastify.close();
            await gitlab.save();
            await oauth.close();
            await store.close();
        },
    };
}

function initialState(): State {
    return {
        version: 1,
        nextIds: {},
        settings: {
            id: 1,
            default_branch_protection: 2,
            default_branch_name: "main",
            default_project_visibility: "private",
            default_group_visibility: "private",
            default_snippet_visibility: "private",
            deletion_adjourned_period: 30,
            signup_enabled: false,
            password_authentication_enabled_for_web: true,
            allow_local_requests_from_web_hooks_and_services: true,
            require_admin_approval_after_user_signup: true,
            user_default_external: false,
            can_create_group: true,
            default_projects_limit: 100000,
            import_sources: ["git"],
            max_import_size: 0,
            auto_devops_enabled: false,
            lock_memberships_to_ldap: false,
            require_personal_access_token_expiry: true,
            require_two_factor_authentication: false,
            enforce_ci_inbound_job_token_scope_enabled: true,
            asset_proxy_allowlist: [],
            ...throttleDefaults,
        },
        users: [],
        tokens: [],
        deployTokens: [],
        deployKeys: [],
        groups: [],
        projects: [],
        variables: [],
        runners: [],
        hookLogs: [],
    };
}

/** The administrator and the token in the file, made once. */
async function ensureRoot(gitlab: GitLab, file: string): Promise<void> {
    const root =
        gitlab.userNamed("root") ??
        gitlab.addUser({ username: "root", name: "Administrator", email: "admin@example.com", admin: true });
    let secret = "";
    try {
        secret = (await readFile(file, "utf8")).trim();
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
            throw error;
        }
    }
    if (secret === "") {
        secret = `glpat-${randomText(20)}`;
        await writeSecretFile(file, `${secret}\n`);
    }
    if (!gitlab.state.tokens.some((token) => token.hash === hashOf(secret))) {
        addToken(gitlab, {
            kind: "personal",
            sourceId: null,
            user: root,
            name: "sandbox",
            description: "Administrator's token of the sandbox",
            scopes: tokenScopes,
            accessLevel: 0,
            expiresAt: null,
            secret,
        });
    }
}

/** JSON bodies that may be empty, forms with nested names, and simple multipart forms. */
function parseBodies(fastify: ReturnType<typeof createServer>): void {
    fastify.removeContentTypeParser(["application/json", "text/plain"]);
    fastify.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
        const text = body.toString();
        if (text.trim() === "") {
            done(null, {});
            return;
        }
        try {
            done(null, JSON.parse(text));
        } catch {
            done(new ApiError(400, { message: "400 Bad request - Invalid JSON" }), undefined);
        }
    });
    fastify.addContentTypeParser(
        "application/x-www-form-urlencoded",
        { parseAs: "string" },
        (_request, body, done) => done(null, decodeForm(body.toString())),
    );
    // Uploads are files of any content type, or without one.
    fastify.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => {
        if (/^\/api\/v4\/projects\/[^/]+\/packages\/generic\//.test(request.url)) {
            done(null, body);
            return;
        }
        const type = request.headers["content-type"]?.split(";")[0] ?? "";
        done(
            new ApiError(415, { error: `The provided content-type '${type}' is not supported.` }),
            undefined,
        );
    });
    fastify.addContentTypeParser("multipart/form-data", { parseAs: "buffer" }, (request, body, done) => {
        const boundary = /boundary="?([^";]+)"?/.exec(request.headers["content-type"] ?? "")?.[1] ?? "";
        const form = new URLSearchParams();
        for (const part of body.toString("latin1").split(`--${boundary}`)) {
            const name = /name="([^"]*)"/.exec(part)?.[1];
            const start = part.indexOf("\r\n\r\n");
            if (name !== undefined && start !== -1) {
                const value = Buffer.from(part.slice(start + 4, -2), "latin1").toString("utf8");
                form.append(name, value);
            }
        }
        done(null, decodeForm(form.toString()));
    });
}
