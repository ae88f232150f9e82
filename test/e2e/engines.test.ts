/**
 * Argo CD and Flux in one estate, whose servers have certificates of a private authority, with GitLab below a path: each
 * delivers its own app and leaves the other's alone, and takes over what the other delivered. Who verifies certificates is real for git, Argo CD, source-controller
 * and the relay; scans, commits and notifications beside Flux are the sandbox's own stand-ins.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { fluxVersion } from "../../commands/support/engines/sandbox/flux";
import { pushImage } from "../../commands/support/images";
import type { Person, Story } from "../../commands/support/story";
import { World, eventually } from "./support/world";

const estate = ["config", "gitops-estate:estate"];
const byFlux = "webapp";
const byArgoCd = "other";
/** Whose versions an image updater commits; it has none yet. */
const followed = "news";
/** Apps that go over from Argo CD to Flux and back, by their deliveries; `other` is among them. */
const moving = { [byArgoCd]: "helm", site: "kustomize", pages: "plain", [followed]: "kustomize" } as const;
type Moving = keyof typeof moving;
const movingApps = Object.keys(moving) as Moving[];

interface Deployment {
    readonly status?: { readonly readyReplicas?: number };
    readonly metadata: {
        readonly uid: string;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly labels?: Readonly<Record<string, string>>;
        readonly managedFields?: readonly { readonly manager: string }[];
    };
    readonly spec: {
        readonly template: {
            readonly spec: {
                readonly containers: readonly {
                    readonly image: string;
                    readonly env?: readonly { readonly name: string }[];
                }[];
            };
        };
    };
}

interface Pods {
    readonly items: readonly {
        readonly metadata: { readonly uid: string; readonly deletionTimestamp?: string };
        readonly status?: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
    }[];
}

