import type { App, Estate, ExtraImage, ImageRule } from "../../../model";
import type { Spec } from "../../../schema";
import { templateFault } from "../../../goTemplate";
import { goExpression, isRange, sampleTags, validTags } from "../../../tags";
import { imageUpdaterSchema } from "../updaterSchema";
import { updaterAbilities, type UpdaterAbilities } from "../updaterVersions";
import { besideDefaults } from "../../../plain";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";
import { imageRules, updated } from "../../../updaters";

/** What an image updater of the chosen version can do, and what its settings need. */
export const updaterRules: readonly AppsRule[] = [
    {
        id: "updater-tags",
        rule: "must be any, or regexp: and a valid expression",
        severity: "error",
        check: (_, apps) =>
            imageRules(apps)
                .filter(({ rule }) => !validTags(rule.allowTags))
                .map(({ path, rule }) => ({
                    path: `${path}.allowTags`,
                    value: rule.allowTags,
                    fix: "write e.g. regexp:^main-[0-9a-f]{10}$",
                })),
    },
    {
        id: "updater-ci-tags",
        rule: "should let through what the app's CI pushes, or nothing is ever rolled out",
        // Something else may push tags that match; the estate does not know of it.
        severity: "warning",
        check: (_, apps) => updated(apps).flatMap(({ app, updater }) => unreachableTags(app, updater)),
    },
    {
        id: "updater-strategy",
        rule: "is nothing Argo CD's image updater knows",
        severity: "error",
        check: (_, apps) =>
            imageRules(apps).flatMap(({ path, rule: { strategy, extract } }): Finding[] => [
                ...(strategy === "numerical"
                    ? [
                          {
                              path: `${path}.strategy`,
                              value: strategy,
                              fix: "write newest-build, or alphabetical for numbers with leading zeros",
                          },
                      ]
                    : []),
                ...(extract === undefined
                    ? []
                    : [
                          {
                              path: `${path}.extract`,
                              value: extract,
                              fix: "remove it: whole tags are compared",
                          },
                      ]),
            ]),
    },
    {
        id: "updater-constraint",
        rule: "must fit the strategy",
        severity: "error",
        check: (_, apps) => imageRules(apps).flatMap(constraintFault),
    },
    {
        id: "updater-image",
        rule: "must say one image, and where it is in the manifests",
        severity: "error",
        check: (_, apps) =>
            updated(apps).flatMap(({ app, updater }) =>
                Object.entries(updater.images).flatMap(([alias, image]) =>
                    imageFaults(app, alias, image).map((fault) => ({
                        ...fault,
                        path: `apps.${app.name}.updater.images.${alias}${fault.path}`,
                    })),
                ),
            ),
    },
    {
        id: "updater-write-back",
        rule: "must be something the version can do",
        severity: "error",
        check: writeBack,
    },
    {
        id: "updater-manifests",
        rule: "must be verifiable",
        severity: "error",
        check: ({ spec, estate }) => manifests(spec, estate),
    },
    {
        id: "updater-webhook",
        rule: "is something the updater listens at from 0.17 on",
        severity: "error",
        check: ({ spec, estate }: Checked): Finding[] => {
            const { imageUpdaterVersion, imageUpdater } = estate.argocd;
            const { webhookUrl } = imageUpdater;
            const { webhookListener } = spec.argocd.imageUpdater;
            return webhookUrl === undefined ||
                abilities(estate)?.webhook !== false ||
                webhookListener === "other"
                ? []
                : [
                      {
                          path: "argocd.imageUpdater.webhookUrl",
                          value: webhookUrl,
                          fix: `remove it: version ${imageUpdaterVersion ?? ""} only polls; or use a later version; or set webhookListener to other, where something else listens`,
                      },
                  ];
        },
    },
    {
        id: "updater-used",
        rule: "has no effect: no app has an updater, so there is none",
        severity: "warning",
        afterErrors: true,
        check: ({ spec: { argocd } }, apps) =>
            argocd.imageUpdaterVersion !== undefined || updated(apps).length > 0
                ? []
                : written(argocd.imageUpdater).map(({ path, value }) => ({
                      path,
                      value,
                      fix: "set apps.<app>.updater, or argocd.imageUpdaterVersion for one without apps; or remove this",
                  })),
    },
    {
        id: "updater-setting",
        rule: "has no effect",
        severity: "warning",
        afterErrors: true,
        check: ({ spec: { argocd }, estate }: Checked, apps: readonly App[]): Finding[] => {
            if (estate.argocd.imageUpdaterVersion === undefined) {
                return [];
            }
            const { install, webhookUrl, webhookListener } = argocd.imageUpdater;
            const found = written(argocd.imageUpdater);
            return [
                ...imageRules(apps)
                    .filter(
                        ({ rule: { strategy, platforms } }) =>
                            platforms.length > 0 && strategy !== "newest-build" && strategy !== "digest",
                    )
                    .map(({ path, rule: { strategy, platforms } }) => ({
                        path: `${path}.platforms`,
                        value: platforms,
                        rule: `has no effect with strategy ${strategy}, which looks at tags alone`,
                        fix: "remove it, or choose newest-build or digest",
                    })),
                ...(webhookListener === "other" && webhookUrl === undefined
                    ? [
                          {
                              path: "argocd.imageUpdater.webhookListener",
                              value: webhookListener,
                              rule: "has no effect without webhookUrl: no Harbor is told where it listens",
                              fix: "write webhookUrl, or remove this",
                          },
                      ]
                    : []),
                ...(install
                    ? []
                    : found
                          .filter(({ path }) => path.startsWith("argocd.imageUpdater.manifests."))
                          .map((each) => ({
                              ...each,
                              rule: "has no effect: install is false",
                              fix: "remove it, or install",
                          }))),
                ...(install || abilities(estate)?.intervalSetting !== false
                    ? []
                    : found
                          .filter(({ path }) => path === "argocd.imageUpdater.intervalSeconds")
                          .map((each) => ({
                              ...each,
                              rule: `has no effect: version ${estate.argocd.imageUpdaterVersion ?? ""} takes it as an argument, and install is false`,
                              fix: "give --interval to what installs it and remove this, or install",
                          }))),
            ];
        },
    },
    {
        id: "updater-template",
        rule: "must be a Go template that the updater can fill in",
        severity: "error",
        check: ({ spec }: Checked, apps: readonly App[]): Finding[] => {
            const users = updated(apps);
            const { message } = spec.argocd.imageUpdater.commit;
            return [
                ...users.map(({ app, updater: { writeBranch } }) => ({
                    path: `apps.${app.name}.updater.writeBranch`,
                    value: writeBranch,
                    fields: ["Images", "Name", "Alias", "OldTag", "NewTag", "SHA256"],
                    fix: "write e.g. image-updater-{{.SHA256}}",
                })),
                {
                    path: "argocd.imageUpdater.commit.message",
                    value: users.length === 0 ? undefined : message,
                    fields: ["AppName", "AppChanges", "Image", "OldTag", "NewTag"],
                    fix: "write e.g. Update {{.AppName}}{{range .AppChanges}} {{.Image}} {{.NewTag}}{{end}}",
                },
            ].flatMap(({ fields, value, ...at }): Finding[] => {
                const rule = value === undefined ? undefined : templateFault(value, fields);
                return rule === undefined ? [] : [{ ...at, value, rule }];
            });
        },
    },
    {
        id: "updater-merge-request",
        rule: "excludes writeBranch: the updater names the branch of a merge request itself",
        severity: "error",
        check: (_, apps) =>
            updated(apps)
                .filter(({ updater }) => updater.mergeRequest && updater.writeBranch !== undefined)
                .map(({ app, updater }) => ({
                    path: `apps.${app.name}.updater.writeBranch`,
                    value: updater.writeBranch,
                    fix: "remove one of the two",
                })),
    },
];

