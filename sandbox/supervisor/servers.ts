/** The GitLab and Harbor servers of the sandbox, as parts. A server whose entry file is not there is left out. */
import * as fs from "node:fs";
import * as path from "node:path";

import { writePrivateIfChanged } from "../support/files";
import { checkoutDir } from "../../toolchain/checkout";
import { type ServersPki } from "../clusters/pki";
import { type SandboxLayout, secretFile } from "../support/layout";
import { loopback, type PortName, portOf } from "../support/ports";
import { type TlsFiles } from "../support/server";
import { type PartSpec, digest } from "./parts";
import { type SandboxSettings } from "./settings";

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
    /** What the servers show, and the authority that signed it, which they trust themselves. Without it: plain http. */
    readonly pki: ServersPki | undefined;
    /** Path that GitLab lies below; empty: none. */
    readonly gitlabPath: string;
}

/** How the servers are reached: parts of the sandbox's settings. */
export type ServerAddresses = Pick<SandboxSettings, "portBase" | "tls" | "gitlabPath">;

const origin = ({ portBase, tls }: ServerAddresses, name: PortName): string =>
    `${tls === true ? "https" : "http"}://${loopback}:${portOf(portBase, name)}`;

export const gitlabUrl = (at: ServerAddresses): string => `${origin(at, "gitlab")}${at.gitlabPath ?? ""}`;

export const harborUrl = (at: ServerAddresses, name: HarborName): string => origin(at, `harbor-${name}`);

/** Where the chat receivers are. */
export const chatUrl = (at: ServerAddresses): string => origin(at, "chat");

const addresses = ({ portBase, pki, gitlabPath }: ServerSettings): ServerAddresses => ({
    portBase,
    tls: pki !== undefined,
    gitlabPath,
});

/** The GitLab stand-in, or undefined without its entry file. */
export function gitlabSpec(settings: ServerSettings): PartSpec | undefined {
    const { layout, portBase, tier, edition, jobPath, pki, gitlabPath } = settings;
    const port = portOf(portBase, "gitlab");
    return server(settings, {
        name: "gitlab",
        group: "gitlab",
        kind: "gitlab",
        ports: [port],
        url: gitlabUrl(addresses(settings)),
        options: {
            host: loopback,
            port,
            dataDir: layout.gitlab,
            tokenFile: secretFile(layout, "gitlab-root-token"),
            tier,
            edition,
            jobPath,
            ...tlsOption(pki),
            ...(gitlabPath === "" ? {} : { basePath: gitlabPath }),
        },
    });
}

/** One Harbor stand-in (it starts its OCI registry itself), or undefined without its entry file. */
export function harborSpec(settings: ServerSettings, name: HarborName): PartSpec | undefined {
    const { layout, portBase, registryBinary, pki } = settings;
    const port = portOf(portBase, `harbor-${name}`);
    const registryPort = portOf(portBase, `harbor-${name}-registry`);
    return server(settings, {
        name: `harbor-${name}`,
        group: name === "main" ? "harbor" : "harbor-prod",
        kind: "harbor",
        ports: [port, registryPort],
        url: harborUrl(addresses(settings), name),
        options: {
            name,
            host: loopback,
            port,
            dataDir: path.join(layout.harbor, name),
            passwordFile: secretFile(layout, "harbor-admin-password"),
            registryBinary,
            registryPort,
            ...tlsOption(pki),
        },
    });
}

/** The chat receivers, or undefined without their entry file. */
export function chatSpec(settings: ServerSettings): PartSpec | undefined {
    const { layout, portBase, pki } = settings;
    const port = portOf(portBase, "chat");
    const mailPort = portOf(portBase, "chat-mail");
    return server(settings, {
        name: "chat",
        group: "chat",
        kind: "chat",
        ports: [port, mailPort],
        url: chatUrl(addresses(settings)),
        options: {
            host: loopback,
            port,
            mailPort,
            dataDir: path.join(layout.run, "chat"),
            secretFile: secretFile(layout, "gitlab-root-token"),
            ...tlsOption(pki),
        },
    });
}

/** The certificate as an option of a server: its files, never the key itself. */
function tlsOption(pki: ServersPki | undefined): { readonly tls?: TlsFiles } {
    return pki === undefined ? {} : { tls: pki.server };
}

interface Server extends Pick<PartSpec, "name" | "group" | "ports"> {
    /** Folder of the server under sandbox/. */
    readonly kind: "gitlab" | "harbor" | "chat";
    readonly url: string;
    /** Written to a file whose path is the server's only argument: paths and numbers, no secrets. */
    readonly options: Record<string, unknown>;
}

function server({ layout, pki }: ServerSettings, part: Server): PartSpec | undefined {
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
        env: {
            NODE_ENV: "production",
            // Hooks and replications go to servers of the same authority.
            ...(pki === undefined ? {} : { NODE_EXTRA_CA_CERTS: pki.ca.cert }),
        },
        cwd: checkout,
        ports: part.ports,
        readiness: { kind: "log", pattern: "^ready " },
        after: [],
        url: part.url,
        inputs: digest(text, ...(pki === undefined ? [] : [fs.readFileSync(pki.server.cert, "utf8")])),
    };
}
