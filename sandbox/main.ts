/** `npm run sandbox -- up | status | logs | open | restart | down`: the sandbox from the command line. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { engineIds, engines } from "./workloads/engines";
import { adviseOn } from "./supervisor/advice";
import {
    type GitlabEdition,
    type GitlabTier,
    type PartGroup,
    partGroups,
    sandboxDown,
    sandboxInfo,
    sandboxRestart,
    sandboxStatus,
    sandboxUp,
} from "./supervisor";
import { followLog, logOf } from "./supervisor/logs";
import { statusTable } from "./supervisor/table";
import { sandboxDir, sandboxLayout } from "./support/layout";
import { tailLines } from "./support/process";

const usage = `usage: npm run sandbox -- <command>

  up [--clusters a,b,..] [--parts ${partGroups.join(",")}] [--tier free|premium] [--edition ce|ee]
     [--tls|--no-tls] [--gitlab-path /gitlab]
                      start the sandbox, or what of it is missing; more clusters and parts are added to what there is
  status [--json]     parts, processes, memory, addresses, last problems
  logs <part> [-f] [-n lines]
                      the end of a part's log (a cluster's name: its API server); -f follows it
  open <part>         where a part is reached: an address, or for a cluster the lines that make kubectl use it
  restart <part>      stop and start a part, or all of a cluster
${engineIds.map((id) => `  ${`${id} <words>`.padEnd(18)}  ${engines[id].commandUsage}\n`).join("")}  down [--purge]      stop everything; --purge deletes all state too

The state lies in ${path.relative(process.cwd(), sandboxDir()) || "."} (ESTATE_SANDBOX_DIR), the ports begin at ESTATE_SANDBOX_PORT_BASE, where it is set: the sandbox remembers it.`;

/** A wrong command line; shown with the usage. */
class UsageError extends Error {}

type Command = (args: string[]) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
    async up(args) {
        const { values } = parseArgs({
            args,
            options: {
                clusters: { type: "string" },
                parts: { type: "string" },
                tier: { type: "string" },
                edition: { type: "string" },
                tls: { type: "boolean" },
                "no-tls": { type: "boolean" },
                "gitlab-path": { type: "string" },
            },
        });
        await sandboxUp(
            {
                clusters: list(values.clusters),
                parts: list(values.parts) as PartGroup[] | undefined,
                tier: oneOf<GitlabTier>("tier", ["free", "premium"], values.tier),
                edition: oneOf<GitlabEdition>("edition", ["ce", "ee"], values.edition),
                tls: values["no-tls"] === true ? false : values.tls,
                gitlabPath: values["gitlab-path"],
            },
            (line) => console.log(line),
        );
        console.log(`\n${statusTable(await sandboxStatus())}`);
    },

    async status(args) {
        const { values } = parseArgs({ args, options: { json: { type: "boolean" } } });
        const status = await sandboxStatus();
        console.log(values.json === true ? JSON.stringify(status, undefined, 2) : statusTable(status));
    },

    async logs(args) {
        const { values, positionals } = parseArgs({
            args,
            options: { follow: { type: "boolean", short: "f" }, lines: { type: "string", short: "n" } },
            allowPositionals: true,
        });
        const file = logOf(one(positionals, "logs"), await sandboxStatus());
        const count = Number(values.lines ?? "50");
        if (!Number.isInteger(count) || count < 0) {
            throw new UsageError(`--lines is a whole number, not "${values.lines}"`);
        }
        const size = fs.statSync(file).size;
        tailLines(file, count).forEach((line) => console.log(line));
        if (values.follow === true) {
            await followLog(file, size, process.stdout);
        }
    },

    async open(args) {
        const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
        const { text, url } = adviseOn(one(positionals, "open"), sandboxInfo(), await sandboxStatus());
        console.log(text);
        if (url !== undefined && process.stdout.isTTY) {
            openInBrowser(url);
        }
    },

    async restart(args) {
        const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
        const part = one(positionals, "restart");
        await sandboxRestart(part);
        console.log(`${part} is ready again`);
    },

    async down(args) {
        const { values } = parseArgs({ args, options: { purge: { type: "boolean" } } });
        const ran = await sandboxDown(sandboxDir(), { purge: values.purge === true }, (line) =>
            console.log(line),
        );
        const state = values.purge === true ? ", and its state is deleted" : "; its state is kept";
        console.log(
            ran
                ? `the sandbox is stopped${state}`
                : `no sandbox was running${values.purge === true ? state : ""}`,
        );
    },

    ...Object.fromEntries(
        engineIds.map((id): [string, Command] => [
            id,
            async (args) => {
                process.exitCode = await engines[id].command(sandboxLayout(sandboxDir()), args);
            },
        ]),
    ),
};

function one(positionals: readonly string[], command: string): string {
    const [part, ...more] = positionals;
    if (part === undefined || more.length > 0) {
        throw new UsageError(`${command} wants the name of one part; \`status\` lists them`);
    }
    return part;
}

/** An option with few values. @throws UsageError for any other. */
function oneOf<T extends string>(
    option: string,
    values: readonly T[],
    given: string | undefined,
): T | undefined {
    const found = values.find((value) => value === given);
    if (found === undefined && given !== undefined) {
        throw new UsageError(`--${option} is ${values.join(" or ")}, not "${given}"`);
    }
    return found;
}

function list(text: string | undefined): string[] | undefined {
    return text
        ?.split(",")
        .map((word) => word.trim())
        .filter((word) => word !== "");
}

/** Shows the address in a browser where the desktop has a way to. Nothing is said when it has none. */
function openInBrowser(url: string): void {
    const child = spawn(process.platform === "darwin" ? "open" : "xdg-open", [url], {
        detached: true,
        stdio: "ignore",
    });
    child.once("error", () => undefined);
    child.unref();
}

async function main([name, ...args]: readonly string[]): Promise<void> {
    const command = name === undefined ? undefined : commands[name];
    try {
        if (command === undefined) {
            throw new UsageError(name === undefined ? "which command?" : `there is no command "${name}"`);
        }
        await command([...args]);
    } catch (error) {
        const wrongOption = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
        console.error((error as Error).message);
        if (error instanceof UsageError || wrongOption) {
            console.error(`\n${usage}`);
        }
        process.exitCode = error instanceof UsageError || wrongOption ? 2 : 1;
    }
}

// `status | head` closes our output early; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
        throw error;
    }
    process.exit();
});
void main(process.argv.slice(2));
