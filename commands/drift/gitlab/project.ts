/** What in a project is not as declared. Pure. */
import { compare } from "../../../estate/problem";
import { covers } from "../../../estate/wildcard";
import { nameOf, type IdKind, type Ids } from "../../support/gitlabIds";
import { property, textOf, type Declared } from "../declared";
import { text } from "../../doctor/json";
import { difference, facts, open, publicUrl, type Finding } from "../finding";
import type { Raw } from "../reader";
import { word } from "../shell";
import { approvalFields, projectFields, pushRuleFields } from "./fields";
import { grantsOf, grantText, opens } from "./grants";
import { isThere, type GitLabInventory, type ProjectInventory } from "./inventory";
import { Look, madeBy, type NamingContext } from "./place";
import { types } from "./types";

export class ProjectLook extends Look<ProjectInventory> {
    constructor(
        place: ProjectInventory,
        declared: readonly Declared[],
        inventory: GitLabInventory,
        context: NamingContext,
    ) {
        super(place, declared, inventory, context, "projects");
    }

    findings(): Finding[] {
        const { body, members } = this.place;
        if (body === undefined) {
            return [];
        }
        const project = this.declared.find(
            (each) => each.type === types.project && each.id === this.place.id,
        );
        if (!isThere(body) || project === undefined) {
            return [this.missing("project", this.place.path, "delivery")];
        }
        return [
            ...this.projectSettings(project, body),
            ...this.members(this.of(types.projectMember), members),
            ...this.invitations(this.place.invitations),
            ...this.agents(),
            ...this.shares(this.of(types.projectShare), body, "groupId"),
            ...this.tokens("deployToken", this.of(types.deployToken), this.place.deployTokens, members),
            ...this.tokens("accessToken", this.of(types.accessToken), this.place.accessTokens, members),
            ...this.hooks(this.of(types.hook), this.place.hooks),
            ...this.variables(this.of(types.variable), this.place.variables),
            ...this.deployKeys(),
            ...this.triggers(),
            ...this.schedules(),
            ...this.mirrors(body),
            ...this.runners(this.place.runners),
            ...this.integrations(this.place.integrations),
            ...this.jobTokens(),
            ...this.branches(),
            ...this.protectedBranches(),
            ...this.protectedTags(),
            ...this.environments(),
            ...this.files(),
            ...this.licensed(),
        ];
    }

    private projectSettings(project: Declared, body: Raw): Finding[] {
        const [found] = this.settings("project", project, body, projectFields);
        // The program sets none, and GitLab says null or nothing for its usual path.
        const path = difference("ciConfigPath", project.inputs["ciConfigPath"] ?? "", body["ci_config_path"]);
        return found === undefined
            ? this.changed("project", this.place.path, "review", path)
            : [{ ...found, differences: [...found.differences, ...path] }];
    }

    private deployKeys(): Finding[] {
        const declared = new Set(
            this.of(types.deployKey).map((each) => textOf(each, "deployKeyId") || each.id.split(":").at(-1)),
        );
        return (this.place.deployKeys ?? [])
            .filter((key) => !declared.has(String(key["id"])))
            .map((key) =>
                this.undeclared(
                    "deployKey",
                    String(key["title"]),
                    "access",
                    `deploy_keys/${String(key["id"])}`,
                    {
                        differences: facts({ writes: key["can_push"] === true, expires: key["expires_at"] }),
                        ...madeBy(key),
                    },
                ),
            );
    }

    /** What lets a cluster's program in, and jobs of whom its files name into that cluster. */
    private agents(): Finding[] {
        return (this.place.agents ?? []).map((agent) =>
            this.undeclared("agent", text(agent["name"]), "access", `cluster_agents/${String(agent["id"])}`, {
                remark: "connectsCluster",
                ...madeBy(agent),
            }),
        );
    }

    private triggers(): Finding[] {
        const { triggers: list } = this.place;
        if (list === undefined) {
            return [];
        }
        const idOf = (each: Declared): string => each.id.split(":").at(-1) ?? "";
        const made = this.of(types.trigger);
        const declared = new Set(made.map(idOf));
        const there = new Set(list.map((trigger) => String(trigger["id"])));
        return [
            ...made
                .filter((each) => !there.has(idOf(each)))
                .map((each) =>
                    this.missing("trigger", textOf(each, "description") || idOf(each), "delivery"),
                ),
            ...list
                .filter((trigger) => !declared.has(String(trigger["id"])))
                .map((trigger) =>
                    this.undeclared(
                        "trigger",
                        String(trigger["description"] ?? trigger["id"]),
                        "delivery",
                        `triggers/${String(trigger["id"])}`,
                        madeBy(trigger),
                    ),
                ),
        ];
    }

