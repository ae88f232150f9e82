/**
 * The registry path, driven by crane. These tests do not prove anything about other registry clients, nor about images
 * of several hundred megabytes.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";

import { type Answer, codeOf, messageOf, Receiver, type Robot, TestHarbor, until } from "./fixture";

let harbor: TestHarbor;

before(async () => {
    harbor = await TestHarbor.start();
    await harbor.project("web");
    await harbor.project("open", { metadata: { public: "true" } });
});
after(() => harbor.stop());

const ref = (reference: string): string => `${harbor.host}/${reference}`;

/** A registry token of somebody for a scope, and what it grants. */
async function token(login: Robot["login"] | "anonymous", scope: string): Promise<Record<string, string[]>> {
    const query = `service=harbor-registry&scope=${encodeURIComponent(scope)}`;
    const answer = await harbor.fetch<{ token: string }>("GET", `/service/token?${query}`, undefined, login);
    assert.equal(answer.status, 200, answer.text);
    const claims = JSON.parse(
        Buffer.from(answer.body.token.split(".")[1] ?? "", "base64url").toString("utf8"),
    ) as { access: { name: string; actions: string[] }[] };
    return Object.fromEntries(claims.access.map(({ name, actions }) => [name, actions]));
}

describe("pushing and pulling with crane", () => {
    it("stores an image under a name with slashes and gives it back by tag and digest", async () => {
        const digest = await harbor.push("web/group/app:v1", "one");
        assert.match(digest, /^sha256:[0-9a-f]{64}$/);
        assert.equal(
            (await harbor.crane(["admin", "Harbor12345"], "digest", ref("web/group/app:v1"))).trim(),
            digest,
        );
        const file = path.join(harbor.dir, "pulled.tar");
        await harbor.crane(["admin", "Harbor12345"], "pull", ref(`web/group/app@${digest}`), file);
        assert.ok((await readFile(file)).length > 0);
        const artifacts = await harbor.expect<{ digest: string; tags: { name: string }[]; type: string }[]>(
            200,
            "GET",
            "/projects/web/repositories/group%252Fapp/artifacts",
        );
        assert.deepEqual(
            artifacts.body.map((artifact) => [
                artifact.digest,
                artifact.tags.map((tag) => tag.name),
                artifact.type,
            ]),
            [[digest, ["v1"], "IMAGE"]],
        );
    });

    it("moves a tag that is pushed again, and lists tags and the catalog", async () => {
        const first = await harbor.push("web/moving:latest", "a");
        const second = await harbor.push("web/moving:latest", "b");
        await harbor.push("web/moving:other", "b");
        assert.notEqual(first, second);
        const login = ["admin", "Harbor12345"] as [string, string];
        assert.deepEqual((await harbor.crane(login, "ls", ref("web/moving"))).trim().split("\n"), [
            "latest",
            "other",
        ]);
        assert.match(await harbor.crane(login, "catalog", harbor.host), /^web\/moving$/m);
        const old = await harbor.expect<{ tags: unknown[] }>(
            200,
            "GET",
            `/projects/web/repositories/moving/artifacts/${first}`,
        );
        assert.equal(old.body.tags, null);
    });

    it("keeps labels made by crane mutate, and an index with its children", async () => {
        await harbor.push("web/multi:one", "left");
        const login = ["admin", "Harbor12345"] as [string, string];
        await harbor.crane(
            login,
            "mutate",
            ref("web/multi:one"),
            "--label",
            "a=b",
            "-t",
            ref("web/multi:two"),
        );
        await harbor.crane(
            login,
            "index",
            "append",
            "-m",
            ref("web/multi:one"),
            "-m",
            ref("web/multi:two"),
            "-t",
            ref("web/multi:both"),
        );
        const one = await harbor.expect<Record<string, unknown>>(
            200,
            "GET",
            "/projects/web/repositories/multi/artifacts/one?with_label=true&with_accessory=true",
        );
        const { references, labels, accessories } = one.body;
        assert.deepEqual([references, labels, accessories], [null, null, null], "lists without elements");
        const both = await harbor.expect<{ references: unknown[] }>(
            200,
            "GET",
            "/projects/web/repositories/multi/artifacts/both",
        );
        assert.equal(both.body.references.length, 2);
        const refused = await harbor.api("DELETE", "/projects/web/repositories/multi/artifacts/one");
        assert.equal(refused.status, 412, "a child of an index stays");
    });

    it("counts pulls but not looks", async () => {
        await harbor.push("web/counted:v1", "c");
        const login = ["admin", "Harbor12345"] as [string, string];
        await harbor.crane(login, "digest", ref("web/counted:v1"));
        await harbor.crane(login, "manifest", ref("web/counted:v1"));
        const repository = await harbor.expect<{ pull_count: number; artifact_count: number }>(
            200,
            "GET",
            "/projects/web/repositories/counted",
        );
        assert.deepEqual([repository.body.pull_count, repository.body.artifact_count], [1, 1]);
    });

    it("deletes by digest, and what was deleted can be pushed again", async () => {
        const digest = await harbor.push("web/again:v1", "again");
        const login = ["admin", "Harbor12345"] as [string, string];
        await harbor.crane(login, "delete", ref(`web/again@${digest}`));
        await assert.rejects(harbor.crane(login, "digest", ref("web/again:v1")), /NOT_FOUND|404/);
        assert.equal(await harbor.push("web/again:v1", "again"), digest);
        await harbor.crane(login, "manifest", ref("web/again:v1"));
    });

    it("refuses a project that does not exist", async () => {
        await assert.rejects(harbor.push("nowhere/app:v1", "x"), /401 Unauthorized/);
    });
});

