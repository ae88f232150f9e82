/**
 * GitLab tokens of a stack that somebody revoked by hand, which GitLab keeps and shows. The published plugin lives on with a
 * deploy token that opens nothing any more; it replaces an access token, and may not delete the old one, because GitLab can
 * refuse to revoke a token twice. So both leave the state before a refresh, and the update makes new ones. Reads only.
 */
import type { Ask } from "../doctor/http";
import { record } from "../doctor/json";
import type { ExportedStack, StateResource } from "./exported";

const lists: Readonly<Record<string, string>> = {
    "gitlab:index/projectDeployToken:ProjectDeployToken": "deploy_tokens",
    "gitlab:index/projectAccessToken:ProjectAccessToken": "access_tokens",
};

/** Tokens of a state, also those that only wait for their deletion. Pure. */
export function tokensOf({ deployment }: ExportedStack): StateResource[] {
    return (deployment?.resources ?? []).filter(({ type, id }) => type in lists && id !== undefined);
}

/** Those of the tokens that were revoked. One that cannot be read is not: the refresh says what is wrong with it. */
export async function revokedOf(tokens: readonly StateResource[], ask: Ask): Promise<StateResource[]> {
    const looks = await Promise.all(
        tokens.map(async (token) => {
            // A token that was rotated has its new id among the outputs until the next refresh.
            const rotated = token.outputs?.["id"];
            const [project, number] = (typeof rotated === "string" ? rotated : (token.id ?? "")).split(":");
            const { status, body } = await ask(
                "GET",
                `/projects/${project ?? ""}/${lists[token.type] ?? ""}/${number ?? ""}`,
            );
            return status === 200 && record(body)["revoked"] === true ? [token] : [];
        }),
    );
    return looks.flat();
}
