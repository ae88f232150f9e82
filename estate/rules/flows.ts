import { flows, flowsOf } from "../flows";
import { nestedIn } from "../flows/nestedBranches";
import type { FlowDescription } from "../flows/flowsSchema";
import { laneRules } from "../flows/laneRules";
import type { App } from "../model";
import { nearest } from "../nearest";
import type { Spec } from "../schema";
import type { Checked, Finding, Rule } from "./rule";

type Way = FlowDescription["environments"][string];

/** Flows that a spec describes: each description makes sense, and its apps fit it. */
export const flowRules: readonly Rule[] = [
    {
        id: "flow-exists",
        rule: "must name a built-in flow, or one of flows",
        severity: "error",
        check: ({ spec, context }: Checked): Finding[] => {
            const known = Object.keys(flowsOf(spec.flows, context.flows));
            return [
                { path: "defaults.flow", flow: spec.defaults.flow },
                ...Object.entries(spec.apps).map(([name, { flow }]) => ({ path: `apps.${name}.flow`, flow })),
            ].flatMap(({ path, flow }): Finding[] => {
                if (flow === undefined || known.includes(flow)) {
                    return [];
                }
                const near = nearest(flow, known);
                return [
                    {
                        path,
                        value: flow,
                        fix: `${near === undefined ? "choose" : `did you mean ${near}? Otherwise choose`} one of ${known.join(", ")}, or describe flows.${flow}`,
                    },
                ];
            });
        },
    },
    {
        id: "flow-own-name",
        rule: "must have a name of its own: this is a built-in flow",
        severity: "error",
        check: ({ spec, context }) =>
            Object.keys(spec.flows)
                .filter((name) => Object.hasOwn(context.flows ?? flows, name))
                .map((name) => ({
                    path: `flows.${name}`,
                    value: name,
                    fix: `rename it, e.g. to our-${name}, here and where apps choose it`,
                })),
    },
    {
        id: "flow-environment",
        rule: "must be an environment of the estate that the flow comes to",
        severity: "error",
        check: ({ spec }) =>
            described(spec).flatMap(({ path, flow: { environments } }): Finding[] => [
                ...Object.keys(environments)
                    .filter((name) => spec.environments[name] === undefined)
                    .map((name) => ({
                        path: `${path}.environments.${name}`,
                        value: name,
                        fix: `use one of ${Object.keys(spec.environments).join(", ")}, or add it under environments`,
                    })),
                ...Object.entries(environments).flatMap(([name, { promotes, reuses = [] }]) =>
                    [
                        ...(promotes === undefined ? [] : [{ at: "promotes", other: promotes }]),
                        ...reuses.map((other, index) => ({ at: `reuses.${index}`, other })),
                    ]
                        .filter(({ other }) => environments[other] === undefined || other === name)
                        .map(({ at, other }) => ({
                            path: `${path}.environments.${name}.${at}`,
                            value: other,
                            fix: `name another environment of this flow: ${others(environments, name)}`,
                        })),
                ),
            ]),
    },
    {
        id: "flow-lane",
        rule: "must be one way: a branch, a tag, or a promotion, with what belongs to it",
        severity: "error",
        check: ({ spec }) =>
            ways(spec).flatMap(({ path, way }): Finding[] => {
                if (way.branch !== undefined && way.tag !== undefined) {
                    return [
                        {
                            path,
                            value: { branch: way.branch, tag: way.tag },
                            fix: "remove branch or tag; where both release, give each an environment of its own",
                        },
                    ];
                }
                const kind =
                    way.promotes !== undefined ? "promotes" : way.tag !== undefined ? "tag" : "branch";
                return foreign[kind]
                    .filter((key) => way[key] !== undefined)
                    .map((key) => ({
                        path: `${path}.${key}`,
                        value: way[key],
                        rule: `has no effect beside ${kind}`,
                        fix: `remove it${kind === "promotes" ? ": a merge in the config repository brings the version" : ""}`,
                    }));
            }),
    },
    {
        id: "flow-image",
        rule: "must be something that the lane's versions have: branches have no tag, and tags no branch",
        severity: "error",
        check: ({ spec }) =>
            ways(spec).flatMap(({ path, way: { tag, image, promotes } }): Finding[] =>
                promotes === undefined && image === (tag === undefined ? "tag" : "branch")
                    ? [
                          {
                              path: `${path}.image`,
                              value: image,
                              fix: `write commit${tag === undefined ? " or branch" : " or tag"}`,
                          },
                      ]
                    : [],
            ),
    },
    {
        id: "flow-promotion",
        rule: "must be promoted between branches, from an environment before it",
        severity: "error",
        check: ({ spec, estate }) =>
            ways(spec).flatMap(({ path, name, flow, way: { promotes } }): Finding[] => {
                if (promotes === undefined || flow.environments[promotes] === undefined) {
                    return [];
                }
                if (flow.config !== "branches") {
                    return [
                        {
                            path: `${path}.promotes`,
                            value: promotes,
                            fix: "set config of the flow to branches, or write the branch or tag that comes here",
                        },
                    ];
                }
                const order = estate.environments.map((each) => each.name);
                return order.indexOf(promotes) < order.indexOf(name) || promotes === name
                    ? []
                    : [
                          {
                              path: `${path}.promotes`,
                              value: promotes,
                              fix: `the order is that of environments' promotesFrom: set environments.${name}.promotesFrom to ${promotes}, or promote the other way round`,
                          },
                      ];
            }),
    },
    {
        id: "flow-start",
        rule: "must have a branch or a tag for at least one environment: no version comes from nowhere",
        severity: "error",
        check: ({ spec }) =>
            described(spec)
                .filter(({ flow: { environments } }) =>
                    Object.values(environments).every(({ promotes }) => promotes !== undefined),
                )
                .map(({ path, flow: { environments } }) => ({
                    path: `${path}.environments`,
                    value: Object.keys(environments),
                    fix: "write e.g. {branch: develop} for the first environment",
                })),
    },
    {
        id: "flow-people",
        rule: "must be reachable: somebody has to push or merge, or make the tags",
        severity: "error",
        check: ({ spec }) =>
            ways(spec).flatMap(({ path, way: { push, merge, create } }): Finding[] => [
                ...(push === "no one" && merge === "no one"
                    ? [
                          {
                              path: `${path}.merge`,
                              value: merge,
                              fix: "let maintainers merge: merge: maintainer",
                          },
                      ]
                    : []),
                ...(create === "no one"
                    ? [
                          {
                              path: `${path}.create`,
                              value: create,
                              fix: "let maintainers release: create: maintainer",
                          },
                      ]
                    : []),
            ]),
    },
    {
        id: "flow-same-ref",
        rule: "must say the same about one ref: a branch or pattern has one protection",
        severity: "error",
        check: ({ spec }) =>
            described(spec).flatMap(({ path, flow: { environments } }) => {
                const seen = new Map<string, { name: string; way: Way }>();
                return Object.entries(environments).flatMap(([name, way]): Finding[] => {
                    const key = way.tag === undefined ? `branch ${way.branch ?? ""}` : `tag ${way.tag}`;
                    const first = seen.get(key);
                    if (way.promotes !== undefined || first === undefined) {
                        seen.set(way.promotes === undefined ? key : "", { name, way });
                        return [];
                    }
                    return (["push", "merge", "create"] as const)
                        .filter((role) => way[role] !== first.way[role])
                        .map((role) => ({
                            path: `${path}.environments.${name}.${role}`,
                            value: way[role],
                            fix: `write what environments.${first.name} has: ${first.way[role] ?? "nothing"}`,
                        }));
                });
            }),
    },
    {
        id: "flow-nested",
        rule: "must not be in another branch of the flow: git has no branch release beside release/1",
        severity: "error",
        check: ({ spec }) =>
            ways(spec).flatMap(({ path, name, flow, way: { branch, promotes } }): Finding[] =>
                branch === undefined || promotes !== undefined
                    ? []
                    : nestedIn(
                          `${path}.branch`,
                          branch,
                          Object.entries(flow.environments).flatMap(([other, each]) =>
                              other === name || each.branch === undefined || each.branch.includes("*")
                                  ? []
                                  : [{ name: each.branch, owner: `environment ${other}` }],
                          ),
                      ),
            ),
    },
    {
        id: "flow-reviewed",
        rule: "must be a branch that is delivered: previews are of what is merged into it",
        severity: "error",
        check: ({ spec }) =>
            described(spec).flatMap(({ path, flow: { reviewed, environments } }): Finding[] => {
                const lanes = Object.values(environments).filter(
                    ({ tag, promotes }) => tag === undefined && promotes === undefined,
                );
                return reviewed === undefined ||
                    lanes.some(({ branch }) => branch === reviewed || branch === undefined)
                    ? []
                    : [
                          {
                              path: `${path}.reviewed`,
                              value: reviewed,
                              fix: "name the branch of one of its environments, or remove it",
                          },
                      ];
            }),
    },
    {
        id: "flow-app",
        rule: "must be in environments that its flow comes to, and in those that these are promoted from",
        severity: "error",
        check: ({ spec, estate }) =>
            apps(spec, estate).flatMap(({ app, flow: { environments } }) => {
                const present = app.environments.map(({ environment }) => environment);
                return present.flatMap((name): Finding[] => {
                    const way = environments[name];
                    const path = `apps.${app.name}.environments`;
                    if (way === undefined) {
                        return [
                            {
                                path: `${path}.${name}`,
                                value: undefined,
                                fix: `set it to null, or say how a version comes there in flows.${app.flow}.environments.${name}`,
                            },
                        ];
                    }
                    const { promotes } = way;
                    return promotes === undefined ||
                        environments[promotes] === undefined ||
                        present.includes(promotes)
                        ? []
                        : [
                              {
                                  path: `${path}.${promotes}`,
                                  value: null,
                                  fix: `remove this null, or set environments.${name} to null too`,
                              },
                          ];
                });
            }),
    },
    {
        id: "flow-lanes",
        rule: "has no effect: the flow that the app has says what comes to each environment",
        severity: "error",
        check: ({ spec, estate }) =>
            apps(spec, estate)
                .filter(({ app }) => app.lanes !== undefined)
                .map(({ app }) => ({
                    path: `apps.${app.name}.lanes`,
                    value: app.lanes,
                    fix: `remove it, and describe the lanes in flows.${app.flow}`,
                })),
    },
    ...laneRules({
        prefix: "flow",
        because: {
            ci: "the lanes of a described flow are jobs of GitLab's pipelines",
            updater: "pipelines write the version of each lane",
            hotfix: "a hotfix is a commit on a ref that the flow has a lane for",
        },
        hotfix: "remove it, and give the flow a lane for hotfixes",
    })
        .filter(({ id }) => id !== "flow-environment")
        .map((rule): Rule => ({
            ...rule,
            check: (checked: Checked) =>
                rule.check(
                    checked,
                    apps(checked.spec, checked.estate).map(({ app }) => app),
                ),
        })),
];

