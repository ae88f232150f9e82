/** Gates that hold merge requests until enough people approved, and what runs them again. */
import type * as pulumi from "@pulumi/pulumi";
import type { App, Estate } from "../../estate/model";
import type { AppSpace } from "../apps/app";
import { approvalsJob, gatedBranches } from "../../estate/approvals";
import type { RepositoryPlan } from "../../estate/flows/plan";
import type { GatePlan } from "../gitlab/approvalGate";
import type { ConfigRepository } from "../gitlab/configRepository";
import type { IncludedPipelinesAt } from "../gitlab/project";
import { required } from "../support/maps";
import type { EngineWithTeams } from "./delivery";

/** The gate of a repository of these apps, whose pipelines begin with a file; undefined: it needs none. */
export type Gates = (plan: RepositoryPlan, apps: readonly App[], file: string) => GatePlan | undefined;

export function gatesOf(
    { gitlab }: Pick<Estate, "gitlab">,
    { project, version, ready }: IncludedPipelinesAt,
    hookToken: pulumi.Input<string>,
): Gates {
    const relay = gitlab.approvalGate?.relay;
    return (plan, apps, file) => {
        const wanted = gatedBranches(gitlab, plan, apps);
        const built = apps.find(({ ci }) => ci === "gitlab");
        return wanted === undefined || built === undefined
            ? undefined
            : {
                  configPath: `${file}@${project}:${version}`,
                  wanted,
                  image: built.pipeline.images.promote,
                  ...(relay && {
                      hook: {
                          title: "the relay of approvals",
                          url: `${relay.url}/approvals`,
                          token: hookToken,
                          verify: relay.url.startsWith("https:"),
                      },
                  }),
                  ...(ready && { after: ready }),
              };
    };
}

/** What runs gates again when somebody approves, beside the first engine; nothing where there is no gate. */
export function relayApprovals(
    { gitlab, engines: [first] }: Estate,
    hookToken: pulumi.Input<string>,
    made: {
        readonly installed: Readonly<Record<string, EngineWithTeams>>;
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly apps: Readonly<Record<string, AppSpace>>;
    },
): void {
    const relay = gitlab.approvalGate?.relay;
    const projects = Object.fromEntries([
        ...Object.entries(made.configs).flatMap(([path, { gate, name }]) =>
            gate?.runner === undefined ? [] : [[path, { name, token: gate.runner }] as const],
        ),
        ...Object.values(made.apps).flatMap(({ repository: { gate }, app }) =>
            gate?.runner === undefined
                ? []
                : [[app.repository.fullPath, { name: `app-${app.name}`, token: gate.runner }] as const],
        ),
    ]);
    if (relay === undefined || first === undefined || Object.keys(projects).length === 0) {
        return;
    }
    required(made.installed, first, "engine").engine.approvals?.(relay.image, {
        gitlab: gitlab.clusterUrl,
        job: approvalsJob,
        hookToken,
        projects,
    });
}
