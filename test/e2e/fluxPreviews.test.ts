/**
 * Previews of merge requests by Flux, nobody touching anything in between: pipelines, the registry, the real Flux Operator
 * and the real controllers of Flux are at work. GitLab is a stand-in, nodes are simulated, so that nothing answers at a
 * preview's address; and that the operator's published image is what is built here from its module is not shown.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as os from "node:os";
import { after, before, describe, test } from "node:test";
import { fluxVersion, operatorVersion } from "../../commands/support/engines/sandbox/flux";
import { Story, until, type Person } from "../../commands/support/story";
import { compiledWith } from "../../toolchain/go";
import { TOOLS } from "../../toolchain/tools";
import { World } from "./support/world";

/** One rendered by Helm, one by Kustomize. */
const [web, api] = ["web", "api"] as const;
const url = "https://preview-{number}.test";

const project = (app: string): string => `/projects/${encodeURIComponent(`acme/trunk/${app}`)}`;
const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

interface Deployment {
    readonly spec: {
        readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
        readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
    readonly status?: { readonly readyReplicas?: number };
}

interface InputProvider {
    readonly status?: {
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
        readonly exportedInputs?: readonly { readonly id: string; readonly sha: string }[];
    };
}

/** Why nothing can be shown here; false where it can. The operator wants a newer Go than everything else, which Go fetches. */
function missing(): string | false {
    const tool = TOOLS["flux-operator"];
    const compiler = tool.kind === "go" ? tool.compiler : undefined;
    const { status, stderr } = spawnSync("go", ["version"], {
        // A folder without a go.mod.
        cwd: os.tmpdir(),
        env: compiledWith(compiler, process.env),
        encoding: "utf8",
    });
    return status === 0 ? false : `Go ${compiler ?? ""} cannot be had here: ${stderr.trim().slice(0, 300)}`;
}

describe("a merge request of an app that Flux delivers", { timeout: 40 * 60_000, skip: missing() }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let bob: Person;

    before(async () => {
        world = await World.make();
        world.editSpec((spec) => {
            const set = (key: string, value: unknown): void =>
                spec.setIn(["config", "gitops-estate:estate", key], spec.createNode(value));
            set("environments", {
                test: { clusters: ["member1"] },
                prod: { clusters: ["member2"], promotesFrom: "test", class: "prod" },
            });
            set("channels", { ops: { kind: "feishu", language: "en" } });
            spec.setIn(["config", "gitops-estate:estate", "notifications", "relay", "commits"], true);
            set("teams", { trunk: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } });
            set("defaults", {
                engine: "flux",
                flow: "trunk",
                pipeline: { builder: "crane" },
                rolloutDeadlineSeconds: 30,
            });
            set("apps", {
                [web]: { team: "trunk", delivery: "helm", previews: { maximum: 2, url } },
                [api]: { team: "trunk", delivery: "kustomize", previews: { url } },
            });
            spec.deleteIn(["config", "gitops-estate:estate", "argocd"]);
            set("flux", {
                manifests: { version: fluxVersion, path: ".sandbox/flux" },
                operator: { version: operatorVersion, path: ".sandbox/flux/operator.yaml" },
                webhookUrl: "http://127.0.0.1:8934",
                relayUrl: "http://127.0.0.1:8938",
                intervalSeconds: 30,
            });
        });
        await world.succeed("commands/start.ts");
        story = world.story();
        [alice, bob] = await Promise.all([story.person("alice"), story.person("bob")]);
    });
    after(() => world.end());

    const image = (app: string, iid: number, sha: string): string =>
        `${new URL(world.harborUrl).host}/${app}-preview/${app}:mr-${iid}-${sha.slice(0, 10)}`;

