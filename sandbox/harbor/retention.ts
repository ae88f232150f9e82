import { artifactsOf, deleteArtifact, isImmutable, shortName, tagsOf } from "./artifacts";
import { inTurn } from "./content";
import { inScope, matches } from "./doublestar";
import type { Harbor } from "./harbor";
import {
    type Artifact,
    type Execution,
    never,
    type Project,
    type Repository,
    type RetentionPolicy,
    type RetentionRule,
    type Selector,
    type Task,
} from "./model";
import type { Principal } from "./rights";
import { fire, repositoryData } from "./webhooks";

const dayMs = 24 * 60 * 60 * 1000;

/** An artifact that can be retained or deleted. */
export interface Candidate {
    tags: string[];
    /** Milliseconds since 1970; 0 when never. */
    pushed: number;
    pulled: number;
    labels: string[];
}

/** What a template retains of the candidates its rule selected. `n` is the template's parameter. */
type Template = (candidates: Candidate[], n: number, nowMs: number) => Candidate[];

const newest =
    (time: (candidate: Candidate) => number): Template =>
    (candidates, n) =>
        [...candidates].sort((a, b) => time(b) - time(a)).slice(0, n);

const since =
    (time: (candidate: Candidate) => number): Template =>
    (candidates, n, nowMs) =>
        candidates.filter((candidate) => time(candidate) >= nowMs - n * dayMs);

const active = (candidate: Candidate): number => Math.max(candidate.pushed, candidate.pulled);

/** Harbor's retention templates. */
export const templates: Record<string, Template> = {
    always: (candidates) => candidates,
    nothing: () => [],
    latestPushedK: newest((candidate) => candidate.pushed),
    latestPulledN: newest((candidate) => candidate.pulled),
    latestActiveK: newest(active),
    nDaysSinceLastPush: since((candidate) => candidate.pushed),
    nDaysSinceLastPull: since((candidate) => candidate.pulled),
    lastXDays: since(active),
};

/**
 * The number a rule's template works with, given as `params[template]`. Harbor takes any, and falls back to its default
 * for one it cannot work with.
 */
function parameter(rule: RetentionRule): number {
    const given = rule.params[rule.template];
    const fallback = rule.template.startsWith("nDays") ? 30 : 10;
    return typeof given === "number" && given >= 0 ? given : fallback;
}

/** The candidates of one repository that at least one of its rules retains. */
export function retained(rules: RetentionRule[], candidates: Candidate[], nowMs: number): Set<Candidate> {
    const kept = new Set<Candidate>();
    for (const rule of rules) {
        const selected = candidates.filter((candidate) =>
            rule.tag_selectors.every((selector) => selects(selector, candidate)),
        );
        templates[rule.template]?.(selected, parameter(rule), nowMs).forEach((candidate) =>
            kept.add(candidate),
        );
    }
    return kept;
}

/** An artifact is meant when one of its tags is; artifacts without tags as `extras.untagged` says. */
function selects(selector: Selector, candidate: Candidate): boolean {
    if (selector.kind === "label") {
        const wanted = selector.pattern.split(",").filter((label) => label !== "");
        const has = wanted.every((label) => candidate.labels.includes(label));
        return selector.decoration === "withoutLabels" ? !has : has;
    }
    if (candidate.tags.length === 0) {
        return untagged(selector);
    }
    const hit = candidate.tags.some((tag) => matches(selector.pattern, tag));
    return selector.decoration === "excludes" ? !hit : hit;
}

function untagged(selector: Selector): boolean {
    if (selector.extras === undefined || selector.extras === "") {
        return true;
    }
    try {
        return (JSON.parse(selector.extras) as { untagged?: boolean }).untagged === true;
    } catch {
        return false;
    }
}

/** Makes the record of a run and starts it in the background. */
export function startRetention(
    harbor: Harbor,
    policy: RetentionPolicy,
    trigger: string,
    dryRun: boolean,
    principal: Principal,
): { execution: Execution; done: Promise<void> } {
    const execution: Execution = {
        id: harbor.nextId("execution"),
        kind: "RETENTION",
        policy_id: policy.id,
        status: "Running",
        status_text: "",
        trigger,
        dry_run: dryRun,
        extra: {},
        start_time: harbor.now(),
        end_time: never,
    };
    harbor.addExecution(execution);
    const done = run(harbor, policy, execution, dryRun, principal)
        .catch((error: unknown) => {
            Object.assign(execution, { status: "Error", status_text: (error as Error).message });
        })
        .then(() => {
            execution.end_time = harbor.now();
            harbor.saveLater();
        });
    return { execution, done };
}

