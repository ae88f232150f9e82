/** Plans that were reviewed: made by a preview, applied by an update when nothing has moved since. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { compare } from "../../estate/problem";
import { CommandError, run } from "../support/console";
import { exportStack } from "../support/exported";
import { privateFolder } from "../support/privateFolder";
import { runPulumi, succeed, type PulumiEngine } from "../support/pulumiEngine";
import { stackFolder } from "../support/stack";
import { nameOf } from "../support/urn";
import {
    applyOptions,
    configurationDigests,
    digest,
    doingOptions,
    stateDigests,
    staleness,
    staleText,
    variableDigests,
    type Binding,
    type ReviewedPlan,
} from "./binding";
import { seal, unseal } from "./seal";

/** Exit code of an update whose plan is stale: a pipeline can distinguish it from a failure. */
export const staleExitCode = 3;

/** Hours that a plan can be applied in, unless the command says otherwise. */
export const usualHours = 168;

/** Everything a plan is bound to, as it is now. @throws CommandError when git or the state cannot be read. */
export async function bindingOf(engine: PulumiEngine, rest: readonly string[]): Promise<Binding> {
    const exported = await exportStack(engine);
    const { root } = engine;
    const [commit, files, version, backend] = await Promise.all([
        git(root, ["rev-parse", "HEAD"]),
        trackedFiles(root),
        succeed(engine, ["version"], { cwd: root, env: engine.env }).then(({ stdout }) => stdout.trim()),
        backendOf(engine),
    ]);
    return {
        project: (parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as { name: string }).name,
        stack: engine.stack,
        backend,
        engine: version,
        node: process.versions.node.split(".", 1)[0] ?? "",
        commit,
        files,
        packages: digest(textOf(path.join(root, "node_modules", ".package-lock.json"))),
        configuration: configurationDigests(parse(textOf(stackFileOf(engine)))),
        options: doingOptions(rest),
        state: stateDigests(exported),
        pending: exported.deployment?.pending_operations?.length ?? 0,
        variables: variableDigests(engine.env, (folder) => contentOf(path.resolve(root, folder))),
    };
}

function stackFileOf(engine: PulumiEngine): string {
    return (
        engine.configFile ?? path.join(stackFolder(), `Pulumi.${engine.stack.split("/").at(-1) ?? ""}.yaml`)
    );
}

function textOf(file: string): string {
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** A digest of all files below a folder; undefined when it is none. */
export function contentOf(folder: string): string | undefined {
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        return undefined;
    }
    const files = fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => path.join(folder, name))
        .filter((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true)
        .sort(compare);
    return digest(
        files
            .map((file) => `${path.relative(folder, file)} ${digest(fs.readFileSync(file, "latin1"))}`)
            .join("\n"),
    );
}

/** Where the CLI keeps state. */
async function backendOf(engine: PulumiEngine): Promise<string> {
    const { code, stdout } = await runPulumi(engine, ["whoami", "--json"]);
    const { url = "" } = (code === 0 ? JSON.parse(stdout) : {}) as { url?: string };
    return url.replace(/\/\/[^/@]*@/, "//").replace(/\?.*$/, "");
}

async function git(
    root: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
    const { code, stdout, stderr } = await run("git", ["-C", root, ...args], { env });
    if (code !== 0) {
        throw new CommandError(
            `A reviewed plan is bound to the files that git knows, and git cannot read them here: ${stderr.trim()}`,
        );
    }
    return stdout.trim();
}

