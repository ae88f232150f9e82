/** Versions that are read in another place: another repository, branch, folder or file. Pure. */
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { composeVersion, versionKeys } from "../../../estate/delivery";
import { configOf, versionFile, versionOf, type Audience } from "../../../estate/flows/plan";
import type { App, ConfigRepository, Estate, Language } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import type { ExportedStack } from "../exported";
import { finding } from "./refusal";
import { snapshotOf, type StackSnapshot } from "./snapshot";

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

/**
 * An environment whose version was read in another place: the new one names none, and what follows it runs nothing. What was
 * in no place yet, because an update was ended before it got so far, has nothing to lose.
 */
export function otherConfig({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
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
export function otherBranch({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
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
