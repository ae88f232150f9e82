/**
 * GitLab flow: branches and tags of the app repository that come to environments, beside apps whose versions are promoted,
 * in the same environments. The servers are the stand-ins; prod has a Harbor of its own.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const web = "releases-web";
const api = "releases-api";
const source = `acme/releases/${web}`;
const config = `${source}-config`;

const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

interface Job {
    readonly id: number;
    readonly name: string;
    readonly status: string;
}

interface Run {
    readonly id: number;
    readonly status: string;
    readonly jobs: readonly Job[];
}

describe("an app that is released by tags", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let bob: Person;

    before(async () => {
        const app = { team: "releases", flow: "gitlab-flow", repository: { branch: "master" } };
        world = await World.shared({
            teams: { releases: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } },
            apps: {
                [web]: { ...app, delivery: "kustomize", pipelines: { use: "included" } },
                [api]: { ...app, delivery: "helm" },
            },
        });
        story = world.story();
        alice = await story.person("alice");
        bob = await story.person("bob");
    });
    after(() => world.end());

    const route = (project: string, path: string): string =>
        `/projects/${encodeURIComponent(project)}${path}`;
    const make = async (path: string, body: unknown): Promise<void> => {
        const { status, body: said } = await story.call(alice, "POST", route(source, path), body);
        assert.equal(status, 201, JSON.stringify(said));
    };
    const image = (app: string, environment: string, tag: string): string =>
        environment === "prod"
            ? `127.0.0.1:${world.portBase + 12}/${app}-prod/${app}:${tag}`
            : `${new URL(world.harborUrl).host}/${app}-${environment}/${app}:${tag}`;

    /** The newest pipeline of a ref at a commit, once it has come to a status. */
    const pipelineOf = async (project: string, ref: string, sha: string, wanted: string): Promise<Run> => {
        const base = route(project, "/pipelines");
        const found = await until(
            `a pipeline of ${ref} that is ${wanted}`,
            async () => {
                const query = `?ref=${encodeURIComponent(ref)}&sha=${sha}&source=push`;
                const { body } = await story.call<{ id: number; status: string }[]>(
                    alice,
                    "GET",
                    base + query,
                );
                return body[0];
            },
            (run) =>
                run !== undefined &&
                ["success", "failed", "manual", "canceled", "skipped"].includes(run.status),
            240,
        );
        assert.ok(found !== undefined);
        const { body: jobs } = await story.call<Job[]>(alice, "GET", `${base}/${found.id}/jobs?per_page=50`);
        const run = { ...found, jobs };
        const log = await story.logOf(project, { ...found, sha, ref, source: "push" });
        const { body: details } = await story.call<object>(alice, "GET", `${base}/${found.id}`);
        assert.equal(run.status, wanted, `${JSON.stringify(details)}\n${log}`);
        return run;
    };

    const jobOf = ({ jobs }: Run, name: string): Job => {
        const job = jobs.find((each) => each.name === name);
        assert.ok(job !== undefined, `${name} is none of ${jobs.map((each) => each.name).join(", ")}`);
        return job;
    };

    /** A tag, and its pipeline up to where it waits for a person. */
    const release = async (tag: string, ref: string): Promise<Run & { readonly sha: string }> => {
        await make("/repository/tags", { tag_name: tag, ref });
        const sha = await story.head(source, ref);
        return { ...(await pipelineOf(source, tag, sha, "manual")), sha };
    };

    const developed = async (project: string, text: string): Promise<string> => {
        const sha = await story.commit(alice, project, "develop", text, page(text));
        await pipelineOf(project, "develop", sha, "success");
        return sha;
    };

    let release1 = "";

    test("given a commit on develop, when its pipeline is done, then the first environment runs it, with Kustomize and Helm", async () => {
        const [sha, shaOfApi] = await Promise.all([
            developed(source, "integration"),
            developed(`acme/releases/${api}`, "integration"),
        ]);
        await Promise.all([
            story.rolledOut(`${web}-dev-member1`, image(web, "dev", `develop.${sha.slice(0, 10)}`), 120),
            story.rolledOut(`${api}-dev-member1`, image(api, "dev", `develop.${shaOfApi.slice(0, 10)}`), 120),
        ]);
        release1 = sha;
    });

    test("given a release branch at that commit, then the next environment runs the same image by digest", async () => {
        await make("/repository/branches", { branch: "release-1.0.0", ref: "develop" });
        await pipelineOf(source, "release-1.0.0", release1, "success");
        const tag = `release-1.0.0.${release1.slice(0, 10)}`;
        await story.rolledOut(`${web}-test-member1`, image(web, "test", tag), 120);
        const digest = await story.digest(`${web}-dev`, web, `develop.${release1.slice(0, 10)}`);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${web}-test`, web, tag), digest);
    });

    test("given a fix on the release branch and a tag, then it waits for a person: not a developer, but a maintainer", async () => {
        release1 = await story.commit(alice, source, "release-1.0.0", "the fix", page("fixed in alpha"));
        await pipelineOf(source, "release-1.0.0", release1, "success");
        const tagged = await story.call(bob, "POST", route(source, "/repository/tags"), {
            tag_name: "v0.9.0",
            ref: "release-1.0.0",
        });
        assert.ok(tagged.status >= 400, "a developer makes no release");

        const run = await release("v1.0.0", "release-1.0.0");
        const deploy = jobOf(run, "deploy prod");
        assert.equal(deploy.status, "manual");
        const before = await story.file(config, "main", `${web}/overlays/prod/kustomization.yaml`);
        assert.match(before, /newTag: none/);
        const play = route(source, `/jobs/${deploy.id}/play`);
        assert.equal((await story.call(bob, "POST", play)).status, 403);
        assert.equal((await story.call(alice, "POST", play)).status, 200);
        await pipelineOf(source, "v1.0.0", release1, "success");
        await Promise.all(
            ["member1", "member2"].map((cluster) =>
                story.rolledOut(`${web}-prod-${cluster}`, image(web, "prod", "v1.0.0"), 120),
            ),
        );
        const digest = await story.digest(`${web}-test`, web, `release-1.0.0.${release1.slice(0, 10)}`);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${web}-prod`, web, "v1.0.0", "prod"), digest);
    });

    test("given that release, then merge requests bring it into develop and master", async () => {
        const { body } = await story.call<{ target_branch: string; source_branch: string; sha: string }[]>(
            alice,
            "GET",
            route(source, "/merge_requests?state=opened"),
        );
        assert.deepEqual(body.map((each) => [each.target_branch, each.source_branch, each.sha]).sort(), [
            ["develop", "merge-back/v1.0.0-into-develop", release1],
            ["master", "merge-back/v1.0.0-into-master", release1],
        ]);
    });

    test("given a hotfix tag, when a maintainer delivers it, then prod runs it; and the earlier tag's job brings that back for good", async () => {
        const fixed = await story.commit(alice, source, "release-1.0.0", "hotfix", page("hotfix"));
        await pipelineOf(source, "release-1.0.0", fixed, "success");
        const hotfix = await release("v1.0.0-hotfix1", "release-1.0.0");
        await story.call(alice, "POST", route(source, `/jobs/${jobOf(hotfix, "deploy prod").id}/play`));
        await story.rolledOut(`${web}-prod-member1`, image(web, "prod", "v1.0.0-hotfix1"), 240);

        const earlier = await pipelineOf(source, "v1.0.0", release1, "success");
        const again = route(source, `/jobs/${jobOf(earlier, "deploy prod").id}/retry`);
        assert.equal((await story.call(bob, "POST", again)).status, 403);
        assert.equal((await story.call(alice, "POST", again)).status, 201);
        await story.rolledOut(`${web}-prod-member1`, image(web, "prod", "v1.0.0"), 240);

        // Work goes on in the other lanes.
        const next = await developed(source, "work that goes on");
        await story.rolledOut(`${web}-dev-member1`, image(web, "dev", `develop.${next.slice(0, 10)}`), 120);
        const prod = await story.file(config, "main", `${web}/overlays/prod/kustomization.yaml`);
        assert.match(prod, /newTag: "v1\.0\.0"$/m);
    });
});
