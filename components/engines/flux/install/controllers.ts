/** Flux itself on the host cluster. */
import * as pulumi from "@pulumi/pulumi";
import { partOfLabel } from "../../../../estate/labels";
import type { Estate } from "../../../../estate/model";
import { allAuthorities, directHosts, hostOf } from "../../../../estate/network";
import { childObject, type KubeObject, type KubeResource } from "../../../support/kubeObject";
import type { Login } from "../../../support/login";
import { podGroundwork } from "../../../support/podGroundwork";
import { throughProxy } from "../../../support/proxy";
import { refuse } from "../../../support/refuse";
import { trusting } from "../../../support/trust";
import { workloadKinds } from "../../../support/workloads";
import { patchFluxManifests } from "./patches";

/** Value of {@link partOfLabel} on what the estate adds. */
export const partOfFlux = "flux";

/** What the installation depends on. */
export type FluxEstate = Pick<Estate, "flux" | "network" | "clusters" | "relay">;

/** Inputs of {@link Controllers}. */
export interface ControllersArgs {
    readonly estate: FluxEstate;
    /** The published manifests, read and verified by `loadFluxManifests`. */
    readonly manifests: readonly KubeObject[];
    /** Login of the mirror; required with `estate.flux.imageMirrorLogin`. */
    readonly mirrorLogin?: Login;
}

/** Definitions, controllers and their rights from the pinned manifests, locked down for several teams. */
export class Controllers extends pulumi.ComponentResource {
    /** Namespace and definitions: what all objects of Flux need. Controllers may come up meanwhile. */
    public readonly groundwork: readonly pulumi.Resource[];

    constructor(name: string, args: ControllersArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:Controllers", name, {}, opts);
        refuse("Controllers", name, Controllers.check(args), this);
        const { estate } = args;
        const objects = installedObjects(estate, args.manifests);
        const namespace = this.object(name, namespaceObject(args));
        const definitions = objects.filter(isDefinition).map((object) => this.object(name, object));
        this.groundwork = [namespace, ...definitions];
        const around = [
            ...this.groundwork,
            ...podGroundwork(
                name,
                {
                    engine: estate.flux,
                    partOf: partOfFlux,
                    network: estate.network,
                    login: args.mirrorLogin,
                },
                { parent: this, dependsOn: [namespace] },
            ),
        ];
        for (const object of objects.filter((candidate) => !isDefinition(candidate))) {
            // Controllers end at once where a definition they watch is not there yet.
            this.object(name, object, workloadKinds.has(object.kind) ? around : [namespace]);
        }
        this.registerOutputs({});
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ estate, mirrorLogin: login }: Pick<ControllersArgs, "estate" | "mirrorLogin">): string[] {
        return estate.flux.imageMirrorLogin && login === undefined
            ? ["flux.imageMirrorLogin needs mirrorLogin."]
            : [];
    }

    private object(name: string, object: KubeObject, dependsOn: pulumi.Resource[] = []): KubeResource {
        return childObject(name, object, { parent: this, dependsOn });
    }
}

/** The published namespace with its labels, under the name the estate has for it. */
function namespaceObject({ estate, manifests }: ControllersArgs): KubeObject {
    const published = manifests.find(({ kind }) => kind === "Namespace");
    return {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
            name: estate.flux.namespace,
            labels: { ...published?.metadata.labels, [partOfLabel]: partOfFlux },
        },
    };
}

/** Controllers that speak to servers of the estate; the other two speak to members only, as their kubeconfigs say. */
const speakers = new Set([
    "source-controller",
    "notification-controller",
    "image-reflector-controller",
    "image-automation-controller",
]);

/** Everything but the namespace. Pure. */
export function installedObjects(estate: FluxEstate, manifests: readonly KubeObject[]): KubeObject[] {
    const services = manifests
        .filter(({ kind }) => kind === "Service")
        .map(({ metadata }) => `${metadata.name}.${estate.flux.namespace}.svc.cluster.local.`);
    // With two engines the relay of the estate is the other's.
    const direct = [...directHosts(estate), hostOf(estate.flux.relayUrl), ...services];
    const pem = allAuthorities(estate.network);
    return patchFluxManifests(manifests, estate.flux).map((object) =>
        speakers.has(object.metadata.name)
            ? throughProxy(trusting(object, pem), estate.network, direct)
            : object,
    );
}

function isDefinition({ kind }: KubeObject): boolean {
    return kind === "CustomResourceDefinition";
}
