import type { Call, Routes } from "../call";
import { conflict, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Label, type Project } from "../model";
import { clearable, filled, int, required, type Input } from "../params";
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
            const wanted = call.id("label_id");
            const found = inherited(space).find((each) => String(each.id) === wanted || each.name === wanted);
            if (!found) {
                throw notFound("Label");
            }
            return found;
        };
        const show = (space: Group | Project, label: Label): Input => ({
            id: label.id,
            name: label.name,
            description: label.description,
            description_html: label.description ?? "",
            text_color: "#FFFFFF",
            color: label.color,
            archived: false,
            subscribed: false,
            priority: label.priority,
            is_project_label: kind === "projects" && space.labels.includes(label),
        });
        const color = (wanted: string): string => {
            if (!/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$|^[a-z]+$/.test(wanted)) {
                throw invalid({ color: ["must be a valid color code"] });
            }
            return wanted;
        };
        routes.get(base, (call) => {
            const space = open(call, Level.none);
            return call.page(inherited(space), (label) => show(space, label));
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
            const made: Label = {
                id: gitlab.nextId("label"),
                name: wanted.name,
                color: color(wanted.color),
                description: wanted.description ?? null,
                priority: wanted.priority ?? null,
            };
            space.labels.push(made);
            return show(space, made);
        });
        routes.put(`${base}/:label_id`, (call) => {
            const space = open(call, Level.reporter);
            const label = find(call, space);
            const wanted = call.parse({
                new_name: filled(),
                color: filled(),
                description: clearable(),
                priority: int(),
            });
            label.name = wanted.new_name ?? label.name;
            label.color = wanted.color === undefined ? label.color : color(wanted.color);
            label.description = wanted.description ?? label.description;
            label.priority = wanted.priority ?? label.priority;
            return show(space, label);
        });
        routes.delete(`${base}/:label_id`, (call) => {
            const space = open(call, Level.reporter);
            const label = find(call, space);
            space.labels = space.labels.filter((each) => each !== label);
        });
    }
}