interface Ready {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Application {
    readonly status?: { readonly sync?: { readonly status: string } };
}

describe("an estate with both engines and a private authority", { timeout: 30 * 60_000 }, () => {
    let world: World;
    let story: Story;

    before(async () => {
        world = await World.make();
        // As in a committed file: the commands move the ports.
        world.editSpec((spec) => {
            const set = (at: string, value: unknown): void =>
                spec.setIn([...estate, ...at.split(".")], spec.createNode(value));
            set("gitlab", {
                url: "https://127.0.0.1:8929/gitlab",
                group: "acme",
                tier: "free",
                edition: "ce",
            });
            set("registries", { main: { url: "https://127.0.0.1:8930" } });
            set("network", {
                certificateAuthorities: { corporate: { file: ".sandbox/pki/servers/ca.crt" } },
            });
            set("argocd.url", "https://127.0.0.1:8940/argocd");
            set("argocd.reconciliationSeconds", 30);
            set("flux", {
                manifests: { version: fluxVersion, path: ".sandbox/flux" },
                webhookUrl: "http://127.0.0.1:8934",
                relayUrl: "http://127.0.0.1:8938",
                intervalSeconds: 30,
                imageIntervalSeconds: 20,
            });
            spec.deleteIn([...estate, "clusters", "member2"]);
            set("environments", { live: { clusters: ["member1"], class: "nonprod" } });
            set("channels", { ops: { kind: "feishu", language: "en" } });
            set("teams", { sea: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } });
            set("apps", {
                [byFlux]: {
                    team: "sea",
                    ci: "none",
                    engine: "flux",
                    updater: { strategy: "semver", constraint: "1.0.x" },
                },
                ...Object.fromEntries(
                    Object.entries(moving).map(([app, delivery]) => [
                        app,
                        {
                            team: "sea",
                            ci: "none",
                            engine: "argocd",
                            delivery,
                            ...(app === followed
                                ? { updater: { strategy: "semver", constraint: "2.x", writeBack: "values" } }
                                : {}),
                        },
                    ]),
                ),
            });
            set("notifications.relay.commits", true);
        });
        await world.succeed("sandbox/main.ts", [
            "up",
            "--tls",
            ...["--gitlab-path", "/gitlab"],
            ...["--clusters", "host,member1"],
        ]);
        await world.succeed("commands/start.ts");
        story = world.story();
        await story.person("alice");
    });
    after(() => world.end());

    test("Flux scans over TLS, commits, delivers and notifies", async () => {
        const mark = await story.newestCard("ops");
        const reference = `${world.pusher.host}/${byFlux}-live/${byFlux}:1.0.0`;
        await pushImage(path.join(world.dir, "image"), world.pusher, reference, new Date(60_000));
        await eventually(
            "the pushed version on member1",
            () => world.object<Deployment>("member1", `${byFlux}-live`, "deployment", byFlux),
            (found) => found?.spec.template.spec.containers[0]?.image === reference,
            120,
        );
        await story.card("ops", "green", [`${byFlux}-live-member1`], mark, 60);
    });

    test("Argo CD delivers the other app, and neither has an object for what is not its own", async () => {
        const application = (app: string): Promise<Application | undefined> =>
            world.object<Application>("host", "argocd", "application", `${app}-live-member1`);
        await eventually(
            "the other app",
            () => application(byArgoCd),
            (found) => found?.status?.sync?.status === "Synced",
            90,
        );
        assert.equal(await application(byFlux), undefined);
        const release = (app: string): Promise<unknown> =>
            world.object("host", "flux-sea", "helmrelease", `${app}-live-member1`);
        assert.notEqual(await release(byFlux), undefined);
        assert.equal(await release(byArgoCd), undefined);
    });

    test("a second up finds nothing to do", async () => {
        assert.deepEqual(await world.plan(), {});
    });

    describe("GitLab gets the status of a delivered commit", () => {
        let alice: Person;
        before(async () => {
            alice = await story.person("alice");
        });
        interface Status {
            readonly name: string;
            readonly status: string;
            readonly description: string;
            readonly target_url: string | null;
        }
        /** Of the newest commit of the branch. */
        const statusOf = async (app: string): Promise<Status | undefined> => {
            const project = `acme/sea/${app}-config`;
            const sha = await story.head(project, "live");
            const { body } = await story.call<Status[]>(
                alice,
                "GET",
                `/projects/${encodeURIComponent(project)}/repository/commits/${sha}/statuses`,
            );
            return body.find(({ name }) => name === `gitops/${app}/live/member1`);
        };
        const told = (app: string, wanted: string): Promise<Status | undefined> =>
            eventually(
                `status ${wanted} of ${app}`,
                () => statusOf(app),
                (found) => found?.status === wanted,
                180,
            );

        for (const [app, engine] of [
            [byFlux, "Flux"],
            [byArgoCd, "Argo CD"],
        ] as const) {
            const project = `acme/sea/${app}-config`;
            const values = `${app}/values.yaml`;

            test(`a merge request is delivered by ${engine}: its commit is green, and its note says so`, async () => {
                const branch = `note-${app}`;
                const before = await story.file(project, "live", values);
                const commit = await story.call(
                    alice,
                    "POST",
                    `/projects/${encodeURIComponent(project)}/repository/commits`,
                    {
                        branch,
                        start_branch: "live",
                        commit_message: "A setting",
                        actions: [
                            {
                                action: "update",
                                file_path: values,
                                content: before.replace(
                                    /^progressDeadlineSeconds: .*$/m,
                                    "progressDeadlineSeconds: 31",
                                ),
                            },
                        ],
                    },
                );
                assert.equal(commit.status, 201, JSON.stringify(commit.body));
                const iid = await story.open(alice, project, branch, "live");
                await story.merge(alice, project, iid);
                const status = await told(app, "success");
                assert.equal(
                    status?.target_url?.endsWith(`/${app}-live-member1`) ?? false,
                    engine === "Argo CD",
                );
                const notes = await eventually(
                    "the note of the merge request",
                    async () =>
                        (
                            await story.call<{ body: string }[]>(
                                alice,
                                "GET",
                                `/projects/${encodeURIComponent(project)}/merge_requests/${iid}/notes`,
                            )
                        ).body.filter(({ body }) => body.includes("gitops-estate: deliveries")),
                    (found) => found.length > 0,
                    60,
                );
                assert.equal(notes.length, 1);
                assert.match(
                    notes[0]?.body ?? "",
                    new RegExp(`\\| ${app} \\| live \\| member1 \\| :green_circle:`),
                );
            });
        }

        // What Argo CD says of such files, three minutes later, is in relay/commits_test.go.
        test("a chart that Flux cannot use makes its commit red, and the next one is green", async () => {
            const project = `acme/sea/${byFlux}-config`;
            const breaking = `${byFlux}/templates/broken.yaml`;
            await story.commit(alice, project, "live", "Broken", {
                [breaking]: "{{ fail `it is broken` }}\n",
            });
            const status = await told(byFlux, "failed");
            assert.match(status?.description ?? "", /broken/);
            await story.commit(alice, project, "live", "Mended", { [breaking]: "# nothing\n" });
            await told(byFlux, "success");
        });
    });

    describe("apps that go over to the other engine and back", () => {
        let alice: Person;
        let minute = 1;
        const versionIn = { helm: "values.yaml", kustomize: "kustomization.yaml" } as const;
        const deploymentOf = (app: Moving): Promise<Deployment | undefined> =>
            world.object<Deployment>("member1", `${app}-live`, "deployment", app);
        const container = (
            found: Deployment | undefined,
        ): { image?: string; env?: readonly { name: string }[] } =>
            found?.spec.template.spec.containers[0] ?? {};

        /** What must be the same before and after: Deployment, Service and pods, and how often those were started. */
        const running = async (app: Moving): Promise<unknown> => {
            const pods = await world.kubectl("member1", ["-n", `${app}-live`, "get", "pods", "-o", "json"]);
            const { items } = JSON.parse(pods.stdout) as Pods;
            const service = await world.object<Deployment>("member1", `${app}-live`, "service", app);
            return {
                pods: items
                    .map(({ metadata, status }) => [
                        metadata.uid,
                        metadata.deletionTimestamp,
                        (status?.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0),
                    ])
                    .sort(),
                deployment: (await deploymentOf(app))?.metadata.uid,
                service: service?.metadata.uid,
            };
        };

        /** Pushes a version, commits it, and waits until it runs on its own. */
        const deliver = async (
            app: "other" | "site",
            tag: string,
            more: (text: string) => string,
        ): Promise<void> => {
            const reference = `${world.pusher.host}/${app}-live/${app}:${tag}`;
            await pushImage(
                path.join(world.dir, "image"),
                world.pusher,
                reference,
                new Date(++minute * 60_000),
            );
            const file = `${app}/${versionIn[moving[app]]}`;
            const project = `acme/sea/${app}-config`;
            const text = (await story.file(project, "live", file)).replace(
                /^( *(?:imagetag|newTag):).*$/m,
                `$1 "${tag}"`,
            );
            await story.commit(alice, project, "live", `${app} ${tag}`, { [file]: more(text) });
            await eventually(
                `${app} ${tag} on member1, and nothing else`,
                async () => {
                    const pods = await world.kubectl("member1", [
                        ...["-n", `${app}-live`, "get", "pods", "-o"],
                        "jsonpath={.items[*].spec.containers[0].image}",
                    ]);
                    const found = await deploymentOf(app);
                    return [container(found).image, pods.stdout, found?.status?.readyReplicas] as const;
                },
                ([wanted, runs, ready]) => wanted === reference && runs === reference && ready === 1,
                180,
            );
        };
        const same = (text: string): string => text;
        const withEnv = (text: string): string => text.replace(/^env: \{\}$/m, "env:\n  ONCE: told");
        const withoutEnv = (text: string): string => text.replace(/^env:\n {2}ONCE: told$/m, "env: {}");

        const setEngine = (engine: string): void =>
            world.editSpec((spec) => {
                for (const app of movingApps) {
                    spec.setIn([...estate, "apps", app, "engine"], engine);
                }
            });
        const handedOver = async (engine: string, words: RegExp): Promise<void> => {
            const before = await Promise.all(movingApps.map(running));
            setEngine(engine);
            assert.match(await world.succeed("commands/pulumi.ts", ["preview"]), words);
            await world.up();
            assert.deepEqual(await Promise.all(movingApps.map(running)), before, "what runs is the same");
        };
        const settled = (app: Moving): Promise<Ready | undefined> =>
            eventually(
                `${app} taken over by Flux`,
                () =>
                    world.object<Ready>(
                        "host",
                        "flux-sea",
                        moving[app] === "helm" ? "helmrelease" : "kustomization",
                        `${app}-live-member1`,
                    ),
                (found) =>
                    found?.status?.conditions?.some(
                        ({ type, status }) => type === "Ready" && status === "True",
                    ) === true,
                180,
            );
        const synced = (app: Moving): Promise<Application | undefined> =>
            eventually(
                `${app} taken over by Argo CD`,
                () => world.object<Application>("host", "argocd", "application", `${app}-live-member1`),
                (found) => found?.status?.sync?.status === "Synced",
                180,
            );
        /** Whose marks an object has, and who owns its fields. */
        const marks = async (app: Moving): Promise<{ argocd: boolean; flux: boolean }> => {
            const { stdout } = await world.kubectl("member1", [
                ...["-n", `${app}-live`, "get", "deployment", app, "-o", "json", "--show-managed-fields"],
            ]);
            const { metadata } = JSON.parse(stdout) as Deployment;
            const keys = Object.keys({ ...metadata.annotations, ...metadata.labels });
            const managers = (metadata.managedFields ?? []).map(({ manager }) => manager);
            const has = (pattern: RegExp): boolean =>
                [...keys, ...managers].some((each) => pattern.test(each));
            return {
                argocd: has(/argocd/),
                flux: has(/toolkit\.fluxcd\.io|meta\.helm\.sh|(kustomize|helm)-controller/),
            };
        };

        test("given versions that Argo CD delivered, then they run", async () => {
            alice = await story.person("alice");
            await deliver(byArgoCd, "2.0.0", withEnv);
            await deliver("site", "2.0.0", same);
            assert.deepEqual(container(await deploymentOf(byArgoCd)).env?.length, 1);
        });

        test("given an updater and no mark for Flux, then another engine is refused with the mark to write", async () => {
            setEngine("flux");
            const { code, stdout, stderr } = await world.command("commands/pulumi.ts", ["up", "--yes"]);
            setEngine("argocd");
            assert.notEqual(code, 0);
            const mark = /write (# \{"\$imagepolicy": "[^"]+"\}) behind the version/.exec(
                stdout + stderr,
            )?.[1];
            assert.ok(mark, stdout + stderr);
            const project = `acme/sea/${followed}-config`;
            const file = `${followed}/kustomization.yaml`;
            const text = await story.file(project, "live", file);
            await story.commit(alice, project, "live", "The mark for Flux", {
                [file]: text.replace(/^( *newTag: .*)$/m, `$1 ${mark}`),
            });
        });

        test("given another engine in the spec, then Flux has what runs, and no pod restarted", async () => {
            await handedOver("flux", /delivered by Flux instead of Argo CD/);
            const before = await Promise.all(movingApps.map(running));
            await Promise.all(movingApps.map(settled));
            assert.deepEqual(await Promise.all(movingApps.map(running)), before, "taken over as it was");
            for (const app of movingApps) {
                assert.deepEqual(await marks(app), { argocd: false, flux: true }, app);
                const name = `${app}-live-member1`;
                assert.equal(await world.object("host", "argocd", "application", name), undefined);
            }
        });

        test("given that, then a second up and a refresh find nothing to do", async () => {
            assert.deepEqual(await world.plan(), {});
            assert.deepEqual(await world.plan({ refresh: true }), {});
        });

        test("given the next commits, then Flux delivers them, and what git dropped goes", async () => {
            await deliver(byArgoCd, "2.0.1", withoutEnv);
            await deliver("site", "2.0.1", same);
            assert.deepEqual(container(await deploymentOf(byArgoCd)).env ?? [], []);
            await Promise.all(movingApps.map(settled));
        });

        test("given the first engine again, then Argo CD has what runs, and no pod restarted", async () => {
            await handedOver("argocd", /delivered by Argo CD instead of Flux/);
            const before = await Promise.all(movingApps.map(running));
            await Promise.all(movingApps.map(synced));
            assert.deepEqual(await Promise.all(movingApps.map(running)), before, "taken over as it was");
            for (const app of movingApps) {
                assert.deepEqual(await marks(app), { argocd: true, flux: false }, app);
            }
            for (const kind of ["helmrelease", "kustomization", "helmchart"]) {
                const { stdout } = await world.kubectl("host", ["-n", "flux-sea", "get", kind, "-o", "name"]);
                assert.doesNotMatch(stdout, /(other|site|pages|news)-live/, kind);
            }
            const records = await world.kubectl("member1", [
                "-n",
                "flux-sea--live",
                "get",
                "secrets",
                "-o",
                "name",
            ]);
            assert.doesNotMatch(records.stdout, /other/);
        });

        test("given that, then the next commits are Argo CD's, and a second up finds nothing to do", async () => {
            await deliver(byArgoCd, "2.0.2", same);
            await deliver("site", "2.0.2", same);
            assert.deepEqual(await world.plan(), {});
        });
    });
});
