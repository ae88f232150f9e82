/** The relays of an estate's own, which run beside the engine that an estate has. */
import { loopback } from "../support/ports";
import type { Workload } from "./engine";

/**
 * A relay of an estate.
 *
 * @param name of the process.
 * @param deployment that it stands for, in the namespace of the workload it is `beside`.
 */
export function relayWorkload(
    name: string,
    { deployment, beside, port }: { deployment: string; beside: string; port: number },
): Workload {
    return {
        name,
        sources: [{ kind: "Deployment", name: deployment }],
        program: "relay",
        beside,
        ownProgram: true,
        flags: () => [],
        env: ({ root }) => ({
            RELAY_LISTEN: `${loopback}:${port}`,
            // Beside the root, which is emptied at each start: what was reported is not forgotten with the process.
            RELAY_STATE: `${root}-state`,
        }),
        probe: { kind: "http", port, path: "/healthz" },
        memoryMiB: 50,
    };
}
