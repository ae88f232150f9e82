import { anyGranted, covers } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, badRequest, conflict, invalid, notFound } from "../errors";
import { emit, hookCommit, hookProject } from "../events";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project, type Release, type ReleaseLink } from "../model";
import {
    bool,
    clearable,
    filled,
    timestamp,
    object,
    objects,
    oneOf,
    parse,
    required,
    text,
    stringList,
    type Input,
} from "../params";
import { basicUser, projectUrls, showCommit } from "../present";
import { updateRef } from "../repository";
import { within } from "./pipelines";

const linkType = oneOf("other", "runbook", "image", "package");
const linkFields = {
    name: filled(),
    url: filled(),
    link_type: linkType,
    filepath: text(),
    direct_asset_path: text(),
};

/** Releases of tags, with links to what was made for them. */
export function registerReleases(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/releases";
    const find = (call: Call, project: Project): Release => {
        const found = project.releases.find((each) => each.tag === call.id("tag"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const show = (project: Project, release: Release): Promise<Input> =>
        showRelease(gitlab, project, release);
    routes.get(base, (call) => {
        const project = call.codeProject();
        const wanted = call.parse({
            order_by: oneOf("released_at", "created_at"),
            sort: oneOf("asc", "desc"),
            include_html_description: bool(),
            updated_after: timestamp(),
            updated_before: timestamp(),
        });
        const time = (release: Release): string =>
            wanted.order_by === "created_at" ? release.createdAt : releasedAt(release);
        const sorted = project.releases
            .filter((each) => within(releasedAt(each), wanted.updated_after, wanted.updated_before))
            .sort((a, b) => time(b).localeCompare(time(a)));
        return call.pageAsync(wanted.sort === "asc" ? sorted.reverse() : sorted, (release) =>
            show(project, release),
        );
    });
    routes.get(`${base}/permalink/latest`, (call) => {
        const project = call.codeProject();
        const latest = latestRelease(gitlab, project);
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
        const wanted = call.parse({
            tag_name: required(filled()),
            tag_message: text(),
            name: text(),
            description: clearable(),
            ref: filled(),
            released_at: timestamp(),
            milestones: stringList(),
            assets: object(),
        });
        const { links = [] } = parse(wanted.assets ?? {}, { links: objects() });
        const given = links.map((each) => readLink(gitlab, each));
        checkLinks(given);
        const tag = wanted.tag_name;
        const protections = project.protectedTags.filter((each) => covers(each.name, tag));
        if (
            protections.length > 0 &&
            !protections.some((each) => anyGranted(gitlab, each.create, call.user, project))
        ) {
            throw new ApiError(403, {
                message: "You are not allowed to create this tag as it is protected.",
            });
        }
        if (project.releases.some((each) => each.tag === tag)) {
            throw conflict("Release already exists");
        }
        if (wanted.milestones?.length) {
            throw new ApiError(400, {
                message: `Milestone(s) not found: ${wanted.milestones.join(", ")}`,
            });
        }
        const sha =
            (await gitlab.git.resolve(project.id, `refs/tags/${tag}`)) ??
            (await makeTag(gitlab, call, project, tag, wanted.ref));
        const now = gitlab.now();
        const made: Release = {
            tag,
            name: wanted.name ?? tag,
            description: wanted.description ?? "",
            createdAt: now,
            authorId: call.user.id,
            releasedAt: wanted.released_at ?? now,
            sha,
            links: given,
        };
        project.releases.push(made);
        await announce(gitlab, project, made, "create");
        return show(project, made);
    });
    routes.put(`${base}/:tag`, async (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        const wanted = call.parse({
            name: text(),
            description: clearable(),
            released_at: timestamp(),
            milestones: stringList(),
        });
        if (Object.keys(wanted).length === 0) {
            throw badRequest("params is empty");
        }
        release.name = wanted.name ?? release.name;
        release.description = wanted.description ?? release.description;
        release.releasedAt = wanted.released_at ?? releasedAt(release);
        await announce(gitlab, project, release, "update");
        return show(project, release);
    });
    routes.delete(`${base}/:tag`, async (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        const shown = await show(project, release);
        project.releases = project.releases.filter((each) => each !== release);
        await announce(gitlab, project, release, "delete");
        call.status(200);
        return shown;
    });
    registerLinks(routes, gitlab, find);
}

function registerLinks(
    routes: Routes,
    gitlab: GitLab,
    find: (call: Call, project: Project) => Release,
): void {
    const base = "/projects/:id/releases/:tag/assets/links";
    const open = (
        call: Call,
        writes: boolean,
    ): { project: Project; release: Release; links: ReleaseLink[] } => {
        const project = writes ? call.writableProject(Level.developer) : call.codeProject();
        const release = find(call, project);
        release.links ??= [];
        return { project, release, links: release.links };
    };
    const findLink = (call: Call, links: ReleaseLink[]): ReleaseLink => {
        const found = links.find((each) => each.id === call.number("link_id"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    routes.get(base, (call) => {
        const { project, release, links } = open(call, false);
        return call.page([...links].reverse(), (link) => showLink(gitlab, project, release, link));
    });
    routes.get(`${base}/:link_id`, (call) => {
        const { project, release, links } = open(call, false);
        return showLink(gitlab, project, release, findLink(call, links));
    });
    routes.post(base, (call) => {
        const { project, release, links } = open(call, true);
        const made = readLink(gitlab, call.input);
        checkLinks([...links, made]);
        links.push(made);
        return showLink(gitlab, project, release, made);
    });
    routes.put(`${base}/:link_id`, (call) => {
        const { project, release, links } = open(call, true);
        const link = findLink(call, links);
        const wanted = call.parse(linkFields);
        const changed: ReleaseLink = {
            ...link,
            name: wanted.name ?? link.name,
            url: wanted.url ?? link.url,
            linkType: wanted.link_type ?? link.linkType,
            filePath: wanted.direct_asset_path ?? wanted.filepath ?? link.filePath,
        };
        checkLinks(links.map((each) => (each === link ? changed : each)));
        Object.assign(link, changed);
        return showLink(gitlab, project, release, link);
    });
    routes.delete(`${base}/:link_id`, (call) => {
        const { project, release, links } = open(call, true);
        const link = findLink(call, links);
        release.links = links.filter((each) => each !== link);
        call.status(200);
        return showLink(gitlab, project, release, link);
    });
}

/** A release that asks for it makes its tag. @throws ApiError 422 when it does not say of which commit, 400 for no commit. */
async function makeTag(
    gitlab: GitLab,
    call: Call,
    project: Project,
    tag: string,
    ref: string | undefined,
): Promise<string> {
    if (ref === undefined) {
        throw new ApiError(422, { message: "Ref is not specified" });
    }
    const sha = await gitlab.git.resolve(project.id, ref);
    if (sha === undefined) {
        throw new ApiError(400, { message: `Target ${ref} is invalid` });
    }
    await updateRef(gitlab, project, call.user, { ref: `refs/tags/${tag}`, oldSha: zeroSha, newSha: sha });
    return sha;
}

function readLink(gitlab: GitLab, input: Input): ReleaseLink {
    const wanted = parse(input, { ...linkFields, name: required(filled()), url: required(filled()) });
    return {
        id: gitlab.nextId("release_link"),
        name: wanted.name,
        url: wanted.url,
        linkType: wanted.link_type ?? "other",
        filePath: wanted.direct_asset_path ?? wanted.filepath ?? null,
    };
}

/** @throws ApiError 400 for addresses that are none, and for names and addresses that are there twice. */
function checkLinks(links: readonly ReleaseLink[]): void {
    for (const link of links) {
        if (!/^(https?|ftp):\/\/[^\s]+$/.test(link.url)) {
            throw invalid({ url: ["is blocked: Only allowed schemes are http, https, ftp"] });
        }
        if (link.filePath !== null && !link.filePath.startsWith("/")) {
            throw invalid({ filepath: ["is in an invalid format"] });
        }
        for (const key of ["name", "url"] as const) {
            if (links.filter((each) => each[key] === link[key]).length > 1) {
                throw invalid({ [key]: ["has already been taken"] });
            }
        }
    }
}

function releasedAt(release: Release): string {
    return release.releasedAt ?? release.createdAt;
}

/** The newest of the releases that are out. */
function latestRelease(gitlab: GitLab, project: Project): Release | undefined {
    const now = gitlab.now();
    return project.releases
        .filter((each) => releasedAt(each) <= now)
        .sort((a, b) => releasedAt(b).localeCompare(releasedAt(a)))[0];
}

function showLink(gitlab: GitLab, project: Project, release: Release, link: ReleaseLink): Input {
    const downloads = `${projectUrls(gitlab, project).web}/-/releases/${release.tag}/downloads`;
    return {
        id: link.id,
        name: link.name,
        url: link.url,
        direct_asset_url: link.filePath === null ? link.url : downloads + link.filePath,
        link_type: link.linkType,
    };
}

async function showRelease(gitlab: GitLab, project: Project, release: Release): Promise<Input> {
    const { web } = projectUrls(gitlab, project);
    const path = `/${gitlab.projectPath(project)}`;
    const sha = release.sha ?? (await gitlab.git.resolve(project.id, `refs/tags/${release.tag}`));
    const commit = sha === undefined ? undefined : await gitlab.git.commit(project.id, sha);
    const links = [...(release.links ?? [])].reverse();
    const sources = ["zip", "tar.gz", "tar.bz2", "tar"].map((format) => ({
        format,
        url: `${web}/-/archive/${release.tag}/${project.path}-${release.tag}.${format}`,
    }));
    return {
        name: release.name,
        tag_name: release.tag,
        description: release.description,
        created_at: release.createdAt,
        released_at: releasedAt(release),
        upcoming_release: releasedAt(release) > gitlab.now(),
        author: basicUser(gitlab, gitlab.user(release.authorId)),
        commit: commit ? showCommit(gitlab, project, commit) : null,
        commit_path: commit ? `${path}/-/commit/${commit.id}` : undefined,
        tag_path: `${path}/-/tags/${release.tag}`,
        assets: {
            count: links.length + sources.length,
            sources,
            links: links.map((link) => showLink(gitlab, project, release, link)),
        },
        evidences: [],
        _links: {
            self: `${web}/-/releases/${release.tag}`,
            edit_url: `${web}/-/releases/${release.tag}/edit`,
        },
    };
}

/** Triggers the hooks of a release. */
async function announce(gitlab: GitLab, project: Project, release: Release, action: string): Promise<void> {
    const shown = await showRelease(gitlab, project, release);
    const commit = release.sha === undefined ? undefined : await gitlab.git.commit(project.id, release.sha);
    emit(gitlab, project, "release", {
        id: project.releases.indexOf(release) + 1,
        object_kind: "release",
        name: release.name,
        tag: release.tag,
        description: release.description,
        created_at: release.createdAt,
        released_at: releasedAt(release),
        action,
        project: hookProject(gitlab, project),
        url: `${projectUrls(gitlab, project).web}/-/releases/${release.tag}`,
        assets: shown["assets"],
        commit: commit ? hookCommit(gitlab, project, commit) : null,
    });
}
