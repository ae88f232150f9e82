import type { MergeRequest, Pipeline, Project } from "./model";

/** The pipeline that counts: the newest of the source branch's tip, one for the merge request before any other. */
export function headPipeline(project: Project, request: MergeRequest): Pipeline | undefined {
    const found = project.pipelines.filter(
        (pipeline) =>
            pipeline.sha === request.sourceSha &&
            (pipeline.mergeRequestIid === undefined || pipeline.mergeRequestIid === request.iid) &&
            // One that is run belongs to a ref; a record may have been made for any.
            (pipeline.stages === undefined ||
                pipeline.mergeRequestIid !== undefined ||
                pipeline.ref === request.sourceBranch),
    );
    return found.find((pipeline) => pipeline.source === "merge_request_event") ?? found[0];
}
