import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import {
    EstateGroup,
    TeamGroup,
    type EstateGroupArgs,
    type TeamGroupArgs,
} from "../../../components/gitlab/group";
import { childrenOf, leaks, record, registration, valueOf, type Recording } from "../../support/engine";
import { sampleGitLab, sampleTeam } from "../sample";

function recordEstateGroup(
    overrides: Parameters<typeof sampleGitLab>[0],
    deletionProtection = false,
    existing?: EstateGroupArgs["existing"],
): Promise<Recording<number>> {
    return record(() => {
        const provider = new gitlab.Provider("gitlab");
        const group = new EstateGroup(
            "group",
            { gitlab: sampleGitLab(overrides), ...(existing && { existing }), deletionProtection },
            { providers: [provider] },
        );
        return valueOf(group.groupId);
    });
}

function recordTeamGroup(overrides: Partial<TeamGroupArgs> = {}): Promise<Recording<TeamGroup>> {
    return record(() => {
        const provider = new gitlab.Provider("gitlab");
        const args = {
            team: sampleTeam(),
            gitlab: sampleGitLab(),
            parentId: 7,
            deletionProtection: false,
            existingRoles: {},
            people: Object.fromEntries(
                Object.entries({ alice: 1, Alice: 1, bob: 2, carol: 3, dave: 4 }).map(([username, id]) => [
                    username,
                    { id, username },
                ]),
            ),
            ...overrides,
        };
        return new TeamGroup("team-shop", args, { providers: [provider] });
    });
}

test("the estate's group is made private and closed", async () => {
    const recording = await recordEstateGroup({});
    assert.deepEqual(childrenOf(recording, "group"), ["gitlab:index/group:Group group-group"]);
    assert.deepEqual(registration(recording, "group-group").inputs, {
        name: "acme",
        path: "acme",
        description: "Delivery estate, managed by Pulumi",
        visibilityLevel: "private",
        requestAccessEnabled: false,
        projectCreationLevel: "maintainer",
        subgroupCreationLevel: "owner",
    });
    assert.deepEqual(registration(recording, "group-group").options, {});
    assert.deepEqual(leaks(recording), []);
});

const around = { groupId: 3, webUrl: "https://gitlab.test/groups/org" };

test("a nested estate group is made below the existing one", async () => {
    const recording = await recordEstateGroup({ group: "org/acme" }, false, around);
    const { inputs } = registration(recording, "group-group");
    assert.equal(inputs["path"], "acme");
    assert.equal(inputs["parentId"], 3);
    await assert.rejects(
        recordEstateGroup({ group: "org/acme" }),
        /existing must be the group above org\/acme/,
    );
});

test("an existing group is looked up and nothing is made", async () => {
    const recording = await recordEstateGroup({ createGroup: false }, false, around);
    assert.deepEqual(childrenOf(recording, "group"), []);
    assert.equal(recording.result, 3);
});

test("a group around something protected is protected", async () => {
    assert.deepEqual(registration(await recordEstateGroup({}, true), "group-group").options, {
        protect: true,
        retainOnDelete: true,
    });
    assert.deepEqual(
        registration(await recordTeamGroup({ deletionProtection: true }), "team-shop-group").options,
        {
            protect: true,
            retainOnDelete: true,
        },
    );
});

test("a team has its group and one membership per user, by name", async () => {
    const recording = await recordTeamGroup();
    assert.deepEqual(childrenOf(recording, "team-shop"), [
        "gitlab:index/group:Group team-shop-group",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-alice",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-bob",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-carol",
    ]);
    assert.equal(registration(recording, "team-shop-group").inputs["parentId"], 7);
    assert.equal(registration(recording, "team-shop-member-alice").inputs["accessLevel"], "maintainer");
    assert.equal(registration(recording, "team-shop-member-bob").inputs["accessLevel"], "developer");
    assert.equal(registration(recording, "team-shop-member-bob").options.deletedWith, "team-shop-group");
    assert.deepEqual(leaks(recording), []);
});

test("another role is a change of the same membership, also of one that 0.1.0 named after the role", async () => {
    const memberships = async (maintainers: string[], developers: string[]): Promise<unknown> => {
        const team = sampleTeam({ maintainers, developers });
        const recording = await recordTeamGroup({ team });
        const { name, inputs, options } = registration(recording, "team-shop-member-bob");
        return { name, level: inputs["accessLevel"], aliases: options.aliases };
    };
    const aliases = ["team-shop-maintainer-bob", "team-shop-developer-bob"];
    assert.deepEqual(await memberships([], ["bob"]), {
        name: "team-shop-member-bob",
        level: "developer",
        aliases,
    });
    assert.deepEqual(await memberships(["bob"], []), {
        name: "team-shop-member-bob",
        level: "maintainer",
        aliases,
    });
});

test("who is in both lists is a maintainer, once", async () => {
    const team = sampleTeam({ maintainers: ["alice"], developers: ["alice", "bob"] });
    assert.deepEqual(childrenOf(await recordTeamGroup({ team }), "team-shop").slice(1), [
        "gitlab:index/groupMembership:GroupMembership team-shop-member-alice",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-bob",
    ]);
});

test("who has at least the role already gets no membership, and is still a maintainer for approvals", async () => {
    const team = sampleTeam({ maintainers: ["Alice", "dave"], developers: ["bob", "carol"] });
    const existingRoles = { alice: "owner", dave: "developer", bob: "developer", carol: "reporter" };
    const recording = await recordTeamGroup({ team, existingRoles });
    assert.deepEqual(childrenOf(recording, "team-shop").slice(1), [
        "gitlab:index/groupMembership:GroupMembership team-shop-member-carol",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-dave",
    ]);
    assert.equal((await valueOf(recording.result.maintainerIds)).length, 2);
});

test("who does not exist gets no membership and no say in approvals; the others do", async () => {
    const team = sampleTeam({ maintainers: ["alice", "zoe"], developers: ["bob", "yann"] });
    const recording = await recordTeamGroup({ team });
    assert.deepEqual(childrenOf(recording, "team-shop").slice(1), [
        "gitlab:index/groupMembership:GroupMembership team-shop-member-alice",
        "gitlab:index/groupMembership:GroupMembership team-shop-member-bob",
    ]);
    assert.deepEqual(await valueOf(recording.result.maintainerIds), [1]);
});

for (const group of ["shop", "acme", "acme/", "other/shop", "acme/shop/inner"]) {
    test(`a team's group cannot be ${group}`, async () => {
        const team = sampleTeam({ group });
        await assert.rejects(recordTeamGroup({ team }), (error: unknown) => {
            assert.ok(error instanceof pulumi.ResourceError);
            assert.equal(
                error.message,
                `TeamGroup "team-shop":\n  team.group must be "acme/<one path element>"; got "${group}".`,
            );
            return true;
        });
    });
}
