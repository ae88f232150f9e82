import { z } from "zod";

import { day, imageMirror, imageReference, named } from "./fields";
import { branchName, refName, gitlabPathElement, pipelinesPath } from "./names";

/** What a spec says about pipelines: how images are built, what jobs run in, and the hotfix lane. */

const meaning = {
    builder:
        "What builds images, without a daemon and without privilege. `buildah` and `kaniko` build the Dockerfile; `crane` packs static content and needs none.",
    imageMirror:
        "Registry host and path that mirrors the images jobs run in, e.g. `harbor.example.com/mirror`. Images named in `images` are used as they are. Default: as published.",
    images: "Images that jobs run in, over the defaults.",
};

const builder = z.enum(["buildah", "kaniko", "crane"]);

const image = imageReference("harbor.example.com/ci/maven:3.9");

const images = z
    .strictObject({
        test: image.optional().describe("Runs `ci/test.sh`: has what the app's tests need."),
        quality: image
            .optional()
            .describe("Runs the quality gate: has curl, and sonar-scanner where SonarQube scans here."),
        build: image.optional().describe("Has the builder and git."),
        deliver: image.optional().describe("Has git and awk."),
        compose: image
            .optional()
            .describe(
                "Has the docker command with compose, git, awk and, for machines reached over SSH, ssh.",
            ),
        promote: image
            .optional()
            .describe(
                "Has Node 20 or newer (behind a proxy 22.21, 24.5 or newer) and git. Apps that share a config repository have the same.",
            ),
    })
    .prefault({})
    .describe(meaning.images);

/** `defaults.pipeline`. */
export const pipelineDefaults = z
    .strictObject({
        builder: builder.default("buildah").describe(meaning.builder),
        imageMirror: imageMirror.optional().describe(meaning.imageMirror),
        images,
    })
    .prefault({})
    .describe("How pipelines run.");

/** `pipeline` of an app. */
export const pipelineSchema = z
    .strictObject({
        builder: builder.optional().describe(meaning.builder),
        imageMirror: imageMirror
            .nullable()
            .optional()
            .describe(`${meaning.imageMirror} \`null\`: no mirror.`),
        images,
    })
    .prefault({})
    .describe("How its pipelines run, over `defaults.pipeline`.");

const source = z.enum(["included", "copied"]);

const version = z
    .string()
    .regex(
        /^v[0-9][A-Za-z0-9._-]{0,100}$/,
        "must be a version of the pipelines, which is a tag, e.g. v1-0123abcd",
    );

const move = z.enum(["commit", "mergeRequest"]);

const sourceMeaning = {
    use: "How repositories come by the pipelines of GitLab: `included` from the estate's project by a version, or `copied` once, and then the team's. Apps that Jenkins builds have copies whatever this says. Changed from `copied`, it needs another `.gitlab-ci.yml` first, see docs/pipelines.md.",
    version:
        "Version of the pipelines that are included: a tag of the estate's project. Default: the newest, which this program brings.",
    move: "How another version, or anything else in `ci/estate.yml`, comes to a repository: by a `commit` of the update, or by a `mergeRequest` that `npm run up` opens and people merge, see docs/pipelines.md.",
};

/** `pipelines` of a team or an app. */
export const pipelinesSource = z
    .strictObject({
        use: source.optional().describe(sourceMeaning.use),
        version: version.optional().describe(sourceMeaning.version),
        move: move.optional().describe(sourceMeaning.move),
    })
    .prefault({})
    .describe("Where its pipelines come from, over what is said for more.");

/** `pipelines`: the project that repositories include their pipelines from. */
export const pipelinesProject = z
    .strictObject({
        use: source.default("included").describe(sourceMeaning.use),
        version: version.optional().describe(sourceMeaning.version),
        move: move.default("commit").describe(sourceMeaning.move),
        path: named(gitlabPathElement)
            .default(pipelinesPath)
            .describe(
                "Last element of the path of the project that the estate makes for its pipelines, below `gitlab.group`.",
            ),
    })
    .prefault({})
    .describe("Pipelines that repositories include, see docs/pipelines.md.");

/** `hotfix` of an app. */
export const hotfixSchema = z
    .strictObject({
        branch: named(branchName).describe("Branch that is delivered while this is here."),
        from: named(refName)
            .optional()
            .describe(
                "Tag, branch or commit at which the estate starts the branch, which must not exist yet. Default: people make the branch.",
            ),
        until: day
            .optional()
            .describe(
                "Last day it is meant for, `YYYY-MM-DD`. Afterwards every update says so; nothing is switched back automatically.",
            ),
    })
    .nullable()
    .optional()
    .describe(
        "Delivers another branch of the app repository than `repository.branch`, for as long as this is here. The branch is protected for that time and stays afterwards.",
    );
