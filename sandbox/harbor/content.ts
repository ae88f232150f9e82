import { createHash } from "node:crypto";

import {
    artifactsOf,
    ensureRepository,
    eventResource,
    findArtifact,
    findRepository,
    requireMutable,
    setTag,
    tagNamed,
    tagsOf,
} from "./artifacts";
import { type Harbor, nameOf } from "./harbor";
import { type Artifact, never, type Project, type Reference, type Repository } from "./model";
import { requireQuota, watchQuota } from "./quota";
import type { Principal } from "./rights";
import { fire, repositoryData } from "./webhooks";

interface Descriptor {
    mediaType?: string;
    digest: string;
    size: number;
    platform?: Record<string, unknown>;
    annotations?: Record<string, string>;
}

interface Manifest {
    mediaType?: string;
    artifactType?: string;
    config?: Descriptor;
    layers?: Descriptor[];
    manifests?: Descriptor[];
    subject?: Descriptor;
    annotations?: Record<string, string>;
}

const imageConfigs = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];

export const digestOf = (body: Buffer): string => `sha256:${createHash("sha256").update(body).digest("hex")}`;

const queues = new WeakMap<Harbor, Map<number, Promise<unknown>>>();

/** Runs changes of one project's content one after the other, so that quota and tag rules see what was there before. */
export function inTurn<T>(harbor: Harbor, project: Project, work: () => Promise<T>): Promise<T> {
    let queue = queues.get(harbor);
    if (!queue) {
        queue = new Map();
        queues.set(harbor, queue);
    }
    const turn = (queue.get(project.project_id) ?? Promise.resolve()).catch(() => undefined).then(work);
    queue.set(project.project_id, turn);
    return turn;
}

/**
 * Takes a manifest a client pushed: checks immutable tags and quota, stores it in the registry, then records artifact
 * and tag and triggers webhooks.
 * @param reference tag, or digest for a push without a tag
 * @throws HarborError 412 or 403; 400 when the registry refuses the manifest.
 */
export async function pushManifest(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    fullName: string,
    reference: string,
    manifest: { type: string; body: Buffer },
    store: (digest: string) => Promise<boolean>,
): Promise<Artifact | undefined> {
    const digest = digestOf(manifest.body);
    const tag = reference.includes(":") ? undefined : reference;
    const existing = findRepository(harbor, fullName);
    if (existing && tag !== undefined) {
        requireMutable(harbor, project, existing, tag, "pushed");
    }
    const parsed = parse(manifest.body);
    const operator = nameOf(principal);
    requireQuota(harbor, project, blobsOf(parsed, digest, manifest.body.length), operator, fullName);
    if (!(await store(digest))) {
        return undefined;
    }
    const { artifact, repository } = await record(harbor, principal, project, fullName, manifest, parsed);
    if (tag !== undefined) {
        setTag(harbor, artifact, tag);
    }
    announcePush(harbor, principal, project, repository, artifact, tag);
    return artifact;
}

function announcePush(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
    artifact: Artifact,
    tag: string | undefined,
): void {
    notify(harbor, principal, project, repository, artifact, tag, "push");
    watchQuota(harbor, project, nameOf(principal), repository.name);
    harbor.contentChanged({
        kind: "push",
        project,
        repository: repository.name,
        digest: artifact.digest,
        tags: tag === undefined ? [] : [tag],
    });
}

/** Counts a pull and triggers webhooks. */
export function recordPull(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
    artifact: Artifact,
    tag: string | undefined,
): void {
    const now = harbor.now();
    repository.pull_count++;
    artifact.pull_time = now;
    const pulled = tag === undefined ? undefined : tagNamed(harbor, repository.id, tag);
    if (pulled) {
        pulled.pull_time = now;
    }
    notify(harbor, principal, project, repository, artifact, tag, "pull");
    harbor.saveLater();
}

