import { digestOf } from "./content";
import { matches } from "./doublestar";
import { type ContentChange, type Harbor } from "./harbor";
import { type Execution, never, type Registry, type ReplicationPolicy, type Task } from "./model";
import { addProject, firstAdmin } from "./projects";
import { type RemoteArtifact, RemoteRegistry } from "./remote";
import { fire } from "./webhooks";

/** Registry types that replication can really work with. */
export const workingTypes = ["harbor", "docker-registry"];

/** A client for a registry endpoint. @throws Error for a type that only exists as a record. */
export function connect(registry: Pick<Registry, "url" | "type" | "credential">): RemoteRegistry {
    if (registry.type !== "harbor" && registry.type !== "docker-registry") {
        throw new Error(`registries of the type ${registry.type} are kept as records only`);
    }
    return new RemoteRegistry({
        url: registry.url,
        type: registry.type,
        username: registry.credential.access_key,
        password: registry.credential.access_secret,
    });
}

/** This Harbor itself as one end of a replication. */
function local(harbor: Harbor): RemoteRegistry {
    return new RemoteRegistry({
        url: harbor.url,
        type: "harbor",
        token: (repository, actions) => harbor.backend.token(repository, actions),
        makeProject: (name, isPublic) => {
            if (!harbor.findProject(name, true)) {
                const metadata = { public: String(isPublic) };
                addProject(harbor, { name, ownerId: firstAdmin(harbor), metadata, storageLimit: -1 });
            }
        },
    });
}

/** One repository to copy, with the artifacts meant. */
interface Job {
    source: string;
    target: string;
    artifacts: RemoteArtifact[];
    isPublic: boolean;
}

/** What one event asks of a policy; without it the whole policy runs. */
type Change = Pick<ContentChange, "kind" | "repository" | "digest" | "tags">;

/** Makes the record of a run and starts it in the background. */
export function startReplication(
    harbor: Harbor,
    policy: ReplicationPolicy,
    trigger: string,
    change?: Change,
): { execution: Execution; done: Promise<void> } {
    const execution: Execution = {
        id: harbor.nextId("execution"),
        kind: "REPLICATION",
        policy_id: policy.id,
        status: "InProgress",
        status_text: "",
        trigger,
        extra: {},
        start_time: harbor.now(),
        end_time: never,
    };
    harbor.addExecution(execution);
    const done = run(harbor, policy, execution, change)
        .catch((error: unknown) => {
            execution.status = "Failed";
            execution.status_text = (error as Error).message;
            harbor.log(`replication ${policy.name}: ${(error as Error).message}`);
        })
        .then(() => {
            execution.end_time = harbor.now();
            harbor.saveLater();
        });
    return { execution, done };
}

/** Runs every enabled event-based policy that a push or a deletion is for. */
export function onContentChange(harbor: Harbor, change: ContentChange): void {
    for (const policy of harbor.state.replicationPolicies) {
        const meant =
            policy.enabled &&
            policy.trigger.type === "event_based" &&
            policy.src_registry === 0 &&
            (change.kind === "push" || policy.replicate_deletion) &&
            matches(nameFilter(policy), change.repository);
        if (meant) {
            startReplication(harbor, policy, "event_based", change);
        }
    }
}

function nameFilter(policy: ReplicationPolicy): string {
    const value = policy.filters.find((filter) => filter.type === "name")?.value;
    return typeof value === "string" ? value : "";
}

/**
 * Name of a repository at the destination: `count` leading parts replaced by the namespace; -1 replaces all but the
 * last part.
 */
export function targetName(source: string, namespace: string, count: number): string {
    if (namespace === "") {
        return source;
    }
    const parts = source.split("/");
    const kept = count === -1 ? parts.slice(-1) : parts.slice(Math.min(count, parts.length - 1));
    return `${namespace}/${kept.join("/")}`;
}

async function run(
    harbor: Harbor,
    policy: ReplicationPolicy,
    execution: Execution,
    change: Change | undefined,
): Promise<void> {
    const source = end(harbor, policy.src_registry);
    const target = end(harbor, policy.dest_registry);
    if (change?.kind === "delete") {
        await deletion(harbor, policy, execution, target, change);
        return;
    }
    const jobs = await plan(harbor, policy, source, change);
    for (const job of jobs) {
        if (stopped(execution)) {
            return;
        }
        const task = newTask(harbor, execution, "copy", job);
        try {
            await copy(policy, source, target, job, task);
            task.status = "Succeed";
        } catch (error) {
            task.status = "Failed";
            task.log.push(`ERROR ${(error as Error).message}`);
        }
        task.end_time = harbor.now();
        announce(harbor, policy, execution, job, task);
    }
    finish(harbor, execution);
}

