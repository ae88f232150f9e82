/**
 * The promotion against two Harbor stand-ins, with the robots' rights and the variables as the estate gives them. What
 * starts the script, and that a failing one blocks a merge, is for the sandbox's tests.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { after, before, test, type TestContext } from "node:test";

import { promotionSettings, repositorySettings, keySuffix } from "../../../components/ci/settings";
import { promotionPermissions } from "../../../components/harbor/robotPermissions";
import type { App, Estate } from "../../../estate/model";
import { TestHarbor } from "../../../sandbox/test/harbor/fixture";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../../components/sample";
import { commit, folder, must, pathOf, runScript, type Run } from "../../support/pipelineScripts";

let main: TestHarbor;
let second: TestHarbor;

before(async () => {
    [main, second] = await Promise.all([TestHarbor.start(), TestHarbor.start()]);
});
after(() => Promise.all([main.stop(), second.stop()]));

/** An app whose projects are in `main`, but for prod's, which is in `second`; and what its pipelines are told. */
class Scene {
    private constructor(
        readonly app: App,
        private readonly variables: Readonly<Record<string, string>>,
        private readonly work: string,
    ) {}

    static async start(context: TestContext, name: string, overrides: Partial<App> = {}): Promise<Scene> {
        const place = (environment: string): { registry: string; image: string; harbor: TestHarbor } => {
            const [registry, harbor] =
                environment === "prod" ? (["second", second] as const) : (["main", main] as const);
            return { registry, harbor, image: `${harbor.host}/${name}-${environment}/${name}` };
        };
        const environments = ["dev", "test", "prod"].map((environment) =>
            sampleAppEnvironment(name, environment, {
                registry: place(environment).registry,
                image: place(environment).image,
            }),
        );
        const app = sampleApp(name, { environments, ...overrides });
        const registry = (harbor: TestHarbor, key: string): Estate["registries"][string] => ({
            name: key,
            url: harbor.url,
            host: harbor.host,
            insecure: false,
            robotPrefix: "robot$",
        });
        const estate = sampleEstate([app], {
            registries: { main: registry(main, "main"), second: registry(second, "second") },
        });
        for (const environment of environments) {
            const project = await place(environment.environment).harbor.project(environment.project);
            if (environment.environment === "prod") {
                await second.expect(201, "POST", `/projects/${project}/immutabletagrules`, {
                    disabled: false,
                    action: "immutable",
                    template: "immutable_template",
                    tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "**" }],
                    scope_selectors: {
                        repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
                    },
                });
            }
        }
        const variables: Record<string, string> = {
            ...promotionSettings(estate, app),
            ...repositorySettings([app]),
        };
        for (const [key, rights] of Object.entries(promotionPermissions(app))) {
            const harbor = key === "main" ? main : second;
            const made = await harbor.expect<{ name: string; secret: string }>(201, "POST", "/robots", {
                name: `acme-${name}-promote`,
                level: "system",
                duration: -1,
                permissions: rights.map(({ project, accesses }) => ({
                    kind: "project",
                    namespace: project,
                    access: accesses,
                })),
            });
            variables[`PROMOTION_${key.toUpperCase()}_USERNAME${keySuffix(app)}`] = made.body.name;
            variables[`PROMOTION_${key.toUpperCase()}_PASSWORD${keySuffix(app)}`] = made.body.secret;
        }
        return new Scene(app, variables, await folder(context));
    }

    /** Writes the tag as a merge would have it. */
    async write(tag: string, file = `${this.app.config.folder}/values.yaml`): Promise<void> {
        const target = path.join(this.work, file);
        await mkdir(path.dirname(target), { recursive: true });
        const kustomization = `images:\n- name: app\n  newName: x/y/z\n  newTag: ${tag}\n`;
        await writeFile(
            target,
            file.endsWith("values.yaml") ? `port: 1\nimagetag: "${tag}" # now\n` : kustomization,
        );
    }

    /** Commits what is written; answers the commit. */
    async commit(message: string): Promise<string> {
        await must(this.work, "git", "init", "-q", "-b", "work");
        return commit(this.work, {}, message);
    }

    git(...args: string[]): Promise<string> {
        return must(this.work, "git", ...args);
    }

    run(more: Readonly<Record<string, string>>): Promise<Run> {
        const variables = {
            PROMOTE_PROGRAM: path.resolve("components/ci/scripts/promote.mjs"),
            PROMOTION_INTERVAL: "0",
            PROMOTION_ATTEMPTS: "3",
            ...this.variables,
            ...more,
        };
        return runScript("promote.sh", this.work, variables);
    }

    /** The pipeline of a merge request as GitLab has it where a branch is not protected: no password is known. */
    feature(target: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
        const passwords = Object.keys(this.variables).filter((key) => key.includes("_PASSWORD"));
        return this.run({
            CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "more-memory",
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target,
            ...Object.fromEntries(passwords.map((key) => [key, ""])),
            ...more,
        });
    }

    /** The pipeline of a merge request. */
    merge(source: string, target: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
        return this.run({
            CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: source,
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target,
            ...more,
        });
    }

    /** The pipeline of a branch after a merge. */
    branch(branch: string): Promise<Run> {
        return this.run({ CI_COMMIT_BRANCH: branch });
    }

    digest(environment: string, tag: string): Promise<string | undefined> {
        const harbor = environment === "prod" ? second : main;
        const name = this.app.name;
        return harbor
            .api<{ digest?: string }>(
                "GET",
                `/projects/${name}-${environment}/repositories/${name}/artifacts/${tag}`,
            )
            .then(({ body }) => body.digest);
    }

    push(environment: string, tag: string, content: string): Promise<string> {
        const harbor = environment === "prod" ? second : main;
        return harbor.push(`${this.app.name}-${environment}/${this.app.name}:${tag}`, content);
    }
}

