/**
 * First content that a repository had before and gets again: pipelines that were switched off and on, or included and then copied
 * again, previews, a delivery or flow that was changed and changed back. What is in the files is the team's and stays in the repository, and the provider
 * refuses to make a file that is there; so it is imported, with the content it has.
 */
import { posix } from "node:path";
import { versionFile } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import { estateFile } from "../../estate/pipeline";
import type { Refusal } from "../doctor/finding";
import type { Ask } from "../doctor/http";
import { record, text } from "../doctor/json";
import { CommandError, type RunResult } from "./console";
import { runPulumi, stackArguments, type PulumiEngine } from "./pulumiEngine";
import { liveResources, type ExportedStack, type StateResource } from "./exported";
import type { Wanted } from "./leftOnServer";

/** Type of a file that the estate makes. */
export const fileType = "gitlab:index/repositoryFile:RepositoryFile";

/** The file by which each kind of content is recognised. */
const marks = {
    delivery: {
        helm: "Chart.yaml",
        kustomize: "kustomization.yaml",
        plain: "deployment.yaml",
        jsonnet: "main.jsonnet",
    },
    ci: { gitlab: ".gitlab-ci.yml", jenkins: "Jenkinsfile" },
} as const;

/** What a state knows of repositories. */
interface Known {
    /** Ids of projects, by full path. */
    readonly projects: ReadonlyMap<unknown, string | undefined>;
    readonly files: readonly StateResource["inputs"][];
    /** Whether a project has a file of that name, in whatever folder. */
    readonly has: (project: string, mark: string) => boolean;
}

function known(exported: ExportedStack): Known {
    const live = liveResources(exported);
    const projects = new Map(
        live
            .filter(({ type }) => type === "gitlab:index/project:Project")
            .map(({ id, outputs }) => [outputs?.["pathWithNamespace"], id]),
    );
    const files = live.filter(({ type }) => type === fileType).map(({ inputs }) => inputs);
    const has = (project: string, mark: string): boolean =>
        files.some(
            (file) => file?.["project"] === project && String(file["filePath"]).split("/").at(-1) === mark,
        );
    return { projects, files, has };
}

/** Whether a repository that the state knows gets content that it does not know of. Pure. */
export function getsContent({ apps }: Pick<Estate, "apps">, exported: ExportedStack): boolean {
    const { projects, files, has } = known(exported);
    const reaches = (project: string, folder: string): boolean =>
        files.some(
            (file) => file?.["project"] === project && posix.dirname(String(file["filePath"])) === folder,
        );
    return Object.values(apps).some(({ repository, config, delivery, ci, plan, included, previews }) => {
        const project = projects.get(config.fullPath);
        const source = projects.get(repository.fullPath);
        const copies = [
            (marks.ci as Readonly<Record<string, string>>)[ci],
            previews === undefined || included !== undefined ? undefined : "preview.sh",
        ];
        const wanted = [
            (marks.delivery as Readonly<Record<string, string>>)[delivery],
            (marks.ci as Readonly<Record<string, string>>)[ci],
        ];
        return (
            (project !== undefined && wanted.some((mark) => mark !== undefined && !has(project, mark))) ||
            (source !== undefined && copies.some((mark) => mark !== undefined && !has(source, mark))) ||
            // It included its pipelines, and gets copies: the scripts of before may still be there.
            (ci !== "none" &&
                included === undefined &&
                [source, project].some(
                    (each) => each !== undefined && has(each, posix.basename(estateFile)),
                )) ||
            // An environment that another repository had, or this one had before.
            Object.values(plan.versions).some((place) => {
                const other = projects.get(place.repository);
                return other !== undefined && !reaches(other, posix.dirname(versionFile(place)));
            })
        );
    });
}

/** A repository that has copies of its pipelines, as far as the state knows, and is to include them. */
export interface ToInclude {
    readonly app: string;
    /** Id and full path of the project. */
    readonly project: string;
    readonly path: string;
    /** A branch whose file counts: the one it starts with, or the one that work begins on. */
    readonly branch: string;
}

