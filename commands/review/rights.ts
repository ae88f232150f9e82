/** What people may do after a change that they could not before, and the other way round, and what holds them back. Pure. */
import { isDeepStrictEqual } from "node:util";
import { approvalsJob, approvalsVariable } from "../../estate/approvals";
import type { Language } from "../../estate/model";
import { given } from "../../estate/plain";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "./change";
import { startChanges } from "./deliveries";
import { gateChange, namedIn } from "./gates";
import { code, listed } from "./noun";
import { isAccount, programRights } from "./programRights";
import type { RightChange, RightContext } from "./right";
import { isThere, type Both, type Snapshot } from "./snapshot";

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
export function peopleChange({ before, after }: Both<Snapshot>): PeopleChange {
    const all = [...new Set([...before.people.keys(), ...after.people.keys()])].sort();
    const roles = (side: Snapshot, person: string): string =>
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

/** Everything about rights, the loosened first, then people. */
export function rightChanges(context: RightContext): RightChange[] {
    const found = [
        ...people(context),
        ...otherOwners(context),
        ...startChanges(context),
        ...protections(context),
        ...openings(context),
        ...mergeGates(context),
        ...programRights(context),
    ];
    const order = ["loses", "gains", "changes"];
    return found
        .map((each, index) => ({ each, index }))
        .sort(
            (a, b) =>
                Number(b.each.loosens) - Number(a.each.loosens) ||
                Number(b.each.ofPeople ?? false) - Number(a.each.ofPeople ?? false) ||
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

function people({ both, language }: RightContext): RightChange[] {
    const { before, after } = both;
    const zh = language === "zh";
    const change = peopleChange(both);
    const rolesOf = (side: Snapshot, person: string): string =>
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
    const said = (kind: RightChange["kind"], text: string): RightChange => ({
        kind,
        loosens: false,
        ofPeople: true,
        text,
    });
    return [
        ...change.left.map((person) =>
            said(
                "loses",
                zh
                    ? `${code(person)} 失去访问权限：此前是${rolesOf(before, person)}，此后不属于任何团队`
                    : `${code(person)} loses access: was ${rolesOf(before, person)}, and is in no team any more`,
            ),
        ),
        ...change.joined.map((person) =>
            said(
                "gains",
                zh
                    ? `${code(person)} 获得访问权限：${rolesOf(after, person)}`
                    : `${code(person)} gets access: ${rolesOf(after, person)}`,
            ),
        ),
        ...change.moved.map((person) => said("changes", moveOf(both, person, language, "whole"))),
    ];
}

/**
 * What happens to a person who stays: teams that are joined and left, other roles.
 *
 * @param much `whole`: with the role there was.
 */
export function moveOf(
    { before, after }: Both<Snapshot>,
    person: string,
    language: Language,
    much: "whole" | "short",
): string {
    const zh = language === "zh";
    const [was, is] = [before, after].map((side) => side.people.get(person) ?? new Map<string, string>());
    const teams = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
    const order = ["becomes", "joins", "leaves"];
    const steps = teams
        .flatMap((team): { readonly verb: string; readonly text: string }[] => {
            const [old, now] = [was?.get(team), is?.get(team)];
            const [from, to] = [old, now].map((role) => roleIn(role ?? "", language)) as [string, string];
            const name = code(team);
            if (old === now) {
                return [];
            }
            const before = much === "short" ? "" : zh ? `（原为${from}）` : ` (was ${from})`;
            return now === undefined
                ? [
                      {
                          verb: "leaves",
                          text: zh ? `离开团队 ${name}${before}` : `leaves team ${name}${before}`,
                      },
                  ]
                : old === undefined
                  ? [
                        {
                            verb: "joins",
                            text: zh ? `加入团队 ${name}，为${to}` : `joins team ${name} as ${to}`,
                        },
                    ]
                  : [
                        {
                            verb: "becomes",
                            text: zh
                                ? `在团队 ${name} 成为${to}${before}`
                                : `becomes ${to} in team ${name}${before}`,
                        },
                    ];
        })
        .sort((one, other) => order.indexOf(one.verb) - order.indexOf(other.verb))
        .map(({ text }) => text);
    return zh ? `${code(person)} ${steps.join("，并")}` : `${code(person)} ${listed(steps, language, 20)}`;
}

/** People whose rights come and go with an app that another team has: none of their memberships changes. */
function otherOwners({ both: { before, after }, language }: RightContext): RightChange[] {
    const zh = language === "zh";
    return [...after.owners].flatMap(([app, is]): RightChange[] => {
        const was = before.owners.get(app);
        if (was === undefined || was === is) {
            return [];
        }
        const role = (side: Snapshot, person: string, team: string): string | undefined =>
            side.people.get(person)?.get(team);
        const all = [...new Set([...before.people.keys(), ...after.people.keys()])].sort().map((person) => ({
            name: code(person),
            old: role(before, person, was),
            now: role(after, person, is),
        }));
        const part = (
            words: string,
            whose: (old: string | undefined, now: string | undefined) => boolean,
        ): string[] => {
            const found = all
                .filter(({ old, now }) => whose(old, now))
                .map(({ name, old, now }) => {
                    const title = roleIn(now ?? old ?? "", language);
                    return zh ? `${name}（${title}）` : `${name} (${title})`;
                });
            return found.length === 0 ? [] : [`${words}${listed(found, language, 20)}`];
        };
        const parts = [
            ...part(zh ? "失去权限：" : "lost by ", (old, now) => old !== undefined && now === undefined),
            ...part(zh ? "获得权限：" : "given to ", (old, now) => old === undefined && now !== undefined),
            ...part(
                zh ? "角色改变：" : "with another role for ",
                (old, now) => old !== undefined && now !== undefined && old !== now,
            ),
        ];
        return parts.length === 0
            ? []
            : [
                  {
                      kind: "changes",
                      loosens: false,
                      ofPeople: true,
                      text: zh
                          ? `应用 ${code(app)} 的代码仓库、群组和运行内容随团队改变归属：${parts.join("；")}`
                          : `access to the repositories of app ${code(app)} and to what runs of it goes with the team: ${parts.join("; ")}`,
                  },
              ];
    });
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
function protections({ changes, names, language, appOf }: RightContext): RightChange[] {
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
        if (
            [
                "ProjectApprovalRule",
                "ProjectLevelMrApprovals",
                "ProjectProtectedEnvironment",
                "ProjectPushRules",
            ].includes(kind)
        ) {
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

/** Merges that a job of the estate holds until they are approved, where GitLab's licence has nothing for it. */
function mergeGates({ changes, names, language, appOf }: RightContext): RightChange[] {
    const zh = language === "zh";
    const wantedBy = (side: Properties | undefined): Properties => {
        try {
            return mapOf(JSON.parse(textOf(side?.["value"]) ?? "{}"));
        } catch {
            return {};
        }
    };
    return changes.flatMap((each): RightChange[] => {
        const side = each.after ?? each.before ?? {};
        const repository = names.containerOf(each);
        if (
            kindOf(each.type) !== "ProjectVariable" ||
            side["key"] !== approvalsVariable ||
            each.kind === "same" ||
            (repository !== undefined && !(isThere(repository, "before") && isThere(repository, "after")))
        ) {
            return [];
        }
        const [was, is] = [wantedBy(each.before), wantedBy(isThere(each, "after") ? each.after : undefined)];
        const count = (of: Properties, branch: string): number => Number(of[branch] ?? 0);
        const where = code(names.repositoryOf(each) ?? each.name);
        return [...new Set([...Object.keys(was), ...Object.keys(is)])]
            .sort()
            .flatMap((branch): RightChange[] => {
                const [before, now] = [count(was, branch), count(is, branch)];
                if (before === now) {
                    return [];
                }
                const loosens = now < before;
                const people = `${now} maintainer${now === 1 ? "" : "s"}`;
                const gated = zh
                    ? `合并须先由 ${now} 名既非作者也非提交者的维护者批准，由流水线作业 approvals 把关`
                    : `a merge needs the approval of ${people} who neither opened the merge request nor wrote a commit in it; the job ${code(approvalsJob)} holds it until then`;
                const free = zh
                    ? "不再有作业等待批准：有权合并的人无需任何批准即可合并"
                    : "no job waits for approvals any more: whoever may merge needs none";
                const verdict = loosens ? (zh ? "放宽" : "is loosened") : zh ? "收紧" : "is tightened";
                const wording = `${now === 0 ? free : gated}${before === 0 || now === 0 ? "" : zh ? `（原为 ${before}）` : ` (${before} before)`}`;
                return [
                    {
                        kind: loosens ? "gains" : "loses",
                        loosens,
                        approvals: { place: branch, ...given("app", appOf(each)), was: before, is: now },
                        text: zh
                            ? `分支 ${code(branch)}（属于 ${where}）的保护${verdict}：${wording}`
                            : `the protection of branch ${code(branch)} of ${where} ${verdict}: ${wording}`,
                    },
                ];
            });
    });
}

/** A setting that lets people in, or holds something back. */
interface Setting {
    readonly kind: RegExp;
    readonly property: string;
    /** Whether the change of the value opens something. */
    readonly opens: (was: unknown, is: unknown) => boolean;
    readonly opened: readonly [string, string];
    /** What the change back means. */
    readonly closed: readonly [string, string];
}

const off = (was: unknown, is: unknown): boolean => was === true && is !== true;
const on = (was: unknown, is: unknown): boolean => was !== true && is === true;
const visible = ["private", "internal", "public"];

/** Settings whose change lets more people in, or holds less back. */
const settings: readonly Setting[] = [
    {
        kind: /^gitlab:.*:(Project|Group)$/,
        property: "visibilityLevel",
        opens: (was, is) => visible.indexOf(String(is)) > visible.indexOf(String(was)),
        opened: ["more people can see it", "更多人可以看到它"],
        closed: ["fewer people can see it", "可以看到它的人变少"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "public",
        opens: on,
        opened: ["everybody can pull its images", "任何人都可以拉取其镜像"],
        closed: ["only accounts with a right can pull its images", "只有获授权的账号可以拉取其镜像"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "forceDestroy",
        opens: on,
        opened: ["it can be deleted with its images", "可以连同镜像一起删除"],
        closed: ["it can no longer be deleted with its images", "不再可以连同镜像一起删除"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "vulnerabilityScanning",
        opens: off,
        opened: ["pushed images are not scanned any more", "推送的镜像不再扫描漏洞"],
        closed: ["pushed images are scanned from now on", "推送的镜像开始扫描漏洞"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfPipelineSucceeds",
        opens: off,
        opened: ["merges no longer wait for a pipeline that succeeds", "合并不再要求流水线成功"],
        closed: ["merges wait for a pipeline that succeeds", "合并开始要求流水线成功"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfAllDiscussionsAreResolved",
        opens: off,
        opened: ["merges no longer wait for open discussions", "合并不再要求讨论全部解决"],
        closed: ["merges wait until all discussions are resolved", "合并开始要求讨论全部解决"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "protected",
        opens: off,
        opened: ["pipelines of any branch get it", "任何分支的流水线都能得到它"],
        closed: ["only pipelines of protected branches get it", "只有受保护分支的流水线能得到它"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "masked",
        opens: off,
        opened: ["job logs may show it", "作业日志可能显示它"],
        closed: ["job logs show it no more", "作业日志不再显示它"],
    },
    {
        kind: /:ProjectHook$/,
        property: "enableSslVerification",
        opens: off,
        opened: ["the receiver's certificate is not verified any more", "不再验证接收方证书"],
        closed: ["the receiver's certificate is verified from now on", "开始验证接收方证书"],
    },
];

/** What holds something back by being there, and is reported where what it lies in stays. */
const guards: Readonly<
    Record<string, (properties: Properties) => Readonly<Record<"goes" | "comes", readonly [string, string]>>>
> = {
    ImmutableTagRule: ({ tagMatching }) => {
        const tags = code(textOf(tagMatching) ?? "*");
        return {
            goes: [`tags ${tags} can be overwritten and deleted`, `标签 ${tags} 可以被覆盖和删除`],
            comes: [
                `tags ${tags} can no longer be overwritten or deleted`,
                `标签 ${tags} 不再可以被覆盖或删除`,
            ],
        };
    },
    NetworkPolicy: () => ({
        goes: ["goes away: pods of other environments can connect", "被移除：其他环境的 Pod 可以连接"],
        comes: ["pods of other environments can no longer connect", "其他环境的 Pod 不再可以连接"],
    }),
};

/** Settings and guards that are opened or closed where what they are of stays. */
function openings({ changes, names, language }: RightContext): RightChange[] {
    const zh = language === "zh";
    const at = zh ? 1 : 0;
    const changed = (each: Change, opens: boolean, text: readonly [string, string]): RightChange => {
        const project = kindOf(each.type) === "ImmutableTagRule" ? names.containerOf(each) : undefined;
        return {
            kind: opens ? "gains" : "loses",
            loosens: opens,
            tightens: !opens,
            text: `${names.titled(project ?? each)}${zh ? "：" : ": "}${text[at]}`,
        };
    };
    return changes.flatMap((each): RightChange[] => {
        const container = names.containerOf(each);
        const stays =
            container === undefined ||
            (isThere(container, "before") && isThere(container, "after") && container.kind !== "replace");
        const guard = guards[kindOf(each.type)];
        const { before, after } = each;
        if (guard !== undefined && stays && (each.kind === "delete" || each.kind === "create")) {
            const goes = each.kind === "delete";
            const words = guard((goes ? before : after) ?? {});
            return [changed(each, goes, words[goes ? "goes" : "comes"])];
        }
        return before === undefined || after === undefined || each.kind === "same"
            ? []
            : settings
                  .filter(({ kind }) => kind.test(each.type))
                  .flatMap(({ property, opens, opened, closed }) => {
                      const [was, is] = [before[property], after[property]];
                      return opens(was, is)
                          ? [changed(each, true, opened)]
                          : opens(is, was)
                            ? [changed(each, false, closed)]
                            : [];
                  });
    });
}

/** How many approvals an approval rule or a protected environment asks for; undefined where it says nothing of it. */
function approvalsOf(each: Change, side: Properties | undefined): number | undefined {
    const count =
        kindOf(each.type) === "ProjectProtectedEnvironment"
            ? listOf(side?.["approvalRules"])
                  .map((rule) => mapOf(rule)["requiredApprovals"])
                  .filter((number) => typeof number === "number")
                  .reduce((sum, number) => sum + number, 0)
            : side?.["approvalsRequired"];
    return typeof count === "number" ? count : undefined;
}

/** How many approvals more or fewer a protected environment asks for, for a table; undefined where more than that differs. */
export function approvalsShort(each: Change, language: Language): string | undefined {
    const { before, after } = each;
    const [was = 0, is = 0] = [before, after].map((side) => approvalsOf(each, side));
    return before === undefined || after === undefined || was === is || !isCountAlone(before, after)
        ? undefined
        : `${language === "zh" ? "所需批准" : "approvals needed"} ${was} → ${is}`;
}

/** Whether nothing but a number of approvals differs. */
function isCountAlone(was: Properties, is: Properties): boolean {
    const bare = (side: Properties): unknown => ({
        ...side,
        approvalsRequired: undefined,
        approvalRules: listOf(side["approvalRules"]).map((rule) => ({
            ...mapOf(rule),
            requiredApprovals: undefined,
        })),
    });
    return isDeepStrictEqual(bare(was), bare(is));
}

function approval(
    each: Change,
    { names, language, appOf }: Pick<RightContext, "names" | "language" | "appOf">,
): RightChange {
    const zh = language === "zh";
    const title = names.titled(each);
    const side = each.after ?? each.before ?? {};
    const place = textOf(side["environment"]) ?? textOf(side["name"]);
    const [was = 0, is = 0] = [each.before, each.after].map((one) => approvalsOf(each, one));
    const isRule = kindOf(each.type) === "ProjectApprovalRule";
    const isEnvironment = kindOf(each.type) === "ProjectProtectedEnvironment";
    const counts: Pick<RightChange, "approvals"> =
        place === undefined || was === is || !(isRule || (isEnvironment && each.kind === "update"))
            ? {}
            : { approvals: { place, ...given("app", appOf(each)), was, is } };
    if (each.before === undefined) {
        const asks = isEnvironment
            ? zh
                ? `部署需要 ${is} 人批准`
                : `in which a deployment needs ${is} approval${is === 1 ? "" : "s"}`
            : zh
              ? `需要 ${is} 人批准`
              : `which asks for ${is} approval${is === 1 ? "" : "s"}`;
        return {
            kind: "changes",
            loosens: false,
            tightens: true,
            ...counts,
            text: zh
                ? `新增${title}${is > 0 ? `：${asks}` : ""}`
                : `new: ${title}${is > 0 ? `, ${asks}` : ""}`,
        };
    }
    if (each.after === undefined) {
        return {
            kind: "gains",
            loosens: true,
            ...counts,
            text: zh
                ? `${title} 被移除，不再约束合并`
                : `${title} goes away, and holds nothing back any more`,
        };
    }
    const { changes, verdict } = gateChange(each.before, each.after);
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
    const alone = was !== is && isCountAlone(each.before, each.after);
    const counted = alone ? (zh ? `所需批准 ${was} → ${is}` : `approvals needed ${was} → ${is}`) : undefined;
    const hints = loosens ? reasons(each.before, each.after, zh) : [];
    const text = [counted ?? changes.join(zh ? "；" : "; "), ...hints].join(zh ? "；" : "; ");
    return {
        kind: loosens ? "gains" : "loses",
        loosens,
        tightens: !loosens,
        ...(alone ? counts : {}),
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

/** What is reported as a right, and not as a thing that is deleted. */
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

/** Whether a change of an object is reported as a right that comes or goes. */
export function isRight(each: Change): boolean {
    return isAccount(each) || rightKinds.includes(kindOf(each.type));
}
