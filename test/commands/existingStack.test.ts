/** What the commands decide before an estate that lives is changed. That they act on it: test/e2e/changes.test.ts, faults.test.ts. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import type { Answer, Ask } from "../../commands/doctor/http";
import { otherAddresses } from "../../commands/support/addresses";
import { changedBranches, existing, withoutResources } from "../../commands/support/branches";
import { changedEnvironments } from "../../commands/support/environments";
import { lookAhead } from "../../commands/support/lookAhead";
import type { ExportedStack, StateResource } from "../../commands/support/exported";
import { comingFiles, getsContent, toInclude, withoutInclude } from "../../commands/support/seeds";
import { movedImages } from "../../commands/support/movedImages";
import { disruptiveChanges } from "../../commands/support/disruptive";
import { obstacles } from "../../commands/support/disruptive/obstacles";
import { relocatedVersions, relocationLines } from "../../commands/support/disruptive/versions";
import { lowerVisibility } from "../../commands/support/disruptive/visibility";
import { finders, findExisting, madeAgain } from "../../commands/support/leftOnServer";
import { retainedRepositoriesLine, retainedRepositories } from "../../commands/support/retainedRepositories";
import { createDefaultBranches, newDefaultBranches } from "../../commands/support/defaultBranches";
import {
    filledIn,
    importFile,
    pendingCreates,
    pendingDeletes,
    isGone,
    pendingRotations,
    recoveredState,
    withoutPendingCreates,
} from "../../commands/support/pendingOperations";
import { checkoutDir } from "../../toolchain/checkout";
import { goneMembers, newNames, withNewNames } from "../../commands/support/people";
import { model, type Overrides } from "../support/estate";

const stack = "urn:pulumi:dev::gitops-estate::";
const provider = (name: string): string => `${stack}pulumi:providers:x::${name}::0a1b`;
const component = (type: string, name: string, above?: StateResource): StateResource => ({
    urn: `${stack}${type}::${name}`,
    type,
    ...(above === undefined ? {} : { parent: above.urn }),
});
const made = (
    above: StateResource,
    type: string,
    name: string,
    more: Partial<StateResource>,
): StateResource => ({
    urn: `${above.urn.split("::").slice(0, 3).join("::")}$${type}::${name}`,
    type,
    parent: above.urn,
    provider: provider("gitlab"),
    ...more,
});

/** The state of `web` of the sample estate, as far as it is looked at. */
function existingResources(environments: readonly string[] = ["dev", "test", "prod"]): StateResource[] {
    const app = component("gitops-estate:apps:AppSpace", "app-web");
    const config = component("gitops-estate:gitlab:ConfigRepository", "config-web", app);
    const branch = (name: string): StateResource[] => [
        ...(name === "dev"
            ? []
            : [
                  made(config, "gitlab:index/branch:Branch", `config-web-branch-${name}`, {
                      id: `7:${name}`,
                      inputs: { project: "7", name, ref: "dev" },
                  }),
              ]),
        made(
            config,
            "gitlab:index/branchProtection:BranchProtection",
            `config-web-branch-${name}-protection`,
            {
                id: `7:${name}`,
                inputs: { project: "7", branch: name },
            },
        ),
    ];
    const images = environments.flatMap((environment) => {
        const of = component("gitops-estate:harbor:ImageProject", `app-web-images-${environment}`, app);
        const name = `app-web-images-${environment}-project`;
        return [of, made(of, "harbor:index/project:Project", name, { provider: provider("harbor-main") })];
    });
    return [
        app,
        config,
        made(config, "gitlab:index/project:Project", "config-web-project", {
            id: "7",
            inputs: { defaultBranch: "dev" },
            outputs: { pathWithNamespace: "acme/shop/web-config" },
        }),
        ...environments.flatMap(branch),
        ...images,
    ];
}

const exported = (resources: readonly StateResource[]): ExportedStack => ({ deployment: { resources } });
const alone = (more: Overrides = {}): ReturnType<typeof model> =>
    model({ ...more, apps: { api: undefined, ...(more["apps"] as Overrides | undefined) } });

/** A file that {@link existingResources}'s config repository started with. */
function content(filePath: string): StateResource {
    const [, config] = existingResources();
    assert.ok(config !== undefined);
    return made(config, "gitlab:index/repositoryFile:RepositoryFile", `config-web-file-${filePath}`, {
        id: `7:dev:${filePath}`,
        inputs: { project: "7", branch: "dev", filePath },
    });
}

/** The state of `web` with a flow whose environments are folders: which repository has files of which environments. */
function folders(repositories: Readonly<Record<string, readonly string[]>>): StateResource[] {
    const [app, ...rest] = existingResources(["test", "prod"]).filter(({ urn }) => !/config-web/.test(urn));
    assert.ok(app !== undefined);
    return [
        app,
        ...rest,
        ...Object.entries(repositories).flatMap(([name, files], index) => {
            const config = component("gitops-estate:gitlab:ConfigRepository", name, app);
            const id = String(20 + index);
            return [
                config,
                made(config, "gitlab:index/project:Project", `${name}-project`, {
                    id,
                    inputs: { defaultBranch: "main" },
                    outputs: {
                        pathWithNamespace: name.startsWith("guarded-")
                            ? `acme/shop-prod/${name.replace(/^guarded-(team-)?config-/, "")}-config`
                            : `acme/shop/${name.replace(/^(team-)?config-/, "")}-config`,
                    },
                }),
                ...files.map((filePath) =>
                    made(config, "gitlab:index/repositoryFile:RepositoryFile", `${name}-file-${filePath}`, {
                        id: `${id}:main:${filePath}`,
                        inputs: { project: id, branch: "main", filePath },
                    }),
                ),
            ];
        }),
    ];
}
const values = (environment: string): string => `web/environments/${environment}/values.yaml`;
const inTrunk = {
    "config-web": ["web/chart/Chart.yaml", ".gitlab-ci.yml", values("test")],
    "guarded-config-web": ["web/chart/Chart.yaml", ".gitlab-ci.yml", values("prod")],
};
const inGitLabFlow = { "config-web": ["web/chart/Chart.yaml", values("test"), values("prod")] };
const inFolders = (flow: string, more: object = {}, prod: object = {}): Overrides => ({
    apps: { web: { flow, environments: { dev: null, prod }, ...more } },
});

const kubernetes = (cluster: string): StateResource => ({
    urn: `${stack}pulumi:providers:kubernetes::cluster-${cluster}`,
    type: "pulumi:providers:kubernetes",
});
const engineNamespace: StateResource = made(
    component("gitops-estate:argocd:ControlPlane", "argocd"),
    "kubernetes:core/v1:Namespace",
    "argocd-namespace-argocd",
    { inputs: { metadata: { name: "argocd" } } },
);
const updaterKind: StateResource = made(
    component("gitops-estate:images:UpdaterInstall", "updater-install"),
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    "updater-install-customresourcedefinition-imageupdaters.argocd-image-updater.argoproj.io",
    { inputs: { metadata: { name: "imageupdaters.argocd-image-updater.argoproj.io" } } },
);
const namespaceOf = (environment: string): StateResource => ({
    urn: `${stack}kubernetes:core/v1:Namespace::app-web-${environment}-member1-namespace`,
    type: "kubernetes:core/v1:Namespace",
    inputs: {
        metadata: {
            name: `web-${environment}`,
            labels: { "gitops-estate/app": "web", "gitops-estate/environment": environment },
        },
    },
});

