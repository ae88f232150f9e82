/** The estates of examples/, each without a problem and as its golden says; `npm run golden` accepts. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { declareEstate } from "../components/program";
import { parseEstate } from "../estate";
import { sampleCredentials, samplePrepared } from "./components/sample";
import { leaks, record } from "./support/engine";
import { matchesGolden } from "./support/golden";

const folder = path.join(__dirname, "..", "examples");

for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    test(`${file}: every resource is as its golden says`, async () => {
        const { config } = parse(fs.readFileSync(path.join(folder, file), "utf8")) as {
            config: Record<string, unknown>;
        };
        const servers = {
            member1: "https://member1.example.com:6443",
            member2: "https://member2.example.com:6443",
        };
        const { estate, problems } = parseEstate(config["gitops-estate:estate"], { servers });
        assert.deepEqual(problems, []);
        assert.ok(estate);
        const channels = Object.fromEntries(
            Object.keys(estate.channels).map((name) => [name, { url: "https://chat.test/hook" }]),
        );
        const recording = await record(() =>
            declareEstate(estate, { ...sampleCredentials, channels }, samplePrepared),
        );
        matchesGolden(`example-${path.parse(file).name}`, recording);
        assert.deepEqual(leaks(recording), []);
    });
}
