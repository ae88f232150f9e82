/**
 * `npm run preview | up | refresh | destroy [-- options]`: the engine on one stack.
 *
 *     --stack <name>        default dev
 *     --policy              review with the policy pack
 *     --sandbox             preview on the sandbox's engine a stack whose servers are elsewhere, without asking them
 *     --as-is               take the sandbox as it is: a part that is down stays down
 *     --no-doctor           up: without the look at the servers before the first write
 *     --accept-outage       up: also a change that deletes what runs, such as another name of an app
 *     --forget-unreachable  up, destroy: forget what lies on a cluster that does not answer, instead of failing
 *     --forget-gone         with a refresh: forget what is gone where the provider fails at it; the update makes it anew
 *     --lang en|zh          preview: language of what it ends with, default en
 *     --report <file>       preview: the whole review as one HTML file
 *     --save-plan <file>    preview: the plan, encrypted and bound to what it was made from
 *     --valid-hours <n>     with --save-plan: how long it can be applied, default 168
 *     --reviewed <file>     up: exactly that plan, and nothing when anything has moved since
 *     --inventory <file>    up: what the stack has then, without any secret
 *     --against <file>      preview: compares with that inventory, and needs no engine, server or credential
 *     --note                preview: the review as a note of the merge request whose pipeline this runs in
 *
 * Every other option goes to `pulumi` as it is. A stack whose servers are on this machine runs on the sandbox, which is
 * started when it is not up; any other stack runs with your own CLI, login and plugins.
 */
import * as path from "node:path";
import type { Estate, Language } from "../estate/model";
import { formatFindings, hasErrors, summary } from "./doctor/finding";
import { examineWith } from "./doctor/stack";
import { forgetUnreachableOption } from "./review/binding";
import { applyingPlan, savingPlan, usualHours, type Applying, type Saving } from "./review/plans";
import { checkOutput, publish, type NoteOutput } from "./review/publish";
import { CommandError, optionValue, runMain, type RunResult } from "./support/console";
import { Interrupted, stopIfAsked, whenStopped } from "./support/ending";
import { withProtectedSettings } from "./support/destroy";
import { driftText, withoutRefreshRows } from "./support/drift";
import { runWithHandOver } from "./handOver";
import { againstInventory, exportInventory } from "./inventory";
import { hintsFor } from "./support/hints";
import { protectedNames } from "./support/overview";
import { ownPolicies, policyArguments } from "./support/policy";
import {
    ownEngine,
    runPulumi,
    stackArguments,
    stackOutputs,
    type PulumiEngine,
} from "./support/pulumiEngine";
import { trusting } from "./support/engineTrust";
import { guardRefresh, waitForHarbors } from "./support/refreshGuard";
import { withEvents, type RunReport } from "./support/runReport";
import { languageVariable } from "../policies/words";
import { committedStackFile, estateOf, isSandboxEstate } from "./support/stack";
import { afterUpdate, filesThere, prepareChange, type Prepared } from "./support/prepareChange";
import { recoverPendingOperations } from "./support/pendingOperations";
import { withSandbox } from "./support/withSandbox";

const operations = ["preview", "up", "refresh", "destroy"] as const;
type Operation = (typeof operations)[number];

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
    /** Whether a change is made that deletes what runs. */
    readonly acceptOutage: boolean;
    /** Where its note goes. */
    readonly output: NoteOutput;
    /** Where a preview puts its plan, and for how many hours it holds. */
    readonly savePlan?: { readonly file: string; readonly hours: number };
    /** The plan an update applies. */
    readonly reviewed?: string;
    /** Where an update puts the inventory of what there is then. */
    readonly inventory?: string;
    /** The inventory that a preview compares with. */
    readonly against?: string;
    /** Options of `pulumi` itself. */
    readonly rest: readonly string[];
}

