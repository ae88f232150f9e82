import type * as pulumi from "@pulumi/pulumi";
import type { ChannelSecrets } from "../notifications/channels";
import type { ServerCredentials } from "../providers";

/** Every secret of a stack. */
export interface EstateCredentials extends ServerCredentials {
    /** By channel name, then by value: `url`, `secret`, … */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
    /** By machine that is reached over SSH: its private key. */
    readonly machines?: Readonly<Record<string, { readonly key: pulumi.Input<string> }>>;
    /** Of the engines themselves, by path, e.g. `sso.clientSecret`. */
    readonly engines: Readonly<Record<string, pulumi.Input<string>>>;
}
