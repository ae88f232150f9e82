/**
 * What goes wrong on the way: an engine killed at any point, servers that answer with errors or not at all, edits by hand, a
 * member that is down; for an app of each delivery engine, side by side. Each ends in a message a person can act on, and the
 * next `up` goes on from there. Faults are injected into the stand-ins; a real server's faults may look different.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import { after, before, describe, test } from "node:test";
import { fluxVersion } from "../../commands/support/engines/sandbox/flux";
import { World, eventually } from "./support/world";

/** What delivers an app of each engine on member1, in dev. */
const engines = [
    { engine: "argocd", app: "web", namespace: "argocd", kind: "application" },
    { engine: "flux", app: "api", namespace: "flux-shop", kind: "helmrelease" },
] as const;

/** The Pulumi programs that run on the sandbox in `folder`. Only where there is a /proc. */
function programsOf(folder: string): string[] {
    const mark = `ESTATE_SANDBOX_DIR=${folder}`;
    const read = (pid: string, file: string): string[] => {
        try {
            return fs.readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
        } catch {
            return []; // gone meanwhile
        }
    };
    return fs
        .readdirSync("/proc")
        .filter(
            (pid) =>
                read(pid, "cmdline").some((word) => word.includes("@pulumi/pulumi/cmd/run/")) &&
                read(pid, "environ").includes(mark),
        );
}

const linux = process.platform === "linux";

