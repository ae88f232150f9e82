/** What a review says of changes that a platform's people make day by day. */
import { describe, test } from "node:test";
import { dayTwoCases } from "./dayTwoCases";
import { assertTold } from "./told";

describe("the note of a change, day by day", () => {
    for (const [name, { told, ...each }] of Object.entries(dayTwoCases)) {
        test(`says what it means when ${name}`, () => assertTold(each, told));
    }
});
