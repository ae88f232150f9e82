import { engineOf } from "../engines";
import type { Estate } from "../model";
import {
    branchName,
    folderName,
    gitlabPathElement,
    guardedGroup,
    harborProjectName,
    nameFault,
    namespaceName,
    promotionRobot,
    robotName,
    type NameRule,
} from "../names";
import { placesOf } from "../previews";
import { clashes } from "../repeated";
import type { Checked, Finding, Rule } from "./rule";

/** Routes of GitLab itself, which it refuses as the path of a project or a subgroup, in any case of letters. */
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

/** What GitLab itself serves at its root: none of it can be a top-level group. */
const gitlabRoot = new Set([
    ...["-", ".well-known", "404.html", "422.html", "500.html", "502.html", "503.html", "admin", "api"],
    ...[
        "apple-touch-icon.png",
        "assets",
        "dashboard",
        "deploy.html",
        "explore",
        "favicon.ico",
        "favicon.png",
    ],
    ...["files", "groups", "health_check", "help", "import", "jwt", "login", "oauth", "profile", "projects"],
    ...["public", "robots.txt", "s", "search", "sitemap", "sitemap.xml", "sitemap.xml.gz"],
    ...["slash-command-logo.png", "snippets", "unsubscribes", "uploads", "users", "v2"],
]);

/** Files at the top of a config repository, made by GitLab with the project or seeded. */
const repositoryFiles = new Set(["README.md", ".gitlab-ci.yml", "Jenkinsfile"]);

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
        id: "unique-pipelines",
        rule: "must be the path of a project of its own",
        severity: "error",
        check: besideTeams,
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
        id: "folder-file",
        rule: "must not be a file that the repository starts with, or below one",
        severity: "error",
        check: ({ estate }) =>
            Object.values(estate.apps).flatMap((app) => {
                const [first = ""] = app.config.folder.split("/");
                return repositoryFiles.has(first)
                    ? [
                          {
                              path: `apps.${app.name}.config.folder`,
                              value: app.config.folder,
                              fix: `choose another folder, e.g. ${app.name}`,
                          },
                      ]
                    : [];
            }),
    },
    {
        id: "reserved-name",
        rule: "must not be a reserved name",
        severity: "error",
        check: reserved,
    },
    {
        id: "derived-name",
        rule: "must be a valid name",
        severity: "error",
        check: derived,
    },
];

interface Occurrence {
    readonly app: string;
    readonly each: Estate["apps"][string]["environments"][number];
}

