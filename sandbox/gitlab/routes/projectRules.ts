import { effectiveGroupLevel } from "../access";
import { invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type User } from "../model";
import { oneOf, parseBoolean, type Input } from "../params";
import { featureFlags, projectSettings, readSettings } from "../settings";

export const visibility = oneOf("private", "internal", "public");

const order: Record<string, number> = { private: 0, internal: 1, public: 2 };

/** The namespace a new, moved or forked project goes to, if the user may put one there. */
export function targetNamespace(gitlab: GitLab, user: User, wanted: unknown): number {
    if (wanted === undefined || wanted === null || wanted === "") {
        return user.namespaceId;
    }
    const given = typeof wanted === "number" || typeof wanted === "string" ? String(wanted) : "";
    const group = gitlab.findGroup(given);
    if (!group) {
        const owner = gitlab.state.users.find(
            (each) => String(each.namespaceId) === given || each.username === given,
        );
        if (owner && (owner.id === user.id || user.admin)) {
            return owner.namespaceId;
        }
        throw notFound("Namespace");
    }
    const needed =
        {
            noone: Infinity,
            administrator: Infinity,
            owner: Level.owner,
            maintainer: Level.maintainer,
            developer: Level.developer,
        }[String(group.settings["project_creation_level"])] ?? Level.developer;
    if (!user.admin && effectiveGroupLevel(gitlab, user, group) < needed) {
        throw invalid({ namespace: ["is not valid"] });
    }
    if (group.markedForDeletion) {
        throw invalid({ namespace: ["is not valid"] });
    }
    return group.id;
}

/** @throws ApiError 400 for a name that GitLab does not take for a project. */
export function checkProjectName(name: string): void {
    if (
        !/^[\p{L}\p{N}\p{Emoji_Presentation}\p{Extended_Pictographic}_][\p{L}\p{N}\p{Pd}\p{Emoji_Presentation}\p{Extended_Pictographic}\uFE0F_. +()-]*$/u.test(
            name,
        )
    ) {
        throw invalid({
            name: [
                "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. " +
                    "It must start with a letter, digit, emoji, or '_'.",
            ],
        });
    }
}

export function requireFreeProjectName(
    gitlab: GitLab,
    namespaceId: number,
    name: string,
    path: string,
    except?: Project,
): void {
    const others = gitlab.projectsOf(namespaceId).filter((each) => each !== except);
    const problems: Record<string, string[]> = {};
    if (others.some((each) => each.path.toLowerCase() === path.toLowerCase())) {
        problems["project_namespace.path"] = ["has already been taken"];
        problems["path"] = ["has already been taken"];
    }
    if (others.some((each) => each.name === name)) {
        problems["project_namespace.name"] = ["has already been taken"];
        problems["name"] = ["has already been taken"];
    }
    if (gitlab.group(namespaceId) && gitlab.groupAt(`${gitlab.namespacePath(namespaceId)}/${path}`)) {
        problems["path"] = ["has already been taken"];
    }
    if (Object.keys(problems).length > 0) {
        throw invalid(problems);
    }
}

/** Plain attributes of a project from a request, the older truth values translated. */
export function projectAttributes(gitlab: GitLab, input: Input): Input {
    const settings = readSettings(input, projectSettings, gitlab.tier);
    for (const [old, name] of Object.entries(featureFlags)) {
        if (old in input && !(name in settings)) {
            settings[name] = parseBoolean(input[old]) ? "enabled" : "disabled";
        }
    }
    if ("public_builds" in input && !("public_jobs" in settings)) {
        settings["public_jobs"] = parseBoolean(input["public_builds"]) ?? false;
    }
    if ("emails_disabled" in input && !("emails_enabled" in settings)) {
        settings["emails_enabled"] = !parseBoolean(input["emails_disabled"]);
    }
    return settings;
}

export function keepExpirationPolicy(
    project: Project,
    wanted: { container_expiration_policy_attributes?: Input; container_expiration_policy?: Input },
): void {
    const policy = wanted.container_expiration_policy_attributes ?? wanted.container_expiration_policy;
    if (policy) {
        project.settings["container_expiration_policy"] = {
            cadence: "1d",
            enabled: false,
            keep_n: 10,
            older_than: "90d",
            name_regex: ".*",
            name_regex_keep: null,
            next_run_at: project.createdAt,
            ...(project.settings["container_expiration_policy"] ?? {}),
            ...policy,
        };
    }
}

export function refuseVisibility(gitlab: GitLab, namespaceId: number, visible: Project["visibility"]): void {
    const group = gitlab.group(namespaceId);
    if (group && (order[visible] ?? 0) > (order[group.visibility] ?? 0)) {
        throw invalid({
            visibility_level: [`${visible} is not allowed in a ${group.visibility} group.`],
        });
    }
}
