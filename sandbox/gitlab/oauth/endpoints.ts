/** The provider's endpoints, at GitLab's paths. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { basicText, bearerToken, signInWithToken } from "../auth";
import type { GitLab } from "../gitlab";
import { escape, page } from "../pages";
import { decodeForm } from "../params";
import { OAuthError } from "./errors";
import { signInScopes, type Authorization, type OAuthProvider, type Parameters } from "./provider";

/** Adds discovery, the page to sign in at, tokens and userinfo. */
export function registerOAuth(fastify: FastifyInstance, gitlab: GitLab, provider: OAuthProvider): void {
    fastify.get("/.well-known/openid-configuration", () => discovery(gitlab.url));
    fastify.get("/oauth/discovery/keys", () => ({ keys: [provider.key.jwk] }));

    fastify.get("/oauth/authorize", (request, reply) =>
        answerPage(reply, () => signInPage(provider.authorization(parametersOf(request)))),
    );
    fastify.post("/oauth/authorize", async (request, reply) => {
        const form = parametersOf(request);
        return answerPage(reply, async () => {
            const authorization = provider.authorization(form);
            if (form["decision"] === "deny") {
                const { body } = new OAuthError("access_denied");
                return reply.redirect(redirectUrl(authorization, body), 302);
            }
            const signedIn = signInWithToken(gitlab, form["username"] ?? "", form["password"] ?? "");
            if ("refusal" in signedIn) {
                reply.code(401);
                return signInPage(authorization, signedIn.refusal);
            }
            const code = provider.issueCode(signedIn.user, authorization);
            await Promise.all([provider.save(), gitlab.save()]);
            return reply.redirect(redirectUrl(authorization, { code }), 302);
        });
    });

    fastify.post("/oauth/token", (request, reply) =>
        answerJson(provider, reply, () => {
            const form = parametersOf(request);
            return provider.exchange(clientOf(request, form), form);
        }),
    );
    fastify.post("/oauth/revoke", (request, reply) =>
        answerJson(provider, reply, () => {
            const form = parametersOf(request);
            provider.revoke(clientOf(request, form), form["token"] ?? "");
            return {};
        }),
    );
    fastify.route({
        method: ["GET", "POST"],
        url: "/oauth/userinfo",
        handler: async (request, reply) => {
            const token = bearerToken(request) ?? parametersOf(request)["access_token"] ?? "";
            const claims = provider.userInfo(token);
            if (typeof claims === "string") {
                return reply
                    .code(claims === "invalid_token" ? 401 : 403)
                    .header("WWW-Authenticate", `Bearer realm="Doorkeeper", error="${claims}"`)
                    .send({ error: claims });
            }
            return claims;
        },
    });
}

/** What clients configure themselves from. Of what GitLab lists only what is served here. */
function discovery(url: string): Record<string, unknown> {
    return {
        issuer: url,
        authorization_endpoint: `${url}/oauth/authorize`,
        token_endpoint: `${url}/oauth/token`,
        revocation_endpoint: `${url}/oauth/revoke`,
        userinfo_endpoint: `${url}/oauth/userinfo`,
        jwks_uri: `${url}/oauth/discovery/keys`,
        scopes_supported: signInScopes,
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        claim_types_supported: ["normal"],
        claims_supported: [
            ...["iss", "sub", "aud", "exp", "iat", "sub_legacy", "name", "nickname", "preferred_username"],
            ...["email", "email_verified", "profile", "groups", "groups_direct"],
            ...["owner", "maintainer", "developer"].map((role) => `https://gitlab.org/claims/groups/${role}`),
        ],
        code_challenge_methods_supported: ["plain", "S256"],
    };
}

/**
 * Sends a page. A request that may not go on ends on a page too, with status 200, as at GitLab: nobody is sent to an
 * address because a request that was not checked names it.
 */
