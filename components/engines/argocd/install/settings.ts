/**
 * The settings of Argo CD as data: the content of argocd-cm, argocd-cmd-params-cm and argocd-rbac-cm. Pure; the keys
 * are those of Argo CD's operator manual.
 */
import type { Account, ArgoCd, TeamProject } from "../../../../estate/engines/argocd/model";
import { teamProjects } from "../../../../estate/engines/argocd/projects";
import { joinedKinds, surroundingKinds, usualKinds } from "../../../../estate/kinds";
import { authoritiesOf, hostOf } from "../../../../estate/network";
import type { Estate, Team } from "../../../../estate/model";
import { placesOf } from "../../../../estate/previews";
import { compare } from "../../../../estate/problem";
import { yaml } from "../../../support/yaml";
import { deployerRole, developerRole, maintainerRole, releaserRole } from "../roles";

/** `data` of a ConfigMap. */
export type Settings = Record<string, string>;

/**
 * argocd-cm: published defaults first (they exclude noisy kinds from the view of the clusters), the estate's own
 * settings over them.
 */
export function argocdSettings(
    estate: Pick<Estate, "name" | "argocd" | "network" | "apps" | "clusters">,
    published: Settings = {},
): Settings {
    const { argocd } = estate;
    const settings: Settings = {
        ...published,
        url: argocd.url,
        "admin.enabled": String(argocd.adminEnabled),
        "users.anonymous.enabled": "false",
        "application.resourceTrackingMethod": "annotation",
        // Several estates may watch one cluster: their trackings must not be mistaken for each other's.
        installationID: estate.name,
        "timeout.reconciliation": `${argocd.reconciliationSeconds}s`,
        "timeout.reconciliation.jitter": `${Math.min(60, Math.floor(argocd.reconciliationSeconds / 3))}s`,
        "resource.inclusions": yaml(watchedKinds(estate)),
        "exec.enabled": "false",
    };
    for (const [name, account] of byName(argocd.accounts)) {
        settings[`accounts.${name}`] = [...account.capabilities].sort().join(", ");
    }
    if (argocd.sso !== undefined) {
        settings["oidc.config"] = oidcConfig(
            argocd.sso,
            authoritiesOf(estate.network, hostOf(argocd.sso.issuer)),
        );
    }
    return settings;
}

/** Kinds of one API group that Argo CD looks at, in its form. */
interface Inclusion {
    readonly apiGroups: string[];
    readonly kinds: string[];
    readonly clusters: string[];
}

/**
 * What Argo CD watches: the kinds that its account on a cluster may read, in the order of their groups.
 *
 * Not `resource.respectRBAC`, by which it finds that out: what is forbidden once, while an API server starts say, is then
 * not watched in any namespace of the cluster for hours, and nothing reports it. Without it a right that is missing is an error
 * of the cluster, tried again until it is there.
 */
export function watchedKinds({ apps, clusters }: Pick<Estate, "apps" | "clusters">): Inclusion[] {
    const places = Object.values(apps)
        .filter(({ engine }) => engine === "argocd")
        .flatMap((app) => placesOf(app));
    return Object.values(clusters)
        .sort((one, other) => compare(one.name, other.name))
        .flatMap((cluster) => {
            const here = places.filter((place) => place.clusters.includes(cluster.name));
            const kinds = [
                ...usualKinds,
                ...surroundingKinds,
                ...joinedKinds(here.map((each) => each.kinds)),
            ];
            const groups = [...new Set(kinds.map(({ group }) => group))].sort(compare);
            return here.length === 0
                ? []
                : groups.map((group) => ({
                      apiGroups: [group],
                      kinds: kinds
                          .filter((kind) => kind.group === group)
                          .map(({ kind }) => kind)
                          .sort(compare),
                      // A pattern: the brackets of an IPv6 address stand for themselves.
                      clusters: [cluster.server.replace(/[\\*?[\]{}]/g, "\\$&")],
                  }));
        });
}

/**
 * Sign-in with GitLab's own OpenID provider; the client secret stays in argocd-secret.
 *
 * The claims GitLab sends, and where ("GitLab as OpenID Connect identity provider" in its docs): the ID token holds `sub` (the
 * user's number), `preferred_username`, `email` and `groups_direct`; `groups`, all groups as full paths, are in the
 * userinfo answer alone. Argo CD 3.2 (`util/oidc`) takes every claim from the ID token and replaces `groups` by those of
 * userinfo. Both are thus needed: groups for administrators, `preferred_username` for the people of teams.
 */
