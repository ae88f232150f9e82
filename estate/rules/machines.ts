import { channelKinds } from "../channels";
import { flowsOf } from "../flows";
import { onMachine } from "../machines";
import type { Checked, Finding, Rule } from "./rule";

/** Machines, and what runs on them instead of on clusters. */
export const machineRules: readonly Rule[] = [
    {
        id: "machine-way",
        rule: "must be reached in one way: by a runner on it, or over ssh",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.machines)
                .filter(([, { runner, ssh }]) => (runner === undefined) === (ssh === undefined))
                .map(([name, { runner, ssh }]) => ({
                    path: `machines.${name}`,
                    value: { runner, ssh },
                    fix: "write e.g. {runner: {tags: [compose]}}, or {ssh: {host, user, hostKeys}}",
                })),
    },
    {
        id: "machine-used",
        rule: "should be used by an environment",
        severity: "warning",
        check: ({ spec, estate }) =>
            Object.keys(spec.machines)
                .filter((name) => estate.environments.every(({ machine }) => machine !== name))
                .map((name) => ({
                    path: `machines.${name}`,
                    value: name,
                    fix: "name it as an environment's machine, or remove it",
                })),
    },
    {
        id: "machine-or-clusters",
        rule: "must not stand beside clusters: apps run on a machine or on clusters",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.environments)
                .filter(([, { machine, clusters }]) => machine !== undefined && clusters !== undefined)
                .map(([name, { machine }]) => ({
                    path: `environments.${name}.machine`,
                    value: machine,
                    fix: `remove it or environments.${name}.clusters; for both, make an environment of each`,
                })),
    },
    {
        id: "machine-flow",
        rule: "must be an environment on clusters for this app: its flow has no pipelines that deliver to a machine",
        severity: "error",
        check: ({ spec, estate, context }: Checked): Finding[] => {
            const ways = flowsOf(spec.flows, context.flows);
            const able = Object.keys(ways).filter((way) => ways[way]?.machines === true);
            return Object.values(estate.apps)
                .filter(({ flow }) => ways[flow] !== undefined && !able.includes(flow))
                .flatMap(({ name, flow, environments }) =>
                    environments.filter(onMachine).map(({ environment, machine }) => ({
                        path: `environments.${environment}.machine`,
                        value: machine,
                        rule: `must not be there for app ${name}: flow ${flow} has no pipelines that deliver to a machine`,
                        fix: `set apps.${name}.flow to ${able.join(" or ")}, or apps.${name}.environments.${environment} to null`,
                    })),
                );
        },
    },
    {
        id: "machine-setting",
        rule: "must not be there: it is about clusters, and the environment is a machine",
        severity: "error",
        check: ({ spec, estate }) =>
            estate.environments
                .filter(({ machine }) => machine !== undefined)
                .flatMap(({ name }) => {
                    const environment = spec.environments[name];
                    const written = [
                        ...(environment === undefined || environment.syncWindows.length === 0
                            ? []
                            : [
                                  {
                                      path: `environments.${name}.syncWindows`,
                                      value: environment.syncWindows.length,
                                  },
                              ]),
                        ...settings(environment?.defaults, `environments.${name}.defaults`, ofEnvironments),
                        ...Object.entries(spec.apps).flatMap(([app, { environments }]) =>
                            settings(
                                environments[name] ?? undefined,
                                `apps.${app}.environments.${name}`,
                                ofApps,
                            ),
                        ),
                    ];
                    return written.map((each) => ({
                        ...each,
                        fix: "remove it; the Compose file in the config repository is the place for what a machine can do of it",
                    }));
                }),
    },
    {
        id: "machine-previews",
        rule: "must be like an environment on clusters: an engine makes previews",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps).flatMap(({ name, environments, previews }) =>
                environments.filter(onMachine).some(({ environment }) => environment === previews?.like)
                    ? [
                          {
                              path: `apps.${name}.previews.environment`,
                              value: spec.apps[name]?.previews?.environment ?? previews?.like,
                              fix: "name an environment of class nonprod that has clusters",
                          },
                      ]
                    : [],
            ),
    },
    {
        id: "machine-mail",
        rule: "gets nothing of what runs on a machine: pipelines send cards, and no mail",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.apps).flatMap((app) =>
                app.environments.filter(onMachine).flatMap(({ environment, channels }) =>
                    channels
                        .filter((channel) => {
                            const kind = estate.channels[channel]?.kind;
                            return kind !== undefined && channelKinds[kind].transport !== "webhook";
                        })
                        .map((channel) => ({
                            path: `apps.${app.name}.environments.${environment}.channels`,
                            value: channel,
                            fix: "add a channel of a chat system, or let GitLab mail about failed pipelines",
                        })),
                ),
            ),
    },
];

const ofEnvironments = ["sync", "quota", "kinds", "kustomize"] as const;
const ofApps = [...ofEnvironments, "namespace", "clusters"] as const;

/** Those of the keys that are written. `null` is: it switches something off that is not there. */
function settings<K extends string>(
    of: { readonly [P in K]?: unknown } | undefined,
    path: string,
    keys: readonly K[],
): { path: string; value: unknown }[] {
    return keys
        .filter((key) => of?.[key] !== undefined)
        .map((key) => ({ path: `${path}.${key}`, value: of?.[key] }));
}
