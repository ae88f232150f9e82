/**
 * `npm run preview | up | refresh | destroy [-- options]`: the engine on one stack.
 *
 *     --stack <name>        default dev
 *     --policy              review with the policy pack
 *     --sandbox             preview on the sandbox's engine a stack whose servers are elsewhere, without asking them
 *     --as-is               take the sandbox as it stands: a part that is down stays down
 *     --no-doctor           up: without the look at the servers before the first write
 *     --forget-unreachable  destroy: forget what lies on a cluster that does not answer, instead of failing
 *     --forget-gone         with a refresh: forget what is gone where the provider fails at it; the update makes it anew
 *
 * Every other option goes to `pulumi` as it is. A stack whose servers are on this machine runs on the sandbox, which is
 * started when it is not up; any other stack runs with your own CLI, login and plugins.
 */
import * as path from "node:path";
import type { Estate } from "../estate/model";
import { formatFindings, hasErrors, summary } from "./doctor/finding";
import { examineWith } from "./doctor/stack";
import { CommandError, runMain, type RunResult } from "./support/console";
import { keepingSettings } from "./support/destroy";
import { ownEngine, runPulumi, stackArguments, stackOutputs, type Engine } from "./support/engine";
import { protectedNames } from "./support/overview";
import { policyArguments } from "./support/policy";
import { guardRefresh, waitForHarbors } from "./support/refreshGuard";
import { committedStackFile, estateOf, isSandboxEstate } from "./support/stack";
import { withSandbox } from "./support/withSandbox";

const operations = ["preview", "up", "refresh", "destroy"] as const;
type Operation = (typeof operations)[number];

const keptHint =
    '\nIf something "cannot be deleted because it is protected": deletionProtection keeps it. ' +
    "It takes two steps, see docs/troubleshooting.md, Taking an app away.";

/** What a run that did not end well says at last. */
const hints: Readonly<Record<Operation, string>> = {
    preview: keptHint,
    up: keptHint,
    refresh: "",
    destroy:
        "\nWhat is left is listed above; run it again when the cause is gone. For a cluster that will not come back: " +
        "npm run destroy -- --forget-unreachable",
};

interface Call {
    readonly operation: Operation;
    readonly stack: string;
    readonly policy: boolean;
    readonly sandbox: boolean;
    readonly asIs: boolean;
    readonly forgetGone: boolean;
    readonly forgetUnreachable: boolean;
    /** Whether servers are looked at before the first write. */
    readonly doctor: boolean;
    /** Options of `pulumi` itself. */
    readonly rest: readonly string[];
}

/** Splits the command line into ours and Pulumi's. @throws CommandError on an operation that is not one. */
export function parseCall(argv: readonly string[]): Call {
    const [operation, ...options] = argv;
    const known = operations.find((each) => each === operation);
    if (known === undefined) {
        throw new CommandError(`"${operation ?? ""}" is not one of ${operations.join(", ")}.`);
    }
    const rest: string[] = [];
    const flags = new Set<string>();
    let stack = "dev";
    for (let index = 0; index < options.length; index++) {
        const option = options[index] ?? "";
        if (option === "--stack" || option === "-s") {
            stack = options[++index] ?? "";
        } else if (option.startsWith("--stack=")) {
            stack = option.slice("--stack=".length);
        } else if (
            [
                "--policy",
                "--sandbox",
                "--as-is",
                "--no-doctor",
                "--forget-gone",
                "--forget-unreachable",
            ].includes(option)
        ) {
            flags.add(option);
        } else {
            rest.push(option);
        }
    }
    return {
        operation: known,
        stack,
        policy: flags.has("--policy"),
        sandbox: flags.has("--sandbox"),
        asIs: flags.has("--as-is"),
        forgetGone: flags.has("--forget-gone"),
        forgetUnreachable: flags.has("--forget-unreachable"),
        doctor: !flags.has("--no-doctor"),
        rest,
    };
}

/** A stack, and what runs it. */
interface Stack {
    readonly engine: Engine;
    readonly estate: Estate;
}

