/**
 * Apps that run go over to other flows, with each engine: what runs, repositories, history and images stay. One includes its
 * pipelines, so that its next commit is delivered in the new way; the others have copies, which their team would have to change.
 * What GitLab asks of it with a licence is in rights.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isMap, type Document } from "yaml";
import { fluxVersion } from "../../commands/support/engines/sandbox/flux";
import { Story, type Person } from "../../commands/support/story";
import { World, eventually } from "./support/world";

const estate = ["config", "gitops-estate:estate"];
const team = "moving";
/** The apps by how they are delivered, and by what. */
const apps = {
    "moving-web": { delivery: "helm", engine: "argocd" },
    "moving-site": { delivery: "kustomize", engine: "flux" },
    "moving-shelf": { delivery: "helm", engine: "flux" },
} as const;
type App = keyof typeof apps;
const names = Object.keys(apps) as App[];
const web = "moving-web" satisfies App;
const environments = ["test", "prod"] as const;
type Environment = (typeof environments)[number];

interface Pods {
    readonly items: readonly {
        readonly metadata: { readonly uid: string };
        readonly spec: { readonly containers: readonly { readonly image: string }[] };
        readonly status?: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
    }[];
}

interface Followed {
    readonly spec: {
        readonly source?: Source;
        readonly sources?: readonly Source[];
    };
    readonly status?: { readonly sync?: { readonly status?: string; readonly revision?: string } };
}

/** What Flux has of an app: a HelmRelease or a Kustomization. */
interface Delivered {
    readonly metadata: { readonly generation: number };
    readonly spec: {
        readonly path?: string;
        readonly sourceRef?: { readonly name: string };
        readonly chart?: {
            readonly spec: { readonly chart: string; readonly sourceRef: { readonly name: string } };
        };
    };
    readonly status?: {
        readonly observedGeneration?: number;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
}

interface FluxSource {
    readonly spec: { readonly url: string; readonly ref: { readonly branch: string } };
}

interface Source {
    readonly repoURL: string;
    readonly path?: string;
    readonly targetRevision: string;
}

describe("apps that run and get another flow", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    /** The tag that each app runs, everywhere. */
    const tags = new Map<App, string>();

    before(async () => {
        world = await World.own(
            {
                teams: { [team]: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } },
                apps: Object.fromEntries(
                    Object.entries(apps).map(([app, how]) => [
                        app,
                        {
                            team,
                            ...how,
                            environments: { dev: null },
                            pipelines: { use: app === web ? "included" : "copied" },
                        },
                    ]),
                ),
            },
            (spec) => {
                spec.setIn(
                    [...estate, "flux"],
                    spec.createNode({
                        manifests: { version: fluxVersion, path: ".sandbox/flux" },
                        webhookUrl: "http://127.0.0.1:8934",
                        relayUrl: "http://127.0.0.1:8938",
                        intervalSeconds: 30,
                    }),
                );
            },
        );
        story = world.story();
        alice = await story.person("alice");
    });
    after(() => world.end());

    const source = (app: App): string => `acme/${team}/${app}`;
    const config = (app: App): string => `${source(app)}-config`;
    const idOf = async (project: string): Promise<number> =>
        (await world.gitlab<{ id: number }>("GET", `/projects/${encodeURIComponent(project)}`)).body.id;
    const imageOf = async (app: App, environment: Environment): Promise<string | undefined> =>
        story.digest(
            `${app}-${environment}`,
            app,
            tags.get(app) ?? "",
            environment === "prod" ? "prod" : "main",
        );

    const pods = async (app: App, environment: Environment): Promise<unknown[]> => {
        const { stdout } = await world.kubectl("member1", [
            ...["-n", `${app}-${environment}`, "get", "pods", "-o", "json"],
        ]);
        return (JSON.parse(stdout) as Pods).items
            .map(({ metadata, spec, status }) => [
                metadata.uid,
                spec.containers.map(({ image }) => image),
                (status?.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0),
            ])
            .sort();
    };

    /** GitLab's environments of a repository. */
    const environmentsOf = async (project: string): Promise<unknown[]> => {
        const route = `/projects/${encodeURIComponent(project)}/environments`;
        const { body } = await world.gitlab<{ id: number; name: string }[]>("GET", route);
        return body
            .filter(({ name }) => environments.some((each) => each === name))
            .map(({ id, name }) => ({ id, name }));
    };

    /** What GitLab knows of deployments, by number. A pipeline may still add to it. */
    const deployments = async (): Promise<Set<number>> => {
        const repositories = names.flatMap((app) => [source(app), config(app)]);
        const lists = repositories.map(async (each) => {
            const route = `/projects/${encodeURIComponent(each)}/deployments?per_page=100`;
            return (await world.gitlab<{ id: number }[]>("GET", route)).body.map(({ id }) => id);
        });
        return new Set((await Promise.all(lists)).flat());
    };

