import type { Engine } from "../../estate/engines";
import type { Estate } from "../../estate/model";
import { allOrRefusal } from "../support/refuse";
import { required } from "../support/maps";
import { argocd } from "./argocd";
import { flux } from "./flux";
import type { DeliveryEngine, DeliveryEngines, PreparedEngines } from "./engine";

/** Every engine, by the name a spec has for it. A new one is a folder beside this file and a line here. */
export const engines: Readonly<Record<Engine, DeliveryEngine>> = { argocd, flux };

/**
 * Reads and verifies what the estate's engines are installed from.
 *
 * @throws Refusal when one of them cannot be had, or is not what was pinned.
 */
export async function prepareEngines(
    estate: Estate,
    registry: DeliveryEngines = engines,
): Promise<PreparedEngines> {
    const prepared = await allOrRefusal(
        estate.engines.map(
            async (name) => [name, await required(registry, name, "engine").prepare(estate)] as const,
        ),
    );
    return Object.fromEntries(prepared);
}
