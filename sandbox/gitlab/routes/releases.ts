import type { Call, Routes } from "../call";
import { ApiError, conflict, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { clearable, filled, required, text, type Input } from "../params";
import { basicUser } from "../present";

/** Releases of tags. */
export function registerReleases(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/releases";
    const find = (call: Call, project: Project): Project["releases"][number] => {
        const found = project.releases.find((each) => each.tag === call.id("tag"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const show = (project: Project, release: Project["releases"][number]): Input => ({
        tag_name: release.tag,
        name: release.name,
        description: release.description,
        created_at: release.createdAt,
        released_at: release.createdAt,
        upcoming_release: false,
        author: basicUser(gitlab, gitlab.user(release.authorId)),
        assets: { count: 0, sources: [], links: [] },
        _links: { self: `${gitlab.url}/${gitlab.projectPath(project)}/-/releases/${release.tag}` },
    });
    routes.get(base, (call) => {
        const project = call.codeProject();
        return call.page([...project.releases].reverse(), (release) => show(project, release));
    });
    routes.get(`${base}/permalink/latest`, (call) => {
        const project = call.codeProject();
        const latest = project.releases.at(-1);
        if (!latest) {
            throw notFound();
        }
        return show(project, latest);
    });
    routes.get(`${base}/:tag`, (call) => {
        const project = call.codeProject();
        return show(project, find(call, project));
    });
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({ tag_name: required(filled()), name: text(), description: clearable() });
        if ((await gitlab.git.resolve(project.id, `refs/tags/${wanted.tag_name}`)) === undefined) {
            throw new ApiError(422, { message: "Ref is not specified" });
        }
        if (project.releases.some((each) => each.tag === wanted.tag_name)) {
            throw conflict("Release already exists");
        }
        const made = {
            tag: wanted.tag_name,
            name: wanted.name ?? wanted.tag_name,
            description: wanted.description ?? "",
            createdAt: gitlab.now(),
            authorId: call.user.id,
        };
        project.releases.push(made);
        return show(project, made);
    });
    routes.put(`${base}/:tag`, (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        const wanted = call.parse({ name: text(), description: clearable() });
        release.name = wanted.name ?? release.name;
        release.description = wanted.description ?? release.description;
        return show(project, release);
    });
    routes.delete(`${base}/:tag`, (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        project.releases = project.releases.filter((each) => each !== release);
        call.status(200);
        return show(project, release);
    });
}
