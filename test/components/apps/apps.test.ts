import * as assert from "node:assert/strict";
import { test } from "node:test";
import { AppSpace } from "../../../components/apps/app";
import { buildVariables, promotionVariables } from "../../../components/apps/variables";
import { configPlans, usedClusters } from "../../../components/apps/plan";
import { hostCluster } from "../../../estate/host";
import { protectedObjects } from "../../../components/support/protected";
import { environmentImage, environmentValues } from "../../../components/support/rendering";
import { sampleApp, sampleAppEnvironment, sampleEnvironment, sampleEstate } from "../sample";
import * as pulumi from "@pulumi/pulumi";

const login = { username: pulumi.output("user"), password: pulumi.output("fake-password") };

test("an app has a config repository of its own, a team shares one", () => {
    const config = { ...sampleApp("web").config, scope: "team" as const, fullPath: "acme/shop/config" };
    const apps = [
        sampleApp("web", { config }),
        sampleApp("api", { config, environments: [sampleAppEnvironment("api", "test")] }),
        sampleApp("own"),
    ];
    const plans = configPlans(sampleEstate(apps)).map(({ name, apps: served, environments }) => ({
        name,
        apps: served.map((app) => app.name),
        environments: environments.map((environment) => environment.name),
    }));
    assert.deepEqual(plans, [
        { name: "team-config-shop", apps: ["api", "web"], environments: ["dev", "test", "prod"] },
        { name: "config-own", apps: ["own"], environments: ["dev", "test", "prod"] },
    ]);
});

test("environments of a config repository are those its apps reach", () => {
    const app = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] });
    assert.deepEqual(configPlans(sampleEstate([app]))[0]?.environments, [sampleEnvironment("dev")]);
    assert.deepEqual(configPlans(sampleEstate([])), []);
});

test("only clusters that run an app are opened to Argo CD", () => {
    assert.deepEqual(Object.keys(usedClusters(sampleEstate())), ["member1"]);
    assert.deepEqual(usedClusters(sampleEstate([])), {});
    const onHost = sampleApp("web", {
        environments: [sampleAppEnvironment("web", "dev", { clusters: ["host", "member1"] })],
    });
    assert.deepEqual(
        Object.entries(usedClusters(sampleEstate([onHost]))).map(([name, { namespaces }]) => [
            name,
            namespaces,
        ]),
        [
            ["host", ["web-dev"]],
            ["member1", ["web-dev"]],
        ],
    );
});

test("an app needs the servers of its environments, each named where it is missing", () => {
    const estate = sampleEstate();
    const app = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] });
    const provider = {} as pulumi.ProviderResource;
    const account = { name: "argocd-manager", namespace: "acme-delivery", role: "acme-delivery" };
    const whole = {
        estate,
        app,
        providers: { gitlab: provider, registries: { main: provider }, clusters: { member1: provider } },
        accounts: { dev: { member1: account } },
    };
    assert.deepEqual(AppSpace.check(whole), []);
    const registry = ['environment "dev" needs registry "main" and its provider.'];
    assert.deepEqual(AppSpace.check({ ...whole, estate: { ...estate, registries: {} } }), registry);
    assert.deepEqual(
        AppSpace.check({ ...whole, providers: { ...whole.providers, registries: {} } }),
        registry,
    );
    const cluster = ['environment "dev" needs a provider and a delivery account of cluster "member1".'];
    assert.deepEqual(AppSpace.check({ ...whole, accounts: {} }), cluster);
    assert.deepEqual(AppSpace.check({ ...whole, providers: { ...whole.providers, clusters: {} } }), cluster);
});

test("the host is found, and missed", () => {
    assert.equal(hostCluster(sampleEstate()).name, "host");
    assert.throws(() => hostCluster(sampleEstate([], { clusters: {} })), /no host cluster/);
});

test("the building pipeline gets the first environment's project and branch only", () => {
    const { plain, secret } = buildVariables(sampleEstate(), sampleApp("web"), {
        push: { dev: login },
        pull: {},
        config: { dev: login },
    });
    assert.deepEqual(Object.keys(plain).sort(), [
        "APP",
        "BUILDER",
        "BUILD_IMAGE",
        "CONFIG_BRANCH",
        "CONFIG_FOLDER",
        "CONFIG_FORMAT",
        "CONFIG_REPOSITORY",
        "CONFIG_USERNAME",
        "DELIVERY_BRANCH",
        "DELIVER_IMAGE",
        "IMAGE",
        "REGISTRY",
        "REGISTRY_USERNAME",
        "TAG_WRITER",
    ]);
    assert.equal(plain["IMAGE"], "harbor.test/web-dev/web");
    assert.equal(plain["CONFIG_BRANCH"], "dev");
    assert.deepEqual(Object.keys(secret).sort(), ["CONFIG_TOKEN", "REGISTRY_PASSWORD"]);
});

test("where the image updater writes the tag, the pipeline cannot", () => {
    const updater = {
        environments: ["dev"],
        strategy: "newest-build" as const,
        allowTags: "any",
        ignoreTags: [],
        platforms: [],
        images: {},
        mergeRequest: false,
        writeBack: "source" as const,
    };
    const app = sampleApp("web", { updater });
    const { plain, secret } = buildVariables(sampleEstate([app]), app, {
        push: { dev: login },
        pull: {},
        config: { dev: login },
    });
    assert.equal(plain["TAG_WRITER"], "updater");
    assert.equal(plain["TAG_PREFIX"], "main-");
    assert.deepEqual(
        Object.keys(plain).filter((key) => key.startsWith("CONFIG_")),
        [],
    );
    assert.deepEqual(Object.keys(secret), ["REGISTRY_PASSWORD"]);
});

test("the promoting pipeline gets who is promoted where and the promotion robot", () => {
    const { plain, secret } = promotionVariables(sampleEstate(), sampleApp("web"), { main: login });
    assert.deepEqual(Object.keys(plain).sort(), ["PROMOTIONS", "PROMOTION_MAIN_USERNAME"]);
    assert.deepEqual(Object.keys(secret), ["PROMOTION_MAIN_PASSWORD"]);
});

test("in a shared repository the keys carry the app's name", () => {
    const app = sampleApp("web-ui", { config: { ...sampleApp("web-ui").config, scope: "team" } });
    const { plain, secret } = promotionVariables(sampleEstate([app]), app, { main: login });
    assert.deepEqual(
        Object.keys({ ...plain, ...secret }).filter((key) => !key.endsWith("_WEB_UI")),
        [],
    );
});

test("what a destroy leaves is named, and for what", () => {
    assert.deepEqual(protectedObjects(sampleEstate([sampleApp("web"), sampleApp("api")])), {
        "GitLab group acme": "api prod, web prod",
        "GitLab group acme/shop": "api prod, web prod",
        "GitLab project acme/pipelines": "api prod, web prod",
        "GitLab project acme/shop/api": "api prod",
        "GitLab project acme/shop/api-config": "api prod",
        "GitLab project acme/shop/web": "web prod",
        "GitLab project acme/shop/web-config": "web prod",
        "Harbor project api-prod in registry main": "api prod",
        "Harbor project web-prod in registry main": "web prod",
    });
    const open = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] });
    assert.deepEqual(protectedObjects(sampleEstate([open])), {});
});

test("an environment gives its image's name, whatever the spec's values say", () => {
    const environment = sampleAppEnvironment("web", "dev", { values: { replicas: 2, image: "elsewhere" } });
    assert.deepEqual(environmentValues(environment), { replicas: 2, image: "harbor.test/web-dev/web" });
    assert.equal(environmentImage(environment), "app=harbor.test/web-dev/web:*");
});
