/**
 * Disruptive changes of the spec: Pulumi makes them by deleting and creating, or something that runs lacks its image afterwards:
 * an app, environment or cluster with another name, an environment in another registry, an app in another namespace, an
 * environment whose version is read in another place or whose branch is made anew, an app whose other delivery would take
 * along what runs.
 * They are refused before the first write, with what to do instead. Pure.
 */
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { composeVersion, versionKeys } from "../../estate/delivery";
import { engineOf } from "../../estate/engines";
import { configOf, versionFile, versionOf, type Audience } from "../../estate/flows/plan";
import { appLabel, environmentLabel } from "../../estate/labels";
import type { App, ConfigRepository, Estate, Language } from "../../estate/model";
import { previewEnvironment } from "../../estate/previews";
import type { Refusal, SaidInChinese } from "../doctor/finding";
import { enginesInWords } from "./engines";
import { liveResources, type ExportedStack, type StateResource } from "./exported";
import { imageProjects, movedImages, type ImageProjectOfStack } from "./movedImages";
import { nameOf } from "./urn";

/** What a stack has, by the names of the spec. */
interface StackSnapshot {
    readonly apps: ReadonlySet<string>;
    readonly clusters: ReadonlySet<string>;
    /** Names of the namespaces that exist, by app and environment. */
    readonly namespaces: ReadonlyMap<string, ReadonlySet<string>>;
    /** By app and environment. */
    readonly images: ReadonlyMap<string, ImageProjectOfStack>;
    /** Paths of files with first content, by the component of the config repository. */
    readonly configs: ReadonlyMap<string, ReadonlySet<string>>;
    /** Branches that were made after the first one, by the component of the config repository. */
    readonly branches: ReadonlyMap<string, ReadonlySet<string>>;
    /** Objects of an engine that take along what they installed, by app. */
    readonly releases: ReadonlyMap<string, readonly ActingRelease[]>;
}

/** Deleted, it is uninstalled. */
interface ActingRelease {
    /** The engine whose object it is. */
    readonly engine: string;
    readonly environment: string;
    readonly name: string;
}

function snapshotOf(exported: ExportedStack): StackSnapshot {
    const live = liveResources(exported);
    const named = (type: string): StateResource[] => live.filter((each) => each.type === type);
    const apps = new Set(
        named("gitops-estate:apps:AppSpace").map(({ urn }) => nameOf(urn).replace(/^app-/, "")),
    );
    const images = new Map(
        imageProjects(exported)
            .filter(({ app }) => apps.has(app))
            .map((each) => [`${each.app} ${each.environment}`, each]),
    );
    const files = named("gitlab:index/repositoryFile:RepositoryFile").map(({ inputs }) => inputs);
    const projects = named("gitlab:index/project:Project");
    const configs = new Map(
        named("gitops-estate:gitlab:ConfigRepository").map(({ urn }) => {
            const project = projects.find(({ parent }) => parent === urn)?.id;
            const paths = files
                .filter((file) => project !== undefined && file?.["project"] === project)
                .map((file) => String(file?.["filePath"]));
            return [nameOf(urn), new Set(paths)] as const;
        }),
    );
    const branches = new Map<string, ReadonlySet<string>>();
    for (const { parent = "", inputs } of named("gitlab:index/branch:Branch")) {
        branches.set(
            nameOf(parent),
            new Set([...(branches.get(nameOf(parent)) ?? []), String(inputs?.["name"])]),
        );
    }
    const clusters = new Set(
        named("pulumi:providers:kubernetes").flatMap(
            ({ urn }) => /^cluster-(.+)$/.exec(nameOf(urn))?.[1] ?? [],
        ),
    );
    return {
        apps,
        clusters,
        namespaces: namespacesOf(named("kubernetes:core/v1:Namespace")),
        images,
        configs,
        branches,
        releases: actingReleases(live),
    };
}

