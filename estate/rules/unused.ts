/**
 * What is written and comes to nothing: entries that nobody names, and settings beside which something else is missing. It is
 * reported, and never refused: an estate may be on its way somewhere. A name that is spelt wrong is an error of its own, and
 * what it was meant for is not called unused beside it.
 */
import { channelKinds } from "../channels";
import { engines } from "../engines";
import { onMachine } from "../machines";
import { allImmutable } from "../tags";
import type { App, AppEnvironment, Estate } from "../model";
import { besideDefaults } from "../plain";
import { reportsCommits } from "../rollouts";
import { webServers, type Checked, type Finding, type Rule } from "./rule";

export const unusedRules: readonly Rule[] = [
    {
        id: "registry-used",
        rule: "should be used by an environment",
        severity: "warning",
        afterErrors: true,
        check: ({ estate }: Checked): Finding[] => {
            const used = new Set(estate.environments.map(({ registry }) => registry));
            return unused(Object.keys(estate.registries), used).map((name) => ({
                path: `registries.${name}`,
                value: name,
                fix: `name it in environments.<name>.registry, or remove it; nothing is made in it`,
            }));
        },
    },
    {
        id: "environment-used",
        rule: "should have an app",
        severity: "warning",
        afterErrors: true,
        check: ({ estate }: Checked): Finding[] => {
            const used = new Set(appEnvironments(estate).map(({ environment }) => environment));
            return used.size === 0
                ? [] // An estate that is made before its apps.
                : unused(
                      estate.environments.map(({ name }) => name),
                      used,
                  ).map((name) => ({
                      path: `environments.${name}`,
                      value: name,
                      fix: `remove the null of apps.<app>.environments.${name} where an app comes here, or remove it`,
                  }));
        },
    },
    {
        id: "channel-used",
        rule: "should have somebody who is notified by it",
        severity: "warning",
        afterErrors: true,
        check: ({ estate }: Checked): Finding[] => {
            const used = new Set(appEnvironments(estate).flatMap(({ channels }) => channels));
            return Object.keys(estate.apps).length === 0
                ? []
                : unused(Object.keys(estate.channels), used).map((name) => ({
                      path: `channels.${name}`,
                      value: name,
                      fix: `name it in channels of a team, an environment or an app, with a trigger; or remove it, unless it is for npm run drift -- --card ${name} alone`,
                  }));
        },
    },
    {
        id: "relay-used",
        rule: "has no effect: nobody is notified by a chat channel, and no commit is reported on GitLab",
        severity: "warning",
        afterErrors: true,
        check: ({ spec, estate }: Checked): Finding[] => {
            const { relay, channels, apps, gitlab } = estate;
            const used = appEnvironments(estate).some((each) =>
                each.channels.some((name) => {
                    const kind = channels[name]?.kind;
                    return kind !== undefined && channelKinds[kind].relayed;
                }),
            );
            const gate = gitlab.approvalGate !== undefined && spec.gitlab.approvalGate.image === undefined;
            return relay === undefined ||
                reportsCommits(estate) ||
                used ||
                gate ||
                Object.keys(apps).length === 0
                ? []
                : [
                      {
                          path: "notifications.relay",
                          value: relay.image,
                          fix: "notify somebody by channels, set notifications.relay.commits, or remove this",
                      },
                  ];
        },
    },
    {
        id: "flow-used",
        rule: "should be an app's flow",
        severity: "warning",
        afterErrors: true,
        check: ({ spec, estate }: Checked): Finding[] => {
            const used = new Set([spec.defaults.flow, ...Object.values(estate.apps).map(({ flow }) => flow)]);
            return unused(Object.keys(spec.flows), used).map((name) => ({
                path: `flows.${name}`,
                value: name,
                fix: `choose it with apps.<app>.flow or defaults.flow, or remove it`,
            }));
        },
    },
    {
        id: "engine-used",
        rule: "has no effect: no app has this engine",
        severity: "warning",
        afterErrors: true,
        check: ({ spec, estate, context }: Checked): Finding[] =>
            Object.entries(context.engines ?? engines)
                .filter(([name]) => !estate.engines.some((engine) => engine === name))
                .flatMap(([name, { title, options }]) => {
                    const parts: Readonly<Record<string, unknown>> = spec;
                    const settings = besideDefaults(
                        name,
                        entries(parts[name]),
                        entries(options.parse(undefined)),
                    );
                    const written = [...new Set(settings.flatMap(({ path }) => path.split(".")[1] ?? []))];
                    return written.length === 0
                        ? []
                        : [
                              {
                                  path: name,
                                  value: written,
                                  rule: `has no effect: ${title} delivers no app`,
                                  fix: `choose it with apps.<app>.engine or defaults.engine: ${name}, or remove this`,
                              },
                          ];
                }),
    },
    {
        id: "scheme-setting",
        rule: "has no effect with this URL",
        severity: "warning",
        afterErrors: true,
        check: ({ spec, estate }: Checked): Finding[] => [
            ...webServers({ spec, estate })
                .filter(({ url, plain }) => plain === true && url.startsWith("https://"))
                .map(({ path }) => ({
                    path: `${path}.plainHttp`,
                    value: true,
                    rule: `has no effect: ${path}.url is https`,
                    fix: "remove it",
                })),
            ...estate.network.authorities
                .filter(({ hosts }) => hosts.length === 0)
                .map(({ name }) => ({
                    path:
                        spec.network.certificateAuthorities[name] === undefined ? name : authorityPath(name),
                    value: name,
                    rule: "has no effect: no URL of a server is https",
                    fix: "write https URLs, or the hosts it is for, or remove it",
                }))
                // A cluster may name it without any host.
                .filter(
                    ({ value }) =>
                        !Object.values(spec.clusters).some(({ tls }) => tls.certificateAuthority === value),
                ),
        ],
    },
    {
        id: "setting-used",
        rule: "has no effect",
        severity: "warning",
        afterErrors: true,
        check: (checked: Checked): Finding[] => [
            ...pipelineSettings(checked),
            ...sharedFolders(checked),
            ...syncSettings(checked),
            ...updaterPlaces(checked),
            ...branches(checked),
            ...keptTags(checked),
        ],
    },
];

