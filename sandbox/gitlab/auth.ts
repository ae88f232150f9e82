import type { FastifyRequest } from "fastify";

import type { GitActor, Principal } from "./access";
import { ApiError, forbidden, invalidToken, unauthorized } from "./errors";
import type { GitLab } from "./gitlab";
import type { Token, User } from "./model";
import { hashOf } from "./secrets";

/** Scopes a token of a user may have. */
export const tokenScopes = [
    "api",
    "read_api",
    "read_user",
    "create_runner",
    "manage_runner",
    "k8s_proxy",
    "self_rotate",
    "read_repository",
    "write_repository",
    "read_registry",
    "write_registry",
    "read_virtual_registry",
    "write_virtual_registry",
    "ai_features",
    "sudo",
    "admin_mode",
    "read_service_ping",
];

/** Scopes a project or group access token may have. */
export const resourceTokenScopes = tokenScopes.filter(
    (scope) => !["read_user", "sudo", "admin_mode", "read_service_ping"].includes(scope),
);

/** Scopes a deploy token may have. */
export const deployTokenScopes = [
    "read_repository",
    "read_registry",
    "write_registry",
    "read_virtual_registry",
    "write_virtual_registry",
    "read_package_registry",
    "write_package_registry",
];

/** The token after `Bearer` in the request's authorization. */
export function bearerToken(request: FastifyRequest): string | undefined {
    return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** The credentials after `Basic` in the request's authorization, decoded: a name and a secret with a colon between. */
export function basicText(request: FastifyRequest): string | undefined {
    const encoded = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

/** The token a REST request carries, in the ways GitLab takes it. */
function presentedToken(request: FastifyRequest): string | undefined {
    const header = request.headers["private-token"];
    if (typeof header === "string" && header !== "") {
        return header;
    }
    const bearer = bearerToken(request);
    if (bearer !== undefined) {
        return bearer;
    }
    const query = (request.query ?? {}) as Record<string, unknown>;
    const inQuery = query["private_token"] ?? query["access_token"];
    return typeof inQuery === "string" ? inQuery : undefined;
}

/** Routes that take the token of a running job, as GitLab's page on job tokens lists them. */
const jobRoutes = [
    /^GET \/job$/,
    /^\w+ \/projects\/:id\/packages(\/|$)/,
    /^\w+ \/projects\/:id\/(releases|deployments|environments)(\/|$)/,
    /^GET \/projects\/:id\/jobs$/,
    /^GET \/projects\/:id\/jobs\/(artifacts\/:ref_name|:job_id\/artifacts)(\/|$)/,
];

/** Whether a job's token counts on a route. */
export function acceptsJobToken(method: string, path: string): boolean {
    return jobRoutes.some((each) => each.test(`${method} ${path}`));
}

/** What a job's token may be shown as: in a header of its own, as a parameter, or in place of another token. */
function jobToken(request: FastifyRequest): string | undefined {
    const header = request.headers["job-token"];
    if (typeof header === "string" && header !== "") {
        return header;
    }
    const sent = [request.query, request.body].map((each) =>
        typeof each === "object" && each !== null
            ? (each as Record<string, unknown>)["job_token"]
            : undefined,
    );
    const parameter = sent.find((each) => typeof each === "string");
    const other = presentedToken(request);
    return parameter ?? (other?.startsWith("glcbt-") ? other : undefined);
}

/** A job's token opens what its user may do; scopes are about other tokens. */
function jobPrincipal(gitlab: GitLab, secret: string): Principal {
    const found = gitlab.ci?.jobOf(secret);
    if (!found) {
        throw unauthorized();
    }
    const { user, ...job } = found;
    const token: Token = {
        id: 0,
        kind: "personal",
        sourceId: null,
        userId: user.id,
        name: "CI_JOB_TOKEN",
        description: "",
        scopes: ["api"],
        accessLevel: 0,
        hash: "",
        createdAt: job.job.createdAt,
        expiresAt: null,
        revoked: false,
        lastUsedAt: null,
        impersonation: false,
        familyId: 0,
    };
    return { user, token, job };
}

/**
 * Who makes this REST request; undefined for nobody. Where job tokens are not accepted, they count as none.
 * @throws ApiError 401 for a token that is unknown, expired or revoked, 403 for a blocked user.
 */
export function authenticate(gitlab: GitLab, request: FastifyRequest, jobs = false): Principal | undefined {
    const ofJob = jobToken(request);
    if (ofJob !== undefined) {
        return jobs ? jobPrincipal(gitlab, ofJob) : undefined;
    }
    const secret = presentedToken(request);
    if (secret === undefined) {
        return undefined;
    }
    const principal = principalOf(gitlab, secret);
    const sudo = request.headers["sudo"];
    if (typeof sudo === "string" && sudo !== "") {
        if (!principal.user.admin) {
            throw forbidden("Must be admin to use sudo");
        }
        if (!principal.token.scopes.includes("sudo")) {
            throw forbidden("Must be authenticated using an OAuth or personal access token to use sudo");
        }
        const user = /^\d+$/.test(sudo) ? gitlab.user(Number(sudo)) : gitlab.userNamed(sudo);
        if (!user) {
            throw new ApiError(404, { message: `404 User with ID or username '${sudo}' Not Found` });
        }
        return { user, token: principal.token };
    }
    return principal;
}

function principalOf(gitlab: GitLab, secret: string): Principal {
    const hash = hashOf(secret);
    const token = gitlab.state.tokens.find((each) => each.hash === hash);
    const user = gitlab.user(token?.userId);
    if (!token || !user) {
        throw unauthorized();
    }
    if (token.revoked) {
        throw invalidToken("revoked");
    }
    if (!gitlab.tokenActive(token)) {
        throw invalidToken("expired");
    }
    if (user.state !== "active") {
        throw forbidden("Your account has been blocked.");
    }
    token.lastUsedAt = gitlab.now();
    return { user, token };
}

/**
 * Who signs in on a page. There are no passwords here: a personal access token stands for one, if it opens as much as a
 * password would.
 */
export function signInWithToken(
    gitlab: GitLab,
    username: string,
    secret: string,
): { user: User } | { refusal: string } {
    const wrong = { refusal: "Invalid login or password." };
    try {
        const { user, token } = principalOf(gitlab, secret);
        const isTheirs = user.username.toLowerCase() === username.toLowerCase();
        return isTheirs && user.kind === "human" && token.scopes.includes("api") ? { user } : wrong;
    } catch (error) {
        return error instanceof ApiError && error.status === 403
            ? {
                  refusal:
                      "Your account has been blocked. Please contact your GitLab administrator if you think this is an error.",
              }
            : wrong;
    }
}

/** Who clones or pushes, by HTTP basic auth. Undefined when nothing was presented or it is not good. */
export function authenticateGit(
    gitlab: GitLab,
    request: FastifyRequest,
): { actor?: GitActor; presented: boolean } {
    const plain = basicText(request);
    const colon = plain?.indexOf(":") ?? -1;
    const username = plain?.slice(0, Math.max(0, colon)) ?? "";
    const secret = plain === undefined ? presentedToken(request) : plain.slice(colon + 1);
    if (secret === undefined || secret === "") {
        return { presented: plain !== undefined };
    }
    const hash = hashOf(secret);
    const deployToken = gitlab.state.deployTokens.find(
        (each) => each.hash === hash && (each.username === username || plain === undefined),
    );
    if (deployToken) {
        return gitlab.deployTokenActive(deployToken)
            ? { actor: { deployToken }, presented: true }
            : { presented: true };
    }
    const job = username === "gitlab-ci-token" ? gitlab.ci?.jobOf(secret) : undefined;
    if (job) {
        return { actor: { user: job.user, jobOf: job.project }, presented: true };
    }
    try {
        return { actor: principalOf(gitlab, secret), presented: true };
    } catch {
        return { presented: true };
    }
}