/** The repositories that change from copies to included pipelines. Pure. */
export function toInclude({ apps }: Pick<Estate, "apps">, exported: ExportedStack): ToInclude[] {
    const { projects, has } = known(exported);
    const found = Object.values(apps)
        .filter(({ included }) => included !== undefined)
        .flatMap(({ name, repository, plan }) => [
            ...[plan.source.start, plan.source.begins]
                .filter((branch) => branch !== undefined)
                .map((branch) => ({ app: name, path: repository.fullPath, branch, script: "image.sh" })),
            ...plan.configs.map((config) => ({
                app: name,
                path: config.at.fullPath,
                branch: config.plan.start,
                script: "promote.sh",
            })),
        ])
        .flatMap(({ script, ...each }): ToInclude[] => {
            const project = projects.get(each.path);
            return project !== undefined && has(project, script) ? [{ ...each, project }] : [];
        });
    // Apps may share a repository.
    return [...new Map(found.map((each) => [`${each.path} ${each.branch}`, each])).values()];
}

const named = new RegExp(`\\b${estateFile.replaceAll(".", "\\.")}\\b`);

/** Whether a pipeline file names the estate's, outside of comments. */
export function includesEstate(pipeline: string): boolean {
    return pipeline.split("\n").some((line) => named.test(line.replace(/#.*/, "")));
}

/**
 * Those of the repositories whose pipelines would lose their variables: their file does not include the estate's.
 *
 * @throws Error when GitLab answers neither with the file nor that there is none.
 */
export async function withoutInclude(repositories: readonly ToInclude[], ask: Ask): Promise<Refusal[]> {
    const findings = await Promise.all(
        repositories.map(async ({ app, project, path, branch }): Promise<Refusal[]> => {
            const { status, body } = await ask(
                "GET",
                `/projects/${project}/repository/files/${encodeURIComponent(marks.ci.gitlab)}?ref=${encodeURIComponent(branch)}`,
            );
            if (status !== 200 && status !== 404) {
                throw new CommandError(
                    `${marks.ci.gitlab} of ${path} could not be read: GitLab answered ${status}. Nothing was changed.`,
                );
            }
            const content = Buffer.from(text(record(body)["content"]), "base64").toString("utf8");
            return includesEstate(content)
                ? []
                : [
                      {
                          id: "pipelines-not-included",
                          path: `apps.${app}.pipelines.use`,
                          value: "included",
                          rule: `takes the variables away that jobs of ${path} use, and ${marks.ci.gitlab} on its branch ${branch} does not include ${estateFile} yet`,
                          fix: `set pipelines.use: copied, for the app, its team or all, to go on with the copies; or have the team merge the include first (docs/pipelines.md, From copies to included pipelines); or go on with --accept-outage`,
                          zh: {
                              rule: `会移除 ${path} 的作业所用的变量，而其分支 ${branch} 上的 ${marks.ci.gitlab} 还没有包含 ${estateFile}`,
                              fix: `为应用、团队或全部设置 pipelines.use: copied，继续使用副本；或先让团队合并这个 include（docs/pipelines.md，From copies to included pipelines）；或用 --accept-outage 继续`,
                          },
                          severity: "error",
                      },
                  ];
        }),
    );
    return findings.flat();
}

/** A preview as `pulumi preview --json` gives it, as far as it is read. */
interface PreviewJson {
    readonly steps?: readonly { readonly op: string; readonly newState?: Wanted }[];
    readonly diagnostics?: readonly { readonly severity?: string; readonly message?: string }[];
}

/** The files that an update would make, or what its preview says of why it would not get so far. */
export type Coming = { readonly files: Wanted[] } | { readonly failed: string };

/** The files that the next update would make. */
export async function filesToCome(engine: PulumiEngine): Promise<Coming> {
    return comingFiles(await runPulumi(engine, ["preview", "--json", ...stackArguments(engine)]));
}

/** The errors of a preview; empty where it ended before it wrote any. */
function errorsOf(read: () => PreviewJson): string {
    try {
        const { diagnostics = [] } = read();
        const errors = diagnostics.filter(({ severity }) => severity === "error");
        return errors.map(({ message = "" }) => message.trim()).join("\n");
    } catch {
        return "";
    }
}

/** Reads a preview that came to its end, or did not. Pure. */
export function comingFiles({ code, stdout, stderr }: RunResult): Coming {
    const read = (): PreviewJson => JSON.parse(stdout.slice(stdout.indexOf("{"))) as PreviewJson;
    if (code !== 0) {
        return { failed: errorsOf(read) || stderr.trim() || `It ended with exit code ${code}.` };
    }
    const { steps = [] } = read();
    const files = steps.flatMap(({ op, newState }) =>
        op === "create" && newState?.type === fileType ? [newState] : [],
    );
    return { files };
}
