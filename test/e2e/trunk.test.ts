/**
 * Trunk: merge requests have previews, one branch is in staging, and what is merged on is in prod by the same image. Prod's
 * config repository is its maintainers' alone. The servers are the stand-ins; prod has a Harbor of its own.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const app = "trunk-web";
const source = `acme/trunk/${app}`;
const staging = `${source}-config`;
const prod = `acme/trunk-prod/${app}-config`;

const route = (project: string, path = ""): string => `/projects/${encodeURIComponent(project)}${path}`;
const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

interface Job {
    readonly id: number;
    readonly name: string;
    readonly status: string;
}

interface Release {
    readonly id: number;
    readonly status: string;
    readonly sha: string;
    readonly ref: string;
}

/** After a rollback: one by default, as each takes its pipelines' time. */
const pushes = Number(process.env["ESTATE_E2E_PUSHES"] ?? "1");

describe("an app whose branches go on to prod", { timeout: (25 + 2 * pushes) * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let bob: Person;

    before(async () => {
        world = await World.shared(
            {
                teams: { trunk: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } },
                apps: {
                    [app]: {
                        team: "trunk",
                        flow: "trunk",
                        delivery: "helm",
                        repository: { branch: "master" },
                        pipelines: { use: "included" },
                        environments: { dev: null },
                        previews: { maximum: 2, url: "https://web-{number}.preview.test" },
                    },
                },
            },
            (spec) =>
                spec.setIn(["config", "gitops-estate:estate", "notifications", "relay", "commits"], true),
        );
        story = world.story();
        [alice, bob] = await Promise.all([story.person("alice"), story.person("bob")]);
    });
    after(() => world.end());

    const host = (): string => new URL(world.harborUrl).host;
    const image = (environment: string, tag: string): string =>
        environment === "prod"
            ? `127.0.0.1:${world.portBase + 12}/${app}-prod/${app}:${tag}`
            : `${host()}/${app}-${environment}/${app}:${tag}`;

    const succeeded = async (project: string, sha: string, event: string): Promise<Job[]> => {
        const pipeline = await story.pipeline(project, sha, event, 240);
        assert.equal(pipeline.status, "success", await story.logOf(project, pipeline));
        const { body } = await story.call<Job[]>(
            alice,
            "GET",
            route(project, `/pipelines/${pipeline.id}/jobs?per_page=50`),
        );
        return body;
    };

    /** A branch of bob's with a change, and its merge request into latest. */
    const proposed = async (branch: string): Promise<{ iid: number; sha: string }> => {
        const made = await story.call(bob, "POST", route(source, "/repository/branches"), {
            branch,
            ref: "latest",
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const sha = await story.commit(bob, source, branch, `Work on ${branch}`, page(branch));
        return { iid: await story.open(bob, source, branch, "latest"), sha };
    };

    /** Merges latest into master; the commit that comes of it. */
    const released = async (): Promise<string> => {
        const iid = await story.open(alice, source, "latest", "master");
        await story.merge(alice, source, iid, 240);
        return story.head(source, "master");
    };

    /** The tag that runs in an environment, once what is merged into latest is there. */
    const staged = async (): Promise<string> => {
        const sha = await story.head(source, "latest");
        await succeeded(source, sha, "push");
        const tag = sha.slice(0, 10);
        await story.rolledOut(`${app}-test-member1`, image("test", tag), 120);
        return tag;
    };

    const inProd = async (tag: string): Promise<void> => {
        await Promise.all(
            ["member1", "member2"].map((cluster) =>
                // Longer than Argo CD's poll: a refresh that met a server in trouble is made up for by that.
                story.rolledOut(`${app}-prod-${cluster}`, image("prod", tag), 420),
            ),
        );
    };

    const releases = async (): Promise<Release[]> =>
        (await story.call<Release[]>(alice, "GET", route(prod, "/pipelines?source=trigger&per_page=100")))
            .body;

    const baselines = async (): Promise<{ name: string; message: string }[]> =>
        (
            await story.call<{ name: string; message: string }[]>(
                alice,
                "GET",
                route(prod, "/repository/tags?order_by=updated"),
            )
        ).body;

    /** The release that was started last, once there are more than `before` and it is over. */
    const newestRelease = async (before: number): Promise<Release> => {
        const [newest] = await until(
            "the end of a release",
            releases,
            (found) => found.length > before && ["success", "failed"].includes(String(found[0]?.status)),
            420,
        );
        assert.ok(newest !== undefined);
        return newest;
    };

    let first = "";

    test("given a developer's change, when its merge request into latest is opened, then it has a preview and one note", async () => {
        const { iid, sha } = await proposed("colours");
        await succeeded(source, sha, "merge_request_event");
        await story.rolledOut(
            `${app}-preview-${iid}`,
            `${host()}/${app}-preview/${app}:mr-${iid}-${sha.slice(0, 10)}`,
            120,
        );
        const { body } = await story.call<{ body: string; system: boolean }[]>(
            bob,
            "GET",
            route(source, `/merge_requests/${iid}/notes`),
        );
        const notes = body.filter(({ system }) => !system);
        assert.equal(notes.length, 1);
        assert.match(String(notes[0]?.body), new RegExp(`https://web-${iid}\\.preview\\.test`));

        const merge = route(source, `/merge_requests/${iid}/merge`);
        assert.ok((await story.call(bob, "PUT", merge, {})).status >= 400, "merging is the maintainers'");
        await story.merge(alice, source, iid, 120);
        first = await staged();
    });

    test("given that in staging, when it is merged into master, then prod runs the same digest, and nothing was built", async () => {
        const sha = await released();
        const jobs = await succeeded(source, sha, "push");
        assert.deepEqual(
            jobs.map(({ name }) => name),
            ["release prod"],
        );
        await inProd(first);
        const digest = await story.digest(`${app}-test`, app, first);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${app}-prod`, app, first, "prod"), digest);
        const [baseline] = await until("a baseline", baselines, (tags) => tags.length > 0, 120);
        assert.match(String(baseline?.message), new RegExp(`Digest: ${digest}`));
    });

    test("given another version of the pipelines, then it comes to latest without a build, and is released without a merge back", async () => {
        const pipelines = route("acme/pipelines", "/repository/tags");
        const [version] = (await world.gitlab<{ name: string }[]>("GET", pipelines)).body;
        const made = await world.gitlab("POST", pipelines, { tag_name: "v1-other", ref: version?.name });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const master = await story.head(source, "master");
        world.editSpec((spec) =>
            spec.setIn(["config", "gitops-estate:estate", "apps", app, "pipelines", "version"], "v1-other"),
        );
        await world.up();
        assert.match(await story.file(source, "latest", "ci/estate.yml"), /ref: v1-other/);
        assert.equal(await story.head(source, "master"), master);
        const head = await story.head(source, "latest");
        const { body: built } = await story.call<unknown[]>(
            alice,
            "GET",
            route(source, `/pipelines?sha=${head}`),
        );
        assert.deepEqual(built, [], "its commit starts no pipeline");
        assert.deepEqual(await world.plan(), {});

        const before = (await releases()).length;
        await succeeded(source, await released(), "push");
        assert.match(await story.file(source, "master", "ci/estate.yml"), /ref: v1-other/);
        const newest = await newestRelease(before);
        const trace = await story.logOf(prod, { ...newest, source: "trigger" });
        assert.equal(newest.status, "success", trace);
        await inProd(first);
    });

    test("given versions by merge request, then one waits on latest, follows the spec, and is merged without a build", async () => {
        const tags = route("acme/pipelines", "/repository/tags");
        for (const tag_name of ["v1-third", "v1-fourth"]) {
            const made = await world.gitlab("POST", tags, { tag_name, ref: "v1-other" });
            assert.equal(made.status, 201, JSON.stringify(made.body));
        }
        const name = (version: string): void =>
            world.editSpec((spec) =>
                spec.setIn(["config", "gitops-estate:estate", "apps", app, "pipelines"], {
                    use: "included",
                    version,
                    move: "mergeRequest",
                }),
            );
        const requests = async (): Promise<{ iid: number; state: string }[]> =>
            (
                await story.call<{ iid: number; state: string }[]>(
                    alice,
                    "GET",
                    route(source, "/merge_requests?source_branch=estate/pipelines"),
                )
            ).body;
        name("v1-third");
        await world.up();
        assert.match(await story.file(source, "latest", "ci/estate.yml"), /ref: v1-other/);
        assert.deepEqual(await world.plan(), {});
        name("v1-fourth");
        await world.up();
        const [request, ...others] = await requests();
        assert.equal(request?.state, "opened");
        assert.deepEqual(others, []);
        await story.merge(alice, source, request.iid, 240);
        assert.match(await story.file(source, "latest", "ci/estate.yml"), /ref: v1-fourth/);
        const head = await story.head(source, "latest");
        const { body: built } = await story.call<unknown[]>(
            alice,
            "GET",
            route(source, `/pipelines?sha=${head}`),
        );
        assert.deepEqual(built, [], "its merge starts no pipeline");
        const said = await world.up();
        assert.doesNotMatch(said, /merge request/);
        assert.deepEqual([await world.plan(), await world.plan({ refresh: true })], [{}, {}]);
        assert.equal((await requests()).length, 1);

        await succeeded(source, await released(), "push");
        assert.match(await story.file(source, "master", "ci/estate.yml"), /ref: v1-fourth/);
        await inProd(first);
    });

    test("given a developer, then latest, master and all that is prod's are closed, and work and staging are open", async () => {
        const answers = async (person: Person): Promise<Record<string, number>> => {
            const commit = (branch: string): unknown => ({
                branch,
                commit_message: "no",
                actions: [{ action: "create", file_path: `${person.name}.txt`, content: "no" }],
            });
            const asked: Record<string, [method: string, route: string, body?: unknown]> = {
                "push to latest": ["POST", route(source, "/repository/commits"), commit("latest")],
                "push to master": ["POST", route(source, "/repository/commits"), commit("master")],
                "variables of the app": ["GET", route(source, "/variables")],
                "read staging's config": ["GET", route(staging)],
                "variables of staging's config": ["GET", route(staging, "/variables")],
                "push to staging's config": ["POST", route(staging, "/repository/commits"), commit("main")],
                "read prod's config": ["GET", route(prod)],
                "read prod's pipelines": ["GET", route(prod, "/pipelines")],
                "variables of prod's config": ["GET", route(prod, "/variables")],
                "start prod's pipeline": ["POST", route(prod, "/pipeline"), { ref: "main" }],
            };
            const all = await Promise.all(
                Object.entries(asked).map(async ([what, [method, path, body]]) => {
                    const { status } = await story.call(person, method, path, body);
                    return [what, status] as const;
                }),
            );
            return Object.fromEntries(all);
        };
        const seen = await answers(bob);
        const hidden = Object.entries(seen).filter(([what]) => what.includes("prod's"));
        assert.deepEqual([...new Set(hidden.map(([, status]) => status))], [404], JSON.stringify(seen));
        assert.equal(seen["read staging's config"], 200);
        for (const what of [
            "push to latest",
            "push to master",
            "push to staging's config",
            "variables of the app",
            "variables of staging's config",
        ]) {
            assert.ok(Number(seen[what]) >= 400, `${what}: ${seen[what]}`);
        }
        const reads = await Promise.all(
            [route(prod), route(prod, "/pipelines"), route(prod, "/variables")].map((path) =>
                story.call(alice, "GET", path),
            ),
        );
        assert.deepEqual(
            reads.map(({ status }) => status),
            [200, 200, 200],
        );
    });

    test("given a release that prod cannot run, then it has no baseline, until it runs and the job is run again", async () => {
        const file = `${app}/chart/templates/deployment.yaml`;
        const whole = await story.file(prod, "main", file);
        const broken = whole.replace(/^( *image: ".*)"$/m, '$1-missing"');
        assert.notEqual(broken, whole);
        const before = (await releases()).length;
        await story.commit(alice, prod, "main", "Images that are not there", { [file]: broken });
        const { iid } = await proposed("broken");
        await story.merge(alice, source, iid, 240);
        const tag = await staged();
        await released();
        const failed = await newestRelease(before);
        const trace = await story.logOf(prod, { ...failed, source: "trigger" });
        assert.equal(failed.status, "failed", trace);
        assert.match(
            trace,
            new RegExp(`no baseline: ${tag} is not healthy: gitops/${app}/prod/member[12]: `),
        );
        const names = async (): Promise<string[]> => (await baselines()).map(({ name }) => name);
        assert.ok(!(await names()).some((name) => name.endsWith(tag)));

        await story.commit(alice, prod, "main", "Images that are there", { [file]: whole });
        await inProd(tag);
        const { body: jobs } = await story.call<Job[]>(
            alice,
            "GET",
            route(prod, `/pipelines/${failed.id}/jobs`),
        );
        const job = jobs.find(({ name }) => name === "baseline prod");
        const again = await story.call(alice, "POST", route(prod, `/jobs/${job?.id}/retry`));
        assert.equal(again.status, 201, JSON.stringify(again.body));
        await until("its baseline", names, (all) => all.some((name) => name.endsWith(tag)), 120);
    });

    test("given a later release, when its baseline's rollback is merged, then prod is back, and stays while work goes on", async () => {
        const baseline = (await baselines()).find(({ name }) => name.endsWith(first));
        assert.ok(baseline !== undefined);
        const { iid } = await proposed("second");
        await story.merge(alice, source, iid, 240);
        const second = await staged();
        await released();
        await inProd(second);

        const { body: runs } = await story.call<{ id: number }[]>(
            alice,
            "GET",
            route(prod, `/pipelines?ref=${baseline.name}`),
        );
        const { body: jobs } = await story.call<Job[]>(
            alice,
            "GET",
            route(prod, `/pipelines/${runs[0]?.id}/jobs`),
        );
        const rollback = jobs.find(({ name }) => name === "rollback");
        assert.equal(rollback?.status, "manual", JSON.stringify(jobs));
        const play = route(prod, `/jobs/${rollback.id}/play`);
        assert.equal((await story.call(bob, "POST", play)).status, 404);
        assert.equal((await story.call(alice, "POST", play)).status, 200);
        const [request] = await until(
            "a merge request that rolls back",
            async () =>
                (
                    await story.call<{ iid: number }[]>(
                        alice,
                        "GET",
                        route(prod, "/merge_requests?state=opened"),
                    )
                ).body,
            (found) => found.length > 0,
            120,
        );
        await story.merge(alice, prod, Number(request?.iid));
        await inProd(first);

        for (let push = 1; push <= pushes; push++) {
            const before = (await releases()).length;
            const next = await proposed(`later-${push}`);
            await story.merge(alice, source, next.iid, 240);
            const tag = await staged();
            await succeeded(source, await released(), "push");
            const told = await newestRelease(before);
            const trace = await story.logOf(prod, { ...told, source: "trigger" });
            assert.equal(told.status, "success", trace);
            assert.match(trace, /is not released to prod/);
            assert.match(trace, new RegExp(`held at ${baseline.name}`));
            const values = await story.file(prod, "main", `${app}/environments/prod/values.yaml`);
            assert.match(values, new RegExp(first));
            assert.doesNotMatch(values, new RegExp(tag));
        }
        await inProd(first);
    });
});
