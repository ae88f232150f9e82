/** What a headline says of the jobs of repositories. Pure. */
import type { Language } from "../../../estate/model";
import { estateFile } from "../../../estate/pipeline";
import { kindOf, textOf, type Change } from "../change";

/** Repositories whose jobs come from another place. */
export function pipelineClauses(changes: readonly Change[], language: Language): string[] {
    const zh = language === "zh";
    const of = (wanted: (file: string) => boolean, ...kinds: Change["kind"][]): Set<unknown> =>
        new Set(
            changes
                .filter(({ type, kind }) => kindOf(type) === "RepositoryFile" && kinds.includes(kind))
                .map((each) => each.after ?? each.before ?? {})
                .filter(({ filePath }) => wanted(textOf(filePath) ?? ""))
                .map(({ project }) => project),
        );
    const isCopy = (file: string): boolean => /^ci\//.test(file) && file !== estateFile;
    const isIncluding = (file: string): boolean => file === estateFile;
    const [comes, goes] = [of(isIncluding, "create"), of(isIncluding, "delete", "forget")];
    // The same file on another branch is no other way.
    const count = (here: Set<unknown>, there: Set<unknown>, copies: Set<unknown>): number =>
        [...here].filter((project) => !there.has(project) && copies.has(project)).length;
    const now = count(comes, goes, of(isCopy, "delete", "forget"));
    const before = count(goes, comes, of(isCopy, "create"));
    const repositories = (many: number): string => `${many} ${many === 1 ? "repository" : "repositories"}`;
    return [
        ...(now === 0
            ? []
            : [
                  zh
                      ? `${now} 个仓库的流水线作业改为引用平台项目，不再使用副本`
                      : `the jobs of ${repositories(now)} are included from the estate's project, and no longer copies`,
              ]),
        ...(before === 0
            ? []
            : [
                  zh
                      ? `${before} 个仓库的流水线作业改为副本，不再引用平台项目`
                      : `the jobs of ${repositories(before)} are copies, and no longer included from the estate's project`,
              ]),
    ];
}
