/** What GitLab and Harbor report pushes to: who may, and what is looked at anew. Pure but for the random comparison of secrets. */
import * as crypto from "node:crypto";

import { type FluxObject, type Status } from "../objects";

export interface ReceiverSpec {
    readonly type: string;
    readonly events?: readonly string[];
    readonly resources: readonly {
        readonly kind: string;
        readonly name: string;
        readonly namespace?: string;
        readonly matchLabels?: Readonly<Record<string, string>>;
    }[];
    readonly resourceFilter?: string;
    readonly secretRef?: { readonly name: string };
    readonly interval?: string;
    readonly suspend?: boolean;
}

export interface ReceiverStatus extends Status {
    readonly webhookPath?: string;
}

export type Receiver = FluxObject<ReceiverSpec, ReceiverStatus>;

/** The path that a receiver listens on. */
export function webhookPath(token: string, name: string, namespace: string): string {
    return `/hook/${crypto.createHash("sha256").update(`${token}${name}${namespace}`).digest("hex")}`;
}

/** A request as it came. */
export interface Call {
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: Buffer;
}

/** Types that the stand-in knows. */
export const receiverTypes = ["generic", "generic-hmac", "gitlab", "harbor"] as const;

/** Why a receiver does not believe a call; undefined when it does. */
export function faultOf({ spec }: Receiver, token: string, { headers, body }: Call): string | undefined {
    switch (spec.type) {
        case "generic":
            return undefined;
        case "generic-hmac":
            return signatureFault(headers["x-signature"] ?? "", token, body);
        case "gitlab": {
            if (!same(headers["x-gitlab-token"] ?? "", token)) {
                return "the X-Gitlab-Token header value does not match the receiver token";
            }
            const event = headers["x-gitlab-event"] ?? "";
            const { events = [] } = spec;
            return events.length === 0 || events.some((each) => each.toLowerCase() === event.toLowerCase())
                ? undefined
                : `the GitLab event '${event}' is not authorised`;
        }
        case "harbor":
            return same(headers["authorization"] ?? "", token)
                ? undefined
                : "the Harbor Authorization header value does not match the receiver token";
        default:
            return `the stand-in does not know receivers of type ${spec.type}`;
    }
}

function signatureFault(header: string, token: string, body: Buffer): string | undefined {
    const [, algorithm = "", signature = ""] = /^(sha1|sha256|sha512)=([0-9a-f]+)$/.exec(header) ?? [];
    return algorithm !== "" && same(crypto.createHmac(algorithm, token).update(body).digest("hex"), signature)
        ? undefined
        : "unable to validate HMAC signature";
}

function same(left: string, right: string): boolean {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && crypto.timingSafeEqual(a, b);
}
