/** ci/deliver.sh against the GitLab stand-in: what is written where, and who wins when many write at once. */
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { configContent } from "../../../components/content";
import { versionKeys } from "../../../estate/delivery";
import { versionFile, type VersionPlace } from "../../../estate/flows/plan";
import type { App } from "../../../estate/model";
import { field, Sandbox } from "../../../sandbox/test/gitlab/harness";
import { sampleApp } from "../../components/sample";
import { commit, folder, must, run, runScript, text, type Run } from "../../support/pipelineScripts";

type Format = App["delivery"];

/** An app repository and a config repository in one GitLab, and a token that writes the second. */
class Scene {
    private constructor(
        readonly gitlab: Sandbox,
        readonly work: string,
        readonly format: Format,
        private readonly token: string,
    ) {}

    /** @param versionMarker comment by which the engine finds the version. */
    static async start(
        context: TestContext,
        format: Format = "helm",
        versionMarker?: string,
    ): Promise<Scene> {
        const gitlab = await Sandbox.start(context);
        await gitlab.newProject("web");
        const config = await gitlab.newProject("web-config");
        const root = gitlab.root();
        const made = await root.call("POST", `/projects/${config}/access_tokens`, {
            name: "config-writer",
            scopes: ["write_repository"],
            access_level: 30,
            expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        });
        await root.call("POST", `/projects/${config}/repository/branches`, { branch: "dev", ref: "main" });
        const seeded = await gitlab.clone("acme/web-config", root.token);
        await must(seeded, "git", "checkout", "-q", "dev");
        const files = Object.fromEntries(
            configContent(
                sampleApp("web", {
                    delivery: format,
                    ...(versionMarker === undefined ? {} : { versionMarker }),
                }),
            ).map((file) => [file.path, file.text]),
        );
        await commit(seeded, files, "Seed");
        await must(seeded, "git", "push", "-q", "origin", "dev");
        const work = await gitlab.clone("acme/web", root.token);
        return new Scene(gitlab, work, format, field<string>(made.body, "token"));
    }

    private get place(): VersionPlace {
        const place = sampleApp("web", { delivery: this.format }).plan.versions["dev"];
        assert.ok(place);
        return place;
    }

    /** A new commit on `main` of the app repository, pushed. */
    async push(message: string): Promise<string> {
        const sha = await commit(this.work, { "public/index.html": message }, message);
        await must(this.work, "git", "push", "-q", "origin", "HEAD:main");
        return sha;
    }

    /** A checkout of a commit that knows nothing newer, as a job has. */
    async checkout(context: TestContext, sha: string): Promise<string> {
        const made = path.join(await folder(context), "checkout");
        await must(
            tmpdir(),
            "git",
            "clone",
            "-q",
            this.gitlab.remote("acme/web", this.gitlab.root().token),
            made,
        );
        await must(made, "git", "checkout", "-q", "--detach", sha);
        await must(made, "git", "update-ref", "-d", "refs/remotes/origin/main");
        await must(made, "git", "branch", "-q", "-D", "main");
        return made;
    }

    async deliver(
        context: TestContext,
        sha: string,
        more: Readonly<Record<string, string>> = {},
    ): Promise<Run> {
        return runScript("deliver.sh", await this.checkout(context, sha), {
            APP: "web",
            IMAGE: "harbor.test/web-dev/web",
            CI_COMMIT_SHA: sha,
            CI_COMMIT_BRANCH: "main",
            DELIVERY_BRANCH: "main",
            CONFIG_REPOSITORY: `${this.gitlab.url}/acme/web-config.git`,
            CONFIG_BRANCH: "dev",
            CONFIG_FOLDER: path.dirname(versionFile(this.place)),
            CONFIG_FORMAT: this.format,
            ...(this.place.carries === undefined ? {} : { CONFIG_CARRIES: this.place.carries.join(" ") }),
            CONFIG_USERNAME: "oauth2",
            CONFIG_TOKEN: this.token,
            ...more,
        });
    }

    /** The config repository's branch: the file with the tag, and the messages of its commits, newest first. */
    async config(): Promise<{ file: string; messages: string[]; folder: string }> {
        const clone = await this.gitlab.clone("acme/web-config", this.gitlab.root().token);
        await must(clone, "git", "checkout", "-q", "dev");
        return {
            folder: path.join(clone, "web"),
            file: await text(
                path.join(clone, path.dirname(versionFile(this.place)), versionKeys[this.format].file),
            ),
            messages: (await must(clone, "git", "log", "--format=%B%x00"))
                .split("\0")
                .map((each) => each.trim())
                .filter((each) => each !== ""),
        };
    }
}

