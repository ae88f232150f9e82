/** A review note: what a change means, in the order in which people need it. Pure; how it looks is render.ts. */
import { isDeepStrictEqual } from "node:util";
import type { Estate, Language } from "../../estate/model";
import { estateFile, proposalType } from "../../estate/pipeline";
import { compare, show } from "../../estate/problem";
import { given } from "../../estate/plain";
import { sortFindings, type Refusal } from "../doctor/finding";
import { driftLines, readable } from "../support/drift";
import type { LookAhead } from "../support/lookAhead";
import { appsWithAnotherFlow, relocationLines } from "../support/disruptive/versions";
import type { RunReport } from "../support/runReport";
import { wishOf } from "../support/proposals";
import { defaultBranchLines } from "../support/defaultBranches";
import { changesOf, isOnServer, kindOf, secretMark, type Change, type Properties } from "./change";
import { differences, type Difference } from "./differences";
import { headline } from "./headline";
import { hideSecrets } from "./hide";
import { losses } from "./losses";
import type { Item } from "./item";
import { naming, type Names } from "./names";
import { code, listed } from "./noun";
import { deliveryItems } from "./manifests";
import { isTransfer, movedPaths, pathText } from "./paths";
import { rows, type Row } from "./places";
import { keptImages } from "./retention";
import { rightChanges } from "./rights";
import { policyLimits } from "./policyLimits";
import { addressItems, movedClusters, movedServer } from "./servers";
import { touchedMap, type TouchedMap } from "./touched";
import { placing, snapshots } from "./snapshot";

export type { Item };

/** Everything a note says. Texts are plain, with names between backticks. */
export interface Note {
    readonly language: Language;
    readonly stack: string;
    /** One line. */
    readonly headline: string;
    /** How many objects, by what happens to them. */
    readonly counts: string;
    /** What the preview could not see, or why it failed. */
    readonly warnings: readonly Item[];
    readonly lost: readonly Item[];
    readonly rights: readonly Item[];
    readonly places: readonly Row[];
    readonly drift: readonly string[];
    readonly policies: readonly Item[];
    /** Absent: no policy pack was run. */
    readonly policyVerdict?: string;
    readonly differences: readonly Difference[];
    readonly map?: TouchedMap;
}

/** The inventory that stands for the servers. */
export interface Against {
    /** When it was made, in ISO form. */
    readonly at: string;
    readonly commit?: string;
    /** Repositories that are to include their pipelines: whether the file of that branch does, GitLab alone can say. */
    readonly toInclude?: readonly { readonly path: string; readonly branch: string }[];
}

/** What a note is made from. */
export interface NoteSource {
    readonly stack: string;
    /** As the spec has it now. */
    readonly estate: Estate;
    readonly report: Pick<RunReport, "began" | "planned" | "refreshed" | "policies" | "errors">;
    readonly language: Language;
    /** Whether the policy pack was run. */
    readonly policy: boolean;
    /** Content of the stack's own policy configuration, where it has one. */
    readonly ownPolicies?: unknown;
    /** Servers were not asked, so everything counts as new. */
    readonly offline?: boolean;
    /** Servers were not asked: what there is, an inventory says. */
    readonly against?: Against;
    /** URNs of what an update takes out of the stack first, so that the engine deletes none of it. */
    readonly retained?: ReadonlySet<string>;
    /** URNs of what is on its server from before, and what an update goes on with as it is there. */
    readonly adopted?: ReadonlySet<string>;
    /** What an update refuses, and what goes over to another place. */
    readonly ahead?: Pick<LookAhead, "refused" | "blocked" | "relocated" | "defaultBranches">;
}

