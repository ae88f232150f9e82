/** How long what the estate issues is valid, and when it is renewed, where that changes. Pure. */
import type { Language } from "../../estate/model";
import { mapOf, type Change } from "./change";
import type { Clause } from "./clause";
import type { Names } from "./names";
import { code, counted, listed } from "./noun";
import { nounOf, tally } from "./nouns";

/** A number of days before and after a change. */
type Days = readonly [was: number, is: number];

function daysOf(was: unknown, is: unknown): Days | undefined {
    return typeof was === "number" && typeof is === "number" && was !== is ? [was, is] : undefined;
}

/** Days that a robot is valid for from the day it was made; -1 is for ever. */
function durations({ kind, before, after }: Change): Days | undefined {
    return kind === "update" ? daysOf(before?.["duration"], after?.["duration"]) : undefined;
}

/** Days before its end from which on an update renews a token. */
function renewals({ kind, before, after }: Change): Days | undefined {
    const [was, is] = [before, after].map(
        (side) => mapOf(side?.["rotationConfiguration"])["rotateBeforeDays"],
    );
    return kind === "update" ? daysOf(was, is) : undefined;
}

const endsSooner = ([was, is]: Days): boolean => is !== -1 && (was === -1 || is < was);

/** What it means that an account ends another day, where nothing else of it changes. */
export function lifetimeChange(each: Change, zh: boolean): string | undefined {
    const [only] = each.kind === "update" && each.changed.length === 1 ? each.changed : [];
    const robot = durations(each);
    if (only === "duration" && robot !== undefined) {
        const [was, is] = robot.map((count) =>
            count === -1 ? (zh ? "永久" : "ever") : zh ? `${count} 天` : `${count} days`,
        ) as [string, string];
        return zh
            ? `有效期从创建之日起计算，由 ${was}改为 ${is}；密码不变`
            : `is valid for ${is} from the day it was made, instead of ${was}; its password stays`;
    }
    if (only !== "rotationConfiguration") {
        return undefined;
    }
    const stated = (key: string): readonly [days: string, before: string] => {
        const [was, is] = [each.before, each.after].map((side) =>
            Number(mapOf(side?.["rotationConfiguration"])[key]),
        ) as [number, number];
        const instead = was === is ? "" : zh ? `（原为 ${was} 天）` : ` instead of ${was}`;
        return [String(is), instead];
    };
    const [[valid, validBefore], [last, lastBefore]] = [
        stated("expirationDays"),
        stated("rotateBeforeDays"),
    ] as const;
    // Its end is GitLab's to know.
    return zh
        ? `现有令牌的到期日不变；剩余不超过 ${last} 天${lastBefore}时由更新换新，本次更新也是如此；新令牌有效 ${valid} 天${validBefore}`
        : `the token that is there ends on the same day as before; an update renews it when it has at most ${last} days left${lastBefore}, this update too; a new one is valid for ${valid} days${validBefore}`;
}

/** The numbers that differ, for a table. */
export function lifetimeShort(each: Change, language: Language): string | undefined {
    const zh = language === "zh";
    const days = (count: number): string =>
        count === -1 ? (zh ? "永久" : "for ever") : zh ? `${count} 天` : `${count} days`;
    const [was, is] = [each.before, each.after].map((side) =>
        Number(mapOf(side?.["rotationConfiguration"])["expirationDays"]),
    );
    const valid = durations(each) ?? daysOf(was, is);
    const renewed = renewals(each);
    const parts = [
        ...(valid === undefined ? [] : [`${zh ? "有效期" : "valid"} ${days(valid[0])} → ${days(valid[1])}`]),
        ...(renewed === undefined
            ? []
            : [
                  zh
                      ? `换新：到期前 ${days(renewed[0])} → ${days(renewed[1])}`
                      : `renewed in the last ${days(renewed[0])} → ${days(renewed[1])}`,
              ]),
    ];
    return parts.length === 0 ? undefined : parts.join(zh ? "；" : "; ");
}

/** Robots that are valid for fewer days from then on: Harbor counts from the day each was made. */
export function endingSooner(
    changes: readonly Change[],
    names: Names,
    language: Language,
): string | undefined {
    const found = changes.filter((each) => {
        const days = durations(each);
        return days !== undefined && endsSooner(days);
    });
    const [days] = found.flatMap((each) => durations(each)?.[1] ?? []);
    if (days === undefined) {
        return undefined;
    }
    const list = listed(
        found.map((each) => names.name(each)),
        language,
        4,
    );
    const count = tally(
        found.map(({ type }) => type),
        language,
    );
    const one = found.length === 1;
    return language === "zh"
        ? `${count} 改为创建 ${days} 天后到期：${list}。早于此创建的在更新时立即失效，使用它们的 Pod 和流水线随之无法拉取或推送镜像。同时提高 ${code("credentials.generation")} 会先创建新的。`
        : `${count} ${one ? "ends" : "end"} ${days} days after the day ${one ? "it was" : "they were"} made: ${list}. Those made more than ${days} days ago end with this update, and pods and pipelines that use them can then pull or push no image. With a higher ${code("credentials.generation")} in the same change, new ones are made first.`;
}

/** The same for a headline, and that tokens are renewed sooner or later. */
export function lifetimeClauses(changes: readonly Change[], language: Language): Clause[] {
    const zh = language === "zh";
    return [
        ...alike(changes, durations).map(({ was, is, those }): Clause => {
            const sooner = endsSooner([was, is]);
            const count = counted(those.length, nounOf(those[0]?.type ?? ""), language);
            const one = those.length === 1;
            const ending = is === -1 ? "永不到期" : `创建 ${is} 天后到期`;
            const old = was === -1 ? "永不到期" : `${was} 天`;
            const before = was === -1 ? "without an end" : String(was);
            const en =
                is === -1
                    ? `never ${one ? "ends" : "end"} (valid for ${was} days before)`
                    : `${one ? "is" : "are"} valid for ${is} days instead of ${before}`;
            const older = one ? "ends at once if it is older" : "older ones end at once";
            return {
                weight: sooner ? "outage" : "calm",
                text: zh
                    ? `${count}改为${ending}（原为 ${old}）${sooner ? "，更早创建的立即失效" : ""}`
                    : `${count} ${en}${sooner ? `, and ${older}` : ""}`,
            };
        }),
        ...alike(changes, renewals).map(({ was, is, those }): Clause => {
            const count = tally(
                those.map(({ type }) => type),
                language,
            );
            return {
                weight: "calm",
                text: zh
                    ? `${count}改为到期前 ${is} 天起换新（原为 ${was} 天）`
                    : `${count} ${those.length === 1 ? "is renewed in its" : "are renewed in their"} last ${is} days instead of ${was}`,
            };
        }),
    ];
}

/** Those of which the same number of days becomes the same other one. */
function alike(
    changes: readonly Change[],
    daysIn: (each: Change) => Days | undefined,
): { readonly was: number; readonly is: number; readonly those: readonly Change[] }[] {
    const found = new Map<string, { was: number; is: number; those: Change[] }>();
    for (const each of changes) {
        const days = daysIn(each);
        if (days !== undefined) {
            const [was, is] = days;
            const known = found.get(days.join()) ?? { was, is, those: [] };
            known.those.push(each);
            found.set(days.join(), known);
        }
    }
    return [...found.values()];
}
