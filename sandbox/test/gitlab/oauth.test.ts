/**
 * Sign-in with GitLab: applications, the page, codes, tokens, the claims of a person. Signatures are checked against the
 * published key with Node's own cryptography. A client not written here goes this way in test/e2e/access.test.ts.
 */
import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { field, Sandbox, type Person } from "./harness";

const callback = "https://argocd.test/auth/callback";

/** A registered application and its secret. */
interface Client {
    id: string;
    secret: string;
}

type Claims = Record<string, unknown>;

/** A GitLab with an application that has all three scopes. */
async function withApplication(
    context: TestContext,
    more: { confidential?: boolean; idTokenSeconds?: number } = {},
): Promise<{ sandbox: Sandbox; client: Client; number: number }> {
    const { confidential = true, ...options } = more;
    const sandbox = await Sandbox.start(context, "free", options);
    const { status, body } = await sandbox.root().call("POST", "/applications", {
        name: "Argo CD",
        redirect_uri: callback,
        scopes: "openid profile email",
        confidential,
    });
    assert.equal(status, 201, JSON.stringify(body));
    return {
        sandbox,
        client: { id: field(body, "application_id"), secret: field(body, "secret") },
        number: field(body, "id"),
    };
}

function query(client: Client, more: Record<string, string> = {}): Record<string, string> {
    return {
        client_id: client.id,
        redirect_uri: callback,
        response_type: "code",
        scope: "openid profile email",
        state: "the state",
        ...more,
    };
}

function form(fields: Record<string, string>): RequestInit {
    return { method: "POST", body: new URLSearchParams(fields), redirect: "manual" };
}

/** Sends the form of the page; the answer, not followed. */
function submit(sandbox: Sandbox, fields: Record<string, string>): Promise<Response> {
    return fetch(`${sandbox.url}/oauth/authorize`, form(fields));
}

/** A code for a person who signs in and authorizes. */
async function codeFor(sandbox: Sandbox, person: Person, fields: Record<string, string>): Promise<string> {
    const answer = await submit(sandbox, { ...fields, username: person.username, password: person.token });
    assert.equal(answer.status, 302, await answer.text());
    const url = new URL(answer.headers.get("location") ?? "");
    assert.equal(url.origin + url.pathname, callback);
    assert.equal(url.searchParams.get("state"), "the state");
    return url.searchParams.get("code") ?? "";
}

