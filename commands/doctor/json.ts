/** Answers of servers as data: what is not as expected is empty, never an error. */
import { pages, Refused } from "../support/pages";
import { Unreachable, type Answer, type Ask } from "./http";

export function record(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): Record<string, unknown>[] {
    return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}

/**
 * Whether an answer is conclusive: what was asked for, or that the account may not see it or the server has none. A server
 * that is overloaded or in maintenance, and a page of a proxy before it, are not; that is no "there is none".
 */
export function isConclusive({ status, body }: Answer): boolean {
    const page = typeof body === "string" && /^\s*</.test(body);
    return (
        !page && (status < 300 || (status >= 400 && status < 500 && ![407, 408, 425, 429].includes(status)))
    );
}

/** @throws Unreachable where a server is overloaded or in maintenance, whatever it says beside that. */
export function assertServing({ status }: Answer, call: string): void {
    if (status === 429 || status >= 500) {
        throw new Unreachable(`it answers ${status} to ${call}`, "network");
    }
}

/** The same calls, where one whose answer is not conclusive is a server that does not answer: all else rests on them. */
export function essential(ask: Ask): Ask {
    return async (method, path, body, type) => {
        const answer = await ask(method, path, body, type);
        if (!isConclusive(answer)) {
            const page = typeof answer.body === "string" && answer.status < 500 ? " with a page" : "";
            throw new Unreachable(`it answers ${answer.status}${page} to ${method} ${bare(path)}`, "network");
        }
        return answer;
    };
}

/** The same calls; those whose answers are not conclusive are in `unread`, and come with status 0 and no body. */
export function noting(ask: Ask, unread: Unread[]): Ask {
    return async (method, path, body, type) => {
        const answer = await ask(method, path, body, type);
        if (isConclusive(answer)) {
            return answer;
        }
        note(unread, path, answer.status);
        return { status: 0, headers: {}, body: undefined };
    };
}

/** Adds a path to those that were not read, once. */
export function note(unread: Unread[], path: string, status: number): void {
    if (!unread.some(({ list }) => list === bare(path))) {
        unread.push({ list: bare(path), status });
    }
}

function bare(path: string): string {
    return path.replace(/[?&].*$/, "");
}

/** Pages of a list that are read at most: 2000 entries. */
const pageLimit = 20;

/** A list, or another path, that could not be read to its end: the path, and the status that came. */
export interface Unread {
    readonly list: string;
    readonly status: number;
}

/**
 * Every entry of a list. One that the account may not read, or that this server does not have, is empty; any other that
 * ends before its end is reported in `unread`, and has what was read of it.
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
            note(unread, path, error.status);
        }
        return error.before;
    }
}