async function run(
    harbor: Harbor,
    policy: RetentionPolicy,
    execution: Execution,
    dryRun: boolean,
    principal: Principal,
): Promise<void> {
    const project = harbor.project(policy.scope.ref);
    const rules = policy.rules.filter((rule) => !rule.disabled);
    const unknown = rules.find((rule) => !templates[rule.template]);
    if (unknown) {
        throw new Error(`rule template ${unknown.template} is not registered`);
    }
    const repositories = harbor.state.repositories.filter(
        (repository) => repository.project_id === project.project_id,
    );
    const fates: string[] = [];
    for (const repository of repositories) {
        if (stopped(execution)) {
            return;
        }
        const name = shortName(project, repository);
        const meant = rules.filter((rule) => inScope(rule.scope_selectors.repository, name));
        // A repository no rule speaks of is left alone.
        if (meant.length > 0) {
            const task = await inTurn(harbor, project, () =>
                clean(harbor, project, repository, meant, execution, dryRun, principal),
            );
            fates.push(task.status);
        }
    }
    if (!stopped(execution)) {
        execution.status = fates.includes("Error") ? "Error" : "Success";
    }
}

/** Whether somebody ended the run meanwhile. */
const stopped = (execution: Execution): boolean => execution.status === "Stopped";

async function clean(
    harbor: Harbor,
    project: Project,
    repository: Repository,
    rules: RetentionRule[],
    execution: Execution,
    dryRun: boolean,
    principal: Principal,
): Promise<Task> {
    const all = artifactsOf(harbor, repository.id);
    const listed = new Set(
        all.flatMap((artifact) => artifact.references.map((reference) => reference.child_digest)),
    );
    // Children of an index and accessories share the fate of what they belong to.
    const artifacts = all.filter(
        (artifact) =>
            !artifact.subject && !(listed.has(artifact.digest) && tagsOf(harbor, artifact.id).length === 0),
    );
    const candidates = new Map<Candidate, Artifact>(
        artifacts.map((artifact) => [candidateOf(harbor, artifact), artifact]),
    );
    const kept = retained(rules, [...candidates.keys()], Date.now());
    const task: Task = {
        id: harbor.nextId("task"),
        execution_id: execution.id,
        status: "Running",
        operation: "",
        resource_type: "",
        src_resource: "",
        dst_resource: "",
        repository: shortName(project, repository),
        total: candidates.size,
        retained: kept.size,
        run_count: 1,
        log: [],
        extra: { dry_run: dryRun },
        start_time: harbor.now(),
        end_time: never,
    };
    harbor.state.tasks.push(task);
    const deleted: { digest: string; tags: string[] }[] = [];
    let failed = false;
    for (const [candidate, artifact] of candidates) {
        const name = `${artifact.digest} (${candidate.tags.join(", ") || "no tag"})`;
        if (kept.has(candidate)) {
            task.log.push(`RETAIN ${name}`);
            continue;
        }
        if (candidate.tags.some((tag) => isImmutable(harbor, project, repository, tag))) {
            task.log.push(`IMMUTABLE ${name}`);
            continue;
        }
        task.log.push(`DEL ${name}${dryRun ? " (dry run)" : ""}`);
        deleted.push({ digest: artifact.digest, tags: candidate.tags });
        if (!dryRun) {
            try {
                await deleteArtifact(harbor, principal, project, repository, artifact);
            } catch (error) {
                failed = true;
                task.log.push(`ERROR ${(error as Error).message}`);
            }
        }
    }
    Object.assign(task, { status: failed ? "Error" : "Success", end_time: harbor.now() });
    if (!dryRun) {
        fire(harbor, project, "TAG_RETENTION", "MANUAL", {
            repository: repositoryData(project, repository.name),
            retention: {
                total: task.total,
                retained: task.retained,
                harbor_hostname: harbor.host,
                project_name: project.name,
                result: task.status.toUpperCase(),
                deleted_artifact: deleted.map((artifact) => ({
                    type: "image",
                    name_tag: `${repository.name}:${artifact.tags[0] ?? artifact.digest}`,
                    status: task.status.toUpperCase(),
                })),
            },
        });
    }
    return task;
}

function candidateOf(harbor: Harbor, artifact: Artifact): Candidate {
    const time = (text: string): number => (text === never ? 0 : Date.parse(text));
    return {
        tags: tagsOf(harbor, artifact.id).map((tag) => tag.name),
        pushed: time(artifact.push_time),
        pulled: time(artifact.pull_time),
        labels: harbor.state.labels
            .filter((label) => artifact.labels.includes(label.id))
            .map((label) => label.name),
    };
}