/** Numbers of tags to keep where Harbor's retention deletes none: it leaves immutable ones, whatever they count. */
function keptTags({ spec, estate }: Checked): Finding[] {
    const finding = (
        path: string,
        keepTags: number | undefined,
        places: readonly AppEnvironment[],
    ): Finding[] =>
        keepTags === undefined || places.length === 0 || !places.every(allImmutable)
            ? []
            : [
                  {
                      path: `${path}.keepTags`,
                      value: keepTags,
                      rule: "has no effect: all tags there are immutable, and Harbor's retention deletes none of those",
                      fix: 'remove it; or let old tags go: immutableTags of those that must not change, e.g. ["v*"], or null for none',
                  },
              ];
    return [
        ...Object.entries(spec.environments).flatMap(([name, { defaults }]) =>
            finding(
                `environments.${name}.defaults`,
                defaults?.keepTags,
                appEnvironments(estate).filter(({ environment }) => environment === name),
            ),
        ),
        ...Object.values(estate.apps).flatMap((app) => [
            ...finding(`apps.${app.name}`, spec.apps[app.name]?.keepTags, app.environments),
            ...app.environments.flatMap((place) =>
                finding(
                    `apps.${app.name}.environments.${place.environment}`,
                    spec.apps[app.name]?.environments[place.environment]?.keepTags,
                    [place],
                ),
            ),
        ]),
    ];
}

function authorityPath(name: string): string {
    return `network.certificateAuthorities.${name}`;
}

function unused(names: readonly string[], used: ReadonlySet<string>): string[] {
    return names.filter((name) => !used.has(name));
}

function entries(part: unknown): Readonly<Record<string, unknown>> {
    return typeof part === "object" && part !== null ? { ...part } : {};
}

function appEnvironments({ apps }: Pick<Estate, "apps">): AppEnvironment[] {
    return Object.values(apps).flatMap(({ environments }) => environments);
}

