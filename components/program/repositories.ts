/** What is in GitLab before any app is: groups, the project of pipelines, config repositories. */
import type * as pulumi from "@pulumi/pulumi";
import type { Estate, Team } from "../../estate/model";
import { guardedGroup } from "../../estate/names";
import { configAt, mergePlans } from "../../estate/flows/plan";
import { awaited, reportsIn } from "../../estate/rollouts";
import { configPlans } from "../apps/plan";
import { configGateFile } from "../ci/approvals";
import { includedFiles, includedVersion } from "../ci/included";
import { promotionSettings } from "../ci/settings";
import type { HookedRepository } from "../engines/engine";
import { ConfigRepository } from "../gitlab/configRepository";
import type { PushHook } from "../gitlab/pushHook";
import { EstateGroup, GuardedGroup, TeamGroup } from "../gitlab/group";
import { existingRoles } from "../gitlab/existingRoles";
import { asking, existingGroup } from "../gitlab/lookup";
import { lookUpPeople, type People } from "../gitlab/people";
import type { IncludedPipelinesAt } from "../gitlab/project";
import { PipelinesProject } from "../gitlab/pipelinesProject";
import type { Providers } from "../providers";
import { byKey, mapInTurns, mapValues, required } from "../support/maps";
import { isAppProtected, isEstateProtected, isTeamProtected } from "../support/protected";
import { type Gates, gatesOf } from "./gates";

/** What is in GitLab before any app is. */
export interface Repositories {
    readonly group: EstateGroup;
    /** By team. */
    readonly teams: Readonly<Record<string, TeamGroup>>;
    /** By full path. */
    readonly configs: Readonly<Record<string, ConfigRepository>>;
    /** All that the estate names, missing ones included. */
    readonly people: People;
    readonly pipelines: IncludedPipelinesAt;
    readonly gates: Gates;
}

/** Declares groups, the project of pipelines, and the config repositories. */
export async function repositories(
    estate: Estate,
    { gitlab: provider }: Providers,
    hooks: (repository: HookedRepository) => Readonly<Record<string, PushHook>>,
    hookToken: pulumi.Input<string>,
): Promise<Repositories> {
    const { gitlab } = estate;
    const guarded = guardedTeams(estate);
    const lookup = { provider };
    const [existing, teamRoles, guardedRoles, people] = await asking(gitlab, () =>
        Promise.all([
            existingGroup(gitlab, lookup),
            existingRoles(gitlab, estate.teams, lookup),
            existingRoles(gitlab, guarded, lookup),
            lookUpPeople(estate.teams, lookup),
        ]),
    );
    const options = { providers: [provider] };
    const group = new EstateGroup(
        "group",
        { gitlab, ...(existing && { existing }), deletionProtection: isEstateProtected(estate) },
        options,
    );
    const teams = mapValues(
        estate.teams,
        (team) =>
            new TeamGroup(
                `team-${team.name}`,
                {
                    team,
                    gitlab,
                    parentId: group.groupId,
                    deletionProtection: isTeamProtected(estate, team.name),
                    existingRoles: teamRoles[team.name] ?? {},
                    people,
                },
                options,
            ),
    );
    const pipelines = pipelinesProject(estate, group, teams, options);
    const guardedGroups = mapValues(
        guarded,
        ({ name }) =>
            new GuardedGroup(
                `guarded-${name}`,
                {
                    path: guardedGroup(gitlab.group, name),
                    team: required(estate.teams, name, "team"),
                    gitlab,
                    parentId: group.groupId,
                    deletionProtection: isTeamProtected(estate, name),
                    existingRoles: guardedRoles[name] ?? {},
                    people,
                },
                options,
            ),
    );
    const gates = gatesOf(estate, pipelines, hookToken);
    const configs = await configRepositories(
        estate,
        { teams, guardedGroups, pipelines, gates, hooks },
        options,
    );
    return { group, teams, configs, people, pipelines, gates };
}

/** The project that pipelines are included from. */
function pipelinesProject(
    estate: Estate,
    { groupId: parentId }: EstateGroup,
    teams: Readonly<Record<string, TeamGroup>>,
    options: pulumi.ComponentResourceOptions,
): IncludedPipelinesAt {
    const files = includedFiles(estate.gitlab.approvalGate !== undefined);
    const version = includedVersion(files);
    const { ready } = new PipelinesProject(
        "pipelines",
        {
            pipelines: estate.pipelines,
            gitlab: estate.gitlab,
            parentId,
            teams: mapValues(teams, ({ groupId }) => groupId),
            files,
            version,
            deletionProtection: isEstateProtected(estate),
        },
        options,
    );
    return { project: estate.pipelines.fullPath, version, ready };
}

/** By full path. */
function configRepositories(
    estate: Estate,
    made: Pick<Repositories, "teams" | "pipelines" | "gates"> & {
        readonly guardedGroups: Readonly<Record<string, GuardedGroup>>;
        readonly hooks: (repository: HookedRepository) => Readonly<Record<string, PushHook>>;
    },
    options: pulumi.ComponentResourceOptions,
): Promise<Record<string, ConfigRepository>> {
    const plans = byKey(
        configPlans(estate),
        (plan) => plan.at.fullPath,
        (plan) => plan,
    );
    return mapInTurns(plans, ({ name, team: owner, at: { fullPath }, apps, environments, audience }) => {
        const team = required(made.teams, owner, "team");
        const gate = made.gates(
            mergePlans(apps.flatMap((app) => configAt(app, fullPath)?.plan ?? [])),
            apps,
            configGateFile(apps, fullPath),
        );
        return new ConfigRepository(
            name,
            {
                fullPath,
                apps,
                environments,
                gitlab: estate.gitlab,
                network: estate.network,
                settings: byKey(
                    apps,
                    (app) => app.name,
                    (app) => promotionSettings(estate, app),
                ),
                pipelines: made.pipelines,
                credentials: estate.credentials,
                audience,
                groupId:
                    audience === "team"
                        ? team.groupId
                        : required(made.guardedGroups, owner, "guarded group of").groupId,
                approverIds: team.maintainerIds,
                ...(gate && { gate }),
                reportsCommits: reportsIn(estate, apps),
                awaited: awaited(estate, apps, fullPath),
                hooks: made.hooks({ team: owner, fullPath }),
                deletionProtection: apps.some(isAppProtected),
            },
            options,
        );
    });
}

/** Teams with config repositories that only maintainers see: who is in the group of those, by team. */
function guardedTeams({ teams, gitlab, ...estate }: Estate): Record<string, Team> {
    const used = new Set(
        configPlans(estate)
            .filter(({ audience }) => audience === "maintainers")
            .map(({ team }) => team),
    );
    return Object.fromEntries(
        Object.entries(teams)
            .filter(([name]) => used.has(name))
            .map(([name, team]) => [
                name,
                { ...team, group: guardedGroup(gitlab.group, name), developers: [] },
            ]),
    );
}