/** Makes the note. */
export function noteOf(source: NoteSource): Note {
    const { stack, estate, language, policy } = source;
    const [planned, refreshed] = readable([source.report.planned, source.report.refreshed], language);
    const report = { ...source.report, planned, refreshed };
    const all = changesOf(report.planned)
        .flatMap((each) => leavingFirst(each, source.retained))
        .map((each) =>
            each.kind === "create" && source.adopted?.has(each.urn) === true
                ? { ...each, kind: "adopt" as const }
                : each,
        );
    const both = snapshots(all, estate);
    const names = naming(all, estate, language);
    const placeOf = placing(both, estate);
    const appOf = (each: Change): string | undefined => placeOf(each).app;
    const drift = driftLines(estate, report.refreshed, language);
    const drifted = new Map(report.refreshed.filter(hasDrifted).map((step) => [step.urn, step]));
    const parts = all.map((each) => apart(each, drifted.get(each.urn)));
    const declared = parts.map(({ change }) => change).filter(({ kind }) => kind !== "same");
    const kept = keptImages(declared, placeOf, names, estate);
    const context = { changes: parts.map(({ change }) => change), names, language, appOf, both, kept };
    const lost = losses(context);
    const rights = rightChanges(context);
    const onServers = declared.filter(isOnServer);
    const addresses = [...declared.flatMap(movedServer), ...movedClusters(report.planned)];
    const paths = movedPaths(declared, names);
    const policies = policyItems(report, all, names, language);
    const limits = policyLimits(source.ownPolicies, language);
    const wishes = declared.filter(
        ({ type, kind, changed }) => type === proposalType && kind === "update" && changed.includes("text"),
    );
    return tidied({
        language,
        stack,
        headline: headline({
            language,
            estate,
            failed: hasFailed(report),
            refused: refusedBy(source).length > 0,
            flows: appsWithAnotherFlow(source.ahead?.relocated ?? []),
            lost,
            rights,
            changes: onServers,
            both,
            appOf,
            placeOf,
            names,
            byInventory: source.against !== undefined,
            addresses,
            paths,
            kept,
            again: new Set(
                declared.filter(isBranchFromBefore).flatMap((each) => {
                    const app = appOf(each) ?? "";
                    const branch = each.after?.["name"] ?? each.after?.["branch"];
                    return Object.entries(estate.apps[app]?.plan.versions ?? {}).flatMap(
                        ([environment, { revision }]) =>
                            revision === branch ? [`${app} ${environment}`] : [],
                    );
                }),
            ),
            restored: parts.filter(({ restores }) => restores).length,
            proposed: wishes.length,
        }),
        counts: counts(onServers, all, language),
        warnings: [
            ...warnings(source),
            ...addressItems(addresses, language),
            ...deliveryItems({ both, estate, changes: declared, names, language }),
            ...(paths.length > 0 || declared.some(isTransfer)
                ? [{ tone: "warn" as const, text: pathText(language) }]
                : []),
            ...fromBefore(declared, names, language),
            ...proposedItems(wishes, language),
        ],
        lost: lost.map(({ weight, text }) => ({
            tone:
                weight === "data" ? "bad" : weight === "runs" ? "bad" : weight === "stays" ? "plain" : "warn",
            text,
        })),
        rights: rights.map(({ loosens, text }): Item => ({ tone: loosens ? "bad" : "plain", text })),
        places: rows(onServers, placeOf, names, language),
        drift,
        policies: [
            ...(policy
                ? limits.map(({ loosens, text }): Item => ({ tone: loosens ? "bad" : "warn", text }))
                : []),
            ...policies,
        ],
        ...(policy
            ? {
                  policyVerdict: verdict(policies, {
                      language,
                      failed: hasFailed(report),
                      limited: limits.some(({ loosens }) => loosens),
                  }),
              }
            : {}),
        differences: differences(onServers, names, language),
        ...touchedMap(onServers, placeOf, language),
    });
}

/**
 * What becomes of an object that leaves the stack before the update: a branch that is named no more, images that are to be in
 * another registry (commands/support/movedImages.ts). It stays, and what takes its place is new.
 */
function leavingFirst(each: Change, retained: ReadonlySet<string> | undefined): Change[] {
    const { before, after, providers, id, ...rest } = each;
    if (each.kind === "delete" && retained?.has(each.urn) === true) {
        return [{ ...each, kind: "forget" }];
    }
    if (each.kind !== "replace" || retained?.has(each.urn) !== true) {
        return [each];
    }
    return [
        {
            ...rest,
            kind: "forget",
            ...given("id", id),
            ...given("before", before),
            providers: given("before", providers.before),
        },
        {
            ...rest,
            kind: "create",
            ...given("after", after),
            providers: given("after", providers.after),
        },
    ];
}

