/** Whom the rules about image updates of every engine look at. Pure. */
import type { App, ImageRule } from "./model";

/** An app whose images are followed. */
export interface Updated {
    readonly app: App;
    readonly updater: NonNullable<App["updater"]>;
}

export function updated(apps: readonly App[]): Updated[] {
    return apps.flatMap((app) => (app.updater === undefined ? [] : [{ app, updater: app.updater }]));
}

/** Every rule about tags, with its path. */
export function imageRules(apps: readonly App[]): { path: string; rule: ImageRule }[] {
    return updated(apps).flatMap(({ app, updater }) => [
        { path: `apps.${app.name}.updater`, rule: updater },
        ...Object.entries(updater.images).map(([alias, rule]) => ({
            path: `apps.${app.name}.updater.images.${alias}`,
            rule,
        })),
    ]);
}
