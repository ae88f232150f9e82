/**
 * Every way in which a reviewed plan can be stale, and what keeps its file from being read or changed. Not proved here: that
 * the engine applies a plan exactly (test/e2e/review.test.ts).
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test } from "node:test";
import {
    applyOptions,
    configurationDigests,
    doingOptions,
    stateDigests,
    staleness,
    staleText,
    variableDigests,
    type Binding,
    type ReviewedPlan,
} from "../../../commands/review/binding";
import { contentOf, planKey, savedText } from "../../../commands/review/plans";
import { seal, unseal } from "../../../commands/review/seal";
import { parseCall } from "../../../commands/pulumi";

const hour = 3_600_000;
const now = Date.UTC(2026, 5, 1);

const binding: Binding = {
    project: "gitops-estate",
    stack: "prod",
    backend: "s3://states/estate",
    engine: "v3.256.0",
    node: "20",
    commit: "a".repeat(40),
    files: "b".repeat(40),
    packages: "c".repeat(64),
    configuration: { "gitops-estate:estate": "1", "gitops-estate:credentials": "2", encryptionsalt: "3" },
    options: ["--refresh"],
    state: { "urn:pulumi:prod::p::t::web": "1", "urn:pulumi:prod::p::t::api": "2" },
    pending: 0,
    variables: {},
};

const reviewed: ReviewedPlan = {
    binding,
    created: now,
    expires: now + 24 * hour,
    headline: "`web` gets a second production cluster; nothing is deleted",
    policy: true,
    plan: "{}",
};

/** A change of what is there, or of the time, and what must be said of it. */
const cases: readonly (readonly [string, Partial<Binding>, RegExp, number?])[] = [
    ["another project", { project: "other" }, /of another project/],
    ["another stack", { stack: "dev" }, /of another stack/],
    ["a state elsewhere", { backend: "s3://states/copy" }, /state lies elsewhere/],
    ["a newer engine", { engine: "v3.257.0" }, /engine is another version/],
    ["another Node", { node: "22" }, /Node is another version/],
    ["another file", { files: "d".repeat(40), commit: "e".repeat(40) }, /files of the repository differ/],
    ["a changed file of the same commit", { files: "d".repeat(40) }, /files of the repository differ/],
    ["other packages", { packages: "0".repeat(64) }, /other packages are installed/],
    [
        "another description",
        { configuration: { ...binding.configuration, "gitops-estate:estate": "9" } },
        /gitops-estate:estate of the stack file differs/,
    ],
    [
        "another secret",
        { configuration: { ...binding.configuration, "gitops-estate:credentials": "9" } },
        /gitops-estate:credentials of the stack file differs/,
    ],
    [
        "another key of the stack",
        { configuration: { ...binding.configuration, encryptionsalt: "9" } },
        /encryptionsalt of the stack file differs/,
    ],
    [
        "a new setting",
        { configuration: { ...binding.configuration, "pulumi:tags": "9" } },
        /pulumi:tags of the stack file differs/,
    ],
    [
        "a setting that is gone",
        { configuration: { "gitops-estate:estate": "1", encryptionsalt: "3" } },
        /gitops-estate:credentials of the stack file differs/,
    ],
    ["other options", { options: ["--refresh", "--target=x"] }, /the options differ/],
    ["no refresh", { options: [] }, /the options differ/],
    [
        "a resource that another run changed",
        { state: { ...binding.state, "urn:pulumi:prod::p::t::web": "9" } },
        /state was changed by another run[^]*changed: web/,
    ],
    [
        "a resource that another run made",
        { state: { ...binding.state, "urn:pulumi:prod::p::t::docs": "9" } },
        /new: docs/,
    ],
    ["a resource that another run deleted", { state: { "urn:pulumi:prod::p::t::api": "2" } }, /gone: web/],
    ["an empty state", { state: {} }, /gone: api, web/],
    ["a run that was killed", { pending: 2 }, /a run was killed in the meantime/],
    [
        "a variable that changes what is done",
        { variables: { ESTATE_OFFLINE: "1" } },
        /ESTATE_OFFLINE of the environment/,
    ],
    ["a time that is over", {}, /its time is over/, now + 24 * hour + 1],
    ["a clock that is wrong", {}, /made in the future/, now - hour],
];

describe("a reviewed plan", () => {
    test("is applied when nothing has moved, by another commit with the same files too", () => {
        assert.deepEqual(staleness(reviewed, binding, now + hour), []);
        assert.deepEqual(staleness(reviewed, { ...binding, commit: "f".repeat(40) }, now + hour), []);
    });
    for (const [name, change, said, time = now + hour] of cases) {
        test(`is stale with ${name}`, () => {
            const stale = staleness(reviewed, { ...binding, ...change }, time);
            assert.equal(stale.length, 1, JSON.stringify(stale));
            assert.match(staleText(stale, reviewed.headline), said);
        });
    }
    test("says everything that has moved at once, what it was, and that nothing was changed", () => {
        const stale = staleness(
            reviewed,
            { ...binding, stack: "dev", node: "22", pending: 1 },
            now + 48 * hour,
        );
        const text = staleText(stale, reviewed.headline);
        assert.equal(stale.length, 4);
        assert.match(text, /4 things have moved since the review/);
        assert.match(
            text,
            /It was: web gets a second production cluster; nothing is deleted\nNothing was changed\./,
        );
    });
});

