/** What must hold of the estate's group. Pure: one table. */
import { levelOf } from "../../../../estate/accessRoles";
import { isGitLabCom } from "../../../../estate/edition";
import type { Look } from "../../check";
import { checkTable, type Found } from "../../finding";
import type { GitLabFacts } from "../facts";
import { roleTitle } from "./roles";
import { groupMark, scheduled, forgotten } from "./names";

const owner = levelOf("owner");

/** Settings of a group with which its Owners make no projects. */
const closedTo = ["noone", "administrator"];

export const groupChecks = checkTable<GitLabFacts, Look>(
    {
        id: "gitlab-group-there",
        rule: "must be a group that this token sees, because gitlab.createGroup is false",
        fast: true,
        check: (facts, { estate: { gitlab } }) =>
            !signedIn(facts) || gitlab.createGroup || facts.group !== undefined
                ? []
                : [
                      {
                          path: "gitlab.group",
                          value: gitlab.group,
                          fix: "correct the path, make the group by hand, or make the token's user its Owner",
                      },
                  ],
    },
    {
        id: "gitlab-group-above",
        rule: "must lie in a group that this token sees",
        fast: true,
        check: (facts, { estate: { gitlab } }) =>
            !signedIn(facts) ||
            !gitlab.createGroup ||
            !gitlab.group.includes("/") ||
            facts.above !== undefined
                ? []
                : [
                      {
                          path: "gitlab.group",
                          value: gitlab.group,
                          fix: `make ${gitlab.group.slice(0, gitlab.group.lastIndexOf("/"))} by hand, with the token's user as Owner, or correct the path`,
                      },
                  ],
    },
    { id: "gitlab-group-creatable", rule: "must be creatable by this token", fast: true, check: creatable },
    {
        id: "gitlab-group-taken",
        rule: "must be free: gitlab.createGroup makes it, and there is one already",
        fast: true,
        check: (facts, { estate: { gitlab }, made }) => {
            if (!gitlab.createGroup || made.groups.has(gitlab.group.toLowerCase())) {
                return [];
            }
            if (facts.hiddenName === true) {
                return [
                    {
                        path: "gitlab.group",
                        value: gitlab.group,
                        rule: "must be free: a user or a group that this token does not see has the name",
                        fix: "choose another group",
                    },
                ];
            }
            return facts.group === undefined
                ? []
                : [
                      facts.group.deleted
                          ? scheduled("gitlab.group", gitlab.group)
                          : facts.group.description.endsWith(groupMark)
                            ? forgotten("gitlab.group", gitlab.group)
                            : {
                                  path: "gitlab.group",
                                  value: gitlab.group,
                                  fix: "set gitlab.createGroup: false to use the group that is there, or choose another",
                              },
                  ];
        },
    },
    {
        id: "gitlab-group-role",
        rule: "must be the token of an Owner of the estate's group",
        fast: true,
        check: ({ group, user }, { estate: { gitlab } }) =>
            group === undefined || group.level >= owner
                ? []
                : [
                      {
                          path: "credentials.gitlab.token",
                          value: user?.username,
                          rule: `must be the token of an Owner of ${gitlab.group}; its user is ${roleTitle(group.level) ?? "no member"} there`,
                          fix: `make the user Owner of ${gitlab.group}`,
                      },
                  ],
    },
    {
        id: "gitlab-group-spelling",
        rule: "should be spelt as GitLab has it",
        fast: true,
        check: ({ group, above }, { estate: { gitlab } }) => {
            const found = [group?.fullPath, above?.fullPath].find((path) => path !== undefined);
            const written = found === undefined ? "" : gitlab.group.slice(0, found.length);
            return found === undefined || found === written || found.toLowerCase() !== written.toLowerCase()
                ? []
                : [
                      {
                          path: "gitlab.group",
                          value: gitlab.group,
                          severity: "warning" as const,
                          rule: `should be spelt as GitLab has it, ${found}: git, jobs and sign-in compare it with capitals`,
                          fix: `write ${found}${gitlab.group.slice(found.length)}`,
                      },
                  ];
        },
    },
    {
        id: "gitlab-project-creation",
        rule: "must be a group in which projects can be made",
        fast: true,
        check: ({ group, user }, { estate: { gitlab } }) =>
            group === undefined || user?.admin === true || !closedTo.includes(group.projectCreation ?? "")
                ? []
                : [
                      {
                          path: "gitlab.group",
                          value: gitlab.group,
                          rule: `must be a group in which its Owners make projects; its setting is ${group.projectCreation ?? ""}`,
                          fix: `${gitlab.group} > Settings > General > Permissions > Roles allowed to create projects: Maintainers`,
                      },
                  ],
    },
    {
        id: "gitlab-git-access",
        rule: "must let repositories be read by http: engines and pipelines do",
        fast: true,
        check: ({ group }, { estate: { gitlab } }) =>
            group?.gitAccess !== "ssh"
                ? []
                : [
                      {
                          path: "gitlab.group",
                          value: gitlab.group,
                          rule: "must let repositories be read by http, as engines and pipelines do; it allows ssh alone",
                          fix: `${gitlab.group} > Settings > General > Permissions > Enabled Git access protocols: both, or only HTTP(S)`,
                      },
                  ],
    },
    {
        id: "gitlab-visibility",
        rule: "must be allowed on this server and in the group above",
        fast: true,
        check: visibility,
    },
);

