/** A small estate that breaks no rule, to be changed in one place by a test. Its secrets do not exist. */
import { parseEstate, formatProblems, type ParseContext, type SpecInput } from "../../estate";
import type { Estate } from "../../estate/model";

/** Part of a spec; maps merge into the fixture's, everything else replaces, undefined takes away. */
export type Overrides = { readonly [key: string]: unknown };

/** Two apps of one team, three environments, a host and two members; no rule has anything to say, not even a warning. */
const base: SpecInput = {
    name: "acme",
    gitlab: { url: "https://gitlab.test", group: "acme" },
    registries: { main: { url: "https://harbor.test" } },
    clusters: {
        host: { role: "host" },
        member1: { server: "https://member1.test:6443", labels: { region: "east" } },
        member2: { server: "https://member2.test:6443", labels: { region: "west" } },
    },
    environments: {
        dev: { clusters: ["member1"] },
        test: { clusters: ["member1"], promotesFrom: "dev", channels: ["oncall"] },
        prod: { clusters: ["member1", "member2"], promotesFrom: "test" },
    },
    channels: { ops: { kind: "feishu" }, oncall: { kind: "dingtalk" } },
    notifications: { relay: { image: "harbor.test/platform/notification-relay:1" } },
    teams: { shop: { maintainers: ["alice"], developers: ["bob", "carol"], channels: ["ops"] } },
    apps: {
        web: { team: "shop" },
        api: { team: "shop", delivery: "kustomize" },
    },
    argocd: { url: "https://argocd.test" },
};

/** The fixture's spec with changes. A fresh copy each time. */
export function spec(overrides: Overrides = {}): SpecInput {
    return merge(structuredClone(base), overrides) as SpecInput;
}

/** The fixture's model with changes. @throws Error with every problem when the changes break a rule. */
export function model(overrides: Overrides = {}, context: ParseContext = {}): Estate {
    const { estate, problems } = parseEstate(spec(overrides), context);
    if (estate === undefined) {
        throw new Error(formatProblems(problems, "the test's spec"));
    }
    return estate;
}

function merge(target: unknown, change: unknown): unknown {
    if (!isMap(target) || !isMap(change)) {
        return structuredClone(change);
    }
    const merged: Record<string, unknown> = { ...target };
    for (const [key, value] of Object.entries(change)) {
        if (value === undefined) {
            delete merged[key];
        } else {
            merged[key] = merge(merged[key], value);
        }
    }
    return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
