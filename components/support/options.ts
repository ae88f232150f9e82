/** Options that components give to their children. */
import type * as pulumi from "@pulumi/pulumi";

/** Options of a child: the parent is required, so that no child ends at the top of the stack by accident. */
export type ChildOptions = pulumi.CustomResourceOptions & { parent: pulumi.Resource };

/** Options of a component inside another component. */
export type ChildComponentOptions = pulumi.ComponentResourceOptions & { parent: pulumi.Resource };

/**
 * Options of what holds data (repositories, image projects, the groups around them).
 *
 * With `keep`, deleting the line of the spec or the whole stack only forgets the object: it stays on the server, and
 * the stack's output `kept` names it. `protect` is not used, because it would make a destroy fail instead of end.
 * Without `keep` it is deleted; GitLab then still holds it for its own deletion delay.
 */
export function dataOptions(keep: boolean): { retainOnDelete?: true } {
    return keep ? { retainOnDelete: true } : {};
}

/**
 * Options of what lives and dies with `owner`, such as a branch's protection: when the owner goes, no call is made for
 * it. When the owner is kept, it is kept with it. Not for credentials: those are taken back in any case.
 */
export function belongsTo(owner: pulumi.Resource): { deletedWith: pulumi.Resource } {
    return { deletedWith: owner };
}
