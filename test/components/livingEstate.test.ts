/**
 * What an update would do to an estate that lives: teams that merge and split, people who leave, come back and get another
 * role, apps that move, credentials that are rotated. With each engine, with a config repository for each app and for a team,
 * with a licence and without. Not proved here: that servers take the calls in this order.
 */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compared } from "../../commands/inventory/compare";
import { itemsOf, type Item } from "../../commands/inventory/inventory";
import { replacements } from "../../commands/inventory/replaced";
import { stateOfInventory } from "../../commands/inventory/state";
import { lookAhead } from "../../commands/support/lookAhead";
import { nameOf } from "../../commands/support/urn";
import type { Step } from "../../commands/support/runReport";
import { declareEstate } from "../../components/program";
import { parseEstate, type SpecInput } from "../../estate";
import { appLabel } from "../../estate/labels";
import type { Estate } from "../../estate/model";
import { record } from "../support/engine";
import { sampleCredentials, samplePrepared } from "./sample";

interface Setting {
    readonly engine: "argocd" | "flux";
    readonly tier: "free" | "premium";
    readonly scope: "app" | "team";
}

const settings: readonly Setting[] = [
    { engine: "argocd", tier: "free", scope: "app" },
    { engine: "argocd", tier: "premium", scope: "team" },
    { engine: "flux", tier: "premium", scope: "app" },
    { engine: "flux", tier: "free", scope: "team" },
];

/** What a change is about. */
interface Living {
    readonly teams: Record<string, { maintainers?: string[]; developers?: string[] }>;
    /** Team by app; `web` is delivered with Helm, `api` with Kustomize. */
    readonly apps: { web: string; api: string; crm: string };
    /** Apps that are on hold in all environments. */
    readonly hold?: readonly string[];
    /** Environments that can be deleted. */
    readonly open?: true;
}

const living: Living = {
    teams: {
        shop: { maintainers: ["alice"], developers: ["bob"] },
        desk: { maintainers: ["carol"], developers: ["dave"] },
    },
    apps: { web: "shop", api: "shop", crm: "desk" },
};

interface Declared {
    readonly estate: Estate;
    readonly items: readonly Item[];
}

async function declared(
    { teams, apps, hold = [], open }: Living,
    { engine, tier, scope }: Setting,
    secret = "1",
): Promise<Declared> {
    const held = Object.fromEntries(["dev", "prod"].map((name) => [name, { hold: "moves" }]));
    const app = (name: keyof typeof apps): object => ({
        team: apps[name],
        // Where a team's apps share a repository, a version that is pinned runs until the new place names one.
        environments: hold.includes(name)
            ? held
            : { dev: { pin: "0123456789" }, prod: { pin: "0123456789" } },
    });
    const spec = {
        name: "acme",
        gitlab: {
            url: "https://gitlab.example.com",
            group: "acme",
            tier,
            edition: tier === "premium" ? "ee" : "ce",
        },
        registries: { main: { url: "https://harbor.example.com" } },
        clusters: { host: { role: "host" }, member1: {} },
        environments: {
            dev: { clusters: ["member1"] },
            prod: {
                clusters: ["member1"],
                promotesFrom: "dev",
                class: "prod",
                deletionProtection: open !== true,
            },
        },
        notifications: { relay: { image: "registry.example.com/relay:1" } },
        channels: { ops: { kind: "feishu" }, mail: { kind: "email", recipient: "ops@example.com" } },
        teams: Object.fromEntries(
            Object.entries(teams).map(([name, people]) => [name, { ...people, channels: ["ops"] }]),
        ),
        defaults: { engine, config: { scope } },
        apps: { web: app("web"), api: { ...app("api"), delivery: "kustomize" }, crm: app("crm") },
        ...(engine === "argocd"
            ? { argocd: { url: "https://argocd.example.com" } }
            : { flux: { manifests: { sha256: "0".repeat(64) } } }),
    } as unknown as SpecInput;
    const address = (name: string): string => `https://${name}.example.com:6443`;
    const { estate, problems } = parseEstate(spec, {
        servers: { host: address("host"), member1: address("member1") },
    });
    assert.ok(estate !== undefined, JSON.stringify(problems));
    const credentials = {
        ...sampleCredentials,
        gitlab: { token: `fake-token-${secret}` },
        registries: { main: { username: "admin", password: `fake-password-${secret}` } },
        clusters: { host: { kubeconfig: `host ${secret}` }, member1: { kubeconfig: `member1 ${secret}` } },
        channels: {
            ops: { url: `https://chat.example.com/${secret}`, secret: `fake-secret-${secret}` },
            mail: {
                ...{ host: "mail.example.com", port: "587", from: "argocd@example.com" },
                ...{ username: "argocd", password: `fake-password-${secret}` },
            },
        },
    };
    const { registrations } = await record(() => declareEstate(estate, credentials, samplePrepared));
    return { estate, items: itemsOf(registrations) };
}