/** What is said of the updater beside the defaults, by path. */
function written(updater: Spec["argocd"]["imageUpdater"]): { path: string; value: unknown }[] {
    return besideDefaults("argocd.imageUpdater", updater, imageUpdaterSchema.parse({}));
}

function abilities(estate: Estate): UpdaterAbilities | undefined {
    const version = estate.argocd.imageUpdaterVersion;
    return version === undefined ? undefined : updaterAbilities(version);
}

/** Whether the updater leaves out all that CI pushes where it is the one to choose among that. */
function unreachableTags(app: App, updater: ImageRule): Finding[] {
    const lanes = app.plan.lanes.filter(({ tag, writer }) => writer === "updater" && tag.of === "commit");
    const [lane] = lanes;
    if (app.ci === "none" || lane === undefined) {
        return [];
    }
    const allows = allowed(updater.allowTags);
    const tags = lanes.flatMap(sampleTags);
    const [example = ""] = tags;
    const path = `apps.${app.name}.updater`;
    if (!tags.some(allows)) {
        const pattern = `regexp:^${lane.tag.prefix}[0-9a-f]{10}$`;
        const fix = `CI pushes tags such as ${example}: write e.g. ${pattern}`;
        return [{ path: `${path}.allowTags`, value: updater.allowTags, fix }];
    }
    const ignores = updater.ignoreTags.map(glob);
    if (tags.filter(allows).every((tag) => ignores.some((ignored) => ignored.test(tag)))) {
        const fix = `CI pushes tags such as ${example}: take away the pattern that matches them`;
        return [{ path: `${path}.ignoreTags`, value: updater.ignoreTags, fix }];
    }
    return [];
}

