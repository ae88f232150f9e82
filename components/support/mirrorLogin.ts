/** The login that an engine's images are pulled with where their mirror, or another registry, wants one. */
import * as pulumi from "@pulumi/pulumi";
import type { Login } from "./login";

/** Secret in the engine's namespace. */
export const mirrorLoginName = "image-mirror-login";

/** What kubelets read: the login by registry host. */
export function registryLogin(host: string, { username, password }: Login): pulumi.Output<string> {
    return pulumi.secret(
        pulumi.all([username, password]).apply(([user, secret]) =>
            JSON.stringify({
                auths: {
                    [host]: {
                        username: user,
                        password: secret,
                        auth: Buffer.from(`${user}:${secret}`).toString("base64"),
                    },
                },
            }),
        ),
    );
}
