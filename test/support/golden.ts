/**
 * Goldens: everything a program registers, as a file that is reviewed like code. `ESTATE_ACCEPT=1` writes it anew.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { includedFiles, includedVersion } from "../../components/ci/included";
import type { Recording } from "./engine";

const folder = path.join(__dirname, "..", "goldens");

/** How to accept a difference; part of the failure's message. */
const acceptHint =
    "If the difference is wanted, run the test with ESTATE_ACCEPT=1 and review the golden's diff.";

/** Fails when the recording differs from `test/goldens/<name>.json`. */
export function matchesGolden(name: string, recording: Recording<unknown>): void {
    matchesGoldenText(name, goldenText(recording));
}

/** Fails when the text differs from `test/goldens/<name>.json`. */
export function matchesGoldenText(name: string, actual: string): void {
    const file = path.join(folder, `${name}.json`);
    if (process.env["ESTATE_ACCEPT"] === "1") {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(file, actual);
        return;
    }
    assert.ok(fs.existsSync(file), `${path.basename(file)} does not exist. ${acceptHint}`);
    const expected = fs.readFileSync(file, "utf8");
    if (actual !== expected) {
        assert.fail(
            `The program differs from ${path.basename(file)}:\n${difference(expected, actual)}\n${acceptHint}`,
        );
    }
}

/**
 * The recording as JSON: an object keyed by type and name, both sorted; one line per input, so that a diff shows what
 * changed and the file stays readable.
 */
export function goldenText({ registrations }: Recording<unknown>): string {
    const entries = registrations.map(({ type, name, parent, provider, options, inputs }) => {
        const fields = [
            ...(parent === undefined ? [] : [line("parent", parent)]),
            ...(provider === undefined ? [] : [line("provider", provider)]),
            ...(Object.keys(options).length === 0 ? [] : [line("options", options)]),
            ...sortedEntries(inputs).map(([key, value]) =>
                line(`inputs.${key}`, elsewhere.has(value as string) ? "components/ci/included" : value),
            ),
        ];
        const body = fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n  }`;
        return `  ${JSON.stringify(`${type} ${name}`)}: ${body}`;
    });
    return `{\n${entries.join(",\n")}\n}\n`.replaceAll(includedVersion(), "v<version>");
}

/** Files of the project for pipelines are long, the same everywhere, and have a test of their own. */
const elsewhere = new Set(includedFiles().map(({ text }) => text));

function line(key: string, value: unknown): string {
    return `    ${JSON.stringify(key)}: ${JSON.stringify(sorted(value))}`;
}

/** Which resources were added, removed or changed, with the changed parts. */
function difference(expected: string, actual: string): string {
    const before = indexed(expected);
    const after = indexed(actual);
    const lines: string[] = [];
    for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        const [left, right] = [before.get(key), after.get(key)];
        if (left === undefined) {
            lines.push(`+ ${key}`);
        } else if (right === undefined) {
            lines.push(`- ${key}`);
        } else if (JSON.stringify(left) !== JSON.stringify(right)) {
            lines.push(`~ ${key}`, `    was ${JSON.stringify(left)}`, `    is  ${JSON.stringify(right)}`);
        }
    }
    return lines.slice(0, 60).join("\n");
}

function indexed(text: string): Map<string, unknown> {
    return new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
}

function sorted<T>(value: T): T {
    if (Array.isArray(value)) {
        return value.map((item: unknown) => sorted(item)) as T;
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(sortedEntries(value).map(([key, field]) => [key, sorted(field)])) as T;
}

function sortedEntries(value: object): [string, unknown][] {
    return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
}
