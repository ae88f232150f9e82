/**
 * What a release decides by itself: which commits have the content of a branch, what holds an environment, what a rollback
 * changes, and how it is started. Repositories are real ones in a folder; the registry only says which tags it has, so that
 * images are copied is for e2e/trunk.
 */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { scriptText } from "../../../components/ci/scripts";
import { handOver, HandOverError } from "../../../components/ci/scripts/hand-over.mjs";
import {
    commitsLike,
    heldBy,
    release,
    releasesOf,
    sameContent,
    tagIn,
    withTag,
} from "../../../components/ci/scripts/release.mjs";

const digest = `sha256:${"0".repeat(64)}`;

/** An app repository, prod's config repository, a registry that has all tags, and what GitLab says of the config repository. */
class Scene {
    /** By commit: what became of it on each of two clusters. */
    readonly statuses: Record<string, readonly (readonly [name: string, status: string])[]> = {};
    readonly folder = mkdtempSync(path.join(tmpdir(), "release-test-"));
    readonly source = this.repository("source");
    readonly config = this.repository("config");
    readonly said: string[] = [];
    /** Pipelines that were asked for with the job's token. */
    readonly started: unknown[] = [];
    private readonly registry = createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? "", "http://gitlab.test");
        if (pathname === "/api/v4/projects/7/trigger/pipeline") {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                this.started.push(JSON.parse(body));
                response.writeHead(this.started.length === 1 ? 201 : 403).end();
            });
            return;
        }
        if (pathname.startsWith("/api/")) {
            assert.equal(request.headers["private-token"], "fake-status-reader");
            response.writeHead(200, { "content-type": "application/json" });
            response.end(this.answer(pathname, searchParams));
            return;
        }
        response.writeHead(200, { "docker-content-digest": digest }).end();
    });

    constructor(context: TestContext) {
        context.after(() => {
            this.registry.close();
            rmSync(this.folder, { recursive: true });
        });
    }

    /** As GitLab answers for the config repository. */
    private answer(pathname: string, query: URLSearchParams): string {
        const [, of] = /commits\/(\w+)\/statuses$/.exec(pathname) ?? [];
        if (of !== undefined) {
            const found = this.statuses[of] ?? [];
            return JSON.stringify(found.map(([name, status]) => ({ name, status, description: "words" })));
        }
        if (pathname.endsWith("/raw")) {
            return this.git(this.config, "show", `${query.get("ref")}:prod/values.yaml`);
        }
        const path = query.get("path");
        const count = `-n${query.get("per_page")}`;
        const only = path === null ? [] : ["--", path];
        const log = this.git(this.config, "log", "--first-parent", "--format=%H", count, "main", ...only);
        return JSON.stringify(log.split("\n").map((id) => ({ id })));
    }

    git(cwd: string, ...words: string[]): string {
        const who = ["-c", "user.name=a", "-c", "user.email=a@test", "-c", "commit.gpgSign=false"];
        return execFileSync("git", [...who, ...words], { cwd, encoding: "utf8", stdio: "pipe" }).trim();
    }

    private repository(name: string): string {
        const made = path.join(this.folder, name);
        this.git(this.folder, "init", "--quiet", "--initial-branch=main", made);
        // A checked out branch can be pushed to.
        this.git(made, "config", "receive.denyCurrentBranch", "updateInstead");
        return made;
    }

    commit(cwd: string, file: string, text: string, message = text): string {
        mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
        writeFileSync(path.join(cwd, file), text);
        this.git(cwd, "add", "--all");
        this.git(cwd, "commit", "--quiet", "--message", message);
        return this.git(cwd, "rev-parse", "HEAD");
    }

    /** Two versions in latest, and master at the second by a merge; the config repository names none. */
    versions(): [first: string, second: string] {
        this.git(this.source, "checkout", "--quiet", "-b", "latest");
        const first = this.commit(this.source, "page", "first");
        this.git(this.source, "branch", "master");
        const second = this.commit(this.source, "page", "second");
        this.git(this.source, "checkout", "--quiet", "master");
        this.git(this.source, "merge", "--quiet", "--no-ff", "--message", "Release", "latest");
        this.commit(this.config, "prod/values.yaml", 'imagetag: ""\nreplicas: 2\n');
        return [first, second];
    }

    /** What both clusters say of the newest commit of the config repository. */
    says(member1: string, member2: string): void {
        this.statuses[this.git(this.config, "rev-parse", "main")] = [
            ["gitops/web/prod/member1", member1],
            ["gitops/web/prod/member2", member2],
        ];
    }

    /** Waits until a run has said something. */
    async heard(words: RegExp): Promise<void> {
        for (let tries = 0; !words.test(this.said.join("\n")); tries++) {
            assert.ok(tries < 1000, `never said ${words}: ${this.said.join("\n")}`);
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
    }

    baselines(): string[] {
        return this.git(this.config, "tag").split("\n").filter(Boolean);
    }

    /** @param reported whether the relay reports what becomes of commits. */
    async run(word: string | undefined, more: Record<string, string> = {}, reported = false): Promise<void> {
        if (!this.registry.listening) {
            await new Promise<void>((resolve) => this.registry.listen(0, "127.0.0.1", resolve));
        }
        const url = `http://127.0.0.1:${(this.registry.address() as AddressInfo).port}`;
        const login = { username: "NAME", password: "PASSWORD" };
        const image = (project: string): object => ({ url, image: `registry.test/${project}/web`, ...login });
        const web = {
            app: "web",
            source: this.source,
            sourceLogin: login,
            branches: ["latest", "master"],
            config: this.config,
            configLogin: login,
            format: "helm",
            environments: [
                {
                    environment: "prod",
                    branch: "master",
                    file: "prod/values.yaml",
                    revision: "main",
                    sources: [image("web-test")],
                    target: image("web-prod"),
                    ...(reported
                        ? {
                              rollout: {
                                  api: `${url}/api/v4/projects/1`,
                                  branch: "main",
                                  file: "prod/values.yaml",
                                  statuses: ["gitops/web/prod/member1", "gitops/web/prod/member2"],
                                  token: "ROLLOUT_TOKEN",
                              },
                          }
                        : {}),
                },
            ],
        };
        await release(
            {
                ...{ CI_API_V4_URL: `${url}/api/v4`, CI_PROJECT_ID: "7", CI_JOB_TOKEN: "fake-job" },
                ...{
                    RELEASE: JSON.stringify(web),
                    NAME: "robot",
                    PASSWORD: "fake",
                    RELEASE_WORK: this.folder,
                },
                ...{ ROLLOUT_TOKEN: "fake-status-reader", ROLLOUT_SECONDS: "0", ROLLOUT_INTERVAL: "0.01" },
                ...{ CI_ENVIRONMENT_NAME: "prod", PROMOTION_ATTEMPTS: "1", ...more },
            },
            word,
            (line) => this.said.push(line),
        );
    }

    values(revision = "main"): string {
        return this.git(this.config, "show", `refs/heads/${revision}:prod/values.yaml`);
    }
}