/** Whether `allowTags` lets a tag through; everything is let through by what cannot be judged here. */
function allowed(expression: string): (tag: string) => boolean {
    const pattern = expression.slice("regexp:".length);
    // Valid in both languages, but not the same: anchors, classes and quotes that Go alone has.
    if (expression === "any" || !validTags(expression) || /\\[AzQEpPCx]|\[:/.test(pattern)) {
        return () => true;
    }
    const compiled = goExpression(pattern);
    return (tag) => compiled.test(tag);
}

/**
 * A glob of Go's filepath.Match, which `ignoreTags` are; tags have no slash. One that is malformed matches nothing. Ours:
 * the libraries for globs add braces and stars of the shell, which Go takes as they are.
 */
function glob(pattern: string): RegExp {
    const parts = pattern.match(/\\.|\[[^\]]*\]|[^]/g) ?? [];
    const expression = parts.map((part) => {
        switch (part[0]) {
            case "*":
                return ".*";
            case "?":
                return ".";
            case "[":
                return part;
            default:
                return part.slice(-1).replace(/[^\w]/, "\\$&");
        }
    });
    try {
        return new RegExp(`^${expression.join("")}$`);
    } catch {
        return /(?!)/;
    }
}

function constraintFault({ path, rule }: { path: string; rule: ImageRule }): Finding[] {
    const at = `${path}.constraint`;
    const { strategy, constraint } = rule;
    if (strategy === "digest") {
        return constraint !== undefined && /^\w[\w.-]{0,127}$/.test(constraint)
            ? []
            : [
                  {
                      path: at,
                      value: constraint,
                      rule: "must be the tag to follow, with strategy digest",
                      fix: "write a tag, e.g. latest",
                  },
              ];
    }
    if (strategy === "semver") {
        return constraint === undefined || isRange(constraint)
            ? []
            : [
                  {
                      path: at,
                      value: constraint,
                      rule: "must be a range of versions, with strategy semver",
                      fix: "write e.g. ^1.2, 1.x or >=1.2 <2",
                  },
              ];
    }
    return constraint === undefined
        ? []
        : [
              {
                  path: at,
                  value: constraint,
                  rule: `has no effect with strategy ${strategy}`,
                  fix: "remove it, or choose semver or digest; allowTags says which tags count",
              },
          ];
}

