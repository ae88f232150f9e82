import assert from "node:assert/strict";
import { test } from "node:test";

import { type ProgressEvent, type Step, describe, duration, progressPrinter } from "../../toolchain/progress";

const step: Step = { tool: "etcd", version: "3.7.3", index: 2, count: 3, expected: 70, remaining: 95 };
const tick = (elapsed: number): ProgressEvent => ({ kind: "tick", ...step, elapsed, doing: "compiling" });
const start: ProgressEvent = { kind: "start", ...step };
const done: ProgressEvent = { kind: "done", ...step, remaining: 0, elapsed: 61.4, bytes: 24 * 1024 * 1024 };

test("durations", () => {
    assert.deepEqual([0.4, 59, 60, 75, 785, -3].map(duration), [
        "0s",
        "59s",
        "1m00s",
        "1m15s",
        "13m05s",
        "0s",
    ]);
});

test("each event is one line that says what, how long and what remains", () => {
    const lines = [
        { kind: "plan", tools: ["pulumi", "etcd"], expected: 400 } as const,
        { kind: "plan", tools: ["etcd"], expected: 70 } as const,
        { kind: "wait", tool: "etcd", pid: 12 } as const,
        start,
        tick(3),
        tick(100),
        done,
    ].map(describe);
    assert.deepEqual(lines, [
        "2 tools are built first, once: pulumi, etcd (about 6m40s on 2 cores)",
        "1 tool is built first, once: etcd (about 1m10s on 2 cores)",
        "etcd: process 12 is building it, waiting for that",
        "[2/3] etcd 3.7.3: about 1m10s, about 1m35s to go",
        "[2/3] etcd 3.7.3: compiling, 3s of about 1m10s, about 1m35s to go",
        "[2/3] etcd 3.7.3: compiling, 1m40s of about 1m10s, longer than usual, about 1m35s to go",
        "[2/3] etcd 3.7.3: done in 1m01s, 24 MB",
    ]);
});

function print(events: readonly ProgressEvent[], screen: { isTTY?: boolean; columns?: number }): string {
    let text = "";
    const printer = progressPrinter({ ...screen, write: (more) => (text += more) }, 10);
    events.forEach(printer);
    return text;
}

test("a log gets a line every few seconds of a build", () => {
    const text = print([start, ...[1, 9, 11, 12, 21, 22].map(tick), done, start, tick(5), tick(10)], {});
    const times = text.split("\n").map((line) => /compiling, (\S+)/.exec(line)?.[1]);
    assert.deepEqual(times, [undefined, "11s", "21s", undefined, undefined, "10s", undefined]);
});

test("a terminal gets one line per build, rewritten in place and never wrapped", () => {
    const text = print([start, tick(1), tick(2), done], { isTTY: true, columns: 40 });
    const [first, second, third, fourth, ...rest] = text.split("\r\u001b[2K");
    assert.deepEqual(rest, []);
    for (const line of [first, second, third]) {
        assert.equal(line?.length, 39);
        assert.doesNotMatch(line ?? "", /\n/);
    }
    assert.equal(fourth, "[2/3] etcd 3.7.3: done in 1m01s, 24 MB\n");
});
