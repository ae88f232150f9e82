/**
 * `npm run contract -- [--gitlab <url>] [--harbor <url>] [--below <group>]`: tries on real servers what the sandbox's
 * stand-ins claim about them, and prints where the servers answer otherwise. docs/contract.md says what it makes there.
 */
import * as path from "node:path";
import { checkGitLab, checkHarbor, type ContractReport } from "../sandbox";
import { CommandError, runMain } from "./support/console";
import { Interrupted, onEnd } from "./support/ending";

export interface ContractOptions {
    readonly gitlab?: string;
    readonly harbor?: string;
    /** Full path of the GitLab group to work below. */
    readonly below?: string;
}

const usage =
    "usage: npm run contract -- [--gitlab <url>] [--harbor <url>] [--below <GitLab group>]\n" +
    "GITLAB_TOKEN, and HARBOR_USERNAME with HARBOR_PASSWORD, are read from the environment.";

/** @throws CommandError on an option that is not one, a value that is no address, or no server at all. */
export function parseContractOptions(argv: readonly string[]): ContractOptions {
    const given: Record<string, string> = {};
    for (let at = 0; at < argv.length; at += 2) {
        const [option = "", value] = argv.slice(at, at + 2);
        const name = /^--(gitlab|harbor|below)$/.exec(option)?.[1];
        if (name === undefined) {
            throw new CommandError(`${JSON.stringify(option)} is not an option.\n${usage}`, 2);
        }
        if (value === undefined || value.startsWith("--")) {
            throw new CommandError(`${option} needs a value.\n${usage}`, 2);
        }
        if (name !== "below") {
            checkUrl(option, value);
        }
        given[name] = value;
    }
    if (given["gitlab"] === undefined && given["harbor"] === undefined) {
        throw new CommandError(`Name a server to try.\n${usage}`, 2);
    }
    return given;
}

function checkUrl(option: string, value: string): void {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !["http:", "https:"].includes(url.protocol)) {
        throw new CommandError(
            `${option} must be an address such as https://host; got ${JSON.stringify(value)}.`,
            2,
        );
    }
    if (url.username !== "" || url.password !== "") {
        throw new CommandError(
            `${option} must hold no credentials: they are read from the environment.\n${usage}`,
            2,
        );
    }
}

/** A variable of the environment that must be set. @throws CommandError when it is not. */
function secret(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === "") {
        throw new CommandError(`${name} is not set. It is read from the environment only.`, 2);
    }
    return value;
}

/** A report for people. */
export function contractText(report: ContractReport): string {
    const { server, tried, differences, skipped, left } = report;
    const reasons = new Map<string, number>();
    for (const { reason } of skipped) {
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return [
        `${server}: ${tried} claims tried, ${differences.length} answered otherwise.`,
        ...differences.flatMap(({ noun, claim, call, expected, got }) => [
            "",
            `  ${noun}: ${claim}`,
            `    call      ${call}`,
            `    expected  ${expected}`,
            `    got       ${got}`,
        ]),
        ...(skipped.length === 0 ? [] : ["", "Not tried:"]),
        ...[...reasons].map(([reason, count]) => `  ${count} ${count === 1 ? "claim" : "claims"}: ${reason}`),
        ...(left.length === 0 ? [] : ["", "Still on the server; delete by hand:"]),
        ...left.map((each) => `  ${each}`),
        "",
    ].join("\n");
}

async function main(): Promise<void> {
    const options = parseContractOptions(process.argv.slice(2));
    const stop = new AbortController();
    const interrupt = (): void => {
        process.stderr.write("Interrupted: what was made is taken away first ...\n");
        stop.abort(new Interrupted("Interrupted."));
    };
    onEnd(interrupt);
    const { signal } = stop;
    const runs: (() => Promise<ContractReport>)[] = [];
    if (options.gitlab !== undefined) {
        const { gitlab: url, below } = options;
        const token = secret("GITLAB_TOKEN");
        runs.push(() => checkGitLab({ url, token, signal, ...(below === undefined ? {} : { below }) }));
    }
    if (options.harbor !== undefined) {
        const url = options.harbor;
        const [username, password] = [secret("HARBOR_USERNAME"), secret("HARBOR_PASSWORD")];
        runs.push(() => checkHarbor({ url, username, password, signal }));
    }
    for (const run of runs) {
        const report = await tried(run);
        process.stdout.write(`${contractText(report)}\n`);
        if (report.differences.length > 0 || report.left.length > 0) {
            process.exitCode = 1;
        }
    }
}

/** Says in one sentence why a server could not be tried. */
async function tried(run: () => Promise<ContractReport>): Promise<ContractReport> {
    try {
        return await run();
    } catch (error) {
        if (error instanceof CommandError || error instanceof Interrupted) {
            throw error;
        }
        const cause = (error as { cause?: { message?: string; code?: string } }).cause;
        const why = cause?.message ?? cause?.code;
        throw new CommandError(
            `${(error as Error).message}${why === undefined || why === "" ? "" : `: ${why}`}`,
        );
    }
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