describe("an estate that meets trouble", { timeout: 50 * 60_000 }, () => {
    let world: World;
    before(async () => {
        world = await World.make();
        world.editSpec((spec) => {
            const set = (key: string, value: unknown): void =>
                spec.setIn(["config", "gitops-estate:estate", ...key.split(".")], spec.createNode(value));
            set(
                "apps",
                Object.fromEntries(
                    engines.map(({ app, engine }) => [app, { team: "shop", delivery: "helm", engine }]),
                ),
            );
            set("flux", {
                manifests: { version: fluxVersion, path: ".sandbox/flux" },
                webhookUrl: "http://127.0.0.1:8934",
                relayUrl: "http://127.0.0.1:8938",
                intervalSeconds: 30,
            });
        });
        await world.succeed("sandbox/main.ts", ["up"]);
    });
    after(() => world.end());

    const resources = async (): Promise<number> => {
        try {
            const state = JSON.parse(await world.state("dev")) as {
                checkpoint?: { latest?: { resources?: unknown[] } };
            };
            return state.checkpoint?.latest?.resources?.length ?? 0;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) {
                return 0; // not written yet, or just being written
            }
            throw error;
        }
    };

    test("an engine killed three times on the way leaves nothing twice and nothing to repair", async () => {
        for (const point of [15, 60, 120]) {
            const engine = world.start("commands/pulumi.ts", ["up", "--skip-preview"]);
            const reached = async (): Promise<number> => {
                assert.equal(engine.exitCode, null, `the up ended before it had ${point} resources`);
                return resources();
            };
            await eventually(`an up with ${point} resources`, reached, (count) => count >= point, 240);
            const ended = once(engine, "exit");
            assert.ok(engine.pid !== undefined, "the engine was started");
            assert.ok(!linux || programsOf(world.sandboxDir).length > 0, "the engine runs a program");
            process.kill(-engine.pid, "SIGKILL");
            await ended;
            if (linux) {
                const programs = (): Promise<string[]> => Promise.resolve(programsOf(world.sandboxDir));
                await eventually("the end of its program", programs, (pids) => pids.length === 0, 60);
            }
        }
        const finished = await world.up();
        assert.doesNotMatch(finished, /pending operation/i);
        assert.deepEqual(await world.plan({ refresh: true }), {});
        const robots = await world.robots<{ name: string }>("web-dev");
        assert.deepEqual(
            robots.length,
            new Set(robots.map((robot) => robot.name)).size,
            `robots exist twice: ${robots.map((robot) => robot.name).join(", ")}`,
        );
        const project = encodeURIComponent("acme/shop/web-config");
        for (const kind of ["hooks", "deploy_tokens", "access_tokens"]) {
            const all = (
                await world.gitlab<{ name?: string; url?: string; revoked?: boolean }[]>(
                    "GET",
                    `/projects/${project}/${kind}`,
                )
            ).body;
            const names = all.filter((each) => each.revoked !== true).map((each) => each.name ?? each.url);
            assert.equal(names.length, new Set(names).size, `${kind} exist twice: ${names.join(", ")}`);
        }
    });

    for (const { engine, app, namespace, kind } of engines) {
        const name = `${app}-dev-member1`;
        const patch = async (
            cluster: string,
            where: string,
            what: string,
            object: string,
            by: object,
        ): Promise<void> => {
            const { code, stderr } = await world.kubectl(cluster, [
                ...["-n", where, "patch", what, object, "--type=merge", "-p", JSON.stringify(by)],
            ]);
            assert.equal(code, 0, stderr);
        };

        test(`an edit by hand of what ${engine} delivers is undone by it`, async () => {
            await world.undoesEditByHand("member1", `${app}-dev`, app);
        });

        test(`an edit by hand of the object of ${engine} is found and mended`, async () => {
            const labels = { "gitops-estate/team": "pirates" };
            await patch("host", namespace, kind, name, { metadata: { labels } });
            const { update = [], ...rest } = await world.plan({ refresh: true });
            assert.deepEqual(rest, {});
            assert.equal(update.length, 1, update.join(", "));
            assert.match(update[0] ?? "", new RegExp(`delivery-${name}$`));
            await world.up(["--refresh"]);
            assert.deepEqual(await world.plan({ refresh: true }), {});
        });
    }

    test("a GitLab that is overloaded for a moment is waited for", async () => {
        await world.fault("gitlab", {
            method: "GET",
            path: "/api/v4/projects",
            status: 429,
            retryAfter: 1,
            times: 3,
        });
        assert.deepEqual(await world.plan({ refresh: true }), {});
        await world.fault("gitlab", undefined);
    });

    test("a Harbor that stays broken ends the run with object, call and cause; the next up goes on", async () => {
        world.editSpec((spec) => {
            spec.setIn(["config", "gitops-estate:estate", "apps", "docs"], {
                team: "shop",
                delivery: "kustomize",
                ci: "none", // nobody writes to its branches, and yet its first content arrives
            });
        });
        await world.fault("harbor", { method: "POST", path: "/api/v2.0/projects", status: 500, times: 1000 });
        const failed = await world.command("commands/pulumi.ts", ["up"]);
        assert.notEqual(failed.code, 0, "the up did not fail");
        const said = failed.stdout + failed.stderr;
        // The engine makes them at the same time, and ends with the first that fails.
        for (const part of [/docs-(?:dev|test|prod)/, /POST .*\/projects/, /500/]) {
            assert.match(said, part);
        }
        assert.match(failed.stderr, /^On the servers before it ended: \d+ created/m);
        assert.match(failed.stderr, /^Failed: .*app-docs-images-(?:dev|test|prod)-project/m);
        assert.doesNotMatch(said, /deletionProtection|\u001b|unhandled exception/);
        assert.doesNotMatch(said, /at .*\.ts:\d+/, "a stack trace is printed");
        await world.fault("harbor", undefined);
        await world.up();
        assert.deepEqual(await world.plan(), {});
    });

    test("destroy ends while a member is down, names it, and finishes with --forget-unreachable", async () => {
        const status = JSON.parse(await world.succeed("sandbox/main.ts", ["status", "--json"])) as {
            parts: { name: string; pid?: number }[];
        };
        const server = status.parts.find((part) => part.name === "member2-apiserver");
        assert.ok(server?.pid !== undefined, "member2 has a running API server");
        process.kill(server.pid, "SIGKILL");

        const failed = await world.command("commands/pulumi.ts", ["destroy", "--as-is"]);
        assert.notEqual(failed.code, 0, "the destroy did not fail");
        const said = failed.stdout + failed.stderr;
        assert.match(said, /member2/);
        assert.match(said, /--forget-unreachable/);
        assert.doesNotMatch(said, /at .*\.ts:\d+/, "a stack trace is printed");

        await world.succeed("commands/pulumi.ts", ["destroy", "--as-is", "--forget-unreachable"]);
        const namespaces = (await world.kubectl("member1", ["get", "namespaces", "-o", "name"])).stdout;
        assert.doesNotMatch(namespaces, /web-|api-/, "member1 still has namespaces of the estate");
        assert.match(await world.state("dev"), /app-web-repository-project/, "what is kept is forgotten");
        for (const { app } of engines) {
            assert.doesNotMatch(await world.state("dev"), new RegExp(`app-${app}-prod-member2-namespace`));
        }
    });
});