test("a merge request copies the image by digest before the merge; again, and after it, nothing is left to do", async (context) => {
    const scene = await Scene.start(context, "web");
    const digest = await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const first = await scene.merge("dev", "test");
    assert.equal(first.code, 0, first.output);
    assert.match(
        first.output,
        /^web: copied \S+\/web-dev\/web:aaaaaaaaaa to \S+\/web-test\/web:aaaaaaaaaa \(sha256:\w{64}\)\.$/m,
    );
    assert.equal(await scene.digest("test", "aaaaaaaaaa"), digest);
    for (const again of [await scene.merge("dev", "test"), await scene.branch("test")]) {
        assert.equal(again.code, 0, again.output);
        assert.match(again.output, /^web: \S+\/web-test\/web:aaaaaaaaaa is there \(sha256:\w{64}\)\.$/m);
    }
});

test("where merge requests have no pipelines, the branch's pipeline copies after the merge", async (context) => {
    const scene = await Scene.start(context, "late");
    const digest = await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const { code, output } = await scene.branch("test");
    assert.equal(code, 0, output);
    assert.equal(await scene.digest("test", "aaaaaaaaaa"), digest);
});

test("to another registry the image goes by digest too, past tags that cannot be moved", async (context) => {
    const scene = await Scene.start(context, "far");
    const digest = await scene.push("test", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const { code, output } = await scene.merge("test", "prod");
    assert.equal(code, 0, output);
    assert.equal(await scene.digest("prod", "aaaaaaaaaa"), digest);
    // The tag is immutable there now, and stands for this very image.
    const again = await scene.merge("test", "prod");
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /far-prod\/far:aaaaaaaaaa is there/);
});

test("a kustomization's version is promoted in the same way", async (context) => {
    const scene = await Scene.start(context, "kust", { delivery: "kustomize" });
    const digest = await scene.push("dev", "main-aaaaaaaaaa", "one");
    await scene.write("main-aaaaaaaaaa", "kust/kustomization.yaml");
    const { code, output } = await scene.merge("dev", "test");
    assert.equal(code, 0, output);
    assert.equal(await scene.digest("test", "main-aaaaaaaaaa"), digest);
});

test("in a shared repository each app has its own images and robots; one that fails does not stop another", async (context) => {
    const config = { ...sampleApp("cart").config, scope: "team" as const, folder: "cart" };
    const cart = await Scene.start(context, "cart", { config });
    await cart.write("none-here");
    const broken = await cart.merge("dev", "test");
    assert.equal(broken.code, 1);
    assert.match(broken.output, /cart-dev\/cart:none-here does not exist/);
    assert.match(broken.output, /1 of 1 apps cannot go to test/);
    await cart.push("dev", "bbbbbbbbbb", "two");
    await cart.write("bbbbbbbbbb");
    const good = await cart.merge("dev", "test");
    assert.equal(good.code, 0, good.output);
});

