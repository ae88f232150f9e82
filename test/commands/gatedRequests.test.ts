/** Gates that counted to another number of approvals: what is decided, and what a GitLab is asked for. The real job: test/integration/ci/approvals.test.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Ask } from "../../commands/doctor/http";
import {
    countedTo,
    decideGate,
    gatedRepositories,
    raisedGates,
    raiseGates,
    runGatesAgain,
    wantedFor,
    type GateDecision,
    type GatedRepository,
    type SeenPipeline,
} from "../../commands/support/gatedRequests";
import { wantedByRepository } from "../../estate/approvals";
import { model } from "../support/estate";
import type { ExportedStack } from "../../commands/support/exported";

const made = "2026-01-01T00:00:00Z";
const log = (number: number): string =>
    number === 0
        ? "Nobody has to approve merges into prod.\n"
        : `Merges into prod want ${number} approval${number === 1 ? "" : "s"} of maintainers who are neither the author nor a committer.\n`;
const none = {};
const gate = (status: string, text: string): Partial<SeenPipeline> => ({ job: { status, log: text } });

describe("what is decided", () => {
    const cases: Record<string, [wanted: number, seen: Partial<SeenPipeline> | undefined, GateDecision]> = {
        "nothing without a pipeline: nothing is merged without one": [2, undefined, "none"],
        "nothing, where the number is the same": [2, gate("success", log(2)), "none"],
        "the gate again, where it was green with fewer": [2, gate("success", log(1)), "again"],
        "the gate again, where nobody had to approve": [1, gate("success", log(0)), "again"],
        "the gate again, where its log is gone": [2, gate("success", ""), "again"],
        "nothing, where its log is gone and nobody has to approve": [0, gate("success", ""), "none"],
        "nothing, where it was green with more": [1, gate("success", log(2)), "none"],
        "the gate again, where it is red for more than is wanted": [1, gate("failed", log(2)), "again"],
        "nothing, where it is red with fewer": [3, gate("failed", log(2)), "none"],
        "nothing, where it is red for another reason": [2, gate("failed", "no answer"), "none"],
        "nothing, where it has not begun: it reads the number of then": [2, gate("pending", ""), "none"],
        "patience, where it runs and may have read the number before": [2, gate("running", ""), "running"],
        "nothing, where it runs with the right number": [2, gate("running", log(2)), "none"],
        "no run of what is no gate": [2, none, "without"],
        "no run of a job that is older than the gate": [
            2,
            { ...gate("success", log(1)), created: "2025-12-31T00:00:00Z" },
            "without",
        ],
        "nothing of a red pipeline without a gate": [2, { status: "failed" }, "none"],
        "nothing of a branch that wants none": [0, none, "none"],
    };
    for (const [title, [wanted, seen, decision]] of Object.entries(cases)) {
        test(title, () => {
            const pipeline =
                seen === undefined
                    ? undefined
                    : { status: "success", created: "2026-01-02T00:00:00Z", ...seen };
            assert.equal(decideGate({ wanted, target: "prod", made }, pipeline), decision);
        });
    }

    test("a log counts for the branch that it names", () => {
        assert.equal(countedTo(log(2), "prod"), 2);
        assert.equal(countedTo(log(1), "prod"), 1);
        assert.equal(countedTo(log(0), "prod"), 0);
        assert.equal(countedTo(log(2), "dev"), undefined);
        assert.equal(countedTo("Merges into prod want ${plural(wanted)} of maintainers", "prod"), undefined);
    });

    test("the greatest number that covers a branch is wanted", () => {
        const wanted = { prod: 2, "hotfix/*": 1, "hotfix/prod-*": 3 };
        assert.deepEqual(
            ["prod", "hotfix/a", "hotfix/prod-a", "main"].map((branch) => wantedFor(wanted, branch)),
            [2, 1, 3, 0],
        );
    });
});

test("a state says which repositories have a gate, with which numbers and since when", () => {
    const urn = (type: string, name: string): string => `urn:pulumi:dev::x::${type}::${name}`;
    const variable = (name: string, inputs: object): object => ({
        urn: urn("gitlab:index/projectVariable:ProjectVariable", name),
        type: "gitlab:index/projectVariable:ProjectVariable",
        created: made,
        modified: "2026-02-01T00:00:00Z",
        inputs,
    });
    const resources = [
        {
            urn: urn("gitlab:index/project:Project", "web"),
            type: "gitlab:index/project:Project",
            id: "7",
            outputs: { pathWithNamespace: "acme/shop/web" },
        },
        variable("gate", { project: "7", key: "APPROVALS", value: '{"prod":2}' }),
        variable("image", { project: "7", key: "APPROVALS_IMAGE", value: "node" }),
    ];
    assert.deepEqual(gatedRepositories({ deployment: { resources: resources as never } }), [
        {
            project: "7",
            repository: "acme/shop/web",
            wanted: { prod: 2 },
            made,
            changed: "2026-02-01T00:00:00Z",
        },
    ]);
});

const repository: GatedRepository = {
    project: "7",
    repository: "acme/shop/web",
    wanted: { prod: 2 },
    made,
    changed: "2026-02-01T00:00:00Z",
};
const patience = { looks: 3, pauseMs: 1 };

/** A GitLab with merge requests into `prod`, by number: the gate's status and log, one after the other as it is looked at. */
function gitlab(gates: Record<number, [status: string, log: string][]>, retried = 201) {
    const calls: string[] = [];
    const looked: Record<number, number> = {};
    const now = (iid: number): [status: string, log: string] => {
        const all = gates[iid] ?? [];
        return all[Math.min(looked[iid] ?? 0, all.length) - 1] ?? all[0] ?? ["", ""];
    };
    const ask: Ask = (method, path) => {
        calls.push(`${method} ${path}`);
        const answer = (status: number, body: unknown) => Promise.resolve({ status, headers: {}, body });
        const [, kind, id] = /^\/projects\/7\/(merge_requests|pipelines|jobs)\/(\d+)/.exec(path) ?? [];
        const iid = Number(id);
        if (method === "POST") {
            return answer(retried, {});
        }
        if (kind === undefined) {
            return answer(
                200,
                Object.keys(gates).map((each) => ({ iid: Number(each), target_branch: "prod" })),
            );
        }
        if (kind === "merge_requests") {
            looked[iid] = (looked[iid] ?? 0) + 1;
            return answer(200, {
                head_pipeline: { id: iid, status: "success", created_at: "2026-01-15T00:00:00Z" },
            });
        }
        return kind === "pipelines"
            ? answer(200, [
                  { id: iid + 100, name: "test", status: "success" },
                  { id: iid, name: "approvals", status: now(iid)[0] },
              ])
            : answer(200, now(iid)[1]);
    };
    return { ask, calls, retries: () => calls.filter((each) => each.startsWith("POST")) };
}

