/** Lists of GitLab and Harbor, read page by page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Ask } from "../../commands/doctor/http";
import { all, type Unread } from "../../commands/doctor/json";
import { pages, Refused, tooLong } from "../../commands/support/pages";

const full = Array.from({ length: 100 }, (_, id) => ({ id }));
const answer = (status: number, body: unknown): Answer => ({ status, headers: {}, body });

/** A server that gives these answers, page after page; asks of it are kept. */
function serving(...answers: readonly Answer[]): { ask: Ask; asked: string[] } {
    const asked: string[] = [];
    const ask: Ask = (_method, path) => {
        asked.push(path);
        return Promise.resolve(answers[asked.length - 1] ?? answer(200, []));
    };
    return { ask, asked };
}

test("a list is read to its end, whatever its path has already", async () => {
    const { ask, asked } = serving(answer(200, full), answer(200, [{ id: 100 }]));
    assert.equal((await pages(ask, "/robots?q=x", "page_size", 9)).length, 101);
    assert.deepEqual(asked, ["/robots?q=x&page_size=100&page=1", "/robots?q=x&page_size=100&page=2"]);
});

test("a page that fails is not the end of a list", async () => {
    const breaking = (): Ask => serving(answer(200, full), answer(502, "")).ask;
    await assert.rejects(pages(breaking(), "/projects", "per_page", 9), (error) => {
        assert.ok(error instanceof Refused);
        assert.deepEqual([error.status, error.before.length], [502, 100]);
        return true;
    });
    const unread: Unread[] = [];
    assert.equal((await all(breaking(), "/projects", "per_page", unread)).length, 100);
    assert.deepEqual(unread, [{ list: "/projects", status: 502 }]);
});

test("a list that the account may not read is empty, and one without an end is reported", async () => {
    const unread: Unread[] = [];
    const refused = await all(serving(answer(403, {})).ask, "/robots", "page_size", unread);
    assert.deepEqual([refused, unread], [[], []]);
    await all(() => Promise.resolve(answer(200, full)), "/projects?simple=true", "per_page", unread);
    assert.deepEqual(unread, [{ list: "/projects", status: tooLong }]);
});
