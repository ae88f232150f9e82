/**
 * Engines as parts: an engine that is no part of the program, in a copy of both registries, from the spec to the
 * resources, alone and beside Argo CD. What it does not prove: that a real engine could do with what it is given.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { engines as components, prepareEngines } from "../../../components/engines";
import { preparedArgoCd } from "../../../components/engines/argocd";
import type {
    DeliveryEngine,
    DeliveryEngines,
    EngineArgs,
    InstalledEngine,
} from "../../../components/engines/engine";
import { declareEstate } from "../../../components/program";
import { KubeResource } from "../../../components/support/kubeObject";
import { required } from "../../../components/support/maps";
import { check, resolve, specSchema, type Spec } from "../../../estate";
import { checkCredentials } from "../../../estate/credentials";
import { engines, type Engine } from "../../../estate/engines";
import type { EngineDefinition, EngineRegistry } from "../../../estate/engines/engine";
import type { App, AppEnvironment, Estate } from "../../../estate/model";
import { namespaceName } from "../../../estate/names";
import { leaks, record, registration, secretValue, type Recording } from "../../support/engine";
import { spec, type Overrides } from "../../support/estate";
import { sampleCredentials, sampleManifests } from "../sample";

interface ToySettings {
    readonly namespace: string;
}

const options = z.strictObject({ namespace: z.string().default("toys") }).prefault({});

/** What the schema would read below `toy`; it knows the program's own engines only. */
function written(of: Spec | Estate): ToySettings {
    return options.parse((of as (Spec | Estate) & { readonly toy?: unknown }).toy);
}

function settings(estate: Estate): ToySettings {
    return (estate as Estate & { readonly toy: ToySettings }).toy;
}

function nameOf(app: Pick<App, "name">, { environment }: AppEnvironment, cluster: string): string {
    return `toy-${app.name}-${environment}-${cluster}`;
}

function delivered(app: Pick<App, "name">, environment: AppEnvironment): Record<string, string> {
    return Object.fromEntries(
        environment.clusters.map((cluster) => [cluster, nameOf(app, environment, cluster)]),
    );
}

/** Applies what git says, and can do nothing else. */
const toyDefinition: EngineDefinition<typeof options, ToySettings> = {
    title: "the toy",
    options,
    resolve: written,
    ownKinds: [{ group: "toy.example", kind: "Delivery" }],
    abilities: {
        updater: { instead: "let CI write the tag" },
        syncWindows: { instead: "pause it by hand" },
        ignoreDifferences: { instead: "take the field out of git" },
        hold: true,
        pin: true,
        manualSync: true,
        previews: { instead: "remove previews" },
        jsonnet: { instead: "set delivery to helm" },
        dependsOn: { instead: "let the pods wait" },
    },
    clusterLabels: /^toy\.example\//,
    clusterSecrets: /^toy-(.+)-secret$/,
    namespace: (of) => written(of).namespace,
    delivered,
    outputs: (estate) => ({ toy: settings(estate).namespace }),
    page: () => undefined,
    secrets: [
        { path: "toy.key", purpose: "key of the toy", documented: "key of the toy", needed: () => true },
    ],
    names: (estate) =>
        Object.values(estate.apps).flatMap((app) =>
            app.environments.flatMap((environment) =>
                Object.values(delivered(app, environment)).map((value) => ({
                    path: `apps.${app.name}`,
                    value,
                    form: namespaceName,
                })),
            ),
        ),
    reserved: () => [],
    rules: [
        {
            id: "toy-helm",
            rule: "must be helm with the toy",
            severity: "error",
            check: (_, apps) =>
                apps
                    .filter((app) => app.delivery !== "helm")
                    .map((app) => ({
                        path: `apps.${app.name}.delivery`,
                        value: app.delivery,
                        fix: "write helm",
                    })),
        },
    ],
};

