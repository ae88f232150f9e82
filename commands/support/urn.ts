/** What a resource's URN and type say of it. Pure. */

/** Name of a resource in the program. */
export function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? urn;
}

/** Whether a type is of components, providers or the stack: they are the program's own, and no server has them. */
export function isOfProgram(type: string): boolean {
    return /^(gitops-estate|pulumi):/.test(type);
}

/** Whether a type is the stack itself, whose outputs are the stack's. */
export function isStack(type: string): boolean {
    return type === "pulumi:pulumi:Stack";
}
