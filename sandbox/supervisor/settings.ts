/** What a sandbox consists of: asked for by `up`, remembered for the next one. */
import * as fs from "node:fs";
import * as path from "node:path";

import { writePrivate } from "../support/files";
import { type SandboxLayout } from "../support/layout";
import { maxClusters } from "../support/ports";
import { engineIds, extraIds } from "../workloads/engines";
import { SandboxError } from "./errors";
import { partName } from "./parts";
import { type GitlabEdition, type GitlabTier } from "./servers";

/**
 * Parts that can be asked for by name. `harbor` is the Harbor "main", `harbor-prod` the second one; the name of
 * a delivery engine (`argocd`) means the processes of what the estate installs of it on the host cluster, that of an addition to
 * one (`flux-operator`) the processes that it adds. `docker` is no process: pipelines then find the command, which stands in for
 * Docker.
 */
export const partGroups = [
    "clusters",
    "gitlab",
    "harbor",
    "harbor-prod",
    ...engineIds,
    ...extraIds,
    "chat",
    "docker",
] as const;
export type PartGroup = (typeof partGroups)[number];

/** Parts of a sandbox that was not asked for any: all but what most estates do without and that would have to be built. */
export const defaultParts: readonly PartGroup[] = partGroups.filter(
    (part) => !["flux", "docker", ...extraIds].includes(part),
);

export interface SandboxSettings {
    readonly portBase: number;
    /** In the order of their ports: never reordered, new ones come last. */
    readonly clusters: readonly string[];
    /** The cluster that the delivery engine runs on; the first when not set. */
    readonly host?: string;
    readonly parts: readonly PartGroup[];
    readonly tier: GitlabTier;
    readonly edition: GitlabEdition;
    /** GitLab, the Harbors and the chat speak TLS, with certificates of the sandbox's own authority. */
    readonly tls?: boolean;
    /** Path that GitLab lies below, as `/gitlab`; none when not set. */
    readonly gitlabPath?: string;
}

/** The sandbox nobody asked to be different. */
export const defaultSettings: Omit<SandboxSettings, "portBase"> = {
    clusters: ["host", "member1", "member2"],
    parts: defaultParts,
    tier: "free",
    edition: "ce",
};

/** What one `up` asks for. */
export interface WantedSettings {
    readonly portBase?: number | undefined;
    readonly clusters?: readonly string[] | undefined;
    readonly host?: string | undefined;
    readonly parts?: readonly PartGroup[] | undefined;
    readonly tier?: GitlabTier | undefined;
    /** With tier premium it is `ee`. */
    readonly edition?: GitlabEdition | undefined;
    readonly tls?: boolean | undefined;
    /** Empty: GitLab is at the root. */
    readonly gitlabPath?: string | undefined;
}

/**
 * What the sandbox has now and what is wanted, together. Nothing is removed by not being mentioned: clusters keep their
 * ports, and `up` for another estate only adds.
 *
 * @throws SandboxError that names everything that will not do.
 */
export function mergeSettings(
    earlier: SandboxSettings | undefined,
    wanted: WantedSettings,
    portBase: number,
): SandboxSettings {
    const clusters = [
        ...new Set([
            ...(earlier?.clusters ?? []),
            ...(wanted.clusters ?? earlier?.clusters ?? defaultSettings.clusters),
        ]),
    ];
    const parts = [
        ...new Set([...(earlier?.parts ?? []), ...(wanted.parts ?? earlier?.parts ?? defaultSettings.parts)]),
    ];
    const tier = wanted.tier ?? earlier?.tier ?? defaultSettings.tier;
    const problems = [
        ...clusters
            .filter((name) => !partName.test(name) || name.length > 40 || name === "etcd")
            .map(
                (name) =>
                    `cluster "${name}": use lower-case letters, digits and single dashes, at most 40; not "etcd"`,
            ),
        ...parts
            .filter((name) => !partGroups.includes(name))
            .map((name) =>
                earlier?.parts.includes(name)
                    ? `part "${name}": the sandbox has it, but this version does not know it (sandbox -- down --purge starts anew)`
                    : `part "${name}": choose from ${partGroups.join(", ")}`,
            ),
        ...(clusters.length > maxClusters
            ? [
                  `${clusters.length} clusters: a sandbox has room for ${maxClusters} (sandbox -- down --purge starts anew)`,
              ]
            : []),
    ];
    if (tier === "premium" && wanted.edition === "ce") {
        problems.push("edition ce: with tier premium GitLab is ee, the Community Edition takes no licence");
    }
    const gitlabPath = wanted.gitlabPath ?? earlier?.gitlabPath ?? "";
    if (!/^(?:\/[a-z0-9-]+)*$/.test(gitlabPath)) {
        problems.push(`path "${gitlabPath}" of GitLab: write it as /gitlab, without a slash at its end`);
    }
    if (problems.length > 0) {
        throw new SandboxError(
            `the sandbox cannot be made so:\n${problems.map((line) => `  ${line}`).join("\n")}`,
        );
    }
    const host = wanted.host ?? earlier?.host;
    return {
        portBase: wanted.portBase ?? portBase,
        clusters,
        ...(host === undefined ? {} : { host }),
        parts,
        tier,
        ...((wanted.tls ?? earlier?.tls) === true ? { tls: true } : {}),
        ...(gitlabPath === "" ? {} : { gitlabPath }),
        edition: tier === "premium" ? "ee" : (wanted.edition ?? earlier?.edition ?? defaultSettings.edition),
    };
}

function settingsFile(layout: SandboxLayout): string {
    return path.join(layout.run, "settings.json");
}

/** The settings of the last `up`, or undefined before the first. */
export function readSettings(layout: SandboxLayout): SandboxSettings | undefined {
    try {
        return JSON.parse(fs.readFileSync(settingsFile(layout), "utf8")) as SandboxSettings;
    } catch {
        return undefined;
    }
}

export function writeSettings(layout: SandboxLayout, settings: SandboxSettings): void {
    writePrivate(settingsFile(layout), `${JSON.stringify(settings, undefined, 2)}\n`);
}
