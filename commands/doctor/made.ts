/** What a stack has made already, so that it is not taken for somebody else's. Pure: read from `pulumi stack export`. */

import {
    lastDayOf,
    liveResources,
    purposeOf,
    type ExportedStack,
    type StateResource,
} from "../support/exported";
import { list } from "./json";
import { wishesOf, type Wish } from "../support/proposals";

/** An access token of a project. */
export interface MadeToken {
    /** What it is for, as GitLab shows it, without the generation. */
    readonly purpose: string;
    /** Full path of its project; its id where the state does not say. */
    readonly project: string;
    /** Its last day, `YYYY-MM-DD`. */
    readonly ends: string;
}

/** A robot of a Harbor project. */
export interface MadeRobot {
    readonly registry: string;
    /** What it is for, without the generation. */
    readonly purpose: string;
    /** Its project; empty where the state does not say. */
    readonly project: string;
    /** Its last day, `YYYY-MM-DD`: that on which it was made, and for how many days. */
    readonly ends: string;
}

/** Names of what is there, as the servers have them. */
export interface Made {
    /** Full paths of GitLab groups, lower case. */
    readonly groups: ReadonlySet<string>;
    /** Full paths of GitLab projects, lower case. */
    readonly projects: ReadonlySet<string>;
    /** `<team>/<user name>`. */
    readonly members: ReadonlySet<string>;
    /** `<registry>/<name>` of Harbor projects. */
    readonly images: ReadonlySet<string>;
    /** `<registry>/<id>` of Harbor robots. */
    readonly robots: ReadonlySet<string>;
    /** `<cluster>/<kind>/<namespace or nothing>/<name>` of Kubernetes objects. */
    readonly objects: ReadonlySet<string>;
    /** Robots of Harbor projects, which no list of the server has. */
    readonly projectRobots: readonly MadeRobot[];
    /** Access tokens whose end the state knows. */
    readonly tokens: readonly MadeToken[];
    /** Files that repositories are to have by merge requests. */
    readonly wishes: readonly Wish[];
}

export const nothingMade: Made = madeBy({});

/** Reads an exported stack. */
export function madeBy(exported: ExportedStack): Made {
    const resources = liveResources(exported);
    const pick = (type: string, name: (resource: StateResource) => string | undefined): Set<string> =>
        new Set(resources.filter((each) => each.type === type).flatMap((each) => name(each) ?? []));
    const text = ({ outputs, inputs }: StateResource, key: string): string | undefined => {
        const value = outputs?.[key] ?? inputs?.[key];
        return typeof value === "string" ? value : undefined;
    };
    const onServer = (resource: StateResource, prefix: string, name?: string): string | undefined => {
        const server = providerOf(resource)?.replace(prefix, "");
        return server === undefined || name === undefined ? undefined : `${server}/${name}`;
    };
    const paths = new Map(
        resources
            .filter(({ type }) => type === "gitlab:index/project:Project")
            .map((each) => [each.id, text(each, "pathWithNamespace")]),
    );
    return {
        groups: pick("gitlab:index/group:Group", (each) => text(each, "fullPath")?.toLowerCase()),
        projects: pick("gitlab:index/project:Project", (each) =>
            text(each, "pathWithNamespace")?.toLowerCase(),
        ),
        members: pick("gitlab:index/groupMembership:GroupMembership", ({ urn }) => {
            const [, team, user] = /::team-(.+)-member-([^:]+)$/.exec(urn) ?? [];
            return team === undefined ? undefined : `${team}/${user}`;
        }),
        images: pick("harbor:index/project:Project", (each) => onServer(each, "harbor-", text(each, "name"))),
        robots: pick("harbor:index/robotAccount:RobotAccount", (each) =>
            onServer(each, "harbor-", each.id?.replace(/^\/robots\//, "")),
        ),
        objects: new Set(
            resources
                .filter(({ type }) => type.startsWith("kubernetes:"))
                .flatMap((each) => onServer(each, "cluster-", objectName(each)) ?? []),
        ),
        projectRobots: resources
            .filter(
                (each) =>
                    each.type === "harbor:index/robotAccount:RobotAccount" &&
                    text(each, "level") === "project",
            )
            .flatMap((each) => projectRobot(each) ?? []),
        tokens: resources
            .filter(({ type }) => type === "gitlab:index/projectAccessToken:ProjectAccessToken")
            .flatMap((each): MadeToken[] => {
                const [project = "", ends] = [text(each, "project"), lastDayOf(each)];
                return ends === undefined
                    ? []
                    : [{ purpose: purposeOf(each), project: paths.get(project) ?? project, ends }];
            }),
        wishes: wishesOf(exported),
    };
}

function projectRobot(resource: StateResource): MadeRobot | undefined {
    const [registry, ends] = [providerOf(resource)?.replace("harbor-", ""), lastDayOf(resource)];
    if (registry === undefined || ends === undefined) {
        return undefined;
    }
    const [first] = list(resource.outputs?.["permissions"]);
    return {
        registry,
        purpose: purposeOf(resource),
        project: typeof first?.["namespace"] === "string" ? first["namespace"] : "",
        ends,
    };
}

/** Name of the provider in the program: the last but one part of its reference. */
function providerOf({ provider }: StateResource): string | undefined {
    return provider?.split("::").at(-2);
}

function objectName({ outputs, inputs }: StateResource): string | undefined {
    const object = (outputs?.["metadata"] === undefined ? inputs : outputs) ?? {};
    const { kind, metadata } = object as {
        kind?: string;
        metadata?: { name?: string; namespace?: string };
    };
    return metadata?.name === undefined ? undefined : `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}
