/**
 * The settings of pipelines, but for credentials: variables by key, the same for GitLab and Jenkins. They are outside
 * of the repositories, because files there are written once and belong to the teams. Pure.
 */
import { posix } from "node:path";

import { settingLine } from "../../estate/ciSettings";
import { configAt, handedOver, versionFile, versionOf, appIn, type Lane } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, Estate } from "../../estate/model";
import { allAuthorities, proxyVariables } from "../../estate/network";
import { keyPart } from "../../estate/pipeline";
import { awaits } from "../../estate/rollouts";
import { required } from "../support/maps";
import type { Settings } from "./keys";
import { machineSettings } from "./machines";
import { rolloutPlace } from "./rollouts";
import type { Reuse as ReuseInput } from "./scripts/reuse.mjs" with { "resolution-mode": "import" };
import type { Release as ReleaseInput } from "./scripts/release.mjs" with { "resolution-mode": "import" };
import type { Promotions as PromotionInput } from "./scripts/promote.mjs" with {
    "resolution-mode": "import",
};

export type { Settings };

/** Where a pipeline's images and versions go, and whom it notifies. */
export type Servers = Pick<Estate, "gitlab" | "registries" | "machines" | "channels" | "relay">;

/** Files that jobs need beside their settings, by the variable that names each: private certificate authorities. */
export function pipelineFiles(network: Estate["network"]): Settings {
    const pem = allAuthorities(network);
    return pem === undefined ? {} : { ESTATE_CA_FILE: pem };
}

/** The proxy of jobs; nothing where they have what their runner gives them. */
export function pipelineProxy(network: Estate["network"]): Settings {
    return network.proxy?.pipelines === true ? proxyVariables(network) : {};
}

/** Variables that are settings of a job's image, which included pipelines get as inputs. */
const imageKeys = ["BUILD_IMAGE", "DELIVER_IMAGE", "PROMOTE_IMAGE", "MACHINE_IMAGE"];

/** Settings as a file that a shell reads. */
export function settingsFile(settings: Settings): string {
    return Object.entries(settings)
        .filter(([key]) => !imageKeys.includes(key))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, value]) => settingLine(key, value))
        .join("");
}

/** The settings that rules of included pipelines need: which refs are due, and which branch is while a hotfix is on. */
export function ruleSettings(app: App): Settings {
    return laneJobs(app) ? laneRefs(app) : hotfixSettings(app);
}

function hotfixSettings({ hotfix, ci, plan }: App): Settings {
    const [lane] = plan.lanes;
    return hotfix === undefined || ci === "none" || lane?.ref.kind !== "branch"
        ? {}
        : { DELIVERY_BRANCH: lane.ref.name };
}

/**
 * For the pipeline of an app repository: what is delivered, where the image goes, and where its tag is written. Where a
 * flow has several lanes, what belongs to one of them are its {@link laneSettings}, and here is what all jobs know: which
 * refs each lane takes, as the pipelines' rules want it, and what starts it.
 */
export function buildSettings(estate: Servers, app: App): Settings {
    const { builder, images } = app.pipeline;
    const [lane, ...others] = app.plan.lanes;
    if (app.ci === "none" || lane === undefined) {
        return {};
    }
    const machines = app.plan.lanes.some(({ environment }) => onMachine(appIn(app, environment)));
    const reuses = app.plan.lanes.some((each) => each.reuses.length > 0);
    const back = app.plan.lanes.some((each) => each.mergesBack.length > 0);
    const common = {
        APP: app.name,
        BUILDER: builder,
        BUILD_IMAGE: images.build,
        DELIVER_IMAGE: images.deliver,
        ...(machines ? { MACHINE_IMAGE: images.compose } : {}),
        // Cards of machines are sent with Node too.
        // So do those that wait until a release is healthy, before it is brought back.
        ...(reuses || machines || back ? { PROMOTE_IMAGE: images.promote } : {}),
    };
    if (others.length === 0) {
        return {
            ...common,
            ...laneSettings(estate, app, lane),
            ...previewRules(app),
            ...(laneJobs(app) ? laneRefs(app) : {}),
        };
    }
    return { ...common, ...previewRules(app), ...laneRefs(app) };
}

/** Whether its pipelines have jobs for each lane. */
function laneJobs({ ci, plan }: App): boolean {
    return ci !== "none" && (plan.laneJobs === true || plan.lanes.length > 1);
}

