import type * as pulumi from "@pulumi/pulumi";

/** Secret values of one channel, by name: `url` for bots; `host`, `port`, `from`, `username`, `password` for mail. */
export type ChannelSecrets = Readonly<Record<string, pulumi.Input<string>>>;
