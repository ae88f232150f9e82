/** The pipeline files a repository starts with. Seeded once: from then on they are the team's. Pure but for reading files. */
import type { App } from "../../estate/model";
import type { SeedFile } from "../support/seed";
import { ciFiles } from "./flows";
import { scriptPath, scriptText, type Script } from "./scripts";
import type { Settings } from "./settings";
import { pipelineFile, type CiSystem } from "./systems";

/** Pipeline files of an app repository; none for an app without CI. `settings` are its pipeline's. */
export function appPipelineContent(app: App, settings: Settings): SeedFile[] {
    if (app.ci === "none") {
        return [];
    }
    const { scripts, pipeline } = ciFiles[app.plan.pipelines].app;
    return [...scriptFiles(scripts), { path: pipelineFile[app.ci], text: pipeline[app.ci](app, settings) }];
}

/**
 * Pipeline files of a config repository, which stand for all its apps; none when none of them has CI. Where apps of
 * both kinds share it, both kinds of pipelines are there. `settings` are those of the promotions, by app.
 */
export function configPipelineContent(
    apps: readonly App[],
    settings: Readonly<Record<string, Settings>>,
): SeedFile[] {
    const [built] = apps.filter((app) => app.ci !== "none");
    if (built === undefined) {
        return [];
    }
    const { scripts, pipeline } = ciFiles[built.plan.pipelines].config;
    const systems = Object.keys(pipelineFile) as CiSystem[];
    return [
        ...scriptFiles(scripts),
        ...systems.flatMap((system) => {
            const own = apps.filter((app) => app.ci === system);
            return own.length === 0
                ? []
                : [{ path: pipelineFile[system], text: pipeline[system](own, settings) }];
        }),
    ];
}

/** What the app repository says about its delivery. */
export function deliveryNotes(app: App): string {
    return ciFiles[app.plan.pipelines].notes(app);
}

function scriptFiles(scripts: readonly Script[]): SeedFile[] {
    return scripts.map((script) => ({ path: scriptPath(script), text: scriptText(script) }));
}
