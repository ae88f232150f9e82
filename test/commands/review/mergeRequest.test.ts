/**
 * The one note of a merge request, against a GitLab in memory whose answers come in any order. Not proved here: that GitLab
 * answers so (test/e2e/review.test.ts: the sandbox's).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answer, Ask } from "../../../commands/doctor/http";
import {
    markerOf,
    mergeRequestOf,
    nextAction,
    placeNote,
    type MergeRequest,
} from "../../../commands/review/mergeRequest";

const variables = {
    CI_API_V4_URL: "https://gitlab.test/api/v4",
    CI_PROJECT_ID: "7",
    CI_MERGE_REQUEST_IID: "3",
    CI_PIPELINE_IID: "12",
    ESTATE_REVIEW_TOKEN: "pLant3d-token",
};

describe("where the note goes", () => {
    test("is read from the job's variables", () => {
        assert.deepEqual(mergeRequestOf(variables), {
            api: "https://gitlab.test/api/v4",
            project: "7",
            iid: "3",
            pipeline: 12,
            token: "pLant3d-token",
        });
    });
    test("names every variable that is missing, and shows no value", () => {
        assert.throws(
            () => mergeRequestOf({ ESTATE_REVIEW_TOKEN: variables.ESTATE_REVIEW_TOKEN }),
            (error: Error) =>
                /needs CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID\./.test(error.message) &&
                !error.message.includes("pLant3d"),
        );
        assert.throws(
            () => mergeRequestOf({ ...variables, ESTATE_REVIEW_TOKEN: "" }),
            /needs ESTATE_REVIEW_TOKEN\./,
        );
        assert.throws(() => mergeRequestOf({ ...variables, CI_PROJECT_ID: "7/../8" }), /must be numbers/);
    });
});

describe("what to do next", () => {
    const cases: readonly [string, Parameters<typeof nextAction>, ReturnType<typeof nextAction>][] = [
        ["none is there", [[], { pipeline: 5 }], { kind: "create" }],
        ["an earlier run's is there", [[{ id: 1, pipeline: 4 }], { pipeline: 5 }], { kind: "update", id: 1 }],
        [
            "the same pipeline's is there",
            [[{ id: 1, pipeline: 5 }], { pipeline: 5 }],
            { kind: "update", id: 1 },
        ],
        ["ours is the only one", [[{ id: 1, pipeline: 5 }], { pipeline: 5, written: 1 }], { kind: "done" }],
        ["a newer run was here", [[{ id: 1, pipeline: 6 }], { pipeline: 5 }], { kind: "done" }],
        [
            "a newer run came in between",
            [
                [
                    { id: 1, pipeline: 5 },
                    { id: 2, pipeline: 6 },
                ],
                { pipeline: 5, written: 1 },
            ],
            { kind: "delete", id: 1 },
        ],
        [
            "an older run made a second one",
            [
                [
                    { id: 1, pipeline: 5 },
                    { id: 2, pipeline: 4 },
                ],
                { pipeline: 5, written: 1 },
            ],
            { kind: "delete", id: 2 },
        ],
    ];
    for (const [name, args, action] of cases) {
        test(`when ${name}`, () => {
            assert.deepEqual(nextAction(...args), action);
        });
    }
});

interface Note {
    id: number;
    body: string;
    author: { id: number };
}

/** Notes in memory; each answer waits until `turn` lets it go. */
class Server {
    notes: Note[] = [];
    private next = 1;
    readonly calls: string[] = [];

    ask(user: number, turn: () => Promise<void> = () => Promise.resolve()): Ask {
        return async (method, path, body) => {
            await turn();
            this.calls.push(`${method} ${path}`);
            const answer = this.answer(user, method, path, body);
            await turn();
            return answer;
        };
    }

