import type { Call, Routes } from "../call";
import { ApiError, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type PlainRecord, type Project } from "../model";
import { filled, oneOf, required, type Input } from "../params";

/** Protection rules of the container registry; records, since images live in Harbor. */
export function registerRegistryRules(routes: Routes, gitlab: GitLab): void {
    const levels = oneOf("maintainer", "owner", "admin");
    const sets = [
        {
            path: "registry/protection/repository/rules",
            key: "registryRules",
            pattern: "repository_path_pattern",
        },
        { path: "registry/protection/tag/rules", key: "registryTagRules", pattern: "tag_name_pattern" },
    ] as const;
    for (const { path, key, pattern } of sets) {
        const base = `/projects/:id/${path}`;
        const show = (project: Project, rule: PlainRecord): Input => ({ ...rule, project_id: project.id });
        const find = (call: Call, project: Project): PlainRecord => {
            const found = project[key].find((each) => each.id === call.number("rule_id"));
            if (!found) {
                throw notFound("Protection Rule");
            }
            return found;
        };
        const fields = { minimum_access_level_for_push: levels, minimum_access_level_for_delete: levels };
        routes.get(base, (call) => {
            const project = call.project(Level.maintainer);
            return call.page(project[key], (rule) => show(project, rule));
        });
        routes.post(base, (call) => {
            const project = call.project(Level.maintainer);
            const wanted = call.parse({ ...fields, [pattern]: required(filled()) });
            const values = wanted as Record<string, string>;
            if (project[key].some((each) => each[pattern] === values[pattern])) {
                throw new ApiError(422, { message: [`${pattern} has already been taken`] });
            }
            const made: PlainRecord = {
                id: gitlab.nextId(key),
                minimum_access_level_for_push: null,
                minimum_access_level_for_delete: null,
                ...values,
            };
            project[key].push(made);
            return show(project, made);
        });
        routes.patch(`${base}/:rule_id`, (call) => {
            const project = call.project(Level.maintainer);
            const rule = find(call, project);
            Object.assign(rule, call.parse({ ...fields, [pattern]: filled() }));
            return show(project, rule);
        });
        routes.delete(`${base}/:rule_id`, (call) => {
            const project = call.project(Level.maintainer);
            const rule = find(call, project);
            project[key] = project[key].filter((each) => each !== rule);
        });
    }
}
