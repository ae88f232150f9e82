import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatProblems, parseEstate, rules } from "../../estate";
import { spec, type Overrides } from "../support/estate";
import { extra, premium, regions, updater, windows } from "./rules/case";
import { clusterCases } from "./rules/clusters";
import { flowCases } from "./rules/flows";
import { machineCases } from "./rules/machines";
import { nameCases } from "./rules/names";
import { pipelineCases } from "./rules/pipelines";
import { previewCases } from "./rules/previews";
import { promotionCases } from "./rules/promotion";
import { imageUpdaterCases } from "./rules/updaters";
import { referenceCases } from "./rules/references";
import { networkCases } from "./rules/network";
import { settingCases } from "./rules/settings";
import { unusedCases } from "./rules/unused";
import { deliveryCases } from "./rules/delivery";
import { accountCases } from "./engines/argocd/accounts";
import { notificationCases } from "./engines/argocd/notifications";
import { updaterCases } from "./engines/argocd/updater";
import { fluxCases } from "./engines/flux/cases";

const cases = [
    ...referenceCases,
    ...clusterCases,
    ...machineCases,
    ...promotionCases,
    ...imageUpdaterCases,
    ...nameCases,
    ...settingCases,
    ...networkCases,
    ...pipelineCases,
    ...previewCases,
    ...flowCases,
    ...updaterCases,
    ...notificationCases,
    ...deliveryCases,
    ...accountCases,
    ...fluxCases,
    ...unusedCases,
];

