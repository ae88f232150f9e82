import { z } from "zod";

import type { Call, Routes } from "../api";
import {
    artifactsOf,
    deleteArtifact,
    deleteTag,
    findArtifact,
    isImmutable,
    requireArtifact,
    requireRepository,
    setTag,
    tagNamed,
    tagsOf,
} from "../artifacts";
import { copyArtifact, inTurn } from "../content";
import { badRequest, conflict, forbidden, methodNotAllowed, notFound, preconditionFailed } from "../errors";
import type { Harbor } from "../harbor";
import type { Artifact, Project, Repository, Tag } from "../model";
import { showLabel } from "./labels";
import { repositoryOfPath } from "./repositories";

const base = "/projects/:project/repositories/:repository/artifacts";

/** Artifacts, their tags and labels, and copies between projects. */
export function artifactRoutes(routes: Routes): void {
    routes.get(base, (call) => {
        const { harbor } = call;
        const project = call.namedProject("artifact", "list");
        const repository = repositoryOfPath(call, project);
        const artifacts = artifactsOf(harbor, repository.id).filter(
            (artifact) => !artifact.subject && !isChildOnly(harbor, artifact),
        );
        return listArtifacts(call, project, artifacts);
    });
    routes.get("/projects/:project/artifacts", (call) => {
        const project = call.project("artifact", "list");
        const artifacts = call.harbor.state.artifacts.filter(
            (artifact) => artifact.project_id === project.project_id && !artifact.subject,
        );
        return listArtifacts(call, project, artifacts);
    });
    routes.post(base, copy);
    routes.get(`${base}/:reference`, (call) => {
        const { project, repository, artifact } = target(call, "artifact", "read");
        return show(call, project, repository, artifact);
    });
    routes.delete(`${base}/:reference`, async (call) => {
        const { harbor, principal } = call;
        const { project, repository, artifact } = target(call, "artifact", "delete");
        await inTurn(harbor, project, () => deleteArtifact(harbor, principal, project, repository, artifact));
    });
    tagRoutes(routes);
    labelRoutes(routes);
    scanRoutes(routes);
    routes.get(`${base}/:reference/accessories`, (call) => {
        const { harbor } = call;
        const { repository, artifact } = target(call, "accessory", "list");
        const accessories = artifactsOf(harbor, repository.id).filter(
            (candidate) => candidate.subject === artifact.digest,
        );
        return call.list(accessories, (accessory) => showAccessory(accessory, artifact));
    });
    routes.get(`${base}/:reference/additions/:addition`, (call) => {
        const { artifact } = target(call, "artifact-addition", "read");
        throw badRequest(
            `addition ${call.param("addition")} isn't supported for ${artifact.type.toLowerCase()}`,
        );
    });
}

function tagRoutes(routes: Routes): void {
    routes.get(`${base}/:reference/tags`, (call) => {
        const { harbor } = call;
        const { project, repository, artifact } = target(call, "tag", "list");
        return call.list(
            tagsOf(harbor, artifact.id),
            (tag) => showTag(harbor, project, repository, tag, call.flag("with_immutable_status", false)),
            { name: (tag) => tag.name, push_time: (tag) => tag.push_time },
        );
    });
    routes.post(`${base}/:reference/tags`, async (call) => {
        const { harbor } = call;
        const { project, repository, artifact } = target(call, "tag", "create");
        const { name } = call.body(z.object({ name: z.string() }));
        if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name)) {
            throw badRequest(`invalid tag name: ${name}`);
        }
        await inTurn(harbor, project, () => {
            if (tagNamed(harbor, repository.id, name)) {
                throw conflict(`tag ${name} already exists`);
            }
            setTag(harbor, artifact, name);
            return Promise.resolve();
        });
        harbor.audit(call.principal, project.project_id, "create", "tag", `${repository.name}:${name}`);
        return call.created(name);
    });
    routes.delete(`${base}/:reference/tags/:tag`, (call) => {
        const { project, repository, artifact } = target(call, "tag", "delete");
        deleteTag(call.harbor, call.principal, project, repository, artifact, call.param("tag"));
    });
}

