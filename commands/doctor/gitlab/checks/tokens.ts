/** What must hold of the token that was handed over, and of those that the estate made. Pure: one table. */
import { dayOf, daysBetween } from "../../../../estate/days";
import { compare } from "../../../../estate/problem";
import type { TokenPurpose } from "../../../../estate/madeCredentials";
import { daysUntil, type Look } from "../../check";
import { checkTable } from "../../finding";
import type { MadeToken } from "../../made";
import type { GitLabFacts } from "../facts";

/** Days before the end of the token in which it is warned of. */
const tokenWarning = 14;

const newToken = "pulumi config set --secret --path 'gitops-estate:credentials.gitlab.token'";

/** What does not work without a token of the estate's, by what it is for. */
const withoutToken: Readonly<Record<TokenPurpose, string>> = {
    approvals: "the job that holds merge requests sees no approvals: nothing that wants them is merged",
    "approval-relay": "approving runs that job no more: it waits for somebody who retries it",
    "preview-reader": "previews neither come nor go",
    preview: "previews get no label and no note",
    deliveries: "what becomes of a commit is not reported on GitLab",
    rollouts: "releases get no baseline and no merge request back",
    "config-writer": "no version is written",
    "merge-back": "nobody is asked to bring a release back",
};

export const tokenChecks = checkTable<GitLabFacts, Look>(
    {
        id: "gitlab-token",
        rule: "must be accepted by GitLab: it is wrong, revoked or has ended",
        fast: true,
        check: ({ refused }) =>
            refused === undefined
                ? []
                : [{ path: "credentials.gitlab.token", value: undefined, fix: newToken }],
    },
    {
        id: "gitlab-token-scope",
        rule: "must have the scope api",
        fast: true,
        check: ({ token }) =>
            token === undefined || token.scopes.includes("api")
                ? []
                : [
                      {
                          path: "credentials.gitlab.token",
                          value: token.scopes,
                          fix: `make a token with the scope api and hand it over: ${newToken}`,
                      },
                  ],
    },
    {
        id: "gitlab-token-end",
        rule: `must be good for ${tokenWarning} more days`,
        fast: true,
        check: ({ token }, { now }) => {
            if (token?.ends === undefined) {
                return [];
            }
            const left = daysUntil(new Date(`${token.ends}T00:00:00Z`), now);
            return left >= tokenWarning
                ? []
                : [
                      {
                          path: "credentials.gitlab.token",
                          value: token.ends,
                          severity: "warning" as const,
                          fix: `make a new one before it ends and hand it over: ${newToken}`,
                      },
                  ];
        },
    },
    {
        id: "gitlab-token-owner",
        rule: "must not be a token of one project: it reaches nothing beside it",
        fast: true,
        check: ({ user }) =>
            user !== undefined && /^project_\d+_bot/.test(user.username)
                ? [
                      {
                          path: "credentials.gitlab.token",
                          value: user.username,
                          fix: "use a token of a user, of a service account, or of the estate's group with the role Owner",
                      },
                  ]
                : [],
    },
    {
        id: "gitlab-made-tokens",
        rule: "must be renewed before they end",
        fast: false,
        check: (_, { estate: { credentials }, made, now }) => {
            const today = dayOf(now.toISOString());
            // Longer ahead no update would renew them.
            const ahead = Math.min(tokenWarning, credentials.rotateBeforeDays);
            const due = made.tokens.filter(({ ends }) => daysBetween(today, ends) < ahead);
            return [...new Set(due.map(({ purpose }) => purpose))].flatMap((purpose) => {
                const of = due.filter((each) => each.purpose === purpose);
                // GitLab takes it no more on its last day.
                const ended = of.filter(({ ends }) => ends <= today);
                const at = { path: "credentials.rotateBeforeDays", value: credentials.rotateBeforeDays };
                const without = (withoutToken as Readonly<Record<string, string>>)[purpose];
                return [
                    ...(ended.length === 0
                        ? []
                        : [
                              {
                                  ...at,
                                  rule: `was over before the next up: ${tokensOf(purpose, ended)} ended${without === undefined ? "" : `, and ${without}`}`,
                                  fix: "npm run up -- --refresh makes new ones and puts them where the old ones were; run up on a schedule",
                              },
                          ]),
                    ...(ended.length === of.length
                        ? []
                        : [
                              {
                                  ...at,
                                  severity: "warning" as const,
                                  rule: `is nearly over without an up: ${tokensOf(
                                      purpose,
                                      of.filter((each) => !ended.includes(each)),
                                  )} ends soon${without === undefined ? "" : `; then ${without}`}`,
                                  fix: "npm run up renews it; run up on a schedule, at least every so many days",
                              },
                          ]),
                ];
            });
        },
    },
);

/** The one that ends first, by name, and how many more there are. */
function tokensOf(purpose: string, tokens: readonly MadeToken[]): string {
    const [first, ...others] = [...tokens].sort(
        (a, b) => compare(a.ends, b.ends) || compare(a.project, b.project),
    );
    const more = others.length === 0 ? "" : `, with ${others.length} more`;
    return `the token ${purpose} of ${first?.project ?? ""} (${first?.ends ?? ""}${more})`;
}
