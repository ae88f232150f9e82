/** Forms of values that several parts of the spec have in common. */
import { domainToASCII } from "node:url";
import { z } from "zod";

import { dayOf, isDay } from "./days";
import { specName, type NameRule } from "./names";

/** A name by its rule. */
export const named = (rule: NameRule): z.ZodString =>
    z.string().min(1).max(rule.maximum).regex(rule.pattern, `must be ${rule.form}`);

/** A name that people choose: a key of the spec's maps, where a name that every object of JavaScript has would be found. */
export const name = named(specName).regex(
    /^(?!constructor$)/,
    "must be another name than constructor, which is a word of the program's language",
);

const hostLabel = "[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
const hostPattern = `${hostLabel}(?:\\.${hostLabel})*\\.?`;
const ipv6Pattern = "[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*";
const portPattern = "[1-9]\\d{0,4}";

/** The host of a URL as `URL` gives it back, and a path in which nothing would have to be escaped and nothing leads up. */
const urlHost = new RegExp(`^(?:${hostPattern}|\\[${ipv6Pattern}\\])$`);
const urlPath = /^(?!.*\/\.{1,2}(?:\/|$))(?:[^\s?#{}|^`"<>\\%]|%[0-9A-Fa-f]{2})*$/;

/** A rule about a host in words, with how to write one in another script: servers, certificates and git know it so. */
export const hostRule = (rule: string): { error: (issue: { readonly input: unknown }) => string } => ({
    error: ({ input }) => {
        const [, written = ""] = /^(?:https?:\/\/)?([^/:]*)/.exec(String(input)) ?? [];
        const ascii = domainToASCII(written);
        return /[^\0-\x7f]/.test(written) && ascii !== ""
            ? `${rule}; write the host in punycode: ${ascii}`
            : rule;
    },
});

/** What {@link isUrl} asks for, in words. */
export const urlForm = hostRule(
    "must be a URL that servers take: a host name or address, a port up to 65535, and a path without .. and special characters",
);

/** Whether a text in the form of a URL is one: its port is a port, its host a host or an address, its path a path. */
export function isUrl(text: string): boolean {
    const [, authority = "", path = ""] = /^https?:\/\/([^/]*)(.*)$/s.exec(text) ?? [];
    const host = authority.replace(new RegExp(`:${portPattern}$`), "");
    return authority === "" || (URL.canParse(text) && urlHost.test(host) && urlPath.test(path));
}

export const url = z
    .string()
    .regex(/^https?:\/\/[^\s/?#@\\]+(?:\/[^\s/?#\\]+)*\/?$/, {
        error: "must be an http or https URL without user, query, fragment and empty folders",
        abort: true,
    })
    .refine(isUrl, urlForm);

/** A host name or IPv4 address, without port. */
export const host = z
    .string()
    .regex(new RegExp(`^${hostPattern}$`), hostRule("must be a host name or address without port"));

/** Whether a text that could be an address or network of IPv4 is one, or is a name. */
function isNameOrAddress(text: string): boolean {
    const [, address = "", prefix] = /^([\d.]+)(?:\/(\d+))?(?::\d+)?$/.exec(text) ?? [];
    const numbers = address.split(".");
    return (
        address === "" ||
        (numbers.length === 4 &&
            numbers.every((each) => each !== "" && Number(each) <= 255) &&
            Number(prefix ?? 0) <= 32)
    );
}

/** What `no_proxy` lists. */
export const proxyException = z
    .string()
    .refine(isNameOrAddress, {
        error: "must be an IPv4 address, e.g. 10.0.0.1, or a network, e.g. 10.0.0.0/8",
        abort: true,
    })
    .regex(
        new RegExp(
            `^(?:\\.?${hostPattern}(?::${portPattern})?|\\[?${ipv6Pattern}\\]?(?::${portPattern})?|[0-9A-Fa-f:.]+/\\d{1,3})$`,
        ),
        hostRule("must be a host, .domain, address or network, one each, without *: curl and git know none"),
    );

/** Author of commits: what git refuses in a name. */
export const authorName = z.string().regex(/^[^<>]*[^<>\s][^<>]*$/, "must be a name without < and >");

export const mailAddress = z.string().regex(/^[^\s<>@,;]+@[^\s<>@,;]+$/, "must be a mail address");

const qualifiedName =
    /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelKey = z.string().regex(qualifiedName, "must be a Kubernetes label key");
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

const imagePart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";

/** @param example an image that would do, for the message. */
export const imageReference = (example: string): z.ZodString =>
    z
        .string()
        .regex(
            new RegExp(
                `^${imagePart}(?::${portPattern}(?=/))?(?:/${imagePart})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
            ),
            `must be an image reference, e.g. ${example}`,
        );

/** Where images are mirrored. */
export const imageMirror = z
    .string()
    .regex(
        new RegExp(`^${imagePart}(?::${portPattern})?(?:/${imagePart})*/?$`),
        hostRule("must be a registry host and path without scheme, e.g. harbor.example.com/mirror"),
    );

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower case hexadecimal digits");

export const quantity = z
    .string()
    .regex(
        /^\d+(?:\.\d+)?(?:m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
        'must be a Kubernetes quantity in quotes, e.g. "4" or "8Gi"',
    );

const powers = ["", "k", "M", "G", "T", "P", "E"];

/** Whether a {@link quantity} is a whole number once its unit is counted in: `1.5Gi` is. */
export function isWhole(text: string): boolean {
    const [, whole = "", decimals = "", unit = ""] = /^(\d+)(?:\.(\d+))?(.*)$/.exec(text) ?? [];
    const parts = 10n ** BigInt(decimals.length) * (unit === "m" ? 1000n : 1n);
    return (BigInt(whole + decimals) * factorOf(unit)) % parts === 0n;
}

/** What the unit of a {@link quantity} multiplies by; `m`, which divides, by 1. */
function factorOf(unit: string): bigint {
    const power = BigInt(Math.max(0, powers.indexOf(unit.replace("i", "").replace("K", "k"))));
    return (unit.endsWith("i") ? 1024n : 1000n) ** power;
}

/** How much a {@link quantity} is, as good as is needed to compare two. */
function amountOf(text: string): number {
    const [, number = "", unit = ""] = /^([\d.]+)(.*)$/.exec(text) ?? [];
    return (Number(number) * Number(factorOf(unit))) / (unit === "m" ? 1000 : 1);
}

/** Below this much memory or storage no container starts: a unit is missing. */
const leastBytes = 1024 * 1024;

/** Why a {@link quantity} of a resource is not what somebody meant, though a server takes it; undefined where it can be. */
export function strangeQuantity(resource: string, text: string): string | undefined {
    if (/(?:^|\.)cpu$/.test(resource)) {
        return /[MGTPEi]/.test(text) ? 'must be CPUs, e.g. "2" or "500m"' : undefined;
    }
    if (!/(?:^|[./])(?:memory|storage|ephemeral-storage|hugepages-\w+)$/.test(resource)) {
        return undefined;
    }
    const bytes = amountOf(text);
    return bytes > 0 && bytes < leastBytes
        ? `must be bytes with their unit, e.g. "512Mi": this is ${bytes < 1 ? "less than a byte" : `${Math.ceil(bytes)} bytes`}`
        : undefined;
}

/** What a container may ask for, and how much of it. */
const containerQuantities = z.record(
    z
        .string()
        .regex(
            /^(?:cpu|memory|ephemeral-storage|hugepages-\d+[KMGT]i|(?=.*\/).+)$/,
            "must be what containers ask for: cpu, memory, ephemeral-storage, or a name with a domain, e.g. nvidia.com/gpu",
        )
        .regex(qualifiedName, "must be a Kubernetes name, e.g. nvidia.com/gpu"),
    quantity,
);

export const containerResources = containerQuantities.superRefine((amounts, context) => {
    for (const [key, text] of Object.entries(amounts)) {
        const message = strangeQuantity(key, text);
        if (message !== undefined) {
            context.addIssue({ code: "custom", path: [key], message });
        }
    }
});

/** Requests and limits of a workload's containers. @param example of each, for the docs. */
export const workloadResources = (
    example: Readonly<Record<"requests" | "limits", string>>,
): z.ZodObject<Record<"requests" | "limits", z.ZodOptional<typeof containerResources>>, z.core.$strict> =>
    z
        .strictObject({
            requests: containerResources.optional().describe(`Requests, e.g. \`${example.requests}\`.`),
            limits: containerResources.optional().describe(`Limits, e.g. \`${example.limits}\`.`),
        })
        .superRefine(({ requests = {}, limits = {} }, context) => {
            for (const [key, text] of Object.entries(requests)) {
                const limit = limits[key];
                if (limit !== undefined && amountOf(text) > amountOf(limit)) {
                    context.addIssue({
                        code: "custom",
                        path: ["requests", key],
                        message: `must be at most the limit, which is ${limit}: the API server refuses the workload`,
                    });
                }
            }
        });

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
