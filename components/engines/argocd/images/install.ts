/** Argo CD Image Updater itself, beside Argo CD on the host. */
import * as pulumi from "@pulumi/pulumi";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import { settingsAnnotation } from "../../../../estate/labels";
import type { Estate, Network } from "../../../../estate/model";
import { allAuthorities, directHosts } from "../../../../estate/network";
import { patchManifests, withSettingsDigest } from "../install/patches";
import { childObject, type KubeObject } from "../../../support/kubeObject";
import { settingsDigest } from "../../../support/settingsDigest";
import { repositoryCertificates } from "../install/certificates";
import { throughProxy } from "../../../support/proxy";
import { trusting, withMount } from "../../../support/trust";
import { updaterSecretName, updaterSettings, updaterSettingsName } from "./updater";
import { abilitiesOf } from "./plan";

/** What the updater depends on. */
type UpdaterEstate = Pick<Estate, "argocd" | "registries" | "network" | "clusters" | "relay">;

/** Inputs of {@link UpdaterInstall}. */
export interface UpdaterInstallArgs extends UpdaterEstate {
    /** The published manifests, read and verified by `loadUpdaterManifests`. */
    readonly manifests: readonly KubeObject[];
    /** The updater's settings, which its workload starts with. */
    readonly settings: pulumi.Resource;
}

/** The updater's workload, its rights, and from 1.0 on the definition of its objects, in Argo CD's namespace. */
export class UpdaterInstall extends pulumi.ComponentResource {
    /** What ImageUpdater objects need before they can be made. */
    public readonly definitions: readonly pulumi.Resource[];

    constructor(name: string, args: UpdaterInstallArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:images:UpdaterInstall", name, {}, opts);
        const objects = installedObjects(args, args.manifests);
        const made = objects.map((object) => ({
            object,
            resource: childObject(name, object, {
                parent: this,
                // It reads its settings when it starts.
                ...(object.kind === "Deployment" ? { dependsOn: [args.settings] } : {}),
            }),
        }));
        this.definitions = made
            .filter(({ object }) => object.kind === "CustomResourceDefinition")
            .map(({ resource }) => resource);
        this.registerOutputs({});
    }
}

/** The objects of the manifests as this estate wants them; without the settings, which have another writer. Pure. */
export function installedObjects(estate: UpdaterEstate, manifests: readonly KubeObject[]): KubeObject[] {
    const { argocd } = estate;
    const kept = manifests.filter((object) => object.kind !== "Namespace" && !isSetting(object));
    const digest = settingsDigest(JSON.stringify(updaterSettings(estate)));
    return patchManifests(kept, argocd).map((object) =>
        object.kind === "Deployment"
            ? throughProxy(
                  withTrust(
                      estate.network,
                      withInterval(estate, withSettingsDigest(object, settingsAnnotation, digest)),
                  ),
                  estate.network,
                  directHosts(estate),
              )
            : object,
    );
}

/** For registries in the pod, for git where Argo CD's client looks; its manifests have no place for the latter. */
function withTrust(network: Network, object: KubeObject): KubeObject {
    const pem = allAuthorities(network);
    return pem === undefined
        ? object
        : withMount(trusting(object, pem), repositoryCertificates, "/app/config/tls");
}

function isSetting({ kind, metadata }: KubeObject): boolean {
    return (
        (kind === "ConfigMap" && metadata.name === updaterSettingsName) ||
        (kind === "Secret" && metadata.name === updaterSecretName)
    );
}

interface Pod {
    readonly containers: readonly {
        readonly command?: readonly string[];
        readonly args?: readonly string[];
    }[];
}

/** Versions that take the interval as an argument only are given it. */
function withInterval(estate: Pick<Estate, "argocd">, object: KubeObject): KubeObject {
    if (abilitiesOf(estate).intervalSetting) {
        return object;
    }
    const interval = `--interval=${estate.argocd.imageUpdater.intervalSeconds}s`;
    const spec = object["spec"] as { template: { spec: Pod } };
    const { template } = spec;
    const containers = template.spec.containers.map((container) => ({
        ...container,
        args: [...(container.args ?? []), interval],
    }));
    return {
        ...object,
        spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } },
    };
}

/** Whether the estate installs the updater. */
export function installsUpdater(argocd: ArgoCd): boolean {
    return argocd.imageUpdaterVersion !== undefined && argocd.imageUpdater.manifests !== undefined;
}
