import type { Estate } from "../model";
import {
    applicationName,
    appProjectName,
    branchName,
    folderName,
    gitlabPathElement,
    harborProjectName,
    nameFault,
    namespaceName,
    promotionRobot,
    robotName,
    type NameRule,
} from "../names";
import { repeated } from "./repeated";
import type { Checked, Finding, Rule } from "./rule";

/** Routes of GitLab itself, which it refuses as the last element of a project's path. */
const gitlabRoutes = new Set([
    ...[
        "-",
        "badges",
        "blame",
        "blob",
        "builds",
        "commits",
        "create",
        "create_dir",
        "edit",
        "files",
        "find_file",
    ],
    ...["new", "preview", "raw", "refs", "tree", "update", "wikis"],
]);

/** Derived names: where they meet, and where they are not allowed. */
export const nameRules: readonly Rule[] = [
    {
        id: "unique-project",
        rule: "must be a Harbor project of its own",
        severity: "error",
        check: ({ estate }) =>
            clashes(
                everywhere(estate).map(({ app, each }) => ({
                    key: `${each.registry} ${each.project}`,
                    path: `apps.${app}.environments.${each.environment}`,
                    value: each.project,
                    owner: `${app} in ${each.environment}`,
                })),
                "rename one of the apps or environments",
            ),
    },
    {
        id: "unique-namespace",
        rule: "must be a namespace of its own on every cluster",
        severity: "error",
        check: ({ estate }) =>
            clashes(
                everywhere(estate).flatMap(({ app, each }) =>
                    each.clusters.map((cluster) => ({
                        key: `${cluster} ${each.namespace}`,
                        path: `apps.${app}.environments.${each.environment}.namespace`,
                        value: `${each.namespace} on ${cluster}`,
                        owner: `${app} in ${each.environment}`,
                    })),
                ),
                "give one of them another namespace",
            ),
    },
    {
        id: "unique-application",
        rule: "must be an Application of its own",
        severity: "error",
        check: ({ estate }) =>
            clashes(
                everywhere(estate).flatMap(({ app, each }) =>
                    Object.values(each.applications).map((application) => ({
                        key: application,
                        path: `apps.${app}.environments.${each.environment}`,
                        value: application,
                        owner: `${app} in ${each.environment}`,
                    })),
                ),
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
                    team.projects.map((project) => ({
                        key: project.name,
                        path: `teams.${team.name}`,
                        value: project.name,
                        owner: `team ${team.name}`,
                    })),
                ),
                "rename one of the teams",
            ),
    },
    {
        id: "unique-robot",
        rule: "must be a system robot of its own",
        severity: "error",
        check: ({ estate }) =>
            clashes(
                Object.keys(estate.apps).map((app) => ({
                    key: promotionRobot(estate.name, app),
                    path: `apps.${app}`,
                    value: promotionRobot(estate.name, app),
                    owner: `app ${app}`,
                })),
                "rename one of the apps",
            ),
    },
    {
        id: "unique-repository",
        rule: "must be a repository of its own",
        severity: "error",
        check: repositories,
    },
    {
        id: "unique-folder",
        rule: "must not be in the folder of another app of the same repository",
        severity: "error",
        check: ({ estate }: Checked): Finding[] => {
            const apps = Object.values(estate.apps);
            return apps.flatMap((app, index) =>
                apps
                    .slice(0, index)
                    .filter(
                        (other) =>
                            other.config.scope === "team" &&
                            app.config.scope === "team" &&
                            other.config.fullPath === app.config.fullPath &&
                            nested(other.config.folder, app.config.folder),
                    )
                    .map((other) => ({
                        path: `apps.${app.name}.config.folder`,
                        value: app.config.folder,
                        fix: `app ${other.name} has ${other.config.folder}; choose a folder beside it`,
                    })),
            );
        },
    },
    {
        id: "reserved-name",
        rule: "must not be a reserved name",
        severity: "error",
        check: ({ estate }) => reserved(estate),
    },
    {
        id: "derived-name",
        rule: "must be a valid name",
        severity: "error",
        check: ({ estate }) => derived(estate),
    },
];

interface Occurrence {
    readonly app: string;
    readonly each: Estate["apps"][string]["environments"][number];
}

function everywhere(estate: Estate): Occurrence[] {
    return Object.values(estate.apps).flatMap((app) =>
        app.environments.map((each) => ({ app: app.name, each })),
    );
}

function clashes(items: Parameters<typeof repeated>[0], fix: string): Finding[] {
    return repeated(items).map(({ path, value, other }) => ({
        path,
        value,
        fix: `${other} has it too: ${fix}`,
    }));
}

