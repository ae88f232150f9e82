/** How each server of an estate is reached: the one place that reads it out of the model. */
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import type { Estate, Network, Registry } from "../../estate/model";
import { hostOf } from "../../estate/network";
import { at } from "../../estate/credentials";
import type { Connection } from "./http";

/** What a connection is made of. */
export interface ConnectionContext {
    /** The stack's secrets, in the open. */
    readonly credentials: unknown;
    /** Folder that paths of the spec are relative to. */
    readonly folder: string;
    /** For the usual proxy variables. */
    readonly env: NodeJS.ProcessEnv;
}

/** GitLab, as its REST API is called. */
export function gitlabConnection(
    { gitlab, network }: Pick<Estate, "gitlab" | "network">,
    context: ConnectionContext,
): Connection {
    return {
        url: `${gitlab.url}/api/v4`,
        headers: { "private-token": secret(context, "gitlab", "token") },
        ...trusted(network, gitlab.url, context),
        ...proxied(gitlab.url, context.env),
    };
}

/** A Harbor, as its REST API is called. */
export function harborConnection(
    registry: Registry,
    { network }: Pick<Estate, "network">,
    context: ConnectionContext,
): Connection {
    const [username, password] = ["username", "password"].map((key) =>
        secret(context, "registries", registry.name, key),
    );
    const login = Buffer.from(`${username}:${password}`).toString("base64");
    return {
        url: `${registry.url}/api/v2.0`,
        headers: { authorization: `Basic ${login}` },
        insecure: registry.insecure,
        ...trusted(network, registry.url, context),
        ...proxied(registry.url, context.env),
    };
}

/** A server of an estate's surroundings that is called without a login: a bot, a page to sign in at. */
export function openConnection(
    url: string,
    { network }: Pick<Estate, "network">,
    context: ConnectionContext,
): Connection {
    return { url, headers: {}, ...trusted(network, url, context), ...proxied(url, context.env) };
}

/** A stack secret, or an empty text. */
export function secret({ credentials }: ConnectionContext, ...keys: string[]): string {
    const value = at(credentials, keys);
    return typeof value === "string" ? value : "";
}

/** The private authorities that the estate names for a URL's host, from the spec or from their files. */
export function trusted(
    { authorities }: Network,
    url: string,
    { folder }: Pick<ConnectionContext, "folder">,
): Pick<Connection, "ca"> {
    const texts = authorities
        .filter(({ hosts }) => hosts.includes(hostOf(url)))
        .map(({ pem, file }) => (pem === "" && file !== undefined ? textOf(path.resolve(folder, file)) : pem))
        .filter((text) => text !== "");
    return texts.length === 0 ? {} : { ca: texts.join("\n") };
}

/** What is wrong with a file that cannot be read is reported by itself. */
function textOf(file: string): string {
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** The proxy that the environment names for a URL, as curl and Go read it: lower case before upper case. */
export function proxied(url: string, env: NodeJS.ProcessEnv): Pick<Connection, "proxy"> {
    const { protocol, hostname, port } = new URL(url);
    const read = (name: string): string => env[name.toLowerCase()] ?? env[name.toUpperCase()] ?? "";
    const proxy = read(protocol === "https:" ? "https_proxy" : "http_proxy");
    return proxy === "" || isExempt(hostname, port, read("no_proxy"))
        ? {}
        : { proxy: proxy.includes("://") ? proxy : `http://${proxy}` };
}

/** Whether a host is this machine itself: nobody is on the way there. */
export function isThisMachine(host: string): boolean {
    return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** Whether a host is among those that are reached without a proxy; this machine always is. */
function isExempt(hostname: string, port: string, list: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
    if (isThisMachine(host)) {
        return true;
    }
    return list
        .split(/[,\s]+/)
        .filter((entry) => entry !== "")
        .some((entry) => {
            if (entry === "*") {
                return true;
            }
            const [network = "", bits] = entry.split("/");
            if (bits !== undefined && net.isIP(network) !== 0 && net.isIP(host) !== 0) {
                const range = new net.BlockList();
                range.addSubnet(network, Number(bits), net.isIP(network) === 6 ? "ipv6" : "ipv4");
                return range.check(host, net.isIP(host) === 6 ? "ipv6" : "ipv4");
            }
            const [name = "", onlyPort] = entry.toLowerCase().split(":");
            const suffix = name.replace(/^\*?\./, "");
            return (
                (onlyPort === undefined || onlyPort === port) &&
                (host === suffix || host.endsWith(`.${suffix}`))
            );
        });
}
