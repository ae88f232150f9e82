/** What previews need of an app's repository. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { App, CredentialPolicy, Previews } from "../../estate/model";
import { previewEnvironments, type Settings } from "../ci/settings";
import type { Login } from "../support/login";
import { makeAccessToken } from "./accessToken";
import type { PushHook } from "./pushHook";
import { CiVariables } from "./variables";

/** Inputs of {@link PreviewAccess}. */
export interface PreviewAccessArgs {
    readonly app: App;
    readonly previews: Previews;
    /** Id of the app repository. */
    readonly project: pulumi.Input<string>;
    /** Settings of the jobs about previews. */
    readonly settings: Settings;
    /** The robot that pushes images of merge requests and removes them. */
    readonly registry: Login;
    readonly credentials: CredentialPolicy;
    /** Where events of merge requests are reported; absent: nowhere. */
    readonly hook?: PushHook;
}

/**
 * The label of merge requests that have a preview, the token by which the engine reads them, the token by which pipelines
 * set the label and write their note, and the variables of those jobs.
 *
 * Jobs of merge requests run what a branch says that anybody may push, so these credentials are within reach of every
 * developer of the app. They open nothing that a developer does not have: a role in this one project, and the image
 * project of previews.
 */
export class PreviewAccess extends pulumi.ComponentResource {
    /** Id of the app repository. */
    public readonly projectId: pulumi.Output<string>;
    /** Reads the merge requests of that project, and nothing else; secret. */
    public readonly token: pulumi.Output<string>;

    constructor(name: string, args: PreviewAccessArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:PreviewAccess", name, {}, opts);
        const { project, previews, registry, credentials } = args;
        new gitlab.ProjectLabel(
            `${name}-label`,
            {
                project,
                name: previews.label,
                color: "#1f75cb",
                description: "This merge request has a preview. Without the label the preview goes.",
            },
            { parent: this },
        );
        const reader = makeAccessToken(
            `${name}-reader`,
            {
                project,
                purpose: "preview-reader",
                description: `${previews.label}: the delivery engine sees open merge requests`,
                accessLevel: "reporter",
                scopes: ["read_api"],
                credentials,
            },
            { parent: this },
        );
        const writer = makeAccessToken(
            `${name}-writer`,
            {
                project,
                purpose: "preview",
                description: "Pipelines write the note of a preview and set its label",
                accessLevel: "developer",
                scopes: ["api"],
                credentials,
            },
            { parent: this },
        );
        new CiVariables(
            `${name}-variables`,
            {
                project,
                plain: { ...args.settings, REGISTRY_USERNAME: registry.username },
                secret: { REGISTRY_PASSWORD: registry.password, PREVIEW_TOKEN: writer.token },
                environment: previewEnvironments,
                onAnyBranch: true,
            },
            { parent: this },
        );
        if (args.hook !== undefined) {
            new gitlab.ProjectHook(
                `${name}-hook`,
                {
                    project,
                    name: "previews",
                    description: `Notifies ${args.hook.title} of merge requests, for their previews`,
                    url: args.hook.url,
                    token: pulumi.secret(args.hook.token),
                    pushEvents: false,
                    tagPushEvents: false,
                    mergeRequestsEvents: true,
                    enableSslVerification: args.hook.verify,
                },
                { parent: this, additionalSecretOutputs: ["token"] },
            );
        }
        this.projectId = pulumi.output(project);
        this.token = pulumi.secret(reader.token);
        this.registerOutputs({});
    }
}
