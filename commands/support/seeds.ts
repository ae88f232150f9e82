/**
 * First content that a repository had before and gets again: pipelines that were switched off and on, a delivery or flow that was
 * changed and changed back. What is in the files is the team's and stays in the repository, and the provider
 * refuses to make a file that is there; so it is imported, with the content it has.
 */
import { posix } from "node:path";
import { versionFile } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import { runPulumi, stackArguments, type PulumiEngine } from "./pulumiEngine";
import type { ExportedStack } from "./exported";
import type { Wanted } from "./takeOver";

const fileType = "gitlab:index/repositoryFile:RepositoryFile";

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

/** Whether a repository that the state knows gets content that it does not know of. Pure. */
export function getsContent({ apps }: Pick<Estate, "apps">, { deployment }: ExportedStack): boolean {
    const live = (deployment?.resources ?? []).filter((each) => each.delete !== true);
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
    const reaches = (project: string, folder: string): boolean =>
        files.some(
            (file) => file?.["project"] === project && posix.dirname(String(file["filePath"])) === folder,
        );
    return Object.values(apps).some(({ config, delivery, ci, plan }) => {
        const project = projects.get(config.fullPath);
        const wanted = [
            (marks.delivery as Readonly<Record<string, string>>)[delivery],
            (marks.ci as Readonly<Record<string, string>>)[ci],
        ];
        return (
            (project !== undefined && wanted.some((mark) => mark !== undefined && !has(project, mark))) ||
            // An environment that another repository had, or this one had before.
            Object.values(plan.versions).some((place) => {
                const other = projects.get(place.repository);
                return other !== undefined && !reaches(other, posix.dirname(versionFile(place)));
            })
        );
    });
}

interface Step {
    readonly op: string;
    readonly newState?: Wanted;
}

/** The files that the next update would make; none when it would not get so far, which the update then says itself. */
export async function filesToCome(engine: PulumiEngine): Promise<Wanted[]> {
    const { code, stdout } = await runPulumi(engine, ["preview", "--json", ...stackArguments(engine)]);
    if (code !== 0) {
        return [];
    }
    const { steps = [] } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as { steps?: readonly Step[] };
    return steps.flatMap(({ op, newState }) =>
        op === "create" && newState?.type === fileType ? [newState] : [],
    );
}
