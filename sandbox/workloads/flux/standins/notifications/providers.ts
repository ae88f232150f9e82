/** Hands events on to a Provider's address. Of Flux's many types those that an estate uses; others are refused by name. */
import * as crypto from "node:crypto";
import { parse } from "yaml";

import { type FluxEvent } from "../events";
import { type FluxObject } from "../objects";
import { fetchFor } from "../trust";

export interface ProviderSpec {
    readonly type: string;
    readonly address?: string;
    readonly username?: string;
    readonly channel?: string;
    readonly timeout?: string;
    readonly secretRef?: { readonly name: string };
    readonly certSecretRef?: { readonly name: string };
    readonly proxy?: string;
    readonly proxySecretRef?: unknown;
    readonly commitStatusExpr?: string;
    readonly suspend?: boolean;
}

export type Provider = FluxObject<ProviderSpec>;

/** A provider with its secrets. */
export interface Recipient {
    readonly type: string;
    readonly address: string;
    /** The Provider's uid: its first part keeps commit statuses of several clusters apart. */
    readonly uid: string;
    readonly token: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
    /** PEM of an authority that is trusted too. */
    readonly authority: string | undefined;
    /** Milliseconds. */
    readonly timeout: number;
}

export interface Message {
    readonly url: string;
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

/** Whether providers of this type accept an event at all. */
export function accepts(type: string, event: FluxEvent): boolean {
    const metadata = Object.keys(event.metadata ?? {});
    const has = (name: string): boolean => metadata.some((key) => key.endsWith(`/${name}`));
    // A controller repeats an unchanged state for commit statuses only.
    const update = Object.entries(event.metadata ?? {}).some(
        ([key, value]) => key.endsWith("/commit_status") && value === "update",
    );
    if (type === "gitlab") {
        return update || has("commit") || has("originRevision") || has("revision");
    }
    return !update;
}

/** Reads the values of a Provider's Secret. @throws Error when there is no address. */
export function recipientOf(
    { metadata, spec }: Provider,
    secret: Readonly<Record<string, string>>,
    certificates: Readonly<Record<string, string>>,
    timeout: number,
): Recipient {
    const address = secret["address"]?.trim() ?? spec.address ?? "";
    if (address === "") {
        throw new Error("provider has no address");
    }
    if ((spec.proxy ?? "") !== "" || spec.proxySecretRef !== undefined || secret["proxy"] !== undefined) {
        throw new Error("the stand-in uses no proxy of a Provider");
    }
    if ((spec.commitStatusExpr ?? "") !== "") {
        throw new Error("the stand-in knows no commitStatusExpr");
    }
    return {
        type: spec.type,
        address,
        uid: metadata.uid ?? "",
        token: secret["token"]?.trim(),
        headers: (parse(secret["headers"] ?? "{}") ?? {}) as Record<string, string>,
        authority: certificates["ca.crt"] ?? certificates["caFile"],
        timeout,
    };
}

/**
 * What is sent for an event.
 *
 * @returns undefined where a type is silent about it.
 * @throws Error for a type that the stand-in does not know, or an event that lacks what it needs.
 */
export function messageFor(recipient: Recipient, event: FluxEvent): Message | undefined {
    const { type, address, token, headers } = recipient;
    const body = JSON.stringify(event);
    const json = { "content-type": "application/json", "gotk-component": event.reportingController };
    switch (type) {
        case "generic":
            return { url: address, method: "POST", headers: { ...json, ...headers }, body };
        case "generic-hmac": {
            const signature = crypto
                .createHmac("sha256", token ?? "")
                .update(body)
                .digest("hex");
            return {
                url: address,
                method: "POST",
                headers: { ...json, "x-signature": `sha256=${signature}`, ...headers },
                body,
            };
        }
        case "gitlab":
            return event.reason === "Progressing" ? undefined : commitStatus(recipient, event);
        default:
            throw new Error(`the stand-in does not know providers of type ${type}`);
    }
}

/** A status of a commit on GitLab, named after the object and the provider. */
function commitStatus({ address, uid, token }: Recipient, event: FluxEvent): Message {
    const { metadata = {}, involvedObject: object, reason, severity } = event;
    const revision = metadata["commit"] ?? metadata["originRevision"] ?? metadata["revision"];
    const sha = /([0-9a-f]{40,64})$/.exec(revision ?? "")?.[1];
    if (sha === undefined) {
        throw new Error(
            revision === undefined ? "missing revision metadata" : `no commit in revision ${revision}`,
        );
    }
    if ((token ?? "") === "") {
        throw new Error("gitlab token cannot be empty");
    }
    const url = new URL(address);
    const project = url.pathname.replace(/^\/+/, "").replace(/\.git$/, "");
    const query = new URLSearchParams({
        state: severity === "error" ? "failed" : "success",
        name: `${object.kind}/${object.name}/${uid.split("-")[0] ?? ""}`.toLowerCase(),
        description: reason.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase(),
    });
    return {
        url: `${url.origin}/api/v4/projects/${encodeURIComponent(project)}/statuses/${sha}`,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "private-token": token ?? "" },
        body: query.toString(),
    };
}

/** Tries so often before an event is given up, and the first wait between, in milliseconds. */
const attempts = 4;
const firstWait = 1000;

/** Sends a message; a server that fails is asked again. @throws Error when nobody takes it. */
export async function send(recipient: Recipient, message: Message): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        let fault: string;
        try {
            const answer = await fetchFor(message.url, recipient.authority)(message.url, {
                method: message.method,
                headers: message.headers,
                body: message.body,
                signal: AbortSignal.timeout(recipient.timeout),
            });
            if (answer.ok) {
                return;
            }
            fault = `HTTP ${answer.status}`;
            // A status that a commit has already is GitLab's 400.
            if (recipient.type === "gitlab" && answer.status === 400) {
                return;
            }
            if (answer.status < 500 && answer.status !== 429) {
                throw new Refused(`${recipient.type} provider: ${fault}`);
            }
        } catch (error) {
            if (error instanceof Refused) {
                throw error;
            }
            fault = (error as Error).message;
        }
        if (attempt === attempts) {
            throw new Error(`${recipient.type} provider: ${fault}, ${attempts} times`);
        }
        await new Promise((resolve) => setTimeout(resolve, firstWait * 2 ** (attempt - 1)));
    }
}

/** An answer that asking again will not change. */
class Refused extends Error {}

/**
 * An address as this machine reaches it: the relay's Service has no name here, so that its port is taken.
 *
 * @param relay port of the relay's process.
 */
export function onThisMachine(address: string, relay: number | undefined): string {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (
        url === undefined ||
        relay === undefined ||
        !/^notification-relay(?:\.[a-z0-9-]+(?:\.svc(?:\.[a-z0-9.-]+)?)?)?\.?$/.test(url.hostname)
    ) {
        return address;
    }
    return `http://127.0.0.1:${relay}${url.pathname}${url.search}`;
}
