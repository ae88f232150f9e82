import { z } from "zod";

import {
    fullPath,
    imageMirror,
    manifestSource,
    name,
    named,
    releaseVersion,
    url,
    workloadResources,
} from "../../fields";
import { namespaceName } from "../../names";
import { argoCdReleases, defaultArgoCdVersion, defaultUpdaterVersion } from "./releases";
import { imageUpdaterSchema } from "./updaterSchema";

/** The part `argocd` of the spec. */

const resources = workloadResources({ requests: '{cpu: "250m"}', limits: '{memory: "1Gi"}' });

export const argocdOptions = z
    .strictObject({
        namespace: named(namespaceName).default("argocd").describe("Namespace of Argo CD on the host."),
        url: url
            .optional()
            .describe(
                "Public URL of Argo CD, for links on cards, webhooks and sign-in; a path in it is where Argo CD serves everything. Default: its Service's URL inside the host.",
            ),
        tlsTermination: z
            .enum(["server", "proxy"])
            .optional()
            .describe(
                "Where TLS ends: at Argo CD's own `server`, or at a `proxy` before it (an Ingress, a Gateway, a load balancer), behind which Argo CD speaks plain http. Default: `server` where `url` is https, else `proxy`.",
            ),
        manifests: z
            .strictObject({
                version: releaseVersion(defaultArgoCdVersion).describe("Argo CD's version, without `v`."),
                ...manifestSource({
                    path: "Folder that holds `install.yaml` and `ha/install.yaml`, relative to the project's folder; excludes `url`. Overridden by the environment variable `ESTATE_ARGOCD_MANIFESTS`, whose folder also holds the image updater's file, `image-updater.yaml`.",
                    url: "URL of the manifest file itself, or of a mirror of it; excludes `path`. Default: the release's file in Argo CD's repository.",
                    sha256: `SHA-256 of the file at \`url\`. Known for the releases ${Object.keys(argoCdReleases).join(", ")}; required for any other version or file.`,
                }),
            })
            .prefault({})
            .describe("The manifests Argo CD is installed from: a version and where its file is."),
        definitions: z
            .enum(["published", "lean"])
            .default("published")
            .describe(
                "`published`: Argo CD's custom resource definitions as they are. `lean`: without the schema of `status` and of an ApplicationSet's generators, nine tenths of what each preview sends and compares; the API server then refuses no wrong generator and `kubectl explain` does not know their fields.",
            ),
        ha: z.boolean().default(false).describe("Install the highly available variant; needs three nodes."),
        imageMirror: imageMirror
            .optional()
            .describe(
                "Registry host and path that mirrors Argo CD's images, e.g. `harbor.example.com/mirror`. Default: as published.",
            ),
        imageMirrorLogin: z
            .boolean()
            .default(false)
            .describe(
                "Whether the mirror wants a login: the stack secrets `credentials.imageMirror.username` and `credentials.imageMirror.password`. Argo CD, the image updater and the relay pull with it.",
            ),
        resources: z
            .record(z.string().min(1), resources)
            .default({})
            .describe("Requests and limits by workload, e.g. `argocd-repo-server`."),
        seccomp: z
            .enum(["keep", "remove"])
            .default("keep")
            .describe(
                "`remove` drops `seccompProfile` from the workloads, for nodes whose runtime refuses it.",
            ),
        adminEnabled: z
            .boolean()
            .default(true)
            .describe("Whether the built-in `admin` may sign in. Turn it off once single sign-on works."),
        reconciliationSeconds: z
            .int()
            .min(5)
            .max(86400)
            .default(180)
            .describe(
                "Seconds between polls of the config repositories; webhooks make changes known immediately.",
            ),
        previewWebhookUrl: url
            .optional()
            .describe(
                "URL, without `/api/webhook`, at which GitLab reaches port 7000 of the Service `argocd-applicationset-controller`: events of merge requests then count at once for `previews`. An Ingress or a Gateway leads there. Default: it looks at each minute.",
            ),
        sso: z
            .strictObject({
                provider: z.enum(["gitlab"]).default("gitlab").describe("Who people sign in with."),
                issuer: url.optional().describe("OpenID Connect issuer. Default: `gitlab.url`."),
                clientId: z
                    .string()
                    .min(1)
                    .describe(
                        "Id of the application registered there. Its secret is the stack secret `credentials.sso.clientSecret`.",
                    ),
                adminGroups: z
                    .array(fullPath)
                    .default([])
                    .describe("GitLab groups whose members administer Argo CD, as full paths."),
            })
            .optional()
            .describe("Single sign-on."),
        accounts: z
            .record(
                name,
                z.strictObject({
                    capabilities: z
                        .array(z.enum(["login", "apiKey"]))
                        .default(["apiKey"])
                        .describe("What the account may be used for."),
                    role: z
                        .string()
                        .regex(/^role:[A-Za-z0-9_-]+$/, "must be role: and a name, e.g. role:readonly")
                        .default("role:readonly")
                        .describe("Argo CD role."),
                }),
            )
            .default({})
            .describe("Local accounts of Argo CD, for machines."),
        imageUpdaterVersion: z
            .string()
            .regex(/^\d+\.\d+\.\d+$/, `must be a version without v, e.g. ${defaultUpdaterVersion}`)
            .optional()
            .describe(
                `Version of Argo CD Image Updater that the estate writes for: annotations below 1.0, \`ImageUpdater\` objects from there on. Default: ${defaultUpdaterVersion} where an app has an updater, none otherwise.`,
            ),
        imageUpdater: imageUpdaterSchema
            .prefault({})
            .describe(
                "Argo CD Image Updater; used where an app has an updater, or with `imageUpdaterVersion`.",
            ),
        clusterPageUrl: url
            .optional()
            .describe("Base URL of a page about workloads, for a button on cards. Default: no such button."),
    })
    .prefault({})
    .describe("Argo CD on the host.");
