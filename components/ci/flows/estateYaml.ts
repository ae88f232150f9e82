/** The file by which the estate says what a repository includes, for flows with jobs for each lane. Pure. */
import type { Lane } from "../../../estate/flows/plan";
import type { App } from "../../../estate/model";
import { keyPart } from "../../../estate/pipeline";
import { yaml } from "../../support/yaml";
import { estateCommit, type IncludedFrom } from "./files";

/** A file of the estate's project for pipelines, with its inputs. */
export interface Included {
    readonly file: string;
    readonly inputs: Readonly<Record<string, string>>;
}

/** A rule of GitLab's, by which something is there or not. */
type If = Readonly<Record<"if", string> & { when?: "never" }>;

/** What jobs with tests have in common where a flow says nothing else: every flow has it, so a team's file goes with each. */
const testJob = { ".tests": { rules: [{ when: "on_success" }] } } as const;

/** As {@link testJob}, for tests against a preview: where an app has none, and for merge requests without one, they are left out. */
export function previewTestJob(previews: App["previews"]): Readonly<Record<".preview-tests", unknown>> {
    return {
        ".preview-tests": {
            rules: [
                previews === undefined
                    ? { when: "never" }
                    : {
                          if: `${requestWithPreview} && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "${previews.into}" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID`,
                      },
            ],
        },
    };
}

/** Pipelines that include previews. */
const requestWithPreview =
    '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_BRANCH_NAME !~ /^merge-back\\//';

/**
 * What an app repository includes, and which pipelines it has. Merge requests include nothing but previews: no other job of
 * theirs is the estate's, and programs, which open merge requests of what was released, may not read the project.
 *
 * @param workflow when there are pipelines beside those of merge requests.
 */
export function estateYaml(
    { plan: { source }, previews, pipeline: { images }, included }: App,
    { project, version }: IncludedFrom,
    { files, stages, workflow }: { files: readonly Included[]; stages: readonly string[]; workflow: string },
    rest: Readonly<Record<string, unknown>> = {},
): string {
    const include = ({ file, inputs }: Included, when: string): unknown => ({
        project,
        ref: version,
        file,
        inputs,
        rules: [{ if: when }],
    });
    const previewFile: Included[] =
        previews === undefined
            ? []
            : [
                  {
                      file: "/previews/preview.yml",
                      inputs: {
                          branch: previews.into,
                          build_image: images.build,
                          job_image: images.promote,
                      },
                  },
              ];
    // Nothing of the app changed with the estate's own commit. A tag or another branch there is delivered all the same.
    const titled =
        included?.byMergeRequest === true
            ? // A merge says the title of its merge request below its own.
              `$CI_COMMIT_MESSAGE =~ /^${estateCommit}$/m`
            : `$CI_COMMIT_TITLE == "${estateCommit}"`;
    const own = `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "${source.begins ?? source.start}" && ${titled}`;
    const rules: If[] = [
        { if: '$CI_PIPELINE_SOURCE == "merge_request_event"' },
        { if: own, when: "never" },
        { if: workflow },
    ];
    return (
        "# Written by the estate, and again by its updates: which version of its pipelines this repository has.\n\n" +
        yaml({
            include: [
                ...files.map((each) => include(each, '$CI_PIPELINE_SOURCE != "merge_request_event"')),
                ...previewFile.map((each) => include(each, requestWithPreview)),
            ],
            workflow: { rules },
            stages,
            ...testJob,
            ...previewTestJob(previews),
            ...rest,
        })
    );
}

/** Rules of a lane's jobs, as inputs: when one of its refs is due, and when a person starts it. */
export function laneInputs({
    environment,
    ref,
}: Pick<Lane, "environment" | "ref">): Record<"environment" | "due" | "by_person", string> {
    const due = dueRule(ref.kind, environment);
    return { environment, due, by_person: `${due} && $LANE_${keyPart(environment)}_START == "person"` };
}

/** That a pipeline's ref is one of a lane's, which a variable has. */
export function dueRule(kind: Lane["ref"]["kind"], environment: string): string {
    return `$${kind === "tag" ? "CI_COMMIT_TAG" : "CI_COMMIT_BRANCH"} =~ $LANE_${keyPart(environment)}`;
}
