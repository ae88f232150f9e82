/** Who writes an app's tags, and what they look like. Pure. */
import type { App } from "./model";

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

/** How many characters of a commit stand in a tag; components/ci/scripts cut them off. */
const commitLength = 10;

/**
 * Tags as the app's pipeline gives them, for telling whether an expression can match any. The same at each call. They
 * cover what expressions usually ask for: digits alone, letters alone, a certain character at the beginning.
 */
export function sampleTags(app: App): string[] {
    const digits = "0123456789abcdef";
    const commits = [
        "0123456789",
        "abcdefabcd",
        ...[...digits].map((digit) => digit.repeat(commitLength)),
        // Steps that have no divisor in common with 16 visit every digit, each from every first digit on.
        ...[...digits].flatMap((_, first) =>
            [3, 5, 7, 11, 13].map((step) =>
                Array.from({ length: commitLength }, (_digit, at) => digits[(first + at * step) % 16]).join(
                    "",
                ),
            ),
        ),
    ];
    return commits.map((commit) => `${tagPrefix(app)}${commit}`);
}
