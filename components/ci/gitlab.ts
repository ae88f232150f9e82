/** The `.gitlab-ci.yml` of app and config repositories. Pure. */
import type { App } from "../../estate/model";
import { lines } from "../gitlab/content/text";

/**
 * Pipeline of an app repository: test, quality gate, image, tag into the config repository.
 *
 * Merge requests are tested; the default branch and the branch that is delivered also build. What the estate
 * may change later (where images go and how they are built, which branch is delivered) are CI variables of the project.
 */
export function appPipeline(app: App): string {
    const { images } = app.pipeline;
    return lines(
        `# Builds and delivers ${app.name}. This file is the team's; docs/delivery.md tells what the estate sets.`,
        "",
        "workflow:",
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
        "    # The same branch, but for the time of a hotfix.",
        "    - if: $CI_COMMIT_BRANCH == $DELIVERY_BRANCH",
        "",
        "stages: [test, quality, build, deliver]",
        "",
        "test:",
        "  stage: test",
        `  image: ${images.test}`,
        "  script:",
        "    - sh ci/test.sh",
        "",
        "quality:",
        "  stage: quality",
        `  image: ${images.quality}`,
        "  script:",
        "    - sh ci/quality.sh",
        "",
        "build:",
        "  stage: build",
        "  image:",
        "    name: $BUILD_IMAGE",
        '    entrypoint: [""]',
        "  variables:",
        '    GIT_DEPTH: "0"',
        "  rules:",
        "    - if: $CI_COMMIT_BRANCH",
        "  script:",
        "    - sh ci/image.sh",
        "",
        "deliver:",
        "  stage: deliver",
        "  image:",
        "    name: $DELIVER_IMAGE",
        '    entrypoint: [""]',
        "  # One at a time; the script also sees to it that the newest commit wins.",
        "  resource_group: delivery",
        "  variables:",
        '    GIT_DEPTH: "0"',
        "  rules:",
        "    - if: $CI_COMMIT_BRANCH",
        "  script:",
        "    - sh ci/deliver.sh",
    );
}

/**
 * Pipeline of a config repository: promotion.
 *
 * A merge request's pipeline copies before the merge, the branch's pipeline makes sure afterwards; both are one at a
 * time for each target branch. A merge request that is no promotion is compared with its target instead, in an image of
 * its own: GitLab gives it no credentials, and not every image that copies has git.
 */
export function configPipeline(): string {
    return lines(
        "# Promotes versions: a merge of one environment's branch into the next brings the images along.",
        "",
        "workflow:",
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "    # Nothing is promoted into the first environment: pipelines of apps write there.",
        "    - if: $CI_COMMIT_BRANCH == $FIRST_BRANCH",
        "      when: never",
        '    - if: $CI_COMMIT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true"',
        "",
        "stages: [promote]",
        "",
        ".promote:",
        "  stage: promote",
        "  image:",
        "    name: $PROMOTE_IMAGE",
        '    entrypoint: [""]',
        "  script:",
        "    - sh ci/promote.sh copy",
        "",
        "# Any other merge request may change everything but the version. Needs the history, and no credential.",
        "compare:",
        "  stage: promote",
        "  image:",
        "    name: $COMPARE_IMAGE",
        '    entrypoint: [""]',
        "  variables:",
        '    GIT_DEPTH: "0"',
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "  script:",
        "    - sh ci/promote.sh compare",
        "",
        "# Before the merge, which it blocks when it fails.",
        "promote:",
        "  extends: .promote",
        "  resource_group: promotion-$CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "",
        "# After the merge: copies what is not there yet.",
        "promoted:",
        "  extends: .promote",
        "  resource_group: promotion-$CI_COMMIT_BRANCH",
        "  rules:",
        "    - if: $CI_COMMIT_BRANCH",
    );
}