describe("the commits of a content", () => {
    it("are those with the head's tree, the head first, each once", () => {
        const log = ["m2 t2", "m2 t2", "l2 t2", "m1 t1", "l1 t1", "x t3"].join("\n");
        assert.deepEqual(
            sameContent(`${log}\n`, () => ""),
            ["m2", "l2"],
        );
    });

    it("are those too that lack nothing but what the estate wrote, on and on, the newest first", () => {
        const log = ["m t3 o l3", "l3 t3 l2", "l2 t2 l1", "l1 t1 l0 f", "l0 t0", "f t1 l0", "o t0"];
        const changed = (parent: string, commit: string): string =>
            ["l2 l3", "l1 l2"].includes(`${parent} ${commit}`) ? "ci/estate.yml\n" : "ci/estate.yml\na.ts\n";
        assert.deepEqual(sameContent(log.join("\n"), changed), ["m", "l3", "l2", "l1", "f"]);
    });
});

describe("what is released of a branch", () => {
    it("is the branch, also where a developer has pushed a tag of its name", async (context) => {
        const scene = new Scene(context);
        const [first, second] = scene.versions();
        scene.git(scene.source, "tag", "master", first);
        scene.git(scene.source, "tag", "latest", first);
        await scene.run(undefined);
        // The merge has the content of the second and an image, as all tags here.
        const head = scene.git(scene.source, "rev-parse", "refs/heads/master");
        assert.match(scene.values(), new RegExp(`imagetag: "${head.slice(0, 10)}"`), scene.said.join("\n"));
        const like = commitsLike((...words) => scene.git(scene.source, ...words) + "\n", "master", [
            "latest",
        ]);
        assert.deepEqual(like, [head, second]);
    });

    it("is what was built before the estate's commit, which starts no build", (context) => {
        const scene = new Scene(context);
        const [, second] = scene.versions();
        scene.git(scene.source, "checkout", "--quiet", "latest");
        scene.commit(scene.source, "ci/estate.yml", "include: another\n");
        scene.git(scene.source, "checkout", "--quiet", "master");
        scene.git(scene.source, "merge", "--quiet", "--no-ff", "--message", "Release", "latest");
        const git = (...words: string[]): string => scene.git(scene.source, ...words) + "\n";
        assert.ok(commitsLike(git, "master", ["latest"]).includes(second ?? ""));
        scene.commit(scene.source, "public/index.html", "more");
        assert.ok(!commitsLike(git, "master", ["latest"]).includes(second ?? ""));
    });

    it("is not what a developer's branch has, which is not delivered", (context) => {
        const scene = new Scene(context);
        const [, second] = scene.versions();
        scene.git(scene.source, "checkout", "--quiet", "-b", "work", "latest");
        const same = scene.git(scene.source, "commit", "--quiet", "--allow-empty", "--message", "Work");
        assert.equal(same, "");
        const git = (...words: string[]): string => scene.git(scene.source, ...words) + "\n";
        const head = git("rev-parse", "refs/heads/master").trim();
        assert.deepEqual(commitsLike(git, "master", ["latest", "gone"]), [head, second]);
        assert.throws(() => commitsLike(git, "gone", []), /has no branch gone/);
    });
});

