/**
 * What `argocd.definitions: lean` changes for people and machines, by a real API server that has Argo CD's definitions
 * twice: as published, and lean in an API group of its own. Objects are generated from the published schema, so that every
 * field is met.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { leanDefinition } from "../../../../components/engines/argocd/install/definitions";
import { parseManifests } from "../../../../components/support/manifests";
import type { KubeObject } from "../../../../components/support/kubeObject";
import type { ClusterClient } from "../../../../sandbox/clusters/client";
import { sandboxDown, sandboxUp } from "../../../../sandbox/supervisor";
import { freePortBase } from "../../../../sandbox/support/ports";
import { ensureTools, progressPrinter } from "../../../../toolchain";
import { clientOf } from "./support/client";

interface Schema {
    readonly type?: string;
    readonly format?: string;
    readonly enum?: readonly unknown[];
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: Schema | boolean;
    readonly items?: Schema;
    readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
    readonly "x-kubernetes-int-or-string"?: boolean;
}

interface Definition extends KubeObject {
    readonly spec: {
        readonly group: string;
        readonly names: { readonly kind: string; readonly plural: string };
        readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
    };
}

/** A value for each field that the schema has. */
function sample(schema: Schema): unknown {
    if (schema.enum !== undefined) {
        return schema.enum[0];
    }
    if (schema["x-kubernetes-int-or-string"] === true) {
        return "25%";
    }
    switch (schema.type) {
        case "object": {
            const { properties, additionalProperties } = schema;
            if (properties !== undefined) {
                return Object.fromEntries(
                    Object.entries(properties).map(([name, field]) => [name, sample(field)]),
                );
            }
            return typeof additionalProperties === "object" ? { key: sample(additionalProperties) } : {};
        }
        case "array":
            return [sample(schema.items ?? {})];
        case "boolean":
            return true;
        case "integer":
        case "number":
            return 1;
        case "string":
            return schema.format === "date-time" ? "2026-01-02T03:04:05Z" : "text";
        default:
            return { anything: 1 };
    }
}

/** `value` with each part at `depth` changed; what becomes undefined is taken away. */
function atDepth(value: unknown, depth: number, change: (part: unknown) => unknown): unknown {
    if (depth === 0) {
        return change(value);
    }
    if (Array.isArray(value)) {
        return value.map((part) => atDepth(part, depth - 1, change)).filter((part) => part !== undefined);
    }
    return isMap(value)
        ? Object.fromEntries(
              Object.entries(value)
                  .map(([key, part]) => [key, atDepth(part, depth - 1, change)])
                  .filter(([, part]) => part !== undefined),
          )
        : value;
}

function depthOf(value: unknown): number {
    return typeof value === "object" && value !== null
        ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
        : 0;
}