const stopped = (execution: Execution): boolean => execution.status === "Stopped";

function finish(harbor: Harbor, execution: Execution): void {
    if (stopped(execution)) {
        return;
    }
    const failed = harbor.state.tasks.find(
        (task) => task.execution_id === execution.id && task.status === "Failed",
    );
    execution.status = failed ? "Failed" : "Succeed";
    execution.status_text = failed?.log.at(-1) ?? "";
}

function end(harbor: Harbor, id: number): RemoteRegistry {
    if (id === 0) {
        return local(harbor);
    }
    const registry = harbor.state.registries.find((candidate) => candidate.id === id);
    if (!registry) {
        throw new Error(`registry ${id} not found`);
    }
    return connect(registry);
}

function newTask(harbor: Harbor, execution: Execution, operation: string, job: Job): Task {
    const names = job.artifacts.map((artifact) => artifact.tags.join(",") || artifact.digest).join(",");
    const task: Task = {
        id: harbor.nextId("task"),
        execution_id: execution.id,
        status: "InProgress",
        operation,
        resource_type: "image",
        src_resource: `${job.source}:[${names}]`,
        dst_resource: `${job.target}:[${names}]`,
        repository: job.source,
        total: job.artifacts.length,
        retained: 0,
        run_count: 1,
        log: [],
        extra: {},
        start_time: harbor.now(),
        end_time: never,
    };
    harbor.state.tasks.push(task);
    return task;
}

/** Finds what the policy's filters mean, repository by repository. */
async function plan(
    harbor: Harbor,
    policy: ReplicationPolicy,
    source: RemoteRegistry,
    change: Change | undefined,
): Promise<Job[]> {
    const isLocal = policy.src_registry === 0;
    const names = change
        ? [change.repository]
        : isLocal
          ? harbor.state.repositories
                .map((repository) => repository.name)
                .filter((name) => matches(nameFilter(policy), name))
          : await source.repositories(nameFilter(policy));
    const jobs: Job[] = [];
    for (const name of names) {
        const all = isLocal ? localArtifacts(harbor, name) : await source.artifacts(name);
        const artifacts = all
            .filter((artifact) => change === undefined || artifact.digest === change.digest)
            .map((artifact) => narrowed(policy, artifact, change))
            .filter((artifact) => artifact !== undefined);
        if (artifacts.length > 0) {
            const project = isLocal ? harbor.findProject(name.split("/")[0] ?? "", true) : undefined;
            jobs.push({
                source: name,
                target: targetName(name, policy.dest_namespace, policy.dest_namespace_replace_count),
                artifacts,
                isPublic: project?.metadata["public"] === "true",
            });
        }
    }
    return jobs;
}

function localArtifacts(harbor: Harbor, name: string): RemoteArtifact[] {
    const { state } = harbor;
    const repository = state.repositories.find((candidate) => candidate.name === name);
    return state.artifacts
        .filter((artifact) => artifact.repository_id === repository?.id && !artifact.subject)
        .map((artifact) => ({
            digest: artifact.digest,
            type: artifact.type,
            tags: state.tags.filter((tag) => tag.artifact_id === artifact.id).map((tag) => tag.name),
            labels: state.labels
                .filter((label) => artifact.labels.includes(label.id))
                .map((label) => label.name),
        }));
}

/** The artifact with the tags the filters leave; undefined when nothing is left of it. */
function narrowed(
    policy: ReplicationPolicy,
    artifact: RemoteArtifact,
    change: Change | undefined,
): RemoteArtifact | undefined {
    let tags = change && change.tags.length > 0 ? change.tags : artifact.tags;
    for (const filter of policy.filters) {
        const excludes = filter.decoration === "excludes";
        if (filter.type === "tag" && filter.value !== "") {
            const before = tags.length;
            tags = tags.filter((tag) => matches(String(filter.value), tag) !== excludes);
            if ((before > 0 && tags.length === 0) || (before === 0 && !excludes)) {
                return undefined;
            }
        } else if (filter.type === "label" && Array.isArray(filter.value)) {
            const has = filter.value.every((label) => artifact.labels.includes(String(label)));
            if (has === excludes) {
                return undefined;
            }
        } else if (filter.type === "resource" && filter.value === "image" && artifact.type !== "IMAGE") {
            return undefined;
        }
    }
    return { ...artifact, tags };
}

