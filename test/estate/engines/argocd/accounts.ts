import type { Case } from "../../rules/case";

/** Who may tell Argo CD what to do. */
export const accountCases: readonly Case[] = [
    {
        rule: "account-role",
        title: "an account with a role nobody has",
        change: { argocd: { accounts: { "ci-bot": { role: "role:shop-deploy" } } } },
        found: [["argocd.accounts.ci-bot.role", "role:shop-deploy"]],
        fix: /role:shop-deployer/,
    },
    {
        rule: "account-name",
        title: "an account with a person's name",
        change: { argocd: { accounts: { bob: { role: "role:shop-deployer" } } } },
        found: [["argocd.accounts.bob", "bob"]],
        fix: /rename/,
    },
];
