import { Cron } from "croner";
import { CORE_SCHEMA, loadAll } from "js-yaml";

import { engineKinds } from "../engines";
import { forbiddenKind, usualKinds } from "../kinds";
import type { SyncWindow } from "../model";
import type { Spec } from "../schema";
import { isExpression } from "../tags";
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
                        ...(neverCloses(window)
                            ? [
                                  {
                                      path: `${path}.duration`,
                                      value: window.duration,
                                      severity: "warning" as const,
                                      rule: `never closes: it opens each day for ${window.duration}, so that ${window.kind === "deny" ? "nothing is ever applied" : "everything is always let through"}`,
                                      fix: "write less than 24h; to stop an app for a time, hold says so with a reason",
                                  },
                              ]
                            : []),
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
        id: "difference-group",
        rule: "must name the API group of its kind: without one it is about nothing",
        severity: "error",
        check: ({ spec }) =>
            writtenSyncs(spec).flatMap(({ path, sync }) =>
                (sync?.ignoreDifferences ?? []).flatMap(({ group, kind, ...fields }, index): Finding[] => {
                    const known = usualKinds.filter((each) => each.kind === kind);
                    const isEmpty = Object.values(fields).every((each) => each?.length === 0);
                    return group !== "" ||
                        known.length === 0 ||
                        known.some((each) => each.group === "") ||
                        isEmpty
                        ? []
                        : [
                              {
                                  path: `${path}.sync.ignoreDifferences.${index}.group`,
                                  value: group,
                                  fix: `write group: ${known[0]?.group ?? ""}`,
                              },
                          ];
                }),
            ),
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
    {
        id: "difference-paths",
        rule: "must be a jq path: one that the engine cannot read leaves the app without a comparison",
        severity: "error",
        check: ({ spec }) =>
            writtenSyncs(spec).flatMap(({ path, sync }) =>
                (sync?.ignoreDifferences ?? []).flatMap((each, index) =>
                    each.jqPathExpressions.flatMap((value, at): Finding[] =>
                        isJqPath(value)
                            ? []
                            : [
                                  {
                                      path: `${path}.sync.ignoreDifferences.${index}.jqPathExpressions.${at}`,
                                      value,
                                      fix: 'write e.g. .spec.template.spec.containers[] | select(.name == "web") | .image',
                                  },
                              ],
                    ),
                ),
            ),
    },
    {
        id: "kustomize-patch",
        rule: "must be a patch that Kustomize takes",
        severity: "error",
        check: ({ spec }) =>
            writtenSettings(spec).flatMap(({ path, settings }) =>
                (settings?.kustomize?.patches ?? []).flatMap((each, index): Finding[] => {
                    const fault = patchFault(each);
                    const at = `${path}.kustomize.patches.${index}`;
                    return fault === undefined
                        ? []
                        : [{ path: `${at}.${fault.key}`, value: fault.value, fix: fault.fix }];
                }),
            ),
    },
];

type Settings = Pick<Spec["apps"][string], "sync" | "kustomize">;

/** Settings at every level, with its path. */
function writtenSettings(spec: Spec): { path: string; settings: Settings | null }[] {
    return [
        { path: "defaults", settings: spec.defaults },
        ...Object.entries(spec.environments).map(([name, each]) => ({
            path: `environments.${name}.defaults`,
            settings: each.defaults,
        })),
        ...Object.entries(spec.apps).flatMap(([name, app]) => [
            { path: `apps.${name}`, settings: app },
            ...Object.entries(app.environments).map(([environment, own]) => ({
                path: `apps.${name}.environments.${environment}`,
                settings: own,
            })),
        ]),
    ];
}

/** `sync` at every level, with its path. */
function writtenSyncs(spec: Spec): { path: string; sync: Settings["sync"] }[] {
    return writtenSettings(spec).map(({ path, settings }) => ({ path, sync: settings?.sync }));
}

