/** What must hold of a GitLab server: that it answers, what it is, and what it allows. Pure: one table. */
import semver from "semver";
import { levelOf } from "../../../../estate/accessRoles";
import { isGitLabCom } from "../../../../estate/edition";
import { fixOfSilence, type Look, unreadLists } from "../../check";
import { titlesOf } from "../../engines";
import { checkTable } from "../../finding";
import type { GitLabFacts } from "../facts";
import { isAllowed, isPrivate } from "../private";

/** Oldest GitLab the estate is written for, and the first that gives merge requests' pipelines protected variables. */
export const oldestGitLab = "17.6.0";
const protectedPipelinesSince = "18.1.0";

const owner = levelOf("owner");

export const serverChecks = checkTable<GitLabFacts, Look>(
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
        id: "gitlab-maintenance",
        rule: "must not be in maintenance mode: it takes no changes",
        fast: true,
        check: ({ settings }, { estate }) =>
            settings?.maintenance === true
                ? [{ path: "gitlab.url", value: estate.gitlab.url, fix: "wait for its end" }]
                : [],
    },
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

function atLeast(version: string, oldest: string): boolean {
    const found = semver.coerce(version);
    return found === null || semver.gte(found, oldest);
}

function originOf(url: string): string | undefined {
    return URL.canParse(url) ? new URL(url).origin : undefined;
}
