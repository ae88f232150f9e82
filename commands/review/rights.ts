/** Who may do what after a change that could not before, and the other way round. Pure. */
import type { Language } from "../../estate/model";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "./change";
import { gateChange, namedIn } from "./gates";
import { code, counted, listed, nounOf, tally } from "./nouns";
import type { Names } from "./names";
import { isThere, type Both, type Standing } from "./standing";

/** One right that somebody gets or loses, as a sentence. */
export interface RightChange {
    readonly kind: "gains" | "loses" | "changes";
    /** Whether it takes a protection away. */
    readonly loosens: boolean;
    readonly text: string;
}

/** What happens to the people of an estate, by name. */
export interface PeopleChange {
    /** In a team now, in none before. */
    readonly joined: readonly string[];
    /** In none now. */
    readonly left: readonly string[];
    /** With other teams or roles. */
    readonly moved: readonly string[];
}

/** Who joins, who leaves. */
export function peopleChange({ before, after }: Both<Standing>): PeopleChange {
    const all = [...new Set([...before.people.keys(), ...after.people.keys()])].sort();
    const roles = (side: Standing, person: string): string =>
        JSON.stringify([...(side.people.get(person) ?? [])].sort());
    return {
        joined: all.filter((person) => !before.people.has(person)),
        left: all.filter((person) => !after.people.has(person)),
        moved: all.filter(
            (person) =>
                before.people.has(person) &&
                after.people.has(person) &&
                roles(before, person) !== roles(after, person),
        ),
    };
}

interface Context {
    readonly changes: readonly Change[];
    readonly both: Both<Standing>;
    readonly names: Names;
    readonly language: Language;
    /** App an object belongs to. */
    readonly appOf: (each: Change) => string | undefined;
}

/** Everything about rights, the loosened first. */
export function rightChanges(context: Context): RightChange[] {
    const found = [
        ...people(context),
        ...protections(context),
        ...openings(context),
        ...accounts(context),
        ...clusterRights(context),
        ...engineProjects(context),
        ...engineRoles(context),
    ];
    const order = ["loses", "gains", "changes"];
    return found
        .map((each, index) => ({ each, index }))
        .sort(
            (a, b) =>
                Number(b.each.loosens) - Number(a.each.loosens) ||
                order.indexOf(a.each.kind) - order.indexOf(b.each.kind) ||
                a.index - b.index,
        )
        .map(({ each }) => each);
}

const roleWords: Readonly<Record<string, readonly [string, string]>> = {
    owner: ["owner", "所有者"],
    maintainer: ["maintainer", "维护者"],
    developer: ["developer", "开发者"],
    reporter: ["reporter", "报告者"],
    guest: ["guest", "访客"],
    "no one": ["nobody", "任何人都不能"],
    admin: ["administrators", "管理员"],
};

const roleIn = (role: string, language: Language): string =>
    roleWords[role]?.[language === "zh" ? 1 : 0] ?? role;

function people({ both, language }: Context): RightChange[] {
    const { before, after } = both;
    const zh = language === "zh";
    const change = peopleChange(both);
    const rolesOf = (side: Standing, person: string): string =>
        listed(
            [...(side.people.get(person) ?? [])]
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([team, role]) =>
                    zh
                        ? `团队 ${code(team)} 的${roleIn(role, language)}`
                        : `${roleIn(role, language)} in team ${code(team)}`,
                ),
            language,
        );
    return [
        ...change.left.map((person): RightChange => ({
            kind: "loses",
            loosens: false,
            text: zh
                ? `${code(person)} 失去访问权限：此前是${rolesOf(before, person)}，此后不属于任何团队`
                : `${code(person)} loses access: was ${rolesOf(before, person)}, and is in no team any more`,
        })),
        ...change.joined.map((person): RightChange => ({
            kind: "gains",
            loosens: false,
            text: zh
                ? `${code(person)} 获得访问权限：${rolesOf(after, person)}`
                : `${code(person)} gets access: ${rolesOf(after, person)}`,
        })),
        ...change.moved.map((person): RightChange => ({
            kind: "changes",
            loosens: false,
            text: zh
                ? `${code(person)}：此前是${rolesOf(before, person)}，此后是${rolesOf(after, person)}`
                : `${code(person)} was ${rolesOf(before, person)}, and becomes ${rolesOf(after, person)}`,
        })),
    ];
}

