/** docs/doctor.md names every check and no other; docs/rights.md lists what the doctor asks for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { channelChecks } from "../../commands/doctor/channels/checks";
import { cardCheck } from "../../commands/doctor/channels/send";
import { clusterChecks } from "../../commands/doctor/cluster/checks";
import {
    hostRights,
    memberRights,
    optionalRightsTable,
    rightsTable,
} from "../../commands/doctor/cluster/rights";
import { gitlabChecks } from "../../commands/doctor/gitlab/checks";
import { harborChecks } from "../../commands/doctor/harbor/checks";
import { machineChecks } from "../../commands/doctor/machines";
import { manifestsCheck } from "../../commands/doctor/offline";
import { authorityRules } from "../../estate/rules/network";
import { page } from "./support";

const checks = [
    ...[...gitlabChecks, ...harborChecks, ...clusterChecks, ...channelChecks, ...machineChecks].map(
        ({ id }) => id,
    ),
    cardCheck,
    ...authorityRules,
    manifestsCheck,
];

test("docs/doctor.md has a row for every check", () => {
    const rows = [...page("docs/doctor.md").text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    assert.deepEqual([...rows].sort(), [...checks].sort());
});

test("docs/rights.md lists the rights on clusters that the doctor asks for", () => {
    const { text } = page("docs/rights.md");
    for (const rights of [hostRights, memberRights]) {
        assert.ok(text.includes(rightsTable(rights)), `missing:\n${rightsTable(rights)}`);
    }
    assert.ok(text.includes(optionalRightsTable()), `missing:\n${optionalRightsTable()}`);
});
