/** The provider of GitLab. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { GitLab } from "../../estate/model";

/** Makes the provider. GitLab is first asked when a resource on it is. */
export function gitlabProvider(server: GitLab, token: pulumi.Input<string>): pulumi.ProviderResource {
    return new gitlab.Provider("gitlab", {
        baseUrl: `${server.url}/api/v4/`,
        token: pulumi.secret(token),
        ...(server.caFile === undefined ? {} : { cacertFile: server.caFile }),
    });
}
