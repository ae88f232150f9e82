/** Groups and repositories of GitLab that have another address from then on. Pure. */
import type { Language } from "../../estate/model";
import { kindOf, textOf, type Change } from "./change";
import type { Containers } from "./containers";
import { code } from "./noun";

/** What has another path in the same GitLab. */
export interface MovedPath {
    readonly kind: "group" | "repository";
    readonly was: string;
    readonly is: string;
}

/** What is renamed in place. What goes to another group is told by its team. */
export function movedPaths(changes: readonly Change[], { groupsOf, pathOf }: Containers): MovedPath[] {
    return changes.flatMap((each): MovedPath[] => {
        const [was, is] = [each.before, each.after].map((side) => textOf(side?.["path"]));
        const kind = { Group: "group", Project: "repository" }[kindOf(each.type)] as
            MovedPath["kind"] | undefined;
        if (
            !each.type.startsWith("gitlab:") ||
            kind === undefined ||
            each.kind !== "update" ||
            was === undefined ||
            is === undefined ||
            was === is
        ) {
            return [];
        }
        const above =
            kind === "group" ? groupsOf(each.after?.["parentId"]) : pathOf(each).split("/").slice(0, -1);
        const [before, after] = [was, is].map((last) => [...above, last].join("/")) as [string, string];
        return [{ kind, was: before, is: after }];
    });
}

/** Whether a repository goes to another group with all that is in it. */
export function isTransfer({ kind, type, changed }: Change): boolean {
    return (
        kind === "update" &&
        kindOf(type) === "Project" &&
        type.startsWith("gitlab:") &&
        changed.includes("namespaceId")
    );
}

/** For the headline. */
export function pathClauses(paths: readonly MovedPath[], language: Language): string[] {
    return paths.map(({ kind, was, is }) =>
        language === "zh"
            ? kind === "group"
                ? `GitLab 群组 ${code(was)} 改为 ${code(is)}，其中所有代码仓库随之改变地址`
                : `代码仓库 ${code(was)} 改为 ${code(is)}`
            : kind === "group"
              ? `GitLab group ${code(was)} becomes ${code(is)}, and all its repositories get another address with it`
              : `repository ${code(was)} becomes ${code(is)}`,
    );
}

/** What another address means to those who use the old one. */
export function pathText(language: Language): string {
    return language === "zh"
        ? "代码仓库改变地址：GitLab 会从旧地址跳转到新地址，直到有人用旧名称新建群组或代码仓库。请在本地克隆、子模块以及其他项目的流水线中改用新地址。"
        : "Repositories get another address: GitLab leads from the old address to the new one until somebody makes a group or repository with the old name. Write the new one into clones, submodules and pipelines of other projects.";
}
