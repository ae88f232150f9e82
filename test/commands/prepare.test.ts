/**
 * What is done to a stack's state before an update, and what a preview says of it, with a CLI that has nothing but a state. That
 * the engine then does what is said: test/e2e/changes.test.ts, flowMigration.test.ts.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { ExportedStack } from "../../commands/support/exported";
import { prepareChange, type Change } from "../../commands/support/prepareChange";
import type { PulumiEngine } from "../../commands/support/pulumiEngine";
import { reviewCases } from "./review/cases";
import { modelOf, stateOf } from "./review/changes";

/** An engine whose CLI exports and imports this state. */
function engineWith(context: TestContext, state: ExportedStack): { engine: PulumiEngine; file: string } {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prepare-"));
    context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "state.json");
    fs.writeFileSync(file, JSON.stringify(state));
    const pulumi = path.join(folder, "pulumi");
    const script = [
        "#!/bin/sh",
        'case "$1 $2" in',
        `"stack export") cat "${file}" ;;`,
        `"stack import") cp "$4" "${file}" ;;`,
        "*) echo '{}' ;;",
        "esac",
    ];
    fs.writeFileSync(pulumi, `${script.join("\n")}\n`, { mode: 0o755 });
    const env = { PATH: process.env["PATH"], PULUMI_BACKEND_URL: `file://${folder}` };
    return {
        engine: { kind: "sandbox", root: folder, stack: "dev", env, pulumi, hostRunsPolicies: false },
        file,
    };
}

const urnsIn = (file: string): string[] =>
    ((JSON.parse(fs.readFileSync(file, "utf8")) as ExportedStack).deployment?.resources ?? []).map(
        ({ urn }) => urn,
    );

describe("before a change", () => {
    const change = (more: Partial<Change>, lines: string[] = []): Change => ({
        writes: false,
        acceptOutage: false,
        reviewed: false,
        report: (line) => void lines.push(line),
        ...more,
    });

    test("a preview says what is refused and what stays, and leaves the state as it is", async (context) => {
        const { before, after } = reviewCases["a registry moves"];
        const { engine, file } = engineWith(context, await stateOf(modelOf(before)));
        const was = fs.readFileSync(file, "utf8");
        const lines: string[] = [];
        const prepared = await prepareChange(engine, modelOf(after), change({}, lines));
        assert.equal(fs.readFileSync(file, "utf8"), was);
        assert.deepEqual([...new Set(prepared.ahead?.refused.map(({ id }) => id))], ["registry-moved"]);
        assert.equal(prepared.retained.size, 6);
        assert.match(lines.join("\n"), /registry-moved[^]*In another registry now: image project/);
    });

    test("an update that is refused changes nothing, and one with --accept-outage removes from the state what is retained", async (context) => {
        const { before, after } = reviewCases["a registry moves"];
        const { engine, file } = engineWith(context, await stateOf(modelOf(before)));
        const was = urnsIn(file);
        await assert.rejects(
            prepareChange(engine, modelOf(after), change({ writes: true })),
            /registry-moved[^]*Nothing was changed/,
        );
        assert.deepEqual(urnsIn(file), was);
        const prepared = await prepareChange(
            engine,
            modelOf(after),
            change({ writes: true, acceptOutage: true }),
        );
        const left = was.filter((urn) => !urnsIn(file).includes(urn));
        assert.deepEqual(new Set(left), prepared.retained);
        assert.ok(
            left.every((urn) =>
                /:(Project|RetentionPolicy|ImmutableTagRule)::app-\w+-images-prod-/.test(urn),
            ),
        );
    });

    test("a preview passes over a repository that is needed no more and protected, and reports it as retained", async (context) => {
        const { before, after } = reviewCases["production needs no repository of its own any more"];
        const { engine } = engineWith(context, await stateOf(modelOf(before)));
        const { excluded, excludedSteps, retained } = await prepareChange(engine, modelOf(after), change({}));
        assert.ok(excluded.some((urn) => /:Project::guarded-config-web-project$/.test(urn)));
        assert.deepEqual(
            excludedSteps.map(({ op, urn }) => `${op} ${urn}`).sort(),
            excluded.map((urn) => `delete ${urn}`).sort(),
        );
        assert.ok(excluded.every((urn) => retained.has(urn)));
    });
});