    private schedules(): Finding[] {
        const declared = new Set(this.of(types.schedule).map((each) => each.id.split(":").at(-1)));
        return (this.place.schedules ?? [])
            .filter((schedule) => !declared.has(String(schedule["id"])))
            .map((schedule) =>
                this.undeclared(
                    "schedule",
                    String(schedule["description"] ?? schedule["id"]),
                    "delivery",
                    `pipeline_schedules/${String(schedule["id"])}`,
                    {
                        differences: facts({
                            ref: schedule["ref"],
                            cron: schedule["cron"],
                            active: schedule["active"] === true,
                        }),
                        ...madeBy(schedule),
                    },
                ),
            );
    }

    /** Places that every push is sent on to, and one that the content comes from. */
    private mirrors(body: Raw): Finding[] {
        const pulled =
            body["mirror"] === true &&
            !this.of(types.project).some(({ inputs }) => inputs["mirror"] === true);
        return [
            ...(pulled
                ? [
                      this.undeclared("mirror", publicUrl(text(body["import_url"])), "delivery", "", {
                          mend: this.call("PUT", "?mirror=false"),
                          remark: "pulls",
                      }),
                  ]
                : []),
            ...(this.place.mirrors ?? []).map((mirror) =>
                this.undeclared(
                    "mirror",
                    publicUrl(text(mirror["url"])),
                    "access",
                    `remote_mirrors/${String(mirror["id"])}`,
                    { differences: facts({ enabled: mirror["enabled"] === true }) },
                ),
            ),
        ];
    }

