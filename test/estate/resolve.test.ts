import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEstate } from "../../estate";
import type { AppEnvironment, Estate } from "../../estate/model";
import { promotionOrder } from "../../estate/environmentOrder";
import { model, spec, type Overrides } from "../support/estate";

function at(app: string, environment: string, change: Overrides = {}): AppEnvironment {
    const found = model(change).apps[app]?.environments.find((each) => each.environment === environment);
    assert.ok(found, `${app} is not in ${environment}`);
    return found;
}

/** `value` at each of the four levels, outermost first; undefined levels say nothing. */
function levels(key: string, ...[estate, environment, app, own]: unknown[]): Overrides {
    const say = (value: unknown): Overrides => (value === undefined ? {} : { [key]: value });
    return {
        defaults: say(estate),
        environments: { dev: { defaults: say(environment) } },
        apps: { web: { ...say(app), environments: { dev: say(own) } } },
    };
}

describe("inheritance", () => {
    it("uses the innermost level that says anything", () => {
        const values = [1, 2, 3, 4];
        for (let spoken = 0; spoken < 16; spoken++) {
            const said = values.map((value, level) => ((spoken >> level) & 1 ? value : undefined));
            const expected = said.findLast((value) => value !== undefined) ?? 20;
            assert.equal(
                at("web", "dev", levels("keepTags", ...said)).keepTags,
                expected,
                JSON.stringify(said),
            );
        }
    });

    it("stays in its environment and its app", () => {
        const change = levels("keepTags", 1, 2, 3, 4);
        assert.equal(at("web", "test", change).keepTags, 3);
        assert.equal(at("api", "dev", change).keepTags, 2);
        assert.equal(at("api", "test", change).keepTags, 1);
    });

    it("merges maps key by key; null removes a key, or all", () => {
        const outer = { "requests.cpu": "1", pods: "10" };
        assert.deepEqual(at("web", "dev", levels("quota", outer, { pods: "20" })).quota, {
            pods: "20",
            "requests.cpu": "1",
        });
        assert.deepEqual(at("web", "dev", levels("quota", outer, undefined, { pods: null })).quota, {
            "requests.cpu": "1",
        });
        assert.deepEqual(at("web", "dev", levels("quota", outer, null)).quota, {});
        assert.deepEqual(at("web", "dev", levels("quota", outer, null, { pods: "5" })).quota, { pods: "5" });
    });

    it("replaces lists", () => {
        assert.deepEqual(at("web", "dev", levels("immutableTags", ["a", "b"], ["c"])).immutableTags, ["c"]);
        assert.deepEqual(at("web", "dev", levels("immutableTags", ["a"], [])).immutableTags, []);
        assert.deepEqual(at("web", "dev", levels("immutableTags", ["a"], undefined, null)).immutableTags, []);
    });

    it("switches off with null, and on again further in", () => {
        const prevent = (severity: string, allowlist?: string[]): object =>
            allowlist === undefined ? { severity } : { severity, allowlist };
        assert.equal(at("web", "dev", {}).preventVulnerable, undefined);
        assert.deepEqual(
            at("web", "dev", levels("preventVulnerable", prevent("low", ["CVE-2", "CVE-1", "CVE-2"])))
                .preventVulnerable,
            { severity: "low", allowlist: ["CVE-1", "CVE-2"] },
        );
        assert.deepEqual(
            at("web", "dev", levels("preventVulnerable", prevent("low", ["CVE-1"]), prevent("high")))
                .preventVulnerable,
            { severity: "high", allowlist: [] },
        );
        assert.equal(
            at("web", "dev", levels("preventVulnerable", prevent("low"), null)).preventVulnerable,
            undefined,
        );
        assert.equal(at("web", "dev", levels("storageGiB", 5)).storageGiB, 5);
        assert.equal(at("web", "dev", levels("storageGiB", 5, undefined, null)).storageGiB, -1);
        assert.equal(at("web", "dev", levels("storageGiB", 5, null, 7)).storageGiB, 7);
        const off = {
            automated: false,
            prune: false,
            selfHeal: false,
            retries: 0,
            history: 10,
            ignoreDifferences: [],
        };
        assert.deepEqual(at("web", "dev", levels("sync", undefined, undefined, null)).sync, off);
        assert.deepEqual(
            at("web", "dev", levels("sync", undefined, null, { automated: true, prune: true })).sync,
            {
                ...off,
                automated: true,
                prune: true,
            },
        );
    });

    it("does not prune or heal where a person syncs", () => {
        assert.deepEqual(at("web", "dev", levels("sync", { retries: 7 }, { automated: false })).sync, {
            automated: false,
            prune: false,
            selfHeal: false,
            retries: 7,
            history: 10,
            ignoreDifferences: [],
        });
    });

    it("keeps what is no drift where a person syncs, and replaces the list further in", () => {
        const replicas = { kind: "Deployment", group: "apps", jsonPointers: ["/spec/replicas"] };
        const secret = { kind: "Secret", jsonPointers: ["/data"] };
        const differences = (...all: unknown[]): readonly string[] =>
            at("web", "dev", levels("sync", ...all)).sync.ignoreDifferences.map((each) => each.kind);
        assert.deepEqual(differences({ ignoreDifferences: [replicas] }, null), ["Deployment"]);
        assert.deepEqual(differences({ ignoreDifferences: [replicas] }, { ignoreDifferences: [secret] }), [
            "Secret",
        ]);
        assert.deepEqual(differences({ ignoreDifferences: [replicas] }, { ignoreDifferences: [] }), []);
        assert.equal(at("web", "dev", levels("sync", { history: 3 }, { automated: false })).sync.history, 3);
    });

    it("merges replicas, replaces patches, and gives neither to a chart", () => {
        const [outer, inner] = ["web", "api"].map((name) => ({
            patch: `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }`,
        }));
        const change = {
            defaults: { kustomize: { replicas: { api: 1, web: 2 }, patches: [outer] } },
            environments: { dev: { defaults: { kustomize: { replicas: { api: 3, web: null } } } } },
            apps: { api: { kustomize: { patches: [inner] } } },
        };
        const none = { replicas: {}, patches: [] };
        assert.deepEqual(at("api", "dev", change).kustomize, {
            replicas: { api: 3 },
            patches: [inner],
        });
        assert.deepEqual(at("web", "dev", change).kustomize, none);
        const off = { ...change, apps: { api: { kustomize: null } } };
        assert.deepEqual(at("api", "dev", off).kustomize, none);
    });

    it("merges Helm values deeply, keeps nulls inside for Helm, and replaces lists in them", () => {
        const change = levels(
            "values",
            { image: { pullPolicy: "Always", tag: "x" }, args: ["a", "b"], deep: { a: { b: 1 } } },
            { image: { tag: null } },
            { args: ["c"], deep: { a: { c: 2 } } },
        );
        assert.deepEqual(at("web", "dev", change).values, {
            args: ["c"],
            deep: { a: { b: 1, c: 2 } },
            image: { pullPolicy: "Always", tag: null },
        });
        assert.deepEqual(at("api", "dev", change).values, {}, "Kustomize has no values");
        assert.deepEqual(at("web", "dev", levels("values", { a: 1 }, undefined, null, { b: 2 })).values, {
            b: 2,
        });
    });

    it("adds channels up; null silences all", () => {
        const change = (app: unknown, own?: unknown): Overrides => ({
            environments: { dev: { channels: ["oncall"] } },
            channels: { extra: { kind: "slack" }, own: { kind: "slack" } },
            apps: {
                web: {
                    ...(app === undefined ? {} : { channels: app }),
                    environments: { dev: own === undefined ? {} : { channels: own } },
                },
            },
        });
        assert.deepEqual(at("web", "dev", change(undefined)).channels, ["oncall", "ops"]);
        assert.deepEqual(at("web", "dev", change(["extra"])).channels, ["extra", "oncall", "ops"]);
        assert.deepEqual(at("web", "dev", change(["extra"], ["own"])).channels, ["oncall", "ops", "own"]);
        assert.deepEqual(at("web", "dev", change(["extra"], null)).channels, []);
        assert.deepEqual(at("web", "test", change(null)).channels, []);
        assert.deepEqual(at("web", "dev", change(null, ["own"])).channels, ["oncall", "ops", "own"]);
    });

    it("takes kind, engine and port of an app from the estate", () => {
        const change = {
            defaults: { ci: "jenkins", delivery: "kustomize", port: 9000, config: { scope: "team" } },
        };
        const { web, api } = model({ ...change, apps: { web: { ci: "none", delivery: "helm" } } }).apps;
        assert.deepEqual(
            [web?.ci, web?.delivery, web?.port, web?.config.path],
            ["none", "helm", 9000, "shop-config"],
        );
        assert.deepEqual([api?.ci, api?.delivery, api?.config.scope], ["jenkins", "kustomize", "team"]);
    });
});