/** Git's name for the content of all files it knows, as they lie here: changed ones count as they are. */
async function trackedFiles(root: string): Promise<string> {
    const folder = privateFolder("index");
    try {
        const index = path.resolve(root, await git(root, ["rev-parse", "--git-path", "index"]));
        const own = path.join(folder, "index");
        if (fs.existsSync(index)) {
            fs.copyFileSync(index, own);
        }
        const env = { ...process.env, GIT_INDEX_FILE: own };
        await git(root, ["add", "--update", "."], env);
        return await git(root, ["write-tree"], env);
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/**
 * The key of reviewed plans: of its own, or the stack's passphrase.
 *
 * @throws CommandError when there is none.
 */
export function planKey(env: NodeJS.ProcessEnv): string {
    const own = env["ESTATE_REVIEW_KEY"] ?? "";
    const file = env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
    const key =
        own !== ""
            ? own
            : (env["PULUMI_CONFIG_PASSPHRASE"] ?? "") || (file === "" ? "" : textOf(file).trim());
    if (key === "") {
        throw new CommandError(
            "A reviewed plan is kept encrypted, and there is no key for it: set ESTATE_REVIEW_KEY (openssl rand -base64 32), or the stack's passphrase.",
        );
    }
    if (own !== "" && own.length < 16) {
        throw new CommandError(
            "ESTATE_REVIEW_KEY is too short: at least 16 characters (openssl rand -base64 32).",
        );
    }
    return key;
}

/** A preview that becomes a plan: where Pulumi writes it, and what to do with it afterwards. */
export interface Saving {
    /** Options of `pulumi preview`. */
    readonly args: readonly string[];
    /**
     * Seals it.
     *
     * @param beyond why it cannot be applied, see `Prepared.beyondPlans`.
     * @throws CommandError when the state has changed under the preview.
     */
    readonly finish: (
        made: Pick<ReviewedPlan, "headline" | "policy">,
        beyond: readonly string[],
    ) => Promise<void>;
    /** Takes away what lies about. */
    readonly close: () => void;
}

/** Begins a preview whose plan is saved in `file`. What was there is gone from now on. */
export async function savingPlan(
    engine: PulumiEngine,
    rest: readonly string[],
    file: string,
    hours: number,
): Promise<Saving> {
    const key = planKey(engine.env);
    fs.rmSync(file, { force: true });
    const before = await bindingOf(engine, rest);
    if (before.pending > 0) {
        throw new CommandError(
            "A run was killed and has left operations unfinished, so no plan can be made: npm run up or npm run refresh ends them.",
        );
    }
    const folder = privateFolder("plan");
    const plain = path.join(folder, "plan.json");
    return {
        args: ["--save-plan", plain],
        finish: async ({ headline, policy }, beyond) => {
            const after = await bindingOf(engine, rest);
            const created = Date.now();
            const reviewed: ReviewedPlan = {
                binding: before,
                created,
                expires: created + hours * 3_600_000,
                headline,
                policy,
                plan: fs.readFileSync(plain, "utf8"),
            };
            const moved = staleness(reviewed, after, created);
            if (moved.length > 0) {
                throw new CommandError(
                    `No plan was saved: while the preview ran, ${moved.map(({ what, now }) => `${what} (${now})`).join("; ")}. Preview again.`,
                );
            }
            fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
            fs.writeFileSync(file, await seal(reviewed, key), { mode: 0o600 });
            process.stderr.write(`${savedText(engine.stack, file, reviewed, beyond)}\n`);
        },
        close: () => fs.rmSync(folder, { recursive: true, force: true }),
    };
}

/** What is said of a plan that was saved. Pure. @param beyond why it cannot be applied. */
export function savedText(
    stack: string,
    file: string,
    { expires }: Pick<ReviewedPlan, "expires">,
    beyond: readonly string[],
): string {
    const saved = `The plan is in ${file}, encrypted, until ${new Date(expires).toISOString()}.`;
    return beyond.length === 0
        ? `${saved} To apply exactly that: npm run up -- --stack ${stack} --reviewed ${file}`
        : [`${saved} It shows this change, and --reviewed will not apply it:`, ...beyond].join("\n");
}

/** A plan at hand for the engine. */
export interface Applying {
    readonly reviewed: ReviewedPlan;
    /** Options of `pulumi up`. */
    readonly args: readonly string[];
    /** Whether what lies on a cluster that does not answer is forgotten, as it was reviewed. */
    readonly forgetUnreachable: boolean;
    /**
     * Looks at the state once more, after it was put in order.
     *
     * @throws CommandError when something was taken on that the plan would make.
     */
    readonly recheck: () => Promise<void>;
    readonly close: () => void;
}

/**
 * Opens a reviewed plan and compares what it is bound to with what is here.
 *
 * @throws CommandError with everything that has moved; nothing was changed then.
 */
export async function applyingPlan(
    engine: PulumiEngine,
    rest: readonly string[],
    file: string,
): Promise<Applying> {
    if (!fs.existsSync(file)) {
        throw new CommandError(
            `There is no reviewed plan ${file}. It is made by npm run preview -- --save-plan ${file}.`,
        );
    }
    const opened = await unseal(fs.readFileSync(file, "utf8"), planKey(engine.env), file);
    const reviewed = opened as ReviewedPlan;
    const { options, given, forgetUnreachable } = applyOptions(reviewed.binding.options, rest);
    const now = { ...(await bindingOf(engine, [])), options };
    const stale = staleness(reviewed, now, Date.now());
    if (stale.length > 0) {
        throw new CommandError(staleText(stale, reviewed.headline), staleExitCode);
    }
    const folder = privateFolder("plan");
    const plain = path.join(folder, "plan.json");
    fs.writeFileSync(plain, reviewed.plan, { mode: 0o600 });
    return {
        reviewed,
        forgetUnreachable,
        // The engine's own preview stays: it looks at all of the plan before the first write.
        args: ["--plan", plain, "--yes", ...given],
        recheck: async () => {
            const state = stateDigests(await exportStack(engine));
            const added = Object.keys(state).filter((urn) => !Object.hasOwn(reviewed.binding.state, urn));
            if (added.length > 0) {
                throw new CommandError(
                    `The reviewed plan is not applied: it would make what is on the server already, and was taken on just now: ${added.map(nameOf).join(", ")}.\n` +
                        "No server was changed. Preview again, and have the new plan reviewed: docs/review.md.",
                    staleExitCode,
                );
            }
        },
        close: () => fs.rmSync(folder, { recursive: true, force: true }),
    };
}
