/**
 * Who may do what with an app, as its flow's plan says it: the same data that protections, groups and engines' rules are
 * made of. Pure.
 */
import { branchRules } from "../../estate/flows/accessLevels";
import type { Role } from "../../estate/flows/plan";
import type { App, Estate, Tier } from "../../estate/model";
import { enginesInWords } from "./engines";

/** People, by their role in the team's group; the owner is one of a group above, a stranger has no role. */
export const people = ["stranger", "guest", "developer", "maintainer", "owner"] as const;
export type Person = (typeof people)[number];

/** What a right comes to on GitLab. */
export interface GitLabAct {
    readonly kind: "read" | "work" | "push" | "merge" | "tag" | "variables";
    /** Full path of the project. */
    readonly project: string;
    /** Branch or tag, or a pattern of them with `*`, for what is done there. */
    readonly ref?: string;
}

/** Something that people do, and who of them may. */
export interface Right {
    /** The same in every run. */
    readonly id: string;
    readonly what: string;
    readonly who: readonly Person[];
    /** For tests that ask GitLab; absent for what another server decides. */
    readonly act?: GitLabAct;
}

function act(kind: GitLabAct["kind"], project: string, ref?: string): GitLabAct {
    return { kind, project, ...(ref === undefined ? {} : { ref }) };
}

const from = (lowest: Person): Person[] => people.slice(people.indexOf(lowest));
const roles: Readonly<Record<Role, readonly Person[]>> = {
    "no one": [],
    developer: from("developer"),
    maintainer: from("maintainer"),
};

/** All of them in private groups. @param tier of GitLab; what a licence adds are people named one by one. */
export function rightsOf(
    estate: Pick<Estate, "apps" | "environments">,
    app: App,
    tier: Tier,
): readonly Right[] {
    return [
        ...sourceRights(app, tier),
        ...configRights(app, tier),
        ...(enginesInWords[app.engine].rights?.(estate, app) ?? []),
    ];
}

function sourceRights({ plan, repository }: App, tier: Tier): Right[] {
    const { source } = plan;
    const at = (kind: GitLabAct["kind"], ref?: string): GitLabAct => act(kind, repository.fullPath, ref);
    return [
        {
            id: "source-read",
            what: "read the app repository",
            who: from("developer"),
            act: at("read"),
        },
        {
            id: "source-work",
            what: "push branches that are not protected, open merge requests",
            who: from("developer"),
            act: at("work"),
        },
        ...source.branches.flatMap((branch) => {
            const { push, merge } = branchRules(branch, source, tier);
            return [
                {
                    id: `source-push-${branch.name}`,
                    what: `push to \`${branch.name}\``,
                    who: roles[push],
                    act: at("push", branch.name),
                },
                {
                    id: `source-merge-${branch.name}`,
                    what: `merge into \`${branch.name}\``,
                    who: roles[merge],
                    act: at("merge", branch.name),
                },
            ];
        }),
        ...Object.values(source.tags).map(({ pattern, create }) => ({
            id: `source-tag-${pattern}`,
            what: `make tags \`${pattern}\``,
            who: roles[create],
            act: at("tag", pattern),
        })),
        {
            id: "source-variables",
            what: "see variables of the app repository",
            who: from("maintainer"),
            act: at("variables"),
        },
    ];
}

/** In a repository that only maintainers see, everybody below has no role at all. */
function configRights({ plan }: App, tier: Tier): Right[] {
    return plan.configs.flatMap(({ at, plan: repository, environments, audience }) => {
        const seen = audience === "team" ? from("developer") : from("maintainer");
        const among = (who: readonly Person[]): Person[] => who.filter((person) => seen.includes(person));
        const of = `of ${environments.join(", ")}`;
        const project = at.fullPath;
        return [
            {
                id: `config-read-${at.fullPath}`,
                what: `read the config repository ${of}`,
                who: seen,
                act: act("read", project),
            },
            ...repository.branches.flatMap((branch) => {
                const { push, merge } = branchRules(branch, repository, tier);
                return [
                    {
                        id: `config-push-${at.fullPath}-${branch.name}`,
                        what: `push to its branch \`${branch.name}\``,
                        who: among(roles[push]),
                        act: act("push", project, branch.name),
                    },
                    {
                        id: `config-merge-${at.fullPath}-${branch.name}`,
                        what: `merge into its branch \`${branch.name}\`, run jobs there`,
                        who: among(roles[merge]),
                        act: act("merge", project, branch.name),
                    },
                ];
            }),
            {
                id: `config-variables-${at.fullPath}`,
                what: "see its variables",
                who: among(from("maintainer")),
                act: act("variables", project),
            },
        ];
    });
}
