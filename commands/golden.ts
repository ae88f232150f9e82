/**
 * `npm run golden`: accepts what the committed stacks and examples declare now. Writes `test/goldens` anew by the tests that compare
 * with them, and says which files changed. Review the difference like code before committing it.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkoutDir } from "../toolchain/checkout";
import { CommandError, noArguments, run, runMain } from "./support/console";

/** Text of every file of a folder by name; empty when there is no such folder. */
export function textsOf(folder: string): Map<string, string> {
    if (!fs.existsSync(folder)) {
        return new Map();
    }
    const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
        files.map(({ name }) => [name, fs.readFileSync(path.join(folder, name), "utf8")] as const),
    );
}

/** One line per file that is not as it was, sorted; empty when all are. Pure. */
export function changesBetween(
    before: ReadonlyMap<string, string>,
    after: ReadonlyMap<string, string>,
): string[] {
    return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
        const [was, is] = [before.get(name), after.get(name)];
        if (was === is) {
            return [];
        }
        if (was === undefined || is === undefined) {
            return [`${was === undefined ? "new    " : "removed"} ${name}`];
        }
        const [old, fresh] = [was.split("\n"), is.split("\n")];
        return [`changed ${name} (${without(fresh, old)} lines added, ${without(old, fresh)} removed)`];
    });
}

/** How many lines of `lines` are not in `others`, repeated ones counted. */
function without(lines: readonly string[], others: readonly string[]): number {
    const left = new Map<string, number>();
    for (const line of others) {
        left.set(line, (left.get(line) ?? 0) + 1);
    }
    return lines.filter((line) => {
        const count = left.get(line) ?? 0;
        left.set(line, count - 1);
        return count <= 0;
    }).length;
}

async function main(): Promise<void> {
    noArguments(process.argv.slice(2));
    const root = checkoutDir();
    const folder = path.join(root, "test", "goldens");
    const before = textsOf(folder);
    const result = await run(
        process.execPath,
        [
            "--require",
            "tsx/cjs",
            "--test",
            ...["stack", "examples"].map((name) => path.join(root, "test", `${name}.test.ts`)),
        ],
        { cwd: root, env: { ...process.env, ESTATE_ACCEPT: "1" } },
    );
    const changes = changesBetween(before, textsOf(folder));
    process.stdout.write(
        changes.length === 0
            ? "No golden changed.\n"
            : `${changes.map((line) => `${line}\n`).join("")}Review them: git diff test/goldens\n`,
    );
    if (result.code !== 0) {
        throw new CommandError(
            `The stacks' tests failed for another reason than their goldens:\n${(result.stdout + result.stderr).trim()}`,
        );
    }
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
