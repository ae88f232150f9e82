/** Tokens that were revoked by hand leave the state before a refresh. That the engine then makes new ones is for test/e2e. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ask } from "../../commands/doctor/http";
import type { StateResource } from "../../commands/support/exported";
import { revokedOf, tokensOf } from "../../commands/support/revokedTokens";
import { recoveredState } from "../../commands/support/pendingOperations";

const urnOf = (kind: string, name: string): string => `urn:pulumi:dev::estate::gitlab:index/${kind}::${name}`;
const resource = (
    kind: string,
    name: string,
    id: string,
    more: Partial<StateResource> = {},
): StateResource => ({
    urn: urnOf(kind, name),
    type: `gitlab:index/${kind}`,
    id,
    ...more,
});
const deploy = "projectDeployToken:ProjectDeployToken";
const access = "projectAccessToken:ProjectAccessToken";

/** A GitLab with these tokens, by path. */
const gitlab =
    (tokens: Readonly<Record<string, object>>): Ask =>
    (_method, path) => {
        const body = tokens[path];
        return Promise.resolve({ status: body === undefined ? 404 : 200, headers: {}, body: body ?? null });
    };

test("of a stack's tokens those that were revoked are found, by the number that a rotation gave them", async () => {
    const tokens = tokensOf({
        deployment: {
            resources: [
                resource(deploy, "reader", "7:1"),
                resource(deploy, "other", "8:2"),
                resource(access, "writer", "7:3", { outputs: { id: "7:9" } }),
                resource(access, "old", "7:4", { delete: true }),
                resource(access, "gone", "7:5"),
                resource("project:Project", "web", "7"),
            ],
        },
    });
    const found = await revokedOf(
        tokens,
        gitlab({
            "/projects/7/deploy_tokens/1": { revoked: true },
            "/projects/8/deploy_tokens/2": { revoked: false },
            "/projects/7/access_tokens/3": { revoked: true },
            "/projects/7/access_tokens/9": { revoked: false },
            "/projects/7/access_tokens/4": { revoked: true },
        }),
    );
    assert.deepEqual(
        found.map(({ id }) => id),
        ["7:1", "7:4"],
    );
});

test("a revoked token leaves the state, and nobody waits for it any more", () => {
    const token = resource(deploy, "reader", "7:1");
    const secret: StateResource = {
        urn: "urn:pulumi:dev::estate::kubernetes:core/v1:Secret::reader",
        type: "kubernetes:core/v1:Secret",
        dependencies: [token.urn],
        propertyDependencies: { stringData: [token.urn] },
    };
    const left = recoveredState({ deployment: { resources: [token, secret] } }, [token], []);
    assert.deepEqual(left?.deployment?.resources, [
        { ...secret, dependencies: [], propertyDependencies: { stringData: [] } },
    ]);
});
