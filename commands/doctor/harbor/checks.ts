/** What must hold on a Harbor before the estate is made there, and while it lives. Pure: one table. */
import semver from "semver";
import { dayOf, daysBetween } from "../../../estate/days";
import type { Registry } from "../../../estate/model";
import { promotionRobot, robotName, shorten } from "../../../estate/names";
import { placesOf } from "../../../estate/previews";
import { compare } from "../../../estate/problem";
import { allImmutable } from "../../../estate/tags";
import { day, fixOfSilence, type Look, unreadLists } from "../check";
import { checkTable, type Found } from "../finding";
import type { HarborFacts } from "./facts";

/** Which Harbor is looked at. */
export interface HarborLook extends Look {
    readonly registry: Registry;
    /** User name of the account. */
    readonly username: string;
}

/** First Harbor with the SBOMs that every image project asks for. */
export const oldestHarbor = "2.11.0";

/** Days before the end of a robot in which it is warned of. */
const robotWarning = 14;

const gib = 1024 ** 3;

export const harborChecks = checkTable<HarborFacts, HarborLook>(
    {
        id: "harbor-reachable",
        rule: "must answer from here",
        fast: true,
        check: ({ unreachable }, { registry }) =>
            unreachable === undefined
                ? []
                : [
                      {
                          ...urlOf(registry),
                          rule: `must answer from here: ${unreachable}`,
                          fix: fixOfSilence(unreachable),
                      },
                  ],
    },
    {
        id: "harbor-api",
        rule: "must be where Harbor's API answers",
        fast: true,
        check: ({ notHarbor }, { registry }) =>
            notHarbor === undefined
                ? []
                : [
                      {
                          ...urlOf(registry),
                          rule: `must be where Harbor's API answers; /api/v2.0/systeminfo says ${notHarbor}`,
                          fix: "write the URL that Harbor itself has (external_url), without redirects",
                      },
                  ],
    },
    {
        id: "harbor-lists",
        rule: "should be read to its end",
        fast: true,
        check: ({ unread }, { registry }) => unreadLists(urlOf(registry).path, unread),
    },
    {
        id: "harbor-login",
        rule: "must be accepted by Harbor with its password",
        fast: true,
        check: ({ refused }, { registry, username }) =>
            refused === undefined
                ? []
                : [
                      {
                          path: `credentials.registries.${registry.name}.username`,
                          value: username,
                          fix: `set both again: pulumi config set --secret --path 'gitops-estate:credentials.registries.${registry.name}.password'`,
                      },
                  ],
    },
    {
        id: "harbor-version",
        rule: "must be Harbor 2.11 or newer",
        fast: true,
        check: ({ version }, { registry }) => {
            const found = semver.coerce(version);
            return found === null || semver.gte(found, oldestHarbor)
                ? []
                : [{ ...urlOf(registry), value: `${registry.url} ${version}`, fix: "upgrade Harbor" }];
        },
    },
    {
        id: "harbor-health",
        rule: "must be healthy",
        fast: true,
        check: ({ unhealthy }, { registry }) =>
            unhealthy.length === 0
                ? []
                : [
                      {
                          ...urlOf(registry),
                          rule: `must be healthy; not so are ${unhealthy.join(", ")}`,
                          fix: "look at the logs of these parts of Harbor",
                      },
                  ],
    },
    {
        id: "harbor-read-only",
        rule: "must not be read-only: nothing is made or pushed",
        fast: true,
        check: ({ readOnly }, { registry }) =>
            readOnly
                ? [
                      {
                          ...urlOf(registry),
                          fix: "switch it off: Configuration > System Settings > Repository Read Only",
                      },
                  ]
                : [],
    },
    {
        id: "harbor-auth",
        rule: "should be an account of Harbor itself",
        fast: false,
        check: ({ authMode, account }, { registry, username }) =>
            authMode === "oidc_auth" && account !== "robot" && username !== "admin"
                ? [
                      {
                          path: `credentials.registries.${registry.name}.username`,
                          value: username,
                          severity: "warning" as const,
                          rule: "should be an account of Harbor itself: the CLI secret of a person who signs in by OIDC ends with that person's session",
                          fix: "use the built-in admin",
                      },
                  ]
                : [],
    },
    {
        id: "harbor-account",
        rule: "must be an administrator of Harbor",
        fast: true,
        check: ({ account }, { registry, username, estate, made }) => {
            if (account === undefined || account === "admin" || !isUsed(estate, registry)) {
                return [];
            }
            const stands = [...made.images].some((image) => image.startsWith(`${registry.name}/`));
            return [
                {
                    path: `credentials.registries.${registry.name}.username`,
                    value: username,
                    severity: account === "robot" && stands ? "warning" : "error",
                    rule:
                        account === "robot"
                            ? "must be an administrator: Harbor lets no robot change the rights of a robot, and refuses retention, immutable tags and promotion robots without rights beyond making projects and robots"
                            : "must be an administrator: others make no robots of the system, and see no quotas",
                    fix: "use an administrator's account: docs/credentials.md, What you hand over",
                },
            ];
        },
    },
    {
        id: "harbor-robot-prefix",
        rule: "must be Harbor's setting robot_name_prefix",
        fast: true,
        check: ({ settings, account }, { registry, username }) => {
            const at = { path: `registries.${registry.name}.robotPrefix`, value: registry.robotPrefix };
            if (settings !== undefined) {
                return settings.robotPrefix === registry.robotPrefix
                    ? []
                    : [
                          {
                              ...at,
                              rule: `must be Harbor's setting robot_name_prefix, which is ${JSON.stringify(settings.robotPrefix)}`,
                              fix: `set ${at.path}: ${JSON.stringify(settings.robotPrefix)}`,
                          },
                      ];
            }
            return account === "robot" && !username.startsWith(registry.robotPrefix)
                ? [
                      {
                          ...at,
                          rule: `must begin the account's own name, ${username}`,
                          fix: `set ${at.path} to how it begins`,
                      },
                  ]
                : [];
        },
    },
    { id: "harbor-name", rule: "must be free", fast: true, check: nameConflicts },
    {
        id: "harbor-robot-end",
        rule: "must be good for some time",
        fast: true,
        check: ({ robots }, { registry, estate, made, now }) => {
            const { generation } = estate.credentials;
            const ending = (name: string, ends: string): Found => ({
                path: "credentials.generation",
                value: generation,
                severity: "warning",
                rule: `is that of the robot ${name}, which ends on ${ends}; others of the same age end with it`,
                fix: `set credentials.generation: ${generation + 1}`,
            });
            const found = robots
                .filter(({ id, ends }) => {
                    const own = made.robots.has(`${registry.name}/${id}`);
                    return own && ends > 0 && ends * 1000 < now.getTime() + robotWarning * day;
                })
                .map(({ name, ends }) => ending(name, dayOf(new Date(ends * 1000).toISOString())));
            // Those of projects are as old, so one finding says it for all; there may be none but them.
            const [first] = made.projectRobots
                .filter((robot) => robot.registry === registry.name)
                .sort((a, b) => compare(a.ends, b.ends));
            const soon =
                first !== undefined && daysBetween(dayOf(now.toISOString()), first.ends) < robotWarning;
            return found.length > 0 || !soon
                ? found
                : [ending(`${first.purpose} of project ${first.project}`, first.ends)];
        },
    },
    {
        id: "harbor-quota",
        rule: "has no effect",
        fast: false,
        check: ({ settings }, { registry, estate }) => {
            const limited = imagesIn(estate, registry).find(({ storageGiB }) => storageGiB >= 0);
            return settings?.quotas !== false || limited === undefined
                ? []
                : [
                      {
                          path: limited.path,
                          value: `storageGiB: ${limited.storageGiB}`,
                          severity: "warning" as const,
                          rule: `has no effect: quotas are switched off in Harbor ${registry.name}`,
                          fix: "switch them on (quota_per_project_enable), or leave storageGiB out",
                      },
                  ];
        },
    },
    {
        id: "harbor-quota-used",
        rule: "must not be less than what is used",
        fast: false,
        check: ({ used }, { registry, estate, made }) =>
            imagesIn(estate, registry).flatMap(({ path, project, storageGiB, isFixed }) => {
                const bytes = made.images.has(`${registry.name}/${project}`) ? (used[project] ?? 0) : 0;
                return storageGiB < 0 || bytes <= storageGiB * gib * 0.95
                    ? []
                    : [
                          {
                              path,
                              value: `storageGiB: ${storageGiB}`,
                              severity: "warning" as const,
                              rule: `is used up: ${(bytes / gib).toFixed(1)} GiB are in project ${project}, and pushes are refused soon`,
                              fix: isFixed
                                  ? "raise storageGiB; Harbor's retention deletes no immutable tag, and all are there: with a narrower immutableTags, or null, it deletes what keepTags does not count"
                                  : "raise storageGiB, lower keepTags, or run Harbor's garbage collection",
                          },
                      ];
            }),
    },
    {
        id: "harbor-scanner",
        rule: "must have a scanner that works",
        fast: false,
        check: ({ brokenScanner }, { registry, estate }) =>
            brokenScanner === undefined || !isUsed(estate, registry)
                ? []
                : [
                      {
                          ...urlOf(registry),
                          severity: "warning" as const,
                          rule: `has a default scanner that does not work (${brokenScanner}): images that are not scanned cannot be pulled where vulnerabilities are refused`,
                          fix: "mend it: Interrogation Services > Scanners",
                      },
                  ],
    },
    {
        id: "harbor-own-url",
        rule: "must be the URL Harbor has for itself",
        fast: false,
        check: ({ externalUrl }, { registry }) =>
            !URL.canParse(externalUrl) || new URL(externalUrl).origin === new URL(registry.url).origin
                ? []
                : [
                      {
                          ...urlOf(registry),
                          severity: "warning" as const,
                          rule: `should be the URL Harbor has for itself, ${externalUrl}: who pulls or pushes is sent there to sign in`,
                          fix: "use Harbor's own URL, or correct its external_url",
                      },
                  ],
    },
);

