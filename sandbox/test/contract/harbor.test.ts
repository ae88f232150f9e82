/** The stand-in is tried with the claims that `npm run contract` tries on a real Harbor. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkHarbor } from "../../contract";
import { adminPassword, TestHarbor } from "../harbor/fixture";

test("every claim holds, and nothing is left", async (context) => {
    const harbor = await TestHarbor.start();
    context.after(() => harbor.stop());
    const report = await checkHarbor({ url: harbor.url, username: "admin", password: adminPassword });
    assert.deepEqual(report.differences, []);
    assert.ok(report.tried > 40, `${report.tried} cases`);
    assert.deepEqual(report.skipped, []);
    assert.deepEqual(report.left, []);
    const projects = await harbor.expect(200, "GET", "/projects?name=estate-contract");
    assert.equal(projects.headers.get("x-total-count"), "0");
});
