import type { AppEnvironment, Machine } from "./model";
import { sortedSet } from "./plain";
import type { Spec } from "./schema";

/** Machines that apps run on with Docker Compose. Pure. */

/** Total, also where a machine says two ways or none: rule `machine-way` reports it. */
export function resolveMachine({ runner, ssh }: Spec["machines"][string], name: string): Machine {
    return {
        name,
        reached:
            ssh === undefined
                ? { by: "runner", tags: sortedSet(runner?.tags ?? []) }
                : {
                      by: "ssh",
                      host: ssh.host,
                      port: ssh.port,
                      user: ssh.user,
                      hostKeys: sortedSet(ssh.hostKeys),
                  },
    };
}

/** Where an app runs by a Compose file. */
export type MachinePlace = AppEnvironment & { readonly machine: string };

/** Whether a place is a machine, and not clusters. */
export function onMachine(place: AppEnvironment): place is MachinePlace {
    return place.machine !== undefined;
}
