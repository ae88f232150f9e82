/** How GitLab names statuses for people: a text, and the label that hooks and `detailed_status` carry. */
const words: Readonly<Record<string, readonly [text: string, label: string]>> = {
    created: ["Created", "created"],
    waiting_for_resource: ["Waiting", "waiting for resource"],
    preparing: ["Preparing", "preparing"],
    pending: ["Pending", "pending"],
    running: ["Running", "running"],
    success: ["Passed", "passed"],
    failed: ["Failed", "failed"],
    canceled: ["Canceled", "canceled"],
    skipped: ["Skipped", "skipped"],
    manual: ["Blocked", "waiting for manual action"],
    scheduled: ["Scheduled", "waiting for delayed job"],
};

/** What a pipeline's status is called in hooks; passed with failures that are allowed has a status of its own. */
export function statusLabel(status: string, warnings: boolean): string {
    return status === "success" && warnings ? "passed with warnings" : (words[status]?.[1] ?? status);
}

/** A pipeline's `detailed_status`. */
export function detailedStatus(status: string, warnings: boolean, path: string): Record<string, unknown> {
    const warned = status === "success" && warnings;
    const group = warned ? "success-with-warnings" : status.replaceAll("_", "-");
    const label = statusLabel(status, warnings);
    return {
        icon: warned ? "status_warning" : `status_${status}`,
        text: warned ? "Warning" : (words[status]?.[0] ?? status),
        label,
        group,
        tooltip: label,
        has_details: true,
        details_path: path,
        illustration: null,
        favicon: `/assets/ci_favicons/favicon_status_${status}.png`,
    };
}
