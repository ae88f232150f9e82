/** Apps whose manifests something else renders from then on: Helm, Kustomize, Jsonnet, nothing. Pure. */
import { configOf, versionFile, versionOf } from "../../estate/flows/plan";
import type { App, Delivery, Estate, Language } from "../../estate/model";
import { onMachine } from "../../estate/machines";
import { compare } from "../../estate/problem";
import { kindOf, textOf, type Change } from "./change";
import type { Item } from "./item";
import type { Names } from "./names";
import { code, listed } from "./noun";
import type { Both, Snapshot } from "./snapshot";

const words: Readonly<Record<Delivery, Readonly<Record<Language, string>>>> = {
    helm: { en: "Helm", zh: "Helm" },
    kustomize: { en: "Kustomize", zh: "Kustomize" },
    jsonnet: { en: "Jsonnet", zh: "Jsonnet" },
    plain: { en: "plain manifests", zh: "普通清单" },
};

interface OtherDelivery {
    readonly app: App;
    readonly was: Delivery;
}

function otherDeliveries({ before, after }: Both<Snapshot>, { apps }: Pick<Estate, "apps">): OtherDelivery[] {
    return [...after.deliveries.keys()].sort(compare).flatMap((name) => {
        const [was, is, app] = [before.deliveries.get(name), after.deliveries.get(name), apps[name]];
        return was === undefined || was === is || app === undefined ? [] : [{ app, was }];
    });
}

/** For the headline. */
export function deliveryClauses(
    both: Both<Snapshot>,
    estate: Pick<Estate, "apps">,
    language: Language,
): string[] {
    const grouped = new Map<string, string[]>();
    for (const { app, was } of otherDeliveries(both, estate)) {
        const key = `${was} ${app.delivery}`;
        grouped.set(key, [...(grouped.get(key) ?? []), app.name]);
    }
    return [...grouped].map(([key, apps]) => {
        const [was, is] = key.split(" ").map((each) => words[each as Delivery][language]) as [string, string];
        const who = listed(apps.map(code), language, 3);
        return language === "zh"
            ? `${who} 改用 ${is} 交付（原为 ${was}）`
            : `${who} ${apps.length === 1 ? "is" : "are"} delivered with ${is} instead of ${was}`;
    });
}

/** What it takes that what runs goes on: the files are the team's, and no update brings them to every branch. */
export function deliveryItems({
    both,
    estate,
    changes,
    names,
    language,
}: {
    readonly both: Both<Snapshot>;
    readonly estate: Pick<Estate, "apps">;
    readonly changes: readonly Change[];
    readonly names: Names;
    readonly language: Language;
}): Item[] {
    const zh = language === "zh";
    return otherDeliveries(both, estate).map(({ app, was }) => {
        // What runs on a machine is a Compose file whatever renders the rest.
        const places = app.environments
            .filter((each) => !onMachine(each))
            .map((each): Place => {
                const version = versionOf(app, each);
                const repository = configOf(app, each).at.fullPath;
                return { repository, branch: version.revision, file: versionFile(version) };
            });
        const made = places.filter(({ repository, branch, file }) =>
            changes.some(
                (each) =>
                    each.kind === "create" &&
                    kindOf(each.type) === "RepositoryFile" &&
                    names.repositoryOf(each) === repository &&
                    textOf(each.after?.["filePath"]) === file &&
                    textOf(each.after?.["branch"]) === branch,
            ),
        );
        const [who, to, from] = [code(app.name), words[app.delivery][language], words[was][language]];
        const [all, empty] = [placesText(places, language), placesText(made, language)];
        return {
            tone: "bad",
            text: zh
                ? `${who} 改用 ${to} 交付（原为 ${from}）：此后运行的内容由 ${all} 决定。请在合并之前准备好这些文件，并写明正在运行的版本：缺少文件的地方无法再交付任何内容。${empty === "" ? "" : `更新会新建 ${empty}，其中没有版本：那里正在运行的 Pod 会停止，直到下一次交付。`}`
                : `${who} is delivered with ${to} instead of ${from}: from then on ${all} decides what runs. Bring the file there before you merge, with the version that runs: where it is missing nothing can be delivered any more.${empty === "" ? "" : ` The update makes ${empty}, without a version: pods that run there end, until the next delivery.`}`,
        };
    });
}

/** A file on a branch. */
interface Place {
    readonly repository: string;
    readonly branch: string;
    readonly file: string;
}

/** `a.yaml on branches dev and test of group/web-config`. */
function placesText(places: readonly Place[], language: Language): string {
    const grouped = new Map<string, Place[]>();
    for (const each of places) {
        const key = `${each.repository} ${each.file}`;
        grouped.set(key, [...(grouped.get(key) ?? []), each]);
    }
    const texts = [...grouped.values()].map((those) => {
        const [{ repository, file } = { repository: "", file: "" }] = those;
        const branches = [...new Set(those.map(({ branch }) => branch))];
        const list = listed(branches.map(code), language, 6);
        return language === "zh"
            ? `${code(repository)} 分支 ${list} 的 ${code(file)}`
            : `${code(file)} on ${branches.length === 1 ? "branch" : "branches"} ${list} of ${code(repository)}`;
    });
    return listed(texts, language, 6);
}
