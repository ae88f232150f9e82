/** The stand-in is tried with the claims that `npm run contract` tries on a real GitLab. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkGitLab, type ContractReport } from "../../contract";
import { eventually, Sandbox } from "../gitlab/harness";

async function report(sandbox: Sandbox, below?: string): Promise<ContractReport> {
    return checkGitLab({
        url: sandbox.url,
        token: sandbox.root().token,
        ...(below === undefined ? {} : { below }),
    });
}

/** Neither groups, nor projects, nor people of the run are there afterwards. */
async function assertClean(sandbox: Sandbox): Promise<void> {
    for (const path of ["/groups?all_available=true", "/projects", "/users"]) {
        const answer = await sandbox.root().call("GET", path);
        assert.doesNotMatch(JSON.stringify(answer.body), /estate-(contract|person)/, path);
    }
}

for (const [tier, edition] of [
    ["free", "ce"],
    ["free", "ee"],
    ["premium", "ee"],
] as const) {
    test(`every claim holds in tier ${tier} of edition ${edition}, and nothing is left`, async (context) => {
        const sandbox = await Sandbox.start(context, tier, { edition });
        const { differences, tried, skipped, left, server } = await report(sandbox);
        assert.deepEqual(differences, []);
        assert.ok(tried > 100, `${tried} cases`);
        const reasons = skipped.map((each) => each.reason);
        assert.ok(
            reasons.every((reason) => /licence/.test(reason)),
            reasons.join("\n"),
        );
        assert.deepEqual(left, []);
        assert.match(server, tier === "premium" ? /Premium, Enterprise/ : /Free/);
        await assertClean(sandbox);
    });
}

test("a run that fails or is interrupted in the middle deletes what it made", async (context) => {
    const sandbox = await Sandbox.start(context);
    const stop = new AbortController();
    const run = checkGitLab({ url: sandbox.url, token: sandbox.root().token, signal: stop.signal });
    const ended = assert.rejects(run, /stopped by the test/);
    await eventually("the group is made", async () => {
        const groups = await sandbox.root().call("GET", "/groups?search=estate-contract");
        return (groups.body as unknown[]).length > 0;
    });
    stop.abort(new Error("stopped by the test"));
    await ended;
    await assertClean(sandbox);
});

test("a group to work below is used, and stays", async (context) => {
    const sandbox = await Sandbox.start(context);
    await sandbox.newProject();
    const { differences } = await report(sandbox, "acme");
    assert.deepEqual(differences, []);
    const groups = await sandbox.root().call("GET", "/groups");
    assert.deepEqual(
        (groups.body as { full_path: string }[]).map((each) => each.full_path),
        ["acme"],
    );
});

test("a server that answers otherwise is reported with what it said, without secrets", async (context) => {
    const sandbox = await Sandbox.start(context);
    const fault = await sandbox.call("", "POST", "//__sandbox/faults", {
        method: "POST",
        path: "/deploy_tokens$",
        status: 500,
    });
    assert.equal(fault.status, 201, JSON.stringify(fault.body));
    const { differences, skipped, left } = await report(sandbox);
    const first = differences.find((each) => each.claim.startsWith("A deploy token is shown once"));
    assert.match(first?.got ?? "", /^500 /);
    assert.match(first?.expected ?? "", /^201 /);
    assert.ok(skipped.some((each) => each.reason === "an earlier case gave no deployToken"));
    assert.doesNotMatch(JSON.stringify(differences), /glpat-|gldt-/);
    assert.deepEqual(left, []);
});

test("a token that is refused is said before anything is made", async (context) => {
    const sandbox = await Sandbox.start(context);
    await assert.rejects(
        checkGitLab({ url: sandbox.url, token: "glpat-wrong" }),
        /GitLab refuses the token: GET \/user answers 401/,
    );
    await assertClean(sandbox);
});