function labelRoutes(routes: Routes): void {
    routes.post(`${base}/:reference/labels`, (call) => {
        const { artifact } = target(call, "artifact-label", "create");
        const { id } = call.body(z.object({ id: z.number().int() }));
        const label = call.harbor.state.labels.find((candidate) => candidate.id === id);
        if (!label || (label.scope === "p" && label.project_id !== artifact.project_id)) {
            throw notFound(`label ${id} not found`);
        }
        if (artifact.labels.includes(id)) {
            throw conflict(`label ${id} is already added to the artifact ${artifact.id}`);
        }
        artifact.labels.push(id);
    });
    routes.delete(`${base}/:reference/labels/:label`, (call) => {
        const { artifact } = target(call, "artifact-label", "delete");
        const id = call.id("label");
        if (!artifact.labels.includes(id)) {
            throw notFound(`label ${id} is not attached to the artifact ${artifact.id}`);
        }
        artifact.labels = artifact.labels.filter((label) => label !== id);
    });
}

/** This Harbor scans nothing: it answers as a Harbor without a scanner that works. */
function scanRoutes(routes: Routes): void {
    routes.post(`${base}/:reference/scan`, (call) => {
        const { project } = target(call, "scan", "create");
        const { scanners } = call.harbor.state;
        const scanner =
            scanners.find((candidate) => candidate.uuid === project.scanner) ??
            scanners.find((candidate) => candidate.is_default);
        throw preconditionFailed(
            scanner
                ? `scanner ${scanner.name} is not available`
                : `no available scanner for project: ${project.project_id}`,
        );
    });
    routes.post(`${base}/:reference/scan/stop`, (call) => {
        target(call, "scan", "stop");
        throw notFound("no scan of this artifact is running");
    });
    routes.get(`${base}/:reference/scan/:report/log`, (call) => {
        target(call, "scan", "read");
        throw notFound(`report ${call.param("report")} not found`);
    });
    routes.get(`${base}/:reference/additions/vulnerabilities`, (call) => {
        const { artifact } = target(call, "artifact-addition", "read");
        throw notFound(`no scan report of the artifact ${artifact.digest} found`);
    });
}

interface Target {
    project: Project;
    repository: Repository;
    artifact: Artifact;
}

/** What the path names, if the caller may do this with it. */
function target(call: Call, resource: string, action: string): Target {
    const project = call.namedProject(resource, action);
    const repository = repositoryOfPath(call, project);
    const artifact = requireArtifact(call.harbor, repository.name, call.param("reference"));
    return { project, repository, artifact };
}

