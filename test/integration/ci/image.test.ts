/**
 * ci/image.sh with crane against the Harbor stand-in. The other two builders are run as programs that write down how
 * they were called: that their images come out right is not proved here.
 */
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import * as path from "node:path";
import { after, before, test, type TestContext } from "node:test";

import { Receiver, TestHarbor, type Robot } from "../../../sandbox/test/harbor/fixture";
import {
    commit,
    folder,
    must,
    pathOf,
    pathWith,
    repository,
    runScript,
    text,
} from "../../support/pipelineScripts";

let harbor: TestHarbor;
let push: Robot;

before(async () => {
    harbor = await TestHarbor.start();
    await harbor.project("web-dev");
    push = await harbor.robot("web-dev", "push", ["repository:pull", "repository:push"]);
});
after(() => harbor.stop());

const page = { "public/index.html": "<title>web</title>", Dockerfile: "FROM scratch\n" };

/** Variables of a job on `main`, which is delivered. */
function variables(sha: string, more: Record<string, string> = {}): Record<string, string> {
    return {
        CI_COMMIT_SHA: sha,
        CI_COMMIT_BRANCH: "main",
        DELIVERY_BRANCH: "main",
        BUILDER: "crane",
        IMAGE: `${harbor.host}/web-dev/web`,
        REGISTRY: harbor.host,
        REGISTRY_INSECURE: "true",
        REGISTRY_USERNAME: push.login[0],
        REGISTRY_PASSWORD: push.login[1],
        ...more,
    };
}

interface Config {
    os: string;
    architecture: string;
    created: string;
    config: { Labels: Record<string, string> };
}

const configOf = async (tag: string): Promise<Config> =>
    JSON.parse(await harbor.crane(push.login, "config", `${harbor.host}/web-dev/web:${tag}`)) as Config;
const digestOf = (tag: string): Promise<string> =>
    harbor.crane(push.login, "digest", `${harbor.host}/web-dev/web:${tag}`).then((out) => out.trim());

test("an image of the commit's content is pushed under the commit's first ten characters", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const { code, output } = await runScript("image.sh", work, variables(sha));
    assert.equal(code, 0, output);
    const tag = sha.slice(0, 10);
    assert.match(output, new RegExp(`Pushed ${harbor.host}/web-dev/web:${tag}`));
    const config = await configOf(tag);
    assert.equal(config.os, "linux");
    assert.equal(config.architecture, "amd64");
    assert.equal(config.config.Labels["org.opencontainers.image.revision"], sha);
    const files = path.join(await folder(context), "files.tar");
    await harbor.crane(push.login, "export", `${harbor.host}/web-dev/web:${tag}`, files);
    assert.equal(await must("/", "tar", "-xOf", files, "www/index.html"), "<title>web</title>");
    assert.equal(output.includes(push.login[1]), false);
});

test("the same commit gives the same digest, and is not pushed twice", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    await runScript("image.sh", work, variables(sha));
    const other = await folder(context);
    await must(other, "git", "clone", "-q", work, "again");
    const again = path.join(other, "again");
    await runScript("image.sh", again, variables(sha, { TAG_PREFIX: "again-" }));
    assert.equal(await digestOf(`again-${sha.slice(0, 10)}`), await digestOf(sha.slice(0, 10)));
    const third = await runScript("image.sh", work, variables(sha));
    assert.match(third.output, /is there already: nothing to build/);
});

