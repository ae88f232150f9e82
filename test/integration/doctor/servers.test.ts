/**
 * The doctor before the stand-ins, over HTTP as it is run. What it says on a GitLab of your own is tested against answers
 * as documented (test/commands/doctor); this proves that calls, paging and stand-in agree.
 */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { examine, deadline } from "../../../commands/doctor/examine";
import type { Finding } from "../../../commands/doctor/finding";
import { nothingMade } from "../../../commands/doctor/made";
import type { Estate } from "../../../estate/model";
import { Sandbox } from "../../../sandbox/test/gitlab/harness";
import { model } from "../../support/estate";

function estateOn(sandbox: Sandbox): Estate {
    return model({
        gitlab: { url: sandbox.url, plainHttp: true },
        teams: { shop: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } },
    });
}

async function look(estate: Estate, token: string): Promise<Finding[]> {
    const started = Date.now();
    const found = await examine(estate, {
        credentials: { gitlab: { token } },
        folder: ".",
        env: {},
        made: nothingMade,
        now: new Date(),
        fast: false,
    });
    assert.ok(Date.now() - started < deadline + 1000, "it takes too long");
    return found.filter(({ id }) => id.startsWith("gitlab-"));
}

const said = (findings: readonly Finding[]): string[] =>
    findings.map(({ id, path, value }) => `${id} ${path} ${JSON.stringify(value)}`);

describe("the doctor on a GitLab", () => {
    const start = async (context: TestContext): Promise<Sandbox> => {
        const sandbox = await Sandbox.start(context);
        for (const name of ["alice", "bob"]) {
            await sandbox.newPerson(name);
        }
        return sandbox;
    };
    test("says nothing before the first up", async (context) => {
        const sandbox = await start(context);
        assert.deepEqual(await look(estateOn(sandbox), sandbox.root().token), []);
    });
    test("names everybody who is not there, and nobody who is", async (context) => {
        const sandbox = await Sandbox.start(context);
        assert.deepEqual(said(await look(estateOn(sandbox), sandbox.root().token)), [
            'gitlab-person teams.shop.maintainers "alice"',
            'gitlab-person teams.shop.developers "bob"',
        ]);
    });
    test("finds what is taken, and more than a page of it", async (context) => {
        const sandbox = await start(context);
        const root = sandbox.root();
        const made = await root.call("POST", "/groups", { name: "acme", path: "acme" });
        const parent = (made.body as { id: number }).id;
        for (let number = 0; number < 101; number++) {
            await root.call("POST", "/groups", {
                name: `g${number}`,
                path: `g${number}`,
                parent_id: parent,
            });
        }
        await root.call("POST", "/groups", { name: "shop", path: "shop", parent_id: parent });
        assert.deepEqual(said(await look(estateOn(sandbox), root.token)), [
            'gitlab-group-taken gitlab.group "acme"',
            'gitlab-name teams.shop "acme/shop"',
        ]);
    });
    test("one finding for a token that is wrong, one for a server that is gone", async (context) => {
        const sandbox = await start(context);
        const estate = estateOn(sandbox);
        assert.deepEqual(said(await look(estate, "glpat-wrong")), [
            "gitlab-token credentials.gitlab.token undefined",
        ]);
        const [gone, ...others] = await look(
            model({ gitlab: { url: "http://127.0.0.1:9", plainHttp: true } }),
            "x",
        );
        assert.deepEqual(others, []);
        assert.match(gone?.rule ?? "", /refused/);
    });
    test("an ordinary user may not read the settings; a token that only reads is found", async (context) => {
        const sandbox = await start(context);
        const person = await sandbox.newPerson("platform");
        assert.deepEqual(said(await look(estateOn(sandbox), person.token)), []);
        const reader = await sandbox.newPerson("reader", ["read_api"]);
        assert.deepEqual(said(await look(estateOn(sandbox), reader.token)), [
            'gitlab-token-scope credentials.gitlab.token ["read_api"]',
        ]);
    });
});
