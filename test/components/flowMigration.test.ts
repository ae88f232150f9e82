/**
 * An app that runs and goes over to another flow, by what an update would do: with a licence and without, with each engine,
 * with a config repository of its own and with its team's. That an update goes so on servers, and that no pod restarts, is
 * tried in test/e2e/flowMigration.test.ts without a licence, with Argo CD and repositories of each app.
 */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compared } from "../../commands/inventory/compare";
import { itemsOf, type Item } from "../../commands/inventory/inventory";
import { replacements } from "../../commands/inventory/replaced";
import { stateOfInventory } from "../../commands/inventory/state";
import { lookAhead } from "../../commands/support/lookAhead";
import type { Step } from "../../commands/support/runReport";
import { declareEstate } from "../../components/program";
import { parseEstate, type SpecInput } from "../../estate";
import { flows, type Flow } from "../../estate/flows";
import type { Estate } from "../../estate/model";
import { record } from "../support/engine";
import { sampleCredentials, samplePrepared } from "./sample";

const names = Object.keys(flows) as Flow[];

/** Where an app goes over. */
interface Setting {
    readonly engine: "argocd" | "flux";
    readonly tier: "free" | "premium";
    /** Absent: the Enterprise Edition. */
    readonly edition?: "ce";
    readonly scope: "app" | "team";
}

const settings: readonly Setting[] = [
    { engine: "argocd", tier: "premium", scope: "team" },
    { engine: "argocd", tier: "free", edition: "ce", scope: "app" },
    { engine: "flux", tier: "free", scope: "app" },
    { engine: "flux", tier: "premium", scope: "team" },
];

interface Declared {
    readonly estate: Estate;
    readonly items: readonly Item[];
}

/** Two apps in production whose tags are pinned, as docs/flows.md has it. */
async function declared(flow: Flow, { engine, tier, edition, scope }: Setting): Promise<Declared> {
    const pinned = { pin: "0123456789" };
    const app = { team: "shop", flow, environments: { staging: pinned, prod: pinned } };
    const spec: SpecInput = {
        name: "acme",
        gitlab: { url: "https://gitlab.example.com", group: "acme", tier, edition: edition ?? "ee" },
        registries: { main: { url: "https://harbor.example.com" } },
        clusters: { host: { role: "host" }, member1: {} },
        environments: {
            staging: { clusters: ["member1"] },
            prod: {
                clusters: ["member1"],
                promotesFrom: "staging",
                class: "prod",
                approvals: 1,
                deletionProtection: true,
            },
        },
        teams: { shop: { maintainers: ["alice"], developers: ["bob"] } },
        defaults: { engine, config: { scope } },
        apps: { web: app, api: { ...app, delivery: "kustomize" } },
        ...(engine === "argocd"
            ? { argocd: { url: "https://argocd.example.com" } }
            : { flux: { manifests: { sha256: "0".repeat(64) } } }),
    };
    const address = (name: string): string => `https://${name}.example.com:6443`;
    const { estate, problems } = parseEstate(spec, {
        servers: { host: address("host"), member1: address("member1") },
    });
    assert.ok(estate !== undefined, JSON.stringify(problems));
    const { registrations } = await record(() => declareEstate(estate, sampleCredentials, samplePrepared));
    return { estate, items: itemsOf(registrations) };
}

/**
 * What may go, or be made anew: credentials, of which the update puts new ones wherever the old ones were; rules and settings
 * that are another flow's; and objects by which an engine reads a place that nothing is read from any more.
 */
const mayGo = new Set([
    "delete gitlab PipelineTrigger",
    "delete gitlab ProjectAccessToken",
    "delete gitlab ProjectApprovalRule",
    "delete gitlab ProjectDeployToken",
    "delete gitlab ProjectHook",
    "delete gitlab ProjectLevelMrApprovals",
    "delete gitlab ProjectPushRules",
    "delete gitlab ProjectVariable",
    "delete harbor RobotAccount",
    "delete kubernetes AppProject",
    "delete kubernetes GitRepository",
    "delete kubernetes Secret",
    "replace gitlab ProjectAccessToken",
]);

