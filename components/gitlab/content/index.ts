/** First content of the repositories. Written once, never overwritten: from then on it is the team's. */
import type { App } from "../../../estate/model";
import { deliveryNotes } from "../../ci/content";
import { helmContent } from "./helm";
import { kustomizeContent } from "./kustomize";
import { lines, type SeedFile } from "./text";

export type { SeedFile } from "./text";

/** What an app's folder in its config repository starts with. */
export function configContent(app: App): SeedFile[] {
    switch (app.delivery) {
        case "helm":
            return helmContent(app);
        case "kustomize":
            return kustomizeContent(app);
    }
}

/** What an app repository starts with, beside the README.md that comes with the project: an image that serves a page. */
export function appContent(app: App): SeedFile[] {
    return [
        {
            path: "Dockerfile",
            text: lines(
                "# A stand-in until the app is there: serves public/ without root.",
                "FROM busybox:1.37",
                "COPY public /www",
                "USER 65534",
                `EXPOSE ${app.port}`,
                `CMD ["httpd", "-f", "-p", "${app.port}", "-h", "/www"]`,
            ),
        },
        {
            path: "public/index.html",
            text: lines("<!doctype html>", `<title>${app.name}</title>`, `<p>${app.name} is up.</p>`),
        },
        { path: "docs/delivery.md", text: deliveryNotes(app) },
    ];
}
