import type { Ability, EngineAbilities } from "../engines/engine";
import { engineOf } from "../engines";
import type { App, Estate } from "../model";
import type { Finding, Rule } from "./rule";

/** What apps ask of their engines. */
export const engineRules: readonly Rule[] = [
    {
        id: "engine-ability",
        rule: "must be something the app's engine does",
        severity: "error",
        check: ({ estate, context }) =>
            Object.values(estate.apps).flatMap((app) => {
                const { title, abilities } = engineOf(app.engine, context.engines);
                return asked(estate, app).flatMap(({ ability, path, value }): Finding[] => {
                    const has: Ability = abilities[ability];
                    return has === true
                        ? []
                        : [
                              {
                                  path,
                                  value,
                                  rule: `is nothing ${title} does, which delivers ${app.name}`,
                                  fix: has.instead,
                              },
                          ];
                });
            }),
    },
];

/** Abilities that an app uses, with where it asks for each. */
function asked(estate: Estate, app: App): { ability: keyof EngineAbilities; path: string; value: unknown }[] {
    return [
        ...(app.updater === undefined
            ? []
            : [
                  {
                      ability: "updater" as const,
                      path: `apps.${app.name}.updater`,
                      value: app.updater.strategy,
                  },
              ]),
        ...(app.delivery !== "jsonnet"
            ? []
            : [
                  {
                      ability: "jsonnet" as const,
                      path: `apps.${app.name}.delivery`,
                      value: app.delivery,
                  },
              ]),
        ...(app.previews === undefined
            ? []
            : [
                  {
                      ability: "previews" as const,
                      path: `apps.${app.name}.previews`,
                      value: app.previews.into,
                  },
              ]),
        ...(app.dependsOn.length === 0
            ? []
            : [
                  {
                      ability: "dependsOn" as const,
                      path: `apps.${app.name}.dependsOn`,
                      value: app.dependsOn,
                  },
              ]),
        ...app.environments.flatMap(({ environment: name, machine, hold, pin, sync }) => {
            if (machine !== undefined) {
                return []; // No engine delivers there.
            }
            const path = `apps.${app.name}.environments.${name}`;
            const windows = estate.environments.find((each) => each.name === name)?.syncWindows ?? [];
            return [
                ...(windows.length === 0
                    ? []
                    : [
                          {
                              ability: "syncWindows" as const,
                              path: `environments.${name}.syncWindows`,
                              value: windows.length,
                          },
                      ]),
                ...(sync.ignoreDifferences.length === 0
                    ? []
                    : [
                          {
                              ability: "ignoreDifferences" as const,
                              path: `${path}.sync.ignoreDifferences`,
                              value: sync.ignoreDifferences.length,
                          },
                      ]),
                // On hold is said in another word.
                ...(sync.automated || hold !== undefined
                    ? []
                    : [{ ability: "manualSync" as const, path: `${path}.sync.automated`, value: false }]),
                ...(hold === undefined
                    ? []
                    : [{ ability: "hold" as const, path: `${path}.hold`, value: hold }]),
                ...(pin === undefined ? [] : [{ ability: "pin" as const, path: `${path}.pin`, value: pin }]),
            ];
        }),
    ];
}