/** Whether brackets, braces, parentheses and quotes are closed, which is what goes wrong; jq itself is not here. */
function isJqPath(expression: string): boolean {
    const code = expression.replace(/"(?:\\.|[^"\\])*"/g, '""');
    const open: string[] = [];
    const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
    for (const character of code) {
        if ("([{".includes(character)) {
            open.push(character);
        } else if (pairs[character] !== undefined && open.pop() !== pairs[character]) {
            return false;
        }
    }
    return open.length === 0 && code.includes(".") && (code.match(/"/g) ?? []).length % 2 === 0;
}

type Patch = NonNullable<NonNullable<Settings["kustomize"]>["patches"]>[number];

type PatchFault = { readonly key: string; readonly value: unknown; readonly fix: string };

/** Why Kustomize would refuse a patch, or leave it without effect; undefined where all is well. */
function patchFault({ patch, target }: Patch): PatchFault | undefined {
    const documents = documentsOf(patch);
    const lists = documents.filter((each) => Array.isArray(each));
    const isPatch =
        lists.length === 0
            ? documents.length > 0 && documents.every((each) => typeof each === "object")
            : lists.length === documents.length && lists.flat().every(isOperation);
    if (!isPatch) {
        return {
            key: "patch",
            value: patch,
            fix: "write a map as YAML (a strategic merge patch), or a list of operations with op and path, e.g. - { op: replace, path: /spec/replicas, value: 3 }",
        };
    }
    const fault =
        lists.length === 0
            ? mergeFault(documents, patch, target)
            : operationsFault(lists.length, patch, target);
    if (fault !== undefined) {
        return fault;
    }
    const open = (["group", "version", "kind", "name"] as const).find(
        (each) => target?.[each] !== undefined && !isExpression(target[each]),
    );
    return open === undefined
        ? undefined
        : {
              key: `target.${open}`,
              value: target?.[open],
              fix: "write a name, or an expression whose brackets are closed, e.g. web-.*",
          };
}

/** The YAML documents of a patch that are not empty; none where it is no YAML. */
function documentsOf(patch: string): unknown[] {
    try {
        return loadAll(patch, null, { schema: CORE_SCHEMA }).filter(
            (each) => each !== null && each !== undefined,
        );
    } catch {
        return [];
    }
}

/** Of lists of operations Kustomize reads the first and says nothing of the others. */
function operationsFault(lists: number, patch: string, target: Patch["target"]): PatchFault | undefined {
    if (lists > 1) {
        return {
            key: "patch",
            value: patch,
            fix: "write the operations as one list, without ---: Kustomize reads the first one only",
        };
    }
    return target !== undefined
        ? undefined
        : {
              key: "target",
              value: target,
              fix: "name what the operations change, e.g. target: { kind: Deployment, name: web }",
          };
}

/** Kustomize asks each merge patch for an object's names, beside a target too, where they count for nothing. */
function mergeFault(
    documents: readonly unknown[],
    patch: string,
    target: Patch["target"],
): PatchFault | undefined {
    const objects = documents.flatMap((each) => {
        const { kind, items } = each as { kind?: unknown; items?: unknown };
        return kind === "List" && Array.isArray(items) ? (items as unknown[]) : [each];
    });
    if (objects.length > 1 && target !== undefined) {
        return {
            key: "target",
            value: target,
            fix: "remove it, or write an entry of patches for each: Kustomize takes a target for one strategic merge patch",
        };
    }
    const named = objects.every((each) => {
        const { apiVersion, kind, metadata } = (each ?? {}) as Readonly<
            Record<"apiVersion" | "kind", unknown>
        > & { metadata?: { name?: unknown } | null };
        return (
            kind !== undefined &&
            metadata?.name !== undefined &&
            (target !== undefined || apiVersion !== undefined)
        );
    });
    return named
        ? undefined
        : {
              key: "patch",
              value: patch,
              fix:
                  target === undefined
                      ? "name the object that it changes by apiVersion, kind and metadata.name in the patch"
                      : "write kind and metadata.name into the patch too, whatever they are, e.g. metadata: { name: not-used }; or a list of operations",
          };
}

function isOperation(value: unknown): boolean {
    const { op, path } = (value ?? {}) as { op?: unknown; path?: unknown };
    return (
        ["add", "remove", "replace", "move", "copy", "test"].includes(String(op)) &&
        typeof path === "string" &&
        /^(?:\/|$)/.test(path)
    );
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

/** Whether a window opens again each day before it has closed. */
function neverCloses({ schedule, duration }: SyncWindow): boolean {
    const daily = /^@(?:daily|midnight|hourly)$|^\S+ \S+ (?:\*|\*\/1|\?) (?:\*|\*\/1) (?:\*|\*\/1|\?)$/;
    const [hours = 0, minutes = 0, seconds = 0] = ["h", "m", "s"].map((unit) =>
        Number(new RegExp(`(\\d+)${unit}`).exec(duration)?.[1] ?? 0),
    );
    return daily.test(schedule) && hours * 3600 + minutes * 60 + seconds >= 24 * 3600;
}