/** Lower is stricter. */
const rank = (role: string): number =>
    ["no one", "someone named", "admin", "owner", "maintainer", "developer"].indexOf(role);

/** Who may do one thing to a branch: the widest role, and who is named. */
function allowed(properties: Properties, single: string, list: string): string {
    const entries = listOf(properties[list]).map(mapOf);
    const roles = [
        textOf(properties[single]),
        ...entries.map((each) =>
            namedIn([each]).length === 0 ? textOf(each["accessLevel"]) : "someone named",
        ),
    ].filter((role): role is string => role !== undefined);
    return roles.sort((a, b) => rank(b) - rank(a))[0] ?? "maintainer";
}

interface Rule {
    readonly label: readonly [string, string];
    readonly role: string;
    /** Who may by name, beside the role. */
    readonly named: readonly string[];
    /** Those of them that are deploy keys. */
    readonly keys: readonly string[];
}

function rulesOf(each: Change, properties: Properties): Rule[] {
    const rule = (label: Rule["label"], single: string, list: string): Rule => ({
        label,
        role: allowed(properties, single, list),
        named: namedIn(properties[list]),
        keys: namedIn(listOf(properties[list]).filter((entry) => mapOf(entry)["deployKeyId"] !== undefined)),
    });
    if (kindOf(each.type) === "TagProtection") {
        return [rule(["create it", "创建"], "createAccessLevel", "allowedToCreates")];
    }
    const asked = [each.before, each.after].some((side) => listOf(side?.["allowedToUnprotects"]).length > 0);
    return [
        rule(["push", "推送"], "pushAccessLevel", "allowedToPushes"),
        rule(["merge", "合并"], "mergeAccessLevel", "allowedToMerges"),
        {
            label: ["rewrite its history", "改写历史"],
            role: properties["allowForcePush"] === true ? "developer" : "no one",
            named: [],
            keys: [],
        },
        // Where nobody says who may, nobody needs to read of it.
        ...(asked ? [rule(["unprotect it", "取消保护"], "unprotectAccessLevel", "allowedToUnprotects")] : []),
    ];
}

/** How one rule of a branch changes; undefined when it does not. */
function ruleChange(was: Rule, is: Rule, at: 0 | 1): { loosens: boolean; text: string } | undefined {
    const zh = at === 1;
    const more = is.named.filter((name) => !was.named.includes(name));
    const less = was.named.filter((name) => !is.named.includes(name));
    if (was.role === is.role && more.length === 0 && less.length === 0) {
        return undefined;
    }
    const role = (of: Rule): string => wide[of.role]?.[at] ?? of.role;
    const list = (names: readonly string[]): string => listed(names.map(code), zh ? "zh" : "en", 20);
    const parts = [
        ...(was.role === is.role ? [] : [`${role(was)} → ${role(is)}`]),
        ...(more.length === 0 ? [] : [zh ? `增加 ${list(more)}` : `also ${list(more)}`]),
        ...(less.length === 0 ? [] : [zh ? `不再包括 ${list(less)}` : `no longer ${list(less)}`]),
    ];
    // Whoever pushes or merges is a developer at least, but for deploy keys: where developers may, no name adds anybody.
    // Of a role that nobody knows it cannot be said that it is stricter.
    const known = rank(was.role) >= 0 && rank(is.role) >= 0;
    return {
        loosens:
            more.some((name) => was.role !== "developer" || is.keys.includes(name)) ||
            (was.role !== is.role && (!known || rank(is.role) > rank(was.role))),
        text: `${is.label[at]}${zh ? "：" : ": "}${parts.join(zh ? "，" : ", ")}`,
    };
}

/** Whether code owners must approve what they own. */
function ownersChange(was: Properties, is: Properties, zh: boolean): ReturnType<typeof ruleChange> {
    const [before, now] = [was, is].map((side) => side["codeOwnerApprovalRequired"] === true);
    if (before === now) {
        return undefined;
    }
    return {
        loosens: now !== true,
        text: zh
            ? `代码所有者批准：${now === true ? "开始要求" : "不再要求"}`
            : `approval by code owners: ${now === true ? "needed from now on" : "needed no more"}`,
    };
}

