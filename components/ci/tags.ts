/** Who writes an app's tags, and what they look like. Pure. */
import type { App } from "../../estate/model";

/** Whether the pipeline writes tags into the first environment; else the image updater does, or nobody. */
export function writesTag(app: App): boolean {
    const [first] = app.environments;
    return (
        app.ci !== "none" &&
        first !== undefined &&
        !(app.updater?.environments.includes(first.environment) ?? false)
    );
}

/** The branch of the app repository whose commits are delivered now. */
export function deliveryBranch(app: App): string {
    return app.hotfix?.branch ?? app.repository.branch;
}

/**
 * What stands before the commit in an image's tag: the name of the branch that is usually delivered where the image
 * updater chooses among tags, also in a hotfix, whose images must match the same pattern. Nothing where CI writes the
 * tag.
 */
export function tagPrefix(app: App): string {
    return writesTag(app) ? "" : `${app.repository.branch.replace(/[^A-Za-z0-9_.-]/g, "-")}-`;
}
