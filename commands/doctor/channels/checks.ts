/** Where messages go and people sign in. Pure: one table. From here: the cluster of Argo CD may have another way. */
import type { Look } from "../check";
import { checkTable } from "../finding";
import type { ChannelFacts } from "./facts";

export const channelChecks = checkTable<ChannelFacts, Look>(
    {
        id: "channel-reachable",
        rule: "should answer",
        fast: false,
        check: ({ channels }) => {
            // One server is one finding, however many channels are on it.
            const hosts = new Map(channels.map((each) => [each.host, each]));
            return [...hosts.values()].flatMap(({ host, silent }) => {
                const names = channels.filter((each) => each.host === host).map(({ name }) => name);
                return silent === undefined
                    ? []
                    : [
                          {
                              path: `channels.${names[0]}`,
                              value: host,
                              severity: "warning" as const,
                              rule: `should answer from here, for ${names.join(", ")}: ${silent}`,
                              fix: "check the URL in the stack's secrets, or host and port; and the way to it from Argo CD's cluster",
                          },
                      ];
            });
        },
    },
    {
        id: "sign-in",
        rule: "should be where people sign in",
        fast: false,
        check: ({ signIn }, { estate }) => {
            const issuer = estate.argocd.sso?.issuer;
            if (signIn === undefined || issuer === undefined || signIn.issuer === issuer) {
                return [];
            }
            // That GitLab does not answer is said of GitLab.
            if (signIn.silent !== undefined && issuer === estate.gitlab.url) {
                return [];
            }
            const why =
                signIn.silent ??
                (signIn.issuer === undefined
                    ? `/.well-known/openid-configuration answers ${signIn.status}`
                    : `it calls itself ${signIn.issuer}`);
            return [
                {
                    path: "argocd.sso",
                    value: issuer,
                    severity: "warning" as const,
                    rule: `should be where people sign in, and Argo CD would refuse it: ${why}`,
                    fix: "use the URL that GitLab has for itself",
                },
            ];
        },
    },
);
