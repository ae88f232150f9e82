/** Image references. Pure. */

/** Whether an image says which registry it comes from: its first element has a dot or a port, as Docker reads it. */
export function namesRegistry(image: string): boolean {
    const [first = "", ...rest] = image.split("/");
    return rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
}

/** What kubelets look for a login of an image's registry by; Docker's own has this address. */
export function registryOf(image: string): string {
    return namesRegistry(image) ? (image.split("/")[0] ?? "") : "https://index.docker.io/v1/";
}

/**
 * Where a mirror has an image: `quay.io/argoproj/argocd:v1` → `<mirror>/argoproj/argocd:v1`. Without a registry host the
 * whole path is kept, and a single name is Docker's own: `<mirror>/library/alpine`.
 *
 * @param mirror registry host and path; absent: the image comes from where it was published.
 */
export function mirroredImage(image: string, mirror: string | undefined): string {
    if (mirror === undefined) {
        return image;
    }
    const path = namesRegistry(image)
        ? image.slice(image.indexOf("/") + 1)
        : image.includes("/")
          ? image
          : `library/${image}`;
    return `${mirror.replace(/\/+$/, "")}/${path}`;
}

/** What the image of a seeded kustomization is called until the environment says which it is. It has three elements, as every image of a Harbor: what takes the tag from it relies on that. */
export function unnamedImage(app: string): string {
    return `registry.invalid/${app}/${app}`;
}