    /** A branch of bob's with a change, and its merge request. */
    const proposed = async (app: string, branch: string): Promise<{ iid: number; sha: string }> => {
        const made = await story.call(bob, "POST", `${project(app)}/repository/branches`, {
            branch,
            ref: "latest",
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const sha = await story.commit(bob, `acme/trunk/${app}`, branch, `Work on ${branch}`, page(branch));
        return { iid: await story.open(bob, `acme/trunk/${app}`, branch, "latest"), sha };
    };

    const notes = async (app: string, iid: number): Promise<string[]> => {
        const { body } = await story.call<{ body: string; system: boolean }[]>(
            bob,
            "GET",
            `${project(app)}/merge_requests/${iid}/notes`,
        );
        return body.filter((note) => !note.system).map((note) => note.body);
    };

    const labels = async (app: string, iid: number): Promise<readonly string[]> =>
        (await story.call<{ labels: string[] }>(bob, "GET", `${project(app)}/merge_requests/${iid}`)).body
            .labels;

    const deployment = (app: string, iid: number): Promise<Deployment | undefined> =>
        world.object<Deployment>("member1", `${app}-preview`, "deployment", `${app}-${iid}`);
    const imageOf = (found: Deployment | undefined): string | undefined =>
        found?.spec.template.spec.containers[0]?.image;

    /** Its pipeline has ended well, and its pods run its image. */
    const up = async (app: string, iid: number, sha: string): Promise<void> => {
        const pipeline = await story.pipeline(`acme/trunk/${app}`, sha, "merge_request_event", 300);
        assert.equal(pipeline.status, "success", await story.logOf(`acme/trunk/${app}`, pipeline));
        await until(
            `${app} of merge request ${iid}`,
            () => deployment(app, iid),
            (found) => imageOf(found) === image(app, iid, sha) && (found?.status?.readyReplicas ?? 0) > 0,
            240,
        );
    };

    const named = async (context: string, namespace: string, kinds: string): Promise<string[]> =>
        (await world.kubectl(context, ["-n", namespace, "get", kinds, "-o", "name"])).stdout
            .split("\n")
            .filter((line) => line !== "");

    /** Nothing is left of it, but for the note that says so. */
    const gone = async (app: string, iid: number): Promise<void> => {
        await until(
            `the end of ${app}'s preview ${iid}`,
            async () => {
                const [objects, deliveries, records, artifacts] = await Promise.all([
                    named(
                        "member1",
                        `${app}-preview`,
                        "deployments,replicasets,pods,services,poddisruptionbudgets",
                    ),
                    named("host", "flux-trunk", "helmreleases,helmcharts,kustomizations,alerts"),
                    named("member1", "flux-trunk--preview", "secrets"),
                    world.harbor<{ tags: { name: string }[] | null }[]>(
                        "GET",
                        `/projects/${app}-preview/repositories/${app}/artifacts?with_tag=true`,
                    ),
                ]);
                return {
                    left: [
                        ...objects.filter((name) => name.includes(`/${app}-${iid}`)),
                        ...deliveries.filter(
                            (name) => name.includes(`${app}-preview-`) && name.endsWith(`-${iid}`),
                        ),
                        ...records.filter((name) => name.includes(`.${app}-${iid}.`)),
                        ...artifacts.body
                            .flatMap(({ tags }) => tags ?? [])
                            .map(({ name }) => name)
                            .filter((name) => name.startsWith(`mr-${iid}-`)),
                        ...(await labels(app, iid)),
                    ],
                    notes: await notes(app, iid),
                };
            },
            ({ left, notes: [note = "", ...more] }) =>
                left.length === 0 && more.length === 0 && note.includes("gone"),
            240,
        );
    };

    const close = async (app: string, iid: number): Promise<void> => {
        const { status } = await story.call(bob, "PUT", `${project(app)}/merge_requests/${iid}`, {
            state_event: "close",
        });
        assert.equal(status, 200);
    };

    let first: { iid: number; sha: string };

    test("given a developer's change, when its merge request is opened, then it runs apart from the environment, and one note has its link", async () => {
        first = await proposed(web, "colours");
        await up(web, first.iid, first.sha);
        const [note = "", ...others] = await notes(web, first.iid);
        assert.deepEqual(others, []);
        assert.match(note, new RegExp(`https://preview-${first.iid}\\.test has ${first.sha.slice(0, 10)}`));
        assert.deepEqual(await labels(web, first.iid), ["preview"]);
        const release = await world.object<{ spec: { serviceAccountName: string } }>(
            "host",
            "flux-trunk",
            "helmrelease",
            `${web}-preview-${first.iid}`,
        );
        assert.equal(release?.spec.serviceAccountName, "delivery-preview");
        assert.equal(await world.object("member1", `${web}-preview`, "deployment", web), undefined);
    });

    test("given that preview, when the branch gets another commit, then preview and note are of that commit", async () => {
        const sha = await story.commit(bob, `acme/trunk/${web}`, "colours", "Other colours", page("other"));
        await up(web, first.iid, sha);
        const [note = "", ...others] = await notes(web, first.iid);
        assert.deepEqual(others, []);
        assert.match(note, new RegExp(sha.slice(0, 10)));
        first = { ...first, sha };
    });

    test("given an app that Kustomize renders, when it has two previews, then each selects its own pods, and both go", async () => {
        const one = await proposed(api, "one");
        const two = await proposed(api, "two");
        await Promise.all([up(api, one.iid, one.sha), up(api, two.iid, two.sha)]);
        for (const { iid } of [one, two]) {
            const own = `${api}-${iid}`;
            const service = await world.object<{ spec: { selector: Record<string, string> } }>(
                "member1",
                `${api}-preview`,
                "service",
                own,
            );
            assert.equal(service?.spec.selector["app.kubernetes.io/instance"], own);
            const { matchLabels = {} } = (await deployment(api, iid))?.spec.selector ?? {};
            assert.equal(matchLabels["app.kubernetes.io/instance"], own);
        }
        await close(api, one.iid);
        await gone(api, one.iid);
        assert.equal(imageOf(await deployment(api, two.iid)), image(api, two.iid, two.sha));
        await close(api, two.iid);
        await gone(api, two.iid);
    });

    test("given a GitLab that answers nothing good, when it is asked, then the preview stays", async () => {
        for (const status of [404, 500]) {
            await world.fault("gitlab", { path: `/api/v4/projects/`, status, times: 100_000 });
            const asked = await world.kubectl("host", [
                ...["-n", "flux-trunk", "annotate", "resourcesetinputprovider", `${web}-previews`],
                ...["--overwrite", `reconcile.fluxcd.io/requestedAt=${status}`],
            ]);
            assert.equal(asked.code, 0, asked.stderr);
            const found = await until(
                "an error of the input provider",
                () =>
                    world.object<InputProvider>(
                        "host",
                        "flux-trunk",
                        "resourcesetinputprovider",
                        `${web}-previews`,
                    ),
                (provider) =>
                    provider?.status?.conditions?.some(
                        (one) => one.type === "Ready" && one.status === "False",
                    ) === true,
                180,
            );
            // Of a set that is looked at meanwhile, nothing goes either.
            await world.kubectl("host", [
                ...["-n", "flux-trunk", "annotate", "resourceset", `${web}-previews`],
                ...["--overwrite", `reconcile.fluxcd.io/requestedAt=${status}`],
            ]);
            await world.fault("gitlab", undefined);
            assert.deepEqual(
                found?.status?.exportedInputs?.map(({ id, sha }) => ({ id, sha })),
                [{ id: String(first.iid), sha: first.sha }],
            );
            assert.equal(imageOf(await deployment(web, first.iid)), image(web, first.iid, first.sha));
        }
        await until(
            "GitLab's next answer",
            () =>
                world.object<InputProvider>(
                    "host",
                    "flux-trunk",
                    "resourcesetinputprovider",
                    `${web}-previews`,
                ),
            (provider) =>
                provider?.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ===
                true,
            180,
        );
    });

    test("given a GitLab that never answers about merge requests, then the preview stays, and the environment is looked after", async () => {
        await world.fault("gitlab", { method: "GET", path: "/merge_requests\\?", hang: true });
        const asked = await world.kubectl("host", [
            ...["-n", "flux-trunk", "annotate", "resourcesetinputprovider", `${web}-previews`],
            ...["--overwrite", "reconcile.fluxcd.io/requestedAt=silent"],
        ]);
        assert.equal(asked.code, 0, asked.stderr);
        await world.met("gitlab");
        // What needs no merge request goes on: what is changed by hand in the environment is undone.
        await world.undoesEditByHand("member1", `${web}-test`, web);
        await world.fault("gitlab", undefined);
        assert.equal(imageOf(await deployment(web, first.iid)), image(web, first.iid, first.sha));
    });

    test("given previews, when the stack is looked at again, then there is nothing to change", async () => {
        assert.deepEqual(await world.plan(), {});
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });

    test("given that preview, when a maintainer merges, then nothing of it is left, and the environment gets the change", async () => {
        await story.merge(alice, `acme/trunk/${web}`, first.iid, 240);
        await gone(web, first.iid);
        const tag = (await story.head(`acme/trunk/${web}`, "latest")).slice(0, 10);
        await until(
            "the change in the environment",
            () => world.object<Deployment>("member1", `${web}-test`, "deployment", web),
            (found) => imageOf(found)?.endsWith(`:${tag}`) === true,
            300,
        );
    });

    test("given that in the environment, when it is merged on, then prod runs its image, and has a baseline once Flux says that it is healthy", async () => {
        const tag = (await story.head(`acme/trunk/${web}`, "latest")).slice(0, 10);
        const request = await story.open(alice, `acme/trunk/${web}`, "latest", "main");
        await story.merge(alice, `acme/trunk/${web}`, request, 240);
        await until(
            "the version in prod",
            () => world.object<Deployment>("member2", `${web}-prod`, "deployment", web),
            (found) => imageOf(found)?.endsWith(`/${web}-prod/${web}:${tag}`) === true,
            300,
        );
        const repository = `/projects/${encodeURIComponent(`acme/trunk-prod/${web}-config`)}/repository`;
        const [baseline] = await until(
            "a baseline",
            async () =>
                (
                    await story.call<{ name: string; message: string; commit: { id: string } }[]>(
                        alice,
                        "GET",
                        `${repository}/tags`,
                    )
                ).body,
            (tags) => tags.length > 0,
            240,
        );
        assert.ok(baseline !== undefined);
        assert.ok(baseline.name.endsWith(tag), baseline.name);
        const digest = await story.digest(`${web}-prod`, web, tag);
        assert.ok(baseline.message.includes(`Digest: ${String(digest)}`), baseline.message);
        const { body: told } = await story.call<{ name: string; status: string }[]>(
            alice,
            "GET",
            `${repository}/commits/${baseline.commit.id}/statuses?ref=gitops-deliveries`,
        );
        assert.deepEqual(
            told.map(({ name, status }) => [name, status]),
            [[`gitops/${web}/prod/member2`, "success"]],
        );
    });

    test("given a preview, when previews are removed from the spec, then it ends, and all that was for it", async () => {
        const { iid, sha } = await proposed(web, "again");
        await up(web, iid, sha);
        world.editSpec((spec) => {
            for (const app of [web, api]) {
                spec.deleteIn(["config", "gitops-estate:estate", "apps", app, "previews"]);
            }
        });
        await world.up();
        await until(
            "the end of what made previews",
            () => named("host", "flux-trunk", "helmreleases,resourcesets,resourcesetinputproviders"),
            (names) => names.every((name) => !name.includes("preview")),
            120,
        );
        await until(
            "the end of the namespace",
            () => world.kubectl("member1", ["get", "namespace", `${web}-preview`]),
            ({ code }) => code !== 0,
            120,
        );
    });
});
