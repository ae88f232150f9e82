/** Days of the calendar. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, daysBetween, isDay } from "../../estate/days";

test("a day is the beginning of whatever a YAML reader makes of it", () => {
    for (const text of ["2026-03-04", "2026-03-04T00:00:00.000Z", "2026-03-04 00:00:00 +0000 UTC"]) {
        assert.equal(dayOf(text), "2026-03-04");
    }
});

test("only days of the calendar are days", () => {
    assert.ok(isDay("2028-02-29"));
    for (const text of ["2026-02-29", "2026-04-31", "2026-13-01", "soon", ""]) {
        assert.ok(!isDay(text), text);
    }
});

test("days are counted over months and backwards", () => {
    assert.equal(daysBetween("2026-02-27", "2026-03-01"), 2);
    assert.equal(daysBetween("2026-03-01", "2026-02-27"), -2);
    assert.equal(daysBetween("2026-03-01", "2026-03-01"), 0);
});
