/**
 * An app that goes over from any flow to any other: what a server knows by a key of its own, such as a robot by its name or
 * a protection by its pattern, is the same resource in both. Otherwise the new one would be refused while the old one is
 * there, or the old one's end would take the new one away. That a whole update goes so is for test/e2e/flowMigration.test.ts.
 */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { declareEstate } from "../../components/program";
import { parseEstate } from "../../estate";
import { flows } from "../../estate/flows";
import { record, type Registration } from "../support/engine";
import { sampleCredentials, samplePrepared } from "./sample";

const described = {
    folders: { environments: { staging: { branch: "next" }, prod: { tag: "v*" } } },
    branches: {
        config: "branches",
        environments: { staging: { branch: "next" }, prod: { promotes: "staging" } },
    },
};
const names = [...Object.keys(flows), ...Object.keys(described)];

async function declared(flow: string): Promise<readonly Registration[]> {
    const { estate, problems } = parseEstate(
        {
            name: "acme",
            gitlab: { url: "https://gitlab.example.com", group: "acme" },
            registries: { main: { url: "https://harbor.example.com" } },
            clusters: { host: { role: "host" }, member1: {} },
            environments: {
                staging: { clusters: ["member1"] },
                prod: { clusters: ["member1"], promotesFrom: "staging" },
            },
            flows: described,
            teams: { shop: { maintainers: ["alice"], developers: ["bob"] } },
            apps: { web: { team: "shop", flow } },
            argocd: { url: "https://argocd.example.com" },
        },
        { servers: { member1: "https://member1.example.com:6443" } },
    );
    assert.ok(estate !== undefined, JSON.stringify(problems));
    return (await record(() => declareEstate(estate, sampleCredentials, samplePrepared))).registrations;
}

/** The inputs by which a server knows an object, by type; those of Kubernetes are told apart by any engine. */
const keys: Readonly<Record<string, readonly string[]>> = {
    "gitlab Project": ["namespaceId", "path"],
    "gitlab Group": ["parentId", "path"],
    "gitlab Branch": ["project", "name"],
    "gitlab BranchProtection": ["project", "branch"],
    "gitlab TagProtection": ["project", "tag"],
    "gitlab ProjectVariable": ["project", "key", "environmentScope"],
    "gitlab ProjectEnvironment": ["project", "name"],
    "gitlab ProjectHook": ["project", "url"],
    "gitlab RepositoryFile": ["project", "branch", "filePath"],
    "harbor Project": ["name"],
    "harbor RobotAccount": ["name", "permissions"],
};

/** What a server knows an object by; undefined where names are free. */
function keyOf({ type, inputs }: Registration): string | undefined {
    const [, server = "", kind = ""] = /^(\w+):.*:(\w+)$/.exec(type) ?? [];
    const own = keys[`${server} ${kind}`];
    const value = (name: string): unknown =>
        name === "permissions"
            ? (inputs[name] as readonly { readonly namespace?: string }[]).map(({ namespace }) => namespace)
            : inputs[name];
    return own === undefined ? undefined : `${server} ${kind} ${JSON.stringify(own.map(value))}`;
}

/** The names under which the engine finds a resource in a state: its own, and those before, with its component's. */
function namesOf(each: Registration, all: readonly Registration[]): string[] {
    const above = all.find(({ name }) => name === each.parent);
    return [
        each.name,
        ...(each.options.aliases ?? []),
        ...(above?.options.aliases ?? []).map((alias) => each.name.replace(above?.name ?? "", alias)),
    ];
}

describe("an app with another flow", () => {
    const made = new Map<string, readonly Registration[]>();
    before(async () => {
        for (const flow of names) {
            made.set(flow, await declared(flow));
        }
    });

    for (const from of names) {
        for (const to of names.filter((each) => each !== from)) {
            it(`goes over from ${from} to ${to}, with what servers know by a key under the same name`, () => {
                const old = new Map((made.get(from) ?? []).map((each) => [keyOf(each), each.name]));
                const all = made.get(to) ?? [];
                const lost = all.flatMap((each) => {
                    const key = keyOf(each);
                    const before = key === undefined ? undefined : old.get(key);
                    return before === undefined || namesOf(each, all).includes(before)
                        ? []
                        : [`${String(key)}: ${before}, ${each.name}`];
                });
                assert.deepEqual(lost, []);
            });
        }
    }
});
