import type { AppsRule } from "../../../rules/rule";

/** What Argo CD does otherwise with what an app may ask for. */
export const argocdDeliveryRules: readonly AppsRule[] = [
    {
        id: "argocd-plain-pin",
        rule: "is nothing Argo CD can say over plain manifests: they name the image with its tag",
        severity: "error",
        check: (_, apps) =>
            apps
                .filter(({ delivery }) => delivery === "plain")
                .flatMap(({ name, environments }) =>
                    environments
                        .filter(({ pin, machine }) => pin !== undefined && machine === undefined)
                        .map(({ environment, pin }) => ({
                            path: `apps.${name}.environments.${environment}.pin`,
                            value: pin,
                            fix: `write the tag in git and set apps.${name}.environments.${environment}.hold, or set apps.${name}.delivery to helm, kustomize or jsonnet`,
                        })),
                ),
    },
    {
        id: "argocd-ignore-kind",
        rule: "must be a kind or a pattern with * and ?: Argo CD reads no expressions there",
        severity: "error",
        check: (_, apps) =>
            apps.flatMap(({ name, environments }) =>
                environments.flatMap(({ environment, sync }) =>
                    sync.ignoreDifferences.flatMap(({ kind }, index) =>
                        kind.includes(".")
                            ? [
                                  {
                                      path: `apps.${name}.environments.${environment}.sync.ignoreDifferences.${index}.kind`,
                                      value: kind,
                                      fix: `write ${kind.replaceAll(".*", "*").replaceAll(".", "?")}`,
                                  },
                              ]
                            : [],
                    ),
                ),
            ),
    },
];
