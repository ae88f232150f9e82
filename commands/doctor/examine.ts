/** The whole look: every server at once, each bounded in time, and one list of findings. Nothing is changed anywhere. */
import type { Estate } from "../../estate/model";
import type { Look } from "./check";
import { gitlabConnection, harborConnection, secret, type ConnectionContext } from "./connections";
import { decide, type Check, type Finding } from "./finding";
import { gitlabChecks } from "./gitlab/checks";
import { gitlabFacts } from "./gitlab/facts";
import { channelChecks } from "./channels/checks";
import { channelFacts } from "./channels/facts";
import { clusterChecks } from "./cluster/checks";
import { clusterFacts, noWay } from "./cluster/facts";
import { wayTo } from "./cluster/kubeconfig";
import { isSandboxEstate } from "../support/stack";
import { harborChecks } from "./harbor/checks";
import { harborFacts } from "./harbor/facts";
import { asking } from "./http";
import { machineChecks, machineFacts } from "./machines";
import { offlineFindings } from "./offline";

/** What the look is made with. */
export interface Examination extends ConnectionContext, Omit<Look, "estate"> {
    /** True: only what a first write of an `up` waits for. */
    readonly fast: boolean;
}

/** Longest time all questions may take, in milliseconds. */
export const deadline = 8000;

/** Looks at every server of the estate. Takes at most {@link deadline} and a little. */
export async function examine(estate: Estate, examination: Examination): Promise<Finding[]> {
    const end = AbortSignal.timeout(deadline);
    const look: Look = { estate, made: examination.made, now: examination.now };
    const chosen = <Facts, Context>(checks: readonly Check<Facts, Context>[]): Check<Facts, Context>[] =>
        checks.filter(({ fast }) => fast || !examination.fast);
    const found = await Promise.all([
        asking(gitlabConnection(estate, examination), end, async (ask) => {
            // An update says itself which of them wait.
            const wishes = examination.fast ? [] : examination.made.wishes;
            return decide(chosen(gitlabChecks), await gitlabFacts(ask, estate, { wishes }), look);
        }),
        examination.fast
            ? []
            : channelFacts(estate, examination, end).then((facts) => decide(channelChecks, facts, look)),
        // No machine is the sandbox's.
        examination.fast || isSandboxEstate(estate)
            ? []
            : machineFacts(estate, end).then((facts) => decide(machineChecks, facts, look)),
        ...Object.values(estate.registries).map((registry) =>
            asking(harborConnection(registry, estate, examination), end, async (ask) =>
                decide(chosen(harborChecks), await harborFacts(ask), {
                    ...look,
                    registry,
                    username: secret(examination, "registries", registry.name, "username"),
                }),
            ),
        ),
        ...Object.values(estate.clusters).map(async (cluster) => {
            const way = await wayTo(cluster, examination);
            const checks = chosen(clusterChecks);
            return "fault" in way
                ? decide(checks, noWay(way.fault, way.fix), { ...look, cluster })
                : asking(way.connection, end, async (ask) => {
                      const facts = await clusterFacts(ask, estate, cluster, look.now, way.connection.cert);
                      return decide(checks, facts, { ...look, cluster });
                  });
        }),
    ]);
    return [
        ...offlineFindings(estate, examination.folder, examination.now, examination.env),
        ...found.flat(),
    ];
}