async function token(
    sandbox: Sandbox,
    client: Client,
    fields: Record<string, string>,
    by: "basic" | "post" = "post",
): Promise<{ status: number; body: Claims }> {
    const login = Buffer.from(`${client.id}:${client.secret}`).toString("base64");
    const answer = await fetch(`${sandbox.url}/oauth/token`, {
        ...form(by === "basic" ? fields : { ...fields, client_id: client.id, client_secret: client.secret }),
        ...(by === "basic" ? { headers: { authorization: `Basic ${login}` } } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Claims };
}

function redeem(code: string, more: Record<string, string> = {}): Record<string, string> {
    return { grant_type: "authorization_code", code, redirect_uri: callback, ...more };
}

async function userInfo(sandbox: Sandbox, accessToken: unknown): Promise<{ status: number; body: Claims }> {
    const answer = await fetch(`${sandbox.url}/oauth/userinfo`, {
        headers: { authorization: `Bearer ${String(accessToken)}` },
    });
    return { status: answer.status, body: (await answer.json()) as Claims };
}

/** The claims of an ID token whose signature fits the published key. */
async function verified(sandbox: Sandbox, idToken: unknown): Promise<Claims> {
    const [header = "", payload = "", signature = ""] = String(idToken).split(".");
    const read = (part: string): Claims =>
        JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Claims;
    const configuration = (await (
        await fetch(`${sandbox.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, string>;
    const { keys } = (await (await fetch(configuration["jwks_uri"] ?? "")).json()) as {
        keys: (Record<string, string> & { kid: string })[];
    };
    const { alg, kid } = read(header);
    assert.equal(alg, "RS256");
    const jwk = keys.find((each) => each.kid === kid);
    assert.ok(jwk !== undefined, "the key of the token is published");
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const text = Buffer.from(`${header}.${payload}`);
    assert.ok(verify("sha256", text, key, Buffer.from(signature, "base64url")), "the signature fits");
    assert.ok(
        !verify("sha256", Buffer.from(`${header}.${payload}x`), key, Buffer.from(signature, "base64url")),
    );
    return read(payload);
}

/** Groups acme, acme/shop, acme/shop/deep and other; alice maintains shop, is in nothing else. */
async function groups(sandbox: Sandbox, alice: Person): Promise<void> {
    const root = sandbox.root();
    const make = async (path: string, parent?: number): Promise<number> => {
        const { body } = await root.call("POST", "/groups", { name: path, path, parent_id: parent });
        return field<number>(body, "id");
    };
    const acme = await make("acme");
    const shop = await make("shop", acme);
    await make("deep", shop);
    const other = await make("other");
    const guests = await make("guests");
    await root.call("POST", `/groups/${shop}/members`, { user_id: alice.id, access_level: 40 });
    await root.call("POST", `/groups/${guests}/members`, { user_id: alice.id, access_level: 10 });
    // Invited to other, as a group: GitLab does not count it as a membership.
    await root.call("POST", `/groups/${other}/share`, { group_id: shop, group_access: 30 });
}

test("a person who signs in is described as GitLab does it, in the ID token and in userinfo", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    await groups(sandbox, alice);
    const before = Math.floor(Date.now() / 1000);
    const code = await codeFor(sandbox, alice, query(client, { nonce: "n1" }));
    const { status, body } = await token(sandbox, client, redeem(code), "basic");
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body["token_type"], "Bearer");
    assert.equal(body["expires_in"], 7200);
    assert.equal(body["scope"], "openid profile email");

    const claims = await verified(sandbox, body["id_token"]);
    const person = {
        sub: String(alice.id),
        sub_legacy: claims["sub_legacy"],
        name: "alice",
        nickname: "alice",
        preferred_username: "alice",
        email: "alice@example.com",
        email_verified: true,
        profile: `${sandbox.url}/alice`,
    };
    const { exp, iat, auth_time: authTime, ...rest } = claims;
    assert.deepEqual(rest, {
        iss: sandbox.url,
        aud: client.id,
        nonce: "n1",
        ...person,
        groups_direct: ["acme/shop", "guests"],
    });
    assert.match(String(claims["sub_legacy"]), /^[0-9a-f]{64}$/);
    assert.ok(Number(iat) >= before && Number(authTime) >= before);
    assert.equal(Number(exp) - Number(iat), 120, "GitLab's default");

    const info = await userInfo(sandbox, body["access_token"]);
    assert.deepEqual(info.body, {
        ...person,
        groups: ["acme/shop", "acme/shop/deep", "guests"],
        "https://gitlab.org/claims/groups/maintainer": ["acme/shop"],
    });
});

test("without the scopes there is no mail address, no ID token, no userinfo", async (context) => {
    const { sandbox, client } = await withApplication(context, { idTokenSeconds: 3600 });
    const alice = await sandbox.newPerson("alice");
    const openid = await token(
        sandbox,
        client,
        redeem(await codeFor(sandbox, alice, query(client, { scope: "openid" }))),
    );
    const claims = await verified(sandbox, openid.body["id_token"]);
    assert.equal("email" in claims, false);
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 3600);
    const bare = await token(
        sandbox,
        client,
        redeem(await codeFor(sandbox, alice, query(client, { scope: "profile" }))),
    );
    assert.equal(bare.status, 200);
    assert.equal("id_token" in bare.body, false);
    assert.equal((await userInfo(sandbox, bare.body["access_token"])).status, 403);
});

test("the discovery names GitLab's endpoints, and each of them answers", async (context) => {
    const { sandbox } = await withApplication(context);
    const { body } = await sandbox.call("", "GET", "//.well-known/openid-configuration");
    assert.equal(field(body, "issuer"), sandbox.url);
    for (const [name, path] of [
        ["authorization_endpoint", "/oauth/authorize"],
        ["token_endpoint", "/oauth/token"],
        ["revocation_endpoint", "/oauth/revoke"],
        ["userinfo_endpoint", "/oauth/userinfo"],
        ["jwks_uri", "/oauth/discovery/keys"],
    ] as const) {
        assert.equal(field(body, name), sandbox.url + path);
        const method = ["/oauth/token", "/oauth/revoke"].includes(path) ? "POST" : "GET";
        assert.notEqual((await fetch(sandbox.url + path, { method })).status, 404, path);
    }
});

test("the page asks for name and token, and carries the request along", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const asked = new URLSearchParams(query(client, { state: `"><script>`, nonce: "n" }));
    const answer = await fetch(`${sandbox.url}/oauth/authorize?${asked.toString()}`);
    const html = await answer.text();
    assert.equal(answer.status, 200);
    assert.match(html, /name="username"/);
    assert.match(html, /name="password" type="password"/);
    assert.ok(html.includes(`name="client_id" value="${client.id}"`));
    assert.ok(!html.includes("<script>"), "what was asked is text, not HTML");
    assert.equal(answer.headers.get("cache-control"), "no-store");
});

test("only a person with their own full token gets in; the rest stays on the page", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    const bob = await sandbox.newPerson("bob");
    const reader = await sandbox.newPerson("carol", ["read_api"]);
    const blocked = await sandbox.newPerson("dave");
    await sandbox.root().call("POST", `/users/${blocked.id}/block`);
    for (const [username, password, reason] of [
        ["alice", "wrong", /Invalid login or password/],
        ["alice", "", /Invalid login or password/],
        ["alice", bob.token, /Invalid login or password/],
        ["nobody", alice.token, /Invalid login or password/],
        ["carol", reader.token, /Invalid login or password/],
        ["dave", blocked.token, /Your account has been blocked/],
    ] as const) {
        const answer = await submit(sandbox, { ...query(client), username, password });
        assert.equal(answer.status, 401, username);
        const html = await answer.text();
        assert.match(html, reason);
        assert.ok(password === "" || !html.includes(password), "the page does not repeat a token");
        assert.equal(answer.headers.get("location"), null);
    }
    const denied = await submit(sandbox, { ...query(client), decision: "deny" });
    assert.equal(denied.status, 302);
    const url = new URL(denied.headers.get("location") ?? "");
    assert.equal(url.searchParams.get("error"), "access_denied");
    assert.equal(url.searchParams.get("state"), "the state");
});

test("a request that may not go on ends on a page and sends nobody anywhere", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    const cases: readonly [string, Record<string, string>][] = [
        ["invalid_request", { client_id: "" }],
        ["invalid_client", { client_id: "0000" }],
        ["invalid_redirect_uri", { redirect_uri: `${callback}/` }],
        ["invalid_redirect_uri", { redirect_uri: `${callback}?a=b` }],
        ["invalid_redirect_uri", { redirect_uri: "https://evil.test/auth/callback" }],
        ["invalid_redirect_uri", { redirect_uri: "" }],
        ["unsupported_response_type", { response_type: "token" }],
        ["unsupported_response_mode", { response_mode: "fragment" }],
        ["invalid_scope", { scope: "openid api" }],
        ["invalid_scope", { scope: "" }],
        ["invalid_code_challenge_method", { code_challenge: "x", code_challenge_method: "S512" }],
    ];
    for (const [error, change] of cases) {
        const fields = query(client, change);
        const shown = await fetch(`${sandbox.url}/oauth/authorize?${new URLSearchParams(fields).toString()}`);
        const sent = await submit(sandbox, { ...fields, username: alice.username, password: alice.token });
        for (const answer of [shown, sent]) {
            assert.equal(answer.status, 200, error);
            const html = await answer.text();
            assert.ok(html.includes(`<code>${error}</code>`), `${JSON.stringify(change)}: ${html}`);
            assert.ok(!html.includes("<form"));
        }
    }
});

test("a code is good once, for its own client, address and verifier", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const other = await sandbox.root().call("POST", "/applications", {
        name: "Other",
        redirect_uri: callback,
        scopes: "openid",
    });
    const stranger = {
        id: field<string>(other.body, "application_id"),
        secret: field<string>(other.body, "secret"),
    };
    const alice = await sandbox.newPerson("alice");
    const code = (): Promise<string> => codeFor(sandbox, alice, query(client));

    const used = await code();
    assert.equal((await token(sandbox, client, redeem(used))).status, 200);
    assert.deepEqual((await token(sandbox, client, redeem(used))).body["error"], "invalid_grant");

    const wrongAddress = await token(
        sandbox,
        client,
        redeem(await code(), { redirect_uri: "https://other.test" }),
    );
    assert.equal(wrongAddress.status, 400);
    assert.equal(wrongAddress.body["error"], "invalid_grant");
    assert.equal((await token(sandbox, stranger, redeem(await code()))).body["error"], "invalid_grant");
    assert.equal((await token(sandbox, client, redeem("0000"))).body["error"], "invalid_grant");
    const { body } = await token(sandbox, client, {
        grant_type: "authorization_code",
        redirect_uri: callback,
    });
    assert.deepEqual(body, {
        error: "invalid_request",
        error_description: "Missing required parameter: code.",
    });
    assert.equal(
        (await token(sandbox, client, { grant_type: "password", username: "alice" })).body["error"],
        "unsupported_grant_type",
    );

    const kept = await code();
    for (const by of ["basic", "post"] as const) {
        const wrong = await token(sandbox, { ...client, secret: "wrong" }, redeem(kept), by);
        assert.equal(wrong.status, 401);
        assert.equal(wrong.body["error"], "invalid_client");
    }
    assert.equal((await token(sandbox, client, redeem(kept))).status, 200, "a stranger used nothing up");

    const blockedLater = await code();
    await sandbox.root().call("POST", `/users/${alice.id}/block`);
    assert.equal((await token(sandbox, client, redeem(blockedLater))).body["error"], "invalid_grant");
});

test("a code expires after ten minutes, an access token after two hours", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    const late = await codeFor(sandbox, alice, query(client));
    const { body } = await token(sandbox, client, redeem(await codeFor(sandbox, alice, query(client))));
    assert.equal((await userInfo(sandbox, body["access_token"])).status, 200);
    const now = Date.now();
    context.mock.method(Date, "now", () => now + 601_000);
    assert.equal((await token(sandbox, client, redeem(late))).body["error"], "invalid_grant");
    assert.equal((await userInfo(sandbox, body["access_token"])).status, 200);
    context.mock.method(Date, "now", () => now + 7_201_000);
    assert.equal((await userInfo(sandbox, body["access_token"])).status, 401);
});

