/**
 * What is done to a stack's state before an update, and what a preview says of it, with a CLI that has nothing but a state. That
 * the engine then does what is said: test/e2e/changes.test.ts, flowMigration.test.ts.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { ExportedStack } from "../../commands/support/exported";
import { afterUpdate, prepareChange, type Change } from "../../commands/support/prepareChange";
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

/** A GitLab with these answers, by method and path; it has nothing else. */
async function gitlabWith(
    context: TestContext,
    answers: Readonly<Record<string, unknown>>,
): Promise<{ url: string; calls: string[] }> {
    const calls: string[] = [];
    const server = http.createServer((request, response) => {
        const call = `${request.method ?? ""} ${(request.url ?? "").replace("/api/v4", "").replace(/\?.*$/, "")}`;
        calls.push(call);
        const answer = answers[call.replace(/projects\/[^/]+/, "projects/_")];
        response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer ?? { message: "404 Not Found" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => {
        server.closeAllConnections();
        server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

const urnsIn = (file: string): string[] =>
    ((JSON.parse(fs.readFileSync(file, "utf8")) as ExportedStack).deployment?.resources ?? []).map(
        ({ urn }) => urn,
    );

const change = (more: Partial<Change>, lines: string[] = []): Change => ({
    writes: false,
    acceptOutage: false,
    reviewed: false,
    report: (line) => void lines.push(line),
    ...more,
});

describe("before a change", () => {
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

describe("a reviewed plan and what is on GitLab already", () => {
    const { before, after } = reviewCases["a branch of a flow gets another name"];
    const environment = { id: 5, name: "dev" };
    const cases = {
        branch: {
            state: (state: ExportedStack) => state,
            answers: {
                "GET /projects/_/repository/branches/develop": { name: "develop", protected: true },
                "GET /projects/_/protected_branches/develop": { name: "develop" },
            },
            words: /branch develop of acme\/shop\/web/,
        },
        environment: {
            // As when the app did not go to it before.
            state: ({ deployment }: ExportedStack) => ({
                deployment: {
                    ...deployment,
                    resources: (deployment?.resources ?? []).filter(
                        ({ type, inputs }) =>
                            !(type.endsWith(":ProjectEnvironment") && inputs?.["name"] === environment.name),
                    ),
                },
            }),
            answers: { "GET /projects/_/environments": [environment] },
            words: /environment dev of acme\/shop\/web/,
        },
    };
    for (const [what, { state, answers, words }] of Object.entries(cases)) {
        const scene = async (context: TestContext) => {
            const { url, calls } = await gitlabWith(context, answers);
            const stack = engineWith(context, state(await stateOf(modelOf(before))));
            const estate = modelOf(after);
            return { ...stack, calls, estate: { ...estate, gitlab: { ...estate.gitlab, url } } };
        };

        test(`an update by a plan is refused before anything changes, and names what to do: ${what}`, async (context) => {
            const { engine, file, estate, calls } = await scene(context);
            const was = fs.readFileSync(file, "utf8");
            const lines: string[] = [];
            await assert.rejects(
                prepareChange(engine, estate, change({ writes: true, reviewed: true }, lines)),
                ({ message }: Error) => {
                    assert.match(message, words);
                    assert.match(
                        message,
                        /^A reviewed plan cannot go on with what is on GitLab already \(.*\): the plan would make it anew\. Nothing was changed\. Make this change with npm run up -- --stack dev\.$/,
                    );
                    return true;
                },
            );
            assert.equal(fs.readFileSync(file, "utf8"), was);
            assert.deepEqual(
                calls.filter((call) => !call.startsWith("GET ")),
                [],
            );
            assert.deepEqual(lines, [], "nothing is said that is not done");
        });

        test(`a preview goes on, and says that a plan of it could not be applied: ${what}`, async (context) => {
            const { engine, estate } = await scene(context);
            const { beyondPlans, adopted } = await prepareChange(engine, estate, change({}));
            assert.equal(beyondPlans.length, 1, beyondPlans.join("\n"));
            assert.match(beyondPlans[0] ?? "", words);
            assert.match(
                beyondPlans[0] ?? "",
                /the plan would make it anew\. Make this change with npm run up -- --stack dev\.$/,
            );
            assert.ok(adopted.size > 0);
        });
    }

    test("one that makes all it names can be applied", async (context) => {
        const { url } = await gitlabWith(context, {});
        const { engine } = engineWith(context, await stateOf(modelOf(before)));
        const estate = modelOf(after);
        const here = { ...estate, gitlab: { ...estate.gitlab, url } };
        assert.deepEqual((await prepareChange(engine, here, change({}))).beyondPlans, []);
        await prepareChange(engine, here, change({ writes: true, reviewed: true }));
    });
});

test("after an update the gates of open merge requests count to the numbers of today", async (context) => {
    const made = new Date().toISOString();
    const { url, calls } = await gitlabWith(context, {
        "GET /projects/_/merge_requests": [{ iid: 3, target_branch: "prod" }],
        "GET /projects/_/merge_requests/3": {
            head_pipeline: { id: 4, status: "success", created_at: "2999-01-01T00:00:00Z" },
        },
        "GET /projects/_/pipelines/4/jobs": [{ id: 5, name: "approvals", status: "success" }],
        "GET /projects/_/jobs/5/trace": "Nobody has to approve merges into prod.",
        "POST /projects/_/jobs/5/retry": {},
    });
    const estate = modelOf(reviewCases["a job begins to hold merges for approvals"].after);
    const { deployment } = await stateOf(estate);
    const resources = (deployment?.resources ?? []).map((each) => ({ ...each, created: made }));
    const { engine } = engineWith(context, { deployment: { ...deployment, resources } });
    const lines: string[] = [];
    await afterUpdate(engine, { ...estate, gitlab: { ...estate.gitlab, url } }, (line) => lines.push(line));
    assert.ok(
        calls.some((call) => /^POST .*\/jobs\/5\/retry$/.test(call)),
        calls.join("\n"),
    );
    assert.ok(
        lines.every((line) =>
            /^acme\/.*: the number of approvals has changed, .* runs again in !3$/.test(line),
        ),
        lines.join("\n"),
    );

    const without = modelOf(reviewCases["a job begins to hold merges for approvals"].before);
    const said: string[] = [];
    await afterUpdate(engine, without, (line) => said.push(line));
    assert.deepEqual(said, [], "no gate: GitLab is not asked");
});