describe("changes that are refused", () => {
    const cases: Record<string, { change: Overrides; state?: StateResource[]; found: string[] }> = {
        nothing: { change: {}, found: [] },
        "a first update": {
            change: { apps: { shop: { team: "shop" }, web: undefined } },
            state: [],
            found: [],
        },
        "an app more": { change: { apps: { shop: { team: "shop" } } }, found: [] },
        "an app with another name": {
            change: { apps: { shop: { team: "shop" }, web: undefined } },
            found: ["renamed apps.web shop"],
        },
        "an environment with another name": {
            change: {
                environments: {
                    test: undefined,
                    staging: { clusters: ["member1"], promotesFrom: "dev" },
                    prod: { promotesFrom: "staging" },
                },
            },
            found: ["renamed environments.test staging"],
        },
        "an environment more, where previews have images": {
            change: { environments: { extra: { clusters: ["member1"], promotesFrom: "prod" } } },
            state: existingResources(["dev", "test", "prod", "preview"]).filter(
                ({ urn }) => !urn.includes("branch-preview"),
            ),
            found: [],
        },
        "a cluster with another name, whose namespaces would be made and then deleted": {
            change: {
                clusters: { member2: undefined, east: { server: "https://member2.test:6443" } },
                environments: { prod: { clusters: ["member1", "east"] } },
            },
            state: [...existingResources(), ...["host", "member1", "member2"].map(kubernetes)],
            found: ["renamed clusters.member2 east"],
        },
        "a cluster more": {
            change: { clusters: { east: { server: "https://east.test" } } },
            state: [...existingResources(), ...["host", "member1", "member2"].map(kubernetes)],
            found: [],
        },
        "another branch for production, which would begin with what test runs": {
            change: { environments: { prod: { branch: "production" } } },
            found: ["branch-moved environments.prod.branch production"],
        },
        "another branch for production, whose version is pinned": {
            change: {
                environments: { prod: { branch: "production" } },
                apps: { web: { environments: { prod: { pin: "0123456789" } } } },
            },
            found: [],
        },
        "another branch for an environment that is not production": {
            change: { environments: { test: { branch: "staging" } } },
            found: [],
        },
        "an app in another namespace": {
            change: { apps: { web: { environments: { prod: { namespace: "shop" } } } } },
            state: [...existingResources(), ...["dev", "prod"].map(namespaceOf)],
            found: ["namespace-moved apps.web.environments.prod.namespace shop"],
        },
        "the namespaces as they are": {
            change: {},
            state: [...existingResources(), ...["dev", "prod"].map(namespaceOf)],
            found: [],
        },
        "an engine in another namespace": {
            change: { argocd: { namespace: "delivery" } },
            state: [...existingResources(), engineNamespace],
            found: ["engine-moved argocd.namespace delivery"],
        },
        "an image updater that something else installs from then on": {
            change: {
                argocd: { imageUpdater: { install: false } },
                apps: { web: { updater: { allowTags: "regexp:^main-" } } },
            },
            state: [...existingResources(), updaterKind],
            found: ["updater-left argocd.imageUpdater.install false"],
        },
        "an image updater of a line that reads annotations, which something else installs": {
            change: {
                argocd: { imageUpdaterVersion: "0.12.2", imageUpdater: { install: false } },
                apps: { web: { updater: { allowTags: "regexp:^main-" } } },
            },
            state: [...existingResources(), updaterKind],
            found: [],
        },
        "the engine's namespace as it is": {
            change: {},
            state: [...existingResources(), engineNamespace],
            found: [],
        },
        "an environment less": {
            change: { environments: { test: undefined, prod: { promotesFrom: "dev" } } },
            found: [],
        },
        "another registry": {
            change: {
                registries: { other: { url: "https://other.test" } },
                environments: {
                    prod: { registry: "other" },
                    dev: { registry: "main" },
                    test: { registry: "main" },
                },
            },
            found: ["registry-moved environments.prod.registry other"],
        },
        "a team with another name, whose repository of all apps would be made anew": {
            change: {
                teams: { shop: undefined, store: { maintainers: ["alice"], developers: ["bob"] } },
                apps: {
                    web: {
                        team: "store",
                        flow: "gitlab-flow",
                        config: { scope: "team" },
                        environments: { dev: null },
                    },
                },
            },
            state: folders({ "team-config-shop": inGitLabFlow["config-web"] }),
            found: ["test", "prod"].map(() => "config-moved apps.web.team acme/store/store-config"),
        },
        "a config repository of prod's own, in which there is no version yet": {
            change: {
                environments: { dev: { branch: "main" } },
                apps: { web: { flow: "trunk", environments: { dev: null } } },
            },
            state: [
                ...existingResources().map((each) =>
                    each.urn.endsWith("::config-web-project")
                        ? { ...each, inputs: { defaultBranch: "main" } }
                        : each,
                ),
                content("web/values.yaml"),
            ],
            found: [
                "config-moved apps.web.flow acme/shop/web-config",
                "config-moved apps.web.flow acme/shop-prod/web-config",
            ],
        },
        "the same, with the tags that run there pinned": {
            change: {
                environments: { dev: { branch: "main" } },
                apps: {
                    web: {
                        flow: "trunk",
                        environments: { dev: null, test: { pin: "0123456788" }, prod: { pin: "0123456789" } },
                    },
                },
            },
            state: [
                ...existingResources().map((each) =>
                    each.urn.endsWith("::config-web-project")
                        ? { ...each, inputs: { defaultBranch: "main" } }
                        : each,
                ),
                content("web/values.yaml"),
            ],
            found: [],
        },
    };
    const release = (environment: string, more: object = {}): StateResource => ({
        urn: `${stack}kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease::delivery-web-${environment}-member1`,
        type: "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
        inputs: {
            metadata: {
                name: `web-${environment}-member1`,
                namespace: "flux-shop",
                labels: { "gitops-estate/app": "web", "gitops-estate/environment": environment },
            },
            spec: { interval: "300s", ...more },
        },
    });
    const desk = { teams: { desk: {} }, apps: { web: { team: "desk" } } };
    const fluxes = { defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } } };
    const state = [...existingResources(), release("dev"), release("prod")];
    Object.assign(cases, {
        "an app that Flux delivers by Helm as before": { change: fluxes, state, found: [] },
        "another delivery of an app that Flux runs by Helm": {
            change: { ...fluxes, apps: { web: { delivery: "kustomize" } } },
            state,
            found: ["release-uninstalled apps.web.delivery kustomize"],
        },
        "the same, where one environment is on hold": {
            change: { ...fluxes, apps: { web: { delivery: "kustomize" } } },
            state: [...existingResources(), release("dev", { suspend: true }), release("prod")],
            found: ["release-uninstalled apps.web.delivery kustomize"],
        },
        "the same, where all are on hold": {
            change: { ...fluxes, apps: { web: { delivery: "kustomize" } } },
            state: [
                ...existingResources(),
                release("dev", { suspend: true }),
                release("prod", { suspend: true }),
            ],
            found: [],
        },
        "another team of an app that Flux runs by Helm": {
            change: { ...fluxes, ...desk },
            state,
            found: ["release-moved apps.web.team desk"],
        },
        "another team of an app that Flux runs by Helm, on hold in all environments": {
            change: { ...fluxes, ...desk },
            state: [
                ...existingResources(),
                release("dev", { suspend: true }),
                release("prod", { suspend: true }),
            ],
            found: [],
        },
        "another team of an app that Flux runs by Kustomize: what is applied stays": {
            change: { ...fluxes, teams: desk.teams, apps: { web: { team: "desk", delivery: "kustomize" } } },
            state: existingResources(),
            found: [],
        },
        "another engine of an app that Flux runs by Helm: it is handed over": {
            change: {},
            state,
            found: [],
        },
        "an environment less of an app that Flux runs by Helm": {
            change: { ...fluxes, environments: { test: undefined, prod: { promotesFrom: "dev" } } },
            state: [...existingResources(), release("test")],
            found: [],
        },
        "trunk as it was": { change: inFolders("trunk"), state: folders(inTrunk), found: [] },
        "trunk that is given up: the repository of all environments has no version of prod": {
            change: inFolders("gitlab-flow"),
            state: folders(inTrunk),
            found: ["config-moved apps.web.flow acme/shop/web-config"],
        },
        "trunk whose first update was ended before prod's files were there": {
            change: inFolders("trunk"),
            state: folders({ ...inTrunk, "guarded-config-web": [".gitlab-ci.yml"] }),
            found: [],
        },
        "folders instead of branches, in the same repository": {
            change: { ...inFolders("gitlab-flow"), environments: { dev: { branch: "main" } } },
            state: folders({ "config-web": ["web/Chart.yaml"] }),
            found: ["test", "prod"].map(() => "config-moved apps.web.flow acme/shop/web-config"),
        },
        "the same, with the tag that runs in prod pinned": {
            change: inFolders("gitlab-flow", {}, { pin: "0123456789" }),
            state: folders(inTrunk),
            found: [],
        },
        "prod in a guarded repository that is there, for another app": {
            change: inFolders("trunk", { config: { scope: "team" } }),
            state: folders({
                "team-config-shop": ["web/chart/Chart.yaml", values("test"), values("prod")],
                "guarded-team-config-shop": ["api/chart/Chart.yaml", "api/environments/prod/values.yaml"],
            }),
            found: ["config-moved apps.web.flow acme/shop-prod/shop-config"],
        },
        "a repository that the team shares instead of the app's own": {
            change: inFolders("gitlab-flow", { config: { scope: "team" } }),
            state: folders(inGitLabFlow),
            found: ["test", "prod"].map(() => "config-moved apps.web.config.scope acme/shop/shop-config"),
        },
        "another delivery on the branches of environments, whose later ones lack its files": {
            change: { apps: { web: { delivery: "kustomize" } } },
            state: folders({ "config-web": ["web/Chart.yaml", "web/values.yaml"] }),
            found: ["test", "prod"].map(() => "config-moved apps.web.delivery acme/shop/web-config"),
        },
        "the same, with the tags that run pinned": {
            change: {
                apps: {
                    web: {
                        delivery: "kustomize",
                        environments: {
                            dev: { pin: "0123456787" },
                            test: { pin: "0123456788" },
                            prod: { pin: "0123456789" },
                        },
                    },
                },
            },
            state: folders({ "config-web": ["web/Chart.yaml", "web/values.yaml"] }),
            found: [],
        },
        "plain files instead of the kustomization that lies beside them": {
            change: { apps: { web: { delivery: "plain" } } },
            state: folders({ "config-web": ["web/kustomization.yaml", "web/deployment.yaml"] }),
            found: ["test", "prod"].map(() => "config-moved apps.web.delivery acme/shop/web-config"),
        },
        "another delivery where each environment has a folder": {
            change: inFolders("gitlab-flow", { delivery: "kustomize" }),
            state: folders(inGitLabFlow),
            found: ["test", "prod"].map(() => "config-moved apps.web.delivery acme/shop/web-config"),
        },
    });
    for (const [name, { change, state = existingResources(), found }] of Object.entries(cases)) {
        test(name, () => {
            const findings = disruptiveChanges(alone(change), exported(state));
            assert.deepEqual(
                findings.map(({ id, path, value }) => `${id} ${path} ${String(value)}`),
                found,
            );
        });
    }
});