test("PKCE: the verifier has to fit the challenge, and may replace the secret of a public application", async (context) => {
    const { sandbox, client } = await withApplication(context, { confidential: false });
    const alice = await sandbox.newPerson("alice");
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const open = { id: client.id, secret: "" };
    const s256 = query(client, { code_challenge: challenge, code_challenge_method: "S256" });
    const good = await token(
        sandbox,
        open,
        redeem(await codeFor(sandbox, alice, s256), { code_verifier: verifier }),
    );
    assert.equal(good.status, 200, JSON.stringify(good.body));
    const wrong = await token(
        sandbox,
        open,
        redeem(await codeFor(sandbox, alice, s256), { code_verifier: challenge }),
    );
    assert.equal(wrong.body["error"], "invalid_grant");
    const none = await token(sandbox, open, redeem(await codeFor(sandbox, alice, s256)));
    assert.equal(none.body["error"], "invalid_request");
    const plain = query(client, { code_challenge: verifier });
    assert.equal(
        (
            await token(
                sandbox,
                open,
                redeem(await codeFor(sandbox, alice, plain), { code_verifier: verifier }),
            )
        ).status,
        200,
    );
});

test("a refresh ends the tokens there were; a revoked or blocked one opens nothing", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    const first = await token(sandbox, client, redeem(await codeFor(sandbox, alice, query(client))));
    const refresh = (body: Claims): Promise<{ status: number; body: Claims }> =>
        token(sandbox, client, { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) });
    const second = await refresh(first.body);
    assert.equal(second.status, 200);
    assert.equal((await verified(sandbox, second.body["id_token"]))["preferred_username"], "alice");
    assert.equal((await userInfo(sandbox, first.body["access_token"])).status, 401);
    assert.equal((await refresh(first.body)).body["error"], "invalid_grant");
    assert.equal((await userInfo(sandbox, second.body["access_token"])).status, 200);

    await sandbox.root().call("POST", `/users/${alice.id}/block`);
    assert.equal((await userInfo(sandbox, second.body["access_token"])).status, 401);
    assert.equal((await refresh(second.body)).body["error"], "invalid_grant");
    await sandbox.root().call("POST", `/users/${alice.id}/unblock`);

    const revoke = async (fields: Record<string, string>): Promise<number> =>
        (await fetch(`${sandbox.url}/oauth/revoke`, form(fields))).status;
    const accessToken = String(second.body["access_token"]);
    assert.equal(await revoke({ client_id: client.id, client_secret: "wrong", token: accessToken }), 401);
    assert.equal((await userInfo(sandbox, accessToken)).status, 200);
    assert.equal(
        await revoke({ client_id: client.id, client_secret: client.secret, token: accessToken }),
        200,
    );
    assert.equal((await userInfo(sandbox, accessToken)).status, 401);
});

