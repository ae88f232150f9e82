import type { App } from "../../../model";
import { besideDefaults } from "../../../plain";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";
import { unknownWorkloads } from "../../../workloads";
import { updated } from "../../../updaters";
import type { FluxManifests } from "../model";
import { fluxOptions } from "../schema";

/** What the manifests of Flux and of its operator run. */
const workloads = [
    ...["flux-operator", "helm-controller", "image-automation-controller", "image-reflector-controller"],
    ...["kustomize-controller", "notification-controller", "source-controller"],
];

/** Where Flux comes from. */
export const fluxSettingRules: readonly AppsRule[] = [
    {
        id: "flux-manifests",
        rule: "must be verifiable",
        severity: "error",
        check: ({ spec, estate }) => verifiable("flux.manifests", spec.flux.manifests, estate.flux.manifests),
    },
    {
        id: "flux-operator-manifests",
        rule: "must be verifiable",
        severity: "error",
        check: ({ spec: { flux: written }, estate: { flux } }) =>
            written.operator === undefined || flux.operator === undefined
                ? []
                : verifiable("flux.operator", written.operator, flux.operator),
    },
    {
        id: "flux-workload",
        rule: "has no effect: Flux's manifests run nothing of this name",
        severity: "warning",
        check: ({ spec }) => unknownWorkloads("flux.resources", spec.flux.resources, workloads),
    },
    {
        id: "flux-setting",
        rule: "has no effect",
        severity: "warning",
        afterErrors: true,
        check: ({ spec: { flux, notifications } }: Checked, apps: readonly App[]): Finding[] => {
            const updater = {
                used: updated(apps).length > 0,
                without: "no app that Flux delivers has an updater",
                fix: "set apps.<app>.updater",
            };
            const helm = {
                used: apps.some(({ delivery }) => delivery === "helm"),
                without: "no app that Flux delivers is a chart of Helm",
                fix: "deliver one with helm",
            };
            const relay = {
                used: notifications.relay !== undefined,
                without: "there is no notifications.relay",
                fix: "write that",
            };
            const needs: Readonly<Record<string, typeof updater>> = {
                "flux.commit.name": updater,
                "flux.commit.email": updater,
                "flux.commit.message": updater,
                "flux.imageIntervalSeconds": updater,
                "flux.forceUpgrades": helm,
                "flux.relayUrl": relay,
            };
            return besideDefaults("flux", flux, fluxOptions.parse({})).flatMap(({ path, value }) => {
                const need = needs[path];
                return need === undefined || need.used
                    ? []
                    : [
                          {
                              path,
                              value,
                              rule: `has no effect: ${need.without}`,
                              fix: `${need.fix}, or remove this`,
                          },
                      ];
            });
        },
    },
    {
        id: "flux-image-mirror-login",
        rule: "needs the mirror that it is a login of",
        severity: "error",
        check: ({ spec }) =>
            spec.flux.imageMirrorLogin && spec.flux.imageMirror === undefined
                ? [
                      {
                          path: "flux.imageMirrorLogin",
                          value: true,
                          fix: "name the mirror in flux.imageMirror, or remove this",
                      },
                  ]
                : [],
    },
];

function verifiable(
    key: "flux.manifests" | "flux.operator",
    written: { readonly path?: string | undefined; readonly url?: string | undefined },
    { path, sha256, version }: FluxManifests,
): Finding[] {
    if (written.path !== undefined && written.url !== undefined) {
        return [
            {
                path: key,
                value: { path: written.path, url: written.url },
                rule: "must have a path or a url, not both",
                fix: "remove one of them",
            },
        ];
    }
    return path !== undefined || sha256 !== undefined
        ? []
        : [
              {
                  path: `${key}.sha256`,
                  value: undefined,
                  rule: `is required: no checksum is known for ${written.url === undefined ? `version ${version}` : "this file"}`,
                  fix: `write the SHA-256 of the install.yaml you reviewed, or commit the file and set ${key}.path`,
              },
          ];
}
