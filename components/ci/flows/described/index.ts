/**
 * Pipelines of flows that a spec describes, of generic parts: jobs for each lane in the app repository, and those that promote in
 * a config repository whose branches are environments.
 */
import * as path from "node:path";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import { given } from "../../../../estate/plain";
import type { App } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { environmentBranches } from "../environment-branches";
import { includedNote, type CiFiles } from "../files";
import { gitlabFlow } from "../gitlab-flow";
import { allLanes, includedLanes, previewPart, testJobs } from "../lanes";

export const described: CiFiles = {
    app: {
        scripts: gitlabFlow.app.scripts,
        ...given("machineScripts", gitlabFlow.app.machineScripts),
        lastStage: "merge_back",
        pipeline: {
            gitlab: (app, _, machines) =>
                rendered("app.gitlab-ci.yml", testJobs(app)) +
                allLanes(app, machines, "deliver") +
                previewPart(app),
            // A rule refuses such apps.
            jenkins: () => "",
        },
    },
    ...(environmentBranches.config === undefined ? {} : { config: environmentBranches.config }),
    included: {
        app: includedLanes(__dirname, { test: "test", build: "build", deploy: "deliver" }),
        ...(environmentBranches.included.config === undefined
            ? {}
            : { config: environmentBranches.included.config }),
    },
    notes,
};

function notes(app: App): string {
    return rendered("notes/ci.md", {
        included: includedNote(app),
        app: app.name,
        flow: app.flow,
        repository: app.config.fullPath,
        lanes: app.environments.map(({ environment, image, machine }) => {
            const place = versionOf(app, { environment });
            const where = machine === undefined ? "" : ` on machine ${machine}, with Docker Compose`;
            return `- **${environment}**${where}: ${way(app, environment)}. Image \`${image}\`, version in \`${versionFile(place)}\` on branch \`${place.revision}\`.`;
        }),
    });
}

/** How a version comes to an environment, in words. */
function way({ plan }: App, environment: string): string {
    const step = plan.promotions.find(({ target }) => target === environment);
    if (step !== undefined) {
        return `what ${step.source} has, by a merge of branch \`${step.from}\` of the config repository into \`${step.into}\``;
    }
    const lane = plan.lanes.find((each) => each.environment === environment);
    if (lane === undefined) {
        return "nothing";
    }
    const { ref, start } = lane;
    const what = ref.kind === "tag" ? "tags" : ref.name.includes("*") ? "branches" : "branch";
    return `${what} \`${ref.name}\`, ${start === "person" ? `when a person runs the job \`deploy ${environment}\`` : "with each push"}`;
}

function rendered(file: string, values: Parameters<typeof renderFile>[1] = {}): string {
    return renderFile(path.join(__dirname, file), values);
}