test("a token of sign-in opens nothing else", async (context) => {
    const { sandbox, client } = await withApplication(context);
    const alice = await sandbox.newPerson("alice");
    const { body } = await token(sandbox, client, redeem(await codeFor(sandbox, alice, query(client))));
    const answer = await fetch(`${sandbox.url}/api/v4/user`, {
        headers: { authorization: `Bearer ${String(body["access_token"])}` },
    });
    assert.equal(answer.status, 401);
    assert.equal((await userInfo(sandbox, alice.token)).status, 401, "nor does another token open userinfo");
});

test("applications are the administrator's; the secret is shown once and can be renewed", async (context) => {
    const { sandbox, client, number } = await withApplication(context);
    const root = sandbox.root();
    const alice = await sandbox.newPerson("alice");
    assert.match(client.secret, /^gloas-[0-9a-f]{64}$/);
    const shown = {
        id: number,
        application_id: client.id,
        application_name: "Argo CD",
        callback_url: callback,
        confidential: true,
        scopes: ["openid", "profile", "email"],
    };
    assert.deepEqual((await root.call("GET", "/applications")).body, [shown]);
    for (const [method, path] of [
        ["GET", "/applications"],
        ["POST", "/applications"],
        ["DELETE", `/applications/${number}`],
    ] as const) {
        assert.equal((await alice.call(method, path, method === "POST" ? {} : undefined)).status, 403);
        assert.equal((await sandbox.call("", method, path)).status, 401);
    }
    const renewed = await root.call("POST", `/applications/${number}/renew-secret`);
    const fresh = { ...client, secret: field<string>(renewed.body, "secret") };
    const code = await codeFor(sandbox, alice, query(client));
    assert.equal((await token(sandbox, client, redeem(code))).status, 401);
    const { body } = await token(sandbox, fresh, redeem(code));
    assert.equal((await root.call("DELETE", `/applications/${number}`)).status, 204);
    assert.equal((await userInfo(sandbox, body["access_token"])).status, 401, "its tokens go with it");
    assert.equal((await root.call("DELETE", `/applications/${number}`)).status, 404);

    for (const [change, name, message] of [
        [{ redirect_uri: "callback" }, "redirect_uri", "must be an absolute URI."],
        [{ redirect_uri: "javascript:alert(1)" }, "redirect_uri", "is forbidden by the server."],
        [{ redirect_uri: `${callback}#x` }, "redirect_uri", "cannot contain a fragment."],
        [{ scopes: "openid sudo" }, "scopes", "doesn't match configured on the server."],
    ] as const) {
        const good: Record<string, string> = { name: "x", redirect_uri: callback, scopes: "openid" };
        const wanted = { ...good, ...change };
        const refused = await root.call("POST", "/applications", wanted);
        assert.equal(refused.status, 400);
        assert.deepEqual(field<Claims>(refused.body, "message")[name], [message]);
    }
});

