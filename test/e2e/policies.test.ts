/**
 * The policy pack and the production example through the real engine. No server runs: a preview needs none. Proves that
 * the engine hands the pack what the rules expect and stops where it must, not that a server would accept any of it.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { gitlabRules, gitlabStackRules } from "../../policies/rules/gitlab";
import { harborRules } from "../../policies/rules/harbor";
import { engineRules } from "../../policies/rules/engines";
import { kubernetesRules } from "../../policies/rules/kubernetes";
import { ensureSecrets, prepareFolder, sandboxLayout } from "../../sandbox";
import { checkoutDir } from "../../toolchain/checkout";
import type { RunResult } from "../../commands/support/console";
import { runPulumi, stackArguments } from "../../commands/support/engine";
import { engineHome, programEngine } from "../../commands/support/sandboxEngine";
import { policyArguments } from "../../commands/support/policy";
import { World } from "./support/world";

const rules = [...gitlabRules, ...gitlabStackRules, ...harborRules, ...kubernetesRules, ...engineRules];
const stackRules: readonly string[] = gitlabStackRules.map((rule) => rule.name);

/** What the engine's summary says of a pack: `[level] rule resource`, sorted. */
function violations(output: string): string[] {
    return [...output.matchAll(/- \[(\w+)\]\s+(\S+)\s+\((\S+): (\S+)\)/g)]
        .map(([, level, rule, , resource]) => `[${level}] ${rule} ${resource}`)
        .sort();
}

describe("reviews by the policy pack", { timeout: 10 * 60_000 }, () => {
    let world: World;
    before(async () => {
        world = await World.make();
    });
    after(() => world.end());

    /** Previews the program of test/fixtures/violations in a folder of its own. */
    async function previewViolations(): Promise<RunResult> {
        const layout = sandboxLayout(world.sandboxDir);
        prepareFolder(layout);
        ensureSecrets(layout);
        const folder = path.join(world.dir, "violations");
        fs.cpSync(path.join(checkoutDir(), "test", "fixtures", "violations"), folder, { recursive: true });
        fs.symlinkSync(path.join(checkoutDir(), "node_modules"), path.join(folder, "node_modules"));
        const home = await engineHome(layout);
        // Lookups are answered on this machine, and no cluster of whoever runs the tests is asked.
        const env = { ...home.env, ESTATE_OFFLINE: "true", KUBECONFIG: path.join(folder, "none") };
        const engine = await programEngine({ ...home, env }, folder, "violations");
        const pack = policyArguments({ ...engine, root: checkoutDir(), stack: "prod" });
        return runPulumi(engine, ["preview", ...stackArguments(engine), ...pack]);
    }

    /** Previews a stack with the pack, without its servers; its output, in which nothing is a violation. */
    async function passes(stack: string): Promise<string> {
        const result = await world.command("commands/pulumi.ts", [
            "preview",
            "--stack",
            stack,
            "--sandbox",
            "--policy",
        ]);
        const output = result.stdout + result.stderr;
        assert.equal(result.code, 0, output);
        assert.deepEqual(violations(output), []);
        return output;
    }

    test("each rule reports what violates it, by name and nothing else, and mandatory stops the run", async () => {
        const { code, stdout, stderr } = await previewViolations();
        const expected = rules.map(({ name }) =>
            // A rule about all resources together is reported for the stack.
            stackRules.includes(name)
                ? `[mandatory] ${name} violations-violations`
                : `[mandatory] ${name} ${name}`,
        );
        assert.deepEqual(violations(stdout), expected.sort(), stdout + stderr);
        assert.match(stdout, /gitlab-branch-protected: the branch has no BranchProtection/);
        assert.notEqual(code, 0, "the preview ended as if all were well");
    });

    test("the production example previews without its servers and passes the review", async () => {
        const output = await passes("prod");
        assert.match(output, /Loading policy packs/);
        const created = Number(/\+ (\d+) to create/.exec(output)?.[1] ?? "0");
        assert.ok(created > 500, `only ${created} resources are declared`);
        for (const resource of [
            "harbor-prod",
            "harbor-test",
            "cluster-member-east",
            "cluster-member-west",
            "cluster-member-test",
            "delivery-web",
            "argocd-statefulset-argocd-redis-ha-server",
        ]) {
            assert.ok(output.includes(` ${resource} `), `${resource} is not part of the preview`);
        }
        // The preview takes the sandbox's Argo CD in place of the stack's, and that one is no longer supported.
        const said = output
            .replace(/.*argocd\.manifests\.version should be a version that still gets.*/g, "")
            .replace(/ 1 warning$/gm, "");
        assert.doesNotMatch(said, /warning|error/i);
    });

    test("any other operation on servers that are elsewhere is refused", async () => {
        const result = await world.command("commands/pulumi.ts", ["up", "--stack", "prod", "--sandbox"]);
        assert.equal(result.code, 1);
        assert.match(result.stderr, /--sandbox is for previews/);
    });

    test("the dev estate passes the review", async () => {
        // Its servers are moved off this machine, so that none of them has to be started for a preview.
        const stacks = path.join(world.dir, "stacks");
        const dev = fs.readFileSync(path.join(stacks, "Pulumi.dev.yaml"), "utf8");
        fs.writeFileSync(
            path.join(stacks, "Pulumi.elsewhere.yaml"),
            dev
                .replace(/http:\/\/127\.0\.0\.1:8929/g, "https://gitlab.invalid")
                .replace(/http:\/\/127\.0\.0\.1:8930/g, "https://harbor.invalid"),
        );
        const output = await passes("elsewhere");
        assert.match(output, / delivery-web /);
    });
});
