/**
 * What pipelines are told, but for credentials: variables by key, the same for GitLab and Jenkins. They stand outside
 * of the repositories, because files there are written once and belong to the teams. Pure.
 */
import { versionOf, appIn, type Lane } from "../../estate/flows/plan";
import type { App, Estate } from "../../estate/model";
import { allAuthorities } from "../../estate/network";
import { required } from "../support/maps";
import type { Promotions as PromotionInput } from "./scripts/promote.mjs" with {
    "resolution-mode": "import",
};

/** Variables by key, nothing secret. */
export type Settings = Readonly<Record<string, string>>;

/** Where a pipeline's images and versions go. */
export type Servers = Pick<Estate, "gitlab" | "registries">;

/** Files that jobs need beside their settings, by the variable that names each: private certificate authorities. */
export function pipelineFiles(network: Estate["network"]): Settings {
    const pem = allAuthorities(network);
    return pem === undefined ? {} : { ESTATE_CA_FILE: pem };
}

/** Part of a variable's key made of a name: `my-app` → `MY_APP`. */
export function keyPart(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/**
 * For the pipeline of an app repository: what is delivered, where the image goes, and where its tag is written. Where a
 * flow has several lanes, the keys of each end in its environment's name.
 */
export function buildSettings(estate: Servers, app: App): Settings {
    const { builder, images } = app.pipeline;
    if (app.ci === "none" || app.plan.lanes.length === 0) {
        return {};
    }
    return Object.assign(
        { APP: app.name, BUILDER: builder, BUILD_IMAGE: images.build, DELIVER_IMAGE: images.deliver },
        ...app.plan.lanes.map((lane) => laneSettings(estate, app, lane)),
    ) as Settings;
}

function laneSettings(estate: Servers, app: App, lane: Lane): Settings {
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
 * For the pipeline of a config repository, one app's part: what `promote.mjs` reads. In a repository that a team's apps
 * share its key ends in the app's name.
 */
export function promotionSettings(estate: Pick<Estate, "registries">, app: App): Settings {
    if (app.ci === "none" || app.plan.promotions.length === 0) {
        return {};
    }
    const image = (environment: string): PromotionInput["steps"][number]["source"] => {
        const { registry, image } = appIn(app, environment);
        return { registry, image };
    };
    const input: PromotionInput = {
        app: app.name,
        registries: Object.fromEntries(
            promotionRegistries(app).map((name) => {
                const { url, insecure } = required(estate.registries, name, "registry");
                return [name, { url, ...(insecure ? { insecure } : {}), ...promotionLogin(app, name) }];
            }),
        ),
        steps: app.plan.promotions.map(({ from, into, source, target }) => {
            const { folder, file, key } = versionOf(app, appIn(app, target));
            return {
                from,
                into,
                file: `${folder}/${file}`,
                key,
                source: image(source),
                target: image(target),
            };
        }),
    };
    return { [`PROMOTIONS${keySuffix(app)}`]: JSON.stringify(input) };
}

/** The variables that hold the login of an app's promotion robot in a registry. */
export function promotionLogin(
    app: App,
    registry: string,
): { readonly username: string; readonly password: string } {
    const key = (word: string): string => `PROMOTION_${keyPart(registry)}_${word}${keySuffix(app)}`;
    return { username: key("USERNAME"), password: key("PASSWORD") };
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
    return {
        FIRST_BRANCH: one.plan.config.start,
        PROMOTE_IMAGE: one.pipeline.images.promote,
        PROMOTION_APPS: refusal,
    };
}

/**
 * A repository that was seeded by an earlier version of this program has a `ci/promote.sh`. Without this it would find
 * nothing to promote and succeed; with it the shell stops at a variable that is not set, with these words.
 */
const refusal =
    "ci/promote.sh:_OF_AN_EARLIER_VERSION?must_be_replaced;_see_docs/troubleshooting.md_of_the_estate,_Promotion";

/** Ending of an app's keys in its config repository. */
export function keySuffix(app: App): string {
    return app.config.scope === "team" ? `_${keyPart(app.name)}` : "";
}

/** Names of the registries an app's promotions touch, sorted. */
export function promotionRegistries(app: App): string[] {
    const names = app.plan.promotions.flatMap(({ source, target }) =>
        [source, target].map((environment) => appIn(app, environment).registry),
    );
    return [...new Set(names)].sort();
}

/** Whether tools must be told not to insist on a trusted certificate. */
function isInsecure({ url, insecure }: Estate["registries"][string]): boolean {
    return insecure || url.startsWith("http://");
}
