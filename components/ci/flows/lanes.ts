/**
 * What flows have in common whose pipelines are made lane by lane: copied, as jobs of one file, or included, as a file with
 * inputs for each lane. What the estate may change later is not in them: those are CI variables.
 */
import * as path from "node:path";
import type { Lane } from "../../../estate/flows/plan";
import { onMachine } from "../../../estate/machines";
import type { App, Machine } from "../../../estate/model";
import { renderFile } from "../../support/template";
import { yaml } from "../../support/yaml";
import { pipelineFile, previewJobs } from "../systems";
import { dueRule, estateYaml, laneInputs, type Included } from "./estateYaml";
import type { CiFiles, EnvironmentMachines } from "./files";

/** Jobs of a pipeline by name, as GitLab reads them. */
export type Jobs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Jobs as the part of a file that comes after others. */
export function jobsText(jobs: Jobs): string {
    return Object.entries(jobs)
        .map(([name, job]) => `\n${yaml({ [name]: job })}`)
        .join("");
}

/** The jobs of previews, as the end of a file; nothing where the app has none. */
export function previewPart({ previews }: Pick<App, "previews">): string {
    return previews === undefined ? "" : `\n${yaml({ include: previewJobs })}`;
}

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

/** The jobs of all lanes, and what those to machines have in common, as the end of a file. @param stage the one that delivers. */
export function allLanes(app: App, machines: EnvironmentMachines, stage: string): string {
    const common = app.environments.some(onMachine)
        ? `\n${renderFile(path.join(__dirname, "machines", "machine.gitlab-ci.yml"), { stage })}`
        : "";
    return (
        common + app.plan.lanes.map((lane) => jobsText(laneJobs(lane, machines[lane.environment]))).join("")
    );
}

/** The jobs of one lane. `machine`: where it delivers to, if that is one. */
function laneJobs({ environment, ref, reuses, mergesBack, ...lane }: Lane, machine?: Machine): Jobs {
    const job = (name: string): string => `${name} ${environment}`;
    const due = dueRule(ref.kind, environment);
    const beside = (action: "prepare" | "verify"): object => ({ environment: { name: environment, action } });
    const rules = [{ if: due }];
    return {
        ...(reuses.length > 0 && {
            [job("reuse_image")]: { extends: ".reuse_image", ...beside("prepare"), rules },
        }),
        [job("build_image")]: {
            extends: ".build_image",
            ...(reuses.length > 0 && { needs: ["test", "quality", job("reuse_image")] }),
            ...beside("prepare"),
            rules,
        },
        [job("deploy")]: {
            extends: machine === undefined ? ".deploy" : ".compose",
            ...(machine?.reached.by === "runner" && { tags: machine.reached.tags }),
            environment: { name: environment },
            // One delivery at a time.
            resource_group: environment,
            rules: startRules({ environment, ref, ...lane }),
        },
        ...(machine !== undefined && {
            [job("notify")]: {
                extends: ".notify",
                needs: [job("deploy")],
                ...beside("verify"),
                rules: [{ if: due, when: "always" }],
            },
        }),
        ...(mergesBack.length > 0 && {
            [job("merge_back")]: { extends: ".merge_back", ...beside("verify"), rules },
        }),
    };
}

/** Rules of the job that delivers a lane: a person starts it, or it starts by itself. */
export function startRules(lane: Pick<Lane, "environment" | "ref">): object[] {
    const { due, by_person } = laneInputs(lane);
    return [{ if: by_person, when: "manual" }, { if: due }];
}
