/**
 * First content of the repositories, beside the pipelines: files below this folder, filled with the little that differs
 * between apps. Written once, never overwritten: from then on it is the team's.
 */
import * as path from "node:path";
import { appIn, versionFile } from "../../estate/flows/plan";
import { unnamedImage } from "../../estate/images";
import { onMachine } from "../../estate/machines";
import type { App, AppEnvironment } from "../../estate/model";
import { compare } from "../../estate/problem";
import { deliveryNotes } from "../ci/content";
import type { SeedFile } from "../support/seed";
import { renderFile, type Values } from "../support/template";

/**
 * What an app's part of a config repository starts with: the same in each folder that has a version, or what all of them
 * have in common in the plan's base, and what differs in theirs.
 */
export function configContent(app: App, fullPath = app.config.fullPath): SeedFile[] {
    return unmarkedContent(app, fullPath).map((each) => ({ ...each, text: marked(each.text, app) }));
}

function unmarkedContent(app: App, fullPath: string): SeedFile[] {
    const { base } = app.plan;
    // By folder, one environment that has its version there.
    const folders = Object.entries(
        Object.fromEntries(
            Object.entries(app.plan.versions)
                .filter(([, { repository }]) => repository === fullPath)
                .map(([environment, place]) => [
                    path.posix.dirname(versionFile(place)),
                    appIn(app, environment),
                ]),
        ),
    ).sort(([one], [other]) => compare(one, other));
    const machines = folders.filter(([, place]) => onMachine(place));
    const clusters = folders.filter(([, place]) => !onMachine(place));
    const composed = machines.flatMap(([folder, place]) => below(folder, compose(app, place)));
    if (clusters.length === 0) {
        return composed;
    }
    if (base === undefined) {
        return [
            ...clusters.flatMap(([folder, environment]) =>
                below(folder, contents[app.delivery](app, environment)),
            ),
            ...composed,
        ];
    }
    return [
        ...below(base, bases[app.delivery](app)),
        ...clusters.flatMap(([folder]) =>
            below(folder, overlays[app.delivery](app, path.posix.relative(folder, base))),
        ),
        ...composed,
    ];
}

function below(folder: string, files: readonly SeedFile[]): SeedFile[] {
    return files.map((each) => ({ ...each, path: `${folder}/${each.path}` }));
}

/** What an app repository starts with, beside the README.md that comes with the project: an image that serves a page. */
export function appContent(app: App): SeedFile[] {
    return [
        file("app", "Dockerfile", { port: app.port }),
        file("app", "public/index.html", { app: app.name }),
        { path: "docs/delivery.md", text: deliveryNotes(app) },
    ];
}

type Contents<T extends unknown[] = []> = Readonly<
    Record<App["delivery"], (app: App, ...more: T) => SeedFile[]>
>;

/** By delivery: a folder with everything, for the environments that have their version in it. */
const contents: Contents<[environment: AppEnvironment]> = {
    helm,
    kustomize,
    plain,
    jsonnet: (app) => [...jsonnetBase(app), ...jsonnetMain(app, jsonnetObjects)],
};

/** The folder that others build on. Plain manifests have none: nothing would put them together. */
const bases: Contents = { helm, kustomize: kustomizeBase, plain: () => [], jsonnet: jsonnetBase };

/** A folder that builds on another, which is at a relative path. */
const overlays: Contents<[base: string]> = {
    helm: () => [file("overlays/helm", "values.yaml")],
    kustomize: ({ name }, base) => [
        file("overlays/kustomize/overlay", "kustomization.yaml", {
            base,
            withoutImage: `${base}/without-image`,
            image: unnamedImage(name),
        }),
    ],
    plain: () => [],
    jsonnet: (app, base) => jsonnetMain(app, `${base}/${jsonnetObjects}`),
};

/**
 * A chart: a Deployment and a Service.
 *
 * While `imagetag` is empty the Deployment has no replicas, so that Argo CD shows the app as healthy and nothing tries
 * to pull an image that does not exist.
 */