function nested(a: string, b: string): boolean {
    return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function repositories({ estate }: { estate: Estate }): Finding[] {
    const apps = Object.values(estate.apps);
    const shared = new Set<string>();
    const items = apps.flatMap((app) => {
        const own = {
            // GitLab compares paths without case.
            key: app.repository.fullPath.toLowerCase(),
            path: `apps.${app.name}.repository.path`,
            value: app.repository.fullPath,
            owner: `app ${app.name}`,
        };
        const config = {
            key: app.config.fullPath.toLowerCase(),
            path: `apps.${app.name}.config.path`,
            value: app.config.fullPath,
            owner: `the config of ${app.config.scope === "team" ? `team ${app.team}` : `app ${app.name}`}`,
        };
        if (app.config.scope === "team" && shared.has(config.key)) {
            return [own];
        }
        if (app.config.scope === "team") {
            shared.add(config.key);
        }
        return [own, config];
    });
    return clashes(items, "give one of them another path");
}

function reserved(estate: Estate): Finding[] {
    const taken = new Set(["default", estate.argocd.namespace]);
    const namespaces = everywhere(estate)
        .filter(({ each }) => taken.has(each.namespace) || each.namespace.startsWith("kube-"))
        .map(({ app, each }) => ({
            path: `apps.${app}.environments.${each.environment}.namespace`,
            value: each.namespace,
            rule: "must not be a namespace of Kubernetes or Argo CD",
            fix: "choose another namespace",
        }));
    const argocd = ["default", "kube-system", "kube-public", "kube-node-lease"].includes(
        estate.argocd.namespace,
    )
        ? [
              {
                  path: "argocd.namespace",
                  value: estate.argocd.namespace,
                  rule: "must not be a namespace of Kubernetes",
                  fix: "choose another namespace, e.g. argocd",
              },
          ]
        : [];
    const paths = Object.values(estate.apps).flatMap((app) =>
        [
            { path: `apps.${app.name}.repository.path`, value: app.repository.path },
            { path: `apps.${app.name}.config.path`, value: app.config.path },
        ]
            .filter(({ value }) => gitlabRoutes.has(value))
            .map((each) => ({ ...each, rule: "must not be a route of GitLab", fix: "choose another path" })),
    );
    const accounts = Object.keys(estate.argocd.accounts)
        .filter((account) => account === "admin")
        .map((account) => ({
            path: `argocd.accounts.${account}`,
            value: account,
            rule: "must not be Argo CD's built-in account",
            fix: "use argocd.adminEnabled for it, or choose another name",
        }));
    const projects = Object.values(estate.teams).flatMap((team) =>
        team.projects
            .filter((project) => project.name === "default")
            .map((project) => ({
                path: `teams.${team.name}`,
                value: project.name,
                rule: "must not be Argo CD's own AppProject, which is closed to all",
                fix: "rename the team",
            })),
    );
    return [...namespaces, ...argocd, ...paths, ...accounts, ...projects];
}

/** Names are built to be valid; this proves it for a spec, and catches what only the whole name breaks. */
function derived(estate: Estate): Finding[] {
    const at = (path: string, value: string, rule: NameRule): Finding[] => {
        const fault = nameFault(value, rule);
        return fault === undefined
            ? []
            : [{ path, value, rule: `must be valid: ${fault}`, fix: "rename a part of it" }];
    };
    return [
        ...Object.values(estate.teams).flatMap((team) =>
            team.projects.flatMap((project) => at(`teams.${team.name}`, project.name, appProjectName)),
        ),
        ...Object.values(estate.apps).flatMap((app) => [
            ...at(`apps.${app.name}.repository.path`, app.repository.path, gitlabPathElement),
            ...at(`apps.${app.name}.config.path`, app.config.path, gitlabPathElement),
            ...at(`apps.${app.name}.config.folder`, app.config.folder, folderName),
            ...[...app.plan.source.branches, ...app.plan.config.branches]
                // A pattern is no name.
                .filter(({ name }) => !name.includes("*"))
                .flatMap(({ name }) => at(`apps.${app.name}.flow`, name, branchName)),
            ...at(`apps.${app.name}`, promotionRobot(estate.name, app.name), robotName),
        ]),
        ...everywhere(estate).flatMap(({ app, each }) => {
            const path = `apps.${app}.environments.${each.environment}`;
            return [
                ...at(`${path}.namespace`, each.namespace, namespaceName),
                ...at(path, each.project, harborProjectName),
                ...Object.values(each.applications).flatMap((name) => at(path, name, applicationName)),
            ];
        }),
    ];
}