function oidcConfig({ issuer, clientId }: NonNullable<ArgoCd["sso"]>, rootCA: string | undefined): string {
    return yaml({
        name: "GitLab",
        issuer,
        clientID: clientId,
        clientSecret: "$oidc.gitlab.clientSecret",
        requestedScopes: ["openid", "profile", "email"],
        enableUserInfoGroups: true,
        userInfoPath: "/oauth/userinfo",
        // An upper bound for later versions: Argo CD 3.2 keeps an answer without `exp`, as GitLab's is, for as long as the
        // ID token lives (`GetUserInfo`), which is 120 seconds unless GitLab is configured otherwise.
        userInfoCacheExpiration: "5m",
        ...(rootCA === undefined ? {} : { rootCA }),
    });
}

/**
 * argocd-cmd-params-cm: published ones first (the highly available variant names its Redis there), the estate's own over
 * them. Its values are start-up flags: the workloads restart when they change.
 */
export function commandParameters(
    estate: Pick<Estate, "argocd" | "gitlab">,
    published: Settings = {},
): Settings {
    const { argocd } = estate;
    return {
        // A member that answers nothing holds one of them for each of its Applications, until a request fails. Argo CD's own
        // 10 and 20 are few for that.
        "controller.operation.processors": "25",
        "controller.status.processors": "50",
        ...published,
        "applicationsetcontroller.enable.progressive.syncs": "true",
        "applicationsetcontroller.enable.tokenref.strict.mode": "true",
        "applicationsetcontroller.allowed.scm.providers": estate.gitlab.clusterUrl,
        // Argo CD 3.2 remembers the empty diff of a comparison that failed while a member was down, and then takes the
        // Application for synced although the old version runs.
        "controller.diff.server.side": "false",
        "controller.repo.server.timeout.seconds": "120",
        // Health in .status, where the notifications' conditions and people look for it.
        "controller.resource.health.persist": "true",
        "server.insecure": String(argocd.tlsTermination === "proxy"),
        ...rootPath(argocd.url),
    };
}

/** Where Argo CD serves everything, webhooks and the way back from a sign-in included; nothing at the root of a host. */
function rootPath(url: string): Settings {
    const path = new URL(url).pathname.replace(/\/+$/, "");
    return path === "" ? {} : { "server.rootpath": path, "server.basehref": path };
}

/**
 * argocd-rbac-cm. Nobody has anything by default; a team's people reach the team's AppProjects and nothing else. Those who
 * administer are groups, GitLab's full paths, as its OpenID provider sends them.
 */
export function accessRules(estate: Pick<Estate, "argocd" | "teams" | "apps" | "environments">): Settings {
    const rules: string[] = [];
    for (const group of [...(estate.argocd.sso?.adminGroups ?? [])].sort()) {
        rules.push(`g, ${group}, role:admin`);
    }
    for (const [name, account] of byName(estate.argocd.accounts)) {
        rules.push(accountRule(name, account));
    }
    for (const [, team] of byName(estate.teams)) {
        rules.push(...teamRules(team, teamProjects(estate, team)));
    }
    return {
        "policy.csv": rules.map((rule) => `${rule}\n`).join(""),
        // Cannot be revoked by a later rule, so it stays empty.
        "policy.default": "",
        "policy.matchMode": "glob",
        // A group's members are its guests too, and what roles somebody has in which groups is in claims of userinfo that
        // Argo CD takes no part of, so a team's people are named; user and group names share one namespace in GitLab and
        // cannot be mistaken for each other.
        scopes: "[groups, preferred_username]",
    };
}

function accountRule(name: string, account: Account): string {
    return `g, ${name}, ${account.role}`;
}

/** What a team may do in its own AppProjects. */
export function teamRules(team: Team, projects: readonly TeamProject[]): string[] {
    const rules: string[] = [];
    const allow = (role: string, resource: string, action: string, project: string): void => {
        rules.push(`p, ${role}, ${resource}, ${action}, ${project}/*, allow`);
    };
    const maintainer = maintainerRole(team.name);
    const developer = developerRole(team.name);
    const machines = [deployerRole(team.name), releaserRole(team.name)];
    for (const project of projects) {
        for (const role of project.class === "nonprod" ? machines : machines.slice(1)) {
            allow(role, "applications", "get", project.name);
            allow(role, "applications", "sync", project.name);
        }
        const people = project.guarded ? [maintainer] : [maintainer, developer];
        for (const role of people) {
            allow(role, "applications", "get", project.name);
            allow(role, "logs", "get", project.name);
        }
        allow(maintainer, "applications", "sync", project.name);
        allow(maintainer, "applications", "action/*", project.name);
        if (project.class === "nonprod") {
            allow(developer, "applications", "sync", project.name);
            allow(developer, "applications", "action/*", project.name);
        }
        for (const role of people) {
            rules.push(`p, ${role}, projects, get, ${project.name}, allow`);
            rules.push(`p, ${role}, repositories, get, ${project.name}/*, allow`);
        }
    }
    for (const user of team.developers) {
        rules.push(`g, ${user}, ${developer}`);
    }
    for (const user of team.maintainers) {
        rules.push(`g, ${user}, ${maintainer}`);
    }
    return rules;
}

function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
    return Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1));
}
