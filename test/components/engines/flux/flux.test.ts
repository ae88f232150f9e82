/** Flux's part under mocks and its pure functions. Proves what is declared, not that Flux understands it. */
import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { accountKey } from "../../../../estate/accounts";
import { kubeconfig } from "../../../../components/engines/flux/cluster";
import { deliveryObject } from "../../../../components/engines/flux/deliver/objects";
import {
    automation,
    imageObjects,
    type UpdatedApp,
} from "../../../../components/engines/flux/images/objects";
import { loadFluxManifests } from "../../../../components/engines/flux/install/manifests";
import { patchFluxManifests } from "../../../../components/engines/flux/install/patches";
import { cardsOf } from "../../../../components/engines/flux/notifications/cards";
import { configContent } from "../../../../components/content";
import { declareEstate } from "../../../../components/program";
import type { KubeObject } from "../../../../components/support/kubeObject";
import { engines } from "../../../../estate/engines";
import { hookPath } from "../../../../estate/engines/flux/names";
import type { App, Estate } from "../../../../estate/model";
import { leaks, record, registration, secretValue, type Recording } from "../../../support/engine";
import { model, type Overrides } from "../../../support/estate";
import { sampleCredentials, sampleEstate, sampleFluxManifests, samplePrepared } from "../../sample";

/** The fixture with Flux. */
function fluxModel(change: Overrides = {}): Estate {
    return model({ defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } }, ...change });
}

function appOf(estate: Estate, name: string): App {
    const app = estate.apps[name];
    assert.ok(app);
    return app;
}

function delivered(estate: Estate, name: string, environment: string, cluster = "member1"): KubeObject {
    const app = appOf(estate, name);
    const place = app.environments.find((each) => each.environment === environment);
    assert.ok(place);
    return deliveryObject(estate, app, place, cluster);
}

const declared = (estate: Estate): Promise<Recording<unknown>> => {
    const channels = { ops: { url: "https://chat.test/hook" }, oncall: { url: "https://chat.test/hook" } };
    return record(() => declareEstate(estate, { ...sampleCredentials, channels }, samplePrepared));
};

/** Names of the recorded objects of a kind, with their namespaces. */
function objects({ registrations }: Recording<unknown>, kind: string): string[] {
    return registrations
        .filter(({ type }) => type.endsWith(`:${kind}`))
        .map(({ inputs }) => inputs["metadata"] as { name: string; namespace?: string })
        .map(({ name, namespace }) => `${namespace ?? ""}/${name}`)
        .sort();
}

describe("a HelmRelease", () => {
    test("takes the common values and the cluster's own, and is applied as the environment's account", () => {
        const { metadata, spec } = delivered(fluxModel(), "web", "prod", "member2");
        assert.deepEqual([metadata.namespace, metadata.name], ["flux-shop", "web-prod-member2"]);
        assert.deepEqual(spec, {
            interval: "300s",
            timeout: "360s",
            targetNamespace: "web-prod",
            serviceAccountName: "delivery-prod",
            kubeConfig: { secretRef: { name: "cluster-prod--member2", key: "value" } },
            releaseName: "web",
            storageNamespace: "flux-shop--prod",
            maxHistory: 10,
            chart: {
                spec: {
                    chart: "./web",
                    reconcileStrategy: "Revision",
                    interval: "300s",
                    sourceRef: { kind: "GitRepository", name: "web-config--prod" },
                    valuesFiles: ["./web/values.yaml", "./web/member2-values.yaml"],
                    ignoreMissingValuesFiles: true,
                },
            },
            install: {
                createNamespace: false,
                strategy: { name: "RetryOnFailure", retryInterval: "60s" },
            },
            upgrade: {
                cleanupOnFail: true,
                remediation: { retries: 3, strategy: "rollback", remediateLastFailure: true },
            },
            rollback: { cleanupOnFail: true },
            driftDetection: { mode: "enabled" },
            values: { image: "harbor.test/web-prod/web" },
        });
    });

    test("is suspended while on hold, and pinned by a value over git's", () => {
        const estate = fluxModel({
            apps: { web: { environments: { dev: { hold: "audit" }, test: { pin: "1.0.0" } } } },
        });
        const held = delivered(estate, "web", "dev");
        assert.equal((held["spec"] as { suspend?: boolean }).suspend, true);
        assert.equal(held.metadata.annotations?.["gitops-estate/hold"], "audit");
        assert.deepEqual((delivered(estate, "web", "test")["spec"] as { values: unknown }).values, {
            image: "harbor.test/web-test/web",
            imagetag: "1.0.0",
        });
    });

    test("leaves alone what others own, and says more where objects may be made anew", () => {
        const estate = fluxModel({
            flux: { manifests: { path: "manifests" }, forceUpgrades: true },
            apps: {
                web: {
                    sync: {
                        selfHeal: false,
                        history: 0,
                        ignoreDifferences: [
                            { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] },
                        ],
                    },
                },
            },
        });
        const spec = delivered(estate, "web", "dev")["spec"] as Record<string, Record<string, unknown>>;
        assert.deepEqual(spec["driftDetection"], {
            mode: "warn",
            ignore: [{ paths: ["/spec/replicas"], target: { group: "apps", kind: "Deployment" } }],
        });
        assert.equal(spec["upgrade"]?.["force"], true);
        // To Helm, 0 is without end.
        assert.equal(spec["maxHistory"], 1);
    });
});

