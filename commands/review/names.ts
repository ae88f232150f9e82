/** What an object is called where people see it: by its server, and in what it lies. Pure. */
import type { Estate, Language } from "../../estate/model";
import { kindOf, listOf, mapOf, textOf, type Change } from "./change";
import { code, nounOf } from "./nouns";
import { isThere } from "./standing";

/** Names objects, and finds what they lie in. */
export interface Names {
    /** `namespace web-prod on cluster member2`, as text with code in it. */
    readonly titled: (each: Change) => string;
    /** The same without the noun. */
    readonly name: (each: Change) => string;
    /** The object that this one goes with: its namespace, repository or image project. */
    readonly containerOf: (each: Change) => Change | undefined;
    /** Full path of the repository an object of GitLab is about, or its last element. */
    readonly repositoryOf: (each: Change) => string | undefined;
}

/** Namespaces that hold more than one app's objects are no reason to leave those out. */
export function naming(changes: readonly Change[], estate: Estate, language: Language): Names {
    const zh = language === "zh";
    const projects = changes.filter(({ type }) => type === "gitlab:index/project:Project");
    const byId = new Map(projects.flatMap((each) => (each.id === undefined ? [] : [[each.id, each]])));
    const byParent = new Map(projects.map((each) => [each.parent ?? "", each]));
    const images = new Map(
        changes
            .filter(({ type }) => type === "harbor:index/project:Project")
            .map((each) => [each.parent ?? "", each]),
    );
    const namespaces = new Map(
        changes
            .filter(({ type }) => kindOf(type) === "Namespace")
            .map((each) => [`${clusterOf(each)} ${metadata(each)["name"] as string}`, each]),
    );
    const repository = (each: Change): Change | undefined => {
        if (!each.type.startsWith("gitlab:") || each.type === "gitlab:index/project:Project") {
            return undefined;
        }
        const project = textOf(shown(each)["project"]) ?? "";
        const prefixed = projects.find(({ parent = "" }) => {
            const component = parent.split("::").at(-1) ?? "";
            return component !== "" && each.name.startsWith(`${component}-`);
        });
        return (
            byId.get(project) ?? byParent.get(each.parent ?? "") ?? prefixed ?? appRepository(each, projects)
        );
    };
    const containerOf = (each: Change): Change | undefined => {
        const [server] = each.type.split(":");
        if (server === "gitlab") {
            return repository(each);
        }
        if (server === "harbor") {
            return each.type === "harbor:index/project:Project" ? undefined : images.get(each.parent ?? "");
        }
        const namespace = textOf(metadata(each)["namespace"]);
        return namespace === undefined ? undefined : namespaces.get(`${clusterOf(each)} ${namespace}`);
    };
    const groups = new Map(
        changes.flatMap((each) =>
            each.type === "gitlab:index/group:Group" && each.id !== undefined
                ? [[each.id, shown(each)] as const]
                : [],
        ),
    );
    /** Paths of the groups that the stack has or had around something, the outermost first. */
    const groupsOf = (id: unknown): string[] => {
        const group = groups.get(String(id));
        const path = textOf(group?.["path"]);
        return path === undefined ? [] : [...groupsOf(group?.["parentId"]), path];
    };
    const pathOf = (each: Change): string => {
        const path = textOf(shown(each)["path"]) ?? textOf(shown(each)["name"]) ?? each.name;
        const known = Object.values(estate.apps)
            .flatMap(({ repository: { fullPath }, plan: { configs } }) => [
                { full: fullPath, guarded: false },
                ...configs.map(({ at, audience }) => ({
                    full: at.fullPath,
                    guarded: audience === "maintainers",
                })),
            ])
            // Repositories of one path differ in who sees them, and the name of the resource says it.
            .find(
                ({ full, guarded }) =>
                    full.endsWith(`/${path}`) && guarded === each.name.startsWith("guarded-"),
            )?.full;
        return known ?? [...groupsOf(shown(each)["namespaceId"]), path].join("/");
    };
    const repositoryOf = (each: Change): string | undefined => {
        const found = each.type === "gitlab:index/project:Project" ? each : repository(each);
        return found === undefined ? undefined : pathOf(found);
    };
    const inside = (name: string, where: string | undefined, word: "of" | "in" | "on"): string => {
        if (where === undefined) {
            return code(name);
        }
        const chinese = { of: "属于", in: "位于", on: "位于" }[word];
        return zh ? `${code(name)}（${chinese} ${code(where)}）` : `${code(name)} ${word} ${code(where)}`;
    };
    const name = (each: Change): string => {
        const properties = shown(each);
        const kind = kindOf(each.type);
        const [server] = each.type.split(":");
        if (server === "kubernetes") {
            const own = textOf(metadata(each)["name"]) ?? each.name;
            const namespace = textOf(metadata(each)["namespace"]);
            const full = namespace === undefined ? own : `${namespace}/${own}`;
            const cluster = clusterOf(each);
            return cluster === ""
                ? code(full)
                : zh
                  ? `${code(full)}（集群 ${code(cluster)}）`
                  : `${code(full)} on cluster ${code(cluster)}`;
        }
        if (server === "harbor") {
            if (kind === "Project" || kind === "RobotAccount") {
                const registry = registryOf(each);
                const short = textOf(properties["name"]) ?? each.name;
                // Harbor itself writes a robot of one project so.
                const [permission] = listOf(properties["permissions"]);
                const project =
                    properties["level"] === "project" ? textOf(mapOf(permission)["namespace"]) : undefined;
                const own = project === undefined ? short : `${project}+${short}`;
                return registry === ""
                    ? code(own)
                    : zh
                      ? `${code(own)}（Harbor ${code(registry)}）`
                      : `${code(own)} in Harbor ${code(registry)}`;
            }
            const project = containerOf(each);
            return code(textOf(project === undefined ? undefined : shown(project)["name"]) ?? each.name);
        }
        switch (kind) {
            case "Project":
                return code(pathOf(each));
            case "Group":
                return code(
                    [...groupsOf(properties["parentId"]), textOf(properties["path"]) ?? each.name].join("/"),
                );
            case "GroupMembership": {
                const [, team = "", person = ""] = /^team-(.+)-member-(.+)$/.exec(each.name) ?? [];
                return team === "" ? code(each.name) : inside(person, team, "in");
            }
            case "RepositoryFile":
                return inside(textOf(properties["filePath"]) ?? each.name, repositoryOf(each), "in");
            default: {
                const own = ["branch", "tag", "key", "environment", "name", "title"]
                    .map((key) => textOf(properties[key]))
                    .find((found) => found !== undefined);
                return own === undefined
                    ? code(repositoryOf(each) ?? each.name)
                    : inside(own, repositoryOf(each), "of");
            }
        }
    };
    const titled = (each: Change): string => {
        const { en, zh: chinese } = nounOf(each.type);
        if (["ProjectLevelMrApprovals", "ProjectPushRules"].includes(kindOf(each.type))) {
            return zh ? `${name(each)} 的${chinese}` : `${en[0]} of ${name(each)}`;
        }
        return zh ? `${chinese} ${name(each)}` : `${en[0]} ${name(each)}`;
    };
    return { titled, name, containerOf, repositoryOf };
}

