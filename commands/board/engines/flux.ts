/**
 * What Flux delivers: HelmReleases and Kustomizations on the host. They say which commit was applied, and not which images
 * came of it: those are read from the workloads on the clusters.
 */
import { engineOf } from "../../../estate/engines";
import { appLabel, environmentLabel } from "../../../estate/labels";
import { given } from "../../../estate/plain";
import { list, record, text } from "../../doctor/json";
import type { Health, Running, Sync } from "../found";
import { Refused } from "../../support/pages";
import { objects } from "../objects";
import type { EngineReader } from "./engine";

const kinds = [
    "/apis/helm.toolkit.fluxcd.io/v2/helmreleases",
    "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
];

export const flux: EngineReader = {
    read: async ({ host, images }, estate) => {
        const found = (await Promise.all(kinds.map((path) => known(() => objects(host, path))))).flat();
        const byName = new Map(found.map((each) => [keyOf(each), each]));
        const places = Object.values(estate.apps).flatMap((app) =>
            app.environments.flatMap((environment) =>
                Object.entries(engineOf(app.engine).delivered(app, environment)).flatMap(
                    ([cluster, name]) => {
                        const object = byName.get([app.name, environment.environment, name].join("/"));
                        return object === undefined
                            ? []
                            : [{ cluster, name, object, namespace: environment.namespace }];
                    },
                ),
            ),
        );
        return Object.fromEntries(
            await Promise.all(
                places.map(async ({ cluster, name, object, namespace }): Promise<[string, Running]> => {
                    const there = await images(cluster);
                    return [
                        name,
                        {
                            ...delivery(object),
                            images: "value" in there ? { value: there.value.get(namespace) ?? [] } : there,
                        },
                    ];
                }),
            ),
        );
    },
};

/** An estate may have apps of one kind only, and install the controllers of both all the same, or not. */
async function known(
    question: () => Promise<Record<string, unknown>[]>,
): Promise<readonly Record<string, unknown>[]> {
    try {
        return await question();
    } catch (error) {
        if (error instanceof Refused && error.status === 404) {
            return [];
        }
        throw error;
    }
}

/** App, environment and name: people may have objects of the same name in namespaces of their own. */
function keyOf(object: Readonly<Record<string, unknown>>): string {
    const { name, labels } = record(object["metadata"]);
    return [record(labels)[appLabel], record(labels)[environmentLabel], name].map(text).join("/");
}

/** A HelmRelease or Kustomization as the board has it, without its images. Messages and values stay behind. */
export function delivery(object: Readonly<Record<string, unknown>>): Omit<Running, "images"> {
    const status = record(object["status"]);
    const ready = list(status["conditions"]).find((each) => each["type"] === "Ready");
    const suspended = record(object["spec"])["suspend"] === true;
    const applied = appliedRevision(status);
    const since = text(list(status["history"])[0]?.["lastDeployed"]) || text(ready?.["lastTransitionTime"]);
    return {
        health: suspended ? "suspended" : (healths[text(ready?.["status"])] ?? "unknown"),
        sync: syncOf(status, text(ready?.["status"])),
        ...given("revision", applied),
        ...given("since", applied === undefined || since === "" ? undefined : since),
    };
}

const healths: Readonly<Record<string, Health>> = {
    True: "healthy",
    False: "degraded",
    Unknown: "progressing",
};

/** A Kustomization names the commit as `main@sha1:<commit>`; a release its chart, whose version ends in `+<commit>`. */
function appliedRevision(status: Readonly<Record<string, unknown>>): string | undefined {
    const chart = text(list(status["history"])[0]?.["chartVersion"]);
    const revision = text(status["lastAppliedRevision"]);
    return /(?:sha1:|\+)([0-9a-f]{7,40})$/.exec(revision !== "" ? revision : chart)?.[1];
}

/** What was tried last is what runs, and it is well: then it is as git said when Flux last looked. */
function syncOf(status: Readonly<Record<string, unknown>>, ready: string): Sync {
    const [applied, attempted] = [text(status["lastAppliedRevision"]), text(status["lastAttemptedRevision"])];
    if (applied !== "" && attempted !== "" && applied !== attempted) {
        return "differs";
    }
    return ready === "True" ? "synced" : ready === "False" ? "differs" : "unknown";
}
