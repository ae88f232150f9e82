import { channelKinds } from "../channels";
import type { Channel, Estate } from "../model";
import { withoutApi } from "../plain";
import { compare } from "../problem";
import { daysBetween } from "../days";
import { isGitLabCom, needsEnterprise } from "../edition";
import { repeated } from "../repeated";
import type { Spec } from "../schema";
import { webServers, type CheckContext, type Checked, type Finding, type Rule } from "./rule";

/** Settings that do not fit each other, the tier, or the day. */
export const settingRules: readonly Rule[] = [
    {
        id: "tier-approvals",
        rule: "has no effect on the free tier, which has no approvals",
        severity: "warning",
        check: ({ spec, estate }) =>
            estate.gitlab.tier === "premium"
                ? []
                : estate.environments
                      .filter(({ name, approvals }) => approvals > 0 && !isGated(estate, name))
                      .map((environment) => ({
                          path: `environments.${environment.name}.approvals`,
                          value: spec.environments[environment.name]?.approvals,
                          fix: `${gates(estate, environment.name)}; set ${estate.gitlab.approvalGate === undefined ? "gitlab.approvalGate.enabled for a job that holds merges, or " : ""}gitlab.tier to premium if the server has it`,
                      })),
    },
    {
        id: "approval-hook",
        rule: "should be there: without it the job that holds merges runs again only when a person runs it",
        severity: "warning",
        check: ({ spec, estate }) =>
            spec.gitlab.approvalGate.hookUrl === undefined &&
            estate.environments.some(({ name, approvals }) => approvals > 0 && isGated(estate, name))
                ? [
                      {
                          path: "gitlab.approvalGate.hookUrl",
                          value: undefined,
                          fix: "name the URL at which GitLab reaches the Service approval-relay, see docs/access.md",
                      },
                  ]
                : [],
    },
    {
        id: "approval-image",
        rule: "must be there for the relay that runs the gate again",
        severity: "error",
        check: ({ spec: { gitlab, notifications } }) =>
            gitlab.tier === "free" &&
            gitlab.approvalGate.enabled &&
            gitlab.approvalGate.hookUrl !== undefined &&
            gitlab.approvalGate.image === undefined &&
            notifications.relay === undefined
                ? [
                      {
                          path: "gitlab.approvalGate.image",
                          value: undefined,
                          fix: "name the image of the relay that you built, see docs/notifications.md; or remove gitlab.approvalGate.hookUrl",
                      },
                  ]
                : [],
    },
    {
        id: "approval-gate",
        rule: "has no effect",
        severity: "warning",
        check: ({ spec: { gitlab } }: Checked): Finding[] => {
            const { enabled, hookUrl, image } = gitlab.approvalGate;
            const path = "gitlab.approvalGate";
            if (enabled && gitlab.tier === "premium") {
                return [
                    {
                        path: `${path}.enabled`,
                        value: true,
                        rule: "has no effect with tier premium, which has approvals of its own",
                        fix: "remove it",
                    },
                ];
            }
            const set = Object.entries({ hookUrl, image }).filter(([, value]) => value !== undefined);
            return enabled
                ? []
                : set.map(([key, value]) => ({
                      path: `${path}.${key}`,
                      value,
                      rule: "has no effect without the gate",
                      fix: `set ${path}.enabled, or remove this`,
                  }));
        },
    },
    {
        id: "gitlab-edition",
        rule: "must be ee where only the Enterprise Edition can be",
        severity: "error",
        check: ({ spec: { gitlab } }) =>
            gitlab.edition === "ce" && needsEnterprise(gitlab)
                ? [
                      {
                          path: "gitlab.edition",
                          value: gitlab.edition,
                          fix: isGitLabCom(gitlab.url)
                              ? "write ee, or remove it: GitLab.com runs the Enterprise Edition"
                              : "write ee, or remove it: the Community Edition takes no licence; if the server is one, set gitlab.tier to free",
                      },
                  ]
                : [],
    },
    {
        id: "prevent-vulnerable",
        rule: "can stop what runs: Harbor then refuses an image that runs once a vulnerability of it is known, and a node that starts it again cannot pull it",
        severity: "warning",
        check: ({ spec, estate }: Checked): Finding[] => {
            const places = Object.values(estate.apps).flatMap((app) =>
                app.environments
                    .filter((each) => each.class === "prod" && each.preventVulnerable !== undefined)
                    .map((each) => ({
                        path: whereVulnerableIsPrevented(spec, app.name, each.environment),
                        severity: each.preventVulnerable?.severity,
                    })),
            );
            return [...new Map(places.map((place) => [place.path, place])).values()].map(
                ({ path, severity }) => ({
                    path,
                    value: severity,
                    fix: "leave it to environments before prod, where it stops a promotion between registries and nothing that serves; or allow what is found in time, by allowlist",
                }),
            );
        },
    },
    {
        id: "approvals-possible",
        rule: "should be fewer than a team's people: nobody approves a merge request of their own",
        severity: "warning",
        check: ({ estate }) =>
            estate.gitlab.tier === "free" && estate.gitlab.approvalGate === undefined
                ? []
                : estate.environments.flatMap((environment) =>
                      Object.values(estate.teams)
                          .filter((team) => involved(estate, team.name, environment.name))
                          .filter((team) => {
                              const developers = estate.gitlab.tier === "free" ? [] : team.developers;
                              const maintainers = new Set(team.maintainers.map(person)).size;
                              const people = new Set([...team.maintainers, ...developers].map(person)).size;
                              // Without a licence only maintainers' approvals count, and a developer may be the author.
                              const others = estate.gitlab.tier === "free" ? maintainers : people - 1;
                              return environment.approvals > 0 && others < environment.approvals;
                          })
                          .map((team) => ({
                              path: `environments.${environment.name}.approvals`,
                              value: environment.approvals,
                              fix: `add people to team ${team.name}, or ask for fewer approvals`,
                          })),
                  ),
    },
    {
        id: "team-maintainers",
        rule: "should name somebody: only maintainers merge into the branches of environments",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.teams)
                .filter((team) => team.maintainers.length === 0)
                .map((team) => ({
                    path: `teams.${team.name}.maintainers`,
                    value: team.maintainers,
                    fix: `name maintainers; without them only those inherited from group ${estate.gitlab.group} can merge`,
                })),
    },
    {
        id: "one-role",
        rule: "must be listed once: a member has one role in a group, and GitLab compares user names without case",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.teams).flatMap(([name, team]) => [
                ...twice(team.maintainers).map((user) => ({
                    path: `teams.${name}.maintainers`,
                    value: user,
                    fix: "remove the repetition",
                })),
                ...twice(team.developers).map((user) => ({
                    path: `teams.${name}.developers`,
                    value: user,
                    fix: "remove the repetition",
                })),
                ...[...new Set(team.developers)]
                    .filter((user) => team.maintainers.some((other) => person(other) === person(user)))
                    .map((user) => ({
                        path: `teams.${name}.developers`,
                        value: user,
                        fix: "remove the user here or from maintainers; a maintainer may do all a developer may",
                    })),
            ]),
    },
    {
        id: "prod-deletion-protection",
        rule: "should be on for environments of class prod",
        severity: "warning",
        check: ({ spec, estate }) =>
            estate.environments
                .filter((environment) => environment.class === "prod" && !environment.deletionProtection)
                .map((environment) => ({
                    path: `environments.${environment.name}.deletionProtection`,
                    value: spec.environments[environment.name]?.deletionProtection,
                    fix: "remove this false, or set class: nonprod if losing its repositories and images is acceptable",
                })),
    },
    { id: "credentials-expired", rule: "must be later than today", severity: "error", check: expiry },
    {
        id: "credentials-rotation",
        rule: "must be less than credentials.lifetimeDays, or tokens are rotated by every update",
        severity: "error",
        check: ({ estate: { credentials } }) =>
            credentials.rotateBeforeDays < credentials.lifetimeDays
                ? []
                : [
                      {
                          path: "credentials.rotateBeforeDays",
                          value: credentials.rotateBeforeDays,
                          fix: `choose less than ${credentials.lifetimeDays}, a third of it for example`,
                      },
                  ],
    },
    {
        id: "channel-recipient",
        rule: "must fit the channel's kind",
        severity: "error",
        check: ({ estate }) => Object.values(estate.channels).flatMap(recipient),
    },
    {
        id: "values-helm",
        rule: "is for apps of Helm and Jsonnet only",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps)
                .filter(({ delivery }) => delivery !== "helm" && delivery !== "jsonnet")
                .flatMap((app) => {
                    const written = spec.apps[app.name];
                    return [
                        { path: `apps.${app.name}.values`, value: written?.values },
                        ...Object.entries(written?.environments ?? {}).map(([environment, own]) => ({
                            path: `apps.${app.name}.environments.${environment}.values`,
                            value: own?.values,
                        })),
                    ]
                        .filter(({ value }) => value !== undefined && value !== null)
                        .map((each) => ({
                            ...each,
                            fix: `remove it, or set apps.${app.name}.delivery to helm or jsonnet`,
                        }));
                }),
    },
    {
        id: "secure-url",
        rule: "should be https: tokens and passwords travel to it",
        severity: "warning",
        check: ({ spec, estate }: Checked): Finding[] => [
            ...webServers({ spec, estate })
                .filter(({ url, plain }) => url.startsWith("http://") && plain !== true)
                .map(({ path, url }) => ({
                    path: `${path}.url`,
                    value: url,
                    fix: `write ${url.replace(/^http:/, "https:")}; for a lab that nobody else reaches, set ${path}.plainHttp to true`,
                })),
            ...Object.entries(spec.clusters)
                .filter(([, { server }]) => server?.toLowerCase().startsWith("http://") === true)
                .map(([name, { server }]) => ({
                    path: `clusters.${name}.server`,
                    value: server,
                    rule: "should be https: the engine's token travels to it, with which the cluster's apps are changed",
                    fix: "write the https URL of the API server",
                })),
        ],
    },
    {
        id: "gitlab-url",
        rule: "must be where people open GitLab, without the path of its API",
        severity: "error",
        check: ({ spec: { gitlab } }) =>
            (["url", "clusterUrl"] as const).flatMap((key) => {
                const value = gitlab[key];
                return value === undefined || withoutApi(value) === value
                    ? []
                    : [{ path: `gitlab.${key}`, value, fix: `write ${withoutApi(value)}` }];
            }),
    },
    {
        id: "unique-registry",
        rule: "must be a Harbor of its own where an app is in both: the robots that promote its images have one name, and the second of them would be refused in the middle of the update",
        severity: "error",
        check: ({ estate }) =>
            repeated(
                Object.values(estate.registries).map(({ name, url }) => ({
                    // Hosts have no case, and a scheme's own port may be left out.
                    key: URL.canParse(url) ? new URL(url).host : url,
                    path: `registries.${name}.url`,
                    value: url,
                    owner: name,
                })),
            ).flatMap(({ path, value, owner, other }) => {
                const app = Object.values(estate.apps).find(({ environments }) =>
                    [owner, other].every((name) => environments.some(({ registry }) => registry === name)),
                );
                return app === undefined
                    ? []
                    : [
                          {
                              path,
                              value,
                              fix: `${other} is the same, and ${app.name} is in both; give its environments one of them`,
                          },
                      ];
            }),
    },
    {
        id: "insecure-registry",
        rule: "should not accept any certificate where environments of class prod use it",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.registries)
                .filter(
                    (registry) =>
                        registry.insecure &&
                        estate.environments.some(
                            (environment) =>
                                environment.class === "prod" && environment.registry === registry.name,
                        ),
                )
                .map((registry) => ({
                    path: `registries.${registry.name}.insecure`,
                    value: true,
                    fix: "give Harbor a certificate that clients trust, and remove this",
                })),
    },
];

