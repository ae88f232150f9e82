/** The spec inside of a stack file that is being changed. Pure. */
import type { Document } from "yaml";
import { parseEstate } from "../../estate/parse";

/** Where a stack file has the spec. */
export const specPath = ["config", "gitops-estate:estate"] as const;

/** The spec, or an empty one. */
export function specOf(document: Document): Readonly<Record<string, unknown>> {
    const data: unknown = document.toJS();
    return mapOf(specPath.reduce((at, key) => mapOf(at)[key], data));
}

/** A map as it is; anything else as an empty one. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Paths of the spec that are warned about. */
export function warnedAbout(document: Document): ReadonlySet<string> {
    const { problems } = parseEstate(specOf(document));
    return new Set(problems.filter(({ severity }) => severity === "warning").map(({ path }) => path));
}