test("a Kustomization names the environment's image and leaves the tag to git", () => {
    const change = { replicas: { api: 3 } };
    const { spec } = delivered(fluxModel({ apps: { api: { kustomize: change } } }), "api", "dev");
    assert.deepEqual(spec, {
        interval: "300s",
        timeout: "360s",
        targetNamespace: "api-dev",
        serviceAccountName: "delivery-dev",
        kubeConfig: { secretRef: { name: "cluster-dev--member1", key: "value" } },
        path: "./api",
        sourceRef: { kind: "GitRepository", name: "api-config--dev" },
        retryInterval: "60s",
        prune: true,
        wait: true,
        deletionPolicy: "Orphan",
        images: [{ name: "registry.invalid/api/api", newName: "harbor.test/api-dev/api" }],
        patches: [
            {
                target: { kind: "(Deployment|StatefulSet)", name: "api" },
                patch: '[{"op":"add","path":"/spec/replicas","value":3}]',
            },
        ],
    });
});

test("what is to stay on a cluster that leaves is suspended: Flux uninstalls nothing of a suspended release", () => {
    const estate = fluxModel({ clusters: { member1: { leaving: "orphan" } } });
    const suspended = (app: string, cluster: string): unknown =>
        (delivered(estate, app, "prod", cluster)["spec"] as { suspend?: boolean }).suspend;
    assert.deepEqual(
        [suspended("web", "member1"), suspended("web", "member2"), suspended("api", "member1")],
        // Of a Kustomization that is deleted everything stays in any case.
        [true, undefined, undefined],
    );
});

test("an app waits for those it depends on, where both run", () => {
    const estate = fluxModel({
        apps: {
            api: { delivery: "helm", environments: { dev: null }, clusters: ["member1"] },
            web: { dependsOn: ["api"] },
        },
    });
    const waits = (environment: string, cluster: string): unknown =>
        (delivered(estate, "web", environment, cluster)["spec"] as { dependsOn?: unknown }).dependsOn;
    assert.deepEqual(
        [waits("dev", "member1"), waits("prod", "member1"), waits("prod", "member2")],
        [undefined, [{ name: "api-prod-member1" }], undefined],
    );
});

