/**
 * Stale plans on the real engine, in every way in which they can be stale: one preview is kept, one thing is moved, and the
 * update is refused before its first write. The program is a small one without servers, so that a case takes a second; that
 * the command ends with the same refusal, and that a plan which is not stale is applied to servers, is proved by review.test.ts.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { applyingPlan, savingPlan } from "../../commands/review/plans";
import { seal, unseal } from "../../commands/review/seal";
import type { ReviewedPlan } from "../../commands/review/binding";
import { CommandError, run } from "../../commands/support/console";
import { runPulumi, succeed, type PulumiEngine } from "../../commands/support/pulumiEngine";
import { engineHome } from "../../commands/support/sandboxEngine";
import { sandboxLayout } from "../../sandbox";
import { ensureSecrets, prepareFolder } from "../../sandbox";
import { checkoutDir } from "../../toolchain/checkout";

const key = "0123456789abcdef0123456789abcdef";

/** Things without a server; what the program does beside a preview is written down in `ran`. */
const program = `
const fs = require("fs");
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.ComponentResource {
    constructor(name, args, opts) {
        super("test:index:Thing", name, args, opts);
        this.registerOutputs(args);
    }
}
const things = new pulumi.Config().requireObject("things");
const hidden = fs.existsSync("untracked.json") ? JSON.parse(fs.readFileSync("untracked.json", "utf8")) : {};
const all = { ...things, ...hidden };
const made = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => new Thing(name, { value }));
new Thing("child", { value: 1 }, { parent: made[0], dependsOn: made.slice(1, 2) });
if (!pulumi.runtime.isDryRun()) fs.appendFileSync("ran", "x");
exports.count = made.length;
`;

type Json = Record<string, unknown>;

/** A resource in the state's file. */
interface Resource extends Json {
    readonly urn: string;
}

