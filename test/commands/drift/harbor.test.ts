/** What drift says of a Harbor: a quiet inventory gives nothing, each edit by hand exactly one finding. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declaredIn } from "../../../commands/drift/declared";
import type { Finding } from "../../../commands/drift/finding";
import { harborDrift } from "../../../commands/drift/harbor/compare";
import { hasImmutableTags, movedTags, type SeenTag } from "../../../commands/drift/harbor/tags";
import type { HarborInventory } from "../../../commands/drift/harbor/inventory";

const resource = (type: string, id: string, inputs: object, outputs: object = {}): object => ({
    urn: `urn:pulumi:dev::gitops-estate::${type}::${id}`,
    type,
    id,
    provider: "urn:pulumi:dev::gitops-estate::pulumi:providers:harbor::harbor-main::1",
    inputs,
    outputs: { ...inputs, ...outputs },
});

const pull = [{ resource: "repository", action: "pull" }];

const declared = declaredIn({
    deployment: {
        resources: [
            resource("harbor:index/project:Project", "/projects/3", {
                name: "web-prod",
                public: false,
                vulnerabilityScanning: true,
                autoSbomGeneration: true,
                storageQuota: 20,
            }),
            resource("harbor:index/retentionPolicy:RetentionPolicy", "/retentions/4", {
                scope: "/projects/3",
                schedule: "Daily",
                rules: [
                    {
                        repoMatching: "**",
                        tagMatching: "**",
                        mostRecentlyPushed: 10,
                        untaggedArtifacts: true,
                    },
                ],
            }),
            resource("harbor:index/immutableTagRule:ImmutableTagRule", "/projects/3/immutabletagrules/5", {
                projectId: "/projects/3",
                repoMatching: "**",
                tagMatching: "v*",
                disabled: false,
            }),
            resource("harbor:index/projectWebhook:ProjectWebhook", "/projects/3/webhook/policies/6", {
                projectId: "/projects/3",
                name: "updater",
                address: "https://updater.example.com",
                eventsTypes: ["PUSH_ARTIFACT"],
                enabled: true,
                skipCertVerify: false,
            }),
            resource("harbor:index/robotAccount:RobotAccount", "/robots/7", {
                name: "pull-g1",
                level: "project",
                duration: 90,
                disable: false,
                permissions: [{ kind: "project", namespace: "web-prod", accesses: pull }],
            }),
            resource("harbor:index/robotAccount:RobotAccount", "/robots/8", {
                name: "promote-g1",
                level: "system",
                duration: 90,
                permissions: [{ kind: "project", namespace: "web-prod", accesses: pull }],
            }),
        ],
    },
} as never);

type Loose = Record<string, never> & Record<string, unknown>;
interface Project {
    body: { metadata: Record<string, string> } | null;
    members: Loose[];
    robots: Loose[];
    webhooks: Loose[];
    immutable: Loose[];
    retention: { rules: { params: Record<string, number> }[] } | null;
    scanner: Record<string, unknown>;
}
interface Inventory {
    projects: [Project];
    quotas: { hard: { storage: number } }[];
    robots: Loose[];
    replications: Loose[];
    users: Loose[];
    configuration: Record<string, { value: string }>;
}

function quiet(): Inventory {
    const permissions = [{ kind: "project", namespace: "web-prod", access: pull }];
    return structuredClone({
        projects: [
            {
                id: "/projects/3",
                name: "web-prod",
                body: {
                    metadata: { public: "false", auto_scan: "true", auto_sbom_generation: "true" },
                },
                members: [{ id: 1, entity_name: "admin", entity_type: "u", role_id: 1 }],
                robots: [
                    {
                        id: 7,
                        name: "robot$web-prod+pull-g1",
                        duration: 90,
                        disable: false,
                        expires_at: 1,
                        permissions,
                    },
                ],
                webhooks: [
                    {
                        id: 6,
                        name: "updater",
                        enabled: true,
                        event_types: ["PUSH_ARTIFACT"],
                        targets: [{ address: "https://updater.example.com", skip_cert_verify: false }],
                    },
                ],
                immutable: [
                    {
                        id: 5,
                        disabled: false,
                        tag_selectors: [{ decoration: "matches", pattern: "v*" }],
                        scope_selectors: { repository: [{ decoration: "repoMatches", pattern: "**" }] },
                    },
                ],
                scanner: { uuid: "1", name: "Trivy", url: "http://trivy:8080", is_default: true },
                retention: {
                    id: 4,
                    trigger: { settings: { cron: "0 0 0 * * *" } },
                    rules: [
                        {
                            disabled: false,
                            template: "latestPushedK",
                            params: { latestPushedK: 10 },
                            tag_selectors: [
                                { decoration: "matches", pattern: "**", extras: '{"untagged":true}' },
                            ],
                            scope_selectors: { repository: [{ decoration: "repoMatches", pattern: "**" }] },
                        },
                    ],
                },
            },
        ],
        quotas: [{ ref: { id: 3 }, hard: { storage: 20 * 2 ** 30 } }],
        robots: [
            { id: 8, name: "robot$promote-g1", duration: 90, permissions },
            {
                id: 9,
                name: "robot$of-others",
                permissions: [{ kind: "project", namespace: "others", access: pull }],
            },
        ],
        scanners: [{ uuid: "1", name: "Trivy", url: "http://trivy:8080", is_default: true }],
        replications: [
            {
                id: 1,
                name: "others",
                dest_registry: { id: 2 },
                filters: [{ type: "name", value: "others/**" }],
            },
        ],
        users: [
            { user_id: 1, username: "root", sysadmin_flag: true },
            { user_id: 2, username: "admin", sysadmin_flag: true },
            { user_id: 3, username: "ada", sysadmin_flag: false },
        ],
        // What is left over from another way to sign in lets nobody in.
        configuration: { auth_mode: { value: "db_auth" }, oidc_admin_group: { value: "old" } },
    }) as unknown as Inventory;
}

function drift(inventory: Inventory): Finding[] {
    return harborDrift(declared, inventory as unknown as HarborInventory, {
        name: "main",
        url: "https://harbor.example.com",
        username: "admin",
        mend: "npm run up -- --stack dev --refresh",
        now: new Date("2026-12-01"),
    });
}

const cases: readonly (readonly [string, (inventory: Inventory) => void, string])[] = [
    [
        "public",
        ({ projects: [project] }) => (project.body!.metadata["public"] = "true"),
        "changed imageProject data",
    ],
    [
        "not scanned",
        ({ projects: [project] }) => (project.body!.metadata["auto_scan"] = "false"),
        "changed imageProject data",
    ],
    [
        "another scanner",
        ({ projects: [project] }) =>
            (project.scanner = { uuid: "2", name: "blind", url: "http://blind:8080", is_default: false }),
        "undeclared scanner review",
    ],
    ["deleted", ({ projects: [project] }) => (project.body = null), "missing imageProject data"],
    ["quota", ({ quotas: [quota] }) => (quota!.hard.storage = -1), "changed quota data"],
    [
        "retention keeps one",
        ({ projects: [project] }) => (project.retention!.rules[0]!.params = { latestPushedK: 1 }),
        "changed retention data",
    ],
    [
        "retention emptied",
        ({ projects: [project] }) => (project.retention!.rules = []),
        "changed retention data",
    ],
    ["retention gone", ({ projects: [project] }) => (project.retention = null), "missing retention data"],
    [
        "immutable rule removed",
        ({ projects: [project] }) => (project.immutable = []),
        "missing immutableRule data",
    ],
    [
        "immutable rule off",
        ({ projects: [project] }) => Object.assign(project.immutable[0]!, { disabled: true }),
        "changed immutableRule data",
    ],
    ["webhook removed", ({ projects: [project] }) => (project.webhooks = []), "missing hook delivery"],
    [
        "webhook's events",
        ({ projects: [project] }) =>
            Object.assign(project.webhooks[0]!, { event_types: ["DELETE_ARTIFACT"] }),
        "changed hook delivery",
    ],
    [
        "robot may push too",
        ({ projects: [project] }) =>
            Object.assign(project.robots[0]!, {
                permissions: [
                    {
                        kind: "project",
                        namespace: "web-prod",
                        access: [...pull, { resource: "repository", action: "push" }],
                    },
                ],
            }),
        "changed robot access",
    ],
    [
        "robot off",
        ({ projects: [project] }) => Object.assign(project.robots[0]!, { disable: true }),
        "changed robot access",
    ],
    [
        "robot's end",
        ({ projects: [project] }) => Object.assign(project.robots[0]!, { duration: -1 }),
        "changed robot access",
    ],
    ["robot deleted", ({ projects: [project] }) => (project.robots = []), "missing robot access"],
    [
        "robot of the system deleted",
        (inventory) => (inventory.robots = inventory.robots.slice(1)),
        "missing robot access",
    ],
    [
        "a robot of the project",
        ({ projects: [project] }) =>
            project.robots.push({ id: 10, name: "x", expires_at: -1, permissions: [] } as unknown as Loose),
        "undeclared robot access",
    ],
    [
        "a robot with everything",
        ({ robots }) =>
            robots.push({
                id: 10,
                name: "x",
                expires_at: -1,
                permissions: [{ kind: "project", namespace: "*", access: pull }],
            } as unknown as Loose),
        "undeclared robot access",
    ],
    [
        "a robot that may make robots",
        ({ robots }) =>
            robots.push({
                id: 10,
                name: "x",
                permissions: [{ kind: "system", namespace: "/", access: pull }],
            } as unknown as Loose),
        "undeclared robot access",
    ],
    [
        "a member",
        ({ projects: [project] }) =>
            project.members.push({
                id: 2,
                entity_name: "eve",
                entity_type: "u",
                role_id: 1,
            } as unknown as Loose),
        "undeclared member access",
    ],
    [
        "a webhook",
        ({ projects: [project] }) =>
            project.webhooks.push({
                id: 8,
                name: "x",
                targets: [{ address: "https://x" }],
            } as unknown as Loose),
        "undeclared hook access",
    ],
    [
        "images go elsewhere",
        ({ replications }) =>
            replications.push({
                id: 2,
                name: "x",
                dest_registry: { id: 5 },
                filters: [{ type: "name", value: "{web,api}-*/**" }],
            } as unknown as Loose),
        "undeclared replication access",
    ],
    [
        "images come from elsewhere",
        ({ replications }) =>
            replications.push({
                id: 2,
                name: "x",
                src_registry: { id: 5 },
                dest_namespace: "web-prod",
            } as unknown as Loose),
        "undeclared replication delivery",
    ],
    [
        "an administrator of the whole Harbor",
        ({ users }) => users.push({ user_id: 9, username: "eve", sysadmin_flag: true } as unknown as Loose),
        "undeclared administrator access",
    ],
    [
        "a group whose members administrate, by OIDC",
        ({ configuration }) => (configuration["auth_mode"] = { value: "oidc_auth" }),
        "undeclared administrators access",
    ],
    [
        "a group whose members administrate, by LDAP",
        ({ configuration }) => {
            configuration["auth_mode"] = { value: "ldap_auth" };
            configuration["ldap_group_admin_dn"] = { value: "cn=x,dc=example" };
        },
        "undeclared administrators access",
    ],
];

