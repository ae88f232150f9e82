/** Flux for the sandbox: three of its controllers are real, the three that cannot be built here have stand-ins. */
import { type Engine } from "../engine";
import { showFlux } from "./show";
import { argumentsOf, fluxPorts, fluxTools, fluxWorkloads } from "./table";

export const flux: Engine = {
    id: "flux",
    title: "Flux",
    tools: fluxTools,
    extras: { "flux-operator": ["flux-operator"] },
    // Spread: an interface has no index signature.
    ports: (base) => ({ ...fluxPorts(base) }),
    workloads: (base) => fluxWorkloads(fluxPorts(base)),
    image: {
        home: "/home/controller",
        folders: ["/tmp"],
        programs: {},
        scripts: {},
        argumentsOf,
    },
    listeners: () => [],
    commandUsage: "Flux's objects and whether they are ready: flux, flux -n flux-shop, flux helmreleases",
    command: showFlux,
};
