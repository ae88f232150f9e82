import { z } from "zod";

import { isUrl, name, urlForm } from "./fields";

/** `previews` of an app, but for the quota, whose form is that of the other levels. */
export const previewFields = z.strictObject({
    environment: name
        .optional()
        .describe(
            "Environment whose chart or kustomization, settings and registry they take. Default: the app's first.",
        ),
    cluster: name
        .optional()
        .describe("Cluster they run on, one of that environment's. Default: its first by name."),
    label: z
        .string()
        .regex(
            /^[A-Za-z0-9](?:[A-Za-z0-9 ._:-]{0,60}[A-Za-z0-9])?$/,
            "must be a label of letters, digits, blanks and . _ : -",
        )
        .default("preview")
        .describe(
            "Label of merge requests that have a preview. Pipelines set it once the image is there; taking it off takes the preview down.",
        ),
    maximum: z
        .int()
        .min(1)
        .max(50)
        .default(5)
        .describe("How many previews the app has at most at a time. The quota holds for all of them."),
    days: z
        .int()
        .min(1)
        .max(90)
        .default(7)
        .describe("Days after its last deployment when a preview goes, though its merge request is open."),
    url: z
        .string()
        .regex(/^https?:\/\/[^\s{}]*\{number\}[^\s{}]*$/, {
            error: "must be an http or https URL with {number}, e.g. https://web-{number}.preview.example.com",
            abort: true,
        })
        .refine((text) => isUrl(text.replaceAll("{number}", "1").replace(/[?#].*$/, "")), urlForm)
        .optional()
        .describe(
            "Address of a preview, with `{number}` for the merge request's; the chart sees to it that something answers there. Default: the page that the app's engine has about it; required where the engine has none.",
        ),
});

/** Meanings, for the parts that are put together elsewhere. */
export const previewMeaning = {
    previews:
        "A running copy for each open merge request into the delivered branch, for as long as it is open. Absent or `null`: none.",
    quota: 'Hard limits of the namespace that the app\'s previews share, e.g. `{"requests.cpu": "4"}`. Default: those of the environment.',
};