describe("the model", () => {
    it("names everything of an app", () => {
        const { web } = model().apps;
        assert.deepEqual(web?.repository, { path: "web", fullPath: "acme/shop/web", branch: "main" });
        assert.deepEqual(web?.config, {
            scope: "app",
            path: "web-config",
            fullPath: "acme/shop/web-config",
            url: "https://gitlab.test/acme/shop/web-config.git",
            folder: "web",
            sharedFolders: ["base", "common", "shared"],
        });
        const prod = web?.environments[2];
        assert.equal(prod?.namespace, "web-prod");
        assert.equal(prod?.project, "web-prod");
        assert.equal(prod?.image, "harbor.test/web-prod/web");
        assert.deepEqual(web?.plan.promotions[1], {
            source: "test",
            target: "prod",
            from: "test",
            into: "prod",
        });
        assert.deepEqual(prod?.immutableTags, ["**"]);
        assert.equal(prod?.deletionProtection, true);
    });

    it("puts an app on all clusters of its environments, on those that have labels, or on those that are named", () => {
        const prod = (change: Overrides): readonly string[] => at("web", "prod", change).clusters;
        const east = { labels: { region: "east" } };
        assert.deepEqual(prod({}), ["member1", "member2"]);
        assert.deepEqual(prod({ apps: { web: { clusters: east } } }), ["member1"]);
        assert.deepEqual(prod({ apps: { web: { environments: { prod: { clusters: ["member2"] } } } } }), [
            "member2",
        ]);
        assert.deepEqual(
            prod({ apps: { web: { clusters: east, environments: { prod: { clusters: ["member2"] } } } } }),
            ["member2"],
        );
        // The environment's, by what all of them have.
        const both = { member1: { labels: { stage: "prod" } }, member2: { labels: { stage: "prod" } } };
        const byLabel = {
            clusters: both,
            environments: { prod: { clusters: { labels: { stage: "prod" } } } },
        };
        assert.deepEqual(prod(byLabel), ["member1", "member2"]);
        assert.deepEqual(prod({ ...byLabel, apps: { web: { clusters: east } } }), ["member1"]);
    });

    it("takes an app out of an environment, and starts where it begins", () => {
        const { web } = model({ apps: { web: { environments: { dev: null } } } }).apps;
        assert.deepEqual(
            web?.environments.map((each) => each.environment),
            ["test", "prod"],
        );
        assert.deepEqual(
            web?.plan.lanes.map((lane) => lane.environment),
            ["test"],
        );
        assert.deepEqual(
            web?.plan.promotions.map(({ source, target }) => [source, target]),
            [["test", "prod"]],
        );
    });

    it("lets the updater act in the app's first environment", () => {
        const change = (own: object): Overrides => ({
            argocd: { imageUpdaterVersion: "0.12.2" },
            apps: { web: { updater: {}, ...own } },
        });
        assert.deepEqual(model(change({})).apps["web"]?.updater, {
            environments: ["dev"],
            strategy: "newest-build",
            allowTags: "any",
            ignoreTags: [],
            platforms: [],
            images: {},
            writeBack: "source",
            mergeRequest: false,
        });
        assert.deepEqual(model(change({ environments: { dev: null } })).apps["web"]?.updater?.environments, [
            "test",
        ]);
        assert.equal(model(change({ updater: null })).apps["web"]?.updater, undefined);
    });

    it("is strict in production, and asks for approval where that exists", () => {
        const prod = (change: Overrides): Estate["environments"][number] | undefined =>
            model(change).environments[2];
        assert.equal(prod({})?.class, "prod");
        assert.equal(prod({})?.approvals, 0);
        assert.equal(prod({ gitlab: { tier: "premium" } })?.approvals, 1);
        assert.equal(prod({ environments: { prod: { class: "nonprod" } } })?.deletionProtection, false);
    });

    it("lets one app give up its protection and nothing else", () => {
        const give = { environments: { prod: { deletionProtection: false } } };
        const { apps } = model({ apps: { web: give } });
        const prod = apps["web"]?.environments[2];
        assert.equal(prod?.deletionProtection, false);
        assert.deepEqual(prod?.immutableTags, ["**"], "a rule that goes in the same step would be refused");
        const others = Object.values(apps).filter((app) => app.name !== "web");
        assert.ok(others.every((app) => app.environments[2]?.deletionProtection ?? true));
    });

    it("promotes after the merge where the spec says that merge requests get no credentials", () => {
        assert.equal(model({}).gitlab.protectedMergeRequestPipelines, true);
        const older = model({ gitlab: { protectedMergeRequestPipelines: false } });
        assert.equal(older.gitlab.protectedMergeRequestPipelines, false);
    });

    it("takes the Enterprise Edition for granted where only it can be, and the Community Edition else", () => {
        const edition = (gitlab: Overrides): string => model({ gitlab }).gitlab.edition;
        assert.equal(edition({}), "ce");
        assert.equal(edition({ tier: "premium" }), "ee");
        assert.equal(edition({ edition: "ee" }), "ee");
        assert.equal(edition({ url: "https://gitlab.com/" }), "ee");
        assert.equal(edition({ url: "https://gitlab.com.example.org" }), "ce");
    });

    it("knows API servers from the spec, then from the machine, and the host's always", () => {
        const servers = { member1: "https://a.test/", member2: "https://b.test/" };
        const { clusters } = model({ clusters: { member1: { server: undefined } } }, { servers });
        assert.equal(clusters["host"]?.server, "https://kubernetes.default.svc");
        assert.equal(clusters["member1"]?.server, "https://a.test");
        assert.equal(clusters["member2"]?.server, "https://member2.test:6443");
        const unknown = model({ clusters: { member1: { server: undefined } } }).clusters["member1"];
        assert.equal(unknown?.server, "https://member1.invalid");
    });

    it("has no trailing slashes in URLs", () => {
        const estate = model({
            gitlab: { url: "https://gitlab.test/", clusterUrl: "https://inner.test/git/" },
            registries: { main: { url: "https://harbor.test/" } },
        });
        assert.equal(estate.gitlab.url, "https://gitlab.test");
        assert.equal(estate.registries["main"]?.host, "harbor.test");
        assert.equal(estate.apps["web"]?.config.url, "https://inner.test/git/acme/shop/web-config.git");
    });

    it("is frozen to the last value", () => {
        const walk = (value: unknown, path: string): void => {
            if (typeof value === "object" && value !== null) {
                assert.ok(Object.isFrozen(value), `${path} is not frozen`);
                Object.entries(value).forEach(([key, inner]) => {
                    walk(inner, `${path}.${key}`);
                });
            }
        };
        walk(model({ apps: { web: { values: { a: [{ b: 1 }] } } } }), "estate");
    });

    it("leaves absent what is absent, for JSON and for exact types", () => {
        const estate = model();
        assert.deepEqual(JSON.parse(JSON.stringify(estate)), estate);
    });
});

