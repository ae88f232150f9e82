/**
 * An estate that lives: people come and go, rules, channels, clusters and branches change, a licence is bought. Each
 * change previews as what it is, applies, leaves nothing to do, and at no time is a branch of an environment less
 * protected than before and after: GitLab is asked all the while. The servers are the stand-ins;
 * the plugins replace in the order in which upstream's do.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { World, type Plan } from "./support/world";

const repository = encodeURIComponent("acme/living/shop-config");

/** GitLab's number for nobody. */
const noOne = 0;

interface Protection {
    readonly name: string;
    readonly push_access_levels: readonly { readonly access_level: number }[];
}

/** A change of the spec, by path, and what it is. */
interface Change {
    readonly title: string;
    readonly set: readonly (readonly [path: readonly string[], value: unknown])[];
    readonly plan: Plan;
}

/** In the order in which they are made; each starts from where the one before ended. */
const changes: readonly Change[] = [
    {
        title: "a person who leaves loses the membership and the name in Argo CD, and nothing else happens",
        set: [[["teams", "living", "developers"], ["carol"]]],
        plan: {
            update: ["ConfigMap argocd-configmap-argocd-rbac-cm"],
            delete: ["GroupMembership team-living-member-bob"],
        },
    },
    {
        title: "a developer who becomes a maintainer",
        set: [[["teams", "living"], { maintainers: ["alice", "carol"], developers: [], channels: ["ops"] }]],
        plan: {
            update: ["ConfigMap argocd-configmap-argocd-rbac-cm", "GroupMembership team-living-member-carol"],
        },
    },
    {
        title: "a rule for tags in the registry",
        set: [[["apps", "shop", "environments"], { prod: { immutableTags: ["v*"] } }]],
        plan: {
            create: ["ImmutableTagRule app-shop-images-prod-immutable-v*"],
            delete: ["ImmutableTagRule app-shop-images-prod-immutable-**"],
        },
    },
    {
        title: "one more channel for a team",
        set: [
            [
                ["teams", "living", "channels"],
                ["ops", "oncall"],
            ],
        ],
        // Prod has that channel already, by its environment.
        plan: { update: ["Application delivery-shop-dev-member1", "Application delivery-shop-test-member1"] },
    },
    {
        title: "one more cluster for an environment",
        set: [
            [
                ["environments", "test", "clusters"],
                ["member1", "member2"],
            ],
        ],
        plan: {
            create: [
                "AppNamespace app-shop-test-member2",
                "Application delivery-shop-test-member2",
                "LimitRange app-shop-test-member2-limits",
                "Namespace app-shop-test-member2-namespace",
                "NetworkPolicy app-shop-test-member2-isolation",
                "ResourceQuota app-shop-test-member2-quota",
                "RoleBinding app-shop-test-member2-delivery",
                "Secret app-shop-test-member2-pull",
            ],
            update: ["AppProject space-living-project-nonprod", "Secret registration-member2-secret"],
        },
    },
    {
        title: "another branch for an environment; the old one stays, as it holds what people wrote",
        set: [[["environments", "test", "branch"], "staging"]],
        plan: {
            create: [
                "Branch config-shop-branch-staging",
                "BranchProtection config-shop-branch-staging-protection",
            ],
            update: [
                "Application delivery-shop-test-member1",
                "Application delivery-shop-test-member2",
                "ProjectEnvironment config-shop-environment-test",
                "ProjectVariable app-shop-promotion-variables-ESTATE_SETTINGS",
            ],
            delete: ["Branch config-shop-branch-test", "BranchProtection config-shop-branch-test-protection"],
        },
    },
    {
        title: "the branch from before: it was kept with its protection, and is taken on as it is",
        set: [[["environments", "test", "branch"], "test"]],
        plan: {
            create: ["Branch config-shop-branch-test", "BranchProtection config-shop-branch-test-protection"],
            update: [
                "Application delivery-shop-test-member1",
                "Application delivery-shop-test-member2",
                "ProjectEnvironment config-shop-environment-test",
                "ProjectVariable app-shop-promotion-variables-ESTATE_SETTINGS",
            ],
            delete: [
                "Branch config-shop-branch-staging",
                "BranchProtection config-shop-branch-staging-protection",
            ],
        },
    },
    {
        title: "no approvals, where the tier has none",
        set: [[["environments", "prod", "approvals"], 0]],
        plan: {},
    },
    {
        title: "a licence: approvals are required, and people stand in lists",
        set: [
            [["gitlab", "edition"], "ee"],
            [["gitlab", "tier"], "premium"],
            [["environments", "prod", "approvals"], 1],
        ],
        plan: {
            create: [
                "ProjectApprovalRule config-shop-approval-prod",
                "ProjectLevelMrApprovals config-shop-approvals",
                "ProjectProtectedEnvironment config-shop-environment-prod-protection",
                "ProjectPushRules app-shop-repository-push-rules",
                "ProjectPushRules config-shop-push-rules",
            ],
            update: [
                "BranchProtection app-shop-repository-branch-main",
                "BranchProtection config-shop-branch-dev-protection",
                "BranchProtection config-shop-branch-prod-protection",
                "BranchProtection config-shop-branch-test-protection",
                "BranchProtection pipelines-branch",
            ],
        },
    },
];