/** Makes a ConfigMap of whatever it is told. */
class ToyOnHost implements InstalledEngine {
    private readonly toy: pulumi.Resource;

    constructor(private readonly args: EngineArgs) {
        this.toy = this.told("toy", {
            key: required(args.secrets, "toy.key", "secret"),
            token: args.token("toy-webhook"),
        });
    }

    team({ name }: { name: string }): pulumi.Resource {
        return this.told(`toy-team-${name}`, {}, [this.toy]);
    }

    cluster({ cluster, namespaces }: Parameters<InstalledEngine["cluster"]>[0]): pulumi.Resource {
        return this.told(`toy-cluster-${cluster.name}`, { namespaces: namespaces.join(",") }, [this.toy]);
    }

    repository({ name, repository }: Parameters<InstalledEngine["repository"]>[0]): pulumi.Resource {
        return this.told(`toy-repository-${name}`, { url: repository.url }, [this.toy]);
    }

    notify(): void {
        this.told("toy-channels", { names: Object.keys(this.args.estate.channels).join(",") });
    }

    follow(): void {
        // It has no ability for it.
    }

    deliver({
        app,
        after,
    }: Parameters<InstalledEngine["deliver"]>[0]): ReturnType<InstalledEngine["deliver"]> {
        return Object.fromEntries(
            app.environments.map((environment) => {
                const names = delivered(app, environment);
                for (const name of Object.values(names)) {
                    this.told(name, { app: app.name }, after);
                }
                return [environment.environment, names];
            }),
        );
    }

    private told(
        name: string,
        data: Record<string, pulumi.Input<string>>,
        dependsOn: readonly pulumi.Resource[] = [],
    ): pulumi.Resource {
        const { namespace } = settings(this.args.estate);
        return new KubeResource(
            name,
            { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data },
            {
                provider: required(this.args.providers.clusters, "host", "cluster"),
                dependsOn: [...dependsOn],
            },
        );
    }
}

const toyEngine: DeliveryEngine = {
    prepare: () =>
        Promise.resolve({
            hook: ({ token }: EngineArgs) => ({
                title: "the toy",
                url: "https://toy.test/hook",
                token: token("toy-webhook"),
                verify: true,
            }),
            install: (args: EngineArgs) => new ToyOnHost(args),
        }),
};

const definitions: EngineRegistry = { ...engines, toy: toyDefinition };
const registry: DeliveryEngines = {
    ...components,
    argocd: { prepare: () => Promise.resolve(preparedArgoCd(sampleManifests)) },
    toy: toyEngine,
};

/** A spec whose apps have the toy for an engine, but for those that name another. */
function toySpec(overrides: Overrides = {}, others: readonly string[] = []): Spec {
    const read = specSchema.parse(
        spec({
            apps: { api: undefined },
            environments: { test: undefined, prod: { promotesFrom: "dev" } },
            notifications: { relay: undefined },
            ...overrides,
        }),
    );
    const apps = Object.entries(read.apps).map(([name, app]) => [
        name,
        { ...app, engine: others.includes(name) ? "argocd" : ("toy" as Engine) },
    ]);
    return { ...read, apps: Object.fromEntries(apps) as Spec["apps"] };
}

const both: Overrides = { apps: { api: { team: "shop" } } };

function modelOf(of: Spec): Estate {
    return resolve(of, { engines: definitions });
}

async function recordEstate(of: Spec): Promise<Recording<Record<string, unknown>>> {
    const estate = modelOf(of);
    const credentials = {
        ...sampleCredentials,
        channels: { ops: { url: "https://chat.test/hook" }, oncall: { url: "https://chat.test/hook" } },
        engines: { "toy.key": "fake-key" },
    };
    return record(async () => ({
        ...(await declareEstate(estate, credentials, await prepareEngines(estate, registry), definitions)),
    }));
}

/** Names of what was made on the host, of one type. */
function made({ registrations }: Recording<unknown>, type: string): string[] {
    return registrations
        .filter((one) => one.type === type && one.provider?.includes("cluster-host"))
        .map(({ name }) => name)
        .sort();
}

