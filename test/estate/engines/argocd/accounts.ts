import type { Case } from "../../rules/case";

/** Who may control Argo CD. */
export const accountCases: readonly Case[] = [
    {
        rule: "argocd-sign-in",
        title: "no administrator, no sign-on, and an account that has tokens only",
        change: { argocd: { adminEnabled: false, accounts: { "ci-bot": { role: "role:shop-deployer" } } } },
        found: [["argocd.adminEnabled", false]],
        severity: "warning",
        fix: /set argocd\.sso first/,
    },
    {
        rule: "argocd-workload",
        title: "limits of a workload that is spelt wrong",
        change: { argocd: { resources: { "argocd-repo-servr": { limits: { memory: "1Gi" } } } } },
        found: [["argocd.resources.argocd-repo-servr", "argocd-repo-servr"]],
        severity: "warning",
        fix: /did you mean argocd-repo-server\?/,
    },
    {
        rule: "account-role",
        title: "an account with a role nobody has",
        change: { argocd: { accounts: { "ci-bot": { role: "role:shop-deploy" } } } },
        found: [["argocd.accounts.ci-bot.role", "role:shop-deploy"]],
        fix: /role:shop-deployer/,
    },
    {
        rule: "account-used",
        title: "an account that may be used for nothing",
        change: { argocd: { accounts: { robot: { capabilities: [] } } } },
        found: [["argocd.accounts.robot.capabilities", []]],
        severity: "warning",
        fix: /apiKey/,
    },
    {
        rule: "account-name",
        title: "an account with a person's name",
        change: { argocd: { accounts: { bob: { role: "role:shop-deployer" } } } },
        found: [["argocd.accounts.bob", "bob"]],
        fix: /rename/,
    },
    {
        rule: "account-name",
        title: "an account with a person's name, whose capitals are GitLab's alone",
        change: {
            teams: { shop: { developers: ["Bob", "carol"] } },
            argocd: { accounts: { bob: { role: "role:shop-deployer" } } },
        },
        found: [["argocd.accounts.bob", "bob"]],
        fix: /rename/,
    },
];
