import { notFound, preconditionFailed } from "./errors";
import { inScope, tagSelected } from "./doublestar";
import { type Artifact, never, type Project, type Repository, type Tag } from "./model";
import { type Harbor, nameOf } from "./harbor";
import type { Principal } from "./rights";
import { watchQuota } from "./quota";
import { fire, repositoryData } from "./webhooks";

/** A repository's name without its project. */
export function shortName(project: Project, repository: { name: string }): string {
    return repository.name.slice(project.name.length + 1);
}

export function findRepository(harbor: Harbor, fullName: string): Repository | undefined {
    return harbor.state.repositories.find((repository) => repository.name === fullName);
}

/** @throws HarborError 404. */
export function requireRepository(harbor: Harbor, fullName: string): Repository {
    const repository = findRepository(harbor, fullName);
    if (!repository) {
        throw notFound(`repository ${fullName} not found`);
    }
    return repository;
}

/** The repository, made if it is not there yet. */
export function ensureRepository(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    fullName: string,
): Repository {
    const found = findRepository(harbor, fullName);
    if (found) {
        return found;
    }
    const now = harbor.now();
    const repository: Repository = {
        id: harbor.nextId("repository"),
        project_id: project.project_id,
        name: fullName,
        description: "",
        pull_count: 0,
        creation_time: now,
        update_time: now,
    };
    harbor.state.repositories.push(repository);
    harbor.audit(principal, project.project_id, "create", "repository", fullName);
    return repository;
}

export function artifactsOf(harbor: Harbor, repositoryId: number): Artifact[] {
    return harbor.state.artifacts.filter((artifact) => artifact.repository_id === repositoryId);
}

export function tagsOf(harbor: Harbor, artifactId: number): Tag[] {
    return harbor.state.tags.filter((tag) => tag.artifact_id === artifactId);
}

export function tagNamed(harbor: Harbor, repositoryId: number, name: string): Tag | undefined {
    return harbor.state.tags.find((tag) => tag.repository_id === repositoryId && tag.name === name);
}

/** By tag or digest. */
export function findArtifact(harbor: Harbor, fullName: string, reference: string): Artifact | undefined {
    const repository = findRepository(harbor, fullName);
    if (!repository) {
        return undefined;
    }
    if (reference.includes(":")) {
        return harbor.state.artifacts.find(
            (artifact) => artifact.repository_id === repository.id && artifact.digest === reference,
        );
    }
    const tag = tagNamed(harbor, repository.id, reference);
    return tag && harbor.state.artifacts.find((artifact) => artifact.id === tag.artifact_id);
}

/** @throws HarborError 404 with the reference as the caller gave it. */
export function requireArtifact(harbor: Harbor, fullName: string, reference: string): Artifact {
    const artifact = findArtifact(harbor, fullName, reference);
    if (!artifact) {
        const mark = reference.includes(":") ? "@" : ":";
        throw notFound(`artifact ${fullName}${mark}${reference} not found`);
    }
    return artifact;
}

/** Whether a rule of the project makes this tag immutable. */
export function isImmutable(harbor: Harbor, project: Project, repository: Repository, tag: string): boolean {
    const name = shortName(project, repository);
    return harbor.state.immutableRules.some(
        (rule) =>
            rule.project_id === project.project_id &&
            !rule.disabled &&
            inScope(rule.scope_selectors.repository, name) &&
            tagSelected(rule.tag_selectors, tag),
    );
}

/**
 * @param act what was about to happen to the tag: Harbor says it, but not of a push.
 * @throws HarborError 412 when the tag exists and a rule protects it.
 */
export function requireMutable(
    harbor: Harbor,
    project: Project,
    repository: Repository,
    tag: string,
    act: "pushed" | "updated" | "deleted",
): void {
    if (tagNamed(harbor, repository.id, tag) && isImmutable(harbor, project, repository, tag)) {
        throw preconditionFailed(
            act === "pushed"
                ? `Failed to process request due to '${shortName(project, repository)}:${tag}' configured as immutable.`
                : `the tag ${tag} configured as immutable, cannot be ${act}`,
        );
    }
}

/** Puts a tag on an artifact; a tag on another artifact of the repository is moved. Answers true if anything changed. */
export function setTag(harbor: Harbor, artifact: Artifact, name: string): boolean {
    const now = harbor.now();
    const existing = tagNamed(harbor, artifact.repository_id, name);
    if (existing) {
        existing.push_time = now;
        const moved = existing.artifact_id !== artifact.id;
        existing.artifact_id = artifact.id;
        return moved;
    }
    harbor.state.tags.push({
        id: harbor.nextId("tag"),
        repository_id: artifact.repository_id,
        artifact_id: artifact.id,
        name,
        push_time: now,
        pull_time: never,
    });
    return true;
}

