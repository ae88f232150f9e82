/**
 * Credentials that an estate makes, by what they are for: one table for what makes them, looks after them and shows them.
 * Pure; docs/credentials.md says more of each.
 */

/** What they are for. */
export const credentialKinds = [
    "push",
    "pull",
    "promotion",
    "reader",
    "writer",
    "status",
    "rollout",
    "mergeBack",
    "release",
    "preview",
    "approvals",
    "hook",
    "cluster",
] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** Access tokens of projects: with a generation behind it, the purpose is a token's name on GitLab. */
export const tokenPurposes = {
    "config-writer": "writer",
    deliveries: "status",
    rollouts: "rollout",
    "merge-back": "mergeBack",
    "preview-reader": "preview",
    preview: "preview",
    approvals: "approvals",
    "approval-relay": "approvals",
} as const satisfies Readonly<Record<string, CredentialKind>>;

export type TokenPurpose = keyof typeof tokenPurposes;

/** Tokens that the notification relay is given. */
export const relayTokens: ReadonlySet<string> = new Set<TokenPurpose>(["deliveries", "approval-relay"]);
