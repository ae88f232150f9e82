/**
 * Pipelines where a branch of the config repository is an environment: files beside this one, filled with what differs
 * between apps. What the estate may change later (where images go and how they are built, which branch is delivered) is not
 * in a file for GitLab: those are CI variables of the project. Jenkins cannot be configured from outside, so its files have it.
 */
import * as path from "node:path";
import { versionOf, writesTags } from "../../../../estate/flows/plan";
import type { App } from "../../../../estate/model";
import { renderFile, type Values } from "../../../support/template";
import { assignments, promotionCredentials, withCredentials } from "../../jenkins";
import type { Settings } from "../../settings";
import { pipelineFile } from "../../systems";
import { includedNote, type CiFiles } from "../files";
import { yaml } from "../../../support/yaml";
import { previewTestJob } from "../estateYaml";
import { ownPipeline, previewPart, testJobs } from "../lanes";

export const environmentBranches: CiFiles = {
    app: {
        scripts: ["test.sh", "quality.sh", "image.sh", "deliver.sh"],
        lastStage: "deliver",
        pipeline: {
            gitlab: (app) => rendered("app.gitlab-ci.yml", testJobs(app)) + previewPart(app),
            jenkins: appJenkinsfile,
        },
    },
    config: {
        scripts: ["promote.sh", "promote.mjs", "copy.mjs"],
        lastStage: "promote",
        pipeline: { gitlab: () => rendered("config.gitlab-ci.yml"), jenkins: configJenkinsfile },
    },
    included: {
        app: {
            own: ownPipeline(__dirname),
            estate: ({ previews, pipeline: { images } }, { project, version }) =>
                rendered("estate-app.yml", {
                    project,
                    version,
                    buildImage: images.build,
                    deliverImage: images.deliver,
                }) +
                (previews === undefined
                    ? `\n# Tests against a preview: it has none.\n${yaml(previewTestJob(previews))}`
                    : // One more entry of the list.
                      rendered("estate-previews.yml", {
                          project,
                          version,
                          branch: previews.into,
                          buildImage: images.build,
                          jobImage: images.promote,
                      }).replace(/^(?=.)/gm, "  ")),
        },
        config: {
            quiet: true,
            own: () => [{ path: pipelineFile.gitlab, text: rendered("included-config.gitlab-ci.yml") }],
            estate: ([one], { project, version }) =>
                rendered("estate-config.yml", {
                    project,
                    version,
                    image: one.pipeline.images.promote,
                    included: `$CI_COMMIT_BRANCH != "${one.plan.configs[0].plan.start}"`,
                    first: `$CI_COMMIT_BRANCH == "${one.plan.configs[0].plan.start}"`,
                }),
        },
    },
    notes,
};

/** For a multibranch project. */
function appJenkinsfile(app: App, settings: Settings): string {
    const { BUILD_IMAGE: _build, DELIVER_IMAGE: _deliver, ...said } = settings;
    const deliver = "sh 'sh ci/deliver.sh'";
    const config = { id: `${app.name}-config`, username: "CONFIG_USERNAME", password: "CONFIG_TOKEN" };
    return rendered("app.Jenkinsfile", {
        app: app.name,
        settings: assignments(said),
        deliver: writesTags(app) ? withCredentials([config], deliver) : [deliver],
    });
}

/** For a multibranch project. Apps without promotions are not in it. */
function configJenkinsfile(apps: readonly App[], settings: Readonly<Record<string, Settings>>): string {
    const own = (app: App): Settings => settings[app.name] ?? {};
    const promoted = apps.filter((app) => Object.keys(own(app)).length > 0);
    const credentials = promoted.flatMap(promotionCredentials);
    return rendered("config.Jenkinsfile", {
        settings: promoted.flatMap((app) => assignments(own(app))),
        promote: withCredentials(credentials, "sh 'sh ci/promote.sh'"),
    });
}

function notes(app: App): string {
    const [first] = app.environments;
    const common = {
        app: app.name,
        image: first?.image ?? "",
        // Branch of the config repository that the first environment follows.
        revision: first === undefined ? "" : versionOf(app, first).revision,
        repository: app.config.fullPath,
        route: app.environments.map((each) => `\`${versionOf(app, each).revision}\``).join(" → "),
    };
    const { folder } = app.config;
    if (app.ci === "none") {
        return rendered("notes/no-ci.md", { ...common, folder });
    }
    const built = {
        ...common,
        included: includedNote(app),
        branch: app.repository.branch,
        pipelineFile: pipelineFile[app.ci],
    };
    return writesTags(app)
        ? rendered("notes/ci.md", { ...built, folder })
        : rendered("notes/updater.md", { ...built, prefix: app.plan.lanes[0]?.tag.prefix ?? "" });
}

function rendered(file: string, values: Values = {}): string {
    return renderFile(path.join(__dirname, file), values);
}
