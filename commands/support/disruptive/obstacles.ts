/** What the engine would end at, because it is protected. Pure. */
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import { liveResources, type ExportedStack, type StateResource } from "../exported";
import { movedImages } from "../movedImages";
import { nameOf } from "../urn";
import { finding } from "./refusal";

/**
 * What no option makes an update do: the engine deletes nothing that is protected, puts nothing in its place, and would end
 * at it. Reported before, with the way that ends whole.
 */
export function obstacles(estate: Pick<Estate, "apps" | "teams">, exported: ExportedStack): Refusal[] {
    return [
        ...movedImages(estate, exported)
            .filter(({ resource }) => resource.protect === true)
            .map(({ environment, registry, to, project }) =>
                finding(
                    "image-project-protected",
                    `environments.${environment}.registry`,
                    to,
                    {
                        rule: `cannot take the place of ${registry}: ${project} there has deletionProtection, and Pulumi replaces nothing that is protected`,
                        fix: `in an update of its own set deletionProtection: false where ${environment} has it, with registry: ${registry}; then change registry. ${project} stays in ${registry} with its images; deletionProtection can be set again in the same update`,
                    },
                    {
                        rule: `无法取代 ${registry}：其中的 ${project} 设有 deletionProtection，Pulumi 不会替换受保护的对象`,
                        fix: `先单独用一次更新在 ${environment} 处设置 deletionProtection: false，registry 仍为 ${registry}；之后再更改 registry。${project} 连同镜像保留在 ${registry} 中；在同一次更新中可以重新设置 deletionProtection`,
                    },
                ),
            ),
        ...orphanedGroups(estate, exported),
    ];
}

/** Full path of a group, or its last part where the state has no more. */
function fullPathOf({ inputs, outputs }: StateResource): string {
    return String(outputs?.["fullPath"] ?? inputs?.["path"]);
}

/** Protected groups that are not needed any more, while apps that were in them stay: their repositories move to another one. */
function orphanedGroups({ apps, teams }: Pick<Estate, "apps" | "teams">, exported: ExportedStack): Refusal[] {
    const live = liveResources(exported);
    const components = new Map(live.map((each) => [each.urn, each]));
    const componentOf = ({ parent = "" }: StateResource): string => nameOf(components.get(parent)?.urn ?? "");
    const isNeeded = (component: string): boolean => {
        const [, kind, team = ""] = /^(team|guarded)-(.+)$/.exec(component) ?? [];
        return kind === "guarded"
            ? Object.values(apps).some(
                  (app) =>
                      app.team === team &&
                      app.plan.configs.some(({ audience }) => audience === "maintainers"),
              )
            : Object.hasOwn(teams, team);
    };
    return live
        .filter(
            ({ type, protect, parent = "" }) =>
                type === "gitlab:index/group:Group" &&
                protect === true &&
                /:(TeamGroup|GuardedGroup)$/.test(components.get(parent)?.type ?? ""),
        )
        .filter((group) => !isNeeded(componentOf(group)))
        .flatMap((group) => {
            const inside = new Set(
                live
                    .filter(
                        ({ type, inputs }) =>
                            type === "gitlab:index/project:Project" &&
                            String(inputs?.["namespaceId"]) === group.id,
                    )
                    .map(componentOf),
            );
            return Object.values(apps)
                .filter(({ name }) =>
                    [`app-${name}-repository`, `config-${name}`, `guarded-config-${name}`].some((component) =>
                        inside.has(component),
                    ),
                )
                .map((app) =>
                    finding(
                        "group-protected",
                        `apps.${app.name}.team`,
                        app.team,
                        {
                            rule: `would leave the group ${fullPathOf(group)} behind, which nothing needs then; it has deletionProtection, and Pulumi deletes nothing that is protected`,
                            fix: `in an update of its own set deletionProtection: false where ${app.name} has it, with the team as it was; then make this change, in which it can be set again. Repositories move with what is in them`,
                        },
                        {
                            rule: `会留下不再需要的群组 ${fullPathOf(group)}；它设有 deletionProtection，Pulumi 不会删除受保护的对象`,
                            fix: `先单独用一次更新在 ${app.name} 处设置 deletionProtection: false，团队保持不变；之后再做此变更，其中可以重新设置。代码仓库连同其中的内容一起移动`,
                        },
                    ),
                );
        });
}
