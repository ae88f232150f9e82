/** What to do about a `pulumi` that refuses before it does anything, as on an estate's first day. Pure. */

const known: readonly { readonly when: RegExp; readonly fix: (stack: string) => string }[] = [
    {
        when: /PULUMI_ACCESS_TOKEN must be set for login/,
        fix: () =>
            "Nobody is signed in to a backend here: pulumi login, with its address where it is your own, or PULUMI_BACKEND_URL.",
    },
    {
        when: /no stack named '.*' found/,
        fix: (stack) =>
            `The backend signed in to (pulumi whoami -v) has no such stack. For a new estate: pulumi stack init ${stack}`,
    },
];

/** The line for after Pulumi's message, or none where it says enough. */
export function pulumiFix(message: string, stack: string): string[] {
    return known.flatMap(({ when, fix }) => (when.test(message) ? [fix(stack)] : [])).slice(0, 1);
}