    /** Jobs of other projects that get in with their own token. */
    private jobTokens(): Finding[] {
        const { id, jobTokenScope, jobTokenProjects, jobTokenGroups } = this.place;
        if (this.of(types.jobTokenScope).length > 0) {
            return [];
        }
        const limited = jobTokenScope?.["inbound_enabled"];
        const others = (jobTokenProjects ?? []).filter((each) => String(each["id"]) !== id);
        return [
            ...this.changed(
                "jobTokens",
                this.place.path,
                "access",
                typeof limited === "boolean" ? difference("limited", true, limited) : [],
                { mend: this.call("PATCH", "job_token_scope?enabled=true") },
            ),
            ...others.map((each) =>
                this.undeclared(
                    "jobTokens",
                    text(each["path_with_namespace"]),
                    "access",
                    `job_token_scope/allowlist/${String(each["id"])}`,
                ),
            ),
            ...(jobTokenGroups ?? []).map((each) =>
                this.undeclared(
                    "jobTokens",
                    text(each["web_url"]).replace(/^.*\/groups\//, "") || text(each["name"]),
                    "access",
                    `job_token_scope/groups_allowlist/${String(each["id"])}`,
                ),
            ),
        ];
    }

    private branches(): Finding[] {
        return this.place.goneBranches.map((branch) => this.missing("branch", branch, "delivery"));
    }

    private protectedBranches(): Finding[] {
        const { ids } = this.context;
        const { protectedBranches: list } = this.place;
        if (list === undefined) {
            return [];
        }
        const made = this.of(types.protectedBranch);
        const wantedOf = (each: Declared): Record<"push" | "merge" | "unprotect", string[] | undefined> => ({
            push: grantsOf(each, "pushAccessLevel", "allowedToPushes", ids),
            merge: grantsOf(each, "mergeAccessLevel", "allowedToMerges", ids),
            unprotect: grantsOf(each, undefined, "allowedToUnprotects", ids),
        });
        const declared = made.flatMap((each) => {
            const branch = textOf(each, "branch");
            const found = list.find((rule) => rule["name"] === branch && rule["inherited"] !== true);
            if (found === undefined) {
                return [this.missing("protectedBranch", branch, "access")];
            }
            const wanted = wantedOf(each);
            return this.changed("protectedBranch", branch, "access", [
                ...(["push", "merge", "unprotect"] as const).flatMap((right) => {
                    const grants = wanted[right];
                    const there = found[`${right}_access_levels`];
                    return grants === undefined || there === undefined
                        ? []
                        : difference(right, grants.join(", "), grantText(there, ids).join(", "));
                }),
                ...difference(
                    "allowForcePush",
                    property(each, "allowForcePush") ?? false,
                    found["allow_force_push"],
                ),
                ...(found["code_owner_approval_required"] === undefined
                    ? []
                    : difference(
                          "codeOwnerApprovalRequired",
                          property(each, "codeOwnerApprovalRequired") ?? false,
                          found["code_owner_approval_required"],
                      )),
            ]);
        });
        const names = new Set(made.map((each) => textOf(each, "branch")));
        const foreign = list
            // One of the outermost group stands beside the project's own of that name.
            .filter((rule) => rule["inherited"] === true || !names.has(String(rule["name"])))
            .map((rule) => {
                const pattern = String(rule["name"]);
                const covered = made.filter((each) => covers(pattern, textOf(each, "branch")));
                const opened = covered.some((each) => {
                    const { push, merge } = wantedOf(each);
                    return (
                        opens(push, grantText(rule["push_access_levels"], ids)) ||
                        opens(merge, grantText(rule["merge_access_levels"], ids)) ||
                        (rule["allow_force_push"] === true && open(property(each, "allowForcePush")) !== true)
                    );
                });
                return this.undeclared(
                    "protectedBranch",
                    pattern,
                    opened ? "access" : "secret",
                    `protected_branches/${encodeURIComponent(pattern)}`,
                    {
                        ...(rule["inherited"] === true ? { mend: this.groupRule(pattern) } : {}),
                        differences: facts({
                            inherited: rule["inherited"] === true ? this.topGroup : "",
                            push: grantText(rule["push_access_levels"], ids).join(", "),
                            merge: grantText(rule["merge_access_levels"], ids).join(", "),
                            matches: covered.map((each) => textOf(each, "branch")).join(", "),
                        }),
                        remark: opened ? "opensBranch" : "givesVariables",
                    },
                );
            });
        return [...declared, ...foreign];
    }

    /** The outermost group, which alone can have protections that its projects inherit. */
    private get topGroup(): string {
        return this.place.path.split("/")[0] ?? "";
    }

    private groupRule(pattern: string): string {
        return this.apiCall(
            "DELETE",
            `groups/${encodeURIComponent(this.topGroup)}/protected_branches/${encodeURIComponent(pattern)}`,
        );
    }

    private protectedTags(): Finding[] {
        const { ids } = this.context;
        const { protectedTags: list } = this.place;
        if (list === undefined) {
            return [];
        }
        const made = this.of(types.protectedTag);
        const declared = made.flatMap((each) => {
            const tag = textOf(each, "tag");
            const found = list.find((rule) => rule["name"] === tag);
            if (found === undefined) {
                return [this.missing("protectedTag", tag, "access")];
            }
            const grants = grantsOf(each, "createAccessLevel", "allowedToCreates", ids) ?? [];
            return this.changed(
                "protectedTag",
                tag,
                "access",
                difference(
                    "create",
                    grants.join(", "),
                    grantText(found["create_access_levels"], ids).join(", "),
                ),
            );
        });
        const names = new Set(made.map((each) => textOf(each, "tag")));
        const foreign = list
            .filter((rule) => !names.has(String(rule["name"])))
            .map((rule) => {
                const pattern = String(rule["name"]);
                const overlaps = made.some((each) => {
                    const tag = textOf(each, "tag");
                    return covers(pattern, tag) || covers(tag, pattern);
                });
                return this.undeclared(
                    "protectedTag",
                    pattern,
                    overlaps ? "access" : "secret",
                    `protected_tags/${encodeURIComponent(pattern)}`,
                    {
                        differences: facts({
                            create: grantText(rule["create_access_levels"], ids).join(", "),
                        }),
                        remark: overlaps ? "opensTag" : "givesVariables",
                    },
                );
            });
        return [...declared, ...foreign];
    }

    private environments(): Finding[] {
        const { environments: list } = this.place;
        return list === undefined
            ? []
            : this.of(types.environment).flatMap((each) => {
                  const name = textOf(each, "name");
                  const found = list.find((environment) => environment["name"] === name);
                  return found === undefined
                      ? [this.missing("environment", name, "delivery")]
                      : this.changed(
                            "environment",
                            name,
                            "delivery",
                            property(each, "tier") === undefined || found["tier"] === undefined
                                ? []
                                : difference("tier", property(each, "tier"), found["tier"]),
                        );
              });
    }

    private files(): Finding[] {
        return this.place.files.flatMap(({ branch, path, gone, commit, author, when }) => {
            const rest: Partial<Finding> = {
                ...(author === undefined ? {} : { who: author }),
                ...(when === undefined ? {} : { when }),
                mend:
                    commit === undefined
                        ? this.context.mend
                        : `git revert ${word(commit)}  # on ${branch} of ${this.place.path}`,
                adopt: this.context.mend,
            };
            const name = `${path} (${branch})`;
            return gone ? [this.missing("file", name, "review", rest)] : this.edited(name, rest, commit);
        });
    }

    private edited(name: string, rest: Partial<Finding>, commit: string | undefined): Finding[] {
        return this.changed("file", name, "review", facts({ commit: commit?.slice(0, 8) }), {
            ...rest,
            remark: "edited",
        });
    }

    /** What only a licence has. */
    private licensed(): Finding[] {
        const { ids } = this.context;
        const { approvalRules, approvals, pushRules, protectedEnvironments } = this.place;
        return [
            ...(approvalRules === undefined
                ? []
                : this.of(types.approvalRule).flatMap((each) => {
                      const name = textOf(each, "name");
                      const found = approvalRules.find((rule) => rule["name"] === name);
                      return found === undefined
                          ? [this.missing("approvalRule", name, "review")]
                          : this.changed("approvalRule", name, "review", [
                                ...difference(
                                    "approvalsRequired",
                                    property(each, "approvalsRequired"),
                                    found["approvals_required"],
                                ),
                                ...difference(
                                    "users",
                                    named(property(each, "userIds"), "user", ids),
                                    named(idsIn(found["users"]), "user", ids),
                                ),
                                ...difference(
                                    "groups",
                                    named(property(each, "groupIds"), "group", ids),
                                    named(idsIn(found["groups"]), "group", ids),
                                ),
                                ...(property(each, "appliesToAllProtectedBranches") === undefined ||
                                found["applies_to_all_protected_branches"] === undefined
                                    ? []
                                    : difference(
                                          "appliesToAllProtectedBranches",
                                          property(each, "appliesToAllProtectedBranches"),
                                          found["applies_to_all_protected_branches"],
                                      )),
                                ...difference(
                                    "protectedBranches",
                                    named(property(each, "protectedBranchIds"), "branch", ids),
                                    named(idsIn(found["protected_branches"]), "branch", ids),
                                ),
                            ]);
                  })),
            ...this.one(types.approvals, "approvals", approvals, approvalFields),
            ...this.one(types.pushRules, "pushRules", pushRules, pushRuleFields),
            ...(protectedEnvironments === undefined
                ? []
                : this.of(types.protectedEnvironment).flatMap((each) => {
                      const name = textOf(each, "environment");
                      const found = protectedEnvironments.find((environment) => environment["name"] === name);
                      return found === undefined
                          ? [this.missing("protectedEnvironment", name, "review")]
                          : this.changed("protectedEnvironment", name, "review", [
                                ...difference(
                                    "deploy",
                                    (
                                        grantsOf(each, undefined, "deployAccessLevelsAttributes", ids) ??
                                        grantsOf(each, undefined, "deployAccessLevels", ids) ??
                                        []
                                    ).join(", "),
                                    grantText(found["deploy_access_levels"], ids).join(", "),
                                ),
                                ...difference(
                                    "approvals",
                                    approvalText(
                                        open(each.inputs["approvalRules"]),
                                        "requiredApprovals",
                                        ids,
                                    ),
                                    approvalText(found["approval_rules"], "required_approvals", ids),
                                ),
                            ]);
                  })),
        ];
    }

    private one(
        type: string,
        noun: "approvals" | "pushRules",
        found: Raw | null | undefined,
        fields: readonly (readonly [string, string])[],
    ): Finding[] {
        const [made] = this.of(type);
        if (made === undefined || found === undefined) {
            return [];
        }
        // Push rules that were never made, or deleted, are a null.
        return found === null || Object.keys(found).length === 0
            ? [this.missing(noun, this.place.path, "review")]
            : this.changed(
                  noun,
                  this.place.path,
                  "review",
                  fields.flatMap(([key, field]) =>
                      property(made, key) === undefined || found[field] === undefined
                          ? []
                          : difference(key, property(made, key), found[field]),
                  ),
              );
    }
}

function idsIn(value: unknown): unknown[] {
    return Array.isArray(value) ? (value as Raw[]).map((each) => each["id"]) : [];
}

/** Sorted; the same numbers give the same text. */
function named(value: unknown, kind: IdKind, ids: Ids): string {
    const plain = open(value);
    return Array.isArray(plain)
        ? (plain as unknown[])
              .map((id) => nameOf(ids, kind, id))
              .sort(compare)
              .join(", ")
        : "";
}

function approvalText(value: unknown, key: string, ids: Ids): string {
    return Array.isArray(value)
        ? (value as Raw[])
              .map((rule) => `${String(rule[key])} of ${grantText([rule], ids).join(", ")}`)
              .sort()
              .join("; ")
        : "";
}
