/** The provider of one Harbor. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import type { Registry } from "../../estate/model";

/** Who administers a Harbor. */
export interface HarborLogin {
    readonly username: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
}

/** Makes the provider. Harbor is first asked when a resource on it is. */
export function harborProvider(
    registry: Registry,
    { username, password }: HarborLogin,
): pulumi.ProviderResource {
    return new harbor.Provider(`harbor-${registry.name}`, {
        url: registry.url,
        username,
        password: pulumi.secret(password),
        // Upstream's default is true.
        insecure: registry.insecure,
        // Otherwise the provider asks Harbor for it, which takes an administrator.
        robotPrefix: registry.robotPrefix,
    });
}