describe("who may do what in the registry", () => {
    it("refuses the push of a robot without push, in the token and on the registry path itself", async () => {
        await harbor.push("web/guarded:v1", "g");
        const puller = await harbor.robot("web", "puller", ["repository:pull"]);
        assert.deepEqual(await token(puller.login, "repository:web/guarded:pull,push"), {
            "web/guarded": ["pull"],
        });
        await assert.rejects(
            harbor.push("web/guarded:v2", "other", puller.login),
            /unauthorized to access repository: web\/guarded, action: push/,
        );
        const direct = await harbor.fetch("POST", "/v2/web/guarded/blobs/uploads/", undefined, puller.login);
        assert.equal(direct.status, 401);
        assert.equal(direct.headers.get("www-authenticate"), 'Basic realm="harbor"');
        await harbor.crane(puller.login, "manifest", ref("web/guarded:v1"));
        await assert.rejects(harbor.crane(puller.login, "delete", ref(`web/guarded:v1`)));
    });

    it("lets a robot with push push into its own project only", async () => {
        const pusher = await harbor.robot("web", "pusher", ["repository:pull", "repository:push"]);
        await harbor.push("web/pushed:v1", "p", pusher.login);
        await assert.rejects(harbor.push("open/pushed:v1", "p", pusher.login), /UNAUTHORIZED/);
    });

    it("refuses disabled robots and wrong secrets", async () => {
        const robot = await harbor.robot("web", "off", ["repository:pull"]);
        const shown = await harbor.expect<object>(200, "GET", `/robots/${robot.id}`);
        await harbor.expect(200, "PUT", `/robots/${robot.id}`, { ...shown.body, disable: true });
        for (const login of [robot.login, ["admin", "wrong"] as Robot["login"]]) {
            // A login without a scope is refused; with one it gets a token that grants nothing, and the next call is refused.
            const plain = await harbor.fetch(
                "GET",
                "/service/token?service=harbor-registry",
                undefined,
                login,
            );
            assert.equal(plain.status, 401);
            const granted = await token(login, "repository:web/guarded:pull");
            assert.deepEqual(granted, { "web/guarded": [] });
            const refused = harbor.crane(login, "manifest", ref("web/guarded:v1"));
            await assert.rejects(refused, /unauthorized to access repository: web\/guarded, action: pull/);
        }
    });

    it("refuses an expired robot", async () => {
        const robot = await harbor.robot("web", "old", ["repository:pull"], { duration: 1 });
        await harbor.crane(robot.login, "manifest", ref("web/guarded:v1"));
        const file = path.join(harbor.dir, "data", "state.json");
        await harbor.restart(async () => {
            const state = JSON.parse(await readFile(file, "utf8")) as {
                robots: { id: number; expires_at: number }[];
            };
            const stored = state.robots.find(({ id }) => id === robot.id);
            assert.ok(stored && stored.expires_at > Date.now() / 1000);
            stored.expires_at = Math.floor(Date.now() / 1000) - 1;
            await writeFile(file, JSON.stringify(state));
        });
        await assert.rejects(
            harbor.crane(robot.login, "manifest", ref("web/guarded:v1")),
            /401|UNAUTHORIZED/,
        );
        assert.equal((await harbor.api("GET", "/projects/web", undefined, robot.login)).status, 401);
    });

    it("lets everybody pull from a public project and nobody from a private one", async () => {
        await harbor.push("open/app:v1", "o");
        await harbor.crane("anonymous", "manifest", ref("open/app:v1"));
        await assert.rejects(harbor.crane("anonymous", "manifest", ref("web/guarded:v1")), /UNAUTHORIZED/);
        assert.deepEqual(await token("anonymous", "repository:open/app:pull,push"), { "open/app": ["pull"] });
        assert.deepEqual(await token("anonymous", "repository:web/guarded:pull"), { "web/guarded": [] });
    });

    it("gives roles their rights: a guest pulls, a developer pushes, a stranger does neither", async () => {
        const guest = (await harbor.user("gil", "web", 3)) as Robot["login"];
        const developer = (await harbor.user("dora", "web", 2)) as Robot["login"];
        const stranger = (await harbor.user("sam")) as Robot["login"];
        const scope = "repository:web/guarded:pull,push,delete";
        assert.deepEqual(await token(guest, scope), { "web/guarded": ["pull"] });
        assert.deepEqual(await token(developer, scope), { "web/guarded": ["pull", "push"] });
        assert.deepEqual(await token(stranger, scope), { "web/guarded": [] });
    });

    it("names what was begun and pushed by the address that the client called", async () => {
        const begun = await harbor.fetch("POST", "/v2/web/guarded/blobs/uploads/");
        const location = begun.headers.get("location") ?? "";
        assert.ok(location.startsWith(`${harbor.url}/v2/web/guarded/blobs/uploads/`), location);
    });

    it("asks for a token the way clients expect", async () => {
        const ping = await harbor.fetch("GET", "/v2/", undefined, "anonymous");
        assert.equal(ping.status, 401);
        assert.equal(
            ping.headers.get("www-authenticate"),
            `Bearer realm="${harbor.url}/service/token",service="harbor-registry"`,
        );
        assert.equal(codeOf(ping), "UNAUTHORIZED");
        const pull = await harbor.fetch("GET", "/v2/web/guarded/manifests/v1", undefined, "anonymous");
        assert.match(pull.headers.get("www-authenticate") ?? "", /scope="repository:web\/guarded:pull"$/);
    });

    it("refuses a token for the API, and one that was tampered with", async () => {
        const answer = await harbor.fetch<{ token: string }>(
            "GET",
            "/service/token?service=harbor-registry&scope=repository:web/guarded:pull,push",
        );
        const bearer = { authorization: `Bearer ${answer.body.token}` };
        const api = await harbor.fetch("GET", "/api/v2.0/projects/web", undefined, "anonymous", bearer);
        assert.equal(api.status, 401);
        const [header, , signature] = answer.body.token.split(".");
        const forged = Buffer.from(
            JSON.stringify({
                aud: "harbor-registry",
                sub: "admin",
                exp: 9_999_999_999,
                access: [{ type: "repository", name: "web/guarded", actions: ["pull"] }],
            }),
        ).toString("base64url");
        const refused = await harbor.fetch("GET", "/v2/web/guarded/manifests/v1", undefined, "anonymous", {
            authorization: `Bearer ${header}.${forged}.${signature}`,
        });
        assert.equal(refused.status, 401);
    });
});

