/**
 * An environment that is a machine, in an estate that `npm start` makes: what the program sets is what the pipeline needs. Docker
 * is the sandbox's stand-in, which starts nothing; test/integration/ci/machines.test.ts has what else can happen there.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const estate = "gitops-estate:estate";
const source = "acme/boxes/boxed";

describe("an app whose first environment is a machine", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;

    before(async () => {
        world = await World.make();
        world.editSpec((spec) => {
            const set = (path: readonly string[], value: unknown): void =>
                spec.setIn(["config", estate, ...path], spec.createNode(value));
            set(["machines"], { box: { runner: { tags: ["box"] } } });
            set(["environments"], {
                dev: { machine: "box", channels: ["ops"] },
                prod: { clusters: ["member1"], promotesFrom: "dev", deletionProtection: false },
            });
            set(["teams"], { boxes: { maintainers: ["alice"], developers: ["bob"] } });
            set(["apps"], {
                boxed: {
                    team: "boxes",
                    flow: "gitlab-flow",
                    delivery: "helm",
                    values: { env: { MODE: "boxed" } },
                    // The jobs of copies run in test/integration/ci/machines.test.ts.
                    pipelines: { use: "included" },
                },
            });
        });
        await world.succeed("commands/start.ts");
        story = world.story();
        alice = await story.person("alice");
    });
    after(() => world.end());

    /** The pipeline of a commit, once it has ended. */
    const ended = async (sha: string): Promise<{ id: number; status: string }> => {
        const route = `/projects/${encodeURIComponent(source)}/pipelines?sha=${sha}&source=push&ref=develop`;
        const found = await until(
            "the pipeline of develop",
            async () => (await story.call<{ id: number; status: string }[]>(alice, "GET", route)).body[0],
            (run) => run !== undefined && ["success", "failed"].includes(run.status),
            240,
        );
        assert.ok(found !== undefined);
        return found;
    };
    const develop = (text: string): Promise<string> =>
        story.commit(alice, source, "develop", text, {
            "public/index.html": `<!doctype html>\n<title>boxed</title>\n<p>${text}</p>\n`,
        });

    test("given a push to develop, then the machine runs it by digest with the spec's values, and a green card says so", async () => {
        const mark = await story.newestCard("ops");
        const sha = await develop("first");
        const run = await ended(sha);
        const log = await story.logOf(source, { ...run, sha, ref: "develop", source: "push" });
        assert.equal(run.status, "success", log);
        const tag = `develop.${sha.slice(0, 10)}`;
        const digest = await story.digest("boxed-dev", "boxed", tag);
        assert.ok(digest !== undefined);
        const written = await story.file(`${source}-config`, "main", "boxed/environments/dev/compose.yaml");
        assert.ok(written.includes(`/boxed-dev/boxed:${tag}@${digest} # version`), written);
        assert.match(log, /no container is started/);
        assert.match(log, /variable MODE/);
        await story.card("ops", "green", ["boxed-dev", "box"], mark, 60);
    });

    test("given a check that fails, then the job is red, and so is the card", async () => {
        const mark = await story.newestCard("ops");
        const file = "boxed/environments/dev/compose.yaml";
        const text = await story.file(`${source}-config`, "main", file);
        await story.commit(alice, `${source}-config`, "main", "Ask for more", {
            [file]: text.replace(/(http:\/\/127\.0\.0\.1:\d+\/)/, "$1ready.html"),
        });
        const run = await ended(await develop("second"));
        assert.equal(run.status, "failed");
        await story.card("ops", "red", ["boxed-dev", "ready.html"], mark, 60);
    });

    test("given the same spec, then another update changes nothing", async () => {
        assert.deepEqual(await world.plan(), {});
    });
});
