/** What replication policies do to image projects. Pure. */
import { list as listIn, record, text } from "../../doctor/json";
import type { Raw } from "../reader";

export function isRemote(registry: unknown): boolean {
    return Number(record(registry)["id"] ?? 0) !== 0;
}

export function nameFilter(policy: Raw): string {
    return listIn(policy["filters"])
        .filter(({ type }) => type === "name")
        .map(({ value }) => text(value))
        .join(", ");
}

/** Whether a policy sends images of these projects away, or puts something into them. */
export function touches(policy: Raw, projects: readonly string[]): boolean {
    const filter = nameFilter(policy);
    const target = text(policy["dest_namespace"]).split("/")[0] ?? "";
    if (isRemote(policy["src_registry"])) {
        // Without a namespace the images keep their names, and can land in any project.
        return target === "" ? filter === "" || covers(filter, projects) : projects.includes(target);
    }
    return filter === "" || covers(filter, projects);
}

/** Whether the first part of a doublestar pattern can be the name of one of the projects. */
function covers(filter: string, projects: readonly string[]): boolean {
    return filter.split(", ").some((one) => {
        const first = one.startsWith("**") ? "**" : (one.split("/")[0] ?? "");
        // Braces and brackets: rather a finding too much than one too few.
        const expression = first
            .replace(/\{[^}]*\}|\[[^\]]*\]/g, "*")
            .split(/\*+/)
            .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
            .join(".*");
        return projects.some((project) => new RegExp(`^${expression}$`).test(project));
    });
}
