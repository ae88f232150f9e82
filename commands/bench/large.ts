/** The generated estate of the bench: many apps on the dev stack's servers and clusters. Pure. */
import { parseDocument } from "yaml";

/** Apps per team. */
const perTeam = 10;

/** The committed dev stack with `count` apps, Helm charts and kustomizations in turn, in teams of ten. */
export function largeStack(dev: string, count: number): string {
    const document = parseDocument(dev);
    const at = (...keys: string[]): string[] => ["config", "gitops-estate:estate", ...keys];
    const teams: Record<string, unknown> = {};
    const apps: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) {
        const team = `team${Math.floor(index / perTeam) + 1}`;
        teams[team] = { maintainers: ["alice"], developers: ["bob", "carol"], channels: ["ops"] };
        apps[`app-${String(index + 1).padStart(2, "0")}`] = {
            team,
            delivery: index % 2 === 0 ? "helm" : "kustomize",
        };
    }
    document.setIn(at("teams"), teams);
    document.setIn(at("apps"), apps);
    return document.toString({ lineWidth: 0 });
}