    /**
     * What has to be the same before and after: pods, images, repositories, what the branches that were there have, and
     * GitLab's environments.
     */
    const standing = async (): Promise<unknown> =>
        Promise.all(
            names.map(async (app) => ({
                app,
                pods: await Promise.all(environments.map((each) => pods(app, each))),
                images: await Promise.all(environments.map((each) => imageOf(app, each))),
                repositories: [await idOf(source(app)), await idOf(config(app))],
                branches: await Promise.all(environments.map((each) => story.head(config(app), each))),
                environments: await environmentsOf(config(app)),
            })),
        );

    /** Edits the apps of the spec. */
    const setApps = (change: (spec: Document, at: (...keys: string[]) => string[], app: App) => void): void =>
        world.editSpec((spec) => {
            for (const app of names) {
                change(spec, (...keys) => [...estate, "apps", app, ...keys], app);
            }
        });
    const setFlow = (flow: string): void => setApps((spec, at) => spec.setIn(at("flow"), flow));
    const pin = (...pinned: readonly Environment[]): void =>
        setApps((spec, at, app) => {
            for (const each of environments) {
                if (isMap(spec.getIn(at("environments", each)))) {
                    spec.deleteIn(at("environments", each));
                }
                if (pinned.includes(each)) {
                    spec.setIn(at("environments", each), spec.createNode({ pin: tags.get(app) }));
                }
            }
        });

    /** Where an engine reads an app in an environment: repository, revision, folder. Undefined until it has applied that. */
    const applied = async (app: App, environment: Environment): Promise<string | undefined> => {
        const name = `${app}-${environment}-member1`;
        if (apps[app].engine === "argocd") {
            const found = await world.object<Followed>("host", "argocd", "application", name);
            const [first] = found?.spec.sources ?? [found?.spec.source];
            return found?.status?.sync?.status === "Synced" && first !== undefined
                ? `${first.repoURL} ${first.targetRevision} ${first.path}`
                : undefined;
        }
        const kind = apps[app].delivery === "helm" ? "helmrelease" : "kustomization";
        const found = await world.object<Delivered>("host", `flux-${team}`, kind, name);
        const { path, sourceRef = { name: "" }, chart } = found?.spec ?? {};
        const from = await world.object<FluxSource>(
            "host",
            `flux-${team}`,
            "gitrepository",
            chart?.spec.sourceRef.name ?? sourceRef.name,
        );
        const isReady = found?.status?.conditions?.some(
            ({ type, status }) => type === "Ready" && status === "True",
        );
        return isReady === true &&
            found?.status?.observedGeneration === found?.metadata.generation &&
            from !== undefined
            ? `${from.spec.url} ${from.spec.ref.branch} ${(chart?.spec.chart ?? path ?? "").replace(/^\.\//, "")}`
            : undefined;
    };

    /** Waits until each app's engine follows the place and has applied it. */
    const follows = async (environment: Environment, place: Record<App, RegExp>): Promise<void> => {
        await Promise.all(
            names.map((app) =>
                eventually(
                    `${app} in ${environment} follows ${String(place[app])}`,
                    () => applied(app, environment),
                    (found) => found !== undefined && place[app].test(found),
                    120,
                ),
            ),
        );
    };

    /** Brings the spec's change up, and looks at what must be as it was. @returns what the preview said. */
    const goesOver = async (look: () => Promise<void>): Promise<string> => {
        const [before, deployed] = [await standing(), await deployments()];
        const said = await world.succeed("commands/pulumi.ts", ["preview"]);
        await world.up();
        await look();
        assert.deepEqual(await standing(), before, "what runs, and what is kept");
        const still = await deployments();
        assert.deepEqual(
            [...deployed].filter((id) => !still.has(id)),
            [],
            "the history of deployments",
        );
        return said;
    };

    test("given apps with environment branches that run in test and prod", async () => {
        await Promise.all(
            names.map(async (app) => {
                const sha = await story.commit(alice, source(app), "main", "First", {
                    "public/index.html": `<!doctype html>\n<title>${app}</title>\n`,
                });
                tags.set(app, sha.slice(0, 10));
                const built = await story.pipeline(source(app), sha, "push", 240);
                assert.equal(built.status, "success", await story.logOf(source(app), built));
                const iid = await story.open(alice, config(app), "test", "prod");
                const promoted = await story.pipeline(
                    config(app),
                    await story.head(config(app), "test"),
                    "merge_request_event",
                    240,
                );
                assert.equal(promoted.status, "success", await story.logOf(config(app), promoted));
                await story.merge(alice, config(app), iid);
            }),
        );
        for (const app of names) {
            for (const each of environments) {
                await eventually(
                    `${app} in ${each}`,
                    () => pods(app, each),
                    (found) => JSON.stringify(found).includes(`${app}:${tags.get(app)}`),
                    180,
                );
            }
        }
    });

