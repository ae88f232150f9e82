/**
 * The dev estate through the real engine, against real API servers and the stand-ins: made, unchanged, repaired,
 * taken away. Proves what GitLab's and Harbor's stand-ins can tell, not that a release of GitLab or Harbor agrees.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { after, before, describe, test } from "node:test";
import { World, eventually } from "./support/world";

interface Project {
    readonly id: number;
    readonly path_with_namespace: string;
    readonly default_branch: string;
}

interface Robot {
    readonly id: number;
    readonly name: string;
    readonly permissions: readonly unknown[];
    readonly [field: string]: unknown;
}

interface Part {
    readonly name: string;
    readonly state: string;
    readonly pid?: number;
    readonly residentBytes?: number;
}

describe("the dev estate", { timeout: 30 * 60_000 }, () => {
    let world: World;
    before(async () => {
        world = await World.make();
    });
    after(async () => {
        const { dir } = world;
        await world.end();
        assert.deepEqual(processesOf(dir), [], "no process outlives the sandbox");
    });

    const parts = async (): Promise<Part[]> => {
        const result = await world.command("sandbox/main.ts", ["status", "--json"]);
        return (JSON.parse(result.stdout) as { parts: Part[] }).parts;
    };

    const project = async (path: string): Promise<Project> =>
        (await world.gitlab<Project>("GET", `/projects/${encodeURIComponent(path)}`)).body;

    test("npm start raises it and says what is where", async () => {
        const output = await world.succeed("commands/start.ts");
        for (const expected of [
            "acme/shop/web",
            "web-dev-member1",
            `${world.harborUrl}`.replace("http://", ""),
            "Try next",
        ]) {
            assert.ok(output.includes(expected), `the overview does not mention ${expected}:\n${output}`);
        }
        assert.match(output, /\d+ resources changed/);
    });

    test("all that runs then takes less than 3 GB", async () => {
        const all = await eventually(
            "all of Argo CD running",
            parts,
            (found) =>
                found.filter(({ name }) => name.startsWith("argocd")).every(({ state }) => state === "ready"),
            60,
        );
        const bytes = all.reduce((sum, { residentBytes = 0 }) => sum + residentBytes, 0);
        assert.ok(bytes > 1e8, "the memory is known");
        assert.ok(bytes < 3e9, `the sandbox takes ${Math.round(bytes / 1e6)} MB`);
    });

    test("GitLab holds repositories with an environment in each protected branch", async () => {
        const config = await project("acme/shop/web-config");
        for (const branch of ["dev", "test", "prod"]) {
            const { body } = await world.gitlab<{
                push_access_levels: { access_level: number }[];
                allow_force_push: boolean;
            }>("GET", `/projects/${config.id}/protected_branches/${branch}`);
            assert.equal(body.allow_force_push, false, `${branch} can be force-pushed`);
            const level = body.push_access_levels[0]?.access_level;
            assert.equal(level, branch === "dev" ? 30 : 0, `push level of ${branch}`);
        }
    });

    test("the project for pipelines offers the review of an estate as a component, in a version of its own", async () => {
        const { body: tags } = await world.gitlab<{ name: string; protected: boolean }[]>(
            "GET",
            "/projects/acme%2Fpipelines/repository/tags",
        );
        assert.deepEqual(
            tags.map((tag) => tag.protected),
            [true],
        );
        const { id } = await project("acme/shop/web");
        const content = [
            "include:",
            `  - component: $CI_SERVER_FQDN/acme/pipelines/estate@${tags[0]?.name}`,
            "    inputs: { stack: dev, apply: after-merge, image: node }",
        ].join("\n");
        const lint = await world.gitlab<{ valid: boolean; errors: string[]; merged_yaml: string }>(
            "POST",
            `/projects/${id}/ci/lint`,
            { content },
        );
        assert.deepEqual(lint.body.errors, []);
        assert.match(lint.body.merged_yaml, /^review-dev:$/m);
    });

    test("Argo CD's objects name the member, the branch and the team's project", async () => {
        const application = await world.object<{
            spec: Record<string, Record<string, string>> & { project: string };
        }>("host", "argocd", "application", "web-test-member1");
        assert.equal(application?.spec.project, "shop-nonprod");
        assert.equal(application?.spec["source"]?.["targetRevision"], "test");
        assert.equal(application?.spec["destination"]?.["name"], "member1");
    });

    test("the member's token reads and writes the app's namespace and nothing else", async () => {
        const secret = await world.object<{ data: Record<string, string> }>(
            "host",
            "argocd",
            "secret",
            "cluster-member1",
        );
        const config = JSON.parse(Buffer.from(secret?.data["config"] ?? "", "base64").toString("utf8")) as {
            bearerToken: string;
        };
        const can = async (verb: string, resource: string, namespace: string): Promise<string> => {
            const kubectl = ["--token", config.bearerToken, "-n", namespace, "auth", "can-i", verb, resource];
            return (await world.kubectlWithoutCertificate("member1", kubectl)).stdout.trim();
        };
        assert.equal(await can("create", "deployments", "web-dev"), "yes");
        assert.equal(await can("create", "deployments", "kube-system"), "no");
        assert.equal(await can("create", "clusterroles", "web-dev"), "no");
    });

    test("a second up changes nothing, and neither does a refresh", async () => {
        assert.deepEqual(await world.plan(), {});
        assert.deepEqual(await world.plan({ refresh: true }), {});
        await world.succeed("commands/pulumi.ts", ["refresh", "--preview-only", "--expect-no-changes"]);
        assert.match(await world.succeed("commands/start.ts"), /Nothing changed/);
    });

    test("the doctor has nothing to say of it within ten seconds, and names a person who is not there", async () => {
        const sound = await world.command("commands/doctor.ts");
        const [, seconds] = /^Nothing to mend\. \(([\d.]+) s\)$/m.exec(sound.stdout) ?? [];
        assert.ok(seconds !== undefined && sound.code === 0, sound.stdout + sound.stderr);
        assert.ok(Number(seconds) < 10, `it took ${seconds} s`);
        world.editSpec((spec) => {
            spec.setIn(
                ["config", "gitops-estate:estate", "teams", "shop", "developers"],
                ["nobody-of-that-name"],
            );
        });
        const found = await world.command("commands/doctor.ts");
        world.resetSpec();
        assert.equal(found.code, 1, found.stdout + found.stderr);
        assert.match(
            found.stdout,
            /^error +teams\.shop\.developers +"nobody-of-that-name" .*\[gitlab-person\]/m,
        );
        assert.doesNotMatch(found.stdout + found.stderr, /\u001b/);
    });

    test("reordered maps and lists change nothing", async () => {
        world.editSpec((spec) => {
            const at = (...path: string[]): unknown[] => ["config", "gitops-estate:estate", ...path];
            for (const path of [
                at("apps"),
                at("clusters"),
                at("channels"),
                at("teams", "shop", "developers"),
            ]) {
                const node = spec.getIn(path) as { items: unknown[] };
                node.items.reverse();
            }
        });
        assert.deepEqual(await world.plan(), {});
        world.resetSpec();
    });

    test("an added app adds only its own resources", async () => {
        world.editSpec((spec) => {
            spec.setIn(["config", "gitops-estate:estate", "apps", "docs"], {
                team: "shop",
                delivery: "kustomize",
            });
        });
        const { create = [], ...rest } = await world.plan();
        assert.ok(create.length > 10, `only ${create.length} resources`);
        const foreign = create.filter((name) => !name.includes("docs"));
        assert.deepEqual(foreign, []);
        // What lists the apps of a team or cluster is updated: its AppProject and the registrations of its clusters.
        assert.deepEqual(
            Object.keys(rest).filter((operation) => operation !== "update"),
            [],
        );
        for (const name of rest["update"] ?? []) {
            assert.match(
                name,
                /AppProject|Secret .*registration|GroupVariable/,
                `${name} belongs to another app`,
            );
        }
        world.resetSpec();
    });

    test("what is changed by hand shows in preview --refresh, just that, and up repairs it", async () => {
        const config = await project("acme/shop/web-config");
        await world.gitlab("DELETE", `/projects/${config.id}/protected_branches/test`);
        const hooks = (await world.gitlab<{ id: number }[]>("GET", `/projects/${config.id}/hooks`)).body;
        assert.equal(hooks.length, 1, "the config repository has one hook");
        await world.gitlab("DELETE", `/projects/${config.id}/hooks/${hooks[0]?.id}`);
        const patch = '{"spec":{"source":{"targetRevision":"main"}}}';
        await world.kubectl("host", [
            "-n",
            "argocd",
            "patch",
            "application",
            "api-dev-member1",
            "--type=merge",
            "-p",
            patch,
        ]);
        // Nothing syncs without it, and its manifest says nothing of replicas.
        const scaled = ["scale", "deployment", "argocd-repo-server", "--replicas=0"];
        assert.equal((await world.kubectl("host", ["-n", "argocd", ...scaled])).code, 0);
        const app = await project("acme/shop/web");
        const variables = (
            await world.gitlab<{ key: string; masked: boolean }[]>("GET", `/projects/${app.id}/variables`)
        ).body;
        const plain = variables.find((variable) => !variable.masked);
        assert.ok(plain !== undefined, "the app repository has a plain variable");
        await world.gitlab("PUT", `/projects/${app.id}/variables/${plain.key}`, { value: "changed-by-hand" });
        const robots = await world.robots<Robot>("web-dev");
        const pull = robots.find((robot) => robot.name.includes("pull"));
        assert.ok(
            pull !== undefined,
            `web-dev has a pull robot among ${robots.map((robot) => robot.name).join(", ")}`,
        );
        const widened = {
            ...pull,
            permissions: [
                {
                    kind: "project",
                    namespace: "web-dev",
                    access: [
                        { resource: "repository", action: "pull" },
                        { resource: "repository", action: "push" },
                    ],
                },
            ],
        };
        assert.equal((await world.harbor("PUT", `/robots/${pull.id}`, widened)).status, 200);
        // The provider does not look at quotas; the command does.
        const quota = async (): Promise<{ id: number; hard: { storage: number } }> => {
            const all = await world.harbor<
                { id: number; ref: { name: string }; hard: { storage: number } }[]
            >("GET", "/quotas?page_size=100");
            const found = all.body.find(({ ref }) => ref.name === "web-dev");
            assert.ok(found);
            return found;
        };
        const { id, hard } = await quota();
        assert.equal((await world.harbor("PUT", `/quotas/${id}`, { hard: { storage: -1 } })).status, 200);

        const plan = await world.plan({ refresh: true });
        const touched = Object.values(plan).flat().sort();
        assert.equal(touched.length, 6, `six things were changed, the preview shows ${touched.join("; ")}`);
        assert.deepEqual(touched.map((name) => name.split(" ")[0]).sort(), [
            "Application",
            "BranchProtection",
            "Deployment",
            "ProjectHook",
            "ProjectVariable",
            "RobotAccount",
        ]);
        const shown = await world.command("commands/pulumi.ts", ["preview", "--refresh"]);
        const [first = "", ...after] = shown.stdout.split("\n\n");
        assert.match(first, /^Changed on the servers since the last update \(6\)/);
        for (const line of [
            /^ {2}Deployment argocd\/argocd-repo-server spec\.replicas: 1 -> 0$/m,
            /^ {2}app api, dev: Application argocd\/api-dev-member1 spec\.source\.targetRevision: "dev" -> "main"$/m,
            /^ {2}app web, test: GitLab branch protection test is gone$/m,
            new RegExp(
                `^ {2}app web: GitLab project variable ${plain.key} value: .* -> "changed-by-hand"$`,
                "m",
            ),
        ]) {
            assert.match(first, line);
        }
        assert.match(after.join("\n"), /\n {4}6 changes\. \d+ unchanged/);
        assert.doesNotMatch(shown.stdout, /refreshing|\u001b/);

        await world.up(["--refresh"]);
        assert.deepEqual(await world.plan({ refresh: true }), {});
        const level = await world.gitlab<{ name: string }>(
            "GET",
            `/projects/${config.id}/protected_branches/test`,
        );
        assert.equal(level.status, 200, "the branch is protected again");
        assert.deepEqual((await quota()).hard, hard, "the quota is as it was");
    });

    test("no secret is in state, logs or outputs", async () => {
        const state = await world.state("dev");
        const secrets = world.knownSecrets();
        assert.ok(secrets.length >= 2);
        for (const secret of secrets) {
            assert.ok(!state.includes(secret), "a secret stands in the state in plain text");
            for (const [file, text] of world.logs()) {
                assert.ok(!text.includes(secret), `a secret stands in ${file}`);
            }
        }
    });

    test("destroy leaves nothing but what deletionProtection protects, and lists that", async () => {
        const output = await world.succeed("commands/pulumi.ts", ["destroy"]);
        assert.match(output, /Protected by deletionProtection:/);
        const projects = (await world.harbor<{ name: string }[]>("GET", "/projects?page_size=100")).body;
        assert.deepEqual(
            projects.map((each) => each.name).filter((name) => !/-prod$/.test(name) && name !== "library"),
            [],
        );
        for (const context of ["host", "member1", "member2"]) {
            const namespaces = (await world.kubectl(context, ["get", "namespaces", "-o", "name"])).stdout;
            assert.ok(!/argocd|web-|api-|acme-/.test(namespaces), `${context} still has ${namespaces}`);
        }
        await eventually(
            "the removal of robots",
            async () => (await world.harbor<Robot[]>("GET", "/robots?page_size=100")).body,
            (robots) => robots.length === 0,
        );
    });

    test("Argo CD's processes end with the estate and wait for the next one", async () => {
        const all = await eventually("processes that wait", parts, (found) =>
            found
                .filter(({ name }) => name.startsWith("argocd-"))
                .every(({ state, pid }) => state === "waiting" && pid === undefined),
        );
        assert.equal(all.find(({ name }) => name === "argocd")?.state, "ready");
    });

    test("an up after the destroy goes on with what was protected", async () => {
        await world.up();
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });

    test("a change that would delete what is protected is refused before anything is done", async () => {
        world.editSpec((spec) => {
            spec.deleteIn(["config", "gitops-estate:estate", "apps", "web"]);
        });
        const refused = await world.command("commands/pulumi.ts", ["up"]);
        assert.notEqual(refused.code, 0, "the up did not refuse it");
        assert.match(
            refused.stdout + refused.stderr,
            /app-web-repository-project.*protected|protected.*app-web/s,
        );
        world.resetSpec();
        assert.deepEqual(await world.plan(), {}, "something was changed before it was refused");
    });

    test("on an Enterprise Edition without a licence roles are given as lists, and as levels they are refused", async () => {
        const edition = (value: string): void =>
            world.editSpec((spec) => {
                spec.setIn(["config", "gitops-estate:estate", "gitlab", "edition"], value);
            });
        edition("ee");
        // The commands bring the sandbox's GitLab to the stack file's edition before they ask it.
        const { update = [], ...rest } = await world.plan();
        assert.deepEqual(rest, {});
        assert.ok(update.length > 0, "nothing is written in the words of the Enterprise Edition");
        for (const name of update) {
            assert.match(name, /^BranchProtection /, `${name} has nothing to do with the edition`);
        }
        await world.up();
        const { body: metadata } = await world.gitlab<{ enterprise: boolean }>("GET", "/metadata");
        assert.equal(metadata.enterprise, true);
        const config = await project("acme/shop/web-config");
        for (const [branch, level] of [
            ["dev", 30],
            ["prod", 0],
        ] as const) {
            const { body } = await world.gitlab<{
                push_access_levels: { access_level: number; user_id: number | null }[];
            }>("GET", `/projects/${config.id}/protected_branches/${branch}`);
            assert.deepEqual(
                body.push_access_levels.map((each) => [each.access_level, each.user_id]),
                [[level, null]],
                branch,
            );
        }
        assert.deepEqual(await world.plan({ refresh: true }), {});

        edition("ce");
        const refused = await world.command("commands/pulumi.ts", ["preview", "--as-is"]);
        assert.notEqual(refused.code, 0, "levels are taken by an Enterprise Edition");
        assert.match(refused.stdout + refused.stderr, /feature unavailable: .*use allowedToPushes instead/);
        edition("ee");
    });

    test("a protected app is deleted in the two steps that the docs name", async () => {
        const { id } = await project("acme/shop/api");
        const app = ["config", "gitops-estate:estate", "apps", "api"];
        world.editSpec((spec) => {
            spec.setIn([...app, "environments"], { prod: { deletionProtection: false } });
        });
        await world.up();
        world.editSpec((spec) => {
            spec.deleteIn(app);
        });
        await world.up();
        const { status, body } = await world.gitlab<{ marked_for_deletion_on?: string | null }>(
            "GET",
            `/projects/${id}`,
        );
        assert.ok(status === 404 || typeof body.marked_for_deletion_on === "string", "the project stays");
        assert.equal((await world.harbor("GET", "/projects/api-prod")).status, 404);
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });
});

/** Command lines of the processes that speak of a folder; none where there is no /proc. */
function processesOf(dir: string): string[] {
    if (!fs.existsSync("/proc")) {
        return [];
    }
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
            try {
                return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
            } catch {
                return ""; // ended meanwhile
            }
        })
        .filter((line) => line.includes(dir));
}
