/**
 * The scripts of GitLab flow's lanes against the stand-ins: which tag an image gets, where it is taken from, what is written
 * and who is asked to merge it back. What starts them is for the sandbox's tests.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { after, before, test, type TestContext } from "node:test";

import { laneSettings, reuseLogin } from "../../../components/ci/settings";
import { configContent } from "../../../components/content";
import { pullPermissions, pushPermissions } from "../../../components/harbor/robotPermissions";
import type { App } from "../../../estate/model";
import { field, Sandbox } from "../../../sandbox/test/gitlab/harness";
import { TestHarbor } from "../../../sandbox/test/harbor/fixture";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../../components/sample";
import {
    commit,
    folder,
    must,
    repository,
    run,
    runScript,
    text,
    type Run,
} from "../../support/pipelineScripts";

let main: TestHarbor;
let second: TestHarbor;

before(async () => {
    [main, second] = await Promise.all([TestHarbor.start(), TestHarbor.start()]);
});
after(() => Promise.all([main.stop(), second.stop()]));

const page = { "public/index.html": "<title>web</title>" };

/** An app with three lanes, whose projects are in `main`, but for prod's, which is in `second`. */
class Scene {
    private constructor(
        readonly app: App,
        private readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>,
        readonly work: string,
    ) {}

    static async start(context: TestContext, name: string): Promise<Scene> {
        const harborOf = (environment: string): TestHarbor => (environment === "prod" ? second : main);
        const app = sampleApp(name, {
            flow: "gitlab-flow",
            delivery: "kustomize",
            environments: ["dev", "test", "prod"].map((environment) =>
                sampleAppEnvironment(name, environment, {
                    registry: environment === "prod" ? "second" : "main",
                    image: `${harborOf(environment).host}/${name}-${environment}/${name}`,
                }),
            ),
        });
        const registry = (harbor: TestHarbor, key: string) => ({
            [key]: { name: key, url: harbor.url, host: harbor.host, insecure: false, robotPrefix: "robot$" },
        });
        const estate = sampleEstate([app], {
            registries: { ...registry(main, "main"), ...registry(second, "second") },
        });
        const variables: Record<string, Record<string, string>> = {};
        for (const lane of app.plan.lanes) {
            const project = `${name}-${lane.environment}`;
            await harborOf(lane.environment).project(project);
            const robot = await harborOf(lane.environment).robot(
                project,
                "push",
                pushPermissions.map(({ resource, action }) => `${resource}:${action}`),
            );
            variables[lane.environment] = {
                ...laneSettings(estate, app, lane),
                BUILDER: "crane",
                REGISTRY_USERNAME: robot.login[0],
                REGISTRY_PASSWORD: robot.login[1],
            };
        }
        for (const { environment, reuses } of app.plan.lanes) {
            for (const source of reuses) {
                const robot = await harborOf(source).robot(
                    `${name}-${source}`,
                    `pull-${environment}`,
                    pullPermissions.map(({ resource, action }) => `${resource}:${action}`),
                );
                const { username, password } = reuseLogin(source);
                Object.assign(variables[environment] ?? {}, {
                    [username]: robot.login[0],
                    [password]: robot.login[1],
                });
            }
        }
        return new Scene(app, variables, await repository(context, page));
    }

    commit(content: string): Promise<string> {
        return commit(this.work, { "public/index.html": content }, content);
    }

    private job(
        environment: string,
        sha: string,
        ref: string,
        more: Readonly<Record<string, string>> = {},
    ): Record<string, string> {
        const kind = environment === "prod" ? "CI_COMMIT_TAG" : "CI_COMMIT_BRANCH";
        const quick = { PROMOTION_INTERVAL: "0", PROMOTION_ATTEMPTS: "3" };
        return { ...this.variables[environment], ...quick, CI_COMMIT_SHA: sha, [kind]: ref, ...more };
    }

    image(environment: string, sha: string, ref: string, more = {}): Promise<Run> {
        return runScript("image.sh", this.work, this.job(environment, sha, ref, more));
    }

    reuse(environment: string, sha: string, ref: string, more = {}): Promise<Run> {
        const program = path.resolve("components/ci/scripts/reuse.mjs");
        return run(this.work, process.execPath, [program], this.job(environment, sha, ref, more));
    }

    async digest(environment: string, tag: string): Promise<string> {
        const { name } = this.app;
        const harbor = environment === "prod" ? second : main;
        const route = `/projects/${name}-${environment}/repositories/${name}/artifacts/${tag}`;
        return (await harbor.expect<{ digest: string }>(200, "GET", route)).body.digest;
    }
}

