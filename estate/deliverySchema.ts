import { z } from "zod";

import { kindSets, type KindSet } from "./kinds";

/** The part of the spec about how changes are applied: windows, differences, overrides, rollbacks that stay. */

/** Five fields, as Argo CD's cron parser takes them, or one of its short forms. */
const cron = z
    .string()
    .regex(
        /^(?:@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)|[0-9*,/?-]+ [0-9*,/?-]+ [0-9*,/?-]+ [0-9A-Za-z*,/?-]+ [0-9A-Za-z*,/?-]+)$/,
        'must be a cron expression of five fields, e.g. "0 22 * * 5"',
    );

/** Go's form of a duration, in hours and smaller. */
const duration = z
    .string()
    .regex(
        /^(?=.*[1-9])(?:\d{1,5}h)?(?:\d{1,7}m)?(?:\d{1,9}s)?$/,
        "must be a duration of at most five digits of hours, e.g. 90m or 2h30m",
    );

export const syncWindow = z.strictObject({
    kind: z
        .enum(["allow", "deny"])
        .describe(
            "`allow`: syncs happen inside the window only; `deny`: never inside it. A deny that is open wins.",
        ),
    schedule: cron.describe('When it opens: five cron fields, e.g. `"0 22 * * 5"`.'),
    duration: duration.describe("How long it stays open, e.g. `2h`."),
    timeZone: z
        .string()
        .min(1)
        .default("UTC")
        .describe("Time zone of the schedule, e.g. `Asia/Shanghai`, from the IANA list."),
    manualSync: z
        .boolean()
        .default(false)
        .describe("Whether a person may sync by hand while the window forbids syncs."),
    description: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe(
            "Why there is this window, for those who read the estate. An engine's own pages do not show it.",
        ),
});

const groupForm = "(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)?";
const kindForm = "[A-Z][A-Za-z0-9]*";
/** A pattern in the place of a name, for engines that read one there. */
const globForm = "(?=.*[*?])[A-Za-z0-9.*?-]+";

/** @param form what else it may be. */
const groupOf = (...form: string[]): z.ZodString =>
    z
        .string()
        .regex(
            new RegExp(`^(?:${[groupForm, ...form].join("|")})$`),
            "must be an API group without a version, e.g. gateway.networking.k8s.io",
        );
const apiGroup = groupOf();

const kindOf = (...form: string[]): z.ZodString =>
    z.string().regex(new RegExp(`^(?:${[kindForm, ...form].join("|")})$`), "must be a kind, e.g. HTTPRoute");
const kindName = kindOf();

export const ignoredDifference = z.strictObject({
    group: groupOf(globForm)
        .default("")
        .describe(
            "API group, e.g. `apps`; empty for the core group. Also a pattern, e.g. `*`, where the engine reads one.",
        ),
    kind: kindOf(globForm).describe(
        "Kind, e.g. `Deployment`. Also a pattern, e.g. `*`, where the engine reads one.",
    ),
    name: z.string().min(1).optional().describe("Name of one object. Default: all of the kind."),
    jsonPointers: z
        .array(
            z
                .string()
                .regex(
                    /^(?:\/(?:[^~/]|~[01])+)+$/,
                    "must be a JSON pointer, e.g. /spec/replicas; in a name / is ~1 and ~ is ~0",
                ),
        )
        .default([])
        .describe("Fields, as JSON pointers, e.g. `[/spec/replicas]`."),
    jqPathExpressions: z
        .array(z.string().min(1))
        .default([])
        .describe("Fields, as jq paths, for elements of lists."),
    managedFieldsManagers: z
        .array(z.string().min(1))
        .default([])
        .describe("Whatever these field managers own, e.g. `[kube-controller-manager]`."),
});

/** Group, version or kind of a patch's target: Kustomize reads each as an expression for the whole of it. */
const targeted = z
    .string()
    .regex(/^[^\s/]+$/, "must be an expression without a slash, e.g. Deployment or Deployment|StatefulSet");

const objectName = z
    .string()
    .regex(
        /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
        "must be the name of a Deployment or StatefulSet: lower case letters, digits, - and .",
    );

export const kustomizeOverrides = z.strictObject({
    replicas: z
        .record(objectName, z.int().min(0).nullable())
        .default({})
        .describe("Replicas by name of the Deployment or StatefulSet, e.g. `{web: 3}`."),
    patches: z
        .array(
            z.strictObject({
                target: z
                    .strictObject({
                        group: targeted.optional().describe("API group, as an expression."),
                        version: z
                            .string()
                            .regex(
                                /^[v.([][^\s/]*$/,
                                "must be a version of an API, e.g. v1, or an expression that begins so",
                            )
                            .optional()
                            .describe("API version, as an expression, e.g. `v1`."),
                        kind: targeted
                            .optional()
                            .describe("Kind, as an expression, e.g. `Deployment|StatefulSet`."),
                        name: z.string().min(1).optional().describe("Name, as an expression."),
                        labelSelector: z
                            .string()
                            .regex(
                                /^[A-Za-z0-9!][\w./ ,=!()-]*$/,
                                "must be a label selector, e.g. app=web,tier in (front, back)",
                            )
                            .optional()
                            .describe("Label selector."),
                    })
                    .optional()
                    .describe("Which objects it changes. Default: the one the patch itself names."),
                patch: z
                    .string()
                    .min(1)
                    .describe(
                        "Strategic merge patches, each with `kind` and `metadata.name` (beside a `target` whatever they are), or a list of JSON 6902 operations, as text.",
                    ),
            }),
        )
        .default([])
        .describe("Patches over the kustomization; a list at an inner level replaces the whole list."),
});

/** A kind of the spec: a set by its name, or one kind. */
export const kinds = z.array(
    z.union([
        z.enum(Object.keys(kindSets) as KindSet[]),
        z.strictObject({
            group: apiGroup.describe(
                "API group without a version, e.g. `traefik.io`; empty for the core group.",
            ),
            kind: kindName.describe("Kind, e.g. `IngressRoute`."),
            resource: z
                .string()
                .regex(/^[a-z][a-z0-9]*$/, "must be a resource's name in lower case, e.g. httproutes")
                .optional()
                .describe("Its name in roles, where that is not the usual plural, e.g. `ingressroutes`."),
        }),
    ]),
);

/** Characters a tag may have, by the OCI distribution specification. */
export const pin = z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, "must be an image tag")
    .describe(
        "Runs this tag, whatever git, CI and the image updater say, until the line is removed: the way to roll back and stay there.",
    );

export const hold = z
    .string()
    .min(1)
    .max(200)
    .describe(
        "Pauses this environment, with the reason: automated syncs stop, and so does the image updater. People still sync and roll back in the engine. Remove the line to go on.",
    );