async function answerPage(
    reply: FastifyReply,
    show: () => string | Promise<string | FastifyReply>,
): Promise<FastifyReply> {
    // The page takes a token: nothing may keep it, and nobody may put it into a frame of theirs.
    reply.headers({ "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'" });
    try {
        const shown = await show();
        return typeof shown === "string" ? reply.type("text/html; charset=utf-8").send(shown) : shown;
    } catch (error) {
        if (!(error instanceof OAuthError)) {
            throw error;
        }
        const text = `<p>An error has occurred</p><p><code>${error.error}</code>: ${escape(error.description)}</p>`;
        return reply.type("text/html; charset=utf-8").send(page("Sign in with GitLab", text));
    }
}

async function answerJson(
    provider: OAuthProvider,
    reply: FastifyReply,
    work: () => object,
): Promise<FastifyReply> {
    reply.headers({ "Cache-Control": "no-store", Pragma: "no-cache" });
    try {
        const answer = work();
        await provider.save();
        return await reply.send(answer);
    } catch (error) {
        if (!(error instanceof OAuthError)) {
            throw error;
        }
        // A refused request may have used a code up.
        await provider.save();
        const { error: name, description, status } = error;
        const challenge = `Bearer realm="Doorkeeper", error="${name}", error_description="${description}"`;
        return reply.code(status).header("WWW-Authenticate", challenge).send(error.body);
    }
}

/** Where the person goes next: the application's address with the answer, and the state it gave. */
function redirectUrl({ redirectUri, state }: Authorization, answer: Record<string, string>): string {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries({ ...answer, ...(state === "" ? {} : { state }) })) {
        url.searchParams.append(name, value);
    }
    return url.href;
}

/** GitLab's pages to sign in and to authorize, in one: there are no sessions here, so both are asked each time. */
function signInPage(authorization: Authorization, refusal?: string): string {
    const { application, redirectUri, scopes, state, nonce, challenge, challengeMethod } = authorization;
    const hidden = {
        client_id: application.clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: scopes.join(" "),
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: challenge === "" ? "" : challengeMethod,
    };
    const fields = Object.entries(hidden)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
        .join("");
    return page(
        "Sign in with GitLab",
        `<p>Authorize <b>${escape(application.name)}</b> to use your account? It learns who you are and which groups ` +
            `you are in, and then sends you to <code>${escape(new URL(redirectUri).origin)}</code>.</p>` +
            (refusal === undefined ? "" : `<p role="alert"><em>${escape(refusal)}</em></p>`) +
            `<form method="post" action="/oauth/authorize">${fields}` +
            '<p><label>Username <input name="username" autocomplete="username" autofocus></label></p>' +
            '<p><label>Personal access token <input name="password" type="password" autocomplete="current-password">' +
            "</label> with the scope <code>api</code>: there are no passwords here</p>" +
            '<p><button name="decision" value="authorize">Sign in and authorize</button> ' +
            '<button name="decision" value="deny">Deny</button></p></form>',
    );
}

/** Parameters of query and body; what is not one plain text counts as not there. */
function parametersOf(request: FastifyRequest): Parameters {
    const query = decodeForm(request.url.split("?").slice(1).join("?"));
    const body = typeof request.body === "object" && request.body !== null ? request.body : {};
    return Object.fromEntries(
        Object.entries({ ...query, ...body }).filter(
            (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
    );
}

/** Who asks for tokens: by HTTP basic, or else by parameters. */
function clientOf(request: FastifyRequest, form: Parameters): { id: string; secret: string } {
    const basic = basicText(request);
    if (basic === undefined) {
        return { id: form["client_id"] ?? "", secret: form["client_secret"] ?? "" };
    }
    const [id = "", ...secret] = basic.split(":");
    return { id: unescaped(id), secret: unescaped(secret.join(":")) };
}

/** RFC 6749 has clients encode both halves as in a form. */
function unescaped(text: string): string {
    try {
        return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
        return text;
    }
}
