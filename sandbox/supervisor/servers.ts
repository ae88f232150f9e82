/** The GitLab and Harbor servers of the sandbox, as parts. A server whose entry file is not there is left out. */
import * as fs from "node:fs";
import * as path from "node:path";

import { writePrivateIfChanged } from "../support/files";
import { checkoutDir } from "../../toolchain/checkout";
import { type SandboxLayout, secretFile } from "../support/layout";
import { loopback, portOf } from "../support/ports";
import { type PartSpec, digest } from "./parts";

/** Names of the sandbox's Harbors; each is a part `harbor-<name>`. */
export const harborNames = ["main", "prod"] as const;
export type HarborName = (typeof harborNames)[number];

/** What GitLab has: `free` lacks approvals, protected environments and the like. */
export type GitlabTier = "free" | "premium";

/** Which GitLab it is: `ee` says so of itself and reads lists in protections, with tier `free` too; `ce` has tier `free` only. */
export type GitlabEdition = "ce" | "ee";

/** Where the stand-in servers' entry files lie, and the options they take. */
export interface ServerSettings {
    readonly layout: SandboxLayout;
    readonly portBase: number;
    readonly tier: GitlabTier;
    readonly edition: GitlabEdition;
    /** Path of the OCI registry program. */
    readonly registryBinary: string;
    /** Folders of the programs that pipelines call. */
    readonly jobPath: readonly string[];
}

export const gitlabUrl = (base: number): string => `http://${loopback}:${portOf(base, "gitlab")}`;

export const harborUrl = (base: number, name: HarborName): string =>
    `http://${loopback}:${portOf(base, `harbor-${name}`)}`;

/** Where the chat receivers are. */
export const chatUrl = (base: number): string => `http://${loopback}:${portOf(base, "chat")}`;

/** The GitLab stand-in, or undefined without its entry file. */
export function gitlabSpec(settings: ServerSettings): PartSpec | undefined {
    const { layout, portBase, tier, edition, jobPath } = settings;
    const port = portOf(portBase, "gitlab");
    return server(settings, {
        name: "gitlab",
        group: "gitlab",
        kind: "gitlab",
        ports: [port],
        url: gitlabUrl(portBase),
        options: {
            host: loopback,
            port,
            dataDir: layout.gitlab,
            tokenFile: secretFile(layout, "gitlab-root-token"),
            tier,
            edition,
            jobPath,
        },
    });
}

/** One Harbor stand-in (it starts its OCI registry itself), or undefined without its entry file. */
export function harborSpec(settings: ServerSettings, name: HarborName): PartSpec | undefined {
    const { layout, portBase, registryBinary } = settings;
    const port = portOf(portBase, `harbor-${name}`);
    const registryPort = portOf(portBase, `harbor-${name}-registry`);
    return server(settings, {
        name: `harbor-${name}`,
        group: name === "main" ? "harbor" : "harbor-prod",
        kind: "harbor",
        ports: [port, registryPort],
        url: harborUrl(portBase, name),
        options: {
            name,
            host: loopback,
            port,
            dataDir: path.join(layout.harbor, name),
            passwordFile: secretFile(layout, "harbor-admin-password"),
            registryBinary,
            registryPort,
        },
    });
}

/** The chat receivers, or undefined without their entry file. */
export function chatSpec(settings: ServerSettings): PartSpec | undefined {
    const { layout, portBase } = settings;
    const port = portOf(portBase, "chat");
    const mailPort = portOf(portBase, "chat-mail");
    return server(settings, {
        name: "chat",
        group: "chat",
        kind: "chat",
        ports: [port, mailPort],
        url: chatUrl(portBase),
        options: {
            host: loopback,
            port,
            mailPort,
            dataDir: path.join(layout.run, "chat"),
            secretFile: secretFile(layout, "gitlab-root-token"),
        },
    });
}

interface Server extends Pick<PartSpec, "name" | "group" | "ports"> {
    /** Folder of the server under sandbox/. */
    readonly kind: "gitlab" | "harbor" | "chat";
    readonly url: string;
    /** Written to a file whose path is the server's only argument: paths and numbers, no secrets. */
    readonly options: Record<string, unknown>;
}

function server({ layout }: ServerSettings, part: Server): PartSpec | undefined {
    const checkout = checkoutDir();
    const entry = path.join(checkout, "sandbox", part.kind, "main.ts");
    if (!fs.existsSync(entry)) {
        return undefined;
    }
    const text = `${JSON.stringify(part.options, undefined, 2)}\n`;
    const optionsFile = path.join(layout.run, `${part.name}.json`);
    writePrivateIfChanged(optionsFile, text);
    return {
        name: part.name,
        kind: part.kind,
        group: part.group,
        command: process.execPath,
        args: ["--require", require.resolve("tsx/cjs"), entry, optionsFile],
        env: { NODE_ENV: "production" },
        cwd: checkout,
        ports: part.ports,
        readiness: { kind: "log", pattern: "^ready " },
        after: [],
        url: part.url,
        inputs: digest(text),
    };
}