/** What a way of each kind has no use for. */
const foreign = {
    promotes: ["branch", "tag", "start", "image", "reuses", "mergesBack", "push", "merge", "create"],
    tag: ["push", "merge"],
    branch: ["create", "mergesBack"],
} as const satisfies Readonly<Record<string, readonly (keyof Way)[]>>;

function described({ flows: own }: Spec): { path: string; flow: FlowDescription }[] {
    return Object.entries(own).map(([name, flow]) => ({ path: `flows.${name}`, flow }));
}

function ways(spec: Spec): { path: string; name: string; flow: FlowDescription; way: Way }[] {
    return described(spec).flatMap(({ path, flow }) =>
        Object.entries(flow.environments).map(([name, way]) => ({
            path: `${path}.environments.${name}`,
            name,
            flow,
            way,
        })),
    );
}

/** Apps of described flows. */
function apps(spec: Spec, estate: Checked["estate"]): { app: App; flow: FlowDescription }[] {
    return Object.values(estate.apps).flatMap((app) => {
        const flow = spec.flows[app.flow];
        return flow === undefined ? [] : [{ app, flow }];
    });
}

function others(environments: FlowDescription["environments"], name: string): string {
    return (
        Object.keys(environments)
            .filter((each) => each !== name)
            .join(", ") || "there is none yet"
    );
}
