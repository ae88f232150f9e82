/** Where messages go and people sign in. Pure: one table. From here: the host cluster may have another way. */
import { engineOf } from "../../../estate/engines";
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
                              fix: "check the URL in the stack's secrets, or host and port; and the way to it from the host cluster",
                          },
                      ];
            });
        },
    },
    {
        id: "sign-in",
        rule: "should be where people sign in",
        fast: false,
        check: ({ signIns }, { estate }) =>
            signIns.flatMap(({ engine, path, url, silent, status, issuer }) => {
                // That GitLab does not answer is said of GitLab.
                if (issuer === url || (silent !== undefined && url === estate.gitlab.url)) {
                    return [];
                }
                const why =
                    silent ??
                    (issuer === undefined
                        ? `/.well-known/openid-configuration answers ${status}`
                        : `it calls itself ${issuer}`);
                return [
                    {
                        path,
                        value: url,
                        severity: "warning" as const,
                        rule: `should be where people sign in, and ${engineOf(engine).title} would refuse it: ${why}`,
                        fix: "use the URL that GitLab has for itself",
                    },
                ];
            }),
    },
);
