/** A config repository as Argo CD knows it. */
import * as pulumi from "@pulumi/pulumi";
import type { ArgoCd } from "../../../estate/engines/argocd/model";
import { repositorySecret } from "../../../estate/engines/argocd/names";
import { partOfLabel } from "../../../estate/labels";
import type { ConfigRepository } from "../../../estate/model";
import { KubeResource } from "../../support/kubeObject";

/** Inputs of {@link RepositoryAccess}. */
export interface RepositoryAccessArgs {
    readonly argocd: ArgoCd;
    readonly repository: ConfigRepository;
    /** User name and token of a deploy token with read_repository. */
    readonly username: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
}

/** The Secret that lets Argo CD read one config repository, and only that one. */
export class RepositoryAccess extends pulumi.ComponentResource {
    constructor(name: string, args: RepositoryAccessArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:argocd:RepositoryAccess", name, {}, opts);
        const { argocd, repository } = args;
        new KubeResource(
            `${name}-secret`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: repositorySecret(repository.fullPath),
                    namespace: argocd.namespace,
                    labels: {
                        "argocd.argoproj.io/secret-type": "repository",
                        [partOfLabel]: "argocd",
                    },
                },
                type: "Opaque",
                stringData: pulumi.secret({
                    type: "git",
                    name: repository.path,
                    url: repository.url,
                    username: args.username,
                    password: args.password,
                }),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
