/** What Flux does with the images of an app in one environment, as data. Pure. */
import { posix } from "node:path";
import { imageName } from "../../../../estate/engines/flux/names";
import { versionFile, versionOf } from "../../../../estate/flows/plan";
import { appLabel, environmentLabel } from "../../../../estate/labels";
import type {
    App,
    AppEnvironment,
    Estate,
    ExtraImage,
    ImageRule,
    ImageUpdater,
} from "../../../../estate/model";
import { namespaceName, shorten } from "../../../../estate/names";
import type { KubeObject } from "../../../support/kubeObject";
import { writtenSource } from "../repository";
import { teamMetadata } from "../team";

/** An app with an updater. */
export type UpdatedApp = App & { readonly updater: ImageUpdater };

/** Whether the updater belongs to an app in an environment, paused or not. */
export function actsIn(app: App, { environment }: AppEnvironment): app is UpdatedApp {
    return app.updater?.environments.includes(environment) ?? false;
}

/** Secret with the pull robot of an app's environment, in the team's namespace. */
export function pullSecret(app: string, environment: string): string {
    return shorten(`pull-${imageName(app, environment)}`, namespaceName.maximum);
}

/** An image that Flux looks after. */
export interface TrackedImage {
    /** Name of its ImageRepository and ImagePolicy. */
    readonly name: string;
    /** Reference without tag. */
    readonly image: string;
    readonly rule: ImageRule;
    /** Whether it is in the environment's own project, and so read by its robot. */
    readonly own: boolean;
}

/** The app's own image first, then the others by alias. */
export function trackedImages(app: UpdatedApp, environment: AppEnvironment): TrackedImage[] {
    const at = (alias?: string): string => imageName(app.name, environment.environment, alias);
    return [
        { name: at(), image: environment.image, rule: app.updater, own: true },
        ...Object.entries(app.updater.images).map(([alias, extra]) => ({
            name: at(alias),
            image: extraImage(environment, extra),
            rule: extra,
            own: extra.repository !== undefined,
        })),
    ];
}

function extraImage({ image }: AppEnvironment, extra: ExtraImage): string {
    return extra.repository === undefined
        ? (extra.image ?? "")
        : `${image.slice(0, image.lastIndexOf("/"))}/${extra.repository}`;
}

function labels(app: App, { environment }: AppEnvironment): Record<string, string> {
    return { [appLabel]: app.name, [environmentLabel]: environment };
}

/** ImageRepository and ImagePolicy of each image. */
export function imageObjects(
    { flux, registries }: Pick<Estate, "flux" | "registries">,
    app: UpdatedApp,
    environment: AppEnvironment,
): KubeObject[] {
    const plain = registries[environment.registry]?.url.startsWith("http://") ?? false;
    return trackedImages(app, environment).flatMap(({ name, image, rule, own }) => [
        {
            apiVersion: "image.toolkit.fluxcd.io/v1",
            kind: "ImageRepository",
            metadata: teamMetadata(app.team, name, labels(app, environment)),
            spec: {
                image,
                interval: `${flux.imageIntervalSeconds}s`,
                ...(own ? { secretRef: { name: pullSecret(app.name, environment.environment) } } : {}),
                ...(own && plain ? { insecure: true } : {}),
            },
        },
        {
            apiVersion: "image.toolkit.fluxcd.io/v1",
            kind: "ImagePolicy",
            metadata: teamMetadata(app.team, name, labels(app, environment)),
            spec: { imageRepositoryRef: { name }, ...policy(rule) },
        },
    ]);
}

/** Which tags count, and which of them is taken. */
function policy({ strategy, constraint, allowTags, extract }: ImageRule): Record<string, unknown> {
    const pattern = allowTags === "any" ? undefined : allowTags.slice("regexp:".length);
    return {
        ...(pattern === undefined
            ? {}
            : { filterTags: { pattern, ...(extract === undefined ? {} : { extract }) } }),
        policy: order(strategy, constraint),
    };
}

function order(strategy: ImageRule["strategy"], constraint: string | undefined): Record<string, unknown> {
    switch (strategy) {
        case "semver":
            return { semver: { range: constraint ?? "*" } };
        case "numerical":
            return { numerical: { order: "asc" } };
        default:
            // Those that Flux does not know are refused by a rule.
            return { alphabetical: { order: "asc" } };
    }
}

/**
 * Writes the tags to the branch that the environment runs from. While the environment is on hold nothing is written; while
 * it is pinned nothing that is written would run.
 */
export function automation(
    { flux }: Pick<Estate, "flux">,
    app: UpdatedApp,
    environment: AppEnvironment,
): KubeObject {
    const place = versionOf(app, environment);
    const { name, email, message } = flux.commit;
    const still = environment.hold !== undefined || environment.pin !== undefined;
    return {
        apiVersion: "image.toolkit.fluxcd.io/v1",
        kind: "ImageUpdateAutomation",
        metadata: teamMetadata(
            app.team,
            imageName(app.name, environment.environment),
            labels(app, environment),
        ),
        spec: {
            interval: `${flux.imageIntervalSeconds}s`,
            ...(still ? { suspend: true } : {}),
            sourceRef: {
                kind: "GitRepository",
                name: writtenSource(app.team, place.repository, place.revision),
            },
            git: {
                checkout: { ref: { branch: place.revision } },
                commit: { author: { name, email }, messageTemplate: message },
                push: { branch: app.updater.writeBranch ?? place.revision },
            },
            policySelector: { matchLabels: labels(app, environment) },
            update: { strategy: "Setters", path: `./${posix.dirname(versionFile(place))}` },
        },
    };
}
