/** Lists of GitLab and Harbor, read page by page to their end. A page that is no list is an error: nothing counts as "there is none". */
import type { Ask } from "../doctor/http";
import { record } from "../doctor/json";

/** A server answered, but not with what was asked for. */
export class Refused extends Error {
    constructor(
        readonly status: number,
        /** Entries of the pages before. */
        readonly before: readonly Record<string, unknown>[] = [],
    ) {
        super(`answered ${status}`);
    }
}

/** The status of a list that goes on after as many pages as are read. */
export const tooLong = 413;

/** Entries of a page: the most that either server gives. */
export const pageSize = 100;

/**
 * Every entry of a list.
 *
 * @param size the parameter for entries of a page: `per_page` of GitLab, `page_size` of Harbor.
 * @param most pages that are read.
 * @throws Refused for a page that is no list, and with {@link tooLong}; what `ask` throws.
 */
export async function pages(
    ask: Ask,
    path: string,
    size: "per_page" | "page_size",
    most: number,
): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    const glue = /[?&]$/.test(path) ? "" : path.includes("?") ? "&" : "?";
    for (let page = 1; page <= most; page++) {
        const { status, body } = await ask("GET", `${path}${glue}${size}=${pageSize}&page=${page}`);
        if (status !== 200 || !Array.isArray(body)) {
            throw new Refused(status, found);
        }
        found.push(...body.map(record));
        if (body.length < pageSize) {
            return found;
        }
    }
    throw new Refused(tooLong, found);
}