describe("a baseline", () => {
    it("is made once all clusters are healthy, once, and with what was released", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        await scene.run("deliver", {}, true);
        const delivered = scene.git(scene.config, "rev-parse", "main");
        assert.deepEqual(scene.baselines(), []);
        await assert.rejects(
            scene.run("baseline", {}, true),
            /web: no baseline: \w{10} is not healthy: nothing yet of gitops\/web\/prod\/member1, gitops\/web\/prod\/member2\. Run this job again/,
        );
        scene.says("success", "failed");
        await assert.rejects(
            scene.run("baseline", {}, true),
            /not healthy: gitops\/web\/prod\/member2: words\./,
        );
        assert.deepEqual(scene.baselines(), []);

        scene.says("success", "success");
        // Another app's commit, which no engine delivers for this one.
        scene.commit(scene.config, "api/values.yaml", "a: 1\n");
        await scene.run("baseline", {}, true);
        await scene.run("baseline", {}, true);
        const [name = "", ...others] = scene.baselines();
        assert.deepEqual(others, []);
        assert.equal(scene.git(scene.config, "rev-parse", `${name}^{commit}`), delivered);
        const head = scene.git(scene.source, "rev-parse", "refs/heads/master");
        assert.match(name, new RegExp(`^web-prod-\\d{4}-\\d{2}-\\d{2}-${head.slice(0, 10)}$`));
        assert.deepEqual(
            scene
                .git(scene.config, "for-each-ref", "--format=%(contents)", `refs/tags/${name}`)
                .replace(/sha256:[0-9a-f]{64}/, "<digest>")
                .split("\n"),
            [
                `web in prod: ${head.slice(0, 10)}`,
                "",
                `Image: registry.test/web-prod/web:${head.slice(0, 10)}`,
                "Digest: <digest>",
                `App-Commit: ${head}`,
                `App-Release: ${head}`,
            ],
        );
        assert.match(scene.said.join("\n"), /Baseline web-prod-\S+ is there already/);
    });

    it("gets its pipeline by the job's own rights where a job holds merges: a program's would fail", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        scene.git(scene.config, "config", "receive.advertisePushOptions", "true");
        await scene.run(undefined, { APPROVALS: '{"main":1}' });
        const [first = "", ...others] = scene.baselines();
        assert.deepEqual(others, []);
        assert.deepEqual(scene.started, [{ token: "fake-job", ref: first }]);

        scene.git(scene.source, "checkout", "--quiet", "master");
        scene.commit(scene.source, "page", "third");
        await scene.run(undefined, { APPROVALS: '{"main":1}' });
        const later = scene.baselines().find((name) => name !== first);
        assert.match(
            scene.said.join("\n"),
            new RegExp(
                `${later} has no pipeline that can roll back to it \\(GitLab answered with 403\\): run one`,
            ),
        );
        assert.ok(!scene.said.join("\n").includes("fake-job"));
    });

    it("starts no pipeline where no job holds merges: the tag's own has the rollback", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        await scene.run(undefined, { APPROVALS: "{}" });
        assert.equal(scene.baselines().length, 1);
        assert.deepEqual(scene.started, []);
    });

    it("is made at once where nobody reports what becomes of commits", async (context) => {
        const scene = new Scene(context);
        scene.commit(scene.config, "prod/values.yaml", 'imagetag: ""\n');
        scene.commit(scene.source, "page", "first");
        await scene.run("baseline");
        assert.match(scene.said.join("\n"), /web has no version in prod yet/);
        scene.git(scene.source, "branch", "latest");
        scene.git(scene.source, "branch", "master");
        await scene.run("deliver");
        assert.deepEqual(scene.baselines(), []);
        await scene.run("baseline");
        assert.equal(scene.baselines().length, 1);
        await assert.rejects(scene.run("base"), /"base" is none of deliver, baseline and rollback/);
    });

    it("is none of a version that another one follows before it is healthy", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        await scene.run("deliver", {}, true);
        const waits = scene.run("baseline", { ROLLOUT_SECONDS: "60" }, true);
        await scene.heard(/is not healthy yet/);
        scene.commit(scene.config, "prod/values.yaml", 'imagetag: "0123456789"\n');
        scene.says("success", "success");
        await waits;
        assert.deepEqual(scene.baselines(), []);
        assert.match(scene.said.join("\n"), /another version came before it was healthy/);
    });
});

