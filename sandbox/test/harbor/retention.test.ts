/** Retention policies: their one-per-project rule and what a run really deletes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { admin, codeOf, idOf, Receiver, TestHarbor, until } from "./fixture";

let harbor: TestHarbor;
let projectId: number;
let policy: number;

const rule = (template: string, params: object, pattern: string, repository = "**"): object => ({
    disabled: false,
    action: "retain",
    template,
    params,
    tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern, extras: '{"untagged":false}' }],
    scope_selectors: {
        repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: repository }],
    },
});

const body = (rules: object[], cron = ""): object => ({
    algorithm: "or",
    rules,
    trigger: { kind: "Schedule", settings: { cron } },
    scope: { level: "project", ref: projectId },
});

before(async () => {
    harbor = await TestHarbor.start();
    projectId = await harbor.project("web");
});
after(() => harbor.stop());

async function run(dryRun: boolean): Promise<{ id: number; status: string }> {
    const started = await harbor.expect(201, "POST", `/retentions/${policy}/executions`, {
        dry_run: dryRun,
        action: "run",
    });
    const id = idOf(started);
    return until("the retention run to end", async () => {
        const runs = await harbor.expect<{ id: number; status: string }[]>(
            200,
            "GET",
            `/retentions/${policy}/executions`,
        );
        const found = runs.body.find((execution) => execution.id === id);
        return found && found.status !== "Running" ? found : undefined;
    });
}

const tags = async (repository: string): Promise<string[]> => {
    const out = await harbor.crane(admin, "ls", `${harbor.host}/web/${repository}`).catch(() => "");
    return out
        .trim()
        .split("\n")
        .filter((tag) => tag !== "");
};

describe("retention", () => {
    it("is one policy per project, known to the project", async () => {
        const made = await harbor.expect(201, "POST", "/retentions", body([rule("always", {}, "v*")]));
        policy = idOf(made);
        const project = await harbor.expect<{ metadata: Record<string, string> }>(
            200,
            "GET",
            "/projects/web",
        );
        assert.equal(project.body.metadata["retention_id"], String(policy));
        const second = await harbor.api("POST", "/retentions", body([]));
        assert.deepEqual([second.status, codeOf(second)], [400, "BAD_REQUEST"]);
        for (const [what, wrong] of [
            ["two rules alike", body([rule("always", {}, "**"), rule("always", {}, "**")])],
            ["16 rules", body([...Array(16).keys()].map((n) => rule("always", {}, `v${n}`)))],
            ["a wrong cron", body([rule("always", {}, "**")], "every day")],
        ] as const) {
            const refused = await harbor.api("PUT", `/retentions/${policy}`, wrong);
            assert.ok(refused.status === 400 || refused.status === 409, `${what}: ${refused.status}`);
        }
    });

    it("accepts rules that no run understands, and deletes nothing by them", async () => {
        await harbor.push("web/odd:v1", "odd");
        const odd = [rule("sometimes", {}, "**"), rule("latestPushedK", { latestPushedK: -1 }, "**")];
        await harbor.expect(200, "PUT", `/retentions/${policy}`, body(odd));
        const shown = await harbor.expect<{ rules: object[] }>(200, "GET", `/retentions/${policy}`);
        assert.deepEqual(
            shown.body.rules.map((one) => ["disabled" in one, "priority" in one]),
            [
                [false, false],
                [false, false],
            ],
        );
        assert.equal((await run(false)).status, "Error");
        assert.deepEqual(await tags("odd"), ["v1"]);
    });

    it("deletes what no rule retains, leaves other repositories alone, and notifies webhooks", async () => {
        for (const tag of ["v1", "v2", "dev-1", "dev-2", "dev-3"]) {
            await harbor.push(`web/app:${tag}`, tag);
        }
        await harbor.push("web/untouched:old", "old");
        await harbor.push("web/app:frozen", "frozen");
        await harbor.expect(201, "POST", `/projects/${projectId}/immutabletagrules`, {
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "frozen" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
        });
        await harbor.expect(
            200,
            "PUT",
            `/retentions/${policy}`,
            body([
                rule("always", {}, "v*", "app"),
                rule("latestPushedK", { latestPushedK: 1 }, "dev-*", "app"),
            ]),
        );
        const dry = await run(true);
        assert.equal(dry.status, "Success");
        assert.equal((await tags("app")).length, 6, "a dry run deletes nothing");
        const receiver = await Receiver.start();
        await harbor.expect(201, "POST", `/projects/${projectId}/webhook/policies`, {
            name: "retention",
            enabled: true,
            event_types: ["TAG_RETENTION"],
            targets: [{ type: "http", address: receiver.url }],
        });
        const real = await run(false);
        assert.equal(real.status, "Success");
        assert.deepEqual(await tags("app"), ["dev-3", "frozen", "v1", "v2"]);
        assert.deepEqual(await tags("untouched"), ["old"]);
        const tasks = await harbor.expect<{ id: number; total: number; retained: number }[]>(
            200,
            "GET",
            `/retentions/${policy}/executions/${real.id}/tasks`,
        );
        assert.deepEqual(
            tasks.body.map(({ total, retained }) => [total, retained]),
            [[6, 3]],
        );
        const log = await harbor.expect(
            200,
            "GET",
            `/retentions/${policy}/executions/${real.id}/tasks/${tasks.body[0]?.id}`,
        );
        assert.match(log.text, /DEL sha256:.*dev-1/);
        assert.match(log.text, /IMMUTABLE .*frozen/);
        const event = await until("the webhook of the retention", () => receiver.got[0]);
        assert.equal((JSON.parse(event.body) as { type: string }).type, "TAG_RETENTION");
        await receiver.stop();
    });

    it("stays as an empty policy when its rules are deleted, and deletes nothing then", async () => {
        await harbor.expect(200, "PUT", `/retentions/${policy}`, body([]));
        await run(false);
        assert.deepEqual(await tags("app"), ["dev-3", "frozen", "v1", "v2"]);
        const guest = await harbor.user("gus", "web", 3);
        await harbor.expect(403, "GET", `/retentions/${policy}`, undefined, guest);
        await harbor.expect(500, "GET", "/retentions/4711");
    });
});