describe("image updates", () => {
    const updated = (updater: object, environment: object = {}): [Estate, UpdatedApp] => {
        const estate = fluxModel({ apps: { web: { updater, environments: { dev: environment } } } });
        return [estate, appOf(estate, "web") as UpdatedApp];
    };
    const policyOf = (updater: object): unknown => {
        const [estate, app] = updated(updater);
        const [place] = app.environments;
        assert.ok(place);
        return imageObjects(estate, app, place).find(({ kind }) => kind === "ImagePolicy")?.["spec"];
    };

    test("order tags by version, number or name, and by a part of them", () => {
        const imageRepositoryRef = { name: "web-dev" };
        assert.deepEqual(policyOf({ strategy: "semver", constraint: "1.0.x" }), {
            imageRepositoryRef,
            policy: { semver: { range: "1.0.x" } },
        });
        const allowTags = "regexp:^main-[0-9a-f]+-(?P<build>[0-9]+)$";
        assert.deepEqual(policyOf({ strategy: "numerical", allowTags, extract: "$build" }), {
            imageRepositoryRef,
            filterTags: { pattern: "^main-[0-9a-f]+-(?P<build>[0-9]+)$", extract: "$build" },
            policy: { numerical: { order: "asc" } },
        });
        assert.deepEqual(policyOf({ strategy: "alphabetical" }), {
            imageRepositoryRef,
            policy: { alphabetical: { order: "asc" } },
        });
    });

    test("are committed to the environment's branch or the one that is named, and not while it is paused", () => {
        const gitOf = (updater: object, environment: object = {}): Record<string, unknown> => {
            const [estate, app] = updated({ strategy: "semver", ...updater }, environment);
            const [place] = app.environments;
            assert.ok(place);
            return automation(estate, app, place)["spec"] as Record<string, unknown>;
        };
        const push = (spec: Record<string, unknown>): unknown => (spec["git"] as { push: unknown }).push;
        assert.deepEqual(push(gitOf({})), { branch: "dev" });
        assert.deepEqual(push(gitOf({ writeBranch: "images" })), { branch: "images" });
        assert.deepEqual(
            [gitOf({})["suspend"], gitOf({}, { hold: "x" })["suspend"], gitOf({}, { pin: "1" })["suspend"]],
            [undefined, true, true],
        );
    });

    test("find the version by a mark that the first content has, with Flux alone", () => {
        const line = (estate: Estate, app: string, file: string): string | undefined =>
            configContent(appOf(estate, app))
                .find(({ path: at }) => at === `${app}/${file}`)
                ?.text.split("\n")
                .find((each) => /imagetag|newTag/.test(each));
        assert.equal(
            line(fluxModel(), "web", "values.yaml"),
            'imagetag: "" # {"$imagepolicy": "flux-shop:web-dev:tag"}',
        );
        assert.equal(
            line(fluxModel(), "api", "kustomization.yaml"),
            '    newTag: none # {"$imagepolicy": "flux-shop:api-dev:tag"}',
        );
        assert.equal(line(model(), "web", "values.yaml"), 'imagetag: ""');
    });
});

describe("the installation", () => {
    const { flux } = sampleEstate();
    const args = (objects: readonly KubeObject[], name: string): readonly string[] => {
        const found = objects.find((each) => each.kind === "Deployment" && each.metadata.name === name);
        const spec = found?.["spec"] as {
            template: { spec: { containers: { args: string[] }[] } };
        };
        return spec.template.spec.containers[0]?.args ?? [];
    };

    test("is locked down, and administers nothing on the host", () => {
        const objects = patchFluxManifests(sampleFluxManifests, flux);
        assert.deepEqual(args(objects, "kustomize-controller").slice(1), [
            "--no-cross-namespace-refs=true",
            "--default-service-account=default",
            "--no-remote-bases=true",
            "--concurrent=20",
        ]);
        assert.deepEqual(
            objects.filter(({ kind }) => kind === "ClusterRoleBinding").map(({ metadata }) => metadata.name),
            ["crd-controller"],
        );
        assert.ok(!objects.some(({ metadata }) => metadata.name === "source-watcher"));
    });

    test("sets the estate's value where a file says otherwise", () => {
        const open = sampleFluxManifests.map((object) =>
            object.metadata.name === "helm-controller" && object.kind === "Deployment"
                ? (JSON.parse(
                      JSON.stringify(object).replace("--events-addr=", "--no-cross-namespace-refs=false--"),
                  ) as KubeObject)
                : object,
        );
        assert.deepEqual(args(patchFluxManifests(open, flux), "helm-controller"), [
            "--no-cross-namespace-refs=true",
            "--default-service-account=default",
            "--concurrent=20",
        ]);
    });

    test("leaves the number of workers to a file that says one", () => {
        const own = sampleFluxManifests.map(
            (object) =>
                JSON.parse(
                    JSON.stringify(object).replace("--events-addr=", '--concurrent=7","--'),
                ) as KubeObject,
        );
        const words = args(patchFluxManifests(own, flux), "helm-controller");
        assert.deepEqual(
            words.filter((word) => word.startsWith("--concurrent")),
            ["--concurrent=7"],
        );
    });

    test("may be in another namespace, from a mirror", () => {
        const objects = patchFluxManifests(sampleFluxManifests, {
            ...flux,
            namespace: "gitops",
            imageMirror: "harbor.test/mirror",
        });
        assert.equal(
            args(objects, "helm-controller")[0],
            "--events-addr=http://notification-controller.gitops.svc.cluster.local./",
        );
        assert.match(JSON.stringify(objects), /"harbor\.test\/mirror\/fluxcd\/helm-controller:v1\.0\.0"/);
        assert.ok(!JSON.stringify(objects).includes('"namespace":"flux-system"'));
    });

    test("is from a file that is read, verified and whole", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "flux-manifests-"));
        const names = ["source", "kustomize", "helm", "notification", "image-reflector", "image-automation"];
        const text = names
            .map((name) =>
                [
                    "apiVersion: apps/v1",
                    "kind: Deployment",
                    `metadata: {name: ${name}-controller, labels: {app.kubernetes.io/version: v2.9.5}}`,
                ].join("\n"),
            )
            .join("\n---\n");
        fs.writeFileSync(path.join(folder, "install.yaml"), text);
        const load = (change: object): Promise<unknown[]> =>
            loadFluxManifests({ ...flux, manifests: { version: "2.9.5", path: folder, ...change } });
        const sha256 = createHash("sha256").update(text).digest("hex");
        assert.equal((await load({ sha256 })).length, 6);
        await assert.rejects(load({ sha256: "0".repeat(64) }), /at flux\.manifests\.sha256/);
        await assert.rejects(load({ version: "2.8.0" }), /installs Flux v2\.9\.5/);
        fs.writeFileSync(path.join(folder, "install.yaml"), text.replace("helm-controller", "other"));
        await assert.rejects(load({}), /it has no helm-controller/);
    });
});

