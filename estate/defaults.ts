/**
 * The built-in values of `defaults`: what holds for every app in every environment of an estate that says nothing else.
 * The flow and the engine of such an estate are named in their registries.
 */
export const builtIn = {
    ci: "gitlab",
    delivery: "helm",
    /** Container port. */
    port: 8080,
    rolloutDeadlineSeconds: 300,
    /** Who has a config repository of its own. */
    configScope: "app",
    /** Folders of a shared config repository that belong to all of its apps. */
    sharedFolders: ["base", "common", "shared"],
    sync: { automated: true, prune: true, selfHeal: true, retries: 3, history: 10 },
    /** Hard limits of each namespace: none. */
    quota: {},
    /** Storage limit of an image project: none. */
    storageGiB: null,
    keepTags: 20,
} as const;
