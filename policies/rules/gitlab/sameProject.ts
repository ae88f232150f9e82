/** Which resources of a stack belong to one GitLab project. */
import type { Reviewed } from "../../rule";
import { text } from "../../values";
import { project } from "./types";

/**
 * Whether two resources name one GitLab project: by the same value, or taken from the same Project of the stack, whose
 * number a preview may not know yet. When neither is known, they do not: better one report too many than a branch
 * that only looks protected.
 */
export function sameProject(one: Reviewed, other: Reviewed): boolean {
    const named = namesOf(other);
    return (
        namesOf(one).some((value) => named.includes(value)) ||
        (projectOf(one) !== undefined && projectOf(one) === projectOf(other))
    );
}

/** What a resource's project is called by, as far as it is known; a Project has a number and a path. */
function namesOf(resource: Reviewed): string[] {
    const keys = resource.type === project ? ["id", "pathWithNamespace"] : ["project"];
    return keys.map((key) => text(resource.props, key)).filter((value) => value !== undefined);
}

/** URN of the Project that a resource's `project` was taken from, or its own; undefined when it was none, or more than one. */
function projectOf(resource: Reviewed): string | undefined {
    if (resource.type === project) {
        return resource.urn;
    }
    const [first, ...others] = (resource.origins?.["project"] ?? []).filter(({ type }) => type === project);
    return others.length === 0 ? first?.urn : undefined;
}