test("the sandbox's own way gives an application the id and secret of the request, again and again", async (context) => {
    const sandbox = await Sandbox.start(context);
    const alice = await sandbox.newPerson("alice");
    const client = { id: "sandbox-argocd", secret: "s3cret" };
    const wanted = {
        name: "Argo CD",
        redirect_uri: callback,
        scopes: "openid profile email",
        secret: client.secret,
    };
    const put = (person: Person, body: unknown): Promise<{ status: number; body: unknown }> =>
        person.call("PUT", `//__sandbox/applications/${client.id}`, body);
    assert.equal((await put(alice, wanted)).status, 403);
    assert.equal((await put(sandbox.root(), wanted)).status, 201);
    const again = await put(sandbox.root(), wanted);
    assert.equal(again.status, 200);
    assert.ok(!JSON.stringify(again.body).includes(client.secret));
    assert.equal((await sandbox.root().call("GET", "/applications")).headers.get("x-total"), "1");
    const code = await codeFor(sandbox, alice, query(client));
    assert.equal((await token(sandbox, client, redeem(code))).status, 200);
    await put(sandbox.root(), { ...wanted, secret: "other" });
    assert.equal((await token(sandbox, client, redeem("x"))).status, 401);
});

test("key, applications and tokens outlive a restart; neither files nor logs contain a secret", async (context) => {
    const lines: string[] = [];
    const sandbox = await Sandbox.start(context, "free", { log: (line) => lines.push(line) });
    const made = await sandbox.root().call("POST", "/applications", {
        name: "Argo CD",
        redirect_uri: callback,
        scopes: "openid profile email",
    });
    const client = {
        id: field<string>(made.body, "application_id"),
        secret: field<string>(made.body, "secret"),
    };
    const alice = await sandbox.newPerson("alice");
    const first = await token(sandbox, client, redeem(await codeFor(sandbox, alice, query(client))));
    const open = await codeFor(sandbox, alice, query(client));
    const keys = await sandbox.call("", "GET", "//oauth/discovery/keys");
    // The port is another one after the restart, so the issuer is too: only the signature is compared.
    await sandbox.restart();
    assert.deepEqual((await sandbox.call("", "GET", "//oauth/discovery/keys")).body, keys.body);
    assert.equal((await userInfo(sandbox, first.body["access_token"])).status, 200);
    await verified(sandbox, first.body["id_token"]);
    const second = await token(sandbox, client, redeem(open));
    assert.equal(second.status, 200);

    const { dataDir } = sandbox.options;
    for (const name of ["oauth.json", "openid-signing-key.pem"]) {
        assert.equal((await stat(join(dataDir, name))).mode & 0o077, 0, name);
    }
    const told =
        lines.join("\n") +
        (await readFile(join(dataDir, "oauth.json"), "utf8")) +
        (await readFile(join(dataDir, "state.json"), "utf8"));
    const secrets = [client.secret, alice.token, open];
    for (const body of [first.body, second.body]) {
        secrets.push(...["access_token", "refresh_token", "id_token"].map((name) => String(body[name])));
    }
    for (const secret of secrets) {
        assert.ok(secret.length > 10 && !told.includes(secret));
    }
    assert.ok(lines.some((line) => line.startsWith("POST /oauth/token 200")));
});
