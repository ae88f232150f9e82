/**
 * Jobs that try a preview, in pipelines of the GitLab stand-in: they are given the address of a preview that came up, and the
 * note of the merge request has their result. What brings a preview up is not here: a server of the test answers instead.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { scriptText } from "../../../components/ci/scripts";
import { commit, field, jobs, pipelines, startWithCi, trace } from "../../../sandbox/test/ci/harness";

const previewFile = path.join("components", "ci", "previews", "preview.gitlab-ci.yml");

/** A server in place of the previews. @returns where it is. */
async function answering(context: TestContext): Promise<string> {
    const server = http.createServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const merged of [false, true]) {
    const where = merged ? ", also in a pipeline for merged results" : "";
    test(`a job that tries the preview runs once it is there, and the note has what it came to${where}`, (context) =>
        previewOf(context, merged));
}

async function previewOf(context: TestContext, merged: boolean): Promise<void> {
    const sandbox = await startWithCi(context, merged ? "premium" : "free");
    const root = sandbox.root();
    const id = await sandbox.newProject();
    await root.call("PUT", `/projects/${id}`, { merge_pipelines_enabled: merged });
    const url = await answering(context);
    const functional = (script: string): string =>
        'workflow: { rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }] }\n' +
        "stages: [test, quality, build, deliver]\n" +
        "include: ci/preview.gitlab-ci.yml\n" +
        'variables: { PREVIEW_TESTS: "true" }\n' +
        `functional: { extends: .preview-tests, variables: { PREVIEW_PATIENCE: "30" }, script: [${JSON.stringify(script)}] }\n`;
    await commit(root, id, "main", {
        ".gitlab-ci.yml": functional('test "$PREVIEW_URL" = "$EXPECTED_URL"'),
        "ci/preview.gitlab-ci.yml": readFileSync(previewFile, "utf8"),
        // The image is looked for under the commit that the merge request has.
        "ci/image.sh": 'test "$CI_COMMIT_SHA" = "$(git rev-parse origin/topic)"\n',
        "ci/preview.sh": scriptText("preview.sh"),
        "ci/preview.mjs": scriptText("preview.mjs"),
    });
    const token = await root.call("POST", `/projects/${id}/access_tokens`, {
        name: "preview",
        scopes: ["api"],
        access_level: 30,
        expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    });
    const everywhere = { PREVIEW_BRANCH: "main", PREVIEW_JOB_IMAGE: "node", EXPECTED_URL: `${url}/1` };
    const ofPreviews = {
        PREVIEW_TOKEN: field<string>(token.body, "token"),
        PREVIEW_LABEL: "preview",
        PREVIEW_MAXIMUM: "2",
        PREVIEW_EXPIRY: "1 day",
        PREVIEW_URL_START: `${url}/`,
    };
    for (const [scope, variables] of [
        ["*", everywhere],
        ["preview/*", ofPreviews],
    ] as const) {
        for (const [key, value] of Object.entries(variables)) {
            const made = await root.call("POST", `/projects/${id}/variables`, {
                key,
                value,
                environment_scope: scope,
            });
            assert.equal(made.status, 201, JSON.stringify(made.body));
        }
    }
    await commit(root, id, "topic", { "a.txt": "a" }, { start: "main" });
    const made = await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "topic",
        target_branch: "main",
        title: "topic",
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));

    const note = async (): Promise<string> => {
        const { body } = await root.call("GET", `/projects/${id}/merge_requests/1/notes`);
        const own = (body as { body: string; system: boolean }[]).filter(
            (each) => !each.system && each.body.startsWith("<!-- preview"),
        );
        assert.equal(own.length, 1);
        return own[0]?.body ?? "";
    };
    /** States of the newest pipeline's jobs, by name, with the logs where one is not as wanted. */
    const ended = async (): Promise<{ states: Record<string, string>; logs: string; status?: string }> => {
        await sandbox.idle();
        const [pipeline] = await pipelines(root, id);
        const all = await jobs(root, id, pipeline?.id ?? 0);
        const logs = await Promise.all(all.map((each) => trace(root, id, each.id)));
        return {
            states: Object.fromEntries(all.map(({ name, status }) => [name, status])),
            logs: logs.join("\n"),
            ...(pipeline && { status: pipeline.status }),
        };
    };

    const good = await ended();
    assert.deepEqual(
        good.states,
        {
            "preview-begin": "success",
            "preview-image": "success",
            preview: "success",
            "preview-failed": "skipped",
            "preview-stop": "manual",
            functional: "success",
            "preview-tested": "success",
        },
        good.logs,
    );
    assert.match(await note(), /\/1 has [0-9a-f]{10}\. It goes with this merge request/);

    await commit(root, id, "topic", { ".gitlab-ci.yml": functional("false") });
    const red = await ended();
    assert.deepEqual(
        [red.states["functional"], red.states["preview-tested"], red.status],
        ["failed", "success", "failed"],
        red.logs,
    );
    assert.match(await note(), /\/1 has [0-9a-f]{10}; a job failed: \[functional\]\(/);

    // Its preview cannot come up: nothing is tried, and nothing waits for it.
    await commit(root, id, "topic", {
        ".gitlab-ci.yml": `${functional("false")}preview: { script: [exit 1] }\n`,
    });
    const none = await ended();
    assert.match(none.logs, /There is no preview of this commit/);
    assert.deepEqual([none.states["functional"], none.status], ["failed", "success"], none.logs);
}
