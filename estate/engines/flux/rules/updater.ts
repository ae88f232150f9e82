import { versionFile } from "../../../flows/plan";
import { templateFault } from "../../../goTemplate";
import type { App, ExtraImage, ImageRule } from "../../../model";
import { clashes } from "../../../repeated";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";
import { imageRules, updated } from "../../../updaters";
import { groupNames, isRange, validTags } from "../../../tags";

/** What Flux's image policies can say, and what its automation needs. */
export const fluxUpdaterRules: readonly AppsRule[] = [
    {
        id: "flux-image-policy",
        rule: "must be something an ImagePolicy of Flux can say",
        severity: "error",
        check: (_, apps) => imageRules(apps).flatMap(policyFaults),
    },
    {
        id: "flux-image",
        rule: "must say one image",
        severity: "error",
        check: (_, apps) =>
            updated(apps).flatMap(({ app, updater }) =>
                Object.entries(updater.images).flatMap(([alias, image]) => imageFaults(app, alias, image)),
            ),
    },
    {
        id: "flux-write-back",
        rule: "is nothing Flux's automation does",
        severity: "error",
        check: (_, apps) =>
            updated(apps).flatMap(({ app, updater }): Finding[] => {
                const path = `apps.${app.name}.updater`;
                return [
                    ...(updater.mergeRequest
                        ? [
                              {
                                  path: `${path}.mergeRequest`,
                                  value: true,
                                  fix: "write a branch in writeBranch and open the merge request from there, or let it commit to the environment's branch",
                              },
                          ]
                        : []),
                    ...(updater.writeBranch?.includes("{{") === true
                        ? [
                              {
                                  path: `${path}.writeBranch`,
                                  value: updater.writeBranch,
                                  rule: "must be a branch: Flux takes no template",
                                  fix: `write a name, e.g. image-updates-${app.name}`,
                              },
                          ]
                        : []),
                ];
            }),
    },
    {
        id: "flux-commit-template",
        rule: "must be a Go template",
        severity: "error",
        check: ({ spec }: Checked, apps: readonly App[]): Finding[] => {
            const { message } = spec.flux.commit;
            const rule =
                message === undefined || updated(apps).length === 0 ? undefined : templateFault(message);
            return rule === undefined
                ? []
                : [
                      {
                          path: "flux.commit.message",
                          value: message,
                          rule,
                          fix: "write e.g. Update {{.AutomationObject.Name}}",
                      },
                  ];
        },
    },
    {
        id: "flux-one-marker",
        rule: "must be one environment for each file: the marker behind the version names one policy, and a merge carries it on",
        severity: "error",
        check: (_, apps) =>
            updated(apps).flatMap(({ app, updater }) =>
                clashes(
                    updater.environments.flatMap((environment) => {
                        const place = app.plan.versions[environment];
                        return place === undefined
                            ? []
                            : [
                                  {
                                      key: versionFile(place),
                                      path: `apps.${app.name}.updater.environments`,
                                      value: environment,
                                      owner: environment,
                                  },
                              ];
                    }),
                    "let it write in the first and promote by a merge",
                ),
            ),
    },
    {
        id: "flux-registry",
        rule: "must be verifiable: Flux asks no registry whose certificate it does not know",
        severity: "error",
        check: ({ estate }: Checked, apps: readonly App[]): Finding[] => {
            const used = new Set(
                updated(apps).flatMap(({ app, updater }) =>
                    app.environments
                        .filter(({ environment }) => updater.environments.includes(environment))
                        .map(({ registry }) => registry),
                ),
            );
            return Object.values(estate.registries)
                .filter(({ name, insecure, url }) => used.has(name) && insecure && url.startsWith("https://"))
                .map(({ name }) => ({
                    path: `registries.${name}.insecure`,
                    value: true,
                    fix: "remove it and name the authority in network.certificateAuthorities",
                }));
        },
    },
];

function policyFaults({ path, rule }: { path: string; rule: ImageRule }): Finding[] {
    const { strategy, constraint, allowTags, extract, ignoreTags, platforms } = rule;
    const groups = groupNames(allowTags);
    const faults: (Omit<Finding, "path"> & { at: string; when: boolean })[] = [
        {
            at: "strategy",
            value: strategy,
            when: strategy === "newest-build" || strategy === "digest",
            rule: `must be semver, numerical or alphabetical: Flux reads tags, and not when an image was built or what it is`,
            fix: "write semver for versions, or let tags hold a number that rises (a pipeline's, a time), and write numerical with extract",
        },
        {
            at: "constraint",
            value: constraint,
            when: constraint !== undefined && (strategy !== "semver" || !isRange(constraint)),
            rule: "must be a range of versions, with strategy semver alone",
            fix: "write e.g. 1.0.x or >=1.2 <2, or remove it",
        },
        {
            at: "allowTags",
            value: allowTags,
            when: !validTags(allowTags),
            rule: "must be any, or regexp: and a valid expression",
            fix: "write e.g. regexp:^v[0-9]+$",
        },
        {
            at: "extract",
            value: extract,
            when: extract !== undefined && !isExtract(extract, groups),
            rule: "must name groups of allowTags",
            fix: `write e.g. $${groups[0] ?? "build"}${groups.length === 0 ? " and a group (?P<build>…) in allowTags" : ""}`,
        },
        {
            at: "ignoreTags",
            value: ignoreTags,
            when: ignoreTags.length > 0,
            rule: "has no counterpart in an ImagePolicy",
            fix: "write allowTags so that they do not match",
        },
        {
            at: "platforms",
            value: platforms,
            when: platforms.length > 0,
            rule: "has no counterpart in an ImagePolicy",
            fix: "remove it",
        },
    ];
    return faults
        .filter(({ when }) => when)
        .map(({ at, value, rule: said, fix }) => ({
            path: `${path}.${at}`,
            value,
            ...(said === undefined ? {} : { rule: said }),
            fix,
        }));
}

/** Whether every `$name` is a group; Go takes an unknown one for nothing, and compares nothing then. */
function isExtract(extract: string, groups: readonly string[]): boolean {
    const named = [...extract.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map(([, a, b]) => a ?? b ?? "");
    return named.length > 0 && named.every((name) => groups.includes(name) || /^\d+$/.test(name));
}

function imageFaults(app: App, alias: string, image: ExtraImage): Finding[] {
    const path = `apps.${app.name}.updater.images.${alias}`;
    return [
        ...((image.image === undefined) === (image.repository === undefined)
            ? [
                  {
                      path,
                      value: { image: image.image, repository: image.repository },
                      rule: "must have an image or a repository, and not both",
                      fix: "write repository for an image of the environment's Harbor project, image for any other",
                  },
              ]
            : []),
        ...(image.pullSecret === undefined
            ? []
            : [
                  {
                      path: `${path}.pullSecret`,
                      value: image.pullSecret,
                      rule: "is a form of Argo CD's updater",
                      fix: "remove it: Flux reads public images, and a repository of the environment with its pull robot",
                  },
              ]),
        ...(["helm", "kustomize"] as const)
            .filter((key) => image[key] !== undefined)
            .map((key) => ({
                path: `${path}.${key}`,
                value: image[key],
                rule: "has no effect: Flux writes where a marker is",
                fix: `remove it, and put the marker behind the tag, see docs/flux.md`,
            })),
    ];
}
