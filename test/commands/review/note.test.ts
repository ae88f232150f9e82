/**
 * What a review says of changes as they happen to estates. The steps are made from what the program registers before and
 * after (changes.ts); test/e2e/review.test.ts has them from the engine.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { includedFiles, includedVersion } from "../../../components/ci/included";
import type { SpecInput } from "../../../estate";
import type { Language } from "../../../estate/model";
import type { Step } from "../../../commands/support/runReport";
import { noteOf, type Note, type NoteSource } from "../../../commands/review/note";
import { html, terminal } from "../../../commands/review/render";
import { reviewCases, type ReviewCase } from "./cases";
import { changeBetween, modelOf, secretMarker, stepsBetween } from "./changes";
import { configMap, quiet, source, update, urn } from "./steps";
import { assertTold, inMarkdown, type Told } from "./told";

type CaseName = keyof typeof reviewCases;

const anApp = "an app's flow changes, and a pin keeps what runs";

const [withoutGate, withGate] = [false, true].map((gate) => includedVersion(includedFiles(gate))) as [
    string,
    string,
];
const otherPipelines = (is: string, was: string): Readonly<Record<Language, string>> => ({
    en: `\`api\` and \`web\`: version of the pipelines \`${is}\` instead of \`${was}\``,
    zh: `\`api\`、\`web\`：流水线的版本改为 \`${is}\`（原为 \`${was}\`）`,
});
const changedPipelines = otherPipelines(withGate, withoutGate);
const pipelinesBefore = otherPipelines(withoutGate, withGate);

/** What somebody who knows neither the code nor Pulumi must be able to say from the note. */
const expected: Readonly<Record<CaseName, Told>> = {
    "a person leaves": {
        en: "1 person loses access; nothing else is deleted",
        zh: "1 人失去访问权限；不删除其他内容",
        says: [/`bob` loses access: was developer in team `shop`, and is in no team any more/],
        not: [/Deleted or made anew/],
    },
    "a cluster leaves": {
        en: "Cluster `member2` leaves; `api` and `web` stop running on `member2` in production (still on `member1`); deletes 2 namespaces",
        zh: "集群 `member2` 退出；`api`、`web` 的生产环境 `prod` 不再运行于集群 `member2`（剩余 `member1`）；删除 2 个命名空间",
        says: [
            /\*\*deletes namespace `web-prod` on cluster `member2` with everything that runs and lies in it/,
            /The images and what is in git stay/,
            /`argocd\/shop-prod` on cluster `host` may no longer use `api-prod on member2`/,
        ],
        not: [/nothing is deleted/],
    },
    "an environment is renamed": {
        en: "The update refuses this change; otherwise: deletes 2 image projects and 2 namespaces; `api` and `web` lose environment `test`; `api` and `web` get a new, empty environment `qa`; channel `oncall` gets no more messages about `api` and `web`",
        zh: "更新会拒绝此变更，否则：删除 2 个镜像项目、2 个命名空间；`api`、`web` 失去环境 `test`；`api`、`web` 新增环境 `qa`（为空）；通道 `oncall` 不再接收 `api`、`web` 的消息",
        says: [
            /deletes image project `web-test` in Harbor `main` with every image in it/,
            /namespace `web-test`.*Its images are deleted too/,
            /branch `test` of `acme\/shop\/web-config`.*stay on the server/,
        ],
        // Nothing of it is left that could look for an image.
        not: [/protected no more/, /Pods that start later/],
    },
    "a registry moves": {
        en: "The update refuses this change; otherwise: the image projects of `api` and `web` in `prod` move from Harbor `main` to `second`, without the images; 2 passwords of programs are renewed; nothing is deleted",
        zh: "更新会拒绝此变更，否则：`api`、`web` 在环境 `prod` 的镜像项目从 Harbor `main` 移到 `second`（不带镜像）；更换 2 个密码；不删除任何内容",
        says: [
            /\*\*image project `web-prod` in Harbor `second` is new and empty: the images stay where they are\.\*\* Pods that start later find no image until one is built or copied/,
            /image project `api-prod` in Harbor `main` and image project `web-prod` in Harbor `main`, and 2 retention rules and 2 rules against overwritten tags stay on the server/,
            /The old passwords end/,
            /Secret `api-prod\/registry-pull`.*: what it holds \(the login that pulls images\) changes, and is not shown/,
        ],
    },
    "a team is renamed": {
        en: "The update refuses this change; otherwise: `api` and `web` go from team `shop` to team `store`, and their repositories get another address with it; channel `ops` gets no more messages about `api` and `web`; 3 people have another role or team; 3 settings are deleted, no data and nothing that runs",
        zh: "更新会拒绝此变更，否则：`api`、`web` 从团队 `shop` 移到团队 `store`，代码仓库随之改变地址；通道 `ops` 不再接收 `api`、`web` 的消息；3 人的角色变化；只删除 3 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [/repository `acme\/store\/web`.*: moves here from another group, with all that is in it/],
        // A number of GitLab, and bindings of which a label alone changes.
        not: [/`namespaceId`/, /has the role `acme-delivery`/],
    },
    "a tier changes": {
        en: "10 protections are tightened; merges into `prod` of `api` and `web` need 1 approval from now on; nothing is deleted",
        zh: "收紧 10 项保护；`api`、`web` 合并到 `prod` 开始需要 1 人批准；不删除任何内容",
        says: [
            /protection of branch `dev` of `acme\/shop\/web-config` is tightened: push: developers and maintainers → maintainers/,
            /approval rule `prod`.* which asks for 1 approval/,
            /also `access token config-writer-g1`/,
        ],
        // GitLab's number of the user that it made for a token. And what is taken out of a protection leaves the rest there.
        // Nor is a rule that is written in another way one that lets nobody in.
        not: [
            /loosened/,
            /for a moment in between/,
            /\buser \d|g1 \(/,
            /project: "?\d/,
            /`(merge|push)AccessLevel`|`allowedTo/,
        ],
    },
    "an Argo CD upgrade": {
        en: "Argo CD goes from `v3.4.6` to `v3.5.7` (its own pods restart, and no others); nothing is deleted",
        zh: "Argo CD 从 `v3.4.6` 换成 `v3.5.7`（只重启它自己的 Pod）；不删除任何内容",
        // A person reads an address of an image, and no list of containers.
        not: [/containers` \[/],
        says: [
            /containers\.argocd-server\.image` `\S+:v3\.4\.6` → `\S+:v3\.5\.7`/,
            /^-\s+.*v3\.4\.6$/m,
            /^\+\s+.*v3\.5\.7$/m,
        ],
    },
    "an image updater of a line that reads objects": {
        en: "`argocd-image-updater` goes from `v0.12.2` to `v1.3.0` (its own pods restart, and no others); 2 settings are deleted, no data and nothing that runs",
        zh: "`argocd-image-updater` 从 `v0.12.2` 换成 `v1.3.0`（只重启它自己的 Pod）；只删除 2 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [
            /Deployment `argocd\/argocd-image-updater` on cluster `host` makes room for another version of it, Deployment `argocd\/argocd-image-updater-controller`/,
            /new: ImageUpdater `argocd\/web`/,
        ],
        not: [/stops and deletes/],
        saysInChinese: [/由另一版本的 .*argocd-image-updater-controller.*取代/],
    },
    "a new app": {
        en: "App `docs` is new; nothing is deleted",
        zh: "新增应用 `docs`；不删除任何内容",
        says: [/for app `docs` 5 robot accounts, 1 access token and 1 deploy token are made/],
        not: [/Deleted or made anew/],
    },
    "an app is removed": {
        en: "Deletes 4 namespaces and 2 image projects; app `api` goes away",
        zh: "删除 4 个命名空间、2 个镜像项目；移除应用 `api`",
        says: [
            /deletes image project `api-dev` in Harbor `main` with every image in it/,
            /repository `acme\/shop\/api`.* stay on the server; the estate no longer looks after them/,
            /for app `api` 5 robot accounts, 1 access token and 1 deploy token end/,
        ],
    },
    "a channel is added": {
        en: "Channel `night` gets messages about `api` and `web`; nothing is deleted",
        zh: "通道 `night` 开始接收 `api`、`web` 的消息；不删除任何内容",
        says: [/: messages to `night` change/],
        not: [/subscribe\.on-deployed\.night` \(nothing\)/],
    },
    "a protection is loosened": {
        en: "6 protections are loosened; `prod` is no longer treated as production; team `shop`: groups can be deleted by a change of the spec; `api` and `web`: repositories can be deleted by a change of the spec; merges into `prod` of `api` and `web` need no approval any more (1 before); 1 setting is deleted, no data and nothing that runs",
        zh: "放宽 6 项保护；`prod` 不再是生产环境；团队 `shop`：群组可以通过更改规格删除；`api`、`web`：代码仓库可以通过更改规格删除；`api`、`web` 合并到 `prod` 不再需要批准（原为 1 人）；只删除 1 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [
            /#### 🔴 Who may do what/,
            /approval rule `prod` of `acme\/shop\/web-config` goes away, and holds nothing back any more/,
            /tags `\*\*` can be overwritten and deleted/,
        ],
    },
    [anApp]: {
        en: "Deletes 1 image project and 1 namespace; `web` loses environment `dev`; 1 protection is loosened; `web` goes over to flow `gitlab-flow`; 1 protection is tightened; 1 more change",
        zh: "删除 1 个镜像项目、1 个命名空间；`web` 失去环境 `dev`；放宽 1 项保护；`web` 改用流程 `gitlab-flow`；收紧 1 项保护；另有 1 项变化",
        says: [
            /`web` in `prod` follows `web\/environments\/prod\/values\.yaml` of `acme\/shop\/web-config`, branch `main`, from now on\. It is pinned to `0123456789` and goes on with it: no pod restarts, and no new version reaches `prod` while the pin is there/,
            /`acme\/shop\/web-config` starts with branch `main` instead of `dev`/,
            /branch `prod` of `acme\/shop\/web-config`, branch `test`.*GitLab environment `dev`.*, GitLab environment `prod`.* GitLab environment `test`.*8 files and 3 branch protections stay on the server/,
        ],
        not: [
            /refuse/,
            /deletes file/,
            /deletes GitLab environment/,
            /protected no more/,
            /no longer copies/,
        ],
    },
    "an app's flow changes, and nothing keeps what runs": {
        en: "The update refuses this change; otherwise: deletes 1 image project and 1 namespace; `web` loses environment `dev`; 1 protection is loosened; `web` goes over to flow `gitlab-flow`; 1 protection is tightened; 1 more change",
        zh: "更新会拒绝此变更，否则：删除 1 个镜像项目、1 个命名空间；`web` 失去环境 `dev`；放宽 1 项保护；`web` 改用流程 `gitlab-flow`；收紧 1 项保护；另有 1 项变化",
        says: [
            /the update refuses this change and applies none of it, unless a person runs it with --accept-outage/,
            /`apps\.web\.flow`: `"acme\/shop\/web-config" would have prod follow .*what runs there would go`\. What to do: `set apps\.web\.environments\.prod\.pin/,
        ],
    },
    "production needs no repository of its own any more": {
        en: "1 protection is loosened; `web` goes over to flow `environment-branches`; 1 protection is tightened; 1 password of programs is renewed; 22 settings are deleted, no data and nothing that runs",
        zh: "放宽 1 项保护；`web` 改用流程 `environment-branches`；收紧 1 项保护；更换 1 个密码；只删除 22 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [
            /group `acme\/shop-prod`, repository `acme\/shop-prod\/web-config`, .*GitLab environment `prod` of `acme\/shop-prod\/web-config`.* stay on the server/,
            /1 pipeline trigger/,
        ],
        not: [/deletes (repository|group)/],
    },
    "other pipelines come by merge request": {
        en: "4 repositories are offered other pipelines by merge request",
        zh: "4 个仓库通过合并请求获得另一版本的流水线",
        says: [
            /After the update a merge request changes `ci\/estate\.yml`, and people merge it: .*`group\/web` \(`v1-later`\)/,
        ],
    },
    "a job begins to hold merges for approvals": {
        en: `${changedPipelines.en}; merges into \`prod\` of \`api\` and \`web\` need 1 approval from now on; nothing is deleted`,
        zh: `${changedPipelines.zh}；\`api\`、\`web\` 合并到 \`prod\` 开始需要 1 人批准；不删除任何内容`,
        says: [
            /the protection of branch `prod` of `acme\/shop\/web-config` is tightened: a merge needs the approval of 1 maintainer who neither opened the merge request nor wrote a commit in it/,
            /1 tag stays on the server/,
        ],
        not: [/ProjectTag/],
    },
    "no job holds merges for approvals any more": {
        en: `Merges into \`prod\` of \`api\` and \`web\` need no approval any more (1 before); ${pipelinesBefore.en}; 13 settings are deleted, no data and nothing that runs`,
        zh: `\`api\`、\`web\` 合并到 \`prod\` 不再需要批准（原为 1 人）；${pipelinesBefore.zh}；只删除 13 个设置类对象，不删除数据，也不停止任何运行中的内容`,
        says: [
            /#### 🔴 Who may do what/,
            /the protection of branch `prod` of `acme\/shop\/web-config` is loosened: no job waits for approvals any more: whoever may merge needs none/,
        ],
        not: [/ProjectTag/],
    },
    "credentials end sooner": {
        en: "10 robot accounts are valid for 30 days instead of 90, and older ones end at once; 2 access tokens are renewed in their last 10 days instead of 30; nothing is deleted",
        zh: "10 个机器人账号改为创建 30 天后到期（原为 90 天），更早创建的立即失效；2 个访问令牌改为到期前 10 天起换新（原为 30 天）；不删除任何内容",
        says: [
            /Those made more than 30 days ago end with this update, and pods and pipelines that use them can then pull or push no image/,
            /robot account `api-dev\+pull-g1` in Harbor `main`: is valid for 30 days from the day it was made, instead of 90 days/,
            /`config-writer-g1` of `acme\/shop\/web-config`: the token that is there ends on the same day as before; .* a new one is valid for 30 days instead of 90/,
        ],
        not: [/changes: (duration|rotationConfiguration)/],
    },
    "pipelines are included from then on": {
        en: "The jobs of 4 repositories are included from the estate's project, and no longer copies; 38 settings are deleted, no data and nothing that runs",
        zh: "4 个仓库的流水线作业改为引用平台项目，不再使用副本；只删除 38 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [/10 files stay on the server/],
    },
    "a first app with Flux": {
        en: "App `docs` is new; nothing is deleted",
        zh: "新增应用 `docs`；不删除任何内容",
        says: [/\| cluster `member1` \|/, /\| cluster `member2` \|/, /2 Flux HelmReleases/],
        not: [/cluster `[^`]*--/],
    },
    "an app goes to another team": {
        en: "`web` goes from team `shop` to team `pay`, and its repositories get another address with it; channel `oncall` gets messages about `web` in `dev` and `prod`; channel `ops` gets no more messages about `web`; nothing is deleted",
        zh: "`web` 从团队 `shop` 移到团队 `pay`，代码仓库随之改变地址；通道 `oncall` 开始接收 `web` 在 `dev`、`prod` 的消息；通道 `ops` 不再接收 `web` 的消息；不删除任何内容",
        says: [
            // None of their memberships changes. Bob is in both teams.
            /access to the repositories of app `web` and to what runs of it goes with the team: lost by `alice` \(maintainer\) and `carol` \(developer\); given to `dora` \(maintainer\) and `erin` \(developer\)/,
        ],
        not: [/bob/],
    },
    "production comes from other tags": {
        en: "1 protection is loosened; versions of `web` come to `prod` from tags `v*` instead of tags `release-*`; nothing is deleted",
        zh: "放宽 1 项保护；`web` 在 `prod` 的版本改为来自标签 `v*`（原为标签 `release-*`）；不删除任何内容",
        says: [
            /tag `v\*` of `acme\/shop\/web` is protected instead of `release-\*`, which is protected no more/,
        ],
        // It does not come back.
        not: [/for a moment in between/],
    },
    "a branch of a flow gets another name": {
        en: "Versions of `web` come to `dev` from branch `develop` instead of branch `next`; nothing is deleted",
        zh: "`web` 在 `dev` 的版本改为来自分支 `develop`（原为分支 `next`）；不删除任何内容",
        says: [/branch `next` of `acme\/shop\/web`.* stay on the server/],
    },
    "nobody starts deliveries to production any more": {
        en: "1 protection is loosened; new versions of `web` come to `prod` by themselves; nothing is deleted",
        zh: "放宽 1 项保护；`web` 的新版本会自动进入 `prod`；不删除任何内容",
        says: [
            /#### 🔴 Who may do what/,
            /new versions of `web` come to `prod` by themselves: a person started each delivery before/,
        ],
    },
    "a person starts what came by itself": {
        en: "1 protection is tightened; nothing is deleted",
        zh: "收紧 1 项保护；不删除任何内容",
        says: [/the delivery of `web` to `prod` is tightened: a person starts each one from now on/],
    },
    "a cluster is replaced": {
        en: "The update refuses this change; otherwise: cluster `member2` is looked for at `https://new.test:6443` instead of `https://member2.test:6443`, and nothing is moved there; nothing is deleted",
        zh: "更新会拒绝此变更，否则：集群 `member2` 的地址由 `https://member2.test:6443` 改为 `https://new.test:6443`，不搬移任何内容；不删除任何内容",
        says: [
            /what it holds \(how cluster `member2` is reached, and which namespaces it opens\) changes/,
            /if it is another cluster, go on with --accept-outage, and then with npm run up -- --refresh, which makes there all that the estate has on it/,
        ],
    },
    "a second production cluster": {
        en: "`api` and `web` get a second production cluster (`member2`); nothing is deleted",
        zh: "`api`、`web` 的生产环境 `prod` 增加集群 `member2`（共 2 个）；不删除任何内容",
        says: [/may also use `api-prod on member2`/],
    },
    "an app goes over to Flux": {
        en: "`web` is delivered by Flux instead of Argo CD (its objects are handed over, no pod restarts); 1 password of programs is renewed; 6 settings are deleted, no data and nothing that runs",
        zh: "`web` 改由 Flux 交付（原为 Argo CD），对象移交，Pod 不重启；更换 1 个密码；只删除 6 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [
            /what Argo CD delivered of `web` in `dev`, `prod` and `test` stays, and is Flux's from then on: the same objects, and no pod restarts/,
        ],
        not: [/nothing is delivered to namespace/, /channel/],
    },
    "an app goes back to Argo CD": {
        en: "`web` is delivered by Argo CD instead of Flux (its objects are handed over, no pod restarts); 1 password of programs is renewed; 13 settings are deleted, no data and nothing that runs",
        zh: "`web` 改由 Argo CD 交付（原为 Flux），对象移交，Pod 不重启；更换 1 个密码；只删除 13 个设置类对象，不删除数据，也不停止任何运行中的内容",
        says: [
            /what Flux delivered of `web` in `dev`, `prod` and `test` stays, and is Argo CD's from then on: the same objects, and no pod restarts/,
        ],
        not: [/channel/],
    },
};

