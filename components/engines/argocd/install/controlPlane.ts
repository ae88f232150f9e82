/** Argo CD itself on the host cluster. */
import * as pulumi from "@pulumi/pulumi";
import { parametersAnnotation, partOfLabel, programLabel } from "../../../../estate/labels";
import type { Estate, Network } from "../../../../estate/model";
import { allAuthorities, authoritiesByHost, directHosts } from "../../../../estate/network";
import { refuse } from "../../../support/refuse";
import { childObject, KubeResource, type KubeObject } from "../../../support/kubeObject";
import type { Login } from "../../../support/login";
import { throughProxy } from "../../../support/proxy";
import { trusting } from "../../../support/trust";
import { repositoryCertificates } from "./certificates";
import { podGroundwork } from "../../../support/podGroundwork";
import { settingsDigest } from "../../../support/settingsDigest";
import { patchManifests, publishedSettings, withSettingsDigest } from "./patches";
import { accessRules, argocdSettings, commandParameters, type Settings } from "./settings";
import { EmptyDefaultProject } from "../team";

/** What the settings of Argo CD depend on. */
export type ControlPlaneEstate = Pick<
    Estate,
    "name" | "argocd" | "gitlab" | "network" | "clusters" | "relay" | "teams" | "apps" | "environments"
>;

/** Inputs of {@link ControlPlane}. */
export interface ControlPlaneArgs {
    readonly estate: ControlPlaneEstate;
    /** The published manifests, read and verified by `loadManifests`. */
    readonly manifests: readonly KubeObject[];
    /** What GitLab sends with a push so that Argo CD believes it; the `token` of the hooks. */
    readonly webhookToken: pulumi.Input<string>;
    /** Client secret of the sign-in with GitLab; required with `estate.argocd.sso`. */
    readonly ssoClientSecret?: pulumi.Input<string>;
    /** Login of the mirror; required with `estate.argocd.imageMirrorLogin`. */
    readonly mirrorLogin?: Login;
}

/**
 * The control plane: custom resource definitions, workloads and rights from the pinned manifests, and the settings.
 * The only writer of argocd-cm, argocd-cmd-params-cm and argocd-rbac-cm.
 *
 * Argo CD adds keys of its own to argocd-secret (its signing key, the first admin password); the estate owns only the
 * keys it sets there.
 */
export class ControlPlane extends pulumi.ComponentResource {
    /** Namespace of Argo CD; depends on it being there. */
    public readonly namespace: pulumi.Output<string>;
    /**
     * Namespace and definitions: what all configuration of Argo CD needs, but for the Applications. Whoever depends on this
     * instead of the whole control plane does not wait until all of its workloads are ready.
     */
    public readonly groundwork: readonly pulumi.Resource[];

    constructor(name: string, args: ControlPlaneArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:argocd:ControlPlane", name, {}, opts);
        refuse("ControlPlane", name, ControlPlane.check(args), this);
        const { estate } = args;
        const parameters = commandParameters(
            estate,
            publishedSettings(args.manifests, "argocd-cmd-params-cm"),
        );
        const general = argocdSettings(estate, publishedSettings(args.manifests, "argocd-cm"));
        const digest = startSettingsDigest(parameters, general);
        const objects = patchManifests(args.manifests, estate.argocd)
            .map((object) => withCertificates(object, estate.network))
            .map((object) => withProxy(object, estate, servicesOf(args.manifests)))
            .map((object) => withSettingsDigest(object, parametersAnnotation, digest));

        const namespace = this.object(name, {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: estate.argocd.namespace, labels: { [partOfLabel]: "argocd" } },
        });
        const definitions = objects.filter(isDefinition).map((object) => this.object(name, object));
        const settings = [
            this.settings(name, estate, "argocd-cm", general, namespace),
            this.settings(name, estate, "argocd-cmd-params-cm", parameters, namespace),
            this.settings(name, estate, "argocd-rbac-cm", accessRules(estate), namespace),
            this.secret(name, args, namespace),
        ];
        this.groundwork = [
            namespace,
            ...definitions,
            ...podGroundwork(
                name,
                {
                    engine: estate.argocd,
                    partOf: "argocd",
                    network: estate.network,
                    login: args.mirrorLogin,
                },
                { parent: this, dependsOn: [namespace] },
            ),
        ];
        const emptied = new EmptyDefaultProject(
            `${name}-default`,
            { argocd: estate.argocd },
            { parent: this, dependsOn: [...this.groundwork] },
        );
        const ready = [...this.groundwork, ...settings, emptied];
        const servers: pulumi.Resource[] = [];
        for (const object of inStartOrder(objects.filter((candidate) => !isDefinition(candidate)))) {
            // Workloads read the settings when they start; without one they do not become ready. And a starting
            // server makes an AppProject `default` that allows everything, unless there is one.
            const needed = isApplicationSetController(object) ? [...ready, ...servers] : ready;
            const made = this.object(name, object, isWorkload(object) ? needed : [namespace]);
            if (isServer(object)) {
                servers.push(made);
            }
        }

