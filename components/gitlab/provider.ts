/** The provider of GitLab. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../../estate/model";
import { hostOf } from "../../estate/network";

/** Makes the provider. GitLab is first asked when a resource on it is. */
export function gitlabProvider(
    estate: Pick<Estate, "gitlab" | "network">,
    token: pulumi.Input<string>,
): pulumi.ProviderResource {
    const file = authorityFile(estate);
    return new gitlab.Provider("gitlab", {
        baseUrl: `${estate.gitlab.url}/api/v4/`,
        token: pulumi.secret(token),
        ...(file === undefined ? {} : { cacertFile: file }),
    });
}

/** The provider takes one file. Where there are several, or a PEM in the spec, the engine's machine has to trust them. */
function authorityFile({
    gitlab: { url, caFile },
    network,
}: Pick<Estate, "gitlab" | "network">): string | undefined {
    const [one, ...others] = network.authorities.filter(({ hosts }) => hosts.includes(hostOf(url)));
    return caFile ?? (others.length === 0 ? one?.file : undefined);
}
