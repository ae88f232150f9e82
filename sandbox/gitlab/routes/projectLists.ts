/** What lists of projects can be asked for. */
import { projectLevel, seesProject } from "../access";
import type { Call } from "../call";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { bool, int, oneOf, text, words } from "../params";
import { visibility } from "./projectRules";

/** The projects that the asker sees and that a list's parameters ask for, in the order they ask for. */
export function filterProjects(gitlab: GitLab, call: Call, projects: Project[]): Project[] {
    const wanted = call.parse({
        search: text(),
        search_namespaces: bool(),
        owned: bool(),
        membership: bool(),
        archived: bool(),
        visibility,
        min_access_level: int(),
        topic: words(),
        include_pending_delete: bool(),
        order_by: oneOf("id", "name", "path", "created_at", "updated_at", "last_activity_at", "similarity"),
        sort: oneOf("asc", "desc"),
        id_after: int(),
        id_before: int(),
    });
    const user = call.maybeUser;
    const search = wanted.search?.toLowerCase() ?? "";
    const found = projects.filter(
        (project) =>
            seesProject(gitlab, user, project) &&
            (wanted.owned !== true || (user && projectLevel(gitlab, user, project) >= Level.owner)) &&
            (wanted.membership !== true || (user && projectLevel(gitlab, user, project) > 0)) &&
            (wanted.min_access_level === undefined ||
                (user && projectLevel(gitlab, user, project) >= wanted.min_access_level)) &&
            (wanted.archived === undefined || project.archived === wanted.archived) &&
            (wanted.visibility === undefined || project.visibility === wanted.visibility) &&
            (wanted.topic ?? []).every((topic) => project.topics.includes(topic)) &&
            (wanted.id_after === undefined || project.id > wanted.id_after) &&
            (wanted.id_before === undefined || project.id < wanted.id_before) &&
            (wanted.search_namespaces ? gitlab.projectPath(project) : `${project.name} ${project.path}`)
                .toLowerCase()
                .includes(search),
    );
    const key = wanted.order_by ?? "created_at";
    found.sort((a, b) => {
        switch (key) {
            case "name":
                return a.name.localeCompare(b.name);
            case "path":
                return a.path.localeCompare(b.path);
            case "updated_at":
                return a.updatedAt.localeCompare(b.updatedAt) || a.id - b.id;
            case "last_activity_at":
                return a.lastActivityAt.localeCompare(b.lastActivityAt) || a.id - b.id;
            default:
                return a.id - b.id;
        }
    });
    return wanted.sort === "asc" ? found : found.reverse();
}
