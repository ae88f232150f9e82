import type { FastifyReply, FastifyRequest } from "fastify";

import { ApiError, badParameters } from "./errors";
import { int, parse, text, type Input } from "./params";

/**
 * How a list is walked by keys (`pagination=keyset`) where GitLab offers it. `ids`: the client goes on by `id_after` or
 * `id_before`, which the list's own filter reads. `cursor` and `page_token`: by a word that stands for the last item.
 */
export interface Keyset<T> {
    readonly by: "ids" | "cursor" | "page_token";
    /** What is unique to an item. */
    readonly key: (item: T) => string | number;
    /** Whether the list is in an order that can be walked so. */
    readonly offered?: boolean;
    /** For `ids`: whether they go down. */
    readonly descending?: boolean;
}

export interface PageOptions<T> {
    readonly keyset?: Keyset<T>;
    /** GitLab does not count the list: no totals, no last page. */
    readonly uncounted?: boolean;
}

/** Above this offset GitLab refuses pages of lists that can be walked by keys. */
const largestOffset = 50_000;

/**
 * Cuts one page out of a list and sets GitLab's headers for it: `x-total`, `x-total-pages`, `x-page`,
 * `x-per-page`, `x-next-page`, `x-prev-page` and `Link`. Pages start at 1; 20 a page by default, 100 at most.
 * @throws ApiError 400 for numbers that are none, 405 for a walk by keys in an order that cannot be walked.
 */
export function paginate<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    input: Input,
    baseUrl: string,
    items: readonly T[],
    options: PageOptions<T> = {},
): T[] {
    const given = parse(
        { page: input["page"], per_page: input["per_page"], pagination: input["pagination"] },
        { page: int(), per_page: int(), pagination: text() },
    );
    if (given.per_page === 0) {
        throw badParameters(["per_page has a value not allowed"]);
    }
    const perPage = Math.min(100, Math.max(1, given.per_page ?? 20));
    const link = (to: Record<string, string>, rel: string): string => {
        const url = new URL(baseUrl + request.url);
        url.searchParams.delete("private_token");
        for (const [name, value] of Object.entries({ ...to, per_page: String(perPage) })) {
            url.searchParams.set(name, value);
        }
        return `<${url.toString()}>; rel="${rel}"`;
    };
    if (options.keyset && given.pagination === "keyset") {
        return walk(reply, input, items, options.keyset, { perPage, link });
    }
    const page = Math.max(1, given.page ?? 1);
    if (options.keyset?.by === "ids" && (page - 1) * perPage > largestOffset) {
        throw new ApiError(405, {
            error:
                `Offset pagination has a maximum allowed offset of ${largestOffset} for requests that return objects ` +
                "of type Project. Remaining records can be retrieved using keyset pagination.",
        });
    }
    const pages = Math.max(1, Math.ceil(items.length / perPage));
    const next = page < pages ? page + 1 : undefined;
    const previous = page > 1 ? Math.min(page - 1, pages) : undefined;
    const at = (to: number, rel: string): string => link({ page: String(to) }, rel);
    const links = [
        ...(previous === undefined ? [] : [at(previous, "prev")]),
        ...(next === undefined ? [] : [at(next, "next")]),
        at(1, "first"),
        ...(options.uncounted ? [] : [at(pages, "last")]),
    ];
    reply.headers({
        ...(options.uncounted ? {} : { "x-total": String(items.length), "x-total-pages": String(pages) }),
        "x-page": String(page),
        "x-per-page": String(perPage),
        "x-next-page": next === undefined ? "" : String(next),
        "x-prev-page": previous === undefined ? "" : String(previous),
        link: links.join(", "),
    });
    return items.slice((page - 1) * perPage, page * perPage);
}

/** One page of a walk by keys. It has no totals and no numbers, only the link to the next one. */
function walk<T>(
    reply: FastifyReply,
    input: Input,
    items: readonly T[],
    keyset: Keyset<T>,
    { perPage, link }: { perPage: number; link: (to: Record<string, string>, rel: string) => string },
): T[] {
    if (keyset.offered === false) {
        throw new ApiError(405, {
            error: "Keyset pagination is not yet available for this type of request",
        });
    }
    const { by } = keyset;
    let start = 0;
    const token = by === "ids" ? undefined : parse(input, { [by]: text() })[by];
    if (token !== undefined && token !== "") {
        const wanted = by === "cursor" ? Buffer.from(token, "base64url").toString("utf8") : token;
        start = items.findIndex((item) => String(keyset.key(item)) === wanted) + 1;
        if (start === 0) {
            throw by === "cursor"
                ? badParameters(["cursor is invalid"])
                : new ApiError(422, { message: `Invalid page token: ${token}` });
        }
    }
    const found = items.slice(start, start + perPage);
    const last = found.at(-1);
    // Ids are compared, so the link after the last page leads to an empty one, as GitLab's does.
    if (last !== undefined && (by === "ids" || start + perPage < items.length)) {
        const key = String(keyset.key(last));
        const to: Record<string, string> =
            by === "ids"
                ? { [keyset.descending ? "id_before" : "id_after"]: key }
                : { [by]: by === "cursor" ? Buffer.from(key).toString("base64url") : key };
        reply.header("link", link(to, "next"));
    }
    return found;
}