/** How the pipelines of an app run that has none, or has none of the kind. */
function pipelineSettings({ spec, estate }: Checked): Finding[] {
    return Object.values(estate.apps).flatMap((app): Finding[] => {
        const { images, ...others } = spec.apps[app.name]?.pipeline ?? { images: {} };
        const path = `apps.${app.name}.pipeline`;
        const written = [
            ...Object.entries(others).map(([key, value]) => ({ path: `${path}.${key}`, value })),
            ...Object.entries(images).map(([key, value]) => ({ path: `${path}.images.${key}`, value })),
        ].filter(({ value }) => value !== undefined);
        if (app.ci === "none") {
            return written.map((each) => ({
                ...each,
                rule: `has no effect: apps.${app.name}.ci is none`,
                fix: "set ci, or remove this",
            }));
        }
        if (app.ci === "jenkins") {
            return written
                .filter(({ path: at }) => at !== `${path}.builder`)
                .map((each) => ({
                    ...each,
                    rule: "has no effect: Jenkins runs its jobs in its own agents",
                    fix: "give the agents what the jobs need, and remove this",
                }));
        }
        return written
            .filter(({ path: at }) => at === `${path}.images.compose` && !app.environments.some(onMachine))
            .map((each) => ({
                ...each,
                rule: "has no effect: no environment of the app is a machine",
                fix: "remove it",
            }));
    });
}

/** Folders that apps of one repository share, of an app that has its own. */
function sharedFolders({ spec, estate }: Checked): Finding[] {
    return Object.values(estate.apps)
        .filter(({ config }) => config.scope === "app")
        .map(({ name }) => ({
            path: `apps.${name}.config.sharedFolders`,
            value: spec.apps[name]?.config.sharedFolders,
        }))
        .filter(({ value }) => value !== undefined && value !== null)
        .map((each) => ({
            ...each,
            rule: "has no effect: the app has its config repository for itself, where every push renders it",
            fix: "set config.scope to team, or remove this",
        }));
}

/** What acts only with `automated`, at a place from which no app in any environment is automated. */
function syncSettings({ spec, estate }: Checked): Finding[] {
    const apps = Object.values(estate.apps);
    const places = [
        ...apps.map((app) => ({
            path: `apps.${app.name}.sync`,
            sync: spec.apps[app.name]?.sync,
            reached: app.environments,
        })),
        ...apps.flatMap((app) =>
            app.environments.map((each) => ({
                path: `apps.${app.name}.environments.${each.environment}.sync`,
                sync: spec.apps[app.name]?.environments[each.environment]?.sync,
                reached: [each],
            })),
        ),
        ...estate.environments.map(({ name }) => ({
            path: `environments.${name}.defaults.sync`,
            sync: spec.environments[name]?.defaults.sync,
            reached: appEnvironments(estate).filter(({ environment }) => environment === name),
        })),
    ];
    return places
        .filter(
            ({ reached }) =>
                reached.length > 0 &&
                // On hold it is off for a time, and these are for afterwards.
                reached.every(({ sync, hold }) => !sync.automated && hold === undefined),
        )
        .flatMap(({ path, sync }) =>
            (["prune", "selfHeal"] as const)
                .filter((key) => sync?.[key] === true)
                .map((key) => ({
                    path: `${path}.${key}`,
                    value: true,
                    rule: "has no effect without automated, which is false here",
                    fix: "set automated, or remove this",
                })),
        );
}

/** An updater that acts nowhere. */
function updaterPlaces({ spec, estate }: Checked): Finding[] {
    return Object.values(estate.apps)
        .filter(({ name }) => spec.apps[name]?.updater?.environments?.length === 0)
        .map(({ name }) => ({
            path: `apps.${name}.updater.environments`,
            value: [],
            rule: "names no environment: the updater acts nowhere, and nothing writes the app's tags",
            fix: "name one, or remove this for the app's first; or remove updater, and CI writes the tag",
        }));
}

/** The branch that an environment is, where no app reads it. */
function branches({ spec, estate }: Checked): Finding[] {
    const reads = (app: App, environment: string, branch: string): boolean =>
        app.plan.versions[environment]?.revision === branch;
    return Object.entries(spec.environments).flatMap(([name, { branch }]): Finding[] => {
        const inIt = Object.values(estate.apps).filter(({ environments }) =>
            environments.some(({ environment }) => environment === name),
        );
        return branch === undefined || inIt.length === 0 || inIt.some((app) => reads(app, name, branch))
            ? []
            : [
                  {
                      path: `environments.${name}.branch`,
                      value: branch,
                      rule: "has no effect: the flows of its apps have a folder for each environment, and no branch",
                      fix: "remove it",
                  },
              ];
    });
}
