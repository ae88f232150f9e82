/**
 * The doctor on Harbor: one thing wrong at a time, and each is named once, with its place in the spec and what to do. The
 * answers are those of Harbor's API description; that a Harbor gives them is not proved here.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, type Finding } from "../../../commands/doctor/finding";
import { harborChecks } from "../../../commands/doctor/harbor/checks";
import { harborFacts } from "../../../commands/doctor/harbor/facts";
import { nothingMade, type Made } from "../../../commands/doctor/made";
import { model, type Overrides } from "../../support/estate";
import {
    assertFound,
    assertNothingClaimed,
    madeOf,
    now,
    server,
    silent,
    Status,
    type Answers,
    type Expected,
} from "./support";

const setting = (value: unknown): unknown => ({ value, editable: true });

const ready: Answers = {
    "GET /systeminfo": {
        auth_mode: "db_auth",
        harbor_version: "v2.15.2-0b1c2d3e",
        external_url: "https://harbor.test",
        read_only: false,
    },
    "GET /users/current": { username: "admin", sysadmin_flag: true },
    "GET /health": { status: "healthy", components: [{ name: "core", status: "healthy" }] },
    "GET /configurations": {
        robot_name_prefix: setting("robot$"),
        quota_per_project_enable: setting(true),
    },
    "GET /projects": [{ name: "library", owner_name: "admin", repo_count: 3 }],
    "GET /robots": [],
    "GET /quotas?reference=project": [],
    "GET /scanners": [],
};

const asRobot: Answers = {
    "GET /users/current": new Status(404),
    "GET /configurations": new Status(403),
    "GET /quotas?reference=project": new Status(403),
};

async function look(
    answers: Answers,
    overrides: Overrides = {},
    { made = nothingMade, username = "admin" }: { made?: Made; username?: string } = {},
): Promise<Finding[]> {
    const estate = model(overrides);
    const registry = estate.registries["main"];
    assert.ok(registry !== undefined);
    const facts = await harborFacts(server(answers).ask);
    return decide(harborChecks, facts, { estate, made, now, registry, username });
}

const stands = madeOf(
    { type: "harbor:index/project:Project", provider: "harbor-main", outputs: { name: "web-dev" } },
    { type: "harbor:index/robotAccount:RobotAccount", provider: "harbor-main", id: "/robots/7" },
);

test("nothing is said of a Harbor that is as it should be, before the first up and on an existing estate", async () => {
    assert.deepEqual(await look(ready), []);
    const standing = {
        ...ready,
        "GET /projects": [{ name: "web-dev", owner_name: "admin", repo_count: 2 }],
        "GET /robots": [
            { id: 7, name: "robot$acme-web-promote-g1", description: "Promotion of web", expires_at: -1 },
        ],
    };
    assert.deepEqual(await look(standing, {}, { made: stands }), []);
});

const projectRobot = (provider: string, duration: number, created: string) => ({
    type: "harbor:index/robotAccount:RobotAccount",
    provider,
    created,
    outputs: { name: "pull-g1", level: "project", duration, permissions: [{ namespace: "web-dev" }] },
});

test("a robot of a project that is good for long enough is no finding", async () => {
    const made = madeOf(projectRobot("harbor-main", 90, "2026-03-20T00:00:00Z"));
    assert.deepEqual(await look(ready, {}, { made }), []);
});

interface Planted {
    readonly answers: Answers;
    readonly spec?: Overrides;
    readonly made?: Made;
    readonly username?: string;
    readonly found: readonly Expected[];
}

const gib = 1024 ** 3;

const planted: Readonly<Record<string, Planted>> = {
    "a Harbor that does not answer is one finding": {
        answers: { "GET /systeminfo": silent },
        found: [["harbor-reachable", "registries.main.url", /network and proxy/]],
    },
    "a Harbor that stops answering in the middle is one too": {
        answers: { ...ready, "GET /robots": silent },
        found: [["harbor-reachable", "registries.main.url", /network and proxy/]],
    },
    "a page that is not Harbor's": {
        answers: { "GET /systeminfo": new Status(302, "", { location: "https://other.test" }) },
        found: [["harbor-api", "registries.main.url", /external_url/]],
    },
    "a password that is refused": {
        answers: { "GET /systeminfo": { auth_mode: "db_auth" }, "GET /users/current": new Status(401) },
        found: [["harbor-login", "credentials.registries.main.username", /config set --secret/]],
    },
    "a Harbor that is too old": {
        answers: {
            ...ready,
            "GET /systeminfo": { auth_mode: "db_auth", harbor_version: "v2.10.3-abc", external_url: "" },
        },
        found: [["harbor-version", "registries.main.url", /upgrade/]],
    },
    "a part that is not healthy": {
        answers: {
            ...ready,
            "GET /health": {
                components: [
                    { name: "core", status: "healthy" },
                    { name: "jobservice", status: "unhealthy" },
                ],
            },
        },
        found: [["harbor-health", "registries.main.url", /logs/]],
    },
    "a list of robots that breaks off": {
        answers: { ...ready, "GET /robots": new Status(502) },
        found: [["harbor-lists", "registries.main.url", /run it again/, "note"]],
    },
    "a Harbor that is read-only": {
        answers: {
            ...ready,
            "GET /systeminfo": {
                auth_mode: "db_auth",
                harbor_version: "v2.15.2",
                external_url: "https://harbor.test",
                read_only: true,
            },
        },
        found: [["harbor-read-only", "registries.main.url", /Repository Read Only/]],
    },
    "the secret of a person who signs in elsewhere": {
        answers: {
            ...ready,
            "GET /systeminfo": { auth_mode: "oidc_auth", harbor_version: "v2.15.2", external_url: "" },
        },
        username: "alice",
        found: [["harbor-auth", "credentials.registries.main.username", /built-in admin/, "warning"]],
    },
    "an account that is no administrator": {
        answers: { ...ready, "GET /users/current": { username: "dev", sysadmin_flag: false } },
        username: "dev",
        found: [["harbor-account", "credentials.registries.main.username", /administrator/]],
    },
    "a robot of the system as account": {
        answers: { ...ready, ...asRobot },
        username: "robot$estate",
        found: [["harbor-account", "credentials.registries.main.username", /administrator/]],
    },
    "the same, on an estate that stands": {
        answers: { ...ready, ...asRobot },
        username: "robot$estate",
        made: stands,
        found: [["harbor-account", "credentials.registries.main.username", /administrator/, "warning"]],
    },
    "another robot prefix": {
        answers: { ...ready, "GET /configurations": { robot_name_prefix: setting("bot_") } },
        found: [["harbor-robot-prefix", "registries.main.robotPrefix", /: "bot_"/]],
    },
    "another robot prefix, by the account's own name": {
        answers: { ...ready, ...asRobot },
        username: "bot_estate",
        made: stands,
        found: [
            ["harbor-account", "credentials.registries.main.username", /administrator/, "warning"],
            ["harbor-robot-prefix", "registries.main.robotPrefix", /how it begins/],
        ],
    },
    "projects and a robot that somebody made": {
        answers: {
            ...ready,
            "GET /projects": [
                { name: "web-dev", owner_name: "bob", repo_count: 0 },
                { name: "api-prod", owner_name: "admin", repo_count: 4 },
            ],
            "GET /robots": [{ id: 3, name: "robot$acme-web-promote-g1", description: "", expires_at: -1 }],
        },
        found: [
            ["harbor-name", "apps.api.environments.prod", /Taking over/],
            ["harbor-name", "apps.web", /Taking over/],
            ["harbor-name", "apps.web.environments.dev", /Taking over/],
        ],
    },
    "what a killed run left": {
        answers: {
            ...ready,
            "GET /projects": [{ name: "web-dev", owner_name: "admin", repo_count: 0 }],
            "GET /robots": [
                { id: 3, name: "robot$acme-web-promote-g1", description: "Promotion of web", expires_at: -1 },
            ],
        },
        found: [
            ["harbor-name", "apps.web", /import it/, "warning"],
            ["harbor-name", "apps.web.environments.dev", /import it/, "warning"],
        ],
    },
    "robots about to end": {
        answers: {
            ...ready,
            "GET /robots": [
                {
                    id: 7,
                    name: "robot$acme-web-promote-g1",
                    description: "Promotion of web",
                    expires_at: now.getTime() / 1000 + 86_400,
                },
            ],
        },
        made: stands,
        found: [["harbor-robot-end", "credentials.generation", /generation: 2/, "warning"]],
    },
    "robots of projects about to end, in an estate that promotes nothing": {
        answers: ready,
        made: madeOf(
            projectRobot("harbor-main", 90, "2026-03-10T00:00:00Z"),
            projectRobot("harbor-other", 90, "2026-03-10T00:00:00Z"),
            projectRobot("harbor-main", 90, "2026-05-10T00:00:00Z"),
            projectRobot("harbor-main", -1, "2026-03-10T00:00:00Z"),
        ),
        found: [["harbor-robot-end", "credentials.generation", /generation: 2/, "warning"]],
    },
    "quotas that are switched off": {
        answers: {
            ...ready,
            "GET /configurations": {
                robot_name_prefix: setting("robot$"),
                quota_per_project_enable: setting(false),
            },
        },
        spec: { apps: { web: { storageGiB: 5 } } },
        found: [["harbor-quota", "apps.web.environments.dev", /quota_per_project_enable/, "warning"]],
    },
    "a quota that is used up": {
        answers: {
            ...ready,
            "GET /projects": [{ name: "web-dev", owner_name: "admin", repo_count: 2 }],
            "GET /quotas?reference=project": [
                { ref: { name: "web-dev" }, hard: { storage: 5 * gib }, used: { storage: 4.9 * gib } },
            ],
        },
        made: stands,
        spec: { apps: { web: { storageGiB: 5 } } },
        found: [
            ["harbor-quota-used", "apps.web.environments.dev", /raise storageGiB, lower keepTags/, "warning"],
        ],
    },
    "a project that is nearly full, of tags that retention cannot delete": {
        answers: {
            ...ready,
            "GET /quotas?reference=project": [
                { ref: { name: "web-dev" }, hard: { storage: 5 * gib }, used: { storage: 4.9 * gib } },
            ],
        },
        made: stands,
        spec: { apps: { web: { storageGiB: 5, environments: { dev: { immutableTags: ["**"] } } } } },
        found: [["harbor-quota-used", "apps.web.environments.dev", /deletes no immutable tag/, "warning"]],
    },
    "a scanner that does not work": {
        answers: { ...ready, "GET /scanners": [{ name: "Trivy", is_default: true, disabled: true }] },
        found: [["harbor-scanner", "registries.main.url", /Interrogation/, "warning"]],
    },
    "a Harbor that calls itself something else": {
        answers: {
            ...ready,
            "GET /systeminfo": {
                auth_mode: "db_auth",
                harbor_version: "v2.15.2",
                external_url: "https://registry.corp.test",
            },
        },
        found: [["harbor-own-url", "registries.main.url", /external_url/, "warning"]],
    },
};

describe("one thing wrong with Harbor", () => {
    for (const [name, { answers, spec, made, username, found }] of Object.entries(planted)) {
        test(name, async () => {
            const findings = await look(answers, spec, {
                ...(made === undefined ? {} : { made }),
                ...(username === undefined ? {} : { username }),
            });
            const seen = [...findings].sort((a, b) => (a.path < b.path ? -1 : 1));
            assertFound(seen, found);
        });
    }
    test("every check has something planted", () => {
        const ids = new Set(Object.values(planted).flatMap(({ found }) => found.map(([id]) => id)));
        assert.deepEqual(
            harborChecks.map(({ id }) => id).filter((id) => !ids.has(id)),
            [],
        );
    });
});

test("an inconclusive answer is no answer: the account is not a robot by it", async () => {
    await assertNothingClaimed(ready, (answers) => look(answers), [
        "harbor-reachable",
        "harbor-api",
        "harbor-lists",
    ]);
});
