/**
 * The ways a version takes besides the straight one: apps of plain manifests, Kustomize and Jsonnet at once, a second Harbor, a Harbor in trouble, a hotfix,
 * a config repository out of reach. The servers are the stand-ins; what a real server's trouble looks like may differ.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Story, until, type Person, type Pipeline } from "../../commands/support/story";
import { World } from "./support/world";

const web = "lanes-web";
const api = "lanes-api";
const docs = "lanes-docs";
const own = "lanes-own";
const source = `acme/lanes/${web}`;
const config = `${source}-config`;
const channel = "ops";
const estate = "gitops-estate:estate";

const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

describe("an estate with a Harbor of its own for prod", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;

    before(async () => {
        world = await World.shared({
            teams: { lanes: { maintainers: ["alice"], developers: ["bob"], channels: [channel] } },
            apps: {
                [web]: { team: "lanes", delivery: "plain" },
                [docs]: {
                    team: "lanes",
                    delivery: "jsonnet",
                    values: { replicas: 2 },
                    environments: { test: null, prod: null },
                },
                [own]: {
                    team: "lanes",
                    flow: "two-branches",
                    delivery: "kustomize",
                    environments: { prod: null },
                },
                [api]: {
                    team: "lanes",
                    delivery: "kustomize",
                    // In dev the image updater writes this app's tag.
                    updater: {
                        environments: ["dev"],
                        allowTags: "regexp:^main-[0-9a-f]{8,40}$",
                        writeBack: "values",
                    },
                },
            },
            flows: {
                "two-branches": {
                    environments: { dev: { branch: "next" }, test: { tag: "release-*" }, prod: {} },
                },
            },
        });
        story = world.story();
        alice = await story.person("alice");
    });
    after(() => world.end());

    const image = (environment: string, tag: string): string =>
        `${new URL(world.harborUrl).host}/${web}-${environment}/${web}:${tag}`;

    /** A commit to the app and its pipeline, which must end well. */
    const deliver = async (project: string, branch: string, text: string): Promise<string> => {
        const sha = await story.commit(alice, project, branch, text, page(text));
        const pipeline = await story.pipeline(project, sha, "push", 240);
        assert.equal(pipeline.status, "success", await story.logOf(project, pipeline));
        return sha;
    };

    /** Merges one environment into the next once the merge request's pipeline has ended well. */
    const promote = async (from: string, to: string): Promise<Pipeline> => {
        const iid = await story.open(alice, config, from, to);
        const pipeline = await story.pipeline(
            config,
            await story.head(config, from),
            "merge_request_event",
            240,
        );
        assert.equal(pipeline.status, "success", await story.logOf(config, pipeline));
        await story.merge(alice, config, iid);
        return pipeline;
    };

    let tag = "";

    test("given commits to three apps at once, when their pipelines are done, then each runs its own version", async () => {
        const [shaOfWeb, shaOfApi, shaOfDocs] = await Promise.all([
            deliver(source, "main", "three at once"),
            deliver(`acme/lanes/${api}`, "main", "three at once"),
            deliver(`acme/lanes/${docs}`, "main", "three at once"),
        ]);
        tag = shaOfWeb.slice(0, 10);
        await Promise.all([
            story.rolledOut(`${web}-dev-member1`, image("dev", tag), 120),
            story.rolledOut(
                `${api}-dev-member1`,
                `${new URL(world.harborUrl).host}/${api}-dev/${api}:main-${shaOfApi.slice(0, 10)}`,
                120,
            ),
            story.rolledOut(
                `${docs}-dev-member1`,
                `${new URL(world.harborUrl).host}/${docs}-dev/${docs}:${shaOfDocs.slice(0, 10)}`,
                120,
            ),
        ]);
    });

    test("given a flow of the spec's own, when its branch and then its tag are pushed, then each is delivered as it says", async () => {
        const project = `acme/lanes/${own}`;
        const sha = await deliver(project, "next", "a flow of our own");
        const built = sha.slice(0, 10);
        await story.rolledOut(
            `${own}-dev-member1`,
            `${new URL(world.harborUrl).host}/${own}-dev/${own}:${built}`,
            120,
        );
        const route = `/projects/${encodeURIComponent(project)}`;
        const made = await story.call(alice, "POST", `${route}/repository/tags`, {
            tag_name: "release-1",
            ref: "next",
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const [waiting] = await until(
            "the tag's pipeline to wait for a person",
            async () =>
                (
                    await story.call<{ id: number; status: string }[]>(
                        alice,
                        "GET",
                        `${route}/pipelines?ref=release-1&status=manual`,
                    )
                ).body,
            ([run]) => run !== undefined,
            240,
        );
        const { body: jobs } = await story.call<{ id: number; name: string }[]>(
            alice,
            "GET",
            `${route}/pipelines/${waiting?.id}/jobs`,
        );
        const job = jobs.find(({ name }) => name === "deploy test");
        assert.ok(job !== undefined, JSON.stringify(jobs));
        const played = await story.call(alice, "POST", `${route}/jobs/${job.id}/play`);
        assert.equal(played.status, 200, JSON.stringify(played.body));
        await story.rolledOut(
            `${own}-test-member1`,
            `${new URL(world.harborUrl).host}/${own}-test/${own}:release-1`,
            240,
        );
        // Not built again.
        const digest = await story.digest(`${own}-dev`, own, built);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${own}-test`, own, "release-1"), digest);
    });

    test("given a Harbor that fails twice during a promotion, then the promotion continues, and one card reports it", async () => {
        const mark = await story.newestCard(channel);
        await world.fault("harbor", {
            method: "POST",
            path: `/api/v2.0/projects/${web}-test/repositories/${web}/artifacts`,
            status: 500,
            times: 2,
        });
        await promote("dev", "test");
        await world.fault("harbor", undefined);
        await story.rolledOut(`${web}-test-member1`, image("test", tag), 120);
        await story.card(channel, "green", [`${web}-test-member1`], mark, 60);
        const told = (await story.cards(channel, mark)).filter(
            ({ rendered }) => rendered.color === "green" && rendered.title.includes(`${web}-test-member1`),
        );
        assert.equal(told.length, 1, `told ${told.length} times`);
    });

    test("given that version in test, when it is merged into prod, then the other Harbor has the same digest and both members run it", async () => {
        await promote("test", "prod");
        const digest = await story.digest(`${web}-test`, web, tag);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${web}-prod`, web, tag, "prod"), digest);
        const prod = `127.0.0.1:${world.portBase + 12}/${web}-prod/${web}:${tag}`;
        await Promise.all([
            story.rolledOut(`${web}-prod-member1`, prod, 120),
            story.rolledOut(`${web}-prod-member2`, prod, 120),
        ]);
    });

    test("given a hotfix lane, then dev follows the hotfix branch and not main, until the lane is closed", async () => {
        world.editSpec((spec) =>
            spec.setIn(["config", estate, "apps", web, "hotfix"], { branch: "hotfix-1", from: "main" }),
        );
        assert.match(await world.up(), /hotfix-1/, "the open lane is told");
        const fixed = await deliver(source, "hotfix-1", "the fix");
        await story.rolledOut(`${web}-dev-member1`, image("dev", fixed.slice(0, 10)), 120);
        await deliver(source, "main", "work that goes on");
        assert.match(
            await story.file(config, "dev", `${web}/environments/dev/deployment.yaml`),
            new RegExp(fixed.slice(0, 10)),
        );

        world.resetSpec();
        await world.up();
        const next = await deliver(source, "main", "after the hotfix");
        await story.rolledOut(`${web}-dev-member1`, image("dev", next.slice(0, 10)), 120);
    });

    test("given a config repository out of reach, then a card says so within a minute, and a green one when it is back", async () => {
        const mark = await story.newestCard(channel);
        await world.fault("gitlab", { path: `/${config}.git`, status: 503, times: 100_000 });
        await world.succeed("sandbox/main.ts", [
            "argocd",
            "app",
            "get",
            `${web}-dev-member1`,
            "--hard-refresh",
        ]);
        const { id } = await story.card(channel, "orange", [`${web}-dev-member1`], mark, 60);
        await world.fault("gitlab", undefined);
        await world.succeed("sandbox/main.ts", [
            "argocd",
            "app",
            "get",
            `${web}-dev-member1`,
            "--hard-refresh",
        ]);
        await story.card(channel, "green", [`${web}-dev-member1`], id, 60);
    });

    test("given a mail channel, when two versions follow each other, then each is reported in one mail with app, commit and state", async () => {
        world.editSpec((spec) => {
            spec.setIn(["config", estate, "channels", "releases"], {
                kind: "email",
                recipient: "releases@example.com",
            });
            spec.setIn(["config", estate, "apps", web, "environments", "dev", "channels"], ["releases"]);
        });
        await world.up();

        /** The commit of the config repository that an app's new version came with, once a mail tells of it. */
        const told = async (text: string): Promise<string> => {
            const sha = await deliver(source, "main", text);
            await story.rolledOut(`${web}-dev-member1`, image("dev", sha.slice(0, 10)), 120);
            const revision = await story.head(config, "dev");
            const mail = await story.card("releases", "grey", [revision], 0, 120);
            assert.match(mail.rendered.title, new RegExp(`^${web}-dev-member1: `));
            const lines = mail.rendered.lines.join("\n");
            assert.match(lines, new RegExp(`^Application: ${web}-dev-member1$`, "m"));
            assert.match(lines, /^Sync: Succeeded \(Synced\)$/m);
            assert.match(lines, /^Health: Healthy$/m);
            assert.ok(lines.includes(image("dev", sha.slice(0, 10))), lines);
            assert.deepEqual(mail.to, ["releases@example.com"]);
            return revision;
        };
        const first = await told("by mail");
        const second = await told("by mail again");

        // What tells a deployment twice would have done so by the time the next one is told.
        const lines = (await story.cards("releases")).map(({ rendered }) => rendered.lines.join("\n"));
        for (const revision of [first, second]) {
            assert.equal(lines.filter((text) => text.includes(revision)).length, 1, lines.join("\n\n"));
        }
    });
});
