import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import {
    existingRolesOf,
    existingRoles,
    hasAtLeast,
    type ExistingRoles,
} from "../../../components/gitlab/existingRoles";
import { knownCalls, record } from "../../support/engine";
import { sampleTeam } from "../sample";

/** Members by group, those of the group itself and with `+` all of them; a group that is not named does not exist. */
type Groups = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A failure in the form gRPC brings it. */
function refusal(details: string): Error {
    return Object.assign(new Error(details), { details });
}

async function found(
    group: string,
    team: { maintainers: string[]; developers?: string[] },
    groups: Groups,
): Promise<{ existing: ExistingRoles | undefined; asked: string[] }> {
    const asked: string[] = [];
    const { result } = await record(
        () => {
            const provider = new gitlab.Provider("gitlab");
            const shop = sampleTeam({ group: `${group}/shop`, developers: [], ...team });
            return existingRoles({ group }, { shop }, { provider });
        },
        {
            ...knownCalls,
            "gitlab:index/getCurrentUser:getCurrentUser": () => ({ username: "Root" }),
            "gitlab:index/getGroupMembership:getGroupMembership": ({ fullPath, inherited }) => {
                const key = `${String(fullPath)}${inherited === true ? "+" : ""}`;
                asked.push(key);
                const members = groups[key];
                if (members === undefined) {
                    throw refusal(
                        `GET https://gitlab.test/api/v4/groups/${key}: 404 {message: 404 Group Not Found}`,
                    );
                }
                return {
                    members: Object.entries(members).map(([username, accessLevel]) => ({
                        username,
                        accessLevel,
                    })),
                };
            },
        },
    );
    return { existing: result["shop"], asked };
}

test("a role is granted to whoever has it or a higher one, whatever the case of the name", () => {
    const existing = { alice: "owner", bob: "developer", carol: "security manager" };
    assert.equal(hasAtLeast(existing, "Alice", "maintainer"), true);
    assert.equal(hasAtLeast(existing, "bob", "developer"), true);
    assert.equal(hasAtLeast(existing, "bob", "maintainer"), false);
    assert.equal(hasAtLeast(existing, "dave", "developer"), false);
    assert.equal(hasAtLeast(existing, "carol", "developer"), false);
});

test("whoever makes the team's group is its Owner; later only while GitLab says so", () => {
    const above = { alice: "owner" };
    assert.deepEqual(existingRolesOf({ above, self: "root" }), { alice: "owner", root: "owner" });
    assert.deepEqual(existingRolesOf({ above, self: "root", own: { root: "owner", bob: "developer" } }), {
        alice: "owner",
        root: "owner",
    });
    assert.deepEqual(existingRolesOf({ above, self: "root", own: { root: "maintainer" } }), above);
});

test("an owner of the estate's group has every role in the teams' groups", async () => {
    const { existing, asked } = await found(
        "acme",
        { maintainers: ["alice"] },
        { "acme+": { Alice: "owner" } },
    );
    assert.deepEqual(existing, { alice: "owner" });
    assert.deepEqual(asked, ["acme+"]);
});

test("before the estate's group is made, the groups above it are asked", async () => {
    const { existing, asked } = await found(
        "org/unit/acme",
        { maintainers: ["alice"] },
        { "org+": { alice: "maintainer" } },
    );
    assert.deepEqual(existing, { alice: "maintainer" });
    assert.deepEqual(asked, ["org/unit/acme+", "org/unit+", "org+"]);
});

test("the token's user in a list is Owner of what it makes, now and in the next run", async () => {
    const first = await found("acme", { maintainers: [], developers: ["root"] }, {});
    assert.deepEqual(first.existing, { root: "owner" });
    const second = await found(
        "acme",
        { maintainers: [], developers: ["root"] },
        { "acme+": { Root: "owner" }, "acme/shop": { Root: "owner" } },
    );
    assert.deepEqual(second.existing, { root: "owner" });
});

test("nobody is asked for teams without people", async () => {
    assert.deepEqual(await found("acme", { maintainers: [] }, {}), { existing: undefined, asked: [] });
});

test("any other failure of the server is not taken for a group that is not there", async () => {
    await assert.rejects(
        record(
            () =>
                existingRoles(
                    { group: "acme" },
                    { shop: sampleTeam() },
                    { provider: new gitlab.Provider("gitlab") },
                ),
            {
                ...knownCalls,
                "gitlab:index/getGroupMembership:getGroupMembership": () => {
                    throw refusal("GET https://gitlab.test/api/v4/groups/acme: 503 Service Unavailable");
                },
            },
        ),
        /503/,
    );
});