function helm({ name, team, port, rolloutDeadlineSeconds }: App): SeedFile[] {
    return [
        file("helm", "Chart.yaml", { app: name, description: `${name} of team ${team}` }),
        file("helm", "values.yaml", { app: name, port, rolloutDeadlineSeconds }),
        file("helm", "templates/_helpers.tpl"),
        file("helm", "templates/deployment.yaml"),
        file("helm", "templates/poddisruptionbudget.yaml"),
        file("helm", "templates/service.yaml"),
    ];
}

/**
 * A kustomization: a Deployment and a Service.
 *
 * While the tag is `none` the Deployment has no replicas, so that Argo CD shows the app as healthy and nothing tries to
 * pull an image that does not exist. Kustomize has no conditions, but a transformer that runs after the images are set
 * can select by an annotation made from the tag; so whoever writes the first tag, be it a pipeline, the image updater
 * or a person, writes nothing but the tag. The annotation's name has no slash, which paths of replacements would have to
 * escape.
 */
function kustomize({ name: app, port, rolloutDeadlineSeconds }: App): SeedFile[] {
    return [
        file("kustomize", "kustomization.yaml", { image: unnamedImage(app) }),
        file("kustomize", "no-pods-without-image.yaml", { app }),
        file("kustomize", "deployment.yaml", { app, port, rolloutDeadlineSeconds }),
        file("kustomize", "service.yaml", { app }),
    ];
}

/** The same for several environments. Kustomize takes files from a folder beside it only as another kustomization. */
function kustomizeBase(app: App): SeedFile[] {
    const changed = ["kustomization.yaml", "no-pods-without-image.yaml"];
    return [
        file("overlays/kustomize/base", "kustomization.yaml"),
        file("overlays/kustomize/base", "without-image/kustomization.yaml"),
        ...below("without-image", [file("kustomize", "no-pods-without-image.yaml", { app: app.name })]),
        ...kustomize(app).filter((each) => !changed.includes(each.path)),
    ];
}

/**
 * A Deployment and a Service, with the environment's own image. Nothing renders them: who writes the first tag also ends the
 * line that says there are no pods until then.
 */
function plain({ name: app, port, rolloutDeadlineSeconds }: App, { image }: AppEnvironment): SeedFile[] {
    return [
        file("plain", "deployment.yaml", { app, port, rolloutDeadlineSeconds, image: `${image}:none` }),
        file("plain", "service.yaml", { app }),
    ];
}

/** A Compose file, for a machine: with the image of the environment, as plain manifests have it, and what they limit. */
function compose({ name: app, port }: App, { environment, image }: AppEnvironment): SeedFile[] {
    return [file("compose", "compose.yaml", { app, port, environment, image: `${image}:none` })];
}

/** The file with what the environments of an app have in common. */
const jsonnetObjects = "app.libsonnet";

function jsonnetBase({ name: app, port, rolloutDeadlineSeconds }: App): SeedFile[] {
    return [file("jsonnet", jsonnetObjects, { app, port, rolloutDeadlineSeconds })];
}

/** What is rendered and its version; `objects` is where the objects are, from there. */
function jsonnetMain({ name: app }: App, objects: string): SeedFile[] {
    return [file("jsonnet", "main.jsonnet", { app, objects }), file("jsonnet", "version.libsonnet")];
}

/** The first version with the mark behind it by which the app's engine finds it. */
function marked(text: string, { versionMarker }: App): string {
    return versionMarker === undefined
        ? text
        : text.replace(/^ *(?:imagetag: ""|newTag: none)$/m, (line) => `${line} ${versionMarker}`);
}

/** A file of a folder beside this one, with the same path in the repository. */
function file(folder: string, name: string, values: Values = {}): SeedFile {
    return { path: name, text: renderFile(path.join(__dirname, folder, name), values) };
}
