/**
 * Previews of merge requests, nobody touching anything in between: GitLab's events, pipelines, the registry and Argo CD's
 * ApplicationSet controller are at work. Pods are simulated: at a preview's address a server of the test answers, with the
 * image that runs there.
 */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { parseDocument } from "yaml";
import { Story, until, type Person } from "../../commands/support/story";
import { World } from "./support/world";

const app = "previews-web";
const source = `acme/previews/${app}`;
const config = `${source}-config`;
const project = `/projects/${encodeURIComponent(source)}`;
const repository = `${app}-preview`;

const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

interface Note {
    readonly body: string;
    readonly system: boolean;
}

describe("a merge request of an app with previews", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let bob: Person;
    let url = "";

    /** What a pod of the preview would answer: which image it is of. */
    const server = http.createServer((request, response) => {
        const [, iid = ""] = /^\/(\d+)/.exec(request.url ?? "") ?? [];
        void story
            .application(`${app}-preview-${iid}`)
            .catch(() => undefined)
            .then((found) => {
                const [running] = found?.status?.summary?.images ?? [];
                response.writeHead(running === undefined ? 503 : 200).end(running ?? "nothing runs");
            });
    });

    before(async () => {
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        world = await World.shared({
            teams: { previews: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } },
            apps: {
                [app]: {
                    team: "previews",
                    delivery: "helm",
                    previews: { maximum: 2, url: `${url}/{number}` },
                },
            },
        });
        story = world.story();
        [alice, bob] = await Promise.all([story.person("alice"), story.person("bob")]);
    });
    after(async () => {
        server.close();
        await world.end();
    });

    const image = (iid: number, sha: string): string =>
        `${new URL(world.harborUrl).host}/${repository}/${app}:mr-${iid}-${sha.slice(0, 10)}`;

    /** A branch of bob's with a change, and its merge request. */
    const proposed = async (branch: string): Promise<{ iid: number; sha: string }> => {
        const made = await story.call(bob, "POST", `${project}/repository/branches`, { branch, ref: "main" });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const sha = await story.commit(bob, source, branch, `Work on ${branch}`, page(branch));
        return { iid: await story.open(bob, source, branch, "main"), sha };
    };

    const notes = async (iid: number): Promise<string[]> => {
        const { body } = await story.call<Note[]>(bob, "GET", `${project}/merge_requests/${iid}/notes`);
        return body.filter((note) => !note.system).map((note) => note.body);
    };

    const labels = async (iid: number): Promise<readonly string[]> => {
        const { body } = await story.call<{ labels: string[] }>(
            bob,
            "GET",
            `${project}/merge_requests/${iid}`,
        );
        return body.labels;
    };

    /** GitLab's environment of a preview; none before its first pipeline. */
    const environments = async (
        iid: number,
    ): Promise<{ id: number; state: string; auto_stop_at: string | null }[]> =>
        (
            await story.call<{ id: number; state: string; auto_stop_at: string | null }[]>(
                alice,
                "GET",
                `${project}/environments?name=${encodeURIComponent(`preview/${iid}`)}`,
            )
        ).body;

    /** Its pipeline has ended well, and Argo CD runs its image. */
    const up = async (iid: number, sha: string): Promise<void> => {
        const pipeline = await story.pipeline(source, sha, "merge_request_event", 240);
        assert.equal(pipeline.status, "success", await story.logOf(source, pipeline));
        await story.rolledOut(`${app}-preview-${iid}`, image(iid, sha), 120);
    };

    /** Nothing is left of it, but for the note that says so. */
    const gone = async (iid: number): Promise<void> => {
        await until(
            `the end of preview ${iid}`,
            async () => {
                const objects = await world.kubectl("member1", [
                    ...[
                        "-n",
                        `${app}-preview`,
                        "get",
                        "deployments,services,poddisruptionbudgets",
                        "-o",
                        "name",
                    ],
                ]);
                const artifacts = await world.harbor<{ tags: { name: string }[] | null }[]>(
                    "GET",
                    `/projects/${repository}/repositories/${app}/artifacts?with_tag=true`,
                );
                return {
                    application: (await story.application(`${app}-preview-${iid}`)) !== undefined,
                    objects: objects.stdout.split("\n").filter((line) => line.endsWith(`-${iid}`)),
                    environments: (await environments(iid)).map(({ state }) => state),
                    labels: await labels(iid),
                    tags: artifacts.body
                        .flatMap(({ tags }) => tags ?? [])
                        .map(({ name }) => name)
                        .filter((name) => name.startsWith(`mr-${iid}-`)),
                    notes: await notes(iid),
                };
            },
            ({
                application,
                objects,
                environments: states,
                labels: left,
                tags,
                notes: [note = "", ...more],
            }) =>
                !application &&
                objects.length === 0 &&
                states.every((state) => state === "stopped") &&
                left.length === 0 &&
                tags.length === 0 &&
                more.length === 0 &&
                note.includes("gone"),
            120,
        );
    };

    let first: { iid: number; sha: string };
    let second: { iid: number; sha: string };

    test("given a change of a developer's, when the merge request is opened, then it runs apart from dev, and one note has its link", async () => {
        const before = await story.application(`${app}-dev-member1`);
        first = await proposed("colours");
        await up(first.iid, first.sha);
        const [note = "", ...others] = await notes(first.iid);
        assert.deepEqual(others, []);
        assert.ok(note.includes(`${url}/${first.iid} has ${first.sha.slice(0, 10)}`), note);
        assert.deepEqual(await labels(first.iid), ["preview"]);
        const after = await story.application(`${app}-dev-member1`);
        assert.deepEqual(after?.status?.summary?.images, before?.status?.summary?.images);
    });

    test("given that preview, when the branch gets another commit, then preview and note are of that commit", async () => {
        const sha = await story.commit(bob, source, "colours", "Other colours", page("other colours"));
        await up(first.iid, sha);
        const [note = "", ...others] = await notes(first.iid);
        assert.deepEqual(others, []);
        assert.match(note, new RegExp(sha.slice(0, 10)));
        first = { ...first, sha };
    });

    test("given tests of a preview, when its branch gets another commit, then they meet that commit alone, and the note has what they came to", async () => {
        const file = ".gitlab-ci.yml";
        const whole = await story.file(source, "main", file);
        const tried = async (script: string): Promise<{ jobs: Record<string, string>; log: string }> => {
            const pipelineFile = parseDocument(whole);
            pipelineFile.setIn(["variables", "PREVIEW_TESTS"], "true");
            pipelineFile.set("functional", {
                extends: ".preview-tests",
                variables: { PREVIEW_VERSION_PATH: "/version" },
                script: [script],
            });
            const sha = await story.commit(bob, source, "colours", `Tests: ${script}`, {
                [file]: pipelineFile.toString(),
                ...page(script),
            });
            const pipeline = await story.pipeline(source, sha, "merge_request_event", 240);
            const { body } = await story.call<{ name: string; status: string }[]>(
                bob,
                "GET",
                `${project}/pipelines/${pipeline.id}/jobs?per_page=50`,
            );
            first = { ...first, sha };
            return {
                jobs: Object.fromEntries(body.map(({ name, status }) => [name, status])),
                log: await story.logOf(source, pipeline),
            };
        };
        // An answer of the version before would not name this commit.
        const good = await tried(
            'curl -fsS "$PREVIEW_URL/version" | grep "mr-$CI_MERGE_REQUEST_IID-$CI_COMMIT_SHORT_SHA"',
        );
        assert.equal(good.jobs["functional"], "success", good.log);

        const bad = await tried("false");
        assert.deepEqual([bad.jobs["functional"], bad.jobs["preview"]], ["failed", "success"], bad.log);
        const [note = "", ...others] = await notes(first.iid);
        assert.deepEqual(others, []);
        assert.match(note, new RegExp(`has ${first.sha.slice(0, 10)}; a job failed: \\[functional\\]`));

        const sha = await story.commit(bob, source, "colours", "Without tests", {
            [file]: whole,
            ...page("other colours again"),
        });
        await up(first.iid, sha);
        first = { ...first, sha };
    });

    test("given two previews, which are the maximum, when a third merge request is opened, then its note says so, and it comes up once another is stopped, until its time is over", async () => {
        second = await proposed("second");
        await up(second.iid, second.sha);
        const third = await proposed("third");
        const pipeline = await story.pipeline(source, third.sha, "merge_request_event", 240);
        assert.match((await notes(third.iid)).join("\n"), /none, the app has 2 previews already/);
        assert.deepEqual(await labels(third.iid), []);
        assert.equal(await story.application(`${app}-preview-${third.iid}`), undefined);
        // It blocks no merge.
        assert.equal(pipeline.status, "success");

        const [environment] = await environments(second.iid);
        const days = (Date.parse(String(environment?.auto_stop_at)) - Date.now()) / 86_400_000;
        assert.ok(days > 6.9 && days < 7.1, `it goes by itself after ${days} days`);
        const stop = `${project}/environments/${environment?.id}/stop`;
        assert.equal((await story.call(bob, "POST", stop, {})).status, 200);
        await gone(second.iid);

        const file = ".gitlab-ci.yml";
        const pipelineFile = await story.file(source, "main", file);
        const sha = await story.commit(bob, source, "third", "Once more, for a moment", {
            ...page("third again"),
            [file]: `${pipelineFile}\npreview:\n  environment:\n    auto_stop_in: 20 seconds\n`,
        });
        const again = await story.pipeline(source, sha, "merge_request_event", 240);
        assert.equal(again.status, "success", await story.logOf(source, again));
        await gone(third.iid);
        assert.match(await story.logOf(source, again), /The label preview is set/, "it was there");
    });

    test("given a preview that was stopped, when its branch gets another commit, then it is back, and goes when the merge request is closed", async () => {
        const sha = await story.commit(bob, source, "second", "On with it", page("second again"));
        await up(second.iid, sha);
        const close = `${project}/merge_requests/${second.iid}`;
        assert.equal((await story.call(bob, "PUT", close, { state_event: "close" })).status, 200);
        await gone(second.iid);
    });

    test("given a GitLab that answers nothing good, when Argo CD asks it, then the preview stays", async () => {
        for (const status of [404, 500]) {
            await world.fault("gitlab", { path: `/api/v4/projects/`, status, times: 100_000 });
            await world.kubectl("host", [
                ...["-n", "argocd", "annotate", "applicationset", `${app}-previews`, "--overwrite"],
                "argocd.argoproj.io/application-set-refresh=true",
            ]);
            await until(
                "an error of the generator",
                () =>
                    world.object<{ status?: { conditions?: { type: string; status: string }[] } }>(
                        "host",
                        "argocd",
                        "applicationset",
                        `${app}-previews`,
                    ),
                (set) =>
                    set?.status?.conditions?.some(
                        (one) => one.type === "ErrorOccurred" && one.status === "True",
                    ) === true,
                120,
            );
            await world.fault("gitlab", undefined);
            const application = await story.application(`${app}-preview-${first.iid}`);
            assert.deepEqual(application?.status?.summary?.images, [image(first.iid, first.sha)]);
        }
    });

    test("given a GitLab that never answers about merge requests, then the preview stays, and dev is looked after", async () => {
        await world.fault("gitlab", { method: "GET", path: "/merge_requests\\?", hang: true });
        await world.kubectl("host", [
            ...["-n", "argocd", "annotate", "applicationset", `${app}-previews`, "--overwrite"],
            "argocd.argoproj.io/application-set-refresh=true",
        ]);
        await world.met("gitlab");
        await world.undoesEditByHand("member1", `${app}-dev`, app);
        await world.fault("gitlab", undefined);
        const application = await story.application(`${app}-preview-${first.iid}`);
        assert.deepEqual(application?.status?.summary?.images, [image(first.iid, first.sha)]);
    });

    test("given that preview, when a maintainer merges, then nothing of it is left, and dev gets the change", async () => {
        await story.merge(alice, source, first.iid);
        await gone(first.iid);
        const head = await story.head(source, "main");
        const pipeline = await story.pipeline(source, head, "push", 240);
        assert.equal(pipeline.status, "success", await story.logOf(source, pipeline));
        assert.match(await story.file(config, "dev", `${app}/values.yaml`), new RegExp(head.slice(0, 10)));
    });

    test("given previews, when the stack is looked at again, then there is nothing to change", async () => {
        // The sandbox is shared: what people did by hand in other files' tests is not this app's.
        const plan = await world.plan({ refresh: true });
        const own = Object.values(plan).flat();
        assert.deepEqual(
            own.filter((resource) => resource.includes(app)),
            [],
        );
    });
});
