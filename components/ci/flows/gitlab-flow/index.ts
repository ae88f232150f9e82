/**
 * Pipelines where each environment has refs of the app repository that come to it: files beside this one. What the estate
 * may change later (which refs, what starts a delivery, where images go) is not in them: those are CI variables.
 */
import * as path from "node:path";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import type { App } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { includedNote, type CiFiles } from "../files";
import { allLanes, includedLanes, testJobs } from "../lanes";

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
            "rollout.mjs",
        ],
        machineScripts: ["compose.sh", "card.sh", "card.mjs"],
        lastStage: "merge_back",
        pipeline: {
            gitlab: (app, _, machines) =>
                rendered("app.gitlab-ci.yml", testJobs(app)) + allLanes(app, machines, "deploy"),
            // A rule of the flow refuses such apps.
            jenkins: () => "",
        },
    },
    included: {
        app: includedLanes(__dirname, { test: "build", build: "build_image", deploy: "deploy" }),
    },
    notes,
};

function notes(app: App): string {
    return rendered("notes/ci.md", {
        included: includedNote(app),
        app: app.name,
        repository: app.config.fullPath,
        lanes: app.environments.map((each) => {
            const lane = app.plan.lanes.find(({ environment }) => environment === each.environment);
            const version = versionOf(app, each);
            const what =
                lane === undefined
                    ? "nothing"
                    : `${lane.ref.kind === "tag" ? "tags" : lane.ref.name.includes("*") ? "branches" : "branch"} \`${lane.ref.name}\`, ${lane.start === "person" ? "when a person runs the job `deploy " + each.environment + "`" : "with each push"}`;
            const where =
                each.machine === undefined ? "" : ` on machine ${each.machine}, with Docker Compose`;
            return `- **${each.environment}**${where}: ${what}. Image \`${each.image}\`, version in \`${versionFile(version)}\`.`;
        }),
    });
}

function rendered(file: string, values: Parameters<typeof renderFile>[1] = {}): string {
    return renderFile(path.join(__dirname, file), values);
}
