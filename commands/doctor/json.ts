/** Answers of servers as data: what is not as expected is empty, never an error. */
import { pages, Refused } from "../support/pages";
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

/** Pages of a list that are read at most: 2000 entries. */
const pageLimit = 20;

/** A list that could not be read to its end: its path, and the status that came. */
export interface Unread {
    readonly list: string;
    readonly status: number;
}

/**
 * Every entry of a list. One that the account may not read, or that this server does not have, is empty; any other that
 * ends before its end is told in `unread`, and has what was read of it.
 */
export async function all(
    ask: Ask,
    path: string,
    size: "per_page" | "page_size",
    unread: Unread[],
): Promise<readonly Record<string, unknown>[]> {
    try {
        return await pages(ask, path, size, pageLimit);
    } catch (error) {
        if (!(error instanceof Refused)) {
            throw error;
        }
        const known = error.before.length === 0 && [401, 403, 404].includes(error.status);
        if (!known) {
            unread.push({ list: path.replace(/[?&].*$/, ""), status: error.status });
        }
        return error.before;
    }
}
