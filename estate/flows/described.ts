/** Flows that are nothing but data: what a spec has below `flows`, as the plan that any flow comes to. Pure. */
import { given } from "../plain";
import { branchOf, branchPlaces, branchesConfigPlan } from "./branchLayout";
import type { FlowDescription } from "./flowsSchema";
import { baseFolder, folderConfigPlan, folderPlace } from "./folderLayout";
import { lanesSource, waysToLanes, type LaneWays } from "./lanes";
import { onlyConfig } from "./plan";
import type { FlowDefinition, FlowFacts, FlowPlan, PromotionStep } from "./plan";

/** The flow of a description. Its rules are those of `estate/rules/flows.ts`, which look at all descriptions. */
export function describedFlow(described: FlowDescription): FlowDefinition {
    return {
        description: described.description ?? "described in the spec",
        plan: (facts) => plan(described, facts),
        ...(described.reviewed === undefined ? {} : { previews: true }),
        // A merge between branches would carry files of a place on a machine to one on clusters.
        ...(described.config === "folders" ? { machines: true } : {}),
        rules: [],
    };
}

function plan(described: FlowDescription, facts: FlowFacts): FlowPlan {
    const ways = waysOf(described, facts);
    const lanes = waysToLanes(facts, ways, { branches: "commit", mergesBack: false });
    const promotions = promotionsOf(described, facts);
    const common = {
        source: lanesSource(facts, lanes, ways),
        lanes,
        promotions,
        ...given("reviewed", described.reviewed),
        pipelines: "described",
        laneJobs: true,
    } as const;
    return described.config === "branches"
        ? {
              ...common,
              configs: onlyConfig(facts, {
                  plan: branchesConfigPlan(facts, lanes),
                  deploys: promotions.length > 0,
              }),
              versions: branchPlaces(facts),
          }
        : {
              ...common,
              configs: onlyConfig(facts, {
                  plan: folderConfigPlan(
                      facts.app,
                      facts.shared,
                      "What runs where: each environment is a folder",
                  ),
                  deploys: false,
              }),
              versions: Object.fromEntries(
                  facts.environments.map(({ name }) => [
                      name,
                      folderPlace(facts.app, facts.app.config, name),
                  ]),
              ),
              ...given("base", baseFolder(facts.app)),
          };
}

/** The lanes of the environments that the app is in. */
function waysOf(described: FlowDescription, { environments }: FlowFacts): LaneWays {
    return Object.fromEntries(
        environments.flatMap(({ name }) => {
            const way = described.environments[name];
            if (way === undefined || way.promotes !== undefined) {
                return [];
            }
            const { branch, tag, start, image, reuses, mergesBack, push, merge, create } = way;
            const present = reuses?.filter((other) => environments.some((each) => each.name === other));
            return [
                [
                    name,
                    {
                        ...given("branch", branch),
                        ...given("tag", tag),
                        ...given("start", start),
                        ...given("image", image === "tag" ? ("ref" as const) : image),
                        ...given("reuses", present),
                        ...given("mergesBack", mergesBack),
                        ...given("push", push),
                        ...given("merge", merge),
                        ...given("create", create),
                    },
                ] as const,
            ];
        }),
    );
}

/** Only between branches: there a merge brings nothing but what the other environment has. */
function promotionsOf(
    { config, environments: ways }: FlowDescription,
    { environments }: FlowFacts,
): PromotionStep[] {
    return environments.flatMap((target) => {
        const source = environments.find(({ name }) => name === ways[target.name]?.promotes);
        return source === undefined || config !== "branches"
            ? []
            : [
                  {
                      source: source.name,
                      target: target.name,
                      from: branchOf(source),
                      into: branchOf(target),
                  },
              ];
    });
}