function everywhere(estate: Estate): Occurrence[] {
    return Object.values(estate.apps).flatMap((app) =>
        placesOf(app).map((each) => ({ app: app.name, each })),
    );
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

/** Groups of teams, and the project for pipelines beside them. */
function besideTeams({ estate }: Checked): Finding[] {
    const groups = [
        ...Object.values(estate.teams).map(({ name, group }) => ({
            path: group,
            owner: `the group of team ${name}`,
        })),
        ...Object.values(estate.apps).flatMap(({ team, plan }) =>
            plan.configs
                .filter(({ audience }) => audience === "maintainers")
                .map(() => ({
                    path: guardedGroup(estate.gitlab.group, team),
                    owner: `the group of what runs in prod of team ${team}`,
                })),
        ),
    ];
    const { fullPath, path } = estate.pipelines;
    const found = groups.find((each) => each.path.toLowerCase() === fullPath.toLowerCase());
    return found === undefined
        ? []
        : [
              {
                  path: "pipelines.path",
                  value: path,
                  fix: `${found.owner} has it: give the project another path`,
              },
          ];
}

/** How deep groups of GitLab may lie in each other. */
const gitlabLevels = 20;

/** Namespaces every cluster comes with. */
const kubernetesNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

function reserved({ spec, estate, context }: Checked): Finding[] {
    const used = estate.engines.map((name) => [name, engineOf(name, context.engines)] as const);
    const taken = new Set(["default", ...used.map(([, engine]) => engine.namespace(spec))]);
    const titles = used.map(([, { title }]) => title);
    const namespaces = everywhere(estate)
        .filter(({ each }) => taken.has(each.namespace) || each.namespace.startsWith("kube-"))
        .map(({ app, each }) => ({
            path: `apps.${app}.environments.${each.environment}.namespace`,
            value: each.namespace,
            rule: `must not be a namespace of ${["Kubernetes", ...titles].join(" or ")}`,
            fix: "choose another namespace",
        }));
    const own = used.map(([name, engine]) => ({ name, namespace: engine.namespace(spec) }));
    const hosts = own
        .filter(({ namespace }) => kubernetesNamespaces.includes(namespace))
        .map(({ name, namespace }) => ({
            path: `${name}.namespace`,
            value: namespace,
            rule: "must not be a namespace of Kubernetes",
            fix: `choose another namespace, e.g. ${name}`,
        }));
    const paths = Object.values(estate.apps).flatMap((app) =>
        [
            { path: `apps.${app.name}.repository.path`, value: app.repository.path },
            { path: `apps.${app.name}.config.path`, value: app.config.path },
        ]
            .filter(({ value }) => gitlabRoutes.has(value.toLowerCase()))
            .map((each) => ({ ...each, rule: "must not be a route of GitLab", fix: "choose another path" })),
    );
    return [
        ...namespaces,
        ...hosts,
        ...paths,
        ...groups(estate),
        ...[estate.pipelines]
            .filter(({ path }) => gitlabRoutes.has(path.toLowerCase()))
            .map(({ path }) => ({
                path: "pipelines.path",
                value: path,
                rule: "must not be a route of GitLab",
                fix: "choose another path",
            })),
        ...used.flatMap(([, engine]) => engine.reserved(estate)),
    ];
}

/** Groups that the estate makes and GitLab has no room for. */
function groups({ gitlab: { group, createGroup }, teams }: Estate): Finding[] {
    const route = "must not be a route of GitLab";
    const elements = group.toLowerCase().split("/");
    const last = elements.at(-1) ?? "";
    const taken = elements.length === 1 ? gitlabRoot : gitlabRoutes;
    const levels = elements.length + 1;
    return [
        ...(/^\d+$/.test(group)
            ? [
                  {
                      path: "gitlab.group",
                      value: group,
                      rule: "must not be a number: GitLab's API takes it for the id of another group",
                      fix: createGroup
                          ? "choose another group, e.g. with a word before the number"
                          : "change the group's path, or choose another group",
                  },
              ]
            : []),
        ...(levels > gitlabLevels
            ? [
                  {
                      path: "gitlab.group",
                      value: group,
                      rule: `must leave room for the groups of teams: GitLab has ${gitlabLevels} levels of groups, and these would be ${levels}`,
                      fix: "choose a group further up",
                  },
              ]
            : []),
        ...(createGroup && taken.has(last)
            ? [{ path: "gitlab.group", value: group, rule: route, fix: "choose another group" }]
            : []),
        ...Object.keys(teams)
            .filter((name) => gitlabRoutes.has(name))
            .map((name) => ({
                path: `teams.${name}`,
                value: name,
                rule: `${route}: a team is a group there`,
                fix: `rename the team, e.g. team-${name}`,
            })),
    ];
}

/** Names are built to be valid; this proves it for a spec, and catches what only the whole name breaks. */
function derived({ estate, context }: Checked): Finding[] {
    const at = (path: string, value: string, rule: NameRule): Finding[] => {
        const fault = nameFault(value, rule);
        return fault === undefined
            ? []
            : [{ path, value, rule: `must be valid: ${fault}`, fix: "rename a part of it" }];
    };
    return [
        // Those above it exist already, whatever they are called.
        ...(estate.gitlab.createGroup
            ? at("gitlab.group", estate.gitlab.group.split("/").at(-1) ?? "", gitlabPathElement)
            : []),
        ...estate.engines
            .flatMap((name) => engineOf(name, context.engines).names(estate))
            .flatMap(({ path, value, form }) => at(path, value, form)),
        ...Object.values(estate.apps).flatMap((app) => [
            ...at(`apps.${app.name}.repository.path`, app.repository.path, gitlabPathElement),
            ...at(`apps.${app.name}.config.path`, app.config.path, gitlabPathElement),
            ...at(`apps.${app.name}.config.folder`, app.config.folder, folderName),
            ...[app.plan.source, ...app.plan.configs.map(({ plan }) => plan)]
                .flatMap(({ branches }) => branches)
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
            ];
        }),
    ];
}
