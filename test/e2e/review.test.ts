/**
 * A review through the real engine and the sandbox's GitLab: the note of a merge request, and plans that are applied exactly or
 * not at all. Its words are proved by test/commands/review; that a GitLab runs the example's pipeline is not.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import type { RunResult } from "../../commands/support/console";
import { World } from "./support/world";

const command = "commands/pulumi.ts";
const limit = ["config", "gitops-estate:estate", "apps", "reviewed", "environments", "test", "quota"];

interface Note {
    readonly id: number;
    readonly body: string;
}

describe("a review", { timeout: 20 * 60_000 }, () => {
    let world: World;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-review-"));
    const plan = path.join(folder, "dev.plan");
    before(async () => {
        world = await World.shared({
            teams: { reviewers: { maintainers: ["alice"], developers: ["bob"] } },
            apps: { reviewed: { team: "reviewers" } },
        });
    });
    after(async () => {
        fs.rmSync(folder, { recursive: true, force: true });
        await world.end();
    });

    const setLimit = (cpu: string): void =>
        world.editSpec((spec) => spec.setIn(limit, spec.createNode({ "requests.cpu": cpu })));
    const said = ({ stdout, stderr }: RunResult): string => `${stdout}\n${stderr}`;
    const inventory = path.join(folder, "dev.json");
    const up = (...more: readonly string[]): Promise<RunResult> =>
        world.command(command, ["up", "--reviewed", plan, ...more]);
    const save = async (): Promise<string> => {
        const result = await world.command(command, ["preview", "--save-plan", plan]);
        assert.equal(result.code, 0, said(result));
        return result.stdout;
    };
    const quota = async (): Promise<string | undefined> => {
        const found = await world.object<{ spec: { hard: Record<string, string> } }>(
            "member1",
            "reviewed-test",
            "resourcequota",
            "quota",
        );
        return found?.spec.hard["requests.cpu"];
    };

    test("is one note of the merge request, edited by the next pipeline, and a report; neither has a secret", async () => {
        const project = encodeURIComponent("acme/reviewers/reviewed-config");
        const change = {
            branch: "change",
            start_branch: "dev",
            commit_message: "Change",
            actions: [{ action: "create", file_path: "change.txt", content: "x\n" }],
        };
        assert.equal(
            (await world.gitlab("POST", `/projects/${project}/repository/commits`, change)).status,
            201,
        );
        const { body: request } = await world.gitlab<{ iid: number; project_id: number }>(
            "POST",
            `/projects/${project}/merge_requests`,
            { source_branch: "change", target_branch: "dev", title: "Change" },
        );
        const { body: token } = await world.gitlab<{ token: string }>(
            "POST",
            `/projects/${project}/access_tokens`,
            {
                name: "review",
                scopes: ["api"],
                access_level: 20,
                expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
            },
        );
        const report = path.join(folder, "dev.html");
        const preview = (
            pipeline: number,
            language: string,
            ...more: readonly string[]
        ): Promise<RunResult> =>
            world.command(command, ["preview", "--note", "--report", report, "--lang", language, ...more], {
                CI_API_V4_URL: `${world.gitlabUrl}/api/v4`,
                CI_PROJECT_ID: String(request.project_id),
                CI_MERGE_REQUEST_IID: String(request.iid),
                CI_PIPELINE_IID: String(pipeline),
                CI_COMMIT_SHORT_SHA: "0123abcd",
                ESTATE_REVIEW_TOKEN: token.token,
            });
        const notes = async (): Promise<Note[]> => {
            const route = `/projects/${project}/merge_requests/${request.iid}/notes?per_page=100`;
            const { body } = await world.gitlab<Note[]>("GET", route);
            return body.filter((note) => note.body.includes("gitops-estate review"));
        };

        setLimit("2");
        const first = await preview(1, "en");
        assert.equal(first.code, 0, said(first));
        const [note, ...others] = await notes();
        assert.deepEqual(others, []);
        assert.match(note?.body ?? "", /### .*nothing is deleted\n/);
        assert.match(
            note?.body ?? "",
            /app `reviewed` \| `test` \| quota `reviewed-test\/quota` on cluster `member1`: `spec\.hard\.requests\.cpu` `4` → `2`/,
        );
        const texts = [first.stdout, first.stderr, note?.body ?? "", fs.readFileSync(report, "utf8")];
        for (const secret of [...world.knownSecrets(), token.token]) {
            texts.forEach((text) => assert.ok(!text.includes(secret), "a secret is shown"));
        }

        const second = await preview(2, "zh", "--policy");
        assert.equal(second.code, 0, said(second));
        const again = await notes();
        assert.deepEqual(
            again.map(({ id }) => id),
            [note?.id],
        );
        assert.match(again[0]?.body ?? "", /### .*不删除任何内容\n/);
        // What the pack says comes from the engine, which ran it in this language.
        assert.match(again[0]?.body ?? "", /^- 🟠 `[a-z-]+`：.+：`[^`]*[\u4e00-\u9fff]/m);
    });

    test("is applied exactly, and once", async () => {
        setLimit("2");
        assert.match(await save(), /reviewed-test\/quota/);
        assert.doesNotMatch(fs.readFileSync(plan, "utf8"), /reviewed-test|quota/);
        const applied = await up("--inventory", inventory);
        assert.equal(applied.code, 0, said(applied));
        assert.equal(await quota(), "2");
        const twice = await up();
        assert.equal(twice.code, 3, said(twice));
        assert.match(twice.stderr, /the state was changed by another run[^]*reviewed-test-member1-quota/);
    });

    test("against the inventory of that update says the same without an engine, a server or a credential", async () => {
        const exported = fs.readFileSync(inventory, "utf8");
        for (const secret of world.knownSecrets()) {
            assert.ok(!exported.includes(secret), "a secret is in the inventory");
        }
        const against = (): Promise<RunResult> =>
            world.command(command, ["preview", "--against", inventory], {
                // No program is found, and nobody is signed in anywhere.
                PATH: "",
                PULUMI_CONFIG_PASSPHRASE: "",
                KUBECONFIG: path.join(folder, "none"),
                // The inventory knows the ports of its sandbox; this machine's, or the stack file's, would differ in everything.
                ESTATE_SANDBOX_PORT_BASE: "12000",
            });
        const changes = (text: string): string | undefined =>
            /^Stack dev: (.*), \d+ unchanged$/m.exec(text)?.[1];
        const same = await against();
        assert.equal(same.code, 0, said(same));
        assert.match(same.stdout, /^Nothing differs from the inventory$/m);
        setLimit("3");
        const offline = await against();
        assert.equal(offline.code, 0, said(offline));
        assert.match(offline.stdout, /no server was asked/);
        assert.match(
            offline.stdout,
            /quota reviewed-test\/quota on cluster member1: spec\.hard\.requests\.cpu 2 → 3/,
        );
        const engine = await save();
        assert.equal(changes(offline.stdout), "1 changed");
        assert.equal(changes(engine), "1 changed");
        assert.equal(await quota(), "2");
        // An option of the program, which is in no property of any object.
        const leaving = ["config", "gitops-estate:estate", "clusters", "member1", "leaving"];
        world.editSpec((spec) => spec.setIn(leaving, "orphan"));
        for (const text of [(await against()).stdout, await save()]) {
            assert.match(text, /Cluster member1: a namespace stays, with all that runs in it/);
        }
        world.editSpec((spec) => void spec.deleteIn(leaving));
    });

    test("is not applied when the description, the key or the file is another, and nothing is changed then", async () => {
        setLimit("3");
        await save();
        setLimit("4");
        const other = await up();
        assert.equal(other.code, 3, said(other));
        assert.match(other.stderr, /gitops-estate:estate of the stack file differs/);
        setLimit("3");
        const key = await world.command(command, ["up", "--reviewed", plan], {
            ESTATE_REVIEW_KEY: "0123456789abcdef",
        });
        assert.notEqual(key.code, 0);
        assert.match(key.stderr, /cannot be opened: the key/);
        const target = await world.command(command, ["up", "--reviewed", plan, "--refresh"]);
        assert.match(target.stderr, /the options differ/);
        assert.equal(await quota(), "2");
    });

    test("is not applied after another run, and is after one that changed nothing", async () => {
        setLimit("2");
        const idle = await world.command(command, ["up"]);
        assert.equal(idle.code, 0, said(idle));
        setLimit("5");
        await save();
        const file = fs.readFileSync(plan);
        setLimit("6");
        const between = await world.command(command, ["up"]);
        assert.equal(between.code, 0, said(between));
        setLimit("5");
        fs.writeFileSync(plan, file);
        const stale = await up();
        assert.equal(stale.code, 3, said(stale));
        assert.equal(await quota(), "6");
    });
});
