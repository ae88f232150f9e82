import { badRequest, denied } from "./errors";
import type { Harbor } from "./harbor";
import type { Artifact, Project, Quota } from "./model";
import { fireQuota } from "./webhooks";

/** Share of a quota from which QUOTA_WARNING is sent. */
const warningShare = 0.85;

/** Bytes a project uses: each blob and manifest once, however many artifacts share it. */
export function usedStorage(harbor: Harbor, projectId: number): number {
    return [...blobsOf(harbor, projectId).values()].reduce((sum, size) => sum + size, 0);
}

function blobsOf(harbor: Harbor, projectId: number): Map<string, number> {
    const blobs = new Map<string, number>();
    for (const artifact of harbor.state.artifacts) {
        if (artifact.project_id === projectId) {
            artifact.blobs.forEach((blob) => blobs.set(blob.digest, blob.size));
        }
    }
    return blobs;
}

/** Largest limit Harbor takes, bytes: 1024 TiB. */
const largestLimit = 2 ** 50;

/** @throws HarborError 400 for a limit that is none. */
export function checkLimit(limit: number | undefined): asserts limit is number {
    if (limit === undefined || !Number.isInteger(limit) || (limit !== -1 && limit <= 0)) {
        throw badRequest(`invalid hard limit ${limit ?? 0} for storage: -1, or above 0`);
    }
    if (limit > largestLimit) {
        throw badRequest(`the hard limit ${limit} for storage is larger than 1024 TiB`);
    }
}

export function quotaOf(harbor: Harbor, projectId: number): Quota | undefined {
    return harbor.state.quotas.find((quota) => quota.project_id === projectId);
}

/**
 * Whether content fits in the project's quota.
 * @throws HarborError 403 with Harbor's sentence when not; QUOTA_EXCEED is sent to the project's webhooks.
 */
export function requireQuota(
    harbor: Harbor,
    project: Project,
    blobs: Artifact["blobs"],
    operator: string,
    repository: string,
): void {
    const quota = quotaOf(harbor, project.project_id);
    if (!quota || quota.storage < 0) {
        return;
    }
    const present = blobsOf(harbor, project.project_id);
    const used = [...present.values()].reduce((sum, size) => sum + size, 0);
    const added = new Map(
        blobs.filter((blob) => !present.has(blob.digest)).map((blob) => [blob.digest, blob.size]),
    );
    const adding = [...added.values()].reduce((sum, size) => sum + size, 0);
    if (adding > 0 && used + adding > quota.storage) {
        refuseQuota(harbor, project, { adding, used, limit: quota.storage }, operator, repository);
    }
}

/**
 * Whether a blob can be begun: not in a project whose quota is used up, and not by mounting one that does not fit.
 * @throws HarborError 403 as {@link requireQuota}.
 */
export function requireRoom(
    harbor: Harbor,
    project: Project,
    mounted: { digest: string; size: number } | undefined,
    operator: string,
    repository: string,
): void {
    const quota = quotaOf(harbor, project.project_id);
    const used = usedStorage(harbor, project.project_id);
    if (quota && quota.storage >= 0 && used >= quota.storage) {
        refuseQuota(
            harbor,
            project,
            { adding: mounted?.size ?? 0, used, limit: quota.storage },
            operator,
            repository,
        );
    }
    requireQuota(harbor, project, mounted ? [mounted] : [], operator, repository);
}

function refuseQuota(
    harbor: Harbor,
    project: Project,
    { adding, used, limit }: { adding: number; used: number; limit: number },
    operator: string,
    repository: string,
): never {
    const message =
        `Quota exceeded when processing the request of adding ${bytes(adding)} of storage resource, which when ` +
        `updated to current usage of ${bytes(used)} will exceed the configured upper limit of ${bytes(limit)}.`;
    fireQuota(harbor, project, "QUOTA_EXCEED", operator, repository, message);
    throw denied(message);
}

/** Sends QUOTA_WARNING when the use has come near the limit since the last look. */
export function watchQuota(harbor: Harbor, project: Project, operator: string, repository: string): void {
    const quota = quotaOf(harbor, project.project_id);
    if (!quota || quota.storage <= 0) {
        return;
    }
    const used = usedStorage(harbor, project.project_id);
    const near = used >= quota.storage * warningShare;
    if (near && !quota.warned) {
        const message = `quota usage reach ${warningShare * 100}%: resource storage used ${bytes(used)} of ${bytes(quota.storage)}`;
        fireQuota(harbor, project, "QUOTA_WARNING", operator, repository, message);
    }
    quota.warned = near;
}

/** A size for people, as Harbor writes it. */
export function bytes(size: number): string {
    const units = ["Byte", "KiB", "MiB", "GiB", "TiB"];
    let value = size;
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return unit === 0 ? `${size} Byte` : `${value.toFixed(1)} ${units[unit] ?? ""}`;
}