test("commits of one second are distinguished by their creation time, in their order", async (context) => {
    const work = await repository(context, page);
    const shas = [];
    for (const n of [1, 2, 3]) {
        shas.push(await commit(work, { "public/n": String(n) }, `n ${n}`));
    }
    const created = [];
    for (const sha of shas) {
        const { code, output } = await runScript("image.sh", work, variables(sha, { TAG_PREFIX: "main-" }));
        assert.equal(code, 0, output);
        created.push((await configOf(`main-${sha.slice(0, 10)}`)).created);
    }
    assert.deepEqual([...created].sort(), created);
    assert.equal(new Set(created).size, 3);
    for (const each of created) {
        assert.match(each, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
        assert.equal(Number.isNaN(Date.parse(each)), false);
    }
});

test("an image that Harbor hands out to nobody, not scanned as it is, is there all the same: an immutable tag is not pushed again", async (context) => {
    const project = await harbor.project("web-strict", { metadata: { prevent_vul: "true" } });
    await harbor.expect(201, "POST", `/projects/${project}/immutabletagrules`, {
        tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "**" }],
        scope_selectors: { repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }] },
    });
    const robot = await harbor.robot("web-strict", "push", ["repository:pull", "repository:push"]);
    const adapter = await Receiver.start();
    await harbor.expect(201, "POST", "/scanners", { name: "scanner", url: new URL(adapter.url).origin });
    await adapter.stop();
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const job = variables(sha, {
        IMAGE: `${harbor.host}/web-strict/web`,
        REGISTRY_USERNAME: robot.login[0],
        REGISTRY_PASSWORD: robot.login[1],
    });
    const first = await runScript("image.sh", work, job);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /Pushed/);
    const again = await runScript("image.sh", work, job);
    assert.equal(again.code, 0, again.output);
    assert.match(
        again.output,
        /does not hand out \S+, to nobody: .*without vulnerability scanning cannot be pulled/,
    );
    assert.match(again.output, /is there already: nothing to build/);
});

test("a base image keeps its configuration", async (context) => {
    await harbor.push("web-dev/base:1", "base", push.login);
    await harbor.crane(
        push.login,
        "mutate",
        `${harbor.host}/web-dev/base:1`,
        "--set-platform",
        "linux/arm64",
        "--entrypoint",
        "/serve",
        "-t",
        `${harbor.host}/web-dev/base:2`,
    );
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const base = { BASE_IMAGE: `${harbor.host}/web-dev/base:2`, TAG_PREFIX: "based-" };
    const { code, output } = await runScript("image.sh", work, variables(sha, base));
    assert.equal(code, 0, output);
    assert.equal((await configOf(`based-${sha.slice(0, 10)}`)).architecture, "arm64");
});

test("another branch than the delivered one builds without pushing, and says so", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const { code, output } = await runScript(
        "image.sh",
        work,
        variables(sha, { DELIVERY_BRANCH: "hotfix-1", TAG_PREFIX: "lane-", REGISTRY_PASSWORD: "" }),
    );
    assert.equal(code, 0, output);
    assert.match(output, /Built, but not pushed: this is main, and deliveries come from hotfix-1\./);
    await assert.rejects(digestOf(`lane-${sha.slice(0, 10)}`));
});

test("without its credential, and with a wrong one, it fails with the reason", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const none = await runScript(
        "image.sh",
        work,
        variables(sha, { REGISTRY_PASSWORD: "", TAG_PREFIX: "x-" }),
    );
    assert.notEqual(none.code, 0);
    assert.match(none.output, /REGISTRY_PASSWORD is empty: it is a protected variable/);
    const wrong = await runScript(
        "image.sh",
        work,
        variables(sha, { REGISTRY_PASSWORD: "wrong", TAG_PREFIX: "x-" }),
    );
    assert.notEqual(wrong.code, 0);
    assert.match(
        wrong.output,
        /does not let robot\$web-dev\+push read .*unauthorized.*generation makes a new one/,
    );
    assert.doesNotMatch(wrong.output, /Building/);
    const empty = await runScript(
        "image.sh",
        work,
        variables(sha, { IMAGE_CONTENT: "nowhere", TAG_PREFIX: "x-" }),
    );
    assert.notEqual(empty.code, 0);
    assert.match(empty.output, /has no folder nowhere; set IMAGE_CONTENT/);
});

test("buildah builds the Dockerfile rootless, without a daemon, and no credential is among its arguments", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const calls = path.join(await folder(context), "calls");
    const buildah = `printf '%s\\n' "$*" >>'${calls}'\ngrep -c auths "$REGISTRY_AUTH_FILE" >>'${calls}'`;
    const env = { BUILDER: "buildah", TAG_PREFIX: "b-", PATH: await pathWith(context, { buildah }) };
    const { code, output } = await runScript("image.sh", work, variables(sha, env));
    assert.equal(code, 0, output);
    const image = `${harbor.host}/web-dev/web:b-${sha.slice(0, 10)}`;
    const seconds = await must(work, "git", "show", "-s", "--format=%ct", sha);
    assert.deepEqual((await text(calls)).trim().split("\n"), [
        `--storage-driver vfs build --isolation chroot --format oci --tls-verify=false --timestamp ${seconds} --label org.opencontainers.image.revision=${sha} --file Dockerfile --tag ${image} .`,
        "1",
        `--storage-driver vfs push --tls-verify=false ${image}`,
        "1",
    ]);
});

