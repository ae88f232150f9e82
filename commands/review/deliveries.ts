/** From where an app's versions come to an environment, and who starts that, where a flow's own description changes. Pure. */
import type { Language } from "../../estate/model";
import { keyPart } from "../../estate/pipeline";
import { compare } from "../../estate/problem";
import { kindOf, textOf } from "./change";
import { code, listed } from "./noun";
import type { RightChange, RightContext } from "./rights/right";

/** What a GitLab environment says of where its versions come from: `Branch develop`, `Tags v*`. */
const sourceForm = /^(Branch|Tags) (.+)$/;

const sourceWords: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
    Branch: { en: "branch", zh: "分支" },
    Tags: { en: "tags", zh: "标签" },
};

/**
 * Environments whose versions come from another branch, or from other tags.
 *
 * @param flows apps that go over to another flow: that says more.
 */
export function sourceClauses(
    { changes, appOf, language }: Pick<RightContext, "changes" | "appOf" | "language">,
    flows: ReadonlySet<string>,
): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, string[]>();
    for (const each of changes) {
        const app = appOf(each);
        const [was, is] = [each.before, each.after].map((side) => sourceOf(side?.["description"], language));
        if (
            kindOf(each.type) === "ProjectEnvironment" &&
            each.kind === "update" &&
            app !== undefined &&
            !flows.has(app) &&
            was !== undefined &&
            is !== undefined &&
            was !== is
        ) {
            const environment = code(textOf(each.after?.["name"]) ?? each.name);
            const key = JSON.stringify([environment, was, is]);
            grouped.set(key, [...(grouped.get(key) ?? []), app]);
        }
    }
    return [...grouped].map(([key, apps]) => {
        const [environment = "", was = "", is = ""] = JSON.parse(key) as string[];
        const who = listed(apps.sort(compare).map(code), language, 3);
        return zh
            ? `${who} 在 ${environment} 的版本改为来自${is}（原为${was}）`
            : `versions of ${who} come to ${environment} from ${is} instead of ${was}`;
    });
}

function sourceOf(description: unknown, language: Language): string | undefined {
    const [, kind = "", name = ""] = sourceForm.exec(textOf(description) ?? "") ?? [];
    const word = sourceWords[kind];
    return word === undefined ? undefined : `${word[language]} ${code(name)}`;
}

/** Who starts the deliveries of an app to an environment from then on. */
interface TriggerChange {
    readonly app: string;
    readonly environment: string;
    readonly by: "nobody" | "a person";
}

function triggerChanges({ changes, appOf }: Pick<RightContext, "changes" | "appOf">): TriggerChange[] {
    const environments = new Set(
        changes
            .filter(({ type }) => kindOf(type) === "ProjectEnvironment")
            .flatMap(({ before, after }) => textOf((after ?? before)?.["name"]) ?? []),
    );
    return changes.flatMap((each): TriggerChange[] => {
        const [, part] = /^LANE_(.+)_START$/.exec(textOf(each.after?.["key"]) ?? "") ?? [];
        const [was, is] = [each.before, each.after].map((side) => textOf(side?.["value"]));
        const changed = kindOf(each.type) === "ProjectVariable" && each.kind === "update" && was !== is;
        return part === undefined || !changed
            ? []
            : [
                  {
                      app: code(appOf(each) ?? each.name),
                      environment: code(
                          [...environments].find((name) => keyPart(name) === part) ?? part.toLowerCase(),
                      ),
                      by: is === "push" ? "nobody" : "a person",
                  },
              ];
    });
}

/** Deliveries that nobody starts any more, for the headline. */
export function automaticDeliveryClauses(
    context: Pick<RightContext, "changes" | "appOf" | "language">,
): string[] {
    return triggerChanges(context)
        .filter(({ by }) => by === "nobody")
        .map(({ app, environment }) =>
            context.language === "zh"
                ? `${app} 的新版本会自动进入 ${environment}`
                : `new versions of ${app} come to ${environment} by themselves`,
        );
}

/** Deliveries that a person starts from then on, or that nobody starts any more. */
export function startChanges(context: RightContext): RightChange[] {
    const zh = context.language === "zh";
    return triggerChanges(context).map(({ app, environment, by }) =>
        by === "nobody"
            ? {
                  kind: "gains",
                  loosens: true,
                  text: zh
                      ? `${app} 的新版本会自动进入 ${environment}：此前每次交付都由人启动`
                      : `new versions of ${app} come to ${environment} by themselves: a person started each delivery before`,
              }
            : {
                  kind: "loses",
                  loosens: false,
                  tightens: true,
                  text: zh
                      ? `${app} 进入 ${environment} 的交付收紧：此后每次都由人启动`
                      : `the delivery of ${app} to ${environment} is tightened: a person starts each one from now on`,
              },
    );
}
