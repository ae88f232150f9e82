/**
 * What the commands need of an engine: one that is no part of the program, in copies of their registries. What it does not
 * prove: that a real engine's objects are as it says.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clusterDrift } from "../../commands/drift/cluster/compare";
import { addressOf, listsFor, type Found } from "../../commands/drift/cluster/inventory";
import type { Declared } from "../../commands/drift/declared";
import { enginesInDrift } from "../../commands/drift/engines";
import type { EngineInDrift } from "../../commands/drift/engines/engine";
import { neededRights } from "../../commands/doctor/cluster/rights";
import { right } from "../../commands/doctor/cluster/right";
import { enginesInDoctor } from "../../commands/doctor/engines";
import type { EngineInDoctor } from "../../commands/doctor/engines/engine";
import { record, text } from "../../commands/doctor/json";
import { missingManifests } from "../../commands/doctor/offline";
import { enginesInReview } from "../../commands/review/engines";
import type { EngineInReview } from "../../commands/review/engines/engine";
import { noun } from "../../commands/review/noun";
import { knownNoun } from "../../commands/review/nouns";
import type { Engine } from "../../estate/engines";
import type { Estate } from "../../estate/model";
import { model } from "../support/estate";

type Json = Record<string, unknown>;

const group = "toy.example/v1";

function declared(apiVersion: string, kind: string, metadata: Json, rest: Json = {}): Declared {
    const object = { apiVersion, kind, metadata, ...rest };
    return {
        name: text(metadata["name"]),
        type: `kubernetes:${apiVersion}:${kind}`,
        id: text(metadata["name"]),
        provider: "cluster-host",
        inputs: object,
        outputs: object,
    };
}

function found({ inputs }: Declared, change: (object: Json) => void = () => undefined): Found {
    const object = structuredClone(inputs);
    change(object);
    const { apiVersion, kind, metadata } = object;
    return {
        kind: text(kind),
        apiVersion: text(apiVersion),
        name: text(record(metadata)["name"]),
        namespace: text(record(metadata)["namespace"]),
        object,
    };
}

describe("drift, of an engine of somebody else's", () => {
    const toy: EngineInDrift = {
        kinds: [{ apiVersion: group, kind: "Delivery", risk: "access", whole: ["spec"] }],
        obeysIn: (own) => own.filter(({ kind }) => kind === "Delivery").map(({ namespace }) => namespace),
        told: ({ object }, isDeclared) => {
            const parent = text(record(object["spec"])["parent"]);
            return isDeclared({ kind: "Delivery", namespace: "toys", name: parent })
                ? undefined
                : { differences: [{ property: "parent", found: parent }] };
        },
        delivered: (object) => "toy.example/by" in record(record(object["metadata"])["labels"]),
        secretLabel: "toy.example/secret",
    };
    const engines = { ...enginesInDrift, toy };
    const delivery = declared(
        group,
        "Delivery",
        { name: "web", namespace: "toys" },
        { spec: { app: "web" } },
    );
    const namespace = declared("v1", "Namespace", { name: "toys" });
    const stack = [delivery, namespace];
    const context = {
        name: "host",
        context: "host-admin",
        mend: "npm run pulumi -- up",
        estate: "acme",
        apps: ["web"],
        environments: ["dev"],
        now: new Date("2026-12-01T12:00:00Z"),
    };
    const drift = (...objects: Found[]): string[] =>
        clusterDrift(stack, { objects, unknown: new Set() }, context, engines).map(
            ({ list, risk, name, differences }) =>
                `${list} ${risk} ${name} ${differences.map(({ property }) => property).join()}`,
        );
    const quiet = [found(delivery), found(namespace)];

    test("its objects are looked at where it obeys them, and only where the stack has it", () => {
        const lists = (of: readonly Declared[]): string[] =>
            listsFor(of.map(addressOf), engines)
                .filter(({ apiVersion }) => apiVersion === group)
                .map(({ kind, namespace: where }) => `${kind} ${where}`);
        assert.deepEqual(lists(stack), ["Delivery toys"]);
        assert.deepEqual(lists([namespace]), []);
    });

    test("what nobody declared is found, and what it makes or delivers itself is not", () => {
        const other = (name: string, spec: Json): Found =>
            found(declared(group, "Delivery", { name, namespace: "toys" }, { spec }));
        const policy = (labels: Json): Found =>
            found(
                declared("networking.k8s.io/v1", "NetworkPolicy", { name: "x", namespace: "toys", labels }),
            );
        assert.deepEqual(drift(...quiet), []);
        assert.deepEqual(drift(...quiet, other("x", { parent: "web" })), []);
        assert.deepEqual(drift(...quiet, other("x", { parent: "y" })), [
            "undeclared access Delivery x parent",
        ]);
        assert.deepEqual(drift(...quiet, policy({ "toy.example/by": "web" })), []);
        assert.deepEqual(drift(...quiet, policy({})), ["undeclared access x "]);
    });

    test("an addition to its object counts, and so does a Secret that it would read", () => {
        const paused = found(delivery, (object) => Object.assign(record(object["spec"]), { paused: true }));
        assert.deepEqual(drift(paused, found(namespace)), ["changed access Delivery web spec.paused"]);
        const secret = declared("v1", "Secret", {
            name: "x",
            namespace: "toys",
            labels: { "toy.example/secret": "cluster" },
        });
        assert.deepEqual(drift(...quiet, found(secret)), ["undeclared access x use"]);
    });
});

describe("the doctor, of an engine of somebody else's", () => {
    const toy: EngineInDoctor = {
        partOf: "toy",
        defines: (definition) => definition.endsWith(".toy.example"),
        settings: ["toy"],
        writesAs: ["toy"],
        rights: [
            {
                option: "engine `toy`",
                where: "host",
                rights: right("toy.example", "deliveries"),
                needed: ({ engines }) => (engines as readonly string[]).includes("toy"),
            },
        ],
        files: () => ({ "toy.manifests": "toy/install.yaml" }),
        hooks: () => [],
        knowsPeople: false,
        knowsPushesByUrl: false,
    };
    const engines = { ...enginesInDoctor, toy };
    const estate: Estate = { ...model({ argocd: undefined }), engines: ["toy" as Engine] };

    test("its rights are asked for where it is used, and nobody else's", () => {
        const groups = (of: Estate): string[] =>
            neededRights(of, { host: true, apps: false }, engines)
                .map(({ group: each }) => each)
                .filter((each) => /toy|argoproj|fluxcd/.test(each));
        assert.deepEqual(groups(estate), ["toy.example"]);
        assert.ok(!groups(model()).includes("toy.example"));
    });

    test("its files have to be there", () => {
        assert.deepEqual(
            missingManifests(estate, "/nowhere", {}, engines).map(({ path, value }) => [path, value]),
            [["toy.manifests.path", "toy/install.yaml"]],
        );
        assert.deepEqual(missingManifests(estate, "/nowhere", { ESTATE_TOY_MANIFESTS: "/x" }, engines), []);
    });
});

test("a review calls its objects by the nouns that it has for them", () => {
    const toy: EngineInReview = {
        nouns: { Delivery: noun("delivery of the toy", "玩具交付", "deliveries of the toy") },
        shared: /^toy/,
        target: () => undefined,
        deliveryOf: () => undefined,
    };
    const type = "kubernetes:toy.example/v1:Delivery";
    assert.equal(knownNoun(type), undefined);
    assert.deepEqual(knownNoun(type, { ...enginesInReview, toy })?.en, [
        "delivery of the toy",
        "deliveries of the toy",
    ]);
});
