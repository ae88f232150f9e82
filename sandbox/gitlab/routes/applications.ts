import { randomBytes } from "node:crypto";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { Call, Routes } from "../call";
import { insufficientScope, invalid, notFound } from "../errors";
import { signInScopes, type Application, type OAuthProvider } from "../oauth/provider";
import { bool, filled, required, text } from "../params";
import { hashOf } from "../secrets";

/** Applications of the instance that people sign in to with GitLab; only administrators see them. */
export function registerApplications(routes: Routes, provider: OAuthProvider): void {
    const find = (call: Call): Application => {
        call.requireAdmin();
        const application = provider.applications.find((each) => each.id === call.number("id"));
        if (!application) {
            throw notFound("Application");
        }
        return application;
    };
    routes.get("/applications", (call) => {
        call.requireAdmin();
        return call.page(provider.applications, show);
    });
    routes.post("/applications", async (call) => {
        call.requireAdmin();
        const secret = newSecret();
        const application = provider.add({
            ...wantedFields(call),
            clientId: randomBytes(32).toString("hex"),
            secretHash: hashOf(secret),
        });
        await provider.save();
        return { ...show(application), secret };
    });
    routes.post("/applications/:id/renew-secret", async (call) => {
        const application = find(call);
        const secret = newSecret();
        application.secretHash = hashOf(secret);
        await provider.save();
        return { ...show(application), secret };
    });
    routes.delete("/applications/:id", async (call) => {
        provider.remove(find(call));
        await provider.save();
    });
}

/**
 * Registers an application with an id and a secret that are given, which GitLab has no way to do: a committed stack file
 * must be able to name the id. `PUT /__sandbox/applications/:client_id {name, redirect_uri, scopes, secret}`, for
 * administrators; asked again it changes what differs.
 */
export function registerApplicationControl(
    fastify: FastifyInstance,
    provider: OAuthProvider,
    callFor: (request: FastifyRequest, reply: FastifyReply) => Call,
): void {
    fastify.put("/__sandbox/applications/:client_id", async (request, reply) => {
        const call = callFor(request, reply);
        call.requireAdmin();
        if (call.principal?.token.scopes.includes("api") !== true) {
            throw insufficientScope(["api"]);
        }
        const clientId = call.id("client_id");
        const { secret } = call.parse({ secret: required(filled()) });
        const fields = { ...wantedFields(call), secretHash: hashOf(secret) };
        const known = provider.find(clientId);
        const application = known ?? provider.add({ clientId, ...fields });
        Object.assign(application, fields);
        await provider.save();
        return reply.code(known ? 200 : 201).send(show(application));
    });
}

/** @throws ApiError 400 as GitLab refuses an application. */
function wantedFields(call: Call): Pick<Application, "name" | "redirectUris" | "scopes" | "confidential"> {
    const wanted = call.parse({
        name: required(filled()),
        redirect_uri: required(text()),
        scopes: required(filled()),
        confidential: bool(),
    });
    const redirectUris = wanted.redirect_uri.split(/\s+/).filter((uri) => uri !== "");
    const scopes = wanted.scopes.split(/\s+/);
    const problem = redirectProblem(redirectUris);
    if (problem !== undefined) {
        throw invalid({ redirect_uri: [problem] });
    }
    // GitLab knows more scopes; what they open is not served here, so nobody gets them.
    if (!scopes.every((scope) => (signInScopes as readonly string[]).includes(scope))) {
        throw invalid({ scopes: ["doesn't match configured on the server."] });
    }
    return { name: wanted.name, redirectUris, scopes, confidential: wanted.confidential ?? true };
}

function redirectProblem(uris: readonly string[]): string | undefined {
    if (uris.length === 0) {
        return "can't be blank";
    }
    for (const uri of uris) {
        if (!URL.canParse(uri)) {
            return "must be an absolute URI.";
        }
        const { protocol, hash } = new URL(uri);
        if (["data:", "vbscript:", "javascript:"].includes(protocol)) {
            return "is forbidden by the server.";
        }
        if (hash !== "" || uri.endsWith("#")) {
            return "cannot contain a fragment.";
        }
    }
    return undefined;
}

/** As the API shows it: the secret is not in it. */
function show(application: Application): Record<string, unknown> {
    return {
        id: application.id,
        application_id: application.clientId,
        application_name: application.name,
        callback_url: application.redirectUris.join("\n"),
        confidential: application.confidential,
        scopes: application.scopes,
    };
}

function newSecret(): string {
    return `gloas-${randomBytes(32).toString("hex")}`;
}