test("without a version, and into the first environment, nothing is promoted", async (context) => {
    const scene = await Scene.start(context, "fresh");
    await scene.write("");
    const empty = await scene.merge("dev", "test");
    assert.equal(empty.code, 0, empty.output);
    assert.match(empty.output, /fresh: no version is written in fresh yet/);
    const first = await scene.merge("feature", "dev");
    assert.equal(first.code, 0);
    assert.match(first.output, /Nothing is promoted into dev/);
});

test("a merge request that is no promotion may change everything but the version, and asks no registry", async (context) => {
    const scene = await Scene.start(context, "feat");
    await scene.write("aaaaaaaaaa");
    const first = await scene.commit("aaaaaaaaaa is in test");
    await scene.git("update-ref", "refs/remotes/origin/test", first);
    await scene.write("aaaaaaaaaa", "feat/other/values.yaml");
    await scene.commit("More memory");
    const same = await scene.feature("test");
    assert.equal(same.code, 0, same.output);
    assert.match(same.output, /^feat: more-memory leaves the version as it is\.$/m);

    await scene.write("bbbbbbbbbb");
    await scene.commit("And a version");
    const smuggled = await scene.feature("test");
    assert.equal(smuggled.code, 1);
    assert.match(smuggled.output, /branch more-memory brings version bbbbbbbbbb, .* only by merging dev/);
    assert.match(smuggled.output, /1 of 1 apps cannot go to test/);

    // A branch of a fork that has the name of the environment before is no promotion either.
    const fork = await scene.feature("test", {
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "dev",
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "mallory/feat-config",
        CI_MERGE_REQUEST_PROJECT_PATH: "acme/shop/feat-config",
    });
    assert.equal(fork.code, 1);
    assert.match(fork.output, /branch dev brings version bbbbbbbbbb/);
});

test("versions the target has had may come back, those only the merged branch went through may not", async (context) => {
    const scene = await Scene.start(context, "back");
    await scene.write("aaaaaaaaaa");
    const first = await scene.commit("aaaaaaaaaa is in test");
    await scene.git("checkout", "-q", "-b", "dev");
    for (const tag of ["bbbbbbbbbb", "cccccccccc"]) {
        await scene.write(tag);
        await scene.commit(tag);
    }
    await scene.git("checkout", "-q", first);
    await scene.git("merge", "-q", "--no-ff", "-m", "Promote cccccccccc", "dev");
    await scene.git("update-ref", "refs/remotes/origin/test", "HEAD");

    // Made before the promotion, and nothing changed since.
    await scene.git("checkout", "-q", first);
    assert.equal((await scene.feature("test")).code, 0);

    await scene.git("checkout", "-q", "refs/remotes/origin/test");
    await scene.write("aaaaaaaaaa");
    await scene.commit("Revert");
    const back = await scene.feature("test");
    assert.equal(back.code, 0, back.output);
    assert.match(back.output, /has version aaaaaaaaaa, which test has had/);
    await scene.write("bbbbbbbbbb");
    await scene.commit("Something between");
    const between = await scene.feature("test");
    assert.equal(between.code, 1);
    assert.match(between.output, /brings version bbbbbbbbbb, which test has never had/);
});

