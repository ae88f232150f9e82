/** A team's part of Flux. */
import * as pulumi from "@pulumi/pulumi";
import { teamNamespace } from "../../../estate/engines/flux/names";
import { estateLabel, managedBy, teamLabel } from "../../../estate/labels";
import { childObject, KubeResource, type KubeMetadata, type KubeObject } from "../../support/kubeObject";
import { sortedEntries } from "../../support/maps";

/** Inputs of {@link TeamSpace}. */
export interface TeamSpaceArgs {
    /** Name of the estate. */
    readonly estate: string;
    /** Name of the team. */
    readonly team: string;
    /** What the team's objects share with other servers: value of the key `token`, by name of the Secret. */
    readonly tokens: Readonly<Record<string, pulumi.Input<string>>>;
    /** What else belongs to the team and to no app of it. */
    readonly objects: readonly KubeObject[];
    /** Whether Flux delivers nothing of the team: then there is nothing of it. */
    readonly empty?: boolean;
}

/**
 * The namespace that a team's objects are in, and its accounts for apps on the host. They name nothing outside of it, and
 * change clusters only as the team's account for their environment. Nobody but the estate has rights in it.
 */
export class TeamSpace extends pulumi.ComponentResource {
    constructor(name: string, args: TeamSpaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:TeamSpace", name, {}, opts);
        if (args.empty !== true) {
            this.fill(name, args);
        }
        this.registerOutputs({});
    }

    private fill(name: string, { estate, team, tokens, objects }: TeamSpaceArgs): void {
        const namespace = new KubeResource(
            `${name}-namespace`,
            {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: {
                    name: teamNamespace(team),
                    labels: { ...managedBy, [estateLabel]: estate, [teamLabel]: team },
                },
            },
            { parent: this },
        );
        const secrets = sortedEntries(tokens).map(
            ([secret, token]) =>
                new KubeResource(
                    `${name}-${secret}`,
                    {
                        apiVersion: "v1",
                        kind: "Secret",
                        metadata: teamMetadata(team, secret),
                        type: "Opaque",
                        stringData: pulumi.secret({ token }),
                    },
                    { parent: this, dependsOn: [namespace] },
                ),
        );
        for (const object of objects) {
            childObject(name, object, {
                parent: this,
                dependsOn: [namespace, ...secrets],
            });
        }
    }
}

/** Metadata of an object in a team's namespace. */
export function teamMetadata(
    team: string,
    name: string,
    labels: Readonly<Record<string, string>> = {},
): KubeMetadata {
    return { name, namespace: teamNamespace(team), labels: { [teamLabel]: team, ...labels } };
}
