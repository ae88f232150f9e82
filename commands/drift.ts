/**
 * `npm run drift [-- options]`: compares what is on the servers of a stack with what the stack declares, and lists what was
 * changed, what is missing, and what nobody declared. Nothing is changed.
 *
 *     --stack <name>      default dev
 *     --json              for programs
 *     --markdown <file>   also writes the report there
 *     --lang en|zh        default en
 *     --issue <project>   keeps one issue about it in a project of GitLab: opens it, edits it, closes it. By the token in
 *                         ESTATE_DRIFT_TOKEN, or else the stack's own
 *     --card <channel>    with --issue: a card to a chat channel of the spec when the issue is opened and when it is closed
 *
 * Ends with 0 when everything is as declared, 1 when something differs, 2 when something could not be read.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Estate } from "../estate/model";
import { chatChannel } from "./drift/card";
import { reconcileDriftIssue, lookForDrift } from "./drift/look";
import { exitCode, json, markdown, terminalText } from "./drift/report";
import { languages, type Language } from "./drift/words";
import { CommandError, optionValue, runMain } from "./support/console";
import { whenStopped } from "./support/ending";
import { trusting } from "./support/engineTrust";
import { ownEngine, type PulumiEngine } from "./support/pulumiEngine";
import { committedStackFile, estateOf, isSandboxEstate } from "./support/stack";
import { withSandbox } from "./support/withSandbox";

/** What is asked for. */
export interface DriftCall {
    readonly stack: string;
    readonly json: boolean;
    readonly markdown?: string;
    readonly language: Language;
    /** Full path or number of the project of GitLab that has the issue. */
    readonly issue?: string;
    /** Channel of the spec that is notified when the issue begins and ends. */
    readonly card?: string;
}

/** Reads the command line. @throws CommandError on what it does not know. */
export function parseDriftCall(argv: readonly string[]): DriftCall {
    const given: Record<string, string> = {};
    for (let index = 0; index < argv.length; index++) {
        const [option = "", ...rest] = (argv[index] ?? "").split("=");
        if (option === "--json" && rest.length === 0) {
            given["json"] = "true";
        } else if (["--stack", "-s", "--markdown", "--lang", "--issue", "--card"].includes(option)) {
            const value = optionValue(option, rest.length > 0 ? rest.join("=") : argv[++index]);
            given[option === "-s" ? "stack" : option.slice(2)] = value;
        } else {
            throw new CommandError(
                `"${argv[index] ?? ""}" is no option of drift: --stack <name>, --json, --markdown <file>, --lang ${languages.join("|")}, --issue <project>, --card <channel>.`,
            );
        }
    }
    const language = languages.find((each) => each === (given["lang"] ?? "en"));
    if (language === undefined) {
        throw new CommandError(`--lang ${given["lang"] ?? ""}: there is ${languages.join(" and ")}.`);
    }
    if (given["card"] !== undefined && given["issue"] === undefined) {
        throw new CommandError("--card goes with --issue: the card says that there is an issue, and where.");
    }
    return {
        stack: given["stack"] ?? "dev",
        json: given["json"] === "true",
        ...(given["markdown"] === undefined ? {} : { markdown: given["markdown"] }),
        language,
        ...(given["issue"] === undefined ? {} : { issue: given["issue"] }),
        ...(given["card"] === undefined ? {} : { card: given["card"] }),
    };
}

async function stackOf(name: string): Promise<{ engine: PulumiEngine; estate: Estate }> {
    const estate = estateOf(name, committedStackFile(name));
    return isSandboxEstate(estate)
        ? withSandbox().runningStack(name)
        : { engine: trusting(ownEngine(name), estate), estate };
}

async function main(): Promise<void> {
    const started = Date.now();
    const call = parseDriftCall(process.argv.slice(2));
    whenStopped("Stopped; nothing was changed.");
    const { engine, estate } = await stackOf(call.stack);
    if (call.card !== undefined) {
        chatChannel(estate, call.card);
    }
    const report = await lookForDrift(engine, estate);
    if (call.markdown !== undefined) {
        fs.writeFileSync(call.markdown, markdown(report, call.language));
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(
        call.json
            ? `${json(report, call.language)}\n`
            : `${terminalText(report, call.language)} (${seconds} s)\n`,
    );
    if (call.issue !== undefined) {
        whenStopped("Stopped while the issue was looked after; the next run goes on with it.");
        const token = process.env["ESTATE_DRIFT_TOKEN"];
        const done = await reconcileDriftIssue(engine, estate, call.issue, report, call.language, {
            ...(token === undefined || token === "" ? {} : { token }),
            ...(call.card === undefined ? {} : { channel: call.card }),
        });
        process.stderr.write(`Issue ${done ?? "as it was"}\n`);
    }
    process.exitCode = exitCode(report);
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
