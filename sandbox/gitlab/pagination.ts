import type { FastifyReply, FastifyRequest } from "fastify";

import { badParameters } from "./errors";
import { int, parse, type Input } from "./params";

/**
 * Cuts one page out of a list and sets GitLab's headers for it: `x-total`, `x-total-pages`, `x-page`,
 * `x-per-page`, `x-next-page`, `x-prev-page` and `Link`. Pages start at 1; 20 a page by default, 100 at most.
 */
export function paginate<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    input: Input,
    baseUrl: string,
    items: readonly T[],
): T[] {
    const given = parse(
        { page: input["page"], per_page: input["per_page"] },
        { page: int(), per_page: int() },
    );
    if (given.per_page === 0) {
        throw badParameters(["per_page has a value not allowed"]);
    }
    const page = Math.max(1, given.page ?? 1);
    const perPage = Math.min(100, Math.max(1, given.per_page ?? 20));
    const pages = Math.max(1, Math.ceil(items.length / perPage));
    const next = page < pages ? page + 1 : undefined;
    const previous = page > 1 ? Math.min(page - 1, pages) : undefined;

    const link = (to: number, rel: string): string => {
        const url = new URL(request.url, baseUrl);
        url.searchParams.delete("private_token");
        url.searchParams.set("page", String(to));
        url.searchParams.set("per_page", String(perPage));
        return `<${url.toString()}>; rel="${rel}"`;
    };
    const links = [
        ...(previous === undefined ? [] : [link(previous, "prev")]),
        ...(next === undefined ? [] : [link(next, "next")]),
        link(1, "first"),
        link(pages, "last"),
    ];
    reply.headers({
        "x-total": String(items.length),
        "x-total-pages": String(pages),
        "x-page": String(page),
        "x-per-page": String(perPage),
        "x-next-page": next === undefined ? "" : String(next),
        "x-prev-page": previous === undefined ? "" : String(previous),
        link: links.join(", "),
    });
    return items.slice((page - 1) * perPage, page * perPage);
}
