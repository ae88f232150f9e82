/**
 * Pipelines where one branch is built and delivered, and others release what was built for it: files beside this one. What
 * the estate may change later (which branches, where images go) is not in them: those are CI variables.
 */
import * as path from "node:path";
import type { Lane } from "../../../../estate/flows/plan";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import type { App } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { yaml } from "../../../support/yaml";
import { dueRule, estateYaml, laneInputs, type Included } from "../estateYaml";
import { includedNote, type CiFiles } from "../files";
import { jobsText, ownPipeline, previewPart, startRules, testJobs, type Jobs } from "../lanes";

export const trunk: CiFiles = {
    app: {
        scripts: ["test.sh", "quality.sh", "image.sh", "deliver.sh", "hand-over.sh", "hand-over.mjs"],
        lastStage: "deliver",
        pipeline: {
            gitlab: (app) =>
                rendered("app.gitlab-ci.yml", testJobs(app)) +
                "\n# What is released was tested before: as a merge request, and in the environment before.\n" +
                yaml({ ".tests": tests(app) }) +
                app.plan.lanes.map((lane) => jobsText(laneJobs(lane))).join("") +
                previewPart(app),
            // A rule of the flow refuses such apps.
            jenkins: () => "",
        },
    },
    config: {
        scripts: ["release.sh", "release.mjs", "rollout.mjs", "copy.mjs", "deliver.sh"],
        lastStage: "rollback",
        pipeline: {
            gitlab: (apps) =>
                rendered("config.gitlab-ci.yml") +
                unique(apps.flatMap(releases).map(({ environment }) => environment))
                    .map((name) => jobsText(releaseJobs(name)))
                    .join(""),
            jenkins: () => "",
        },
    },
    // Programs tag the baselines of the config repository, and may not read the project for pipelines: it has copies.
    included: {
        app: {
            quiet: true,
            own: ownPipeline(__dirname),
            estate: (app, from) =>
                estateYaml(
                    app,
                    from,
                    {
                        files: includes(app),
                        stages: ["test", "quality", "build", "deliver"],
                        workflow: '$CI_COMMIT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true"',
                    },
                    { ".tests": tests(app) },
                ),
        },
    },
    notes,
};

/** What an app repository includes for its lanes. */
function includes({ plan, pipeline: { images } }: App): Included[] {
    return [
        {
            file: "/trunk/app.yml",
            inputs: { build_image: images.build, deliver_image: images.deliver },
        },
        ...plan.lanes.map((lane): Included =>
            lane.handsOver === true
                ? { file: "/trunk/release.yml", inputs: { ...laneInputs(lane), image: images.promote } }
                : { file: "/trunk/lane.yml", inputs: laneInputs(lane) },
        ),
    ];
}

/** What jobs with tests have in common: nothing is tested again when it is released. */
function tests(app: App): unknown {
    const released = releases(app).map((lane) => ({ if: due(lane), when: "never" }));
    return { rules: [...released, { when: "on_success" }] };
}

/** Lanes that the pipeline of the config repository delivers. */
function releases({ plan }: App): Lane[] {
    return plan.lanes.filter(({ handsOver }) => handsOver === true);
}

function unique(texts: readonly string[]): string[] {
    return [...new Set(texts)];
}

function due({ environment, ref }: Lane): string {
    return dueRule(ref.kind, environment);
}

/** The jobs of one lane. */
function laneJobs(lane: Lane): Jobs {
    const { environment, handsOver } = lane;
    if (handsOver === true) {
        return { [`release ${environment}`]: { extends: ".release", rules: startRules(lane) } };
    }
    return {
        [`build ${environment}`]: {
            extends: ".build",
            environment: { name: environment, action: "prepare" },
            rules: [{ if: due(lane) }],
        },
        [`deliver ${environment}`]: {
            extends: ".deliver",
            environment: { name: environment },
            // One delivery at a time; the script also sees to it that the newest commit wins.
            resource_group: environment,
            rules: startRules(lane),
        },
    };
}

/** The jobs of the config repository for an environment that others release to. */
function releaseJobs(environment: string): Jobs {
    return {
        [`release ${environment}`]: { extends: ".release", environment: { name: environment } },
        [`baseline ${environment}`]: {
            extends: ".baseline",
            environment: { name: environment, action: "verify" },
        },
    };
}

function notes(app: App): string {
    const guarded = app.plan.configs.find(({ deploys }) => deploys);
    return rendered("notes/ci.md", {
        included: includedNote(app),
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
