/** What a change deletes or makes anew, and what that means to people. Pure. */
import { engineOf } from "../../estate/engines";
import { appLabel, environmentLabel } from "../../estate/labels";
import type { Language } from "../../estate/model";
import { compare } from "../../estate/problem";
import { isOnServer, kindOf, mapOf, textOf, type Change } from "./change";
import { clusterOf, shown } from "./containers";
import { enginesInReview } from "./engines";
import { endingSooner } from "./lifetimes";
import type { Target } from "./engines/engine";
import type { Names } from "./names";
import { code, listed } from "./noun";
import { tally } from "./nouns";
import { successors } from "./programs";
import { renewed } from "./rights/programs";
import { retentionLosses, type KeptImages } from "./retention";
import { isRight } from "./rights";
import { patternOf } from "./rights/protections";
import { engineChanges, engineOfObject, type Both, type Snapshot } from "./snapshot";

/** One thing that is lost. */
export interface Loss {
    /** `data`: nothing brings it back. `runs`: something that runs ends. `other`: all else. `stays`: only forgotten. */
    readonly weight: "data" | "runs" | "other" | "stays";
    readonly text: string;
    /** Short form for the headline, by what it is about; absent: not worth one. */
    readonly type?: string;
}

interface Context {
    readonly changes: readonly Change[];
    readonly names: Names;
    readonly language: Language;
    readonly appOf: (each: Change) => string | undefined;
    readonly both: Both<Snapshot>;
    /** Where Harbor keeps another number of images. */
    readonly kept: readonly KeptImages[];
}

/** With what is found in the changes once. */
interface Looked extends Context {
    /** What goes on as another object, by the URN of the one that goes. */
    readonly successors: ReadonlyMap<string, Change>;
}

const imageProject = "harbor:index/project:Project";

const weights: readonly Loss["weight"][] = ["data", "runs", "other", "stays"];

/** Everything that is lost, the worst first. */
export function losses(context: Context): Loss[] {
    const { changes, names, language } = context;
    const looked = { ...context, successors: successors(changes) };
    const zh = language === "zh";
    const gone = changes.filter((each) => isOnServer(each) && ["delete", "replace"].includes(each.kind));
    const lost = new Set(gone.map(({ urn }) => urn));
    const inside = (each: Change): boolean => {
        const container = names.containerOf(each);
        return container !== undefined && lost.has(container.urn);
    };
    const alone = gone.filter((each) => !inside(each));
    const losses: Loss[] = [];
    const rest: { deleted: Change[]; replaced: Change[] } = { deleted: [], replaced: [] };
    const goingOn: Change[] = [];
    for (const each of alone) {
        const count = gone.filter((other) => names.containerOf(other)?.urn === each.urn).length;
        const loss = lossOf(each, count, looked, lost);
        if (loss === "reported elsewhere") {
            continue;
        }
        if (loss === "goes on") {
            goingOn.push(each);
            continue;
        }
        if (loss === undefined) {
            rest[each.kind === "delete" ? "deleted" : "replaced"].push(each);
        } else {
            losses.push(isAccess(each) ? loss : { ...loss, type: each.type });
        }
    }
    const password = renewed(
        changes.filter((each) => !inside(each)),
        names,
        language,
    );
    const sooner = endingSooner(changes, names, language);
    const others = (all: readonly Change[], verb: readonly [string, string]): Loss[] =>
        all.length === 0
            ? []
            : [
                  {
                      weight: "other",
                      text: restText(all, verb[zh ? 1 : 0], names, language),
                  },
              ];
    const kept = changes.filter((each) => each.kind === "forget" && isOnServer(each));
    const empty = changes.filter(
        (each) =>
            each.type === imageProject &&
            each.kind === "create" &&
            kept.some(({ urn, type }) => urn === each.urn && type === imageProject),
    );
    return [
        ...losses,
        ...empty.map((each): Loss => ({
            weight: "runs",
            text: zh
                ? `${names.titled(each)} 是新建的空项目，镜像留在原来的 Harbor 中。${pods(each, context, lost)}`
                : `${names.titled(each)} is new and empty: the images stay where they are.${pods(each, context, lost)}`,
        })),
        ...retentionLosses(context.kept, language).map((text): Loss => ({ weight: "data", text })),
        ...(sooner === undefined ? [] : [{ weight: "runs" as const, text: sooner }]),
        ...(password === undefined ? [] : [{ weight: "other" as const, text: password }]),
        ...bareForAMoment(alone, names, language),
        ...madeAnewBeside(goingOn, names, language),
        ...others(rest.deleted, ["deletes", "删除"]),
        ...others(rest.replaced, ["makes anew (deletes it and creates it again)", "重建（先删除再创建）"]),
        ...handedOver(context),
        ...(kept.length === 0 ? [] : [{ weight: "stays" as const, text: staysText(kept, names, language) }]),
    ]
        .map((each, index) => ({ each, index }))
        .sort((a, b) => weights.indexOf(a.each.weight) - weights.indexOf(b.each.weight) || a.index - b.index)
        .map(({ each }) => each);
}

