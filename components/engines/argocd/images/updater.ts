/** What Argo CD Image Updater needs beside the annotations: registries and credentials. */
import * as pulumi from "@pulumi/pulumi";
import type { App, AppEnvironment, Estate } from "../../../../estate/model";
import { KubeResource, type KubeMetadata, type KubeObject } from "../../../support/kubeObject";
import type { Login } from "../../../support/login";
import { yaml } from "../../../support/yaml";
import { abilitiesOf, actsIn, ownsWriteSecret, pullSecretKey, pullSecretName, writeSecretName } from "./plan";
import { hasWebhook } from "./webhook";

/** ConfigMap with the updater's settings. */
export const updaterSettingsName = "argocd-image-updater-config";

/** Secret with what the updater's webhook server knows its callers by. */
export const updaterSecretName = "argocd-image-updater-secret";

/** Inputs of {@link UpdaterSettings}. */
export interface UpdaterSettingsArgs {
    readonly estate: Estate;
    /** What Harbor sends with a push so that the updater believes it; used with `argocd.imageUpdater.webhookUrl`. */
    readonly webhookToken: pulumi.Input<string>;
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
                metadata: settingsMetadata(args.estate, updaterSettingsName),
                data: updaterSettings(args.estate),
            },
            { parent: this },
        );
        if (hasWebhook(args.estate)) {
            new KubeResource(
                `${name}-secret`,
                {
                    apiVersion: "v1",
                    kind: "Secret",
                    metadata: settingsMetadata(args.estate, updaterSecretName),
                    type: "Opaque",
                    stringData: pulumi.secret({ "webhook.harbor-secret": args.webhookToken }),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}

function settingsMetadata(estate: Estate, name: string): KubeMetadata {
    return {
        name,
        namespace: estate.argocd.namespace,
        labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "argocd-image-updater" },
    };
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
    const { commit, intervalSeconds, webhookUrl } = estate.argocd.imageUpdater;
    const listens = webhookUrl !== undefined && abilitiesOf(estate).webhook;
    return {
        // Applications are read from the cluster: Argo CD's API would need an account with a token.
        applications_api: "kubernetes",
        "git.user": commit.name,
        "git.email": commit.email,
        "git.commit-message-template": commit.message,
        interval: `${intervalSeconds}s`,
        ...(listens
            ? {
                  "webhook.enable": "true",
                  // A plain URL in front of it means that TLS ends there.
                  "disable-tls": String(webhookUrl.startsWith("http://")),
              }
            : {}),
        "registries.conf": yaml({ registries }),
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
        for (const environment of app.environments.filter((each) => actsIn(app, each))) {
            this.pullSecret(name, args, environment);
        }
        if (ownsWriteSecret(app)) {
            this.writeSecret(name, args);
        }
        this.registerOutputs({});
    }

    private writeSecret(name: string, args: UpdaterCredentialsArgs): void {
        const { app } = args;
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

/** Inputs of {@link UpdaterTask}. */
export interface UpdaterTaskArgs {
    /** The ImageUpdater, see `imageUpdater`. */
    readonly object: KubeObject;
}

/** What the updater does for one app, for versions that read objects of their own kind. */
export class UpdaterTask extends pulumi.ComponentResource {
    constructor(name: string, args: UpdaterTaskArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:images:UpdaterTask", name, {}, opts);
        new KubeResource(`${name}-object`, args.object, { parent: this });
        this.registerOutputs({});
    }
}