describe("a repository that is to start with another branch", () => {
    const state = [...existingResources(), content("web/values.yaml")];
    const change = { environments: { dev: { branch: "develop" } } };
    const [start] = newDefaultBranches(alone(change), exported(state));

    test("goes on from the one it has, whose first content is not the new one's", () => {
        assert.deepEqual(newDefaultBranches(alone(), exported(state)), []);
        assert.deepEqual(start && { ...start, files: start.files.length }, {
            repository: "acme/shop/web-config",
            project: "7",
            from: "dev",
            to: "develop",
            files: 1,
        });
        assert.deepEqual(disruptiveChanges(alone(change), exported(state)), []);
    });

    /** A GitLab that has the branch or not. @returns what it was asked to make. */
    const gitlab = (branch?: object): { ask: Ask; made: string[] } => {
        const made: string[] = [];
        const ask: Ask = (method, path, body) => {
            if (method === "GET") {
                const status = branch === undefined ? 404 : 200;
                return Promise.resolve({ status, body: branch, headers: {} });
            }
            made.push(`${path} ${JSON.stringify(body)}`);
            return Promise.resolve({ status: 201, body: {}, headers: {} });
        };
        return { ask, made };
    };

    test("gets it made and protected where it is not there", async () => {
        const { ask, made } = gitlab();
        assert.ok(start);
        await createDefaultBranches([start], ask);
        assert.deepEqual(made, [
            '/projects/7/repository/branches {"branch":"develop","ref":"dev"}',
            '/projects/7/protected_branches {"name":"develop","push_access_level":40,"merge_access_level":40}',
        ]);
    });

    test("goes on with a protected one, and not with one that anybody may have written to", async () => {
        assert.ok(start);
        const guarded = gitlab({ protected: true });
        await createDefaultBranches([start], guarded.ask);
        assert.deepEqual(guarded.made, []);
        await assert.rejects(
            createDefaultBranches([start], gitlab({ protected: false }).ask),
            /open to everybody who may push: branch develop of acme\/shop\/web-config/,
        );
    });
});

test("prod's own repository and its group stay where their app has another flow, and go where the app does", () => {
    const group = component("gitops-estate:gitlab:GuardedGroup", "guarded-shop");
    const state = [
        ...folders(inTrunk),
        group,
        made(group, "gitlab:index/group:Group", "guarded-shop-group", {
            id: "40",
            outputs: { fullPath: "acme/shop-prod" },
            protect: true,
        }),
    ];
    const repository = state.find(({ urn }) => urn.endsWith("::guarded-config-web"));
    assert.ok(repository);
    state.push(
        made(repository, "gitlab:index/projectDeployToken:ProjectDeployToken", "guarded-config-web-reader", {
            inputs: { project: "21" },
        }),
    );
    const names = (change: Overrides): string[] =>
        retainedRepositories(alone(change), exported(state)).map(({ kind, path, retained }) => {
            const urns = retained.map((urn) => urn.split("::").at(-1)).sort();
            return `${kind} ${path}: ${urns.join(" ")}`;
        });
    assert.deepEqual(names(inFolders("gitlab-flow")), [
        "repository acme/shop-prod/web-config: guarded-config-web-file-.gitlab-ci.yml guarded-config-web-file-web/chart/Chart.yaml " +
            "guarded-config-web-file-web/environments/prod/values.yaml guarded-config-web-project",
        "group acme/shop-prod: guarded-shop-group",
    ]);
    // A state has them in the order in which servers answered; people read the same each time.
    const other = component(repository.type, "guarded-config-api");
    state.push(
        other,
        made(other, "gitlab:index/project:Project", "guarded-config-api-project", {
            id: "22",
            outputs: { pathWithNamespace: "acme/shop-prod/api-config" },
            protect: true,
        }),
    );
    const gone = inFolders("gitlab-flow");
    const both = { ...gone, apps: { ...(gone["apps"] as object), api: { team: "shop" } } };
    assert.deepEqual(
        names(both).map((line) => line.split(":")[0]),
        [
            "repository acme/shop-prod/api-config",
            "repository acme/shop-prod/web-config",
            "group acme/shop-prod",
        ],
    );
    assert.deepEqual(names(inFolders("trunk")), []);
    assert.deepEqual(names({ apps: { web: undefined, other: { team: "shop" } } }), []);
    assert.equal(retainedRepositoriesLine([], true), undefined);
});

