/** What the bench computes and prints; that its figures are right is for whoever reads docs/performance.md's "how". */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test } from "node:test";
import { parseOptions } from "../../commands/bench";
import { enginesStack, enginesTable, parseEnginesOptions } from "../../commands/bench/engines";
import { wayOf, ways } from "../../commands/bench/endings";
import { flowStack, flowsTable, parseFlowsOptions, remainsLines } from "../../commands/bench/flows";
import { largeStack } from "../../commands/bench/large";
import { memoryOf, processorTimeOf, treeOf } from "../../commands/bench/measure";
import { countOf, remains, remainsText } from "../../commands/bench/remains";
import { comparisonTable, figureTable, median } from "../../commands/bench/report";
import { committedStackFile, estateOf } from "../../commands/support/stack";

describe("options of the bench", () => {
    test("have defaults, and take counts", () => {
        assert.deepEqual(parseOptions([]), { apps: 50, rounds: 5, plain: false });
        assert.deepEqual(parseOptions(["--apps", "5", "--plain", "--rounds", "1"]), {
            apps: 5,
            rounds: 1,
            plain: true,
        });
    });
    for (const argv of [["--apps"], ["--apps", "x"], ["--rounds", "0"], ["--teams", "3"]]) {
        test(`refuse ${argv.join(" ")}`, () => {
            assert.throws(() => parseOptions(argv), /is not --apps <count> or --rounds <count>/);
        });
    }
});

test("the generated estate is valid and has as many apps as asked for, in teams of ten", () => {
    const estate = estateOf("large", largeStack(committedStackFile("dev"), 25));
    assert.equal(Object.keys(estate.apps).length, 25);
    assert.deepEqual(Object.keys(estate.teams).sort(), ["team1", "team2", "team3"]);
    for (const app of Object.values(estate.apps)) {
        assert.deepEqual(
            app.environments.map((environment) => environment.environment),
            ["dev", "test", "prod"],
        );
    }
});

describe("the bench of both engines", () => {
    test("has an estate of as many apps of each engine, in one repository each, and one beside them", () => {
        const options = { apps: 3, silent: 2 };
        const estate = estateOf("dev", enginesStack(committedStackFile("dev"), options));
        const of = (engine: string): string[] =>
            Object.values(estate.apps)
                .filter((app) => app.engine === engine && app.team !== "single")
                .map(
                    ({ config, environments: [place] }) => `${config.fullPath} ${place?.clusters.join(" ")}`,
                );
        assert.deepEqual(of("argocd"), [
            "acme/many-argocd/many-argocd-config member1 member2",
            "acme/many-argocd/many-argocd-config member1 member2",
            "acme/many-argocd/many-argocd-config member1",
        ]);
        assert.equal(of("flux").length, 3);
        assert.equal(Object.keys(estate.apps).length, 8);
    });
    test("says whether one silent member slows the others by more than a fifth", () => {
        const text = enginesTable([
            { engine: "flux", what: "one app", answering: [1, 2, 3], silent: [2.2, 2.3, 9] },
            { engine: "flux", what: "9 apps", answering: [10], silent: [13] },
            { engine: "argocd", what: "9 apps", answering: [10], silent: [] },
        ]);
        assert.match(text, /one app +flux +3 +2\.0 s +3\.0 s +2\.3 s +9\.0 s +1\.15 +<= 1\.2 +ok/);
        assert.match(text, /9 apps +flux .* 1\.30 +<= 1\.2 +MISSED/);
        assert.match(text, /9 apps +argocd .*not measured/);
    });
    test("takes counts", () => {
        assert.deepEqual(parseEnginesOptions(["--runs", "2"]), { runs: 2, apps: 100, silent: 10 });
    });
});

describe("the bench of flows", () => {
    for (const flow of ["environment-branches", "trunk", "gitlab-flow"] as const) {
        test(`has an estate of as many apps with ${flow} in one repository, and one beside them`, () => {
            const estate = estateOf("dev", flowStack(committedStackFile("dev"), flow, { apps: 3 }));
            const apps = Object.values(estate.apps);
            assert.deepEqual(
                apps.map((app) => app.flow),
                Array(4).fill(flow),
            );
            const shared = apps.filter(({ team }) => team === "many").map(({ config }) => config.fullPath);
            assert.deepEqual(shared, Array(3).fill(shared[0]));
            assert.equal(estate.apps["single"]?.previews !== undefined, flow !== "gitlab-flow");
        });
    }
    test("says the median and the maximum", () => {
        const text = flowsTable([{ flow: "trunk", what: "commit - one app", seconds: [1, 2, 9] }]);
        assert.match(text, /trunk +commit - one app +3 +2\.0 s +9\.0 s/);
    });
    test("takes counts", () => {
        const counts = { apps: 7, runs: 3, previews: 5, endings: 20 };
        assert.deepEqual(parseFlowsOptions(["--apps", "7"]), counts);
    });
    test("ends previews in every way, each as often as any other", () => {
        const all = Array.from({ length: 20 }, (_, index) => wayOf(index));
        for (const way of ways) {
            assert.equal(all.filter((each) => each === way).length, 5, way);
        }
    });
});

