/** CI variables of an app's pipelines by key: settings that are no secrets, and credentials apart. */
import * as pulumi from "@pulumi/pulumi";
import type { App, Estate } from "../../estate/model";
import { handedOver, type Lane } from "../../estate/flows/plan";
import { awaits } from "../../estate/rollouts";
import {
    buildSettings,
    laneSettings,
    promotionLogin,
    promotionSettings,
    releaseLogin,
    releaseRolloutToken,
    releaseSettings,
    reuseLogin,
    rolloutToken,
    type Servers,
} from "../ci/settings";
import { cardKey } from "../ci/machines";
import type { GitCredential } from "../gitlab/configRepository";
import type { RobotLogin } from "../harbor/robots";
import type { ChannelSecrets } from "../notifications/channels";
import { byKey, sortedEntries } from "../support/maps";

/** Variables of one project. */
export interface Variables {
    readonly plain: Record<string, pulumi.Input<string>>;
    readonly secret: Record<string, pulumi.Input<string>>;
}

/** Variables of an app repository's pipeline. */
export interface BuildVariables extends Variables {
    /** What only jobs of one environment get, by environment; where the app has several lanes. */
    readonly lanes: Readonly<Record<string, Variables>>;
}

/** Logins for the pipeline of an app repository. */
export interface BuildLogins {
    /** Push robots, by the environment of their lane. */
    readonly push: Readonly<Record<string, RobotLogin>>;
    /** Pull robots, by environment; for lanes that reuse its images. */
    readonly pull: Readonly<Record<string, RobotLogin>>;
    /** Write to config repositories, by environment; none where nothing does. */
    readonly config?: Readonly<Record<string, GitCredential>>;
    /** Starts the pipeline that releases are handed over to; absent when none is. */
    readonly starter?: Starter | undefined;
    /** What deliveries to machines need beside: by environment. */
    readonly machines?: Readonly<Record<string, MachineLogins>>;
    /** Pushes branches to the app repository, for merge requests; absent when no lane opens any. */
    readonly source?: GitCredential | undefined;
    /** Reads what became of a delivery's commit, by environment; for lanes whose jobs wait for that. */
    readonly statusReader?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** For jobs that deliver to a machine and notify channels. */
export interface MachineLogins {
    /** Private SSH key; absent: the job runs on the machine. */
    readonly key?: pulumi.Input<string>;
    /** Address and signing secret of each channel they post to. */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
}

/** Starts a pipeline of another repository. */
export interface Starter {
    /** Address that GitLab has for it. */
    readonly url: pulumi.Input<string>;
    /** Branch whose pipeline it is. */
    readonly ref: string;
    readonly token: pulumi.Input<string>;
}

/** For the pipeline that builds. Who does not write tags gets no credential for it. */
export function buildVariables(estate: Servers, app: App, logins: BuildLogins): BuildVariables {
    const { lanes } = app.plan;
    const { starter } = logins;
    const common: Variables = joined(
        { plain: { ...buildSettings(estate, app) }, secret: {} },
        starter === undefined
            ? { plain: {}, secret: {} }
            : {
                  plain: { RELEASE_URL: starter.url, RELEASE_REF: starter.ref },
                  secret: { RELEASE_TOKEN: starter.token },
              },
    );
    if (lanes.length < 2) {
        return {
            ...lanes.map((lane) => laneLogins(lane, logins)).reduce(joined, common),
            lanes: {},
        };
    }
    return {
        ...common,
        lanes: byKey(
            lanes.filter(({ handsOver }) => handsOver !== true),
            ({ environment }) => environment,
            (lane) =>
                joined({ plain: laneSettings(estate, app, lane), secret: {} }, laneLogins(lane, logins)),
        ),
    };
}

/** The credentials of a lane's jobs: each has what its lane does, and nothing for what it does not. */
function laneLogins(
    lane: Lane,
    { push, pull, config, source, machines, statusReader }: BuildLogins,
): Variables {
    const robot = push[lane.environment];
    const reads = statusReader?.[lane.environment];
    const writer = config?.[lane.environment];
    return [
        ...(robot === undefined ? [] : [login("REGISTRY_USERNAME", "REGISTRY_PASSWORD", robot)]),
        ...(writer === undefined || lane.writer !== "ci"
            ? []
            : [login("CONFIG_USERNAME", "CONFIG_TOKEN", writer)]),
        ...(source === undefined || lane.mergesBack.length === 0
            ? []
            : [login("MERGE_BACK_USERNAME", "MERGE_BACK_TOKEN", source)]),
        ...(reads === undefined ? [] : [{ plain: {}, secret: { [rolloutToken]: reads } }]),
        ...lane.reuses.flatMap((environment) => {
            const reader = pull[environment];
            const { username, password } = reuseLogin(environment);
            return reader === undefined ? [] : [login(username, password, reader)];
        }),
        ...machineVariables(machines?.[lane.environment], pull[lane.environment]),
    ].reduce(joined, { plain: {}, secret: {} });
}

/** A machine pulls as clusters do. The key is in base64: GitLab masks no value of several lines. */
function machineVariables(machine: MachineLogins | undefined, puller: RobotLogin | undefined): Variables[] {
    if (machine === undefined) {
        return [];
    }
    const secret: Record<string, pulumi.Input<string>> = {};
    if (machine.key !== undefined) {
        secret["MACHINE_KEY"] = pulumi
            .output(machine.key)
            .apply((key) => Buffer.from(`${key.trimEnd()}\n`).toString("base64"));
    }
    for (const [name, { url, secret: signs }] of sortedEntries(machine.channels)) {
        if (url !== undefined) {
            secret[`${cardKey(name)}_URL`] = url;
        }
        if (signs !== undefined) {
            secret[`${cardKey(name)}_SECRET`] = signs;
        }
    }
    return [
        ...(puller === undefined ? [] : [login("PULL_USERNAME", "PULL_PASSWORD", puller)]),
        { plain: {}, secret },
    ];
}

function robotLogins(app: App, robots: Readonly<Record<string, RobotLogin>>): Variables[] {
    return sortedEntries(robots).map(([registry, robot]) => {
        const { username, password } = promotionLogin(app, registry);
        return login(username, password, robot);
    });
}

function login(username: string, password: string, of: GitCredential | RobotLogin): Variables {
    return { plain: { [username]: of.username }, secret: { [password]: of.password } };
}

function joined(one: Variables, other: Variables): Variables {
    return {
        plain: { ...one.plain, ...other.plain },
        secret: { ...one.secret, ...other.secret },
    };
}

/** Logins for the releases of an app that the pipelines of a config repository deliver. */
export interface ReleaseLogins extends Pick<BuildLogins, "push" | "pull"> {
    /** Reads the app repository. */
    readonly source: GitCredential;
    /** Writes to the config repository. */
    readonly config: GitCredential;
    /** Reads what became of its commits; absent: no job waits for that. */
    readonly statusReader?: pulumi.Input<string>;
}

/** For the pipeline that releases are handed over to; nothing where none is. */
export function releaseVariables(
    estate: Servers,
    app: App,
    fullPath: string,
    { push, pull, source, config, statusReader }: ReleaseLogins,
): Variables {
    const lanes = handedOver(app, fullPath);
    const as = (purpose: string, of: GitCredential | RobotLogin | undefined): Variables[] => {
        const { username, password } = releaseLogin(app, purpose);
        return of === undefined ? [] : [login(username, password, of)];
    };
    return [
        ...as("source", source),
        ...as("config", config),
        ...(statusReader === undefined || !lanes.some((lane) => awaits(estate, app, lane))
            ? []
            : [{ plain: {}, secret: { [releaseRolloutToken(app)]: statusReader } }]),
        ...lanes.flatMap(({ environment }) => as(`to_${environment}`, push[environment])),
        ...[...new Set(lanes.flatMap(({ reuses }) => reuses))].flatMap((environment) =>
            as(`from_${environment}`, pull[environment]),
        ),
    ].reduce(joined, { plain: { ...releaseSettings(estate, app, fullPath) }, secret: {} });
}

/** For the pipeline that promotes, with the app's promotion robots, by registry. An app without promotions has none. */
export function promotionVariables(
    estate: Pick<Estate, "registries">,
    app: App,
    robots: Readonly<Record<string, RobotLogin>>,
): Variables {
    return (app.plan.promotions.length === 0 ? [] : robotLogins(app, robots)).reduce(joined, {
        plain: { ...promotionSettings(estate, app) },
        secret: {},
    });
}
