import { z } from "zod";

import { authorName, mailAddress, manifestSource, url } from "../../fields";
import { updaterReleases } from "./releases";

/** Argo CD Image Updater's part of the spec; what it does for an app is a part of the app. */

export const imageUpdaterSchema = z.strictObject({
    install: z
        .boolean()
        .default(true)
        .describe(
            "Install the updater beside Argo CD, from `manifests`. `false`: something else does; the estate writes its settings all the same.",
        ),
    manifests: z
        .strictObject({
            ...manifestSource({
                path: "Manifest file, relative to the project's folder; excludes `url`.",
                url: "URL of the manifest file, or of a mirror of it; excludes `path`. Default: the release's file in the updater's repository.",
                sha256: `SHA-256 of the file at \`url\`. Known for the releases ${Object.keys(updaterReleases).join(", ")}; required for any other version or file.`,
            }),
        })
        .prefault({})
        .describe("What the updater is installed from; used with `install`."),
    intervalSeconds: z
        .int()
        .min(5)
        .max(86400)
        .default(120)
        .describe("Seconds between two looks at the registries. With a webhook it is the fallback."),
    webhookUrl: url
        .optional()
        .describe(
            "URL under which Harbor reaches the updater's webhook server, without path, e.g. `https://updater.example.com`. With it, every Harbor project of an environment the updater acts in notifies it of a push at once. Absent: it only polls.",
        ),
    webhookListener: z
        .enum(["updater", "other"])
        .default("updater")
        .describe(
            "Who listens at `webhookUrl`. `updater`: the image updater itself, which must be 0.17 or later. `other`: a program of yours, which makes an earlier updater look at the registries at once.",
        ),
    commit: z
        .strictObject({
            name: authorName.default("argocd-image-updater").describe("Name of the author of its commits."),
            email: mailAddress
                .optional()
                .describe("Mail address of the author. Default: `argocd-image-updater@<estate>.invalid`."),
            message: z
                .string()
                .min(1)
                .optional()
                .describe(
                    "Go template of the commit message, with `.AppName` and `.AppChanges` (each `.Image`, `.OldTag`, `.NewTag`). Default: a line with the Application, and one for each image.",
                ),
        })
        .prefault({})
        .describe("How its commits look."),
});