/** Writes into the audit log what a client did with an artifact, and triggers webhooks. */
function notify(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: Repository,
    artifact: Artifact,
    tag: string | undefined,
    what: "push" | "pull",
): void {
    harbor.audit(
        principal,
        project.project_id,
        what === "push" ? "create" : "pull",
        "artifact",
        `${repository.name}${tag === undefined ? `@${artifact.digest}` : `:${tag}`}`,
    );
    fire(harbor, project, what === "push" ? "PUSH_ARTIFACT" : "PULL_ARTIFACT", nameOf(principal), {
        resources: [eventResource(harbor, repository, artifact, tag)],
        repository: repositoryData(project, repository.name, repository.creation_time),
    });
}

function parse(body: Buffer): Manifest {
    try {
        const value: unknown = JSON.parse(body.toString("utf8"));
        return typeof value === "object" && value !== null ? value : {};
    } catch {
        // The registry refuses it with the error clients know.
        return {};
    }
}

function blobsOf(manifest: Manifest, digest: string, size: number): Artifact["blobs"] {
    const parts = [manifest.config, ...(manifest.layers ?? [])].filter((part) => part !== undefined);
    return [{ digest, size }, ...parts.map((part) => ({ digest: part.digest, size: part.size }))];
}

/** Writes the artifact's record; one with the same digest in the repository is kept. */
async function record(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    fullName: string,
    { type, body }: { type: string; body: Buffer },
    manifest: Manifest,
): Promise<{ artifact: Artifact; repository: Repository }> {
    const digest = digestOf(body);
    const attributes = await configAttributes(harbor, fullName, manifest);
    const repository = ensureRepository(harbor, principal, project, fullName);
    const now = harbor.now();
    repository.update_time = now;
    const found = findArtifact(harbor, fullName, digest);
    if (found) {
        found.push_time = now;
        return { artifact: found, repository };
    }
    const blobs = blobsOf(manifest, digest, body.length);
    const children = (manifest.manifests ?? []).map((child) => findArtifact(harbor, fullName, child.digest));
    const configType = manifest.config?.mediaType ?? "";
    const artifactType = manifest.artifactType ?? (configType === "" ? type : configType);
    const artifact: Artifact = {
        id: harbor.nextId("artifact"),
        project_id: project.project_id,
        repository_id: repository.id,
        digest,
        size:
            blobs.reduce((sum, blob) => sum + blob.size, 0) +
            children.reduce((sum, child) => sum + (child?.size ?? 0), 0),
        type: kindOf(manifest, artifactType),
        media_type: configType === "" ? type : configType,
        manifest_media_type: type,
        artifact_type: artifactType,
        annotations: manifest.annotations ?? {},
        extra_attrs: attributes,
        references: (manifest.manifests ?? []).map(referenceOf),
        blobs,
        labels: [],
        push_time: now,
        pull_time: never,
    };
    if (manifest.subject) {
        artifact.subject = manifest.subject.digest;
        artifact.accessory_type = accessoryType(artifactType);
    }
    harbor.state.artifacts.push(artifact);
    return { artifact, repository };
}

function referenceOf(child: Descriptor): Reference {
    return {
        child_digest: child.digest,
        ...(child.platform ? { platform: child.platform } : {}),
        ...(child.annotations ? { annotations: child.annotations } : {}),
    };
}

function accessoryType(artifactType: string): string {
    if (artifactType.includes("cosign")) {
        return "signature.cosign";
    }
    return artifactType.includes("notary") ? "signature.notation" : "subject.accessory";
}

function kindOf(manifest: Manifest, artifactType: string): string {
    if (manifest.manifests || imageConfigs.includes(artifactType)) {
        return "IMAGE";
    }
    if (artifactType === "application/vnd.cncf.helm.config.v1+json") {
        return "CHART";
    }
    // Harbor names other kinds after their media type: application/vnd.acme.thing.config.v1+json is THING.
    return (
        /^application\/vnd\.[^.]+\.([^.+]+)(\.config)?\.v[^.]*\+json$/
            .exec(artifactType)?.[1]
            ?.toUpperCase() ?? "UNKNOWN"
    );
}

