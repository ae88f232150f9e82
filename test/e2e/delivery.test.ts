/**
 * A version's whole way, nobody touching anything in between: commit, pipeline, image, tag, rollout, card, promotion.
 * GitLab, Harbor and the chat systems are stand-ins, pods are simulated; pipelines, registry, git, Argo CD and its
 * notifications are the real ones.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Board } from "../../commands/board/model";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const app = "delivery-web";
const source = `acme/delivery/${app}`;
const config = `${source}-config`;
const channel = "ops";

/** A page that differs with every text. */
const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

describe("a version of an app", { timeout: 20 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let bob: Person;
    /** What is in dev, and its digest. */
    let delivered: { tag: string; digest: string };

    before(async () => {
        world = await World.shared({
            teams: { delivery: { maintainers: ["alice"], developers: ["bob"], channels: [channel] } },
            apps: { [app]: { team: "delivery", delivery: "helm" } },
        });
        story = world.story();
        [alice, bob] = await Promise.all([story.person("alice"), story.person("bob")]);
    });
    after(() => world.end());

    const image = (environment: string, tag: string): string =>
        `${new URL(world.harborUrl).host}/${app}-${environment}/${app}:${tag}`;

    test("given a commit to the app, when its pipeline has run, then dev runs that image and a green card names the commit", async () => {
        const mark = await story.newestCard(channel);
        const sha = await story.commit(alice, source, "main", "Say hello", page("hello"));
        const pipeline = await story.pipeline(source, sha, "push", 180);
        assert.equal(pipeline.status, "success", await story.logOf(source, pipeline));

        const tag = sha.slice(0, 10);
        const digest = await story.digest(`${app}-dev`, app, tag);
        assert.ok(digest !== undefined, `Harbor has no ${app}-dev/${app}:${tag}`);
        assert.match(
            await story.file(config, "dev", `${app}/values.yaml`),
            new RegExp(`imagetag: "?${tag}"?`),
        );
        const application = await story.rolledOut(`${app}-dev-member1`, image("dev", tag), 90);
        const revision = await story.head(config, "dev");
        assert.equal(application.status?.sync?.revision, revision);
        await story.card(channel, "green", [`${app}-dev-member1`, revision.slice(0, 7)], mark, 60);
        delivered = { tag, digest };
    });

    test("given that version in dev, when dev is merged into test, then test runs the copied image of the same digest", async () => {
        const mark = await story.newestCard(channel);
        const iid = await story.open(alice, config, "dev", "test");
        const head = await story.head(config, "dev");
        const pipeline = await story.pipeline(config, head, "merge_request_event", 180);
        assert.equal(pipeline.status, "success", await story.logOf(config, pipeline));
        assert.equal(await story.digest(`${app}-test`, app, delivered.tag), delivered.digest);
        await story.merge(alice, config, iid);

        await story.rolledOut(`${app}-test-member1`, image("test", delivered.tag), 90);
        await story.card(channel, "green", [`${app}-test-member1`], mark, 60);
    });

    test("given that version in dev and test, when the board is made, then it has the version with its commit, and what waits", async () => {
        const iid = await story.open(alice, config, "test", "prod");
        const { code, stdout, stderr } = await world.command("commands/board.ts", ["--json"]);
        assert.equal(code, 0, stderr);
        const board = JSON.parse(stdout) as Board;
        assert.deepEqual(board.unknown, []);
        const places = board.apps.find(({ name }) => name === app)?.places ?? [];
        for (const environment of ["dev", "test"]) {
            const place = places.find((each) => each.environment === environment);
            assert.ok(place !== undefined && "value" in place.state, JSON.stringify(place));
            const { versions, health, sync, commit, revision } = place.state.value;
            assert.deepEqual(versions, { value: [{ tag: delivered.tag }] });
            assert.deepEqual([health, sync], ["healthy", "synced"]);
            assert.ok(commit !== undefined && "value" in commit && commit.value.title === "Say hello");
            assert.equal(revision?.id, await story.head(config, environment));
        }
        const waiting = { key: `${config}!${iid}`, promotion: true, environments: ["prod"] };
        const request = board.requests.find(({ key }) => key === waiting.key);
        assert.deepEqual({ ...request, ...waiting }, request);
        const tokens = board.credentials.find(({ kind }) => kind === "writer");
        assert.equal(tokens?.endless, 0, "GitLab says when tokens end");
        const route = `/projects/${encodeURIComponent(config)}/merge_requests/${iid}`;
        assert.equal((await story.call(alice, "PUT", route, { state_event: "close" })).status, 200);
    });

    test("given an image that is not in dev, when it is to be promoted, then the pipeline says why, nothing can be merged, nothing moves", async () => {
        const values = await story.file(config, "dev", `${app}/values.yaml`);
        const broken = values.replace(/^imagetag:.*$/m, 'imagetag: "0000000000"');
        const sha = await story.commit(alice, config, "dev", "A tag that was never pushed", {
            [`${app}/values.yaml`]: broken,
        });
        const iid = await story.open(alice, config, "dev", "test");
        const pipeline = await story.pipeline(config, sha, "merge_request_event", 180);
        assert.equal(pipeline.status, "failed");
        assert.match(await story.logOf(config, pipeline), new RegExp(`${app}-dev/${app}.*0000000000`, "s"));
        const route = `/projects/${encodeURIComponent(config)}/merge_requests/${iid}`;
        assert.equal((await story.call(alice, "PUT", `${route}/merge`, {})).status, 405);
        const { status } = (await story.application(`${app}-test-member1`)) ?? {};
        assert.deepEqual(status?.summary?.images, [image("test", delivered.tag)]);
        assert.equal((await story.call(alice, "PUT", route, { state_event: "close" })).status, 200);
    });

    test("given that broken tag in dev, when a minute has passed, then one red card reports it; a new commit ends green", async () => {
        const revision = await story.head(config, "dev");
        await story.card(channel, "red", [`${app}-dev-member1`, revision.slice(0, 7)], 0, 120);
        const mark = await story.newestCard(channel);
        const sha = await story.commit(alice, source, "main", "Say hello again", page("again"));
        const pipeline = await story.pipeline(source, sha, "push", 180);
        assert.equal(pipeline.status, "success", await story.logOf(source, pipeline));
        await story.rolledOut(`${app}-dev-member1`, image("dev", sha.slice(0, 10)), 90);
        await story.card(channel, "green", [`${app}-dev-member1`], mark, 60);
        const red = (await story.cards(channel)).filter(
            ({ rendered }) =>
                rendered.color === "red" &&
                [rendered.title, ...rendered.lines].join("\n").includes(revision.slice(0, 7)),
        );
        assert.equal(red.length, 1, `told ${red.length} times`);
    });

    test("given ten pushes in a row, when their pipelines are done, then the last one is in dev", async () => {
        let last = "";
        for (const text of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]) {
            last = await story.commit(alice, source, "main", `Say ${text}`, page(text));
        }
        await story.rolledOut(`${app}-dev-member1`, image("dev", last.slice(0, 10)), 240);
        await until(
            "every pipeline's end",
            () =>
                story.call<{ status: string }[]>(
                    alice,
                    "GET",
                    `/projects/${encodeURIComponent(source)}/pipelines?status=running`,
                ),
            ({ body }) => body.length === 0,
            120,
        );
        assert.match(await story.file(config, "dev", `${app}/values.yaml`), new RegExp(last.slice(0, 10)));
    });

    test("given a developer, when it tries what is not its, then GitLab refuses", async () => {
        const push = await story.call(
            bob,
            "POST",
            `/projects/${encodeURIComponent(config)}/repository/commits`,
            {
                branch: "prod",
                commit_message: "Straight to prod",
                actions: [{ action: "create", file_path: "x", content: "x" }],
            },
        );
        assert.ok([400, 403].includes(push.status), `pushed to prod: ${push.status}`);
        const variables = await story.call(bob, "GET", `/projects/${encodeURIComponent(source)}/variables`);
        assert.equal(variables.status, 403);
    });
});