describe("the note of a change", () => {
    for (const [name, each] of Object.entries(reviewCases) as [CaseName, ReviewCase][]) {
        test(`says what it means when ${name}`, () => assertTold(each, expected[name]));
    }

    test("says of an environment that comes back that its branch is on GitLab from before", async () => {
        const { before: was } = reviewCases["an environment is renamed"];
        const without = structuredClone(was) as { environments: Record<string, unknown> };
        delete without.environments["test"];
        without.environments["prod"] = {
            ...(without.environments["prod"] as object),
            promotesFrom: "dev",
        };
        const change = await changeBetween(modelOf(without as SpecInput), modelOf(was));
        const adopted = new Set(
            change.report.planned
                .map(({ urn: each }) => each)
                .filter((each) => /:Branch(Protection)?::config-web-branch-test/.test(each)),
        );
        assert.equal(adopted.size, 2);
        const all = { ...source([]), ...change, adopted };
        const note = noteOf(all);
        assert.match(note.headline, /`api` gets a new, empty environment `test`/);
        assert.match(note.headline, /`web` gets environment `test` back, with the branch that git still has/);
        assert.match(note.counts, /2 taken up as they are/);
        const told = inMarkdown(note);
        assert.match(
            told,
            /branch `test` of `acme\/shop\/web-config` is on GitLab from before: the update goes on with what is in it, and the version that stands there is delivered again/,
        );
        assert.match(told, /branch `test` of `acme\/shop\/web-config` is protected from before/);
        assert.match(told, /taken up as on the server: branch `test`/);
        assert.match(told, /branch `test` of `acme\/shop\/api-config` becomes protected/);
        const chinese = noteOf({ ...all, language: "zh" });
        assert.match(chinese.headline, /`web` 重新获得环境 `test`（沿用 Git 中原有的分支）/);
        assert.match(inMarkdown(chinese), /早已在 GitLab 上：更新会沿用其中原有的内容/);
    });

    test("says that a server is looked for in another place", () => {
        const moved = (name: string, type: string, was: object, is: object): Step =>
            update(name, was as Record<string, unknown>, is as Record<string, unknown>, type);
        const planned = [
            moved(
                "gitlab",
                "pulumi:providers:gitlab",
                { baseUrl: "https://a.test/api/v4" },
                { baseUrl: "https://b.test/api/v4/" },
            ),
            moved(
                "harbor-main",
                "pulumi:providers:harbor",
                { url: "https://h.test" },
                { url: "https://i.test" },
            ),
            // Another token is no other place.
            moved(
                "harbor-second",
                "pulumi:providers:harbor",
                { url: "https://j.test" },
                { url: "https://j.test/" },
            ),
            update("a", { data: { level: "info" } }, { data: { level: "debug" } }),
        ];
        assert.equal(
            noteOf(source(planned)).headline,
            "GitLab is looked for at `https://b.test` instead of `https://a.test`, and no repository is copied there; Harbor `main` is looked for at `https://i.test` instead of `https://h.test`, and no image is copied there; nothing is deleted",
        );
    });

    test("has nothing to say of a preview without changes", async () => {
        const estate = modelOf(reviewCases["a person leaves"].before);
        const note = noteOf({ ...source(await stepsBetween(estate, estate)), estate });
        assert.equal(note.headline, "Nothing changes");
        assert.deepEqual([note.lost, note.rights, note.places, note.differences], [[], [], [], []]);
    });

    test("of a first update has no secret in it, and says that it is the first", async () => {
        const estate = modelOf(reviewCases["a person leaves"].before);
        const planned = await stepsBetween(undefined, estate);
        const note = noteOf({ ...source(planned), estate });
        assert.equal(note.headline, "The estate is made for the first time, with 2 apps; nothing is deleted");
        for (const text of [inMarkdown(note), html(note), terminal(note, false)]) {
            assert.ok(!text.includes(secretMarker));
        }
        assert.ok(inMarkdown(note).length <= 60_000);
    });
});

