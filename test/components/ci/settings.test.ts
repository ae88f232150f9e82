import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

test("the building pipeline gets its branch, its image and where the tag goes", () => {
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

test("a registry without TLS, or with any certificate, is passed on to the job", () => {
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

test("what is promoted is one document: branches, where the version is, images and registries", () => {
    const app = sampleApp("web", {
        environments: [sampleAppEnvironment("web", "dev"), sampleAppEnvironment("web", "test")],
    });
    const settings = promotionSettings(sampleEstate([app]), app);
    assert.deepEqual(Object.keys(settings), ["PROMOTIONS"]);
    assert.deepEqual(JSON.parse(settings["PROMOTIONS"] ?? ""), {
        app: "web",
        registries: {
            main: {
                url: "https://harbor.test",
                username: "PROMOTION_MAIN_USERNAME",
                password: "PROMOTION_MAIN_PASSWORD",
            },
        },
        steps: [
            {
                from: "dev",
                into: "test",
                file: "web/values.yaml",
                key: "imagetag",
                source: { registry: "main", image: "harbor.test/web-dev/web" },
                target: { registry: "main", image: "harbor.test/web-test/web" },
            },
        ],
    });
});

test("a registry whose certificate is not looked at is named as such", () => {
    const app = sampleApp("web");
    const estate = sampleEstate([app]);
    const main = estate.registries["main"];
    assert.ok(main);
    const settings = promotionSettings({ ...estate, registries: { main: { ...main, insecure: true } } }, app);
    assert.match(settings["PROMOTIONS"] ?? "", /"url":"https:\/\/harbor\.test","insecure":true,/);
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
        PROMOTE_IMAGE: "mirror.test/node:1",
        PROMOTION_APPS: repositorySettings([one])["PROMOTION_APPS"],
    });
});

test("in a shared repository each app has a document and logins of its own", () => {
    const config = { ...sampleApp("web").config, scope: "team" as const };
    const app = sampleApp("web-ui", { config });
    const settings = promotionSettings(sampleEstate([app]), app);
    assert.deepEqual(Object.keys(settings), ["PROMOTIONS_WEB_UI"]);
    assert.match(settings["PROMOTIONS_WEB_UI"] ?? "", /"password":"PROMOTION_MAIN_PASSWORD_WEB_UI"/);
});

test("a ci/promote.sh of an earlier version fails and says what to do, instead of finding nothing to promote", () => {
    // How that script finds its rows.
    const script = `
        set -eu
        value_of() { eval "printf '%s' \\"\\\${$1:-}\\""; }
        for entry in \${PROMOTION_APPS:-}; do
            app=\${entry%%:*}
            suffix=\${entry#"$app"}
            suffix=\${suffix#:}
            table=$(value_of "PROMOTIONS$suffix")
        done
        echo "Nothing is promoted"`;
    const app = sampleApp("web");
    const env = { ...repositorySettings([app]), ...promotionSettings(sampleEstate([app]), app) };
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env });
    assert.notEqual(status, 0);
    assert.equal(stdout, "");
    assert.match(stderr, /PROMOTIONS_OF_AN_EARLIER_VERSION: must_be_replaced;_see_docs\/troubleshooting\.md/);
});