test("an app that goes over to another flow with its versions pinned is reported with what is retained and what its team does", () => {
    const change = {
        environments: { dev: { branch: "main" } },
        pipelines: { use: "copied" },
        apps: {
            web: {
                flow: "gitlab-flow",
                environments: { dev: null, test: { pin: "0123456788" }, prod: { pin: "0123456789" } },
            },
        },
    };
    const lines = relocationLines(
        relocatedVersions(alone(change), exported([...existingResources(), content("web/values.yaml")])),
    );
    assert.equal(lines.length, 3);
    assert.match(
        lines[0] ?? "",
        /^web in test follows web\/environments\/test\/values.yaml of acme\/shop\/web-config, branch main, .* pinned to 0123456788 .* no pod restarts/,
    );
    assert.match(
        lines[2] ?? "",
        /^web goes over to flow gitlab-flow: its repositories and images stay, .* acme\/shop\/web has a pipeline file/,
    );
    assert.deepEqual(
        relocatedVersions(alone(), exported([...existingResources(), content("web/values.yaml")])),
        [],
    );
});

test("a release that would be uninstalled is named with what to do first", () => {
    const resource: StateResource = {
        urn: `${stack}kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease::delivery-web-prod-member1`,
        type: "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
        inputs: {
            metadata: {
                name: "web-prod-member1",
                labels: { "gitops-estate/app": "web", "gitops-estate/environment": "prod" },
            },
            spec: {},
        },
    };
    const kustomize = {
        defaults: { engine: "flux" },
        flux: { manifests: { path: "manifests" } },
        apps: { web: { delivery: "kustomize" } },
    };
    const [finding] = disruptiveChanges(alone(kustomize), exported([...existingResources(), resource]));
    assert.match(finding?.rule ?? "", /^deletes web-prod-member1: .*what web runs in prod would go$/);
    assert.match(finding?.fix ?? "", /^first put web on hold in prod .*change delivery; end the hold/);
});

describe("an image project whose environment gets another registry", () => {
    const other = alone({
        registries: { other: { url: "https://other.test" } },
        environments: { prod: { registry: "other" }, dev: { registry: "main" }, test: { registry: "main" } },
    });
    const state = existingResources().flatMap((each): StateResource[] => {
        const of = each.parent?.endsWith("::app-web-images-prod") === true;
        const rule = (type: string): StateResource => ({ ...each, urn: `${each.urn}-${type}`, type });
        return of
            ? [
                  each,
                  rule("harbor:index/retentionPolicy:RetentionPolicy"),
                  rule("harbor:index/immutableTagRule:ImmutableTagRule"),
                  rule("harbor:index/projectWebhook:ProjectWebhook"),
              ]
            : [each];
    });
    test("stays where it is with its rules, and its webhook and robots do not", () => {
        const moved = movedImages(other, exported(state));
        assert.deepEqual(
            moved.map(({ project, registry, to, retained }) => [
                project,
                registry,
                to,
                retained.map((urn) => urn.replace(/^.*-project/, "")),
            ]),
            [
                [
                    "web-prod",
                    "main",
                    "other",
                    [
                        "",
                        "-harbor:index/retentionPolicy:RetentionPolicy",
                        "-harbor:index/immutableTagRule:ImmutableTagRule",
                    ],
                ],
            ],
        );
        assert.deepEqual(obstacles(other, exported(state)), []);
        assert.deepEqual(movedImages(alone(), exported(state)), []);
    });
    test("is refused in any case while it is protected, with the way that ends whole", () => {
        const guarded = state.map((each) => ({ ...each, protect: true }));
        const [finding, ...rest] = obstacles(other, exported(guarded));
        assert.deepEqual(rest, []);
        assert.match(finding?.rule ?? "", /web-prod there has deletionProtection/);
        assert.match(
            finding?.fix ?? "",
            /deletionProtection: false .* with registry: main; then change registry/,
        );
        assert.deepEqual(obstacles(alone(), exported(guarded)), []);
    });
});

test("a server with another address is reported, however the same one is written", () => {
    const provider = (kind: string, name: string, inputs: object): StateResource => ({
        urn: `${stack}pulumi:providers:${kind}::${name}`,
        type: `pulumi:providers:${kind}`,
        inputs: { ...inputs },
    });
    const state = exported([
        provider("gitlab", "gitlab", { baseUrl: "https://gitlab.test/api/v4/" }),
        provider("harbor", "harbor-main", { url: "https://harbor.test" }),
    ]);
    const found = (change: Overrides): string[] =>
        otherAddresses(alone(change), state).map(({ path, value }) => `${path} ${String(value)}`);
    assert.deepEqual(found({}), []);
    assert.deepEqual(
        found({
            gitlab: { url: "https://GitLab.test:443/" },
            registries: { main: { url: "https://harbor.test/" } },
        }),
        [],
    );
    assert.deepEqual(found({ gitlab: { url: "https://gitlab.test/git" } }), [
        "gitlab.url https://gitlab.test/git",
    ]);
    assert.deepEqual(found({ registries: { main: { url: "https://harbor2.test" } } }), [
        "registries.main.url https://harbor2.test",
    ]);
    assert.deepEqual(otherAddresses(alone(), {}), [], "nothing is made yet");

    const reached = exported([
        {
            urn: `${stack}pulumi:pulumi:Stack::gitops-estate-dev`,
            type: "pulumi:pulumi:Stack",
            outputs: { clusters: { member1: "https://one.test:6443", member2: "https://two.test" } },
        },
    ]);
    const moved = otherAddresses(alone(), reached, {
        member1: "https://ONE.test:6443/",
        member2: "https://new.test",
        member3: "https://three.test",
    });
    assert.deepEqual(
        moved.map(({ path, value }) => `${path} ${String(value)}`),
        ["clusters.member2.server https://new.test"],
    );
    assert.match(moved[0]?.fix ?? "", /another cluster, go on with --accept-outage, and then .*--refresh/);
    assert.deepEqual(otherAddresses(alone(), reached, { member2: undefined }), [], "nobody knows where");
});

describe("a group that nothing needs any more while its apps stay", () => {
    const group = (component: string, type: string, id: string, path: string): StateResource[] => {
        const [app] = existingResources();
        assert.ok(app !== undefined);
        const of = {
            ...app,
            urn: `${stack}gitops-estate:gitlab:${type}::${component}`,
            type: `gitops-estate:gitlab:${type}`,
        };
        return [
            of,
            made(of, "gitlab:index/group:Group", `${component}-group`, {
                id,
                protect: true,
                inputs: { path },
                outputs: { fullPath: `acme/${path}` },
            }),
        ];
    };
    const inGroup = (id: string): StateResource[] =>
        existingResources().map((each) =>
            each.urn.endsWith("::config-web-project")
                ? { ...each, inputs: { ...each.inputs, namespaceId: Number(id) } }
                : each,
        );
    const store = alone({
        teams: { store: { maintainers: ["alice"], developers: ["bob"] }, shop: undefined },
        apps: { web: { team: "store" } },
    });
    const told = (estate: ReturnType<typeof model>, state: StateResource[]): string[] =>
        obstacles(estate, exported(state)).map(
            ({ path, rule }) => `${path} ${/group (\S+)/.exec(rule)?.[1] ?? ""}`,
        );

    test("is reported before Pulumi ends at it: a team with another name", () => {
        const state = [...inGroup("40"), ...group("team-shop", "TeamGroup", "40", "shop")];
        assert.deepEqual(told(store, state), ["apps.web.team acme/shop"]);
        assert.deepEqual(told(alone(), state), [], "the team is as it was");
        assert.deepEqual(
            told(
                store,
                state.map((each) => ({ ...each, protect: false })),
            ),
            [],
            "nothing is protected",
        );
    });
    test("the group that only maintainers see, when the last app that needs it leaves", () => {
        const state = [...inGroup("41"), ...group("guarded-shop", "GuardedGroup", "41", "shop-prod")];
        const trunk = { flow: "trunk", environments: { dev: null } };
        assert.deepEqual(told(alone(), state), ["apps.web.team acme/shop-prod"]);
        assert.deepEqual(told(alone({ apps: { web: trunk } }), state), []);
    });
    test("and its apps go with it is what deletionProtection is for", () => {
        const state = [...inGroup("40"), ...group("team-shop", "TeamGroup", "40", "shop")];
        const other = alone({
            teams: { store: { maintainers: ["alice"], developers: ["bob"] }, shop: undefined },
            apps: { web: undefined, shopfront: { team: "store" } },
        });
        assert.deepEqual(told(other, state), []);
    });
});

