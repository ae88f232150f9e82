/**
 * One change of each option of the spec: the smallest that a person could make. What options there are is asked of the schema, so
 * that a new one is missing here.
 */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import type { SpecInput } from "../../../estate";
import { specSchema } from "../../../estate/schema";
import type { Overrides } from "../../support/estate";
import { mergeInto, withCommon, type ReviewCase } from "./cases";

/** An engine of the spec. */
export type EngineName = "argocd" | "flux";

/** Another value of an option. */
export interface OptionChange {
    /** Absent: the option is not there before. */
    readonly was?: unknown;
    /** Absent: it is taken away. */
    readonly is?: unknown;
    /** What the estate has beside it, before and after. */
    readonly beside?: Overrides | readonly Overrides[];
    /** What has to change with it, so that no rule refuses it. */
    readonly with?: Overrides;
    /** Where only one engine knows it. */
    readonly engine?: EngineName;
}

interface Schema {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: Schema | boolean;
    readonly anyOf?: readonly Schema[];
}

/** Every option that has a value: no maps of further options, but for those that can be switched off as a whole. */
export function optionPaths(): string[] {
    return pathsBelow(z.toJSONSchema(specSchema, { io: "input", target: "draft-7" }) as Schema, []);
}

function pathsBelow(schema: Schema, at: readonly string[]): string[] {
    const inner = schema.anyOf?.find(({ type }) => type === "object") ?? schema;
    const { properties, additionalProperties: entry } = inner;
    const entries =
        typeof entry === "object" ? (entry.anyOf?.find(({ type }) => type === "object") ?? entry) : undefined;
    const name = at.at(-1) === "environments" && at.length > 1 ? "<env>" : "<name>";
    const below = [
        ...Object.entries(properties ?? {}).flatMap(([key, each]) => pathsBelow(each, [...at, key])),
        ...Object.entries(entries?.properties ?? {}).flatMap(([key, each]) =>
            pathsBelow(each, [...at, name, key]),
        ),
    ];
    const isSwitch = schema.anyOf?.some(({ type }) => type === "null") === true;
    return below.length === 0 || isSwitch ? [at.join("."), ...below] : below;
}

/** The option by which one is tried: each level of inheritance states the same settings. */
export function optionOf(path: string): string {
    const [, setting = ""] =
        /^(?:defaults|environments\.<name>\.defaults|apps\.<name>)\.(.+)$/.exec(path) ?? [];
    const inner = `apps.<name>.environments.<env>.${setting}`;
    return optionChanges[path] !== undefined
        ? path
        : optionChanges[inner] !== undefined
          ? inner
          : path.startsWith("defaults.")
            ? `apps.<name>.${setting}`
            : path;
}

/** Parts of the spec that engines make objects of their own of. */
const ofEngines =
    /^(?:apps\.<name>\.(?!pipeline|hotfix|lanes|repository|flow|ci$)|channels|notifications|teams.*channels|clusters.*leaving)/;

/** The engines with which a change of an option is tried. */
export function enginesOf(path: string): readonly EngineName[] {
    const [section] = path.split(".");
    const only =
        optionChanges[path]?.engine ?? (section === "argocd" || section === "flux" ? section : undefined);
    return only !== undefined ? [only] : ofEngines.test(path) ? ["argocd", "flux"] : ["argocd"];
}

/** What stands for `<name>` and `<env>` of an option. */
const names: readonly (readonly [string, string])[] = [
    ["network.certificateAuthorities.<name>", "network.certificateAuthorities.corp"],
    ["registries.<name>", "registries.main"],
    ["clusters.<name>", "clusters.member1"],
    ["machines.<name>", "machines.box"],
    ["environments.<env>", "environments.test"],
    ["environments.<name>", "environments.test"],
    ["channels.<name>", "channels.night"],
    ["teams.<name>", "teams.shop"],
    ["flows.<name>", "flows.own"],
    ["apps.<name>", "apps.web"],
    ["lanes.<name>", "lanes.test"],
    ["images.<name>", "images.side"],
    ["argocd.resources.<name>", "argocd.resources.argocd-server"],
    ["flux.resources.<name>", "flux.resources.helm-controller"],
    ["argocd.accounts.<name>", "argocd.accounts.robot"],
];