describe("what GitLab is asked for", () => {
    test("only merge requests that are older than the number, and only gates that counted to another", async () => {
        const { ask, calls, retries } = gitlab({
            3: [["success", log(1)]],
            4: [["success", log(2)]],
            5: [["success", log(1)]],
        });
        assert.deepEqual(await runGatesAgain([repository], ask, patience), [
            "acme/shop/web: the number of approvals has changed, and the gate runs again in !3, !5",
        ]);
        assert.deepEqual(retries().sort(), [
            "POST /projects/7/jobs/3/retry",
            "POST /projects/7/jobs/5/retry",
        ]);
        assert.match(
            calls[0] ?? "",
            /^GET \/projects\/7\/merge_requests\?state=opened&created_before=2026-02-02T00%3A00%3A00\.000Z&/,
        );
    });

    test("one that runs is waited for, and judged by what it came to", async () => {
        const { ask, retries } = gitlab({
            3: [
                ["running", ""],
                ["success", log(1)],
            ],
            4: [["running", ""]],
        });
        assert.deepEqual(await runGatesAgain([repository], ask, patience), [
            "acme/shop/web: the number of approvals has changed, and the gate runs again in !3",
            "acme/shop/web: the gate does not come to its end, and may count to the number of before; run the job again in !4",
        ]);
        assert.deepEqual(retries(), ["POST /projects/7/jobs/3/retry"]);
    });

    test("a job that GitLab does not run again is named", async () => {
        const { ask } = gitlab({ 3: [["success", log(1)]] }, 403);
        assert.deepEqual(await runGatesAgain([repository], ask, patience), [
            "acme/shop/web: the number of approvals has changed, and GitLab does not run the gate again; run a new pipeline in !3",
        ]);
    });

    test("a merge request from before the gate is named, and none of its jobs run", async () => {
        const { ask, retries } = gitlab({ 3: [["success", log(1)]] });
        const late = { ...repository, made: "2026-01-20T00:00:00Z" };
        assert.deepEqual(await runGatesAgain([late], ask, patience), [
            "acme/shop/web: nothing holds these merge requests, whose pipeline is from before the gate or without it; run a new pipeline in !3",
        ]);
        assert.deepEqual(retries(), []);
    });

    test("one repository in trouble keeps no other waiting", async () => {
        const { ask } = gitlab({ 3: [["success", log(1)]] });
        const lines = await runGatesAgain(
            [{ ...repository, project: "8", repository: "acme/shop/api" }, repository],
            (method, path) =>
                path.startsWith("/projects/8/")
                    ? Promise.resolve({ status: 403, headers: {}, body: {} })
                    : ask(method, path),
            patience,
        );
        assert.match(
            String(lines[0]),
            /^acme\/shop\/api: .*GitLab answered 403\. The next up looks again\.$/,
        );
        assert.match(String(lines[1]), /^acme\/shop\/web: .*runs again in !3$/);
    });
});

