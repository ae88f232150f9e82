/** What the image updater is told. Keys are those of its documentation for versions below 1.0; it is not run here. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { parse } from "yaml";
import { updaterAnnotations } from "../../../components/images/annotations";
import { UpdaterCredentials, updaterSettings } from "../../../components/images/updater";
import type { ImageUpdater } from "../../../estate/model";
import { childrenOf, leaks, record, registration, secretValue } from "../../support/engine";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";

const updater: ImageUpdater = {
    environments: ["dev"],
    strategy: "newest-build",
    allowTags: "regexp:^main-",
    ignoreTags: ["*-rc"],
    platforms: [],
    images: {},
    writeBack: "source",
    mergeRequest: false,
};
const prefix = "argocd-image-updater.argoproj.io";

test("annotations of an app with a chart", () => {
    const app = sampleApp("web", { updater });
    assert.deepEqual(updaterAnnotations(sampleEstate([app]), app, sampleAppEnvironment("web", "dev")), {
        [`${prefix}/image-list`]: "web=harbor.test/web-dev/web",
        [`${prefix}/web.update-strategy`]: "newest-build",
        [`${prefix}/web.allow-tags`]: "regexp:^main-",
        [`${prefix}/web.ignore-tags`]: "*-rc",
        [`${prefix}/web.pull-secret`]: "secret:argocd/updater-pull-web-dev#credentials",
        [`${prefix}/web.helm.image-name`]: "image",
        [`${prefix}/web.helm.image-tag`]: "imagetag",
        [`${prefix}/write-back-method`]: "git:secret:argocd/updater-write-web",
        [`${prefix}/git-branch`]: "dev",
    });
});

test("annotations of a kustomization that is written itself", () => {
    const app = sampleApp("api", {
        delivery: "kustomize",
        updater: { ...updater, writeBack: "values", ignoreTags: [] },
    });
    const annotations = updaterAnnotations(sampleEstate([app]), app, sampleAppEnvironment("api", "dev"));
    assert.equal(annotations[`${prefix}/api.kustomize.image-name`], "app");
    assert.equal(annotations[`${prefix}/write-back-target`], "kustomization");
    assert.equal(`${prefix}/api.ignore-tags` in annotations, false);
});

test("no annotation where the updater does not act", () => {
    const app = sampleApp("web", { updater });
    assert.deepEqual(updaterAnnotations(sampleEstate([app]), app, sampleAppEnvironment("web", "test")), {});
    assert.deepEqual(
        updaterAnnotations(sampleEstate(), sampleApp("web"), sampleAppEnvironment("web", "dev")),
        {},
    );
});

test("settings name every registry by what images begin with", () => {
    const { registries } = parse(updaterSettings(sampleEstate())["registries.conf"] ?? "") as {
        registries: Record<string, unknown>[];
    };
    assert.deepEqual(registries, [
        {
            name: "main",
            api_url: "https://harbor.test",
            prefix: "harbor.test",
            insecure: false,
            defaultns: "",
        },
    ]);
});

test("credentials: a puller per environment it acts in and one writer, all secret", async () => {
    const app = sampleApp("web", { updater });
    const login = { username: "robot$web-dev+pull", password: "fake" };
    const recording = await record(() => {
        const args = {
            estate: sampleEstate([app]),
            app,
            pull: { dev: login },
            write: { username: "oauth2", password: "fake-token" },
        };
        new UpdaterCredentials("updater", args, { providers: [new k8s.Provider("host")] });
    });
    assert.deepEqual(childrenOf(recording, "updater"), [
        "kubernetes:core/v1:Secret updater-pull-dev",
        "kubernetes:core/v1:Secret updater-write",
    ]);
    assert.deepEqual(leaks(recording), []);
    assert.deepEqual(secretValue(registration(recording, "updater-pull-dev").inputs["stringData"]), {
        credentials: "robot$web-dev+pull:fake",
    });
});

test("a missing puller is named", async () => {
    const app = sampleApp("web", { updater });
    await assert.rejects(
        record(() => {
            const args = {
                estate: sampleEstate([app]),
                app,
                pull: {},
                write: { username: "x", password: "y" },
            };
            new UpdaterCredentials("updater", args, { providers: [new k8s.Provider("host")] });
        }),
        /UpdaterCredentials "updater": no pull robot for environment "dev" was given\./,
    );
});