function isMap(value: unknown): value is object {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` with a field too many in each of its objects; maps of any keys, which have one called `key` here, stay. */
function withFieldsTooMany(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withFieldsTooMany);
    }
    return isMap(value) && Object.keys(value).join() !== "key"
        ? {
              ...Object.fromEntries(
                  Object.entries(value).map(([key, part]) => [key, withFieldsTooMany(part)]),
              ),
              fieldTooMany: { a: [1] },
          }
        : value;
}

/**
 * An object that has every field, and what an API server might refuse, drop or fill in of it: fields that it does not
 * know; and at each depth all parts of another type, or none. A server names every fault of an object, so that each part
 * is judged.
 */
function variants(whole: object): Record<string, unknown> {
    const found: Record<string, unknown> = {
        "every field": whole,
        "fields that nobody knows": withFieldsTooMany(whole),
    };
    for (let depth = 1; depth <= depthOf(whole); depth++) {
        found[`other types at depth ${depth}`] = atDepth(whole, depth, (part) =>
            typeof part === "string" ? { other: "type" } : "other type",
        );
        found[`nothing at depth ${depth}`] = atDepth(whole, depth, () => undefined);
    }
    return found;
}

const leanGroup = "lean.argoproj.io";

/** The lean definition beside the published one. */
function besidePublished(definition: Definition): Definition {
    const lean = leanDefinition(definition) as Definition;
    const { plural } = lean.spec.names;
    return {
        ...lean,
        metadata: { ...lean.metadata, name: `${plural}.${leanGroup}` },
        spec: { ...lean.spec, group: leanGroup },
    };
}

describe("lean definitions beside published ones", { timeout: 15 * 60_000 }, () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), "estate-definitions-"));
    const dir = path.join(parent, "box");
    let admin: ClusterClient;
    let definitions: Readonly<Record<string, Definition>>;

    before(async () => {
        const tools = await ensureTools(["argocd-manifests"], progressPrinter(process.stderr));
        const file = path.join(tools.get("argocd-manifests")?.path ?? "", "install.yaml");
        definitions = Object.fromEntries(
            parseManifests(file, fs.readFileSync(file, "utf8"), "argocd.manifests")
                .filter(({ kind }) => kind === "CustomResourceDefinition")
                .map((object) => [(object as Definition).spec.names.kind, object as Definition]),
        );
        const info = await sandboxUp({
            dir,
            portBase: await freePortBase(),
            clusters: ["solo"],
            parts: ["clusters"],
        });
        admin = clientOf(info.kubeconfig, parent);
        for (const definition of Object.values(definitions)) {
            await apply(definition);
            await apply(besidePublished(definition));
        }
        for (const definition of Object.values(definitions)) {
            await served(definition.spec.group, definition.spec.names.plural);
            await served(leanGroup, definition.spec.names.plural);
        }
    });
    after(async () => {
        admin.close();
        await sandboxDown(dir, { purge: true });
        fs.rmSync(parent, { recursive: true, force: true });
    });

    async function apply(definition: KubeObject): Promise<void> {
        const { status, body } = await admin.request(
            "PATCH",
            `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}?fieldManager=test&force=true`,
            definition,
            "application/apply-patch+yaml",
        );
        assert.ok(status === 200 || status === 201, JSON.stringify(body).slice(0, 500));
    }

    async function served(group: string, plural: string): Promise<void> {
        for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
            const { status } = await admin.request("GET", url(group, plural));
            if (status === 200) {
                return;
            }
        }
        assert.fail(`${plural}.${group} is not served`);
    }

    function url(group: string, plural: string): string {
        return `/apis/${group}/v1alpha1/namespaces/default/${plural}`;
    }

    /** What a server makes of an object: what it would store, or why it refuses. */
    async function answer(kind: string, lean: boolean, content: unknown, strict = false): Promise<unknown> {
        const { group, names } = definitions[kind]?.spec ?? assert.fail(kind);
        const ofGroup = lean ? leanGroup : group;
        const { status, body } = await admin.request(
            "POST",
            `${url(ofGroup, names.plural)}?dryRun=All&fieldValidation=${strict ? "Strict" : "Ignore"}`,
            {
                ...(content as object),
                apiVersion: `${ofGroup}/v1alpha1`,
                kind,
                metadata: { name: "sample" },
            },
        );
        if (status !== 201) {
            const { details } = body as { details?: { causes?: readonly { message: string }[] } };
            // In no order of their own.
            return { status, causes: details?.causes?.map(({ message }) => message).sort() };
        }
        const { metadata: _, apiVersion: __, ...stored } = body as Record<string, unknown>;
        return stored;
    }

    /** An object with every field of the published schema but `status`. */
    function whole(kind: string): Record<string, unknown> {
        const schema = definitions[kind]?.spec.versions[0]?.schema.openAPIV3Schema ?? assert.fail(kind);
        const {
            apiVersion: _,
            kind: __,
            metadata: ___,
            status: ____,
            ...content
        } = sample(schema) as Record<string, unknown>;
        return content;
    }

    async function compare(kind: string, content: Record<string, unknown>): Promise<void> {
        let faults = 0;
        for (const [what, variant] of Object.entries(variants(content))) {
            const published = await answer(kind, false, variant);
            assert.deepEqual(await answer(kind, true, variant), published, what);
            faults += (published as { causes?: unknown[] }).causes?.length ?? 0;
        }
        assert.ok(faults > 50, `only ${faults} faults were found`);
    }

    for (const kind of ["Application", "AppProject"]) {
        test(`${kind}: every field is stored, dropped, filled in and refused alike`, () =>
            compare(kind, whole(kind)));
    }

    test("ApplicationSet: the same, outside generators", () => {
        const { spec, ...rest } = whole("ApplicationSet");
        return compare("ApplicationSet", { ...rest, spec: { ...(spec as object), generators: [] } });
    });

    test("ApplicationSet: a lean server accepts any generator and preserves unknown fields", async () => {
        const withGenerator = (generator: object): object => ({
            spec: {
                template: { metadata: {}, spec: { project: "p", destination: {} } },
                generators: [generator],
            },
        });
        const wrong = withGenerator({ list: { elements: "none" } });
        assert.equal(((await answer("ApplicationSet", false, wrong)) as { status: number }).status, 422);
        assert.deepEqual(await answer("ApplicationSet", true, wrong), { ...wrong, kind: "ApplicationSet" });
        const misspelt = withGenerator({ list: { elements: [], elementz: [] } });
        assert.doesNotMatch(JSON.stringify(await answer("ApplicationSet", false, misspelt)), /elementz/);
        assert.match(JSON.stringify(await answer("ApplicationSet", true, misspelt)), /elementz/);
        // As kubectl asks.
        assert.equal(
            ((await answer("ApplicationSet", false, misspelt, true)) as { status: number }).status,
            400,
        );
        assert.match(JSON.stringify(await answer("ApplicationSet", true, misspelt, true)), /elementz/);
    });

    test("status: a lean server accepts anything", async () => {
        const wrong = { spec: { project: "p", destination: {} }, status: { sync: "wrong" } };
        assert.equal(((await answer("Application", false, wrong)) as { status: number }).status, 422);
        assert.deepEqual(await answer("Application", true, wrong), { ...wrong, kind: "Application" });
    });

    test("`kubectl explain` knows the fields of specs, and lean none of generators and status", async () => {
        const explained = async (group: string, kind: string): Promise<Schema> => {
            const { body } = await admin.request("GET", `/openapi/v3/apis/${group}/v1alpha1`);
            const { schemas } = (body as { components: { schemas: Record<string, Schema> } }).components;
            const found = Object.entries(schemas).find(([name]) => name.endsWith(`.v1alpha1.${kind}`));
            return found?.[1] ?? assert.fail(`${kind} is not in the OpenAPI document of ${group}`);
        };
        for (const kind of ["Application", "AppProject", "ApplicationSet"]) {
            const [published, lean] = [
                await explained("argoproj.io", kind),
                await explained(leanGroup, kind),
            ];
            const specOf = (schema: Schema): Record<string, Schema> => {
                const { generators: _, ...rest } = schema.properties?.["spec"]?.properties ?? {};
                return rest;
            };
            assert.deepEqual(specOf(lean), specOf(published));
            assert.notEqual(published.properties?.["status"]?.properties, undefined);
            assert.equal(lean.properties?.["status"]?.properties, undefined);
        }
        const generators = (await explained(leanGroup, "ApplicationSet")).properties?.["spec"]?.properties;
        assert.equal(generators?.["generators"]?.items?.properties, undefined);
    });

    test("an upgrade either way leaves what is there", async () => {
        const { spec, metadata } = definitions["Application"] ?? assert.fail();
        const target = url(spec.group, spec.names.plural);
        const object = {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "Application",
            metadata: { name: "kept" },
            ...whole("Application"),
        };
        assert.equal((await admin.request("POST", target, object)).status, 201);
        const stored = async (): Promise<unknown> => {
            const { status, body } = await admin.request("GET", `${target}/kept`);
            assert.equal(status, 200);
            return (body as { spec: unknown }).spec;
        };
        const before = await stored();
        for (const definition of [
            leanDefinition(definitions["Application"] ?? assert.fail()),
            definitions["Application"],
        ]) {
            await apply(definition ?? assert.fail());
            assert.deepEqual(await stored(), before, metadata.name);
            const edit = { metadata: { labels: { edited: "true" } } };
            const { status } = await admin.request(
                "PATCH",
                `${target}/kept`,
                edit,
                "application/merge-patch+json",
            );
            assert.equal(status, 200);
        }
    });
});
