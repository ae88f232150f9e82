/** What must hold on GitLab before the estate is made there, and while it lives. Pure: one table. */
import semver from "semver";
import { levelOf, roleWith } from "../../../estate/accessRoles";
import { isGitLabCom } from "../../../estate/edition";
import { gatedBranches } from "../../../estate/approvals";
import { dayOf, daysBetween } from "../../../estate/days";
import type { Estate, Team } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import type { TokenPurpose } from "../../../estate/madeCredentials";
import { daysUntil, fixOfSilence, type Look, unreadLists } from "../check";
import { titlesOf } from "../engines";
import { checkTable, type Found } from "../finding";
import type { MadeToken } from "../made";
import type { GitLabFacts, Place } from "./facts";
import { isAllowed, isPrivate } from "./private";

/** Oldest GitLab the estate is written for, and the first that gives merge requests' pipelines protected variables. */
export const oldestGitLab = "17.6.0";
const protectedPipelinesSince = "18.1.0";

const owner = levelOf("owner");
const developer = levelOf("developer");

/** GitLab's role with a number, as its pages write it; undefined where there is none. */
function roleTitle(level: number): string | undefined {
    const role = level === 0 ? undefined : roleWith(level);
    return role === undefined ? undefined : `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}

/** Days before the end of the token in which it is warned of. */
const tokenWarning = 14;

/** What does not work without a token of the estate's, by what it is for. */
const withoutToken: Readonly<Record<TokenPurpose, string>> = {
    approvals: "the job that holds merge requests sees no approvals: nothing that wants them is merged",
    "approval-relay": "approving runs that job no more: it waits for somebody who retries it",
    "preview-reader": "previews neither come nor go",
    preview: "previews get no label and no note",
    deliveries: "what becomes of a commit is not reported on GitLab",
    rollouts: "releases get no baseline and no merge request back",
    "config-writer": "no version is written",
    "merge-back": "nobody is asked to bring a release back",
};

/** The one that ends first, by name, and how many more there are. */
function tokensOf(purpose: string, tokens: readonly MadeToken[]): string {
    const [first, ...others] = [...tokens].sort(
        (a, b) => compare(a.ends, b.ends) || compare(a.project, b.project),
    );
    const more = others.length === 0 ? "" : `, with ${others.length} more`;
    return `the token ${purpose} of ${first?.project ?? ""} (${first?.ends ?? ""}${more})`;
}

/** States in which nobody can sign in, and GitLab gives no role. */
const lockedOut = ["blocked", "ldap_blocked", "banned", "blocked_pending_approval"];

const newToken = "pulumi config set --secret --path 'gitops-estate:credentials.gitlab.token'";

export const gitlabChecks = checkTable<GitLabFacts, Look>(
    {
        id: "gitlab-reachable",
        rule: "must answer from here",
        fast: true,
        check: ({ unreachable }, { estate }) =>
            unreachable === undefined
                ? []
                : [
                      {
                          path: "gitlab.url",
                          value: estate.gitlab.url,
                          rule: `must answer from here: ${unreachable}`,
                          fix: fixOfSilence(unreachable),
                      },
                  ],
    },
    {
        id: "gitlab-api",
        rule: "must be where GitLab's API answers",
        fast: true,
        check: ({ notGitLab }, { estate }) =>
            notGitLab === undefined
                ? []
                : [
                      {
                          path: "gitlab.url",
                          value: estate.gitlab.url,
                          rule: `must be where GitLab's API answers; /api/v4/metadata says ${notGitLab}`,
                          fix: "write the URL that GitLab itself has (external_url), without redirects",
                      },
                  ],
    },
    {
        id: "gitlab-lists",
        rule: "should be read to its end",
        fast: true,
        check: ({ unread }) => unreadLists("gitlab.url", unread),
    },
    {
        id: "gitlab-token",
        rule: "must be accepted by GitLab: it is wrong, revoked or has ended",
        fast: true,
        check: ({ refused }) =>
            refused === undefined
                ? []
                : [{ path: "credentials.gitlab.token", value: undefined, fix: newToken }],
    },
    {
        id: "gitlab-token-scope",
        rule: "must have the scope api",
        fast: true,
        check: ({ token }) =>
            token === undefined || token.scopes.includes("api")
                ? []
                : [
                      {
                          path: "credentials.gitlab.token",
                          value: token.scopes,
                          fix: `make a token with the scope api and hand it over: ${newToken}`,
                      },
                  ],
    },
    {
        id: "gitlab-token-end",
        rule: `must be good for ${tokenWarning} more days`,
        fast: true,
        check: ({ token }, { now }) => {
            if (token?.ends === undefined) {
                return [];
            }
            const left = daysUntil(new Date(`${token.ends}T00:00:00Z`), now);
            return left >= tokenWarning
                ? []
                : [
                      {
                          path: "credentials.gitlab.token",
                          value: token.ends,
                          severity: "warning" as const,
                          fix: `make a new one before it ends and hand it over: ${newToken}`,
                      },
                  ];
        },
    },
    {
        id: "gitlab-token-owner",
        rule: "must not be a token of one project: it reaches nothing beside it",
        fast: true,
        check: ({ user }) =>
            user !== undefined && /^project_\d+_bot/.test(user.username)
                ? [
                      {
                          path: "credentials.gitlab.token",
                          value: user.username,
                          fix: "use a token of a user, of a service account, or of the estate's group with the role Owner",
                      },
                  ]
                : [],
    },
    {
        id: "gitlab-version",
        rule: `must be GitLab ${semver.major(oldestGitLab)}.${semver.minor(oldestGitLab)} or newer`,
        fast: true,
        check: ({ version }, { estate }) =>
            version === undefined || atLeast(version, oldestGitLab)
                ? []
                : [{ path: "gitlab.url", value: `${estate.gitlab.url} ${version}`, fix: "upgrade GitLab" }],
    },
    {
        id: "gitlab-edition",
        rule: "must be the edition that is installed",
        fast: true,
        check: ({ enterprise }, { estate }) => {
            const found = enterprise === true ? "ee" : "ce";
            return enterprise === undefined || found === estate.gitlab.edition
                ? []
                : [
                      {
                          path: "gitlab.edition",
                          value: estate.gitlab.edition,
                          rule: `must be the edition that is installed, which is ${found}: the provider writes protections in another form for it`,
                          fix: `set gitlab.edition: ${found}`,
                      },
                  ];
        },
    },
    {
        id: "gitlab-tier",
        rule: "must be what was paid for",
        fast: true,
        check: ({ tier }, { estate }) => {
            if (tier === undefined || tier === estate.gitlab.tier) {
                return [];
            }
            const less = tier === "free";
            return [
                {
                    path: "gitlab.tier",
                    value: estate.gitlab.tier,
                    severity: less ? "error" : "warning",
                    rule: less
                        ? "must be what was paid for: this server or group has no licence for approvals and protected environments"
                        : "is less than was paid for: approvals and protected environments would be there",
                    fix: `set gitlab.tier: ${tier}`,
                },
            ];
        },
    },
    {
        id: "gitlab-mr-pipelines",
        rule: "needs GitLab 18.1",
        fast: true,
        check: ({ version }, { estate }) =>
            version === undefined ||
            !estate.gitlab.protectedMergeRequestPipelines ||
            atLeast(version, protectedPipelinesSince)
                ? []
                : [
                      {
                          path: "gitlab.protectedMergeRequestPipelines",
                          value: true,
                          rule: `needs GitLab 18.1, and this is ${version}: no promotion could be merged`,
                          fix: "set gitlab.protectedMergeRequestPipelines: false, or upgrade GitLab",
                      },
                  ],
    },
    {
        id: "gitlab-pipelines-version",
        rule: "must be a tag of the project for pipelines",
        fast: true,
        check: ({ missingVersions }, { estate: { apps, pipelines } }) => {
            const including = Object.values(apps).filter(({ included }) => included !== undefined);
            return missingVersions.map((version) => {
                const of = including.filter(({ included }) => included?.version === version);
                return {
                    path:
                        of.length === including.length
                            ? "pipelines.version"
                            : `apps.${of[0]?.name ?? ""}.pipelines.version`,
                    value: version,
                    rule: `must be a tag of ${pipelines.fullPath}, which pipelines of ${of.map(({ name }) => name).join(", ")} include, or the version that this update makes`,
                    severity: "warning" as const,
                    fix: "name a version that is there, or remove it, which includes the newest; it may stand at the app, at teams.<team>.pipelines or at pipelines",
                };
            });
        },
    },
    {
        id: "gitlab-pipelines-declined",
        rule: "must be merged to be used",
        fast: false,
        check: ({ unfulfilled }, { estate }) =>
            unfulfilled.map(({ wish: { repository, version, path }, kind, url, has }) => {
                const stays = /^ *ref: *"?([^"\s]+)/m.exec(has ?? "")?.[1];
                const retained = stays === undefined ? "stays as it is" : `stays on ${stays}`;
                return {
                    path: `${appAt(estate, repository)}.pipelines.move`,
                    value: repository,
                    severity: "warning" as const,
                    ...(kind === "declined"
                        ? {
                              rule: `${retained}: people closed the merge request with version ${version} of the pipelines, and it is not proposed again: ${url}`,
                              fix: "reopen it, name another version, or set pipelines.move: commit",
                          }
                        : {
                              rule: `${retained}: somebody else's merge request has the branch by which version ${version} of the pipelines would be proposed: ${url}`,
                              fix: `look whether ${path} there is what you want, then merge or close it, and run up again`,
                          }),
                };
            }),
    },
    {
        id: "gitlab-made-tokens",
        rule: "must be renewed before they end",
        fast: false,
        check: (_, { estate: { credentials }, made, now }) => {
            const today = dayOf(now.toISOString());
            // Longer ahead no update would renew them.
            const ahead = Math.min(tokenWarning, credentials.rotateBeforeDays);
            const due = made.tokens.filter(({ ends }) => daysBetween(today, ends) < ahead);
            return [...new Set(due.map(({ purpose }) => purpose))].flatMap((purpose) => {
                const of = due.filter((each) => each.purpose === purpose);
                // GitLab takes it no more on its last day.
                const ended = of.filter(({ ends }) => ends <= today);
                const at = { path: "credentials.rotateBeforeDays", value: credentials.rotateBeforeDays };
                const without = (withoutToken as Readonly<Record<string, string>>)[purpose];
                return [
                    ...(ended.length === 0
                        ? []
                        : [
                              {
                                  ...at,
                                  rule: `was over before the next up: ${tokensOf(purpose, ended)} ended${without === undefined ? "" : `, and ${without}`}`,
                                  fix: "npm run up -- --refresh makes new ones and puts them where the old ones were; run up on a schedule",
                              },
                          ]),
                    ...(ended.length === of.length
                        ? []
                        : [
                              {
                                  ...at,
                                  severity: "warning" as const,
                                  rule: `is nearly over without an up: ${tokensOf(
                                      purpose,
                                      of.filter((each) => !ended.includes(each)),
                                  )} ends soon${without === undefined ? "" : `; then ${without}`}`,
                                  fix: "npm run up renews it; run up on a schedule, at least every so many days",
                              },
                          ]),
                ];
            });
        },
    },
    {
        id: "gitlab-gate",
        rule: "must be what holds merge requests",
        fast: false,
        check: ({ places }, { estate }) =>
            gatedProjects(estate, places.projects).flatMap(({ fullPath, holds }) => {
                if (holds === undefined) {
                    return [];
                }
                const { pipeline, mustSucceed, skippedCount } = holds;
                const wrong = [
                    ...(/^approvals\//.test(pipeline) && pipeline.includes(`@${estate.pipelines.fullPath}:v`)
                        ? []
                        : [
                              `its pipelines begin with "${pipeline === "" ? ".gitlab-ci.yml" : pipeline}" instead of the gate`,
                          ]),
                    ...(mustSucceed ? [] : ['"Pipelines must succeed" is off']),
                    ...(skippedCount ? ["skipped pipelines count as successful"] : []),
                ];
                return wrong.length === 0
                    ? []
                    : [
                          {
                              path: "gitlab.approvalGate",
                              value: fullPath,
                              rule: `does not hold merge requests of ${fullPath}: ${wrong.join(", and ")}`,
                              fix: "npm run up -- --refresh puts it back; who may change settings of the project is a maintainer there",
                          },
                      ];
            }),
    },
    {
        id: "gitlab-gate-project",
        rule: "must be there, and nobody's to change but the estate's",
        fast: false,
        check: ({ places, unread }, { estate }) => {
            const { fullPath } = estate.pipelines;
            if (gatedProjects(estate, places.projects).length === 0 || unread.length > 0) {
                return [];
            }
            const project = places.projects.find((each) => samePath(each.fullPath, fullPath));
            if (project === undefined || project.deleted) {
                return [
                    {
                        path: "pipelines.path",
                        value: fullPath,
                        rule: "must be there: the job that holds merge requests is in it, and without it nothing can be merged",
                        fix: "npm run up -- --refresh makes it again; one that waits for its deletion is restored in its settings",
                    },
                ];
            }
            const writing = (project.sharedWith ?? []).filter(({ level }) => level >= developer);
            return writing.length === 0
                ? []
                : [
                      {
                          path: "pipelines.path",
                          value: fullPath,
                          rule: `must be nobody's to change but the estate's: ${writing.map(({ group }) => group).join(", ")} may push to it, where the job is that holds their merge requests`,
                          fix: "make them reporters of it, or end the share: npm run up -- --refresh",
                      },
                  ];
        },
    },
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
    {
        id: "gitlab-maintenance",
        rule: "must not be in maintenance mode: it takes no changes",
        fast: true,
        check: ({ settings }, { estate }) =>
            settings?.maintenance === true
                ? [{ path: "gitlab.url", value: estate.gitlab.url, fix: "wait for its end" }]
                : [],
    },
    { id: "gitlab-person", rule: "must be a user of GitLab", fast: true, check: missingPeople },
    {
        id: "gitlab-person-blocked",
        rule: "must not be blocked",
        fast: true,
        check: ({ people }, { estate }) =>
            people.flatMap(({ username, state }) =>
                state === undefined || !lockedOut.includes(state)
                    ? []
                    : placesOf(estate.teams, username).map(({ path }) => ({
                          path,
                          value: username,
                          rule: `must not be ${state}`,
                          severity: "warning" as const,
                          fix: "take the name out, or have an administrator unblock the user",
                      })),
            ),
    },
    {
        id: "gitlab-person-spelling",
        rule: "must be spelt as GitLab has it",
        fast: true,
        check: ({ people }, { estate }) => {
            const engine = titlesOf(estate, ({ knowsPeople }) => knowsPeople);
            return people.flatMap(({ username, spelling = username }) =>
                spelling === username || engine === undefined
                    ? []
                    : placesOf(estate.teams, username).map(({ path }) => ({
                          path,
                          value: username,
                          rule: `should be spelt as GitLab has it, ${spelling}: that is the name in ${engine}'s roles`,
                          severity: "warning" as const,
                          fix: `write ${spelling}`,
                      })),
            );
        },
    },
    { id: "gitlab-person-role", rule: "already has a role", fast: true, check: higherRoles },
    { id: "gitlab-name", rule: "must be free", fast: true, check: nameConflicts },
    {
        id: "gitlab-project-tokens",
        rule: "makes access tokens of projects, which this server or group does not have",
        fast: true,
        check: ({ projectTokens, group }, { estate }) => {
            const app = Object.values(estate.apps).find(({ plan }) =>
                plan.configs.some((config) => config.plan.branches.some(({ writers }) => writers.length > 0)),
            );
            return projectTokens !== false || app === undefined || (group?.level ?? 0) < owner
                ? []
                : [
                      {
                          path: `apps.${app.name}`,
                          value: app.flow,
                          rule: "needs access tokens of projects to write image tags, and this server or group does not allow any",
                          fix: isGitLabCom(estate.gitlab.url)
                              ? "GitLab.com has them from Premium on"
                              : "allow them: top-level group > Settings > General > Permissions > Users can create project access tokens",
                      },
                  ];
        },
    },
    {
        id: "gitlab-token-days",
        rule: "must not be longer than the server allows",
        fast: true,
        check: ({ settings }, { estate: { credentials } }) =>
            settings?.tokenDays === undefined || credentials.lifetimeDays <= settings.tokenDays
                ? []
                : [
                      {
                          path: "credentials.lifetimeDays",
                          value: credentials.lifetimeDays,
                          rule: `must not be longer than the ${settings.tokenDays} days this server allows`,
                          fix: `set credentials.lifetimeDays: ${settings.tokenDays} or less`,
                      },
                  ],
    },
    {
        id: "gitlab-hooks",
        rule: "must be an address GitLab may post to",
        fast: true,
        check: ({ hooks, settings, user }) =>
            hooks.flatMap(({ path, url, addresses }) => {
                const near = addresses.find(
                    (address) => isPrivate(address) && !isAllowed(url, address, settings?.localAllowed ?? []),
                );
                if (near === undefined || user === undefined || settings?.localRequests === true) {
                    return [];
                }
                const setting = "Admin > Settings > Network > Outbound requests";
                return [
                    settings === undefined
                        ? {
                              path,
                              value: url,
                              severity: "note" as const,
                              rule: `has the private address ${near} here; whether GitLab may post to it cannot be read with this token`,
                              fix: `ask an administrator: ${setting}`,
                          }
                        : {
                              path,
                              value: url,
                              rule: `has the private address ${near}, and this GitLab posts to none`,
                              fix: `${setting}: allow local network access for webhooks, or list the host`,
                          },
                ];
            }),
    },
    {
        id: "gitlab-own-url",
        rule: "must be the URL GitLab has for itself",
        fast: false,
        check: ({ user }, { estate }) => {
            const { gitlab } = estate;
            const own = originOf(user?.webUrl ?? "");
            const engine = titlesOf(estate, ({ knowsPushesByUrl }) => knowsPushesByUrl);
            return own === undefined ||
                engine === undefined ||
                [gitlab.url, gitlab.clusterUrl].map(originOf).includes(own)
                ? []
                : [
                      {
                          path: gitlab.clusterUrl === gitlab.url ? "gitlab.url" : "gitlab.clusterUrl",
                          value: gitlab.clusterUrl,
                          severity: "warning" as const,
                          rule: `should be the URL GitLab has for itself, ${own}: its webhooks name repositories by that, and ${engine} would refresh none`,
                          fix: "use GitLab's own URL, or correct its external_url",
                      },
                  ];
        },
    },
);