test("where the target cannot be read a merge request is refused, with what the job needs", async (context) => {
    const scene = await Scene.start(context, "blind");
    await scene.write("aaaaaaaaaa");
    await scene.commit("aaaaaaaaaa");
    const unknown = await scene.feature("test");
    assert.equal(unknown.code, 1);
    assert.match(unknown.output, /cannot compare with test.*in GitLab GIT_DEPTH 0, in Jenkins test in the/);
    const bare = await pathOf(context, ["node"]);
    const gitless = await scene.feature("test", { PATH: bare });
    assert.equal(gitless.code, 1);
    assert.match(gitless.output, /cannot compare with test.*this job's image has no git/);
});

test("a missing image, a refused copy, a tag that means something else: the reason is reported and nothing is promoted", async (context) => {
    const scene = await Scene.start(context, "no");
    await scene.write("cccccccccc");
    const missing = await scene.merge("dev", "test");
    assert.equal(missing.code, 1);
    assert.match(
        missing.output,
        /no-dev\/no:cccccccccc does not exist: GET \S+ was answered with status 404.*Was the image pushed/,
    );

    // Another image under the same tag in a mutable and in an immutable project.
    await scene.push("dev", "cccccccccc", "one");
    const other = await scene.push("test", "cccccccccc", "another");
    const taken = await scene.merge("dev", "test");
    assert.equal(taken.code, 1);
    assert.match(taken.output, /is another image \(sha256:\w+\) than .*the tag is not overwritten/);
    assert.equal(await scene.digest("test", "cccccccccc"), other);
    const kept = await scene.push("prod", "cccccccccc", "third");
    const immutable = await scene.merge("test", "prod");
    assert.equal(immutable.code, 1);
    assert.match(immutable.output, /is another image/);
    assert.equal(await scene.digest("prod", "cccccccccc"), kept);
});

test("a second tag of the image that is immutable in the target makes the copy fail with Harbor's words", async (context) => {
    const scene = await Scene.start(context, "imm");
    const digest = await scene.push("dev", "dddddddddd", "one");
    const tagged = await main.api("POST", `/projects/imm-dev/repositories/imm/artifacts/${digest}/tags`, {
        name: "stable",
    });
    assert.equal(tagged.status, 201, tagged.text);
    await scene.push("test", "stable", "another");
    const { body } = await main.api<{ project_id: number }>("GET", "/projects/imm-test");
    await main.expect(201, "POST", `/projects/${body.project_id}/immutabletagrules`, {
        disabled: false,
        action: "immutable",
        template: "immutable_template",
        tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "stable" }],
        scope_selectors: {
            repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
        },
    });
    await scene.write("dddddddddd");
    const { code, output } = await scene.merge("dev", "test");
    assert.equal(code, 1);
    assert.match(output, /cannot be overwritten: POST \S+ was answered with status 412 \(.*immutable.*\)/);
});

test("what Harbor refuses is distinguished: no room, no project, read-only, a robot that is disabled", async (context) => {
    const scene = await Scene.start(context, "why");
    await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const failed = async (): Promise<string> => {
        const { code, output } = await scene.merge("dev", "test");
        assert.equal(code, 1, output);
        return output;
    };
    await main.expect(200, "PUT", "/configurations", { read_only: true });
    assert.match(await failed(), /is in read-only mode: POST \S+ was answered with status 403/);
    await main.expect(200, "PUT", "/configurations", { read_only: false });

    const quotas = await main.expect<{ id: number; ref: { name: string } }[]>(
        200,
        "GET",
        "/quotas?page_size=100",
    );
    const quota = quotas.body.find(({ ref }) => ref.name === "why-test");
    await main.expect(200, "PUT", `/quotas/${quota?.id ?? 0}`, { hard: { storage: 1 } });
    assert.match(
        await failed(),
        /project of \S+why-test\/why has no room, its quota is used up: .*status 403/,
    );

    // Nobody is in that project: it can go. Then even a look at the target is refused.
    await main.expect(200, "DELETE", "/projects/why-test");
    assert.match(await failed(), /cannot read \S+why-test\/why:aaaaaaaaaa: .*Is the project there/);

    const robots = await main.expect<{ id: number; name: string }[]>(200, "GET", "/robots?page_size=100");
    const robot = robots.body.find(({ name }) => name === "robot$acme-why-promote");
    assert.ok(robot);
    await main.expect(200, "PUT", `/robots/${robot.id}`, { ...robot, disable: true });
    assert.match(
        await failed(),
        /cannot read .*status 401.*Is the robot disabled\? .*--refresh enables it again/,
    );
});

test("to another registry: no room there, at the beginning of an upload", async (context) => {
    const scene = await Scene.start(context, "fill");
    await scene.push("test", "aaaaaaaaaa", "one");
    await scene.push("prod", "other", "another");
    const quotas = await second.expect<{ id: number; used: { storage: number }; ref: { name: string } }[]>(
        200,
        "GET",
        "/quotas?page_size=100",
    );
    const quota = quotas.body.find(({ ref }) => ref.name === "fill-prod");
    await second.expect(200, "PUT", `/quotas/${quota?.id ?? 0}`, { hard: { storage: quota?.used.storage } });
    await scene.write("aaaaaaaaaa");
    const { code, output } = await scene.merge("test", "prod");
    assert.equal(code, 1);
    assert.match(output, /fill-prod\/fill has no room, its quota is used up: POST \S+\/blobs\/uploads\/ /);
});

