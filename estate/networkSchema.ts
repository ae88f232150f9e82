/** The part `network` of the spec: what lies between the estate and its servers. */
import { z } from "zod";

import { host, isUrl, name, proxyException, urlForm } from "./fields";

const certificateAuthority = z.strictObject({
    file: z
        .string()
        .min(1)
        .optional()
        .describe("PEM file of the authority's certificate, relative to the project's folder; or `pem`."),
    pem: z.string().min(1).optional().describe("The certificate itself as PEM; or `file`."),
    hosts: z
        .array(host)
        .optional()
        .describe(
            "Hosts whose certificates it signed. The engine then trusts no other authority for them. Default: GitLab, the registries and the sign-in's issuer, where their URL is https.",
        ),
});

const proxy = z.strictObject({
    url: z
        .string()
        .regex(/^https?:\/\/[^\s/?#@]+\/?$/, {
            error: "must be the http or https URL of a proxy, host and port only: it is read by everybody who sees a pod",
            abort: true,
        })
        .refine(isUrl, urlForm)
        .describe(
            "Where the proxy is, e.g. `http://proxy.example.com:3128`; a proxy that asks for a login is not supported.",
        ),
    noProxy: z
        .array(proxyException)
        .default([])
        .describe(
            "What is reached directly, e.g. `[.example.com, 10.0.0.0/8]`. This machine, the services of the host cluster, the relay and the API servers of clusters without a `proxyUrl` need not be named.",
        ),
    pipelines: z
        .boolean()
        .default(true)
        .describe(
            "Whether GitLab's jobs get it too, as CI variables; false: they have what their runner gives them.",
        ),
});

export const network = z.strictObject({
    certificateAuthorities: z
        .record(name, certificateAuthority)
        .default({})
        .describe(
            "Private certificate authorities, by name. What the estate makes trusts them: the engine (repositories, registries, sign-in), its notifications and image updates, the relay and CI scripts. So does Pulumi where this project's commands start it; called directly, its machine has to trust them by itself, because Harbor's provider has no setting for it.",
        ),
    proxy: proxy
        .optional()
        .describe(
            "HTTP proxy between the estate and its servers, for https too: for the engine's pods that speak to servers, its image updates, the relay, and GitLab's jobs. Clusters have their own, `clusters.<name>.proxyUrl`; the machine that runs Pulumi has its environment's.",
        ),
});
