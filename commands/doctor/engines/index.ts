/** The engines as the doctor knows them, by their names in the spec. */
import { engineOf, type Engine } from "../../../estate/engines";
import type { Estate } from "../../../estate/model";
import { argocd } from "./argocd";
import type { EngineInDoctor } from "./engine";
import { flux } from "./flux";

/** Engines by name. */
export type DoctorEngines = Readonly<Record<string, EngineInDoctor>>;

export const enginesInDoctor = { argocd, flux } as const satisfies Record<Engine, EngineInDoctor>;

/** Those in use in an estate, by name. */
export function enginesOf(
    { engines }: Pick<Estate, "engines">,
    registry: DoctorEngines = enginesInDoctor,
): (readonly [name: Engine, engine: EngineInDoctor])[] {
    return engines.flatMap((name) => {
        const found = registry[name];
        return found === undefined ? [] : [[name, found] as const];
    });
}

/** What people call those of an estate of which something holds, as one subject; undefined where it holds of none. */
export function titlesOf(
    estate: Pick<Estate, "engines">,
    holds: (engine: EngineInDoctor) => boolean,
): string | undefined {
    const titles = enginesOf(estate).flatMap(([name, engine]) =>
        holds(engine) ? [engineOf(name).title] : [],
    );
    return titles.length === 0 ? undefined : titles.join(", ");
}