test("a commit's image goes from lane to lane by digest, under the tag of each, also to another Harbor", async (context) => {
    const scene = await Scene.start(context, "moves");
    const sha = await scene.commit("one");
    const short = sha.slice(0, 10);
    const built = await scene.image("dev", sha, "develop");
    assert.match(built.output, new RegExp(`Pushed ${main.host}/moves-dev/moves:develop.${short}`));

    const reused = await scene.reuse("test", sha, "release-1.0.0");
    assert.equal(reused.code, 0, reused.output);
    const tag = `release-1.0.0.${short}`;
    assert.match(
        reused.output,
        new RegExp(`moves-test/moves:${tag} is ${main.host}/moves-dev/moves:develop.${short}`),
    );
    assert.match(
        (await scene.image("test", sha, "release-1.0.0")).output,
        /is there already: nothing to build/,
    );

    const released = await scene.reuse("prod", sha, "v1.0.0");
    assert.equal(released.code, 0, released.output);
    assert.match(
        released.output,
        new RegExp(`moves-prod/moves:v1.0.0 is ${main.host}/moves-test/moves:${tag}`),
    );
    assert.match((await scene.image("prod", sha, "v1.0.0")).output, /is there already: nothing to build/);
    const again = await scene.reuse("prod", sha, "v1.0.0");
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /moves-prod\/moves:v1\.0\.0 is there already/);

    const digest = await scene.digest("dev", `develop.${short}`);
    assert.equal(await scene.digest("test", tag), digest);
    assert.equal(await scene.digest("prod", "v1.0.0"), digest);
});

test("a commit without an image is built, under a tag that its branch or git tag makes", async (context) => {
    const scene = await Scene.start(context, "builds");
    const sha = await scene.commit("one");
    const none = await scene.reuse("prod", sha, "v2.0.0");
    assert.equal(none.code, 0, none.output);
    assert.match(none.output, /No earlier environment has an image of commit \w{10}: it is built here\./);
    assert.match((await scene.image("prod", sha, "v2.0.0")).output, /Pushed \S+builds-prod\/builds:v2\.0\.0/);
    const slash = { DELIVERY_BRANCH: "release/*" };
    const branch = await scene.image("test", sha, "release/1+2", slash);
    assert.match(branch.output, new RegExp(`Pushed \\S+builds:release-1-2\\.${sha.slice(0, 10)}`));
    const other = await scene.image("test", sha, "feature", { REGISTRY_PASSWORD: "" });
    assert.match(
        other.output,
        /Built, but not pushed: this is feature, and deliveries come from release-\*\./,
    );
});

test("without its credential, and without the variables of its environment, nothing is taken, and it says why", async (context) => {
    const scene = await Scene.start(context, "closed");
    const sha = await scene.commit("one");
    const empty = await scene.reuse("test", sha, "release-1", { REUSE_DEV_PASSWORD: "" });
    assert.equal(empty.code, 1);
    assert.match(empty.output, /^reuse: REUSE_DEV_PASSWORD is empty/);
    const foreign = await scene.reuse("test", sha, "release-1", { REUSE: "" });
    assert.match(foreign.output, /^reuse: REUSE is not set: .* has the job the keyword environment\?/);
});

/** An app repository and its config repository, with what writes to both. */
class Repositories {
    private constructor(
        readonly gitlab: Sandbox,
        readonly work: string,
        readonly source: number,
        private readonly config: number,
        private readonly tokens: Readonly<Record<"web" | "web-config", string>>,
    ) {}

    static async start(context: TestContext): Promise<Repositories> {
        const gitlab = await Sandbox.start(context);
        const source = await gitlab.newProject("web");
        const config = await gitlab.newProject("web-config");
        const token = async (project: number, level: number): Promise<string> =>
            field<string>(
                (
                    await gitlab.root().call("POST", `/projects/${project}/access_tokens`, {
                        name: "writer",
                        scopes: ["write_repository"],
                        access_level: level,
                        expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
                    })
                ).body,
                "token",
            );
        const app = sampleApp("web", { flow: "gitlab-flow", delivery: "kustomize" });
        const seeded = await gitlab.clone("acme/web-config", gitlab.root().token);
        await commit(
            seeded,
            Object.fromEntries(configContent(app).map((file) => [file.path, file.text])),
            "Seed",
        );
        await must(seeded, "git", "push", "-q", "origin", "HEAD:main");
        const work = await gitlab.clone("acme/web", gitlab.root().token);
        await must(work, "git", "push", "-q", "origin", "HEAD:develop");
        const tokens = { web: await token(source, 30), "web-config": await token(config, 40) };
        return new Repositories(gitlab, work, source, config, tokens);
    }

    async push(message: string, ref: string): Promise<string> {
        const sha = await commit(this.work, { "public/index.html": message }, message);
        await must(this.work, "git", "push", "-q", "origin", `HEAD:${ref}`);
        return sha;
    }

