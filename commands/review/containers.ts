/** What an object lies in: its namespace, repository, image project, groups. Pure. */
import type { Estate } from "../../estate/model";
import { kindOf, mapOf, textOf, type Change } from "./change";
import { isThere } from "./snapshot";

/** Finds what objects lie in. */
export interface Containers {
    /** The object that this one goes with: its namespace, repository or image project. */
    readonly containerOf: (each: Change) => Change | undefined;
    /** Full path of the repository an object of GitLab is about, or its last element. */
    readonly repositoryOf: (each: Change) => string | undefined;
    /** The same of a repository itself. */
    readonly pathOf: (project: Change) => string;
    /** Paths of the groups that the stack has or had around something, the outermost first. */
    readonly groupsOf: (id: unknown) => string[];
}

const projectType = "gitlab:index/project:Project";
const imagesType = "harbor:index/project:Project";

/** Looks through all that a stack has or had, whether it changes or not. */
export function containersIn(changes: readonly Change[], estate: Estate): Containers {
    const repository = repositoriesIn(changes);
    const groupsOf = groupsIn(changes);
    const images = new Map(
        changes.filter(({ type }) => type === imagesType).map((each) => [each.parent ?? "", each]),
    );
    const namespaces = new Map(
        changes
            .filter(({ type }) => kindOf(type) === "Namespace")
            .map((each) => [`${clusterOf(each)} ${metadataOf(each)["name"] as string}`, each]),
    );
    const pathOf = (project: Change): string =>
        declaredPath(project, estate) ??
        [...groupsOf(shown(project)["namespaceId"]), lastOfPath(project)].join("/");
    return {
        groupsOf,
        pathOf,
        containerOf: (each) => {
            const [server] = each.type.split(":");
            if (server === "gitlab") {
                return repository(each);
            }
            if (server === "harbor") {
                return each.type === imagesType ? undefined : images.get(each.parent ?? "");
            }
            const namespace = textOf(metadataOf(each)["namespace"]);
            return namespace === undefined ? undefined : namespaces.get(`${clusterOf(each)} ${namespace}`);
        },
        repositoryOf: (each) => {
            const found = each.type === projectType ? each : repository(each);
            return found === undefined ? undefined : pathOf(found);
        },
    };
}

/** Which repository an object of GitLab is about; a repository is about none. */
function repositoriesIn(changes: readonly Change[]): (each: Change) => Change | undefined {
    const projects = changes.filter(({ type }) => type === projectType);
    const byId = new Map(projects.flatMap((each) => (each.id === undefined ? [] : [[each.id, each]])));
    const byParent = new Map(projects.map((each) => [each.parent ?? "", each]));
    return (each) => {
        if (!each.type.startsWith("gitlab:") || each.type === projectType) {
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

function groupsIn(changes: readonly Change[]): Containers["groupsOf"] {
    const groups = new Map(
        changes.flatMap((each) =>
            each.type === "gitlab:index/group:Group" && each.id !== undefined
                ? [[each.id, shown(each)] as const]
                : [],
        ),
    );
    const groupsOf = (id: unknown): string[] => {
        const group = groups.get(String(id));
        const path = textOf(group?.["path"]);
        return path === undefined ? [] : [...groupsOf(group?.["parentId"]), path];
    };
    return groupsOf;
}

function lastOfPath(project: Change): string {
    return textOf(shown(project)["path"]) ?? textOf(shown(project)["name"]) ?? project.name;
}

/** Full path of a repository that the spec names; its groups need not be in the stack. */
function declaredPath(project: Change, estate: Estate): string | undefined {
    return (
        Object.values(estate.apps)
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
                    full.endsWith(`/${lastOfPath(project)}`) &&
                    guarded === project.name.startsWith("guarded-"),
            )?.full
    );
}

/** As it is to be, or as it was where it goes. */
export function shown(each: Change): Readonly<Record<string, unknown>> {
    return (isThere(each, "after") ? each.after : each.before) ?? each.before ?? {};
}

/** Name, namespace and labels of an object of Kubernetes. */
export function metadataOf(each: Change): Readonly<Record<string, unknown>> {
    return mapOf(shown(each)["metadata"]);
}

/** Name of the cluster an object lies on, or nothing. */
export function clusterOf({ providers, kind }: Change): string {
    const provider = kind === "delete" ? providers.before : (providers.after ?? providers.before);
    return /^cluster-(.+)$/.exec(provider ?? "")?.[1] ?? "";
}

/** Name of the registry an object lies on, or nothing. */
export function registryOf({ providers, kind }: Change): string {
    const provider = kind === "delete" ? providers.before : (providers.after ?? providers.before);
    return /^harbor-(.+)$/.exec(provider ?? "")?.[1] ?? "";
}
