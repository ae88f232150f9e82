/**
 * Compares sdks/gitlab and sdks/harbor with the Python SDKs published for the same versions, which are made from the
 * upstream schemas: every token, property, type, required flag and secret flag. Replace rules are in no SDK and are not
 * compared. Needs python3 with pip, and once the network.
 */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { cacheRoot } from "../toolchain/cache";
import { noArguments, CommandError } from "./support/console";
import { differences, readPublished } from "./sdks/published";
import { readSchema } from "./sdks/schema";

const run = promisify(execFile);
const root = path.resolve(__dirname, "..");

const packages = [
    { name: "gitlab", python: "pulumi-gitlab" },
    { name: "harbor", python: "pulumiverse-harbor" },
] as const;

/** Something outside is missing: no verdict about the SDKs. */
class NotPossible extends Error {}

/** The package's Python files, by name; downloaded unless they are in the cache. */
async function published(python: string, version: string): Promise<Map<string, string>> {
    const folder = path.join(cacheRoot(), "..", "published-sdks", `${python}-${version}`);
    if (!fs.existsSync(path.join(folder, "done"))) {
        fs.rmSync(folder, { recursive: true, force: true });
        fs.mkdirSync(folder, { recursive: true });
        await download(python, version, folder);
        fs.writeFileSync(path.join(folder, "done"), "");
    }
    return sources(folder);
}

async function download(python: string, version: string, folder: string): Promise<void> {
    const pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        "-d",
        folder,
    ];
    try {
        await run("python3", [...pip, `${python}==${version}`]);
    } catch (error) {
        const { code, stderr } = error as { code?: unknown; stderr?: string };
        if (code === "ENOENT") {
            throw new NotPossible("python3 is not on PATH. Install Python 3 with pip to compare the SDKs.");
        }
        const reason = (stderr ?? String(error)).trim().split("\n").slice(-3).join("\n");
        throw new NotPossible(
            `pip could not download ${python} ${version}. Is the network there?\n${reason}`,
        );
    }
    const archive = fs.readdirSync(folder).find((file) => /\.(whl|tar\.gz)$/.test(file));
    if (archive === undefined) {
        throw new NotPossible(`pip downloaded nothing for ${python} ${version}.`);
    }
    const tool = archive.endsWith(".whl") ? "zipfile" : "tarfile";
    await run("python3", ["-m", tool, "-e", path.join(folder, archive), path.join(folder, "source")]);
}

function sources(folder: string): Map<string, string> {
    const files = fs.readdirSync(path.join(folder, "source"), { recursive: true, encoding: "utf8" });
    const main = files.find((file) => path.basename(file) === "_utilities.py");
    if (main === undefined) {
        throw new NotPossible(`${folder} holds no Pulumi SDK. Remove it and run this again.`);
    }
    const base = path.join(folder, "source", path.dirname(main));
    const names = fs.readdirSync(base).filter((file) => file.endsWith(".py"));
    return new Map(names.map((file) => [file, fs.readFileSync(path.join(base, file), "utf8")]));
}

async function main(): Promise<number> {
    noArguments(process.argv.slice(2));
    let differing = 0;
    for (const { name, python } of packages) {
        const schema = readSchema(path.join(root, "sdks", name, "schema.yaml"));
        const theirs = readPublished(await published(python, schema.version));
        const lines = differences(schema, theirs);
        differing += lines.length;
        const count = Object.keys(schema.resources).length;
        const verdict = lines.length === 0 ? "no difference" : `${String(lines.length)} differences`;
        console.log(
            `${schema.npm} ${schema.version}, ${String(count)} of ${String(theirs.resources.size)} resources: ${verdict}`,
        );
        for (const line of lines) {
            console.log(`  ${line}`);
        }
    }
    return differing === 0 ? 0 : 1;
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof NotPossible || error instanceof CommandError ? error.message : error);
        process.exitCode = 1;
    },
);
