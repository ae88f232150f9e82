import { z } from "zod";

import { branchName } from "./names";

/** What a spec says about pipelines: how images are built, what jobs run in, and the hotfix lane. */

const meaning = {
    builder:
        "What builds images, without a daemon and without privilege. `buildah` and `kaniko` build the Dockerfile; `crane` packs static content and needs none.",
    imageMirror:
        "Registry host and path that mirrors the images jobs run in, e.g. `harbor.example.com/mirror`. Images named in `images` are used as they are. Default: as published.",
    images: "Images that jobs run in, over the defaults.",
};

const builder = z.enum(["buildah", "kaniko", "crane"]);

const imageMirror = z
    .string()
    .regex(
        /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._/-]+)?$/,
        "must be a registry host and path without scheme, e.g. harbor.example.com/mirror",
    );

const image = z
    .string()
    .regex(
        /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
        "must be an image reference, e.g. harbor.example.com/ci/maven:3.9",
    );

const images = z
    .strictObject({
        test: image.optional().describe("Runs `ci/test.sh`: has what the app's tests need."),
        quality: image
            .optional()
            .describe("Runs the quality gate: has curl, and sonar-scanner where SonarQube scans here."),
        build: image.optional().describe("Has the builder and git."),
        deliver: image
            .optional()
            .describe(
                "Has git and awk. Compares versions in the config repository's merge requests, too; apps that share one have the same.",
            ),
        promote: image
            .optional()
            .describe(
                "Has curl, and crane or skopeo where environments have different registries. Apps that share a config repository have the same.",
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

/** `hotfix` of an app. */
export const hotfixSchema = z
    .strictObject({
        branch: z
            .string()
            .min(1)
            .max(branchName.maximum)
            .regex(branchName.pattern, `must be ${branchName.form}`)
            .describe("Branch that is delivered while this is here."),
        from: z
            .string()
            .min(1)
            .optional()
            .describe(
                "Tag, branch or commit at which the estate starts the branch, which must not exist yet. Default: people make the branch.",
            ),
        until: z
            .string()
            .regex(
                /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T00:00:00(?:\.000)?Z| 00:00:00 \+0000 UTC)?$/,
                "must be a day as YYYY-MM-DD",
            )
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
