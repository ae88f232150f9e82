/** What lists of projects can be asked for. */
import { projectLevel, seesProject } from "../access";
import type { Call } from "../call";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import type { PageOptions } from "../pagination";
import { bool, day, int, timestamp, oneOf, oneOfNumbers, text, stringList, type Input } from "../params";
import { showProject } from "../present";
import { visibility } from "./projectRules";

const orders = [
    "id",
    "name",
    "path",
    "created_at",
    "updated_at",
    "last_activity_at",
    "similarity",
    "star_count",
    "storage_size",
    "repository_size",
    "wiki_size",
    "packages_size",
] as const;

/** What `simple` leaves of a project, and what somebody who has not signed in sees in lists. */
const simple = [
    "id",
    "description",
    "name",
    "name_with_namespace",
    "path",
    "path_with_namespace",
    "created_at",
    "default_branch",
    "tag_list",
    "topics",
    "ssh_url_to_repo",
    "http_url_to_repo",
    "web_url",
    "readme_url",
    "forks_count",
    "avatar_url",
    "star_count",
    "last_activity_at",
    "visibility",
    "namespace",
];

/** One page of projects, shown in full or in short as the list is asked for. */
export function pageOfProjects(
    gitlab: GitLab,
    call: Call,
    projects: Project[],
    options?: PageOptions<Project>,
): Input[] {
    const short = call.parse({ simple: bool() }).simple === true || !call.maybeUser;
    return call.page(
        filterProjects(gitlab, call, projects),
        (project) => {
            gitlab.settle(project);
            const shown = showProject(gitlab, project, call.maybeUser);
            return short ? Object.fromEntries(simple.map((name) => [name, shown[name]])) : shown;
        },
        options,
    );
}

/** Projects can be walked by keys in the order of their ids only. */
export function projectKeyset(call: Call): PageOptions<Project> {
    const { order_by: order, sort } = call.parse({ order_by: text(), sort: text() });
    return {
        keyset: {
            by: "ids",
            key: (project) => project.id,
            offered: order === "id",
            descending: sort !== "asc",
        },
    };
}

/** The projects that the asker sees and that a list's parameters ask for, in the order they ask for. */
function filterProjects(gitlab: GitLab, call: Call, projects: Project[]): Project[] {
    const wanted = call.parse({
        search: text(),
        search_namespaces: bool(),
        owned: bool(),
        membership: bool(),
        archived: bool(),
        visibility,
        min_access_level: oneOfNumbers(10, 15, 20, 30, 40, 50),
        topic: stringList(),
        topic_id: int(),
        include_pending_delete: bool(),
        marked_for_deletion_on: day(),
        active: bool(),
        starred: bool(),
        imported: bool(),
        with_issues_enabled: bool(),
        with_merge_requests_enabled: bool(),
        with_programming_language: text(),
        last_activity_after: timestamp(),
        last_activity_before: timestamp(),
        updated_after: timestamp(),
        updated_before: timestamp(),
        include_hidden: bool(),
        repository_checksum_failed: bool(),
        wiki_checksum_failed: bool(),
        with_custom_attributes: bool(),
        with_security_reports: bool(),
        statistics: bool(),
        simple: bool(),
        order_by: oneOf(...orders),
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
            (wanted.active === undefined ||
                (!project.archived && project.markedForDeletion === null) === wanted.active) &&
            (!wanted.marked_for_deletion_on ||
                project.markedForDeletion?.on === wanted.marked_for_deletion_on) &&
            // Nobody has stars here, and there are no topics by number and no languages.
            wanted.starred !== true &&
            wanted.topic_id === undefined &&
            wanted.with_programming_language === undefined &&
            (wanted.imported !== true || project.importUrl !== null) &&
            (wanted.with_issues_enabled !== true || project.settings["issues_access_level"] !== "disabled") &&
            (wanted.with_merge_requests_enabled !== true ||
                project.settings["merge_requests_access_level"] !== "disabled") &&
            (!wanted.last_activity_after || project.lastActivityAt >= wanted.last_activity_after) &&
            (!wanted.last_activity_before || project.lastActivityAt <= wanted.last_activity_before) &&
            (!wanted.updated_after || project.updatedAt >= wanted.updated_after) &&
            (!wanted.updated_before || project.updatedAt <= wanted.updated_before) &&
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
