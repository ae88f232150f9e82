/** The pipeline files a repository starts with. Seeded once: from then on they are the team's. Pure but for reading scripts. */
import type { App } from "../../estate/model";
import { lines, type SeedFile } from "../gitlab/content/text";
import { appPipeline, configPipeline } from "./gitlab";
import { appJenkinsfile, configJenkinsfile } from "./jenkins";
import type { Settings } from "./settings";
import { scriptPath, scriptText, type Script } from "./scripts";
import { versionOf, writesTags } from "../../estate/flows/plan";

/** Pipeline files of an app repository; none for an app without CI. `settings` are its pipeline's. */
export function appPipelineContent(app: App, settings: Settings): SeedFile[] {
    switch (app.ci) {
        case "none":
            return [];
        case "gitlab":
            return [
                ...scripts("test", "quality", "image", "deliver"),
                { path: ".gitlab-ci.yml", text: appPipeline(app) },
            ];
        case "jenkins":
            return [
                ...scripts("test", "quality", "image", "deliver"),
                { path: "Jenkinsfile", text: appJenkinsfile(app, settings) },
            ];
    }
}

/**
 * Pipeline files of a config repository, which stand for all its apps; none when none of them has CI. Where apps of
 * both kinds share it, both kinds of pipelines are there. `settings` are those of the promotions, by app.
 */
export function configPipelineContent(
    apps: readonly App[],
    settings: Readonly<Record<string, Settings>>,
): SeedFile[] {
    const byGitLab = apps.filter((app) => app.ci === "gitlab");
    const byJenkins = apps.filter((app) => app.ci === "jenkins");
    return [
        ...(byGitLab.length + byJenkins.length === 0 ? [] : scripts("promote")),
        ...(byGitLab.length === 0 ? [] : [{ path: ".gitlab-ci.yml", text: configPipeline() }]),
        ...(byJenkins.length === 0
            ? []
            : [{ path: "Jenkinsfile", text: configJenkinsfile(byJenkins, settings) }]),
    ];
}

function scripts(...names: readonly Script[]): SeedFile[] {
    return names.map((name) => ({ path: scriptPath(name), text: scriptText(name) }));
}

/** What the app repository says about its delivery. */
export function deliveryNotes(app: App): string {
    const [first] = app.environments;
    const pipelines =
        app.ci === "none"
            ? [
                  `- Whatever builds ${app.name} pushes its image to \`${first?.image ?? ""}\`.`,
                  `- The tag stands in \`${app.config.folder}/\` on branch \`${firstRevision(app)}\` of \`${app.config.fullPath}\`.`,
              ]
            : [
                  `- \`${app.ci === "gitlab" ? ".gitlab-ci.yml" : "Jenkinsfile"}\` runs \`ci/test.sh\` and \`ci/quality.sh\` for every merge request; put your tests and checks there.`,
                  `- On \`${app.repository.branch}\` it also builds the image and pushes it to \`${first?.image ?? ""}\`, tagged with the first 10 characters of the commit.`,
                  "- The variable `DELIVERY_BRANCH` says which branch is delivered; for the time of a hotfix the estate names another one. Other branches are tested and built, and not delivered.",
                  `- ${delivering(app)}`,
              ];
    return lines(
        `# How ${app.name} is delivered`,
        "",
        ...pipelines,
        `- Merging that branch into the next environment's branch promotes the version: ${app.environments.map((each) => `\`${versionOf(app, each).revision}\``).join(" → ")}.`,
        "",
        "Credentials are CI variables: protected, so only protected branches and tags see them.",
    );
}

function delivering(app: App): string {
    const branch = `branch \`${firstRevision(app)}\` of \`${app.config.fullPath}\``;
    return writesTags(app)
        ? `It then writes the tag into \`${app.config.folder}/\` on ${branch}.`
        : `Argo CD Image Updater finds the new tag and writes it to ${branch}.`;
}

/** Branch of the config repository that the first environment follows. */
function firstRevision(app: App): string {
    const [first] = app.environments;
    return first === undefined ? "" : versionOf(app, first).revision;
}
