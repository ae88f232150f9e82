/** A team's boundary inside Argo CD. */
import * as pulumi from "@pulumi/pulumi";
import type { ArgoCd, TeamProject, TeamSyncWindow } from "../../../estate/engines/argocd/model";
import { classLabel, teamLabel } from "../../../estate/labels";
import type { Team } from "../../../estate/model";
import { refuse } from "../../support/refuse";
import { KubeResource } from "../../support/kubeObject";
import { deployerRole, developerRole, maintainerRole } from "./roles";

/** Name of the AppProject that Argo CD makes by itself, open to everything unless it is emptied. */
export const openProject = "default";

/** Inputs of {@link TeamSpace}. */
export interface TeamSpaceArgs {
    readonly team: Team;
    /** See `teamProjects`. */
    readonly projects: readonly TeamProject[];
    readonly argocd: ArgoCd;
}

/**
 * One AppProject per class of environments the team reaches, one for what only its maintainers see, and one for its previews. Each names exactly the repositories, clusters and
 * namespaces of the team's apps and the kinds they may have, and allows nothing that lives outside a namespace.
 */
export class TeamSpace extends pulumi.ComponentResource {
    /** The AppProjects, by class; that of previews under `preview`, that of what only maintainers see under `guarded`. */
    public readonly projects: Readonly<Record<string, pulumi.Resource>>;

    constructor(name: string, args: TeamSpaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:argocd:TeamSpace", name, {}, opts);
        refuse("TeamSpace", name, TeamSpace.check(args), this);
        this.projects = Object.fromEntries(
            args.projects.map((project) => {
                const purpose = project.previews ? "preview" : project.guarded ? "guarded" : project.class;
                return [
                    purpose,
                    new KubeResource(`${name}-project-${purpose}`, appProject(args, project), {
                        parent: this,
                    }),
                ];
            }),
        );
        this.registerOutputs({ projects: args.projects.map((project) => project.name) });
    }

    /** Every reason these args cannot work; empty when they can. Pure, so tests and policies call it too. */
    static check({ projects }: TeamSpaceArgs): string[] {
        const problems: string[] = [];
        for (const project of projects) {
            if (project.name === openProject) {
                problems.push(
                    `project "${project.name}" is the AppProject that Argo CD makes by itself; give it another name.`,
                );
            }
            if (project.destinations.length === 0) {
                problems.push(
                    `project "${project.name}" has no destination; a project needs at least one cluster and namespace.`,
                );
            }
        }
        return problems;
    }
}

function appProject(
    { team, argocd }: TeamSpaceArgs,
    project: TeamProject,
): { apiVersion: string; kind: string } & pulumi.Inputs {
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: {
            name: project.name,
            namespace: argocd.namespace,
            labels: { [teamLabel]: team.name, [classLabel]: project.class },
        },
        spec: {
            description: `Apps of team ${team.name}, ${project.previews ? "previews" : `${project.class} environments${project.guarded ? " that only maintainers see" : ""}`}`,
            sourceRepos: project.sourceRepos,
            destinations: project.destinations.map(({ cluster, namespace }) => ({
                name: cluster,
                namespace,
            })),
            clusterResourceWhitelist: [],
            // What an app's objects make is in it too: Argo CD shows nothing else, and gives no logs of it. Only what the
            // account on the cluster may write is delivered.
            namespaceResourceWhitelist: project.kinds.map(({ group, kind }) => ({ group, kind })),
            orphanedResources: { warn: false },
            roles: [
                {
                    name: "maintainer",
                    description: `Same as ${maintainerRole(team.name)}`,
                    policies: projectPolicies(project, "maintainer"),
                },
                ...(project.guarded
                    ? []
                    : [
                          {
                              name: "developer",
                              description: `Same as ${developerRole(team.name)}`,
                              policies: projectPolicies(project, "developer"),
                          },
                      ]),
                {
                    name: "deployer",
                    description: `For pipelines: sees and syncs, no more; as ${deployerRole(team.name)} but for this project`,
                    policies: projectPolicies(project, "deployer"),
                },
            ],
            ...(project.syncWindows.length === 0 ? {} : { syncWindows: project.syncWindows.map(syncWindow) }),
        },
    };
}

/** Argo CD has no field for the reason. */
function syncWindow({
    kind,
    schedule,
    duration,
    timeZone,
    manualSync,
    applications,
}: TeamSyncWindow): object {
    return { kind, schedule, duration, timeZone, manualSync, applications };
}

/** Policies of the project's own roles, for tokens issued for the project. */
function projectPolicies(project: TeamProject, role: "maintainer" | "developer" | "deployer"): string[] {
    const actions = role !== "developer" || project.class === "nonprod" ? ["get", "sync"] : ["get"];
    return actions.map(
        (action) => `p, proj:${project.name}:${role}, applications, ${action}, ${project.name}/*, allow`,
    );
}

/** Inputs of {@link EmptyDefaultProject}. */
export interface EmptyDefaultProjectArgs {
    readonly argocd: ArgoCd;
}

/**
 * The `default` AppProject without any right: an Application that forgets its project reaches nothing. It has to be there
 * before Argo CD first starts, which otherwise makes one that allows everything.
 */
export class EmptyDefaultProject extends pulumi.ComponentResource {
    constructor(name: string, args: EmptyDefaultProjectArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:argocd:EmptyDefaultProject", name, {}, opts);
        new KubeResource(
            `${name}-project`,
            {
                apiVersion: "argoproj.io/v1alpha1",
                kind: "AppProject",
                metadata: { name: openProject, namespace: args.argocd.namespace },
                spec: {
                    description: "Empty on purpose: every app names its team's project",
                    sourceRepos: [],
                    destinations: [],
                    clusterResourceWhitelist: [],
                },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
