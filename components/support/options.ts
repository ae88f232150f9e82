/** Options that components give to their children. */
import type * as pulumi from "@pulumi/pulumi";

/** Options of a child: the parent is required, so that no child ends at the top of the stack by accident. */
export type ChildOptions = pulumi.CustomResourceOptions & { parent: pulumi.Resource };

/**
 * Options of what holds data (repositories, image projects, the groups around them).
 *
 * With `deletionProtection` it is protected: a change that would delete it is refused, and `destroy --exclude-protected` leaves it on
 * the server and in the state, so that the next `up` goes on with it. Taking the protection off the resource by hand
 * (`pulumi state unprotect`) and then its line of the spec away still leaves the object on the server.
 * Without it, it is deleted; GitLab then still holds it for its own deletion delay.
 */
export function dataOptions(deletionProtection: boolean): { protect?: true; retainOnDelete?: true } {
    return deletionProtection ? { protect: true, retainOnDelete: true } : {};
}

/**
 * Options of a setting of `owner`, such as a branch's protection, a member or a seeded file: when the owner goes, no call
 * is made for it. It follows the spec at any time, so it is never `protect`ed itself: a person must be able to leave a
 * team whose project is protected. A destroy leaves it where its owner stays (commands/support/destroy.ts). Not for
 * credentials: those are taken back in any case.
 */
export function belongsTo(owner: pulumi.Resource): { deletedWith: pulumi.Resource } {
    return { deletedWith: owner };
}

/**
 * Options of what the server finds by a name and not by an id of its own: a protection, a variable. The providers make
 * the new object of a replacement first, which the server takes for the old one: the creation fails, or the deletion of
 * the old one then removes what was just made. With these the old one goes first, and the gap is one call long.
 */
export const keyedByName = { deleteBeforeReplace: true } as const;

/**
 * Options of content that is made once and then belongs to people, such as a file or a branch of an environment: never
 * deleted by Pulumi.
 */
export function contentOptions(owner: pulumi.Resource): {
    retainOnDelete: true;
    deletedWith: pulumi.Resource;
} {
    return { retainOnDelete: true, deletedWith: owner };
}
