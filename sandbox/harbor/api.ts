import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";

import { badRequest, unprocessable } from "./errors";
import type { Harbor } from "./harbor";
import type { Project } from "./model";
import type { Principal } from "./rights";

/** Path all API routes start with. */
export const apiBase = "/api/v2.0";

/** Name of a field on the wire, or how to read it from a record, for `q` and `sort`. */
export type Fields<T> = Record<string, (item: T) => unknown>;

/** One API request with what handlers need of it. */
export class Call {
    constructor(
        readonly harbor: Harbor,
        readonly request: FastifyRequest,
        readonly reply: FastifyReply,
        readonly principal: Principal,
    ) {}

    /** A text of the path; empty when the route has none of this name. */
    param(name: string): string {
        return (this.request.params as Record<string, string>)[name] ?? "";
    }

    /** A number of the path. @throws HarborError 422. */
    id(name: string): number {
        const value = Number(this.param(name));
        if (!Number.isInteger(value)) {
            throw unprocessable(`${name} in path must be of type int64: "${this.param(name)}"`);
        }
        return value;
    }

    /** A repository's name without project; clients encode its slashes twice. */
    repositoryName(): string {
        const once = this.param("repository");
        try {
            return decodeURIComponent(once);
        } catch {
            return once;
        }
    }

    query(name: string): string | undefined {
        const value = (this.request.query as Record<string, string | string[]>)[name];
        return Array.isArray(value) ? value[0] : value;
    }

    /** Whether a query switch is on. */
    flag(name: string, fallback: boolean): boolean {
        const value = this.query(name);
        return value === undefined ? fallback : value === "true" || value === "1";
    }

    /** The body in the form the schema asks for. @throws HarborError 422. */
    body<S extends z.ZodType>(schema: S): z.output<S> {
        if (this.request.body === undefined) {
            throw unprocessable("validation failure list:\nbody in body is required");
        }
        const parsed = schema.safeParse(this.request.body);
        if (!parsed.success) {
            const lines = parsed.error.issues.map(
                (issue) => `${issue.path.join(".") || "body"} in body: ${issue.message}`,
            );
            throw unprocessable(`validation failure list:\n${lines.join("\n")}`);
        }
        return parsed.data;
    }

    /** The project of the path (`:project`, by number or name), if the caller may do this in it. */
    project(resource: string, action: string): Project {
        const isName = this.request.headers["x-is-resource-name"] === "true";
        return this.harbor.requireProject(this.principal, this.param("project"), resource, action, isName);
    }

    /** Like {@link project}, on routes that take a name only. */
    namedProject(resource: string, action: string): Project {
        return this.harbor.requireProject(this.principal, this.param("project"), resource, action, true);
    }

    /** 201 with the address of what was made. */
    created(id: number | string, body?: unknown): unknown {
        const path = this.request.url.split("?")[0]?.replace(/\/$/, "") ?? "";
        this.reply.code(201).header("location", `${path}/${id}`);
        return body;
    }

    /** One page of a list, filtered by `q` and sorted by `sort`, with `X-Total-Count` and `Link`. */
    list<T>(items: T[], show: (item: T) => unknown, fields: Fields<T> = {}): unknown[] {
        const matching = items.filter(filter(this.query("q"), fields));
        sort(matching, this.query("sort"), fields);
        const page = this.number("page", 1, Number.MAX_SAFE_INTEGER);
        const size = this.number("page_size", 10, 100);
        this.reply.header("x-total-count", String(matching.length));
        const links = [];
        if (page > 1 && (page - 1) * size < matching.length) {
            links.push(this.link(page - 1, size, "prev"));
        }
        if (page * size < matching.length) {
            links.push(this.link(page + 1, size, "next"));
        }
        if (links.length > 0) {
            this.reply.header("link", links.join(" , "));
        }
        return matching.slice((page - 1) * size, page * size).map(show);
    }

    private number(name: string, fallback: number, max: number): number {
        const text = this.query(name);
        const value = text === undefined || text === "" ? fallback : Number(text);
        if (!Number.isInteger(value)) {
            throw unprocessable(`${name} in query must be of type int64: "${text}"`);
        }
        if (value > max) {
            throw unprocessable(`${name} in query should be less than or equal to ${max}`);
        }
        return value < 1 ? fallback : value;
    }

    private link(page: number, size: number, rel: string): string {
        const url = new URL(this.request.url, "http://harbor");
        url.searchParams.set("page", String(page));
        url.searchParams.set("page_size", String(size));
        return `<${url.pathname}${url.search}>; rel="${rel}"`;
    }
}

