import { z } from "zod";

import { hostRule, name } from "./fields";

/** `machines`: where apps run with Docker Compose instead of on a cluster. */

const runner = z
    .strictObject({
        tags: z
            .array(
                z.string().regex(/^[^\s,][^,]{0,253}$/, "must be a tag of a GitLab runner, without a comma"),
            )
            .min(1)
            .describe("Tags that only runners on this machine have."),
    })
    .optional()
    .describe(
        "A GitLab runner on the machine whose jobs reach its Docker: with the shell executor, or with the Docker socket mounted.",
    );

const ssh = z
    .strictObject({
        host: z
            .string()
            .regex(
                /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
                hostRule("must be a host name or an IPv4 address"),
            )
            .describe("Host as the runners reach it."),
        port: z.int().min(1).max(65535).default(22).describe("Port of its SSH server."),
        user: z
            .string()
            .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be the name of a user on the machine")
            .describe("User that may use Docker there."),
        hostKeys: z
            .array(
                z
                    .string()
                    .regex(
                        /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) AAAA[A-Za-z0-9+/]+={0,2}$/,
                        "must be a public key as ssh-keyscan prints it, without the host: its type and the key",
                    ),
            )
            .min(1)
            .describe(
                "Public keys of the machine, of which one has to be shown: what `ssh-keyscan` prints, without the host, after somebody compared it on the machine.",
            ),
    })
    .optional()
    .describe(
        "SSH from any runner. The private key is the stack secret `credentials.machines.<name>.key`, in OpenSSH's form and without a passphrase.",
    );

export const machines = z
    .record(name, z.strictObject({ runner, ssh }))
    .default({})
    .describe(
        "Machines with Docker, by name, each reached by a `runner` on it or over `ssh`: what environments may name instead of clusters, see docs/machines.md.",
    );
