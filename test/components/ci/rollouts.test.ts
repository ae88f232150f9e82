/** Which jobs wait until a version is healthy: only where somebody says so. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { laneSettings, releaseSettings } from "../../../components/ci/settings";
import type { App, Estate } from "../../../estate/model";
import { awaited, awaits } from "../../../estate/rollouts";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";

const relay = { image: "relay:1", url: "http://relay.test", dedupMinutes: 30, dryRun: false };
const telling = { ...relay, commits: true } as const;

const tagged = sampleApp("web", {
    flow: "gitlab-flow",
    delivery: "kustomize",
    environments: [
        sampleAppEnvironment("web", "dev"),
        sampleAppEnvironment("web", "test"),
        sampleAppEnvironment("web", "prod", { clusters: ["member1", "member2"] }),
    ],
});

const settingsOf = (app: App, environment: string, estate: Estate): Readonly<Record<string, string>> => {
    const lane = app.plan.lanes.find((each) => each.environment === environment);
    assert.ok(lane !== undefined);
    return laneSettings(estate, app, lane);
};

test("a lane that is brought back waits for each cluster of its environment, the others do not", () => {
    const estate = sampleEstate([tagged], { relay: telling });
    assert.deepEqual(JSON.parse(settingsOf(tagged, "prod", estate)["ROLLOUT"] ?? ""), {
        api: "https://gitlab.test/api/v4/projects/acme%2Fshop%2Fweb-config",
        branch: "main",
        file: "web/overlays/prod/kustomization.yaml",
        statuses: ["gitops/web/prod/member1", "gitops/web/prod/member2"],
        token: "ROLLOUT_TOKEN",
    });
    assert.equal(settingsOf(tagged, "test", estate)["ROLLOUT"], undefined);
    assert.ok(awaited(estate, [tagged], "acme/shop/web-config"));
    assert.ok(!awaited(estate, [tagged], "acme/shop/other-config"));
});

test("nothing waits where no relay reports what becomes of commits, or only its log has it", () => {
    for (const options of [{}, { relay }, { relay: { ...telling, dryRun: true } }]) {
        const estate = sampleEstate([tagged], options);
        assert.equal(settingsOf(tagged, "prod", estate)["ROLLOUT"], undefined);
        assert.ok(!awaited(estate, [tagged], "acme/shop/web-config"));
    }
});

test("what runs on a machine is healthy when its job ends well", () => {
    const app = sampleApp("web", {
        flow: "gitlab-flow",
        environments: [
            sampleAppEnvironment("web", "dev"),
            sampleAppEnvironment("web", "prod", { clusters: [], machine: "builder" }),
        ],
    });
    const back = app.plan.lanes.filter(({ mergesBack }) => mergesBack.length > 0);
    assert.deepEqual(
        back.map((lane) => [lane.environment, awaits({ relay: telling }, app, lane)]),
        [["prod", false]],
    );
});

test("a release in a repository that apps share reads with a variable of the app", () => {
    const { config } = sampleApp("my-web");
    const app = sampleApp("my-web", { flow: "trunk", config: { ...config, scope: "team" } });
    const [guarded] = app.plan.configs.filter(({ deploys }) => deploys);
    assert.ok(guarded !== undefined);
    const path = guarded.at.fullPath;
    const rollout = (estate: Estate): unknown => {
        const [text = ""] = Object.values(releaseSettings(estate, app, path));
        const release = JSON.parse(text) as { environments: { rollout?: { token: string } }[] };
        return release.environments[0]?.rollout?.token;
    };
    assert.equal(rollout(sampleEstate([app], { relay: telling })), "ROLLOUT_TOKEN_MY_WEB");
    assert.equal(rollout(sampleEstate([app])), undefined);
});
