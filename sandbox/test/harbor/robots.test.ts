/** Robots: what they are made of, what is refused, and that the matrix of rights is what they can really do. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { access, codeOf, messageOf, type Robot, TestHarbor } from "./fixture";

let harbor: TestHarbor;

before(async () => {
    harbor = await TestHarbor.start();
    await harbor.project("web");
    await harbor.project("other");
});
after(() => harbor.stop());

interface Shown {
    id: number;
    name: string;
    expires_at: number;
    duration: number;
    creation_time: string;
    permissions: { kind: string; namespace: string; access: object[] }[];
}

const day = 24 * 60 * 60;

describe("making robots", () => {
    const good = {
        name: "ci",
        level: "project",
        duration: 30,
        permissions: [{ kind: "project", namespace: "web", access: access(["repository:pull"]) }],
    };

    it("shows the secret once, with the prefix and project in the name", async () => {
        const made = await harbor.expect<Shown & { secret: string }>(201, "POST", "/robots", {
            ...good,
            secret: "Ignored-123",
            disable: true,
        });
        assert.equal(made.body.name, "robot$web+ci");
        assert.notEqual(made.body.secret, "Ignored-123");
        assert.equal(made.body.secret.length, 32);
        assert.match(made.headers.get("location") ?? "", /\/robots\/\d+$/);
        const shown = await harbor.expect<Shown & { secret?: string; disable: boolean }>(
            200,
            "GET",
            `/robots/${made.body.id}`,
        );
        assert.equal(shown.body.secret, undefined);
        assert.equal(shown.body.disable, false, "disable is ignored when a robot is made");
        const created = Math.floor(Date.parse(shown.body.creation_time) / 1000);
        assert.equal(shown.body.expires_at, created + 30 * day);
    });

    for (const [what, change, status] of [
        ["a taken name", {}, 409],
        ["capitals", { name: "CI" }, 400],
        ["a plus", { name: "a+b" }, 400],
        ["duration 0", { name: "x", duration: 0 }, 400],
        ["duration -2", { name: "x", duration: -2 }, 400],
        ["no permission", { name: "x", permissions: [] }, 400],
        ["another level", { name: "x", level: "galaxy" }, 400],
        [
            "two projects at project level",
            { name: "x", permissions: [...good.permissions, { ...good.permissions[0], namespace: "other" }] },
            400,
        ],
        ["no duration", { name: "x", duration: undefined }, 400],
        ["a name of 256 characters", { name: "x".repeat(256) }, 500],
        ["a name that is too long with its project's", { name: "x".repeat(253) }, 500],
        [
            "a project that is not there",
            { name: "x", permissions: [{ ...good.permissions[0], namespace: "no" }] },
            404,
        ],
        [
            "a right outside the matrix",
            {
                name: "x",
                permissions: [{ kind: "project", namespace: "web", access: access(["repository:create"]) }],
            },
            400,
        ],
        [
            "a system right in a project",
            {
                name: "x",
                permissions: [{ kind: "project", namespace: "web", access: access(["quota:update"]) }],
            },
            400,
        ],
        ["a wrong type", { name: "x", duration: "long" }, 422],
    ] as const) {
        it(`refuses ${what} with ${status}`, async () => {
            const answer = await harbor.api("POST", "/robots", { ...good, ...change });
            assert.equal(answer.status, status, answer.text);
            assert.ok(codeOf(answer) !== "" && messageOf(answer) !== "");
        });
    }

    it("keeps a right once, and leaves out a description that is empty", async () => {
        const robot = await harbor.robot("web", "twice", ["repository:pull", "repository:pull"]);
        const shown = (await harbor.expect<Shown>(200, "GET", `/robots/${robot.id}`)).body;
        assert.deepEqual(shown.permissions[0]?.access, access(["repository:pull"]));
        assert.equal("description" in shown, false);
    });

    it("drops the rights in a project that is gone", async () => {
        await harbor.project("passing");
        const permissions = ["web", "passing"].map((namespace) => ({
            kind: "project",
            namespace,
            access: access(["repository:pull"]),
        }));
        const robot = await harbor.robot("web", "both", [], { level: "system", permissions });
        await harbor.expect(200, "DELETE", "/projects/passing");
        const shown = (await harbor.expect<Shown>(200, "GET", `/robots/${robot.id}`)).body;
        assert.deepEqual(
            shown.permissions.map(({ namespace }) => namespace),
            ["web"],
        );
        await harbor.expect(200, "DELETE", `/robots/${robot.id}`);
    });
});

describe("changing robots", () => {
    it("replaces the secret by a new or an own one, which must be strong", async () => {
        const robot = await harbor.robot("web", "rotated", ["project:read"]);
        const path = `/robots/${robot.id}`;
        const fresh = await harbor.expect<{ secret: string }>(200, "PATCH", path, { secret: "" });
        await harbor.expect(401, "GET", "/projects/web", undefined, robot.login);
        await harbor.expect(200, "GET", "/projects/web", undefined, [robot.login[0], fresh.body.secret]);
        const own = await harbor.expect<{ secret: string }>(200, "PATCH", path, { secret: "Own-Secret-1" });
        assert.equal(own.body.secret, "");
        await harbor.expect(200, "GET", "/projects/web", undefined, [robot.login[0], "Own-Secret-1"]);
        for (const secret of [
            "short1A",
            "alllowercase1",
            "ALLUPPERCASE1",
            "NoDigitsHere",
            `Aa1${"x".repeat(126)}`,
        ]) {
            assert.equal((await harbor.api("PATCH", path, { secret })).status, 400, secret);
        }
    });

    it("keeps name and level, and counts expiry from the creation", async () => {
        const robot = await harbor.robot("web", "kept", ["repository:pull"]);
        const path = `/robots/${robot.id}`;
        const shown = (await harbor.expect<Shown>(200, "GET", path)).body;
        assert.equal(shown.expires_at, -1);
        assert.equal((await harbor.api("PUT", path, { ...shown, name: "robot$web+new" })).status, 400);
        assert.equal((await harbor.api("PUT", path, { ...shown, level: "system" })).status, 400);
        await harbor.expect(200, "PUT", path, {
            ...shown,
            duration: 7,
            permissions: [{ kind: "project", namespace: "web", access: access(["artifact:read"]) }],
        });
        const after = (await harbor.expect<Shown>(200, "GET", path)).body;
        assert.equal(after.expires_at, Math.floor(Date.parse(shown.creation_time) / 1000) + 7 * day);
        assert.deepEqual(after.permissions[0]?.access, access(["artifact:read"]));
    });

    it("lists system robots by default and a project's on request", async () => {
        await harbor.expect(201, "POST", "/robots", {
            name: "sys",
            level: "system",
            duration: -1,
            permissions: [{ kind: "system", namespace: "/", access: access(["project:list"]) }],
        });
        const system = await harbor.expect<Shown[]>(200, "GET", "/robots");
        assert.deepEqual(
            system.body.map((robot) => robot.name),
            ["robot$sys"],
        );
        const { project_id } = (await harbor.expect<{ project_id: number }>(200, "GET", "/projects/web"))
            .body;
        const q = encodeURIComponent(`Level=project,ProjectID=${project_id}`);
        const project = await harbor.expect<Shown[]>(200, "GET", `/robots?q=${q}&page_size=100`);
        assert.ok(project.body.every((robot) => robot.name.startsWith("robot$web+")));
        assert.equal((await harbor.api("GET", "/robots?q=Level%3Dproject")).status, 400);
    });
});

describe("the matrix of rights", () => {
    interface Probe {
        right: string;
        call: [string, string, unknown?];
    }

    /** One call per right; each must be refused without the right and not refused with it. */
    const probes: Probe[] = [
        { right: "project:read", call: ["GET", "/projects/web"] },
        { right: "project:update", call: ["PUT", "/projects/web", { metadata: {} }] },
        { right: "metadata:read", call: ["GET", "/projects/web/metadatas/"] },
        { right: "repository:list", call: ["GET", "/projects/web/repositories"] },
        { right: "repository:read", call: ["GET", "/projects/web/repositories/app"] },
        { right: "repository:update", call: ["PUT", "/projects/web/repositories/app", { description: "d" }] },
        { right: "artifact:list", call: ["GET", "/projects/web/repositories/app/artifacts"] },
        { right: "artifact:read", call: ["GET", "/projects/web/repositories/app/artifacts/v1"] },
        { right: "tag:list", call: ["GET", "/projects/web/repositories/app/artifacts/v1/tags"] },
        {
            right: "tag:create",
            call: ["POST", "/projects/web/repositories/app/artifacts/v1/tags", { name: "also" }],
        },
        { right: "tag:delete", call: ["DELETE", "/projects/web/repositories/app/artifacts/v1/tags/also"] },
        { right: "member:list", call: ["GET", "/projects/web/members"] },
        { right: "robot:read", call: ["GET", "/robots/1"] },
        { right: "immutable-tag:list", call: ["GET", "/projects/web/immutabletagrules"] },
        { right: "notification-policy:list", call: ["GET", "/projects/web/webhook/policies"] },
        { right: "log:list", call: ["GET", "/projects/web/logs"] },
        { right: "scanner:read", call: ["GET", "/projects/web/scanner"] },
        { right: "accessory:list", call: ["GET", "/projects/web/repositories/app/artifacts/v1/accessories"] },
    ];

    let none: Robot;

    before(async () => {
        await harbor.push("web/app:v1", "x");
        none = await harbor.robot("other", "none", ["sbom:read"]);
        await harbor.robot("web", "first", ["repository:pull"]);
    });

    for (const { right, call } of probes) {
        it(`${right} decides ${call[0]} ${call[1]}`, async () => {
            const [method, path, body] = call;
            const target = path === "/robots/1" ? await aRobotOfWeb() : path;
            assert.equal((await harbor.api(method, target, body, none.login)).status, 403);
            const name = `m-${right.replace(":", ".")}`;
            const holder = await harbor.robot("web", name, [right]);
            const answer = await harbor.api(method, target, body, holder.login);
            assert.ok(
                answer.status < 300,
                `${method} ${target} with ${right}: ${answer.status} ${answer.text}`,
            );
            const elsewhere = await harbor.robot("other", name, [right]);
            assert.equal((await harbor.api(method, target, body, elsewhere.login)).status, 403);
        });
    }

    async function aRobotOfWeb(): Promise<string> {
        const { project_id } = (await harbor.expect<{ project_id: number }>(200, "GET", "/projects/web"))
            .body;
        const q = encodeURIComponent(`Level=project,ProjectID=${project_id}`);
        const robots = await harbor.expect<Shown[]>(200, "GET", `/robots?q=${q}`);
        return `/robots/${robots.body[0]?.id}`;
    }

    it("is shown to administrators of the system or a project, not to robots", async () => {
        const matrix = await harbor.expect<Record<string, { resource: string; action: string }[]>>(
            200,
            "GET",
            "/permissions",
        );
        const project = matrix.body["project"]?.map(({ resource, action }) => `${resource}:${action}`) ?? [];
        assert.ok(project.includes("repository:push") && !project.includes("repository:create"));
        await harbor.expect(403, "GET", "/permissions", undefined, none.login);
        const guest = await harbor.user("gail", "web", 3);
        await harbor.expect(403, "GET", "/permissions", undefined, guest);
        const lead = await harbor.user("lea", "web", 1);
        await harbor.expect(200, "GET", "/permissions", undefined, lead);
    });

    it("does not let a robot grant more than it has", async () => {
        const made = await harbor.expect<{ name: string; secret: string }>(201, "POST", "/robots", {
            name: "maker",
            level: "system",
            duration: -1,
            permissions: [
                { kind: "system", namespace: "/", access: access(["project:create", "robot:create"]) },
                {
                    kind: "project",
                    namespace: "*",
                    access: access(["robot:create", "repository:pull"]),
                },
            ],
        });
        const login: Robot["login"] = [made.body.name, made.body.secret];
        await harbor.expect(201, "POST", "/projects", { project_name: "by-robot" }, login);
        const robot = (rights: string[]): object => ({
            name: "child",
            level: "project",
            duration: 1,
            permissions: [{ kind: "project", namespace: "by-robot", access: access(rights) }],
        });
        await harbor.expect(403, "POST", "/robots", robot(["repository:pull", "repository:push"]), login);
        await harbor.expect(201, "POST", "/robots", robot(["repository:pull"]), login);
        await harbor.expect(403, "POST", "/projects", { project_name: "no" }, none.login);
    });
});