async function engineFor(call: Call): Promise<Stack> {
    const estate = estateOf(call.stack, committedStackFile(call.stack));
    if (isSandboxEstate(estate)) {
        const { sandboxStack } = withSandbox();
        const report = (line: string): void => void process.stderr.write(`${line}\n`);
        return sandboxStack(call.stack, report, call.asIs);
    }
    if (!call.sandbox) {
        return { engine: ownEngine(call.stack), estate };
    }
    if (call.operation !== "preview") {
        throw new CommandError(
            `--sandbox is for previews: the servers of stack "${call.stack}" are not on this machine, so ${call.operation} needs your own engine.`,
        );
    }
    const { manifestsVersion, previewOnlyStack } = withSandbox();
    process.stderr.write(
        `The servers of stack ${call.stack} are not asked: users and groups count as there, clusters as empty.\n` +
            `Argo CD's own objects are those of ${manifestsVersion}, which the sandbox has; the image updater's are left out.\n`,
    );
    return previewOnlyStack(call.stack);
}

async function main(): Promise<void> {
    const call = parseCall(process.argv.slice(2));
    const { engine, estate } = await engineFor(call);
    const report = (line: string): void => void process.stderr.write(`${line}\n`);
    if (!call.sandbox && refreshes(call)) {
        const { operation, forgetGone } = call;
        const writes = operation !== "preview" && !call.rest.includes("--preview-only");
        await guardRefresh(engine, estate, { writes, forgetGone, report });
    }
    if (call.operation === "up" && call.doctor) {
        await waitForHarbors(engine, estate, report);
        await lookBeforeFirstWrite(engine, estate);
    }
    const policy = call.policy ? policyArguments(engine) : [];
    const left = call.operation === "destroy" ? protectedNames(await stackOutputs(engine)) : [];
    const env = {
        ...engine.env,
        ...(call.forgetUnreachable ? { PULUMI_K8S_DELETE_UNREACHABLE: "true" } : {}),
        // Otherwise the program keeps its part of what --debug shows to itself, see cheaperPulumi.cjs.
        ...(call.rest.some((option) => ["--debug", "-d"].includes(option)) ? { ESTATE_DEBUG: "true" } : {}),
    };
    const args = [
        call.operation,
        ...defaults(call, engine),
        ...stackArguments(engine),
        ...policy,
        ...call.rest,
    ];
    const run = (): Promise<RunResult> => runPulumi(engine, args, { env, output: "inherit" });
    const result = await (call.operation === "destroy" ? keepingSettings(engine, run) : run());
    if (left.length > 0 && result.code === 0) {
        process.stdout.write(
            `Protected by deletionProtection:\n  ${left.join("\n  ")}\n` +
                "The next up goes on with them. Images of other environments are gone: a new commit to an app builds them again.\n",
        );
    }
    if (result.code !== 0) {
        throw new CommandError(
            `pulumi ${call.operation} ended with exit code ${result.code}.${hints[call.operation]}`,
            result.code,
        );
    }
}

/**
 * The fast half of `npm run doctor`: what would end the update in the middle is said before it starts.
 *
 * @throws CommandError with everything found, when there is an error; nothing is changed then.
 */
async function lookBeforeFirstWrite(engine: Engine, estate: Estate): Promise<void> {
    const findings = (await examineWith(engine, estate, true)).filter(({ severity }) => severity !== "note");
    if (hasErrors(findings)) {
        throw new CommandError(
            `${formatFindings(findings)}\n\n${summary(findings)} Nothing was changed. ` +
                "More: npm run doctor, docs/doctor.md. To go on all the same: --no-doctor.",
        );
    }
    if (findings.length > 0) {
        process.stderr.write(`${formatFindings(findings)}\n\n`);
    }
}

/** Whether the run looks at what is there. */
export function refreshes({ operation, rest }: Pick<Call, "operation" | "rest">): boolean {
    return operation === "refresh" || rest.some((option) => /^(-r|--refresh|--refresh=true)$/.test(option));
}

/**
 * In the sandbox there is nothing to confirm, and one dead cluster must not keep the rest from being destroyed. An `up`
 * keeps its preview: what that refuses (protected resources, violations) is refused before anything is changed.
 */
function defaults(call: Call, engine: Engine): string[] {
    // What deletionProtection covers stays in the state too, so that the next `up` goes on with it.
    const options = call.operation === "destroy" ? ["--continue-on-error", "--exclude-protected"] : [];
    const confirmed = call.rest.some((option) => ["--yes", "-y", "--preview-only"].includes(option));
    return engine.kind === "sandbox" && call.operation !== "preview" && !confirmed
        ? [...options, "--yes", ...(call.operation === "destroy" ? ["--skip-preview"] : [])]
        : options;
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
