import type { Delivery } from "./model";

/** Where the files of each delivery name the version: the file below an app's folder, and the key in it. */
export const versionKeys: Readonly<Record<Delivery, { readonly file: string; readonly key: string }>> = {
    helm: { file: "values.yaml", key: "imagetag" },
    // The entry of the list `images` whose name is `app`.
    kustomize: { file: "kustomization.yaml", key: "images.app.newTag" },
    // The tag of each image that has this comment behind it: nothing renders the file, so nothing else could say which.
    plain: { file: "deployment.yaml", key: "# version" },
    jsonnet: { file: "version.libsonnet", key: "imagetag" },
};

/** The same for what runs on a machine: the image of each service of the Compose file that has this comment behind it. */
export const composeVersion = { file: "compose.yaml", key: "# version" } as const;
