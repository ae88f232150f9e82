/** Tries cases on a server and collects where it answers otherwise. */
import { setTimeout as sleep } from "node:timers/promises";

import { describe, fits, type Case, type Chapter, type Need } from "./case";

/** A server, and how somebody is made known to it. */
export interface Target {
    /** Address that the paths of calls are appended to, e.g. `https://gitlab.example.com/api/v4`. */
    readonly api: string;
    /** Headers of a request by the holder of this credential (`""`: nobody). */
    readonly login: (token: string) => Record<string, string>;
    /** Credential of the run. */
    readonly token: string;
    readonly signal?: AbortSignal;
}

export interface Answer {
    readonly status: number;
    /** The body as JSON, or as text when it is not JSON. */
    readonly body: unknown;
    readonly headers: Headers;
}

/** A case that the server answers otherwise. Values of secrets are taken out. */
export interface Difference {
    readonly noun: string;
    readonly claim: string;
    readonly call: string;
    readonly expected: string;
    readonly got: string;
}

export interface Outcome {
    readonly tried: number;
    readonly differences: readonly Difference[];
    /** Cases that could not be tried, with the reason. */
    readonly skipped: readonly { readonly noun: string; readonly claim: string; readonly reason: string }[];
}

const callTimeoutMs = 60_000;
/** The longest pause that is made when a server says that it has had too many requests. */
const longestPauseSeconds = 90;

/** One request. Waits and asks again when the server has had too many. @throws when it cannot be reached. */
export async function ask(
    target: Target,
    call: string,
    options: {
        body?: unknown;
        form?: string;
        token?: string;
        headers?: Readonly<Record<string, string>>;
    } = {},
): Promise<Answer> {
    const [method = "GET", path = "/"] = call.split(" ");
    const content =
        options.form === undefined
            ? options.body === undefined
                ? undefined
                : (["application/json", JSON.stringify(options.body)] as const)
            : (["application/x-www-form-urlencoded", options.form] as const);
    for (;;) {
        const timeout = AbortSignal.timeout(callTimeoutMs);
        const response = await fetch(target.api + path, {
            method,
            headers: {
                ...target.login(options.token ?? target.token),
                ...(content ? { "content-type": content[0] } : {}),
                ...options.headers,
            },
            ...(content ? { body: content[1] } : {}),
            redirect: "manual",
            signal: target.signal ? AbortSignal.any([timeout, target.signal]) : timeout,
        });
        const text = await response.text();
        const pause = Number(response.headers.get("retry-after") ?? 10);
        if (response.status === 429 && pause <= longestPauseSeconds) {
            await sleep(pause * 1000, undefined, target.signal ? { signal: target.signal } : {});
            continue;
        }
        let body: unknown = text;
        try {
            body = text === "" ? undefined : JSON.parse(text);
        } catch {
            // Left as text.
        }
        return { status: response.status, body, headers: response.headers };
    }
}

/**
 * Tries all cases in their order.
 *
 * @param has what the server has; cases that need more are skipped.
 * @param kept values that are known already; what cases keep is added.
 */
export async function runChapters(
    target: Target,
    chapters: readonly Chapter[],
    has: ReadonlySet<Need>,
    kept: Map<string, string>,
): Promise<Outcome> {
    let tried = 0;
    const differences: Difference[] = [];
    const skipped: { noun: string; claim: string; reason: string }[] = [];
    for (const { noun, cases } of chapters) {
        for (const each of cases) {
            target.signal?.throwIfAborted();
            const lacking = (each.needs ?? []).filter((need) => !has.has(need));
            const unknown = placeholdersOf(each).filter((name) => !kept.has(name));
            if (lacking.length > 0 || unknown.length > 0) {
                const reason =
                    lacking.length > 0
                        ? `needs ${lacking.map((need) => needs[need]).join(" and ")}`
                        : `an earlier case gave no ${unknown.join(", ")}`;
                skipped.push({ noun, claim: each.claim, reason });
                continue;
            }
            tried++;
            const difference = await tryCase(target, each, kept);
            if (difference) {
                differences.push({ noun, claim: each.claim, ...difference });
            }
        }
    }
    return { tried, differences, skipped };
}

