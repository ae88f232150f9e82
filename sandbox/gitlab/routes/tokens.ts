import { ApiError, forbidden, invalid, invalidToken, notFound, unauthorized } from "../errors";
import { resourceTokenScopes, tokenScopes } from "../auth";
import type { Call, Routes } from "../call";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Project, type Token, type User } from "../model";
import {
    bool,
    clearable,
    day,
    filled,
    int,
    timestamp,
    oneOf,
    oneOfNumbers,
    required,
    text,
    stringList,
} from "../params";
import { hashOf, randomText } from "../secrets";
import { place } from "./members";
import { within } from "./pipelines";

/** Longest life of an access token, days, as GitLab sets it where an administrator sets none. */
const longestLife = 365;

/** Project and group access tokens, personal access tokens. */
export function registerTokens(routes: Routes, gitlab: GitLab): void {
    registerResourceTokens(routes, gitlab);
    registerPersonalTokens(routes, gitlab);
}

export function checkScopes(scopes: string[], known: string[]): void {
    if (scopes.length === 0) {
        throw invalid({ scopes: ["can't be blank"] });
    }
    if (scopes.some((scope) => !known.includes(scope))) {
        throw new ApiError(400, { error: "scopes does not have a valid value" });
    }
}

/** The tokens that a list's parameters ask for. */
function filterTokens(gitlab: GitLab, call: Call, tokens: Token[]): Token[] {
    const wanted = call.parse({
        state: oneOf("active", "inactive"),
        revoked: bool(),
        search: text(),
        created_after: timestamp(),
        created_before: timestamp(),
        last_used_after: timestamp(),
        last_used_before: timestamp(),
        expires_after: day(),
        expires_before: day(),
        sort: oneOf(...tokenOrders),
    });
    const found = tokens.filter(
        (token) =>
            (wanted.state === undefined || gitlab.tokenActive(token) === (wanted.state === "active")) &&
            (wanted.revoked === undefined || token.revoked === wanted.revoked) &&
            token.name.toLowerCase().includes(wanted.search?.toLowerCase() ?? "") &&
            within(token.createdAt, wanted.created_after, wanted.created_before) &&
            within(token.lastUsedAt ?? "", wanted.last_used_after, wanted.last_used_before) &&
            within(token.expiresAt ?? "9999", wanted.expires_after, wanted.expires_before),
    );
    const [key = "", direction] = wanted.sort?.split(/_(?=asc$|desc$)/) ?? [];
    const value = (token: Token): string =>
        ({
            created: token.createdAt,
            created_at: token.createdAt,
            expires: token.expiresAt ?? "",
            last_used: token.lastUsedAt ?? "",
            name: token.name,
        })[key] ?? "";
    if (key !== "") {
        found.sort((a, b) => value(a).localeCompare(value(b)) * (direction === "desc" ? -1 : 1));
    }
    return found;
}

const tokenOrders = [
    "created_asc",
    "created_desc",
    "expires_asc",
    "expires_desc",
    "last_used_asc",
    "last_used_desc",
    "name_asc",
    "name_desc",
] as const;

