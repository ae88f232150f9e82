/** The whole estate: which component gets what from which. */
import { engines } from "../../estate/engines";
import type { EngineRegistry } from "../../estate/engines/engine";
import type { Estate } from "../../estate/model";
import { appGateFile } from "../ci/approvals";
import type { Delivered, EngineArgs, PreparedEngines } from "../engines/engine";
import { asGitLabHasThem, refuseMissing } from "../gitlab/people";
import { clusterAddresses, foreignPipelines, pausedApps, hotfixes, type EstateOutputs } from "../outputs";
import { makeProviders } from "../providers";
import { byKey, mapValues, required } from "../support/maps";
import { protectedObjects } from "../support/protected";
import { sharedToken } from "../support/sharedToken";
import { clusterAccesses } from "./accounts";
import { appSpaces, machineLogins } from "./apps";
import type { EstateCredentials } from "./credentials";
import { delivery, engineOutputs, installedEngine, previewFacts, pushHooks } from "./delivery";
import { relayApprovals } from "./gates";
import { repositories } from "./repositories";

export type { EstateCredentials } from "./credentials";

/**
 * Declares everything an estate consists of.
 *
 * @param prepared the engines in use, see `prepareEngines`.
 * @param definitions what is known of them without any server.
 */
export async function declareEstate(
    estate: Estate,
    credentials: EstateCredentials,
    prepared: PreparedEngines,
    definitions: EngineRegistry = engines,
): Promise<EstateOutputs> {
    const providers = makeProviders(estate, credentials);
    const asked: EngineArgs = {
        estate,
        providers,
        channels: credentials.channels,
        secrets: credentials.engines,
        token: (purpose) => sharedToken(credentials.gitlab.token, purpose, estate.name),
    };
    const hookToken = asked.token("approvals");
    const { group, teams, configs, people, pipelines, gates } = await repositories(
        estate,
        providers,
        (repository) => pushHooks(prepared, asked, repository),
        hookToken,
    );
    const args = { ...asked, estate: { ...estate, teams: asGitLabHasThem(estate.teams, people) } };
    const installed = byKey(
        estate.engines,
        (name) => name,
        (name) => installedEngine(estate, name, args, prepared, configs),
    );
    const accesses = clusterAccesses(estate, providers, definitions, (engine, team) =>
        required(required(installed, engine, "engine").teams, team, "team"),
    );
    const apps = await appSpaces(estate, providers, {
        teams,
        configs,
        pipelines,
        accesses,
        definitions,
        gate: (app) => gates(app.plan.source, [app], appGateFile(app)),
        previews: (app) => previewFacts(args, prepared, definitions, app),
        machines: (app) => machineLogins(estate, credentials, app),
    });
    const applications: Record<string, Delivered> = {};
    for (const name of estate.engines) {
        const engine = required(installed, name, "engine");
        Object.assign(applications, await delivery(engine, { configs, accesses, apps, definitions }));
    }
    relayApprovals(estate, hookToken, { installed, configs, apps });
    // Last: what is declared by now is made in spite of it.
    refuseMissing(estate.teams, people);
    return {
        ...engineOutputs(estate, definitions),
        gitlab: group.webUrl,
        repositories: mapValues(estate.apps, (app) => ({
            source: required(apps, app.name, "app").repository.webUrl,
            config: required(configs, app.config.fullPath, "config repository").webUrl,
        })),
        clusters: clusterAddresses(estate),
        applications,
        paused: pausedApps(estate),
        hotfixes: hotfixes(estate),
        protected: protectedObjects(estate),
        pipelines: foreignPipelines(estate, apps),
    };
}