describe("immutable tags", () => {
    it("refuses to move or delete an existing tag, also as the same content, and lets new ones in", async () => {
        const id = await harbor.project("frozen");
        const first = await harbor.push("frozen/app:v1", "1");
        await harbor.expect(201, "POST", `/projects/${id}/immutabletagrules`, {
            action: "immutable",
            template: "immutable_template",
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "v*" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
        });
        await assert.rejects(harbor.push("frozen/app:v1", "2"), /configured as immutable/);
        await harbor.push("frozen/app:v2", "2");
        await harbor.push("frozen/app:dev", "1");
        await harbor.push("frozen/app:dev", "2");
        const path = "/projects/frozen/repositories/app/artifacts";
        const tag = await harbor.api("DELETE", `${path}/v1/tags/v1`);
        assert.deepEqual([tag.status, codeOf(tag)], [412, "PRECONDITION"]);
        assert.match(messageOf(tag), /the tag v1 configured as immutable, cannot be deleted/);
        assert.equal((await harbor.api("DELETE", `${path}/${first}`)).status, 412);
        const shown = await harbor.expect<{ tags: { name: string; immutable: boolean }[] }>(
            200,
            "GET",
            `${path}/v1?with_immutable_status=true`,
        );
        assert.deepEqual(
            shown.body.tags.map((item) => [item.name, item.immutable]),
            [["v1", true]],
        );
    });

    it("accepts a rule without selectors, or with such as it does not know, and leaves out what is false or 0", async () => {
        const id = await harbor.project("lax");
        const path = `/projects/${id}/immutabletagrules`;
        await harbor.expect(201, "POST", path, {});
        const tag_selectors = [{ kind: "glob", decoration: "sometimes", pattern: "v*" }];
        await harbor.expect(201, "POST", path, { tag_selectors, scope_selectors: {} });
        const rules = await harbor.expect<object[]>(200, "GET", path);
        assert.deepEqual(
            rules.body.map((rule) => ["disabled" in rule, "priority" in rule]),
            [
                [false, false],
                [false, false],
            ],
        );
    });

    it("changes only the flag when a rule is switched off, and then lets tags move", async () => {
        const rules = await harbor.expect<{ id: number; disabled: boolean; tag_selectors: unknown[] }[]>(
            200,
            "GET",
            "/projects/frozen/immutabletagrules",
        );
        const rule = rules.body[0];
        assert.ok(rule);
        const other = [{ kind: "doublestar", decoration: "matches", pattern: "x*" }];
        const path = `/projects/frozen/immutabletagrules/${rule.id}`;
        await harbor.expect(200, "PUT", path, { ...rule, disabled: true, tag_selectors: other });
        const after = await harbor.expect<(typeof rule)[]>(200, "GET", "/projects/frozen/immutabletagrules");
        assert.deepEqual(after.body[0], { ...rule, disabled: true });
        await harbor.push("frozen/app:v1", "2");
    });
});