/** What Harbor shows of an image's or a chart's configuration. */
async function configAttributes(
    harbor: Harbor,
    fullName: string,
    manifest: Manifest,
): Promise<Record<string, unknown>> {
    const config = manifest.config;
    if (!config || config.size > 1024 * 1024 || !/json$/.test(config.mediaType ?? "")) {
        return {};
    }
    const blob = await harbor.backend.blob(fullName, config.digest);
    try {
        const value = JSON.parse(blob?.toString("utf8") ?? "{}") as Record<string, unknown>;
        if (!imageConfigs.includes(config.mediaType ?? "")) {
            return value;
        }
        const { architecture, os, author, created } = value;
        return { architecture, os, author: author ?? "", created, config: value["config"] ?? {} };
    } catch {
        return {};
    }
}

/**
 * Copies an artifact with children, accessories and all its tags into another repository of this Harbor. Doing it
 * again changes nothing.
 * @throws HarborError 412 when a tag of the target is immutable and means another artifact; 403 for the quota.
 */
export async function copyArtifact(
    harbor: Harbor,
    principal: Principal,
    source: { repository: Repository; artifact: Artifact },
    target: { project: Project; fullName: string },
): Promise<Artifact> {
    const { project, fullName } = target;
    const tags = tagsOf(harbor, source.artifact.id).map((tag) => tag.name);
    const existing = findRepository(harbor, fullName);
    if (existing) {
        for (const tag of tags) {
            const there = tagNamed(harbor, existing.id, tag);
            const other =
                there && artifactWithId(harbor, there.artifact_id)?.digest !== source.artifact.digest;
            if (other) {
                requireMutable(harbor, project, existing, tag, "updated");
            }
        }
    }
    const family = [
        ...source.artifact.references
            .map((reference) => findArtifact(harbor, source.repository.name, reference.child_digest))
            .filter((child) => child !== undefined),
        source.artifact,
        ...artifactsOf(harbor, source.repository.id).filter(
            (candidate) => candidate.subject === source.artifact.digest,
        ),
    ];
    const operator = nameOf(principal);
    requireQuota(
        harbor,
        project,
        family.flatMap((member) => member.blobs),
        operator,
        fullName,
    );
    let copied: Artifact | undefined;
    for (const member of family) {
        const known = findArtifact(harbor, fullName, member.digest);
        const made = known ?? (await copyOne(harbor, principal, source.repository, member, target));
        if (member === source.artifact) {
            copied = made;
            const changed = tags.map((tag) => setTag(harbor, made, tag)).some(Boolean);
            if (!known || changed) {
                const repository = ensureRepository(harbor, principal, project, fullName);
                announcePush(harbor, principal, project, repository, made, tags[0]);
            }
        }
    }
    if (!copied) {
        throw new Error("an artifact is always a member of its own family");
    }
    return copied;
}

const artifactWithId = (harbor: Harbor, id: number): Artifact | undefined =>
    harbor.state.artifacts.find((artifact) => artifact.id === id);

async function copyOne(
    harbor: Harbor,
    principal: Principal,
    from: Repository,
    artifact: Artifact,
    target: { project: Project; fullName: string },
): Promise<Artifact> {
    const manifest = await harbor.backend.manifest(from.name, artifact.digest);
    if (!manifest) {
        throw new Error(`the registry has lost ${from.name}@${artifact.digest}`);
    }
    if (from.name !== target.fullName) {
        for (const blob of artifact.blobs) {
            if (blob.digest !== artifact.digest) {
                await harbor.backend.mountBlob(from.name, target.fullName, blob.digest);
            }
        }
        await harbor.backend.putManifest(target.fullName, artifact.digest, manifest.type, manifest.body);
    }
    const made = await record(
        harbor,
        principal,
        target.project,
        target.fullName,
        { type: artifact.manifest_media_type, body: manifest.body },
        parse(manifest.body),
    );
    return made.artifact;
}
