/**
 * What pipelines are told, but for credentials: variables by key, the same for GitLab and Jenkins. They stand outside
 * of the repositories, because files there are written once and belong to the teams. Pure.
 */
import type { App, Environment, Estate } from "../../estate/model";
import { required, sortedEntries } from "../support/maps";
import { deliveryBranch, tagPrefix, writesTag } from "../../estate/tags";

/** Variables by key, nothing secret. */
export type Settings = Readonly<Record<string, string>>;

/** Part of a variable's key made of a name: `my-app` → `MY_APP`. */
export function keyPart(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** For the pipeline of an app repository: where the image goes, and where its tag is written. */
export function buildSettings(estate: Estate, app: App): Settings {
    const [first] = app.environments;
    if (first === undefined || app.ci === "none") {
        return {};
    }
    const registry = required(estate.registries, first.registry, "registry");
    const prefix = tagPrefix(app);
    return {
        APP: app.name,
        BUILDER: app.pipeline.builder,
        BUILD_IMAGE: app.pipeline.images.build,
        DELIVER_IMAGE: app.pipeline.images.deliver,
        DELIVERY_BRANCH: deliveryBranch(app),
        IMAGE: first.image,
        REGISTRY: registry.host,
        ...(isInsecure(registry) ? { REGISTRY_INSECURE: "true" } : {}),
        ...(prefix === "" ? {} : { TAG_PREFIX: prefix }),
        ...(writesTag(app)
            ? {
                  TAG_WRITER: "ci",
                  CONFIG_REPOSITORY: `${estate.gitlab.url}/${app.config.fullPath}.git`,
                  CONFIG_BRANCH: first.branch,
                  CONFIG_FOLDER: app.config.folder,
                  CONFIG_FORMAT: app.delivery,
              }
            : { TAG_WRITER: "updater" }),
    };
}

/**
 * For the pipeline of a config repository, one app's part: which branch's images go where, and the registries. In a
 * repository that a team's apps share every key ends in the app's name.
 */
export function promotionSettings(estate: Estate, app: App): Settings {
    const suffix = keySuffix(app);
    const moves = promotions(app);
    if (app.ci === "none" || moves.length === 0) {
        return {};
    }
    const rows = moves.map(({ source, target }) =>
        Object.entries({
            format: app.delivery,
            folder: app.config.folder,
            source: source.branch,
            source_image: source.image,
            source_registry: keyPart(source.registry),
            target: target.branch,
            target_image: target.image,
            target_registry: keyPart(target.registry),
        })
            .map(([key, value]) => `${key}=${value}`)
            .join(" "),
    );
    const registries = Object.fromEntries(
        sortedEntries(promotionRegistries(estate, app)).flatMap(([name, registry]) => [
            [`PROMOTION_${keyPart(name)}_URL${suffix}`, registry.url],
            ...(isInsecure(registry) ? [[`PROMOTION_${keyPart(name)}_INSECURE${suffix}`, "true"]] : []),
        ]),
    ) as Settings;
    return { [`PROMOTIONS${suffix}`]: rows.join("; "), ...registries };
}

/** For the pipeline of a config repository, what its apps have in common; nothing when GitLab runs none of them. */
export function repositorySettings(apps: readonly App[], environments: readonly Environment[]): Settings {
    const [first] = environments;
    const built = apps.filter((app) => app.ci === "gitlab");
    const [one] = built;
    if (first === undefined || one === undefined) {
        return {};
    }
    const promoted = built.filter((app) => promotions(app).length > 0);
    return {
        FIRST_BRANCH: first.branch,
        COMPARE_IMAGE: one.pipeline.images.deliver,
        PROMOTE_IMAGE: one.pipeline.images.promote,
        ...(promoted.length === 0 ? {} : { PROMOTION_APPS: promoted.map(promotionEntry).join(" ") }),
    };
}

/** An app's word in PROMOTION_APPS: its name, and the end of its keys where the repository is shared. */
export function promotionEntry(app: App): string {
    const suffix = keySuffix(app);
    return suffix === "" ? app.name : `${app.name}:${suffix}`;
}

/** Ending of an app's keys in its config repository. */
export function keySuffix(app: App): string {
    return app.config.scope === "team" ? `_${keyPart(app.name)}` : "";
}

/** The registries an app's promotions touch, by name. */
export function promotionRegistries(estate: Estate, app: App): Estate["registries"] {
    const names = promotions(app).flatMap(({ source, target }) => [source.registry, target.registry]);
    return Object.fromEntries(
        [...new Set(names)].sort().map((name) => [name, required(estate.registries, name, "registry")]),
    );
}

function promotions(
    app: App,
): { source: App["environments"][number]; target: App["environments"][number] }[] {
    return app.environments.flatMap((target) => {
        const source = app.environments.find(({ environment }) => environment === target.promotesFrom);
        return source === undefined ? [] : [{ source, target }];
    });
}

/** Whether tools must be told not to insist on a trusted certificate. */
function isInsecure({ url, insecure }: Estate["registries"][string]): boolean {
    return insecure || url.startsWith("http://");
}
