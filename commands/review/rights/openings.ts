/** Settings that let people in or hold something back, and guards that come and go. Pure. */
import { kindOf, textOf, type Change, type Properties } from "../change";
import { code } from "../noun";
import { isThere } from "../snapshot";
import { turnedOff, turnedOn, type RightChange, type RightContext } from "./right";

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
        opens: turnedOn,
        opened: ["everybody can pull its images", "任何人都可以拉取其镜像"],
        closed: ["only accounts with a right can pull its images", "只有获授权的账号可以拉取其镜像"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "forceDestroy",
        opens: turnedOn,
        opened: ["it can be deleted with its images", "可以连同镜像一起删除"],
        closed: ["it can no longer be deleted with its images", "不再可以连同镜像一起删除"],
    },
    {
        kind: /^harbor:.*:Project$/,
        property: "vulnerabilityScanning",
        opens: turnedOff,
        opened: ["pushed images are not scanned any more", "推送的镜像不再扫描漏洞"],
        closed: ["pushed images are scanned from now on", "推送的镜像开始扫描漏洞"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfPipelineSucceeds",
        opens: turnedOff,
        opened: ["merges no longer wait for a pipeline that succeeds", "合并不再要求流水线成功"],
        closed: ["merges wait for a pipeline that succeeds", "合并开始要求流水线成功"],
    },
    {
        kind: /^gitlab:.*:Project$/,
        property: "onlyAllowMergeIfAllDiscussionsAreResolved",
        opens: turnedOff,
        opened: ["merges no longer wait for open discussions", "合并不再要求讨论全部解决"],
        closed: ["merges wait until all discussions are resolved", "合并开始要求讨论全部解决"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "protected",
        opens: turnedOff,
        opened: ["pipelines of any branch get it", "任何分支的流水线都能得到它"],
        closed: ["only pipelines of protected branches get it", "只有受保护分支的流水线能得到它"],
    },
    {
        kind: /:(Project|Group)Variable$/,
        property: "masked",
        opens: turnedOff,
        opened: ["job logs may show it", "作业日志可能显示它"],
        closed: ["job logs show it no more", "作业日志不再显示它"],
    },
    {
        kind: /:ProjectHook$/,
        property: "enableSslVerification",
        opens: turnedOff,
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
export function openings({ changes, names, language }: RightContext): RightChange[] {
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
