import assert from "node:assert/strict";
import { test } from "node:test";

import { nextStatus, pipelineStatus, type FlowJob } from "../../ci/flow";

const stages = ["build", "test", "deploy"];
const job = (name: string, stage: string, status: string, more: Partial<FlowJob> = {}): FlowJob => ({
    name,
    stage,
    status,
    allowFailure: false,
    when: "on_success",
    needs: null,
    ...more,
});

test("a job follows the earlier stages, or the jobs it needs", () => {
    const cases: [string, FlowJob[], FlowJob, string | undefined][] = [
        ["first stage", [], job("a", "build", "created"), "pending"],
        ["earlier stage runs", [job("a", "build", "running")], job("b", "test", "created"), undefined],
        ["earlier stage done", [job("a", "build", "success")], job("b", "test", "created"), "pending"],
        ["earlier stage failed", [job("a", "build", "failed")], job("b", "test", "created"), "skipped"],
        [
            "a failure that is allowed",
            [job("a", "build", "failed", { allowFailure: true })],
            job("b", "test", "created"),
            "pending",
        ],
        [
            "on_failure without one",
            [job("a", "build", "success")],
            job("b", "test", "created", { when: "on_failure" }),
            "skipped",
        ],
        [
            "on_failure after one",
            [job("a", "build", "failed")],
            job("b", "test", "created", { when: "on_failure" }),
            "pending",
        ],
        ["always", [job("a", "build", "failed")], job("b", "test", "created", { when: "always" }), "pending"],
        ["manual", [job("a", "build", "success")], job("b", "test", "created", { when: "manual" }), "manual"],
        [
            "behind a manual job that blocks",
            [job("a", "build", "manual", { when: "manual" })],
            job("b", "test", "created"),
            undefined,
        ],
        [
            "behind an optional manual job",
            [job("a", "build", "manual", { when: "manual", allowFailure: true })],
            job("b", "test", "created"),
            "pending",
        ],
        [
            "what it needs is done, its stage's predecessors are not",
            [job("a", "build", "success"), job("b", "test", "running")],
            job("c", "deploy", "created", { needs: [{ job: "a", artifacts: true, optional: false }] }),
            "pending",
        ],
        [
            "what it needs was skipped",
            [job("a", "build", "skipped")],
            job("c", "deploy", "created", { needs: [{ job: "a", artifacts: true, optional: false }] }),
            "skipped",
        ],
        [
            "it needs all jobs of a matrix",
            [job("a: [x]", "build", "success"), job("a: [y]", "build", "running")],
            job("c", "deploy", "created", { needs: [{ job: "a", artifacts: true, optional: false }] }),
            undefined,
        ],
    ];
    for (const [what, others, subject, expected] of cases) {
        assert.equal(nextStatus(subject, [...others, subject], stages), expected, what);
    }
});

test("a pipeline's status is made of those of its jobs", () => {
    const cases: [string, [string, boolean?][], string][] = [
        ["nothing yet", [["created"], ["created"]], "created"],
        ["first job waits for a runner", [["pending"], ["created"]], "pending"],
        ["one done, one to come", [["success"], ["created"]], "running"],
        ["all done", [["success"], ["skipped"]], "success"],
        ["a failure", [["failed"], ["skipped"]], "failed"],
        ["an allowed failure", [["failed", true], ["success"]], "success"],
        ["waits for a person", [["success"], ["manual"], ["created"]], "manual"],
        ["an optional manual job does not count", [["success"], ["manual", true]], "success"],
        ["canceled", [["success"], ["canceled"], ["skipped"]], "canceled"],
        ["waits for a resource", [["success"], ["waiting_for_resource"]], "waiting_for_resource"],
    ];
    for (const [what, jobs, expected] of cases) {
        const given = jobs.map(([status, allowFailure = false]) => ({ status, allowFailure }));
        assert.equal(pipelineStatus(given), expected, what);
    }
});
