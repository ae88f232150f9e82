/** Changes as they happen to estates: a name, and the spec before and after. */
import type { SpecInput } from "../../../estate";
import { spec, type Overrides } from "../../support/estate";

/** One change. */
export interface ReviewCase {
    readonly before: SpecInput;
    readonly after: SpecInput;
}

/** Production is kept from deletion in most estates; what would be refused by that is not what is tried here. */
const common: Overrides = {
    registries: { second: { url: "https://harbor2.test" } },
    environments: {
        dev: { registry: "main" },
        test: { registry: "main" },
        prod: { registry: "main", class: "prod", approvals: 1 },
    },
    argocd: {
        manifests: { version: "3.4.6", url: "https://mirror.test/install.yaml", sha256: "0".repeat(64) },
    },
};

/** What most estates have, with changes. */
export const withCommon = (overrides: Overrides): SpecInput =>
    mergeInto(spec(common), overrides) as SpecInput;

/** A map with changes in it: maps merge, everything else replaces, undefined takes away. */
export function mergeInto(target: unknown, change: unknown): unknown {
    const isMap = (value: unknown): value is Record<string, unknown> =>
        typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isMap(target) || !isMap(change)) {
        return structuredClone(change);
    }
    const result: Record<string, unknown> = { ...target };
    for (const [key, value] of Object.entries(change)) {
        if (value === undefined) {
            delete result[key];
        } else {
            result[key] = mergeInto(result[key], value);
        }
    }
    return result;
}

/** A change of what most estates have. @param from what the estate has beside that, before and after. */
export const change = (overrides: Overrides, from: Overrides | readonly Overrides[] = {}): ReviewCase => {
    const before = [from].flat().reduce<unknown>(mergeInto, withCommon({})) as SpecInput;
    return { before, after: mergeInto(before, overrides) as SpecInput };
};

/** A flow of a team's own, and an app with it. */
const ownFlow: Overrides = {
    flows: {
        "two-branches": {
            description: "next is tried in dev, main in test, and a tag releases to prod",
            environments: {
                dev: { branch: "next" },
                test: { merge: "maintainer" },
                prod: { tag: "release-*" },
            },
        },
    },
    apps: { web: { flow: "two-branches", delivery: "kustomize" } },
};

/** The same flow, described otherwise. */
const otherwise = (environments: Overrides): ReviewCase =>
    change({ flows: { "two-branches": { environments } } }, ownFlow);

export const reviewCases = {
    "a person leaves": change({ teams: { shop: { developers: ["carol"] } } }),
    "a cluster leaves": change({
        clusters: { member2: undefined },
        environments: { prod: { clusters: ["member1"] } },
    }),
    "an environment is renamed": change({
        environments: {
            test: undefined,
            qa: { clusters: ["member1"], promotesFrom: "dev", registry: "main" },
            prod: { promotesFrom: "qa" },
        },
    }),
    "a registry moves": change(
        { environments: { prod: { registry: "second" } } },
        { environments: { prod: { deletionProtection: false } } },
    ),
    "a team is renamed": change({
        teams: { shop: undefined, store: { maintainers: ["alice"], developers: ["bob", "carol"] } },
        apps: { web: { team: "store" }, api: { team: "store" } },
    }),
    "a tier changes": change({ gitlab: { tier: "premium" } }),
    "an Argo CD upgrade": change({ argocd: { manifests: { version: "3.5.7" } } }),
    "an image updater of a line that reads objects": change(
        { argocd: { imageUpdaterVersion: "1.3.0" } },
        {
            argocd: { imageUpdaterVersion: "0.12.2" },
            apps: { web: { updater: { allowTags: "regexp:^main-" } } },
        },
    ),
    "a new app": change({ apps: { docs: { team: "shop", delivery: "kustomize" } } }),
    "an app is removed": change({ apps: { api: undefined } }),
    "a channel is added": change({
        channels: { night: { kind: "slack", recipient: "night" } },
        environments: { prod: { channels: ["night"] } },
    }),
    "a protection is loosened": change(
        { environments: { prod: { class: "nonprod", approvals: 0 } } },
        { gitlab: { tier: "premium" } },
    ),
    "an app goes over to Flux": change(
        { apps: { web: { engine: "flux" } } },
        { flux: { manifests: { path: "manifests" } }, apps: { docs: { team: "shop", engine: "flux" } } },
    ),
    "an app goes back to Argo CD": change(
        { apps: { web: { engine: "argocd" } } },
        {
            flux: { manifests: { path: "manifests" } },
            apps: { web: { engine: "flux" }, docs: { team: "shop", engine: "flux" } },
        },
    ),
    "an app's flow changes, and a pin keeps what runs": change({
        apps: {
            web: {
                flow: "gitlab-flow",
                environments: { dev: null, test: { pin: "0123456789" }, prod: { pin: "0123456789" } },
            },
        },
    }),
    "an app's flow changes, and nothing keeps what runs": change({
        apps: { web: { flow: "gitlab-flow", environments: { dev: null } } },
    }),
    "production needs no repository of its own any more": change(
        {
            apps: {
                web: {
                    flow: "environment-branches",
                    environments: { test: { pin: "0123456789" }, prod: { pin: "0123456789" } },
                },
            },
        },
        {
            environments: { prod: { deletionProtection: true } },
            apps: { web: { flow: "trunk", environments: { dev: null } } },
        },
    ),
    "a job begins to hold merges for approvals": change({ gitlab: { approvalGate: { enabled: true } } }),
    "no job holds merges for approvals any more": change(
        { gitlab: { approvalGate: undefined } },
        { gitlab: { approvalGate: { enabled: true } } },
    ),
    "credentials end sooner": change({ credentials: { lifetimeDays: 30, rotateBeforeDays: 10 } }),
    "pipelines are included from then on": change(
        { pipelines: { use: "included" } },
        { pipelines: { use: "copied" } },
    ),
    "other pipelines come by merge request": change(
        { pipelines: { version: "v1-later" } },
        { pipelines: { version: "v1-first", move: "mergeRequest" } },
    ),
    "a first app with Flux": change({
        flux: { manifests: { path: "manifests" } },
        apps: { docs: { team: "shop", engine: "flux" } },
    }),
    "an app goes to another team": change(
        { apps: { web: { team: "pay" } } },
        {
            teams: { pay: { maintainers: ["dora"], developers: ["erin", "bob"], channels: ["oncall"] } },
            apps: { docs: { team: "pay" } },
        },
    ),
    "production comes from other tags": otherwise({ prod: { tag: "v*" } }),
    "a branch of a flow gets another name": otherwise({ dev: { branch: "develop" } }),
    "nobody starts deliveries to production any more": otherwise({ prod: { start: "push" } }),
    "a person starts what came by itself": change(
        { flows: { "two-branches": { environments: { prod: { start: "person" } } } } },
        {
            ...ownFlow,
            flows: {
                "two-branches": {
                    description: "everything by itself",
                    environments: {
                        dev: { branch: "next" },
                        test: { merge: "maintainer" },
                        prod: { tag: "release-*", start: "push" },
                    },
                },
            },
        },
    ),
    "a cluster is replaced": change({ clusters: { member2: { server: "https://new.test:6443" } } }),
    "a second production cluster": change(
        { environments: { prod: { clusters: ["member1", "member2"] } } },
        { environments: { prod: { clusters: ["member1"] } } },
    ),
} as const satisfies Readonly<Record<string, ReviewCase>>;
