/** How protections of branches and tags let other people in than before. Pure. */
import type { Language } from "../../../estate/model";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "../change";
import { code, listed } from "../noun";
import { isThere } from "../snapshot";
import { approval, isApproval } from "./approvals";
import { namedIn } from "./gates";
import type { RightChange, RightContext } from "./right";

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

/** A protection that the stack did not have; one that is on GitLab from before is no new one. */
function becomesProtected(subject: string, { kind }: Change, rules: string, zh: boolean): string {
    return kind === "adopt"
        ? zh
            ? `${subject} 的保护早已存在，更新之后为：${rules}`
            : `${subject} is protected from before, and after the update so: ${rules}`
        : zh
          ? `${subject} 开始受保护（${rules}）`
          : `${subject} becomes protected (${rules})`;
}

/** How the protection of a branch or tag changes, in words; undefined where it lets the same people in. */
export function protectionChange(
    each: Change,
    language: Language,
): { readonly loosens: boolean; readonly text: string } | undefined {
    const { before = {}, after = {} } = each;
    const zh = language === "zh";
    const now = rulesOf(each, after);
    const parts = [
        ...rulesOf(each, before).map((was, index) => {
            const is = now[index];
            return is === undefined ? undefined : ruleChange(was, is, zh ? 1 : 0);
        }),
        ownersChange(before, after, zh),
    ].filter((part) => part !== undefined);
    return parts.length === 0
        ? undefined
        : {
              loosens: parts.some((part) => part.loosens),
              text: parts.map(({ text }) => text).join(zh ? "；" : "; "),
          };
}

/** Protections of branches, tags and environments, and approvals, where the repository is there before and after. */
export function protections({ changes, names, language, appOf }: RightContext): RightChange[] {
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
                        text: becomesProtected(
                            subject,
                            each,
                            rulesOf(each, each.after ?? {})
                                .map(says)
                                .join(zh ? "；" : "; "),
                            zh,
                        ),
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
            const [was, is] = [each.before, each.after].map((side) => patternOf(side));
            if (was !== is) {
                return [
                    {
                        kind: "changes",
                        loosens: true,
                        text: zh
                            ? `${what} ${code(is ?? "")}（属于 ${code(names.repositoryOf(each) ?? each.name)}）受保护，而 ${code(was ?? "")} 不再受保护`
                            : `${what} ${code(is ?? "")} of ${code(names.repositoryOf(each) ?? each.name)} is protected instead of ${code(was ?? "")}, which is protected no more`,
                    },
                ];
            }
            const change = protectionChange(each, language);
            if (change === undefined) {
                return [];
            }
            const { loosens, text: wording } = change;
            const verdict = loosens ? (zh ? "放宽" : "is loosened") : zh ? "收紧" : "is tightened";
            return [
                {
                    kind: loosens ? "gains" : "loses",
                    loosens,
                    tightens: !loosens,
                    text: zh
                        ? `${subject} 的保护${verdict}：${wording}`
                        : `the protection of ${subject} ${verdict}: ${wording}`,
                },
            ];
        }
        if (isApproval(each)) {
            // What is on the server as before holds back as before.
            return each.kind === "forget" || each.kind === "adopt"
                ? []
                : [approval(each, { names, language, appOf })];
        }
        return [];
    });
}

/** The branch or tags that a protection is about, where that is known. */
export function patternOf(side: Properties | undefined): string | undefined {
    return textOf(side?.["branch"]) ?? textOf(side?.["tag"]);
}
