import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { commit, jobs, pipelines, startWithCi, trace } from "./harness";

test("a push runs its pipeline: stages in order, artifacts and variables passed on, logs kept", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await sandbox.idle();
    assert.deepEqual(await pipelines(root, id), []);

    const sha = await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [build, test]
build:
  image: alpine
  script:
    - echo "built $CI_PROJECT_PATH at $CI_COMMIT_SHORT_SHA on $CI_COMMIT_BRANCH for $GITLAB_USER_LOGIN"
    - mkdir -p out/deep && echo content > out/deep/file.txt
    - echo "VERSION=1.2.3" > build.env
  stage: build
  artifacts:
    paths: [out/]
    reports: { dotenv: build.env }
test:
  stage: test
  script:
    - cat out/deep/file.txt
    - echo "version $VERSION"
    - git log -1 --format=%H
    - git status --porcelain
    - echo "leak=\${ESTATE_SECRET_OF_HOST:-none} home=$HOME"
`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    assert.ok(pipeline);
    const [build, check] = await jobs(root, id, pipeline.id);
    assert.ok(build && check);
    const log = await trace(root, id, build.id);
    const second = await trace(root, id, check.id);
    assert.equal(pipeline.status, "success", `${log}\n${second}`);
    assert.equal(pipeline.sha, sha);
    assert.equal(pipeline.source, "push");
    assert.match(log, new RegExp(`^built acme/web at ${sha.slice(0, 8)} on main for root$`, "m"));
    assert.match(log, /Image alpine is not used/);
    assert.match(log, /Job succeeded\n$/);
    assert.match(second, /^content$/m);
    assert.match(second, /^version 1\.2\.3$/m);
    assert.match(second, new RegExp(`^${sha}$`, "m"));
    assert.match(second, /leak=none/);
    assert.deepEqual(await readdir(join(sandbox.dir, "data", "ci", "work")), []);
});