function urlOf({ name, url }: Registry): { path: string; value: string } {
    return { path: `registries.${name}.url`, value: url };
}

interface Images {
    readonly path: string;
    readonly project: string;
    readonly storageGiB: number;
    /** Whether all of its tags are immutable. */
    readonly isFixed: boolean;
}

/** The estate's image projects on a Harbor. */
function imagesIn(estate: Look["estate"], registry: Registry): Images[] {
    return Object.values(estate.apps).flatMap((app) =>
        placesOf(app)
            .filter((each) => each.registry === registry.name)
            .map((place) => ({
                path: `apps.${app.name}.environments.${place.environment}`,
                project: place.project,
                storageGiB: place.storageGiB,
                isFixed: allImmutable(place),
            })),
    );
}

function isUsed(estate: Look["estate"], registry: Registry): boolean {
    return imagesIn(estate, registry).length > 0;
}

/** Projects and robots the estate makes that somebody else has. */
function nameConflicts(
    { projects, robots }: HarborFacts,
    { registry, estate, made, username }: HarborLook,
): Found[] {
    const byName = new Map(projects.map((project) => [project.name, project]));
    const taken = (path: string, value: string, what: string, forgotten: boolean): Found =>
        forgotten
            ? {
                  path,
                  value,
                  severity: "warning",
                  rule: `is there as this estate makes it, and the stack's state does not know the ${what}: a run was killed, or the state is another's`,
                  fix: "import it: docs/troubleshooting.md, Taking over what exists",
              }
            : {
                  path,
                  value,
                  rule: `must be free: there is a ${what} of that name in Harbor ${registry.name}`,
                  fix: "choose another name, or take it over: docs/troubleshooting.md, Taking over what exists",
              };
    const images = imagesIn(estate, registry).flatMap(({ path, project }) => {
        const found = byName.get(project);
        return found === undefined || made.images.has(`${registry.name}/${project}`)
            ? []
            : [taken(path, project, "project", found.owner === username && found.repositories === 0)];
    });
    const promoted = Object.values(estate.apps).filter(({ plan, environments }) =>
        plan.promotions.some(({ source, target }) =>
            environments.some(
                (each) => [source, target].includes(each.environment) && each.registry === registry.name,
            ),
        ),
    );
    const accounts = promoted.flatMap(({ name }) => {
        const generation = estate.credentials.generation;
        const wanted = shorten(`${promotionRobot(estate.name, name)}-g${generation}`, robotName.maximum);
        const found = robots.find((robot) => robot.name === `${registry.robotPrefix}${wanted}`);
        return found === undefined || made.robots.has(`${registry.name}/${found.id}`)
            ? []
            : [taken(`apps.${name}`, found.name, "robot", found.description === `Promotion of ${name}`)];
    });
    return [...images, ...accounts];
}
