/**
 * Flows as plans: a flow that is no part of the program, in a copy of the registry, from the spec to the resources. What
 * it does not prove: that pipelines of such a flow do what their settings say; those are templates of the flow's own.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declareEstate } from "../../components/program";
import { check, resolve, specSchema, type Problem, type Spec } from "../../estate";
import { versionKeys } from "../../estate/delivery";
import { flows } from "../../estate/flows";
import {
    mergePlans,
    onlyConfig,
    type BranchPlan,
    type FlowDefinition,
    type FlowRegistry,
} from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import { sampleApp, sampleCredentials, samplePrepared } from "../components/sample";
import { record, registration, type Recording } from "../support/engine";
import { spec, type Overrides } from "../support/estate";

/** One branch in the config repository, a folder per environment; commits of main come to staging, release tags to prod. */
const folders: FlowDefinition = {
    description: "a folder of the config repository is an environment, and a tag releases",
    plan: ({ app, environments }) => ({
        source: {
            description: `Source of ${app.name}`,
            start: "trunk",
            branches: [branch("trunk", [])],
            tags: { releases: { pattern: "release-*", create: "maintainer" } },
            merges: { squash: "default_off", removeSource: true, requirePipeline: true },
        },
        configs: onlyConfig(
            { app, environments },
            {
                deploys: true,
                plan: {
                    description: "What runs where: each folder is an environment",
                    start: "live",
                    branches: [branch("live", ["ci"]), branch("trial-*", [])],
                    tags: { baselines: { pattern: "baseline-*", create: "no one" } },
                    merges: {
                        squash: "default_off",
                        removeSource: true,
                        requirePipeline: false,
                        credentials: false,
                    },
                },
            },
        ),
        versions: Object.fromEntries(
            environments.map(({ name }) => [
                name,
                {
                    repository: app.config.fullPath,
                    revision: "live",
                    folder: `${app.config.folder}/${name}`,
                    ...versionKeys[app.delivery],
                },
            ]),
        ),
        lanes: [
            {
                ref: { kind: "branch", name: "trunk" },
                environment: "staging",
                tag: { prefix: "", of: "commit" },
                writer: "ci",
                start: "push",
                reuses: [],
                mergesBack: [],
            },
            {
                ref: { kind: "tag", name: "release-*" },
                environment: "prod",
                tag: { prefix: "", of: "ref" },
                writer: "ci",
                start: "person",
                reuses: [],
                mergesBack: [],
            },
        ],
        promotions: [],
        pipelines: "environment-branches",
    }),
    rules: [
        {
            id: "folders-helm",
            rule: "must be helm",
            severity: "error",
            check: (_checked, apps) =>
                apps
                    .filter(({ delivery }) => delivery !== "helm")
                    .map(({ name, delivery }) => ({
                        path: `apps.${name}.delivery`,
                        value: delivery,
                        fix: "write helm",
                    })),
        },
    ],
};

const registry: FlowRegistry = { ...flows, folders };

function branch(name: string, writers: BranchPlan["writers"]): BranchPlan {
    return { name, push: "no one", merge: "maintainer", writers, temporary: false };
}

/** A spec whose apps have the toy flow; the schema knows the program's own flows only. */
function toySpec(overrides: Overrides = {}): Spec {
    const read = specSchema.parse(
        spec({
            environments: {
                dev: undefined,
                test: undefined,
                staging: { clusters: ["member1"], class: "nonprod" },
                prod: { promotesFrom: undefined },
            },
            apps: { api: undefined },
            channels: { oncall: undefined },
            // Copies have their variables one by one, which this looks at.
            pipelines: { use: "copied" },
            ...overrides,
        }),
    );
    return { ...read, defaults: { ...read.defaults, flow: "folders" } };
}

function toyEstate(): Estate {
    return resolve(toySpec(), { flows: registry });
}

