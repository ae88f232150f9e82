import type { EngineRegistry } from "../../estate/engines/engine";
import { onMachine } from "../../estate/machines";
import type { App, Estate } from "../../estate/model";
import { AppSpace, type AppSpaceArgs } from "../apps/app";
import { cardChannels } from "../ci/machines";
import type { ClusterAccess } from "../clusters/access";
import type { GatePlan } from "../gitlab/approvalGate";
import type { ConfigRepository } from "../gitlab/configRepository";
import type { TeamGroup } from "../gitlab/group";
import type { IncludedPipelinesAt } from "../gitlab/project";
import type { Providers } from "../providers";
import { byKey, mapInTurns, required } from "../support/maps";
import { accountsOf } from "./accounts";
import type { EstateCredentials } from "./credentials";

/** Each app on every server, up to the point where an engine delivers it. */
export function appSpaces(
    estate: Estate,
    providers: Providers,
    made: {
        readonly teams: Readonly<Record<string, TeamGroup>>;
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly pipelines: IncludedPipelinesAt;
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly definitions: EngineRegistry;
        readonly gate: (app: App) => GatePlan | undefined;
        readonly previews: (app: App) => Pick<AppSpaceArgs, "previewHook" | "previewPage">;
        readonly machines: (app: App) => AppSpaceArgs["machines"];
    },
): Promise<Record<string, AppSpace>> {
    return mapInTurns(estate.apps, (app) => {
        const gate = made.gate(app);
        return new AppSpace(
            `app-${app.name}`,
            {
                estate,
                app,
                providers,
                groupId: required(made.teams, app.team, "team").groupId,
                configs: made.configs,
                pipelines: made.pipelines,
                accounts: accountsOf(estate, app, made),
                machines: made.machines(app),
                ...(gate && { gate }),
                ...made.previews(app),
            },
            { providers: [providers.gitlab] },
        );
    });
}

/** What the jobs of an app need that deliver to machines, by environment. */
export function machineLogins(
    estate: Estate,
    { machines = {}, channels }: Pick<EstateCredentials, "machines" | "channels">,
    { environments }: App,
): AppSpaceArgs["machines"] {
    return byKey(
        environments.filter(onMachine),
        ({ environment }) => environment,
        (place) => {
            const key = machines[place.machine]?.key;
            return {
                ...(key === undefined ? {} : { key }),
                channels: byKey(
                    cardChannels(estate, place),
                    (name) => name,
                    (name) => channels[name] ?? {},
                ),
            };
        },
    );
}