    private answer(user: number, method: string, path: string, body: unknown): Answer {
        const ok = (value: unknown, headers = {}): Answer => ({ status: 200, headers, body: value });
        if (path === "/user") {
            return ok({ id: user });
        }
        const id = Number(/notes\/(\d+)$/.exec(path)?.[1]);
        const text = (body as { body?: string } | undefined)?.body ?? "";
        const found = this.notes.find((each) => each.id === id);
        switch (method) {
            case "GET": {
                const page = Number(/[?&]page=(\d+)/.exec(path)?.[1]);
                const size = 100;
                const part = this.notes.slice((page - 1) * size, page * size);
                const next = this.notes.length > page * size ? `${page + 1}` : "";
                return ok(structuredClone(part), { "x-next-page": next });
            }
            case "POST": {
                const note = { id: this.next++, body: text, author: { id: user } };
                this.notes.push(note);
                return ok(note);
            }
            case "PUT":
                if (found === undefined) {
                    return { status: 404, headers: {}, body: {} };
                }
                found.body = text;
                return ok(found);
            default:
                this.notes = this.notes.filter((each) => each.id !== id);
                return found === undefined ? { status: 404, headers: {}, body: {} } : ok({});
        }
    }
}

const target = (pipeline: number): MergeRequest => ({
    api: "https://gitlab.test/api/v4",
    project: "7",
    iid: "3",
    pipeline,
    token: "x",
});
const body = (pipeline: number, stack = "dev"): string =>
    `<!-- ${markerOf(stack, pipeline)} -->\n\n### of ${pipeline}`;

describe("the note", () => {
    test("is written once and edited afterwards; an older run changes nothing any more", async () => {
        const server = new Server();
        await placeNote(server.ask(9), target(1), "dev", body(1));
        await placeNote(server.ask(9), target(2), "dev", body(2));
        await placeNote(server.ask(9), target(1), "dev", body(1));
        assert.deepEqual(
            server.notes.map(({ id, body: text }) => [id, text]),
            [[1, body(2)]],
        );
    });
    test("is one for each stack", async () => {
        const server = new Server();
        await placeNote(server.ask(9), target(1), "dev", body(1, "dev"));
        await placeNote(server.ask(9), target(1), "dev2", body(1, "dev2"));
        await placeNote(server.ask(9), target(2), "dev", body(2, "dev"));
        assert.equal(server.notes.length, 2);
    });
    test("is never somebody else's, with or without the marker, and is found behind many others", async () => {
        const server = new Server();
        server.notes = Array.from({ length: 250 }, (_, index) => ({
            id: 1000 + index,
            body: index === 0 ? body(0) : `note ${index}`,
            author: { id: 5 },
        }));
        await placeNote(server.ask(9), target(1), "dev", body(1));
        await placeNote(server.ask(9), target(2), "dev", body(2));
        assert.deepEqual(
            server.notes.filter(({ author }) => author.id === 9).map(({ body: text }) => text),
            [body(2)],
        );
        assert.equal(server.notes.find(({ id }) => id === 1000)?.body, body(0));
    });
    test("stays one whatever the order in which two or three runs at once get their answers", async () => {
        for (let seed = 1; seed <= 400; seed++) {
            const server = new Server();
            if (seed % 3 === 0) {
                await placeNote(server.ask(9), target(0), "dev", body(0));
            }
            let state = seed;
            const random = (below: number): number => {
                state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
                return state % below;
            };
            const waiting: (() => void)[] = [];
            const turn = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
            const pipelines = seed % 2 === 0 ? [1, 2] : [2, 1, 2];
            let running = pipelines.length;
            const runs = pipelines.map((pipeline) =>
                placeNote(server.ask(9, turn), target(pipeline), "dev", body(pipeline)).finally(
                    () => running--,
                ),
            );
            const all = Promise.all(runs);
            while (running > 0) {
                await new Promise((resolve) => setImmediate(resolve));
                waiting.splice(random(Math.max(1, waiting.length)), 1).forEach((go) => go());
            }
            await all;
            assert.deepEqual(
                server.notes.map(({ body: text }) => text),
                [body(2)],
                `seed ${seed}: ${server.calls.join(", ")}`,
            );
        }
    });
    test("that GitLab refuses says why, without the token", async () => {
        for (const [status, reason] of [
            [401, /the token is wrong or has expired/],
            [403, /scope api and role Reporter/],
            [500, /GitLab answers 500/],
        ] as const) {
            const ask: Ask = () => Promise.resolve({ status, headers: {}, body: { message: "pLant3d" } });
            await assert.rejects(placeNote(ask, target(1), "dev", body(1)), (error: Error) => {
                assert.match(error.message, reason);
                assert.doesNotMatch(error.message, /pLant3d/);
                return true;
            });
        }
    });
});