/** Chinese puts no blank around its own brackets, and none between its own words. */
function tidied(note: Note): Note {
    if (note.language !== "zh") {
        return note;
    }
    const text = (value: string): string =>
        value
            .split(/(`[^`]*`)/)
            // Names are as they are.
            .map((part, index) =>
                index % 2 === 1
                    ? part
                    : part.replace(/\s+(?=（)|(?<=）)\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])/g, ""),
            )
            .join("");
    const items = (list: readonly Item[]): Item[] => list.map((each) => ({ ...each, text: text(each.text) }));
    return {
        ...note,
        headline: text(note.headline),
        lost: items(note.lost),
        rights: items(note.rights),
        policies: items(note.policies),
        places: note.places.map(({ where, what }) => ({ where, what: what.map(text) })),
        differences: note.differences.map((each) => ({ ...each, title: text(each.title) })),
    };
}

/** An update of an object that was changed by hand: what of it the spec asks for, and whether it puts something back. */
interface Apart {
    /** `same`: it only puts back. Otherwise from what the last update made of it, so that no edit by hand covers it. */
    readonly change: Change;
    readonly restores: boolean;
}

/** @param refreshed what the refresh found, where the object was changed by hand. */
function apart(change: Change, refreshed: RunReport["refreshed"][number] | undefined): Apart {
    const made = refreshed?.old?.inputs;
    const { before, after } = change;
    if (change.kind !== "update" || made === undefined || made === null || after === undefined) {
        return { change, restores: false };
    }
    const [was, found, is] = [made, before ?? {}, after].map(withoutInternals) as [
        Properties,
        Properties,
        Properties,
    ];
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    // A secret has one mark whatever it is: where the provider says that it differs, the spec may be why.
    const maybe = change.changed.filter((key) =>
        [was[key], is[key]].some((value) => JSON.stringify(value ?? "").includes(secretMark)),
    );
    const own = [...new Set([...keys.filter((key) => !isDeepStrictEqual(was[key], is[key])), ...maybe])];
    return own.length === 0
        ? {
              change: { ...change, kind: change.deletion === undefined ? "same" : "update", changed: [] },
              restores: true,
          }
        : {
              change: { ...change, before: was, changed: own.sort(compare) },
              restores: change.changed.some(
                  (key) => isDeepStrictEqual(was[key], is[key]) && !isDeepStrictEqual(found[key], is[key]),
              ),
          };
}

/** Without what providers keep for themselves, such as `__defaults`, at any depth. */
function withoutInternals(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutInternals);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(
              Object.entries(value)
                  .filter(([key]) => !key.startsWith("__"))
                  .map(([key, each]) => [key, withoutInternals(each)]),
          )
        : value;
}

function hasDrifted(step: RunReport["refreshed"][number]): boolean {
    return (
        step.new === null ||
        step.new === undefined ||
        Object.keys(step.detailedDiff ?? {}).length > 0 ||
        (step.diffs ?? []).length > 0
    );
}

/** Whether the preview failed. One that ended before it looked at anything says why on the terminal alone. */
function hasFailed({ began, errors }: NoteSource["report"]): boolean {
    return errors.length > 0 || !began;
}

/** What an update refuses of the change. */
function refusedBy({ ahead }: Pick<NoteSource, "ahead">): Refusal[] {
    return sortFindings([...(ahead?.refused ?? []), ...(ahead?.blocked ?? [])]);
}

/** Most refusals that a note lists. */
const mostRefusals = 10;

/** Why an update changes nothing, and what to do. */
function refusals(source: NoteSource): Item[] {
    const zh = source.language === "zh";
    const found = refusedBy(source);
    if (found.length === 0) {
        return [];
    }
    const [sentence, todo] = [
        (text: string): string => code(hideSecrets(text)),
        zh ? "办法：" : "What to do: ",
    ];
    const open = (source.ahead?.blocked ?? []).length === 0;
    const more = found.length - mostRefusals;
    return [
        {
            tone: "bad",
            text: zh
                ? `合并后更新会拒绝此变更，不会应用任何内容${open ? "（除非由人使用 --accept-outage 执行）" : ""}。原因：`
                : `After the merge the update refuses this change and applies none of it${open ? ", unless a person runs it with --accept-outage" : ""}. Why:`,
        },
        ...found.slice(0, mostRefusals).map((each): Item => {
            const value = each.value === undefined ? "" : `${show(each.value)} `;
            const { rule, fix } = zh ? each.zh : each;
            return {
                tone: "bad",
                text: `${code(each.path)}${zh ? "：" : ": "}${sentence(`${value}${rule}`)}${zh ? "。" : ". "}${todo}${sentence(fix)}`,
            };
        }),
        ...(more > 0 ? [{ tone: "bad" as const, text: zh ? `另有 ${more} 项` : `${more} more` }] : []),
    ];
}

function warnings(source: NoteSource): Item[] {
    const { report, offline, against, ahead, language } = source;
    const zh = language === "zh";
    return [
        ...refusals(source),
        ...(report.began || report.errors.length > 0
            ? []
            : [
                  {
                      tone: "bad" as const,
                      text: zh
                          ? "预览在查看任何对象之前就结束了，原因见其日志。"
                          : "The preview ended before it looked at anything; its log says why.",
                  },
              ]),
        ...(report.errors.length === 0
            ? []
            : [
                  {
                      tone: "bad" as const,
                      text: zh
                          ? "预览失败，以下内容可能不完整。原因："
                          : "The preview failed, so what follows may be incomplete. Why:",
                  },
                  ...report.errors.slice(0, 10).map(({ message }) => ({
                      tone: "bad" as const,
                      text: code(hideSecrets(message).replace(/\s+/g, " ").slice(0, 600)),
                  })),
              ]),
        ...(offline === true
            ? [
                  {
                      tone: "warn" as const,
                      text: zh
                          ? "没有询问服务器：一切都显示为新建。它只说明描述完整并通过检查，不说明会改变或删除什么。"
                          : "The servers were not asked, so everything counts as new. This shows that the description is complete and passes the rules; it cannot show what would be changed or deleted.",
                  },
              ]
            : []),
        ...[
            ...relocationLines(ahead?.relocated ?? [], language, code),
            ...defaultBranchLines(ahead?.defaultBranches ?? [], language, code),
        ].map((text): Item => ({ tone: "plain", text })),
        ...(against === undefined ? [] : unseen(against, language)),
    ];
}

/** Repositories whose next version of pipelines waits for people. */
function proposedItems(wishes: readonly Change[], language: Language): Item[] {
    const names = wishes.map(({ after = {} }) => {
        const { repository, version } = wishOf(after);
        return `${code(repository)} (${code(version)})`;
    });
    return names.length === 0
        ? []
        : [
              {
                  tone: "plain",
                  text:
                      language === "zh"
                          ? `更新后通过合并请求修改 ${code(estateFile)}，由人合并：${listed(names, language, 10)}。`
                          : `After the update a merge request changes ${code(estateFile)}, and people merge it: ${listed(names, language, 10)}.`,
              },
          ];
}

/** What a comparison with an inventory cannot show. */
function unseen({ at, commit, toInclude = [] }: Against, language: Language): Item[] {
    const when = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
    const short = commit === undefined ? undefined : code(commit.slice(0, 8));
    const texts =
        language === "zh"
            ? [
                  `没有凭据，也没有询问任何服务器：这里把描述与 ${when} 的清单${short === undefined ? "" : `（提交 ${short}）`}比较，即最后一次更新之后的状态。`,
                  "以下内容无法显示：此后在服务器上手工改动的内容，以及没有导出清单的更新；算作新建的分支是否早已在 GitLab 上；凭据和其他机密是否改变、是否有效；服务器是否接受。",
                  "此任务运行的是该分支自己的代码，所以分支的作者可以左右这里的内容。合并之后的流水线会先查看服务器，然后才应用。",
              ]
            : [
                  `There were no credentials and no server was asked: this compares the description with the inventory of ${when}${short === undefined ? "" : ` (commit ${short})`}, as the last update left the estate.`,
                  "It cannot show: what was changed on the servers by hand since then, or by an update that exported no inventory; whether a branch that counts as new is on GitLab from before; whether a password, token or other secret differs or works; whether the servers accept the change.",
                  "The job ran this branch's own code, so whoever wrote the branch decides what stands here. The pipeline after the merge looks at the servers before anything is applied.",
              ];
    const files = toInclude.map(({ path, branch }) => `${code(path)} (${code(branch)})`);
    const include =
        files.length === 0
            ? []
            : [
                  language === "zh"
                      ? `没有查看 ${listed(files, language)} 的 ${code(".gitlab-ci.yml")} 是否已包含 ${code(estateFile)}：没有包含时更新会拒绝此变更，因为其作业使用的变量会被移除。`
                      : `Not looked at: whether ${code(".gitlab-ci.yml")} of ${listed(files, language)} includes ${code(estateFile)} already. Where it does not, the update refuses this change: it would take away the variables that the jobs there use.`,
              ];
    return [...texts, ...include].map((text) => ({ tone: "warn", text }));
}

/** Whether it is a branch, or the protection of one that people make, which an update goes on with. */
function isBranchFromBefore({ kind, type }: Change): boolean {
    return kind === "adopt" && /^(Branch|BranchProtection)$/.test(kindOf(type));
}

/** What branches are not new, though the stack did not have them: what they name is delivered again. */
function fromBefore(changes: readonly Change[], names: Names, language: Language): Item[] {
    const branches = changes.filter((each) => isBranchFromBefore(each) && kindOf(each.type) === "Branch");
    const one = branches.length === 1;
    const list = listed(branches.map(names.titled), language);
    const text =
        language === "zh"
            ? `${list} 早已在 GitLab 上：更新会沿用其中原有的内容，其中写明的版本会再次交付`
            : `${list} ${one ? "is" : "are"} on GitLab from before: the update goes on with what is in ${one ? "it" : "them"}, and the version that stands there is delivered again`;
    return branches.length === 0 ? [] : [{ tone: "warn", text }];
}

function counts(changes: readonly Change[], all: readonly Change[], language: Language): string {
    const zh = language === "zh";
    const of = (...kinds: Change["kind"][]): number =>
        changes.filter(({ kind }) => kinds.includes(kind)).length;
    const same = all.filter((each) => isOnServer(each) && each.kind === "same").length;
    const parts: [number, string, string][] = [
        [of("create"), "new", "新建"],
        [of("update"), "changed", "修改"],
        [of("replace"), "made anew", "重建"],
        [of("delete"), "deleted", "删除"],
        [of("adopt"), "taken up as they are", "沿用原有"],
        [of("forget"), "left on the server", "保留在服务器上"],
    ];
    const told = parts
        .filter(([count]) => count > 0)
        .map(([count, en, chinese]) => (zh ? `${chinese} ${count}` : `${count} ${en}`));
    return [...told, zh ? `不变 ${same}` : `${same} unchanged`].join(zh ? "，" : ", ");
}

function policyItems(
    { policies }: NoteSource["report"],
    all: readonly Change[],
    names: Names,
    language: Language,
): Item[] {
    const byUrn = new Map(all.map((each) => [each.urn, each]));
    return policies
        .map(({ urn, policy, level, message }) => {
            const about = urn === undefined ? undefined : byUrn.get(urn);
            const colon = language === "zh" ? "：" : ": ";
            const subject = about === undefined ? "" : `${names.titled(about)}${colon}`;
            const mandatory = level === "mandatory";
            const mark = mandatory ? (language === "zh" ? "，不通过" : ", stops the update") : "";
            return {
                tone: mandatory ? ("bad" as const) : ("warn" as const),
                text: `${code(policy)}${mark}${colon}${subject}${plainSentence(message, policy)}`,
            };
        })
        .sort((a, b) => Number(b.tone === "bad") - Number(a.tone === "bad") || compare(a.text, b.text));
}

/** A policy's message as text in which nothing is markup. */
function plainSentence(message: string, policy: string): string {
    const sentence = hideSecrets(message)
        .replace(/\s+/g, " ")
        // Chinese puts no space after its own full stop.
        .replace(/。\s/g, "。")
        .replace(new RegExp(`^\\s*${policy}\\s*:?\\s*`), "")
        .trim();
    return code(sentence.slice(0, 400));
}

/** What the verdict depends on beside what was found. */
interface Looked {
    readonly language: Language;
    /** Whether the preview failed, so that the pack did not see everything. */
    readonly failed: boolean;
    /** Whether the stack's own configuration takes something away from the pack. */
    readonly limited: boolean;
}

function verdict(items: readonly Item[], { language, failed, limited }: Looked): string {
    const zh = language === "zh";
    const bad = items.filter(({ tone }) => tone === "bad").length;
    const advice = items.length - bad;
    const found = zh
        ? [...(bad > 0 ? [`${bad} 项不通过`] : []), ...(advice > 0 ? [`${advice} 项建议`] : [])]
        : [
              ...(bad > 0
                  ? [`${bad} violation${bad === 1 ? "" : "s"} that stop${bad === 1 ? "s" : ""} the update`]
                  : []),
              ...(advice > 0 ? [`${advice} piece${advice === 1 ? "" : "s"} of advice`] : []),
          ];
    const reserve = [
        ...(failed
            ? [
                  zh
                      ? "预览失败，并非所有策略都检查过"
                      : "not all policies were looked at, for the preview failed",
              ]
            : []),
        ...(limited ? [zh ? "该栈自己的配置放宽了策略" : "the stack's own configuration loosens them"] : []),
    ];
    const nothing =
        reserve.length > 0
            ? zh
                ? "没有发现问题"
                : "nothing was found"
            : zh
              ? "全部通过"
              : "every policy passes";
    return [...(found.length === 0 ? [nothing] : found), ...reserve].join(zh ? "，" : ", ");
}
