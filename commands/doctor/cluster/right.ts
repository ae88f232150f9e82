/** A right of an account on a cluster, as data. Pure. */
import type { Estate } from "../../../estate/model";

/** A kind the estate makes, and whether it lies in namespaces. */
export interface Right {
    readonly group: string;
    readonly resource: string;
    readonly verbs: readonly string[];
}

/**
 * To make, change and delete. `list` and `watch` are the provider's: it watches an object that it waits for and every one that
 * it deletes, and where it may not list the kind it waits for ever
 * (github.com/pulumi/pulumi-kubernetes, provider/pkg/await/condition/deleted.go and informers/factory.go).
 */
const write = ["get", "list", "watch", "create", "patch", "delete"] as const;

/** Everything with some kinds of a group. */
export const right = (group: string, ...resources: readonly string[]): Right[] =>
    resources.map((resource) => ({ group, resource, verbs: write }));

/** Rights that only some estates need. */
export interface OptionalRights {
    /** The option of the spec that asks for them, as docs/rights.md names it. */
    readonly option: string;
    /** `host`, or the clusters that run apps. */
    readonly where: "host" | "apps";
    readonly rights: readonly Right[];
    readonly needed: (estate: Estate) => boolean;
}

/** What is only known when it comes, see commands/handOver: nobody is asked for it before. */
export const handedOver = {
    option: "another `engine` of an app that runs (its further `kinds` too)",
    needed: () => false,
} as const;
