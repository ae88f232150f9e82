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

/** A server that cannot be reached. */
export const silent = new Unreachable("the connection is refused", "network");

/** A stack's state with these resources. */
export function madeOf(
    ...resources: readonly { type: string; name?: string; id?: string; provider?: string; outputs?: object }[]
): Made {
    return madeBy({
        deployment: {
            resources: resources.map(({ type, name = "x", id, provider, outputs }) => ({
                urn: `urn:pulumi:test::gitops-estate::${type}::${name}`,
                type,
                ...(id === undefined ? {} : { id }),
                ...(provider === undefined
                    ? {}
                    : { provider: `urn:pulumi:test::gitops-estate::pulumi:providers:x::${provider}::1` }),
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