describe("projects that prevent vulnerable images from running", () => {
    it("hand out no image that is not scanned, once there is a scanner", async () => {
        const id = await harbor.project("strict", {
            metadata: { prevent_vul: "true", severity: "critical" },
        });
        await harbor.push("strict/app:v1", "s");
        const look = (): Promise<Answer> => harbor.fetch("HEAD", "/v2/strict/app/manifests/v1");
        assert.equal((await look()).status, 200, "nothing can be scanned");
        const adapter = await Receiver.start();
        const made = await harbor.expect(201, "POST", "/scanners", {
            name: "scanner",
            url: new URL(adapter.url).origin,
        });
        await adapter.stop();
        const uuid = made.headers.get("location")?.split("/").at(-1);
        assert.equal((await look()).status, 412);
        const refused = await harbor.fetch("GET", "/v2/strict/app/manifests/v1");
        assert.deepEqual([refused.status, codeOf(refused)], [412, "PROJECTPOLICYVIOLATION"]);
        assert.match(
            messageOf(refused),
            /without vulnerability scanning cannot be pulled .* of "Critical" or/,
        );
        await harbor.expect(200, "GET", "/projects/strict/repositories/app/artifacts/v1");
        await harbor.expect(200, "PUT", `/projects/${id}`, { metadata: { prevent_vul: "false" } });
        assert.equal((await look()).status, 200);
        await harbor.expect(200, "DELETE", `/scanners/${uuid}`);
    });
});

