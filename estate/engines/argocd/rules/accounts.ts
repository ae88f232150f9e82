import type { Estate } from "../../../model";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";

/** Who may do what in Argo CD. */
export const accountRules: readonly AppsRule[] = [
    {
        id: "account-role",
        rule: "must be a role that Argo CD has",
        severity: "error",
        check: ({ estate }: Checked): Finding[] => {
            const known = accountRoles(estate);
            return Object.entries(estate.argocd.accounts)
                .filter(([, account]) => !known.includes(account.role))
                .map(([name, account]) => ({
                    path: `argocd.accounts.${name}.role`,
                    value: account.role,
                    fix: `use one of ${known.join(", ")}`,
                }));
        },
    },
    {
        id: "account-used",
        rule: "leaves the account nothing to be used for",
        severity: "warning",
        check: ({ estate }) =>
            Object.entries(estate.argocd.accounts)
                .filter(([, { capabilities }]) => capabilities.length === 0)
                .map(([name]) => ({
                    path: `argocd.accounts.${name}.capabilities`,
                    value: [],
                    fix: "write apiKey for tokens, login for a password, or remove the account",
                })),
    },
    {
        id: "account-name",
        rule: "must not be the name of a person who signs in: Argo CD would give that person the account's role",
        severity: "error",
        check: ({ estate }) =>
            Object.keys(estate.argocd.accounts)
                .filter((name) =>
                    // With the capitals that GitLab has, which the spec may not have.
                    Object.values(estate.teams).some((team) =>
                        [...team.maintainers, ...team.developers].some(
                            (user) => user.toLowerCase() === name.toLowerCase(),
                        ),
                    ),
                )
                .map((name) => ({
                    path: `argocd.accounts.${name}`,
                    value: name,
                    fix: "rename the account, e.g. with -bot at its end; make sure that nobody takes that name at GitLab",
                })),
    },
];

/** Roles an account may have: Argo CD's own and those of the teams. */
function accountRoles(estate: Estate): string[] {
    return [
        "role:readonly",
        "role:admin",
        ...Object.keys(estate.teams).flatMap((team) =>
            ["deployer", "developer", "maintainer", "releaser"].map((role) => `role:${team}-${role}`),
        ),
    ];
}
