/** Cases of the rules about lanes. */
import { type Case, updater } from "./case";

const lanes = { dev: { branch: "develop" }, test: { branch: "release-*" }, prod: { tag: "v*" } };

/** App web with a lane for each environment, and a change. */
const web = (change: object): Case["change"] => ({ apps: { web: { flow: "gitlab-flow", ...change } } });

/** App web with trunk, in one environment before prod. */
const trunk = (change: object): Case["change"] => ({
    apps: { web: { flow: "trunk", environments: { dev: null }, ...change } },
});

/** An app whose config repositories are its team's, and lanes that wait for a person before prod. */
const shared = { flow: "trunk", environments: { dev: null }, config: { scope: "team" } };
const waiting = { test: { branch: "latest" }, prod: { branch: "main", start: "person" } };

/** App web with a flow of the spec's own: three lanes, and a change of the flow; or of the app. */
const own = (change: object = {}, app: object = {}): Case["change"] => ({
    flows: { ours: { environments: { dev: { branch: "next" }, test: {}, prod: { tag: "v*" } }, ...change } },
    apps: { web: { flow: "ours", ...app } },
});

/** Its environments, with a change of some. */
const ways = (change: object): object => ({
    environments: { dev: { branch: "next" }, test: {}, prod: { tag: "v*" }, ...change },
});

const inOurs = "flows.ours.environments";

const ownFlowCases: readonly Case[] = [
    {
        rule: "flow-exists",
        title: "a flow that is written otherwise, for an app and for all",
        change: { ...own({}, { flow: "oursx" }), defaults: { flow: "gitlabflow" } },
        found: [
            ["apps.web.flow", "oursx"],
            ["defaults.flow", "gitlabflow"],
        ],
        fix: /did you mean ours\?/,
    },
    {
        rule: "flow-own-name",
        title: "a built-in flow's name",
        change: { flows: { trunk: ways({}) } },
        found: [["flows.trunk", "trunk"]],
        fix: /our-trunk/,
    },
    {
        rule: "flow-environment",
        title: "an environment that is none, and sources that are none",
        change: own(
            ways({
                live: { branch: "live" },
                test: { reuses: ["dev", "test"] },
                prod: { tag: "v*", reuses: ["qa"] },
            }),
        ),
        found: [
            [`${inOurs}.live`, "live"],
            [`${inOurs}.prod.reuses.0`, "qa"],
            [`${inOurs}.test.reuses.1`, "test"],
        ],
        fix: /dev, test, prod/,
    },
    {
        rule: "flow-lane",
        title: "two ways at once, and what a way has no use for",
        change: own({
            config: "branches",
            ...ways({
                dev: { branch: "next", create: "developer" },
                test: { promotes: "dev", start: "person" },
                prod: { branch: "main", tag: "v*" },
            }),
        }),
        found: [
            [`${inOurs}.dev.create`, "developer"],
            [`${inOurs}.prod`, { branch: "main", tag: "v*" }],
            [`${inOurs}.test.start`, "person"],
        ],
        fix: /remove it/,
    },
    {
        rule: "flow-image",
        title: "a branch's image by a tag, and a tag's by a branch",
        change: own(ways({ dev: { branch: "next", image: "tag" }, prod: { tag: "v*", image: "branch" } })),
        found: [
            [`${inOurs}.dev.image`, "tag"],
            [`${inOurs}.prod.image`, "branch"],
        ],
        fix: /write commit or branch/,
    },
    {
        rule: "flow-promotion",
        title: "a promotion between folders",
        change: own(ways({ test: { promotes: "dev" } })),
        found: [[`${inOurs}.test.promotes`, "dev"]],
        fix: /config of the flow to branches/,
    },
    {
        rule: "flow-promotion",
        title: "a promotion against the order of environments",
        change: own({ config: "branches", ...ways({ dev: { promotes: "test" } }) }),
        found: [[`${inOurs}.dev.promotes`, "test"]],
        fix: /environments\.dev\.promotesFrom to test/,
    },
    {
        rule: "flow-start",
        title: "a flow into which nothing comes",
        change: { flows: { ours: { environments: {} } } },
        found: [["flows.ours.environments", []]],
        fix: /branch: develop/,
    },
    {
        rule: "flow-people",
        title: "refs that nobody may move",
        change: own(
            ways({
                dev: { branch: "next", push: "no one", merge: "no one" },
                prod: { tag: "v*", create: "no one" },
            }),
        ),
        found: [
            [`${inOurs}.dev.merge`, "no one"],
            [`${inOurs}.prod.create`, "no one"],
        ],
        fix: /merge: maintainer/,
    },
    {
        rule: "flow-same-ref",
        title: "one branch, protected in two ways",
        change: own(ways({ dev: { branch: "next", merge: "maintainer" }, test: { branch: "next" } })),
        found: [[`${inOurs}.test.merge`, undefined]],
        fix: /environments\.dev has: maintainer/,
    },
    {
        rule: "flow-nested",
        title: "a branch inside another",
        change: own(ways({ dev: { branch: "release" }, test: { branch: "release/*" } })),
        found: [[`${inOurs}.test.branch`, "release/*"]],
        fix: /environment dev has release/,
    },
    {
        rule: "flow-reviewed",
        title: "previews of a branch that is not delivered",
        change: own({ reviewed: "other", ...ways({ test: { branch: "main" } }) }),
        found: [["flows.ours.reviewed", "other"]],
        fix: /the branch of one of its environments/,
    },
    {
        rule: "flow-app",
        title: "an environment that the flow says nothing about, and a source that the app is not in",
        change: own(
            {
                config: "branches",
                environments: { dev: { branch: "next" }, test: {}, prod: { promotes: "test" } },
            },
            { environments: { test: null } },
        ),
        found: [["apps.web.environments.test", null]],
        fix: /remove this null/,
    },
    {
        rule: "flow-app",
        title: "an environment that the flow says nothing about",
        change: own({ environments: { dev: { branch: "next" }, prod: { tag: "v*" } } }),
        found: [["apps.web.environments.test", undefined]],
        fix: /flows\.ours\.environments\.test/,
    },
    {
        rule: "flow-lanes",
        title: "lanes of an app whose flow has them",
        change: own({}, { lanes: { dev: { branch: "other" } } }),
        found: [["apps.web.lanes", { dev: { branch: "other" } }]],
        fix: /flows\.ours/,
    },
    {
        rule: "flow-ci",
        title: "Jenkins",
        change: own({}, { ci: "jenkins" }),
        found: [["apps.web.ci", "jenkins"]],
        fix: /ci to gitlab/,
    },
    {
        rule: "flow-updater",
        title: "an updater beside lanes",
        change: { ...updater, ...own({}, { updater: { environments: ["dev"] } }) },
        found: [["apps.web.updater", ["dev"]]],
        fix: /remove it/,
    },
    {
        rule: "flow-hotfix",
        title: "a hotfix lane beside lanes",
        change: own({}, { hotfix: { branch: "hotfix-1" } }),
        found: [["apps.web.hotfix", "hotfix-1"]],
        fix: /a lane for hotfixes/,
    },
];

