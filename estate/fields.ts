/** Forms of values that several parts of the spec have in common. */
import { z } from "zod";

import { dayOf, isDay } from "./days";
import { specName, type NameRule } from "./names";

/** A name by its rule. */
export const named = (rule: NameRule): z.ZodString =>
    z.string().min(1).max(rule.maximum).regex(rule.pattern, `must be ${rule.form}`);

/** A name that people choose. */
export const name = named(specName);

/** Whether a text in the form of a URL is one: its port is a port, its host a host or an address. */
export const isUrl = (text: string): boolean => !/^https?:\/\//.test(text) || URL.canParse(text);

export const url = z
    .string()
    .regex(
        /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s/?#\\]+)*\/?$/,
        "must be an http or https URL without user, query, fragment and empty folders",
    )
    .refine(isUrl, "must be a URL whose host and port exist: ports go up to 65535");

const labelKey = z
    .string()
    .regex(
        /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
        "must be a Kubernetes label key",
    );
const labelValue = z
    .string()
    .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, "must be a Kubernetes label value");

/** Kubernetes labels. */
export const labels = z.record(labelKey, labelValue);

/** A day without quotes is a date to YAML; its readers, Pulumi's engine among them, hand over midnight UTC in their own forms. */
export const day = z
    .string()
    .regex(
        /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T00:00:00(?:\.000)?Z| 00:00:00 \+0000 UTC)?$/,
        "must be a day as YYYY-MM-DD",
    )
    .refine((text) => isDay(dayOf(text)), "must be a day of the calendar");

/** @param example an image that would do, for the message. */
export const imageReference = (example: string): z.ZodString =>
    z
        .string()
        .regex(
            /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
            `must be an image reference, e.g. ${example}`,
        );

/** Where images are mirrored. */
export const imageMirror = z
    .string()
    .regex(
        /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._/-]+)?$/,
        "must be a registry host and path without scheme, e.g. harbor.example.com/mirror",
    );

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower case hexadecimal digits");

export const quantity = z
    .string()
    .regex(
        /^\d+(?:\.\d+)?(?:m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
        'must be a Kubernetes quantity in quotes, e.g. "4" or "8Gi"',
    );

/** Full path of a GitLab group. */
export const fullPath = z
    .string()
    .regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
        "must be a GitLab group's full path without a leading or trailing slash",
    );

/** A version of a program that an engine is made of. @param usual the one of a spec that names none. */
export const releaseVersion = (usual: string): z.ZodDefault<z.ZodString> =>
    z
        .string()
        .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/, `must be a version without v, e.g. ${usual}`)
        .default(usual);

/** Where a program's manifests are: a folder or file of the project, or an address with its checksum; what each is, in words. */
export const manifestSource = (
    about: Readonly<Record<"path" | "url" | "sha256", string>>,
): Record<"path" | "url" | "sha256", z.ZodOptional<z.ZodString>> => ({
    path: z.string().min(1).optional().describe(about.path),
    url: url.optional().describe(about.url),
    sha256: sha256.optional().describe(about.sha256),
});
