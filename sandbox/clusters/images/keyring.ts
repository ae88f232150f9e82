/** Logins for registries, out of the pull secrets of a pod. Pure. */

export interface Login {
    readonly username: string;
    readonly password: string;
}

interface DockerConfig {
    readonly auths?: Readonly<
        Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
    >;
}

/** The logins of one `.dockerconfigjson` that are meant for `registry`; none when the text is not one. */
export function loginsFor(registry: string, dockerConfig: string): Login[] {
    let config: DockerConfig;
    try {
        config = JSON.parse(dockerConfig) as DockerConfig;
    } catch {
        return [];
    }
    return Object.entries(config.auths ?? {})
        .filter(([server]) => hostOf(server) === registry)
        .flatMap(([, { auth, username, password }]) => {
            if (username !== undefined && password !== undefined) {
                return [{ username, password }];
            }
            const text = Buffer.from(auth ?? "", "base64").toString("utf8");
            const colon = text.indexOf(":");
            return colon < 0 ? [] : [{ username: text.slice(0, colon), password: text.slice(colon + 1) }];
        });
}

/** `https://host:port/v1/` and `host:port` mean the same registry. */
function hostOf(server: string): string {
    return server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}
