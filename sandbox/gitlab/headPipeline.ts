import type { MergeRequest, Pipeline, Project } from "./model";

/** The commit of the source branch that a pipeline is about; its own is another one where it is for merged results. */
export function headShaOf({ sha, sourceSha }: Pick<Pipeline, "sha" | "sourceSha">): string {
    return sourceSha ?? sha;
}

/** The pipeline that counts: the newest of the source branch's tip, one for the merge request before any other. */
export function headPipeline(project: Project, request: MergeRequest): Pipeline | undefined {
    const found = project.pipelines.filter(
        (pipeline) =>
            pipeline.source !== "parent_pipeline" &&
            headShaOf(pipeline) === request.sourceSha &&
            (pipeline.mergeRequestIid === undefined || pipeline.mergeRequestIid === request.iid) &&
            // One that is run belongs to a ref; a record may have been made for any.
            (pipeline.stages === undefined ||
                pipeline.mergeRequestIid !== undefined ||
                pipeline.ref === request.sourceBranch),
    );
    return found.find((pipeline) => pipeline.source === "merge_request_event") ?? found[0];
}