describe("a rollback", () => {
    it("proposes the version of its baseline, and nothing else of the file", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        await scene.run(undefined);
        const [baseline = ""] = scene.git(scene.config, "tag").split("\n");
        const released = scene.values();
        const [, tag = ""] = /imagetag: "([^"]+)"/.exec(released) ?? [];
        scene.commit(scene.config, "prod/values.yaml", `imagetag: "later" # by hand\nreplicas: 5\n`);
        // A push option makes the merge request; a repository in a folder has to be set to take them.
        scene.git(scene.config, "config", "receive.advertisePushOptions", "true");
        await scene.run("rollback", { CI_COMMIT_TAG: baseline });
        assert.equal(scene.values(`rollback/${baseline}`), `imagetag: "${tag}"\nreplicas: 5`);
        const changed = scene.git(scene.config, "diff", "--name-only", "main", `rollback/${baseline}`);
        assert.deepEqual(changed.split("\n"), ["prod/hold.yaml", "prod/values.yaml"]);
    });

    it("stays through twenty pushes, each released; what they brought comes once the hold is lifted", async (context) => {
        const scene = new Scene(context);
        scene.versions();
        await scene.run(undefined);
        const [baseline = ""] = scene.baselines();
        const back = scene.values();
        scene.commit(scene.config, "prod/values.yaml", 'imagetag: "later"\nreplicas: 2\n');
        scene.git(scene.config, "config", "receive.advertisePushOptions", "true");
        await scene.run("rollback", { CI_COMMIT_TAG: baseline });
        scene.git(scene.config, "merge", "--quiet", "--no-ff", "-m", "Roll back", `rollback/${baseline}`);
        assert.equal(scene.values(), back);

        for (let push = 1; push <= 20; push++) {
            scene.git(scene.source, "checkout", "--quiet", "latest");
            scene.commit(scene.source, "page", `push ${push}`);
            scene.git(scene.source, "checkout", "--quiet", "master");
            scene.git(scene.source, "merge", "--quiet", "--no-ff", "--message", `Release ${push}`, "latest");
            await scene.run(undefined);
            assert.equal(scene.values(), back, `push ${push}`);
        }
        assert.deepEqual(scene.baselines(), [baseline]);
        const told = scene.said.filter((line) => line.includes(`held at ${baseline}`));
        assert.equal(told.length, 20);

        scene.git(scene.config, "rm", "--quiet", "prod/hold.yaml");
        scene.git(scene.config, "commit", "--quiet", "--message", "On with it");
        await scene.run(undefined);
        const head = scene.git(scene.source, "rev-parse", "refs/heads/master").slice(0, 10);
        assert.match(scene.values(), new RegExp(`imagetag: "${head}"`));
        assert.equal(scene.baselines().length, 2);
    });

    it("reads a tag where it is written", () => {
        const images = 'images:\n  - name: other\n    newTag: x\n  - name: app\n    newTag: "v1.0" # ours\n';
        assert.equal(tagIn(images, "kustomize"), "v1.0");
        assert.equal(tagIn('imagetag: "0123456789"\n', "helm"), "0123456789");
        assert.equal(tagIn('imagetag: ""\n', "helm"), undefined);
        assert.equal(tagIn("a:\n- image: 'h:1/p/a:x@sha256:0a'  # version\n", "plain"), "x");
        assert.equal(tagIn("- image: h:1/p/a:none # version\n", "plain"), undefined);
        assert.equal(tagIn("{\n  imagetag: 'v1-2',\n}\n", "jsonnet"), "v1-2");
        assert.equal(tagIn("a: 1\n", "helm"), undefined);
    });

    it("writes a tag where ci/deliver.sh does", () => {
        assert.equal(withTag("a: 1\nimagetag: x # y\nb:\n", "helm", "t"), 'a: 1\nimagetag: "t"\nb:\n');
        assert.equal(withTag("image:\n  imagetag: x\n", "helm", "t"), undefined);
        const images = (newTag: string): string =>
            `resources: []\nimages:\n  - name: other\n    newTag: x\n  - name: "app" # ours\n    newName: i\n    newTag: ${newTag}\npatches:\n  - name: app\n`;
        assert.equal(withTag(images("x"), "kustomize", "t"), images('"t"'));
        assert.equal(withTag("images:\n  - name: other\n    newTag: x\n", "kustomize", "t"), undefined);
        const plain = (image: string): string => `a:\n- image: ${image}\n- image: h/p/side:1\n`;
        assert.equal(
            withTag(plain("'h:1/p/a:x@sha256:0a'  # version"), "plain", "t"),
            plain("h:1/p/a:t # version"),
        );
        assert.equal(withTag(plain("h/p/a:x"), "plain", "t"), undefined);
        assert.equal(withTag("{\n  imagetag: '',\n}\n", "jsonnet", "t"), "{\n  imagetag: 't',\n}\n");
    });

    it("leaves the mark by which Flux finds the tag", () => {
        const mark = ' # {"$imagepolicy": "flux-shop:web-dev:tag"}';
        assert.equal(withTag(`imagetag: ""${mark}\n`, "helm", "t"), `imagetag: "t"${mark}\n`);
    });
});

