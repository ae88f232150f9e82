import { z } from "zod";

import { name, named } from "../fields";
import { refPattern } from "../names";

/** `lanes` of an app. */
export const lanesSchema = z
    .record(
        name,
        z.strictObject({
            branch: named(refPattern)
                .optional()
                .describe("Branch whose commits are delivered, or a pattern such as `release-*`."),
            tag: named(refPattern)
                .optional()
                .describe(
                    "Tag that is delivered, or a pattern such as `v*`. Only maintainers make such tags.",
                ),
            start: z
                .enum(["push", "person"])
                .optional()
                .describe(
                    "What starts a delivery: the `push`, or a `person` by a manual job, which only maintainers may run for a tag. Default: `person` for tags, `push` for branches.",
                ),
        }),
    )
    .optional()
    .describe(
        "With flow `gitlab-flow`: what comes to each environment, by its name, e.g. `{integration: {branch: develop}, alpha: {branch: release-*}, prod: {tag: v*}}`. Default: by the order of environments, `develop` to the first, tags `v*` to those that nothing is promoted from, `release-*` to those between. With flow `trunk`: the branch of each environment, e.g. `{staging: {branch: latest}, prod: {branch: master}}`. Default: `latest` to the first, the default branch to prod.",
    );