type Test<T> = (item: T) => boolean;

/**
 * Harbor's query language: `k=v` exact, `k=~v` contains, `k=[min~max]` range, `k={a b}` any of, `k=(a b)` all of;
 * terms joined by commas. A field the list does not have is passed over, as Harbor does.
 */
function filter<T>(q: string | undefined, fields: Fields<T>): Test<T> {
    const tests = (q ?? "")
        .split(",")
        .filter((term) => term !== "")
        .flatMap((term): Test<T>[] => {
            const equals = term.indexOf("=");
            if (equals < 1) {
                throw badRequest(`the query string must contain at least one "=": ${term}`);
            }
            const read = fields[term.slice(0, equals).toLowerCase()];
            const value = term.slice(equals + 1);
            return read ? [(item) => fits(read(item), value)] : [];
        });
    return (item) => tests.every((test) => test(item));
}

function fits(actual: unknown, wanted: string): boolean {
    const values = (Array.isArray(actual) ? actual : [actual]).map(asText);
    const inner = wanted.slice(1, -1);
    const words = (): string[] => inner.split(" ").map((word) => word.replace(/^"(.*)"$/, "$1"));
    if (wanted.startsWith("~")) {
        return values.some((value) => value.toLowerCase().includes(wanted.slice(1).toLowerCase()));
    }
    if (wanted.startsWith("[") && wanted.endsWith("]")) {
        const [low = "", high = ""] = inner.split("~");
        return values.some(
            (value) => (low === "" || compare(value, low) >= 0) && (high === "" || compare(value, high) <= 0),
        );
    }
    if (wanted.startsWith("{") && wanted.endsWith("}")) {
        return words().some((word) => values.includes(word));
    }
    if (wanted.startsWith("(") && wanted.endsWith(")")) {
        return words().every((word) => values.includes(word));
    }
    return wanted === "*" ? values.length > 0 : values.includes(wanted.replace(/^"(.*)"$/, "$1"));
}

const asText = (value: unknown): string =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

function compare(a: string, b: string): number {
    const numbers = [Number(a), Number(b)];
    if (a !== "" && b !== "" && numbers.every((value) => !Number.isNaN(value))) {
        return (numbers[0] ?? 0) - (numbers[1] ?? 0);
    }
    return a < b ? -1 : a > b ? 1 : 0;
}

/** `sort=name,-creation_time`. Fields the list does not have are passed over. */
function sort<T>(items: T[], order: string | undefined, fields: Fields<T>): void {
    const keys = (order ?? "").split(",").filter((key) => key !== "");
    items.sort((a, b) => {
        for (const key of keys) {
            const read = fields[key.replace(/^[+-]/, "").toLowerCase()];
            const difference = read ? compare(asText(read(a)), asText(read(b))) : 0;
            if (difference !== 0) {
                return key.startsWith("-") ? -difference : difference;
            }
        }
        return 0;
    });
}

/** An object as Harbor shows it: without those of the fields that are false, 0, empty or not set. */
export function omitEmpty<T extends object>(object: T, ...fields: (keyof T)[]): Partial<T> {
    const shown: Partial<T> = { ...object };
    for (const field of fields) {
        const value: unknown = shown[field];
        if (value === false || value === 0 || value === "" || value === undefined || value === null) {
            delete shown[field];
        }
    }
    return shown;
}

export type Handler = (call: Call) => unknown;

/** Registers routes below {@link apiBase}. What a handler returns is the body; nothing means an empty 200. */
export class Routes {
    constructor(
        private readonly fastify: FastifyInstance,
        readonly harbor: Harbor,
    ) {}

    get(path: string, handler: Handler): void {
        this.add("GET", path, handler);
    }

    head(path: string, handler: Handler): void {
        this.add("HEAD", path, handler);
    }

    post(path: string, handler: Handler): void {
        this.add("POST", path, handler);
    }

    put(path: string, handler: Handler): void {
        this.add("PUT", path, handler);
    }

    patch(path: string, handler: Handler): void {
        this.add("PATCH", path, handler);
    }

    delete(path: string, handler: Handler): void {
        this.add("DELETE", path, handler);
    }

    private add(method: string, path: string, handler: Handler): void {
        this.fastify.route({
            method,
            url: `${apiBase}${path}`,
            handler: async (request, reply) => {
                const principal = this.harbor.identify(request.headers.authorization);
                const body = await handler(new Call(this.harbor, request, reply, principal));
                return reply.send(body === undefined ? "" : body);
            },
        });
    }
}