describe("what the state is bound by", () => {
    const resource = { urn: "urn:pulumi:dev::p::t::a", type: "t", id: "1", inputs: { a: 1, b: [1, 2] } };
    const secret = (ciphertext: string): unknown => ({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        ciphertext,
    });
    const digests = (...resources: readonly Record<string, unknown>[]): Record<string, string> =>
        stateDigests({ deployment: { resources: resources as never } });
    test("does not move with the order of keys and dependencies, nor with how a secret is encrypted", () => {
        const one = {
            ...resource,
            dependencies: ["x", "y"],
            propertyDependencies: { a: ["x", "y"] },
            outputs: { s: secret("v1:a") },
        };
        const same = {
            outputs: { s: secret("v1:b") },
            propertyDependencies: { a: ["y", "x"] },
            dependencies: ["y", "x"],
            inputs: { b: [1, 2], a: 1 },
            id: "1",
            type: "t",
            urn: resource.urn,
            sourcePosition: "project:///elsewhere.ts#1",
        };
        assert.deepEqual(digests(one), digests(same));
    });
    test("moves with each value, the order of lists, protection, and the time of a write", () => {
        const all = [
            resource,
            { ...resource, id: "2" },
            { ...resource, inputs: { a: 1, b: [2, 1] } },
            { ...resource, protect: true },
            { ...resource, modified: "2026-01-01T00:00:00Z" },
            { ...resource, delete: true },
        ].map((each) => digests(each)[resource.urn]);
        assert.equal(new Set(all).size, all.length);
        assert.notDeepEqual(digests(resource), digests(resource, { ...resource, delete: true }));
    });
    test("is nothing before the first update", () => {
        assert.deepEqual(stateDigests({ deployment: null }), {});
    });
});

test("a stack file is bound by its parts", () => {
    const file = { encryptionsalt: "v1", config: { "a:b": { x: 1, y: 2 }, "a:c": "1" } };
    const same = { config: { "a:c": "1", "a:b": { y: 2, x: 1 } }, encryptionsalt: "v1" };
    assert.deepEqual(configurationDigests(file), configurationDigests(same));
    assert.notEqual(
        configurationDigests(file)["a:b"],
        configurationDigests({ config: { "a:b": { x: 1, y: 3 } } })["a:b"],
    );
});

test("options that only show count for nothing, others with their values", () => {
    assert.deepEqual(doingOptions(["--yes", "--color", "always", "-m", "why", "--diff"]), []);
    assert.deepEqual(doingOptions(["--target", "urn:x", "-r"]), ["--refresh", "--target=urn:x"]);
    assert.deepEqual(doingOptions(["--refresh=true"]), ["--refresh"]);
    // The engine's own preview is its look at the whole plan before the first write.
    assert.deepEqual(doingOptions(["--skip-preview", "--yes"]), ["--skip-preview"]);
});

const key = "correct horse battery staple";

describe("the file of a reviewed plan", () => {
    const secretPlan = { ...reviewed, plan: JSON.stringify({ secret: "pLant3d-in-the-plan" }) };
    test("is read with its key, and shows nothing without it", async () => {
        const text = await seal(secretPlan, key);
        assert.deepEqual(await unseal(text, key, "f"), secretPlan);
        for (const word of ["pLant3d", "production", binding.files, "prod"]) {
            assert.ok(!text.includes(word) && !Buffer.from(text, "base64").includes(word), word);
        }
        assert.notEqual(await seal(secretPlan, key), text);
    });
    test("is refused with another key", async () => {
        await assert.rejects(
            unseal(await seal(secretPlan, key), `${key}.`, "f"),
            /f cannot be opened: the key/,
        );
    });
    const sealed = seal(secretPlan, key).then((text) => JSON.parse(text) as Record<string, string>);
    const flip = (text: string): string => {
        const bytes = Buffer.from(text, "base64");
        bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
        return bytes.toString("base64");
    };
    for (const field of ["salt", "iv", "tag", "data"]) {
        test(`is refused when its ${field} was changed or is missing`, async () => {
            const all = await sealed;
            const changed = JSON.stringify({ ...all, [field]: flip(all[field] ?? "") });
            await assert.rejects(unseal(changed, key, "f"), /cannot be opened/);
            await assert.rejects(
                unseal(JSON.stringify({ ...all, [field]: undefined }), key, "f"),
                /is damaged/,
            );
        });
    }
    test("is refused with a tag that was cut short", async () => {
        const all = await sealed;
        const tag = Buffer.from(all["tag"] ?? "", "base64")
            .subarray(0, 4)
            .toString("base64");
        await assert.rejects(unseal(JSON.stringify({ ...all, tag }), key, "f"), /is damaged/);
    });
    test("is refused when it is another version, another file, or a part of one", async () => {
        const all = await sealed;
        await assert.rejects(unseal(JSON.stringify({ ...all, version: 2 }), key, "f"), /another version/);
        await assert.rejects(unseal(JSON.stringify({ ...all, cipher: "none" }), key, "f"), /another version/);
        for (const text of ["", "{}", "null", "[]", "not JSON", JSON.stringify(all).slice(0, 300)]) {
            await assert.rejects(unseal(text, key, "f"), /f is no reviewed plan/);
        }
    });
});

