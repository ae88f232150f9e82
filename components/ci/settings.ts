/**
 * What pipelines are told, but for credentials: variables by key, the same for GitLab and Jenkins. They stand outside
 * of the repositories, because files there are written once and belong to the teams. Pure.
 */
import { versionOf, appIn, type Lane } from "../../estate/flows/plan";
import type { App, Estate } from "../../estate/model";
import { required, sortedEntries } from "../support/maps";

/** Variables by key, nothing secret. */
export type Settings = Readonly<Record<string, string>>;

/** Part of a variable's key made of a name: `my-app` → `MY_APP`. */
export function keyPart(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/**
 * For the pipeline of an app repository: what is delivered, where the image goes, and where its tag is written. Where a
 * flow has several lanes, the keys of each end in its environment's name.
 */
export function buildSettings(estate: Estate, app: App): Settings {
    const { builder, images } = app.pipeline;
    if (app.ci === "none" || app.plan.lanes.length === 0) {
        return {};
    }
    return Object.assign(
        { APP: app.name, BUILDER: builder, BUILD_IMAGE: images.build, DELIVER_IMAGE: images.deliver },
        ...app.plan.lanes.map((lane) => laneSettings(estate, app, lane)),
    ) as Settings;
}

function laneSettings(estate: Estate, app: App, lane: Lane): Settings {
    const { ref, tag, writer } = lane;
    const environment = appIn(app, lane.environment);
    const registry = required(estate.registries, environment.registry, "registry");
    const version = versionOf(app, environment);
    const settings = {
        ...(ref.kind === "branch" ? { DELIVERY_BRANCH: ref.name } : { DELIVERY_TAG: ref.name }),
        IMAGE: environment.image,
        REGISTRY: registry.host,
        ...(isInsecure(registry) ? { REGISTRY_INSECURE: "true" } : {}),
        ...(tag.prefix === "" ? {} : { TAG_PREFIX: tag.prefix }),
        ...(tag.of === "ref" ? { TAG_OF: tag.of } : {}),
        ...(writer === "ci"
            ? {
                  TAG_WRITER: writer,
                  CONFIG_REPOSITORY: `${estate.gitlab.url}/${version.repository}.git`,
                  CONFIG_BRANCH: version.revision,
                  CONFIG_FOLDER: version.folder,
                  CONFIG_FORMAT: app.delivery,
              }
            : { TAG_WRITER: "updater" }),
    };
    const suffix = laneSuffix(app, lane);
    return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${key}${suffix}`, value]));
}

/** Ending of a lane's keys; empty where the flow has one lane. */
export function laneSuffix(app: App, { environment }: Lane): string {
    return app.plan.lanes.length === 1 ? "" : `_${keyPart(environment)}`;
}

/**
 * For the pipeline of a config repository, one app's part: which branch's images go where, and the registries. In a
 * repository that a team's apps share every key ends in the app's name.
 */
export function promotionSettings(estate: Estate, app: App): Settings {
    const suffix = keySuffix(app);
    if (app.ci === "none" || app.plan.promotions.length === 0) {
        return {};
    }
    const rows = app.plan.promotions.map(({ from, into, ...step }) => {
        const [source, target] = [appIn(app, step.source), appIn(app, step.target)];
        return Object.entries({
            format: app.delivery,
            folder: versionOf(app, target).folder,
            source: from,
            source_image: source.image,
            source_registry: keyPart(source.registry),
            target: into,
            target_image: target.image,
            target_registry: keyPart(target.registry),
        })
            .map(([key, value]) => `${key}=${value}`)
            .join(" ");
    });
    const registries = Object.fromEntries(
        sortedEntries(promotionRegistries(estate, app)).flatMap(([name, registry]) => [
            [`PROMOTION_${keyPart(name)}_URL${suffix}`, registry.url],
            ...(isInsecure(registry) ? [[`PROMOTION_${keyPart(name)}_INSECURE${suffix}`, "true"]] : []),
        ]),
    ) as Settings;
    return { [`PROMOTIONS${suffix}`]: rows.join("; "), ...registries };
}

/**
 * For the pipeline of a config repository, what its apps have in common; nothing when GitLab runs none of them. They
 * agree on it: rule `shared-config` sees to that.
 */
export function repositorySettings(apps: readonly App[]): Settings {
    const built = apps.filter((app) => app.ci === "gitlab");
    const [one] = built;
    if (one === undefined) {
        return {};
    }
    const promoted = built.filter((app) => app.plan.promotions.length > 0);
    return {
        FIRST_BRANCH: one.plan.config.start,
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
    const names = app.plan.promotions.flatMap(({ source, target }) =>
        [source, target].map((environment) => appIn(app, environment).registry),
    );
    return Object.fromEntries(
        [...new Set(names)].sort().map((name) => [name, required(estate.registries, name, "registry")]),
    );
}

/** Whether tools must be told not to insist on a trusted certificate. */
function isInsecure({ url, insecure }: Estate["registries"][string]): boolean {
    return insecure || url.startsWith("http://");
}