/** Our options that take a value. */
const valued = [
    "--lang",
    "--report",
    "--save-plan",
    "--valid-hours",
    "--reviewed",
    "--inventory",
    "--against",
];

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
    const values = new Map<string, string>();
    for (let index = 0; index < options.length; index++) {
        const option = options[index] ?? "";
        if (option === "--stack" || option === "-s") {
            stack = optionValue(option, options[++index]);
        } else if (option.startsWith("--stack=")) {
            stack = optionValue("--stack", option.slice("--stack=".length));
        } else if (valued.includes(option)) {
            values.set(option, optionValue(option, options[++index]));
        } else if (valued.some((name) => option.startsWith(`${name}=`))) {
            const [name = ""] = option.split("=", 1);
            values.set(name, option.slice(name.length + 1));
        } else if (
            [
                "--note",
                "--policy",
                "--sandbox",
                "--as-is",
                "--no-doctor",
                "--accept-outage",
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
        acceptOutage: flags.has("--accept-outage"),
        output: outputOf(values, flags.has("--note")),
        ...planOptions(known, values, flags.has("--sandbox")),
        ...inventoryOptions(known, values, [...flags, ...rest]),
        rest,
    };
}

/** @throws CommandError where an option does not go with the operation, or with another one. */
function inventoryOptions(
    operation: Operation,
    values: ReadonlyMap<string, string>,
    others: readonly string[],
): Pick<Call, "inventory" | "against"> {
    const [inventory, against] = [values.get("--inventory"), values.get("--against")];
    const partial = others.find((each) => /^(-t|--target|--exclude|--preview-only)/.test(each));
    if (inventory !== undefined && (operation !== "up" || inventory === "" || partial !== undefined)) {
        throw new CommandError(
            `--inventory <file> is for an up of the whole stack${partial === undefined ? "" : `, and ${partial} leaves something out`}.`,
        );
    }
    const foreign = [
        ...others.filter((each) => !["--note", "--policy"].includes(each)),
        ...["--save-plan", "--valid-hours"].filter((each) => values.has(each)),
    ];
    if (against !== undefined && (operation !== "preview" || against === "" || foreign.length > 0)) {
        throw new CommandError(
            `--against <file> is for a preview, with --policy, --report, --note and --lang${foreign.length === 0 ? "" : `; it cannot do ${foreign.join(", ")}`}.`,
        );
    }
    return {
        ...(inventory === undefined ? {} : { inventory }),
        ...(against === undefined ? {} : { against }),
    };
}

/** @throws CommandError where an option does not go with the operation. */
function planOptions(
    operation: Operation,
    values: ReadonlyMap<string, string>,
    offline: boolean,
): Pick<Call, "savePlan" | "reviewed"> {
    const [file, reviewed] = [values.get("--save-plan"), values.get("--reviewed")];
    const hours = Number(values.get("--valid-hours") ?? usualHours);
    if (file !== undefined && (operation !== "preview" || file === "" || offline)) {
        throw new CommandError("--save-plan <file> is for previews that ask the servers.");
    }
    if (reviewed !== undefined && (operation !== "up" || reviewed === "")) {
        throw new CommandError("--reviewed <file> is for up.");
    }
    if (!(hours > 0 && hours <= 24 * 90)) {
        throw new CommandError("--valid-hours must be a number of hours, 2160 (90 days) at most.");
    }
    return {
        ...(file === undefined ? {} : { savePlan: { file, hours } }),
        ...(reviewed === undefined ? {} : { reviewed }),
    };
}

function outputOf(values: ReadonlyMap<string, string>, note: boolean): NoteOutput {
    const language = values.get("--lang") ?? "en";
    if (language !== "en" && language !== "zh") {
        throw new CommandError(`--lang must be en or zh, and is "${language}".`);
    }
    const report = values.get("--report");
    if (report === "") {
        throw new CommandError("--report must name a file.");
    }
    return { language: language satisfies Language, note, ...(report === undefined ? {} : { report }) };
}

/** A stack, and what runs it. */
interface Stack {
    readonly engine: PulumiEngine;
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
        return { engine: trusting(ownEngine(call.stack), estate), estate };
    }
    if (call.operation !== "preview") {
        throw new CommandError(
            `--sandbox is for previews: the servers of stack "${call.stack}" are not on this machine, so ${call.operation} needs your own engine.`,
        );
    }
    const { manifestsInWords, previewOnlyStack } = withSandbox();
    process.stderr.write(
        `The servers of stack ${call.stack} are not asked: users and groups count as there, clusters as empty.\n` +
            `${manifestsInWords(estate)}\n`,
    );
    return previewOnlyStack(call.stack);
}

