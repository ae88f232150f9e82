import { Cron } from "croner";

import { engineKinds } from "../engines";
import { forbiddenKind } from "../kinds";
import type { Spec } from "../schema";
import type { Finding, Rule } from "./rule";

/** When and how changes are applied. */
export const deliveryRules: readonly Rule[] = [
    {
        id: "kinds-allowed",
        rule: "must be kinds an app may have",
        severity: "error",
        check: ({ spec, context }) =>
            kindLists(spec).flatMap(({ path, kinds }) =>
                kinds.flatMap((one, index): Finding[] => {
                    const reason =
                        typeof one === "string"
                            ? undefined
                            : forbiddenKind(one, engineKinds(context.engines));
                    return reason === undefined
                        ? []
                        : [{ path: `${path}.${index}`, value: one, fix: `remove it: ${reason}` }];
                }),
            ),
    },
    {
        id: "sync-window",
        rule: "must be a window that opens and closes",
        severity: "error",
        check: ({ estate }) =>
            estate.environments.flatMap((environment) =>
                environment.syncWindows.flatMap((window, index): Finding[] => {
                    const path = `environments.${environment.name}.syncWindows.${index}`;
                    return [
                        ...(isTimeZone(window.timeZone)
                            ? []
                            : [
                                  {
                                      path: `${path}.timeZone`,
                                      value: window.timeZone,
                                      rule: "must be a time zone of the IANA list",
                                      fix: "write e.g. Asia/Shanghai or UTC",
                                  },
                              ]),
                        ...(cronFault(window.schedule) === undefined
                            ? []
                            : [
                                  {
                                      path: `${path}.schedule`,
                                      value: window.schedule,
                                      rule: cronFault(window.schedule) ?? "",
                                      fix: 'write minute, hour, day, month, weekday, e.g. "0 22 * * 5"',
                                  },
                              ]),
                    ];
                }),
            ),
    },
    {
        id: "kustomize-only",
        rule: "is for Kustomize apps only",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps)
                .filter((app) => app.delivery !== "kustomize")
                .flatMap((app) => {
                    const written = spec.apps[app.name];
                    return [
                        { path: `apps.${app.name}.kustomize`, value: written?.kustomize },
                        ...Object.entries(written?.environments ?? {}).map(([environment, own]) => ({
                            path: `apps.${app.name}.environments.${environment}.kustomize`,
                            value: own?.kustomize,
                        })),
                    ]
                        .filter(({ value }) => value !== undefined && value !== null)
                        .map((each) => ({
                            ...each,
                            fix: `remove it, or set apps.${app.name}.delivery to kustomize`,
                        }));
                }),
    },
    {
        id: "updater-delivery",
        rule: "must not be there: an updater writes tags into charts and kustomizations",
        severity: "error",
        check: ({ estate }) =>
            Object.values(estate.apps)
                .filter(
                    ({ updater, delivery }) =>
                        updater !== undefined && (delivery === "plain" || delivery === "jsonnet"),
                )
                .map(({ name, delivery }) => ({
                    path: `apps.${name}.updater`,
                    value: `delivery ${delivery}`,
                    fix: `remove it and let pipelines write the version (apps.${name}.ci), or set apps.${name}.delivery to helm or kustomize`,
                })),
    },
    {
        id: "difference-fields",
        rule: "must say which fields: jsonPointers, jqPathExpressions or managedFieldsManagers",
        severity: "error",
        check: ({ spec }) =>
            writtenSyncs(spec).flatMap(({ path, sync }) =>
                (sync?.ignoreDifferences ?? []).flatMap((each, index): Finding[] =>
                    each.jsonPointers.length +
                        each.jqPathExpressions.length +
                        each.managedFieldsManagers.length >
                    0
                        ? []
                        : [
                              {
                                  path: `${path}.sync.ignoreDifferences.${index}`,
                                  value: each,
                                  fix: "add e.g. jsonPointers: [/spec/replicas]",
                              },
                          ],
                ),
            ),
    },
];

/** `sync` at every level, with its path. */
function writtenSyncs(spec: Spec): { path: string; sync: Spec["apps"][string]["sync"] }[] {
    return [
        { path: "defaults", sync: spec.defaults.sync },
        ...Object.entries(spec.environments).map(([name, each]) => ({
            path: `environments.${name}.defaults`,
            sync: each.defaults.sync,
        })),
        ...Object.entries(spec.apps).flatMap(([name, app]) => [
            { path: `apps.${name}`, sync: app.sync },
            ...Object.entries(app.environments).map(([environment, own]) => ({
                path: `apps.${name}.environments.${environment}`,
                sync: own?.sync,
            })),
        ]),
    ];
}

export function isTimeZone(name: string): boolean {
    try {
        new Intl.DateTimeFormat("en", { timeZone: name });
        return true;
    } catch {
        return false;
    }
}

/** Lowest and highest number of each cron field. */
const cronFields = [
    ["minute", 0, 59],
    ["hour", 0, 23],
    ["day", 1, 31],
    ["month", 1, 12],
    ["weekday", 0, 6],
] as const;

/**
 * Why Argo CD's cron parser, robfig/cron, would refuse the schedule, or the window would never open; undefined where all
 * is well. The schema has seen its form. What croner takes and robfig/cron does not is refused here: weekday 7, `L`, and
 * names in other fields than month and weekday.
 */
export function cronFault(schedule: string): string | undefined {
    if (schedule.startsWith("@")) {
        return undefined;
    }
    const fields = schedule.split(" ");
    for (const [index, [what, lowest, highest]] of cronFields.entries()) {
        const numbers = [...(fields[index] ?? "").matchAll(/(?<![/\d])\d+/g)].map(([text]) => Number(text));
        const wrong = numbers.find((number) => number < lowest || number > highest);
        if (wrong !== undefined) {
            return `must have a ${what} from ${lowest} to ${highest}; got ${wrong}`;
        }
    }
    if (/(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])/.test(schedule)) {
        return notCron;
    }
    try {
        // `5/15` is every 15 from 5 on, as robfig/cron reads it.
        const cron = new Cron(schedule, {
            mode: "5-part",
            sloppyRanges: true,
            paused: true,
            timezone: "UTC",
        });
        return cron.nextRun() === null ? "must be a time that comes; this day is in no year" : undefined;
    } catch {
        return notCron;
    }
}

const notCron = "must be a cron expression of five fields";

/** Every list of further kinds, with its path. */
function kindLists(spec: Spec): { path: string; kinds: Spec["defaults"]["kinds"] }[] {
    const levels: [string, { readonly kinds?: Spec["defaults"]["kinds"] | undefined } | null][] = [
        ["defaults", spec.defaults],
        ...Object.entries(spec.environments).map(([name, { defaults }]): (typeof levels)[number] => [
            `environments.${name}.defaults`,
            defaults,
        ]),
        ...Object.entries(spec.apps).flatMap(([name, app]): typeof levels => [
            [`apps.${name}`, app],
            ...Object.entries(app.environments).map(([environment, own]): (typeof levels)[number] => [
                `apps.${name}.environments.${environment}`,
                own,
            ]),
        ]),
    ];
    return levels.map(([path, level]) => ({ path: `${path}.kinds`, kinds: level?.kinds ?? [] }));
}
