import { z } from "zod";

import { name } from "./fields";
import { branchName } from "./names";

/** An app's part of the spec about image updates: which images its engine follows, and where it writes their tags. */

/** A path of keys in values.yaml, as Helm's --set takes it. */
const valuePath = z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, "must be a key of values.yaml, e.g. sidecar.image.tag");

/** An image reference without tag and digest. */
const imageName = z
    .string()
    .regex(
        /^[a-z0-9][a-z0-9._-]*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
        "must be an image without tag, e.g. docker.io/library/redis",
    );

/** The updater puts it behind the image in a list that commas separate. */
const constraint = z
    .string()
    .min(1)
    .regex(/^[^,]*$/, "must have no comma");

const rules = {
    strategy: z
        .enum(["semver", "newest-build", "digest", "alphabetical", "numerical"])
        .default("newest-build")
        .describe(
            "Which of the allowed tags is taken: `semver` the highest version, `newest-build` the one built last, `alphabetical` the last by name, `numerical` the highest number, `digest` one moving tag. Each engine knows some of these, and what it does not know is refused.",
        ),
    extract: z
        .string()
        .regex(/^[^\s]+$/, "must be e.g. $build")
        .optional()
        .describe(
            "What of a tag is compared, where it is not the whole: names of groups of `allowTags`, e.g. `$build` with `regexp:^main-[0-9a-f]+-(?P<build>[0-9]+)$`. Not every engine has it.",
        ),
    constraint: constraint
        .optional()
        .describe(
            "For `semver` the range, e.g. `^1.2` or `1.x`; for `digest` the tag to follow, e.g. `latest`, required there. Not for the others.",
        ),
    allowTags: z
        .string()
        .default("any")
        .describe(
            "`any`, or `regexp:` and an expression in Go's syntax, e.g. `regexp:^main-[0-9a-f]{10}$`. Tags that do not match are as if they were not there.",
        ),
    ignoreTags: z
        .array(
            z
                .string()
                .regex(
                    /^(?:\\.|\[\^?(?:\\.|[^\\\]])+\]|[^\\[])+$/,
                    "must be a glob, e.g. *-debug, with a ] for each [",
                ),
        )
        .default([])
        .describe('Globs of tags it never takes, e.g. `["*-debug"]`.'),
    platforms: z
        .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/, "must be e.g. linux/amd64"))
        .default([])
        .describe(
            "Platforms an image must have, e.g. `[linux/amd64]`; for `newest-build` and `digest`. Default: the one the updater runs on.",
        ),
};

const extraImage = z.strictObject({
    repository: z
        .string()
        .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "must be a repository's name, e.g. sidecar")
        .optional()
        .describe(
            "Repository beside the app's own in the environment's Harbor project: the image of each environment is its own, and the environment's pull robot reads it. Excludes `image`.",
        ),
    image: imageName
        .optional()
        .describe(
            "Image without tag that is the same in all environments, e.g. `docker.io/library/redis`. Excludes `repository`.",
        ),
    ...rules,
    helm: z
        .strictObject({
            name: valuePath.optional().describe("Key of the chart's values that holds the image's name."),
            tag: valuePath.optional().describe("Key that holds the tag."),
            spec: valuePath
                .optional()
                .describe("Key that holds name and tag in one; excludes `name` and `tag`."),
        })
        .optional()
        .describe("Where a chart takes the image from; required for Helm apps."),
    kustomize: z
        .strictObject({
            name: z
                .string()
                .min(1)
                .describe("Name under which the kustomization's objects know the image, e.g. `sidecar`."),
        })
        .optional()
        .describe("What the image is called in the kustomization. Default: the image itself."),
    pullSecret: z
        .string()
        .regex(
            /^(?:secret:[^\s:#/]+\/[^\s:#/]+#[^\s:#/]+|pullsecret:[^\s:#/]+\/[^\s:#/]+|env:\w+|ext:\/\S+)$/,
            "must be secret:<namespace>/<name>#<field>, pullsecret:<namespace>/<name>, env:<variable> or ext:<script>",
        )
        .optional()
        .describe(
            "Where the updater finds the credentials of the image's registry, in its own form: `secret:<namespace>/<name>#<field>`, `pullsecret:<namespace>/<name>`, `env:<variable>` or `ext:<script>`. Default: the environment's pull robot for a `repository`, nothing for an `image`.",
        ),
});

export const updaterSchema = z.strictObject({
    environments: z
        .array(name)
        .optional()
        .describe("Environments it acts in. Default: the app's first, which is the one CI pushes to."),
    ...rules,
    images: z
        .record(name, extraImage)
        .default({})
        .describe(
            "Further images of the app, by the alias the updater knows them by: sidecars and other containers. The app's own image is always there, under the app's name.",
        ),
    writeBack: z
        .enum(["source", "values"])
        .default("source")
        .describe(
            "Where the tag is committed. `source`: a file beside the chart that is read for this app in this environment alone. `values`: the chart's values.yaml or the kustomization itself, so that a merge into the next environment's branch carries it on; for charts the updater must be 0.15 or later.",
        ),
    writeBranch: z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^\s:~^?*[\\]+$/, {
            error: "must be a branch name or a template of one, without spaces and colons",
            abort: true,
        })
        .refine(
            (text) => branchName.pattern.test(text.replace(/\{\{.*?\}\}/g, "x")),
            `must be, around what a template fills in, ${branchName.form}`,
        )
        .optional()
        .describe(
            "Branch to commit to instead of the environment's, made from it: a name, or a Go template of one, e.g. `image-updater-{{.SHA256}}`. A person then merges it.",
        ),
    mergeRequest: z
        .boolean()
        .default(false)
        .describe(
            "Opens a merge request instead of committing to the environment's branch. The updater must be 1.3 or later; it names the branch itself.",
        ),
});