async function copy(
    policy: ReplicationPolicy,
    source: RemoteRegistry,
    target: RemoteRegistry,
    job: Job,
    task: Task,
): Promise<void> {
    await target.ensureProject(job.target, job.isPublic);
    for (const artifact of job.artifacts) {
        const references = artifact.tags.length > 0 ? artifact.tags : [artifact.digest];
        for (const reference of references) {
            const there = await target.digest(job.target, reference);
            if (there === artifact.digest) {
                task.log.push(`${job.target}:${reference} is there already, skipped`);
            } else if (there !== undefined && !policy.override) {
                task.log.push(`${job.target}:${reference} exists and the policy does not override, skipped`);
            } else {
                await copyManifest(source, target, job, artifact.digest, reference, task);
                task.log.push(`copied ${job.source}@${artifact.digest} to ${job.target}:${reference}`);
            }
        }
    }
}

/** Copies a manifest with all it needs: children of an index, then blobs, then the manifest under its reference. */
async function copyManifest(
    source: RemoteRegistry,
    target: RemoteRegistry,
    job: Job,
    digest: string,
    reference: string,
    task: Task,
): Promise<void> {
    const { type, body } = await source.manifest(job.source, digest);
    if (digestOf(body) !== digest) {
        throw new Error(`${job.source}@${digest} has other content than its digest says`);
    }
    interface Part {
        digest: string;
    }
    const parsed = JSON.parse(body.toString("utf8")) as {
        manifests?: Part[];
        config?: Part;
        layers?: Part[];
    };
    for (const child of parsed.manifests ?? []) {
        await copyManifest(source, target, job, child.digest, child.digest, task);
    }
    for (const blob of [parsed.config, ...(parsed.layers ?? [])]) {
        if (blob && (await target.copyBlob(source, job.source, job.target, blob.digest))) {
            task.log.push(`copied blob ${blob.digest}`);
        }
    }
    await target.putManifest(job.target, reference, type, body);
}

/** Repeats a deletion at the destination, tag by tag. */
async function deletion(
    harbor: Harbor,
    policy: ReplicationPolicy,
    execution: Execution,
    target: RemoteRegistry,
    change: Change,
): Promise<void> {
    const artifact = narrowed(
        policy,
        { digest: change.digest, tags: change.tags, labels: [], type: "IMAGE" },
        change,
    );
    if (artifact) {
        const job: Job = {
            source: change.repository,
            target: targetName(change.repository, policy.dest_namespace, policy.dest_namespace_replace_count),
            artifacts: [artifact],
            isPublic: false,
        };
        const task = newTask(harbor, execution, "deletion", job);
        try {
            for (const tag of artifact.tags) {
                await target.deleteTag(job.target, tag);
            }
            if (artifact.tags.length === 0) {
                await target.deleteArtifact(job.target, artifact.digest);
            }
            task.status = "Succeed";
        } catch (error) {
            task.status = "Failed";
            task.log.push(`ERROR ${(error as Error).message}`);
        }
        task.end_time = harbor.now();
    }
    finish(harbor, execution);
}

/** Triggers the webhooks of the local project for a repository's replication that ended. */
function announce(
    harbor: Harbor,
    policy: ReplicationPolicy,
    execution: Execution,
    job: Job,
    task: Task,
): void {
    const name = policy.src_registry === 0 ? job.source : job.target;
    const project = harbor.findProject(name.split("/")[0] ?? "", true);
    if (!project) {
        return;
    }
    const state = task.status === "Succeed" ? "SUCCESS" : "FAILED";
    const result = job.artifacts.map((artifact) => ({
        type: "image",
        status: state,
        name_tag: `${name} [${artifact.tags.join(",") || artifact.digest}]`,
    }));
    fire(harbor, project, "REPLICATION", "", {
        replication: {
            harbor_hostname: harbor.host,
            job_status: state,
            description: policy.description,
            artifact_type: "image",
            policy_creator: "",
            trigger_type: execution.trigger.toUpperCase(),
            execution_timestamp: Math.floor(Date.parse(execution.start_time) / 1000),
            ...(state === "SUCCESS" ? { successful_artifact: result } : { failed_artifact: result }),
        },
    });
}
