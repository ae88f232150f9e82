/** What a headline says of the channels that get messages. Pure. */
import type { Language } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import { code, listed } from "../noun";
import type { Both, Snapshot } from "../snapshot";

/** Channels that are subscribed to an app from now on, and those that are no longer. */
export function channelClauses(
    { before, after }: Both<Snapshot>,
    stay: readonly string[],
    language: Language,
): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, Set<string>>();
    const note = (sign: "+" | "-", name: string, app: string, environments: readonly string[]): void => {
        const key = JSON.stringify([sign, name, [...environments].sort(compare)]);
        grouped.set(key, (grouped.get(key) ?? new Set<string>()).add(app));
    };
    for (const app of stay) {
        const [was, is] = [before, after].map((side) => side.channels.get(app) ?? new Map()) as [
            ReadonlyMap<string, ReadonlySet<string>>,
            ReadonlyMap<string, ReadonlySet<string>>,
        ];
        for (const name of new Set([...was.keys(), ...is.keys()])) {
            const [then, now] = [was.get(name), is.get(name)];
            if (then === undefined || now === undefined) {
                note(now === undefined ? "-" : "+", name, app, []);
                continue;
            }
            // An environment that comes or goes is told by itself.
            const there = (side: Snapshot, environment: string): boolean =>
                side.places.get(app)?.has(environment) === true;
            const more = [...now].filter((each) => !then.has(each) && there(before, each));
            const less = [...then].filter((each) => !now.has(each) && there(after, each));
            [["+", more] as const, ["-", less] as const].forEach(([sign, those]) => {
                if (those.length > 0) {
                    note(sign, name, app, those);
                }
            });
        }
    }
    return [...grouped]
        .sort(([a], [b]) => compare(a, b))
        .map(([key, apps]) => {
            const [sign, channel, environments] = JSON.parse(key) as [string, string, string[]];
            const name = code(channel);
            const who = listed([...apps].map(code), language, 3);
            const where = listed(environments.map(code), language, 3);
            const more = sign === "+";
            return zh
                ? `通道 ${name} ${more ? "开始" : "不再"}接收 ${who}${where === "" ? "" : ` 在 ${where}`} 的消息`
                : `channel ${name} ${more ? "gets messages" : "gets no more messages"} about ${who}${where === "" ? "" : ` in ${where}`}`;
        });
}