describe("order", () => {
    const rich: Overrides = {
        environments: {
            dev: { channels: ["oncall", "ops"], defaults: { quota: { pods: "1", "requests.cpu": "2" } } },
            prod: { defaults: { immutableTags: ["v*", "r*"] } },
        },
        teams: {
            data: { maintainers: ["zoe", "adam"], developers: ["yan", "ben"], channels: ["ops", "oncall"] },
        },
        apps: {
            web: {
                values: { b: { d: 1, c: 2 }, a: 1 },
                updater: { environments: ["test", "dev"], ignoreTags: ["z*", "a*"] },
            },
            reports: { team: "data" },
        },
        argocd: {
            imageUpdaterVersion: "0.12.2",
            accounts: { b: { capabilities: ["login", "apiKey"] }, a: {} },
            resources: { x: { limits: { memory: "1Gi", cpu: "1" } }, a: {} },
            sso: { clientId: "x", adminGroups: ["b", "a"] },
        },
    };

    /** Maps and lists of a spec the other way round; lists inside Helm values mean something and stay. */
    function reversed(value: unknown, key = ""): unknown {
        if (Array.isArray(value)) {
            return [...(value as unknown[])].reverse().map((each) => reversed(each));
        }
        if (typeof value !== "object" || value === null) {
            return value;
        }
        return Object.fromEntries(
            Object.entries(value)
                .reverse()
                .map(([name, inner]) => [name, key === "values" ? inner : reversed(inner, name)]),
        );
    }

    /** A repeatable shuffle. */
    function shuffled(value: unknown, seed: number): unknown {
        if (Array.isArray(value)) {
            return order(value as unknown[], seed).map((each) => shuffled(each, seed + 1));
        }
        return typeof value === "object" && value !== null
            ? Object.fromEntries(
                  order(Object.entries(value), seed).map(([name, inner]) => [
                      name,
                      shuffled(inner, seed + 1),
                  ]),
              )
            : value;
    }

    function order<T>(list: readonly T[], seed: number): T[] {
        const rank = (index: number): number => (index * 2_654_435_761 + seed * 40_503) % 65_537;
        return list
            .map((each, index) => [rank(index), each] as const)
            .sort(([a], [b]) => a - b)
            .map(([, each]) => each);
    }

    it("of maps and lists changes nothing, not even the order in the model", () => {
        const expected = JSON.stringify(parseEstate(spec(rich)).estate);
        assert.notEqual(expected, undefined);
        assert.equal(JSON.stringify(parseEstate(reversed(spec(rich))).estate), expected);
        for (let seed = 1; seed <= 50; seed++) {
            assert.equal(
                JSON.stringify(parseEstate(shuffled(spec(rich), seed)).estate),
                expected,
                `seed ${seed}`,
            );
        }
    });

    it("of problems does not depend on the spec's either", () => {
        const wrong = spec({
            ...rich,
            teams: { shop: { channels: ["a", "b"] } },
            apps: { web: { team: "x" } },
        });
        const expected = parseEstate(wrong).problems;
        assert.ok(expected.length >= 3);
        assert.deepEqual(parseEstate(reversed(wrong)).problems, expected);
    });

    it("of promotion comes from promotesFrom alone", () => {
        const names = (environments: Record<string, string | undefined>): readonly string[] =>
            promotionOrder(
                Object.fromEntries(
                    Object.entries(environments).map(([name, promotesFrom]) => [
                        name,
                        {
                            clusters: [],
                            channels: [],
                            syncWindows: [],
                            defaults: {},
                            ...(promotesFrom && { promotesFrom }),
                        },
                    ]),
                ),
            ).names;
        assert.deepEqual(names({ prod: "test", test: "dev", dev: undefined }), ["dev", "test", "prod"]);
        assert.deepEqual(names({ west: "test", east: "test", test: "a", a: undefined }), [
            "a",
            "test",
            "east",
            "west",
        ]);
        assert.deepEqual(names({ a: "b", b: "a", z: undefined }), ["z", "a", "b"], "cycles come last");
    });
});

it("takes shared folders of the estate or the app; null: anything", () => {
    const folders = (config: object, own: object = {}): unknown =>
        model({ defaults: { config }, apps: { web: { config: own } } }).apps["web"]?.config.sharedFolders;
    assert.deepEqual(folders({}), ["base", "common", "shared"]);
    assert.deepEqual(folders({ sharedFolders: ["lib", "a"] }), ["a", "lib"]);
    assert.deepEqual(folders({}, { sharedFolders: [] }), []);
    assert.equal(folders({}, { sharedFolders: null }), undefined);
});
