/** What Argo CD Image Updater is to do with an app in one environment, whatever the version reads it from. Pure. */
import { versionOf } from "../../../../estate/flows/plan";
import type {
    App,
    AppEnvironment,
    Estate,
    ExtraImage,
    ImageRule,
    ImageUpdater,
} from "../../../../estate/model";
import { updaterAbilities, type UpdaterAbilities } from "../../../../estate/engines/argocd/updaterVersions";
import { helmImageKey, helmTagKey, kustomizeImage } from "../../../support/rendering";

/** Key of the pull credentials in the updater's Secret, see {@link pullSecretName}. */
export const pullSecretKey = "credentials";

/** Secret in Argo CD's namespace with `user:password` of an environment's pull robot. */
export function pullSecretName(environment: AppEnvironment): string {
    return `updater-pull-${environment.project}`;
}

/** Secret in Argo CD's namespace with the user and token that write an app's config repository. */
export function writeSecretName(app: App): string {
    return `updater-write-${app.name}`;
}

/** Whether the updater is configured for this app in this environment. It is not while the environment is paused. */
export function isUpdated(
    app: App,
    environment: AppEnvironment,
): app is App & { readonly updater: ImageUpdater } {
    return environment.hold === undefined && actsIn(app, environment);
}

/** Whether the updater belongs to this app in this environment, paused or not: credentials and rights stay while it is. */
export function actsIn(app: App, environment: AppEnvironment): boolean {
    return app.updater?.environments.includes(environment.environment) ?? false;
}

/** One image that the updater looks after. */
export interface TrackedImage {
    /** The updater's name for it. */
    readonly alias: string;
    /** Reference without tag. */
    readonly image: string;
    /** What the updater knows its strategy as. */
    readonly strategy: string;
    /** Range or tag behind the image; absent: none. */
    readonly constraint?: string;
    readonly allowTags: string;
    readonly ignoreTags: readonly string[];
    readonly platforms: readonly string[];
    /** Take it even where no pod runs it yet: the first version of an app starts with none. */
    readonly forceUpdate: boolean;
    readonly pullSecret?: string;
    readonly helm?: { readonly name?: string; readonly tag?: string; readonly spec?: string };
    readonly kustomize?: { readonly name: string };
}

/** Where it commits to. */
export interface WriteBack {
    /** `git:…` with where the credentials are. */
    readonly method: string;
    /** Branch, or `base:new`. */
    readonly branch: string;
    /** Absent: `.argocd-source-<application>.yaml`. */
    readonly target?: string;
    readonly mergeRequest: boolean;
}

/** Abilities of the updater the estate writes for. */
export function abilitiesOf(estate: Pick<Estate, "argocd">): UpdaterAbilities {
    // An estate without a version has no app with an updater; the oldest known words do no harm then.
    return updaterAbilities(estate.argocd.imageUpdaterVersion ?? "0.12.2");
}

/** The app's own image first, then the others by alias. */
export function trackedImages(
    estate: Pick<Estate, "argocd">,
    app: App & { readonly updater: ImageUpdater },
    environment: AppEnvironment,
): TrackedImage[] {
    const { updater } = app;
    const abilities = abilitiesOf(estate);
    const pullSecret = `secret:${estate.argocd.namespace}/${pullSecretName(environment)}#${pullSecretKey}`;
    const own: TrackedImage = {
        alias: app.name,
        image: environment.image,
        ...rule(environment.pin === undefined ? updater : pinned(updater, environment.pin), abilities),
        forceUpdate: true,
        pullSecret,
        ...(app.delivery === "helm"
            ? { helm: { name: helmImageKey, tag: helmTagKey } }
            : { kustomize: { name: kustomizeImage } }),
    };
    const others = Object.entries(updater.images).map(([alias, extra]): TrackedImage => {
        const image = extraImage(environment, extra);
        const secret = extra.pullSecret ?? (extra.repository === undefined ? undefined : pullSecret);
        return {
            alias,
            image,
            ...rule(extra, abilities),
            forceUpdate: false,
            ...(secret === undefined ? {} : { pullSecret: secret }),
            ...(app.delivery === "helm"
                ? { helm: extra.helm ?? {} }
                : { kustomize: extra.kustomize ?? { name: image } }),
        };
    });
    return [own, ...others];
}

/** Full reference without tag of a further image in one environment. */
export function extraImage(environment: AppEnvironment, extra: ExtraImage): string {
    if (extra.repository === undefined) {
        return extra.image ?? "";
    }
    return `${environment.image.slice(0, environment.image.lastIndexOf("/"))}/${extra.repository}`;
}

/** A rule that lets one tag through: the updater then writes it, and stays there. */
function pinned(of: ImageRule, tag: string): ImageRule {
    const escaped = tag.replace(/\./g, "\\.");
    return of.strategy === "digest"
        ? { ...of, constraint: tag, allowTags: "any", ignoreTags: [] }
        : {
              strategy: "alphabetical",
              allowTags: `regexp:^${escaped}$`,
              ignoreTags: [],
              platforms: of.platforms,
          };
}

function rule(
    of: ImageRule,
    abilities: UpdaterAbilities,
): Pick<TrackedImage, "strategy" | "constraint" | "allowTags" | "ignoreTags" | "platforms"> {
    return {
        strategy: abilities.strategies[of.strategy],
        ...(of.constraint === undefined ? {} : { constraint: of.constraint }),
        allowTags: of.allowTags,
        ignoreTags: of.ignoreTags,
        platforms: of.platforms,
    };
}

/** Where the updater commits a new tag of this app in this environment to. */
export function writeBack(
    estate: Pick<Estate, "argocd">,
    app: App & { readonly updater: ImageUpdater },
    environment: AppEnvironment,
): WriteBack {
    const { updater } = app;
    const { revision, file } = versionOf(app, environment);
    const target = app.delivery === "helm" ? `helmvalues:${file}` : "kustomization";
    return {
        method: ownsWriteSecret(app)
            ? `git:secret:${estate.argocd.namespace}/${writeSecretName(app)}`
            : "git:repocreds",
        branch:
            updater.writeBranch === undefined || updater.mergeRequest
                ? revision
                : `${revision}:${updater.writeBranch}`,
        ...(updater.writeBack === "source" ? {} : { target }),
        mergeRequest: updater.mergeRequest,
    };
}

/**
 * Whether the updater's git credentials are in a Secret of their own. For a repository at a plain http URL it refuses
 * such a Secret and takes what Argo CD itself reads the repository with; only sandboxes and labs have such URLs.
 */
export function ownsWriteSecret(app: App): boolean {
    return !app.config.url.startsWith("http://");
}