describe("a hold", () => {
    const hold = 'baseline: web-prod-2031-01-31-0123456789\nuntil: "2031-02-07"\nreason: "too slow"\n';
    it("ends after its day", () => {
        assert.equal(
            heldBy(hold, "2031-02-07"),
            "held at web-prod-2031-01-31-0123456789 until 2031-02-07: too slow",
        );
        assert.equal(heldBy(hold, "2031-02-08"), undefined);
    });
    it("without a day, or with one that is none, ends when it is removed", () => {
        assert.equal(heldBy("reason: wait\n", "2031-02-08"), "held at what it has: wait");
        assert.match(String(heldBy("until: soon\n", "2031-02-08")), /until soon: no reason given/);
    });
});

describe("what is released", () => {
    it("is said by variables with JSON, and by no login", () => {
        const variables = {
            RELEASE_API: '{"app":"api"}',
            RELEASE: '{"app":"web"}',
            RELEASE_SOURCE_PASSWORD: "secret",
            RELEASE_WORK: "/tmp/x",
        };
        assert.deepEqual(
            releasesOf(variables).map(({ app }) => app),
            ["web", "api"],
        );
        assert.throws(() => releasesOf({}), /has not got its variables from the estate/);
    });

    it("names the variable of a login that is empty", async () => {
        const login = (purpose: string): object => ({
            username: `RELEASE_${purpose}_USERNAME`,
            password: `RELEASE_${purpose}_PASSWORD`,
        });
        const web = {
            app: "web",
            source: "https://gitlab.test/web.git",
            sourceLogin: login("SOURCE"),
            config: "https://gitlab.test/web-config.git",
            configLogin: login("CONFIG"),
            format: "helm",
            environments: [{ environment: "prod", revision: "main", file: "web/values.yaml" }],
        };
        const variables = { RELEASE: JSON.stringify(web), CI_ENVIRONMENT_NAME: "prod" };
        await assert.rejects(
            release(variables, undefined, () => undefined),
            /web: RELEASE_CONFIG_PASSWORD is empty\. It is a protected variable/,
        );
        // Nothing of it is for another environment's job.
        await release({ ...variables, CI_ENVIRONMENT_NAME: "live" }, undefined, () => undefined);
    });
});

