/**
 * An engine killed between a call to GitLab and the writing of the state, at a call that cannot be made twice: the creation of
 * what is there is refused. The next `up` goes on. The call is held and then made
 * by hand, as if the engine had died of its answer.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { World } from "./support/world";

describe("an engine killed in a call that cannot be made twice", { timeout: 40 * 60_000 }, () => {
    let world: World;
    before(async () => {
        world = await World.make();
        world.editSpec((spec) => {
            const docs = { team: "shop", delivery: "kustomize", environments: { test: null, prod: null } };
            spec.setIn(["config", "gitops-estate:estate", "apps"], spec.createNode({ docs }));
        });
        await world.up();
    });
    after(() => world.end());

    /** Kills an `up` while it waits for the answer to such a call, which is not made. */
    const killedAt = async (method: string, path: string, options: readonly string[] = []): Promise<void> => {
        await world.fault("gitlab", { method, path, hang: true });
        const engine = world.start("commands/pulumi.ts", ["up", "--skip-preview", ...options]);
        await world.met("gitlab");
        const ended = once(engine, "exit");
        assert.ok(engine.pid !== undefined, "the engine was started");
        process.kill(-engine.pid, "SIGKILL");
        await ended;
        await world.fault("gitlab", undefined);
    };

    test("a protection that it had deleted and put back is imported, and is there once", async () => {
        interface Protection {
            readonly name: string;
            readonly push_access_levels: readonly { readonly access_level: number }[];
            readonly merge_access_levels: readonly { readonly access_level: number }[];
        }
        const at = `/projects/${encodeURIComponent("acme/shop/docs-config")}/protected_branches`;
        const [made] = (await world.gitlab<Protection[]>("GET", at)).body;
        assert.ok(made !== undefined, "the estate protects a branch");
        const levels = {
            name: made.name,
            push_access_level: made.push_access_levels[0]?.access_level,
            merge_access_level: made.merge_access_levels[0]?.access_level,
        };
        // Somebody has changed it, which only a new protection mends.
        await world.gitlab("DELETE", `${at}/${made.name}`);
        await world.gitlab("POST", at, { ...levels, merge_access_level: 40 });
        await killedAt("POST", "/protected_branches", ["--refresh"]);
        assert.equal((await world.gitlab("POST", at, levels)).status, 201);

        assert.match(await world.up(), /taken into the state: config-docs-branch-dev-protection/);
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });
});
