/** Projects, metadata, members, users, groups, labels and settings over the API, as the provider's calls need them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { codeOf, idOf, type Login, messageOf, TestHarbor, Receiver } from "./fixture";

let harbor: TestHarbor;

before(async () => {
    harbor = await TestHarbor.start();
});
after(() => harbor.stop());

interface Project {
    project_id: number;
    name: string;
    metadata: Record<string, string>;
    repo_count: number;
}

describe("projects", () => {
    it("are made with a Location, found by number and by name, and changed", async () => {
        const made = await harbor.expect(201, "POST", "/projects", {
            project_name: "alpha",
            metadata: { public: "false", auto_scan: "true", retention_id: "" },
            storage_limit: 1073741824,
        });
        assert.match(made.headers.get("location") ?? "", /^\/api\/v2\.0\/projects\/\d+$/);
        const id = idOf(made);
        const byId = await harbor.expect<Project>(200, "GET", `/projects/${id}`);
        const byName = await harbor.expect<Project>(200, "GET", "/projects/alpha");
        assert.deepEqual(byId.body, byName.body);
        assert.deepEqual(byId.body.metadata, { public: "false", auto_scan: "true" });
        const stranger = await harbor.api("PUT", `/projects/${id}`, { metadata: { retention_id: "99" } });
        assert.equal(stranger.status, 400);
        await harbor.expect(200, "PUT", `/projects/${id}`, {
            metadata: { public: "true", prevent_vul: "true", severity: "high" },
        });
        const changed = await harbor.expect<Project>(200, "GET", `/projects/${id}`);
        assert.deepEqual(changed.body.metadata, {
            public: "true",
            auto_scan: "true",
            prevent_vul: "true",
            severity: "high",
        });
        const quotas = await harbor.expect<{ hard: { storage: number } }[]>(
            200,
            "GET",
            `/quotas?reference_id=${id}`,
        );
        assert.equal(quotas.body[0]?.hard.storage, 1073741824);
    });

    for (const [name, status] of [
        ["Upper", 400],
        ["two__underscores", 400],
        ["-dash", 400],
        ["", 400],
        ["a".repeat(256), 422],
        ["alpha", 409],
    ] as const) {
        it(`refuses the name "${name.slice(0, 20)}" with ${status}`, async () => {
            const answer = await harbor.api("POST", "/projects", { project_name: name });
            assert.equal(answer.status, status, answer.text);
            assert.ok(messageOf(answer).length > 0);
        });
    }

    it("are refused over a limit or a registry that cannot be", async () => {
        await harbor.expect(400, "POST", "/projects", { project_name: "huge", storage_limit: 2 ** 60 });
        await harbor.expect(400, "POST", "/projects", { project_name: "huge", storage_limit: -2 });
        await harbor.expect(500, "POST", "/projects", { project_name: "proxy", registry_id: 4711 });
        const [quota] = (await harbor.expect<{ id: number }[]>(200, "GET", "/quotas")).body;
        await harbor.expect(400, "PUT", `/quotas/${quota?.id ?? 0}`, { hard: { storage: 2 ** 60 } });
    });

    it("begin with library, which everybody sees", async () => {
        const path = "/projects?q=name%3Dlibrary";
        const seen = await harbor.expect<Project[]>(200, "GET", path, undefined, "anonymous");
        assert.deepEqual(
            seen.body.map(({ name }) => name),
            ["library"],
        );
        assert.equal("deleted" in (seen.body[0] ?? {}), false);
    });

    it("treats a name of digits as a name when the request says so", async () => {
        await harbor.project("777");
        const number = await harbor.fetch<Project>("GET", "/api/v2.0/projects/777");
        assert.equal(number.status, 404);
        const name = await harbor.fetch<Project>("GET", "/api/v2.0/projects/777", undefined, undefined, {
            "x-is-resource-name": "true",
        });
        assert.equal(name.body.name, "777");
    });

    it("are deleted only without repositories, and their robots and quota with them", async () => {
        const id = await harbor.project("doomed");
        const robot = await harbor.robot("doomed", "r", ["repository:pull"]);
        await harbor.push("doomed/app:v1", "x");
        const refused = await harbor.api("DELETE", `/projects/${id}`);
        assert.deepEqual([refused.status, codeOf(refused)], [412, "PRECONDITION"]);
        const deletable = await harbor.expect<{ deletable: boolean }>(
            200,
            "GET",
            `/projects/${id}/_deletable`,
        );
        assert.equal(deletable.body.deletable, false);
        await harbor.expect(200, "DELETE", "/projects/doomed/repositories/app");
        await harbor.expect(200, "DELETE", `/projects/${id}`);
        await harbor.expect(404, "GET", `/projects/${id}`);
        await harbor.expect(404, "GET", `/robots/${robot.id}`);
        const quotas = await harbor.expect<unknown[]>(200, "GET", `/quotas?reference_id=${id}`);
        assert.deepEqual(quotas.body, []);
    });

    it("are looked for by HEAD and listed in pages, filtered and sorted", async () => {
        for (let n = 0; n < 5; n++) {
            await harbor.project(`page-${n}`);
        }
        assert.equal((await harbor.api("HEAD", "/projects?project_name=page-1")).status, 200);
        assert.equal((await harbor.api("HEAD", "/projects?project_name=nope")).status, 404);
        const page = await harbor.expect<Project[]>(
            200,
            "GET",
            "/projects?q=name%3D~page-&sort=-name&page=2&page_size=2",
        );
        assert.deepEqual(
            page.body.map((project) => project.name),
            ["page-2", "page-1"],
        );
        assert.equal(page.headers.get("x-total-count"), "5");
        const link = page.headers.get("link") ?? "";
        assert.match(link, /page=1&page_size=2>; rel="prev" , <.*page=3&page_size=2>; rel="next"/);
        assert.equal((await harbor.api("GET", "/projects?page_size=101")).status, 422);
    });

    it("have one metadata field changed at a time", async () => {
        const path = "/projects/page-0/metadatas";
        await harbor.expect(201, "POST", `${path}/`, { auto_scan: "true" });
        await harbor.expect(409, "POST", `${path}/`, { auto_scan: "true" });
        await harbor.expect(200, "PUT", `${path}/auto_scan`, { auto_scan: "false" });
        assert.deepEqual((await harbor.expect(200, "GET", `${path}/auto_scan`)).body, { auto_scan: "false" });
        await harbor.expect(400, "POST", `${path}/`, { severity: "terrible" });
        await harbor.expect(200, "DELETE", `${path}/auto_scan`);
        await harbor.expect(404, "GET", `${path}/auto_scan`);
    });
});

describe("members and users", () => {
    let login: Login;

    it("a member has the rights of the role, and loses them with it", async () => {
        await harbor.project("team");
        login = await harbor.user("mia");
        await harbor.expect(403, "GET", "/projects/team", undefined, login);
        await harbor.expect(401, "GET", "/projects/team", undefined, "anonymous");
        const made = await harbor.expect(201, "POST", "/projects/team/members", {
            role_id: 2,
            member_user: { username: "mia" },
        });
        const path = `/projects/team/members/${idOf(made)}`;
        await harbor.expect(200, "GET", "/projects/team", undefined, login);
        await harbor.expect(403, "PUT", "/projects/team", { metadata: {} }, login);
        await harbor.expect(409, "POST", "/projects/team/members", {
            role_id: 3,
            member_user: { username: "mia" },
        });
        await harbor.expect(200, "PUT", path, { role_id: 1 });
        await harbor.expect(200, "PUT", "/projects/team", { metadata: { auto_scan: "true" } }, login);
        const shown = await harbor.expect<{ role_name: string }>(200, "GET", path);
        assert.equal(shown.body.role_name, "projectAdmin");
        await harbor.expect(400, "PUT", path, { role_id: 9 });
        await harbor.expect(200, "DELETE", path);
        await harbor.expect(403, "GET", "/projects/team", undefined, login);
        await harbor.expect(404, "POST", "/projects/team/members", {
            role_id: 2,
            member_user: { username: "nobody" },
        });
    });

    it("a project that does not exist looks like a closed one, except to administrators", async () => {
        await harbor.expect(403, "GET", "/projects/missing", undefined, login);
        await harbor.expect(404, "GET", "/projects/missing");
    });

    it("a group becomes a member by its name, and is made on the way", async () => {
        const made = await harbor.expect(201, "POST", "/projects/team/members", {
            role_id: 4,
            member_group: { group_name: "ops", group_type: 3 },
        });
        const member = await harbor.expect<{ entity_name: string; entity_type: string }>(
            200,
            "GET",
            `/projects/team/members/${idOf(made)}`,
        );
        assert.deepEqual([member.body.entity_name, member.body.entity_type], ["ops", "g"]);
        await harbor.expect(409, "POST", "/usergroups", { group_name: "ops", group_type: 3 });
        await harbor.expect(400, "POST", "/usergroups", { group_name: "x", group_type: 7 });
    });

    it("users are made by administrators with a strong password, and look after themselves", async () => {
        const weak = { username: "w", email: "w@example.com", realname: "w", password: "weak" };
        await harbor.expect(400, "POST", "/users", weak);
        await harbor.expect(403, "POST", "/users", { ...weak, password: "Strong-1234" }, login);
        const current = await harbor.expect<{ user_id: number; sysadmin_flag: boolean }>(
            200,
            "GET",
            "/users/current",
            undefined,
            login,
        );
        assert.equal(current.body.sysadmin_flag, false);
        const path = `/users/${current.body.user_id}`;
        await harbor.expect(403, "GET", "/users", undefined, login);
        await harbor.expect(
            403,
            "PUT",
            `${path}/password`,
            { old_password: "wrong", new_password: "Other-1234" },
            login,
        );
        await harbor.expect(
            200,
            "PUT",
            `${path}/password`,
            { old_password: login[1], new_password: "Other-1234" },
            login,
        );
        await harbor.expect(401, "GET", "/users/current", undefined, login);
        await harbor.expect(200, "PUT", `${path}/sysadmin`, { sysadmin_flag: true });
        await harbor.expect(200, "GET", "/users", undefined, ["mia", "Other-1234"]);
        await harbor.expect(200, "DELETE", path);
        await harbor.expect(404, "GET", path);
    });
});

describe("labels", () => {
    it("exist once per scope", async () => {
        const id = await harbor.project("labelled");
        const made = await harbor.expect(201, "POST", "/labels", {
            name: "stable",
            scope: "g",
            color: "#00FF00",
        });
        await harbor.expect(409, "POST", "/labels", { name: "stable", scope: "g" });
        await harbor.expect(201, "POST", "/labels", { name: "stable", scope: "p", project_id: id });
        await harbor.expect(400, "POST", "/labels", { name: "stable", scope: "x" });
        const list = await harbor.expect<unknown[]>(200, "GET", `/labels?scope=p&project_id=${id}`);
        assert.equal(list.body.length, 1);
        await harbor.expect(200, "PUT", `/labels/${idOf(made)}`, { name: "steady", color: "#FFFFFF" });
        await harbor.expect(200, "DELETE", `/labels/${idOf(made)}`);
        await harbor.expect(404, "GET", `/labels/${idOf(made)}`);
    });
});

describe("the system", () => {
    it("shows and changes settings for administrators only", async () => {
        await harbor.expect(401, "GET", "/configurations", undefined, "anonymous");
        const robot = await harbor.robot("team", "reader", ["project:read"]);
        await harbor.expect(403, "GET", "/configurations", undefined, robot.login);
        await harbor.expect(200, "PUT", "/configurations", { robot_name_prefix: "bot@", unknown_key: 1 });
        const shown = await harbor.expect<Record<string, { value: unknown; editable: boolean }>>(
            200,
            "GET",
            "/configurations",
        );
        assert.deepEqual(shown.body["robot_name_prefix"], { value: "bot@", editable: true });
        assert.equal(shown.body["oidc_client_secret"], undefined);
        const renamed: Login = [robot.login[0].replace("robot$", "bot@"), robot.login[1]];
        await harbor.expect(200, "GET", "/projects/team", undefined, renamed);
        await harbor.expect(200, "PUT", "/configurations", { robot_name_prefix: "robot$" });
        await harbor.expect(400, "PUT", "/configurations", { project_creation_restriction: "nobody" });
    });

    it("answers health, version, ping and statistics", async () => {
        const health = await harbor.expect<{ status: string }>(200, "GET", "/health", undefined, "anonymous");
        assert.equal(health.body.status, "healthy");
        assert.equal((await harbor.expect(200, "GET", "/ping")).text, "Pong");
        assert.deepEqual((await harbor.fetch("GET", "/api/version")).body, { version: "v2.0" });
        const open = await harbor.expect<object>(200, "GET", "/systeminfo", undefined, "anonymous");
        assert.equal("harbor_version" in open.body, false);
        await harbor.expect(200, "GET", "/statistics");
    });

    it("keeps schedules: empty at first, then made once, changed and deleted", async () => {
        for (const name of ["gc", "purgeaudit"]) {
            const path = `/system/${name}/schedule`;
            assert.equal((await harbor.expect(200, "GET", path)).text, "");
            const daily = { schedule: { type: "Daily", cron: "0 0 0 * * *" }, parameters: { workers: 1 } };
            await harbor.expect(201, "POST", path, daily);
            await harbor.expect(201, "POST", path, daily);
            await harbor.expect(200, "PUT", path, { schedule: { type: "Custom", cron: "0 30 3 * * 1-5" } });
            const shown = await harbor.expect<{ schedule: { type: string; cron: string } }>(200, "GET", path);
            assert.equal(shown.body.schedule.cron, "0 30 3 * * 1-5");
            await harbor.expect(400, "PUT", path, { schedule: { type: "Custom", cron: "often" } });
            await harbor.expect(200, "PUT", path, { schedule: { type: "None" } });
            assert.equal((await harbor.expect(200, "GET", path)).text, "");
        }
    });

    it("has no scanner and says so instead of pretending", async () => {
        await harbor.project("scanned");
        await harbor.push("scanned/app:v1", "s");
        await harbor.expect(412, "GET", "/system/scanAll/schedule");
        const scan = await harbor.api("POST", "/projects/scanned/repositories/app/artifacts/v1/scan");
        assert.equal(scan.status, 412);
        await harbor.expect(412, "POST", "/system/scanAll/schedule", { schedule: { type: "Daily" } });
        const report = "/projects/scanned/repositories/app/artifacts/v1/additions/vulnerabilities";
        await harbor.expect(404, "GET", report);
        await harbor.expect(500, "POST", "/scanners", { name: "t", url: "http://127.0.0.1:1" });
        const adapter = await Receiver.start();
        const made = await harbor.expect(201, "POST", "/scanners", {
            name: "t",
            url: new URL(adapter.url).origin,
        });
        await adapter.stop();
        const uuid = made.headers.get("location")?.split("/").at(-1);
        await harbor.expect(200, "PATCH", `/scanners/${uuid}`, { is_default: true });
        await harbor.expect(200, "PUT", "/projects/scanned/scanner", { uuid });
        await harbor.expect(200, "GET", "/system/scanAll/schedule");
    });

    it("keeps an allowlist of vulnerabilities", async () => {
        await harbor.expect(200, "PUT", "/system/CVEAllowlist", { items: [{ cve_id: "CVE-2026-1" }] });
        const shown = await harbor.expect<{ items: unknown[] }>(200, "GET", "/system/CVEAllowlist");
        assert.deepEqual(shown.body.items, [{ cve_id: "CVE-2026-1" }]);
    });

    it("writes down who did what", async () => {
        const logs = await harbor.expect<{ operation: string; resource: string; username: string }[]>(
            200,
            "GET",
            "/projects/scanned/logs?q=resource_type%3Dartifact",
        );
        assert.deepEqual(
            logs.body.map((entry) => [entry.operation, entry.resource, entry.username]),
            [["create", "scanned/app:v1", "admin"]],
        );
        await harbor.expect(200, "GET", "/auditlog-exts?page_size=5");
    });
});