describe("a greater number, before the update", () => {
    const now = "2026-03-01T00:00:00Z";
    const state = (wanted: Record<string, number>): ExportedStack => ({
        deployment: {
            resources: [
                {
                    urn: "urn:pulumi:dev::estate::gitlab:index/project:Project::web",
                    type: "gitlab:index/project:Project",
                    id: "7",
                    outputs: { pathWithNamespace: "acme/shop/web" },
                },
                {
                    urn: "urn:pulumi:dev::estate::gitlab:index/projectVariable:ProjectVariable::gate",
                    type: "gitlab:index/projectVariable:ProjectVariable",
                    id: "7:APPROVALS:*",
                    created: made,
                    inputs: { project: "7", key: "APPROVALS", value: JSON.stringify(wanted) },
                },
            ],
        },
    });
    const raised = (before: Record<string, number>, after: Record<string, number>): unknown =>
        raisedGates(state(before), { "acme/shop/web": after }, now).map(({ wanted, changed }) => ({
            wanted,
            changed,
        }));

    test("is found where a branch wants more, or wants some from then on", () => {
        assert.deepEqual(raised({ prod: 1 }, { prod: 2 }), [{ wanted: { prod: 2 }, changed: now }]);
        assert.deepEqual(raised({ prod: 1 }, { prod: 1, test: 1 }), [
            { wanted: { prod: 1, test: 1 }, changed: now },
        ]);
        assert.deepEqual(raised({ prod: 2 }, { prod: 1 }), []);
        assert.deepEqual(raised({ prod: 2 }, { prod: 2 }), []);
        assert.deepEqual(raisedGates(state({ prod: 2 }), {}, now), [], "no gate any more");
    });

    test("takes nothing back where another branch wants fewer: that is the update's", () => {
        assert.deepEqual(raised({ prod: 1, test: 2 }, { prod: 2 }), [
            { wanted: { prod: 2, test: 2 }, changed: now },
        ]);
    });

    test("is what the program would write, by repository", () => {
        const gated = model({
            gitlab: { approvalGate: { enabled: true } },
            environments: { prod: { approvals: 2 } },
        });
        assert.deepEqual(wantedByRepository(gated), {
            "acme/shop/api-config": { prod: 2 },
            "acme/shop/web-config": { prod: 2 },
        });
        assert.deepEqual(wantedByRepository(model({ environments: { prod: { approvals: 2 } } })), {});
    });

    test("says what GitLab does not take, and goes on", async () => {
        const calls: string[] = [];
        const ask: Ask = (method, path, body) => {
            calls.push(`${method} ${path} ${JSON.stringify(body)}`);
            return Promise.resolve({ status: 403, headers: {}, body: {} });
        };
        assert.deepEqual(await raiseGates([repository], ask, patience), [
            "acme/shop/web: GitLab answered 403 to the greater number of approvals; until this update ends merges want as many as before.",
        ]);
        assert.deepEqual(calls, ['PUT /projects/7/variables/APPROVALS {"value":"{\\"prod\\":2}"}']);
    });
});
