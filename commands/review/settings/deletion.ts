/** What is said where an object has another fate than before once the spec asks for it no longer. Pure. */
import type { Language } from "../../../estate/model";
import type { Change, Deletion } from "../change";
import type { Settings, Words } from "./setting";

interface Fate {
    /** What such objects are called. */
    readonly noun: Words;
    /** What is said of them; a fate that is not here does not happen. */
    readonly says: Readonly<Partial<Record<Deletion, Words>>>;
}

const unlessProtected: Fate["says"] = {
    refused: {
        en: "can no longer be deleted by a change of the spec",
        zh: "不再能通过更改规格删除",
    },
    deleted: { en: "can be deleted by a change of the spec", zh: "可以通过更改规格删除" },
};

/** By type; other objects are not told of, or say it by a property. */
const fates: Readonly<Record<string, Fate>> = {
    "kubernetes:core/v1:Namespace": {
        noun: { en: "a namespace", zh: "命名空间" },
        says: {
            deleted: {
                en: "is deleted, with all that runs in it, when its app leaves the cluster or the cluster the estate",
                zh: "在应用离开该集群或该集群退出时，连同其中运行的内容一起删除",
            },
            kept: {
                en: "stays, with all that runs in it, when its app leaves the cluster or the cluster the estate",
                zh: "在应用离开该集群或该集群退出时保留，其中运行的内容也保留",
            },
        },
    },
    "gitlab:index/group:Group": { noun: { en: "groups", zh: "群组" }, says: unlessProtected },
    "gitlab:index/project:Project": { noun: { en: "repositories", zh: "代码仓库" }, says: unlessProtected },
};

/** Whether a review tells what becomes of objects of a type. */
export function hasFate(type: string): boolean {
    return type in fates;
}

/** What is said of the object itself; undefined where its fate is as before. */
export function deletionText({ type, deletion }: Change, language: Language): string | undefined {
    return deletion === undefined ? undefined : fates[type]?.says[deletion.after]?.[language];
}

/** The fate as a setting of the object before or after a change. */
export function deletionSettings({ type, deletion }: Change, side: "before" | "after"): Settings {
    const { noun, says } = fates[type] ?? {};
    const value = deletion?.[side];
    const text = value === undefined ? undefined : says?.[value];
    if (value === undefined || noun === undefined || text === undefined) {
        return {};
    }
    const whole = { en: `${noun.en} ${text.en}`, zh: `${noun.zh}${text.zh}` };
    return {
        deletion: {
            name: noun,
            value,
            sentence: () => whole,
            weight: (_, is) => (is?.value === "deleted" ? "opens" : "calm"),
        },
    };
}
