import type { AppsRule, Checked, Finding } from "../../../rules/rule";

/** Where Flux comes from. */
export const fluxSettingRules: readonly AppsRule[] = [
    { id: "flux-manifests", rule: "must be verifiable", severity: "error", check: manifests },
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

function manifests({ spec, estate }: Checked): Finding[] {
    const written = spec.flux.manifests;
    const { path, sha256, version } = estate.flux.manifests;
    if (written.path !== undefined && written.url !== undefined) {
        return [
            {
                path: "flux.manifests",
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
                  path: "flux.manifests.sha256",
                  value: undefined,
                  rule: `is required: no checksum is known for ${written.url === undefined ? `version ${version}` : "this file"}`,
                  fix: "write the SHA-256 of the install.yaml you reviewed, or commit the file and set flux.manifests.path",
              },
          ];
}
