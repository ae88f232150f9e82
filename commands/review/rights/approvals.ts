/** What holds merges and deployments back until somebody approves, and how many have to. Pure. */
import { isDeepStrictEqual } from "node:util";
import { approvalsJob, approvalsVariable } from "../../../estate/approvals";
import type { Language } from "../../../estate/model";
import { given } from "../../../estate/plain";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "../change";
import { code } from "../noun";
import { isThere } from "../snapshot";
import { gateChange } from "./gates";
import { turnedOff, turnedOn, type RightChange, type RightContext } from "./right";

/** Merges that a job of the estate holds until they are approved, where GitLab's licence has nothing for it. */
export function mergeGates({ changes, names, language, appOf }: RightContext): RightChange[] {
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

export function approval(
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
        ...(turnedOn(was["mergeRequestsAuthorApproval"], is["mergeRequestsAuthorApproval"])
            ? [zh ? "作者可以批准自己的合并请求" : "authors may approve their own merge requests"]
            : []),
        ...(turnedOff(was["resetApprovalsOnPush"], is["resetApprovalsOnPush"])
            ? [zh ? "再次推送后批准仍然有效" : "approvals stay after another push"]
            : []),
    ];
}

/** Whether it is what asks for approvals on GitLab, or what merges and pushes have to keep to. */
export function isApproval({ type }: Pick<Change, "type">): boolean {
    return [
        "ProjectApprovalRule",
        "ProjectLevelMrApprovals",
        "ProjectProtectedEnvironment",
        "ProjectPushRules",
    ].includes(kindOf(type));
}