/** `POST …/artifacts?from=project/repository:tag` or `@digest`. */
async function copy(call: Call): Promise<unknown> {
    const { harbor, principal } = call;
    harbor.requireAuthenticated(principal);
    const from = call.query("from") ?? "";
    const source = parseReference(from);
    // As in Harbor, what is added to the quota is looked at before rights are.
    const project = harbor.findProject(call.param("project"), true);
    if (!project) {
        throw notFound(`project ${call.param("project")} not found`);
    }
    const artifact = findArtifact(harbor, source.repository, source.reference);
    if (!artifact) {
        throw badRequest(`artifact ${from} not found`);
    }
    const owner = harbor.project(artifact.project_id);
    if (
        !harbor.can(principal, project, "artifact", "create") ||
        !harbor.can(principal, owner, "artifact", "read")
    ) {
        throw forbidden();
    }
    if (project.registry_id !== 0) {
        throw methodNotAllowed("the target project is a proxy cache");
    }
    const repository = requireRepository(harbor, source.repository);
    const fullName = `${project.name}/${call.repositoryName()}`;
    if (!/^[a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*$/.test(call.repositoryName())) {
        throw badRequest(`invalid repository name: ${fullName}`);
    }
    await inTurn(harbor, project, () =>
        copyArtifact(harbor, principal, { repository, artifact }, { project, fullName }),
    );
    return call.created(source.reference);
}

/** Takes `project/repository:tag` or `project/repository@digest` apart. @throws HarborError 400. */
export function parseReference(text: string): { project: string; repository: string; reference: string } {
    const match =
        /^([^/]+)(\/.+?)@(sha256:[0-9a-f]{64})$/.exec(text) ?? /^([^/]+)(\/[^:]+):([^:/]+)$/.exec(text);
    if (!match?.[1] || !match[2] || !match[3]) {
        throw badRequest(`invalid reference: ${text}`);
    }
    return { project: match[1], repository: `${match[1]}${match[2]}`, reference: match[3] };
}

/** Whether an artifact only shows as part of an index: listed by one and without a tag of its own. */
function isChildOnly(harbor: Harbor, artifact: Artifact): boolean {
    return (
        tagsOf(harbor, artifact.id).length === 0 &&
        artifactsOf(harbor, artifact.repository_id).some((candidate) =>
            candidate.references.some((reference) => reference.child_digest === artifact.digest),
        )
    );
}

function listArtifacts(call: Call, project: Project, artifacts: Artifact[]): unknown {
    const { harbor } = call;
    return call.list(
        artifacts,
        (artifact) => {
            const repository = harbor.state.repositories.find(
                (candidate) => candidate.id === artifact.repository_id,
            );
            return repository && show(call, project, repository, artifact);
        },
        {
            tags: (artifact) => {
                const names = tagsOf(harbor, artifact.id).map((tag) => tag.name);
                return names.length === 0 ? ["nil"] : names;
            },
            digest: (artifact) => artifact.digest,
            type: (artifact) => artifact.type,
            labels: (artifact) => artifact.labels,
            media_type: (artifact) => artifact.media_type,
            push_time: (artifact) => artifact.push_time,
            pull_time: (artifact) => artifact.pull_time,
            size: (artifact) => artifact.size,
            id: (artifact) => artifact.id,
        },
    );
}

function show(call: Call, project: Project, repository: Repository, artifact: Artifact): unknown {
    const { harbor } = call;
    const immutable = call.flag("with_immutable_status", false);
    return {
        id: artifact.id,
        type: artifact.type,
        media_type: artifact.media_type,
        manifest_media_type: artifact.manifest_media_type,
        artifact_type: artifact.artifact_type,
        project_id: artifact.project_id,
        repository_id: artifact.repository_id,
        repository_name: repository.name,
        digest: artifact.digest,
        size: artifact.size,
        icon: "",
        push_time: artifact.push_time,
        pull_time: artifact.pull_time,
        extra_attrs: artifact.extra_attrs,
        annotations: artifact.annotations,
        references: listOrNull(
            artifact.references.map((reference) => ({
                parent_id: artifact.id,
                child_id: findArtifact(harbor, repository.name, reference.child_digest)?.id ?? 0,
                child_digest: reference.child_digest,
                platform: reference.platform ?? null,
                annotations: reference.annotations ?? null,
                urls: null,
            })),
        ),
        tags: call.flag("with_tag", true)
            ? listOrNull(
                  tagsOf(harbor, artifact.id).map((tag) =>
                      showTag(harbor, project, repository, tag, immutable),
                  ),
              )
            : null,
        addition_links: {},
        labels: call.flag("with_label", false)
            ? listOrNull(
                  harbor.state.labels.filter((label) => artifact.labels.includes(label.id)).map(showLabel),
              )
            : null,
        accessories: call.flag("with_accessory", false)
            ? listOrNull(
                  artifactsOf(harbor, repository.id)
                      .filter((candidate) => candidate.subject === artifact.digest)
                      .map((accessory) => showAccessory(accessory, artifact)),
              )
            : null,
    };
}

/** Harbor shows a list without elements as null here. */
const listOrNull = <T>(list: T[]): T[] | null => (list.length === 0 ? null : list);

function showTag(
    harbor: Harbor,
    project: Project,
    repository: Repository,
    tag: Tag,
    withImmutable: boolean,
): unknown {
    return { ...tag, immutable: withImmutable && isImmutable(harbor, project, repository, tag.name) };
}

function showAccessory(accessory: Artifact, subject: Artifact): unknown {
    return {
        id: accessory.id,
        artifact_id: accessory.id,
        subject_artifact_id: subject.id,
        subject_artifact_digest: subject.digest,
        size: accessory.size,
        digest: accessory.digest,
        type: accessory.accessory_type ?? "subject.accessory",
        icon: "",
        creation_time: accessory.push_time,
    };
}