describe("a stale plan", { timeout: 10 * 60_000 }, () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "estate-stale-"));
    /** What a case may change: project, state and plan. It is put back after each. */
    const place = path.join(root, "place");
    const kept = path.join(root, "kept");
    const project = path.join(place, "project");
    const plan = path.join(place, "dev.plan");
    const stateFile = path.join(place, "state", ".pulumi", "stacks", "stale", "dev.json");
    let engine: PulumiEngine;

    const git = async (...args: string[]): Promise<void> => {
        const who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        const { code, stderr } = await run("git", ["-C", project, ...who, ...args], { env: process.env });
        assert.equal(code, 0, `git ${args.join(" ")}: ${stderr}`);
    };
    const write = (file: string, text: string): void => fs.writeFileSync(path.join(project, file), text);
    const read = (file: string): string => fs.readFileSync(path.join(project, file), "utf8");
    /** The stack's file: what it has of the key stays. */
    const settings = (things: Json, more: Json = {}, config: Json = {}): string => {
        const known = fs.existsSync(path.join(project, "stack.yaml"))
            ? (parse(read("stack.yaml")) as { encryptionsalt?: string })
            : {};
        return stringify({
            ...("encryptionsalt" in known ? { encryptionsalt: known.encryptionsalt } : {}),
            ...more,
            config: { "stale:things": { one: 1, two: 2, ...things }, "stale:other": "x", ...config },
        });
    };
    const pulumi = async (...args: string[]): Promise<void> => {
        const { code, stdout, stderr } = await runPulumi(engine, [...args, "--stack", engine.stack]);
        assert.equal(code, 0, `pulumi ${args.join(" ")}: ${stdout}${stderr}`);
    };
    const up = (): Promise<void> =>
        pulumi("up", "--yes", "--skip-preview", "--config-file", engine.configFile ?? "");
    const preview = async (file: string, options: readonly string[] = []): Promise<void> => {
        const saving = await savingPlan(engine, options, file, 1);
        try {
            await pulumi("preview", "--config-file", engine.configFile ?? "", ...options, ...saving.args);
            await saving.finish({ headline: "one becomes 3", policy: false }, []);
        } finally {
            saving.close();
        }
    };
    const putBack = (): void => {
        fs.rmSync(place, { recursive: true, force: true });
        fs.cpSync(kept, place, { recursive: true, verbatimSymlinks: true });
    };

    before(async () => {
        const layout = sandboxLayout(path.join(root, "sandbox"));
        prepareFolder(layout);
        ensureSecrets(layout);
        const home = await engineHome(layout);
        engine = {
            kind: "own",
            root: project,
            stack: "dev",
            configFile: path.join(project, "stack.yaml"),
            ...home,
            env: {
                ...home.env,
                PULUMI_BACKEND_URL: `file://${path.join(place, "state")}?metadata=skip`,
                ESTATE_REVIEW_KEY: key,
            },
        };
        fs.mkdirSync(path.join(place, "state"), { recursive: true });
        fs.mkdirSync(path.join(project, "node_modules"), { recursive: true });
        for (const name of fs.readdirSync(path.join(checkoutDir(), "node_modules"))) {
            if (!name.startsWith(".")) {
                fs.symlinkSync(
                    path.join(checkoutDir(), "node_modules", name),
                    path.join(project, "node_modules", name),
                );
            }
        }
        write("node_modules/.package-lock.json", "{}");
        write(
            "Pulumi.yaml",
            "name: stale\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
        );
        write("package.json", '{ "main": "index.js" }\n');
        write("index.js", program);
        write("notes.txt", "a\n");
        write("script.sh", "true\n");
        fs.symlinkSync("notes.txt", path.join(project, "link"));
        write(".gitignore", "node_modules\nuntracked.json\nran\nstack.yaml\nPulumi.*.yaml\n");
        await git("init", "--quiet");
        await git("add", "--all");
        await git("commit", "--quiet", "-m", "one");
        write("notes.txt", "b\n");
        await git("commit", "--quiet", "-am", "two");
        await succeed(engine, ["stack", "init", "dev"], { cwd: project, env: engine.env });
        write("stack.yaml", settings({}));
        await up();
        write("stack.yaml", settings({ one: 3 }));
        await preview(plan);
        fs.rmSync(path.join(project, "ran"));
        fs.cpSync(place, kept, { recursive: true, verbatimSymlinks: true });
    });
    after(() => fs.rmSync(root, { recursive: true, force: true }));

    const editState = (change: (resources: Resource[], deployment: Json) => void): void => {
        const state = JSON.parse(fs.readFileSync(stateFile, "utf8")) as {
            checkpoint: { latest: Json & { resources: Resource[] } };
        };
        change(state.checkpoint.latest.resources, state.checkpoint.latest);
        fs.writeFileSync(stateFile, JSON.stringify(state));
    };
    /** Another run, or a person with `pulumi state`, leaves a resource so. */
    const resource =
        (fields: Json, name = "two") =>
        (): void =>
            editState((all) => {
                const at = all.findIndex(({ urn }) => urn.endsWith(`::${name}`));
                assert.ok(at >= 0);
                all[at] = { ...(all[at] as Resource), ...fields };
            });
    const urn = (name: string): string => `urn:pulumi:dev::stale::test:index:Thing::${name}`;
    /** The sealed plan, as somebody with the key could have made it. */
    const reseal = async (change: (reviewed: ReviewedPlan) => ReviewedPlan): Promise<void> => {
        const reviewed = (await unseal(fs.readFileSync(plan, "utf8"), key, plan)) as ReviewedPlan;
        fs.writeFileSync(plan, await seal(change(reviewed), key));
    };
    const editPlanFile = (change: (text: string) => string): void =>
        fs.writeFileSync(plan, change(fs.readFileSync(plan, "utf8")));
    /** The plan's own engine, with something else about it. */
    const other = (change: Partial<PulumiEngine>): PulumiEngine => ({ ...engine, ...change });
    const withVariable = (name: string, value: string) => (): PulumiEngine =>
        other({ env: { ...engine.env, [name]: value } });
    const byOtherRun = (values: Json) => async (): Promise<void> => {
        const file = read("stack.yaml");
        write("stack.yaml", settings(values));
        await up();
        write("stack.yaml", file);
    };

    /** One thing that moves: what was done, and what the refusal says. */
    interface Case {
        readonly name: string;
        readonly plant: () => void | PulumiEngine | Promise<void | PulumiEngine>;
        readonly said: RegExp;
        readonly options?: readonly string[];
    }

    const stateSaid = /the state was changed by another run/;
    const filesSaid = /files of the repository differ/;
    const cases: readonly Case[] = [
        { name: "another run changed a resource", plant: byOtherRun({ two: 5 }), said: /changed: [^\n]*two/ },
        { name: "another run made a resource", plant: byOtherRun({ three: 3 }), said: /new: three/ },
        { name: "another run deleted a resource", plant: byOtherRun({ two: null }), said: /gone: two/ },
        {
            name: "another run did what the plan does",
            plant: byOtherRun({ one: 3 }),
            said: /changed: [^\n]*one/,
        },
        {
            name: "it was applied already",
            plant: async () => void (await apply(await opened())),
            said: stateSaid,
        },
        {
            name: "everything was destroyed",
            plant: () =>
                pulumi("destroy", "--yes", "--skip-preview", "--config-file", engine.configFile ?? ""),
            said: /gone: [^\n]*one/,
        },
        {
            name: "the stack was removed and made again",
            plant: async () => {
                await pulumi("stack", "rm", "--yes", "--force", "--preserve-config");
                await succeed(engine, ["stack", "init", "dev"], { cwd: project, env: engine.env });
            },
            said: /gone: [^\n]*one/,
        },
        {
            name: "a resource was protected",
            plant: () => pulumi("state", "protect", "--yes", urn("two")),
            said: stateSaid,
        },
        {
            name: "a resource was forgotten",
            plant: () =>
                pulumi(
                    "state",
                    "delete",
                    "--yes",
                    urn("child").replace("Thing::child", "Thing$test:index:Thing::child"),
                ),
            said: /gone: child/,
        },
        {
            name: "a resource was renamed",
            plant: () => pulumi("state", "rename", "--yes", urn("two"), "deux"),
            said: /new: deux; gone: two|gone: two/,
        },
        { name: "an input is another", plant: resource({ inputs: { value: 9 } }), said: stateSaid },
        { name: "an output is another", plant: resource({ outputs: { value: 9 } }), said: stateSaid },
        {
            name: "an output is more",
            plant: resource({ outputs: { value: 2, more: true } }),
            said: stateSaid,
        },
        { name: "it is kept when it is deleted", plant: resource({ retainOnDelete: true }), said: stateSaid },
        { name: "it waits for its deletion", plant: resource({ delete: true }), said: stateSaid },
        { name: "it is to be replaced", plant: resource({ taint: true }), said: stateSaid },
        { name: "it is somebody else's", plant: resource({ external: true }), said: stateSaid },
        { name: "its start failed", plant: resource({ initErrors: ["failed"] }), said: stateSaid },
        { name: "its parent is another", plant: resource({ parent: urn("two") }, "child"), said: stateSaid },
        {
            name: "it depends on something else",
            plant: resource({ dependencies: [urn("one")] }, "child"),
            said: stateSaid,
        },
        {
            name: "a property depends on something else",
            plant: resource({ propertyDependencies: { value: [urn("one")] } }, "child"),
            said: stateSaid,
        },
        { name: "it goes with another", plant: resource({ deletedWith: urn("one") }), said: stateSaid },
        {
            name: "its time limits are others",
            plant: resource({ customTimeouts: { create: 5 } }),
            said: stateSaid,
        },
        {
            name: "it was written at another time",
            plant: resource({ modified: "2030-01-01T00:00:00Z" }),
            said: stateSaid,
        },
        {
            name: "a result of the stack is another",
            plant: resource({ outputs: { count: 99 } }, "stale-dev"),
            said: stateSaid,
        },
        {
            name: "a run was killed",
            plant: () =>
                editState((all, deployment) => {
                    deployment["pending_operations"] = [{ resource: all.at(-1), type: "updating" }];
                }),
            said: /a run was killed in the meantime/,
        },
        { name: "the state is an older one", plant: () => editState((all) => all.splice(2)), said: /gone: / },

        { name: "a file was changed", plant: () => write("notes.txt", "c\n"), said: filesSaid },
        {
            name: "a file was changed and staged",
            plant: async () => {
                write("notes.txt", "c\n");
                await git("add", "notes.txt");
            },
            said: filesSaid,
        },
        {
            name: "a commit came",
            plant: async () => {
                write("notes.txt", "c\n");
                await git("commit", "-qam", "three");
            },
            said: filesSaid,
        },
        {
            name: "a file came",
            plant: async () => {
                write("new.txt", "n\n");
                await git("add", "new.txt");
                await git("commit", "-qm", "new");
            },
            said: filesSaid,
        },
        { name: "a file is gone", plant: () => fs.rmSync(path.join(project, "notes.txt")), said: filesSaid },
        {
            name: "a file has another name",
            plant: () => git("mv", "notes.txt", "remarks.txt"),
            said: filesSaid,
        },
        {
            name: "a file may be executed",
            plant: () => fs.chmodSync(path.join(project, "script.sh"), 0o755),
            said: filesSaid,
        },
        {
            name: "a link leads elsewhere",
            plant: () => {
                fs.rmSync(path.join(project, "link"));
                fs.symlinkSync("script.sh", path.join(project, "link"));
            },
            said: filesSaid,
        },
        {
            name: "an older commit is checked out",
            plant: () => git("checkout", "--quiet", "HEAD~1"),
            said: filesSaid,
        },
        { name: "a commit was taken back", plant: () => git("revert", "--no-edit", "HEAD"), said: filesSaid },
        {
            name: "the program is another",
            plant: () => write("index.js", `${program}\nnew Thing("more", {});\n`),
            said: filesSaid,
        },
        {
            name: "there is no git",
            plant: () => fs.rmSync(path.join(project, ".git"), { recursive: true }),
            said: /git cannot read them/,
        },

        ...(
            [
                ["the description is another", { one: 4 }, {}, {}, /stale:things/],
                ["the description is the one before", {}, {}, {}, /stale:things/],
                ["a setting came", { one: 3 }, {}, { "pulumi:tags": {} }, /pulumi:tags/],
                ["a setting is gone", { one: 3 }, {}, { "stale:other": undefined }, /stale:other/],
                ["a secret came", { one: 3 }, {}, { "stale:key": { secure: "v1:a" } }, /stale:key/],
                ["the stack's key is another", { one: 3 }, { encryptionsalt: "v1:a" }, {}, /encryptionsalt/],
                ["an environment is imported", { one: 3 }, { environment: ["shared"] }, {}, /environment/],
            ] as const
        ).map(([name, values, more, config, what]): Case => ({
            name,
            plant: () => write("stack.yaml", settings(values, more, config)),
            said: new RegExp(`${what.source} of the stack file differs`),
        })),
        {
            name: "other packages are installed",
            plant: () => write("node_modules/.package-lock.json", '{"a":1}'),
            said: /other packages are installed/,
        },
        {
            name: "the engine is another version",
            plant: () => {
                const newer = path.join(place, "pulumi");
                fs.writeFileSync(
                    newer,
                    `#!/bin/sh\n[ "$1" = version ] && echo v9.9.9 && exit\nexec ${engine.pulumi} "$@"\n`,
                    { mode: 0o755 },
                );
                return other({ pulumi: newer });
            },
            said: /the engine is another version/,
        },
        {
            name: "it is of another stack",
            plant: async () => {
                await succeed(engine, ["stack", "init", "prod"], { cwd: project, env: engine.env });
                return other({ stack: "prod" });
            },
            said: /it is of another stack/,
        },
        {
            name: "the state lies elsewhere",
            plant: () => {
                fs.cpSync(path.join(place, "state"), path.join(place, "copy"), { recursive: true });
                return other({
                    env: {
                        ...engine.env,
                        PULUMI_BACKEND_URL: `file://${path.join(place, "copy")}?metadata=skip`,
                    },
                });
            },
            said: /the state lies elsewhere/,
        },
        {
            name: "with a refresh",
            plant: () => undefined,
            options: ["--refresh"],
            said: /the options differ/,
        },
        {
            name: "for one resource only",
            plant: () => undefined,
            options: ["--target", urn("one")],
            said: /the options differ/,
        },
        {
            name: "with one made anew",
            plant: () => undefined,
            options: ["--replace", urn("two")],
            said: /the options differ/,
        },
        {
            name: "without the engine's own look first",
            plant: () => undefined,
            options: ["--skip-preview"],
            said: /the options differ/,
        },
        {
            name: "forgetting what does not answer",
            plant: () => undefined,
            options: ["--forget-unreachable"],
            said: /the options differ/,
        },
        {
            name: "a variable forgets clusters",
            plant: withVariable("PULUMI_K8S_DELETE_UNREACHABLE", "true"),
            said: /PULUMI_K8S_DELETE_UNREACHABLE of the environment differs/,
        },
        {
            name: "a variable limits the update",
            plant: withVariable("PULUMI_OPTION_TARGET", urn("one")),
            said: /PULUMI_OPTION_TARGET of the environment differs/,
        },
        {
            name: "a variable asks no server",
            plant: withVariable("ESTATE_OFFLINE", "true"),
            said: /ESTATE_OFFLINE of the environment differs/,
        },
        {
            name: "a variable names other manifests",
            plant: withVariable("ESTATE_ARGOCD_MANIFESTS", "elsewhere"),
            said: /ESTATE_ARGOCD_MANIFESTS of the environment differs/,
        },

        {
            name: "its time is over",
            plant: () => reseal((made) => ({ ...made, created: 0, expires: 1 })),
            said: /its time is over/,
        },
        {
            name: "it was made in the future",
            plant: () => reseal((made) => ({ ...made, created: Date.now() + 3_600_000 })),
            said: /made in the future/,
        },
        {
            name: "it is of another project",
            plant: () => reseal((made) => ({ ...made, binding: { ...made.binding, project: "other" } })),
            said: /it is of another project/,
        },
        {
            name: "Node is another version",
            plant: () => reseal((made) => ({ ...made, binding: { ...made.binding, node: "18" } })),
            said: /Node is another version/,
        },
        {
            name: "the key is another",
            plant: withVariable("ESTATE_REVIEW_KEY", `${key}x`),
            said: /cannot be opened: the key/,
        },
        {
            name: "a byte of the file is another",
            plant: () =>
                editPlanFile((text) =>
                    text.replace(
                        /("data":"[^"]{40})(.)/,
                        (_, start: string, one: string) => `${start}${one === "A" ? "B" : "A"}`,
                    ),
                ),
            said: /cannot be opened/,
        },
        {
            name: "the file is cut short",
            plant: () => editPlanFile((text) => text.slice(0, -30)),
            said: /no reviewed plan, or only a part/,
        },
        { name: "the file is empty", plant: () => editPlanFile(() => ""), said: /no reviewed plan/ },
        { name: "the file is gone", plant: () => fs.rmSync(plan), said: /There is no reviewed plan/ },
        {
            name: "the file is the engine's own plan",
            plant: async () => {
                const { plan: plain } = (await unseal(
                    fs.readFileSync(plan, "utf8"),
                    key,
                    plan,
                )) as ReviewedPlan;
                editPlanFile(() => plain);
            },
            said: /no reviewed plan/,
        },
    ];

    const opened = (
        on: PulumiEngine = engine,
        options: readonly string[] = [],
    ): ReturnType<typeof applyingPlan> => applyingPlan(on, options, plan);
    const apply = async (
        applying: Awaited<ReturnType<typeof applyingPlan>>,
    ): Promise<{ code: number; said: string }> => {
        try {
            const args = [
                "up",
                "--stack",
                engine.stack,
                "--config-file",
                engine.configFile ?? "",
                ...applying.args,
            ];
            const { code, stdout, stderr } = await runPulumi(engine, args);
            return { code, said: stdout + stderr };
        } finally {
            applying.close();
        }
    };

    for (const { name, plant, said, options } of cases) {
        test(`is refused: ${name}`, async () => {
            putBack();
            const on = (await plant()) ?? engine;
            fs.rmSync(path.join(project, "ran"), { force: true });
            const state = fs.readFileSync(stateFile, "utf8");
            await assert.rejects(opened(on, options), (error: unknown) => {
                assert.ok(error instanceof CommandError, String(error));
                assert.match(error.message, said);
                return true;
            });
            assert.equal(fs.readFileSync(stateFile, "utf8"), state);
            assert.ok(!fs.existsSync(path.join(project, "ran")), "the program ran");
        });
    }

    // What nothing is bound to: the engine itself holds the update to the plan, before its first write.
    for (const [name, hidden, said] of [
        ["makes another thing", { three: 3 }, /three/],
        ["makes a thing otherwise", { one: 4 }, /one/],
        ["lets go of a thing", { two: null }, /delete is not allowed by the plan/],
    ] as const) {
        test(`is refused by the engine when the program ${name} for another reason`, async () => {
            putBack();
            write("untracked.json", JSON.stringify(hidden));
            const state = fs.readFileSync(stateFile, "utf8");
            const result = await apply(await opened());
            assert.notEqual(result.code, 0, result.said);
            assert.match(result.said, said);
            assert.equal(fs.readFileSync(stateFile, "utf8"), state);
            assert.ok(!fs.existsSync(path.join(project, "ran")), "the program ran");
        });
    }

    test("is one that is not: it is applied when nothing has moved", async () => {
        putBack();
        const result = await apply(await opened());
        assert.equal(result.code, 0, result.said);
        assert.match(fs.readFileSync(stateFile, "utf8"), /"value": ?3/);
    });
});