const needs: Record<Need, string> = {
    premium: "a licence (Premium)",
    free: "a server without a licence",
    ee: "the Enterprise Edition",
    admin: "the token of an administrator",
    person: "a second person (the token of an administrator)",
};

async function tryCase(
    target: Target,
    each: Case,
    kept: Map<string, string>,
): Promise<Omit<Difference, "noun" | "claim"> | undefined> {
    const fill = (text: string): string =>
        text.replace(placeholder, (_, name: string) => kept.get(name) ?? "");
    const call = each.call.replace(placeholder, (_, name: string) =>
        encodeURIComponent(kept.get(name) ?? ""),
    );
    const options = {
        ...(each.body === undefined ? {} : { body: filled(each.body, fill) }),
        ...(each.form === undefined ? {} : { form: fill(each.form) }),
        ...(each.as === undefined ? {} : { token: each.as === "nobody" ? "" : fill(each.as) }),
        ...(each.headers === undefined
            ? {}
            : {
                  headers: Object.fromEntries(
                      Object.entries(each.headers).map(([name, value]) => [name, fill(value)]),
                  ),
              }),
    };
    const statuses = typeof each.status === "number" ? [each.status] : each.status;
    const good = (answer: Answer): boolean =>
        statuses.includes(answer.status) &&
        (each.answer === undefined || fits(answer.body, each.answer, fill)) &&
        Object.entries(each.gives ?? {}).every(([name, pattern]) =>
            fits(answer.headers.get(name) ?? undefined, pattern, fill),
        );
    const end = Date.now() + (each.within ?? 0) * 1000;
    let answer = await ask(target, call, options);
    while (!good(answer) && Date.now() < end) {
        await sleep(500, undefined, target.signal ? { signal: target.signal } : {});
        answer = await ask(target, call, options);
    }
    for (const [name, path] of Object.entries(each.keep ?? {})) {
        const value = path
            .split(".")
            .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], answer.body);
        if (typeof value === "string" || typeof value === "number") {
            kept.set(name, String(value));
        }
    }
    if (good(answer)) {
        return undefined;
    }
    const headers = Object.entries(each.gives ?? {});
    return {
        call: each.call,
        expected: [
            `${statuses.join(" or ")}${each.answer === undefined ? "" : ` ${describe(each.answer)}`}`,
            ...headers.map(([name, pattern]) => `${name}: ${describe(pattern)}`),
        ].join(", "),
        got: [
            `${answer.status} ${shown(answer.body)}`.trim(),
            ...headers.map(([name]) => `${name}: ${answer.headers.get(name) ?? "none"}`),
        ].join(", "),
    };
}

const placeholder = /\{([a-zA-Z]+)\}/g;

function placeholdersOf(each: Case): string[] {
    const text = [
        each.call,
        JSON.stringify(each.body ?? ""),
        each.form ?? "",
        each.as ?? "",
        JSON.stringify(each.headers ?? {}),
    ];
    return [...text.join(" ").matchAll(placeholder)].map((match) => match[1] ?? "");
}

/** Captured values put into a body; text that is one placeholder of a number becomes the number. */
function filled(value: unknown, fill: (text: string) => string): unknown {
    if (typeof value === "string") {
        const text = fill(value);
        return /^\{[a-zA-Z]+\}$/.test(value) && /^\d+$/.test(text) ? Number(text) : text;
    }
    if (Array.isArray(value)) {
        return value.map((each) => filled(each, fill));
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, fill)]))
        : value;
}

/** A body for the report: short, without secrets. */
function shown(body: unknown): string {
    const text =
        typeof body === "string"
            ? body
            : (JSON.stringify(body, (name, value: unknown) =>
                  /token$|secret|password|private/i.test(name) && typeof value === "string"
                      ? "(secret)"
                      : value,
              ) ?? "");
    return text.length > 400 ? `${text.slice(0, 400)} …` : text;
}