/** Which refs each lane takes, and what starts it. */
function laneRefs({ plan }: App): Settings {
    return Object.assign(
        {},
        ...plan.lanes.map(({ environment, ref, start }) => ({
            [`LANE_${keyPart(environment)}`]: refExpression(ref.name),
            [`LANE_${keyPart(environment)}_START`]: start,
        })),
    ) as Settings;
}

/** What the jobs of one lane know. Where a flow has several only the jobs of its environment get them. */
export function laneSettings(estate: Servers, app: App, lane: Lane): Settings {
    const { ref, tag, writer } = lane;
    const environment = appIn(app, lane.environment);
    const registry = required(estate.registries, environment.registry, "registry");
    const version = versionOf(app, environment);
    return {
        ...(ref.kind === "branch" ? { DELIVERY_BRANCH: ref.name } : { DELIVERY_TAG: ref.name }),
        IMAGE: environment.image,
        REGISTRY: registry.host,
        ...(isInsecure(registry) ? { REGISTRY_INSECURE: "true" } : {}),
        ...(tag.prefix === "" ? {} : { TAG_PREFIX: tag.prefix }),
        ...(tag.of === "commit" ? {} : { TAG_OF: tag.of }),
        ...(lane.start === "person" ? { DELIVERY_START: lane.start } : {}),
        ...(lane.reuses.length === 0 ? {} : { REUSE: JSON.stringify(reuseInput(estate, app, lane)) }),
        ...(lane.mergesBack.length === 0 ? {} : { MERGE_BACK: lane.mergesBack.join(" ") }),
        ...(lane.mergesBack.length > 0 && awaits(estate, app, lane)
            ? { ROLLOUT: JSON.stringify(rolloutPlace(estate, app, lane, rolloutToken)) }
            : {}),
        ...(writer === "ci"
            ? {
                  TAG_WRITER: writer,
                  CONFIG_REPOSITORY: `${estate.gitlab.url}/${version.repository}.git`,
                  CONFIG_BRANCH: version.revision,
                  CONFIG_FOLDER: posix.dirname(versionFile(version)),
                  CONFIG_FORMAT: app.delivery,
                  ...(version.carries === undefined ? {} : { CONFIG_CARRIES: version.carries.join(" ") }),
              }
            : { TAG_WRITER: "updater" }),
        ...machineSettings(estate, app, environment),
    };
}

/** The refs of a lane as a regular expression in the form that rules of `.gitlab-ci.yml` have. */
export function refExpression(pattern: string): string {
    const parts = pattern.split("*").map((part) => part.replace(/[.+/\\^$?()|[\]{}]/g, "\\$&"));
    // A star at the end needs no end.
    return `/^${parts.join(".*").replace(/\.\*$/, "")}${pattern.endsWith("*") ? "" : "$"}/`;
}

/**
 * For the pipeline of a config repository that delivers by itself, one app's part: what `release.mjs` reads. In a repository
 * that a team's apps share its key ends in the app's name.
 */
export function releaseSettings(estate: Servers, app: App, fullPath: string): Settings {
    const lanes = app.ci === "none" ? [] : handedOver(app, fullPath);
    const [first] = lanes;
    if (first === undefined) {
        return {};
    }
    const version = versionOf(app, appIn(app, first.environment));
    const image = (of: string, login: Login): ReleaseInput["environments"][number]["target"] => {
        const { registry, image: name } = appIn(app, of);
        const { url, insecure } = required(estate.registries, registry, "registry");
        return { url, ...(insecure ? { insecure } : {}), image: name, ...login };
    };
    const input: ReleaseInput = {
        app: app.name,
        source: `${estate.gitlab.url}/${app.repository.fullPath}.git`,
        sourceLogin: releaseLogin(app, "source"),
        branches: app.plan.lanes.map(({ ref }) => ref.name),
        config: `${estate.gitlab.url}/${version.repository}.git`,
        configLogin: releaseLogin(app, "config"),
        format: app.delivery,
        environments: lanes.map((lane) => {
            const { environment, ref, reuses } = lane;
            const place = versionOf(app, appIn(app, environment));
            return {
                environment,
                branch: ref.name,
                file: versionFile(place),
                revision: place.revision,
                sources: reuses.map((source) => image(source, releaseLogin(app, `from_${source}`))),
                target: image(environment, releaseLogin(app, `to_${environment}`)),
                ...(awaits(estate, app, lane)
                    ? { rollout: rolloutPlace(estate, app, lane, releaseRolloutToken(app)) }
                    : {}),
            };
        }),
    };
    return { [`RELEASE${keySuffix(app)}`]: JSON.stringify(input) };
}

