/** The GitLab groups: one for the estate, one below it for each team. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { GitLab, Team } from "../../estate/model";
import { refuse } from "../support/refuse";
import { belongsTo, dataOptions } from "../support/options";
import { hasAtLeast, type ExistingRoles } from "./existingRoles";
import type { FoundGroup } from "./lookup";
import type { People } from "./people";

/** Inputs of {@link EstateGroup}. */
export interface EstateGroupArgs {
    readonly gitlab: GitLab;
    /** The group itself where it is not made, or the one above it; see `existingGroup`. */
    readonly existing?: FoundGroup;
    /** True: the group stays when the stack is destroyed, because something in it must stay. */
    readonly deletionProtection: boolean;
}

/**
 * The group that holds the estate: made, or only looked up when `gitlab.createGroup` is false (GitLab.com makes no
 * top-level groups by API). A group that is looked up is never changed or deleted.
 */
export class EstateGroup extends pulumi.ComponentResource {
    /** GitLab's number of the group. */
    public readonly groupId: pulumi.Output<number>;
    public readonly webUrl: pulumi.Output<string>;

    constructor(name: string, args: EstateGroupArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:EstateGroup", name, {}, opts);
        refuse("EstateGroup", name, EstateGroup.check(args), this);
        const { existing } = args;
        const { group: fullPath, createGroup, visibility } = args.gitlab;
        if (createGroup) {
            const group = new gitlab.Group(
                `${name}-group`,
                {
                    ...groupSettings(fullPath, visibility),
                    description: "Delivery estate, managed by Pulumi",
                    ...(existing === undefined ? {} : { parentId: existing.groupId }),
                },
                { parent: this, ...dataOptions(args.deletionProtection) },
            );
            this.groupId = numericId(group);
            this.webUrl = group.webUrl;
        } else {
            // check has seen to it that it is there.
            this.groupId = pulumi.output(existing?.groupId ?? 0);
            this.webUrl = pulumi.output(existing?.webUrl ?? "");
        }
        this.registerOutputs({ groupId: this.groupId, webUrl: this.webUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ gitlab: { group, createGroup }, existing }: EstateGroupArgs): string[] {
        return existing !== undefined || (createGroup && !group.includes("/"))
            ? []
            : [`existing must be the group ${createGroup ? "above " : ""}${group}; got none.`];
    }
}

/** Inputs of {@link TeamGroup}. */
export interface TeamGroupArgs {
    readonly team: Team;
    readonly gitlab: GitLab;
    /** Number of the group above. */
    readonly parentId: pulumi.Input<number>;
    /** True: the group stays when the stack is destroyed, because a repository in it must stay. */
    readonly deletionProtection: boolean;
    /** Roles in the group that people have without a membership of the estate's, see `existingRoles`. */
    readonly existingRoles: ExistingRoles;
    /** Users, see `lookUpPeople`; who is not in it does not exist and gets no membership. */
    readonly people: People;
}

/**
 * A team's group and its members. Members are named by user name. A user in both lists is a maintainer. Who has at least
 * the role already gets no membership.
 */
export class TeamGroup extends pulumi.ComponentResource {
    public readonly groupId: pulumi.Output<number>;
    public readonly webUrl: pulumi.Output<string>;
    /** Numbers of the maintainers, for approval rules; in the order of their names. */
    public readonly maintainerIds: pulumi.Output<number[]>;

    constructor(name: string, args: TeamGroupArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:TeamGroup", name, {}, opts);
        refuse("TeamGroup", name, TeamGroup.check(args), this);
        const { team } = args;
        const group = new gitlab.Group(
            `${name}-group`,
            {
                ...groupSettings(team.group, args.gitlab.visibility),
                description: `Team ${team.name}, managed by Pulumi`,
                parentId: args.parentId,
            },
            { parent: this, ...dataOptions(args.deletionProtection) },
        );
        this.groupId = numericId(group);
        this.webUrl = group.webUrl;

        const member = (accessLevel: "developer" | "maintainer", user: string): void => {
            const id = args.people[user]?.id;
            if (id === undefined || hasAtLeast(args.existingRoles, user, accessLevel)) {
                return;
            }
            // One for each person, whatever the role: another role is a change in place. GitLab refuses a second membership.
            new gitlab.GroupMembership(
                `${name}-member-${user}`,
                { groupId: this.groupId, userId: id, accessLevel },
                {
                    parent: this,
                    ...belongsTo(group),
                    // Names of 0.1.0, one for each role.
                    aliases: [{ name: `${name}-maintainer-${user}` }, { name: `${name}-developer-${user}` }],
                },
            );
        };
        team.maintainers.forEach((user) => member("maintainer", user));
        for (const user of team.developers.filter((candidate) => !team.maintainers.includes(candidate))) {
            member("developer", user);
        }
        this.maintainerIds = pulumi.output(team.maintainers.flatMap((user) => args.people[user]?.id ?? []));
        this.registerOutputs({ groupId: this.groupId, webUrl: this.webUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ team, gitlab: server }: TeamGroupArgs): string[] {
        const below = team.group.startsWith(`${server.group}/`)
            ? team.group.slice(server.group.length + 1)
            : "";
        return below === "" || below.includes("/")
            ? [`team.group must be "${server.group}/<one path element>"; got "${team.group}".`]
            : [];
    }
}

/** Inputs of {@link GuardedGroup}. */
export interface GuardedGroupArgs extends TeamGroupArgs {
    /** Full path of the group. */
    readonly path: string;
}

/**
 * The group of a team's config repositories that only its maintainers see. It is beside the team's group, because a group
 * hands its members down to those in it; and private, whatever the others are.
 */
export class GuardedGroup extends pulumi.ComponentResource {
    public readonly groupId: pulumi.Output<number>;

    constructor(name: string, args: GuardedGroupArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:GuardedGroup", name, {}, opts);
        const { team, people, existingRoles } = args;
        const group = new gitlab.Group(
            `${name}-group`,
            {
                ...groupSettings(args.path, "private"),
                description: `Prod of team ${team.name}, managed by Pulumi`,
                parentId: args.parentId,
            },
            { parent: this, ...dataOptions(args.deletionProtection) },
        );
        this.groupId = numericId(group);
        for (const user of team.maintainers) {
            const id = people[user]?.id;
            if (id !== undefined && !hasAtLeast(existingRoles, user, "maintainer")) {
                new gitlab.GroupMembership(
                    `${name}-member-${user}`,
                    { groupId: this.groupId, userId: id, accessLevel: "maintainer" },
                    { parent: this, ...belongsTo(group) },
                );
            }
        }
        this.registerOutputs({ groupId: this.groupId });
    }
}

/** What every group of the estate has in common: nobody asks to get in, and members do not make groups of their own. */
function groupSettings(fullPath: string, visibility: string): gitlab.GroupArgs {
    const path = fullPath.slice(fullPath.lastIndexOf("/") + 1);
    return {
        name: path,
        path,
        visibilityLevel: visibility,
        requestAccessEnabled: false,
        projectCreationLevel: "maintainer",
        subgroupCreationLevel: "owner",
    };
}

/** GitLab's number; the resource has it as its id, which Pulumi keeps as text. */
function numericId(group: gitlab.Group): pulumi.Output<number> {
    return group.id.apply(Number);
}