const replaces = replacements();
const kindOf = (type: string): string => type.replace(/^(\w+):.*:(\w+)$/, "$1 $2");

/** The inputs by which a server knows an object, by kind; those of Kubernetes have a name in a namespace. */
const keys: Readonly<Record<string, readonly string[]>> = {
    "gitlab Group": ["parentId", "path"],
    "gitlab GroupMembership": ["groupId", "userId"],
    "gitlab Project": ["namespaceId", "path"],
    "gitlab ProjectShareGroup": ["project", "groupId"],
    "gitlab Branch": ["project", "name"],
    "gitlab BranchProtection": ["project", "branch"],
    "gitlab TagProtection": ["project", "tag"],
    "gitlab ProjectVariable": ["project", "key", "environmentScope"],
    "gitlab ProjectEnvironment": ["project", "name"],
    "gitlab ProjectApprovalRule": ["project", "name"],
    "gitlab ProjectProtectedEnvironment": ["project", "environment"],
    "gitlab RepositoryFile": ["project", "branch", "filePath"],
    "harbor Project": ["name"],
    "harbor RobotAccount": ["name", "level", "permissions"],
};

function keyOf({ type, provider, inputs }: Item): string | undefined {
    const kind = kindOf(type);
    const { metadata } = inputs as {
        readonly metadata?: { readonly namespace?: string; readonly name?: string };
    };
    const known = type.startsWith("kubernetes:")
        ? [metadata?.namespace, metadata?.name]
        : keys[kind]?.map((key) => inputs[key]);
    return known && JSON.stringify([provider, kind, known]);
}

/** Whether something goes with it that no update brings back. */
function holdsData({ type, inputs }: Item): boolean {
    const { metadata, spec } = inputs as {
        readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
        readonly spec?: { readonly suspend?: boolean };
    };
    switch (kindOf(type)) {
        case "gitlab Project":
        case "harbor Project":
            return true;
        case "kubernetes Namespace":
            return metadata?.labels?.[appLabel] !== undefined;
        case "kubernetes HelmRelease":
            // Flux uninstalls nothing of a suspended one.
            return spec?.suspend !== true;
        default:
            return false;
    }
}

interface Outcome {
    readonly planned: readonly Step[];
    /** What is refused, by rule. */
    readonly refused: readonly string[];
    /** What holds data and goes. */
    readonly lost: readonly string[];
    /** What comes under the key of another object that is still there then. */
    readonly collides: readonly string[];
}

/** What an update from one estate to another does. */
function outcome(from: Declared, to: Declared): Outcome {
    const inventory = { stack: "dev", objects: from.items };
    const ahead = lookAhead(to.estate, stateOfInventory(inventory, to.estate));
    const { planned } = compared(inventory, to.items, replaces, ahead.retained);
    const itemOf = (items: readonly Item[], { urn, type }: Step): Item | undefined =>
        items.find((each) => each.type === type && each.name === nameOf(urn));
    const going = planned.filter(
        ({ op, urn }) => ["delete", "replace"].includes(op) && !ahead.retained.has(urn),
    );
    const before = going.flatMap((step) => {
        const item = itemOf(from.items, step);
        return item === undefined ? [] : [{ step, item }];
    });
    const there = new Map(before.map(({ step, item }) => [keyOf(item), step]));
    const coming = planned.filter(({ op }) => op === "create" || op === "replace");
    return {
        planned,
        refused: [...new Set([...ahead.refused, ...ahead.blocked].map(({ id }) => id))].sort(),
        lost: before.filter(({ item }) => holdsData(item)).map(({ step }) => nameOf(step.urn)),
        collides: coming.flatMap((step) => {
            const item = itemOf(to.items, step);
            const key = item && keyOf(item);
            const other = key === undefined ? undefined : there.get(key);
            // The provider of Kubernetes deletes before it makes one of the same name; of others the program says so.
            const first = step.type.startsWith("kubernetes:") || item?.options.deleteBeforeReplace === true;
            return other === undefined || (other.urn === step.urn && first)
                ? []
                : [`${nameOf(step.urn)} while ${nameOf(other.urn)} is there`];
        }),
    };
}