/** What another engine goes on with. Its objects are not among the changes: they stay as they are. */
function handedOver({ both, language }: Context): Loss[] {
    return [...engineChanges(both)]
        .sort(([one], [other]) => compare(one, other))
        .map(([app, environments]) => {
            const [move] = environments.values();
            const [from, to] = [move?.before, move?.after].map((name) => engineOf(name ?? "").title);
            const where = listed([...environments.keys()].map(code), language);
            return {
                weight: "stays" as const,
                text:
                    language === "zh"
                        ? `${code(app)} 在 ${where} 中由 ${from} 交付的对象全部保留，此后由 ${to} 管理；Pod 不会重启`
                        : `what ${from} delivered of ${code(app)} in ${where} stays, and is ${to}'s from then on: the same objects, and no pod restarts`,
            };
        });
}

/** Whether an object delivered an app that another engine goes on with. */
function isHandedOver(each: Change, both: Both<Snapshot>): boolean {
    const labels = mapOf(mapOf(shown(each)["metadata"])["labels"]);
    const [app, environment] = [textOf(labels[appLabel]), textOf(labels[environmentLabel])];
    return (
        engineChanges(both)
            .get(app ?? "")
            ?.has(environment ?? "") === true
    );
}

/** Protections that are made anew: GitLab has none in between. */
function bareForAMoment(alone: readonly Change[], names: Names, language: Language): Loss[] {
    const found = alone.filter(
        ({ type, kind, before, after }) =>
            kind === "replace" &&
            /^(Branch|Tag)Protection$/.test(kindOf(type)) &&
            // What is about something else is reported as a right.
            patternOf(before) === patternOf(after),
    );
    if (found.length === 0) {
        return [];
    }
    const list = listed(found.map(names.name), language, 4);
    return [
        {
            weight: "other",
            text:
                language === "zh"
                    ? `重新设置保护：${list}。更换时会有片刻没有保护。`
                    : `sets the protection of ${list} anew: for a moment in between there is none.`,
        },
    ];
}

/** Objects that deliver, and whose successors go on with what is there. */
function madeAnewBeside(goingOn: readonly Change[], names: Names, language: Language): Loss[] {
    return goingOn.length === 0
        ? []
        : [
              {
                  weight: "other",
                  text:
                      language === "zh"
                          ? `${restText(goingOn, "重建", names, language)}；其间已部署的内容继续运行`
                          : `${restText(goingOn, "makes anew", names, language)}; what ${goingOn.length === 1 ? "it" : "they"} delivered goes on running meanwhile`,
              },
          ];
}

/** What holds something is named, the rest is counted. */
function staysText(kept: readonly Change[], names: Names, language: Language): string {
    const holding = kept.filter(({ type }) =>
        /:(Group|Project|Branch|ProjectEnvironment|Namespace)$/.test(type),
    );
    const others = kept.filter((each) => !holding.includes(each));
    const parts = [
        ...(holding.length === 0 ? [] : [listed(holding.map(names.titled), language, 6)]),
        ...(others.length === 0
            ? []
            : [
                  tally(
                      others.map(({ type }) => type),
                      language,
                  ),
              ]),
    ];
    const one = kept.length === 1;
    return language === "zh"
        ? `${parts.join("，以及 ")} 保留在服务器上，但不再由本平台管理`
        : `${parts.join(", and ")} ${one ? "stays" : "stay"} on the server; the estate no longer looks after ${one ? "it" : "them"}`;
}

function restText(all: readonly Change[], verb: string, names: Names, language: Language): string {
    if (all.length <= 3) {
        return `${verb} ${listed(all.map(names.titled), language)}`;
    }
    const count = tally(
        all.map(({ type }) => type),
        language,
    );
    const examples = listed(all.map(names.name), language, 4);
    return language === "zh" ? `${verb} ${count}：${examples}` : `${verb} ${count}: ${examples}`;
}

/** Whether an image project is of the environment of a namespace. */
function hasImagesOf(project: Change, namespace: Change): boolean {
    const { labels } = mapOf(shown(namespace)["metadata"]);
    const environment = textOf(mapOf(labels)[environmentLabel]);
    return environment === undefined || project.name.includes(`-${environment}-`);
}