describe("quotas", () => {
    it("refuses what does not fit, in Harbor's words, and counts shared content once", async () => {
        const id = await harbor.project("small", { storage_limit: 5000 });
        await harbor.push("small/a:v1", "tiny");
        const used = async (): Promise<number> => {
            const quotas = await harbor.expect<{ used: { storage: number } }[]>(
                200,
                "GET",
                `/quotas?reference=project&reference_id=${id}`,
            );
            return quotas.body[0]?.used.storage ?? -1;
        };
        const before = await used();
        assert.ok(before > 0);
        await harbor.push("small/b:v1", "tiny");
        assert.equal(await used(), before, "the same content in another repository takes no more room");
        const big = [...Array(20_000).keys()].map((n) => (n * 2654435761).toString(36)).join("");
        await assert.rejects(harbor.push("small/a:big", big), /Quota exceeded when processing the request/);
        const quota = await harbor.expect<{ id: number }[]>(200, "GET", `/quotas?reference_id=${id}`);
        await harbor.expect(200, "PUT", `/quotas/${quota.body[0]?.id}`, { hard: { storage: -1 } });
        await harbor.push("small/a:big", big);
    });

    it("refuses to begin an upload where the quota is used up, and to mount what does not fit", async () => {
        await harbor.project("full", { storage_limit: 2000 });
        await harbor.push("full/a:v1", "f");
        const begin = (query = ""): Promise<Answer> =>
            harbor.fetch("POST", `/v2/full/a/blobs/uploads/${query}`);
        assert.equal((await begin()).status, 202, "there is room");
        const big = [...Array(4000).keys()].map((n) => (n * 2654435761).toString(36)).join("");
        await harbor.push("web/big:v1", big);
        const manifest = await harbor.crane(["admin", "Harbor12345"], "manifest", ref("web/big:v1"));
        const { layers } = JSON.parse(manifest) as { layers: { digest: string }[] };
        const mounted = await begin(`?mount=${layers[0]?.digest ?? ""}&from=web/big`);
        assert.deepEqual([mounted.status, codeOf(mounted)], [403, "DENIED"]);
        const quotas = await harbor.expect<
            { id: number; used: { storage: number }; ref: { name: string } }[]
        >(200, "GET", "/quotas?page_size=100");
        const quota = quotas.body.find(({ ref }) => ref.name === "full");
        await harbor.expect(200, "PUT", `/quotas/${quota?.id ?? 0}`, {
            hard: { storage: quota?.used.storage },
        });
        const refused = await begin();
        assert.deepEqual([refused.status, codeOf(refused)], [403, "DENIED"]);
        assert.match(messageOf(refused), /Quota exceeded when processing the request of adding 0 Byte/);
    });
});

