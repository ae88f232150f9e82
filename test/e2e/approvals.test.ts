/**
 * Merges into prod that a job holds until they are approved, with all that an estate makes for it: the job in the project
 * for pipelines, GitLab's event, the relay that runs it again. Nobody presses Retry. GitLab is the stand-in, on its free tier;
 * ways around the gate, one by one, are in test/integration/ci/approvals.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const app = "gates-web";
const source = `acme/gates/${app}`;
const config = `${source}-config`;
/** One whose versions go to prod by a program, which tags them there. */
const trunk = "gates-trunk";
const trunkSource = `acme/gates/${trunk}`;
const trunkProd = `acme/gates-prod/${trunk}-config`;
const people = ["alice", "bob", "carol", "dave", "erin"] as const;

const requestRoute = (iid: number): string => `/projects/${encodeURIComponent(config)}/merge_requests/${iid}`;

interface Job {
    readonly id: number;
    readonly name: string;
    readonly status: string;
}

describe("merges into prod that want two approvals, without a licence", { timeout: 20 * 60_000 }, () => {
    let world: World;
    let story: Story;
    const persons = {} as Record<(typeof people)[number], Person>;

    before(async () => {
        const [maintainer, developer, ...maintainers] = people;
        world = await World.own(
            {
                teams: {
                    gates: { maintainers: [maintainer, ...maintainers], developers: [developer] },
                },
                apps: {
                    [app]: { team: "gates", delivery: "helm" },
                    [trunk]: {
                        team: "gates",
                        delivery: "helm",
                        flow: "trunk",
                        repository: { branch: "master" },
                        environments: { dev: null },
                    },
                },
            },
            (spec) => {
                const at = (...keys: string[]): string[] => ["config", "gitops-estate:estate", ...keys];
                spec.setIn(at("environments", "prod", "approvals"), 2);
                spec.setIn(
                    at("gitlab", "approvalGate"),
                    spec.createNode({ enabled: true, hookUrl: "http://127.0.0.1:8948" }),
                );
            },
        );
        story = world.story();
        for (const name of people) {
            persons[name] = await story.person(name);
        }
    });
    after(() => world.end());

    const host = (environment: string): string =>
        environment === "prod" ? `127.0.0.1:${world.portBase + 12}` : new URL(world.harborUrl).host;

    const approve = async (person: Person, iid: number): Promise<void> => {
        const { status, body } = await story.call(person, "POST", `${requestRoute(iid)}/approve`);
        assert.equal(status, 201, `${person.name}: ${JSON.stringify(body)}`);
    };

    const state = async (iid: number): Promise<string> =>
        (await story.call<{ state: string }>(persons.alice, "GET", requestRoute(iid))).body.state;

    /** The newest job that holds a merge request, with its log, once it has ended as it is wanted to. */
    const gate = async (iid: number, wanted: string, says: RegExp): Promise<void> => {
        const newest = async (): Promise<{ status: string; log: string }> => {
            const { body: pipelines } = await story.call<
                { id: number; status: string; sha: string; ref: string }[]
            >(persons.alice, "GET", `${requestRoute(iid)}/pipelines`);
            const [pipeline] = pipelines;
            if (pipeline === undefined) {
                return { status: "none", log: "" };
            }
            const { body: jobs } = await story.call<Job[]>(
                persons.alice,
                "GET",
                `/projects/${encodeURIComponent(config)}/pipelines/${pipeline.id}/jobs?per_page=50`,
            );
            const log = await story.logOf(config, { ...pipeline, source: "merge_request_event" });
            return { status: jobs.find(({ name }) => name === "approvals")?.status ?? "none", log };
        };
        await until(
            `the job of !${iid} that ends as ${wanted} and says ${says.source}`,
            newest,
            ({ status, log }) => status === wanted && says.test(log),
            180,
        );
    };

    /** A version that is in test, and the merge request that brings it into prod, opened by alice. */
    const proposed = async (text: string): Promise<{ iid: number; tag: string }> => {
        const sha = await story.commit(persons.alice, source, "main", text, {
            "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
        });
        const pipeline = await story.pipeline(source, sha, "push", 240);
        assert.equal(pipeline.status, "success", await story.logOf(source, pipeline));
        const into = await story.open(persons.alice, config, "dev", "test");
        await story.merge(persons.alice, config, into, 240);
        const tag = sha.slice(0, 10);
        await story.rolledOut(`${app}-test-member1`, `${host("test")}/${app}-test/${app}:${tag}`, 120);
        return { iid: await story.open(persons.alice, config, "test", "prod"), tag };
    };

    test("given a version in test, then nobody merges it into prod by themselves, whatever they try", async () => {
        const { iid } = await proposed("first");
        await gate(iid, "failed", /2 approvals are missing/);
        for (const person of Object.values(persons)) {
            for (const body of [{}, { auto_merge: true }, { merge_when_pipeline_succeeds: true }]) {
                await story.call(person, "PUT", `${requestRoute(iid)}/merge`, body);
                assert.equal(await state(iid), "opened", `${person.name} ${JSON.stringify(body)}`);
            }
        }
        // The author's own, and a developer's.
        for (const person of [persons.alice, persons.bob]) {
            await story.call(person, "POST", `${requestRoute(iid)}/approve`);
        }
        await gate(iid, "failed", /approval of @alice does not count: @alice is the author/);
        const merge = await story.call(persons.carol, "PUT", `${requestRoute(iid)}/merge`, {});
        assert.equal(merge.status, 405);
        await story.call(persons.alice, "PUT", requestRoute(iid), { state_event: "close" });
    });

    test("given another, when two maintainers approve, then the job runs again by itself, and prod gets it", async () => {
        const { iid, tag } = await proposed("second");
        await gate(iid, "failed", /2 approvals are missing/);
        await approve(persons.carol, iid);
        await gate(iid, "failed", /@carol has approved[\s\S]*1 approval is missing/);
        assert.equal((await story.call(persons.alice, "PUT", `${requestRoute(iid)}/merge`, {})).status, 405);
        await approve(persons.dave, iid);
        await gate(iid, "success", /@dave has approved/);
        await story.merge(persons.alice, config, iid, 120);
        await Promise.all(
            ["member1", "member2"].map((cluster) =>
                story.rolledOut(`${app}-prod-${cluster}`, `${host("prod")}/${app}-prod/${app}:${tag}`, 240),
            ),
        );
    });

    test("given trunk, when a baseline is rolled back to, then its merge request is merged once somebody ran its pipeline and two approved", async () => {
        const { alice, bob, carol, dave } = persons;
        const at = (project: string, path = ""): string => `/projects/${encodeURIComponent(project)}${path}`;
        const given = async <T>(project: string, path: string): Promise<T> =>
            (await story.call<T>(alice, "GET", at(project, path))).body;
        const approved = async (project: string, iid: number): Promise<void> => {
            for (const person of [carol, dave]) {
                await story.call(person, "POST", at(project, `/merge_requests/${iid}/approve`));
            }
            await story.merge(alice, project, iid, 240);
        };
        const begun = { branch: "topic", ref: "latest" };
        await story.call(bob, "POST", at(trunkSource, "/repository/branches"), begun);
        await story.commit(bob, trunkSource, "topic", "A topic", {
            "public/index.html": "<!doctype html>\n<title>web</title>\n<p>topic</p>\n",
        });
        await approved(trunkSource, await story.open(bob, trunkSource, "topic", "latest"));
        const staged = await story.head(trunkSource, "latest");
        const built = await story.pipeline(trunkSource, staged, "push", 240);
        assert.equal(built.status, "success", await story.logOf(trunkSource, built));
        await approved(trunkSource, await story.open(alice, trunkSource, "latest", "master"));

        const [baseline] = await until(
            "a baseline",
            () => given<{ name: string }[]>(trunkProd, "/repository/tags"),
            (tags) => tags.length > 0,
            240,
        );
        const [rollback] = await until(
            "the pipeline of the baseline",
            async () => {
                const runs = `/pipelines?ref=${String(baseline?.name)}&source=pipeline`;
                const [run] = await given<{ id: number }[]>(trunkProd, runs);
                return run === undefined ? [] : given<Job[]>(trunkProd, `/pipelines/${run.id}/jobs`);
            },
            (jobs) => jobs.length > 0,
            120,
        );
        assert.deepEqual([rollback?.name, rollback?.status], ["rollback", "manual"]);
        const play = at(trunkProd, `/jobs/${rollback?.id}/play`);
        assert.equal((await story.call(alice, "POST", play)).status, 200);
        const [request] = await until(
            "a merge request that rolls back",
            () => given<{ iid: number }[]>(trunkProd, "/merge_requests?state=opened"),
            (found) => found.length > 0,
            120,
        );
        const iid = Number(request?.iid);
        const merge = at(trunkProd, `/merge_requests/${iid}/merge`);
        assert.ok((await story.call(alice, "PUT", merge, {})).status >= 400);
        // A program opened it, whose own pipeline fails, and would count if it came after the person's.
        await until(
            "the program's pipeline of the merge request",
            () => given<{ status: string; source: string }[]>(trunkProd, `/merge_requests/${iid}/pipelines`),
            (runs) =>
                runs.some(({ status, source: by }) => status === "failed" && by === "merge_request_event"),
            120,
        );
        const run = await story.call(alice, "POST", at(trunkProd, `/merge_requests/${iid}/pipelines`));
        assert.equal(run.status, 200, JSON.stringify(run.body));
        assert.ok((await story.call(alice, "PUT", merge, {})).status >= 400);
        await approved(trunkProd, iid);
        const hold = await story.file(trunkProd, "main", `${trunk}/environments/prod/hold.yaml`);
        assert.match(hold, new RegExp(`baseline: ${String(baseline?.name)}`));
    });

    test("given one that two have approved, when the spec wants three, then it is held again, until a third approves", async () => {
        const { iid } = await proposed("third");
        await approve(persons.carol, iid);
        await approve(persons.dave, iid);
        await gate(iid, "success", /@carol has approved/);
        world.editSpec((spec) =>
            spec.setIn(["config", "gitops-estate:estate", "environments", "prod", "approvals"], 3),
        );
        await world.up();
        await gate(iid, "failed", /1 approval is missing/);
        assert.equal((await story.call(persons.alice, "PUT", `${requestRoute(iid)}/merge`, {})).status, 405);
        await approve(persons.erin, iid);
        await gate(iid, "success", /@erin has approved/);
        await story.merge(persons.alice, config, iid, 120);
        assert.deepEqual(await world.plan(), {});
    });
});