describe("environments on GitLab", () => {
    const environment = (name: string, guarded = false): StateResource[] => {
        const [, config] = existingResources();
        assert.ok(config !== undefined);
        const type = "gitlab:index/projectEnvironment:ProjectEnvironment";
        const protection = "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment";
        const of = `config-web-environment-${name}`;
        return [
            made(config, type, of, { id: `7:${name}`, inputs: { project: "7", name } }),
            ...(guarded
                ? [
                      made(config, protection, `${of}-protection`, {
                          id: `7:${name}`,
                          inputs: { project: "7", environment: name },
                      }),
                  ]
                : []),
        ];
    };
    const state = exported([
        ...existingResources(),
        ...environment("dev"),
        ...environment("test"),
        ...environment("prod", true),
    ]);
    const names = (list: readonly { resources: readonly { urn: string }[] }[]): string[] =>
        list.flatMap(({ resources }) => resources.map(({ urn }) => urn.split("::").at(-1) ?? ""));

    test("are what they were when nothing changed, and made with a repository that is new", () => {
        assert.deepEqual(changedEnvironments(alone(), state), { left: [], named: [] });
        assert.deepEqual(changedEnvironments(alone(), {}), { left: [], named: [] });
    });
    test("that a repository's pipelines deploy to no more are left with their protection", () => {
        const goesOver = alone(inFolders("gitlab-flow"));
        const { left, named } = changedEnvironments(goesOver, state);
        assert.deepEqual(names(left), [
            "config-web-environment-dev",
            "config-web-environment-test",
            "config-web-environment-prod",
            "config-web-environment-prod-protection",
        ]);
        assert.deepEqual(named, [], "the app repository is not in this state");
        const ahead = lookAhead(goesOver, state);
        assert.ok(left.flatMap(({ resources }) => resources).every(({ urn }) => ahead.retained.has(urn)));
    });
    test("that an app is in no more are left too", () => {
        const less = alone({ apps: { web: { environments: { dev: null } } } });
        assert.deepEqual(names(changedEnvironments(less, state).left), ["config-web-environment-dev"]);
    });
    test("that are deployed to again are looked for under the names and providers that the program gives them", () => {
        const [made, protection] = environment("prod", true);
        const [prod] = changedEnvironments(
            alone(),
            exported([...existingResources(), ...environment("dev"), ...environment("test")]),
        ).named;
        assert.deepEqual(
            prod?.resources.map(({ urn, type, parent, provider: by }) => ({ urn, type, parent, by })),
            [made, protection].map((each) => ({
                urn: each?.urn,
                type: each?.type,
                parent: each?.parent,
                by: each?.provider,
            })),
        );
    });
    test("of prod's own repository stay with it", () => {
        const trunk = folders(inTrunk);
        const of = trunk.find(({ urn }) => urn.endsWith("::guarded-config-web"));
        const project = trunk.find(({ urn }) => urn.endsWith("::guarded-config-web-project"));
        assert.ok(of !== undefined && project?.id !== undefined);
        const prod = made(
            of,
            "gitlab:index/projectEnvironment:ProjectEnvironment",
            "guarded-config-web-environment-prod",
            { inputs: { project: project.id, name: "prod" } },
        );
        const pinned = { pin: "0123456789" };
        const back = alone({
            apps: { web: { environments: { dev: null, test: pinned, prod: pinned } } },
        });
        assert.ok(lookAhead(back, exported([...trunk, prod])).retained.has(prod.urn));
    });
});

describe("branches of a config repository", () => {
    const names = (list: readonly { branch: string; resources: readonly { urn: string }[] }[]): string[] =>
        list.flatMap(({ resources }) => resources.map(({ urn }) => urn.split("::").at(-1) ?? ""));

    test("are what they were when nothing changed", () => {
        assert.deepEqual(changedBranches(alone(), exported(existingResources())), { left: [], named: [] });
    });
    test("of a repository that is not made yet are made with it", () => {
        assert.deepEqual(changedBranches(alone(), {}), { left: [], named: [] });
    });
    test("that an environment had before are left with their protection, the new ones are looked for", () => {
        const { left, named } = changedBranches(
            alone({ environments: { test: { branch: "staging" } } }),
            exported(existingResources()),
        );
        assert.deepEqual(names(left), ["config-web-branch-test", "config-web-branch-test-protection"]);
        assert.deepEqual(names(named), ["config-web-branch-staging", "config-web-branch-staging-protection"]);
    });
    test("are imported under the names and providers that the program gives them", () => {
        const state = existingResources();
        const missing = exported(state.filter(({ urn }) => !urn.includes("-branch-test")));
        const [test] = changedBranches(alone(), missing).named;
        const real = state.filter(({ urn }) => urn.includes("-branch-test"));
        assert.deepEqual(
            test?.resources.map(({ urn, type, parent, provider: by }) => ({ urn, type, parent, by })),
            real.map(({ urn, type, parent, provider: by }) => ({ urn, type, parent, by })),
        );
    });
    test("of an app that are over with a hotfix are left too, and looked for when they are named again", () => {
        const app = component("gitops-estate:apps:AppSpace", "app-web");
        const repository = component("gitops-estate:gitlab:AppRepository", "app-web-repository", app);
        const project = made(repository, "gitlab:index/project:Project", "app-web-repository-project", {
            id: "8",
            inputs: { defaultBranch: "main" },
            outputs: { pathWithNamespace: "acme/shop/web" },
        });
        const protection = made(
            repository,
            "gitlab:index/branchProtection:BranchProtection",
            "app-web-repository-hotfix-fix-protection",
            { id: "8:fix", inputs: { project: "8", branch: "fix" } },
        );
        const over = changedBranches(alone(), exported([app, repository, project, protection]));
        assert.deepEqual(names(over.left), ["app-web-repository-hotfix-fix-protection"]);
        assert.deepEqual(over.named, []);
        const hotfix = (from?: string): ReturnType<typeof changedBranches> =>
            changedBranches(
                alone({
                    apps: { web: { hotfix: { branch: "fix", ...(from === undefined ? {} : { from }) } } },
                }),
                exported([app, repository, project]),
            );
        assert.deepEqual(names(hotfix().named), ["app-web-repository-hotfix-fix-protection"]);
        assert.deepEqual(names(hotfix("v1").named), [
            "app-web-repository-hotfix-fix",
            "app-web-repository-hotfix-fix-protection",
        ]);
    });
    test("leave no owner behind in the state", () => {
        const owned: StateResource = { urn: "rule", type: "any", deletedWith: "a" };
        const state = exported([
            { urn: "a", type: "any" },
            owned,
            { ...owned, urn: "other", deletedWith: "b" },
        ]);
        assert.deepEqual(
            withoutResources(state, ["a"]),
            exported([
                { urn: "rule", type: "any" },
                { ...owned, urn: "other", deletedWith: "b" },
            ]),
        );
    });
    test("leave no reference behind in the state", () => {
        const [, , project, ...rest] = existingResources();
        const dependent: StateResource = {
            urn: "rule",
            type: "any",
            dependencies: ["a", "b"],
            propertyDependencies: { branches: ["a"], project: ["b"], none: null },
        };
        assert.ok(project !== undefined && rest.length > 0);
        assert.deepEqual(
            withoutResources(exported([{ urn: "a", type: "any" }, { urn: "b", type: "any" }, dependent]), [
                "a",
            ]),
            exported([
                { urn: "b", type: "any" },
                {
                    ...dependent,
                    dependencies: ["b"],
                    propertyDependencies: { branches: [], project: ["b"], none: [] },
                },
            ]),
        );
    });
    test("that are there and open are distinguished from protected ones", async () => {
        const branch = (name: string): Parameters<typeof existing>[0][number] => ({
            repository: "acme/shop/web-config",
            branch: name,
            resources: [{ urn: "u", type: "t", inputs: { project: "7" } }],
            byPeople: false,
        });
        const found = await existing(
            ["open", "closed", "absent"].map(branch),
            server({
                "/projects/7/repository/branches/open": { protected: false },
                "/projects/7/repository/branches/closed": { protected: true },
            }),
        );
        assert.deepEqual(
            found.map(({ branch: name, isProtected }) => [name, isProtected]),
            [
                ["open", false],
                ["closed", true],
            ],
        );
    });
});

