import type { MirrorTarget } from "./model";

/** A URL as it was given, apart from its login. */
export function mirrorTarget(given: string): MirrorTarget {
    const url = new URL(given);
    const { username, password } = url;
    url.username = "";
    url.password = "";
    return {
        url: url.toString(),
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
    };
}

/** Why a repository is not mirrored; undefined where it is. */
export function unreachable(target: MirrorTarget | undefined): string | undefined {
    return target !== undefined && /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(target.url)
        ? undefined
        : "The sandbox mirrors HTTP servers of this machine only.";
}

/** Variables by which git signs in there. It asks for the login: it is in no argument, where everybody on the machine could read it. */
export function gitLogin({ username, password }: MirrorTarget): Record<string, string> {
    return {
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "credential.helper",
        GIT_CONFIG_VALUE_0:
            '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$MIRROR_USERNAME" "$MIRROR_PASSWORD"; }; f',
        MIRROR_USERNAME: username,
        MIRROR_PASSWORD: password,
    };
}

/** The URL as GitLab shows it. */
export function shownUrl({ url, username, password }: MirrorTarget): string {
    return username === "" && password === "" ? url : url.replace("//", "//*****:*****@");
}