/** GitLab's Community Edition changes no role of a protection in place: https://docs.gitlab.com/api/protected_branches/ */
const mayGoOnCe = new Set(["replace gitlab BranchProtection"]);

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
const kindOf = ({ type = "" }: Step): string => type.replace(/^(\w+):.*:(\w+)$/, "$1 $2");

/** What an engine delivers, without where it reads that: cluster, namespace, release, image and how it is brought there. */
function delivered(items: readonly Item[]): Record<string, unknown> {
    return Object.fromEntries(
        items
            .filter(({ type }) => /:(Application|HelmRelease|Kustomization)$/.test(type))
            .map(({ name, inputs }) => [name, withoutSource(inputs["spec"])]),
    );
}

const sources = ["project", "path", "repoURL", "targetRevision", "valueFiles", "sourceRef", "chart"];

function withoutSource(value: unknown): unknown {
    return typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
              Object.entries(value)
                  .filter(([key]) => !sources.includes(key))
                  .map(([key, inner]) => [key, withoutSource(inner)]),
          );
}

describe("apps that run and get another flow", () => {
    const replaces = replacements();
    for (const setting of settings) {
        const { engine, tier, edition, scope } = setting;
        describe(`with ${engine}, ${tier}${edition === undefined ? "" : ` on ${edition}`}, a config repository for each ${scope}`, () => {
            const made = new Map<Flow, Declared>();
            before(async () => {
                for (const flow of names) {
                    made.set(flow, await declared(flow, setting));
                }
            });
            for (const from of names) {
                for (const to of names.filter((each) => each !== from)) {
                    it(`go over from ${from} to ${to}: nothing that holds data goes, and the same is delivered`, () => {
                        const [old, now] = [made.get(from), made.get(to)];
                        assert.ok(old !== undefined && now !== undefined);
                        const inventory = { stack: "dev", objects: old.items };
                        const ahead = lookAhead(now.estate, stateOfInventory(inventory, now.estate));
                        assert.deepEqual([...ahead.refused, ...ahead.blocked], []);

                        const { planned, errors } = compared(inventory, now.items, replaces, ahead.retained);
                        assert.deepEqual(errors, [], "what is protected stays");
                        const kept = new Set(
                            old.items
                                .filter(({ options }) => options.retainOnDelete === true)
                                .map(({ name }) => name),
                        );
                        const going = planned
                            .filter(({ op }) => op === "delete" || op === "replace")
                            .filter(({ urn }) => !ahead.retained.has(urn))
                            .filter(({ type = "" }) => !type.startsWith("gitops-estate:"))
                            // A file that the stack lets go of stays in its repository.
                            .filter(({ op, urn }) => op !== "delete" || !kept.has(nameOf(urn)))
                            .map((step) => ({ step, what: `${step.op} ${kindOf(step)}` }))
                            .filter(({ what }) => !mayGo.has(what) && !(edition && mayGoOnCe.has(what)));
                        assert.deepEqual(
                            going.map(({ step, what }) => `${what} ${nameOf(step.urn)}`),
                            [],
                        );
                        // What GitLab has by a name, and may have from before.
                        const coming = planned.filter(
                            ({ op, type = "" }) => op === "create" && type.endsWith(":ProjectEnvironment"),
                        );
                        const there = new Set(
                            old.items
                                .filter(({ type }) => type.endsWith(":Project"))
                                .map(({ name }) => name.replace(/-project$/, "")),
                        );
                        const lookedFor = ahead.environments.named.map(({ resources: [each] }) =>
                            nameOf(each?.urn ?? ""),
                        );
                        assert.deepEqual(
                            lookedFor.sort(),
                            coming
                                .map(({ urn }) => nameOf(urn))
                                .filter((name) => there.has(name.replace(/-environment-.*$/, "")))
                                .sort(),
                        );
                        const before = delivered(old.items);
                        assert.equal(Object.keys(before).length, 4);
                        assert.deepEqual(delivered(now.items), before);
                    });
                }
            }
        });
    }
});