/** A server that has what is written here, and answers 404 for all else. */
function server(content: Record<string, unknown>): Ask {
    return (_method, path) => {
        const body = content[path.replace(/[?&](per_page|page_size)=100&page=1$/, "")];
        const answer: Answer = { status: body === undefined ? 404 : 200, headers: {}, body };
        return Promise.resolve(answer);
    };
}

describe("first content", () => {
    const helm = ["web/Chart.yaml", ".gitlab-ci.yml"].map(content);
    const cases: Record<string, [change: Overrides, files: StateResource[], comes: boolean]> = {
        "that is as it was": [{}, helm, false],
        "of pipelines that were off": [{}, [content("web/Chart.yaml")], true],
        "of another delivery": [{ apps: { web: { delivery: "kustomize" } } }, helm, true],
        "without pipelines": [{ apps: { web: { ci: "none" } } }, [content("web/Chart.yaml")], false],
    };
    for (const [name, [change, files, comes]] of Object.entries(cases)) {
        test(name, () => {
            assert.equal(getsContent(alone(change), exported([...existingResources(), ...files])), comes);
        });
    }
    test("of an environment whose versions come back to a repository that had them is looked for", () => {
        const comes = (flow: string, state: StateResource[]): boolean =>
            getsContent(alone(inFolders(flow, { ci: "gitlab" })), exported(state));
        assert.equal(comes("trunk", folders(inTrunk)), false);
        const ci = { "config-web": [...inGitLabFlow["config-web"], ".gitlab-ci.yml"] };
        assert.equal(comes("gitlab-flow", folders(ci)), false);
        assert.equal(comes("gitlab-flow", folders(inTrunk)), true);
    });
    test("of a repository that is not made yet comes with it", () => {
        assert.equal(getsContent(alone(), {}), false);
    });
    test("of an app's own repository is looked for too: pipelines, previews, and copies of what was included", () => {
        const comes = (app: object, ...files: string[]): boolean =>
            getsContent(
                alone({ pipelines: { use: "copied" }, apps: { web: app } }),
                exported([...existingResources(), ...helm, ...source(files)]),
            );
        const copied = [".gitlab-ci.yml", "ci/image.sh"];
        assert.equal(comes({}, ...copied), false);
        assert.equal(comes({}, "ci/image.sh"), true);
        assert.equal(comes({ ci: "none" }), false);
        assert.equal(comes({}, ".gitlab-ci.yml", "ci/estate.yml"), true);
        assert.equal(
            comes({ pipelines: { use: "included" } }, ".gitlab-ci.yml", "ci/estate.yml"),
            false,
            "as it was",
        );
    });
});

/** The repository of `web` itself, and files that it started with. */
function source(paths: readonly string[]): StateResource[] {
    const [app] = existingResources();
    assert.ok(app !== undefined);
    const own = component("gitops-estate:gitlab:AppRepository", "app-web-repository", app);
    return [
        own,
        made(own, "gitlab:index/project:Project", "app-web-repository-project", {
            id: "8",
            inputs: { defaultBranch: "main" },
            outputs: { pathWithNamespace: "acme/shop/web" },
        }),
        ...paths.map((filePath) =>
            made(own, "gitlab:index/repositoryFile:RepositoryFile", `app-web-repository-file-${filePath}`, {
                id: `8:main:${filePath}`,
                inputs: { project: "8", branch: "main", filePath },
            }),
        ),
    ];
}

describe("pipelines that are to be included", () => {
    const state = exported([
        ...existingResources(),
        content("web/Chart.yaml"),
        content("ci/promote.sh"),
        ...source([".gitlab-ci.yml", "ci/image.sh"]),
    ]);
    const included = alone();
    const server =
        (files: Readonly<Record<string, string>>): Ask =>
        (_method, path) => {
            const file = Object.entries(files).find(([place]) => path.startsWith(place))?.[1];
            return Promise.resolve({
                status: file === undefined ? 404 : 200,
                headers: {},
                body: file === undefined ? undefined : { content: Buffer.from(file).toString("base64") },
            });
        };
    const found = async (files: Readonly<Record<string, string>>): Promise<string[]> =>
        (await withoutInclude(toInclude(included, state), server(files))).map(
            ({ path, rule }) => `${path} ${/jobs of (\S+) use/.exec(rule)?.[1] ?? ""}`,
        );

    test("are reported for each repository whose file does not include them yet", async () => {
        const includes = "include: ci/estate.yml\n";
        assert.deepEqual(await found({ "/projects/8/": includes, "/projects/7/": includes }), []);
        assert.deepEqual(await found({ "/projects/8/": includes }), [
            "apps.web.pipelines.use acme/shop/web-config",
        ]);
        assert.deepEqual(
            await found({
                "/projects/8/": "# include: ci/estate.yml\nbuild:\n  script: [sh ci/image.sh]\n",
                "/projects/7/": "include:\n  - local: /ci/estate.yml\n",
            }),
            ["apps.web.pipelines.use acme/shop/web"],
        );
    });
    test("are no question where they are included already, stay copies, or the repository is new", () => {
        assert.deepEqual(toInclude(alone({ pipelines: { use: "copied" } }), state), []);
        assert.deepEqual(toInclude(included, {}), []);
        assert.deepEqual(
            toInclude(
                included,
                exported([...existingResources(), ...source([".gitlab-ci.yml", "ci/estate.yml"])]),
            ),
            [],
        );
    });
    test("do not count as included when GitLab does not say", async () => {
        const refuses: Ask = () => Promise.resolve({ status: 403, headers: {}, body: undefined });
        await assert.rejects(
            withoutInclude(toInclude(included, state), refuses),
            /\.gitlab-ci\.yml of acme\/shop\/web could not be read: GitLab answered 403/,
        );
    });
});