const wide: Readonly<Record<string, readonly [string, string]>> = {
    "no one": ["nobody", "任何人都不能"],
    "someone named": ["named accounts only", "仅指定账号"],
    admin: ["administrators", "管理员"],
    owner: ["owners", "所有者"],
    maintainer: ["maintainers", "维护者"],
    developer: ["developers and maintainers", "开发者和维护者"],
};

/** Protections of branches, tags and environments, and approvals, where the repository is there before and after. */
function protections({ changes, names, language }: Context): RightChange[] {
    const zh = language === "zh";
    const at: 0 | 1 = zh ? 1 : 0;
    const stays = (each: Change): boolean => {
        const repository = names.containerOf(each);
        return repository === undefined || (isThere(repository, "before") && isThere(repository, "after"));
    };
    const says = (each: Rule): string =>
        zh
            ? `${each.label[at]}：${wide[each.role]?.[at] ?? each.role}`
            : `${each.label[at]}: ${wide[each.role]?.[at] ?? each.role}`;
    return changes.flatMap((each): RightChange[] => {
        const kind = kindOf(each.type);
        if (each.kind === "same" || !stays(each)) {
            return [];
        }
        if (kind === "BranchProtection" || kind === "TagProtection") {
            const what = kind === "TagProtection" ? (zh ? "标签" : "tag") : zh ? "分支" : "branch";
            const subject = `${what} ${names.name(each)}`;
            if (each.before === undefined) {
                return [
                    {
                        kind: "changes",
                        loosens: false,
                        text: zh
                            ? `${subject} 开始受保护（${rulesOf(each, each.after ?? {})
                                  .map(says)
                                  .join("；")}）`
                            : `${subject} becomes protected (${rulesOf(each, each.after ?? {})
                                  .map(says)
                                  .join("; ")})`,
                    },
                ];
            }
            if (each.after === undefined) {
                return each.kind === "forget"
                    ? []
                    : [
                          {
                              kind: "gains",
                              loosens: true,
                              text: zh
                                  ? `${subject} 不再受保护：开发者可以直接推送并改写历史`
                                  : `${subject} is protected no more: developers may push to it and rewrite its history`,
                          },
                      ];
            }
            const now = rulesOf(each, each.after);
            const parts = [
                ...rulesOf(each, each.before).map((was, index) => {
                    const is = now[index];
                    return is === undefined ? undefined : ruleChange(was, is, at);
                }),
                ownersChange(each.before, each.after, zh),
            ].filter((part) => part !== undefined);
            if (parts.length === 0) {
                return [];
            }
            const loosens = parts.some((part) => part.loosens);
            const told = parts.map(({ text }) => text).join(zh ? "；" : "; ");
            const verdict = loosens ? (zh ? "放宽" : "is loosened") : zh ? "收紧" : "is tightened";
            return [
                {
                    kind: loosens ? "gains" : "loses",
                    loosens,
                    text: zh
                        ? `${subject} 的保护${verdict}：${told}`
                        : `the protection of ${subject} ${verdict}: ${told}`,
                },
            ];
        }
        if (
            [
                "ProjectApprovalRule",
                "ProjectLevelMrApprovals",
                "ProjectProtectedEnvironment",
                "ProjectPushRules",
            ].includes(kind)
        ) {
            return [approval(each, names, zh)];
        }
        return [];
    });
}

interface Opening {
    readonly kind: RegExp;
    readonly property: string;
    /** Whether the change of the value opens something. */
    readonly opens: (was: unknown, is: unknown) => boolean;
    readonly text: readonly [string, string];
}

const off = (was: unknown, is: unknown): boolean => was === true && is !== true;
const on = (was: unknown, is: unknown): boolean => was !== true && is === true;
const visible = ["private", "internal", "public"];

