import { dayOf } from "./days";
import { mirroredImage } from "./images";
import { given } from "./plain";
import type { App, Builder, Pipeline, PipelineJob } from "./model";
import type { Spec, SpecApp } from "./schema";

/** What an app's part of the spec comes to for its pipelines. Pure. */

/** Path of the file by which the estate says what a repository includes. */
export const estateFile = "ci/estate.yml";

/** Type of what a state has of a file that is to come to a repository by a merge request. */
export const proposalType = "gitops-estate:gitlab:Proposal";

/** What is to be in such a file, and how the merge request is called. */
export interface ProposedFile {
    /** The branch that it is merged into. */
    readonly branch: string;
    readonly path: string;
    readonly text: string;
    /** Tag of the pipelines that the file includes. */
    readonly version: string;
    /** Title of the merge request, and of the commit on its branch. */
    readonly title: string;
    readonly commit: string;
}

/**
 * What exists once in a config repository that apps share, by its path in the spec below each app; undefined for an app
 * that has no part in it. What each app has for itself there has its name in the key or the folder instead.
 */
export const sharedSettings: Readonly<Record<string, (app: App) => string | undefined>> = {
    "config.path": (app) => app.config.path,
    flow: (app) => app.flow,
    // One file says which version the repository includes.
    "pipelines.use": (app) =>
        app.ci === "gitlab" ? (app.included === undefined ? "copied" : "included") : undefined,
    "pipelines.version": (app) => app.included?.version,
    "pipelines.move": (app) =>
        app.included && (app.included.byMergeRequest === true ? "mergeRequest" : "commit"),
    // One job promotes for all apps that GitLab builds.
    "pipeline.images.promote": (app) => (app.ci === "gitlab" ? app.pipeline.images.promote : undefined),
};

/** What each job runs in where nobody says otherwise; fixed versions, each with what its job needs. */
const jobImages: Readonly<Record<Exclude<PipelineJob, "build">, string>> = {
    test: "docker.io/library/alpine:3.22",
    quality: "docker.io/curlimages/curl:8.16.0",
    deliver: "docker.io/alpine/git:2.49.1",
    promote: "docker.io/library/node:24.21.0-bookworm",
    compose: "docker.io/library/docker:28.5.2-cli",
};
const builderImages: Readonly<Record<Builder, string>> = {
    buildah: "quay.io/buildah/stable:v1.41.4",
    kaniko: "gcr.io/kaniko-project/executor:v1.24.0-debug",
    crane: "docker.io/alpine/crane:0.20.6",
};

/** How an app's pipelines run: its own words over the estate's defaults. */
export function resolvePipeline(app: SpecApp, { defaults }: Spec): Pipeline {
    const builder = app.pipeline.builder ?? defaults.pipeline.builder;
    const stated = app.pipeline.imageMirror;
    const mirror = stated === undefined ? defaults.pipeline.imageMirror : (stated ?? undefined);
    const image = (job: PipelineJob, published: string): string =>
        app.pipeline.images[job] ?? defaults.pipeline.images[job] ?? mirroredImage(published, mirror);
    return {
        builder,
        images: {
            build: image("build", builderImages[builder]),
            compose: image("compose", jobImages.compose),
            deliver: image("deliver", jobImages.deliver),
            promote: image("promote", jobImages.promote),
            quality: image("quality", jobImages.quality),
            test: image("test", jobImages.test),
        },
    };
}

/**
 * What an app's repositories include: its own words over its team's and the estate's. Undefined where they have copies.
 */
export function resolveIncluded(app: SpecApp, { teams, pipelines, defaults }: Spec): App["included"] {
    const levels = [app.pipelines, teams[app.team]?.pipelines ?? {}, pipelines];
    const stated = <Key extends "use" | "version" | "move">(key: Key): (typeof levels)[number][Key] =>
        levels.find((level) => level[key] !== undefined)?.[key];
    return stated("use") === "included" && (app.ci ?? defaults.ci) === "gitlab"
        ? {
              ...given("version", stated("version")),
              ...(stated("move") === "mergeRequest" ? { byMergeRequest: true } : {}),
          }
        : undefined;
}

/** The hotfix lane, where it is on. */
export function resolveHotfix({ hotfix }: SpecApp): App["hotfix"] {
    if (hotfix === undefined || hotfix === null) {
        return undefined;
    }
    return {
        branch: hotfix.branch,
        ...(hotfix.from === undefined ? {} : { from: hotfix.from }),
        ...(hotfix.until === undefined ? {} : { until: dayOf(hotfix.until) }),
    };
}

/** Part of a variable's key made of a name: `my-app` → `MY_APP`. */
export function keyPart(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