describe("what a killed run made", () => {
    const gitlab = (kind: string, inputs: Record<string, unknown>): Parameters<typeof findExisting>[0] => ({
        urn: `${stack}x::one`,
        type: `gitlab:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`,
        inputs,
    });
    const harbor = (kind: string, inputs: Record<string, unknown>): Parameters<typeof findExisting>[0] => ({
        ...gitlab(kind, inputs),
        type: `harbor:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`,
    });
    const cases: Record<string, [Parameters<typeof findExisting>[0], Record<string, unknown>, unknown]> = {
        "the group at the top": [
            gitlab("Group", { path: "acme" }),
            { "/groups/acme": { id: 3 } },
            { kind: "import", id: "3" },
        ],
        "a group below another": [
            gitlab("Group", { path: "shop", parentId: 3 }),
            { "/namespaces/3": { full_path: "acme" }, "/groups/acme%2Fshop": { id: 4 } },
            { kind: "import", id: "4" },
        ],
        "a project that waits for its deletion is none": [
            gitlab("Project", { path: "web", namespaceId: 3 }),
            {
                "/namespaces/3": { full_path: "acme" },
                "/projects/acme%2Fweb": { id: 7, marked_for_deletion_on: "2026-01-01" },
            },
            undefined,
        ],
        "a member": [
            gitlab("GroupMembership", { groupId: 3, userId: 9 }),
            { "/groups/3/members/9": { id: 9 } },
            { kind: "import", id: "3:9" },
        ],
        "a protection": [
            gitlab("BranchProtection", { project: "7", branch: "env/test" }),
            { "/projects/7/protected_branches/env%2Ftest": {} },
            { kind: "import", id: "7:env/test" },
        ],
        "a file": [
            gitlab("RepositoryFile", { project: "7", branch: "dev", filePath: "ci/a.sh" }),
            { "/projects/7/repository/files/ci%2Fa.sh?ref=dev": {} },
            { kind: "import", id: "7:dev:ci/a.sh" },
        ],
        "a variable": [
            gitlab("ProjectVariable", { project: "7", key: "K" }),
            { "/projects/7/variables/K?filter[environment_scope]=*": {} },
            { kind: "import", id: "7:K:*" },
        ],
        "a variable of one environment": [
            gitlab("ProjectVariable", { project: "7", key: "K", environmentScope: "prod/eu" }),
            { "/projects/7/variables/K?filter[environment_scope]=prod%2Feu": {} },
            { kind: "import", id: "7:K:prod/eu" },
        ],
        "a tag": [
            gitlab("ProjectTag", { project: "7", name: "v1.2" }),
            { "/projects/7/repository/tags/v1.2": {} },
            { kind: "import", id: "7:v1.2" },
        ],
        "a label": [
            gitlab("ProjectLabel", { project: "7", name: "preview: live" }),
            { "/projects/7/labels/preview%3A%20live": {} },
            { kind: "import", id: "7:preview: live" },
        ],
        "a group that reads a project": [
            gitlab("ProjectShareGroup", { project: "7", groupId: 4, groupAccess: "reporter" }),
            { "/projects/7": { shared_with_groups: [{ group_id: 3 }, { group_id: 4 }] } },
            { kind: "import", id: "7:4" },
        ],
        "nothing, where other groups read a project": [
            gitlab("ProjectShareGroup", { project: "7", groupId: 4, groupAccess: "reporter" }),
            { "/projects/7": { shared_with_groups: [{ group_id: 3 }] } },
            undefined,
        ],
        "a trigger, whose token is lost": [
            gitlab("PipelineTrigger", { project: "7", description: "Releases, g2" }),
            {
                "/projects/7/triggers": [
                    { id: 1, description: "Releases, g1" },
                    { id: 2, description: "Releases, g2" },
                ],
            },
            { kind: "delete", path: "/projects/7/triggers/2" },
        ],
        "an environment, by its name": [
            gitlab("ProjectEnvironment", { project: "7", name: "prod" }),
            {
                "/projects/7/environments": [
                    { id: 1, name: "dev" },
                    { id: 2, name: "prod" },
                ],
            },
            { kind: "import", id: "7:2" },
        ],
        "a hook, by its address": [
            gitlab("ProjectHook", { project: "7", url: "http://x" }),
            { "/projects/7/hooks": [{ id: 5, url: "http://x" }] },
            { kind: "import", id: "7:5" },
        ],
        "a token, whose value is lost": [
            gitlab("ProjectAccessToken", { project: "7", name: "ci" }),
            {
                "/projects/7/access_tokens": [
                    { id: 1, name: "ci", revoked: true },
                    { id: 2, name: "ci", revoked: false },
                ],
            },
            { kind: "delete", path: "/projects/7/access_tokens/2" },
        ],
        "an image project": [
            harbor("Project", { name: "web-dev" }),
            { "/projects/web-dev": { project_id: 3 } },
            { kind: "import", id: "/projects/3" },
        ],
        "a robot, whose password is lost": [
            harbor("RobotAccount", { name: "pull", permissions: [{ namespace: "web-dev" }] }),
            {
                "/projects/web-dev": { project_id: 3 },
                "/robots?q=Level%3Dproject%2CProjectID%3D3": [
                    { id: 1, name: "robot$web-dev+push" },
                    { id: 2, name: "robot$web-dev+pull" },
                ],
            },
            { kind: "delete", path: "/robots/2" },
        ],
        "a rule, by its pattern": [
            harbor("ImmutableTagRule", { projectId: "/projects/3", tagMatching: "v*" }),
            { "/projects/3/immutabletagrules": [{ id: 6, tag_selectors: [{ pattern: "v*" }] }] },
            { kind: "import", id: "/projects/3/immutabletagrules/6" },
        ],
        "nothing, where nothing is": [gitlab("Branch", { project: "7", name: "test" }), {}, undefined],
        "nothing, where the provider takes over what is there": [
            gitlab("TagProtection", { project: "7", tag: "*" }),
            {},
            undefined,
        ],
    };
    for (const [name, [wanted, content, left]] of Object.entries(cases)) {
        test(name, async () => {
            assert.deepEqual(await findExisting(wanted, server(content)), left);
        });
    }

    test("each kind that the goldens have is looked for, or is one that the provider adopts", () => {
        const folder = path.join(checkoutDir(), "test", "goldens");
        const types = fs
            .readdirSync(folder)
            .flatMap(
                (file) =>
                    fs
                        .readFileSync(path.join(folder, file), "utf8")
                        .match(/\b(gitlab|harbor):index\/\w+:\w+/g) ?? [],
            );
        const unknown = [...new Set(types)].filter((type) => !(type in finders) && !madeAgain.has(type));
        assert.ok(types.length > 100, "goldens name kinds");
        assert.deepEqual(unknown, []);
    });

    const creating = {
        type: "creating",
        resource: gitlab("Branch", { project: "7", name: "test" }) as StateResource,
    };
    const deleting = { type: "deleting", resource: { urn: "b", type: "any" } };
    test("is looked for where it was being created, and the note of it is dropped", () => {
        const state = { version: 3, deployment: { pending_operations: [creating, deleting] } };
        assert.deepEqual(pendingCreates(state), [creating.resource]);
        assert.deepEqual(withoutPendingCreates(state), {
            version: 3,
            deployment: { pending_operations: [deleting] },
        });
    });
    test("is not what was being deleted and is still there, or gone where it is not", async () => {
        const kinds: [StateResource, Record<string, unknown>][] = [
            [
                { ...gitlab("ProjectLabel", { project: "7", name: "flow::fix" }), id: "7:flow::fix" },
                { "/projects/7/labels/flow%3A%3Afix": {} },
            ],
            [
                { ...gitlab("TagProtection", { project: "7", tag: "v*" }), id: "7:v*" },
                { "/projects/7/protected_tags/v*": {} },
            ],
            [
                { ...gitlab("ProjectPushRules", { project: "7" }), id: "7" },
                { "/projects/7/push_rule": { id: 1 } },
            ],
            [
                { ...gitlab("PipelineTrigger", { project: "7", description: "bump g1" }), id: "7:31" },
                { "/projects/7/triggers": [{ id: 31, description: "bump g1" }] },
            ],
        ];
        for (const [resource, content] of kinds) {
            const deleting: ExportedStack = {
                deployment: { pending_operations: [{ type: "deleting", resource }] },
            };
            assert.deepEqual(pendingDeletes(deleting), [resource]);
            assert.equal(await isGone(resource, [], server(content)), false, resource.type);
            assert.equal(await isGone(resource, [], server({})), true, resource.type);
        }
        const pushRules = kinds[2]?.[0];
        assert.ok(pushRules !== undefined);
        assert.equal(await isGone(pushRules, [], server({ "/projects/7/push_rule": null })), true);
    });
    test("is gone, where what is there is its replacement", async () => {
        const hook = { ...gitlab("ProjectHook", { project: "7", url: "https://a.test" }), id: "7:1" };
        const there = { "/projects/7/hooks": [{ id: 2, url: "https://a.test" }] };
        assert.equal(await isGone(hook, ["7:2"], server(there)), true);
        assert.equal(await isGone(hook, [], server(there)), false);
        const token = { ...gitlab("ProjectAccessToken", { project: "7", name: "ci-g1" }), id: "7:11" };
        const rotated = {
            "/projects/7/access_tokens": [
                { id: 11, name: "ci-g1", revoked: true },
                { id: 12, name: "ci-g1" },
            ],
        };
        assert.deepEqual(
            pendingRotations({ deployment: { pending_operations: [{ type: "updating", resource: token }] } }),
            [token],
        );
        assert.equal(await isGone(token, [], server(rotated)), true);
        assert.equal(
            await isGone(token, [], server({ "/projects/7/access_tokens": [{ id: 11, name: "ci-g1" }] })),
            false,
        );
    });
    test("leaves the state where it is gone, and what refers to it refers to it no more", () => {
        const one = { urn: "a", type: "any", id: "1" };
        const kept = { urn: "b", type: "any", id: "2", dependencies: ["a"] };
        const pending = [
            { type: "deleting", resource: one },
            { type: "deleting", resource: kept },
            { type: "creating", resource: one },
        ];
        assert.deepEqual(
            recoveredState(
                { deployment: { resources: [one, kept], pending_operations: pending } },
                [one],
                [],
            ),
            {
                deployment: {
                    resources: [{ ...kept, dependencies: [] }],
                    pending_operations: pending.slice(1),
                },
            },
        );
        assert.equal(recoveredState(exported([one, kept]), [], []), undefined);
    });
    test("finds its place free: what was deleted for it leaves, what it replaces waits for its deletion", () => {
        const deleted = { urn: "a", type: "any", id: "7:dev", pendingReplacement: true };
        const replaced = { urn: "b", type: "any", id: "1" };
        const older = { ...replaced, id: "0", delete: true };
        const other = { urn: "c", type: "any", id: "2", dependencies: ["a", "b"] };
        const { deployment } =
            recoveredState(exported([deleted, replaced, older, other]), [], [deleted, replaced]) ?? {};
        assert.deepEqual(deployment?.resources, [
            { ...replaced, delete: true },
            older,
            { ...other, dependencies: ["b"] },
        ]);
        assert.equal(recoveredState(exported([older]), [], [replaced]), undefined);
    });
    test("is not looked for by a preview that failed, and what it said is reported", () => {
        const fileType = "gitlab:index/repositoryFile:RepositoryFile";
        const file = { urn: `${stack}${fileType}::a`, type: fileType };
        const json = (content: object): string => `Previewing\n${JSON.stringify(content)}`;
        const steps = [
            { op: "create", newState: file },
            { op: "same", newState: file },
            { op: "create", newState: { ...file, type: "any" } },
        ];
        assert.deepEqual(comingFiles({ code: 0, stdout: json({ steps }), stderr: "" }), { files: [file] });
        const diagnostics = [
            { severity: "warning", message: "old" },
            { severity: "error", message: "Resource is protected\n" },
        ];
        assert.deepEqual(comingFiles({ code: 255, stdout: json({ steps, diagnostics }), stderr: "x" }), {
            failed: "Resource is protected",
        });
        assert.deepEqual(comingFiles({ code: 255, stdout: "", stderr: "error: no stack\n" }), {
            failed: "error: no stack",
        });
    });
    test("is filled in as it was sent where an import reads nothing, and nowhere else", () => {
        const read = {
            urn: "a",
            type: "any",
            inputs: { name: "test" },
            outputs: { name: "test", webUrl: "u" },
        };
        const other = { urn: "b", type: "any" };
        const sent = { urn: "a", type: "any", inputs: { name: "other", ref: "dev" } };
        assert.deepEqual(filledIn(exported([read, other]), [sent]), {
            deployment: {
                resources: [
                    {
                        ...read,
                        inputs: { name: "test", ref: "dev" },
                        outputs: { name: "test", ref: "dev", webUrl: "u" },
                    },
                    other,
                ],
            },
        });
    });
    test("asks for no import where nothing was being created", () => {
        assert.equal(withoutPendingCreates({}), undefined);
        assert.equal(withoutPendingCreates({ deployment: { pending_operations: null } }), undefined);
        assert.equal(
            withoutPendingCreates({ deployment: { pending_operations: [{ type: "updating" }] } }),
            undefined,
        );
    });
    test("is imported below its parent, by its provider", () => {
        const [, config, project] = existingResources();
        assert.ok(config !== undefined && project !== undefined);
        assert.deepEqual(importFile([[project, "7"]]), {
            nameTable: { r0: config.urn, r1: provider("gitlab").replace(/::0a1b$/, "") },
            resources: [
                {
                    type: "gitlab:index/project:Project",
                    name: "config-web-project",
                    id: "7",
                    parent: "r0",
                    provider: "r1",
                },
            ],
        });
    });
});

