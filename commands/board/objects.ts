/** Answers that are lists, read to their end. An answer that is no list is an error, so that nothing counts as "there is none". */
import type { Ask } from "../doctor/http";
import { list, record, text } from "../doctor/json";
import { pages, Refused, tooLong } from "../support/pages";

/** Objects that one answer may have. */
const perAnswer = 250;

/** Answers of one list that are read at most: 25,000 objects, 10,000 entries. */
const answers = 100;

/** Objects of a Kubernetes list; none where their kind is not known there. @throws Refused, Unreachable */
export async function objects(ask: Ask, path: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let next = "";
    for (let count = 0; count < answers; count++) {
        const { status, body } = await ask(
            "GET",
            `${path}?limit=${perAnswer}${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`,
        );
        if (status !== 200 || !Array.isArray(record(body)["items"])) {
            throw new Refused(status);
        }
        found.push(...list(record(body)["items"]));
        next = text(record(record(body)["metadata"])["continue"]);
        if (next === "") {
            return found;
        }
    }
    throw new Refused(tooLong);
}

/** Entries of a list of GitLab's API. @throws Refused, Unreachable */
export function entries(ask: Ask, path: string): Promise<Record<string, unknown>[]> {
    return pages(ask, path, "per_page", answers);
}
