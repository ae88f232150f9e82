/**
 * Pipelines where each environment has refs of the app repository that come to it: files beside this one. What the estate
 * may change later (which refs, what starts a delivery, where images go) is not in them: those are CI variables.
 */
import * as path from "node:path";
import type { Lane } from "../../../../estate/flows/plan";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import type { App } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { yamlScalar } from "../../../support/yaml";
import { keyPart } from "../../settings";
import type { CiFiles } from "../files";

export const gitlabFlow: CiFiles = {
    app: {
        scripts: [
            "test.sh",
            "quality.sh",
            "reuse.mjs",
            "copy.mjs",
            "image.sh",
            "deliver.sh",
            "merge-back.sh",
        ],
        lastStage: "merge_back",
        pipeline: {
            gitlab: (app) =>
                [
                    rendered("app.gitlab-ci.yml", {
                        app: app.name,
                        testImage: app.pipeline.images.test,
                        qualityImage: app.pipeline.images.quality,
                    }).trimEnd(),
                    ...app.plan.lanes.flatMap(laneJobs),
                    "",
                ].join("\n"),
            // A rule of the flow refuses such apps.
            jenkins: () => "",
        },
    },
    notes,
};

/** The jobs of one lane. */
export function laneJobs(lane: Lane): string[] {
    const { environment, ref, reuses, mergesBack } = lane;
    const job = (name: string): string => yamlScalar(`${name} ${environment}`);
    const key = `LANE_${keyPart(environment)}`;
    const due = `$${ref.kind === "tag" ? "CI_COMMIT_TAG" : "CI_COMMIT_BRANCH"} =~ $${key}`;
    const rule = ["  rules:", `    - if: ${due}`];
    const prepares = (action: string): string =>
        `  environment: { name: ${yamlScalar(environment)}, action: ${action} }`;
    return [
        "",
        ...(reuses.length === 0
            ? []
            : [`${job("reuse_image")}:`, "  extends: .reuse_image", prepares("prepare"), ...rule, ""]),
        `${job("build_image")}:`,
        "  extends: .build_image",
        ...(reuses.length === 0 ? [] : [`  needs: [test, quality, ${job("reuse_image")}]`]),
        prepares("prepare"),
        ...rule,
        "",
        `${job("deploy")}:`,
        "  extends: .deploy",
        `  environment: { name: ${yamlScalar(environment)} }`,
        "  # One at a time.",
        `  resource_group: ${yamlScalar(environment)}`,
        "  rules:",
        `    - if: ${due} && $${key}_START == "person"`,
        "      when: manual",
        `    - if: ${due}`,
        ...(mergesBack.length === 0
            ? []
            : ["", `${job("merge_back")}:`, "  extends: .merge_back", prepares("verify"), ...rule]),
    ];
}

function notes(app: App): string {
    return rendered("notes/ci.md", {
        app: app.name,
        repository: app.config.fullPath,
        lanes: app.environments.map((each) => {
            const lane = app.plan.lanes.find(({ environment }) => environment === each.environment);
            const version = versionOf(app, each);
            const what =
                lane === undefined
                    ? "nothing"
                    : `${lane.ref.kind === "tag" ? "tags" : lane.ref.name.includes("*") ? "branches" : "branch"} \`${lane.ref.name}\`, ${lane.start === "person" ? "when a person runs the job `deploy " + each.environment + "`" : "with each push"}`;
            return `- **${each.environment}**: ${what}. Image \`${each.image}\`, version in \`${versionFile(version)}\`.`;
        }),
    });
}

function rendered(file: string, values: Parameters<typeof renderFile>[1] = {}): string {
    return renderFile(path.join(__dirname, file), values);
}