/** Settings whose change lets more people in, or holds less back. */
const settings: readonly Opening[] = [
    {
        kind: /^gitlab:.*:(Project|Group)$/,
        property: "visibilityLevel",
        opens: (was, is) => visible.indexOf(String(is)) > visible.indexOf(String(was)),
        text: ["more people can see it", "更多人可以看到它"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "public",
        opens: on,
        text: ["everybody can pull its images", "任何人都可以拉取其镜像"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "forceDestroy",
        opens: on,
        text: ["it can be deleted with its images", "可以连同镜像一起删除"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "vulnerabilityScanning",
        opens: off,
        text: ["pushed images are not scanned any more", "推送的镜像不再扫描漏洞"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfPipelineSucceeds",
        opens: off,
        text: ["merges no longer wait for a pipeline that succeeds", "合并不再要求流水线成功"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfAllDiscussionsAreResolved",
        opens: off,
        text: ["merges no longer wait for open discussions", "合并不再要求讨论全部解决"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "protected",
        opens: off,
        text: ["pipelines of any branch get it", "任何分支的流水线都能得到它"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "masked",
        opens: off,
        text: ["job logs may show it", "作业日志可能显示它"],
    },
    {
        kind: /:ProjectHook$/,
        property: "enableSslVerification",
        opens: off,
        text: ["the receiver's certificate is not verified any more", "不再验证接收方证书"],
    },
];

/** Settings that are opened on objects that stay. */
function openings({ changes, names, language }: Context): RightChange[] {
    const zh = language === "zh";
    const at = zh ? 1 : 0;
    const opened = (each: Change, text: readonly [string, string]): RightChange => ({
        kind: "gains",
        loosens: true,
        text: `${names.titled(each)}${zh ? "：" : ": "}${text[at]}`,
    });
    return changes.flatMap((each): RightChange[] => {
        const container = names.containerOf(each);
        const stays =
            container === undefined ||
            (isThere(container, "before") && isThere(container, "after") && container.kind !== "replace");
        if (each.kind === "delete" && stays && kindOf(each.type) === "ImmutableTagRule") {
            return [opened(each, ["goes away, so that tags can be overwritten", "被移除，标签可以被覆盖"])];
        }
        if (each.kind === "delete" && stays && kindOf(each.type) === "NetworkPolicy") {
            return [
                opened(each, [
                    "goes away, so that pods of other environments can connect",
                    "被移除，其他环境的 Pod 可以连接",
                ]),
            ];
        }
        const { before, after } = each;
        return before === undefined || after === undefined || each.kind === "same"
            ? []
            : settings
                  .filter(
                      ({ kind, property, opens }) =>
                          kind.test(each.type) && opens(before[property], after[property]),
                  )
                  .map(({ text }) => opened(each, text));
    });
}

function approval(each: Change, names: Names, zh: boolean): RightChange {
    const title = names.titled(each);
    if (each.before === undefined) {
        const count = each.after?.["approvalsRequired"];
        return {
            kind: "changes",
            loosens: false,
            text: zh
                ? `新增${title}${typeof count === "number" ? `：需要 ${count} 人批准` : ""}`
                : `new: ${title}${typeof count === "number" ? `, which asks for ${count} approval${count === 1 ? "" : "s"}` : ""}`,
        };
    }
    if (each.after === undefined) {
        return {
            kind: "gains",
            loosens: true,
            text: zh
                ? `${title} 被移除，不再约束合并`
                : `${title} goes away, and holds nothing back any more`,
        };
    }
    const { told, verdict } = gateChange(each.before, each.after);
    if (verdict === undefined) {
        return {
            kind: "changes",
            loosens: false,
            text: zh
                ? `${title} 有变化（${each.changed.join("、")}）`
                : `${title} changes (${each.changed.join(", ")})`,
        };
    }
    const loosens = verdict === "loosened";
    const [was, is] = [each.before["approvalsRequired"], each.after["approvalsRequired"]];
    const counted =
        told.length === 1 && typeof was === "number" && typeof is === "number" && was !== is
            ? zh
                ? `所需批准 ${was} → ${is}`
                : `approvals needed ${was} → ${is}`
            : undefined;
    const hints = loosens ? reasons(each.before, each.after, zh) : [];
    const text = [counted ?? told.join(zh ? "；" : "; "), ...hints].join(zh ? "；" : "; ");
    return {
        kind: loosens ? "gains" : "loses",
        loosens,
        text:
            counted !== undefined
                ? `${title}${zh ? "：" : ": "}${text}`
                : zh
                  ? `${title} ${loosens ? "放宽" : "收紧"}：${text}`
                  : `${title} is ${verdict}: ${text}`,
    };
}

/** What the commonest switches mean. */
function reasons(was: Properties, is: Properties, zh: boolean): string[] {
    return [
        ...(on(was["mergeRequestsAuthorApproval"], is["mergeRequestsAuthorApproval"])
            ? [zh ? "作者可以批准自己的合并请求" : "authors may approve their own merge requests"]
            : []),
        ...(off(was["resetApprovalsOnPush"], is["resetApprovalsOnPush"])
            ? [zh ? "再次推送后批准仍然有效" : "approvals stay after another push"]
            : []),
    ];
}

/** What is told as a right, and not as a thing that is deleted. */
const rightKinds = [
    "GroupMembership",
    "BranchProtection",
    "TagProtection",
    "ProjectApprovalRule",
    "ProjectLevelMrApprovals",
    "ProjectProtectedEnvironment",
    "ProjectPushRules",
    "RoleBinding",
    "ClusterRoleBinding",
    "ImmutableTagRule",
    "NetworkPolicy",
];

/** Whether a change of an object is told as a right that comes or goes. */
export function isRight(each: Change): boolean {
    return isAccount(each) || rightKinds.includes(kindOf(each.type));
}

const accountKinds = [
    "RobotAccount",
    "ProjectAccessToken",
    "GroupAccessToken",
    "ProjectDeployToken",
    "GroupDeployToken",
    "DeployKey",
];

/** Whether an object is an account or a token of programs. */
export function isAccount({ type }: Change): boolean {
    return accountKinds.includes(kindOf(type));
}

/** Robots and tokens: those of new or gone apps are counted, others told one by one. */
function accounts({ changes, names, language, both, appOf }: Context): RightChange[] {
    const zh = language === "zh";
    const touched = changes.filter(
        (each) => isAccount(each) && ["create", "delete", "update"].includes(each.kind),
    );
    const whole = (each: Change): string | undefined => {
        const app = appOf(each);
        return app !== undefined && both.before.apps.has(app) === both.after.apps.has(app) ? undefined : app;
    };
    const grouped = new Map<string, Change[]>();
    const single: Change[] = [];
    for (const each of touched) {
        const app = whole(each);
        if (app === undefined) {
            single.push(each);
        } else {
            grouped.set(app, [...(grouped.get(app) ?? []), each]);
        }
    }
    return [
        ...[...grouped].map(([app, all]): RightChange => {
            const count = tally(
                all.map(({ type }) => type),
                language,
            );
            const gone = all[0]?.kind === "delete";
            return {
                kind: gone ? "loses" : "gains",
                loosens: false,
                text: zh
                    ? `应用 ${code(app)}：${gone ? "撤销" : "新建"} ${count}，供其流水线和集群使用`
                    : `for app ${code(app)} ${count} ${gone ? "end" : "are made"}, which its pipelines and clusters ${gone ? "used" : "use"}`,
            };
        }),
        ...single.map((each): RightChange => {
            const rights = permissionsOf(each, language);
            const suffix = rights === "" ? "" : zh ? `（${rights}）` : ` (${rights})`;
            if (each.kind === "update") {
                return {
                    kind: "changes",
                    loosens: false,
                    text: zh
                        ? `${names.titled(each)} 有变化：${each.changed.join("、")}${suffix}`
                        : `${names.titled(each)} changes: ${each.changed.join(", ")}${suffix}`,
                };
            }
            const gone = each.kind === "delete";
            return {
                kind: gone ? "loses" : "gains",
                loosens: false,
                text: zh
                    ? `${gone ? "撤销" : "新建"}${names.titled(each)}${suffix}`
                    : `${names.titled(each)} ${gone ? "ends" : "is new"}${suffix}`,
            };
        }),
    ];
}

/** What an account may do, in few words. */
function permissionsOf(each: Change, language: Language): string {
    const properties = each.after ?? each.before ?? {};
    const scopes = Array.isArray(properties["scopes"]) ? properties["scopes"] : [];
    const permissions = Array.isArray(properties["permissions"]) ? properties["permissions"].map(mapOf) : [];
    const told = permissions.map((permission) => {
        const accesses = Array.isArray(permission["accesses"]) ? permission["accesses"].map(mapOf) : [];
        const actions = accesses.map(({ action, resource }) =>
            resource === "repository" ? String(action) : `${String(action)} ${String(resource)}`,
        );
        return `${actions.join(", ")}: ${code(textOf(permission["namespace"]) ?? "*")}`;
    });
    return listed([...told, ...scopes.filter((scope) => typeof scope === "string").map(code)], language, 4);
}

/** Bindings and roles of clusters, but for those that come and go with a namespace. */
function clusterRights({ changes, names, language }: Context): RightChange[] {
    const zh = language === "zh";
    return changes.flatMap((each): RightChange[] => {
        const kind = kindOf(each.type);
        if (each.kind === "same" || !/^(Cluster)?Role(Binding)?$/.test(kind)) {
            return [];
        }
        const container = names.containerOf(each);
        if (container !== undefined && ["create", "delete", "replace"].includes(container.kind)) {
            return [];
        }
        if (kind.endsWith("Binding")) {
            const properties = each.after ?? each.before ?? {};
            const role = textOf(mapOf(properties["roleRef"])["name"]) ?? "?";
            const subjects = (Array.isArray(properties["subjects"]) ? properties["subjects"] : [])
                .map(mapOf)
                .map(({ name, namespace }) =>
                    code(
                        [textOf(namespace), textOf(name) ?? "?"]
                            .filter((part) => part !== undefined)
                            .join("/"),
                    ),
                );
            const who = listed(subjects, language, 4);
            const gone = each.after === undefined;
            return [
                {
                    kind: gone ? "loses" : each.before === undefined ? "gains" : "changes",
                    loosens: !gone && role === "cluster-admin",
                    text: zh
                        ? `${names.titled(each)}：${who} ${gone ? "失去" : "拥有"}角色 ${code(role)}`
                        : `${names.titled(each)}: ${who} ${gone ? "loses" : "has"} the role ${code(role)}`,
                },
            ];
        }
        if (each.before === undefined || each.after === undefined) {
            return [
                {
                    kind: each.after === undefined ? "loses" : "gains",
                    loosens: false,
                    text: zh
                        ? `${each.after === undefined ? "移除" : "新增"}${names.titled(each)}`
                        : `${names.titled(each)} ${each.after === undefined ? "goes away" : "is new"}`,
                },
            ];
        }
        const [was, is] = [ruleSet(each.before["rules"]), ruleSet(each.after["rules"])];
        const more = [...is].filter((rule) => !was.has(rule));
        const less = [...was].filter((rule) => !is.has(rule));
        return [
            ...(more.length === 0
                ? []
                : [
                      {
                          kind: "gains" as const,
                          loosens: more.some((rule) => rule.includes("*")),
                          text: zh
                              ? `${names.titled(each)} 增加权限：${listed(more.map(code), language)}`
                              : `${names.titled(each)} may also: ${listed(more.map(code), language)}`,
                      },
                  ]),
            ...(less.length === 0
                ? []
                : [
                      {
                          kind: "loses" as const,
                          loosens: false,
                          text: zh
                              ? `${names.titled(each)} 减少权限：${listed(less.map(code), language)}`
                              : `${names.titled(each)} may no longer: ${listed(less.map(code), language)}`,
                      },
                  ]),
        ];
    });
}

/** `create,delete networkpolicies`, by resource. */
function ruleSet(rules: unknown): Set<string> {
    const found = new Set<string>();
    for (const rule of Array.isArray(rules) ? rules.map(mapOf) : []) {
        const verbs = Array.isArray(rule["verbs"]) ? rule["verbs"].join(",") : "";
        const resources = Array.isArray(rule["resources"]) ? (rule["resources"] as unknown[]) : [];
        resources.forEach((resource) => found.add(`${verbs} ${String(resource)}`));
    }
    return found;
}

/** Where Argo CD's projects may deploy to, and from which repositories. */
function engineProjects({ changes, names, language }: Context): RightChange[] {
    const zh = language === "zh";
    const at = (place: string): string => (zh ? place.replace(/^(\S+) on (\S+)$/, "$2/$1") : place);
    return changes.flatMap((each): RightChange[] => {
        if (kindOf(each.type) !== "AppProject" || each.before === undefined || each.after === undefined) {
            return [];
        }
        const [was, is] = [reachOf(each.before), reachOf(each.after)];
        const more = [...is].filter((place) => !was.has(place)).sort();
        const less = [...was].filter((place) => !is.has(place)).sort();
        return [
            ...(more.length === 0
                ? []
                : [
                      {
                          kind: "gains" as const,
                          loosens: more.some((place) => place.includes("*")),
                          text: zh
                              ? `${names.titled(each)} 还可以使用：${listed(more.map(at).map(code), language)}`
                              : `${names.titled(each)} may also use ${listed(more.map(code), language)}`,
                      },
                  ]),
            ...(less.length === 0
                ? []
                : [
                      {
                          kind: "loses" as const,
                          loosens: false,
                          text: zh
                              ? `${names.titled(each)} 不再可以使用：${listed(less.map(at).map(code), language)}`
                              : `${names.titled(each)} may no longer use ${listed(less.map(code), language)}`,
                      },
                  ]),
        ];
    });
}

function reachOf(properties: Properties): Set<string> {
    const spec = mapOf(properties["spec"]);
    const destinations = Array.isArray(spec["destinations"]) ? spec["destinations"].map(mapOf) : [];
    const kinds = ["clusterResourceWhitelist", "namespaceResourceWhitelist"].flatMap((list) =>
        (Array.isArray(spec[list]) ? spec[list] : [])
            .map(mapOf)
            .map(({ group, kind }) => `${String(kind)}${group === "" ? "" : `.${String(group)}`}`),
    );
    return new Set([
        ...(Array.isArray(spec["sourceRepos"]) ? spec["sourceRepos"].map(String) : []),
        ...destinations.map(
            ({ name, server, namespace }) =>
                `${textOf(namespace) ?? "*"} on ${textOf(name) ?? textOf(server) ?? "*"}`,
        ),
        ...kinds,
    ]);
}

/** Lines of Argo CD's policy that come and go. */
function engineRoles({ changes, language }: Context): RightChange[] {
    const zh = language === "zh";
    const lines = (properties: Properties | undefined): string[] =>
        (textOf(mapOf(properties?.["data"])["policy.csv"]) ?? "")
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => line !== "");
    const map = changes.find(
        (each) =>
            kindOf(each.type) === "ConfigMap" &&
            mapOf((each.after ?? each.before ?? {})["metadata"])["name"] === "argocd-rbac-cm",
    );
    if (map?.before === undefined || map.after === undefined) {
        return [];
    }
    const [was, is] = [lines(map.before), lines(map.after)];
    const told = (kind: "gains" | "loses", found: readonly string[]): RightChange[] => {
        const roles = found.filter((line) => line.startsWith("g,"));
        const rules = found.length - roles.length;
        const lines = roles.map((line): RightChange => {
            const [, who = "", role = ""] = line.split(",").map((part) => part.trim());
            const name = role.replace(/^role:/, "");
            return {
                kind,
                loosens: kind === "gains" && name === "admin",
                text: zh
                    ? `${code(who)} 在 Argo CD 中${kind === "gains" ? "获得" : "失去"}角色 ${code(name)}`
                    : `${code(who)} ${kind === "gains" ? "gets" : "loses"} the role ${code(name)} in Argo CD`,
            };
        });
        return rules === 0
            ? lines
            : [
                  ...lines,
                  {
                      kind,
                      loosens: false,
                      text: zh
                          ? `Argo CD 的角色权限${kind === "gains" ? "增加" : "减少"} ${rules} 条规则`
                          : `${rules} rule${rules === 1 ? "" : "s"} of Argo CD's roles ${kind === "gains" ? "come" : "go"}${rules === 1 ? "s" : ""}`,
                  },
              ];
    };
    return [
        ...told(
            "gains",
            is.filter((line) => !was.includes(line)),
        ),
        ...told(
            "loses",
            was.filter((line) => !is.includes(line)),
        ),
    ];
}

/** Robots and tokens that are made anew: their old passwords end. */
export function renewed(changes: readonly Change[], names: Names, language: Language): string | undefined {
    const found = changes.filter((each) => isAccount(each) && each.kind === "replace");
    if (found.length === 0) {
        return undefined;
    }
    const zh = language === "zh";
    const list = listed(
        found.map((each) => names.name(each)),
        language,
        4,
    );
    const [first] = found;
    const count =
        first !== undefined && found.every(({ type }) => type === first.type)
            ? counted(found.length, nounOf(first.type), language)
            : tally(
                  found.map(({ type }) => type),
                  language,
              );
    return zh
        ? `重新生成 ${count}：${list}。旧密码失效；本平台使用它们的地方会自动更新；在别处使用的需要自行更换。`
        : `${count} made anew: ${list}. The old passwords end. Where the estate uses them the new ones are put; whoever copied one elsewhere has to do it again.`;
}