describe("an estate that lives", { timeout: 30 * 60_000 }, () => {
    let world: World;
    before(async () => {
        world = await World.make();
        set(["teams"], {
            living: { maintainers: ["alice"], developers: ["bob", "carol"], channels: ["ops"] },
        });
        set(["apps"], { shop: { team: "living", delivery: "helm" } });
        await world.succeed("commands/start.ts");
    });
    after(() => world.end());

    function set(path: readonly string[], value: unknown): void {
        world.editSpec((spec) => {
            spec.setIn(["config", "gitops-estate:estate", ...path], spec.createNode(value));
        });
    }

    /** Level that may push, by protected branch of the config repository. */
    async function pushLevels(): Promise<Record<string, number>> {
        const { status, body } = await world.gitlab<Protection[]>(
            "GET",
            `/projects/${repository}/protected_branches?per_page=100`,
        );
        assert.equal(status, 200);
        return Object.fromEntries(
            body.map(({ name, push_access_levels: levels }) => [
                name,
                Math.max(noOne, ...levels.map(({ access_level: level }) => level)),
            ]),
        );
    }

    /** Asks GitLab again and again while something runs; branches that were ever open to more people than before or after. */
    async function openedDuring(work: Promise<unknown>): Promise<string[]> {
        const before = await pushLevels();
        const seen: Record<string, number>[] = [];
        let ended = false;
        const end = (): void => void (ended = true);
        work.then(end, end);
        while (!ended) {
            seen.push(await pushLevels());
            await sleep(20);
        }
        await work;
        const after = await pushLevels();
        return Object.keys(before).filter(
            (branch) =>
                branch in after &&
                seen.some(
                    (levels) =>
                        (levels[branch] ?? Infinity) >
                        Math.max(before[branch] ?? noOne, after[branch] ?? noOne),
                ),
        );
    }

    for (const { title, set: edits, plan } of changes) {
        test(title, async () => {
            for (const [path, value] of edits) {
                set(path, value);
            }
            assert.deepEqual(await world.plan(), plan);
            const opened = await openedDuring(world.up());
            assert.deepEqual(opened, [], "a branch was open while the change was made");
            assert.deepEqual(await world.plan(), {});
        });
    }

    test("after all of them every branch is protected, and nothing on the servers differs", async () => {
        // With a licence the writer of tags is named, so that developers need not push to dev any more.
        assert.deepEqual(await pushLevels(), { dev: 40, test: noOne, staging: noOne, prod: noOne });
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });
});