describe("a note", () => {
    test("distinguishes drift from what the spec changes, and does not count it twice", () => {
        const was = { metadata: { name: "a", namespace: "x" }, data: { level: "info" } };
        const now = { metadata: { name: "a", namespace: "x" }, data: { level: "debug" } };
        const refreshed: Step = {
            op: "refresh",
            urn: urn(configMap, "a"),
            type: configMap,
            old: { inputs: was, outputs: was },
            new: { inputs: now, outputs: now },
            detailedDiff: { "data.level": { diffKind: "update" } },
        };
        const note = noteOf(
            source([], {
                report: { ...quiet, planned: [update("a", now, was)], refreshed: [refreshed] },
            }),
        );
        assert.equal(note.headline, "1 change made by hand is undone");
        assert.deepEqual(note.drift, ['ConfigMap x/a data.level: "info" -> "debug"']);
        const gone = { ...refreshed, new: null } as Step;
        const chinese = noteOf(
            source([], { language: "zh", report: { ...quiet, planned: [], refreshed: [gone] } }),
        );
        assert.deepEqual(chinese.drift, ["ConfigMap x/a 已不存在"]);
        assert.deepEqual(note.places, []);
        assert.match(inMarkdown(note), /Changed by hand on the servers/);
    });

    const drifting = (type: string, made: object, found: object): Step =>
        ({
            op: "refresh",
            urn: urn(type, "a"),
            type,
            old: { inputs: made, outputs: made },
            new: { inputs: found, outputs: found },
            detailedDiff: { description: { diffKind: "update" } },
        }) as Step;

    test("reports what the spec changes of an object that was changed by hand, too", () => {
        const type = "gitlab:index/project:Project";
        const made = { name: "web", description: "ours", visibilityLevel: "private", __defaults: [] };
        const found = { ...made, description: "theirs" };
        const wanted = { ...made, visibilityLevel: "public", __defaults: ["x"] };
        const report = {
            ...quiet,
            planned: [update("a", found, wanted, type)],
            refreshed: [drifting(type, made, found)],
        };
        const note = noteOf(source([], { report }));
        assert.match(note.headline, /1 protection is loosened; 1 change made by hand is undone/);
        assert.match(inMarkdown(note), /more people can see it/);
        assert.match(JSON.stringify(note.places), /visibilityLevel/);
        assert.doesNotMatch(JSON.stringify(note.places), /theirs/);
    });

    test("counts another secret of an object that was changed by hand as the spec's", () => {
        const made = { data: { level: "info" }, token: "[secret]" };
        const found = { ...made, data: { level: "debug" } };
        const report = {
            ...quiet,
            planned: [{ ...update("a", found, made), diffs: ["data", "token"] }],
            refreshed: [drifting(configMap, made, found)],
        };
        const note = noteOf(source([], { report }));
        assert.match(JSON.stringify(note.places), /`token` gets another value, which is not shown/);
        assert.doesNotMatch(JSON.stringify(note.places), /level/);
    });

    test("says what a Secret is for where its content alone changes", () => {
        const secret = "kubernetes:core/v1:Secret";
        const rotated = (name: string): Step =>
            update(
                name,
                { metadata: { name }, stringData: "[secret]" },
                { metadata: { name }, stringData: "[secret]" },
                secret,
            );
        const told = (name: string, language: Language): string[] => {
            const step = { ...rotated(name), diffs: ["stringData"] };
            const note = noteOf(source([step], { language }));
            return [note.headline, JSON.stringify(note.places)];
        };
        const [headline, places] = told("notifications-addresses", "en");
        assert.equal(headline, "Addresses or secrets of channels change; nothing is deleted");
        assert.match(
            places ?? "",
            /what it holds \(addresses and secrets of channels\) changes, and is not shown/,
        );
        assert.match(
            told("notifications-addresses", "zh").join(),
            /通道的地址或密钥改变；.*其内容（通道的地址和密钥）有变化，不显示/,
        );
        assert.match(
            told("app-web-dev-member1-pull", "en").join(),
            /what it holds \(the login that pulls images\)/,
        );
        assert.match(told("another", "en").join(), /what it holds changes, and is not shown/);
    });

    test("shows no secret of what was changed by hand, of errors and of policies", () => {
        const made = { metadata: { name: "a" }, data: { API_TOKEN: "one1", conf: "a: 1\n" } };
        const found = {
            ...made,
            data: { API_TOKEN: `${secretMarker}7`, conf: `a: 1\nb: 2\npassword: ${secretMarker}8\n` },
        };
        const report = {
            ...quiet,
            planned: [update("a", found, made)],
            refreshed: [drifting(configMap, made, found)],
            errors: [
                {
                    message: `${"x ".repeat(285)}glpat-${secretMarker}AAAAAAAAAAAAAAAA\nhttps://bot:${secretMarker}@git.test/x`,
                },
                { message: `cannot fetch https://${secretMarker}@git.test/x` },
            ],
            policies: [
                {
                    policy: "p",
                    level: "advisory",
                    message: `${"y ".repeat(190)}glpat-${secretMarker}AAAAAAAAAAAAAAAA`,
                },
            ],
        };
        const note = noteOf(source([], { policy: true, report }));
        assert.match(note.drift.join(), /data\.API_TOKEN: \(hidden\) -> \(hidden\)/);
        assert.doesNotMatch(JSON.stringify(note), new RegExp(secretMarker));
    });

    test("hides what an entry's own name calls a secret, and what ends in a line's end", () => {
        const entries = (value: string): Record<string, unknown> => ({
            env: [{ name: "DB_PASSWORD", value }],
            pairs: [{ key: "api_key", value: `${value}\n` }],
            data: { password: `${value}\n`, credentials: `user\n${value}\n` },
            content: `env:\n  - name: DB_PASSWORD\n    value: "${value}"\n  - value: ${value}\n    name: MY_TOKEN\n`,
            flow: `x: [{name: DB_PASSWORD, value: ${value}}, {"key":"MY_TOKEN","value":"${value}"}, {"password":"${value}"}]`,
        });
        const note = noteOf(
            source([update("a", entries(`${secretMarker}1`), { ...entries(`${secretMarker}2`), port: 2 })]),
        );
        for (const text of [JSON.stringify(note), inMarkdown(note), html(note)]) {
            assert.ok(!text.includes(secretMarker), text);
        }
        assert.match(JSON.stringify(note.places), /`env` gets another value, which is not shown/);
    });

    test("says first that a preview failed, and why", () => {
        const note = noteOf(
            source([], {
                report: {
                    ...quiet,
                    planned: [],
                    errors: [{ message: "resource `x` cannot be deleted\nbecause" }],
                },
            }),
        );
        assert.equal(note.headline, "The preview failed: this cannot be applied as it is");
        assert.match(inMarkdown(note), /Why:  \n🔴 `resource  x  cannot be deleted because`/);
    });

    test("shows what the policy pack said, what stops the update first", () => {
        const step = update("a", { metadata: { name: "a" } }, { metadata: { name: "a" }, data: { x: "1" } });
        const policies = [
            { urn: step.urn, policy: "p-advice", level: "advisory", message: "could be better" },
            { policy: "p-stop", level: "mandatory", message: "p-stop: must not be <b>" },
        ];
        const note = noteOf(source([], { policy: true, report: { ...quiet, planned: [step], policies } }));
        assert.match(inMarkdown(note), /#### Policies: 1 violation that stops the update, 1 piece of advice/);
        assert.match(
            inMarkdown(note),
            /- 🔴 `p-stop`, stops the update: `must not be <b>`\n- 🟠 `p-advice`: ConfigMap `a`: `could be better`/,
        );
        assert.match(html(note), /must not be &lt;b&gt;/);
        assert.equal(noteOf(source([], { policy: true })).policyVerdict, "every policy passes");
        assert.equal(noteOf(source([])).policyVerdict, undefined);
    });

    test("says what the stack's own configuration disables of the policies", () => {
        const of = (ownPolicies: unknown, more: Partial<NoteSource> = {}): Note =>
            noteOf(source([], { policy: true, ownPolicies, ...more }));
        const off = of({ all: "disabled", "harbor-robot-expires": "mandatory" });
        assert.equal(off.policyVerdict, "nothing was found, the stack's own configuration loosens them");
        assert.deepEqual(off.policies, [
            {
                tone: "bad",
                text: "The stack's own configuration switches the policies off, but for `harbor-robot-expires`.",
            },
        ]);
        const some = of({
            all: "mandatory",
            settings: {
                prodPattern: "^nothing$",
                robotMaxDays: 90,
                plainHttpHosts: "^lab$",
                exemptions: [],
            },
            "harbor-robot-expires": { enforcementLevel: "advisory", robotMaxDays: 9000 },
            "gitlab-project-private": "disabled",
        });
        assert.deepEqual(
            some.policies.map(({ tone, text }) => `${tone} ${text}`),
            [
                "bad The stack's own configuration switches off: `gitlab-project-private`.",
                "bad By the stack's own configuration these stop no update: `harbor-robot-expires`.",
                "bad the setting `prodPattern` is `^nothing$`; the default is `(^|[-/.])prod(uction)?$`.",
                "warn the setting `robotMaxDays` is `90`; the default is `365`.",
                "bad the setting `plainHttpHosts` is `^lab$`; the default is empty.",
                "bad `harbor-robot-expires`: the setting `robotMaxDays` is `9000`; the default is `365`.",
            ],
        );
        for (const text of [inMarkdown(off), html(off), terminal(off, false)]) {
            assert.match(text, /own configuration switches the policies off/);
        }
        assert.match(of({}).policies[0]?.text ?? "", /violations stop no update/);
        assert.match(of({}, { language: "zh" }).policyVerdict ?? "", /放宽/);
        const plain = of({ all: "mandatory" });
        assert.deepEqual([plain.policyVerdict, plain.policies], ["every policy passes", []]);
    });

    test("says that nothing changes only where the preview looked at something", () => {
        const report = { ...quiet, began: false, planned: [] };
        const note = noteOf(source([], { policy: true, report }));
        assert.match(note.headline, /^The preview failed/);
        for (const text of [inMarkdown(note), html(note), terminal(note, false)]) {
            assert.match(text, /ended before it looked at anything; its log says why/);
            assert.doesNotMatch(text, /Nothing changes|what follows may be incomplete/);
        }
        assert.match(noteOf(source([], { report, language: "zh" })).headline, /^预览失败/);
    });

    test("does not say that policies pass where the preview failed", () => {
        const report = { ...quiet, planned: [], errors: [{ message: "no" }] };
        assert.equal(
            noteOf(source([], { policy: true, report })).policyVerdict,
            "nothing was found, not all policies were looked at, for the preview failed",
        );
        assert.match(
            noteOf(source([], { policy: true, report, language: "zh" })).policyVerdict ?? "",
            /并非所有策略都检查过/,
        );
    });

    test("leaves none of what is loosened to the report, and folds nothing there", () => {
        const steps = Array.from({ length: 60 }, (_, index) =>
            update(
                `p${index}`,
                { name: `app${index}-x`, visibilityLevel: "private" },
                { name: `app${index}-x`, visibilityLevel: index % 2 === 0 ? "public" : "internal" },
                "gitlab:index/project:Project",
            ),
        );
        const note = noteOf(source(steps));
        assert.equal(note.rights.length, 60);
        const shown = (text: string): number =>
            Array.from({ length: 60 }, (_, index) => index).filter((index) => text.includes(`app${index}-x`))
                .length;
        const rights = (text: string): string => text.slice(0, text.indexOf("What changes where"));
        assert.equal(shown(rights(inMarkdown(note))), 60);
        assert.equal(shown(rights(terminal(note, false))), 60);
        assert.equal(html(note).match(/more people can see it/g)?.length, 60);
    });

    test("has cells that a bar does not end, with a backslash before it either", () => {
        const note = noteOf(source([update("a", { conf: "a|b" }, { conf: "c\\|d" })]));
        const row = inMarkdown(note)
            .split("\n")
            .find((line) => line.includes("conf"));
        assert.equal(row?.split("|").length, 5, row);
        assert.match(row ?? "", /`"?c\\¦d"?`/);
    });

    test("says what an update refuses, and that of an inventory it is not known whether files include the pipelines", () => {
        const refused = {
            id: "pipelines-not-included",
            path: "apps.web.pipelines.use",
            value: "included",
            rule: "takes the variables away that jobs of acme/shop/web use",
            fix: "set pipelines.use: copied",
            zh: { rule: "会移除变量", fix: "设置 pipelines.use: copied" },
            severity: "error",
        } as const;
        const nothing = { blocked: [], relocated: [], defaultBranches: [] };
        const told = inMarkdown(noteOf(source([], { ahead: { ...nothing, refused: [refused] } })));
        assert.match(
            told,
            /After the merge the update refuses this change and applies none of it, unless a person runs it with --accept-outage\. Why:  \n🔴 `apps\.web\.pipelines\.use`: `"included" takes the variables away that jobs of acme\/shop\/web use`\. What to do: `set pipelines\.use: copied`/,
        );
        const blocked = noteOf(
            source([], { language: "zh", ahead: { ...nothing, refused: [], blocked: [refused] } }),
        );
        assert.match(
            inMarkdown(blocked),
            /合并后更新会拒绝此变更，不会应用任何内容。原因：  \n🔴 `apps\.web\.pipelines\.use`：`"included" 会移除变量`。办法：`设置 pipelines\.use: copied`/,
        );
        const against = {
            at: "2027-01-15T12:30:00.000Z",
            toInclude: [{ path: "acme/shop/web", branch: "main" }],
        };
        assert.match(
            inMarkdown(noteOf(source([], { against }))),
            /Not looked at: whether `\.gitlab-ci\.yml` of `acme\/shop\/web` \(`main`\) includes `ci\/estate\.yml` already\. Where it does not, the update refuses this change/,
        );
    });

    test("without servers says what it cannot show", () => {
        const note = noteOf(source([], { offline: true }));
        assert.match(inMarkdown(note), /cannot show what would be changed or deleted/);
    });

    test("hides what nobody marked as a secret and looks like one, and all data of Secrets", () => {
        const token = `glpat-${secretMarker}AAAAAAAAAAAAAAAA`;
        const steps = [
            update(
                "a",
                { data: { TOKEN: token, level: "info" } },
                { data: { TOKEN: `${token}2`, level: "debug" } },
            ),
            update(
                "b",
                { stringData: { one: secretMarker } },
                { stringData: { one: `${secretMarker}2`, two: "x" } },
                "kubernetes:core/v1:Secret",
            ),
            update(
                "c",
                { filePath: "values.yaml", content: `password: ${secretMarker}9Zz\nport: 1\n` },
                { filePath: "values.yaml", content: `password: ${secretMarker}8Zz\nport: 2\n` },
                "gitlab:index/repositoryFile:RepositoryFile",
            ),
        ];
        const note = noteOf(source(steps));
        for (const text of [inMarkdown(note), html(note), terminal(note, false)]) {
            assert.ok(!text.includes(secretMarker), text);
        }
        assert.match(inMarkdown(note), /^\+port: 2$/m);
        assert.match(inMarkdown(note), /^\+ {2}level: debug$/m);
    });

    test("cannot be broken by names: no markup, no quick action, no end of a block", () => {
        const evil = "x`</details>\n/close\n|<script>alert(1)</script> ```\n/merge";
        const note = noteOf(
            source([
                {
                    op: "delete",
                    urn: urn("kubernetes:core/v1:Namespace", "n"),
                    type: "kubernetes:core/v1:Namespace",
                    old: { inputs: { metadata: { name: evil } } },
                },
                update("a", { data: { k: "1" } }, { data: { k: `\`\`\`\n${evil}` } }),
            ]),
        );
        const text = inMarkdown(note);
        const outside = text.replace(/(`{3,})[a-z]*\n[\s\S]*?\n\1/g, "");
        assert.doesNotMatch(outside, /^\/(close|merge)/m);
        assert.doesNotMatch(outside.replace(/`[^`\n]*`/g, ""), /<script>/);
        assert.doesNotMatch(html(note), /<script>/);
    });

    test("stays within its limit whatever changes, and says that there is more", () => {
        const steps = Array.from({ length: 4000 }, (_, index) =>
            update(
                `m${index}`,
                { metadata: { name: `m${index}`, namespace: "x" }, data: { level: "info" } },
                {
                    metadata: { name: `m${index}`, namespace: "x" },
                    data: { level: `debug ${"x".repeat(200)}` },
                },
            ),
        );
        const note = noteOf(source(steps));
        for (const limit of [20_000, 60_000, 1_000_000]) {
            const text = inMarkdown(note, limit);
            assert.ok(text.length <= limit, `${text.length} of ${limit}`);
            assert.match(text, /more, see the full report/);
        }
        assert.equal(html(note).match(/<details/g)?.length, 4000);
    });

    test("is drawn as a map whose labels end nothing", () => {
        const namespace = (app: string, environment: string): Step => ({
            op: "create",
            urn: urn("kubernetes:core/v1:Namespace", `app-${app}-${environment}-member1-namespace`),
            type: "kubernetes:core/v1:Namespace",
            new: {
                provider: urn("pulumi:providers:kubernetes", "cluster-member1") + "::id",
                inputs: {
                    metadata: {
                        name: `${app}-${environment}`,
                        labels: { "gitops-estate/app": app, "gitops-estate/environment": environment },
                    },
                },
            },
        });
        const text = inMarkdown(noteOf(source([namespace('we"]b', "prod"), namespace("api", "prod")])));
        assert.match(text, /```mermaid\nflowchart LR\n/);
        assert.match(text, /\["app we {2}b"\]:::new/);
    });
});

describe("what a note is made of", () => {
    let planned: readonly Step[];
    before(async () => {
        const { before: was, after } = reviewCases["a registry moves"];
        planned = await stepsBetween(modelOf(was), modelOf(after));
    });
    test("does not depend on the order in which the engine reports it", () => {
        const forwards = noteOf(source(planned));
        const backwards = noteOf(source([...planned].reverse()));
        assert.equal(backwards.headline, forwards.headline);
        assert.deepEqual(new Set(backwards.lost.map(({ text }) => text.length)).size > 0, true);
        assert.equal(backwards.counts, forwards.counts);
    });
});

test("an object of an engine that ends: what it delivered goes on, or goes with it", () => {
    const said = (type: string, name: string, spec: Record<string, unknown>): string =>
        inMarkdown(
            noteOf(
                source([
                    {
                        op: "delete",
                        urn: urn(type, name),
                        type,
                        old: { inputs: { metadata: { name, namespace: "engine" }, spec } },
                    },
                ]),
            ),
        );
    const flux = {
        targetNamespace: "web-dev",
        kubeConfig: { secretRef: { name: "cluster-dev--member1" } },
    };
    const [release, kustomization] = [
        "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
        "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization",
    ];
    const goesOn =
        /nothing is delivered to namespace `web-dev` on `member1` any more; what runs there goes on/;
    const destination = { name: "member1", namespace: "web-dev" };
    assert.match(said("kubernetes:argoproj.io/v1alpha1:Application", "web", { destination }), goesOn);
    assert.match(said(kustomization, "web", flux), goesOn);
    assert.match(said(release, "web", { ...flux, suspend: true }), goesOn);
    assert.match(
        said(release, "web", flux),
        /what it delivered to namespace `web-dev` on `member1` is deleted with it/,
    );
});