function imageFaults(app: App, alias: string, image: ExtraImage): Finding[] {
    const faults: Finding[] = [];
    if ((image.image === undefined) === (image.repository === undefined)) {
        faults.push({
            path: "",
            value: { image: image.image, repository: image.repository },
            rule: "must have an image or a repository, and not both",
            fix: "write repository for an image of the environment's Harbor project, image for any other",
        });
    }
    if (alias === app.name) {
        faults.push({
            path: "",
            value: alias,
            rule: "must be another alias than the app's name, which is its own image",
            fix: "rename it",
        });
    }
    if (app.delivery === "helm") {
        const { name, tag, spec } = image.helm ?? {};
        if ((tag === undefined) === (spec === undefined) || (spec !== undefined && name !== undefined)) {
            faults.push({
                path: ".helm",
                value: image.helm,
                rule: "must name the keys of the chart's values: tag, with or without name; or spec alone",
                fix: "write e.g. {name: sidecar.image, tag: sidecar.tag}",
            });
        }
        if (image.repository !== undefined && name === undefined && spec === undefined) {
            faults.push({
                path: ".helm.name",
                value: undefined,
                rule: "is required for a repository: its image is another in each environment",
                fix: "write the key that holds the image's name",
            });
        }
    }
    const foreign = app.delivery === "helm" ? "kustomize" : "helm";
    if (image[foreign] !== undefined) {
        faults.push({
            path: `.${foreign}`,
            value: image[foreign],
            rule: `has no effect: the app is delivered by ${app.delivery}`,
            fix: "remove it",
        });
    }
    return faults;
}

function writeBack({ estate }: Checked, apps: readonly App[]): Finding[] {
    const can = abilities(estate);
    if (can === undefined) {
        return [];
    }
    const version = estate.argocd.imageUpdaterVersion ?? "";
    return updated(apps).flatMap(({ app, updater }): Finding[] => [
        ...(updater.writeBack === "values" && app.delivery === "helm" && !can.helmValues
            ? [
                  {
                      path: `apps.${app.name}.updater.writeBack`,
                      value: updater.writeBack,
                      rule: `cannot be done by version ${version}: it writes into a chart's values from 0.15 on`,
                      fix: "use source, or a later version",
                  },
              ]
            : []),
        ...(updater.mergeRequest && !can.mergeRequests
            ? [
                  {
                      path: `apps.${app.name}.updater.mergeRequest`,
                      value: true,
                      rule: `cannot be done by version ${version}: it opens merge requests from 1.3 on`,
                      fix: "use writeBranch and open them yourself, or a later version",
                  },
              ]
            : []),
        // It asks the API at the host of the repository's address, and takes all of the path for the project's.
        ...(updater.mergeRequest && new URL(app.config.url).pathname !== `/${app.config.fullPath}.git`
            ? [
                  {
                      path: `apps.${app.name}.updater.mergeRequest`,
                      value: true,
                      rule: "cannot be done where GitLab is below a path: the updater knows its API at the host alone",
                      fix: "use writeBranch and open them yourself",
                  },
              ]
            : []),
    ]);
}

function manifests(spec: Spec, estate: Estate): Finding[] {
    const written = spec.argocd.imageUpdater.manifests;
    const made = estate.argocd.imageUpdater.manifests;
    if (made === undefined) {
        return [];
    }
    if (written.path !== undefined && written.url !== undefined) {
        return [
            {
                path: "argocd.imageUpdater.manifests",
                value: { path: written.path, url: written.url },
                rule: "must have a path or a url, not both",
                fix: "remove one of them",
            },
        ];
    }
    return made.path !== undefined || made.sha256 !== undefined
        ? []
        : [
              {
                  path: "argocd.imageUpdater.manifests.sha256",
                  value: undefined,
                  rule: `is required: no checksum is known for ${written.url === undefined ? `version ${estate.argocd.imageUpdaterVersion ?? ""}` : "this file"}`,
                  fix: "write the SHA-256 of the file you reviewed, or set argocd.imageUpdater.install to false",
              },
          ];
}
