/** What a headline says of teams, people, passwords, and of what holds them back. Pure. */
import type { Language } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import { kindOf, type Change } from "../change";
import type { Clause } from "../clause";
import { code, listed } from "../noun";
import { moveOf, peopleChange } from "../rights/people";
import type { ApprovalCount } from "../rights/right";
import type { Both, Snapshot } from "../snapshot";
import { counted, type HeadlineParts } from "./parts";

/** Teams that come and go, and apps that another team has. */
export function teamClauses({ before, after }: Both<Snapshot>, language: Language): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, string[]>();
    for (const [app, is] of after.owners) {
        const was = before.owners.get(app);
        if (was !== undefined && was !== is) {
            grouped.set(`${was}\n${is}`, [...(grouped.get(`${was}\n${is}`) ?? []), app]);
        }
    }
    const transfers = [...grouped].map(([key, apps]) => {
        const [from = "", to = ""] = key.split("\n").map(code);
        const who = listed(apps.sort(compare).map(code), language, 3);
        const one = apps.length === 1;
        return zh
            ? `${who} 从团队 ${from} 移到团队 ${to}，代码仓库随之改变地址`
            : `${who} ${one ? "goes" : "go"} from team ${from} to team ${to}, and ${one ? "its" : "their"} repositories get another address with it`;
    });
    const named = new Set([...grouped.keys()].flatMap((key) => key.split("\n")));
    const alone = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
        [...one].filter((name) => !other.has(name) && !named.has(name)).sort(compare);
    return [
        ...transfers,
        ...alone(after.teams, before.teams).map((name) =>
            zh ? `新增团队 ${code(name)}` : `team ${code(name)} is new`,
        ),
        ...alone(before.teams, after.teams).map((name) =>
            zh ? `移除团队 ${code(name)}` : `team ${code(name)} goes away`,
        ),
    ];
}

/** People who lose or get access, or have another role. */
export function peopleClauses(both: Both<Snapshot>, language: Language): string[] {
    const { left, joined, moved } = peopleChange(both);
    const clause = (count: number, zh: string, one: string, many: string): string[] =>
        counted(
            count,
            language,
            count === 1 ? `1 person ${one}` : `${count} people ${many}`,
            `${count} 人${zh}`,
        );
    const [only] = moved.length === 1 ? moved : [];
    return [
        ...clause(left.length, "失去访问权限", "loses access", "lose access"),
        ...clause(joined.length, "获得访问权限", "gets access", "get access"),
        // Of one person there is room to say what happens.
        ...(only === undefined ? [] : [moveOf(both, only, language, "short")]),
        ...clause(
            only === undefined ? moved.length : 0,
            "的角色变化",
            "has another role or team",
            "have another role or team",
        ),
    ];
}

export function loosenedClauses({ rights, language }: HeadlineParts): Clause[] {
    const count = rights.filter(({ loosens, approvals }) => loosens && approvals === undefined).length;
    const en = count === 1 ? "1 protection is" : `${count} protections are`;
    return counted(count, language, `${en} loosened`, `放宽 ${count} 项保护`).map((text) => ({
        weight: "opens",
        text,
    }));
}

export function tightenedClauses({ rights, language }: HeadlineParts): string[] {
    const count = rights.filter(
        ({ tightens, approvals }) => tightens === true && approvals === undefined,
    ).length;
    const en = count === 1 ? "1 protection is" : `${count} protections are`;
    return counted(count, language, `${en} tightened`, `收紧 ${count} 项保护`);
}

/** How many approvals merges need from now on, by where they lead to. */
export function approvalClauses({ rights, both, language }: HeadlineParts): Clause[] {
    const zh = language === "zh";
    const grouped = new Map<string, { count: ApprovalCount; apps: Set<string> }>();
    for (const { approvals: count } of rights) {
        // Those of a new app come with it.
        if (count === undefined || (count.app !== undefined && !both.before.apps.has(count.app))) {
            continue;
        }
        const key = JSON.stringify([count.place, count.was, count.is]);
        const known = grouped.get(key) ?? { count, apps: new Set<string>() };
        grouped.set(key, known);
        if (count.app !== undefined) {
            known.apps.add(count.app);
        }
    }
    return [...grouped.values()].map(({ count: { place, was, is }, apps }) => {
        const who = listed([...apps].sort(compare).map(code), language, 3);
        const en = `merges into ${code(place)}${who === "" ? "" : ` of ${who}`} need`;
        const chinese = `${who === "" ? "" : `${who} `}合并到 ${code(place)}`;
        const many = `${is} approval${is === 1 ? "" : "s"}`;
        const text =
            is === 0
                ? zh
                    ? `${chinese} 不再需要批准（原为 ${was} 人）`
                    : `${en} no approval any more (${was} before)`
                : was === 0
                  ? zh
                      ? `${chinese} 开始需要 ${is} 人批准`
                      : `${en} ${many} from now on`
                  : zh
                    ? `${chinese} 需要 ${is} 人批准（原为 ${was} 人）`
                    : `${en} ${many} instead of ${was}`;
        return { weight: is < was ? "opens" : "calm", text };
    });
}

export function passwordClauses(changes: readonly Change[], language: Language): string[] {
    const count = changes.filter(
        ({ kind, type }) => kind === "replace" && /RobotAccount|Token$/.test(kindOf(type)),
    ).length;
    return counted(
        count,
        language,
        `${count} password${count === 1 ? "" : "s"} of programs ${count === 1 ? "is" : "are"} renewed`,
        `更换 ${count} 个密码`,
    );
}
