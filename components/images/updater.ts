/** What Argo CD Image Updater needs beside the annotations: registries and credentials. */
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { App, AppEnvironment, Estate } from "../../estate/model";
import { KubeResource } from "../support/kubeObject";
import { isUpdated, pullSecretKey, pullSecretName, writeSecretName } from "./annotations";

/** A user name and its password or token. */
export interface Login {
    readonly username: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
}

/** Inputs of {@link UpdaterSettings}. */
export interface UpdaterSettingsArgs {
    readonly estate: Estate;
}

/** The updater's own configuration: which registries there are and how to speak to them. */
export class UpdaterSettings extends pulumi.ComponentResource {
    constructor(name: string, args: UpdaterSettingsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:images:UpdaterSettings", name, {}, opts);
        new KubeResource(
            `${name}-config`,
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: {
                    name: "argocd-image-updater-config",
                    namespace: args.estate.argocd.namespace,
                    labels: {
                        "app.kubernetes.io/name": "argocd-image-updater-config",
                        "app.kubernetes.io/part-of": "argocd-image-updater",
                    },
                },
                data: updaterSettings(args.estate),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}

/** `data` of argocd-image-updater-config. Pure. */
export function updaterSettings(estate: Estate): Record<string, string> {
    const registries = Object.values(estate.registries)
        .sort((left, right) => (left.name < right.name ? -1 : 1))
        .map((registry) => ({
            name: registry.name,
            api_url: registry.url,
            prefix: registry.host,
            insecure: registry.insecure,
            // Harbor serves images whose path has no "library/" default.
            defaultns: "",
        }));
    return {
        "git.user": "argocd-image-updater",
        "git.email": `argocd-image-updater@${estate.name}.invalid`,
        "git.commit-message-template": [
            "Update image of {{ .AppName }}",
            "",
            "{{ range .AppChanges -}}",
            "{{ .Image }}: {{ .OldTag }} -> {{ .NewTag }}",
            "{{ end -}}",
        ].join("\n"),
        "registries.conf": stringify({ registries }, { lineWidth: 0 }),
    };
}

/** Inputs of {@link UpdaterCredentials}. */
export interface UpdaterCredentialsArgs {
    readonly estate: Estate;
    readonly app: App;
    /** Pull robots by environment name. */
    readonly pull: Readonly<Record<string, Login>>;
    /** Who writes the config repository; a user and token with write_repository. */
    readonly write: Login;
}

/** What the updater may read and write for one app: pull robots of the environments it acts in, one writer. */
export class UpdaterCredentials extends pulumi.ComponentResource {
    constructor(name: string, args: UpdaterCredentialsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:images:UpdaterCredentials", name, {}, opts);
        const { app } = args;
        for (const environment of app.environments.filter((each) => isUpdated(app, each))) {
            this.pullSecret(name, args, environment);
        }
        new KubeResource(
            `${name}-write`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: writeSecretName(app),
                    namespace: args.estate.argocd.namespace,
                    labels: labels(app),
                },
                type: "Opaque",
                stringData: pulumi.secret({ username: args.write.username, password: args.write.password }),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }

    private pullSecret(name: string, args: UpdaterCredentialsArgs, environment: AppEnvironment): void {
        const login = args.pull[environment.environment];
        if (login === undefined) {
            throw new pulumi.ResourceError(
                `UpdaterCredentials "${name}": no pull robot for environment "${environment.environment}" was given.`,
                this,
                true,
            );
        }
        new KubeResource(
            `${name}-pull-${environment.environment}`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: pullSecretName(environment),
                    namespace: args.estate.argocd.namespace,
                    labels: labels(args.app),
                },
                type: "Opaque",
                stringData: pulumi.secret({
                    [pullSecretKey]: pulumi.interpolate`${login.username}:${login.password}`,
                }),
            },
            { parent: this },
        );
    }
}

function labels(app: App): Record<string, string> {
    return { "app.kubernetes.io/part-of": "argocd-image-updater", "gitops-estate/app": app.name };
}