function signedIn({ user }: GitLabFacts): boolean {
    return user !== undefined;
}

function creatable(facts: GitLabFacts, { estate: { gitlab }, made }: Look): Found[] {
    if (
        !signedIn(facts) ||
        !gitlab.createGroup ||
        facts.group !== undefined ||
        facts.hiddenName === true ||
        made.groups.has(gitlab.group.toLowerCase())
    ) {
        return [];
    }
    const at = { path: "gitlab.group", value: gitlab.group };
    if (!gitlab.group.includes("/")) {
        if (isGitLabCom(gitlab.url)) {
            return [
                {
                    ...at,
                    rule: "cannot be made: GitLab.com makes no top-level groups by API",
                    fix: "make it by hand and set gitlab.createGroup: false",
                },
            ];
        }
        return facts.user?.mayCreateGroups === false || /^group_\d+_bot/.test(facts.user?.username ?? "")
            ? [
                  {
                      ...at,
                      rule: "cannot be made: the token's user may not make top-level groups",
                      fix: "allow it (Admin > Users > Can create group), or make it by hand and set gitlab.createGroup: false",
                  },
              ]
            : [];
    }
    return facts.above === undefined || facts.above.level >= owner
        ? []
        : [
              {
                  ...at,
                  rule: `cannot be made: the token's user is ${roleTitle(facts.above.level) ?? "no member"} of ${facts.above.fullPath}`,
                  fix: `make the user Owner of ${facts.above.fullPath}`,
              },
          ];
}

const visibilities = ["private", "internal", "public"];

function visibility({ settings, group, above }: GitLabFacts, { estate: { gitlab } }: Look): Found[] {
    const at = { path: "gitlab.visibility", value: gitlab.visibility };
    if (settings?.restrictedVisibilities.includes(gitlab.visibility) === true) {
        return [
            {
                ...at,
                rule: "must be allowed on this server: it is among the restricted visibility levels",
                fix: "choose the other, or allow it: Admin > Settings > General > Visibility and access controls",
            },
        ];
    }
    const around = gitlab.createGroup ? above : group;
    return around === undefined ||
        visibilities.indexOf(around.visibility) >= visibilities.indexOf(gitlab.visibility)
        ? []
        : [
              {
                  ...at,
                  rule: `must not be wider than that of the group ${around.fullPath}, which is ${around.visibility}`,
                  fix: `set gitlab.visibility: ${around.visibility}`,
              },
          ];
}