describe("copying artifacts", () => {
    const copy = (
        from: string,
        to: string,
        login: Robot["login"] = ["admin", "Harbor12345"],
    ): Promise<Answer> => {
        const [project = "", ...rest] = to.split("/");
        const repository = encodeURIComponent(encodeURIComponent(rest.join("/")));
        const path = `/projects/${project}/repositories/${repository}/artifacts?from=${encodeURIComponent(from)}`;
        return harbor.api("POST", path, undefined, login);
    };

    it("copies by tag or digest with all tags, and again without effect", async () => {
        await harbor.project("prod");
        const digest = await harbor.push("web/shop/cart:1.0", "cart");
        await harbor.crane(["admin", "Harbor12345"], "tag", ref("web/shop/cart:1.0"), "stable");
        const made = await copy("web/shop/cart:1.0", "prod/shop/cart");
        assert.equal(made.status, 201, made.text);
        assert.match(made.headers.get("location") ?? "", /\/artifacts\/1\.0$/);
        const again = await copy(`web/shop/cart@${digest}`, "prod/shop/cart");
        assert.equal(again.status, 201);
        assert.match(again.headers.get("location") ?? "", new RegExp(`/artifacts/${digest}$`));
        const tags = await harbor.crane(["admin", "Harbor12345"], "ls", ref("prod/shop/cart"));
        assert.deepEqual(tags.trim().split("\n"), ["1.0", "stable"]);
        const file = path.join(harbor.dir, "copied.tar");
        await harbor.crane(["admin", "Harbor12345"], "pull", ref("prod/shop/cart:stable"), file);
    });

    it("needs artifact:create at the target and artifact:read at the source", async () => {
        const digest = await harbor.push("web/promote:1", "p");
        const promoter = await harbor.expect<{ name: string; secret: string }>(201, "POST", "/robots", {
            name: "promoter",
            level: "system",
            duration: 30,
            permissions: [
                { kind: "project", namespace: "web", access: [{ resource: "artifact", action: "read" }] },
                { kind: "project", namespace: "prod", access: [{ resource: "artifact", action: "create" }] },
            ],
        });
        const login: Robot["login"] = [promoter.body.name, promoter.body.secret];
        assert.equal((await copy(`web/promote@${digest}`, "prod/promote", login)).status, 201);
        assert.equal((await copy(`prod/promote@${digest}`, "web/back", login)).status, 403);
        assert.equal((await copy("open/app:v1", "web/back", login)).status, 403);
        await assert.rejects(harbor.push("prod/promote:2", "x", login), /401 Unauthorized/);
    });

    it("refuses to move an immutable tag of the target", async () => {
        const id = (await harbor.expect<{ project_id: number }>(200, "GET", "/projects/prod")).body
            .project_id;
        await harbor.expect(201, "POST", `/projects/${id}/immutabletagrules`, {
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "**" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
        });
        await harbor.push("web/promote:1", "changed");
        const refused = await copy("web/promote:1", "prod/promote");
        assert.deepEqual([refused.status, codeOf(refused)], [412, "PRECONDITION"]);
        assert.match(messageOf(refused), /the tag 1 configured as immutable, cannot be updated/);
    });

    it("answers 400 for a source that is not there or makes no sense, and 404 for a project to copy to", async () => {
        const digest = `sha256:${"0".repeat(64)}`;
        for (const from of ["web/nothing:1", "gone/app:1", `web/guarded@${digest}`]) {
            const missing = await copy(from, "prod/x");
            assert.deepEqual([missing.status, messageOf(missing)], [400, `artifact ${from} not found`]);
        }
        assert.equal((await copy("nonsense", "prod/x")).status, 400);
        const robot = await harbor.robot("web", "mover", ["artifact:read", "artifact:create"]);
        const nowhere = await copy("web/guarded:v1", "gone/x", robot.login);
        assert.deepEqual([nowhere.status, messageOf(nowhere)], [404, "project gone not found"]);
        const elsewhere = await copy("web/guarded:v1", "prod/x", robot.login);
        assert.deepEqual([elsewhere.status, codeOf(elsewhere)], [403, "FORBIDDEN"]);
    });

    it("answers 403 DENIED where the quota has no room, which is not the code of a missing right", async () => {
        await harbor.project("tight", { storage_limit: 100 });
        const full = await copy("web/guarded:v1", "tight/x");
        assert.deepEqual([full.status, codeOf(full)], [403, "DENIED"]);
        assert.match(messageOf(full), /exceed the configured upper limit of 100 Byte/);
    });
});

describe("garbage collection", () => {
    it("really frees the disk, while clients wait", async () => {
        const digest = await harbor.push("web/trash:v1", "to be thrown away");
        const manifest = JSON.parse(
            await harbor.crane(["admin", "Harbor12345"], "manifest", ref("web/trash:v1")),
        ) as { layers: { digest: string }[] };
        const blob = manifest.layers[0]?.digest.slice("sha256:".length) ?? "";
        const file = path.join(
            harbor.dir,
            `data/registry/content/docker/registry/v2/blobs/sha256/${blob.slice(0, 2)}/${blob}/data`,
        );
        assert.ok((await readFile(file)).length > 0);
        await harbor.expect(200, "DELETE", `/projects/web/repositories/trash/artifacts/${digest}`);
        const started = await harbor.expect(201, "POST", "/system/gc/schedule", {
            schedule: { type: "Manual" },
            parameters: { delete_untagged: true },
        });
        const run = started.headers.get("location")?.split("/").at(-1);
        await harbor.push("web/kept:v1", "pushed meanwhile");
        const status = await until("the garbage collection to end", async () => {
            const shown = await harbor.expect<{ job_status: string }>(200, "GET", `/system/gc/${run}`);
            return shown.body.job_status === "Running" ? undefined : shown.body.job_status;
        });
        assert.equal(status, "Success");
        await assert.rejects(readFile(file), /ENOENT/);
        await harbor.crane(["admin", "Harbor12345"], "manifest", ref("web/kept:v1"));
    });
});
