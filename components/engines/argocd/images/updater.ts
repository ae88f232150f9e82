/** What Argo CD Image Updater needs beside the annotations: registries and credentials. */
import * as pulumi from "@pulumi/pulumi";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import { appLabel, partOfLabel, programLabel } from "../../../../estate/labels";
import type { App, AppEnvironment, Estate } from "../../../../estate/model";
import { refuse } from "../../../support/refuse";
import { KubeResource, type KubeMetadata, type KubeObject } from "../../../support/kubeObject";
import type { Login } from "../../../support/login";
import { required } from "../../../support/maps";
import { yaml } from "../../../support/yaml";
import { abilitiesOf, actsIn, ownsWriteSecret, pullSecretKey, pullSecretName, writeSecretName } from "./plan";
import { hasWebhook } from "./webhook";

/** ConfigMap with the updater's settings. */
export const updaterSettingsName = "argocd-image-updater-config";

/** Secret with what the updater's webhook server knows its callers by. */
export const updaterSecretName = "argocd-image-updater-secret";

/** Inputs of {@link UpdaterSettings}. */
export interface UpdaterSettingsArgs extends Pick<Estate, "argocd" | "registries"> {
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
                metadata: settingsMetadata(args, updaterSettingsName),
                data: updaterSettings(args),
            },
            { parent: this },
        );
        if (hasWebhook(args)) {
            new KubeResource(
                `${name}-secret`,
                {
                    apiVersion: "v1",
                    kind: "Secret",
                    metadata: settingsMetadata(args, updaterSecretName),
                    type: "Opaque",
                    stringData: pulumi.secret({ "webhook.harbor-secret": args.webhookToken }),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}

function settingsMetadata({ argocd }: Pick<Estate, "argocd">, name: string): KubeMetadata {
    return {
        name,
        namespace: argocd.namespace,
        labels: { [programLabel]: name, [partOfLabel]: "argocd-image-updater" },
    };
}

/** `data` of argocd-image-updater-config. Pure. */
export function updaterSettings(estate: Pick<Estate, "argocd" | "registries">): Record<string, string> {
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
    readonly argocd: ArgoCd;
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
        refuse("UpdaterCredentials", name, UpdaterCredentials.check(args), this);
        const { app } = args;
        for (const environment of app.environments.filter((each) => actsIn(app, each))) {
            this.pullSecret(name, args, environment);
        }
        if (ownsWriteSecret(app)) {
            this.writeSecret(name, args);
        }
        this.registerOutputs({});
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ app, pull }: Pick<UpdaterCredentialsArgs, "app" | "pull">): string[] {
        return app.environments
            .filter((each) => actsIn(app, each) && pull[each.environment] === undefined)
            .map(({ environment }) => `no pull robot for environment "${environment}" was given.`);
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
                    namespace: args.argocd.namespace,
                    labels: labels(app),
                },
                type: "Opaque",
                stringData: pulumi.secret({ username: args.write.username, password: args.write.password }),
            },
            { parent: this },
        );
    }

    private pullSecret(name: string, args: UpdaterCredentialsArgs, environment: AppEnvironment): void {
        const login = required(args.pull, environment.environment, "pull robot of");
        new KubeResource(
            `${name}-pull-${environment.environment}`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: pullSecretName(environment),
                    namespace: args.argocd.namespace,
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
    return { [partOfLabel]: "argocd-image-updater", [appLabel]: app.name };
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
