/**
 * First content of the repositories, beside the pipelines: files below this folder, filled with the little that differs
 * between apps. Written once, never overwritten: from then on it is the team's.
 */
import * as path from "node:path";
import type { App } from "../../estate/model";
import { deliveryNotes } from "../ci/content";
import type { SeedFile } from "../support/seed";
import { renderFile, type Values } from "../support/template";

/** What an app's folder in its config repository starts with. */
export function configContent(app: App): SeedFile[] {
    return contents[app.delivery](app).map((file) => ({
        ...file,
        path: `${app.config.folder}/${file.path}`,
    }));
}

/** What an app repository starts with, beside the README.md that comes with the project: an image that serves a page. */
export function appContent(app: App): SeedFile[] {
    return [
        file("app", "Dockerfile", { port: app.port }),
        file("app", "public/index.html", { app: app.name }),
        { path: "docs/delivery.md", text: deliveryNotes(app) },
    ];
}

/** By delivery, with paths below the app's folder. */
const contents: Readonly<Record<App["delivery"], (app: App) => SeedFile[]>> = { helm, kustomize };

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
        // The image has three elements, as every image of a Harbor: what takes the tag from it relies on that.
        file("kustomize", "kustomization.yaml", { image: `registry.invalid/${app}/${app}` }),
        file("kustomize", "no-pods-without-image.yaml", { app }),
        file("kustomize", "deployment.yaml", { app, port, rolloutDeadlineSeconds }),
        file("kustomize", "service.yaml", { app }),
    ];
}

/** A file of a folder beside this one, with the same path in the repository. */
function file(folder: string, name: string, values: Values = {}): SeedFile {
    return { path: name, text: renderFile(path.join(__dirname, folder, name), values) };
}