async function main(): Promise<void> {
    const call = parseCall(process.argv.slice(2));
    checkOutput(call.output, process.env);
    whenStopped(`Stopped: ${call.operation} had not begun. Run it again.`);
    if (call.against !== undefined) {
        const { stack, policy } = call;
        const source = await againstInventory(
            { stack, text: committedStackFile(stack), policy, language: call.output.language },
            call.against,
        );
        await publish(source, call.output, process.env, true);
        return;
    }
    const stack = await engineFor(call);
    if (call.reviewed === undefined) {
        await operate(call, stack);
        return;
    }
    // First of all: what follows may put the state in order, and a plan is bound to the state.
    const applying = await applyingPlan(stack.engine, bound(call), call.reviewed);
    try {
        process.stderr.write(`As reviewed: ${applying.reviewed.headline.replace(/`/g, "")}\n`);
        await operate(call, stack, applying);
    } finally {
        applying.close();
    }
}

/** Options that a plan is bound to: the engine's, and ours that reaches it as a variable. */
function bound({ rest, forgetUnreachable }: Call): string[] {
    return [...rest, ...(forgetUnreachable ? [forgetUnreachableOption] : [])];
}

/** @param applying the plan that is applied, if it is one that was reviewed. */
async function operate(call: Call, { engine, estate }: Stack, applying?: Applying): Promise<void> {
    const report = (line: string): void => void process.stderr.write(`${line}\n`);
    if (engine.kind === "own" && call.operation !== "preview") {
        await recoverPendingOperations(engine, estate, report);
    }
    const rest = applying === undefined ? call.rest : [...call.rest, ...applying.args];
    if (!call.sandbox && refreshes({ ...call, rest })) {
        const { operation, forgetGone } = call;
        const writes =
            operation !== "preview" && !call.rest.includes("--preview-only") && applying === undefined;
        await guardRefresh(engine, estate, { writes, forgetGone, report });
    }
    let prepared: Prepared = {
        retained: new Set(),
        excluded: [],
        handOvers: [],
        excludedSteps: [],
        adopted: new Set(),
        mayHaveFiles: false,
        beyondPlans: [],
    };
    const writes = call.operation === "up" && !call.rest.includes("--preview-only");
    if (!call.sandbox && (call.operation === "up" || call.operation === "preview")) {
        prepared = await prepareChange(engine, estate, {
            writes,
            acceptOutage: call.acceptOutage,
            reviewed: applying !== undefined,
            report,
        });
        await applying?.recheck();
    }
    if (call.operation === "up" && call.doctor) {
        await waitForHarbors(engine, estate, report);
        await lookBeforeFirstWrite(engine, estate);
    }
    const saving =
        call.savePlan === undefined
            ? undefined
            : await savingPlan(engine, bound(call), call.savePlan.file, call.savePlan.hours);
    try {
        const forgetUnreachable = call.forgetUnreachable || applying?.forgetUnreachable === true;
        await runWithHandOver(engine, estate, writes ? prepared.handOvers : [], report, () =>
            runReported(
                { ...call, rest, forgetUnreachable },
                { engine, estate },
                { ...prepared, saving, applying },
            ),
        );
        whenStopped(endedText(call.operation));
        if (writes) {
            stopIfAsked();
            await afterUpdate(engine, estate, report);
        }
        if (call.inventory !== undefined) {
            report(await inventoryLine(engine, call.inventory));
        }
    } finally {
        saving?.close();
    }
}

/** What is said to somebody who stops a run whose engine has ended. */
function endedText(operation: Operation): string {
    return operation === "up"
        ? "Stopped: the update is made, and what follows it is not; the next up makes up for it."
        : `Stopped: ${operation} was done.`;
}

/** Writes the inventory. What fails then does not make the update one that failed: it is made. @returns what to say of it. */
async function inventoryLine(engine: PulumiEngine, file: string): Promise<string> {
    try {
        await exportInventory(engine, file, process.env["CI_COMMIT_SHA"]);
        return `What the stack has is in ${file}.`;
    } catch (error) {
        return `The update is made; ${file} could not be written: ${error instanceof Error ? error.message : String(error)}`;
    }
}

/** What a run knows beside its command line. */
interface Around extends Omit<Prepared, "handOvers"> {
    readonly saving: Saving | undefined;
    readonly applying: Applying | undefined;
}

/** Runs the engine, and reports what came of it. @throws CommandError when it does not end well. */
async function runReported(call: Call, { engine, estate }: Stack, around: Around): Promise<void> {
    const { retained, excluded, excludedSteps, ahead, adopted, mayHaveFiles, saving, applying } = around;
    const { beyondPlans } = around;
    const policy = call.policy || applying?.reviewed.policy === true ? policyArguments(engine) : [];
    const left = call.operation === "destroy" ? protectedNames(await stackOutputs(engine)) : [];
    const env = {
        ...engine.env,
        [languageVariable]: call.output.language,
        ...(call.forgetUnreachable ? { PULUMI_K8S_DELETE_UNREACHABLE: "true" } : {}),
        // Otherwise the program keeps its part of what --debug shows to itself, see cheaperPulumi.cjs.
        ...(call.rest.some((option) => ["--debug", "-d"].includes(option)) ? { ESTATE_DEBUG: "true" } : {}),
    };
    const args = [
        call.operation,
        ...defaults(call, engine),
        ...stackArguments(engine),
        ...policy,
        ...(saving?.args ?? []),
        ...excluded.flatMap((urn) => ["--exclude", urn]),
        ...call.rest,
    ];
    const run = (): Promise<Ran> => {
        stopIfAsked();
        return runAndRead(call, engine, estate, args, env);
    };
    const { result, report: done } = await (call.operation === "destroy"
        ? withProtectedSettings(engine, run)
        : run());
    if (result.code !== 0 && result.interrupted === true) {
        throw new Interrupted(
            [
                `pulumi ${call.operation} was interrupted.`,
                ...(done === undefined ? [] : hintsFor(call.operation, done, true)),
            ].join("\n"),
        );
    }
    if (call.operation === "preview" && done !== undefined) {
        const source = {
            stack: call.stack,
            estate,
            report: { ...done, planned: [...done.planned, ...excludedSteps] },
            policy: call.policy,
            ownPolicies: ownPolicies(engine),
            offline: call.sandbox,
            retained,
            adopted: new Set([
                ...adopted,
                ...(mayHaveFiles ? await filesThere(engine, estate, done.planned) : []),
            ]),
            ...(ahead === undefined ? {} : { ahead }),
        };
        const { headline } = await publish(source, call.output, process.env, !isForMachines(call));
        if (result.code === 0) {
            await saving?.finish({ headline, policy: call.policy }, beyondPlans);
        }
    }
    if (saving !== undefined && done === undefined && result.code === 0) {
        await saving.finish(
            { headline: "(not written, because --event-log was given)", policy: call.policy },
            beyondPlans,
        );
    }
    if (left.length > 0 && result.code === 0) {
        process.stdout.write(
            `Protected by deletionProtection:\n  ${left.join("\n  ")}\n` +
                "The next up goes on with them. Images of other environments are gone: a new commit to an app builds them again.\n",
        );
    }
    if (result.code !== 0) {
        throw new CommandError(
            [
                `pulumi ${call.operation} ended with exit code ${result.code}.`,
                ...(done === undefined ? [] : hintsFor(call.operation, done)),
            ].join("\n"),
            result.code,
        );
    }
}

/** A run of the engine, and what it did; absent where the caller has the events for themselves. */
interface Ran {
    readonly result: RunResult;
    readonly report?: RunReport;
}

/** Runs the engine. What a preview with a refresh finds changed on the servers comes before the preview itself. */
async function runAndRead(
    call: Call,
    engine: PulumiEngine,
    estate: Estate,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
): Promise<Ran> {
    if (call.rest.some((option) => option.startsWith("--event-log"))) {
        return { result: await runPulumi(engine, args, { env, output: "inherit" }) };
    }
    const driftFirst = call.operation === "preview" && refreshes(call) && !isForMachines(call);
    if (driftFirst) {
        process.stderr.write("Looking at what is on the servers; the preview follows at once.\n");
    }
    const colours =
        driftFirst && process.stdout.isTTY && !call.rest.some((option) => option.startsWith("--color"));
    const ran = await withEvents((logging, variables) =>
        runPulumi(engine, [...args, ...logging, ...(colours ? ["--color", "always"] : [])], {
            env: { ...env, ...variables },
            output: driftFirst ? "capture" : "inherit",
        }),
    );
    if (driftFirst) {
        const text = driftText(estate, ran.report.refreshed, call.output.language);
        process.stdout.write(
            `${text === "" ? "Nothing was changed on the servers since the last update.\n" : text}\n${withoutRefreshRows(ran.result.stdout)}`,
        );
        process.stderr.write(ran.result.stderr);
    }
    return ran;
}

/** Whether programs read the output: then nothing is put before it. */
function isForMachines({ rest }: Pick<Call, "rest">): boolean {
    return rest.some((option) => /^(-j|--json|--json=true)$/.test(option));
}

/**
 * The fast half of `npm run doctor`: what would end the update in the middle is said before it starts.
 *
 * @throws CommandError with everything found, when there is an error; nothing is changed then.
 */
async function lookBeforeFirstWrite(engine: PulumiEngine, estate: Estate): Promise<void> {
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
function defaults(call: Call, engine: PulumiEngine): string[] {
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