/** The variables that hold a login of an app's releases: `source`, `config`, and those of registries. */
export function releaseLogin(app: App, purpose: string): Login {
    const key = (word: string): string => `RELEASE_${keyPart(purpose)}_${word}${keySuffix(app)}`;
    return { username: key("USERNAME"), password: key("PASSWORD") };
}

/** The variable with what reads the statuses of a release's commit, in a repository whose pipelines release. */
export function releaseRolloutToken(app: App): string {
    return `${rolloutToken}${keySuffix(app)}`;
}

/** What `reuse.mjs` reads: images are pulled as clusters pull them, and pushed as the lane pushes. */
function reuseInput(estate: Servers, app: App, { environment, reuses }: Lane): ReuseInput {
    const image = (of: string, login: Login): ReuseInput["target"] => {
        const { registry, image } = appIn(app, of);
        const { url, insecure } = required(estate.registries, registry, "registry");
        return { url, ...(insecure ? { insecure } : {}), image, ...login };
    };
    return {
        sources: reuses.map((source) => image(source, reuseLogin(source))),
        target: image(environment, { username: "REGISTRY_USERNAME", password: "REGISTRY_PASSWORD" }),
    };
}

/** Names of the variables that hold a login. */
interface Login {
    readonly username: string;
    readonly password: string;
}

/** The variables that hold the login of an environment's pull robot, for lanes that reuse its images. */
export function reuseLogin(environment: string): Login {
    const key = (word: string): string => `REUSE_${keyPart(environment)}_${word}`;
    return { username: key("USERNAME"), password: key("PASSWORD") };
}

/** Environments of previews in GitLab, one for each merge request. */
export const previewEnvironments = "preview/*";

/**
 * For jobs of {@link previewEnvironments}: where images of merge requests go, under the keys that the usual build has, and
 * what a preview is. Nothing for an app without previews.
 */
export function previewSettings(estate: Estate, app: App, page: string | undefined): Settings {
    const { previews } = app;
    if (previews === undefined) {
        return {};
    }
    const registry = required(estate.registries, previews.place.registry, "registry");
    // GitLab fills the address of an environment with variables, and a variable cannot hold another one.
    const [before = "", after = ""] = (previews.url ?? page ?? "").split("{number}");
    return {
        IMAGE: previews.place.image,
        REGISTRY: registry.host,
        REGISTRY_URL: registry.url,
        ...(isInsecure(registry) ? { REGISTRY_INSECURE: "true" } : {}),
        PREVIEW_LABEL: previews.label,
        PREVIEW_MAXIMUM: String(previews.maximum),
        PREVIEW_EXPIRY: `${previews.days} days`,
        PREVIEW_URL_START: before,
        // The address is a page about the preview, and nothing that tests could try.
        ...(previews.url === undefined ? { PREVIEW_PAGE: "true" } : {}),
        ...(after === "" ? {} : { PREVIEW_URL_END: after }),
    };
}

/** For all jobs of an app repository: which merge requests have previews, and what the jobs about them run in. */
function previewRules({ previews, pipeline }: App): Settings {
    return previews === undefined
        ? {}
        : { PREVIEW_BRANCH: previews.into, PREVIEW_JOB_IMAGE: pipeline.images.promote };
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
            const version = versionOf(app, appIn(app, target));
            return {
                from,
                into,
                file: versionFile(version),
                key: version.key,
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
export function repositorySettings(
    apps: readonly App[],
    fullPath = apps[0]?.config.fullPath ?? "",
): Settings {
    const [one] = apps.filter((app) => app.ci === "gitlab" && configAt(app, fullPath)?.deploys === true);
    const config = one && configAt(one, fullPath);
    if (
        one === undefined ||
        config === undefined ||
        (one.included !== undefined && handedOver(one, fullPath).length === 0)
    ) {
        return {};
    }
    return {
        ...(handedOver(one, fullPath).length > 0
            ? { PROMOTE_IMAGE: one.pipeline.images.promote }
            : promotionRules(one, config.plan.start)),
    };
}

function promotionRules(one: App, first: string): Settings {
    return {
        FIRST_BRANCH: first,
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

/** The variable with what reads the statuses of a delivery's commit, for jobs of its environment. */
export const rolloutToken = "ROLLOUT_TOKEN";

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

/** Whether tools must accept a certificate that is not trusted. */
function isInsecure({ url, insecure }: Estate["registries"][string]): boolean {
    return insecure || url.startsWith("http://");
}