/** What holds versions back from an environment on the free tier. */
function gates(estate: Estate, environment: string): string {
    const branches = Object.values(estate.apps).flatMap(({ plan }) =>
        plan.configs.flatMap((config) =>
            config.plan.branches.filter(({ approval }) => approval?.name === environment),
        ),
    );
    const texts = branches.map(({ name, push, merge, writers }) =>
        push === "no one" && writers.length === 0
            ? `nobody can push to branch ${name}, and only ${merge}s can merge into it`
            : `${merge}s can merge into branch ${name}`,
    );
    return texts.length === 0 ? "remove it" : `done instead: ${[...new Set(texts)].join("; ")}`;
}

function recipient(channel: Channel): Finding[] {
    const { recipient: meaning } = channelKinds[channel.kind];
    const at = { path: `channels.${channel.name}.recipient`, value: channel.recipient };
    if (channel.recipient === undefined) {
        return meaning?.required === true
            ? [{ ...at, rule: `is required for ${channel.kind}`, fix: `write the ${meaning.purpose}` }]
            : [];
    }
    if (meaning === undefined) {
        const rule = `has no effect for ${channel.kind}, whose URL says where messages go`;
        return [{ ...at, rule, fix: "remove it" }];
    }
    return meaning.form?.pattern.test(channel.recipient) === false
        ? [
              {
                  ...at,
                  rule: `must be ${meaning.form.words} for ${channel.kind}`,
                  fix: `write the ${meaning.purpose}`,
              },
          ]
        : [];
}

