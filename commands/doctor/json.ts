/** Answers of servers as data: what is not as expected is empty, never an error. */
import type { Ask } from "./http";

export function record(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): Record<string, unknown>[] {
    return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}

/** Entries of a page, and pages of a list that are read at most: 2000 entries. */
const pageSize = 100;
const pageLimit = 20;

/** Every element of a list, read page by page; none where it cannot be read. `path` ends in `?` or `&`. */
export async function all(
    ask: Ask,
    path: string,
    sizeOfPage: "per_page" | "page_size",
): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    for (let page = 1; page <= pageLimit; page++) {
        const { status, body } = await ask("GET", `${path}${sizeOfPage}=${pageSize}&page=${page}`);
        if (status !== 200) {
            break;
        }
        found.push(...list(body));
        if (list(body).length < pageSize) {
            break;
        }
    }
    return found;
}
