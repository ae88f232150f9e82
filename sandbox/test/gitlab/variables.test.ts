/** CI/CD variables: masking, hiding, scopes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox } from "./harness";

test("masking accepts values of one line from eight characters, raw ones with any sign", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const cases: [string, boolean, number][] = [
        ["password-1", false, 201],
        ["short", false, 400],
        ["with space in", false, 400],
        ["two\nlines-here", false, 400],
        ["robot$acme+push", false, 400],
        ["robot$acme+push", true, 201],
        ["a b c d e f g", true, 400],
    ];
    for (const [index, [value, raw, status]] of cases.entries()) {
        const made = await root.call("POST", `/projects/${id}/variables`, {
            key: `KEY_${index}`,
            value,
            raw,
            masked: true,
        });
        assert.equal(made.status, status, value);
        if (status === 400) {
            assert.deepEqual(made.body, { message: { value: ["is invalid"] } });
        }
    }
    const badKey = await root.call("POST", `/projects/${id}/variables`, { key: "a-b", value: "x" });
    assert.deepEqual(badKey.body, { message: { key: ["can contain only letters, digits and '_'."] } });
});

test("a hidden variable is masked for good and its value never comes back", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.call("POST", `/projects/${id}/variables`, {
        key: "TOKEN",
        value: "hidden-value-1",
        masked_and_hidden: true,
    });
    assert.equal(field(made.body, "hidden"), true);
    assert.equal(field(made.body, "masked"), true);
    assert.equal(field(made.body, "value"), null);
    const shown = await root.call("GET", `/projects/${id}/variables/TOKEN`);
    assert.equal(field(shown.body, "value"), null);
    const opened = await root.call("PUT", `/projects/${id}/variables/TOKEN`, { masked: false });
    assert.equal(opened.status, 400);
});

test("one key in several environments needs the filter to be named", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    for (const scope of ["dev", "prod"]) {
        const made = await root.call("POST", `/projects/${id}/variables`, {
            key: "URL",
            value: scope,
            environment_scope: scope,
        });
        assert.equal(made.status, 201);
    }
    const taken = await root.call("POST", `/projects/${id}/variables`, {
        key: "URL",
        value: "x",
        environment_scope: "dev",
    });
    assert.deepEqual(
        [taken.status, taken.body],
        [400, { message: { key: ["(URL) has already been taken"] } }],
    );
    assert.equal((await root.call("GET", `/projects/${id}/variables/URL`)).status, 409);
    const prod = await root.api.ProjectVariables.show(id, "URL", { filter: { environment_scope: "prod" } });
    assert.equal(prod.value, "prod");
    await root.call("PUT", `/projects/${id}/variables/URL`, {
        value: "new",
        filter: { environment_scope: "dev" },
    });
    const gone = await root.call("DELETE", `/projects/${id}/variables/URL?filter[environment_scope]=prod`);
    assert.equal(gone.status, 204);
    const left = await root.call("GET", `/projects/${id}/variables/URL`);
    assert.equal(field(left.body, "value"), "new");
});

test("groups have variables for owners; scopes of them are premium; the instance's are for administrators", async (context) => {
    for (const [tier, scope] of [
        ["free", "*"],
        ["premium", "prod"],
    ] as const) {
        await context.test(tier, async (inner) => {
            const sandbox = await Sandbox.start(inner, tier);
            await sandbox.newProject();
            const root = sandbox.root();
            const made = await root.call("POST", "/groups/acme/variables", {
                key: "A",
                value: "b",
                environment_scope: "prod",
            });
            assert.equal(field(made.body, "environment_scope"), scope);
            const maintainer = await sandbox.newPerson("maint");
            await root.api.GroupMembers.add("acme", 40, { userId: maintainer.id });
            assert.equal((await maintainer.call("GET", "/groups/acme/variables")).status, 403);
            assert.equal((await maintainer.call("GET", "/admin/ci/variables")).status, 403);
            const instance = await root.call("POST", "/admin/ci/variables", { key: "I", value: "v" });
            assert.equal(instance.status, 201);
            assert.equal(field(instance.body, "environment_scope"), undefined);
        });
    }
});
