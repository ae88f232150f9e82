/** What programs may do after a change that they could not before, and the other way round: robots and tokens, roles on clusters and in engines. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Language } from "../../../estate/model";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "../change";
import { enginesInReview } from "../engines";
import { lifetimeChange } from "../lifetimes";
import type { Names } from "../names";
import { code, counted, listed } from "../noun";
import { nounOf, tally } from "../nouns";
import { setChanges, type RightChange, type RightContext } from "./right";

/** Everything about rights of programs. */
export function programRights(context: RightContext): RightChange[] {
    return [
        ...accounts(context),
        ...clusterRights(context),
        ...Object.values(enginesInReview).flatMap(({ rights }) => rights?.(context) ?? []),
    ];
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

/** Robots and tokens: those of new or gone apps are counted, others listed one by one. */
function accounts({ changes, names, language, both, appOf }: RightContext): RightChange[] {
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
                    : `for app ${code(app)} ${count} ${gone ? (all.length === 1 ? "ends" : "end") : all.length === 1 ? "is made" : "are made"}, which its pipelines and clusters ${gone ? "used" : "use"}`,
            };
        }),
        ...single.map((each): RightChange => {
            const rights = permissionsOf(each, language);
            const suffix = rights === "" ? "" : zh ? `（${rights}）` : ` (${rights})`;
            const lifetime = lifetimeChange(each, zh);
            if (lifetime !== undefined) {
                return {
                    kind: "changes",
                    loosens: false,
                    text: `${names.titled(each)}${zh ? "：" : ": "}${lifetime}`,
                };
            }
            const permissions = permissionsChange(each, language);
            if (permissions !== undefined) {
                return {
                    kind: "changes",
                    loosens: false,
                    text: zh ? `${names.titled(each)}${permissions}` : `${names.titled(each)} ${permissions}`,
                };
            }
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

/** What a robot may do in a project of images; what is not here is named in Harbor's own words. */
const deeds: Readonly<Record<string, readonly [en: string, zh: string]>> = {
    "pull repository": ["pull images", "拉取镜像"],
    "push repository": ["push images", "推送镜像"],
    "list artifact": ["list images", "列出镜像"],
    "read artifact": ["look images up", "查询镜像"],
    "create artifact": ["copy images there", "把镜像复制到其中"],
    "delete artifact": ["delete images", "删除镜像"],
    "delete tag": ["delete tags", "删除标签"],
};

/** What an account may do, by the project of images; `*` is all of them. */
function deedsOf(properties: Properties, zh: boolean): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const permission of listOf(properties["permissions"]).map(mapOf)) {
        const project = textOf(permission["namespace"]) ?? "*";
        const own = listOf(permission["accesses"])
            .map(mapOf)
            .map(({ action, resource }) => {
                const key = `${String(action)} ${String(resource)}`;
                return deeds[key]?.[zh ? 1 : 0] ?? key;
            });
        found.set(project, [...(found.get(project) ?? []), ...own]);
    }
    return found;
}

/** `look images up and copy images there: `web-qa``, for each project. */
function deedsText(found: ReadonlyMap<string, readonly string[]>, language: Language): string[] {
    return [...found]
        .filter(([, own]) => own.length > 0)
        .map(
            ([project, own]) => `${listed(own, language)}${language === "zh" ? "：" : ": "}${code(project)}`,
        );
}

/** What an account may do, in few words. */
function permissionsOf(each: Change, language: Language): string {
    const properties = each.after ?? each.before ?? {};
    const scopes = listOf(properties["scopes"]).filter((scope) => typeof scope === "string");
    return [
        ...deedsText(deedsOf(properties, language === "zh"), language),
        ...(scopes.length === 0 ? [] : [listed(scopes.map(code), language)]),
    ].join(language === "zh" ? "；" : "; ");
}

/** What a robot may do from then on, and what no more, where nothing else of it changes. */
function permissionsChange(each: Change, language: Language): string | undefined {
    if (each.kind !== "update" || each.changed.join() !== "permissions") {
        return undefined;
    }
    const zh = language === "zh";
    const [was, is] = [each.before, each.after].map((side) => deedsOf(side ?? {}, zh)) as [
        ReadonlyMap<string, readonly string[]>,
        ReadonlyMap<string, readonly string[]>,
    ];
    const beyond = (
        one: ReadonlyMap<string, readonly string[]>,
        other: ReadonlyMap<string, readonly string[]>,
    ): string =>
        deedsText(
            new Map(
                [...one].map(([project, own]) => [
                    project,
                    own.filter((deed) => other.get(project)?.includes(deed) !== true),
                ]),
            ),
            language,
        ).join(zh ? "；" : "; ");
    const [more, less] = [beyond(is, was), beyond(was, is)];
    const parts = [
        ...(more === "" ? [] : [zh ? `还可以${more}` : `may also ${more}`]),
        ...(less === "" ? [] : [zh ? `不再可以${less}` : `may no longer ${less}`]),
    ];
    return parts.length === 0 ? undefined : parts.join(zh ? "，" : ", and ");
}

/** The verb that goes with who has a role. */
function holds(gone: boolean, count: number): string {
    return gone ? (count === 1 ? "loses" : "lose") : count === 1 ? "has" : "have";
}

/** Bindings and roles of clusters, but for those that come and go with a namespace. */
function clusterRights({ changes, names, language }: RightContext): RightChange[] {
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
        const keys = kind.endsWith("Binding") ? ["roleRef", "subjects"] : ["rules", "aggregationRule"];
        const labelled = each.before !== undefined && each.after !== undefined;
        if (labelled && keys.every((key) => isDeepStrictEqual(each.before?.[key], each.after?.[key]))) {
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
                        : `${names.titled(each)}: ${who} ${holds(gone, subjects.length)} the role ${code(role)}`,
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
        return setChanges(ruleSet(each.before["rules"]), ruleSet(each.after["rules"]), (kind, rules) => {
            const list = listed(rules.map(code), language);
            const english = kind === "gains" ? "may also" : "may no longer";
            const chinese = kind === "gains" ? "增加权限" : "减少权限";
            return zh
                ? `${names.titled(each)} ${chinese}：${list}`
                : `${names.titled(each)} ${english}: ${list}`;
        });
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
        : found.length === 1
          ? `${count} made anew: ${list}. The old password ends. The estate replaces it wherever it uses it; where you copied it to another place, replace it there.`
          : `${count} made anew: ${list}. The old passwords end. The estate replaces them wherever it uses them; where you copied one to another place, replace it there.`;
}
