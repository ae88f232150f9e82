/** Image references, read as container runtimes read them. Pure. */

export interface ImageReference {
    /** Host, with a port where one is named; `docker.io` when the reference names none. */
    readonly registry: string;
    readonly repository: string;
    /** A tag, or a digest where the reference has one. */
    readonly tag: string;
}

/** @throws Error when the text is no image reference. */
export function parseImage(image: string): ImageReference {
    const [name = "", digest] = image.split("@", 2);
    const slash = name.indexOf("/");
    const first = slash < 0 ? "" : name.slice(0, slash);
    const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
    const registry = hasHost ? first : "docker.io";
    const path = hasHost ? name.slice(slash + 1) : name;
    const colon = path.lastIndexOf(":");
    const repository = colon < 0 ? path : path.slice(0, colon);
    const tag = digest ?? (colon < 0 ? "latest" : path.slice(colon + 1));
    if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(repository) || !/^[\w][\w.:-]{0,160}$/.test(tag)) {
        throw new Error(`couldn't parse image name "${image}": invalid reference format`);
    }
    return {
        registry,
        repository: hasHost || path.includes("/") ? repository : `library/${repository}`,
        tag,
    };
}

/**
 * Whether an image comes from a registry of this machine. Only those are asked: every other registry's images count as
 * present on the nodes. The stage `pod-start` decides by the same rule.
 */
export function isLocalImage(image: string): boolean {
    return /^(127\.0\.0\.1|localhost):\d+\//.test(image);
}
