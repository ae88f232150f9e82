/** When a version counts as healthy, by what GitLab says of the commits that have it. That it says so is for relay/ and e2e. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
    asking,
    look,
    names,
    RolloutError,
    settled,
    type Ask,
    type Place,
} from "../../../components/ci/scripts/rollout.mjs";

const place: Place = {
    api: "https://gitlab.test/api/v4/projects/acme%2Fshop%2Fweb-config",
    branch: "main",
    file: "web/prod/values.yaml",
    statuses: ["gitops/web/prod/one", "gitops/web/prod/two"],
    token: "ROLLOUT_TOKEN",
};

/** GitLab with a branch whose newest commits are `heads`, of which `written` changed the file last. */
class Branch {
    text = 'imagetag: "v1"';
    readonly statuses: Record<string, Record<string, string>> = {};
    readonly asked: string[] = [];

    constructor(
        private readonly heads: readonly string[],
        public written: string,
    ) {}

    readonly ask: Ask = (address) => {
        const { pathname, searchParams } = new URL(address);
        this.asked.push(pathname);
        const [, of] = /commits\/(\w+)\/statuses$/.exec(pathname) ?? [];
        if (of !== undefined) {
            assert.equal(searchParams.get("ref"), "gitops-deliveries");
            const all = Object.entries(this.statuses[of] ?? {});
            return Promise.resolve(
                all.map(([name, status]) => ({
                    name: `gitops/web/prod/${name}`,
                    status,
                    description: `why ${status}`,
                })),
            );
        }
        if (pathname.endsWith("/raw")) {
            return Promise.resolve(this.text);
        }
        assert.equal(searchParams.get("first_parent"), "true");
        const found = searchParams.get("path") === null ? this.heads : [this.written];
        return Promise.resolve(found.map((id) => ({ id })));
    };
}

describe("a version", () => {
    it("is healthy once every cluster says so, of its commit or of one after it", async () => {
        const branch = new Branch(["c3", "c2", "c1"], "c2");
        assert.equal((await look(place, branch.ask)).said, `nothing yet of ${place.statuses.join(", ")}`);
        branch.statuses["c2"] = { one: "success" };
        assert.equal((await look(place, branch.ask)).said, "nothing yet of gitops/web/prod/two");
        branch.statuses["c3"] = { two: "success" };
        assert.deepEqual(await look(place, branch.ask), {
            state: "healthy",
            said: "healthy",
            written: "c2",
            at: "c2",
        });
    });

    it("is not what the commit before it was, nor what another app's delivery is", async () => {
        const branch = new Branch(["c3", "c2", "c1"], "c2");
        branch.statuses["c1"] = { one: "success", two: "success" };
        branch.statuses["c3"] = { three: "success" };
        assert.equal((await look(place, branch.ask)).state, "pending");
    });

    it("is what its newest commit says", async () => {
        const branch = new Branch(["c3", "c2"], "c2");
        branch.statuses["c2"] = { one: "success", two: "success" };
        branch.statuses["c3"] = { two: "failed" };
        const failed = await look(place, branch.ask);
        assert.deepEqual([failed.state, failed.said], ["failed", "gitops/web/prod/two: why failed"]);
        branch.statuses["c3"] = { two: "success" };
        assert.equal((await look(place, branch.ask)).at, "c2");
    });

    it("is looked for where it was written, however long ago", async () => {
        const branch = new Branch(["c9", "c8"], "c1");
        branch.statuses["c1"] = { one: "success", two: "success" };
        assert.equal((await look(place, branch.ask)).at, "c1");
    });

    it("is distinguished from others that begin or end as it does", () => {
        assert.ok(names('  newTag: "v1.0.0"\n', "v1.0.0"));
        assert.ok(names("image: h:1/p/a:v1.0.0 # version\n", "v1.0.0"));
        assert.ok(names("imagetag: 'v1.0.0',\n", "v1.0.0"));
        assert.ok(!names('newTag: "v1.0.0-hotfix1"\n', "v1.0.0"));
        assert.ok(!names('newTag: "v1.0.01"\n', "v1.0.0"));
        assert.ok(!names('newTag: "v1x0.0"\n', "v1.0.0"));
    });
});

describe("waiting", () => {
    const options = { report: () => undefined, every: 0.001 };

    it("ends when it heals, and says each state once", async () => {
        const branch = new Branch(["c1"], "c1");
        branch.statuses["c1"] = { one: "success", two: "failed" };
        const said: string[] = [];
        const ask: Ask = (address) => {
            if (branch.asked.length === 12) {
                branch.statuses["c1"] = { one: "success", two: "success" };
            }
            return branch.ask(address);
        };
        const end = await settled(place, "v1", { ...options, ask, report: (line) => said.push(line) });
        assert.deepEqual(end, { outcome: "healthy", at: "c1" });
        assert.deepEqual(said, ["v1 is not healthy yet: gitops/web/prod/two: why failed"]);
    });

    it("ends soon after a failure, which would block the runner for the fix", async () => {
        const branch = new Branch(["c1"], "c1");
        branch.statuses["c1"] = { one: "failed" };
        const end = await settled(place, "v1", { ...options, ask: branch.ask, failing: 0.01 });
        assert.equal(end.outcome, "unhealthy");
    });

    it("ends when another version is written, and goes on when the same is written again", async () => {
        const branch = new Branch(["c2", "c1"], "c1");
        const ask: Ask = (address) => {
            if (branch.asked.length === 8) {
                branch.written = "c2";
            }
            if (branch.asked.length === 16) {
                branch.written = "c3";
                branch.text = 'imagetag: "v2"';
            }
            return branch.ask(address);
        };
        const end = await settled(place, "v1", { ...options, ask });
        assert.equal(end.outcome, "superseded");
        assert.ok(branch.asked.length > 16);
    });

    it("continues where GitLab does not answer, and ends where it refuses", async () => {
        const branch = new Branch(["c1"], "c1");
        branch.statuses["c1"] = { one: "success", two: "success" };
        let times = 0;
        const get = async (address: string): Promise<Response> => {
            times++;
            if (times === 1) {
                throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
            }
            if (times === 2) {
                return new Response("", { status: 502 });
            }
            const answer = await branch.ask(address);
            return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
        };
        const variables = { ROLLOUT_TOKEN: "fake" };
        const end = await settled(place, "v1", { ...options, ask: asking(place, variables, get) });
        assert.equal(end.outcome, "healthy");

        const refused = (): Promise<Response> => Promise.resolve(new Response("", { status: 401 }));
        await assert.rejects(
            settled(place, "v1", { ...options, ask: asking(place, variables, refused) }),
            (error: unknown) =>
                error instanceof RolloutError && /401: ROLLOUT_TOKEN may be over/.test(error.message),
        );
        assert.throws(() => asking(place, {}), /ROLLOUT_TOKEN is empty\. It is a protected variable/);
    });
});