const opsOf = ({ planned }: Outcome, kind: string): string[] =>
    planned
        .filter(({ op, type }) => op !== "same" && kindOf(type) === kind)
        .map(({ op, urn }) => `${op} ${nameOf(urn)}`)
        .sort();

const people = (change: Outcome): string[] => opsOf(change, "gitlab GroupMembership");

for (const setting of settings) {
    const { engine, tier, scope } = setting;
    describe(`an estate that lives, with ${engine}, ${tier}, a config repository for each ${scope}`, () => {
        let now: Declared;
        before(async () => {
            now = await declared(living, setting);
        });
        const become = async (change: Partial<Living>, from = now): Promise<Outcome> => {
            const made = outcome(from, await declared({ ...living, ...change }, setting));
            assert.deepEqual(made.collides, []);
            return made;
        };
        const helm = engine === "flux" ? ["release-moved"] : [];

        it("two teams become one: their people stay members, and what would go is refused", async () => {
            const both = {
                teams: { shop: { maintainers: ["alice", "carol"], developers: ["bob", "dave"] } },
                apps: { ...living.apps, crm: "shop" },
            };
            const merged = await become(both);
            assert.deepEqual(merged.refused, ["group-protected", ...helm]);
            assert.deepEqual(people(merged), [
                "create team-shop-member-carol",
                "create team-shop-member-dave",
                "delete team-desk-member-carol",
                "delete team-desk-member-dave",
            ]);
            // As the words of the refusals have it.
            const prepared = await declared({ ...living, hold: ["crm"], open: true }, setting);
            const then = await become({ ...both, hold: ["crm"], open: true }, prepared);
            assert.deepEqual(then.refused, scope === "team" ? ["config-moved"] : []);
            assert.deepEqual(then.lost, scope === "team" ? ["team-config-desk-project"] : []);
        });

        it("a team is split: the app that goes along keeps all it has", async () => {
            const split = await become({
                teams: { ...living.teams, shop: { maintainers: ["alice"] }, cart: { maintainers: ["bob"] } },
                apps: { ...living.apps, api: "cart" },
            });
            assert.deepEqual(split.refused, []);
            assert.deepEqual(split.lost, []);
            assert.deepEqual(people(split), ["create team-cart-member-bob", "delete team-shop-member-bob"]);
        });

        it("an app moves to another team: not before its releases are on hold, where they would be uninstalled", async () => {
            const kustomized = await become({ apps: { ...living.apps, api: "desk" } });
            assert.deepEqual([kustomized.refused, kustomized.lost], [[], []]);
            const moved = await become({ apps: { ...living.apps, web: "desk" } });
            assert.deepEqual(moved.refused, helm);
            assert.deepEqual(
                moved.lost,
                engine === "flux" ? ["delivery-web-dev-member1", "delivery-web-prod-member1"] : [],
            );
            const held = await declared({ ...living, hold: ["web"] }, setting);
            const then = await become({ apps: { ...living.apps, web: "desk" }, hold: ["web"] }, held);
            assert.deepEqual(then.lost, []);
            assert.equal(then.refused.includes("release-moved"), false);
        });

        it("a person leaves, comes back, and gets another role in place", async () => {
            const shop = living.teams["shop"];
            const without = { teams: { ...living.teams, shop: { ...shop, developers: [] } } };
            const left = await become(without);
            assert.deepEqual(people(left), ["delete team-shop-member-bob"]);
            const teams = { ...living.teams, shop: { maintainers: ["alice", "bob"] } };
            const back = await become({ teams }, await declared({ ...living, ...without }, setting));
            assert.deepEqual(people(back), ["create team-shop-member-bob"]);
            const promoted = await become({ teams });
            assert.deepEqual(people(promoted), ["update team-shop-member-bob"]);
            for (const change of [left, back, promoted]) {
                assert.deepEqual([change.refused, change.lost], [[], []]);
            }
        });

        it("rotated credentials of the servers, clusters and channels: nothing is made anew", async () => {
            const { planned, refused } = outcome(now, await declared(living, setting, "2"));
            assert.deepEqual(refused, []);
            const changed = planned.filter(({ op }) => op !== "same");
            assert.deepEqual([...new Set(changed.map(({ op }) => op))], ["update"]);
            // Secrets with the new values, and webhooks: their tokens are derived from the stack's token of GitLab.
            const others = changed.filter(({ type }) => !/:(Secret|ProjectHook|ProjectVariable)$/.test(type));
            assert.deepEqual(
                others.map(({ urn }) => nameOf(urn)),
                [],
            );
        });
    });
}
