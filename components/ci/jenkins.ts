/** The parts of Jenkinsfiles that vary by settings and credentials, as lines of Groovy. Pure. */
import type { App } from "../../estate/model";
import { keyPart } from "../../estate/pipeline";
import { groovyQuoted } from "../support/template";
import type { Settings } from "./keys";
import { promotionLogin, promotionRegistries } from "./settings";

/** A "username with password" credential of Jenkins, and the variables it becomes. */
export interface JenkinsCredential {
    readonly id: string;
    readonly username: string;
    readonly password: string;
}

/**
 * The credentials that an app's promotions expect in Jenkins, one for each registry. Their values are in the stack's secret
 * output `pipelines`, under the names of the variables.
 */
export function promotionCredentials(app: App): JenkinsCredential[] {
    return promotionRegistries(app).map((registry) => ({
        id: `${app.name}-promotion-${keyPart(registry).toLowerCase()}`,
        ...promotionLogin(app, registry),
    }));
}

/** Settings in an `environment` block. DELIVERY_BRANCH can be set from outside: as a property of the folder or the server. */
export function assignments(settings: Settings): string[] {
    return Object.entries(settings).map(([key, value]) =>
        key === "DELIVERY_BRANCH"
            ? `${key} = "\${env.${key} ?: ${quoted(value)}}"`
            : `${key} = ${quoted(value)}`,
    );
}

/** A step with credentials bound to its variables; without credentials the step alone. */
export function withCredentials(credentials: readonly JenkinsCredential[], step: string): string[] {
    if (credentials.length === 0) {
        return [step];
    }
    return [
        "withCredentials([",
        ...credentials.map(
            ({ id, username, password }, index) =>
                `    usernamePassword(credentialsId: ${quoted(id)}, usernameVariable: '${username}', passwordVariable: '${password}')` +
                (index < credentials.length - 1 ? "," : ""),
        ),
        "]) {",
        `    ${step}`,
        "}",
    ];
}

/** A Groovy string without interpolation. */
function quoted(value: string): string {
    return `'${groovyQuoted(value)}'`;
}
