import assert from "node:assert/strict";
import { test } from "node:test";

import { buildSettings, promotionSettings, repositorySettings } from "../../../components/ci/settings";
import type { App } from "../../../estate/model";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";

const updated: NonNullable<App["updater"]> = {
    environments: ["dev"],
    strategy: "newest-build",
    allowTags: "any",
    ignoreTags: [],
    platforms: [],
    images: {},
    writeBack: "values",
    mergeRequest: false,
};

test("the building pipeline is told its branch, its image and where the tag goes", () => {
    const app = sampleApp("web");
    assert.deepEqual(buildSettings(sampleEstate([app]), app), {
        APP: "web",
        BUILDER: "buildah",
        BUILD_IMAGE: "mirror.test/buildah:1",
        DELIVER_IMAGE: "mirror.test/git:1",
        DELIVERY_BRANCH: "main",
        IMAGE: "harbor.test/web-dev/web",
        REGISTRY: "harbor.test",
        TAG_WRITER: "ci",
        CONFIG_REPOSITORY: "https://gitlab.test/acme/shop/web-config.git",
        CONFIG_BRANCH: "dev",
        CONFIG_FOLDER: "web",
        CONFIG_FORMAT: "helm",
    });
});

test("a hotfix changes the branch and nothing else, and the tags keep the form that is allowed", () => {
    const usual = sampleApp("web", { updater: updated });
    const lane = sampleApp("web", { updater: updated, hotfix: { branch: "hotfix-1" } });
    assert.deepEqual(buildSettings(sampleEstate([lane]), lane), {
        ...buildSettings(sampleEstate([usual]), usual),
        DELIVERY_BRANCH: "hotfix-1",
    });
    assert.equal(buildSettings(sampleEstate([lane]), lane)["TAG_PREFIX"], "main-");
});

test("a registry without TLS, or with any certificate, is told of", () => {
    const app = sampleApp("web");
    const insecure = (change: object): string | undefined => {
        const estate = sampleEstate([app]);
        const main = estate.registries["main"];
        assert.ok(main);
        const settings = buildSettings({ ...estate, registries: { main: { ...main, ...change } } }, app);
        return settings["REGISTRY_INSECURE"];
    };
    assert.equal(insecure({}), undefined);
    assert.equal(insecure({ insecure: true }), "true");
    assert.equal(insecure({ url: "http://harbor.test" }), "true");
});

test("promotions are rows of words, one for each step", () => {
    const app = sampleApp("web", {
        environments: [sampleAppEnvironment("web", "dev"), sampleAppEnvironment("web", "test")],
    });
    assert.deepEqual(promotionSettings(sampleEstate([app]), app), {
        PROMOTIONS:
            "format=helm folder=web source=dev source_image=harbor.test/web-dev/web source_registry=MAIN target=test target_image=harbor.test/web-test/web target_registry=MAIN",
        PROMOTION_MAIN_URL: "https://harbor.test",
    });
});

test("no app, no pipeline and one environment need no promotion", () => {
    const none = sampleApp("web", { ci: "none" });
    assert.deepEqual(buildSettings(sampleEstate([none]), none), {});
    assert.deepEqual(promotionSettings(sampleEstate([none]), none), {});
    assert.deepEqual(repositorySettings([none]), {});
    assert.deepEqual(repositorySettings([]), {});
    const one = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] });
    assert.deepEqual(promotionSettings(sampleEstate([one]), one), {});
    assert.deepEqual(repositorySettings([one]), {
        FIRST_BRANCH: "dev",
        COMPARE_IMAGE: "mirror.test/git:1",
        PROMOTE_IMAGE: "mirror.test/skopeo:1",
    });
});

test("a shared repository names its apps with the ending of their keys", () => {
    const config = { ...sampleApp("web").config, scope: "team" as const };
    const apps = [
        sampleApp("api", { config }),
        sampleApp("web-ui", { config }),
        sampleApp("old", { ci: "jenkins" }),
    ];
    assert.equal(repositorySettings(apps)["PROMOTION_APPS"], "api:_API web-ui:_WEB_UI");
});
