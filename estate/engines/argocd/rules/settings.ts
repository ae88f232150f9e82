import type { AppsRule, Finding, Rule } from "../../../rules/rule";

/** Where Argo CD comes from, and where people find it. */
export const argocdSettingRules: readonly AppsRule[] = [
    {
        id: "sso-url",
        rule: "is required with sign-on: GitLab sends people back there",
        severity: "error",
        check: ({ spec }) =>
            spec.argocd.sso === undefined || spec.argocd.url !== undefined
                ? []
                : [{ path: "argocd.url", value: undefined, fix: "write Argo CD's public URL" }],
    },
    { id: "manifests-source", rule: "must be verifiable", severity: "error", check: manifests },
];

function manifests({ spec, estate }: Parameters<Rule["check"]>[0]): Finding[] {
    const written = spec.argocd.manifests;
    const { path, sha256, version } = estate.argocd.manifests;
    if (written.path !== undefined && written.url !== undefined) {
        return [
            {
                path: "argocd.manifests",
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
                  path: "argocd.manifests.sha256",
                  value: undefined,
                  rule: `is required: no checksum is known for ${written.url === undefined ? `version ${version}` : "this file"}`,
                  fix: "write the SHA-256 of the file you reviewed",
              },
          ];
}
