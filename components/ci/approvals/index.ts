/**
 * The gate of merge requests on servers whose licence has no required approvals: files of the project that pipelines are
 * included from. Pure but for reading files.
 */
import * as path from "node:path";
import { configAt } from "../../../estate/flows/plan";
import type { App } from "../../../estate/model";
import { authorityLines, scriptText } from "../scripts";
import { ciFiles } from "../flows";
import type { SeedFile } from "../../support/seed";
import { renderFile, type Values } from "../../support/template";

/** Where the gate's files are, in the project they are included from. */
const folder = "approvals";

/** The file that pipelines of an app repository begin with. */
export function appGateFile({ plan }: Pick<App, "plan">): string {
    return fileOf(ciFiles[plan.pipelines].app.lastStage);
}

/** The file that pipelines of a config repository begin with, for the apps in it. */
export function configGateFile(apps: readonly App[], fullPath: string): string {
    const [own] = apps.filter((app) => app.ci === "gitlab" && configAt(app, fullPath)?.deploys === true);
    const config = own && ciFiles[own.plan.pipelines].config;
    return config === undefined ? `${folder}/alone.yml` : fileOf(config.lastStage);
}

function fileOf(stage: string): string {
    return `${folder}/after-${stage}.yml`;
}

/** All files of the gate, the same for every estate. */
export function gateFiles(): SeedFile[] {
    const text = (name: string, values: Values = {}): string =>
        renderFile(path.join(__dirname, name), values);
    const stages = Object.values(ciFiles).flatMap(({ app, config }) => [
        app.lastStage,
        ...(config === undefined ? [] : [config.lastStage]),
    ]);
    return [
        ...[...new Set(stages)].sort().map((stage) => ({
            path: fileOf(stage),
            text: text("begin.yml", { stage }),
        })),
        { path: `${folder}/alone.yml`, text: text("alone.yml") },
        { path: `${folder}/reset.yml`, text: text("reset.yml") },
        {
            path: `${folder}/gate.yml`,
            text: text("gate.yml", {
                authorities: authorityLines(),
                script: scriptText("approvals.mjs").trimEnd().split("\n"),
            }),
        },
    ];
}