test("a kubeconfig has the account's token, and verifies the server", () => {
    const config = parse(
        kubeconfig(
            {
                name: "member1",
                role: "member",
                context: "m",
                server: "https://member1.test:6443",
                leaving: "drain",
                labels: {},
                tls: { serverName: "api.test", trust: "cluster" },
                proxyUrl: "http://proxy.test:3128",
            },
            "delivery-dev",
            "fake-token",
            "ZmFrZQ==",
        ),
    ) as { clusters: [{ cluster: unknown }]; users: unknown };
    assert.deepEqual(config.clusters[0].cluster, {
        server: "https://member1.test:6443",
        "certificate-authority-data": "ZmFrZQ==",
        "tls-server-name": "api.test",
        "proxy-url": "http://proxy.test:3128",
    });
    assert.deepEqual(config.users, [{ name: "delivery-dev", user: { token: "fake-token" } }]);
});

test("cards are filled by the relay, in the channel's language", () => {
    const [channel] = Object.values(
        fluxModel({ channels: { ops: { kind: "feishu", language: "zh" } } }).channels,
    ).filter(({ name }) => name === "ops");
    assert.ok(channel);
    const text = JSON.stringify(cardsOf(channel)?.["failed"]);
    assert.match(text, /"content":"\{\{ fact \\"application\\" \}\}: 同步失败"/);
    assert.match(text, /\{\{ fact \\"message\\" \\"<\\" \\"&#60;\\" \}\}/);
    assert.doesNotMatch(text, /fact \\"(?:author|image)\\"/);
});

