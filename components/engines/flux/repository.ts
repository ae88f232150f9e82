/** A config repository as Flux knows it. */
import * as pulumi from "@pulumi/pulumi";
import { hookPath, repositoryName, sourceName, teamNamespace } from "../../../estate/engines/flux/names";
import { shorten, namespaceName } from "../../../estate/names";
import type { App, ConfigRepository, Estate } from "../../../estate/model";
import { authoritiesOf, hostOf } from "../../../estate/network";
import { sortedSet } from "../../../estate/plain";
import { KubeResource, type KubeObject } from "../../support/kubeObject";
import type { Login } from "../../support/login";
import { teamMetadata } from "./team";

/** Secret with what GitLab shows to be believed, in a team's namespace. */
export const pushTokenSecret = "push-token";

/** Receiver of pushes to a config repository. */
export function pushReceiver(team: string, fullPath: string): string {
    return shorten(`gitlab-${repositoryName(team, fullPath)}`, namespaceName.maximum);
}

/** Where GitLab reports pushes to a repository. */
export function pushAddress(webhookUrl: string, token: string, team: string, fullPath: string): string {
    return `${webhookUrl}${hookPath(token, pushReceiver(team, fullPath), teamNamespace(team))}`;
}

/** GitRepository of the branch with an app's version, for what writes to it. */
export function writtenSource(team: string, fullPath: string, revision: string): string {
    return shorten(`${sourceName(team, fullPath, revision)}--write`, namespaceName.maximum);
}

function secretName(team: string, fullPath: string, use: "read" | "write"): string {
    return shorten(`git-${repositoryName(team, fullPath)}--${use}`, namespaceName.maximum);
}

/** Inputs of {@link RepositoryAccess}. */
export interface RepositoryAccessArgs extends Pick<Estate, "flux" | "network"> {
    readonly repository: ConfigRepository;
    /** Those of its apps that Flux delivers, all of one team. */
    readonly apps: readonly [App, ...App[]];
    readonly reader: Login;
    readonly writer?: Login;
}

/** A GitRepository for each branch that something runs from, the credentials, and the receiver of pushes. */
export class RepositoryAccess extends pulumi.ComponentResource {
    constructor(name: string, args: RepositoryAccessArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:RepositoryAccess", name, {}, opts);
        const { apps, repository, flux } = args;
        const { team } = apps[0];
        const read = this.secret(name, args, "read", args.reader);
        for (const revision of revisionsOf(args)) {
            this.source(name, sourceObject(args, revision), read);
        }
        const written = writtenBranches(args);
        if (args.writer !== undefined && written.length > 0) {
            const write = this.secret(name, args, "write", args.writer);
            for (const revision of written) {
                this.source(name, writtenObject(args, revision), write);
            }
        }
        if (flux.webhookUrl !== undefined) {
            new KubeResource(`${name}-receiver`, receiver(team, repository, revisionsOf(args)), {
                parent: this,
            });
        }
        this.registerOutputs({});
    }

    private source(name: string, object: KubeObject, secret: pulumi.Resource): void {
        new KubeResource(`${name}-${object.metadata.name}`, object, { parent: this, dependsOn: [secret] });
    }

    private secret(
        name: string,
        { apps, repository, network }: RepositoryAccessArgs,
        use: "read" | "write",
        { username, password }: Login,
    ): KubeResource {
        const pem = authoritiesOf(network, hostOf(repository.url));
        return new KubeResource(
            `${name}-${use}`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: teamMetadata(apps[0].team, secretName(apps[0].team, repository.fullPath, use)),
                type: "Opaque",
                stringData: pulumi.secret({
                    username,
                    password,
                    ...(pem === undefined ? {} : { "ca.crt": pem }),
                }),
            },
            { parent: this },
        );
    }
}

/** Branches of the repository that some app runs from, sorted. */
function revisionsOf(args: RepositoryAccessArgs): string[] {
    return branchesOf(args, ({ environments }) => environments.map(({ environment }) => environment));
}

/** Branches of the repository with versions that Flux writes, sorted. */
function writtenBranches(args: RepositoryAccessArgs): string[] {
    return branchesOf(args, ({ updater }) => updater?.environments ?? []);
}

function branchesOf(
    { apps, repository }: RepositoryAccessArgs,
    environmentsOf: (app: App) => readonly string[],
): string[] {
    return sortedSet(
        apps.flatMap((app) =>
            environmentsOf(app).flatMap((environment) => {
                const place = app.plan.versions[environment];
                return place?.repository === repository.fullPath ? [place.revision] : [];
            }),
        ),
    );
}

function sourceObject({ apps, repository, flux }: RepositoryAccessArgs, revision: string): KubeObject {
    return {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata: teamMetadata(apps[0].team, sourceName(apps[0].team, repository.fullPath, revision)),
        spec: {
            url: repository.url,
            ref: { branch: revision },
            interval: `${flux.intervalSeconds}s`,
            timeout: "60s",
            secretRef: { name: secretName(apps[0].team, repository.fullPath, "read") },
        },
    };
}

/** The same branch for what commits to it: address and credentials are taken from here, and its content is looked at by nobody. */
function writtenObject(args: RepositoryAccessArgs, revision: string): KubeObject {
    const { apps, repository } = args;
    const object = sourceObject(args, revision);
    return {
        ...object,
        metadata: teamMetadata(apps[0].team, writtenSource(apps[0].team, repository.fullPath, revision)),
        spec: {
            ...(object["spec"] as object),
            interval: "1h",
            secretRef: { name: secretName(apps[0].team, repository.fullPath, "write") },
        },
    };
}

function receiver(team: string, { fullPath }: ConfigRepository, revisions: readonly string[]): KubeObject {
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1",
        kind: "Receiver",
        metadata: teamMetadata(team, pushReceiver(team, fullPath)),
        spec: {
            type: "gitlab",
            events: ["Push Hook"],
            secretRef: { name: pushTokenSecret },
            resources: revisions.map((revision) => ({
                apiVersion: "source.toolkit.fluxcd.io/v1",
                kind: "GitRepository",
                name: sourceName(team, fullPath, revision),
            })),
        },
    };
}