/** Settings of a group with which its Owners make no projects. */
const closedTo = ["noone", "administrator"];

function signedIn({ user }: GitLabFacts): boolean {
    return user !== undefined;
}

function atLeast(version: string, oldest: string): boolean {
    const found = semver.coerce(version);
    return found === null || semver.gte(found, oldest);
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

/** Where in the spec a person is named. */
function placesOf(teams: Readonly<Record<string, Team>>, username: string): { path: string; team: Team }[] {
    return Object.values(teams).flatMap((team) =>
        (["maintainers", "developers"] as const)
            .filter((list) => team[list].includes(username))
            .map((list) => ({ path: `teams.${team.name}.${list}`, team })),
    );
}

function missingPeople({ people }: GitLabFacts, { estate, made }: Look): Found[] {
    return people
        .filter(({ state }) => state === undefined)
        .flatMap(({ username }) =>
            placesOf(estate.teams, username).map(({ path, team }): Found =>
                made.members.has(`${team.name}/${username}`)
                    ? {
                          path,
                          value: username,
                          severity: "warning",
                          rule: "is no user of GitLab any more",
                          fix: "take the name out",
                      }
                    : { path, value: username, fix: "correct the name, take it out, or have the user made" },
            ),
        );
}

/** People who hold a role in the estate's group: a team below it cannot give them less. */
function higherRoles({ roles, group, above, user }: GitLabFacts, { estate }: Look): Found[] {
    const where = (group ?? above)?.fullPath ?? "the groups it makes";
    return Object.values(estate.teams).flatMap((team) =>
        (["maintainers", "developers"] as const).flatMap((list) =>
            team[list].flatMap((username) => {
                // GitLab makes whoever makes a group its Owner.
                const makes = username.toLowerCase() === user?.username.toLowerCase();
                const held = makes ? owner : (roles[username.toLowerCase()] ?? 0);
                const wanted = levelOf(list === "maintainers" ? "maintainer" : "developer");
                return held <= wanted
                    ? []
                    : [
                          {
                              path: `teams.${team.name}.${list}`,
                              value: username,
                              severity: "warning" as const,
                              rule: makes
                                  ? "is the token's user, whom GitLab makes Owner of the groups it makes: the team can give no less"
                                  : `is ${roleTitle(held) ?? "more"} of ${where} already: the team can give no less, and taking the name out takes nothing away`,
                              fix: makes
                                  ? "take the name out, or use the token of a service account"
                                  : `take the name out, or the role in ${where}`,
                          },
                      ];
            }),
        ),
    );
}

function scheduled(path: string, value: string): Found {
    return {
        path,
        value,
        rule: "must be free: what has the name is marked for deletion, and has it until then",
        fix: "delete it at once (Settings > General > Advanced), restore it, or choose another name",
    };
}

/** How the estate describes the groups it makes. */
const groupMark = ", managed by Pulumi";

/** Made as the estate makes it, and not in the state: a run was killed in that moment, or the state is lost. */
function forgotten(path: string, value: string): Found {
    return {
        path,
        value,
        severity: "warning",
        rule: "is there as this estate makes it, and the stack's state does not know it: a run was killed, or the state is another's",
        fix: "import it: docs/troubleshooting.md, Taking over what exists",
    };
}

/** Names the estate makes that somebody else has. */
function nameConflicts({ places }: GitLabFacts, { estate, made }: Look): Found[] {
    const at = (list: readonly Place[]): Map<string, Place> =>
        new Map(list.map((place) => [place.fullPath.toLowerCase(), place]));
    const groups = at(places.groups);
    const projects = at(places.projects);
    const taken = (
        path: string,
        fullPath: string,
        own: ReadonlySet<string>,
        isOurs: (place: Place) => boolean,
    ): Found[] => {
        const key = fullPath.toLowerCase();
        const place = groups.get(key) ?? projects.get(key);
        if (place === undefined || own.has(key)) {
            return [];
        }
        return [
            place.deleted
                ? scheduled(path, fullPath)
                : isOurs(place)
                  ? forgotten(path, fullPath)
                  : {
                        path,
                        value: fullPath,
                        rule: `must be free: there is a ${groups.has(key) ? "group" : "project"} of that path`,
                        fix: "choose another name, or take it over: docs/troubleshooting.md, Taking over what exists",
                    },
        ];
    };
    return [
        ...Object.values(estate.teams).flatMap(({ name, group }) =>
            taken(`teams.${name}`, group, made.groups, ({ description }) => description.endsWith(groupMark)),
        ),
        ...[...guardedGroups(estate)].flatMap(([group, team]) =>
            taken(`teams.${team}`, group, made.groups, ({ description }) => description.endsWith(groupMark)),
        ),
        ...Object.values(estate.apps).flatMap(({ name, repository, plan }) => [
            ...taken(
                `apps.${name}.repository.path`,
                repository.fullPath,
                made.projects,
                describedAs(plan.source.description),
            ),
            ...plan.configs.flatMap((config) =>
                taken(
                    `apps.${name}.config.path`,
                    config.at.fullPath,
                    made.projects,
                    describedAs(config.plan.description),
                ),
            ),
        ]),
    ];
}

/** Groups of config repositories that only maintainers see, with the team of each. */
function guardedGroups({ apps }: Look["estate"]): Map<string, string> {
    return new Map(
        Object.values(apps).flatMap(({ team, plan }) =>
            plan.configs
                .filter(({ audience }) => audience === "maintainers")
                .map(({ at: { fullPath } }) => [fullPath.slice(0, fullPath.lastIndexOf("/")), team] as const),
        ),
    );
}

function describedAs(wanted: string): (place: Place) => boolean {
    return ({ own, description }) => own && description === wanted;
}

function originOf(url: string): string | undefined {
    return URL.canParse(url) ? new URL(url).origin : undefined;
}

const samePath = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Where the spec has the app of a repository, or the first of those that share it. */
function appAt({ apps }: Estate, fullPath: string): string {
    const of = Object.values(apps).find(
        ({ repository, plan }) =>
            samePath(repository.fullPath, fullPath) ||
            plan.configs.some(({ at }) => samePath(at.fullPath, fullPath)),
    );
    return of === undefined ? "apps" : `apps.${of.name}`;
}

/** Repositories that are there and whose merge requests a job holds. */
function gatedProjects({ apps, gitlab }: Estate, projects: readonly Place[]): Place[] {
    const all = Object.values(apps);
    const gated = all.flatMap((app) => [
        ...(gatedBranches(gitlab, app.plan.source, [app]) === undefined ? [] : [app.repository.fullPath]),
        ...app.plan.configs
            .filter(
                ({ at, plan }) =>
                    gatedBranches(
                        gitlab,
                        plan,
                        all.filter((other) =>
                            other.plan.configs.some((each) => each.at.fullPath === at.fullPath),
                        ),
                    ) !== undefined,
            )
            .map(({ at }) => at.fullPath),
    ]);
    return projects.filter(
        ({ fullPath, deleted }) => !deleted && gated.some((path) => samePath(path, fullPath)),
    );
}
