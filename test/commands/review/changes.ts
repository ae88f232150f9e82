/**
 * What the engine's preview would tell of a change from one spec to another, made from what the program registers for each
 * under mocks. Which changes make an object anew is taken from the providers' schemas, and for Kubernetes from what API
 * servers refuse to change.
 *
 * What it does not prove: that the engine and the providers come to the same steps; test/e2e/review.test.ts has them.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { declareEstate, type EstateCredentials } from "../../../components/program";
import { preparedArgoCd } from "../../../components/engines/argocd";
import { preparedFlux } from "../../../components/engines/flux";
import type { EventState, Step } from "../../../commands/support/runReport";
import { formatProblems, parseEstate, type SpecInput } from "../../../estate";
import type { Estate } from "../../../estate/model";
import { sampleFluxManifests, sampleManifests } from "../../components/sample";
import { record, type Registration } from "../../support/engine";

/** Every secret that a program is given contains it, and so does every one that a server makes. */
export const secretMarker = "pLant3d";

function credentialsOf(estate: Estate): EstateCredentials {
    const forEach = <T>(
        map: Readonly<Record<string, unknown>>,
        value: (name: string) => T,
    ): Record<string, T> => Object.fromEntries(Object.keys(map).map((key) => [key, value(key)]));
    return {
        gitlab: { token: `glpat-${secretMarker}-gitlab-000000` },
        registries: forEach(estate.registries, () => ({
            username: "admin",
            password: `${secretMarker}-harbor`,
        })),
        channels: forEach(estate.channels, (name) => ({
            url: `https://chat.test/${secretMarker}/${name}`,
            secret: `${secretMarker}-sign-${name}`,
        })),
        engines: { "sso.clientSecret": `${secretMarker}-sso` },
    };
}

/** The model of a spec; what is otherwise read from kubeconfigs is given. */
export function modelOf(spec: SpecInput): Estate {
    const names = Object.keys((spec as { clusters?: object }).clusters ?? {});
    const servers = Object.fromEntries(names.map((name) => [name, `https://${name}.test:6443`]));
    const { estate, problems } = parseEstate(spec, { servers });
    assert.ok(estate, formatProblems(problems));
    return estate;
}

/** Argo CD's objects as a release has them, in small. */
function manifestsOf(version: string): typeof sampleManifests {
    return JSON.parse(
        JSON.stringify(sampleManifests).replaceAll("v3.2.11", `v${version}`),
    ) as typeof sampleManifests;
}

const known = new Map<string, readonly Registration[]>();

async function registrationsOf(estate: Estate): Promise<readonly Registration[]> {
    const key = JSON.stringify(estate);
    const found = known.get(key) ?? (await registered(estate));
    known.set(key, found);
    return found;
}

async function registered(estate: Estate): Promise<readonly Registration[]> {
    const { version } = estate.argocd.manifests;
    const prepared = {
        argocd: preparedArgoCd(manifestsOf(version)),
        ...(estate.engines.includes("flux") ? { flux: preparedFlux(sampleFluxManifests) } : {}),
    };
    const { registrations } = await record(() => declareEstate(estate, credentialsOf(estate), prepared));
    return registrations;
}

interface Replaces {
    readonly replace?: boolean;
    readonly replaceGiven?: boolean;
}

interface ProviderSchema {
    readonly resources: Readonly<Record<string, Readonly<Record<string, Replaces | undefined>>>>;
}

const schemas: ReadonlyMap<string, ProviderSchema> = new Map(
    ["gitlab", "harbor"].map((server) => {
        const file = path.join(__dirname, "..", "..", "..", "sdks", server, "schema.yaml");
        return [server, parse(fs.readFileSync(file, "utf8")) as ProviderSchema];
    }),
);

const word = (type: string): string => type.split(":").at(-1) ?? type;

