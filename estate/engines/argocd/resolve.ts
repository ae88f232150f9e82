/** From Argo CD's part of a spec to its part of the model. Pure. */
import { given, mapSorted, sortedSet, plainUrl } from "../../plain";
import { compare } from "../../problem";
import type { ResolveContext } from "../../resolve";
import type { Spec } from "../../schema";
import type { ArgoCd, Manifests } from "./model";
import { argoCdReleases, defaultUpdaterVersion, updaterReleases } from "./releases";

/** The part `argocd` with its defaults, names and pinned files. */
export function resolveArgoCd(spec: Spec, context: ResolveContext): ArgoCd {
    const { argocd } = spec;
    const manifestsPath = context.manifests?.["argocd"];
    const url = plainUrl(argocd.url ?? `https://argocd-server.${argocd.namespace}.svc`);
    return {
        namespace: argocd.namespace,
        url,
        tlsTermination: argocd.tlsTermination ?? (url.startsWith("https://") ? "server" : "proxy"),
        manifests: resolveManifests(argocd, manifestsPath),
        definitions: argocd.definitions,
        ha: argocd.ha,
        ...given("imageMirror", argocd.imageMirror),
        imageMirrorLogin: argocd.imageMirrorLogin,
        resources: mapSorted(argocd.resources, ({ requests, limits }) => ({
            ...given("requests", requests && mapSorted(requests, (quantity) => quantity)),
            ...given("limits", limits && mapSorted(limits, (quantity) => quantity)),
        })),
        seccomp: argocd.seccomp,
        adminEnabled: argocd.adminEnabled,
        reconciliationSeconds: argocd.reconciliationSeconds,
        ...given("previewWebhookUrl", argocd.previewWebhookUrl && plainUrl(argocd.previewWebhookUrl)),
        ...given(
            "sso",
            argocd.sso && {
                provider: argocd.sso.provider,
                issuer: plainUrl(argocd.sso.issuer ?? spec.gitlab.url),
                clientId: argocd.sso.clientId,
                adminGroups: sortedSet(argocd.sso.adminGroups),
            },
        ),
        accounts: mapSorted(argocd.accounts, ({ capabilities, role }) => ({
            capabilities: [...new Set(capabilities)].sort(compare),
            role,
        })),
        ...given("imageUpdaterVersion", updaterVersion(spec)),
        imageUpdater: resolveImageUpdater(spec, manifestsPath),
        ...given("clusterPageUrl", argocd.clusterPageUrl),
    };
}

/** Where nothing is to be updated and no version is named, there is no updater. */
function updaterVersion({ argocd, apps, defaults }: Spec): string | undefined {
    const needed = Object.values(apps).some(
        ({ engine, updater }) =>
            (engine ?? defaults.engine) === "argocd" && updater !== undefined && updater !== null,
    );
    return argocd.imageUpdaterVersion ?? (needed ? defaultUpdaterVersion : undefined);
}

function resolveImageUpdater(spec: Spec, manifestsPath: string | undefined): ArgoCd["imageUpdater"] {
    const { name, argocd } = spec;
    const { install, manifests, intervalSeconds, webhookUrl, commit } = argocd.imageUpdater;
    const version = updaterVersion(spec);
    const written =
        manifestsPath === undefined
            ? manifests
            : { ...manifests, path: `${manifestsPath}/image-updater.yaml` };
    return {
        ...given(
            "manifests",
            install && version !== undefined ? updaterManifests(version, written) : undefined,
        ),
        intervalSeconds,
        ...given("webhookUrl", webhookUrl && plainUrl(webhookUrl)),
        commit: {
            name: commit.name,
            email: commit.email ?? `argocd-image-updater@${name}.invalid`,
            message: commit.message ?? updaterCommitMessage,
        },
    };
}

const updaterCommitMessage = [
    "Update image of {{ .AppName }}",
    "",
    "{{ range .AppChanges -}}",
    "{{ .Image }}: {{ .OldTag }} -> {{ .NewTag }}",
    "{{ end -}}",
].join("\n");

function updaterManifests(
    version: string,
    { path, url, sha256 }: Spec["argocd"]["imageUpdater"]["manifests"],
): NonNullable<ArgoCd["imageUpdater"]["manifests"]> {
    if (path !== undefined) {
        return { path, ...given("sha256", sha256) };
    }
    // The file moved when the updater became a controller of its own kind.
    const file = version.startsWith("0.") ? "manifests/install.yaml" : "config/install.yaml";
    const upstream = `https://raw.githubusercontent.com/argoproj-labs/argocd-image-updater/v${version}/${file}`;
    return {
        url: url ?? upstream,
        ...given("sha256", sha256 ?? (url === undefined ? updaterReleases[version] : undefined)),
    };
}

function resolveManifests({ manifests, ha }: Spec["argocd"], manifestsPath: string | undefined): Manifests {
    const { version, path, sha256 } = manifests;
    if (manifestsPath !== undefined) {
        return { version, path: manifestsPath, ...given("sha256", sha256) };
    }
    if (path !== undefined) {
        return { version, path, ...given("url", manifests.url), ...given("sha256", sha256) };
    }
    const file = ha ? "ha/install.yaml" : "install.yaml";
    const upstream = `https://raw.githubusercontent.com/argoproj/argo-cd/v${version}/manifests/${file}`;
    const known = manifests.url === undefined ? argoCdReleases[version]?.[ha ? "ha" : "standard"] : undefined;
    return { version, url: manifests.url ?? upstream, ...given("sha256", sha256 ?? known) };
}