test("an estate with Flux", async (t) => {
    const estate = fluxModel({
        flux: { manifests: { path: "manifests" }, webhookUrl: "https://flux.test/" },
        apps: { web: { updater: { strategy: "semver" } } },
    });
    const recording = await declared(estate);

    await t.test("has what a team needs in the team's namespace", () => {
        assert.deepEqual(leaks(recording), []);
        assert.deepEqual(objects(recording, "Receiver"), [
            "flux-shop/gitlab-api-config",
            "flux-shop/gitlab-web-config",
            "flux-shop/harbor-web-dev",
        ]);
        assert.deepEqual(objects(recording, "Provider"), ["flux-shop/oncall", "flux-shop/ops"]);
        assert.equal(objects(recording, "Alert").length, 10);
        const followed = (app: string): unknown[] =>
            recording.registrations
                .filter(({ type }) => type.endsWith(":Alert"))
                .map(
                    ({ inputs }) =>
                        inputs as { metadata: { name: string }; spec: { eventSources: unknown[] } },
                )
                .filter(({ metadata }) => metadata.name.startsWith(`${app}-dev-`))
                .flatMap(({ spec }) => spec.eventSources);
        assert.deepEqual(followed("web"), [
            { kind: "HelmRelease", name: "web-dev-member1" },
            { kind: "HelmChart", name: "flux-shop-web-dev-member1" },
            { kind: "GitRepository", name: "web-config--dev" },
        ]);
        assert.deepEqual(followed("api"), [
            { kind: "Kustomization", name: "api-dev-member1" },
            { kind: "GitRepository", name: "api-config--dev" },
        ]);
        assert.ok(objects(recording, "GitRepository").includes("flux-shop/web-config--dev--write"));
    });

    await t.test("gives GitLab and Harbor the paths that Flux makes of the tokens", () => {
        const token = secretValue(registration(recording, "config-web-hook").inputs["token"]) as string;
        assert.equal(
            registration(recording, "config-web-hook").inputs["url"],
            `https://flux.test${hookPath(token, "gitlab-web-config", "flux-shop")}`,
        );
        const secret = registration(recording, "flux-shop-push-token").inputs["stringData"];
        assert.deepEqual(secretValue(secret), { token });
        const harbor = registration(recording, "webhook-web-dev-policy").inputs;
        const shown = secretValue(harbor["authHeader"]) as string;
        assert.equal(harbor["address"], `https://flux.test${hookPath(shown, "harbor-web-dev", "flux-shop")}`);
    });

    await t.test("delivers on members as accounts of the team that may impersonate themselves alone", () => {
        const role = registration(recording, "access-member1--flux--shop--dev-itself").inputs;
        assert.deepEqual(role["rules"], [
            {
                apiGroups: [""],
                resources: ["serviceaccounts"],
                resourceNames: ["delivery-dev"],
                verbs: ["impersonate"],
            },
        ]);
        const secrets = recording.registrations
            .filter(
                ({ type, inputs }) => type.endsWith(":Role") && JSON.stringify(inputs).includes('"secrets"'),
            )
            .map(({ inputs }) => (inputs["metadata"] as { namespace: string }).namespace);
        assert.deepEqual(
            [...new Set(secrets)].sort(),
            ["flux-shop--dev", "flux-shop--prod", "flux-shop--test"],
            "no Secret of an app is in reach",
        );
    });
});

test("an estate with Flux and Argo CD gives each its own apps, accounts and clusters", async () => {
    const estate = model({
        flux: { manifests: { path: "manifests" } },
        apps: { web: { engine: "flux" } },
    });
    const recording = await declared(estate);
    assert.deepEqual(objects(recording, "HelmRelease"), [
        "flux-shop/web-dev-member1",
        "flux-shop/web-prod-member1",
        "flux-shop/web-prod-member2",
        "flux-shop/web-test-member1",
    ]);
    assert.deepEqual(objects(recording, "Application"), [
        "argocd/api-dev-member1",
        "argocd/api-prod-member1",
        "argocd/api-prod-member2",
        "argocd/api-test-member1",
    ]);
    const subject = (name: string): unknown =>
        (registration(recording, name).inputs["subjects"] as unknown[])[0];
    const [web, api] = ["web", "api"].map((app) =>
        recording.registrations.find(
            ({ type, name }) =>
                type.endsWith(":RoleBinding") &&
                name.startsWith(`app-${app}-dev-member1`) &&
                !/further/.test(name),
        ),
    );
    assert.deepEqual(subject(web?.name ?? ""), {
        kind: "ServiceAccount",
        name: "delivery-dev",
        namespace: "flux-shop",
    });
    assert.deepEqual(subject(api?.name ?? ""), {
        kind: "ServiceAccount",
        name: "argocd-manager",
        namespace: "acme-delivery",
    });
});

