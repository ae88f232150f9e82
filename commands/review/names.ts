/** What an object is called where people see it: by its server, and in what it lies. Pure. */
import type { Estate, Language } from "../../estate/model";
import { kindOf, listOf, mapOf, textOf, type Change } from "./change";
import { clusterOf, containersIn, metadataOf, registryOf, shown, type Containers } from "./containers";
import { code } from "./noun";
import { nounOf } from "./nouns";

/** Names objects, and finds what they lie in. */
export interface Names extends Containers {
    /** `namespace web-prod on cluster member2`, as text with code in it. */
    readonly titled: (each: Change) => string;
    /** The same without the noun. */
    readonly name: (each: Change) => string;
}

/** A name with where it is. Absent: the name says it, or nobody knows. */
type Within = (name: string, where: string | undefined, word: keyof typeof words) => string;

const words = {
    of: ["of", "属于 "],
    in: ["in", "位于 "],
    on: ["on cluster", "集群 "],
    registry: ["in Harbor", "Harbor "],
} as const;

/** Names of objects in a language, for all that a stack has or had. */
export function naming(changes: readonly Change[], estate: Estate, language: Language): Names {
    const zh = language === "zh";
    const containers = containersIn(changes, estate);
    const within: Within = (name, where, word) => {
        const [english, chinese] = words[word];
        return where === undefined || where === ""
            ? code(name)
            : zh
              ? `${code(name)}（${chinese}${code(where)}）`
              : `${code(name)} ${english} ${code(where)}`;
    };
    const nameOn = (each: Change): string => {
        const [server] = each.type.split(":");
        return server === "kubernetes"
            ? nameInCluster(each, within)
            : server === "harbor"
              ? nameInHarbor(each, containers, within)
              : nameInGitLab(each, containers, within);
    };
    const name = (each: Change): string =>
        each.kind === "replace" ? succession(nameOn(earlier(each)), nameOn(each)) : nameOn(each);
    const titled = (each: Change): string => {
        const { en, zh: chinese } = nounOf(each.type);
        if (["ProjectLevelMrApprovals", "ProjectPushRules"].includes(kindOf(each.type))) {
            return zh ? `${name(each)} 的${chinese}` : `${en[0]} of ${name(each)}`;
        }
        return zh ? `${chinese} ${name(each)}` : `${en[0]} ${name(each)}`;
    };
    return { titled, name, ...containers };
}

/** What goes, of an object that is made anew: it may have another name than what takes its place. */
function earlier({ after: _, ...each }: Change): Change {
    const { before } = each.providers;
    return { ...each, kind: "delete", providers: before === undefined ? each.providers : { before } };
}

/** Two names of an object as one: what follows the name itself is said once where it is the same. */
function succession(was: string, is: string): string {
    const [, own = "", where] = /^(`[^`]*`)(.*)$/.exec(was) ?? [];
    return was === is
        ? is
        : where !== undefined && is.endsWith(`\`${where}`)
          ? `${own} → ${is}`
          : `${was} → ${is}`;
}

function nameInCluster(each: Change, within: Within): string {
    const own = textOf(metadataOf(each)["name"]) ?? each.name;
    const namespace = textOf(metadataOf(each)["namespace"]);
    return within(namespace === undefined ? own : `${namespace}/${own}`, clusterOf(each), "on");
}

function nameInHarbor(each: Change, { containerOf }: Containers, within: Within): string {
    const properties = shown(each);
    if (!["Project", "RobotAccount"].includes(kindOf(each.type))) {
        const project = containerOf(each);
        return code(textOf(project === undefined ? undefined : shown(project)["name"]) ?? each.name);
    }
    const short = textOf(properties["name"]) ?? each.name;
    // Harbor itself writes a robot of one project so.
    const [permission] = listOf(properties["permissions"]);
    const project = properties["level"] === "project" ? textOf(mapOf(permission)["namespace"]) : undefined;
    return within(project === undefined ? short : `${project}+${short}`, registryOf(each), "registry");
}

function nameInGitLab(each: Change, { pathOf, groupsOf, repositoryOf }: Containers, within: Within): string {
    const properties = shown(each);
    switch (kindOf(each.type)) {
        case "Project":
            return code(pathOf(each));
        case "Group":
            return code(
                [...groupsOf(properties["parentId"]), textOf(properties["path"]) ?? each.name].join("/"),
            );
        case "GroupMembership": {
            const [, team = "", person = ""] = /^team-(.+)-member-(.+)$/.exec(each.name) ?? [];
            return team === "" ? code(each.name) : within(person, team, "in");
        }
        case "RepositoryFile":
            return within(textOf(properties["filePath"]) ?? each.name, repositoryOf(each), "in");
        default: {
            const own = ["branch", "tag", "key", "environment", "name", "title"]
                .map((key) => textOf(properties[key]))
                .find((found) => found !== undefined);
            return own === undefined
                ? code(repositoryOf(each) ?? each.name)
                : within(own, repositoryOf(each), "of");
        }
    }
}