    deliver(environment: "test" | "prod", sha: string, ref: string): Promise<Run> {
        const lane =
            environment === "prod"
                ? { CI_COMMIT_TAG: ref, DELIVERY_TAG: "v*", TAG_OF: "ref", DELIVERY_START: "person" }
                : { CI_COMMIT_BRANCH: ref, DELIVERY_BRANCH: "release-*", TAG_OF: "branch" };
        return runScript("deliver.sh", this.work, {
            APP: "web",
            CI_COMMIT_SHA: sha,
            ...lane,
            CONFIG_REPOSITORY: `${this.gitlab.url}/acme/web-config.git`,
            CONFIG_BRANCH: "main",
            CONFIG_FOLDER: `web/overlays/${environment}`,
            CONFIG_FORMAT: "kustomize",
            CONFIG_TOKEN: this.tokens["web-config"],
        });
    }

    mergeBack(sha: string, tag: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
        return runScript("merge-back.sh", this.work, {
            CI_COMMIT_SHA: sha,
            CI_COMMIT_TAG: tag,
            CI_PROJECT_URL: `${this.gitlab.url}/acme/web`,
            MERGE_BACK: "develop main",
            MERGE_BACK_USERNAME: "oauth2",
            MERGE_BACK_TOKEN: this.tokens.web,
            ...more,
        });
    }

    /** A token that sees what becomes of commits of the config repository, and nothing else. */
    async witness(): Promise<string> {
        const { body } = await this.gitlab.root().call("POST", `/projects/${this.config}/access_tokens`, {
            name: "rollouts",
            scopes: ["read_api"],
            access_level: 20,
            expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        });
        return field<string>(body, "token");
    }

    /** What the relay says of the newest commit of the config repository. */
    async says(status: string, state: "success" | "failed"): Promise<void> {
        const { call } = this.gitlab.root();
        const { body } = await call("GET", `/projects/${this.config}/repository/commits/main`);
        const told = await call("POST", `/projects/${this.config}/statuses/${field<string>(body, "id")}`, {
            state,
            name: status,
            ref: "gitops-deliveries",
            description: "words",
        });
        assert.equal(told.status, 201, JSON.stringify(told.body));
    }

    async version(context: TestContext, environment: string): Promise<string> {
        const clone = path.join(await folder(context), "config");
        await must(
            "/",
            "git",
            "clone",
            "-q",
            this.gitlab.remote("acme/web-config", this.gitlab.root().token),
            clone,
        );
        const file = await text(path.join(clone, `web/overlays/${environment}/kustomization.yaml`));
        return /^ +newTag: (.*)$/m.exec(file)?.[1] ?? "";
    }

    async requests(): Promise<[string, string, string][]> {
        const { body } = await this.gitlab
            .root()
            .call("GET", `/projects/${this.source}/merge_requests?state=opened`);
        return (body as { source_branch: string; target_branch: string; sha: string }[])
            .map((each): [string, string, string] => [each.source_branch, each.target_branch, each.sha])
            .sort();
    }
}

test("a branch's newest commit wins; of two branches the one that is delivered last", async (context) => {
    const scene = await Repositories.start(context);
    const older = await scene.push("older", "release-1.0.0");
    const newer = await scene.push("newer", "release-1.0.0");
    assert.equal((await scene.deliver("test", newer, "release-1.0.0")).code, 0);
    const late = await scene.deliver("test", older, "release-1.0.0");
    assert.match(late.output, /Not delivered: main has release-1\.0\.0\.\w{10}, which is newer/);
    const version = `"release-1.0.0.${newer.slice(0, 10)}"`;
    assert.equal(await scene.version(context, "test"), version);
    assert.equal(await scene.version(context, "prod"), "none", "a lane writes to its own environment");
    const next = await scene.push("next", "release-1.1.0");
    await scene.deliver("test", next, "release-1.1.0");
    assert.equal(await scene.version(context, "test"), `"release-1.1.0.${next.slice(0, 10)}"`);
});

test("a person delivers an earlier tag too", async (context) => {
    const scene = await Repositories.start(context);
    const first = await scene.push("first", "release-1.0.0");
    const hotfix = await scene.push("hotfix", "release-1.0.0");
    for (const [sha, tag] of [
        [first, "v1.0.0"],
        [hotfix, "v1.0.0-hotfix1"],
        [first, "v1.0.0"],
    ] as const) {
        const { code, output } = await scene.deliver("prod", sha, tag);
        assert.equal(code, 0, output);
        assert.equal(await scene.version(context, "prod"), `"${tag}"`);
    }
    const other = await scene.deliver("prod", hotfix, "nightly-1");
    assert.match(other.output, /Not delivered: deliveries of web come from v\* now, and this is nightly-1\./);
});

