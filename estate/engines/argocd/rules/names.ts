import type { App, Estate } from "../../../model";
import { clashes } from "../../../repeated";
import type { AppsRule, Finding } from "../../../rules/rule";
import type { EngineName } from "../../engine";
import {
    applicationName,
    applications,
    appProjectName,
    previewApplication,
    previewRelease,
    previewSet,
} from "../names";
import { teamProjects } from "../projects";

/** Names that must not meet. */
export const argocdNameRules: readonly AppsRule[] = [
    {
        id: "unique-application",
        rule: "must be an Application of its own",
        severity: "error",
        check: (_, apps) =>
            clashes(
                delivered(apps).map(({ path, value, owner }) => ({ key: value, path, value, owner })),
                "rename one of the apps, environments or clusters",
            ),
    },
    {
        id: "unique-team-project",
        rule: "must be an AppProject of its own",
        severity: "error",
        check: ({ estate }) =>
            clashes(
                Object.values(estate.teams).flatMap((team) =>
                    teamProjects(estate, team).map((project) => ({
                        key: project.name,
                        path: `teams.${team.name}`,
                        value: project.name,
                        owner: `team ${team.name}`,
                    })),
                ),
                "rename one of the teams",
            ),
    },
];

/** Applications, with where in the spec each comes from. */
function delivered(apps: readonly App[]): { path: string; value: string; owner: string }[] {
    return apps.flatMap((app) =>
        app.environments.flatMap((each) =>
            Object.values(applications(app, each)).map((value) => ({
                path: `apps.${app.name}.environments.${each.environment}`,
                value,
                owner: `${app.name} in ${each.environment}`,
            })),
        ),
    );
}

/** Every name Argo CD gets. */
export function argocdNames(estate: Estate): EngineName[] {
    const apps = Object.values(estate.apps).filter((app) => app.engine === "argocd");
    return [
        ...Object.values(estate.teams).flatMap((team) =>
            teamProjects(estate, team).map(({ name }) => ({
                path: `teams.${team.name}`,
                value: name,
                form: appProjectName,
            })),
        ),
        ...delivered(apps).map(({ path, value }) => ({ path, value, form: applicationName })),
        ...apps
            .filter(({ previews }) => previews !== undefined)
            .flatMap(({ name }) =>
                [
                    previewApplication(name, "99999999"),
                    previewRelease(name, "99999999"),
                    previewSet(name),
                ].map((value) => ({ path: `apps.${name}.previews`, value, form: applicationName })),
            ),
    ];
}

/** Names that Argo CD has for itself. */
export function argocdReserved(estate: Estate): Finding[] {
    const accounts = Object.keys(estate.argocd.accounts)
        .filter((account) => account === "admin")
        .map((account) => ({
            path: `argocd.accounts.${account}`,
            value: account,
            rule: "must not be Argo CD's built-in account",
            fix: "use argocd.adminEnabled for it, or choose another name",
        }));
    const projects = Object.values(estate.teams).flatMap((team) =>
        teamProjects(estate, team)
            .filter((project) => project.name === "default")
            .map((project) => ({
                path: `teams.${team.name}`,
                value: project.name,
                rule: "must not be Argo CD's own AppProject, which is closed to all",
                fix: "rename the team",
            })),
    );
    return [...accounts, ...projects];
}