/** A value at the place that a path of the schema means in the test's estate. */
export function at(path: string, value: unknown): Overrides {
    const place = names.reduce((known, [form, name]) => known.replaceAll(form, name), path);
    // Keys of the spec have no dots.
    return place
        .split(".")
        .reverse()
        .reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Overrides;
}

/** One after the other. */
const together = (...parts: readonly Overrides[]): readonly Overrides[] => parts;

const mirror = { url: "https://mirror.test/install.yaml", sha256: "1".repeat(64) };
const hour = { kind: "deny", schedule: "0 22 * * 5", duration: "2h" };
const updater: Overrides = { apps: { web: { updater: { strategy: "semver", constraint: "1.x" } } } };
const side = (own: Overrides = {}): Overrides => ({
    apps: {
        web: {
            updater: {
                images: {
                    side: { repository: "sidecar", helm: { name: "side.name", tag: "side.tag" }, ...own },
                },
            },
        },
    },
});
const previews: Overrides = { apps: { web: { previews: { url: "https://web-{number}.test" } } } };
const shared: Overrides = { defaults: { config: { scope: "team" } } };
const sso: Overrides = { argocd: { sso: { clientId: "id-1", adminGroups: ["acme/ops"] } } };
const ownFlow = (test: Overrides = {}, more: Overrides = {}): Overrides => ({
    flows: {
        own: {
            description: "next is tried in dev, main in test, and a tag releases to prod",
            environments: {
                dev: { branch: "next" },
                test: { merge: "maintainer", ...test },
                prod: { tag: "v*" },
            },
            ...more,
        },
    },
    apps: { web: { flow: "own" } },
});
const lanes = (test: Overrides): Overrides => ({
    apps: { web: { flow: "gitlab-flow", lanes: { dev: { branch: "develop" }, test, prod: { tag: "v*" } } } },
});
const machine = (box: Overrides): Overrides => ({
    machines: { box },
    apps: { web: { flow: "gitlab-flow" }, api: { flow: "gitlab-flow", environments: { test: null } } },
    environments: { test: { machine: "box", clusters: undefined } },
});
const ssh = { host: "box.test", user: "deploy", hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJf4"] };
const kustomize: Overrides = { apps: { web: { delivery: "kustomize" } } };
const pem = readFileSync(
    path.join(__dirname, "..", "..", "fixtures", "certificates", "authority.pem"),
    "utf8",
);

/** Changes by option. Settings that every level may state are those of an app in one environment. */
export const optionChanges: Readonly<Record<string, OptionChange>> = {
    name: { was: "acme", is: "globex" },
    "gitlab.url": { is: "https://git.test" },
    "gitlab.plainHttp": { is: true },
    "gitlab.group": { is: "globex" },
    "gitlab.createGroup": { is: false },
    "gitlab.tier": { is: "premium" },
    "gitlab.edition": { is: "ee" },
    "gitlab.protectedMergeRequestPipelines": { is: false },
    "gitlab.visibility": { is: "internal" },
    "gitlab.caFile": { is: "ca.pem" },
    "gitlab.clusterUrl": { is: "https://gitlab.inside.test" },
    "gitlab.approvalGate.enabled": { is: true },
    "gitlab.approvalGate.hookUrl": {
        is: "https://hooks.test",
        beside: { gitlab: { approvalGate: { enabled: true } } },
    },
    "gitlab.approvalGate.image": {
        is: "harbor.test/platform/notification-relay:2",
        beside: { gitlab: { approvalGate: { enabled: true, hookUrl: "https://hooks.test" } } },
    },
    "network.certificateAuthorities.<name>.file": { is: "corp.pem" },
    "network.certificateAuthorities.<name>.pem": { is: pem },
    "network.certificateAuthorities.<name>.hosts": {
        is: ["harbor.test"],
        beside: { network: { certificateAuthorities: { corp: { pem } } } },
    },
    "network.proxy.url": { is: "http://proxy.test:3128" },
    "network.proxy.noProxy": {
        is: [".test"],
        beside: { network: { proxy: { url: "http://proxy.test:3128" } } },
    },
    "network.proxy.pipelines": {
        is: false,
        beside: { network: { proxy: { url: "http://proxy.test:3128" } } },
    },
    "registries.<name>.url": { is: "https://harbor3.test" },
    "registries.<name>.plainHttp": { is: true },
    "registries.<name>.insecure": { is: true },
    "registries.<name>.robotPrefix": { is: "bot-" },
    "clusters.<name>.role": {
        was: "member",
        is: "host",
        with: { clusters: { host: { role: "member", server: "https://host.test:6443" } } },
    },
    "clusters.<name>.access.context": { is: "other" },
    "clusters.<name>.access.kubeconfig": { is: "other.yaml" },
    "clusters.<name>.server": { is: "https://new.test:6443" },
    "clusters.<name>.tls.serverName": { is: "kubernetes.test" },
    "clusters.<name>.tls.certificateAuthority": { is: "public" },
    "clusters.<name>.proxyUrl": { is: "http://proxy.test:3128" },
    "clusters.<name>.leaving": { is: "orphan" },
    "clusters.<name>.labels": { is: { region: "north" } },
    "machines.<name>.runner.tags": {
        was: ["compose"],
        is: ["docker"],
        beside: machine({ runner: { tags: ["compose"] } }),
    },
    "machines.<name>.ssh.host": { is: "box2.test", beside: machine({ ssh }) },
    "machines.<name>.ssh.port": { is: 2222, beside: machine({ ssh }) },
    "machines.<name>.ssh.user": { is: "compose", beside: machine({ ssh }) },
    "machines.<name>.ssh.hostKeys": {
        is: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherOther"],
        beside: machine({ ssh }),
    },
    "environments.<name>.clusters.labels": { was: { region: "east" }, is: { region: "west" } },
    "environments.<name>.machine": {
        is: "box",
        beside: {
            machines: { box: { ssh } },
            apps: {
                web: { flow: "gitlab-flow" },
                api: { flow: "gitlab-flow", environments: { test: null } },
            },
        },
        with: { environments: { test: { clusters: undefined } } },
    },
    "environments.<name>.registry": { is: "second" },
    "environments.<name>.branch": { is: "testing" },
    "environments.<name>.promotesFrom": {
        is: "qa",
        beside: { environments: { qa: { clusters: ["member1"], registry: "main", promotesFrom: "dev" } } },
    },
    "environments.<name>.class": { is: "prod" },
    "environments.<name>.approvals": { is: 2, beside: { gitlab: { tier: "premium" } } },
    "environments.<name>.deletionProtection": { is: true },
    "environments.<name>.channels": { was: ["oncall"], is: ["oncall", "night"] },
    "environments.<name>.syncWindows": { is: [hour], engine: "argocd" },
    "channels.<name>.kind": { is: "feishu", with: { channels: { night: { recipient: undefined } } } },
    "channels.<name>.recipient": { is: "day" },
    "channels.<name>.language": { is: "zh" },
    "channels.<name>.triggers": { is: ["on-sync-failed"] },
    "notifications.relay.image": { is: "harbor.test/platform/notification-relay:2" },
    "notifications.relay.imageLogin": { is: true },
    "notifications.relay.url": { is: "https://relay.test" },
    "notifications.relay.dedupMinutes": { is: 60 },
    "notifications.relay.dryRun": { is: true },
    "notifications.relay.commits": { is: true },
    "teams.<name>.maintainers": { is: ["alice", "dora"] },
    "teams.<name>.developers": { is: ["bob"] },
    "teams.<name>.pipelines.use": { is: "copied" },
    "teams.<name>.pipelines.version": { is: "v1-later" },
    "teams.<name>.pipelines.move": {
        is: "mergeRequest",
        with: { pipelines: { version: "v1-later" } },
        beside: { pipelines: { version: "v1-first" } },
    },
    "teams.<name>.channels": { is: ["ops"] },
    "flows.<name>.description": { is: "as we like it", beside: ownFlow() },
    "flows.<name>.config": {
        is: "branches",
        beside: ownFlow(),
    },
    "flows.<name>.environments.<env>.branch": { was: "trial", is: "attempt", beside: ownFlow() },
    "flows.<name>.environments.<env>.tag": {
        was: "t*",
        is: "try*",
        beside: ownFlow({ merge: undefined }),
    },
    "flows.<name>.environments.<env>.promotes": {
        was: "dev",
        beside: ownFlow({ merge: undefined }, { config: "branches" }),
    },
    "flows.<name>.environments.<env>.start": { is: "person", beside: ownFlow() },
    "flows.<name>.environments.<env>.image": { is: "branch", beside: ownFlow() },
    "flows.<name>.environments.<env>.reuses": { is: ["dev"], beside: ownFlow() },
    "flows.<name>.environments.<env>.mergesBack": {
        is: ["next"],
        beside: ownFlow({ merge: undefined, tag: "t*" }),
    },
    "flows.<name>.environments.<env>.push": { is: "no one", beside: ownFlow() },
    "flows.<name>.environments.<env>.merge": { is: "developer", beside: ownFlow() },
    "flows.<name>.environments.<env>.create": {
        is: "developer",
        beside: ownFlow({ merge: undefined, tag: "t*" }),
    },
    "flows.<name>.reviewed": {
        was: "next",
        is: "main",
        beside: together(ownFlow(), previews),
    },
    "apps.<name>.team": {
        is: "pay",
        beside: { teams: { pay: { maintainers: ["dora"] } }, apps: { docs: { team: "pay" } } },
    },
    "apps.<name>.flow": { is: "gitlab-flow" },
    "apps.<name>.ci": { is: "none" },
    "apps.<name>.pipeline.builder": { is: "kaniko" },
    "apps.<name>.pipeline.imageMirror": { is: "harbor.test/mirror" },
    "apps.<name>.pipeline.images.test": { is: "harbor.test/ci/test:1" },
    "apps.<name>.pipeline.images.quality": { is: "harbor.test/ci/quality:1" },
    "apps.<name>.pipeline.images.build": { is: "harbor.test/ci/build:1" },
    "apps.<name>.pipeline.images.deliver": { is: "harbor.test/ci/deliver:1" },
    "apps.<name>.pipeline.images.compose": {
        is: "harbor.test/ci/compose:1",
        beside: machine({ ssh }),
    },
    "apps.<name>.pipeline.images.promote": { is: "harbor.test/ci/promote:1" },
    "apps.<name>.pipelines.use": { is: "copied" },
    "apps.<name>.pipelines.version": { is: "v1-later" },
    "apps.<name>.pipelines.move": {
        is: "mergeRequest",
        beside: { pipelines: { version: "v1-first" } },
        with: { pipelines: { version: "v1-later" } },
    },
    "apps.<name>.hotfix": { is: { branch: "fix" } },
    "apps.<name>.hotfix.branch": { was: "fix", is: "fix2" },
    "apps.<name>.hotfix.from": { is: "v1.0.0", beside: { apps: { web: { hotfix: { branch: "fix" } } } } },
    "apps.<name>.hotfix.until": {
        is: "2099-01-01",
        beside: { apps: { web: { hotfix: { branch: "fix" } } } },
    },
    "apps.<name>.lanes.<name>.branch": {
        was: "release-*",
        is: "rel-*",
        beside: lanes({}),
    },
    "apps.<name>.lanes.<name>.tag": { was: "t*", is: "try*", beside: lanes({}) },
    "apps.<name>.lanes.<name>.start": { is: "person", beside: lanes({ branch: "release-*" }) },
    "apps.<name>.engine": { is: "other" },
    "apps.<name>.delivery": { was: "kustomize", is: "plain" },
    "apps.<name>.port": { is: 9090 },
    "apps.<name>.rolloutDeadlineSeconds": { is: 600 },
    "apps.<name>.repository.path": { is: "shop-front" },
    "apps.<name>.repository.branch": { is: "trunk" },
    "apps.<name>.config.scope": { is: "team" },
    "apps.<name>.config.sharedFolders": { is: ["library"], beside: shared },
    "apps.<name>.config.path": { is: "web-deploy" },
    "apps.<name>.config.folder": { is: "deploy" },
    "apps.<name>.updater": { is: { strategy: "semver", constraint: "1.x" } },
    "apps.<name>.updater.environments": {
        was: ["dev"],
        is: ["dev", "test"],
        beside: updater,
        engine: "argocd",
    },
    "apps.<name>.updater.strategy": {
        is: "alphabetical",
        beside: { apps: { web: { updater: { strategy: "newest-build" } } } },
        engine: "argocd",
    },
    "apps.<name>.updater.extract": {
        is: "$build",
        engine: "flux",
        beside: {
            apps: {
                web: { updater: { strategy: "numerical", allowTags: "regexp:^main-(?P<build>[0-9]+)$" } },
            },
        },
    },
    "apps.<name>.updater.constraint": { is: "2.x", beside: updater },
    "apps.<name>.updater.allowTags": { is: "regexp:^1", beside: updater },
    "apps.<name>.updater.ignoreTags": { is: ["*-debug"], beside: updater, engine: "argocd" },
    "apps.<name>.updater.platforms": {
        is: ["linux/arm64"],
        beside: { apps: { web: { updater: { strategy: "newest-build" } } } },
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.repository": {
        was: "sidecar",
        is: "sidecar2",
        beside: together(updater, side()),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.image": {
        was: "docker.io/library/redis",
        is: "docker.io/library/valkey",
        beside: together(updater, side({ repository: undefined, strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.strategy": {
        was: "alphabetical",
        is: "newest-build",
        beside: together(updater, side()),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.extract": {
        is: "$build",
        engine: "flux",
        beside: together(
            updater,
            side({ helm: undefined, strategy: "numerical", allowTags: "regexp:^main-(?P<build>[0-9]+)$" }),
        ),
    },
    "apps.<name>.updater.images.<name>.constraint": {
        was: "1.x",
        is: "2.x",
        beside: together(updater, side({ strategy: "semver" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.allowTags": {
        is: "regexp:^1",
        beside: together(updater, side({ strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.ignoreTags": {
        is: ["*-debug"],
        beside: together(updater, side({ strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.platforms": {
        is: ["linux/arm64"],
        beside: together(updater, side({ strategy: "newest-build" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.helm.name": {
        is: "sidecar.name",
        beside: together(updater, side({ strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.helm.tag": {
        is: "sidecar.tag",
        beside: together(updater, side({ strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.helm.spec": {
        was: "side.image",
        is: "sidecar.image",
        beside: together(
            updater,
            side({ strategy: "alphabetical", helm: { name: undefined, tag: undefined } }),
        ),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.kustomize.name": {
        was: "side",
        is: "sidecar",
        beside: together(updater, side({ strategy: "alphabetical", helm: undefined }), {
            apps: { web: { delivery: "kustomize" } },
        }),
        engine: "argocd",
    },
    "apps.<name>.updater.images.<name>.pullSecret": {
        was: "env:PULL",
        is: "env:LOGIN",
        beside: together(updater, side({ strategy: "alphabetical" })),
        engine: "argocd",
    },
    "apps.<name>.updater.writeBack": { is: "values", beside: updater },
    "apps.<name>.updater.writeBranch": { is: "updates", beside: updater },
    "apps.<name>.updater.mergeRequest": { is: true, beside: updater, engine: "argocd" },
    "apps.<name>.previews": { is: { url: "https://web-{number}.test" } },
    "apps.<name>.previews.environment": { is: "test", beside: previews },
    "apps.<name>.previews.cluster": {
        was: "member1",
        is: "member2",
        beside: together(previews, { environments: { dev: { clusters: ["member1", "member2"] } } }),
    },
    "apps.<name>.previews.label": { is: "try", beside: previews },
    "apps.<name>.previews.maximum": { is: 3, beside: previews },
    "apps.<name>.previews.days": { is: 3, beside: previews },
    "apps.<name>.previews.url": { is: "https://try-{number}.test", beside: previews },
    "apps.<name>.previews.quota": { is: { pods: "20" }, beside: previews },
    "apps.<name>.clusters.labels": { is: { region: "east" } },
    "apps.<name>.dependsOn": { is: ["api"], engine: "flux", beside: { apps: { api: { delivery: "helm" } } } },
    "apps.<name>.channels": { is: ["oncall"] },
    "apps.<name>.environments.<env>.namespace": { is: "shop-test" },
    "apps.<name>.environments.<env>.clusters.labels": {
        is: { region: "east" },
        beside: { environments: { test: { clusters: ["member1", "member2"] } } },
    },
    "apps.<name>.environments.<env>.deletionProtection": { is: true },
    "apps.<name>.environments.<env>.channels": { is: null },
    "apps.<name>.environments.<env>.pin": { is: "1.2.3" },
    "apps.<name>.environments.<env>.hold": { is: "until the fair is over" },
    "apps.<name>.environments.<env>.sync": { is: null, engine: "argocd" },
    "apps.<name>.environments.<env>.sync.automated": { is: false, engine: "argocd" },
    "apps.<name>.environments.<env>.sync.prune": { is: false, engine: "argocd" },
    "apps.<name>.environments.<env>.sync.selfHeal": { is: false },
    "apps.<name>.environments.<env>.sync.retries": { is: 5 },
    "apps.<name>.environments.<env>.sync.history": { is: 4 },
    "apps.<name>.environments.<env>.sync.ignoreDifferences": {
        is: [{ group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] }],
    },
    "apps.<name>.environments.<env>.quota": { was: { pods: "10" }, is: { pods: "20" } },
    "apps.<name>.environments.<env>.storageGiB": { was: 10, is: 20 },
    "apps.<name>.environments.<env>.keepTags": { was: 20, is: 10 },
    "apps.<name>.environments.<env>.immutableTags": { is: ["v*"] },
    "apps.<name>.environments.<env>.preventVulnerable": { is: { severity: "high" } },
    "apps.<name>.environments.<env>.preventVulnerable.severity": { was: "high", is: "critical" },
    "apps.<name>.environments.<env>.preventVulnerable.allowlist": {
        was: ["CVE-2026-1"],
        is: ["CVE-2026-1", "CVE-2026-2"],
        beside: { apps: { web: { environments: { test: { preventVulnerable: { severity: "high" } } } } } },
    },
    "apps.<name>.environments.<env>.values": { was: { logLevel: "warn" }, is: { logLevel: "debug" } },
    "apps.<name>.environments.<env>.kustomize": { is: { replicas: { web: 3 } }, beside: kustomize },
    "apps.<name>.environments.<env>.kustomize.replicas": {
        was: { web: 2 },
        is: { web: 3 },
        beside: kustomize,
    },
    "apps.<name>.environments.<env>.kustomize.patches": {
        is: [{ target: { kind: "Deployment" }, patch: "- op: remove\n  path: /spec/replicas\n" }],
        beside: kustomize,
    },
    "apps.<name>.environments.<env>.kinds": { is: ["monitoring"] },
    "pipelines.use": { is: "copied" },
    "pipelines.version": { is: "v1-later" },
    "pipelines.move": {
        is: "mergeRequest",
        beside: { pipelines: { version: "v1-first" } },
        with: { pipelines: { version: "v1-later" } },
    },
    "pipelines.path": { is: "jobs" },
    "argocd.namespace": { is: "delivery" },
    "argocd.url": { is: "https://cd.test" },
    "argocd.tlsTermination": { is: "proxy" },
    "argocd.manifests.version": { is: "3.5.7" },
    "argocd.manifests.path": {
        is: "manifests",
        with: { argocd: { manifests: { url: undefined, sha256: undefined } } },
    },
    "argocd.manifests.url": { is: mirror.url },
    "argocd.manifests.sha256": { is: mirror.sha256 },
    "argocd.definitions": { is: "lean" },
    "argocd.ha": { is: true },
    "argocd.imageMirror": { is: "harbor.test/mirror" },
    "argocd.imageMirrorLogin": { is: true, beside: { argocd: { imageMirror: "harbor.test/mirror" } } },
    "argocd.resources.<name>.requests": { is: { cpu: "250m" } },
    "argocd.resources.<name>.limits": { is: { memory: "1Gi" } },
    "argocd.seccomp": { is: "remove" },
    "argocd.adminEnabled": { is: false, beside: sso },
    "argocd.reconciliationSeconds": { is: 60 },
    "argocd.previewWebhookUrl": { is: "https://previews.test", beside: previews },
    "argocd.sso.provider": { was: "gitlab", beside: sso },
    "argocd.sso.issuer": { is: "https://login.test", beside: sso },
    "argocd.sso.clientId": { is: "id-2", beside: sso },
    "argocd.sso.adminGroups": { is: ["acme/ops", "acme/sre"], beside: sso },
    "argocd.accounts.<name>.capabilities": { was: ["apiKey"], is: ["apiKey", "login"] },
    "argocd.accounts.<name>.role": { is: "role:admin", beside: { argocd: { accounts: { robot: {} } } } },
    "argocd.imageUpdaterVersion": {
        is: "1.2.0",
        beside: updater,
        with: { argocd: { imageUpdater: { manifests: { sha256: "2".repeat(64) } } } },
    },
    "argocd.imageUpdater.install": { is: false, beside: updater },
    "argocd.imageUpdater.manifests.path": { is: "updater.yaml", beside: updater },
    "argocd.imageUpdater.manifests.url": {
        is: mirror.url,
        beside: updater,
        with: { argocd: { imageUpdater: { manifests: { sha256: mirror.sha256 } } } },
    },
    "argocd.imageUpdater.manifests.sha256": {
        is: "2".repeat(64),
        beside: together(updater, { argocd: { imageUpdater: { manifests: mirror } } }),
    },
    "argocd.imageUpdater.intervalSeconds": { is: 60, beside: updater },
    "argocd.imageUpdater.webhookUrl": { is: "https://updater.test", beside: updater },
    "argocd.imageUpdater.webhookListener": {
        is: "other",
        beside: together(updater, { argocd: { imageUpdater: { webhookUrl: "https://updater.test" } } }),
    },
    "argocd.imageUpdater.commit.name": { is: "updater", beside: updater },
    "argocd.imageUpdater.commit.email": { is: "updater@acme.test", beside: updater },
    "argocd.imageUpdater.commit.message": { is: "Another image", beside: updater },
    "argocd.clusterPageUrl": { is: "https://pages.test" },
    "flux.namespace": { is: "delivery" },
    "flux.manifests.version": { is: "2.9.4" },
    "flux.manifests.path": { is: "other" },
    "flux.manifests.url": {
        is: mirror.url,
        with: { flux: { manifests: { path: undefined, sha256: mirror.sha256 } } },
    },
    "flux.manifests.sha256": {
        is: "2".repeat(64),
        beside: { flux: { manifests: { ...mirror, path: undefined } } },
    },
    "flux.operator.version": { is: "0.58.0", beside: previews },
    "flux.operator.path": { is: "other", beside: previews },
    "flux.operator.url": {
        is: mirror.url,
        beside: previews,
        with: { flux: { operator: { path: undefined, sha256: mirror.sha256 } } },
    },
    "flux.operator.sha256": {
        is: "2".repeat(64),
        beside: together(previews, { flux: { operator: { ...mirror, path: undefined } } }),
    },
    "flux.imageMirror": { is: "harbor.test/mirror" },
    "flux.imageMirrorLogin": { is: true, beside: { flux: { imageMirror: "harbor.test/mirror" } } },
    "flux.resources.<name>.requests": { is: { cpu: "250m" } },
    "flux.resources.<name>.limits": { is: { memory: "1Gi" } },
    "flux.seccomp": { is: "remove" },
    "flux.webhookUrl": { is: "https://flux.test" },
    "flux.relayUrl": { is: "https://relay.test" },
    "flux.intervalSeconds": { is: 60 },
    "flux.imageIntervalSeconds": { is: 60, beside: updater },
    "flux.forceUpgrades": { is: true },
    "flux.commit.name": { is: "updater", beside: updater },
    "flux.commit.email": { is: "updater@acme.test", beside: updater },
    "flux.commit.message": { is: "Another image", beside: updater },
    "credentials.generation": { is: 2 },
    "credentials.lifetimeDays": { is: 180 },
    "credentials.rotateBeforeDays": { is: 60 },
    "credentials.expires": { is: "2099-01-01" },
    notSecrets: { is: { "apps.web.values.password": "a name" } },
};

/** What the estate has wherever an option is tried. */
const common: Readonly<Record<EngineName, readonly Overrides[]>> = {
    argocd: [
        {
            channels: { night: { kind: "slack", recipient: "night" } },
            teams: { shop: { channels: ["ops", "night"] } },
            flux: { manifests: { path: "manifests" } },
        },
    ],
    flux: [
        {
            channels: { night: { kind: "slack", recipient: "night" } },
            teams: { shop: { channels: ["ops", "night"] } },
            defaults: { engine: "flux" },
            flux: { manifests: { path: "manifests" }, operator: { path: "operator" } },
        },
    ],
};

/** The spec before and after a change of one option. */
export function optionCase(path: string, engine: EngineName): ReviewCase {
    const { was, is, beside = [], with: also = {} } = optionChanges[path] ?? {};
    const other = is === "other" && path.endsWith(".engine") ? (engine === "flux" ? "argocd" : "flux") : is;
    const apply = (spec: SpecInput, ...parts: readonly Overrides[]): SpecInput =>
        parts.reduce<unknown>((known, part) => mergeInto(known, part), spec) as SpecInput;
    const given = [
        ...common[engine],
        ...(Array.isArray(beside) ? (beside as Overrides[]) : [beside as Overrides]),
    ];
    const before = apply(withCommon({}), ...given, ...(was === undefined ? [] : [at(path, was)]));
    // Other names of a map are no part of what is there, where it is one value.
    return { before, after: apply(before, at(path, undefined), at(path, other), also) };
}