/** CI variables of an app lie beside its repository, not below it. */
function appRepository(each: Change, projects: readonly Change[]): Change | undefined {
    const component = /^app-.+$/.exec(each.parent?.split("::").at(-1) ?? "")?.[0];
    return component === undefined
        ? undefined
        : projects.find(({ parent = "" }) => {
              const own = parent.split("::").at(-1) ?? "";
              return own.endsWith("-repository") && component.startsWith(own.replace(/repository$/, ""));
          });
}

/** As it is to be, or as it was where it goes. */
export function shown(each: Change): Readonly<Record<string, unknown>> {
    return (isThere(each, "after") ? each.after : each.before) ?? each.before ?? {};
}

function metadata(each: Change): Readonly<Record<string, unknown>> {
    return mapOf(shown(each)["metadata"]);
}

/** Name of the cluster an object lies on, or nothing. */
export function clusterOf({ providers, kind }: Change): string {
    const provider = kind === "delete" ? providers.before : (providers.after ?? providers.before);
    return /^cluster-(.+)$/.exec(provider ?? "")?.[1] ?? "";
}

function registryOf({ providers, kind }: Change): string {
    const provider = kind === "delete" ? providers.before : (providers.after ?? providers.before);
    return /^harbor-(.+)$/.exec(provider ?? "")?.[1] ?? "";
}
