/**
 * The pipeline of an estate's repository in real jobs of the sandbox's GitLab: a merge request without credentials, compared
 * with what the last update left; one with them; the merge; drift by a schedule. The jobs' commands are this checkout's, run on
 * the stack file of the branch.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { parseDocument } from "yaml";
import { sandboxStackFile } from "../../commands/support/stackFile";
import { cacheRoot } from "../../toolchain/cache";
import { checkoutDir } from "../../toolchain/checkout";
import { World, eventually } from "./support/world";

const limit = ["config", "gitops-estate:estate", "apps", "pipelined", "environments", "test", "quota"];

interface Job {
    readonly id: number;
    readonly name: string;
    readonly status: string;
}

interface Note {
    readonly id: number;
    readonly body: string;
}

describe("the pipeline of an estate's repository", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let project = 0;
    /** The repository's stack file, with a quota of the app. */
    const stackFile = (cpu: string): string => {
        const text = fs.readFileSync(path.join(world.dir, "stacks", "Pulumi.dev.yaml"), "utf8");
        const place = { portBase: world.portBase, dir: world.sandboxDir };
        const document = parseDocument(sandboxStackFile(text, place));
        document.setIn(limit, document.createNode({ "requests.cpu": cpu }));
        return document.toString({ lineWidth: 0 });
    };
    const ask = async <T>(method: string, route: string, body?: unknown): Promise<T> => {
        const answer = await world.gitlab<T>(method, `/projects/${project}${route}`, body);
        assert.ok(answer.status < 300, `${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
    };
    const token = async (name: string): Promise<string> => {
        const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
        const wish = { name, scopes: ["api"], access_level: 20, expires_at: expires };
        return (await ask<{ token: string }>("POST", "/access_tokens", wish)).token;
    };
    const commit = (
        branch: string,
        files: Readonly<Record<string, string>>,
        action: string,
        from?: string,
    ): Promise<{ id: string }> =>
        ask("POST", "/repository/commits", {
            branch,
            ...(from === undefined ? {} : { start_branch: from }),
            commit_message: `Change on ${branch}`,
            actions: Object.entries(files).map(([file_path, content]) => ({ action, file_path, content })),
        });
    const mergeRequest = async (branch: string): Promise<number> =>
        (
            await ask<{ iid: number }>("POST", "/merge_requests", {
                source_branch: branch,
                target_branch: "main",
                title: `Change on ${branch}`,
            })
        ).iid;
    const trace = async (job: Job): Promise<string> => {
        const token = fs
            .readFileSync(path.join(world.sandboxDir, "secrets", "gitlab-root-token"), "utf8")
            .trim();
        const url = `${world.gitlabUrl}/api/v4/projects/${project}/jobs/${job.id}/trace`;
        return (await fetch(url, { headers: { "PRIVATE-TOKEN": token } })).text();
    };
    /** The newest job of a name in pipelines of a ref or source, when it has ended. */
    const ended = async (name: string, query: string): Promise<Job> => {
        const job = await eventually(
            `the end of ${name}`,
            async () => {
                const pipelines = await ask<{ id: number }[]>("GET", `/pipelines?${query}`);
                const newest = pipelines[0]?.id;
                return newest === undefined
                    ? undefined
                    : (await ask<Job[]>("GET", `/pipelines/${newest}/jobs?per_page=100`)).find(
                          (each) => each.name === name,
                      );
            },
            (found) => ["success", "failed", "canceled", "manual", "skipped"].includes(found?.status ?? ""),
            300,
        );
        assert.ok(job !== undefined);
        return job;
    };
    const succeeded = async (name: string, query: string): Promise<string> => {
        const job = await ended(name, query);
        const said = await trace(job);
        assert.equal(job.status, "success", said);
        return said;
    };
    const notes = async (iid: number): Promise<Note[]> =>
        (await ask<Note[]>("GET", `/merge_requests/${iid}/notes?per_page=100`)).filter(({ body }) =>
            body.includes("gitops-estate review"),
        );
    const quota = async (): Promise<string | undefined> => {
        const found = await world.object<{ spec: { hard: Record<string, string> } }>(
            "member1",
            "pipelined-test",
            "resourcequota",
            "quota",
        );
        return found?.spec.hard["requests.cpu"];
    };

    before(async () => {
        // What other stories leave undeclared would be drift here.
        world = await World.own({
            teams: { operators: { maintainers: ["alice"], developers: ["bob"] } },
            apps: { pipelined: { team: "operators" } },
        });
        const { body } = await world.gitlab<{ id: number }>("POST", "/projects", {
            name: `estate-${Date.now()}`,
            initialize_with_readme: true,
            default_branch: "main",
        });
        project = body.id;
        await ask("POST", "/protected_branches", { name: "change/*", push_access_level: 40 });
        const tsx = require.resolve("tsx/cjs");
        const script = (file: string, ...args: string[]): string =>
            [
                "ESTATE_STACKS=$PWD/stacks",
                process.execPath,
                "--require",
                tsx,
                path.join(checkoutDir(), file),
                ...args,
            ].join(" ");
        const scripts = {
            preview: script("commands/pulumi.ts", "preview"),
            up: script("commands/pulumi.ts", "up"),
            doctor: script("commands/doctor.ts"),
            drift: script("commands/drift.ts"),
        };
        for (const [key, value, secret] of [
            ["PULUMI_CONFIG_PASSPHRASE", "the sandbox has its own", true],
            ["ESTATE_SANDBOX_DIR", world.sandboxDir, true],
            ["ESTATE_SANDBOX_PORT_BASE", String(world.portBase), true],
            ["ESTATE_CACHE", path.dirname(cacheRoot()), true],
            ["ESTATE_REVIEW_KEY", "0123456789abcdef0123456789abcdef", true],
            ["ESTATE_REVIEW_TOKEN", await token("review"), true],
            ["ESTATE_DRIFT_TOKEN", await token("drift"), true],
            ["ESTATE_OPEN_REVIEW_TOKEN", await token("open-review"), false],
            ["ESTATE_IMAGE", "node", false],
        ] as const) {
            await ask("POST", "/variables", { key, value, protected: secret });
        }
        const template = fs.readFileSync(
            path.join(checkoutDir(), "components", "ci", "included", "templates", "estate.yml"),
            "utf8",
        );
        await commit(
            "main",
            {
                ".gitlab-ci.yml": [
                    "include:",
                    "  - local: /templates/estate.yml",
                    '    inputs: { stack: dev, apply: after-merge, prepare: "true" }',
                    "workflow:",
                    "  rules:",
                    '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
                    "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
                ].join("\n"),
                "templates/estate.yml": template,
                "package.json": JSON.stringify({ name: "estate", private: true, scripts }),
                "stacks/Pulumi.dev.yaml": stackFile("4"),
            },
            "create",
        );
    });
    after(() => world.end());

    test("applies by a person what it planned, and keeps an inventory of what there is then, without a secret", async () => {
        await succeeded("plan-dev", "ref=main&source=push");
        const waiting = await ended("apply-dev", "ref=main&source=push");
        assert.equal(waiting.status, "manual");
        assert.notEqual(await quota(), undefined);
        await ask("POST", `/jobs/${waiting.id}/play`);
        const job = await eventually(
            "the update's end",
            () => ask<Job>("GET", `/jobs/${waiting.id}`),
            ({ status }) => ["success", "failed"].includes(status),
            300,
        );
        assert.equal(job.status, "success", await trace(job));
        assert.equal(await quota(), "4");
        const token = fs
            .readFileSync(path.join(world.sandboxDir, "secrets", "gitlab-root-token"), "utf8")
            .trim();
        const url = `${world.gitlabUrl}/api/v4/projects/${project}/packages/generic/estate-inventory/last/dev.json`;
        const inventory = await (await fetch(url, { headers: { "PRIVATE-TOKEN": token } })).text();
        assert.match(inventory, /"stack":"dev"/);
        for (const secret of world.knownSecrets()) {
            assert.ok(!inventory.includes(secret), "a secret is in the inventory");
        }
    });

    test("comments on a merge request without credentials what it would change, and what that cannot show", async () => {
        await commit("mine", { "stacks/Pulumi.dev.yaml": stackFile("6") }, "update", "main");
        const iid = await mergeRequest("mine");
        const said = await succeeded("without-credentials-dev", "source=merge_request_event&order_by=id");
        assert.match(said, /nothing of the inventory is deleted/i);
        const [note, ...others] = await notes(iid);
        assert.deepEqual(others, []);
        assert.match(note?.body ?? "", /Stack `dev` · .*1 changed, \d+ unchanged/);
        assert.match(
            note?.body ?? "",
            /`pipelined-test\/quota` on cluster `member1`: `spec\.hard\.requests\.cpu` `4` → `6`/,
        );
        assert.match(note?.body ?? "", /no server was asked/);
        assert.match(note?.body ?? "", /It cannot show: /);
        assert.equal(await quota(), "4");
    });

    test("with credentials: one note, edited by the second push; the merge applies what was reviewed", async () => {
        await commit("change/quota", { "stacks/Pulumi.dev.yaml": stackFile("3") }, "update", "main");
        const iid = await mergeRequest("change/quota");
        const query = "source=merge_request_event&order_by=id";
        await succeeded("review-dev", query);
        const [first] = await notes(iid);
        assert.match(first?.body ?? "", /`spec\.hard\.requests\.cpu` `4` → `3`/);
        const { id: second } = await commit(
            "change/quota",
            { "stacks/Pulumi.dev.yaml": stackFile("2") },
            "update",
        );
        await succeeded("review-dev", `${query}&sha=${second}`);
        const again = await notes(iid);
        assert.deepEqual(
            again.map(({ id }) => id),
            [first?.id],
        );
        assert.match(again[0]?.body ?? "", /`spec\.hard\.requests\.cpu` `4` → `2`/);
        const { merge_commit_sha: merge } = await ask<{ merge_commit_sha: string }>(
            "PUT",
            `/merge_requests/${iid}/merge`,
        );
        await succeeded("update-dev", `ref=main&sha=${merge}`);
        assert.equal(await quota(), "2");
        const waiting = await ended("apply-dev", `ref=main&sha=${merge}`);
        assert.equal(waiting.status, "manual");
    });

    test("by a schedule: an issue when something was changed by hand, closed when it is as declared again", async () => {
        const variable = `/projects/${encodeURIComponent("acme/operators/pipelined-config")}/variables`;
        const made = await world.gitlab("POST", variable, { key: "BY_HAND", value: "x" });
        assert.equal(made.status, 201);
        const schedule = await ask<{ id: number }>("POST", "/pipeline_schedules", {
            description: "drift",
            ref: "main",
            cron: "0 4 * * *",
        });
        const run = async (): Promise<Job> => {
            const before = (await ask<{ id: number }[]>("GET", "/pipelines?source=schedule&order_by=id"))[0]
                ?.id;
            await ask("POST", `/pipeline_schedules/${schedule.id}/play`);
            await eventually(
                "a pipeline of the schedule",
                () => ask<{ id: number }[]>("GET", "/pipelines?source=schedule&order_by=id"),
                ([newest]) => newest !== undefined && newest.id !== before,
            );
            return ended("drift-dev", "source=schedule&order_by=id");
        };
        const issues = (): Promise<{ title: string; description: string; confidential: boolean }[]> =>
            ask("GET", "/issues?state=opened&labels=gitops-estate-drift");
        const found = await run();
        const [issue, ...others] = await issues();
        assert.deepEqual(others, [], await trace(found));
        assert.match(issue?.description ?? "", /BY_HAND/, await trace(found));
        assert.equal(issue?.confidential, true);
        assert.equal((await world.gitlab("DELETE", `${variable}/BY_HAND`)).status, 204);
        const quiet = await run();
        assert.deepEqual(await issues(), [], await trace(quiet));
    });
});
