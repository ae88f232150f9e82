/** Servers of the doctor's tests: what they answer, by method and path, as their documentation has it. */
import assert from "node:assert/strict";
import type { Finding } from "../../../commands/doctor/finding";
import { madeBy, type Made } from "../../../commands/doctor/made";
import { Unreachable, type Answer, type Ask } from "../../../commands/doctor/http";

/** An answer: its body, or a status with a body; `undefined` takes one away. */
export type Answers = Readonly<Record<string, unknown>>;

/** A status other than 200. */
export class Status {
    constructor(
        readonly status: number,
        readonly body: unknown = {},
        readonly headers: Answer["headers"] = {},
    ) {}
}

/** A server that answers these calls and 404 to all others. `calls` are those it was asked. */
export function server(
    answers: Answers,
    headers: Answer["headers"] = {},
): { readonly ask: Ask; readonly calls: string[] } {
    const calls: string[] = [];
    const ask: Ask = (method, path) => {
        const call = `${method} ${path}`;
        calls.push(call);
        const key =
            call in answers ? call : call.replace(/[?&](per_page|page_size|page)=.*$/, "").replace(/\?$/, "");
        const answer = answers[key];
        if (answer instanceof Error) {
            return Promise.reject(answer);
        }
        return Promise.resolve(
            answer instanceof Status
                ? { status: answer.status, headers: { ...headers, ...answer.headers }, body: answer.body }
                : { status: answer === undefined ? 404 : 200, headers, body: answer ?? { message: "404" } },
        );
    };
    return { ask, calls };
}

/** Answers that tell nothing: of servers with too much to do, in maintenance, ill, and of what stands before them. */
export const meaningless: Readonly<Record<string, Status>> = {
    "too many requests": new Status(429, { message: "Retry later" }),
    "an error": new Status(500, { message: "500 Internal Server Error" }),
    "a gateway's error": new Status(502, "<html><h1>502 Bad Gateway</h1></html>"),
    maintenance: new Status(503, ""),
    "a page for a sign-in": new Status(200, "<!DOCTYPE html><title>Sign in</title>"),
    "a page for nothing": new Status(404, "<html><h1>Not found</h1></html>"),
    "a proxy that wants a login": new Status(407, ""),
};

/** Fails where one call's meaningless answer, and nothing else, comes to a finding that is not about just that. */
export async function assertNothingClaimed(
    answers: Answers,
    look: (answers: Answers) => Promise<Finding[]>,
    about: readonly string[],
): Promise<void> {
    for (const call of Object.keys(answers)) {
        for (const [title, answer] of Object.entries(meaningless)) {
            const found = await look({ ...answers, [call]: answer });
            const claims = found.filter(({ id }) => !about.includes(id));
            assert.deepEqual(claims, [], `${title} to ${call}`);
        }
    }
}

/** A server that cannot be reached. */
export const silent = new Unreachable("the connection is refused", "network");

/** A stack's state with these resources. */
export function madeOf(
    ...resources: readonly {
        type: string;
        name?: string;
        id?: string;
        provider?: string;
        inputs?: Readonly<Record<string, unknown>>;
        outputs?: object;
        created?: string;
    }[]
): Made {
    return madeBy({
        deployment: {
            resources: resources.map(({ type, name = "x", id, provider, inputs = {}, outputs, created }) => ({
                urn: `urn:pulumi:test::gitops-estate::${type}::${name}`,
                type,
                ...(id === undefined ? {} : { id }),
                ...(provider === undefined
                    ? {}
                    : { provider: `urn:pulumi:test::gitops-estate::pulumi:providers:x::${provider}::1` }),
                inputs,
                ...(created === undefined ? {} : { created }),
                outputs: { ...outputs },
            })),
        },
    });
}

export const now = new Date("2026-06-01T12:00:00Z");

/** A finding that a planted problem comes to; its severity is `error` unless it says otherwise. */
export type Expected = readonly [id: string, path: string, fix: RegExp, severity?: string];

/** Fails unless the findings are these and no others, in this order. */
export function assertFound(findings: readonly Finding[], expected: readonly Expected[]): void {
    assert.deepEqual(
        findings.map(({ id, path, severity }) => [id, path, severity]),
        expected.map(([id, path, , severity]) => [id, path, severity ?? "error"]),
    );
    for (const [index, [, , fix]] of expected.entries()) {
        assert.match(findings[index]?.fix ?? "", fix);
    }
}