export const flowCases: readonly Case[] = [
    ...ownFlowCases,
    {
        rule: "lanes-unused",
        title: "lanes of an app whose versions are promoted",
        change: { apps: { web: { lanes } } },
        found: [["apps.web.lanes", lanes]],
        fix: /set apps\.web\.flow to gitlab-flow/,
    },
    {
        rule: "lane-order",
        title: "environments without an order, and nothing that says what comes to them",
        change: {
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                alpha: { clusters: ["member1"], class: "nonprod" },
                integration: { clusters: ["member1"], class: "nonprod" },
                live: { clusters: ["member1", "member2"] },
            },
            apps: { api: undefined, web: { flow: "gitlab-flow" } },
            defaults: { flow: "gitlab-flow" },
        },
        found: [["apps.web.lanes", undefined]],
        fix: /^write e\.g\. \{alpha: \{branch: develop\}, integration: \{branch: release-\*\}, live: \{tag: v\*\}\}, or/,
    },
    {
        rule: "lane-environment",
        title: "an environment without a lane, and a lane without an environment",
        change: web({ lanes: { dev: lanes.dev, prod: lanes.prod, stage: lanes.test } }),
        found: [
            ["apps.web.lanes.stage", lanes.test],
            ["apps.web.lanes.test", undefined],
        ],
        fix: /^use one of dev, test, prod$/,
    },
    {
        rule: "lane-environment",
        title: "a lane to where the app is not",
        change: web({ lanes, environments: { test: null } }),
        found: [["apps.web.lanes.test", lanes.test]],
        fix: /the null of apps\.web\.environments\.test/,
    },
    {
        rule: "lane-ref",
        title: "a branch and a tag at once, and neither",
        change: web({ lanes: { ...lanes, prod: { tag: "v*", branch: "main" }, test: { start: "person" } } }),
        found: [
            ["apps.web.lanes.prod", { branch: "main", tag: "v*" }],
            ["apps.web.lanes.test", { start: "person" }],
        ],
        fix: /\{tag: v\*\}/,
    },
    {
        rule: "lane-ci",
        title: "Jenkins, whose pipelines have no lanes",
        change: web({ ci: "jenkins" }),
        found: [["apps.web.ci", "jenkins"]],
        fix: /set apps\.web\.ci to gitlab, or apps\.web\.flow to environment-branches, which has pipelines for jenkins/,
    },
    {
        rule: "lane-ci",
        title: "no CI for the whole estate",
        change: { ...web({}), defaults: { ci: "none" } },
        found: [["defaults.ci", "none"]],
        fix: /set apps\.web\.ci to gitlab/,
    },
    {
        rule: "lane-updater",
        title: "an image updater beside pipelines that write versions",
        change: { ...updater, ...web({ updater: { allowTags: "any" } }) },
        found: [["apps.web.updater", ["dev"]]],
        fix: /environment-branches, where it fits/,
    },
    {
        rule: "lane-hotfix",
        title: "a hotfix lane beside release branches",
        change: web({ hotfix: { branch: "hotfix-1" } }),
        found: [["apps.web.hotfix", "hotfix-1"]],
        fix: /tag the fix/,
    },
    {
        rule: "trunk-places",
        title: "two environments before prod",
        change: { apps: { web: { flow: "trunk" } } },
        found: [["apps.web.environments", ["dev", "test", "prod"]]],
        fix: /leave it in one environment before prod/,
    },
    {
        rule: "trunk-places",
        title: "no environment before prod, and none after it",
        change: {
            apps: {
                web: { flow: "trunk", environments: { dev: null, test: null } },
            },
        },
        found: [["apps.web.environments", ["prod"]]],
        fix: /flow to environment-branches/,
    },
    {
        rule: "trunk-branch",
        title: "a pattern, and a tag",
        change: trunk({ lanes: { test: { branch: "work-*" }, prod: { tag: "v*" } } }),
        found: [
            ["apps.web.lanes.prod", { tag: "v*" }],
            ["apps.web.lanes.test", { branch: "work-*" }],
        ],
        fix: /gitlab-flow, where tags and patterns release/,
    },
    {
        rule: "trunk-same-branch",
        title: "the branch of staging for prod",
        change: trunk({ repository: { branch: "latest" } }),
        found: [["apps.web.repository.branch", "latest"]],
        fix: /name another branch/,
    },
    {
        rule: "trunk-same-branch",
        title: "one branch for both lanes",
        change: trunk({ lanes: { test: { branch: "main" }, prod: { branch: "main" } } }),
        found: [["apps.web.lanes.prod", "main"]],
        fix: /name another branch/,
    },
    {
        rule: "trunk-start",
        title: "a person's release where another app's would do it too",
        change: {
            apps: {
                web: { ...shared, lanes: waiting },
                api: shared,
            },
        },
        found: [["apps.web.lanes.prod.start", "person"]],
        fix: /so that the merge .* is what releases; or set apps\.web\.config\.scope to app, for a repository without api$/,
    },
    {
        rule: "trunk-start",
        title: "a person's release of one of two environments that are released together",
        change: {
            environments: {
                prod: { class: "prod" },
                live: { clusters: ["member2"], class: "prod", promotesFrom: "prod" },
            },
            ...trunk({ lanes: { ...waiting, live: { branch: "live" } } }),
        },
        found: [["apps.web.lanes.prod.start", "person"]],
        fix: /is what releases$/,
    },
    {
        rule: "trunk-group",
        title: "a team where prod's config repositories are",
        change: { ...trunk({}), teams: { "shop-prod": { maintainers: ["alice"] } } },
        found: [["teams.shop-prod", "acme/shop-prod"]],
        fix: /prod of team shop is there/,
    },
    {
        rule: "trunk-environment",
        title: "a lane to where an app with trunk is not",
        change: trunk({
            lanes: { dev: { branch: "x" }, test: { branch: "latest" }, prod: { branch: "main" } },
        }),
        found: [["apps.web.lanes.dev", { branch: "x" }]],
        fix: /the null of apps\.web\.environments\.dev/,
    },
    {
        rule: "trunk-ci",
        title: "Jenkins, which trunk has no pipelines for",
        change: trunk({ ci: "jenkins" }),
        found: [["apps.web.ci", "jenkins"]],
        fix: /environment-branches/,
    },
    {
        rule: "trunk-updater",
        title: "an image updater beside trunk's pipelines",
        change: { ...updater, ...trunk({ updater: { allowTags: "any" } }) },
        found: [["apps.web.updater", ["test"]]],
        fix: /environment-branches, where it fits/,
    },
    {
        rule: "trunk-hotfix",
        title: "a hotfix lane beside trunk",
        change: trunk({ hotfix: { branch: "hotfix-1" } }),
        found: [["apps.web.hotfix", "hotfix-1"]],
        fix: /^remove it$/,
    },
];
