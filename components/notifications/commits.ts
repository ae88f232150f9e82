/** What is reported on GitLab of the commits that engines deliver, see relay/commits.go. Pure. */
import type * as pulumi from "@pulumi/pulumi";
import { versionOf } from "../../estate/flows/plan";
import type { App } from "../../estate/model";
import type { EventName } from "../../estate/events";

/** The events that are reported of a commit. Of `unknown` those whose files nothing can be made of do. */
export const commitEvents = ["healthy", "degraded", "failed", "unknown"] as const satisfies EventName[];

/** Repositories with their tokens, by full path. */
export interface CommitTokens {
    /** URL of GitLab as the host reaches it. */
    readonly gitlab: string;
    /** A name that is the same in every run, and a token that sets statuses and writes notes there. */
    readonly projects: Readonly<
        Record<string, { readonly name: string; readonly token: pulumi.Input<string> }>
    >;
}

/** What the relay reports. */
export interface RelayedCommits extends CommitTokens {
    readonly deliveries: Readonly<Record<string, ReportedDelivery>>;
}

/** An app in an environment on a cluster, as relay/commits.go wants it. */
export interface ReportedDelivery {
    readonly project: string;
    readonly branch: string;
    /** Name of the file with the token. */
    readonly token: string;
    readonly app: string;
    readonly environment: string;
    readonly cluster: string;
    /** The engine's page about it; empty where it has none. */
    readonly page: string;
}

/** What GitLab calls the status of a delivery, as relay/commits.go has it. */
export function statusName({
    app,
    environment,
    cluster,
}: Pick<ReportedDelivery, "app" | "environment" | "cluster">): string {
    return `gitops/${app}/${environment}/${cluster}`;
}

/** Name of a repository's file in the relay's Secret. */
export function commitsFile({ name }: CommitTokens["projects"][string]): string {
    return `commits-${name}`;
}

/**
 * What an engine delivers, by its own names.
 *
 * @param nameOf the engine's name for an app in an environment on a cluster.
 * @param pageOf its page about what has that name.
 */
export function reportedDeliveries(
    apps: readonly App[],
    { projects }: CommitTokens,
    nameOf: (app: string, environment: string, cluster: string) => string,
    pageOf: (name: string) => string = () => "",
): Record<string, ReportedDelivery> {
    return Object.fromEntries(
        apps.flatMap((app) =>
            app.environments.flatMap((place) => {
                const { repository, revision } = versionOf(app, place);
                const project = projects[repository];
                return project === undefined
                    ? []
                    : place.clusters.map((cluster) => {
                          const name = nameOf(app.name, place.environment, cluster);
                          const reported: ReportedDelivery = {
                              project: repository,
                              branch: revision,
                              token: commitsFile(project),
                              app: app.name,
                              environment: place.environment,
                              cluster,
                              page: pageOf(name),
                          };
                          return [name, reported] as const;
                      });
            }),
        ),
    );
}
