/**
 * ci/compose.sh with a docker and an ssh of the test's own, which write down what they are called with: what is written to the
 * config repository, what runs, and what is left for ci/card.mjs. Not proved here: that Docker takes it so.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { configContent } from "../../../components/content";
import { scriptText } from "../../../components/ci/scripts";
import { model } from "../../support/estate";
import { commit, folder, must, pathWith, repository, run, type Run } from "../../support/pipelineScripts";

const digest = `sha256:${"a".repeat(64)}`;

/** Answers as Docker does, as far as FAKE_… variables do not say that something is broken. */
const docker = `
echo "$* [\${DOCKER_HOST:-here}]" >>"$FAKE/calls"
case "$*" in
"context inspect"*) exit 1 ;;
version) ssh -p 2222 -- box docker system dial-stdio 2>/dev/null || :; [ -z "\${FAKE_DOWN:-}" ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; } ;;
"compose version") ;;
"pull --quiet "*) cp "$DOCKER_CONFIG/config.json" "$FAKE/login"; [ -z "\${FAKE_GONE:-}" ] || { echo "manifest unknown" >&2; exit 1; } ;;
"image inspect "*) echo "other.test/web@sha256:0"; echo "$IMAGE@\${FAKE_DIGEST}" ;;
*" ps --all "*) cat "$FAKE/states" ;;
*" logs "*) echo "no such page" ;;
*" config --quiet") for each; do case "$each" in *.yaml) cat "$each" >>"$FAKE/files" ;; esac; done ;;
*" pull --quiet") ;;
*" up "*) [ -z "\${FAKE_SICK:-}" ] || { echo "container web-1 is unhealthy" >&2; exit 1; } ;;
*) echo "unknown: $*" >&2; exit 1 ;;
esac
`;

/** What the script's ssh is given: its settings, and the files that these name. */
const ssh = `
[ "$1" = -F ] || exit 1
echo "$*" >>"$FAKE/calls"
cat "$2" >"$FAKE/ssh-config"
cat "$(sed -n 's/^IdentityFile //p' "$2")" >"$FAKE/ssh-key"
cat "$(sed -n 's/^UserKnownHostsFile //p' "$2")" >"$FAKE/ssh-hosts"
`;

interface Scene {
    /** Runs the job for the newest commit, or for another. */
    readonly deliver: (variables?: Readonly<Record<string, string>>, sha?: string) => Promise<Run>;
    /** A text that the test's programs wrote, or the script left; empty where there is none. */
    readonly seen: (file: string) => Promise<string>;
    /** The Compose file of the config repository. */
    readonly written: () => Promise<string>;
    readonly work: string;
    readonly sha: string;
}

/** @param states what docker compose ps says. */
async function scene(context: TestContext, states = "web running healthy\n"): Promise<Scene> {
    const estate = model({
        machines: { box: { runner: { tags: ["box"] } } },
        environments: { dev: { clusters: undefined, machine: "box" } },
        apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
    });
    const [web] = Object.values(estate.apps).filter(({ name }) => name === "web");
    assert.ok(web);
    const files = Object.fromEntries(configContent(web).map((file) => [file.path, file.text]));
    const seeded = await repository(context, files);
    const config = await folder(context);
    await must(config, "git", "clone", "-q", "--bare", seeded, "config.git");
    const fake = await folder(context);
    await writeFile(path.join(fake, "states"), states);
    const work = await repository(context, {
        "ci/compose.sh": scriptText("compose.sh"),
        "ci/deliver.sh": scriptText("deliver.sh"),
    });
    await must(work, "git", "checkout", "-q", "-b", "develop");
    const sha = await commit(work, { "public/index.html": "first" }, "First page");
    await must(work, "git", "remote", "add", "origin", work);
    const programs = await pathWith(context, { docker: `#!/bin/sh${docker}`, ssh: `#!/bin/sh${ssh}` });
    const home = await folder(context);
    return {
        work,
        sha,
        deliver: (variables = {}, commit = sha) =>
            run(work, "/bin/sh", ["ci/compose.sh"], {
                PATH: programs,
                HOME: home,
                FAKE: fake,
                FAKE_DIGEST: digest,
                APP: "web",
                CI_COMMIT_SHA: commit,
                CI_COMMIT_BRANCH: "develop",
                DELIVERY_BRANCH: "develop",
                TAG_OF: "branch",
                IMAGE: "harbor.test/web-dev/web",
                REGISTRY: "harbor.test",
                PULL_USERNAME: "robot$web-dev+pull",
                PULL_PASSWORD: "the-secret",
                CONFIG_REPOSITORY: path.join(config, "config.git"),
                CONFIG_BRANCH: "main",
                CONFIG_FOLDER: "web/environments/dev",
                CONFIG_FORMAT: "compose",
                CONFIG_TOKEN: "config-token",
                MACHINE: "box",
                MACHINE_PROJECT: "web-dev",
                MACHINE_WAIT: "90",
                ...variables,
            }),
        seen: async (file) => {
            const place = file.startsWith("deployment/") ? path.join(work, file) : path.join(fake, file);
            return (await readFile(place, "utf8").catch(() => "")).trim();
        },
        written: () =>
            must(config, "git", "-C", "config.git", "show", "main:web/environments/dev/compose.yaml"),
    };
}

const tagOf = (sha: string): string => `develop.${sha.slice(0, 10)}`;