test("the tag is written, and nothing else of the file changes", async (context) => {
    const mark = '# {"$imagepolicy": "flux-shop:web-dev:tag"}';
    const scene = await Scene.start(context, "helm", mark);
    const before = (await scene.config()).file;
    assert.ok(before.includes(`imagetag: "" ${mark}`), before);
    const sha = await scene.push("A better page");
    const { code, output } = await scene.deliver(context, sha);
    assert.equal(code, 0, output);
    const { file, messages } = await scene.config();
    assert.equal(file, before.replace('imagetag: ""', `imagetag: "${sha.slice(0, 10)}"`));
    assert.deepEqual(messages[0]?.split("\n"), [
        `web: deliver ${sha.slice(0, 10)}`,
        "",
        "A better page",
        "",
        `App-Commit: ${sha}`,
        "App-Author: Alice <alice@example.com>",
        "App-Pipeline: unknown",
    ]);
});

test("a kustomization gets the tag in its images, and an older spelling of it too", async (context) => {
    const scene = await Scene.start(context, "kustomize");
    const sha = await scene.push("One");
    const { code, output } = await scene.deliver(context, sha);
    assert.equal(code, 0, output);
    assert.match((await scene.config()).file, new RegExp(`^    newTag: "${sha.slice(0, 10)}"$`, "m"));
    // As `kustomize edit` writes it: no indentation, keys sorted, other images around.
    const clone = await scene.gitlab.clone("acme/web-config", scene.gitlab.root().token);
    await must(clone, "git", "checkout", "-q", "dev");
    const images = (tag: string): string =>
        `images:\n- name: side\n  newTag: s1\n- digest: ""\n  name: app\n  newName: x/y/web\n  newTag: ${tag} # now\n- name: other\n  newTag: o1\nresources:\n- a.yaml\n`;
    await commit(clone, { "web/kustomization.yaml": images("old") }, "Rewrite");
    await must(clone, "git", "push", "-q", "origin", "dev");
    const next = await scene.push("Two");
    await scene.deliver(context, next);
    assert.equal((await scene.config()).file, images(`"${next.slice(0, 10)}"`).replace(" # now", ""));
});