describe("a flow of somebody else's", () => {
    it("brings its own rules, and those of other flows do not apply to it", () => {
        const found = (written: Spec, flowsOf?: FlowRegistry): Problem[] =>
            check(written, resolve(written, { flows: registry }), flowsOf && { flows: flowsOf });
        assert.deepEqual(found(toySpec(), registry), []);
        const kustomize = toySpec({ apps: { web: { delivery: "kustomize" }, api: undefined } });
        assert.deepEqual(
            found(kustomize, registry).map(({ id, path: at, value }) => [id, at, value]),
            [["folders-helm", "apps.web.delivery", "kustomize"]],
        );
        // Two environments without one before them: what environment branches refuse.
        const branches = { ...toySpec(), defaults: { ...toySpec().defaults, flow: "environment-branches" } };
        assert.deepEqual([...new Set(found(branches, registry).map(({ id }) => id))], ["promotion-start"]);
    });

    it("cannot share a config repository with another flow", () => {
        const config = { scope: "team" };
        const written = toySpec({
            apps: { web: { config }, api: { team: "shop", config, delivery: "helm" } },
        });
        const { web, api } = written.apps;
        assert.ok(web !== undefined && api !== undefined);
        const mixed: Spec = {
            ...written,
            environments: {
                ...written.environments,
                prod: { ...written.environments["prod"]!, promotesFrom: "staging" },
            },
            apps: { web, api: { ...api, flow: "environment-branches" } },
        };
        assert.deepEqual(
            check(mixed, resolve(mixed, { flows: registry }), { flows: registry }).map(({ id, path: at }) => [
                id,
                at,
            ]),
            [["shared-config", "apps.web.flow"]],
        );
    });

    it("is frozen with the model, and reported where it is not in the registry", () => {
        const plan = toyEstate().apps["web"]?.plan;
        assert.ok(plan !== undefined);
        assert.ok(
            Object.isFrozen(plan.configs[0].plan.branches[0]) && Object.isFrozen(plan.versions["prod"]),
        );
        const unknown = toySpec();
        const ids = check(unknown, resolve(unknown)).map(({ id }) => id);
        assert.ok(ids.includes("flow-exists"), ids.join());
    });
});

