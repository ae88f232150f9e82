import { flowsOf } from "../flows";
import type { Estate } from "../model";
import { previewEnvironment } from "../previews";
import type { Spec } from "../schema";
import type { Checked, Finding, Rule } from "./rule";

type Previewed = Estate["apps"][string] & {
    readonly previews: NonNullable<Estate["apps"][string]["previews"]>;
};

/** Previews of merge requests: who can have them, and where. */
export const previewRules: readonly Rule[] = [
    {
        id: "previews-ci",
        rule: "needs pipelines of GitLab: they build the images of merge requests",
        severity: "error",
        check: ({ estate }) =>
            previewed(estate)
                .filter(({ ci }) => ci !== "gitlab")
                .map(({ name, ci }) => ({
                    path: `apps.${name}.previews`,
                    value: `ci ${ci}`,
                    fix: "set ci to gitlab, or remove previews",
                })),
    },
    {
        id: "previews-flow",
        rule: "needs a flow whose pipelines have previews",
        severity: "error",
        check: ({ spec, estate, context }: Checked): Finding[] => {
            const ways = flowsOf(spec.flows, context.flows);
            const able = Object.keys(ways).filter((way) => ways[way]?.previews === true);
            return previewed(estate)
                .filter(({ flow }) => !able.includes(flow))
                .map(({ name, flow }) => ({
                    path: `apps.${name}.previews`,
                    value: `flow ${flow}`,
                    fix: `choose ${able.join(" or ")} as its flow, or remove previews`,
                }));
        },
    },
    {
        id: "previews-delivery",
        rule: "needs manifests that something renders: a preview has a name and a tag of its own, which are in no file",
        severity: "error",
        check: ({ estate }) =>
            previewed(estate)
                .filter(({ delivery }) => delivery === "plain")
                .map(({ name, delivery }) => ({
                    path: `apps.${name}.previews`,
                    value: `delivery ${delivery}`,
                    fix: `set apps.${name}.delivery to helm, kustomize or jsonnet, or remove previews`,
                })),
    },
    {
        id: "previews-environment",
        rule: "must be an environment of the app that is not of class prod",
        severity: "error",
        check: ({ spec, estate }: Checked): Finding[] =>
            previewed(estate).flatMap((app) => {
                const written = writtenOf(spec, app.name)?.environment;
                const found = app.environments.find(({ environment }) => environment === app.previews.like);
                return (written === undefined || written === app.previews.like) && found?.class === "nonprod"
                    ? []
                    : [
                          {
                              path: `apps.${app.name}.previews.environment`,
                              value: written ?? app.previews.like,
                              fix: "name an environment of class nonprod that the app is in",
                          },
                      ];
            }),
    },
    {
        id: "previews-cluster",
        rule: "must be a cluster of the environment that previews are like",
        severity: "error",
        check: ({ estate }) =>
            previewed(estate).flatMap(({ name, environments, previews }) => {
                const clusters =
                    environments.find(({ environment }) => environment === previews.like)?.clusters ?? [];
                return previews.place.clusters.every((cluster) => clusters.includes(cluster))
                    ? []
                    : [
                          {
                              path: `apps.${name}.previews.cluster`,
                              value: previews.place.clusters[0],
                              fix: `name one of ${clusters.join(", ")}`,
                          },
                      ];
            }),
    },
    {
        id: "previews-name",
        rule: "must not be the name of an environment where an app has previews",
        severity: "error",
        check: ({ estate }) =>
            previewed(estate).length > 0 &&
            estate.environments.some(({ name }) => name === previewEnvironment)
                ? [
                      {
                          path: `environments.${previewEnvironment}`,
                          value: previewEnvironment,
                          fix: "rename the environment",
                      },
                  ]
                : [],
    },
];

function previewed(estate: Estate): Previewed[] {
    return Object.values(estate.apps).filter((app): app is Previewed => app.previews !== undefined);
}

function writtenOf(spec: Spec, app: string): Spec["apps"][string]["previews"] {
    return spec.apps[app]?.previews;
}
