import { invalid, notFound } from "../errors";
import { deployTokenScopes } from "../auth";
import type { Call, Routes } from "../call";
import type { GitLab } from "../gitlab";
import { Level, type DeployToken, type Group, type Project } from "../model";
import { bool, filled, timestamp, required, text, stringList } from "../params";
import { hashOf, randomText } from "../secrets";
import { place } from "./members";
import { checkScopes } from "./tokens";

/** Deploy tokens of projects and groups. */
export function registerDeployTokens(routes: Routes, gitlab: GitLab): void {
    const { state } = gitlab;
    routes.get("/deploy_tokens", (call) => {
        call.requireAdmin();
        const { active } = call.parse({ active: bool() });
        return call.page(
            state.deployTokens.filter((token) => active !== true || gitlab.deployTokenActive(token)),
            (token) => showDeployToken(gitlab, token),
        );
    });
    for (const kind of ["project", "group"] as const) {
        const base = `/${kind}s/:id/deploy_tokens`;
        const open = (call: Call): Group | Project =>
            place(call, `${kind}s`, kind === "group" ? Level.owner : Level.maintainer).space;
        const tokensOf = (space: Group | Project): DeployToken[] =>
            state.deployTokens.filter((token) => token.kind === kind && token.sourceId === space.id);
        const find = (call: Call): DeployToken => {
            const token = tokensOf(open(call)).find((each) => each.id === call.number("token_id"));
            if (!token) {
                throw notFound("DeployToken");
            }
            return token;
        };
        routes.get(base, (call) => {
            const active = call.parse({ active: bool() }).active;
            const found = tokensOf(open(call)).filter(
                (token) => active !== true || gitlab.deployTokenActive(token),
            );
            return call.page(found, (token) => showDeployToken(gitlab, token));
        });
        routes.get(`${base}/:token_id`, (call) => showDeployToken(gitlab, find(call)));
        routes.post(base, (call) => {
            const space = open(call);
            const wanted = call.parse({
                name: required(filled()),
                scopes: required(stringList()),
                username: text(),
                expires_at: timestamp(),
            });
            checkScopes(wanted.scopes, deployTokenScopes);
            if (!/^[a-zA-Z0-9.+_-]*$/.test(wanted.username ?? "")) {
                throw invalid({
                    username: ["can contain only letters, digits, '_', '-', '+', and '.'"],
                });
            }
            const id = gitlab.nextId("deploy_token");
            const secret = `gldt-${randomText(20)}`;
            const token: DeployToken = {
                id,
                kind,
                sourceId: space.id,
                name: wanted.name,
                username:
                    wanted.username === undefined || wanted.username === ""
                        ? `gitlab+deploy-token-${id}`
                        : wanted.username,
                scopes: wanted.scopes,
                hash: hashOf(secret),
                expiresAt: wanted.expires_at ?? null,
                revoked: false,
                createdAt: gitlab.now(),
            };
            state.deployTokens.push(token);
            return { ...showDeployToken(gitlab, token), token: secret };
        });
        routes.delete(`${base}/:token_id`, (call) => {
            const token = find(call);
            state.deployTokens = state.deployTokens.filter((each) => each !== token);
        });
    }
}

function showDeployToken(gitlab: GitLab, token: DeployToken): Record<string, unknown> {
    return {
        id: token.id,
        name: token.name,
        username: token.username,
        expires_at: token.expiresAt,
        scopes: token.scopes,
        revoked: token.revoked,
        expired: !token.revoked && !gitlab.deployTokenActive(token),
    };
}
