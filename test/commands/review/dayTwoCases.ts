/**
 * Changes that a platform's people make day by day, and what they want to read of them before they merge: written by what they
 * want to know, and not by what a note said.
 */
import type { Overrides } from "../../support/estate";
import { change, type ReviewCase } from "./cases";
import type { Told } from "./told";

const premium: Overrides = { gitlab: { tier: "premium" } };
const gated: Overrides = { gitlab: { approvalGate: { enabled: true } } };
const chat: Overrides = {
    channels: { night: { kind: "slack", recipient: "night" } },
    environments: { prod: { channels: ["night"] } },
};
const flux: Overrides = { defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } } };
const previews: Overrides = {
    apps: { web: { previews: { url: "https://web-{number}.test" } } },
};
const twoTeams: Overrides = {
    teams: { pay: { maintainers: ["dora"], developers: ["bob", "erin"] } },
    apps: { docs: { team: "pay" } },
};

export const dayTwoCases: Readonly<Record<string, ReviewCase & { readonly told: Told }>> = {
    "credentials are good for longer": {
        ...change({ credentials: { lifetimeDays: 180 } }),
        told: {
            en: "10 robot accounts are valid for 180 days instead of 90; nothing is deleted",
            zh: "10 个机器人账号改为创建 180 天后到期（原为 90 天）；不删除任何内容",
            says: [
                /robot account `api-dev\+pull-g1` in Harbor `main`: is valid for 180 days from the day it was made, instead of 90 days; its password stays/,
                /the token that is there ends on the same day as before; .*; a new one is valid for 180 days instead of 90/,
            ],
            not: [/Deleted or made anew/, /Those made earlier end/, /🔴/],
        },
    },
    "tokens are renewed earlier": {
        ...change({ credentials: { rotateBeforeDays: 60 } }),
        told: {
            en: "2 access tokens are renewed in their last 60 days instead of 30; nothing is deleted",
            zh: "2 个访问令牌改为到期前 60 天起换新（原为 30 天）；不删除任何内容",
            says: [
                // Whoever merges wants to know whether it happens now.
                /access token `config-writer-g1` of `acme\/shop\/web-config`: the token that is there ends on the same day as before; an update renews it when it has at most 60 days left instead of 30, this update too/,
            ],
            not: [/rotationConfiguration/, /Deleted or made anew/],
        },
    },
    "every password is renewed": {
        ...change({ credentials: { generation: 2 } }),
        told: {
            en: "14 passwords of programs are renewed; nothing is deleted",
            zh: "更换 14 个密码；不删除任何内容",
            says: [
                /The old passwords end\. The estate replaces them wherever it uses them; where you copied one to another place, replace it there/,
            ],
            not: [/nothing else is deleted/],
        },
    },
    "a second approval is wanted": {
        ...change({ environments: { prod: { approvals: 2 } } }, premium),
        told: {
            en: "Merges into `prod` of `api` and `web` need 2 approvals instead of 1; nothing is deleted",
            zh: "`api`、`web` 合并到 `prod` 需要 2 人批准（原为 1 人）；不删除任何内容",
            says: [/approval rule `prod` of `acme\/shop\/web-config`: approvals needed 1 → 2/],
            not: [/🔴/, /loosened/],
        },
    },
    "a second approval is wanted, and a job holds merges": {
        ...change({ environments: { prod: { approvals: 2 } } }, gated),
        told: {
            en: "Merges into `prod` of `api` and `web` need 2 approvals instead of 1; nothing is deleted",
            zh: "`api`、`web` 合并到 `prod` 需要 2 人批准（原为 1 人）；不删除任何内容",
            says: [
                /the protection of branch `prod` of `acme\/shop\/web-config` is tightened: a merge needs the approval of 2 maintainers .* \(1 before\)/,
            ],
            not: [/🔴/, /loosened/],
        },
    },
    "one approval is enough": {
        ...change(
            { environments: { prod: { approvals: 1 } } },
            { ...premium, environments: { prod: { approvals: 2 } } },
        ),
        told: {
            en: "Merges into `prod` of `api` and `web` need 1 approval instead of 2; nothing is deleted",
            zh: "`api`、`web` 合并到 `prod` 需要 1 人批准（原为 2 人）；不删除任何内容",
            says: [/#### 🔴 Who may do what/, /approvals needed 2 → 1/],
        },
    },
    "an environment moves to another cluster": {
        ...change({ environments: { test: { clusters: ["member2"] } } }),
        told: {
            en: "`api` and `web` move from cluster `member1` to `member2` in `test`, without the data in volumes; deletes 2 namespaces",
            zh: "`api`、`web` 的环境 `test` 从集群 `member1` 移到 `member2`（不带存储卷中的数据）；删除 2 个命名空间",
            says: [
                /\*\*deletes namespace `web-test` on cluster `member1` with everything that runs and lies in it/,
                /The images and what is in git stay/,
            ],
            saysInChinese: [/\*\*删除命名空间 `web-test`（集群 `member1`），其中运行和存放的一切都会消失/],
            not: [/still on/, /first/, /nothing is deleted/],
        },
    },
    "an environment becomes production": {
        ...change({ environments: { test: { class: "prod" } } }, premium),
        told: {
            en: "`test` is treated as production; 6 protections are tightened; merges into `test` of `api` and `web` need 1 approval from now on; nothing is deleted",
            zh: "`test` 成为生产环境；收紧 6 项保护；`api`、`web` 合并到 `test` 开始需要 1 人批准；不删除任何内容",
            says: [
                /new: approval rule `test` of `acme\/shop\/web-config`, which asks for 1 approval/,
                /image project `web-test` in Harbor `main`: tags `\*\*` can no longer be overwritten or deleted/,
                /image project `web-test` in Harbor `main`: it can no longer be deleted with its images/,
            ],
            not: [/🔴/, /loosened/, /made anew/],
        },
    },
    "a cluster is about to leave, and its apps are to run on": {
        ...change({ clusters: { member2: { leaving: "orphan" } } }),
        told: {
            en: "Cluster `member2`: a namespace stays, with all that runs in it, when its app leaves the cluster or the cluster the estate; nothing is deleted",
            zh: "集群 `member2`：命名空间在应用离开该集群或该集群退出时保留，其中运行的内容也保留；不删除任何内容",
            says: [
                /namespace `web-prod` on cluster `member2`: stays, with all that runs in it, when its app leaves the cluster/,
            ],
            not: [/Nothing changes/, /🔴/, /suspend/],
        },
    },
    "a cluster is about to leave, and Flux delivers to it": {
        ...change({ clusters: { member2: { leaving: "orphan" } } }, flux),
        told: {
            en: "Cluster `member2`: a namespace stays, with all that runs in it, when its app leaves the cluster or the cluster the estate; `web` in `prod`: nothing is applied any more; nothing is deleted",
            zh: "集群 `member2`：命名空间在应用离开该集群或该集群退出时保留，其中运行的内容也保留；`web` 在 `prod`：不再应用任何内容；不删除任何内容",
            says: [/`spec.suspend` \(nothing\) → `true`/],
            not: [/Nothing changes/],
        },
    },
    "a cluster leaves after all with what runs on it": {
        ...change(
            { clusters: { member2: { leaving: "drain" } } },
            { clusters: { member2: { leaving: "orphan" } } },
        ),
        told: {
            en: "Cluster `member2`: a namespace is deleted, with all that runs in it, when its app leaves the cluster or the cluster the estate; nothing is deleted",
            zh: "集群 `member2`：命名空间在应用离开该集群或该集群退出时，连同其中运行的内容一起删除；不删除任何内容",
            says: [/namespace `api-prod` on cluster `member2`: is deleted, with all that runs in it, when/],
            not: [/Nothing changes/],
        },
    },
    "what is protected may be deleted": {
        ...change({ environments: { prod: { deletionProtection: false } } }),
        told: {
            en: "2 protections are loosened; team `shop`: groups can be deleted by a change of the spec; `api` and `web`: repositories can be deleted by a change of the spec; nothing is deleted",
            zh: "放宽 2 项保护；团队 `shop`：群组可以通过更改规格删除；`api`、`web`：代码仓库可以通过更改规格删除；不删除任何内容",
            says: [
                /🔴/,
                /image project `web-prod` in Harbor `main`: it can be deleted with its images/,
                /repository `acme\/shop\/web` and repository `acme\/shop\/web-config`: can be deleted by a change of the spec/,
                /group `acme\/shop`: can be deleted by a change of the spec/,
            ],
            not: [/Nothing changes/],
        },
    },
    "reports of deliveries on GitLab begin": {
        ...change({ notifications: { relay: { commits: true } } }, chat),
        told: {
            en: "`api` and `web`: what becomes of its commits is reported on GitLab; nothing is deleted",
            zh: "`api`、`web`：其提交的结果会报告到 GitLab；不删除任何内容",
            says: [/access token `deliveries-g1` of `acme\/shop\/web-config` is new/],
            // Tokens of the relay lie beside what it needs for channels.
            not: [/ddresses or secrets/],
        },
    },
    "fewer images are kept": {
        ...change({ environments: { dev: { defaults: { keepTags: 5 } } } }),
        told: {
            en: "Harbor deletes older images of `api` and `web` in `dev`: it keeps the 5 newest tags instead of 20; nothing else is deleted",
            zh: "Harbor 将删除 `api`、`web` 在 `dev` 的较旧镜像：只保留最新的 5 个标签（原为 20 个）；不删除其他内容",
            says: [
                /#### 🔴 Deleted or made anew/,
                /\*\*Harbor keeps the 5 newest tags in each repository of `api-dev` and `web-dev` instead of 20/,
                /once a day and not with the update, and nothing brings them back/,
                /A pod that runs one of them finds no image when it starts again/,
            ],
            not: [/nothing is deleted/, /mostRecentlyPushed/],
        },
    },
    "more images are kept": {
        ...change({ environments: { dev: { defaults: { keepTags: 50 } } } }),
        told: {
            en: "Harbor keeps the 50 newest tags of `api` and `web` in `dev` instead of 20; nothing is deleted",
            zh: "Harbor 保留 `api`、`web` 在 `dev` 最新的 50 个标签（原为 20 个）；不删除任何内容",
            says: [/keeps the 50 newest tags in each repository instead of 20/],
            not: [/🔴/, /Deleted or made anew/, /mostRecentlyPushed/],
        },
    },
    "fewer images are kept where none can be deleted": {
        ...change({ environments: { prod: { defaults: { keepTags: 5 } } } }),
        told: {
            en: "Harbor keeps the 5 newest tags of `api` and `web` in `prod` instead of 20, and all that are immutable; nothing is deleted",
            zh: "Harbor 保留 `api`、`web` 在 `prod` 最新的 5 个标签（原为 20 个）及全部不可变标签；不删除任何内容",
            says: [/keeps the 5 newest tags in each repository instead of 20/],
            not: [/🔴/, /Deleted or made anew/],
        },
    },
    "the estate's group is renamed": {
        ...change({ gitlab: { group: "globex" } }),
        told: {
            en: "GitLab group `acme` becomes `globex`, and all its repositories get another address with it; nothing is deleted",
            zh: "GitLab 群组 `acme` 改为 `globex`，其中所有代码仓库随之改变地址；不删除任何内容",
            says: [
                /GitLab leads from the old address to the new one until somebody makes a group or repository with the old name/,
            ],
            not: [/🔴/, /`path` `acme`/],
        },
    },
    "the estate gets another name": {
        ...change({ name: "globex" }),
        told: {
            en: "Addresses or secrets of channels change; Argo CD: name of the estate `globex` instead of `acme`; 2 passwords of programs are renewed; nothing is deleted",
            zh: "通道的地址或密钥改变；Argo CD：平台名称改为 `globex`（原为 `acme`）；更换 2 个密码；不删除任何内容",
            says: [
                // What goes is called by the name that people know, and nobody's pods are in it.
                /makes namespace `acme-delivery` → `globex-delivery` on cluster `member1` anew: nothing runs in it/,
                /robot accounts? made anew: `acme-[^`]*` → `globex-[^`]*`/,
            ],
            not: [/🔴/, /everything in it ends/],
        },
    },
    "Harbor gets another URL": {
        ...change({ registries: { main: { url: "https://harbor3.test" } } }),
        told: {
            en: "The update refuses this change; otherwise: Harbor `main` is looked for at `https://harbor3.test` instead of `https://harbor.test`, and no image is copied there; nothing is deleted",
            zh: "更新会拒绝此变更，否则：Harbor `main` 的地址由 `https://harbor.test` 改为 `https://harbor3.test`，不复制任何镜像；不删除任何内容",
            says: [
                /name another Harbor beside it, as a registry of its own/,
                /the login that pulls images/,
                /pods and pipelines that start after the update look for images at `harbor3\.test`.*start their pods anew at once/,
            ],
        },
    },
    "an app is delivered with Kustomize instead of Helm": {
        ...change({ apps: { web: { delivery: "kustomize" } } }),
        told: {
            en: "The update refuses this change; otherwise: `web` is delivered with Kustomize instead of Helm; nothing is deleted",
            zh: "更新会拒绝此变更，否则：`web` 改用 Kustomize 交付（原为 Helm）；不删除任何内容",
            says: [
                // What a person must do, and what happens to what runs.
                /🔴 `web` is delivered with Kustomize instead of Helm.*`web\/kustomization\.yaml` on branches `dev`, `test` and `prod` of `acme\/shop\/web-config` decides what runs\. Bring the file there before you merge, with the version that runs/,
                /The update makes `web\/kustomization\.yaml` on branch `dev` of `acme\/shop\/web-config`, without a version: pods that run there end, until the next delivery/,
            ],
        },
    },
    "an app has no previews any more": {
        ...change({ apps: { web: { previews: undefined } } }, previews),
        told: {
            en: "Deletes 1 image project and 1 namespace; `web` has no previews of merge requests any more, and those that run are removed",
            zh: "删除 1 个镜像项目、1 个命名空间；`web` 不再有合并请求的预览，正在运行的预览也被移除",
            says: [
                /deletes image project `web-preview` in Harbor `main` with every image in it/,
                /deletes namespace `web-preview` on cluster `member1` with everything that runs and lies in it/,
            ],
            not: [/loses environment/, /Pods that start later/],
        },
    },
    "an app gets previews": {
        ...change(previews),
        told: {
            en: "`web` gets previews of merge requests; nothing is deleted",
            zh: "`web` 的合并请求开始有预览；不删除任何内容",
            says: [],
            not: [/environment `preview`/, /🔴/],
        },
    },
    "a channel goes from Slack to mail": {
        ...change({ channels: { night: { kind: "email", recipient: "night@acme.test" } } }, chat),
        told: {
            en: "Messages of channel `night` go to mail address `night@acme.test` instead of Slack channel `night`; nothing is deleted",
            zh: "通道 `night` 的消息改发到邮箱 `night@acme.test`（原为 Slack 频道 `night`）；不删除任何内容",
            says: [],
            not: [/🔴/, /gets no more messages/],
        },
    },
    "a channel of an estate with Flux goes from Slack to Feishu": {
        ...change({ channels: { night: { kind: "feishu", recipient: undefined } } }, [chat, flux]),
        told: {
            en: "Messages of channel `night` go to Feishu instead of Slack; nothing is deleted",
            zh: "通道 `night` 的消息改发到飞书（原为 Slack）；不删除任何内容",
            says: [],
        },
    },
    "a team with Flux is told no more, and another channel begins to be": {
        ...change({ teams: { shop: { channels: ["night"] } } }, [
            flux,
            { channels: { night: { kind: "slack" } } },
        ]),
        told: {
            en: "Channel `night` gets messages about `api` and `web`; channel `ops` gets no more messages about `api` and `web`; 9 settings are deleted, no data and nothing that runs",
            zh: "通道 `night` 开始接收 `api`、`web` 的消息；通道 `ops` 不再接收 `api`、`web` 的消息；只删除 9 个设置类对象，不删除数据，也不停止任何运行中的内容",
            says: [],
            not: [/secrets of channels change/],
        },
    },
    "one environment is told of in another channel, too": {
        ...change({ environments: { prod: { channels: ["oncall"] } } }),
        told: {
            en: "Channel `oncall` gets messages about `api` and `web` in `prod`; nothing is deleted",
            zh: "通道 `oncall` 开始接收 `api`、`web` 在 `prod` 的消息；不删除任何内容",
            says: [],
        },
    },
    "a cluster with Flux is like another one": {
        ...change({ clusters: { member1: { labels: { region: "north" } } } }, flux),
        told: {
            en: "Cluster `member1`: label `region` `north` instead of `east`; nothing is deleted",
            zh: "集群 `member1`：标签 `region` 改为 `north`（原为 `east`）；不删除任何内容",
            says: [/`metadata\.labels\.region` `east` → `north`/],
            not: [/is reached|are reached/],
        },
    },
    "an app with Flux is delivered as plain files": {
        ...change({ apps: { api: { delivery: "plain" } } }, flux),
        told: {
            en: "The update refuses this change; otherwise: `api` is delivered with plain manifests instead of Kustomize; nothing is deleted",
            zh: "更新会拒绝此变更，否则：`api` 改用普通清单交付（原为 Kustomize）；不删除任何内容",
            says: [
                /`api` is delivered with plain manifests instead of Kustomize: from then on .* decides what runs/,
            ],
        },
    },
    "an app stays at a version, and another is held": {
        ...change({
            apps: {
                web: { environments: { prod: { pin: "1.2.3" } } },
                api: { environments: { prod: { hold: "fair" } } },
            },
        }),
        told: {
            en: "`web` in `prod`: pinned to tag `1.2.3`, whatever git says; `api` in `prod`: on hold, and nothing is applied by itself (`fair`); nothing is deleted",
            zh: "`web` 在 `prod`：固定为标签 `1.2.3`，与 Git 中的版本无关；`api` 在 `prod`：暂停，不再自动应用任何内容（`fair`）；不删除任何内容",
            says: [],
        },
    },
    "pipelines build otherwise": {
        ...change({ apps: { web: { pipeline: { builder: "kaniko" }, repository: { branch: "trunk" } } } }),
        told: {
            en: "`web`: default branch `trunk` instead of `main`, builder of images `kaniko` instead of `buildah`, branch that is delivered `trunk` instead of `main`; nothing is deleted",
            zh: "`web`：默认分支改为 `trunk`（原为 `main`），镜像构建工具改为 `kaniko`（原为 `buildah`），交付的分支改为 `trunk`（原为 `main`）；不删除任何内容",
            says: [
                // What the file with all settings of an app's pipelines says, a setting at a time.
                /CI variable `ESTATE_SETTINGS` of `acme\/shop\/web`: builder of images `kaniko` instead of `buildah`; branch that is delivered `trunk` instead of `main`/,
            ],
            saysInChinese: [
                /`ESTATE_SETTINGS`（属于 `acme\/shop\/web`）：镜像构建工具改为 `kaniko`（原为 `buildah`）/,
            ],
            not: [/`value` changes/],
        },
    },
    "no message is sent any more": {
        ...change({ notifications: { relay: { dryRun: true } } }),
        told: {
            en: "No messages are sent any more: the relay writes them to its log alone; nothing is deleted",
            zh: "不再发送任何消息：中继只把消息写入自己的日志；不删除任何内容",
            says: [],
        },
    },
    "certificates of a registry are checked no more": {
        ...change({ registries: { main: { insecure: true } } }),
        told: {
            en: "`api` and `web`: pipelines accept any certificate of the registry; nothing is deleted",
            zh: "`api`、`web`：流水线接受镜像仓库的任何证书；不删除任何内容",
            says: [],
        },
    },
    "mail goes to another address": {
        ...change(
            { channels: { night: { kind: "email", recipient: "day@acme.test" } } },
            {
                channels: { night: { kind: "email", recipient: "night@acme.test" } },
                environments: { prod: { channels: ["night"] } },
            },
        ),
        told: {
            en: "Messages of channel `night` go to mail address `day@acme.test` instead of mail address `night@acme.test`; nothing is deleted",
            zh: "通道 `night` 的消息改发到邮箱 `day@acme.test`（原为邮箱 `night@acme.test`）；不删除任何内容",
            says: [],
        },
    },
    "a repository is renamed": {
        ...change({ apps: { web: { repository: { path: "shop-front" } } } }),
        told: {
            en: "Repository `acme/shop/web` becomes `acme/shop/shop-front`; nothing is deleted",
            zh: "代码仓库 `acme/shop/web` 改为 `acme/shop/shop-front`；不删除任何内容",
            says: [/Repositories get another address: GitLab leads from the old address to the new one/],
            not: [/🔴/],
        },
    },
    "a person is promoted in one team, and leaves another": {
        ...change(
            {
                teams: {
                    shop: { maintainers: ["alice", "bob"], developers: ["carol"] },
                    pay: { developers: ["erin"] },
                },
            },
            twoTeams,
        ),
        told: {
            en: "`bob` becomes maintainer in team `shop` and leaves team `pay`; nothing else is deleted",
            zh: "`bob` 在团队 `shop` 成为维护者，并离开团队 `pay`；不删除其他内容",
            says: [
                /`bob` becomes maintainer in team `shop` \(was developer\) and leaves team `pay` \(was developer\)/,
            ],
            not: [/loses access/],
        },
    },
    "much at once": {
        ...change(
            {
                environments: {
                    dev: { defaults: { keepTags: 5 } },
                    test: { clusters: ["member2"] },
                    prod: { approvals: 1 },
                },
                credentials: { lifetimeDays: 30, rotateBeforeDays: 10 },
                channels: { night: { kind: "email", recipient: "night@acme.test" } },
                teams: { shop: { developers: ["carol"] } },
                apps: { web: { previews: undefined }, blog: { team: "shop" } },
            },
            {
                ...premium,
                ...chat,
                ...previews,
                environments: { prod: { approvals: 2, channels: ["night"] } },
            },
        ),
        told: {
            en: "Deletes 3 namespaces and 1 image project; Harbor deletes older images of `api` and `web` in `dev`: it keeps the 5 newest tags instead of 20; `web` has no previews of merge requests any more, and those that run are removed; `api` and `web` move from cluster `member1` to `member2` in `test`, without the data in volumes; 10 robot accounts are valid for 30 days instead of 90, and older ones end at once; merges into `prod` of `api` and `web` need 1 approval instead of 2; 4 more changes",
            zh: "删除 3 个命名空间、1 个镜像项目；Harbor 将删除 `api`、`web` 在 `dev` 的较旧镜像：只保留最新的 5 个标签（原为 20 个）；`web` 不再有合并请求的预览，正在运行的预览也被移除；`api`、`web` 的环境 `test` 从集群 `member1` 移到 `member2`（不带存储卷中的数据）；10 个机器人账号改为创建 30 天后到期（原为 90 天），更早创建的立即失效；`api`、`web` 合并到 `prod` 需要 1 人批准（原为 2 人）；另有 4 项变化",
            says: [
                // What nothing brings back comes first below the headline, too.
                /#### 🔴 Deleted or made anew\n\n- \*\*deletes image project `web-preview`[^\n]*\n- \*\*Harbor keeps the 5 newest tags/,
            ],
        },
    },
};
