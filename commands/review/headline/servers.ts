/** What a headline says of servers: clusters, their addresses, and the programs that run there. Pure. */
import { clusterOfSecret, engineOf } from "../../../estate/engines";
import type { Estate, Language } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import { kindOf, type Change } from "../change";
import type { Clause } from "../clause";
import { clusterOf } from "../containers";
import { isSecretData } from "../hide";
import { code, listed } from "../noun";
import { otherVersions } from "../programs";
import { isAnyMoved } from "../receivers";
import { isChannelSecret, isRelayToken } from "../secrets";
import type { Both, Snapshot } from "../snapshot";
import type { HeadlineParts } from "./parts";

/** Clusters that are reached in another way, and channels: what changes there is secret, and no part of the engine's report. */
export function connectionClauses({ changes, both, addresses, estate, language }: HeadlineParts): string[] {
    const zh = language === "zh";
    // Labels of a Secret are no part of what it says.
    const updated = changes.filter(
        ({ kind, type, changed }) =>
            kind === "update" && kindOf(type) === "Secret" && changed.some((key) => isSecretData(type, key)),
    );
    const placesOn = (side: Snapshot, cluster: string): string =>
        JSON.stringify(
            [...side.places].map(([app, environments]) => [
                app,
                [...environments]
                    .filter(([, clusters]) => clusters.has(cluster))
                    .map(([name]) => [name, side.engines.get(app)?.get(name)]),
            ]),
        );
    const namespaces = new Set(
        changes.flatMap((each) =>
            kindOf(each.type) === "Namespace" && each.kind !== "update" && each.kind !== "same"
                ? [clusterOf(each)]
                : [],
        ),
    );
    const found = updated
        .flatMap(({ name }) => clusterOfSecret(name) ?? [])
        // Another namespace is another content too, and so is one that another engine looks after.
        .filter((cluster) => placesOn(both.before, cluster) === placesOn(both.after, cluster))
        .filter((cluster) => !namespaces.has(cluster))
        .filter((cluster) => !addresses.some(({ server }) => server.en === `cluster ${code(cluster)}`));
    const clusters = [...new Set(found)].sort(compare);
    const listedClusters = listed(clusters.map(code), language, 3);
    // The relay's own tokens are in the same Secret as what it needs for channels.
    const renewed = changes.some(isRelayToken);
    const channels = !renewed && updated.some(({ name }) => isChannelSecret(name));
    return [
        ...(clusters.length === 0
            ? []
            : [
                  zh
                      ? `连接集群 ${listedClusters} 的方式改变（地址、证书或令牌）`
                      : `how ${clusters.length === 1 ? "cluster" : "clusters"} ${listedClusters} ${clusters.length === 1 ? "is" : "are"} reached changes (address, certificate or token)`,
              ]),
        ...(channels && isSame(both.before.channels, both.after.channels) && !isAnyMoved(both, estate)
            ? [zh ? "通道的地址或密钥改变" : "addresses or secrets of channels change"]
            : []),
    ];
}

function isSame(one: Snapshot["channels"], other: Snapshot["channels"]): boolean {
    const text = (side: Snapshot["channels"]): string =>
        JSON.stringify(
            [...side]
                .flatMap(([app, channels]) =>
                    [...channels].flatMap(([name, environments]) =>
                        [...environments].map((environment) => [app, name, environment]),
                    ),
                )
                .sort(),
        );
    return text(one) === text(other);
}

/** Servers that are looked for in another place. */
export function addressClauses(addresses: HeadlineParts["addresses"], language: Language): string[] {
    return addresses.map(({ server, was, is, kind }) => {
        const nothing = {
            images: { en: "no image is copied there", zh: "不复制任何镜像" },
            repositories: { en: "no repository is copied there", zh: "不复制任何代码仓库" },
            cluster: { en: "nothing is moved there", zh: "不搬移任何内容" },
        }[kind];
        return language === "zh"
            ? `${server.zh} 的地址由 ${code(was)} 改为 ${code(is)}，${nothing.zh}`
            : `${server.en} is looked for at ${code(is)} instead of ${code(was)}, and ${nothing.en}`;
    });
}

export function clusterClauses({ before, after }: Both<Snapshot>, language: Language): Clause[] {
    const zh = language === "zh";
    const joined = [...after.clusters].filter((name) => !before.clusters.has(name)).sort(compare);
    const left = [...before.clusters].filter((name) => !after.clusters.has(name)).sort(compare);
    return [
        ...joined.map((name): Clause => ({
            weight: "calm",
            text: zh ? `集群 ${code(name)} 加入` : `cluster ${code(name)} joins`,
        })),
        ...left.map((name): Clause => ({
            weight: "outage",
            text: zh ? `集群 ${code(name)} 退出` : `cluster ${code(name)} leaves`,
        })),
    ];
}

/** Engines and other programs whose image changes. */
export function upgradeClauses(changes: readonly Change[], estate: Estate, language: Language): string[] {
    const zh = language === "zh";
    const clauses = otherVersions(changes).map(({ program, was, is }) => {
        const engine = estate.engines
            .map((id) => engineOf(id))
            .find(
                ({ title }) => title.toLowerCase().replace(/[^a-z]/g, "") === program.replace(/[^a-z]/g, ""),
            );
        const title = engine?.title ?? code(program);
        return zh
            ? `${title} 从 ${code(was)} 换成 ${code(is)}（只重启它自己的 Pod）`
            : `${title} goes from ${code(was)} to ${code(is)} (its own pods restart, and no others)`;
    });
    return [...new Set(clauses)];
}