describe("the rules", () => {
    it("have nothing to say about the fixture, and little about an empty estate", () => {
        assert.deepEqual(parseEstate(spec()).problems, []);
        assert.deepEqual(parseEstate(spec(regions)).problems, []);
        const empty = { web: undefined, api: undefined };
        assert.deepEqual(parseEstate(spec({ apps: empty })).problems, []);
    });

    for (const { rule, title, change, context, found, severity, fix } of cases) {
        it(`${rule}: ${title}`, () => {
            const { estate, problems } = parseEstate(spec(change), context);
            const text = formatProblems(problems);
            assert.deepEqual([...new Set(problems.map((problem) => problem.id))], [rule], text);
            assert.deepEqual(
                problems.map((problem) => [problem.path, problem.value]),
                found,
                text,
            );
            assert.deepEqual([...new Set(problems.map((each) => each.severity))], [severity ?? "error"]);
            assert.match(problems[0]?.fix ?? "", fix);
            assert.equal(estate === undefined, severity !== "warning", "errors alone withhold the model");
        });
    }

    it("all have an id of their own and a case here, but for those that only prove the names", () => {
        const ids = rules.map((rule) => rule.id);
        assert.equal(new Set(ids).size, ids.length);
        // Names are built so that these cannot happen one at a time; they guard names.ts. And no engine of the program lacks
        // an ability: test/components/engines/toy.test.ts has one that does.
        const proofs = ["derived-name", "unique-team-project", "unique-robot", "engine-ability"];
        assert.deepEqual(
            ids.filter((id) => !proofs.includes(id) && !cases.some((one) => one.rule === id)),
            [],
        );
    });

    it("nested-branch: a hotfix in the delivered branch, beside the word that it is on", () => {
        const change = { apps: { web: { hotfix: { branch: "main/fix", from: "v1.0.0" } } } };
        const [nested, ...others] = parseEstate(spec(change)).problems.filter(({ id }) => id !== "hotfix-on");
        assert.deepEqual(others, []);
        assert.deepEqual([nested?.id, nested?.path], ["nested-branch", "apps.web.hotfix.branch"]);
        assert.match(nested?.fix ?? "", /^the delivered branch has main; .* main-fix$/);
    });

    it("allow what only looks wrong", () => {
        const fine: Overrides[] = [
            { environments: { dev: { clusters: ["host"] } } },
            {
                gitlab: { url: "http://127.0.0.1:8929", plainHttp: true },
                registries: { main: { url: "http://harbor.test:8930", plainHttp: true } },
            },
            {
                channels: { talk: { kind: "slack", recipient: "general" }, hook: { kind: "webhook" } },
                teams: { shop: { channels: ["ops", "talk", "hook"] } },
            },
            { apps: { web: { config: { scope: "team" } }, api: { config: { scope: "team" } } } },
            {
                // What only an app's own pipeline uses is the app's.
                apps: {
                    web: {
                        config: { scope: "team" },
                        pipeline: { builder: "kaniko", images: { test: "harbor.test/ci/node:1" } },
                    },
                    api: {
                        config: { scope: "team" },
                        ci: "jenkins",
                        pipeline: { builder: "buildah" },
                    },
                },
            },
            { apps: { web: { environments: { dev: null } } } },
            // A long name, with a short trigger.
            {
                channels: {
                    "a-channel-for-everybody-in-the-shop": { kind: "webhook", triggers: ["on-deployed"] },
                },
                teams: { shop: { channels: ["ops", "a-channel-for-everybody-in-the-shop"] } },
            },
            // Beside each other, not one in the other.
            { environments: { dev: { branch: "env-dev" }, prod: { branch: "env/prod" } } },
            { apps: { web: { environments: { test: null, prod: null } } } },
            { ...updater, apps: { web: { updater: { allowTags: "regexp:^main-[0-9a-f]{8,40}$" } } } },
            { ...updater, apps: { web: { updater: { allowTags: "regexp:^main-[0-9]+$" } } } },
            { ...updater, apps: { web: { updater: { allowTags: "regexp:^main-f.*[a-f]$" } } } },
            { ...updater, apps: { web: { updater: { allowTags: "regexp:\\Amain-[[:xdigit:]]+\\z" } } } },
            {
                ...updater,
                apps: { web: { updater: { ignoreTags: ["*-debug", "main-[0-7]*", "[^m]*", "????"] } } },
            },
            // Where CI writes the tag or pushes nothing, the updater looks at other images.
            {
                ...updater,
                apps: { web: { updater: { environments: ["test"], allowTags: "regexp:^v[0-9]+$" } } },
            },
            { ...updater, apps: { web: { ci: "none", updater: { allowTags: "regexp:^v[0-9]+$" } } } },
            {
                ...updater,
                apps: {
                    web: {
                        repository: { branch: "release/2" },
                        updater: { allowTags: "regexp:^release-2-[0-9a-f]{10}$" },
                    },
                },
            },
            extra({ image: "docker.io/library/redis", helm: { tag: "redis.tag" } }),
            {
                ...updater,
                apps: { api: { updater: { images: { redis: { image: "redis" } }, writeBack: "values" } } },
            },
            {
                argocd: {
                    imageUpdaterVersion: "0.12.2",
                    imageUpdater: { webhookUrl: "http://127.0.0.1:8947", webhookListener: "other" },
                },
            },
            ...[">=1.0 <2", ">=1.2 <2 !=1.5.0", "1.2 - 2", "~1.2 || ^3", "1.x", ">=2.0.0-rc.1"].map(
                (constraint) => ({
                    ...updater,
                    apps: { web: { updater: { strategy: "semver", constraint } } },
                }),
            ),
            { ...updater, apps: { web: { updater: { strategy: "digest", constraint: "latest" } } } },
            windows({ schedule: "*/15 0-6,22 1 1-12 1-5", timeZone: "Asia/Shanghai" }),
            windows({ schedule: "5/15 0 ? JAN,jul MON-FRI" }),
            windows({ schedule: "0 0 29 2 *" }),
            windows({ schedule: "@daily" }),
            { argocd: { accounts: { "ci-bot": { role: "role:shop-releaser" } } } },
            { defaults: { values: { a: 1 } } },
            { ...premium, environments: { prod: { approvals: 2 } } },
            { clusters: { member1: { access: { context: "m" } }, member2: { access: { context: "m" } } } },
            { argocd: { manifests: { version: "3.1.0", path: "manifests" } } },
            { argocd: { manifests: { version: "3.1.0", sha256: "0".repeat(64) } } },
        ];
        for (const change of fine) {
            const { problems } = parseEstate(spec(change));
            assert.deepEqual(problems, [], `${JSON.stringify(change)}\n${formatProblems(problems)}`);
        }
    });
});
