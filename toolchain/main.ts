import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { ToolchainError, type ToolName, ensureTools, findTools, isToolName, progressPrinter } from ".";
import type { Tool } from ".";
import { prune } from "./build";
import { cacheRoot } from "./cache";
import { megabytes } from "./progress";
import { TOOLS, TOOL_NAMES, toolsOfGroup } from "./tools";

const HELP = `npm run toolchain [-- options]

Prints each tool, its version, where it is from, its size and its path.

  --build [names]  make the named tools ready first, or all that the estate needs
  --all            also those that only a delivery engine's controllers on this machine need
  --json           print JSON
  --prune          delete the builds of other versions than this checkout's
`;

async function main(args: readonly string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
            build: { type: "boolean", default: false },
            all: { type: "boolean", default: false },
            json: { type: "boolean", default: false },
            prune: { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    if (values.help) {
        process.stdout.write(HELP);
        return;
    }
    const names = positionals.map(asToolName);
    const shown = names.length > 0 ? names : values.all ? TOOL_NAMES : toolsOfGroup("estate");
    if (values.build) {
        const stop = new AbortController();
        // Each may come twice: to all of a job's processes, and passed on by npm.
        process.on("SIGINT", () => stop.abort()).on("SIGTERM", () => stop.abort());
        await ensureTools(shown, progressPrinter(process.stderr), { signal: stop.signal });
    }
    if (values.prune) {
        const built = [...(await findTools(TOOL_NAMES)).values()].filter((tool) => tool.source === "built");
        const freed = await prune(cacheRoot(), new Set(built.map((tool) => dirname(dirname(tool.path)))));
        process.stderr.write(
            freed === 0 ? "There was nothing to delete.\n" : `Deleted ${megabytes(freed)}.\n`,
        );
    }
    const tools = await findTools(shown);
    process.stdout.write(values.json ? asJson(shown, tools) : asTable(shown, tools));
}

function asToolName(text: string): ToolName {
    if (!isToolName(text)) {
        const known = [...TOOL_NAMES].sort().join(", ");
        throw new ToolchainError("unknown-tool", `There is no tool "${text}". There are: ${known}`);
    }
    return text;
}

function asJson(names: readonly ToolName[], tools: ReadonlyMap<ToolName, Tool>): string {
    const rows = names.map(
        (name) => tools.get(name) ?? { name, version: TOOLS[name].version, source: "not built yet" },
    );
    return `${JSON.stringify(rows, undefined, 2)}\n`;
}

function asTable(names: readonly ToolName[], tools: ReadonlyMap<ToolName, Tool>): string {
    const rows = names.map((name) => {
        const tool = tools.get(name);
        const { version, purpose } = TOOLS[name];
        return tool === undefined
            ? [name, version, "not built yet", "", purpose]
            : [
                  name,
                  tool.version,
                  tool.source === "path" ? "PATH" : "built",
                  megabytes(tool.bytes),
                  tool.path,
              ];
    });
    const all = [["tool", "version", "from", "size", "path"], ...rows];
    const widths = [0, 1, 2, 3].map((i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
    return all
        .map((row) =>
            row
                .map((cell, i) => (i < 4 ? cell.padEnd((widths[i] ?? 0) + 2) : cell))
                .join("")
                .trimEnd(),
        )
        .map((line) => `${line}\n`)
        .join("");
}

main(process.argv.slice(2)).catch((error: unknown) => {
    const known =
        error instanceof ToolchainError ||
        (error as { code?: unknown }).code === "ERR_PARSE_ARGS_UNKNOWN_OPTION";
    process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
    process.exitCode = 1;
});