function namespacesOf(resources: readonly StateResource[]): StackSnapshot["namespaces"] {
    const found = new Map<string, Set<string>>();
    for (const { inputs } of resources) {
        const { metadata } = (inputs ?? {}) as {
            readonly metadata?: {
                readonly name?: string;
                readonly labels?: Readonly<Record<string, string>>;
            };
        };
        const [app, environment] = [metadata?.labels?.[appLabel], metadata?.labels?.[environmentLabel]];
        if (app !== undefined && environment !== undefined && metadata?.name !== undefined) {
            const key = `${app} ${environment}`;
            found.set(key, (found.get(key) ?? new Set<string>()).add(metadata.name));
        }
    }
    return found;
}

function actingReleases(live: readonly StateResource[]): StackSnapshot["releases"] {
    const releases = new Map<string, ActingRelease[]>();
    for (const { type, inputs = {} } of live) {
        const [engine] = Object.entries(enginesInWords).find(
            ([, { takingAlong }]) => takingAlong?.acts(type, inputs) === true,
        ) ?? [undefined];
        const { metadata } = inputs as {
            readonly metadata?: {
                readonly name?: string;
                readonly labels?: Readonly<Record<string, string>>;
            };
        };
        const [app, environment] = [metadata?.labels?.[appLabel], metadata?.labels?.[environmentLabel]];
        if (engine !== undefined && app !== undefined && environment !== undefined) {
            const own = { engine, environment, name: metadata?.name ?? "" };
            releases.set(app, [...(releases.get(app) ?? []), own]);
        }
    }
    return releases;
}

/** The disruptive changes between a stack and its spec; each is refused unless the outage is accepted. */
export function disruptiveChanges(
    estate: Pick<Estate, "apps" | "environments" | "clusters">,
    exported: ExportedStack,
): Refusal[] {
    const known = snapshotOf(exported);
    return known.apps.size === 0
        ? []
        : [
              ...renamed(estate, known),
              ...otherNamespace(estate, known),
              ...otherRegistry(estate, exported),
              ...otherConfig(estate, known),
              ...otherBranch(estate, known),
              ...otherDelivery(estate, known),
          ];
}

/** What is refused, in both languages. */
export function finding(
    id: string,
    path: string,
    value: unknown,
    { rule, fix }: Pick<Refusal, "rule" | "fix">,
    zh: SaidInChinese,
): Refusal {
    return { id, path, value, rule, fix, zh, severity: "error" };
}

/** One that is gone and one that is new, in one update: a new name for the same thing, or so it looks. */
function renamed(
    { apps, environments, clusters }: Pick<Estate, "apps" | "environments" | "clusters">,
    known: StackSnapshot,
): Refusal[] {
    const look = (
        kind: "apps" | "environments" | "clusters",
        before: ReadonlySet<string>,
        now: readonly string[],
    ): Refusal[] => {
        const gone = [...before].filter((name) => !now.includes(name)).sort();
        const added = now.filter((name) => !before.has(name));
        if (gone.length === 0 || added.length === 0) {
            return [];
        }
        const [what, chinese] = {
            apps: [
                "repositories, images, namespaces and what runs in them",
                "代码仓库、镜像、命名空间以及其中运行的内容",
            ],
            environments: ["images, namespaces and what runs in them", "镜像、命名空间以及其中运行的内容"],
            clusters: ["namespaces and what runs in them", "命名空间以及其中运行的内容"],
        }[kind] as [string, string];
        return gone.map((name) =>
            finding(
                "renamed",
                `${kind}.${name}`,
                added.join(", "),
                {
                    rule: `is new while ${name} is gone: a name is part of everything made for it, so ${what} would be deleted, and made empty under the new name`,
                    fix: `keep the name ${name}. To move for good: add the new one beside it, bring over what is to stay, then take the old one away in an update of its own`,
                },
                {
                    rule: `是新的，而 ${name} 不见了：名称是为它创建的一切的组成部分，因此${chinese}会被删除，并以新名称重新创建（为空）`,
                    fix: `保留名称 ${name}。要永久更名：先在旁边添加新的，把要保留的内容搬过去，再单独用一次更新移除旧的`,
                },
            ),
        );
    };
    // Images of previews have a project of their own, and are no environment of the spec.
    const used = new Set(
        [...known.images.values()]
            .map(({ environment }) => environment)
            .filter((environment) => environment !== previewEnvironment),
    );
    return [
        ...look("apps", known.apps, Object.keys(apps)),
        ...look(
            "environments",
            used,
            environments.map(({ name }) => name),
        ),
        ...look("clusters", known.clusters, Object.keys(clusters)),
    ];
}