test("the version is written with its digest, and what is written is what runs, until it is healthy", async (context) => {
    const { deliver, seen, written, sha } = await scene(context);
    assert.match(await written(), /^ {4}image: harbor\.test\/web-dev\/web:none # version$/m);
    const { code, output } = await deliver();
    assert.equal(code, 0, output);

    const line = `    image: harbor.test/web-dev/web:${tagOf(sha)}@${digest} # version`;
    assert.ok((await written()).split("\n").includes(line), await written());
    assert.ok((await seen("files")).split("\n").includes(line), "the file of the config repository");
    const calls = (await seen("calls")).split("\n");
    const up = calls.find((call) => call.includes(" up "));
    assert.match(
        up ?? "",
        /^compose --project-name web-dev .* up --detach --wait --wait-timeout 90 --remove-orphans \[here\]$/,
    );
    const login = JSON.parse(await seen("login")) as { auths: Record<string, { auth: string }> };
    assert.equal(
        Buffer.from(login.auths["harbor.test"]?.auth ?? "", "base64").toString(),
        "robot$web-dev+pull:the-secret",
    );
    assert.ok(!output.includes("the-secret") && !calls.join().includes("the-secret"));
    assert.equal(await seen("deployment/event"), "healthy");
    assert.equal(await seen("deployment/image"), `harbor.test/web-dev/web:${tagOf(sha)}@${digest}`);

    const again = await deliver();
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /main has develop\.\w{10} already/);
});

test("what does not get healthy is red, with the last lines of each service that is not", async (context) => {
    const states = "web running unhealthy\ndb running healthy\ncron exited \n";
    const { deliver, seen, written, sha } = await scene(context, states);
    const { code, output } = await deliver({ FAKE_SICK: "yes" });
    assert.equal(code, 1, output);
    assert.match(output, /did not get healthy within 90 seconds\. What ran before is not put back/);
    assert.match(await written(), new RegExp(tagOf(sha)), "git says what was tried");
    assert.equal(await seen("deployment/event"), "degraded");
    assert.match(
        await seen("deployment/message"),
        /^web is running, unhealthy\. Its last lines:\nno such page\ncron is exited\. Its last lines:\nno such page$/,
    );
});

test("an image that cannot be pulled changes nothing, and a machine that does not answer neither", async (context) => {
    const { deliver, seen, written } = await scene(context);
    for (const [broken, words] of [
        ["FAKE_GONE", /machine box cannot pull harbor\.test\/web-dev\/web:develop\.\w{10}: manifest unknown/],
        ["FAKE_DOWN", /machine box: no answer from Docker: Cannot connect to the Docker daemon/],
    ] as const) {
        const { code, output } = await deliver({ [broken]: "yes" });
        assert.equal(code, 1, output);
        assert.match(output, words);
        assert.equal(await seen("deployment/event"), "failed");
        assert.match(await seen("deployment/message"), words);
        assert.match(await written(), /:none # version/);
    }
});

test("an older commit runs what git has, which is newer", async (context) => {
    const { deliver, seen, sha, work } = await scene(context);
    const newer = await commit(work, { "public/index.html": "second" }, "Second page");
    assert.equal((await deliver({}, newer)).code, 0);
    const { code, output } = await deliver({}, sha);
    assert.equal(code, 0, output);
    assert.match(output, /Not delivered: main has develop/);
    const files = (await seen("files")).split("\n").filter((line) => line.endsWith("# version"));
    assert.match(files.at(-1) ?? "", new RegExp(tagOf(newer)));
});

test("on hold git continues and the machine does not; a pin runs beside what git says", async (context) => {
    const { deliver, seen, written, sha } = await scene(context);
    const held = await deliver({ DELIVERY_HOLD: "the audit" });
    assert.equal(held.code, 0, held.output);
    assert.match(held.output, /On hold: the audit/);
    assert.match(await written(), new RegExp(tagOf(sha)));
    assert.equal(await seen("deployment/event"), "held");
    assert.ok(!(await seen("calls")).includes(" up "));

    const pinned = await deliver({ DELIVERY_PIN: "develop.0123456789", MACHINE_VALUES: '{"x-values":1}' });
    assert.equal(pinned.code, 0, pinned.output);
    assert.match(await written(), new RegExp(tagOf(sha)));
    assert.match(
        await seen("files"),
        new RegExp(
            `\\{"x-values":1\\}\\n\\{"services":\\{"web":\\{"image":"harbor.test/web-dev/web:develop.0123456789@${digest}"\\}\\}\\}$`,
        ),
        "the pin has the last word",
    );
});

test("over SSH the key and the machine's own keys are the job's, and nothing else is trusted", async (context) => {
    const { deliver, seen } = await scene(context);
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nnot one\n-----END OPENSSH PRIVATE KEY-----\n";
    const over = {
        MACHINE_HOST: "box.test",
        MACHINE_PORT: "2222",
        MACHINE_USER: "deploy",
        MACHINE_HOST_KEYS: "ssh-ed25519 AAAAone,ssh-rsa AAAAtwo",
    };
    const without = await deliver(over);
    assert.equal(without.code, 1);
    assert.match(without.output, /MACHINE_KEY is empty: it is a protected variable/);

    const { code, output } = await deliver({ ...over, MACHINE_KEY: Buffer.from(key).toString("base64") });
    assert.equal(code, 0, output);
    assert.match(await seen("calls"), / up .* \[ssh:\/\/deploy@box\.test:2222\]/);
    assert.equal(await seen("ssh-key"), key.trim());
    assert.equal(
        await seen("ssh-hosts"),
        "[box.test]:2222 ssh-ed25519 AAAAone\n[box.test]:2222 ssh-rsa AAAAtwo",
    );
    assert.match(await seen("ssh-config"), /^StrictHostKeyChecking yes$/m);
    assert.ok(!output.includes("not one"));
});

test("a job without its variables says which", async (context) => {
    const { deliver } = await scene(context);
    const { code, output } = await deliver({ PULL_PASSWORD: "" });
    assert.equal(code, 1);
    assert.match(output, /PULL_PASSWORD is empty: it is a protected variable/);
});
