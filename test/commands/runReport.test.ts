/**
 * What a run is said to have done, and what was changed by hand, from events as the engine logs them. Not proved here: that
 * the engine logs them so (test/e2e/faults.test.ts, test/e2e/estate.test.ts).
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { movedClusters } from "../../commands/review/servers";
import { driftLines, driftText, withoutRefreshRows } from "../../commands/support/drift";
import { run } from "../../commands/support/console";
import { hintsFor } from "../../commands/support/hints";
import { readReport, withEvents, type Step } from "../../commands/support/runReport";
import { model } from "../support/estate";

const urn = (type: string, name: string): string => `urn:pulumi:dev::gitops-estate::${type}::${name}`;
const project = "gitlab:index/project:Project";

const step = (op: string, name: string, more: Partial<Step> = {}, type = project): Step => ({
    op,
    urn: urn(type, name),
    type,
    ...more,
});

const log = (...events: readonly unknown[]): string =>
    events.map((each) => `${JSON.stringify(each)}\n`).join("");
const done = (op: string, name: string, type?: string): unknown => ({
    resOutputsEvent: { metadata: step(op, name, {}, type) },
});
const planned = (op: string, name: string): unknown => ({
    resOutputsEvent: { metadata: step(op, name), planning: true },
});
const failed = (op: string, name: string): unknown => ({ resOpFailedEvent: { metadata: step(op, name) } });
const said = (message: string, about?: string): unknown => ({
    diagnosticEvent: { severity: "error", message: `<{%fg 1%}>${message}<{%reset%}>\n`, urn: about },
});
const protectedError = (name: string): unknown =>
    said(
        `resource "${urn(project, name)}" cannot be deleted\nbecause it is protected. To unprotect the resource, …`,
        urn(project, name),
    );

const hints = (operation: string, ...events: readonly unknown[]): string =>
    hintsFor(operation, readReport(log(...events))).join("\n");

describe("the hint after a run that failed", () => {
    test("says that nothing was changed only where nothing was", () => {
        assert.equal(
            hints("up", planned("create", "a"), said("boom", urn(project, "a"))),
            "Nothing was changed on the servers.",
        );
        assert.equal(
            hints(
                "up",
                done("create", "a"),
                done("create", "b"),
                done("update", "c"),
                done("same", "d"),
                failed("create", "e"),
            ),
            "On the servers before it ended: 2 created, 1 changed. That stays; the next up goes on from there.\n" +
                "Failed: e. Why is above, under Diagnostics.",
        );
    });
    test("counts a replacement once, and neither components nor providers", () => {
        const said = hints(
            "up",
            done("create-replacement", "a"),
            done("replace", "a"),
            done("delete-replaced", "a"),
            done("create", "team", "gitops-estate:gitlab:TeamGroup"),
            done("create", "gitlab", "pulumi:providers:gitlab"),
        );
        assert.match(said, /ended: 1 replaced\. /);
    });
    test("speaks of protection only where a protected object was to be deleted, and names it", () => {
        assert.doesNotMatch(hints("up", said("401 Unauthorized")), /deletionProtection/);
        assert.match(
            hints("up", protectedError("config-web-project")),
            /^Protected by deletionProtection: config-web-project\. .*Taking an app away/m,
        );
        assert.match(
            hints(
                "up",
                said(
                    `unable to replace resource "${urn(project, "x")}"\nas it is currently marked for protection.`,
                ),
            ),
            /Protected by deletionProtection: x\./,
        );
    });
    test("speaks of a cluster that will not come back only where one did not answer", () => {
        assert.match(
            hints("destroy", said("the cluster at https://127.0.0.1:1 is unreachable")),
            /--forget-unreachable/,
        );
        assert.match(
            hints("up", said("configured Kubernetes cluster is unreachable: dial tcp")),
            /take it out, npm run up -- --forget-unreachable, see docs\/troubleshooting\.md/,
        );
        assert.doesNotMatch(hints("destroy", said("500 from Harbor")), /forget-unreachable/);
    });
    test("says what to do about a deletion of what is gone, and of nothing else that is not found", () => {
        const gone = said(
            "deleting urn: 1 error occurred: DELETE https://gitlab.test/api/v4/projects/7/triggers/2: 404 {message: 404 Not found}",
        );
        assert.match(hints("up", gone), /gone from its server already.*npm run up -- --refresh/);
        assert.match(hints("destroy", gone), /npm run destroy -- --refresh/);
        for (const text of [
            "Error stopping GitLab project environment: POST https://gitlab.test/api/v4/projects/7/environments/2/stop: 404 {message: 404 Not found}",
            "Could not delete project access token, unexpected error: DELETE https://gitlab.test/x: 400 {message: 400 Bad request - Token already revoked}",
        ]) {
            assert.match(hints("up", said(text)), /gone from its server already, or was revoked there/);
        }
        assert.doesNotMatch(
            hints("up", said("GET https://gitlab.test/api/v4/users: 404")),
            /gone from its server/,
        );
        assert.doesNotMatch(
            hints("up", said("DELETE https://gitlab.test/api/v4/x: 403")),
            /gone from its server/,
        );
    });
    test("names the policy pack where it refused, and not for advice", () => {
        const policy = (enforcementLevel: string): unknown => ({ policyEvent: { enforcementLevel } });
        assert.match(hints("up", policy("mandatory")), /docs\/policies\.md/);
        assert.doesNotMatch(hints("up", policy("advisory")), /policies/);
    });
    test("lists a few of many failures", () => {
        const many = Array.from({ length: 8 }, (_, index) => failed("create", `r${index}`));
        assert.match(hints("up", ...many), /Failed: r0, r1, r2, r3, r4 and 3 more\./);
    });
    test("does not count what was cancelled at Ctrl-C as a fault, and says that the next run goes on", () => {
        const report = readReport(log(done("create", "a"), failed("create", "b"), said("context canceled")));
        assert.deepEqual(hintsFor("up", report, true), [
            "On the servers before it ended: 1 created. That stays; the next up goes on from there.",
            "In the middle of: b. The next up asks the servers what became of it.",
        ]);
        assert.deepEqual(hintsFor("preview", readReport(log(failed("create", "b"))), true), [
            "Nothing was changed on the servers.",
        ]);
    });
    test("without any event says that it ended before", () => {
        assert.deepEqual(hintsFor("up", readReport(undefined)), [
            "It ended before it looked at any resource: nothing was changed.",
        ]);
    });
});

test("a program that ends by itself is not one that was stopped", async () => {
    assert.deepEqual(await run(process.execPath, ["-e", "process.exit(3)"]), {
        code: 3,
        stdout: "",
        stderr: "",
    });
});

test("a line that was cut off is left out, and messages have no colours", () => {
    const report = readReport(`${log(said("\u001b[31mboom\u001b[0m"))}{"resOutputsEv`);
    assert.deepEqual(report.errors, [{ message: "boom" }]);
});

test("the log is only its owner's, and gone afterwards, also when the run throws", async () => {
    let file = "";
    const { report } = await withEvents((args) => {
        file = args[1] ?? "";
        assert.equal(fs.statSync(file.replace(/\/[^/]+$/, "")).mode & 0o077, 0);
        fs.writeFileSync(file, log(done("create", "a")));
        return Promise.resolve();
    });
    assert.deepEqual(report.changed, { create: 1 });
    assert.equal(fs.existsSync(file), false);
    await assert.rejects(
        withEvents((args) => {
            file = args[1] ?? "";
            fs.writeFileSync(file, "x");
            return Promise.reject(new Error("stop"));
        }),
        /stop/,
    );
    assert.equal(fs.existsSync(file), false);
});

describe("what was changed by hand", () => {
    const estate = model();
    const lines = (...steps: readonly Step[]): string[] => driftLines(estate, steps);
    const refreshed = (
        type: string,
        name: string,
        inputs: Record<string, unknown>,
        now: Record<string, unknown> | undefined,
        outputs: Record<string, unknown> = inputs,
        more: Partial<Step> = {},
    ): Step =>
        step(
            "refresh",
            name,
            {
                old: { inputs, outputs },
                new: now === undefined ? null : { inputs: now, outputs: now },
                ...more,
            },
            type,
        );

    test("is named by app, environment and object, with what it was and is", () => {
        assert.deepEqual(
            lines(
                refreshed(
                    "harbor:index/project:Project",
                    "app-web-images-prod-project",
                    { name: "web-prod", vulnerabilityScanning: true },
                    { name: "web-prod", vulnerabilityScanning: false },
                ),
                refreshed(
                    "gitlab:index/groupMembership:GroupMembership",
                    "team-shop-member-bob",
                    { userId: 3 },
                    undefined,
                ),
                refreshed(
                    "kubernetes:core/v1:ConfigMap",
                    "argocd-configmap-argocd-cm",
                    { metadata: { name: "argocd-cm", namespace: "argocd" }, data: { url: "https://a" } },
                    {
                        metadata: { name: "argocd-cm", namespace: "argocd", uid: "1" },
                        data: { url: "https://b", more: "x" },
                    },
                ),
            ),
            [
                'ConfigMap argocd/argocd-cm data.url: "https://a" -> "https://b"',
                "app web, prod: Harbor project web-prod vulnerabilityScanning: true -> false",
                "team shop: GitLab group membership team-shop-member-bob is gone",
            ],
        );
    });
    test("names who gets access, where an object of the stack says who that is", () => {
        const protection = (...users: number[]): Record<string, unknown> => ({
            project: "11",
            branch: "prod",
            allowedToPushes: [{ accessLevel: "no one" }, ...users.map((userId) => ({ userId }))],
        });
        assert.deepEqual(
            lines(
                refreshed(
                    "gitlab:index/projectAccessToken:ProjectAccessToken",
                    "config-web-writer",
                    { project: "11", name: "writer-g1" },
                    { project: "11", name: "writer-g1", userId: 90 },
                ),
                refreshed(
                    "gitlab:index/branchProtection:BranchProtection",
                    "config-web-branch-prod-protection",
                    protection(90),
                    protection(66),
                ),
            ),
            [
                'app web, prod: GitLab branch protection prod allowedToPushes: [{"accessLevel":"no one"},{"userId":"access token writer-g1… -> [{"accessLevel":"no one"},{"userId":66}]',
            ],
        );
    });
    test("is nothing where the server only added what is its own", () => {
        assert.deepEqual(
            lines(
                refreshed(
                    project,
                    "config-web-project",
                    { name: "web" },
                    { name: "web", updatedAt: "now", archived: false },
                ),
                refreshed("gitops-estate:x:Y", "app-web", { a: 1 }, { a: 2 }),
                refreshed(
                    project,
                    "config-api-project",
                    { tags: [{ b: 1, a: 2 }] },
                    { tags: [{ a: 2, b: 1 }] },
                ),
            ),
            [],
        );
        assert.equal(driftText(estate, []), "");
    });
    test("never shows a secret, and says that one is another", () => {
        const variable = "gitlab:index/projectVariable:ProjectVariable";
        const text = lines(
            refreshed(
                variable,
                "app-web-build-HARBOR_PASSWORD",
                { key: "HARBOR_PASSWORD", value: "[secret]" },
                { key: "HARBOR_PASSWORD", value: "[secret]" },
                undefined,
                { detailedDiff: { value: { diffKind: "update" } } },
            ),
            refreshed(
                variable,
                "app-web-build-TOKEN",
                { key: "TOKEN", value: "none" },
                { key: "TOKEN", value: "glpat-abcdefghijklmnopqrst" },
            ),
        );
        assert.deepEqual(text, [
            "app web: GitLab project variable HARBOR_PASSWORD value: (hidden) has another value",
            'app web: GitLab project variable TOKEN value: "none" -> (hidden)',
        ]);
    });
    test("is no secret that is write-only", () => {
        const secret = refreshed(
            "kubernetes:core/v1:Secret",
            "argocd-secret",
            { metadata: { name: "a", namespace: "argocd" }, stringData: { a: "[secret]" } },
            { metadata: { name: "a", namespace: "argocd" }, data: { a: "[secret]" } },
        );
        assert.deepEqual(lines(secret), []);
    });
    test("is followed by the rows of what changes, and by no others", () => {
        const rows = [
            "Previewing update (dev):",
            "@ previewing update....",
            " ~  gitlab:index:Project config-web-project refreshing (0s) ",
            " \u001b[33m~ \u001b[0m gitlab:index:Project config-web-project \u001b[33mrefresh\u001b[0m ",
            "    kubernetes:core/v1:Secret a-pull  ",
            " +  kubernetes:core/v1:Secret b-pull create ",
            " ~  harbor:index:Project c update [diff: ~vulnerabilityScanning]",
            "    pulumi:pulumi:Stack gitops-estate-dev  2 warnings",
            "Resources:",
            "    + 2 to create",
        ];
        assert.deepEqual(withoutRefreshRows(rows.join("\n")).split("\n"), [rows[0], ...rows.slice(5)]);
    });
    test("stays short: few properties, and long values are cut", () => {
        const made = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, "x".repeat(200)]));
        const now = Object.fromEntries(Object.keys(made).map((key) => [key, "y"]));
        const [line = ""] = lines(refreshed(project, "config-web-project", made, now));
        assert.match(line, /; 2 more$/);
        assert.ok(line.length < 500, `${line.length} characters`);
    });
    test("has a headline with the number of objects", () => {
        assert.match(
            driftText(estate, [refreshed(project, "config-web-project", { name: "web" }, undefined)]),
            /^Changed on the servers since the last update \(1\).*\n  app web: GitLab project web is gone\n$/,
        );
    });
});

test("the stack's outputs are those that the program ended with: the first event of a stack has none", () => {
    const stack = "pulumi:pulumi:Stack";
    const clusters = (server: string): object => ({ outputs: { clusters: { member1: server } } });
    const before = clusters("https://old.test");
    const event = (after: object): Step =>
        step("same", "gitops-estate-dev", { old: before, new: after }, stack);
    const { planned } = readReport(
        log(
            { resourcePreEvent: { metadata: event({}), planning: true } },
            { resOutputsEvent: { metadata: event({}), planning: true } },
            { resOutputsEvent: { metadata: event(clusters("https://new.test")), planning: true } },
        ),
    );
    assert.deepEqual(movedClusters(planned), [
        {
            server: { en: "cluster `member1`", zh: "集群 `member1`" },
            kind: "cluster",
            was: "https://old.test",
            is: "https://new.test",
        },
    ]);
});
