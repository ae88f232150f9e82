import { z } from "zod";

import {
    authorName,
    imageMirror,
    mailAddress,
    manifestSource,
    named,
    releaseVersion,
    url,
    workloadResources,
} from "../../fields";
import { namespaceName } from "../../names";
import { defaultFluxVersion, defaultOperatorVersion } from "./releases";

/** The part `flux` of the spec. */

const resources = workloadResources({ requests: '{cpu: "100m"}', limits: '{memory: "1Gi"}' });

const seconds = z.int().min(5).max(86400);

export const fluxOptions = z
    .strictObject({
        namespace: named(namespaceName)
            .default("flux-system")
            .describe("Namespace of Flux's controllers on the host. What a team has is in `flux-<team>`."),
        manifests: z
            .strictObject({
                version: releaseVersion(defaultFluxVersion).describe("Flux's version, without `v`."),
                ...manifestSource({
                    path: "Folder that holds `install.yaml`, relative to the project's folder; excludes `url`. Overridden by the environment variable `ESTATE_FLUX_MANIFESTS`.",
                    url: "URL of the manifest file itself, or of a mirror of it; excludes `path`. Default: `install.yaml` of the release.",
                    sha256: "SHA-256 of the file at `url`. Required without `path`: none is known yet.",
                }),
            })
            .prefault({})
            .describe("The manifests Flux is installed from: a version and where its file is."),
        operator: z
            .strictObject({
                version: releaseVersion(defaultOperatorVersion).describe(
                    "Flux Operator's version, without `v`.",
                ),
                ...manifestSource({
                    path: "File with its manifests, relative to the project's folder; excludes `url`. Overridden by the environment variable `ESTATE_FLUX_MANIFESTS`, whose folder also holds this file, `operator.yaml`.",
                    url: "URL of the manifest file itself, or of a mirror of it; excludes `path`. Default: `install.yaml` of the release.",
                    sha256: "SHA-256 of the file at `url`. Required without `path`: none is known yet.",
                }),
            })
            .optional()
            .describe(
                "Flux Operator beside Flux (licence AGPL-3.0): it makes the `previews` of apps that Flux delivers. Absent: not installed, and such previews are refused.",
            ),
        imageMirror: imageMirror
            .optional()
            .describe(
                "Registry host and path that mirrors Flux's images, e.g. `harbor.example.com/mirror`. Default: as published.",
            ),
        imageMirrorLogin: z
            .boolean()
            .default(false)
            .describe(
                "Whether the mirror wants a login: the stack secrets `credentials.fluxImageMirror.username` and `credentials.fluxImageMirror.password`. Flux and the relay pull with it.",
            ),
        resources: z
            .record(z.string().min(1), resources)
            .default({})
            .describe("Requests and limits by workload, e.g. `helm-controller`."),
        seccomp: z
            .enum(["keep", "remove"])
            .default("keep")
            .describe(
                "`remove` drops `seccompProfile` from the workloads, for nodes whose runtime refuses it.",
            ),
        webhookUrl: url
            .optional()
            .describe(
                "URL, without `/hook`, at which GitLab and Harbor reach the Service `webhook-receiver`, through an Ingress or a Gateway of yours. Absent: Flux only polls.",
            ),
        relayUrl: url
            .optional()
            .describe(
                "URL under which Flux reaches its relay. Default: `notifications.relay.url` where Flux is the estate's only engine, else its Service's URL inside the host.",
            ),
        intervalSeconds: seconds
            .default(300)
            .describe(
                "Seconds between polls of the config repositories, and between two looks at what runs: changes by hand are found then. Webhooks make commits known immediately.",
            ),
        imageIntervalSeconds: seconds
            .default(120)
            .describe("Seconds between two looks at the registries, for apps with an updater."),
        forceUpgrades: z
            .boolean()
            .default(false)
            .describe(
                "`upgrade.force` of the HelmReleases: an object that cannot be changed in place is made anew, with a gap in its service. Upgrades are then not applied server-side.",
            ),
        commit: z
            .strictObject({
                name: authorName.default("flux").describe("Name of the author of its commits of image tags."),
                email: mailAddress
                    .optional()
                    .describe("Mail address of the author. Default: `flux@<estate>.invalid`."),
                message: z
                    .string()
                    .min(1)
                    .optional()
                    .describe(
                        "Go template of the commit message, as `git.commit.messageTemplate` of an ImageUpdateAutomation. Default: a line with the automation, and one for each change.",
                    ),
            })
            .prefault({})
            .describe("How its commits of image tags look."),
    })
    .prefault({})
    .describe("Flux on the host.");
