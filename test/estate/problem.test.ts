import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
    formatProblem,
    formatProblems,
    hasErrors,
    show,
    sortProblems,
    type Problem,
} from "../../estate/problem";

const problem = (overrides: Partial<Problem> = {}): Problem => ({
    path: "apps.web.team",
    value: "shopp",
    id: "team-exists",
    rule: "must name a team of the estate",
    fix: "did you mean shop?",
    severity: "error",
    ...overrides,
});

describe("problems", () => {
    it("read path, value, rule, fix", () => {
        assert.equal(
            formatProblem(problem()),
            [
                "  error at apps.web.team",
                '    value: "shopp"',
                "    rule:  must name a team of the estate [team-exists]",
                "    fix:   did you mean shop?",
            ].join("\n"),
        );
    });

    it("come errors first, then by path, rule and value, from any order", () => {
        const sorted = [
            problem({ path: "a" }),
            problem({ path: "b", id: "x" }),
            problem({ path: "b", id: "y", value: "1" }),
            problem({ path: "b", id: "y", value: "2" }),
            problem({ path: "a", severity: "warning" }),
        ];
        for (let turn = 0; turn < sorted.length; turn++) {
            const rotated = [...sorted.slice(turn), ...sorted.slice(0, turn)];
            assert.deepEqual(sortProblems(rotated), sorted);
            assert.deepEqual(sortProblems(rotated.reverse()), sorted);
        }
    });

    it("are counted in the first line", () => {
        const first = (problems: Problem[]): string | undefined =>
            formatProblems(problems, "x").split("\n")[0];
        const warning = problem({ severity: "warning" });
        assert.equal(first([problem()]), "1 error in x:");
        assert.equal(first([problem(), problem()]), "2 errors in x:");
        assert.equal(first([warning]), "1 warning in x:");
        assert.equal(first([problem(), warning, warning]), "1 error and 2 warnings in x:");
        assert.equal(formatProblems([]), "");
    });

    it("stop a run only as errors", () => {
        assert.equal(hasErrors([]), false);
        assert.equal(hasErrors([problem({ severity: "warning" })]), false);
        assert.equal(hasErrors([problem({ severity: "warning" }), problem()]), true);
    });

    it("show a missing value, and cut a long one", () => {
        assert.equal(show(undefined), "(nothing)");
        assert.equal(show(null), "null");
        assert.equal(show("x".repeat(500)).length, 120);
        assert.equal(
            formatProblem(problem({ path: "", value: undefined }))
                .split("\n")
                .slice(0, 2)
                .join("|"),
            "  error at the root|    value: (nothing)",
        );
    });
});