/** Namespaces have no other name: the old one is deleted, with what runs in it and its volumes. */
function otherNamespace({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return Object.values(apps).flatMap(({ name, environments }) =>
        environments.flatMap(({ environment, namespace }) => {
            const before = [...(known.namespaces.get(`${name} ${environment}`) ?? [])].filter(
                (each) => each !== namespace,
            );
            return before.map((old) =>
                finding(
                    "namespace-moved",
                    `apps.${name}.environments.${environment}.namespace`,
                    namespace,
                    {
                        rule: `is another namespace than ${old}, which would be deleted with what runs in it and its volumes`,
                        fix: `keep ${old}; or bring over what is to stay, and go on with --accept-outage`,
                    },
                    {
                        rule: `不是原来的命名空间 ${old}，后者会连同其中运行的内容和存储卷一起被删除`,
                        fix: `保留 ${old}；或把要保留的内容搬过去，再用 --accept-outage 继续`,
                    },
                ),
            );
        }),
    );
}

/** Images that are in another registry than the one the next update looks into. */
function otherRegistry(estate: Pick<Estate, "apps">, exported: ExportedStack): Refusal[] {
    return movedImages(estate, exported).map(({ app, environment, registry, to, project }) =>
        finding(
            "registry-moved",
            `environments.${environment}.registry`,
            to,
            {
                rule: `has none of the images of ${app}: they are in ${registry}, and each pod that starts after the update would find none`,
                fix: `add an environment in ${to} and promote ${app} into it, then take ${environment} away; or copy ${project} there, and go on with --accept-outage when the copy is done: the one in ${registry} stays there`,
            },
            {
                rule: `没有 ${app} 的镜像：它们在 ${registry} 中，更新之后启动的 Pod 都会找不到镜像`,
                fix: `在 ${to} 中添加一个环境，把 ${app} 晋级到那里，再移除 ${environment}；或把 ${project} 复制到那里，复制完成后用 --accept-outage 继续：${registry} 中的那一份会保留`,
            },
        ),
    );
}

/**
 * An estate that fewer people shall see. GitLab lets no group be less visible than what is in it, and an update changes
 * the group first: it would end there, with everything as visible as before.
 */
export function lowerVisibility({ gitlab }: Pick<Estate, "gitlab">, exported: ExportedStack): Refusal[] {
    const wider = liveResources(exported).filter(
        ({ type, inputs }) =>
            /^gitlab:index\/(?:group|project):/.test(type) && inputs?.["visibilityLevel"] === "internal",
    );
    const groups = wider.filter(({ type }) => type.endsWith(":Group"));
    return gitlab.visibility === "internal" || groups.length === 0 || wider.length === 1
        ? []
        : [
              finding(
                  "visibility-lowered",
                  "gitlab.visibility",
                  gitlab.visibility,
                  {
                      rule: "is less than what was made: GitLab lets no group be less visible than what is in it, and an update would end at the first group",
                      fix: `make projects, then the groups of teams, then ${gitlab.group} private on GitLab (Settings > General > Visibility), and go on with --accept-outage`,
                  },
                  {
                      rule: "低于已创建内容的可见性：GitLab 不允许群组比其中的内容更不可见，更新会在第一个群组处报错结束",
                      fix: `在 GitLab 上（Settings > General > Visibility）依次把项目、各团队的群组、${gitlab.group} 设为私有，再用 --accept-outage 继续`,
                  },
              ),
          ];
}

/**
 * What no option makes an update do: the engine deletes nothing that is protected, puts nothing in its place, and would end
 * at it. Reported before, with the way that ends whole.
 */
export function obstacles(estate: Pick<Estate, "apps" | "teams">, exported: ExportedStack): Refusal[] {
    return [
        ...movedImages(estate, exported)
            .filter(({ resource }) => resource.protect === true)
            .map(({ environment, registry, to, project }) =>
                finding(
                    "image-project-protected",
                    `environments.${environment}.registry`,
                    to,
                    {
                        rule: `cannot take the place of ${registry}: ${project} there has deletionProtection, and Pulumi replaces nothing that is protected`,
                        fix: `in an update of its own set deletionProtection: false where ${environment} has it, with registry: ${registry}; then change registry. ${project} stays in ${registry} with its images; deletionProtection can be set again in the same update`,
                    },
                    {
                        rule: `无法取代 ${registry}：其中的 ${project} 设有 deletionProtection，Pulumi 不会替换受保护的对象`,
                        fix: `先单独用一次更新在 ${environment} 处设置 deletionProtection: false，registry 仍为 ${registry}；之后再更改 registry。${project} 连同镜像保留在 ${registry} 中；在同一次更新中可以重新设置 deletionProtection`,
                    },
                ),
            ),
        ...orphanedGroups(estate, exported),
    ];
}

/** Full path of a group, or its last part where the state has no more. */
function fullPathOf({ inputs, outputs }: StateResource): string {
    return String(outputs?.["fullPath"] ?? inputs?.["path"]);
}

/** Protected groups that are not needed any more, while apps that were in them stay: their repositories move to another one. */
function orphanedGroups({ apps, teams }: Pick<Estate, "apps" | "teams">, exported: ExportedStack): Refusal[] {
    const live = liveResources(exported);
    const components = new Map(live.map((each) => [each.urn, each]));
    const componentOf = ({ parent = "" }: StateResource): string => nameOf(components.get(parent)?.urn ?? "");
    const isNeeded = (component: string): boolean => {
        const [, kind, team = ""] = /^(team|guarded)-(.+)$/.exec(component) ?? [];
        return kind === "guarded"
            ? Object.values(apps).some(
                  (app) =>
                      app.team === team &&
                      app.plan.configs.some(({ audience }) => audience === "maintainers"),
              )
            : Object.hasOwn(teams, team);
    };
    return live
        .filter(
            ({ type, protect, parent = "" }) =>
                type === "gitlab:index/group:Group" &&
                protect === true &&
                /:(TeamGroup|GuardedGroup)$/.test(components.get(parent)?.type ?? ""),
        )
        .filter((group) => !isNeeded(componentOf(group)))
        .flatMap((group) => {
            const inside = new Set(
                live
                    .filter(
                        ({ type, inputs }) =>
                            type === "gitlab:index/project:Project" &&
                            String(inputs?.["namespaceId"]) === group.id,
                    )
                    .map(componentOf),
            );
            return Object.values(apps)
                .filter(({ name }) =>
                    [`app-${name}-repository`, `config-${name}`, `guarded-config-${name}`].some((component) =>
                        inside.has(component),
                    ),
                )
                .map((app) =>
                    finding(
                        "group-protected",
                        `apps.${app.name}.team`,
                        app.team,
                        {
                            rule: `would leave the group ${fullPathOf(group)} behind, which nothing needs then; it has deletionProtection, and Pulumi deletes nothing that is protected`,
                            fix: `in an update of its own set deletionProtection: false where ${app.name} has it, with the team as it was; then make this change, in which it can be set again. Repositories move with what is in them`,
                        },
                        {
                            rule: `会留下不再需要的群组 ${fullPathOf(group)}；它设有 deletionProtection，Pulumi 不会删除受保护的对象`,
                            fix: `先单独用一次更新在 ${app.name} 处设置 deletionProtection: false，团队保持不变；之后再做此变更，其中可以重新设置。代码仓库连同其中的内容一起移动`,
                        },
                    ),
                );
        });
}

/**
 * An environment whose version was read in another place: the new one names none, and what follows it runs nothing. What was
 * in no place yet, because an update was ended before it got so far, has nothing to lose.
 */
function otherConfig({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return relocationsIn(apps, known)
        .filter(({ pin }) => pin === undefined)
        .map(({ app, environment, at, revision, file, what }) => {
            const key = `apps.${app.name}.environments.${environment}.pin`;
            const pinned = {
                en: `set ${key} to the tag that runs there, and remove it after the first delivery`,
                zh: `把 ${key} 设为那里正在运行的标签，首次交付后再移除`,
            };
            // Another delivery stays on its branches, so its files can be there before.
            const ways =
                what === "delivery"
                    ? {
                          en: `bring it there with the version that runs, on branch ${revision}, then go on with --accept-outage; or ${pinned.en}`,
                          zh: `先把写明正在运行版本的文件放到分支 ${revision}，再用 --accept-outage 继续；或者${pinned.zh}`,
                      }
                    : {
                          en: `${pinned.en}; or go on with --accept-outage`,
                          zh: `${pinned.zh}；或用 --accept-outage 继续`,
                      };
            return finding(
                "config-moved",
                `apps.${app.name}.${what}`,
                at,
                {
                    rule: `would have ${environment} follow ${file} there, which is new and names no version: what runs there would go`,
                    fix: ways.en,
                },
                {
                    rule: `会让 ${environment} 读取其中的 ${file}，它是新的，没有写明版本：那里正在运行的内容会消失`,
                    fix: ways.zh,
                },
            );
        });
}

/**
 * An environment for production with another branch, which is made from the one of the environment before it: what is
 * there would run in production at once, promoted by nobody. One that a pin or a hold keeps runs what it ran.
 */
function otherBranch({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    const found = Object.values(apps).flatMap((app) =>
        app.environments
            .filter(
                ({ class: kind, pin, hold }) => kind === "prod" && pin === undefined && hold === undefined,
            )
            .filter(({ environment }) => known.images.has(`${app.name} ${environment}`))
            .flatMap(({ environment }) => {
                const { at, audience, plan } = configOf(app, { environment });
                const { revision } = versionOf(app, { environment });
                const from = plan.branches.find(({ name }) => name === revision)?.from;
                const before = known.branches.get(configComponent(app, at.scope, audience));
                return from === undefined || before === undefined || before.has(revision)
                    ? []
                    : [{ app: app.name, environment, revision, from }];
            }),
    );
    const byEnvironment = new Map(found.map((each) => [each.environment, each]));
    return [...byEnvironment.values()].map(({ environment, revision, from }) => {
        const names = found.filter((each) => each.environment === environment).map(({ app }) => app);
        const pins = names.map((name) => `apps.${name}.environments.${environment}.pin`);
        return finding(
            "branch-moved",
            `environments.${environment}.branch`,
            revision,
            {
                rule: `is made from ${from}: ${names.join(", ")} would run in ${environment} at once what is there, promoted by nobody`,
                fix: `set ${pins.join(", ")} to the tags that run there, and remove them after the first promotion; or go on with --accept-outage`,
            },
            {
                rule: `由 ${from} 创建：${names.join("、")} 会在 ${environment} 中立即运行那里的内容，而没有人晋级过`,
                fix: `把 ${pins.join("、")} 设为那里正在运行的标签，首次晋级后再移除；或用 --accept-outage 继续`,
            },
        );
    });
}

/** A version that is read in another place from now on: another repository, branch or folder. */
export interface RelocatedVersion {
    readonly app: App;
    readonly environment: string;
    readonly pin: string | undefined;
    /** The new place: full path of the repository, branch and file. */
    readonly at: string;
    readonly revision: string;
    readonly file: string;
    /** The key of the app's spec that says so. */
    readonly what: string;
}

/** Versions that are read in another place than a stack has them. */
export function relocatedVersions(
    { apps }: Pick<Estate, "apps">,
    exported: ExportedStack,
): RelocatedVersion[] {
    return relocationsIn(apps, snapshotOf(exported));
}

function relocationsIn(apps: Estate["apps"], known: StackSnapshot): RelocatedVersion[] {
    return Object.values(apps).flatMap((app) =>
        app.environments
            .filter(({ environment }) => known.images.has(`${app.name} ${environment}`))
            .flatMap(({ environment, pin }): RelocatedVersion[] => {
                const { at, audience } = configOf(app, { environment });
                const version = versionOf(app, { environment });
                const file = versionFile(version);
                const now = {
                    scope: at.scope,
                    component: configComponent(app, at.scope, audience),
                    folder: posix.dirname(file),
                    file: posix.basename(file),
                };
                const before = placesBefore(app, environment, known, now.file);
                return before.length === 0 || before.some((place) => isDeepStrictEqual(place, now))
                    ? []
                    : [
                          {
                              app,
                              environment,
                              pin,
                              at: at.fullPath,
                              revision: version.revision,
                              file,
                              what: changedKey(app, before, now),
                          },
                      ];
            }),
    );
}

/** Apps that go over to another flow. */
export function appsWithAnotherFlow(relocated: readonly RelocatedVersion[]): App[] {
    const flows = relocated.filter(({ what }) => what === "flow").map(({ app }) => [app.name, app] as const);
    return [...new Map(flows).values()];
}

/**
 * What goes over to another place without anything that runs being touched, in words; a line each. Pure.
 *
 * @param mark how names are written.
 */
export function relocationLines(
    relocated: readonly RelocatedVersion[],
    language: Language = "en",
    mark: (name: string) => string = (name) => name,
): string[] {
    const zh = language === "zh";
    const pinned = relocated.flatMap((each) => (each.pin === undefined ? [] : [{ ...each, pin: each.pin }]));
    return [
        ...pinned.map(({ app, environment, pin, at, revision, file }) => {
            const [who, where, to] = [mark(app.name), mark(environment), mark(pin)];
            const place = [mark(file), mark(at), mark(revision)];
            return zh
                ? `${who} 在 ${where} 中从此读取 ${place[1]} 分支 ${place[2]} 上的 ${place[0]}。它固定在 ${to}，继续运行该版本：Pod 不会重启，固定期间新版本也不会到达 ${where}。首次交付到那里之后请移除 pin。`
                : `${who} in ${where} follows ${place[0]} of ${place[1]}, branch ${place[2]}, from now on. It is pinned to ${to} and goes on with it: no pod restarts, and no new version reaches ${where} while the pin is there. Remove the pin after the first delivery there.`;
        }),
        ...appsWithAnotherFlow(relocated).map(({ name, flow, ci, included, repository }) => {
            const own = ci !== "none" && included === undefined;
            const [who, to, path] = [mark(name), mark(flow), mark(repository.fullPath)];
            return zh
                ? `${who} 改用流程 ${to}：其代码仓库和镜像及其中的一切都保留。${own ? `${path} 的流水线文件属于团队，其中仍是旧流程的作业：在替换它们之前不会交付任何内容（docs/flows.md）。` : ""}`
                : `${who} goes over to flow ${to}: its repositories and images stay, with all that is in them.${own ? ` ${path} has a pipeline file of its team, with the jobs of the flow before: nothing is delivered until they are replaced (docs/flows.md, Another flow for an app that runs).` : ""}`;
        }),
    ];
}

/** Where an app's version in one environment is read. */
interface Place {
    readonly scope: ConfigRepository["scope"];
    /** Of the config repository. */
    readonly component: string;
    readonly folder: string;
    /** Name of the file. */
    readonly file: string;
}

/**
 * Names of the files that say the version, the one that decides first: a kustomization may lie beside a deployment.yaml, and
 * then it is what is rendered.
 */
const versionFiles: readonly string[] = [
    versionKeys.kustomize.file,
    versionKeys.jsonnet.file,
    versionKeys.helm.file,
    versionKeys.plain.file,
    composeVersion.file,
];

/**
 * The places where a stack has first content for an app in an environment: a folder for all of them, or one of its own. A
 * repository that a team shares is looked for in all teams: the app, or the team, may have had another one's name.
 *
 * @param file name of the file where the version is read from now on; taken for a folder in which none of the known ones is.
 */
function placesBefore(app: App, environment: string, { configs }: StackSnapshot, file: string): Place[] {
    const { folder } = app.config;
    const folders = [folder, `${folder}/environments/${environment}`, `${folder}/overlays/${environment}`];
    const own = (["team", "maintainers"] as const).map((audience) => configComponent(app, "app", audience));
    return [...configs].flatMap(([component, has]) => {
        const scope = own.includes(component)
            ? "app"
            : /^(guarded-)?team-config-/.test(component)
              ? "team"
              : undefined;
        return scope === undefined
            ? []
            : folders
                  .filter((each) => [...has].some((path) => posix.dirname(path) === each))
                  .map((each) => ({
                      scope,
                      component,
                      folder: each,
                      file: versionFiles.find((name) => has.has(posix.join(each, name))) ?? file,
                  }));
    });
}

/** The key that says so, in the spec of an app. */
function changedKey({ config }: App, before: readonly Place[], now: Place): string {
    if (before.every(({ scope }) => scope !== now.scope)) {
        return "config.scope";
    }
    const bare = (component: string): string => component.replace(/^guarded-/, "");
    if (before.every(({ component }) => bare(component) !== bare(now.component))) {
        return "team";
    }
    const here = before.filter(({ component }) => component === now.component);
    if (here.length > 0 && here.every(({ file }) => file !== now.file)) {
        return "delivery";
    }
    const own = [now, ...here].every(({ folder }) => folder !== config.folder);
    return here.length > 0 && own ? "delivery" : "flow";
}

/** Name of the component that has a config repository, as the program gives it. */
function configComponent(
    { name, team }: Pick<App, "name" | "team">,
    scope: ConfigRepository["scope"],
    audience: Audience,
): string {
    const own = scope === "team" ? `team-config-${team}` : `config-${name}`;
    return audience === "team" ? own : `guarded-${own}`;
}

/**
 * An app whose releases go while its environments and its engine stay: each is uninstalled, at once and in all environments.
 * Those that are handed over to another engine are detached first, see commands/handOver.
 */
function otherDelivery({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return Object.values(apps).flatMap(({ name, engine, delivery, environments }) => {
        const kept = new Set(environments.map(({ environment }) => environment));
        const gone = (known.releases.get(name) ?? []).filter(
            (release) => release.engine === engine && kept.has(release.environment),
        );
        const { takingAlong } = enginesInWords[engine];
        if (gone.length === 0 || takingAlong === undefined || takingAlong.delivery === delivery) {
            return [];
        }
        const { title } = engineOf(engine);
        const where = [...new Set(gone.map(({ environment }) => environment))];
        const releases = gone.map((release) => release.name);
        return [
            finding(
                "release-uninstalled",
                `apps.${name}.delivery`,
                delivery,
                {
                    rule: `deletes ${releases.join(", ")}: ${title} uninstalls a release that is deleted, so what ${name} runs in ${where.join(", ")} would go`,
                    fix: `first put ${name} on hold in ${where.join(", ")} (apps.${name}.environments.<environment>.hold) in an update of its own: a suspended release is deleted without being uninstalled. Then bring the files for ${delivery} to every branch that it runs from, and change delivery; end the hold at last`,
                },
                {
                    rule: `会删除 ${releases.join("、")}：${title} 会卸载被删除的 ${takingAlong.kind}，因此 ${name} 在 ${where.join("、")} 中运行的内容会消失`,
                    fix: `先单独用一次更新把 ${name} 在 ${where.join("、")} 中设为 hold（apps.${name}.environments.<environment>.hold）：暂停的 ${takingAlong.kind} 被删除时不会卸载。然后把 ${delivery} 所需的文件放到它运行所用的每个分支，再更改 delivery；最后解除 hold`,
                },
            ),
        ];
    });
}