describe("tags that were moved", () => {
    const tag = (environment: string, digest: string, pushed: string, name = "v1"): SeenTag => ({
        app: "web",
        environment,
        registry: "main",
        project: `web-${environment}`,
        image: `harbor.example.com/web-${environment}/web`,
        tag: name,
        digest,
        pushed,
    });

    test("one image everywhere is quiet, also while it has not come everywhere", () => {
        assert.deepEqual(
            movedTags([
                tag("dev", "sha256:a", "1"),
                tag("test", "sha256:a", "2"),
                tag("dev", "sha256:b", "3", "v2"),
            ]),
            [],
        );
    });

    test("another image under the same tag is one finding, where it was pushed last", () => {
        const [found, ...more] = movedTags([
            tag("dev", "sha256:a", "1"),
            tag("test", "sha256:a", "2"),
            tag("prod", "sha256:evil", "3"),
        ]);
        assert.deepEqual(
            [found?.list, found?.risk, found?.place, more.length],
            ["changed", "data", "web-prod", 0],
        );
        assert.equal(
            found?.mend,
            "crane copy harbor.example.com/web-dev/web@sha256:a harbor.example.com/web-prod/web:v1",
        );
    });

    test("tags that are another image each day are left alone", () => {
        assert.ok(hasImmutableTags({}) && !hasImmutableTags({ updater: { strategy: "digest" } as never }));
    });
});

describe("drift in Harbor", () => {
    test("a quiet Harbor gives nothing, robots that have ended and other projects among it", () => {
        const inventory = quiet();
        inventory.projects[0].robots.push({ id: 11, name: "old", expires_at: 1_000 } as unknown as Loose);
        assert.deepEqual(drift(inventory), []);
    });

    for (const [title, edit, expected] of cases) {
        test(title, () => {
            const inventory = quiet();
            edit(inventory);
            assert.deepEqual(
                drift(inventory).map(({ list, noun, risk }) => `${list} ${noun} ${risk}`),
                [expected],
            );
        });
    }
});