describe("the spec of an estate with an engine of somebody else's", () => {
    const found = (of: Spec): [string, string, string][] =>
        check(of, modelOf(of), { engines: definitions }).map(({ id, path: at, fix }) => [id, at, fix]);

    it("is fine by its own rules, and by no others", () => {
        const lean = { channels: { oncall: undefined }, argocd: undefined };
        assert.deepEqual(found(toySpec(lean)), []);
        // Argo CD would refuse it; here nobody asks Argo CD.
        const other = { ...lean, argocd: { sso: { clientId: "x" }, url: undefined } };
        assert.deepEqual(
            found(toySpec(other)).map(([id, at]) => [id, at]),
            [["engine-used", "argocd"]],
        );
        assert.deepEqual(found(toySpec({ apps: { api: undefined, web: { delivery: "kustomize" } } })), [
            ["toy-helm", "apps.web.delivery", "write helm"],
        ]);
    });

    it("is refused where it asks for what the engine lacks, with what to do instead", () => {
        const window = { kind: "deny", schedule: "0 22 * * 5", duration: "2h" };
        const ignored = [{ group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] }];
        assert.deepEqual(
            found(
                toySpec({
                    apps: {
                        api: undefined,
                        web: {
                            updater: {},
                            environments: {
                                dev: { hold: "a test", sync: { ignoreDifferences: ignored } },
                            },
                        },
                    },
                    environments: {
                        test: undefined,
                        dev: { syncWindows: [window] },
                        prod: { promotesFrom: "dev" },
                    },
                }),
            ),
            [
                [
                    "engine-ability",
                    "apps.web.environments.dev.sync.ignoreDifferences",
                    "take the field out of git",
                ],
                ["engine-ability", "apps.web.updater", "let CI write the tag"],
                ["engine-ability", "environments.dev.syncWindows", "pause it by hand"],
            ],
        );
    });

    it("keeps apps out of the engine's namespace", () => {
        const change = { apps: { api: undefined, web: { environments: { dev: { namespace: "toys" } } } } };
        assert.deepEqual(
            found(toySpec(change)).map(([id, at]) => [id, at]),
            [["reserved-name", "apps.web.environments.dev.namespace"]],
        );
    });

    it("comes to a model with the engines in use, their settings and their relay", () => {
        const relay = { notifications: { relay: { image: "harbor.test/relay:1" } } };
        const estate = modelOf(toySpec({ ...relay, ...both }, ["api"]));
        assert.deepEqual(estate.engines, ["argocd", "toy"]);
        assert.deepEqual(settings(estate), { namespace: "toys" });
        assert.equal(modelOf(toySpec(relay)).relay?.url, "http://notification-relay.toys.svc");
        assert.throws(() => resolve(toySpec()), /the registry has no engine toy/);
    });

    it("needs the engine's own secret", () => {
        const missing = checkCredentials(modelOf(toySpec()), {}, definitions).map(({ path: at }) => at);
        assert.ok(missing.includes("credentials.toy.key"));
        assert.ok(!missing.includes("credentials.sso.clientSecret"));
    });
});

