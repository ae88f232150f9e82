/**
 * The policy pack and the production example through the real engine. No server runs: a preview needs none. Proves that
 * the engine hands the pack what the rules expect and stops where it must, not that a server would accept any of it.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { rules } from "../../policies/rules";
import { ensureSecrets, prepareFolder, sandboxLayout } from "../../sandbox";
import { checkoutDir } from "../../toolchain/checkout";
import type { RunResult } from "../../commands/support/console";
import { runPulumi, stackArguments } from "../../commands/support/pulumiEngine";
import { engineHome, programEngine } from "../../commands/support/sandboxEngine";
import { policyArguments } from "../../commands/support/policy";
import { World } from "./support/world";

/** What the engine's summary says of a pack: `[level] rule resource`, sorted. */
function violations(output: string): string[] {
    return [...output.matchAll(/- \[(\w+)\](?: \[severity: \w+\])?\s+(\S+)\s+\((\S+): (\S+)\)/g)]
        .map(([, level, rule, , resource]) => `[${level}] ${rule} ${resource}`)
        .sort();
}

/** A last day that an exemption may have, whenever this runs. */
const nextYear = `${new Date().getUTCFullYear() + 1}-01-01`;

/** Exemptions as a stack has them: one that holds, one that ended, one that exempts nothing, one that is not right. */
const exemptions = [
    {
        rule: "gitlab-tag-by-maintainers",
        resource: "gitlab-tag-*",
        reason: "Tags are made by the release bot, see the minutes",
        until: nextYear,
    },
    {
        rule: "harbor-project-retained",
        resource: "harbor-project-retained",
        reason: "Is taken away with the old registry",
        until: nextYear,
    },
    {
        rule: "gitlab-hook-token",
        resource: "gitlab-hook-token",
        reason: "The old receiver knew no token",
        until: "2020-01-31",
    },
    {
        rule: "gitlab-hook-encrypted",
        resource: "also-fine-hook",
        reason: "It was http until spring",
        until: nextYear,
    },
    {
        rule: "gitlab-hooks",
        resource: "also-fine-hook",
        reason: "It has another name now",
        until: nextYear,
    },
];

/** Secrets of the program, which no line of the engine may have. */
const secrets = [
    "made-up-token",
    "made-up-header",
    "made-up-bearer",
    "made-up-password",
    "bot:word",
    ["glpat", "0123456789abcdefghij"].join("-"),
];

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
        const config = path.join(folder, "policies.json");
        fs.writeFileSync(config, JSON.stringify({ all: "mandatory", settings: { exemptions } }));
        const pack = [
            ...policyArguments({ ...engine, root: checkoutDir(), stack: "violations" }),
            ...["--policy-pack-config", config],
        ];
        return runPulumi(engine, ["preview", ...stackArguments(engine), ...pack]);
    }

    /** Previews a stack with the pack, without its servers; its output, in which nothing else is a violation. */
    async function passes(stack: string, but: readonly string[] = []): Promise<string> {
        const result = await world.command("commands/pulumi.ts", [
            "preview",
            "--stack",
            stack,
            "--sandbox",
            "--policy",
        ]);
        const output = result.stdout + result.stderr;
        assert.equal(result.code, 0, output);
        assert.deepEqual(violations(output), but);
        return output;
    }

    test("each rule reports what violates it, by name and nothing else, and mandatory stops the run", async () => {
        const { code, stdout, stderr } = await previewViolations();
        const exempt = exemptions.slice(0, 2).map(({ rule }) => rule);
        const expected = [
            ...rules.map(
                ({ name }) => `[${exempt.includes(name) ? "advisory" : "mandatory"}] ${name} ${name}`,
            ),
            // The one that ended and the one that is not right; the one that exempts nothing stops no run.
            "[mandatory] exemptions violations-violations",
            "[mandatory] exemptions violations-violations",
            "[advisory] exemptions violations-violations",
        ];
        assert.deepEqual(violations(stdout), expected.sort(), stdout + stderr);
        assert.match(stdout, /the branch has no BranchProtection; add one beside it/);
        assert.ok(
            stdout.includes(`Exempt until ${nextYear}: Tags are made by the release bot, see the minutes`),
            stdout,
        );
        assert.match(stdout, /gitlab-hook-token on gitlab-hook-token: the exemption ended on 2020-01-31/);
        assert.match(stdout, /gitlab-hook-encrypted on also-fine-hook: the rule finds nothing there/);
        assert.match(stdout, /rule "gitlab-hooks" is none of the pack's/);
        assert.doesNotMatch(stdout + stderr, /can't run policy/, "a rule that a preview could not answer");
        for (const secret of secrets) {
            assert.ok(!(stdout + stderr).includes(secret), `the output has the secret ${secret}`);
        }
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
            .replace(/^What is installed of argocd is .*$/m, "")
            .replace(/.*argocd\.manifests\.version should be a version that still gets.*/g, "")
            .replace(/ 1 warning$/gm, "");
        assert.doesNotMatch(said, /warning|error/i);
    });

    test("any other operation on servers that are elsewhere is refused", async () => {
        const result = await world.command("commands/pulumi.ts", ["up", "--stack", "prod", "--sandbox"]);
        assert.equal(result.code, 1);
        assert.match(result.stderr, /--sandbox is for previews/);
    });

    test("the dev estate passes the review, but that nobody approves what its free tier would not block", async () => {
        // Its servers are moved off this machine, so that none of them has to be started for a preview.
        const stacks = path.join(world.dir, "stacks");
        const dev = fs.readFileSync(path.join(stacks, "Pulumi.dev.yaml"), "utf8");
        fs.writeFileSync(
            path.join(stacks, "Pulumi.elsewhere.yaml"),
            dev
                .replace(/http:\/\/127\.0\.0\.1:8929/g, "https://gitlab.invalid")
                .replace(/http:\/\/127\.0\.0\.1:8930/g, "https://harbor.invalid"),
        );
        fs.copyFileSync(path.join(stacks, "policies.dev.json"), path.join(stacks, "policies.elsewhere.json"));
        const output = await passes("elsewhere", [
            "[advisory] gitlab-production-approved config-api-environment-prod",
            "[advisory] gitlab-production-approved config-web-environment-prod",
        ]);
        assert.match(output, / delivery-web /);
    });
});