describe("an estate with it", async () => {
    const estate = toyEstate();
    const channels = Object.fromEntries(
        Object.keys(estate.channels).map((name) => [name, { url: "https://chat.test/fake-hook" }]),
    );
    const recording: Recording<unknown> = await record(() =>
        declareEstate(estate, { ...sampleCredentials, channels }, samplePrepared),
    );
    const names = (type: string): string[] =>
        recording.registrations.filter((one) => one.type === type).map(({ name }) => name);
    const variables = (project: string): Record<string, unknown> =>
        Object.fromEntries(
            recording.registrations
                .filter((one) => one.type.endsWith(":ProjectVariable") && one.name.startsWith(project))
                .map(({ inputs }) => [String(inputs["key"]), inputs["value"]]),
        );

    it("has the branches and protections of its plan, and no others", () => {
        assert.deepEqual(names("gitlab:index/branch:Branch"), []);
        const protections = names("gitlab:index/branchProtection:BranchProtection").map((name) => {
            const { branch: of, pushAccessLevel, mergeAccessLevel } = registration(recording, name).inputs;
            return [name, of, pushAccessLevel, mergeAccessLevel];
        });
        assert.deepEqual(protections, [
            ["app-web-repository-branch-trunk", "trunk", "maintainer", "maintainer"],
            // CI writes there, and the free tier names nobody.
            ["config-web-branch-live-protection", "live", "developer", "maintainer"],
            ["config-web-branch-trial-*-protection", "trial-*", "no one", "maintainer"],
            // The estate's own, whatever the flow.
            ["pipelines-branch", "main", "maintainer", "maintainer"],
        ]);
        assert.deepEqual(
            names("gitlab:index/tagProtection:TagProtection").map((name) => {
                const { tag, createAccessLevel } = registration(recording, name).inputs;
                return [name, tag, createAccessLevel];
            }),
            [
                ["app-web-repository-releases", "release-*", "maintainer"],
                ["config-web-baselines", "baseline-*", "no one"],
                ["pipelines-versions", "v*", "maintainer"],
            ],
        );
    });

    it("has its repositories start and accept merges as it says, with content for each place of a version", () => {
        const { inputs } = registration(recording, "config-web-project");
        assert.deepEqual(
            ["defaultBranch", "description", "squashOption", "removeSourceBranchAfterMerge"].map(
                (key) => inputs[key],
            ),
            ["live", "What runs where: each folder is an environment", "default_off", true],
        );
        assert.equal(inputs["onlyAllowMergeIfPipelineSucceeds"], false);
        assert.equal(registration(recording, "app-web-repository-project").inputs["defaultBranch"], "trunk");
        const written = names("gitlab:index/repositoryFile:RepositoryFile");
        for (const environment of ["prod", "staging"]) {
            const file = registration(recording, `config-web-file-web/${environment}/values.yaml`);
            assert.equal(file.inputs["branch"], "live");
        }
        assert.ok(!written.includes("config-web-file-web/values.yaml"));
    });

    it("configures the jobs of each lane, with a robot that pushes there, and all jobs which refs come where", () => {
        const told = (scope: string): Record<string, unknown> =>
            Object.fromEntries(
                recording.registrations
                    .filter(
                        ({ type, name, inputs }) =>
                            type.endsWith(":ProjectVariable") &&
                            name.startsWith("app-web-build") &&
                            inputs["environmentScope"] === scope &&
                            /^(LANE|DELIVERY|TAG|CONFIG_(BRANCH|FOLDER)|IMAGE)/.test(String(inputs["key"])),
                    )
                    .map(({ inputs }) => [String(inputs["key"]), inputs["value"]]),
            );
        assert.deepEqual(told("*"), {
            LANE_STAGING: "/^trunk$/",
            LANE_STAGING_START: "push",
            LANE_PROD: "/^release-/",
            LANE_PROD_START: "person",
        });
        assert.deepEqual(told("staging"), {
            DELIVERY_BRANCH: "trunk",
            IMAGE: "harbor.test/web-staging/web",
            TAG_WRITER: "ci",
            CONFIG_BRANCH: "live",
            CONFIG_FOLDER: "web/staging",
        });
        assert.deepEqual(told("prod"), {
            DELIVERY_START: "person",
            DELIVERY_TAG: "release-*",
            IMAGE: "harbor.test/web-prod/web",
            TAG_OF: "ref",
            TAG_WRITER: "ci",
            CONFIG_BRANCH: "live",
            CONFIG_FOLDER: "web/prod",
        });
        const passwords = recording.registrations
            .filter(({ inputs }) => inputs["key"] === "REGISTRY_PASSWORD")
            .map(({ inputs }) => inputs["environmentScope"]);
        assert.deepEqual(passwords.sort(), ["prod", "staging"]);
        assert.deepEqual(
            names("harbor:index/robotAccount:RobotAccount").filter((name) => name.includes("-push")),
            ["app-web-push-prod-robot", "app-web-push-staging-robot"],
        );
        assert.deepEqual(variables("app-web-promotion"), {}, "nothing is promoted");
    });

    it("has Applications that follow the folder of their environment", () => {
        const sources = recording.registrations
            .filter(({ type }) => type === "kubernetes:argoproj.io/v1alpha1:Application")
            .map(({ inputs }) => {
                const { source } = inputs["spec"] as { source: Record<string, unknown> };
                return [source["targetRevision"], source["path"]];
            });
        assert.deepEqual(sources, [
            ["live", "web/prod"],
            ["live", "web/prod"],
            ["live", "web/staging"],
        ]);
    });
});

describe("plans of apps that share a repository", () => {
    const config = sampleApp("web").plan.configs[0].plan;
    const [dev] = config.branches;
    assert.ok(dev !== undefined);

    it("come to what each of them needs", () => {
        const quiet = sampleApp("api", { ci: "none" }).plan.configs[0].plan;
        const merged = mergePlans([quiet, config]);
        assert.deepEqual(merged, config);
        assert.deepEqual(mergePlans([config, quiet]), config);
    });

    it("have the branches of both, with the greater number of approvals", () => {
        const one = { ...config, branches: [{ ...dev, approval: { name: "dev", required: 1 } }] };
        const two = {
            ...config,
            branches: [
                { ...dev, approval: { name: "dev", required: 2 } },
                { ...dev, name: "more" },
            ],
        };
        assert.deepEqual(
            mergePlans([one, two]).branches.map(({ name, approval }) => [name, approval?.required]),
            [
                ["dev", 2],
                ["more", undefined],
            ],
        );
    });
});
