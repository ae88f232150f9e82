/** What the people of an estate may do after a change that they could not before, and the other way round. Pure. */
import type { Language } from "../../../estate/model";
import { code, listed } from "../noun";
import type { Both, Snapshot } from "../snapshot";
import type { RightChange, RightContext } from "./right";

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

export function people({ both, language }: RightContext): RightChange[] {
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
export function otherOwners({ both: { before, after }, language }: RightContext): RightChange[] {
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