function involved(estate: Estate, team: string, environment: string): boolean {
    return Object.values(estate.apps).some(
        (app) => app.team === team && app.environments.some((each) => each.environment === environment),
    );
}

/** Who a user name means: the same for all names that GitLab takes for one. */
function person(user: string): string {
    return user.toLowerCase();
}

function twice(users: readonly string[]): string[] {
    const people = users.map(person);
    return [...new Set(users.filter((user, index) => people.indexOf(person(user)) !== index))].sort(compare);
}

function expiry({ estate, context }: { estate: Estate; context: CheckContext }): Finding[] {
    const { expires, rotateBeforeDays } = estate.credentials;
    if (expires === undefined) {
        return [];
    }
    const path = "credentials.expires";
    if (context.today === undefined) {
        return [];
    }
    const left = daysBetween(context.today, expires);
    if (left < 1) {
        return [
            {
                path,
                value: expires,
                fix: "write a later day and raise credentials.generation: new tokens are made first",
            },
        ];
    }
    return left > rotateBeforeDays
        ? []
        : [
              {
                  path,
                  value: expires,
                  severity: "warning",
                  rule: `should be more than ${rotateBeforeDays} days away (credentials.rotateBeforeDays); ${left} ${left === 1 ? "is" : "are"} left`,
                  fix: "write a later day and raise credentials.generation: new tokens are made first",
              },
          ];
}

/** Path of the innermost level that says which images are not handed out. */
function whereVulnerableIsPrevented(spec: Spec, app: string, environment: string): string {
    const own = spec.apps[app];
    const levels: [string, object | null | undefined][] = [
        [`apps.${app}.environments.${environment}`, own?.environments[environment]],
        [`apps.${app}`, own],
        [`environments.${environment}.defaults`, spec.environments[environment]?.defaults],
    ];
    const [level = "defaults"] =
        levels.find(
            ([, settings]) => settings !== undefined && settings !== null && "preventVulnerable" in settings,
        ) ?? [];
    return `${level}.preventVulnerable`;
}

/** Whether a job of GitLab's pipelines holds the merges into an environment, for all of its apps. */
function isGated(estate: Estate, environment: string): boolean {
    const apps = Object.values(estate.apps).filter(({ environments }) =>
        environments.some((each) => each.environment === environment),
    );
    return (
        estate.gitlab.approvalGate !== undefined && apps.length > 0 && apps.every(({ ci }) => ci === "gitlab")
    );
}
