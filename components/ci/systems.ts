/** The CI systems that the estate has pipelines for. */
import type { App } from "../../estate/model";

/** A CI system. */
export type CiSystem = Exclude<App["ci"], "none">;

/** Where each looks for its pipeline in a repository. */
export const pipelineFile: Readonly<Record<CiSystem, string>> = {
    gitlab: ".gitlab-ci.yml",
    jenkins: "Jenkinsfile",
};

/** Path of GitLab's jobs about previews, which an app's pipeline includes. */
export const previewJobs = "ci/preview.gitlab-ci.yml";