test("an estate with it alone", async (t) => {
    const recording = await recordEstate(toySpec());

    await t.test("has exactly what the engine makes of what it is asked", () => {
        assert.deepEqual(made(recording, "kubernetes:core/v1:ConfigMap"), [
            "toy",
            "toy-channels",
            "toy-cluster-member1",
            "toy-cluster-member2",
            "toy-repository-config-web",
            "toy-team-shop",
            "toy-web-dev-member1",
            "toy-web-prod-member1",
            "toy-web-prod-member2",
        ]);
        const data = (name: string): Record<string, unknown> =>
            registration(recording, name).inputs["data"] as Record<string, unknown>;
        assert.deepEqual(data("toy-cluster-member1"), { namespaces: "web-dev,web-prod" });
        assert.deepEqual(data("toy-repository-config-web"), {
            url: "https://gitlab.test/acme/shop/web-config.git",
        });
        assert.deepEqual(leaks(recording), []);
    });

    await t.test("has nothing of another engine", () => {
        const others = recording.registrations.filter(({ type }) =>
            /argo|:images:|:notifications:/i.test(type),
        );
        assert.deepEqual(others, []);
        assert.deepEqual(
            made(recording, "kubernetes:core/v1:Secret").filter((name) => !name.startsWith("app-")),
            [],
        );
    });

    await t.test("reports pushes to it, and lets it read", () => {
        const hooks = recording.registrations.filter(({ type }) => type.endsWith(":ProjectHook"));
        assert.deepEqual(
            hooks.map(({ name, inputs }) => [name, inputs["name"], inputs["url"]]),
            [["config-web-hook", "toy", "https://toy.test/hook"]],
        );
        assert.equal(
            secretValue(hooks[0]?.inputs["token"]),
            (secretValue(registration(recording, "toy").inputs["data"]) as Record<string, unknown>)["token"],
            "both know the same token",
        );
        assert.equal(registration(recording, "config-web-reader").inputs["name"], "toy-g1");
    });

    await t.test("reports what the engine says, and what it delivers", () => {
        assert.equal(recording.result["toy"], "toys");
        assert.ok(!("argocd" in recording.result));
        assert.deepEqual(recording.result["applications"], {
            web: {
                dev: { member1: "toy-web-dev-member1" },
                prod: { member1: "toy-web-prod-member1", member2: "toy-web-prod-member2" },
            },
        });
    });
});

test("an estate with it and Argo CD", async (t) => {
    const recording = await recordEstate(toySpec(both, ["api"]));

    await t.test("notifies each of its own apps only", () => {
        assert.deepEqual(made(recording, "kubernetes:argoproj.io/v1alpha1:Application"), [
            "delivery-api-dev-member1",
            "delivery-api-prod-member1",
            "delivery-api-prod-member2",
        ]);
        assert.deepEqual(
            made(recording, "kubernetes:core/v1:ConfigMap").filter((name) =>
                /^toy-(web|api|repo)/.test(name),
            ),
            [
                "toy-repository-config-web",
                "toy-web-dev-member1",
                "toy-web-prod-member1",
                "toy-web-prod-member2",
            ],
        );
        const project = registration(recording, "space-shop-project-nonprod").inputs["spec"] as {
            destinations: unknown;
        };
        assert.deepEqual(project.destinations, [{ name: "member1", namespace: "api-dev" }]);
    });

    await t.test("reports pushes to the engine that delivers from the repository", () => {
        const hooks = recording.registrations.filter(({ type }) => type.endsWith(":ProjectHook"));
        assert.deepEqual(hooks.map(({ name, inputs }) => [name, inputs["name"]]).sort(), [
            ["config-api-hook", "argocd"],
            ["config-web-hook", "toy"],
        ]);
        assert.deepEqual(
            Object.keys(recording.result)
                .filter((key) => ["argocd", "toy"].includes(key))
                .sort(),
            ["argocd", "toy"],
        );
    });
});

test("the program names no engine", () => {
    const root = path.resolve(__dirname, "../../..");
    const parts = fs.readdirSync(path.join(root, "components/program"));
    const files = [
        "index.ts",
        "components/outputs.ts",
        "components/apps/app.ts",
        ...parts.map((file) => `components/program/${file}`),
    ];
    for (const file of files) {
        const code = fs.readFileSync(path.join(root, file), "utf8").replace(/\/\*\*[^]*?\*\//g, "");
        for (const [name, { title }] of Object.entries<EngineDefinition>(engines)) {
            assert.ok(!code.toLowerCase().includes(name) && !code.includes(title), `${file} names ${name}`);
        }
    }
});
