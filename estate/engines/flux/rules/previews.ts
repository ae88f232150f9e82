import type { App } from "../../../model";
import type { AppsRule } from "../../../rules/rule";

/** What previews of merge requests need where Flux delivers. */
export const fluxPreviewRules: readonly AppsRule[] = [
    {
        id: "flux-previews-operator",
        rule: "needs Flux Operator: Flux alone makes no previews",
        severity: "error",
        check: ({ estate }, apps) =>
            estate.flux.operator !== undefined
                ? []
                : previewed(apps).map(({ name, previews }) => ({
                      path: `apps.${name}.previews`,
                      value: previews.into,
                      fix: "write flux.operator with the version and checksum of the install.yaml you reviewed; or remove the previews, or let Argo CD deliver the app",
                  })),
    },
    {
        id: "flux-previews-url",
        rule: "is required: Flux has no page about a preview that could be linked instead",
        severity: "error",
        check: (_, apps) =>
            previewed(apps)
                .filter(({ previews }) => previews.url === undefined)
                .map(({ name }) => ({
                    path: `apps.${name}.previews.url`,
                    value: undefined,
                    fix: `write where a preview answers, e.g. https://${name}-{number}.preview.example.com`,
                })),
    },
    {
        id: "flux-previews-gitlab",
        rule: "must be at the root of its host: Flux Operator takes the whole path of an address for a project's",
        severity: "error",
        check: ({ spec, estate }, apps) =>
            previewed(apps).length === 0 || /^https?:\/\/[^/]+$/.test(estate.gitlab.clusterUrl)
                ? []
                : [
                      {
                          path: spec.gitlab.clusterUrl === undefined ? "gitlab.url" : "gitlab.clusterUrl",
                          value: estate.gitlab.clusterUrl,
                          fix: "set gitlab.clusterUrl to an address without a path at which GitLab answers, remove the previews, or let Argo CD deliver the apps that have them",
                      },
                  ],
    },
];

function previewed(apps: readonly App[]): (App & { readonly previews: NonNullable<App["previews"]> })[] {
    return apps.flatMap((app) => (app.previews === undefined ? [] : [{ ...app, previews: app.previews }]));
}