test("merge requests of a release go to what does not have it yet, once; what conflicts is reported", async (context) => {
    const scene = await Repositories.start(context);
    await must(scene.work, "git", "checkout", "-q", "-b", "release");
    const sha = await scene.push("released", "release-1.0.0");
    await must(scene.work, "git", "checkout", "-q", "main");
    await scene.push("other words", "develop");

    const { code, output } = await scene.mergeBack(sha, "v1.0.0");
    assert.equal(code, 0, output);
    assert.match(
        output,
        /brings v1\.0\.0 into develop\. It has conflicts: .* merge-back\/v1\.0\.0-into-develop/,
    );
    assert.match(output, /brings v1\.0\.0 into main\.$/m);
    const wanted = [
        ["merge-back/v1.0.0-into-develop", "develop", sha],
        ["merge-back/v1.0.0-into-main", "main", sha],
    ];
    assert.deepEqual(await scene.requests(), wanted);
    const again = await scene.mergeBack(sha, "v1.0.0");
    assert.equal(again.code, 0, again.output);
    assert.deepEqual(await scene.requests(), wanted);

    await must(scene.work, "git", "push", "-q", "origin", `${sha}:main`);
    const merged = await scene.mergeBack(sha, "v1.0.0-hotfix1", { MERGE_BACK: "main" });
    assert.match(merged.output, /main has v1\.0\.0-hotfix1 already/);
    const closed = await scene.mergeBack(sha, "v1.0.0", { MERGE_BACK_TOKEN: "" });
    assert.equal(closed.code, 1);
    assert.match(closed.output, /MERGE_BACK_TOKEN is empty/);
});

test("a release is brought back once all clusters are healthy, and not once another one is there", async (context) => {
    const scene = await Repositories.start(context);
    const sha = await scene.push("released", "release-1.0.0");
    assert.equal((await scene.deliver("prod", sha, "v1.0.0")).code, 0);
    const [one, two] = ["gitops/web/prod/member1", "gitops/web/prod/member2"] as const;
    const variables = {
        ROLLOUT: JSON.stringify({
            api: `${scene.gitlab.url}/api/v4/projects/${encodeURIComponent("acme/web-config")}`,
            branch: "main",
            file: "web/overlays/prod/kustomization.yaml",
            statuses: [one, two],
            token: "ROLLOUT_TOKEN",
        }),
        ROLLOUT_TOKEN: await scene.witness(),
        ROLLOUT_SECONDS: "0",
    };
    await scene.says(one, "success");
    await scene.says(two, "failed");
    const failed = await scene.mergeBack(sha, "v1.0.0", variables);
    assert.equal(failed.code, 1);
    assert.match(
        failed.output,
        /v1\.0\.0 is not healthy: gitops\/web\/prod\/member2: words\. Run this job again/,
    );
    assert.deepEqual(await scene.requests(), []);

    await scene.says(two, "success");
    const healthy = await scene.mergeBack(sha, "v1.0.0", variables);
    assert.equal(healthy.code, 0, healthy.output);
    assert.equal((await scene.requests()).length, 2);

    const hotfix = await scene.push("hotfix", "release-1.0.0");
    await scene.deliver("prod", hotfix, "v1.0.0-hotfix1");
    const late = await scene.push("late", "release-1.0.0");
    const superseded = await scene.mergeBack(late, "v1.0.1", variables);
    assert.equal(superseded.code, 0, superseded.output);
    assert.match(superseded.output, /v1\.0\.1 was followed by another version before it was healthy/);
    assert.equal((await scene.requests()).length, 2);
});

test("a merge back trusts the estate's authority beside the system's", async (context) => {
    const work = await folder(context);
    const bin = path.join(work, "bin");
    await mkdir(bin);
    // What git would trust, in place of what it says when it cannot read a branch.
    await writeFile(path.join(bin, "git"), '#!/bin/sh\ncat "$GIT_SSL_CAINFO" >&2\nexit 128\n', {
        mode: 0o755,
    });
    await writeFile(path.join(work, "estate.pem"), "the estate's authority\n");
    const variables = {
        PATH: `${bin}:${process.env["PATH"] ?? ""}`,
        CI_COMMIT_SHA: "0".repeat(40),
        CI_COMMIT_TAG: "v1.0.0",
        CI_PROJECT_URL: "https://gitlab.test/acme/web",
        MERGE_BACK: "main",
        MERGE_BACK_TOKEN: "fake-token",
    };
    const { code, output } = await runScript("merge-back.sh", work, {
        ...variables,
        ESTATE_CA_FILE: path.join(work, "estate.pem"),
    });
    assert.equal(code, 1);
    assert.match(output, /cannot read branch main/);
    assert.match(output, /the estate's authority/);
});