test("Both engines report commits on GitLab, each its own, with one token for each repository", async () => {
    const relay = { image: "harbor.test/platform/relay:1", commits: true };
    const recording = await declared(
        model({
            flux: { manifests: { path: "manifests" } },
            notifications: { relay },
            apps: { web: { engine: "flux" } },
        }),
    );
    assert.ok(objects(recording, "Provider").includes("flux-shop/gitlab--commits"));
    assert.deepEqual(
        objects(recording, "Alert").filter((name) => name.includes("gitlab--commits")),
        ["dev-member1", "prod-member1", "prod-member2", "test-member1"].map(
            (place) => `flux-shop/web-${place}--gitlab--commits`,
        ),
    );
    const writers = recording.registrations.filter(({ name }) => name.endsWith("-status-writer"));
    assert.deepEqual(
        writers.map(({ inputs }) => [inputs["accessLevel"], inputs["scopes"]]),
        writers.map(() => ["developer", ["api"]]),
    );
    assert.equal(writers.length, 2);
    const reported = recording.registrations
        .filter(({ type, name }) => type.endsWith(":ConfigMap") && name.endsWith("-relay-configmap"))
        .map(({ inputs }) => (inputs["data"] as Record<string, string>)["deliveries.json"] ?? "{}")
        .map((text) => JSON.parse(text) as Record<string, { branch: string; page: string }>);
    const deliveries = Object.assign({}, ...reported) as (typeof reported)[number];
    assert.deepEqual(
        reported.map((each) => [...new Set(Object.keys(each).map((name) => name.split("-")[0]))]).sort(),
        [["api"], ["web"]],
    );
    assert.equal(deliveries["web-dev-member1"]?.branch, "dev");
    assert.equal(deliveries["web-dev-member1"]?.page, "");
    assert.match(deliveries["api-dev-member1"]?.page ?? "", /\/applications\/argocd\/api-dev-member1$/);
});

test("an environment's account writes the namespaces and records of that environment alone", async () => {
    const { registrations } = await declared(fluxModel());
    const reach: Record<string, string[]> = {};
    for (const { type, provider, inputs } of registrations) {
        const { subjects, metadata } = inputs as {
            subjects?: { name: string; namespace: string }[];
            metadata: { name: string; namespace: string };
        };
        if (type.endsWith(":RoleBinding") && provider === "cluster-member1") {
            for (const { name } of (subjects ?? []).filter(({ namespace }) => namespace === "flux-shop")) {
                (reach[name] ??= []).push(`${metadata.namespace}/${metadata.name}`);
            }
        }
    }
    const only = (environment: string): string[] =>
        [
            `api-${environment}/delivery`,
            `web-${environment}/delivery`,
            `flux-shop--${environment}/delivery-records`,
            `flux-shop/delivery-${environment}-itself`,
        ].sort();
    assert.deepEqual(
        Object.fromEntries(Object.entries(reach).map(([name, objects]) => [name, objects.sort()])),
        {
            "delivery-dev": only("dev"),
            "delivery-test": only("test"),
            "delivery-prod": only("prod"),
        },
    );
    // Each kubeconfig has the token of its own account.
    for (const environment of ["dev", "test", "prod"]) {
        const { inputs } =
            registrations.find(({ name }) => name === `flux-shop--${environment}--member1-secret`) ?? {};
        const { value } = secretValue(inputs?.["stringData"]) as { value: string };
        assert.deepEqual((parse(value) as { users: unknown }).users, [
            {
                name: `delivery-${environment}`,
                user: { token: `fake-token-of-access-member1--flux--shop--${environment}-token` },
            },
        ]);
    }
});

test("a team's namespace on the host is the same object, with and without apps on the host", async () => {
    const onHost = { dev: { clusters: ["host"] } };
    for (const environments of [{}, onHost]) {
        const { registrations } = await declared(fluxModel({ environments }));
        const made = (provided: string): string[] =>
            registrations
                .filter(
                    ({ type, provider, inputs }) =>
                        type.endsWith(":Namespace") &&
                        provider === provided &&
                        (inputs["metadata"] as { name: string }).name === "flux-shop",
                )
                .map(({ type, name }) => `${type} ${name}`);
        assert.deepEqual(made("cluster-host"), ["kubernetes:core/v1:Namespace flux-shop-namespace"]);
        assert.deepEqual(made("cluster-member1"), [
            "kubernetes:core/v1:Namespace accounts-member1--flux--shop-namespace",
        ]);
    }
});

test("names of teams and clusters that meet in a hyphen stay apart", () => {
    const key = (team: string, cluster: string): string =>
        accountKey({ engine: "flux", team }, "dev", cluster, engines);
    assert.notEqual(key("eu-shop", "m1"), key("shop", "m1-flux-eu"));
    assert.equal(key("shop", "m1"), "m1--flux--shop--dev");
});
