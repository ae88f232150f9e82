import type { GitLab } from "./gitlab";
import type { Project } from "./model";

/** Labels that a merge request is given and that nobody has made yet come to be with it, as labels of the project. */
export function ensureLabels(gitlab: GitLab, project: Project, names: readonly string[]): void {
    const spaces = [project, ...gitlab.lineage(gitlab.groupOf(project))];
    for (const name of names) {
        if (!spaces.some((space) => space.labels.some((label) => label.name === name))) {
            project.labels.push({
                id: gitlab.nextId("label"),
                name,
                color: "#6699cc",
                description: null,
                priority: null,
            });
        }
    }
}