/** Properties whose change makes an object anew. */
function replacing(type: string, was: Registration, is: Registration): boolean {
    const [server = ""] = type.split(":");
    if (was.provider !== is.provider) {
        return true;
    }
    if (server === "kubernetes") {
        const identity = ({ inputs }: Registration): unknown => {
            const { name, namespace } = (inputs["metadata"] ?? {}) as Record<string, unknown>;
            return [name, namespace, inputs["roleRef"], inputs["type"]];
        };
        return !isDeepStrictEqual(identity(was), identity(is));
    }
    const resources = schemas.get(server)?.resources ?? {};
    const found = Object.entries(resources).find(([token]) => word(token) === word(type));
    const fields = (found?.[1] ?? {}) as Record<string, Record<string, Replaces>>;
    const properties = { ...fields, ...fields["properties"], ...fields["inputs"] } as Record<
        string,
        Replaces
    >;
    return Object.keys(properties).some(
        (key) =>
            (properties[key]?.replace === true || properties[key]?.replaceGiven === true) &&
            !was.options.ignoreChanges?.includes(key) &&
            !isDeepStrictEqual(was.inputs[key], is.inputs[key]),
    );
}

/** The mock engine's ids, which other objects' inputs have. */
function madeUpId(name: string): string {
    return String(createHash("sha256").update(name).digest().readUInt32BE(0) % 1_000_000);
}

/** As the engine writes them. */
function hidden(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(hidden);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return "$secret" in value
        ? "[secret]"
        : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hidden(each)]));
}

/** The steps of a preview from one estate to another; for the first update `from` is undefined. */
export async function stepsBetween(from: Estate | undefined, to: Estate): Promise<Step[]> {
    const key = ({ type, name }: Registration): string => `${type}::${name}`;
    const before = new Map(
        (from === undefined ? [] : await registrationsOf(from)).map((each) => [key(each), each]),
    );
    const after = new Map((await registrationsOf(to)).map((each) => [key(each), each]));
    const urns = (all: ReadonlyMap<string, Registration>): ((each: Registration) => string) => {
        const byName = new Map([...all.values()].map((each) => [each.name, each]));
        const types = (each: Registration): string => {
            const parent = each.parent === undefined ? undefined : byName.get(each.parent);
            return parent === undefined ? each.type : `${types(parent)}$${each.type}`;
        };
        return (each) => `urn:pulumi:dev::gitops-estate::${types(each)}::${each.name}`;
    };
    const state = (each: Registration, all: ReadonlyMap<string, Registration>): EventState => {
        const urnOf = urns(all);
        const parent = [...all.values()].find(({ name }) => name === each.parent);
        return {
            ...(each.type.startsWith("gitlab:") ? { id: madeUpId(each.name) } : {}),
            ...(parent === undefined
                ? { parent: "urn:pulumi:dev::gitops-estate::pulumi:pulumi:Stack::gitops-estate-dev" }
                : { parent: urnOf(parent) }),
            ...(each.provider === undefined
                ? {}
                : {
                      provider: `urn:pulumi:dev::gitops-estate::pulumi:providers:${each.type.split(":")[0]}::${each.provider}::id`,
                  }),
            ...(each.options.protect === true ? { protect: true } : {}),
            ...(each.options.retainOnDelete === true ? { retainOnDelete: true } : {}),
            inputs: hidden(each.inputs) as Record<string, unknown>,
            // GitLab makes a user for each token.
            ...(word(each.type) === "ProjectAccessToken"
                ? { outputs: { userId: Number(madeUpId(each.name)) } }
                : {}),
        };
    };
    return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((each): Step[] => {
        const [was, is] = [before.get(each), after.get(each)];
        const type = (is ?? was)?.type ?? "";
        if (was === undefined && is !== undefined) {
            return [{ op: "create", urn: urns(after)(is), type, new: state(is, after) }];
        }
        if (is === undefined && was !== undefined) {
            return [{ op: "delete", urn: urns(before)(was), type, old: state(was, before) }];
        }
        assert.ok(was !== undefined && is !== undefined);
        const ignored = is.options.ignoreChanges ?? [];
        const inputs = { ...is.inputs, ...Object.fromEntries(ignored.map((one) => [one, was.inputs[one]])) };
        const step = {
            urn: urns(after)(is),
            type,
            old: state(was, before),
            new: state({ ...is, inputs }, after),
        };
        if (replacing(type, was, { ...is, inputs })) {
            return ["create-replacement", "replace", "delete-replaced"].map((op) => ({ op, ...step }));
        }
        const differing = [...new Set([...Object.keys(was.inputs), ...Object.keys(inputs)])].filter(
            (one) => !isDeepStrictEqual(was.inputs[one], (inputs as Record<string, unknown>)[one]),
        );
        return [
            differing.length === 0 ? { op: "same", ...step } : { op: "update", ...step, diffs: differing },
        ];
    });
}
