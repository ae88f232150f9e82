/** Other names: of apps, environments and clusters, which are part of everything made for them, and of namespaces. Pure. */
import type { Estate } from "../../../estate/model";
import { previewEnvironment } from "../../../estate/previews";
import type { Refusal } from "../../doctor/finding";
import { finding } from "./refusal";
import type { StackSnapshot } from "./snapshot";

/** One that is gone and one that is new, in one update: a new name for the same thing, or so it looks. */
export function renamed(
    { apps, environments, clusters }: Pick<Estate, "apps" | "environments" | "clusters">,
    known: StackSnapshot,
): Refusal[] {
    const look = (
        kind: "apps" | "environments" | "clusters",
        before: ReadonlySet<string>,
        now: readonly string[],
    ): Refusal[] => {
        const gone = [...before].filter((name) => !now.includes(name)).sort();
        const added = now.filter((name) => !before.has(name));
        if (gone.length === 0 || added.length === 0) {
            return [];
        }
        const [what, chinese] = {
            apps: [
                "repositories, images, namespaces and what runs in them",
                "代码仓库、镜像、命名空间以及其中运行的内容",
            ],
            environments: ["images, namespaces and what runs in them", "镜像、命名空间以及其中运行的内容"],
            clusters: ["namespaces and what runs in them", "命名空间以及其中运行的内容"],
        }[kind] as [string, string];
        return gone.map((name) =>
            finding(
                "renamed",
                `${kind}.${name}`,
                added.join(", "),
                {
                    rule: `is new while ${name} is gone: a name is part of everything made for it, so ${what} would be deleted, and made empty under the new name`,
                    fix: `keep the name ${name}. To move for good: add the new one beside it, bring over what is to stay, then take the old one away in an update of its own`,
                },
                {
                    rule: `是新的，而 ${name} 不见了：名称是为它创建的一切的组成部分，因此${chinese}会被删除，并以新名称重新创建（为空）`,
                    fix: `保留名称 ${name}。要永久更名：先在旁边添加新的，把要保留的内容搬过去，再单独用一次更新移除旧的`,
                },
            ),
        );
    };
    // Images of previews have a project of their own, and are no environment of the spec.
    const used = new Set(
        [...known.images.values()]
            .map(({ environment }) => environment)
            .filter((environment) => environment !== previewEnvironment),
    );
    return [
        ...look("apps", known.apps, Object.keys(apps)),
        ...look(
            "environments",
            used,
            environments.map(({ name }) => name),
        ),
        ...look("clusters", known.clusters, Object.keys(clusters)),
    ];
}

/** Namespaces have no other name: the old one is deleted, with what runs in it and its volumes. */
export function otherNamespace({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return Object.values(apps).flatMap(({ name, environments }) =>
        environments.flatMap(({ environment, namespace }) => {
            const before = [...(known.namespaces.get(`${name} ${environment}`) ?? [])].filter(
                (each) => each !== namespace,
            );
            return before.map((old) =>
                finding(
                    "namespace-moved",
                    `apps.${name}.environments.${environment}.namespace`,
                    namespace,
                    {
                        rule: `is another namespace than ${old}, which would be deleted with what runs in it and its volumes`,
                        fix: `keep ${old}; or bring over what is to stay, and go on with --accept-outage`,
                    },
                    {
                        rule: `不是原来的命名空间 ${old}，后者会连同其中运行的内容和存储卷一起被删除`,
                        fix: `保留 ${old}；或把要保留的内容搬过去，再用 --accept-outage 继续`,
                    },
                ),
            );
        }),
    );
}
