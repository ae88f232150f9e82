/**
 * Disruptive changes of the spec: Pulumi makes them by deleting and creating, or something that runs lacks its image afterwards:
 * an app, environment or cluster with another name, an environment in another registry, an app or an engine in another namespace, an
 * environment whose version is read in another place or whose branch is made anew, an app whose other delivery or team would
 * take along what runs.
 * They are refused before the first write, with what to do instead. Pure.
 */
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import type { ExportedStack } from "../exported";
import { otherEngineNamespace, otherInstallation } from "./engines";
import { otherRegistry } from "./images";
import { otherNamespace, renamed } from "./names";
import { otherDelivery, otherTeam } from "./releases";
import { snapshotOf } from "./snapshot";
import { otherBranch, otherConfig } from "./versions";

/** The disruptive changes between a stack and its spec; each is refused unless the outage is accepted. */
export function disruptiveChanges(estate: Estate, exported: ExportedStack): Refusal[] {
    const known = snapshotOf(exported);
    return known.apps.size === 0
        ? []
        : [
              ...renamed(estate, known),
              ...otherNamespace(estate, known),
              ...otherEngineNamespace(estate, known),
              ...otherInstallation(estate, exported),
              ...otherRegistry(estate, exported),
              ...otherConfig(estate, known),
              ...otherBranch(estate, known),
              ...otherDelivery(estate, known),
              ...otherTeam(estate, known),
          ];
}