/** What it means that images are gone. Where nothing of the app runs any more, nobody looks for one. */
function pods(each: Change, { changes, appOf, language }: Context, lost: ReadonlySet<string>): string {
    const runs = changes.some(
        (other) =>
            kindOf(other.type) === "Namespace" &&
            !lost.has(other.urn) &&
            appOf(other) === appOf(each) &&
            hasImagesOf(each, other),
    );
    return !runs
        ? ""
        : language === "zh"
          ? "之后启动的 Pod 在重新构建或复制镜像之前找不到镜像。"
          : " Pods that start later find no image until one is built or copied.";
}

/** `goes on`: it delivered something, is made anew, and what it delivered stays. */
type LossOrNot = Loss | "reported elsewhere" | "goes on" | undefined;

/** What is lost with one object, of which `count` others are the estate's too. */
function lossOf(each: Change, count: number, context: Looked, lost: ReadonlySet<string>): LossOrNot {
    const [server] = each.type.split(":");
    if (server === "kubernetes") {
        return clusterLoss(each, count, context, lost);
    }
    const found =
        each.type === imageProject
            ? imagesLoss(each, context, lost)
            : server === "gitlab"
              ? gitlabLoss(each, context)
              : undefined;
    // Rights are reported as rights.
    return found ?? (isRight(each) ? "reported elsewhere" : undefined);
}

/** A loss in the language of the note. */
function said(weight: Loss["weight"], language: Language, en: string, zh: string): Loss {
    return { weight, text: language === "zh" ? zh : en };
}

function clusterLoss(each: Change, count: number, context: Looked, lost: ReadonlySet<string>): LossOrNot {
    const { names, language } = context;
    const anew = each.kind === "replace";
    const title = names.titled(each);
    const say = (weight: Loss["weight"], en: string, zh: string): Loss => said(weight, language, en, zh);
    switch (kindOf(each.type)) {
        case "Namespace":
            return namespaceLoss(each, count, context, lost);
        case "CustomResourceDefinition":
            return say(
                "data",
                `deletes ${title}, and with it every object of that kind on the cluster`,
                `删除 ${title}，该集群上此类型的所有对象也会被删除`,
            );
        case "PersistentVolumeClaim":
        case "StatefulSet":
            return say(
                "data",
                `deletes ${title}${anew ? " and makes it anew" : ""}: data it holds may go with it`,
                `删除 ${title}${anew ? "并重新创建" : ""}：其中的数据可能随之丢失`,
            );
        case "Deployment":
        case "DaemonSet": {
            const successor = context.successors.get(each.urn);
            if (successor !== undefined) {
                const next = names.titled(successor);
                return say(
                    "other",
                    `${title} makes room for another version of it, ${next}`,
                    `${title} 由另一版本的 ${next} 取代`,
                );
            }
            return say(
                "runs",
                anew ? `stops ${title} and starts it anew` : `stops and deletes ${title}`,
                anew ? `停止 ${title} 并重新启动` : `停止并删除 ${title}`,
            );
        }
        default: {
            const target = targetOf(each);
            return target !== undefined
                ? deliveryLoss(each, target, context, lost)
                : isRight(each)
                  ? "reported elsewhere"
                  : undefined;
        }
    }
}

/** Whether an object belongs to the account by which an engine delivers to a cluster. */
function isAccess({ parent = "" }: Change): boolean {
    return /:ClusterAccess::[^:]*$/.test(parent);
}

function namespaceLoss(each: Change, count: number, context: Context, lost: ReadonlySet<string>): Loss {
    const { changes, names, language, appOf } = context;
    const title = names.titled(each);
    if (isAccess(each)) {
        const anew = each.kind === "replace";
        return said(
            "other",
            language,
            `${anew ? `makes ${title} anew` : `deletes ${title}`}: nothing runs in it, it holds the account that delivers to the cluster`,
            `${anew ? `重建 ${title}` : `删除 ${title}`}：其中没有运行任何内容，只有向该集群交付所用的账号`,
        );
    }
    const app = appOf(each);
    const imagesGo = changes.some(
        (other) =>
            other.type === imageProject &&
            lost.has(other.urn) &&
            appOf(other) === app &&
            hasImagesOf(other, each),
    );
    const images =
        app === undefined
            ? { en: "", zh: "" }
            : imagesGo
              ? { en: " Its images are deleted too.", zh: "镜像也一并删除。" }
              : { en: " The images and what is in git stay.", zh: "镜像和 Git 中的清单保留。" };
    const own =
        count === 0
            ? { en: "", zh: "" }
            : {
                  en: ` (${count} object${count === 1 ? "" : "s"} of the estate among them)`,
                  zh: `（其中由本平台创建的对象 ${count} 个）`,
              };
    return each.kind === "replace"
        ? said(
              "runs",
              language,
              `deletes ${title} and makes it anew, empty: everything in it ends${own.en}.${images.en}`,
              `删除 ${title} 并重新创建（为空）：其中运行的一切都会停止${own.zh}。${images.zh}`,
          )
        : said(
              "runs",
              language,
              `deletes ${title} with everything that runs and lies in it${own.en}.${images.en}`,
              `删除 ${title}，其中运行和存放的一切都会消失${own.zh}。${images.zh}`,
          );
}