test("the key is its own variable or the stack's passphrase, and one that is too short is refused", () => {
    assert.equal(
        planKey({ ESTATE_REVIEW_KEY: "0123456789abcdef", PULUMI_CONFIG_PASSPHRASE: "x" }),
        "0123456789abcdef",
    );
    assert.equal(planKey({ PULUMI_CONFIG_PASSPHRASE: "x" }), "x");
    assert.throws(() => planKey({}), /set ESTATE_REVIEW_KEY/);
    assert.throws(() => planKey({ ESTATE_REVIEW_KEY: "short" }), /too short/);
});

test("a plan is applied with the options it was made with, and ours among them is not the engine's", () => {
    const made = ["--forget-unreachable", "--refresh"];
    assert.deepEqual(applyOptions(made, ["--yes"]), {
        options: made,
        given: ["--refresh"],
        forgetUnreachable: true,
    });
    assert.deepEqual(applyOptions(["--refresh"], ["--forget-unreachable"]), {
        options: ["--forget-unreachable"],
        given: [],
        forgetUnreachable: true,
    });
    assert.deepEqual(applyOptions([], []), { options: [], given: [], forgetUnreachable: false });
});

test("variables that change what is done are bound, folders they name by their content", () => {
    const files: Readonly<Record<string, string>> = { "/a": "x", "/b": "x" };
    const of = (env: Record<string, string>): Record<string, string> =>
        variableDigests(env, (file) => files[file]);
    const names = (...all: string[]): string[] =>
        Object.keys(of(Object.fromEntries(all.map((name) => [name, "1"]))));
    const bound = [
        "ESTATE_OFFLINE",
        "ESTATE_ARGOCD_MANIFESTS",
        "ESTATE_FLUX_MANIFESTS",
        "PULUMI_K8S_DELETE_UNREACHABLE",
        "PULUMI_OPTION_TARGET",
        "PULUMI_OPTION_SKIP_PREVIEW",
    ];
    assert.deepEqual(names(...bound), bound);
    assert.deepEqual(
        names(
            "PULUMI_OPTION_COLOR",
            "PULUMI_OPTION_YES",
            "PULUMI_HOME",
            "PATH",
            "ESTATE_REVIEW_KEY",
            "ESTATE_STACKS",
        ),
        [],
    );
    assert.deepEqual(of({ ESTATE_FLUX_MANIFESTS: "/a" }), of({ ESTATE_FLUX_MANIFESTS: "/b" }));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-manifests-"));
    try {
        fs.mkdirSync(path.join(folder, "ha"));
        fs.writeFileSync(path.join(folder, "ha", "install.yaml"), "a");
        const one = contentOf(folder);
        assert.equal(contentOf(folder), one);
        fs.writeFileSync(path.join(folder, "ha", "install.yaml"), "b");
        assert.notEqual(contentOf(folder), one);
        assert.equal(contentOf(path.join(folder, "missing")), undefined);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});

test("the options of plans go with their operations", () => {
    assert.deepEqual(parseCall(["preview", "--save-plan", "p"]).savePlan, { file: "p", hours: 168 });
    assert.deepEqual(parseCall(["preview", "--save-plan=p", "--valid-hours", "4"]).savePlan, {
        file: "p",
        hours: 4,
    });
    assert.equal(parseCall(["up", "--reviewed", "p"]).reviewed, "p");
    assert.throws(() => parseCall(["up", "--save-plan", "p"]), /--save-plan <file> is for previews/);
    assert.throws(() => parseCall(["preview", "--sandbox", "--save-plan", "p"]), /that ask the servers/);
    assert.throws(() => parseCall(["preview", "--reviewed", "p"]), /--reviewed <file> is for up/);
    assert.throws(() => parseCall(["preview", "--save-plan", "p", "--valid-hours", "0"]), /--valid-hours/);
});

test("a plan that was saved says how it is applied, or why it is not and what is done in its place", () => {
    const said = (beyond: readonly string[]): string =>
        savedText("prod", "review/prod.plan", { expires: now }, beyond);
    assert.equal(
        said([]),
        "The plan is in review/prod.plan, encrypted, until 2026-06-01T00:00:00.000Z. To apply exactly that: npm run up -- --stack prod --reviewed review/prod.plan",
    );
    const beyond = said(["A reviewed plan cannot do this: why. Make this change with npm run up."]);
    assert.match(beyond, /--reviewed will not apply it:\nA reviewed plan cannot do this: why\. Make this/);
    assert.doesNotMatch(beyond, /To apply exactly that/);
});