describe("what is left of previews", () => {
    const before = { labels: ["preview"], images: ["mr-1-aa"], namespaces: [] };
    test("is nothing where all is as before, or less", () => {
        const left = remains(before, { labels: ["preview"], images: [], namespaces: [] });
        assert.deepEqual([left, countOf(left), remainsText(left)], [{}, 0, "0"]);
    });
    test("is what was not there before, counted and named by kind", () => {
        const left = remains(before, {
            labels: ["preview"],
            images: ["mr-9-ee", "mr-1-aa", "mr-8-dd", "mr-7-cc", "mr-6-bb"],
            namespaces: ["member1/web-preview"],
            environments: ["preview/6"],
        });
        assert.deepEqual(left, {
            images: ["mr-6-bb", "mr-7-cc", "mr-8-dd", "mr-9-ee"],
            namespaces: ["member1/web-preview"],
            environments: ["preview/6"],
        });
        assert.equal(countOf(left), 6);
        assert.equal(
            remainsLines([{ flow: "trunk", previews: 20, left }]),
            "trunk: left of 20 previews on GitLab, Harbor and the clusters: 6: 4 images (mr-6-bb, mr-7-cc, mr-8-dd, …), " +
                "1 namespaces (member1/web-preview), 1 environments (preview/6)",
        );
    });
});

describe("memory and processor time", () => {
    const proc = (files: Record<string, string>): string => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-proc-"));
        for (const [name, text] of Object.entries(files)) {
            fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
            fs.writeFileSync(path.join(folder, name), text);
        }
        return folder;
    };
    test("are those of a process and all it started, shared memory counted once", () => {
        const folder = proc({
            "1/stat": "1 (init) S 0 1 1",
            "10/stat": "10 (pulumi) S 1 10 10 0 -1 0 0 0 0 0 150 50 25 25 20 0",
            "10/smaps_rollup": "Rss:  900 kB\nPss:                 500 kB\nPss_Dirty:  1 kB\n",
            "11/stat": "11 (a (strange) name) S 10 11 11 0 -1 0 0 0 0 0 100 0 0 0 20 0",
            "11/smaps_rollup": "Pss:                 250 kB\n",
            "12/stat": "12 (other) S 1 12 12",
            "12/smaps_rollup": "Pss:                 999 kB\n",
            "13/stat": "13 (grandchild) S 11 13 13",
            "uptime/x": "",
        });
        try {
            const tree = treeOf(10, folder);
            assert.deepEqual(
                [...tree].sort((left, right) => left - right),
                [10, 11, 13],
            );
            assert.equal(memoryOf(tree, folder), 750 * 1024, "13 ended before it was looked at");
            assert.equal(processorTimeOf([10, 11], folder), 3.5, "that of ended children counts");
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });
    test("are nothing where there is no /proc", () => {
        assert.deepEqual(treeOf(10, "/no/such/folder"), [10]);
        assert.equal(memoryOf([10], "/no/such/folder"), 0);
        assert.equal(processorTimeOf([10], "/no/such/folder"), 0);
    });
    test("of a living process is found", { skip: !fs.existsSync("/proc/self/smaps_rollup") }, async () => {
        const program = "process.stdin.resume(); process.stdout.write('up')";
        const child = spawn(process.execPath, ["-e", program], { stdio: "pipe" });
        try {
            // Before it runs it has hardly any memory.
            await once(child.stdout, "data");
            assert.ok(treeOf(process.pid).includes(child.pid ?? -1));
            assert.ok(memoryOf([child.pid ?? -1]) > 100 * 1024);
        } finally {
            child.kill();
        }
    });
});

describe("the report", () => {
    test("the middle of the rounds counts", () => {
        assert.equal(median([3, 1, 2]), 2);
        assert.equal(median([4, 1, 2, 3]), 2);
        assert.equal(median([]), 0);
    });
    test("comparisons have a ratio and say whether the aim is met", () => {
        assert.equal(
            comparisonTable([
                { what: "preview", unit: "s", estate: 5, bare: 4 },
                { what: "up", unit: "s", estate: 6, bare: 4 },
                { what: "memory", unit: "MB", estate: 300.4, bare: 0 },
                { what: "load", unit: "s", estate: 9, bare: 4, aimless: true },
            ]),
            [
                "MEASURE  ESTATE  BARE   RATIO  AIM",
                "preview  5.0 s   4.0 s  1.25   <= 1.25  ok",
                "up       6.0 s   4.0 s  1.50   <= 1.25  MISSED",
                "memory   300 MB  0 MB   ?      <= 1.25  not measured",
                "load     9.0 s   4.0 s  2.25",
            ].join("\n"),
        );
    });
    test("other figures have an aim or none", () => {
        assert.equal(
            figureTable([
                { what: "boot", unit: "s", value: 31, aim: 30 },
                { what: "resources", unit: "", value: 250 },
            ]),
            ["MEASURE    VALUE   AIM", "boot       31.0 s  <= 30.0 s  MISSED", "resources  250"].join("\n"),
        );
    });
});