test("plain manifests get the tag behind the image's name and pods with it, those of later environments too", async (context) => {
    const scene = await Scene.start(context, "plain");
    const before = (await scene.config()).file;
    const sha = await scene.push("One");
    const { code, output } = await scene.deliver(context, sha);
    assert.equal(code, 0, output);
    const tag = sha.slice(0, 10);
    const { file, folder: here } = await scene.config();
    assert.equal(
        file,
        before
            .replace(/image: .*/, `image: harbor.test/web-dev/web:${tag} # version`)
            .replace(/replicas: 0 #.*/, "replicas: 1"),
    );
    const prod = await text(path.join(here, "environments/prod/deployment.yaml"));
    assert.match(prod, new RegExp(`^ +image: harbor.test/web-prod/web:${tag} # version$`, "m"));
    // As people write it: quotes, a digest, a sidecar, an image of the same name that nobody marked.
    const images = (one: string, other: string): string =>
        `spec:\n  replicas: 3\n  containers:\n  - image: ${one}\n  - image: harbor.test:8443/x/side:1\n  - name: second\n    image:   ${other}\n`;
    const clone = await scene.gitlab.clone("acme/web-config", scene.gitlab.root().token);
    await must(clone, "git", "checkout", "-q", "dev");
    const written = images(
        `"harbor.test:8443/x/web:${tag}@sha256:${"0".repeat(64)}"   # version`,
        "'harbor.test/x/job:old' # version ",
    );
    await commit(clone, { "web/environments/dev/deployment.yaml": written }, "Rewrite");
    await must(clone, "git", "push", "-q", "origin", "dev");
    const next = await scene.push("Two");
    assert.equal((await scene.deliver(context, sha)).output.includes("already"), true);
    await scene.deliver(context, next);
    const short = next.slice(0, 10);
    assert.equal(
        (await scene.config()).file,
        images(`harbor.test:8443/x/web:${short} # version`, `harbor.test/x/job:${short} # version`).replace(
            "image:   ",
            "image: ",
        ),
    );
    assert.match((await scene.deliver(context, sha)).output, /which is newer than/);
});

test("Jsonnet gets the tag in a file of its own, at whatever indentation", async (context) => {
    const scene = await Scene.start(context, "jsonnet");
    const before = (await scene.config()).file;
    const sha = await scene.push("One");
    const { code, output } = await scene.deliver(context, sha);
    assert.equal(code, 0, output);
    assert.equal((await scene.config()).file, before.replace("''", `'${sha.slice(0, 10)}'`));
    assert.match((await scene.deliver(context, sha)).output, /already/);
});

test("a file without a place for the tag is reported with what is missing", async (context) => {
    for (const [format, file, missing] of [
        ["plain", "web/environments/dev/deployment.yaml", /no line "image: <name>:<tag> # version"/],
        ["jsonnet", "web/version.libsonnet", /no line "imagetag: '',"/],
    ] as const) {
        const scene = await Scene.start(context, format);
        const clone = await scene.gitlab.clone("acme/web-config", scene.gitlab.root().token);
        await must(clone, "git", "checkout", "-q", "dev");
        await commit(clone, { [file]: "image: web:1\n" }, "Rewrite");
        await must(clone, "git", "push", "-q", "origin", "dev");
        const { code, output } = await scene.deliver(context, await scene.push("One"));
        assert.notEqual(code, 0);
        assert.match(output, missing);
    }
});

test("the same commit again writes nothing; an older one does not come over a newer one", async (context) => {
    const scene = await Scene.start(context);
    const older = await scene.push("Older");
    const newer = await scene.push("Newer");
    assert.equal((await scene.deliver(context, newer)).code, 0);
    const count = (await scene.config()).messages.length;
    const again = await scene.deliver(context, newer);
    assert.equal(again.code, 0);
    assert.match(again.output, /dev has [^ ]+ already/);
    const late = await scene.deliver(context, older);
    assert.equal(late.code, 0, late.output);
    assert.match(late.output, /Not delivered: dev has \w{10}, which is newer than \w{10}\./);
    const { file, messages } = await scene.config();
    assert.equal(messages.length, count);
    assert.match(file, new RegExp(`^imagetag: "${newer.slice(0, 10)}"$`, "m"));
});

test("a tag with the name of a commit, which anybody may push, decides nothing", async (context) => {
    const scene = await Scene.start(context);
    const older = await scene.push("Older");
    const newer = await scene.push("Newer");
    const last = await scene.push("Last");
    const name = newer.slice(0, 10);
    await must(scene.work, "git", "push", "-q", "origin", `${older}:refs/tags/${name}`);
    assert.equal((await scene.deliver(context, newer)).code, 0);
    assert.match((await scene.deliver(context, older)).output, /which is newer than/);
    await must(scene.work, "git", "push", "-q", "--force", "origin", `${last}:refs/tags/${name}`);
    assert.equal((await scene.deliver(context, last)).code, 0);
    assert.match((await scene.config()).file, new RegExp(`^imagetag: "${last.slice(0, 10)}"$`, "m"));
});

test("ten pushes in a row, delivered all at once: the last wins and nothing of others is lost", async (context) => {
    const scene = await Scene.start(context);
    const shas: string[] = [];
    for (let n = 1; n <= 10; n++) {
        shas.push(await scene.push(`Push ${n}`));
    }
    // Somebody changes the configuration in the meantime.
    const person = (async (): Promise<void> => {
        const clone = await scene.gitlab.clone("acme/web-config", scene.gitlab.root().token);
        await must(clone, "git", "checkout", "-q", "dev");
        for (let tries = 1; ; tries++) {
            await commit(clone, { "web/NOTES.md": "by hand\n" }, "Notes");
            if ((await run(clone, "git", ["push", "-q", "origin", "dev"])).code === 0) {
                return;
            }
            assert.ok(tries < 50, "a person never got through");
            await must(clone, "git", "fetch", "-q", "origin");
            await must(clone, "git", "reset", "-q", "--hard", "origin/dev");
        }
    })();
    const results = await Promise.all([
        ...shas.map((sha) => scene.deliver(context, sha, { DELIVERY_ATTEMPTS: "30" })),
    ]);
    await person;
    for (const { code, output } of results) {
        assert.equal(code, 0, output);
    }
    const { file, folder: config } = await scene.config();
    assert.match(file, new RegExp(`^imagetag: "${shas.at(-1)?.slice(0, 10)}"$`, "m"));
    assert.equal(await text(path.join(config, "NOTES.md")), "by hand\n");
});

test("only the delivered branch delivers, and others say which one it is", async (context) => {
    const scene = await Scene.start(context);
    const sha = await scene.push("While a hotfix is on");
    const { code, output } = await scene.deliver(context, sha, { DELIVERY_BRANCH: "hotfix-1" });
    assert.equal(code, 0);
    assert.equal(output.trim(), "Not delivered: deliveries of web come from hotfix-1 now, and this is main.");
    assert.equal((await scene.config()).messages.length, 2);
});

test("a hotfix's commit comes over the one that is written, and main's comes over it afterwards", async (context) => {
    const scene = await Scene.start(context);
    const released = await scene.push("Released");
    const next = await scene.push("Next iteration");
    await scene.deliver(context, next);
    await must(scene.work, "git", "checkout", "-q", "-b", "hotfix-1", released);
    const fix = await commit(scene.work, { "public/index.html": "fixed" }, "Fix");
    await must(scene.work, "git", "push", "-q", "origin", "hotfix-1");
    const lane = { DELIVERY_BRANCH: "hotfix-1", CI_COMMIT_BRANCH: "hotfix-1" };
    const fixed = await scene.deliver(context, fix, lane);
    assert.equal(fixed.code, 0, fixed.output);
    assert.match((await scene.config()).file, new RegExp(`^imagetag: "${fix.slice(0, 10)}"$`, "m"));
    await must(scene.work, "git", "checkout", "-q", "main");
    const after = await scene.push("After the hotfix");
    await scene.deliver(context, after);
    assert.match((await scene.config()).file, new RegExp(`^imagetag: "${after.slice(0, 10)}"$`, "m"));
});

test("where the image updater writes, the script needs no credential and writes nothing", async (context) => {
    const scene = await Scene.start(context);
    const sha = await scene.push("One");
    const { code, output } = await scene.deliver(context, sha, {
        TAG_WRITER: "updater",
        TAG_PREFIX: "main-",
        CONFIG_TOKEN: "",
    });
    assert.equal(code, 0);
    assert.equal(
        output.trim(),
        `Nothing to write: Argo CD Image Updater finds harbor.test/web-dev/web:main-${sha.slice(0, 10)} by itself.`,
    );
});

test("what cannot work fails with the reason, and the token is in no message and no argument", async (context) => {
    const scene = await Scene.start(context);
    const sha = await scene.push("One");
    const cases: [Record<string, string>, RegExp][] = [
        [{ CONFIG_TOKEN: "" }, /CONFIG_TOKEN is empty: it is a protected variable/],
        [{ CONFIG_TOKEN: "glpat-wrong-wrong-wrong" }, /cannot clone .*acme\/web-config.git, branch dev: /],
        [{ CONFIG_BRANCH: "nowhere" }, /branch nowhere/],
        [{ CONFIG_FOLDER: "other" }, /other\/values.yaml is not in branch dev/],
        [{ CONFIG_FORMAT: "cue" }, /CONFIG_FORMAT is cue/],
        [{ DELIVERY_BRANCH: "" }, /DELIVERY_BRANCH is not set|DELIVERY_BRANCH/],
    ];
    for (const [more, message] of cases) {
        const { code, output } = await scene.deliver(context, sha, more);
        assert.notEqual(code, 0, output);
        assert.match(output, message);
        assert.equal(output.includes(more["CONFIG_TOKEN"] || "glpat-"), false, output);
    }
    // A git that writes down how it was called.
    const bin = await mkdtemp(path.join(tmpdir(), "git-"));
    const real = await must("/", "sh", "-c", "command -v git");
    await writeFile(
        path.join(bin, "git"),
        `#!/bin/sh\nprintf '%s\\n' "$*" >>'${bin}/calls'\nexec '${real}' "$@"\n`,
        {
            mode: 0o755,
        },
    );
    const { code, output } = await scene.deliver(context, sha, {
        PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`,
    });
    assert.equal(code, 0, output);
    assert.equal((await text(path.join(bin, "calls"))).includes("glpat"), false);
});

test("a shallow checkout is refused: older and newer could not be distinguished", async (context) => {
    const scene = await Scene.start(context);
    await scene.push("One");
    const sha = await scene.push("Two");
    const shallow = path.join(await folder(context), "shallow");
    const url = scene.gitlab.remote("acme/web", scene.gitlab.root().token);
    await must(tmpdir(), "git", "clone", "-q", "--depth", "1", url, shallow);
    const { code, output } = await runScript("deliver.sh", shallow, {
        CI_COMMIT_SHA: sha,
        CI_COMMIT_BRANCH: "main",
        DELIVERY_BRANCH: "main",
        CONFIG_REPOSITORY: "unused",
        CONFIG_BRANCH: "dev",
        CONFIG_FOLDER: "web",
        CONFIG_FORMAT: "helm",
        CONFIG_TOKEN: "unused",
    });
    assert.notEqual(code, 0);
    assert.match(output, /set GIT_DEPTH to 0/);
});