/** Takes a tag away. @throws HarborError 404, or 412 when it is immutable. */
export function deleteTag(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
    artifact: Artifact,
    name: string,
): void {
    const tag = tagsOf(harbor, artifact.id).find((candidate) => candidate.name === name);
    if (!tag) {
        throw notFound(`tag ${name} attached to artifact ${artifact.id} not found`);
    }
    requireMutable(harbor, project, repository, name, "deleted");
    harbor.state.tags = harbor.state.tags.filter((candidate) => candidate !== tag);
    harbor.audit(principal, project.project_id, "delete", "tag", `${repository.name}:${name}`);
    const { digest } = artifact;
    harbor.contentChanged({
        kind: "delete",
        project,
        repository: repository.name,
        digest,
        tags: [name],
    });
}

/**
 * Removes an artifact with its tags, accessories and children nothing else needs.
 * @throws HarborError 412 when a tag is immutable or an index holds it.
 */
export async function deleteArtifact(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
    artifact: Artifact,
): Promise<void> {
    const tags = tagsOf(harbor, artifact.id);
    for (const tag of tags) {
        requireMutable(harbor, project, repository, tag.name, "deleted");
    }
    const siblings = artifactsOf(harbor, repository.id);
    if (parentIndexes(siblings, artifact).length > 0) {
        throw preconditionFailed("the deleting artifact is referenced by others");
    }
    const gone = new Set([artifact]);
    for (const candidate of siblings) {
        if (candidate.subject === artifact.digest) {
            gone.add(candidate);
        }
    }
    for (const reference of artifact.references) {
        const child = siblings.find((candidate) => candidate.digest === reference.child_digest);
        if (child && tagsOf(harbor, child.id).length === 0 && parentIndexes(siblings, child).length <= 1) {
            gone.add(child);
        }
    }
    const ids = new Set([...gone].map((candidate) => candidate.id));
    harbor.state.artifacts = harbor.state.artifacts.filter((candidate) => !ids.has(candidate.id));
    harbor.state.tags = harbor.state.tags.filter((tag) => !ids.has(tag.artifact_id));
    harbor.audit(
        principal,
        project.project_id,
        "delete",
        "artifact",
        `${repository.name}:${tags[0]?.name ?? artifact.digest}`,
    );
    fire(harbor, project, "DELETE_ARTIFACT", nameOf(principal), {
        resources: (tags.length > 0 ? tags.map((tag) => tag.name) : [undefined]).map((tag) =>
            eventResource(harbor, repository, artifact, tag),
        ),
        repository: repositoryData(project, repository.name, repository.creation_time),
    });
    watchQuota(harbor, project, nameOf(principal), repository.name);
    harbor.contentChanged({
        kind: "delete",
        project,
        repository: repository.name,
        digest: artifact.digest,
        tags: tags.map((tag) => tag.name),
    });
    for (const candidate of gone) {
        await harbor.backend.deleteManifest(repository.name, candidate.digest);
    }
}

/** Indexes of the repository that list this artifact. */
function parentIndexes(siblings: Artifact[], artifact: Artifact): Artifact[] {
    return siblings.filter((candidate) =>
        candidate.references.some((reference) => reference.child_digest === artifact.digest),
    );
}

/** Removes a repository with everything in it. @throws HarborError 412 when a tag is immutable. */
export async function deleteRepository(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
): Promise<void> {
    for (const tag of harbor.state.tags.filter((candidate) => candidate.repository_id === repository.id)) {
        requireMutable(harbor, project, repository, tag.name, "deleted");
    }
    // Indexes first: their children may not go while they are listed.
    for (;;) {
        const rest = artifactsOf(harbor, repository.id);
        const next = rest.find((artifact) => parentIndexes(rest, artifact).length === 0) ?? rest[0];
        if (!next) {
            break;
        }
        await deleteArtifact(harbor, principal, project, repository, next);
    }
    harbor.state.repositories = harbor.state.repositories.filter((candidate) => candidate !== repository);
    harbor.audit(principal, project.project_id, "delete", "repository", repository.name);
}

/** How an event names an artifact. */
export function eventResource(
    harbor: Harbor,
    repository: Repository,
    artifact: Artifact,
    tag: string | undefined,
): { digest: string; tag?: string; resource_url: string } {
    return {
        digest: artifact.digest,
        tag: tag ?? artifact.digest,
        resource_url: `${harbor.host}/${repository.name}${tag === undefined ? `@${artifact.digest}` : `:${tag}`}`,
    };
}