        this.namespace = namespace.metadata.name;
        this.registerOutputs({ namespace: this.namespace });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({
        estate,
        ssoClientSecret,
        mirrorLogin: login,
    }: Pick<ControlPlaneArgs, "estate" | "ssoClientSecret" | "mirrorLogin">): string[] {
        return [
            ...(estate.argocd.sso !== undefined && ssoClientSecret === undefined
                ? ["argocd.sso needs ssoClientSecret."]
                : []),
            ...(estate.argocd.imageMirrorLogin && login === undefined
                ? ["argocd.imageMirrorLogin needs mirrorLogin."]
                : []),
        ];
    }

    private object(name: string, object: KubeObject, dependsOn: pulumi.Resource[] = []): KubeResource {
        return childObject(name, object, { parent: this, dependsOn });
    }

    private settings(
        name: string,
        estate: ControlPlaneEstate,
        configMap: string,
        data: Settings,
        namespace: KubeResource,
    ): KubeResource {
        return this.object(
            name,
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: settingsMetadata(estate, configMap),
                data,
            },
            [namespace],
        );
    }

    private secret(name: string, args: ControlPlaneArgs, namespace: KubeResource): KubeResource {
        const sso = args.ssoClientSecret;
        return new KubeResource(
            `${name}-secret-argocd-secret`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: settingsMetadata(args.estate, "argocd-secret"),
                type: "Opaque",
                stringData: pulumi.secret({
                    "webhook.gitlab.secret": args.webhookToken,
                    ...(sso === undefined ? {} : { "oidc.gitlab.clientSecret": sso }),
                }),
            },
            { parent: this, dependsOn: [namespace] },
        );
    }
}

/** Workloads of Argo CD that speak to servers of the estate, members aside. */
const speakers = new Set([
    "argocd-server",
    "argocd-repo-server",
    "argocd-applicationset-controller",
    "argocd-notifications-controller",
]);

/** The authorities: for repositories by host, where Argo CD looks for them, and in the pods. */
export function withCertificates(object: KubeObject, network: Network): KubeObject {
    const { kind, metadata } = object;
    if (kind === "ConfigMap" && metadata.name === repositoryCertificates) {
        const data = authoritiesByHost(network);
        return Object.keys(data).length === 0 ? object : { ...object, data };
    }
    return speakers.has(metadata.name) ? trusting(object, allAuthorities(network)) : object;
}

/** The proxy, for what speaks to servers; Argo CD's own programs reach each other by the short names of their Services. */
export function withProxy(
    object: KubeObject,
    estate: Pick<Estate, "network" | "clusters" | "relay">,
    services: readonly string[],
): KubeObject {
    return speakers.has(object.metadata.name)
        ? throughProxy(object, estate.network, [...directHosts(estate), ...services])
        : object;
}

/** Names of the Services of the manifests. */
function servicesOf(manifests: readonly KubeObject[]): string[] {
    return manifests.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name);
}

/** Of what the workloads read only when they start: all parameters, and the timeouts among the other settings. */
function startSettingsDigest(parameters: Settings, general: Settings): string {
    const timeouts = Object.entries(general).filter(([key]) => key.startsWith("timeout."));
    return settingsDigest(JSON.stringify([parameters, Object.fromEntries(timeouts)]));
}

/** Argo CD only reads settings objects that carry this label. */
export function settingsMetadata(estate: Pick<Estate, "argocd">, name: string): KubeObject["metadata"] {
    return {
        name,
        namespace: estate.argocd.namespace,
        labels: { [programLabel]: name, [partOfLabel]: "argocd" },
    };
}

function isDefinition(object: KubeObject): boolean {
    return object.kind === "CustomResourceDefinition";
}

function isWorkload(object: KubeObject): boolean {
    return object.kind === "Deployment" || object.kind === "StatefulSet";
}

/**
 * The ApplicationSet controller last. It serves no webhook when it starts before Argo CD's server has made its signing
 * key, and does not look again: Argo CD's `applicationset/webhook` needs the complete settings once, at its start.
 */
function inStartOrder(objects: readonly KubeObject[]): KubeObject[] {
    return [
        ...objects.filter((object) => !isApplicationSetController(object)),
        ...objects.filter(isApplicationSetController),
    ];
}

function isApplicationSetController({ kind, metadata }: KubeObject): boolean {
    return kind === "Deployment" && metadata.name === "argocd-applicationset-controller";
}

function isServer({ kind, metadata }: KubeObject): boolean {
    return kind === "Deployment" && metadata.name === "argocd-server";
}
