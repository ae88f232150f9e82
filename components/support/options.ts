/** Options that components give to their children. */
import type * as pulumi from "@pulumi/pulumi";

/** Options of a child: the parent is required, so that no child ends at the top of the stack by accident. */
export type ChildOptions = pulumi.CustomResourceOptions & { parent: pulumi.Resource };

/** Options of a component inside another component. */
export type ChildComponentOptions = pulumi.ComponentResourceOptions & { parent: pulumi.Resource };

/**
 * Options of what holds data (repositories, image projects, the groups around them).
 *
 * With `keep` it is protected: a change that would delete it is refused, and `destroy --exclude-protected` leaves it on
 * the server and in the state, so that the next `up` goes on with it. Taking the protection off the resource by hand
 * (`pulumi state unprotect`) and then its line of the spec away still leaves the object on the server.
 * Without `keep` it is deleted; GitLab then still holds it for its own deletion delay.
 */
export function dataOptions(keep: boolean): { protect?: true; retainOnDelete?: true } {
    return keep ? { protect: true, retainOnDelete: true } : {};
}

/**
 * Options of what lives and dies with `owner`, such as a branch's protection: when the owner goes, no call is made for
 * it; when the owner is kept, it is kept with it. Not for credentials: those are taken back in any case.
 */
export function belongsTo(
    owner: pulumi.Resource,
    keep = false,
): { deletedWith: pulumi.Resource; protect?: true } {
    return { deletedWith: owner, ...(keep ? { protect: true } : {}) };
}

/**
 * Options of content that is made once and then belongs to people, such as a file or a branch of an environment: never
 * deleted by Pulumi.
 */
export function contentOptions(keep: boolean): { retainOnDelete: true; protect?: true } {
    return { retainOnDelete: true, ...(keep ? { protect: true } : {}) };
}
