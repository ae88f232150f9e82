import type { Call, Routes } from "../call";
import { namedColor } from "../cssColors";
import { badParameters, conflict, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Label, type Project } from "../model";
import { bool, clearable, filled, int, required, text, type Input } from "../params";
import { place } from "./members";

/** Labels of projects and groups. */
export function registerLabels(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/labels`;
        const open = (call: Call, level: number): Group | Project => place(call, kind, level).space;
        const inherited = (space: Group | Project): Label[] =>
            "namespaceId" in space
                ? [...space.labels, ...gitlab.lineage(gitlab.groupOf(space)).flatMap((group) => group.labels)]
                : gitlab.lineage(space).flatMap((group) => group.labels);
        const find = (call: Call, space: Group | Project): Label => {
            const given = call.id("label_id");
            const wanted = given === "" ? byName(call) : given;
            const found = inherited(space).find((each) => String(each.id) === wanted || each.name === wanted);
            if (!found) {
                throw notFound("Label");
            }
            return found;
        };
        const show = (space: Group | Project, label: Label): Input => ({
            ...showLabel(label),
            subscribed: false,
            ...(kind === "projects"
                ? { priority: label.priority, is_project_label: space.labels.includes(label) }
                : {}),
        });
        routes.get(base, (call) => {
            const space = open(call, Level.none);
            const { search = "" } = call.parse({
                search: text(),
                with_counts: bool(),
                include_ancestor_groups: bool(),
                include_descendant_groups: bool(),
                only_group_labels: bool(),
            });
            const found = inherited(space).filter((label) =>
                label.name.toLowerCase().includes(search.toLowerCase()),
            );
            return call.page(found, (label) => show(space, label));
        });
        routes.get(`${base}/:label_id`, (call) => {
            const space = open(call, Level.none);
            return show(space, find(call, space));
        });
        routes.post(base, (call) => {
            const space = open(call, Level.reporter);
            const wanted = call.parse({
                name: required(filled()),
                color: required(filled()),
                description: clearable(),
                priority: int(),
            });
            if (inherited(space).some((each) => each.name === wanted.name)) {
                throw conflict("Label already exists");
            }
            checkName(wanted.name);
            const made: Label = {
                id: gitlab.nextId("label"),
                name: wanted.name,
                color: hexColor(wanted.color),
                description: wanted.description ?? null,
                priority: wanted.priority ?? null,
            };
            space.labels.push(made);
            return show(space, made);
        });
        for (const path of [base, `${base}/:label_id`]) {
            routes.put(path, (call) => {
                const space = open(call, Level.reporter);
                const label = find(call, space);
                const wanted = call.parse({
                    new_name: filled(),
                    color: filled(),
                    description: clearable(),
                    priority: int(),
                });
                if (Object.keys(wanted).length === 0) {
                    throw badParameters([
                        "new_name, color, description, priority, archived are missing, at least one parameter must be provided",
                    ]);
                }
                checkName(wanted.new_name ?? label.name);
                label.name = wanted.new_name ?? label.name;
                label.color = wanted.color === undefined ? label.color : hexColor(wanted.color);
                label.description = wanted.description ?? label.description;
                label.priority = wanted.priority ?? label.priority;
                return show(space, label);
            });
            routes.delete(path, (call) => {
                const space = open(call, Level.reporter);
                const label = find(call, space);
                space.labels = space.labels.filter((each) => each !== label);
            });
        }
    }
}

/** A label as other objects embed it. */
export function showLabel(label: Label): Input {
    return {
        id: label.id,
        name: label.name,
        description: label.description,
        description_html: label.description ?? "",
        text_color: isLight(label.color) ? "#1F1E24" : "#FFFFFF",
        color: label.color,
        archived: false,
    };
}

/** @throws ApiError 400: a comma would part it from others in a parameter, `Any` and `None` mean something else there. */
function checkName(name: string): void {
    if (/[,]/.test(name) || /^[?&]+$/.test(name)) {
        throw invalid({ title: ["is invalid"] });
    }
}

/** A colour as GitLab stores it: names of CSS become numbers. @throws ApiError 400. */
function hexColor(wanted: string): string {
    const named = namedColor(wanted);
    if (named !== undefined) {
        return named;
    }
    if (!/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(wanted)) {
        throw invalid({ color: ["must be a valid color code"] });
    }
    return wanted;
}

/** Whether dark text can be read on a colour. */
function isLight(color: string): boolean {
    const digits = color.slice(1);
    const parts = digits.length === 3 ? [...digits].map((each) => each + each) : digits.match(/../g);
    return (parts ?? []).reduce((sum, each) => sum + Number.parseInt(each, 16), 0) > 500;
}

/** The older form names a label by a parameter: its name, or its number under the key of names. */
function byName(call: Call): string {
    return call.parse({ name: required(filled()) }).name;
}
