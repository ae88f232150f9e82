/** From Flux's part of a spec to its part of the model. Pure. */
import { given, mapSorted, plainUrl } from "../../plain";
import type { ResolveContext } from "../../resolve";
import type { Spec } from "../../schema";
import type { Flux, FluxManifests } from "./model";
import { fluxReleases, operatorReleases } from "./releases";

/** The part `flux` with its defaults, names and pinned files. */
export function resolveFlux(spec: Spec, context: ResolveContext): Flux {
    const { flux, name } = spec;
    return {
        namespace: flux.namespace,
        manifests: resolveManifests(flux.manifests, context.manifests?.["flux"], fluxRelease),
        ...given(
            "operator",
            flux.operator && resolveManifests(flux.operator, operatorFile(context), operatorRelease),
        ),
        ...given("imageMirror", flux.imageMirror),
        imageMirrorLogin: flux.imageMirrorLogin,
        resources: mapSorted(flux.resources, ({ requests, limits }) => ({
            ...given("requests", requests && mapSorted(requests, (quantity) => quantity)),
            ...given("limits", limits && mapSorted(limits, (quantity) => quantity)),
        })),
        seccomp: flux.seccomp,
        ...given("webhookUrl", flux.webhookUrl && plainUrl(flux.webhookUrl)),
        relayUrl: plainUrl(relayUrl(spec)),
        intervalSeconds: flux.intervalSeconds,
        imageIntervalSeconds: flux.imageIntervalSeconds,
        forceUpgrades: flux.forceUpgrades,
        commit: {
            name: flux.commit.name,
            email: flux.commit.email ?? `flux@${name}.invalid`,
            message: flux.commit.message ?? commitMessage,
        },
    };
}

/** With two engines the relay of the spec is the other's: each has one beside it. */
function relayUrl({ flux, notifications, apps, defaults }: Spec): string {
    const used = new Set(Object.values(apps).map(({ engine }) => engine ?? defaults.engine));
    const only = used.size === 1 && used.has("flux");
    return (
        flux.relayUrl ??
        (only ? notifications.relay?.url : undefined) ??
        `http://notification-relay.${flux.namespace}.svc`
    );
}

const commitMessage = [
    "Update images of {{ .AutomationObject.Name }}",
    "",
    "{{ range .Changed.Changes -}}",
    "- {{ .Setter }}: {{ .OldValue }} to {{ .NewValue }}",
    "{{ end -}}",
    "",
].join("\n");

/** Where a release's file is, and its checksum as far as it is known. */
interface Release {
    readonly url: (version: string) => string;
    readonly known: Readonly<Record<string, string>>;
}

const fluxRelease: Release = {
    url: (version) => `https://github.com/fluxcd/flux2/releases/download/v${version}/install.yaml`,
    known: fluxReleases,
};

const operatorRelease: Release = {
    url: (version) =>
        `https://github.com/controlplaneio-fluxcd/flux-operator/releases/download/v${version}/install.yaml`,
    known: operatorReleases,
};

/** Beside Flux's own manifests, where those are said to be somewhere else than the spec says. */
function operatorFile({ manifests }: ResolveContext): string | undefined {
    const folder = manifests?.["flux"];
    return folder === undefined ? undefined : `${folder}/operator.yaml`;
}

function resolveManifests(
    { version, path, url, sha256 }: Spec["flux"]["manifests"],
    override: string | undefined,
    release: Release,
): FluxManifests {
    if (override !== undefined || path !== undefined) {
        return { version, ...given("path", override ?? path), ...given("sha256", sha256) };
    }
    const known = url === undefined ? release.known[version] : undefined;
    return { version, url: url ?? release.url(version), ...given("sha256", sha256 ?? known) };
}
