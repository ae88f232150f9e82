/** What the program reads from GitLab before it declares anything, and what it says when that fails. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { asking, existingGroup, usersOf, type Lookup } from "../../../components/gitlab/lookup";
import { asGitLabHasThem, missingPeople, refuseMissing } from "../../../components/gitlab/people";
import { knownCalls, record, type Calls } from "../../support/engine";
import { sampleTeam } from "../sample";

const server = { url: "https://gitlab.test" };

/** The message of a run that ends. */
async function message(ask: (lookup: Lookup) => Promise<unknown>, calls: Calls): Promise<string> {
    const text = await outcome(ask, calls);
    assert.ok(typeof text === "string", "it does not fail");
    return text;
}

/** What comes of a look-up with these functions: its result, or the message of the one plain error. */
async function outcome(ask: (lookup: Lookup) => Promise<unknown>, calls: Calls): Promise<unknown> {
    try {
        const { result } = await record(
            () => {
                const provider = new gitlab.Provider("gitlab");
                return asking(server, () => ask({ provider }));
            },
            { ...knownCalls, ...calls },
        );
        return result;
    } catch (error) {
        assert.ok(pulumi.RunError.isInstance(error), `not a plain error: ${String(error)}`);
        return error.message;
    }
}

const fails = (message: string) => (): never => {
    throw Object.assign(new Error(message), { details: message });
};

const getUser = "gitlab:index/getUser:getUser";
const getGroup = "gitlab:index/getGroup:getGroup";

for (const [plugin, words] of [
    ["upstream's", "1 error occurred:\n\t* couldn't find a user matching: dan\n"],
    ["the sandbox's", 'there are 0 users with name "dan", not one'],
] as const) {
    test(`who does not exist is left out, by ${plugin} words`, async () => {
        const found = await outcome((lookup) => usersOf(["alice", "dan"], lookup), {
            [getUser]: ({ username }) =>
                username === "dan" ? fails(words)() : { userId: 7, username: "Alice" },
        });
        assert.deepEqual(found, { alice: { id: 7, username: "Alice" } });
    });
}

test("a GitLab that fails otherwise ends the run with path, value, rule and fix, and no colours", async () => {
    const text = await message((lookup) => usersOf(["alice"], lookup), {
        [getUser]: fails("\u001b[31mGET https://gitlab.test/api/v4/users: 502 Bad Gateway\u001b[0m"),
    });
    assert.match(
        text,
        /gitlab\.url\n {4}value: "https:\/\/gitlab.test"\n {4}rule: {2}must be a GitLab that answers: GET .* 502 Bad Gateway \[/,
    );
    assert.match(text, /fix: {3}npm run doctor/);
    assert.ok(!text.includes("\u001b"), "colour codes are left in it");
    const refused = await message((lookup) => usersOf(["alice"], lookup), {
        [getUser]: fails("401 Unauthorized"),
    });
    assert.match(refused, /credentials\.gitlab\.token/);
});

test("only GitLab's own word says that somebody or a group is not there", async () => {
    const page = "failed to parse unknown error format: <html><h1>404 Not Found</h1></html>";
    for (const said of [
        "GET https://gitlab.test/api/v4/users: 404 {error: 404 Not Found}",
        `GET https://gitlab.test/api/v4/users: 404 ${page}`,
        "GET https://gitlab.test/api/v4/users?username=dan: 429 {message: Retry later}",
    ]) {
        const text = await message((lookup) => usersOf(["dan"], lookup), { [getUser]: fails(said) });
        assert.match(text, /must be a GitLab that answers/, said);
    }
    const nested = { group: "team-404/acme", createGroup: true };
    for (const said of [
        "Unable to get group: GET https://gitlab.test/api/v4/groups/team-404: 503 {message: maintenance}",
        `Unable to get group: GET https://gitlab.test/api/v4/groups/team-404: 404 ${page}`,
        'Unable to get group: Get "https://gitlab.test:404/api/v4/groups/401": connection refused',
    ]) {
        const text = await message((lookup) => existingGroup(nested, lookup), { [getGroup]: fails(said) });
        assert.match(text, /must be a GitLab that answers/, said);
    }
    for (const said of [
        "Unable to get group: GET https://gitlab.test/api/v4/groups/team-404: 404 {message: 404 Group Not Found}",
        "group team-503 does not exist, or the token may not see it: GET /groups/team-503: 404 Group Not Found",
    ]) {
        const text = await message((lookup) => existingGroup(nested, lookup), { [getGroup]: fails(said) });
        assert.match(text, /must lie in a group/, said);
    }
});

test("a group that must be there and is not ends the run", async () => {
    const gone = { [getGroup]: fails("there is no group acme: 404") };
    const own = { group: "acme", createGroup: false };
    assert.match(
        await message((lookup) => existingGroup(own, lookup), gone),
        /gitlab\.group\n {4}value: "acme"\n {4}rule: {2}must exist/,
    );
    const nested = { group: "org/acme", createGroup: true };
    assert.match(
        await message((lookup) => existingGroup(nested, lookup), gone),
        /must lie in a group .*; org is none/,
    );
    assert.equal(
        await outcome((lookup) => existingGroup({ group: "acme", createGroup: true }, lookup), gone),
        undefined,
    );
});

test("everybody who is missing is named, at each place", () => {
    const teams = {
        shop: sampleTeam({ maintainers: ["zoe"], developers: ["alice", "yann"] }),
        ops: sampleTeam({ name: "ops", maintainers: ["zoe"], developers: [] }),
    };
    const of = (...names: string[]): Record<string, { id: number; username: string }> =>
        Object.fromEntries(names.map((username, id) => [username, { id, username }]));
    assert.deepEqual(
        missingPeople(teams, of("alice")).map(({ path, value }) => [path, value]),
        [
            ["teams.shop.maintainers", "zoe"],
            ["teams.shop.developers", "yann"],
            ["teams.ops.maintainers", "zoe"],
        ],
    );
    assert.throws(
        () => refuseMissing(teams, of("alice")),
        (error) => pulumi.RunError.isInstance(error) && /^3 errors in the teams:/.test(String(error.message)),
    );
    refuseMissing(teams, of("alice", "zoe", "yann"));
});

test("people are known to engines by the name that GitLab has, capitals included", () => {
    const teams = { shop: sampleTeam({ maintainers: ["Zoe"], developers: ["alice", "yann"] }) };
    const people = { Zoe: { id: 1, username: "zoe" }, alice: { id: 2, username: "Alice" } };
    const { shop } = asGitLabHasThem(teams, people);
    assert.deepEqual([shop?.maintainers, shop?.developers], [["zoe"], ["Alice", "yann"]]);
});
