/** The table of rights against what was decided, not against the code that makes it. What servers do is e2e's. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { people, rightsOf, type Person } from "../../commands/support/rights";
import type { Tier } from "../../estate/model";
import { model } from "../support/estate";

const rights = (web: object, tier: Tier = "free"): Map<string, readonly Person[]> => {
    const estate = model({ apps: { web } });
    const app = estate.apps["web"];
    assert.ok(app !== undefined);
    return new Map(rightsOf(estate, app, tier).map(({ id, who }) => [id, who]));
};

const maintainers: readonly Person[] = ["maintainer", "owner"];
const developers: readonly Person[] = ["developer", ...maintainers];

describe("rights", () => {
    it("of trunk: developers work, maintainers merge, and only they see prod", () => {
        const found = rights({
            flow: "trunk",
            repository: { branch: "master" },
            environments: { dev: null },
        });
        assert.deepEqual(found.get("source-work"), developers);
        for (const id of ["source-push-latest", "source-merge-latest", "source-merge-master"]) {
            assert.deepEqual(found.get(id), maintainers, id);
        }
        assert.deepEqual(found.get("config-read-acme/shop/web-config"), developers);
        for (const id of ["read", "variables", "push"]) {
            const key = `config-${id}-acme/shop-prod/web-config${id === "push" ? "-main" : ""}`;
            assert.deepEqual(found.get(key), maintainers, key);
        }
        assert.deepEqual(found.get("argocd-see-prod"), ["maintainer"]);
        assert.ok(found.get("argocd-sync-test")?.includes("developer"));
    });

    it("of environment branches: the free tier names nobody, so developers push where programs do", () => {
        const id = "config-push-acme/shop/web-config-dev";
        assert.deepEqual(rights({}).get(id), developers);
        assert.deepEqual(rights({}, "premium").get(id), maintainers);
        assert.deepEqual(rights({}).get("config-push-acme/shop/web-config-prod"), []);
        assert.ok(rights({}).get("argocd-see-prod")?.includes("developer"));
    });

    it("in Argo CD: the people that the spec names, and so no guest", () => {
        assert.deepEqual(rights({}).get("argocd-see-prod"), ["developer", "maintainer"]);
        assert.deepEqual(rights({}).get("argocd-sync-dev"), ["developer", "maintainer"]);
        assert.deepEqual(rights({}).get("argocd-sync-prod"), ["maintainer"]);
    });

    it("of a stranger: none", () => {
        for (const web of [{}, { flow: "gitlab-flow" }, { flow: "trunk", environments: { dev: null } }]) {
            for (const [id, who] of rights(web)) {
                assert.ok(!who.includes("stranger"), id);
                assert.deepEqual(
                    who,
                    people.filter((person) => who.includes(person)),
                    id,
                );
            }
        }
    });
});
