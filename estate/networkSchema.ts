/** The part `network` of the spec: what lies between the estate and its servers. */
import { z } from "zod";

import { name } from "./fields";

const host = z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, "must be a host name or address without port");

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

export const network = z.strictObject({
    certificateAuthorities: z
        .record(name, certificateAuthority)
        .default({})
        .describe(
            "Private certificate authorities, by name. What the estate makes trusts them: the engine (repositories, registries, sign-in), its notifications and image updates, the relay and CI scripts. The machine that runs Pulumi has to trust them by itself: Harbor's provider has no setting for it.",
        ),
});