export function registerResourceTokens(routes: Routes, gitlab: GitLab): void {
    const { state } = gitlab;
    for (const kind of ["project", "group"] as const) {
        const base = `/${kind}s/:id/access_tokens`;
        const open = (call: Call): { space: Group | Project; level: number } =>
            place(call, `${kind}s`, kind === "group" ? Level.owner : Level.maintainer);
        const tokensOf = (space: Group | Project): Token[] =>
            state.tokens.filter((token) => token.kind === kind && token.sourceId === space.id);
        const find = (call: Call, space: Group | Project): Token => {
            const token = tokensOf(space).find((each) => each.id === call.number("token_id"));
            if (!token) {
                throw new ApiError(404, {
                    message: `404 Could not find ${kind} access token with token_id: ${call.id("token_id")} Not Found`,
                });
            }
            return token;
        };
        routes.get(base, (call) => {
            const found = filterTokens(gitlab, call, tokensOf(open(call).space));
            return call.page(found, (token) => showToken(gitlab, token));
        });
        routes.get(`${base}/:token_id`, (call) => showToken(gitlab, find(call, open(call).space)));
        routes.post(base, (call) => {
            const { space, level } = open(call);
            const { user } = call;
            if (user.kind === "project_bot") {
                throw invalid("User does not have permission to create " + kind + " access token");
            }
            const wanted = call.parse({
                name: required(filled()),
                description: clearable(),
                scopes: required(stringList()),
                access_level: oneOfNumbers(10, 15, 20, 30, 40, 50),
                expires_at: day(),
            });
            checkScopes(wanted.scopes, resourceTokenScopes);
            const accessLevel = wanted.access_level ?? Level.maintainer;
            if (accessLevel > level) {
                throw invalid(`Could not provision ${describe(accessLevel)} access to ${kind} access token`);
            }
            const expiresAt = checkedExpiry(gitlab, wanted.expires_at);
            const suffix = randomText(32).toLowerCase();
            const bot = gitlab.addUser({
                username: `${kind}_${space.id}_bot_${suffix}`,
                name: wanted.name,
                email: `${kind}_${space.id}_bot_${suffix}@noreply.${new URL(gitlab.url).hostname}`,
                kind: "project_bot",
                createdById: user.id,
            });
            space.members.push({
                userId: bot.id,
                accessLevel,
                createdAt: gitlab.now(),
                createdById: user.id,
                expiresAt,
            });
            const { token, secret } = addToken(gitlab, {
                kind,
                sourceId: space.id,
                user: bot,
                name: wanted.name,
                description: wanted.description ?? "",
                scopes: wanted.scopes,
                accessLevel,
                expiresAt,
            });
            return { ...showToken(gitlab, token), token: secret };
        });
        routes.delete(`${base}/:token_id`, (call) => {
            const { space } = open(call);
            const token = find(call, space);
            if (token.revoked) {
                throw new ApiError(400, { message: "400 Bad request - Token already revoked" });
            }
            token.revoked = true;
            // GitLab removes the bot's membership at once and the bot itself later; the record stays, revoked.
            space.members = space.members.filter((member) => member.userId !== token.userId);
        });
        routes.post(
            `${base}/:token_id/rotate`,
            (call) => {
                const self = call.id("token_id") === "self";
                if (self) {
                    const own = call.principal?.token;
                    if (!own || own.kind !== kind) {
                        throw methodForTokens();
                    }
                    return rotate(gitlab, call, own);
                }
                const { space } = open(call);
                return rotate(gitlab, call, find(call, space));
            },
            { scopes: ["api", "self_rotate"] },
        );
    }
}

function methodForTokens(): ApiError {
    return new ApiError(405, { message: "405 Method Not Allowed" });
}

export function registerPersonalTokens(routes: Routes, gitlab: GitLab): void {
    const { state } = gitlab;
    const own = (call: Call): Token => {
        if (!call.principal) {
            throw unauthorized();
        }
        return call.principal.token;
    };
    routes.get("/personal_access_tokens/self", (call) => showToken(gitlab, own(call)), { scopes: "any" });
    routes.delete(
        "/personal_access_tokens/self",
        (call) => {
            own(call).revoked = true;
        },
        { scopes: "any" },
    );
    routes.post("/personal_access_tokens/self/rotate", (call) => rotate(gitlab, call, own(call)), {
        scopes: ["api", "self_rotate"],
    });
    routes.get("/personal_access_tokens", (call) => {
        const { user } = call;
        const { user_id: id } = call.parse({ user_id: int() });
        if (id !== undefined && id !== user.id && !user.admin) {
            throw unauthorized();
        }
        const found = filterTokens(
            gitlab,
            call,
            state.tokens.filter(
                (token) =>
                    token.kind === "personal" &&
                    (user.admin || token.userId === user.id) &&
                    (id === undefined || token.userId === id),
            ),
        );
        return call.page(found, (token) => showToken(gitlab, token));
    });
    const find = (call: Call): Token => {
        const token = state.tokens.find((each) => each.id === call.number("id"));
        if (!token || (token.userId !== call.user.id && !call.isAdmin)) {
            throw call.isAdmin ? notFound("Personal Access Token") : unauthorized();
        }
        return token;
    };
    routes.get("/personal_access_tokens/:id", (call) => showToken(gitlab, find(call)));
    routes.delete("/personal_access_tokens/:id", (call) => {
        find(call).revoked = true;
    });
    routes.post("/personal_access_tokens/:id/rotate", (call) => rotate(gitlab, call, find(call)));

    for (const [path, impersonation] of [
        ["personal_access_tokens", false],
        ["impersonation_tokens", true],
    ] as const) {
        routes.post(`/users/:user_id/${path}`, (call) => {
            call.requireAdmin();
            const user = gitlab.user(call.number("user_id"));
            if (!user) {
                throw notFound("User");
            }
            return addPersonalToken(gitlab, call, user, impersonation);
        });
    }
    routes.get("/users/:user_id/impersonation_tokens", (call) => {
        call.requireAdmin();
        const id = call.number("user_id");
        const found = state.tokens.filter((token) => token.impersonation && token.userId === id);
        return call.page(found, (token) => showToken(gitlab, token));
    });
    routes.delete("/users/:user_id/impersonation_tokens/:token_id", (call) => {
        call.requireAdmin();
        const token = state.tokens.find((each) => each.id === call.number("token_id"));
        if (!token?.impersonation) {
            throw notFound("Impersonation Token");
        }
        token.revoked = true;
    });
}

