import assert from "node:assert/strict";
import { test } from "node:test";

import { Sandbox } from "./harness";

test("a project stores generic packages: the newest file of a name is handed out, to who may read", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const [alice, bob] = [await sandbox.newPerson("alice"), await sandbox.newPerson("bob")];
    const members = `/projects/${id}/members`;
    await sandbox.root().call("POST", members, { user_id: alice.id, access_level: 30 });
    await sandbox.root().call("POST", members, { user_id: bob.id, access_level: 20 });
    const one = `/projects/${id}/packages/generic/plan/0123abcd/dev.plan`;
    const ask = (token: string, method: string, path: string, body?: Uint8Array): Promise<Response> =>
        fetch(`${sandbox.url}/api/v4${path}`, {
            method,
            headers: { "PRIVATE-TOKEN": token },
            ...(body === undefined ? {} : { body }),
        });
    const bytes = new Uint8Array([0, 255, 10, 13]);
    assert.equal((await ask(alice.token, "GET", one)).status, 404);
    assert.equal((await ask(bob.token, "PUT", one, bytes)).status, 403, "a reporter only reads");
    const made = await ask(alice.token, "PUT", one, new Uint8Array([1]));
    assert.deepEqual([made.status, await made.json()], [201, { message: "201 Created" }]);
    assert.equal((await ask(alice.token, "PUT", one, bytes)).status, 201, "names may be there twice");
    const got = await ask(bob.token, "GET", one);
    assert.deepEqual(new Uint8Array(await got.arrayBuffer()), bytes);
    const bad = await ask(alice.token, "PUT", one.replace("plan/0123abcd", "a%20plan/0123abcd"), bytes);
    assert.deepEqual([bad.status, await bad.json()], [400, { error: "package_name is invalid" }]);

    const listed = (await (await ask(bob.token, "GET", `/projects/${id}/packages`)).json()) as {
        id: number;
        name: string;
        version: string;
    }[];
    assert.deepEqual(
        listed.map(({ name, version }) => [name, version]),
        [["plan", "0123abcd"]],
    );
    const at = `/projects/${id}/packages/${listed[0]?.id ?? 0}`;
    assert.equal(
        ((await (await ask(bob.token, "GET", `${at}/package_files`)).json()) as unknown[]).length,
        2,
    );
    assert.equal((await ask(alice.token, "DELETE", at)).status, 403);
    assert.equal((await ask(sandbox.root().token, "DELETE", at)).status, 204);
    assert.equal((await ask(alice.token, "GET", one)).status, 404);
    assert.equal((await ask(alice.token, "PUT", `/projects/${id}`, bytes)).status, 415);
});
