/**
 * The policies on estates of this project: whatever they find there, the spec decides. What the program makes by itself breaks none,
 * with each engine, flow and tier.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { policyResults } from "../../commands/inventory/policies";
import { declareEstate } from "../../components/program";
import { parseEstate, type SpecInput } from "../../estate";
import { mergeInto } from "../commands/review/cases";
import { sampleCredentials, samplePrepared } from "../components/sample";
import { record } from "../support/engine";
import { spec, type Overrides } from "../support/estate";

const folder = path.join(__dirname, "..", "..", "examples");

function example(name: string): SpecInput {
    const { config } = parse(fs.readFileSync(path.join(folder, `${name}.yaml`), "utf8")) as {
        config: Record<string, unknown>;
    };
    return config["gitops-estate:estate"] as SpecInput;
}

/** What each policy asks of the spec; no example says all of it. */
const decided: Readonly<Record<string, string>> = {
    "gitlab-production-approved": "environments.<name>.approvals, with tier premium or the gate",
    "gitlab-token-expires": "credentials.expires",
    "harbor-project-prod-limited": "storageGiB",
    "kubernetes-namespace-quota": "quota",
};

/** The same, where the spec says all that. */
const complete: Overrides = {
    gitlab: { approvalGate: { enabled: true } },
    credentials: { expires: "2099-01-01" },
    defaults: { storageGiB: 10, quota: { pods: "20" } },
};

const approved = (...environments: string[]): Overrides => ({
    environments: Object.fromEntries(environments.map((name) => [name, { approvals: 1 }])),
});
const updated = (app: string, environments: string[]): Overrides => ({
    apps: { [app]: { updater: { mergeRequest: true, environments } } },
});

const estates: Readonly<Record<string, readonly [SpecInput, ...Overrides[]]>> = {
    ...Object.fromEntries(
        fs
            .readdirSync(folder)
            .filter((file) => file.endsWith(".yaml"))
            .map((file) => path.parse(file).name)
            .map((name) => [`example ${name}`, [example(name)] as const]),
    ),
    "all that the policies ask for, with Argo CD": [spec(), complete, approved("prod")],
    "all that the policies ask for, with Premium": [
        spec(),
        complete,
        { gitlab: { tier: "premium", approvalGate: undefined } },
    ],
    "all that the policies ask for, with Flux": [
        example("flux-previews"),
        complete,
        approved("prod"),
        { flux: { manifests: { path: "manifests", sha256: undefined } } },
    ],
    "images that update themselves by merge request": [spec(), updated("web", ["dev"])],
};

for (const [title, [base, ...changes]] of Object.entries(estates)) {
    test(`breaks no policy by itself: ${title}`, async () => {
        const found = await brokenBy(changes.reduce<unknown>(mergeInto, base) as SpecInput);
        const allowed = /^all that/.test(title) ? [] : Object.keys(decided);
        assert.deepEqual(
            found.filter((line) => !allowed.includes(line.split(" ")[0] ?? "")),
            [],
        );
    });
}

async function brokenBy(written: SpecInput): Promise<string[]> {
    const names = Object.keys((written as { clusters: object }).clusters);
    const servers = Object.fromEntries(names.map((name) => [name, `https://${name}.example.com:6443`]));
    const { estate, problems } = parseEstate(written, { servers });
    assert.ok(estate, JSON.stringify(problems));
    const channels = Object.fromEntries(
        Object.keys(estate.channels).map((name) => [name, { url: `https://chat.test/${name}` }]),
    );
    const credentials = { ...sampleCredentials, channels };
    const { registrations } = await record(() => declareEstate(estate, credentials, samplePrepared));
    return policyResults(registrations, { used: undefined }, "prod", "2026-12-01").map(
        ({ policy, urn = "", message }) =>
            `${policy} ${urn.split("::").at(-1) ?? ""}: ${message.split("\n").at(-1) ?? ""}`,
    );
}
