/** The pipeline files a repository starts with. Seeded once: from then on they are the team's. Pure but for reading files. */
import * as path from "node:path";
import { configAt } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, Machine } from "../../estate/model";
import { estateFile } from "../../estate/pipeline";
import type { SeedFile } from "../support/seed";
import { required } from "../support/maps";
import { fileText } from "../support/template";
import { ciFiles } from "./flows";
import {
    type EnvironmentMachines,
    type EstateFile,
    type IncludedFrom,
    type IncludingFiles,
} from "./flows/files";
import { scriptPath, scriptText, type Script } from "./scripts";
import type { Settings } from "./settings";
import { pipelineFile, previewJobs, type CiSystem } from "./systems";

/** Pipeline files of an app repository; none for an app without CI. `settings` are its pipeline's, `machines` the estate's. */
export function appPipelineContent(
    app: App,
    settings: Settings,
    machines: Readonly<Record<string, Machine>> = {},
): SeedFile[] {
    if (app.ci === "none") {
        return [];
    }
    const { app: copied, included } = ciFiles[app.plan.pipelines];
    if (app.included !== undefined) {
        return [...scriptFiles(["test.sh", "quality.sh"]), ...included.app.own(app)];
    }
    const { scripts, machineScripts = [], pipeline } = copied;
    return [
        ...scriptFiles(scripts),
        ...(app.environments.some(onMachine) ? scriptFiles(machineScripts) : []),
        { path: pipelineFile[app.ci], text: pipeline[app.ci](app, settings, machinesOf(app, machines)) },
        ...previewContent(app),
    ];
}

/** The machines that an app's environments are, of all of the estate. */
function machinesOf({ environments }: App, machines: Readonly<Record<string, Machine>>): EnvironmentMachines {
    return Object.fromEntries(
        environments
            .filter(onMachine)
            .map(({ environment, machine }) => [environment, required(machines, machine, "machine")]),
    );
}

function previewContent({ previews }: App): SeedFile[] {
    return previews === undefined
        ? []
        : [
              ...scriptFiles(["preview.sh", "preview.mjs"]),
              {
                  path: previewJobs,
                  text: fileText(path.join(__dirname, "previews", "preview.gitlab-ci.yml")),
              },
          ];
}

/**
 * Pipeline files of a config repository, which are for all its apps; none when none of them has CI, or others deploy. Where apps of
 * both kinds share it, both kinds of pipelines are there. `settings` are those of the promotions, by app.
 */
export function configPipelineContent(
    apps: readonly App[],
    settings: Readonly<Record<string, Settings>>,
    fullPath = apps[0]?.config.fullPath ?? "",
): SeedFile[] {
    const [built] = apps.filter((app) => app.ci !== "none" && configAt(app, fullPath)?.deploys === true);
    if (built === undefined) {
        return [];
    }
    const { config, included } = ciFiles[built.plan.pipelines];
    if (config === undefined) {
        return [];
    }
    const { scripts, pipeline } = config;
    const including = includingApps(apps, fullPath);
    const systems = Object.keys(pipelineFile) as CiSystem[];
    const copies = systems.flatMap((system) => {
        const own = apps.filter(
            (app) => app.ci === system && (system !== "gitlab" || including === undefined),
        );
        return own.length === 0
            ? []
            : [{ path: pipelineFile[system], text: pipeline[system](own, settings) }];
    });
    return [
        ...(copies.length === 0 ? [] : scriptFiles(scripts)),
        ...(including === undefined ? [] : (included.config?.own(including) ?? [])),
        ...copies,
    ];
}

/** Apps whose pipelines a config repository includes; they agree on the version. Undefined where it has copies, or none. */
function includingApps(apps: readonly App[], fullPath: string): readonly [App, ...App[]] | undefined {
    const [first, ...rest] = apps.filter(
        (app) =>
            app.included !== undefined &&
            ciFiles[app.plan.pipelines].included.config !== undefined &&
            configAt(app, fullPath)?.deploys === true,
    );
    return first === undefined ? undefined : [first, ...rest];
}

/** The file by which the estate says what an app repository includes; undefined where it has copies. `machines`: the estate's. */
export function appEstateFile(
    app: App,
    from: IncludedFrom,
    machines: Readonly<Record<string, Machine>> = {},
): EstateFile | undefined {
    return (
        app.included &&
        written(app, from, ciFiles[app.plan.pipelines].included.app, (files, version) =>
            files.estate(app, version, machinesOf(app, machines)),
        )
    );
}

/** The same for a config repository. */
export function configEstateFile(
    apps: readonly App[],
    from: IncludedFrom,
    fullPath = apps[0]?.config.fullPath ?? "",
): EstateFile | undefined {
    const including = includingApps(apps, fullPath);
    const files = including && ciFiles[including[0].plan.pipelines].included.config;
    return (
        files && written(including[0], from, files, (each, version) => each.estate(including, version, {}))
    );
}

/** The file with the version that an app names, or the newest. */
function written<Of>(
    { included }: App,
    from: IncludedFrom,
    files: IncludingFiles<Of>,
    textOf: (files: IncludingFiles<Of>, from: IncludedFrom) => string,
): EstateFile {
    const version = included?.version ?? from.version;
    return {
        path: estateFile,
        text: textOf(files, { ...from, version }),
        quiet: files.quiet === true,
        version,
        byMergeRequest: included?.byMergeRequest === true,
    };
}

/** What the app repository says about its delivery. */
export function deliveryNotes(app: App): string {
    return ciFiles[app.plan.pipelines].notes(app);
}

function scriptFiles(scripts: readonly Script[]): SeedFile[] {
    return scripts.map((script) => ({ path: scriptPath(script), text: scriptText(script) }));
}