    test("given another flow alone, then an update is refused before its first write, and says what to pin", async () => {
        setFlow("gitlab-flow");
        const before = await standing();
        const { code, stdout, stderr } = await world.command("commands/pulumi.ts", ["up", "--skip-preview"]);
        assert.notEqual(code, 0);
        for (const app of names) {
            for (const each of environments) {
                assert.ok(`${stdout}${stderr}`.includes(`set apps.${app}.environments.${each}.pin`), each);
            }
        }
        assert.deepEqual(await standing(), before);
    });

    test("given the tags that run as pins, then folders of one branch take the place of branches, and no pod restarts", async () => {
        pin("test", "prod");
        const said = await goesOver(async () => {
            for (const each of environments) {
                await follows(each, {
                    "moving-web": /moving-web-config\.git main moving-web\/chart$/,
                    "moving-site": new RegExp(`moving-site-config\\.git main moving-site/overlays/${each}$`),
                    "moving-shelf": /moving-shelf-config\.git main moving-shelf\/chart$/,
                });
            }
        });
        assert.match(said, /moving-web goes over to flow gitlab-flow: its repositories and images stay/);
        assert.match(said, /moving-site has a pipeline file of its team, with the jobs of the flow before/);
        assert.match(said, /moving-web-config starts with branch main instead of test/);
        assert.match(said, /deploys to it any more: .*environment test of acme\/moving\/moving-web-config/);
        assert.doesNotMatch(said, /accept-outage|cannot be applied/);
    });

    test("given that, then a second up and a refresh find nothing to do", async () => {
        assert.deepEqual(await world.plan(), {});
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });

    test("given a push to develop, then the app that includes its pipelines is delivered in the new way", async () => {
        const sha = await story.commit(alice, source(web), "develop", "Second", {
            "public/index.html": `<!doctype html>\n<title>second</title>\n`,
        });
        const built = await story.pipeline(source(web), sha, "push", 240);
        assert.equal(built.status, "success", await story.logOf(source(web), built));
        const written = await story.file(config(web), "main", `${web}/environments/test/values.yaml`);
        assert.notEqual((await deployments()).size, 0, "the job that delivers is a deployment");
        assert.match(written, new RegExp(`imagetag: "?develop\\.${sha.slice(0, 10)}"?`));
    });

    test("given trunk, then prod's config repository is one of its own, and no pod restarts", async () => {
        setFlow("trunk");
        await goesOver(async () => {
            await follows("prod", {
                "moving-web": /moving-prod\/moving-web-config\.git main moving-web\/chart$/,
                "moving-site": /moving-prod\/moving-site-config\.git main moving-site\/overlays\/prod$/,
                "moving-shelf": /moving-prod\/moving-shelf-config\.git main moving-shelf\/chart$/,
            });
        });
        assert.deepEqual(await world.plan(), {});
    });

    test("given environment branches again, then their branches are adopted as they are, prod's own repository stays, and no pod restarts", async () => {
        const guarded = await Promise.all(names.map((app) => idOf(`acme/${team}-prod/${app}-config`)));
        setFlow("environment-branches");
        const said = await goesOver(async () => {
            for (const each of environments) {
                await follows(each, {
                    "moving-web": new RegExp(`moving/moving-web-config\\.git ${each} moving-web$`),
                    "moving-site": new RegExp(`moving/moving-site-config\\.git ${each} moving-site$`),
                    "moving-shelf": new RegExp(`moving/moving-shelf-config\\.git ${each} moving-shelf$`),
                });
            }
        });
        assert.match(said, /branch prod of acme\/moving\/moving-web-config/);
        assert.match(
            said,
            /environment prod of acme\/moving\/moving-web-config.* goes on with it, and with the history/,
        );
        for (const app of names) {
            assert.match(said, new RegExp(`no flow any more: .*repository acme/moving-prod/${app}-config`));
        }
        assert.doesNotMatch(said, /cannot be applied/);
        assert.deepEqual(
            await Promise.all(names.map((app) => idOf(`acme/${team}-prod/${app}-config`))),
            guarded,
        );
        assert.deepEqual(await world.plan(), {});
    });

    test("given that without pins, then git says what runs, and no pod restarts", async () => {
        pin();
        await goesOver(() => Promise.resolve());
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });
});