describe("handing over", () => {
    const variables = {
        RELEASE_URL: "https://gitlab.test/api/v4/projects/7/trigger/pipeline",
        RELEASE_REF: "main",
        RELEASE_TOKEN: "fake-trigger-token",
    };
    const answer = (status: number, body: unknown): Response =>
        new Response(JSON.stringify(body), { status });

    it("starts one pipeline, without the token in what it says", async () => {
        const said: string[] = [];
        const asked: string[] = [];
        const ask = (url: string, init: RequestInit): Promise<Response> => {
            asked.push(`${url} ${(init.body as URLSearchParams).toString()}`);
            return Promise.resolve(
                asked.length === 1
                    ? answer(502, "busy")
                    : answer(201, { web_url: "https://gitlab.test/p/1" }),
            );
        };
        await handOver(variables, (line) => said.push(line), ask, 0);
        assert.deepEqual(asked, Array(2).fill(`${variables.RELEASE_URL} token=fake-trigger-token&ref=main`));
        assert.match(said.join("\n"), /status 502[^]*https:\/\/gitlab\.test\/p\/1/);
        assert.doesNotMatch(said.join("\n"), /fake-trigger-token/);
    });

    it("trusts the private authority that the job is given, as the job starts it", async (context) => {
        const folder = mkdtempSync(path.join(tmpdir(), "hand-over-"));
        context.after(() => rmSync(folder, { recursive: true }));
        const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
        execFileSync(
            "openssl",
            [
                ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test"],
                ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
            ],
            { stdio: "pipe" },
        );
        const gitlab = createSecureServer(
            { key: readFileSync(key), cert: readFileSync(cert) },
            (_, response) => {
                response.writeHead(201).end('{"web_url":"https://gitlab.test/p/1"}');
            },
        );
        context.after(() => gitlab.close());
        await new Promise<void>((resolve) => gitlab.listen(0, "127.0.0.1", resolve));
        mkdirSync(path.join(folder, "ci"));
        const scripts = path.join(__dirname, "../../../components/ci/scripts");
        for (const script of ["hand-over.sh", "hand-over.mjs"] as const) {
            writeFileSync(path.join(folder, "ci", script), scriptText(script));
        }
        const pipeline = readFileSync(path.join(scripts, "../flows/trunk/app.gitlab-ci.yml"), "utf8");
        const [, line = ""] = /\.release:[^]*?script:\n {4}- (.*)/.exec(pipeline) ?? [];
        const { PATH = "" } = process.env;
        const url = `https://127.0.0.1:${(gitlab.address() as AddressInfo).port}/trigger`;
        const { stdout } = await promisify(execFile)("sh", ["-c", line], {
            cwd: folder,
            env: { ...variables, PATH, RELEASE_URL: url, ESTATE_CA_FILE: cert },
        });
        assert.match(stdout, /The release has begun: https:\/\/gitlab\.test\/p\/1/);
    });

    it("gives up at once where asking again is no use, and says what to do", async () => {
        let times = 0;
        const refused = (): Promise<Response> => {
            times++;
            return Promise.resolve(answer(404, { message: "404 Not Found" }));
        };
        await assert.rejects(
            handOver(variables, () => undefined, refused, 0),
            (error: unknown) =>
                error instanceof HandOverError && /404[^]*after an update of the estate/.test(error.message),
        );
        assert.equal(times, 1);
        await assert.rejects(
            handOver({ ...variables, RELEASE_TOKEN: "" }, () => undefined, refused, 0),
            /RELEASE_TOKEN is empty/,
        );
    });
});