test("Harbor failing for a while is waited for, failing for long ends with what to do", async (context) => {
    const scene = await Scene.start(context, "flaky");
    await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const fault = (times: number): Promise<unknown> =>
        main.fetch("POST", "/__sandbox/faults", {
            method: "POST",
            path: "/flaky/artifacts",
            status: 500,
            times,
        });
    await fault(2);
    const { code, output } = await scene.merge("dev", "test");
    assert.equal(code, 0, output);
    assert.match(output, /trying again/);

    await scene.push("dev", "bbbbbbbbbb", "two");
    await scene.write("bbbbbbbbbb");
    await fault(3);
    const failed = await scene.merge("dev", "test");
    assert.equal(failed.code, 1);
    assert.match(failed.output, /failed 3 times, the last time with status 500.*run the job again/);
    assert.equal(await scene.digest("test", "bbbbbbbbbb"), undefined);
    const again = await scene.merge("dev", "test");
    assert.equal(again.code, 0, again.output);
    await main.fetch("DELETE", "/__sandbox/faults");
});

test("the answer to the copy is lost: the next attempt finds the image there", async (context) => {
    const scene = await Scene.start(context, "lost");
    const digest = await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    await main.fetch("POST", "/__sandbox/faults", {
        method: "POST",
        path: "/lost/artifacts",
        dropResponse: true,
        times: 1,
    });
    const { code, output } = await scene.merge("dev", "test");
    assert.equal(code, 0, output);
    assert.equal(await scene.digest("test", "aaaaaaaaaa"), digest);
});

test("a robot without the right, a wrong password and none at all are distinguished", async (context) => {
    const scene = await Scene.start(context, "rights");
    await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const weak = await main.expect<{ name: string; secret: string }>(201, "POST", "/robots", {
        name: "weak",
        level: "system",
        duration: -1,
        permissions: ["rights-dev", "rights-test"].map((namespace) => ({
            kind: "project",
            namespace,
            access: [{ resource: "artifact", action: "read" }],
        })),
    });
    const refused = await scene.merge("dev", "test", {
        PROMOTION_MAIN_USERNAME: weak.body.name,
        PROMOTION_MAIN_PASSWORD: weak.body.secret,
    });
    assert.equal(refused.code, 1);
    assert.match(refused.output, /the promotion robot may not copy into the project of \S+rights-test/);
    const wrong = await scene.merge("dev", "test", { PROMOTION_MAIN_PASSWORD: "Wrong-1" });
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /cannot read .*status 401.*Has it expired/);
    assert.equal(wrong.output.includes("Wrong-1"), false);
    const none = await scene.merge("dev", "test", { PROMOTION_MAIN_PASSWORD: "" });
    assert.equal(none.code, 1);
    assert.match(none.output, /PROMOTION_MAIN_PASSWORD is empty. It is a protected variable/);
    // As after a push to dev by somebody who may not merge into test.
    const pushed = await scene.merge("dev", "test", {
        PROMOTION_MAIN_PASSWORD: "",
        GITLAB_USER_LOGIN: "web-config-writer",
        CI_MERGE_REQUEST_PROJECT_URL: "https://gitlab.test/acme/shop/rights-config",
        CI_MERGE_REQUEST_IID: "7",
    });
    assert.equal(pushed.code, 1);
    assert.match(
        pushed.output,
        /whoever started the pipeline may merge into test. web-config-writer started this one.* Somebody who may merge into test opens https:\/\/gitlab\.test\/acme\/shop\/rights-config\/-\/merge_requests\/7\/pipelines, .*presses "Run pipeline"/,
    );
    const branch = await scene.run({ CI_COMMIT_BRANCH: "test", PROMOTION_MAIN_PASSWORD: "" });
    assert.match(branch.output, /is empty. It is a protected variable: .*is test protected\?/);
    assert.equal(await scene.digest("test", "aaaaaaaaaa"), undefined);
});

test("promotions of many at once are safe, also of the same version twice", async (context) => {
    const scene = await Scene.start(context, "many");
    const digest = await scene.push("dev", "aaaaaaaaaa", "one");
    await scene.write("aaaaaaaaaa");
    const runs = await Promise.all([1, 2, 3, 4].map(() => scene.merge("dev", "test")));
    for (const { code, output } of runs) {
        assert.equal(code, 0, output);
    }
    assert.equal(await scene.digest("test", "aaaaaaaaaa"), digest);
});

test("a job without Node says so, and who chooses its image", async (context) => {
    const scene = await Scene.start(context, "nodeless");
    const { code, output } = await scene.run({ CI_COMMIT_BRANCH: "test", PATH: await pathOf(context, []) });
    assert.equal(code, 1);
    assert.match(output, /this job's image has no Node.*pipeline\.images\.promote/);
});
