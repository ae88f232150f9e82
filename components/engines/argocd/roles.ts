/** Names of the roles that a team's people and pipelines have in Argo CD. */

/** Argo CD role of a team's maintainers: everything on the team's own Applications. */
export function maintainerRole(team: string): string {
    return `role:${team}-maintainer`;
}

/** Argo CD role of a team's developers: sees everything of the team, acts outside prod only. */
export function developerRole(team: string): string {
    return `role:${team}-developer`;
}

/** Argo CD role of a team's pipelines: sees and syncs the team's Applications outside prod, no more. */
export function deployerRole(team: string): string {
    return `role:${team}-deployer`;
}

/** Argo CD role of pipelines that release: as {@link deployerRole}, and prod too. */
export function releaserRole(team: string): string {
    return `role:${team}-releaser`;
}
