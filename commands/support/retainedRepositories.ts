/**
 * Config repositories that no app has any more while their apps stay: an app whose flow had one for prod, and now has none.
 * Such a repository holds what ran and when, so it is not deleted, protected or not: with its group, its environments and the
 * protections of its branches it leaves the stack before the update, and stays on GitLab until a person deletes it. Its
 * tokens, hooks and variables are no history: the update takes them back. Pure.
 */
import type { Estate } from "../../estate/model";
import { liveResources, type ExportedStack, type StateResource } from "./exported";
import { retainedLine } from "./retained";
import { nameOf } from "./urn";

/** What stays on GitLab without the stack. */
export interface RetainedRepository {
    /** Full path of the repository, or of the group that was for such repositories alone. */
    readonly path: string;
    readonly kind: "repository" | "group";
    /** URNs of what stays. */
    readonly retained: readonly string[];
}

/** What belongs to a repository or group and is no credential. */
const stays =
    /^gitlab:index\/\w+:(Project|Group|GroupMembership|Branch|BranchProtection|TagProtection|RepositoryFile|ProjectEnvironment|ProjectProtectedEnvironment)$/;

/** The repositories, and groups that nothing is left in. */
export function retainedRepositories(
    { apps, gitlab }: Pick<Estate, "apps" | "gitlab">,
    exported: ExportedStack,
): RetainedRepository[] {
    const live = liveResources(exported);
    const planned = new Set(
        Object.values(apps).flatMap(({ plan }) => plan.configs.map(({ at }) => at.fullPath)),
    );
    const guarded = (type: string): StateResource[] =>
        live.filter((each) => each.type === type && /^guarded-/.test(nameOf(each.urn)));
    const below = (component: StateResource): StateResource[] =>
        live.filter(({ parent }) => parent === component.urn);
    const left = (
        component: StateResource,
        kind: RetainedRepository["kind"],
        pathOf: (own: readonly StateResource[]) => string,
    ): RetainedRepository => {
        const own = below(component).filter(({ type }) => stays.test(type));
        return { path: pathOf(own), kind, retained: own.map(({ urn }) => urn) };
    };
    const repositories = guarded("gitops-estate:gitlab:ConfigRepository")
        .filter((component) => isOfStayingApp(component, apps))
        .map((component) =>
            left(component, "repository", (own) =>
                String(
                    own.find(({ type }) => type === "gitlab:index/project:Project")?.outputs?.[
                        "pathWithNamespace"
                    ],
                ),
            ),
        )
        .filter(({ path, retained }) => retained.length > 0 && !planned.has(path));
    const groups = guarded("gitops-estate:gitlab:GuardedGroup")
        .map((component) =>
            left(component, "group", (own) => {
                const found = own.find(({ type }) => type === "gitlab:index/group:Group");
                const known = found?.outputs?.["fullPath"];
                return typeof known === "string"
                    ? known
                    : `${gitlab.group}/${String(found?.inputs?.["path"])}`;
            }),
        )
        // A group goes with its team, or with its apps; here its apps stay, and need it no more.
        .filter(
            ({ path }) =>
                repositories.some((each) => each.path.startsWith(`${path}/`)) &&
                ![...planned].some((each) => each.startsWith(`${path}/`)),
        );
    // A state has them in the order in which servers answered.
    return [repositories, groups].flatMap((each) =>
        [...each].sort((one, other) => (one.path < other.path ? -1 : 1)),
    );
}

/** Whether the app of a repository, or one of the team that shares it, is still there. */
function isOfStayingApp({ urn }: StateResource, apps: Estate["apps"]): boolean {
    const [, shared, of = ""] = /^guarded-(team-)?config-(.+)$/.exec(nameOf(urn)) ?? [];
    return shared === undefined
        ? Object.hasOwn(apps, of)
        : Object.values(apps).some(({ team, config }) => team === of && config.scope === "team");
}

/** What becomes of them, in words; undefined where there are none. @param writes whether it is done now. */
export function retainedRepositoriesLine(
    left: readonly RetainedRepository[],
    writes: boolean,
): string | undefined {
    return left.length === 0
        ? undefined
        : retainedLine(
              `Needed by no flow any more: ${left.map(({ kind, path }) => `${kind} ${path}`).join(", ")}`,
              "on GitLab with its history",
              "nothing of it",
              writes,
          );
}