describe("a person with another user name", () => {
    const team = component("gitops-estate:gitlab:TeamGroup", "team-shop");
    const membership = (user: string, userId: number): StateResource =>
        made(team, "gitlab:index/groupMembership:GroupMembership", `team-shop-member-${user}`, {
            id: `5:${userId}`,
            inputs: { groupId: 5, userId },
        });
    const [alice, bob, carol] = [membership("alice", 1), membership("bob", 2), membership("carol", 3)];
    const state = exported([team, alice, bob, { ...carol, dependencies: [bob.urn] }]);
    const developers = (names: readonly string[]): ReturnType<typeof model> =>
        model({ teams: { shop: { developers: names } } });
    const ask: Ask = (_method, path) =>
        Promise.resolve({
            status: 200,
            headers: {},
            body: path === "/users?username=robert" ? [{ id: 2, username: "Robert" }] : [],
        });

    test("has the membership still, under the new name, wherever the state names it", async () => {
        const gone = goneMembers(developers(["robert", "carol"]), state);
        const names = await newNames(gone, ask);
        assert.deepEqual(
            names.map(({ team: of, before, now }) => [of, before, now]),
            [["shop", "bob", "robert"]],
        );
        const urn = bob.urn.replace(/bob$/, "robert");
        const [, , member, other] = withNewNames(state, names).deployment?.resources ?? [];
        assert.deepEqual([member?.urn, member?.id, other?.dependencies], [urn, "5:2", [urn]]);
        assert.deepEqual(goneMembers(developers(["robert", "carol"]), withNewNames(state, names)), []);
    });

    test("does not count as one who leaves when GitLab does not say", async () => {
        const gone = goneMembers(developers(["robert", "carol"]), state);
        const busy: Ask = () => Promise.resolve({ status: 503, headers: {}, body: undefined });
        await assert.rejects(newNames(gone, busy), /GitLab does not say who robert is: status 503/);
    });

    test("is not somebody who leaves, or who comes in another's place", async () => {
        assert.deepEqual(goneMembers(developers(["carol"]), state), []);
        assert.deepEqual(goneMembers(developers(["bob", "carol", "dave"]), state), []);
        const gone = goneMembers(developers(["dave", "carol"]), state);
        assert.deepEqual(
            gone.map(({ name, candidates }) => [name, candidates]),
            [["bob", ["dave"]]],
        );
        assert.deepEqual(await newNames(gone, ask), []);
    });
});

test("a lower visibility is reported before GitLab refuses the group, with the way", () => {
    const visible = (level: string): ExportedStack => {
        const group = component("gitops-estate:gitlab:EstateGroup", "group");
        const inside = { inputs: { visibilityLevel: level } };
        return exported([
            made(group, "gitlab:index/group:Group", "group-group", inside),
            made(group, "gitlab:index/project:Project", "config-web-project", inside),
        ]);
    };
    const open = model({ gitlab: { visibility: "internal" } });
    assert.deepEqual(
        lowerVisibility(model(), visible("internal")).map(({ id, path }) => `${id} ${path}`),
        ["visibility-lowered gitlab.visibility"],
    );
    assert.deepEqual(lowerVisibility(model(), visible("private")), []);
    assert.deepEqual(lowerVisibility(open, visible("internal")), []);
    assert.deepEqual(lowerVisibility(open, visible("private")), []);
});
