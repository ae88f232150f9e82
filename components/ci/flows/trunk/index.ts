/**
 * Pipelines where one branch is built and delivered, and others release what was built for it: files beside this one. What
 * the estate may change later (which branches, where images go) is not in them: those are CI variables.
 */
import * as path from "node:path";
import type { Lane } from "../../../../estate/flows/plan";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import type { App } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { yamlScalar } from "../../../support/yaml";
import { keyPart } from "../../settings";
import { previewJobs } from "../../systems";
import type { CiFiles } from "../files";

export const trunk: CiFiles = {
    app: {
        scripts: ["test.sh", "quality.sh", "image.sh", "deliver.sh", "hand-over.sh", "hand-over.mjs"],
        lastStage: "deliver",
        pipeline: {
            gitlab: (app) =>
                [
                    rendered("app.gitlab-ci.yml", {
                        app: app.name,
                        testImage: app.pipeline.images.test,
                        qualityImage: app.pipeline.images.quality,
                    }).trimEnd(),
                    "",
                    "# What is released was tested before: as a merge request, and in the environment before.",
                    ".tests:",
                    "  rules:",
                    ...releases(app).flatMap((lane) => [`    - if: ${due(lane)}`, "      when: never"]),
                    "    - when: on_success",
                    ...app.plan.lanes.flatMap(laneJobs),
                    "",
                    ...(app.previews === undefined ? [] : [`include: ${previewJobs}`, ""]),
                ].join("\n"),
            // A rule of the flow refuses such apps.
            jenkins: () => "",
        },
    },
    config: {
        scripts: ["release.sh", "release.mjs", "copy.mjs", "deliver.sh"],
        lastStage: "rollback",
        pipeline: {
            gitlab: (apps) =>
                [
                    rendered("config.gitlab-ci.yml").trimEnd(),
                    ...unique(apps.flatMap(releases).map(({ environment }) => environment)).flatMap(
                        (environment) => [
                            "",
                            `${yamlScalar(`release ${environment}`)}:`,
                            "  extends: .release",
                            `  environment: { name: ${yamlScalar(environment)} }`,
                        ],
                    ),
                    "",
                ].join("\n"),
            jenkins: () => "",
        },
    },
    notes,
};

/** Lanes that the pipeline of the config repository delivers. */
function releases({ plan }: App): Lane[] {
    return plan.lanes.filter(({ handsOver }) => handsOver === true);
}

function unique(texts: readonly string[]): string[] {
    return [...new Set(texts)];
}

function due({ environment }: Lane): string {
    return `$CI_COMMIT_BRANCH =~ $LANE_${keyPart(environment)}`;
}

/** The jobs of one lane. */
function laneJobs(lane: Lane): string[] {
    const { environment, handsOver } = lane;
    const job = (name: string): string => yamlScalar(`${name} ${environment}`);
    const start = [
        "  rules:",
        `    - if: ${due(lane)} && $LANE_${keyPart(environment)}_START == "person"`,
        "      when: manual",
        `    - if: ${due(lane)}`,
    ];
    if (handsOver === true) {
        return ["", `${job("release")}:`, "  extends: .release", ...start];
    }
    return [
        "",
        `${job("build")}:`,
        "  extends: .build",
        `  environment: { name: ${yamlScalar(environment)}, action: prepare }`,
        "  rules:",
        `    - if: ${due(lane)}`,
        "",
        `${job("deliver")}:`,
        "  extends: .deliver",
        `  environment: { name: ${yamlScalar(environment)} }`,
        "  # One at a time; the script also sees to it that the newest commit wins.",
        `  resource_group: ${yamlScalar(environment)}`,
        ...start,
    ];
}

function notes(app: App): string {
    const guarded = app.plan.configs.find(({ deploys }) => deploys);
    return rendered("notes/ci.md", {
        app: app.name,
        first: app.plan.reviewed ?? "",
        guarded: guarded?.at.fullPath ?? "",
        lanes: app.plan.lanes.map(({ environment, ref, handsOver }) => {
            const place = versionOf(app, { environment });
            const how = handsOver === true ? "by the image that was built before" : "built and delivered";
            return `- **${environment}**: branch \`${ref.name}\`, ${how}. Version in \`${versionFile(place)}\` of \`${place.repository}\`.`;
        }),
    });
}

function rendered(file: string, values: Parameters<typeof renderFile>[1] = {}): string {
    return renderFile(path.join(__dirname, file), values);
}