/** A token's last day, at most a year ahead; a year when none is given. @throws ApiError 400 */
export function checkedExpiry(gitlab: GitLab, wanted: string | null | undefined): string {
    const latest = dayAhead(longestLife);
    if (wanted === undefined || wanted === null) {
        return latest;
    }
    if (wanted > latest) {
        throw invalid({ expires_at: [`must be before ${dayAhead(longestLife + 1)}`] });
    }
    if (wanted < gitlab.today()) {
        throw invalid({ expires_at: ["can't be in the past"] });
    }
    return wanted;
}

function dayAhead(days: number): string {
    return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

function describe(level: number): string {
    return (
        { 10: "guest", 15: "planner", 20: "reporter", 30: "developer", 40: "maintainer", 50: "owner" }[
            level
        ] ?? String(level)
    );
}

/** Makes a token; the secret is in the result and nowhere else. */
export function addToken(
    gitlab: GitLab,
    fields: {
        kind: Token["kind"];
        sourceId: number | null;
        user: User;
        name: string;
        description: string;
        scopes: string[];
        accessLevel: number;
        expiresAt: string | null;
        impersonation?: boolean;
        familyId?: number;
        secret?: string;
    },
): { token: Token; secret: string } {
    const secret = fields.secret ?? `glpat-${randomText(20)}`;
    const id = gitlab.nextId("token");
    const token: Token = {
        id,
        kind: fields.kind,
        sourceId: fields.sourceId,
        userId: fields.user.id,
        name: fields.name,
        description: fields.description,
        scopes: fields.scopes,
        accessLevel: fields.accessLevel,
        hash: hashOf(secret),
        createdAt: gitlab.now(),
        expiresAt: fields.expiresAt,
        revoked: false,
        lastUsedAt: null,
        impersonation: fields.impersonation ?? false,
        familyId: fields.familyId ?? id,
    };
    gitlab.state.tokens.push(token);
    return { token, secret };
}

/**
 * Replaces a token by a new one of the same rights. Rotating one that was rotated before means that somebody kept
 * the old one: then the whole family is revoked, as GitLab does.
 */
function rotate(gitlab: GitLab, call: Call, token: Token): unknown {
    const wanted = call.parse({ expires_at: day() }).expires_at;
    const user = gitlab.user(token.userId);
    if (!user) {
        throw notFound();
    }
    if (token.revoked) {
        for (const relative of gitlab.state.tokens.filter((each) => each.familyId === token.familyId)) {
            relative.revoked = true;
        }
        throw invalidToken("revoked");
    }
    if (token.kind !== "personal" && call.user.kind === "project_bot" && call.user.id !== token.userId) {
        throw forbidden();
    }
    const expiresAt = wanted === undefined || wanted === null ? dayAhead(7) : checkedExpiry(gitlab, wanted);
    token.revoked = true;
    const made = addToken(gitlab, {
        kind: token.kind,
        sourceId: token.sourceId,
        user,
        name: token.name,
        description: token.description,
        scopes: token.scopes,
        accessLevel: token.accessLevel,
        expiresAt,
        impersonation: token.impersonation,
        familyId: token.familyId,
    });
    const space =
        token.kind === "project"
            ? gitlab.project(token.sourceId)
            : token.kind === "group"
              ? gitlab.group(token.sourceId)
              : undefined;
    const member = space?.members.find((each) => each.userId === user.id);
    if (member) {
        member.expiresAt = expiresAt;
    }
    call.status(200);
    return { ...showToken(gitlab, made.token), token: made.secret };
}

/** Makes the personal token that the call's body asks for; the answer alone holds its secret. */
export function addPersonalToken(
    gitlab: GitLab,
    call: Call,
    user: User,
    impersonation = false,
): Record<string, unknown> {
    const wanted = call.parse({
        name: required(filled()),
        description: clearable(),
        scopes: required(stringList()),
        expires_at: day(),
    });
    checkScopes(wanted.scopes, tokenScopes);
    const { token, secret } = addToken(gitlab, {
        kind: "personal",
        sourceId: null,
        user,
        name: wanted.name,
        description: wanted.description ?? "",
        scopes: wanted.scopes,
        accessLevel: Level.none,
        expiresAt: checkedExpiry(gitlab, wanted.expires_at),
        impersonation,
    });
    return { ...showToken(gitlab, token), token: secret };
}

export function showToken(gitlab: GitLab, token: Token): Record<string, unknown> {
    return {
        id: token.id,
        name: token.name,
        revoked: token.revoked,
        created_at: token.createdAt,
        description: token.description === "" ? null : token.description,
        scopes: token.scopes,
        user_id: token.userId,
        last_used_at: token.lastUsedAt,
        active: gitlab.tokenActive(token),
        expires_at: token.expiresAt,
        ...(token.kind === "personal"
            ? { ...(token.impersonation ? { impersonation: true } : {}) }
            : {
                  access_level: token.accessLevel,
                  resource_type: token.kind,
                  resource_id: token.sourceId,
              }),
    };
}
