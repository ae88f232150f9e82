/** docs/doctor.md names every check, and no other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gitlabChecks } from "../../commands/doctor/gitlab/checks";
import { page } from "./support";

const checks = [...gitlabChecks.map(({ id }) => id), "ca-file"];

test("docs/doctor.md has a row for every check", () => {
    const rows = [...page("docs/doctor.md").text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    assert.deepEqual([...rows].sort(), [...checks].sort());
});
