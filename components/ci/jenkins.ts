/** The Jenkinsfiles of app and config repositories: declarative pipelines that run the scripts GitLab's run. Pure. */
import type { App } from "../../estate/model";
import { lines } from "../gitlab/content/text";
import { keySuffix, promotionEntry, type Settings } from "./settings";
import { writesTags } from "../../estate/flows/plan";

/** A "username with password" credential of Jenkins, and the variables it becomes. */
export interface JenkinsCredential {
    readonly id: string;
    readonly username: string;
    readonly password: string;
}

/**
 * The credentials that an app's two pipelines expect in Jenkins. Their values are in the stack's secret output
 * `pipelines`, under the names of the variables.
 */
export function jenkinsCredentials(
    app: App,
    settings: Settings,
): {
    readonly registry: JenkinsCredential;
    readonly config: JenkinsCredential;
    promotion: JenkinsCredential[];
} {
    const suffix = keySuffix(app);
    const registries = Object.keys(settings).flatMap(
        (key) => /^PROMOTION_(.+)_URL/.exec(key.slice(0, key.length - suffix.length))?.[1] ?? [],
    );
    return {
        registry: {
            id: `${app.name}-registry`,
            username: "REGISTRY_USERNAME",
            password: "REGISTRY_PASSWORD",
        },
        config: { id: `${app.name}-config`, username: "CONFIG_USERNAME", password: "CONFIG_TOKEN" },
        promotion: registries.map((registry) => ({
            id: `${app.name}-promotion-${registry.toLowerCase()}`,
            username: `PROMOTION_${registry}_USERNAME${suffix}`,
            password: `PROMOTION_${registry}_PASSWORD${suffix}`,
        })),
    };
}

/**
 * Pipeline of an app repository, for a multibranch project: the same stages as GitLab's. What Jenkins cannot be told
 * from outside stands in the file; DELIVERY_BRANCH can be, as a property of the folder or the server.
 */
export function appJenkinsfile(app: App, settings: Settings): string {
    const { registry, config } = jenkinsCredentials(app, settings);
    return lines(
        `// Builds and delivers ${app.name}. This file is the team's; docs/delivery.md tells more.`,
        "pipeline {",
        "    agent any",
        ...options(),
        "    environment {",
        ...Object.entries(settings)
            .filter(([key]) => key !== "BUILD_IMAGE" && key !== "DELIVER_IMAGE")
            .map(([key, value]) =>
                key === "DELIVERY_BRANCH"
                    ? `        ${key} = "\${env.${key} ?: ${quoted(value)}}"`
                    : `        ${key} = ${quoted(value)}`,
            ),
        "    }",
        "    stages {",
        ...stage("test", [], ["sh 'sh ci/test.sh'"]),
        ...stage("quality", [], ["sh 'sh ci/quality.sh'"]),
        ...stage("build", notForChanges, withCredentials([registry], ["sh 'sh ci/image.sh'"])),
        ...stage(
            "deliver",
            notForChanges,
            writesTags(app)
                ? withCredentials([config], ["sh 'sh ci/deliver.sh'"])
                : ["sh 'sh ci/deliver.sh'"],
        ),
        "    }",
        "}",
    );
}

/**
 * Pipeline of a config repository, for a multibranch project: promotion, for merge requests before and for branches
 * after the merge. `settings` are those of each app, by app.
 */
export function configJenkinsfile(
    apps: readonly App[],
    settings: Readonly<Record<string, Settings>>,
): string {
    const own = (app: App): Settings => settings[app.name] ?? {};
    const promoted = apps.filter((app) => Object.keys(own(app)).length > 0);
    const credentials = promoted.flatMap((app) => jenkinsCredentials(app, own(app)).promotion);
    return lines(
        "// Promotes versions: a merge of one environment's branch into the next brings the images along.",
        "pipeline {",
        "    agent any",
        ...options(),
        "    environment {",
        `        PROMOTION_APPS = ${quoted(promoted.map(promotionEntry).join(" "))}`,
        ...promoted.flatMap((app) =>
            Object.entries(own(app)).map(([key, value]) => `        ${key} = ${quoted(value)}`),
        ),
        "    }",
        "    stages {",
        ...stage(
            "promote",
            [],
            credentials.length === 0
                ? ["sh 'sh ci/promote.sh'"]
                : withCredentials(credentials, ["sh 'sh ci/promote.sh'"]),
        ),
        "    }",
        "}",
    );
}

const notForChanges = ["when {", "    not { changeRequest() }", "}"];

function options(): string[] {
    return [
        "    options {",
        "        disableConcurrentBuilds()",
        "        timeout(time: 1, unit: 'HOURS')",
        "    }",
    ];
}

function stage(name: string, when: readonly string[], steps: readonly string[]): string[] {
    return [
        `        stage('${name}') {`,
        ...when.map((line) => `            ${line}`),
        "            steps {",
        ...steps.map((line) => `                ${line}`),
        "            }",
        "        }",
    ];
}

function withCredentials(credentials: readonly JenkinsCredential[], steps: readonly string[]): string[] {
    return [
        "withCredentials([",
        ...credentials.map(
            ({ id, username, password }, index) =>
                `    usernamePassword(credentialsId: ${quoted(id)}, usernameVariable: '${username}', passwordVariable: '${password}')` +
                (index < credentials.length - 1 ? "," : ""),
        ),
        "]) {",
        ...steps.map((line) => `    ${line}`),
        "}",
    ];
}

/** A Groovy string without interpolation. */
function quoted(value: string): string {
    return `'${value.replace(/[\\']/g, "\\$&")}'`;
}