/** A PATH without git, crane and skopeo: what an image that only builds has. */
const builderOnly = (context: TestContext, programs: Readonly<Record<string, string>>): Promise<string> =>
    pathOf(
        context,
        ["base64", "cat", "date", "grep", "mkdir", "mktemp", "rm", "stat", "touch", "tr"],
        programs,
    );

test("where there is no git, buildah dates the image by what GitLab says, or not at all", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const calls = path.join(await folder(context), "calls");
    const bin = await builderOnly(context, { buildah: `printf '%s\\n' "$*" >>'${calls}'` });
    const env = { BUILDER: "buildah", DELIVERY_BRANCH: "other", PATH: bin };
    const stamp = { CI_COMMIT_TIMESTAMP: "2031-02-01T11:30:08+02:00" };
    const dated = await runScript("image.sh", work, variables(sha, { ...env, ...stamp }));
    assert.equal(dated.code, 0, dated.output);
    const seconds = Date.parse("2031-02-01T09:30:08Z") / 1000;
    assert.match(await text(calls), new RegExp(`^\\S.* build .*--timestamp ${seconds} `));
    await rm(calls);
    const undated = await runScript("image.sh", work, variables(sha, env));
    assert.equal(undated.code, 1);
    assert.match(undated.output, new RegExp(`cannot find out when commit ${sha} was made`));
    await assert.rejects(text(calls), "nothing was built");
});

test("buildah asks by itself whether the tag is there already", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const registry = await folder(context);
    const calls = path.join(registry, "calls");
    const buildah = `printf '%s\\n' "$3" >>'${calls}'
case "$3" in pull) cat '${registry}/pushed' ;; push) touch '${registry}/pushed' ;; esac`;
    const env = {
        BUILDER: "buildah",
        CI_COMMIT_TIMESTAMP: "2031-02-01T11:30:08Z",
        PATH: await builderOnly(context, { buildah }),
    };
    const first = await runScript("image.sh", work, variables(sha, env));
    assert.equal(first.code, 0, first.output);
    const again = await runScript("image.sh", work, variables(sha, env));
    assert.match(again.output, /is there already: nothing to build/);
    assert.deepEqual((await text(calls)).trim().split("\n"), ["pull", "build", "push", "pull"]);
});

test("kaniko finds its credential after it has deleted the files of a stage, and it is gone afterwards", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const temporary = await folder(context);
    const calls = path.join(await folder(context), "calls");
    const executor = `printf '%s\\n' "$*" >>'${calls}'
rm -rf '${temporary}'/*
stat -c %a "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" >>'${calls}'
grep -c auths "$DOCKER_CONFIG/config.json" >>'${calls}'`;
    const bin = await builderOnly(context, { executor });
    const before = (await readdir(bin)).sort();
    const env = { BUILDER: "kaniko", PATH: bin, TMPDIR: temporary };
    const { code, output } = await runScript("image.sh", work, variables(sha, env));
    assert.equal(code, 0, output);
    const [args, ...rest] = (await text(calls)).trim().split("\n");
    assert.match(args ?? "", / --reproducible$/);
    assert.doesNotMatch(args ?? "", new RegExp(push.login[1].replace(/\W/g, "\\$&")));
    assert.deepEqual(rest, ["700", "600", "1"]);
    assert.deepEqual((await readdir(bin)).sort(), before);

    // The image updater finds the newest image by its date.
    await rm(calls);
    const updater = await runScript("image.sh", work, variables(sha, { ...env, TAG_WRITER: "updater" }));
    assert.equal(updater.code, 0, updater.output);
    assert.doesNotMatch(await text(calls), /--reproducible/);
});

test("an unknown builder is named", async (context) => {
    const work = await repository(context, page);
    const sha = await must(work, "git", "rev-parse", "HEAD");
    const { code, output } = await runScript(
        "image.sh",
        work,
        variables(sha, { BUILDER: "docker", TAG_PREFIX: "d-" }),
    );
    assert.notEqual(code, 0);
    assert.match(output, /BUILDER is docker; it can be buildah, kaniko or crane/);
});
