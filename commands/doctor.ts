/**
 * `npm run doctor [-- options]`: looks at every server of a stack before anything is made there, and while it lives.
 * Nothing is changed, and nothing is sent but what `--send` asks for.
 *
 *     --stack <name>  default dev
 *     --sandbox       only what needs no server, for a stack whose servers are elsewhere
 *     --send          also a test card or mail to every channel
 *
 * Ends with 1 when it finds an error.
 */
import * as path from "node:path";
import { CommandError, optionValue, runMain } from "./support/console";
import { whenStopped } from "./support/ending";
import { formatFindings, hasErrors, summary } from "./doctor/finding";
import { examineStack } from "./doctor/stack";

/** What is asked for. */
export interface DoctorCall {
    readonly stack: string;
    /** True: no server is asked. */
    readonly offline: boolean;
    /** True: every channel gets a test card or mail. */
    readonly send: boolean;
}

/** Reads the command line. @throws CommandError on what it does not know. */
export function parseDoctorCall(argv: readonly string[]): DoctorCall {
    let stack = "dev";
    let offline = false;
    let send = false;
    for (let index = 0; index < argv.length; index++) {
        const option = argv[index] ?? "";
        if (option === "--stack" || option === "-s") {
            stack = optionValue(option, argv[++index]);
        } else if (option.startsWith("--stack=")) {
            stack = optionValue("--stack", option.slice("--stack=".length));
        } else if (option === "--sandbox") {
            offline = true;
        } else if (option === "--send") {
            send = true;
        } else {
            throw new CommandError(
                `"${option}" is no option of the doctor: --stack <name>, --sandbox, --send.`,
            );
        }
    }
    if (offline && send) {
        throw new CommandError(
            "--send needs the servers that --sandbox leaves alone; leave one of them out.",
        );
    }
    return { stack, offline, send };
}

async function main(): Promise<void> {
    const started = Date.now();
    const call = parseDoctorCall(process.argv.slice(2));
    whenStopped(
        call.send ? "Stopped; some channels may have got their message." : "Stopped; nothing was changed.",
    );
    const findings = await examineStack(call);
    const text = formatFindings(findings);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${text === "" ? "" : `${text}\n\n`}${summary(findings)} (${seconds} s)\n`);
    if (hasErrors(findings)) {
        process.exitCode = 1;
    }
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
