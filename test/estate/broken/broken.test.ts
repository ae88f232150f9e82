/**
 * Hundreds of broken specs: each is refused with messages a person can act on, by the check and by the program, which then
 * has made nothing. Not proved here: that everything a server refuses is in the list.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import main from "../../../index";
import { formatProblems, parseEstate, type Problem } from "../../../estate";
import { brokenBySchema, type Broken } from "./fromSchema";
import { brokenForServers } from "./fromServers";

const bySchema = brokenBySchema();
const forServers = brokenForServers();

/** Words of libraries and runtimes, which mean nothing to who wrote the spec. */
const jargon =
    /Invalid (input|option|key|union|string)|unrecognized|\bexpected\b.*\breceived\b|\[object |\bundefined\b|\bNaN\b|TypeError|ZodError|\n +at |\u001b\[/i;

function errorsOf({ spec }: Broken): readonly Problem[] {
    return parseEstate(spec, { today: "2026-06-01", files: {} }).problems.filter(
        ({ severity }) => severity === "error",
    );
}

/** What is unclear about how a broken spec is refused; empty when nothing is. */
function unclear(broken: Broken): string[] {
    const errors = errorsOf(broken);
    const near = errors.some(
        ({ path, value }) =>
            path === broken.path ||
            path.startsWith(`${broken.path}.`) ||
            broken.path.startsWith(`${path}.`) ||
            // A rule about two places may speak of the other one.
            String(value).includes(broken.path.split(".").at(-1) ?? ""),
    );
    const text = formatProblems(errors);
    return [
        ...(errors.length === 0 ? ["accepted"] : []),
        ...(errors.length > 0 && !near
            ? [`told elsewhere: ${errors.map(({ path }) => path).join(", ")}`]
            : []),
        ...errors
            .filter(({ rule, fix }) => rule.trim().length < 8 || fix.trim().length < 5)
            .map(({ id }) => `says too little: ${id}`),
        ...(jargon.test(text) ? [`jargon: ${text}`] : []),
        ...(text.includes("secret-word") ? ["shows a secret"] : []),
        ...(/[\u0000-\u0009\u000b-\u001f\u200b\u202e]/.test(text) ? ["control characters"] : []),
        ...(errors.length > 6 ? [`${errors.length} errors for one mistake`] : []),
    ];
}

describe("broken specs", () => {
    test("are many", () => {
        assert.ok(bySchema.length >= 100, `${bySchema.length} from the schema`);
        assert.ok(forServers.length >= 100, `${forServers.length} from servers' rules`);
    });

    for (const [source, all] of [
        ["the schema", bySchema],
        ["servers' rules", forServers],
    ] as const) {
        test(`from ${source} are refused with where, what, rule and fix`, () => {
            const bad = all.flatMap((broken) => unclear(broken).map((why) => `${broken.title}: ${why}`));
            assert.deepEqual(bad, []);
        });

        test(`from ${source} make nothing when the program runs`, async () => {
            const made: string[] = [];
            await pulumi.runtime.setMocks(
                {
                    newResource: ({ type, name }) => {
                        made.push(`${type} ${name}`);
                        return { id: name, state: {} };
                    },
                    call: ({ token }) => {
                        made.push(token);
                        return {};
                    },
                },
                "gitops-estate",
                "dev",
                false,
            );
            const bad: string[] = [];
            for (const { title, spec } of all) {
                pulumi.runtime.setAllConfig({ "gitops-estate:estate": JSON.stringify(spec) });
                const error: unknown = await main().catch((thrown: unknown) => thrown);
                if (!pulumi.RunError.isInstance(error) || !/Nothing was changed\.$/.test(error.message)) {
                    bad.push(
                        `${title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
                    );
                }
            }
            assert.deepEqual(bad, []);
            assert.deepEqual(made, []);
        });
    }
});
