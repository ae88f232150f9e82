/**
 * An environment that is a machine: the seeded pipeline in a GitLab that runs pipelines, with a Harbor and a chat beside it,
 * told what the estate tells it. Docker is the sandbox's stand-in, which reads the Compose file as Docker Compose does and asks
 * Harbor for the image, and starts nothing: that a container gets healthy is not proved here, nor that the estate sets the
 * variables so, which are set by hand.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";

import { appPipelineContent } from "../../../components/ci/content";
import { buildSettings, laneSettings, reuseLogin } from "../../../components/ci/settings";
import { appContent, configContent } from "../../../components/content";
import { pullPermissions, pushPermissions } from "../../../components/harbor/robotPermissions";
import type { SeedFile } from "../../../components/support/seed";
import type { App, Estate } from "../../../estate/model";
import { channelSecret, startChat, type Message, type RunningChat } from "../../../sandbox/chat";
import { commit, field, jobs, pipelines, Sandbox, trace, until } from "../../../sandbox/test/ci/harness";
import type { Person } from "../../../sandbox/test/gitlab/harness";
import { TestHarbor } from "../../../sandbox/test/harbor/fixture";
import { ensureTools } from "../../../toolchain";
import { model } from "../../support/estate";

const filesOf = (files: readonly SeedFile[]): Record<string, string> =>
    Object.fromEntries(files.map((file) => [file.path, file.text]));

const names = (list: readonly { resource: string; action: string }[]): string[] =>
    list.map(({ resource, action }) => `${resource}:${action}`);

describe("an app that comes to a machine first", { timeout: 10 * 60_000 }, () => {
    let harbor: TestHarbor;
    let chat: RunningChat;
    let gitlab: Sandbox;
    let root: Person;
    let chatFolder: string;
    let source: number;
    let config: number;
    let app: App;
    let estate: Estate;
    /** Commit of the first delivery. */
    let first = "";
    const ends: (() => unknown)[] = [];

    before(async () => {
        const tools = await ensureTools(["crane", "docker"], () => undefined);
        const folders = [...tools.values()].map((tool) => path.dirname(tool.path));
        const context = { after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext;
        gitlab = await Sandbox.start(context, "free", { ci: { path: folders } });
        harbor = await TestHarbor.start();
        chatFolder = await mkdtemp(path.join(tmpdir(), "machines-chat-"));
        chat = await startChat({
            host: "127.0.0.1",
            port: 0,
            mailPort: 0,
            dataDir: chatFolder,
            secret: "of-this-test",
        });
        root = gitlab.root();
        estate = model({
            gitlab: { url: gitlab.url, plainHttp: true },
            registries: { main: { url: harbor.url, plainHttp: true } },
            machines: { box: { runner: { tags: ["box"] } } },
            environments: { dev: { clusters: undefined, machine: "box" } },
            defaults: { pipeline: { builder: "crane" } },
            pipelines: { use: "copied" },
            apps: {
                web: {
                    flow: "gitlab-flow",
                    delivery: "kustomize",
                    environments: { test: null },
                },
                api: { environments: { dev: null } },
            },
        });
        app = estate.apps["web"] as App;
        source = await gitlab.newProject("web");
        config = await gitlab.newProject("web-config");
        await seed();
    });
    after(async () => {
        await Promise.all(ends.map((end) => end()));
        await Promise.all([harbor.stop(), chat.close()]);
        await rm(chatFolder, { recursive: true, force: true });
    });

    /** What the estate makes. */
    async function seed(): Promise<void> {
        await commit(root, config, "main", filesOf(configContent(app)), { message: "Seed [skip ci]" });
        for (const [kind, name] of [
            ["branches", "develop"],
            ["tags", "v*"],
        ] as const) {
            const made = await root.call("POST", `/projects/${source}/protected_${kind}`, { name });
            assert.equal(made.status, 201, JSON.stringify(made.body));
        }
        const writer = await root.call("POST", `/projects/${config}/access_tokens`, {
            name: "config-writer",
            scopes: ["write_repository"],
            access_level: 40,
            expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        });
        const set = async (values: Readonly<Record<string, string>>, environment: string, secret = false) => {
            for (const [key, value] of Object.entries(values)) {
                const made = await root.call("POST", `/projects/${source}/variables`, {
                    key,
                    value,
                    protected: secret,
                    masked: secret,
                    raw: true,
                    environment_scope: environment,
                });
                assert.equal(made.status, 201, `${key}: ${JSON.stringify(made.body)}`);
            }
        };
        await set(buildSettings(estate, app), "*");
        for (const lane of app.plan.lanes) {
            const project = `web-${lane.environment}`;
            await harbor.project(project);
            const [push, pull] = [
                await harbor.robot(project, "push", names(pushPermissions)),
                await harbor.robot(project, "pull", names(pullPermissions)),
            ];
            const plain = laneSettings(estate, app, lane);
            const [username, password] = push.login;
            await set(
                {
                    ...plain,
                    // The estate takes its names and repositories by path; here they are where the test made them.
                    ...(plain["CONFIG_REPOSITORY"] === undefined
                        ? {}
                        : { CONFIG_REPOSITORY: `${gitlab.url}/acme/web-config.git` }),
                    ...(plain["MERGE_BACK"] === undefined ? {} : { MERGE_BACK: "develop" }),
                    REGISTRY_USERNAME: username,
                    ...(lane.environment === "dev" ? { PULL_USERNAME: pull.login[0] } : {}),
                },
                lane.environment,
            );
            await set(
                {
                    REGISTRY_PASSWORD: password,
                    CONFIG_TOKEN: field<string>(writer.body, "token"),
                    ...(lane.environment === "dev"
                        ? {
                              PULL_PASSWORD: pull.login[1],
                              CARD_OPS_URL: `${chat.url}/feishu/ops`,
                              CARD_OPS_SECRET: channelSecret("of-this-test", "ops"),
                          }
                        : {}),
                },
                lane.environment,
                true,
            );
            for (const from of lane.reuses) {
                const reader = await harbor.robot(
                    `web-${from}`,
                    `reuse-${lane.environment}`,
                    names(pullPermissions),
                );
                const login = reuseLogin(from);
                await set({ [login.username]: reader.login[0] }, lane.environment);
                await set({ [login.password]: reader.login[1] }, lane.environment, true);
            }
        }
    }

    const change = (files: Record<string, string>, message: string): Promise<string> =>
        commit(root, source, "develop", files, { ...(first === "" ? { start: "main" } : {}), message });

    /** The pipeline of a commit once it has come to rest, with its jobs and what they printed. */
    const pipelineOf = async (
        sha: string,
        ref: string,
    ): Promise<{
        id: number;
        status: string;
        jobs: Record<string, { id: number; status: string; log: string }>;
    }> => {
        const found = await until(`a pipeline of ${ref}`, async () =>
            (await pipelines(root, source)).find(
                (each) =>
                    each.sha === sha &&
                    each.ref === ref &&
                    ["success", "failed", "manual", "canceled", "skipped"].includes(each.status),
            ),
        );
        const all = await jobs(root, source, found.id);
        return {
            ...found,
            jobs: Object.fromEntries(
                await Promise.all(
                    all.map(async ({ id, name, status }) => [
                        name,
                        { id, status, log: await trace(root, source, id) },
                    ]),
                ),
            ) as Record<string, { id: number; status: string; log: string }>,
        };
    };
    const logsOf = ({ jobs: all }: { jobs: Record<string, { log: string }> }): string =>
        Object.values(all)
            .map(({ log }) => log)
            .join("\n");
    const cards = async (): Promise<Message[]> =>
        (await (await fetch(`${chat.url}/__sandbox/messages?channel=ops`)).json()) as Message[];
    const written = async (file: string): Promise<string> => {
        const { body } = await root.call(
            "GET",
            `/projects/${config}/repository/files/${encodeURIComponent(file)}/raw?ref=main`,
        );
        return String(body);
    };
    const digestOf = async (environment: string, tag: string): Promise<string> =>
        (
            await harbor.expect<{ digest: string }>(
                200,
                "GET",
                `/projects/web-${environment}/repositories/web/artifacts/${tag}`,
            )
        ).body.digest;

    test("given a push to develop, then the machine runs it by digest, and a green card says so", async () => {
        first = await change(
            filesOf([...appContent(app), ...appPipelineContent(app, {}, estate.machines)]),
            "The app",
        );
        const run = await pipelineOf(first, "develop");
        const { "deploy dev": deploy, "notify dev": notify } = run.jobs;
        assert.equal(run.status, "success", logsOf(run));
        const tag = `develop.${first.slice(0, 10)}`;
        const image = `${harbor.host}/web-dev/web:${tag}@${await digestOf("dev", tag)}`;
        assert.ok(
            (await written("web/environments/dev/compose.yaml")).includes(`    image: ${image} # version\n`),
        );
        assert.match(deploy?.log ?? "", /stand-in for Docker: no container is started/);
        assert.ok(deploy?.log.includes(`Would run service web: image ${image}`), deploy?.log);
        assert.match(deploy?.log ?? "", /health check of http:\/\/127\.0\.0\.1:8080\/: 200/);
        assert.match(notify?.log ?? "", /Channel ops was notified: healthy\./);
        const [card, ...others] = await cards();
        assert.deepEqual(others, []);
        const text = JSON.stringify(card);
        assert.match(text, /web-dev: Deployed and healthy/);
        assert.ok(text.includes(image) && text.includes(first), text);
    });

    test("given a version that does not get healthy, then its job is red, and a red card says why", async () => {
        const file = "web/environments/dev/compose.yaml";
        await commit(root, config, "main", {
            [file]: (await written(file)).replace("127.0.0.1:8080/", "127.0.0.1:8080/ready.html"),
        });
        const sha = await change(
            { "public/index.html": "<title>web</title> not ready" },
            "Nothing says that it is ready",
        );
        const run = await pipelineOf(sha, "develop");
        const { "deploy dev": deploy, "notify dev": notify } = run.jobs;
        assert.equal(run.status, "failed");
        assert.equal(deploy?.status, "failed", logsOf(run));
        assert.match(deploy?.log ?? "", /web is running, unhealthy\. Its last lines:/);
        assert.match(deploy?.log ?? "", /404, the image has no file ready\.html/);
        assert.match(deploy?.log ?? "", /machine box: web-dev did not get healthy within 300 seconds/);
        assert.equal(notify?.status, "success", notify?.log);
        const text = JSON.stringify((await cards()).at(-1));
        assert.match(text, /web-dev: Application degraded/);
        assert.match(text, /404, the image has no file ready\.html/);
        assert.equal((await cards()).length, 2);
    });

    test("given a Compose file that is none, then the job says where, and nothing is said to run", async () => {
        const file = "web/environments/dev/compose.yaml";
        const before = await written(file);
        await commit(root, config, "main", { [file]: before.replace("healthcheck:", "healthchek:") });
        const sha = await change({ "public/ready.html": "yes" }, "Say so");
        const run = await pipelineOf(sha, "develop");
        assert.equal(run.status, "failed");
        assert.match(
            run.jobs["deploy dev"]?.log ?? "",
            /web\/environments\/dev\/compose\.yaml is not what Compose takes: .*healthchek/s,
        );
        assert.doesNotMatch(run.jobs["deploy dev"]?.log ?? "", /Would run/);
        assert.match(JSON.stringify((await cards()).at(-1)), /web-dev: Sync failed/);
        await commit(root, config, "main", {
            [file]: (await written(file)).replace("healthchek:", "healthcheck:"),
        });
        const retried = await root.call(
            "POST",
            `/projects/${source}/jobs/${run.jobs["deploy dev"]?.id}/retry`,
        );
        assert.equal(retried.status, 201, JSON.stringify(retried.body));
        await until("the job that ran again", async () => {
            const found = (await jobs(root, source, run.id)).find(
                ({ id }) => id === field<number>(retried.body, "id"),
            );
            return found?.status === "success";
        });
    });

    test("given a tag, then prod's lane continues as before: to clusters, by a person, with the machine's image", async () => {
        const made = await root.call("POST", `/projects/${source}/repository/tags`, {
            tag_name: "v1.0.0",
            ref: first,
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        const waiting = await pipelineOf(first, "v1.0.0");
        assert.equal(waiting.status, "manual");
        const job = waiting.jobs["deploy prod"];
        assert.equal((await root.call("POST", `/projects/${source}/jobs/${job?.id}/play`)).status, 200);
        await until("prod's version", async () =>
            /newTag: "v1\.0\.0"/.test(await written("web/overlays/prod/kustomization.yaml")),
        );
        assert.equal(
            await digestOf("prod", "v1.0.0"),
            await digestOf("dev", `develop.${first.slice(0, 10)}`),
        );
        const all = await jobs(root, source, waiting.id);
        assert.ok(all.every(({ name }) => !name.includes("dev") && !name.startsWith("notify")));
    });
});
