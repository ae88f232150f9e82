/**
 * The Jenkinsfiles. Their text is looked at always. Where there is java, and Groovy 2.4 (which Jenkins has) from
 * `mvn dependency:get -Dartifact=org.codehaus.groovy:groovy-all:2.4.21` or in ESTATE_GROOVY_JAR, they are also compiled
 * and run, scripts and all, by a small interpreter of declarative pipelines. Jenkins itself and its plugins are not there.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { appPipelineContent, configPipelineContent } from "../../../components/ci/content";
import { buildSettings, promotionSettings, type Settings } from "../../../components/ci/settings";
import { appContent, configContent } from "../../../components/content";
import type { SeedFile } from "../../../components/support/seed";
import type { App } from "../../../estate/model";
import { sampleApp, sampleAppEnvironment, sampleEstate } from "../sample";
import { folder, repository, run, toolPath, type Run } from "../../support/pipelineScripts";

const app = sampleApp("web", {
    ci: "jenkins",
    environments: [sampleAppEnvironment("web", "dev"), sampleAppEnvironment("web", "test")],
});
const estate = sampleEstate([app]);
const build = { ...buildSettings(estate, app), BUILDER: "crane" };
const promotion = { [app.name]: promotionSettings(estate, app) };

const jenkinsfile = (files: readonly SeedFile[]): string =>
    files.find((file) => file.path === "Jenkinsfile")?.text ?? "";
const appJenkinsfile = (of: App, settings: Settings): string => jenkinsfile(appPipelineContent(of, settings));

test("an app's Jenkinsfile has the stages, settings and credentials of its pipeline", () => {
    const text = appJenkinsfile(app, build);
    assert.deepEqual(
        [...text.matchAll(/stage\('(\w+)'\)/g)].map((match) => match[1]),
        ["test", "quality", "build", "deliver"],
    );
    assert.match(text, /^ {8}IMAGE = 'harbor\.test\/web-dev\/web'$/m);
    assert.match(text, /^ {8}DELIVERY_BRANCH = "\$\{env\.DELIVERY_BRANCH \?: 'main'\}"$/m);
    assert.match(text, /credentialsId: 'web-registry', usernameVariable: 'REGISTRY_USERNAME'/);
    assert.match(text, /credentialsId: 'web-config', usernameVariable: 'CONFIG_USERNAME'/);
});

test("where the image updater writes, no credential of the config repository is asked for", () => {
    const updater = {
        environments: ["dev"],
        strategy: "newest-build",
        allowTags: "any",
        ignoreTags: [],
        platforms: [],
        images: {},
        writeBack: "values",
        mergeRequest: false,
    } as const;
    assert.doesNotMatch(
        appJenkinsfile(sampleApp("web", { ci: "jenkins", updater }), build),
        /credentialsId: 'web-config'/,
    );
});

test("a config repository's Jenkinsfile binds the promotion robots of all its apps", () => {
    const config = { ...app.config, scope: "team" as const };
    const apps = ["api", "web-ui"].map((name) => ({ ...app, name, config }));
    const settings = Object.fromEntries(apps.map((each) => [each.name, promotionSettings(estate, each)]));
    const text = jenkinsfile(configPipelineContent(apps, settings));
    assert.match(text, /^ {8}PROMOTIONS_API = '\{"app":"api",.*\}'$/m);
    assert.match(text, /^ {8}PROMOTIONS_WEB_UI = '\{"app":"web-ui",.*\}'$/m);
    assert.match(
        text,
        /credentialsId: 'web-ui-promotion-main', usernameVariable: 'PROMOTION_MAIN_USERNAME_WEB_UI', passwordVariable: 'PROMOTION_MAIN_PASSWORD_WEB_UI'\)\n/,
    );
});

test("a quote in a setting stays inside its string", () => {
    assert.match(appJenkinsfile(app, { APP: "it's \\ here" }), /APP = 'it\\'s \\\\ here'/);
});

const jar =
    process.env["ESTATE_GROOVY_JAR"] ??
    path.join(homedir(), ".m2/repository/org/codehaus/groovy/groovy-all/2.4.21/groovy-all-2.4.21.jar");
const skip =
    (!existsSync(jar) && "no Groovy 2.4, see the top of this file") ||
    (spawnSync("java", ["-version"]).status !== 0 && "no java");

interface Given {
    readonly env: Readonly<Record<string, string>>;
    readonly changeRequest?: boolean;
}

async function jenkins(cwd: string, scratch: string, given: Given): Promise<Run> {
    const file = path.join(scratch, "given.json");
    const credentials = Object.fromEntries(
        ["web-registry", "web-config", "web-promotion-main"].map((id) => [id, ["robot", "fake-secret"]]),
    );
    const env = { PATH: await toolPath(), HOME: scratch, ...given.env };
    await writeFile(file, JSON.stringify({ env, credentials, changeRequest: given.changeRequest ?? false }));
    return run(cwd, "java", [
        // Java 17 is newer than Groovy 2.4.
        ...["lang", "lang.reflect", "util", "io"].flatMap((name) => [
            "--add-opens",
            `java.base/java.${name}=ALL-UNNAMED`,
        ]),
        "-jar",
        jar,
        path.join(__dirname, "declarative.groovy"),
        path.join(cwd, "Jenkinsfile"),
        file,
    ]);
}

const filesOf = (files: readonly SeedFile[]): Record<string, string> =>
    Object.fromEntries(files.map((file) => [file.path, file.text]));

test(
    "the app's Jenkinsfile runs: branches through all stages, merge requests through the first two",
    { skip },
    async (context) => {
        const cwd = await repository(
            context,
            filesOf([...appContent(app), ...appPipelineContent(app, build)]),
        );
        const commit = (await run(cwd, "git", ["rev-parse", "HEAD"])).output.trim();
        const env = { GIT_COMMIT: commit, BRANCH_NAME: "main", DELIVERY_BRANCH: "hotfix-1" };
        const scratch = await folder(context);
        const branch = await jenkins(cwd, scratch, { env });
        assert.equal(branch.code, 0, branch.output);
        assert.match(branch.output, /is a page with a title/);
        assert.match(branch.output, /Built, but not pushed: this is main, and deliveries come from hotfix-1/);
        assert.match(
            branch.output,
            /Not delivered: deliveries of web come from hotfix-1 now, and this is main/,
        );
        assert.match(branch.output, /SUCCESS/);
        assert.doesNotMatch(branch.output, /fake-secret/);
        const change = await jenkins(cwd, scratch, { env, changeRequest: true });
        assert.match(change.output, /stage build skipped\nstage deliver skipped\nSUCCESS/);
    },
);

test("a red script stops Jenkins' pipeline too", { skip }, async (context) => {
    const files = filesOf([...appContent(app), ...appPipelineContent(app, build)]);
    const cwd = await repository(context, { ...files, "public/index.html": "" });
    const { code, output } = await jenkins(cwd, await folder(context), { env: { BRANCH_NAME: "main" } });
    assert.equal(code, 1, output);
    assert.match(output, /script returned exit code 1/);
    assert.doesNotMatch(output, /stage quality/);
});

test(
    "the config repository's Jenkinsfile runs the promotion with its settings and robot",
    { skip },
    async (context) => {
        const cwd = await repository(
            context,
            filesOf([...configContent(app), ...configPipelineContent([app], promotion)]),
        );
        const { code, output } = await jenkins(cwd, await folder(context), {
            env: { CHANGE_TARGET: "test", CHANGE_BRANCH: "dev" },
            changeRequest: true,
        });
        assert.equal(code, 0, output);
        assert.match(output, /web: no version is written in web yet/);
    },
);
