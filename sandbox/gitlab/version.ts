/** The GitLab that this stands in for. */
export const gitlabVersion = "19.4.0";
