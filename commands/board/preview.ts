/** What a preview would change on the board, from the output of `pulumi preview --json`. Pure. */
import type { App, Estate } from "../../estate/model";
import { isOfProgram, nameOf } from "../support/urn";

/** How many objects would be made, changed, replaced and deleted. */
export interface Changes {
    readonly create: number;
    readonly update: number;
    readonly replace: number;
    readonly delete: number;
}

/** Which part of the estate they belong to. */
export interface Previewed {
    /** By `<app>/<environment>/<cluster>`. */
    readonly places: Readonly<Record<string, Changes>>;
    /** By app: what is the app's and of no single place. */
    readonly apps: Readonly<Record<string, Changes>>;
    /** Everything else. */
    readonly elsewhere: Changes;
}

/** Key of an app's place in {@link Previewed}. */
export function placeKey(app: string, environment: string, cluster: string): string {
    return [app, environment, cluster].join("/");
}

const none: Changes = { create: 0, update: 0, replace: 0, delete: 0 };

export function noChanges(changes: Changes): boolean {
    return Object.values(changes).every((count) => count === 0);
}

/** The engine's operations; the others change nothing. A replacement has several steps and is counted once. */
const operations: Readonly<Record<string, keyof Changes>> = {
    create: "create",
    import: "create",
    update: "update",
    replace: "replace",
    delete: "delete",
};

/**
 * Reads a preview. Only operations and names are taken from it: what else it has may be secret.
 *
 * @throws Error when it is not the output of `pulumi preview --json`.
 */
export function previewed(estate: Estate, preview: unknown): Previewed {
    const steps =
        typeof preview === "object" && preview !== null ? (preview as { steps?: unknown }).steps : undefined;
    if (!Array.isArray(steps)) {
        throw new Error("it has no list of steps");
    }
    const places: Record<string, Changes> = {};
    const apps: Record<string, Changes> = {};
    let elsewhere = none;
    for (const step of steps as { op?: unknown; urn?: unknown }[]) {
        const operation = typeof step.op === "string" ? operations[step.op] : undefined;
        if (operation === undefined || typeof step.urn !== "string" || isOfProgram(typeOf(step.urn))) {
            continue;
        }
        const count = (changes = none): Changes => ({ ...changes, [operation]: changes[operation] + 1 });
        const owner = ownerOf(estate, nameOf(step.urn));
        if (owner === undefined) {
            elsewhere = count(elsewhere);
        } else if (owner.places.length === 0) {
            apps[owner.app] = count(apps[owner.app]);
        } else {
            for (const place of owner.places) {
                places[place] = count(places[place]);
            }
        }
    }
    return { places, apps, elsewhere };
}

/** Last type of a URN's chain. */
function typeOf(urn: string): string {
    return urn.split("::").at(-2)?.split("$").at(-1) ?? "";
}

/** Beginnings of the names of what is an app's own. */
const beginnings = ["app", "config", "delivery", "updater", "webhook"];

/**
 * The app that a resource of the program belongs to, and its places where the name has an environment. Undefined: it is
 * nobody's, or several apps'.
 */
export function ownerOf(
    estate: Estate,
    name: string,
): { readonly app: string; readonly places: readonly string[] } | undefined {
    const owners = Object.values(estate.apps).flatMap((app) =>
        beginnings.flatMap((beginning) => {
            const start = `${beginning}-${app.name}`;
            return name === start || name.startsWith(`${start}-`)
                ? [{ app: app.name, places: placesIn(app, name.slice(start.length + 1)) }]
                : [];
        }),
    );
    // `app-web-prod-…` is of app `web` in prod, or of app `web-prod`: a place that is there decides, then the longer name.
    const [owner] = owners.sort(
        (a, b) => Number(b.places.length > 0) - Number(a.places.length > 0) || b.app.length - a.app.length,
    );
    return owner;
}

/** Places that the rest of a name begins with: an environment and a cluster, or what an environment has for all of them. */
function placesIn(app: App, rest: string): string[] {
    const begins = (text: string): boolean => rest === text || rest.startsWith(`${text}-`);
    const found = app.environments.flatMap(({ environment, clusters }) => {
        const here = clusters.filter((cluster) => begins(`${environment}-${cluster}`));
        const all = ["images", "pull", "push", "build"].some((what) => begins(`${what}-${environment}`));
        const named = here.length > 0 ? here : all ? clusters : [];
        return named.map((cluster) => ({ environment, cluster }));
    });
    // Of environments `prod` and `prod-eu` the longer name is meant.
    const longest = Math.max(0, ...found.map(({ environment }) => environment.length));
    return found
        .filter(({ environment }) => environment.length === longest)
        .map(({ environment, cluster }) => placeKey(app.name, environment, cluster));
}
