/**
 * Pipelines where each environment has refs of the app repository that come to it: files beside this one. What the estate
 * may change later (which refs, what starts a delivery, where images go) is not in them: those are CI variables.
 */
import * as path from "node:path";
import type { Lane } from "../../../../estate/flows/plan";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import { onMachine } from "../../../../estate/machines";
import type { App, Machine } from "../../../../estate/model";
import { renderFile } from "../../../support/template";
import { yamlScalar } from "../../../support/yaml";
import { pipelineFile } from "../../systems";
import { dueRule, estateYaml, laneInputs, type Included } from "../estateYaml";
import { includedNote, type CiFiles, type EnvironmentMachines } from "../files";

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
        machineScripts: ["compose.sh", "card.mjs"],
        lastStage: "merge_back",
        pipeline: {
            gitlab: (app, _, machines) =>
                [
                    rendered("app.gitlab-ci.yml", testJobs(app)).trimEnd(),
                    ...allLanes(app, machines, "deploy"),
                ].join("\n"),
            // A rule of the flow refuses such apps.
            jenkins: () => "",
        },
    },
    included: {
        app: includedLanes(__dirname, { test: "build", build: "build_image", deploy: "deploy" }),
    },
    notes,
};

/** Values of the jobs that a repository has for itself. */
export function testJobs({ name, pipeline: { images } }: App): Record<string, string> {
    return { app: name, testImage: images.test, qualityImage: images.quality };
}

/** What an app repository includes for its lanes. */
function laneFiles(
    { plan, pipeline: { images } }: App,
    stages: { readonly build: string; readonly deploy: string },
    machines: EnvironmentMachines,
): Included[] {
    const common = {
        build_stage: stages.build,
        deploy_stage: stages.deploy,
        build_image: images.build,
        deliver_image: images.deliver,
    };
    return [
        { file: "/lanes/app.yml", inputs: common },
        ...plan.lanes.flatMap((lane): Included[] => {
            const { environment, due, by_person } = laneInputs(lane);
            return [
                ...(lane.reuses.length === 0
                    ? []
                    : [{ file: "/lanes/reuse.yml", inputs: { environment, due, image: images.promote } }]),
                machines[environment] === undefined
                    ? { file: "/lanes/lane.yml", inputs: { environment, due, by_person } }
                    : {
                          file: "/lanes/machine.yml",
                          inputs: {
                              ...{ environment, due, by_person },
                              stage: stages.deploy,
                              image: images.compose,
                              card_image: images.promote,
                          },
                      },
                ...(lane.mergesBack.length === 0
                    ? []
                    : [
                          {
                              file: "/lanes/merge-back.yml",
                              inputs: { environment, due, image: images.promote },
                          },
                      ]),
            ];
        }),
    ];
}

/** For each machine, what its jobs want of a runner: tags where it has one of its own. */
function machineJobs(machines: EnvironmentMachines): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(machines).map(([environment, { reached }]) => [
            `.machine_${environment}`,
            reached.by === "runner" ? { tags: reached.tags } : {},
        ]),
    );
}

/** Stages of tests in the pipelines that a repository may have had before, with another flow: its jobs go on in them. */
const testStages = ["test", "quality"];

/** Stages of {@link laneFiles} that come before the one that builds. */
function laneStages({ plan }: App): string[] {
    return plan.lanes.some(({ reuses }) => reuses.length > 0) ? ["reuse_image"] : [];
}

/** What a repository has for itself where it includes the rest. @param folder with the flow's `included-app.gitlab-ci.yml`. */
export function ownPipeline(folder: string): CiFiles["included"]["app"]["own"] {
    return (app) => [
        {
            path: pipelineFile.gitlab,
            text: renderFile(path.join(folder, "included-app.gitlab-ci.yml"), testJobs(app)),
        },
    ];
}

/** An app repository that includes its lanes. @param stages the names that the flow has for those of tests, images and deliveries. */
export function includedLanes(
    folder: string,
    stages: Readonly<Record<"test" | "build" | "deploy", string>>,
): CiFiles["included"]["app"] {
    return {
        quiet: true,
        own: ownPipeline(folder),
        estate: (app, from, machines) =>
            estateYaml(
                app,
                from,
                {
                    files: laneFiles(app, stages, machines),
                    stages: [
                        ...new Set([...testStages, stages.test, ...laneStages(app)]),
                        ...[stages.build, stages.deploy, "merge_back"],
                    ],
                    workflow: '$CI_COMMIT_REF_PROTECTED == "true"',
                },
                machineJobs(machines),
            ),
    };
}

/** The jobs of all lanes as lines of a file, and what those to machines have in common. @param stage the one that delivers. */
export function allLanes(app: App, machines: EnvironmentMachines, stage: string): string[] {
    return [
        ...(app.environments.some(onMachine)
            ? ["", rendered("../machines/machine.gitlab-ci.yml", { stage }).trimEnd()]
            : []),
        ...app.plan.lanes.flatMap((lane) => laneJobs(lane, machines[lane.environment])),
        "",
    ];
}

/** The jobs of one lane. `machine`: where it delivers to, if that is one. */
function laneJobs(lane: Lane, machine?: Machine): string[] {
    const { environment, ref, reuses, mergesBack } = lane;
    const job = (name: string): string => yamlScalar(`${name} ${environment}`);
    const due = dueRule(ref.kind, environment);
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
        `  extends: ${machine === undefined ? ".deploy" : ".compose"}`,
        ...(machine?.reached.by === "runner"
            ? [`  tags: [${machine.reached.tags.map(yamlScalar).join(", ")}]`]
            : []),
        `  environment: { name: ${yamlScalar(environment)} }`,
        "  # One at a time.",
        `  resource_group: ${yamlScalar(environment)}`,
        "  rules:",
        `    - if: ${laneInputs(lane).by_person}`,
        "      when: manual",
        `    - if: ${due}`,
        ...(machine === undefined
            ? []
            : [
                  "",
                  `${job("notify")}:`,
                  "  extends: .notify",
                  `  needs: [${job("deploy")}]`,
                  prepares("verify"),
                  "  rules:",
                  `    - if: ${due}`,
                  "      when: always",
              ]),
        ...(mergesBack.length === 0
            ? []
            : ["", `${job("merge_back")}:`, "  extends: .merge_back", prepares("verify"), ...rule]),
    ];
}

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