/** What an object of an engine delivers to. */
function targetOf(each: Change): Target | undefined {
    const engine = engineOfObject(each.type);
    return engine === undefined ? undefined : enginesInReview[engine]?.target(kindOf(each.type), shown(each));
}

/** An object that delivered an app: something else may, and what it delivered may go with it. */
function deliveryLoss(
    each: Change,
    { cluster, namespace, takesAlong }: Target,
    { changes, names, language, both }: Context,
    lost: ReadonlySet<string>,
): LossOrNot {
    const title = names.titled(each);
    const target = changes.find(
        (other) =>
            kindOf(other.type) === "Namespace" &&
            (cluster === undefined || clusterOf(other) === cluster) &&
            mapOf(shown(other)["metadata"])["name"] === namespace,
    );
    if ((target !== undefined && lost.has(target.urn)) || isHandedOver(each, both)) {
        return "reported elsewhere";
    }
    const place = cluster === undefined ? code(namespace) : `${code(namespace)} on ${code(cluster)}`;
    const zhPlace = `${cluster === undefined ? "" : `${code(cluster)} 上的`}命名空间 ${code(namespace)}`;
    if (each.kind === "replace" && !takesAlong) {
        return "goes on";
    }
    const [en, zh] =
        each.kind === "replace"
            ? [
                  `makes ${title} anew: what it delivered to namespace ${place} is deleted, and delivered again`,
                  `重建 ${title}：它交付到${zhPlace} 的内容会被删除，然后重新交付`,
              ]
            : takesAlong
              ? [
                    `${title} ends: what it delivered to namespace ${place} is deleted with it`,
                    `${title} 被移除：它交付到${zhPlace} 的内容会一并删除`,
                ]
              : [
                    `${title} ends: nothing is delivered to namespace ${place} any more; what runs there goes on`,
                    `${title} 被移除：不再向 ${zhPlace} 交付；已运行的内容继续运行`,
                ];
    return said("runs", language, en, zh);
}

function imagesLoss(each: Change, context: Context, lost: ReadonlySet<string>): Loss {
    const { names, language } = context;
    const title = names.titled(each);
    const end = emptyAgain(each);
    return each.before?.["forceDestroy"] === true
        ? said(
              "data",
              language,
              `deletes ${title} with every image in it${end.en}.${pods(each, context, lost)}`,
              `删除 ${title} 及其中所有镜像${end.zh}。${pods(each, context, lost)}`,
          )
        : said(
              "data",
              language,
              `deletes ${title}${end.en}. Harbor refuses that while there are images in it, and the update then ends with an error.`,
              `删除 ${title}${end.zh}。其中还有镜像时 Harbor 会拒绝删除，更新随即报错结束。`,
          );
}

/** What follows "deletes" where something takes its place. */
function emptyAgain({ kind }: Change): Record<Language, string> {
    return kind === "replace"
        ? { en: ", and makes it anew, empty", zh: "，并重新创建（为空）" }
        : { en: "", zh: "" };
}

function gitlabLoss(each: Change, { names, language }: Context): LossOrNot {
    const title = names.titled(each);
    const end = emptyAgain(each);
    switch (kindOf(each.type)) {
        case "Project":
            return said(
                "data",
                language,
                `deletes ${title} with its branches, merge requests and issues${end.en}. Nothing but a backup brings them back.`,
                `删除 ${title} 及其分支、合并请求和议题${end.zh}。只能从备份恢复。`,
            );
        case "Group":
            return said(
                "data",
                language,
                `deletes ${title} with everything in it${end.en}. Nothing but a backup brings it back.`,
                `删除 ${title} 及其中的一切${end.zh}。只能从备份恢复。`,
            );
        case "RepositoryFile":
            // The estate's own pipelines are no data: whatever is used of them is kept by its tag.
            return /:PipelinesProject::[^:]*$/.test(each.parent ?? "")
                ? undefined
                : said("data", language, `deletes ${title}`, `删除 ${title}`);
        default:
            return undefined;
    }
}
