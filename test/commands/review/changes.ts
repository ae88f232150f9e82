/**
 * What the engine's preview would report of a change from one spec to another, made from what the program registers for each
 * under mocks, as a comparison with an inventory has it.
 *
 * What it does not prove: that the engine and the providers come to the same steps; test/e2e/review.test.ts has them.
 */
import assert from "node:assert/strict";
import { clusterAddresses } from "../../../components/outputs";
import { declareEstate, type EstateCredentials } from "../../../components/program";
import { preparedArgoCd } from "../../../components/engines/argocd";
import { preparedFlux } from "../../../components/engines/flux";
import { compared } from "../../../commands/inventory/compare";
import { itemsOf } from "../../../commands/inventory/inventory";
import { replacements } from "../../../commands/inventory/replaced";
import { stateOfInventory } from "../../../commands/inventory/state";
import type { NoteSource } from "../../../commands/review/note";
import { otherAddresses } from "../../../commands/support/addresses";
import type { ExportedStack } from "../../../commands/support/exported";
import { lookAhead } from "../../../commands/support/lookAhead";
import type { Step } from "../../../commands/support/runReport";
import { formatProblems, parseEstate, type SpecInput } from "../../../estate";
import type { Estate } from "../../../estate/model";
import { sampleFluxManifests, sampleManifests, sampleUpdaterManifests } from "../../components/sample";
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
        engines: Object.fromEntries(
            [
                "sso.clientSecret",
                ...[
                    "imageMirror",
                    "fluxImageMirror",
                    ...(estate.relay?.imageLogin ? ["relayImage"] : []),
                ].flatMap((place) => [`${place}.username`, `${place}.password`]),
            ].map((place) => [place, `${secretMarker}-${place}`]),
        ),
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
    const { manifests, imageUpdaterVersion } = estate.argocd;
    const prepared = {
        argocd: preparedArgoCd(
            manifestsOf(manifests.version),
            imageUpdaterVersion === undefined ? [] : sampleUpdaterManifests(imageUpdaterVersion),
        ),
        ...(estate.engines.includes("flux") ? { flux: preparedFlux(sampleFluxManifests) } : {}),
    };
    const { registrations } = await record(() => declareEstate(estate, credentialsOf(estate), prepared));
    return registrations;
}

const replaces = replacements();

/** The stack as one of its own resources, which has its outputs. */
const stackItself = {
    urn: "urn:pulumi:dev::gitops-estate::pulumi:pulumi:Stack::gitops-estate-dev",
    type: "pulumi:pulumi:Stack",
};

/**
 * What a preview knows of a change from one estate to another; for the first update `from` is undefined. What is protected
 * counts as if it were not.
 */
export async function changeBetween(
    from: Estate | undefined,
    to: Estate,
): Promise<Pick<NoteSource, "estate" | "report" | "retained" | "ahead">> {
    const objects = from === undefined ? [] : itemsOf(await registrationsOf(from));
    const before = { stack: "dev", objects };
    const [was, is] = [from, to].map((estate) => ({
        outputs: { clusters: estate === undefined ? {} : clusterAddresses(estate) },
    }));
    const { deployment } = stateOfInventory(before, to);
    const state = {
        deployment: { resources: [...(deployment?.resources ?? []), { ...stackItself, ...was }] },
    };
    const looked = lookAhead(to, state);
    const ahead = {
        ...looked,
        refused: [...looked.refused, ...otherAddresses(to, state, clusterAddresses(to))],
    };
    const { retained } = ahead;
    const after = itemsOf(await registrationsOf(to));
    const { planned, ...found } = compared(before, after, replaces, retained);
    const report = {
        ...found,
        planned: [...planned, { op: "same", ...stackItself, old: was ?? {}, new: is ?? {} }],
        errors: [],
    };
    return { estate: to, report, retained, ahead };
}

/** The state of a stack that is as an estate describes it. */
export async function stateOf(estate: Estate): Promise<ExportedStack> {
    return stateOfInventory({ stack: "dev", objects: itemsOf(await registrationsOf(estate)) }, estate);
}

/** The steps of such a preview. */
export async function stepsBetween(from: Estate | undefined, to: Estate): Promise<readonly Step[]> {
    return (await changeBetween(from, to)).report.planned;
}
